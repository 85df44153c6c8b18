//! What is known of a contact, and what can be done about it.

use egui::Ui;

use super::{Scene, View};

/// Draws it.
pub(crate) fn show(_ui: &mut Ui, _scene: &mut Scene<'_>, _view: &mut View) {}
