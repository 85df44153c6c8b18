//! What a search found, with a jump to the place.

use egui::Ui;

use super::{Scene, View};

/// Draws it.
pub(crate) fn show(_ui: &mut Ui, _scene: &mut Scene<'_>, _view: &mut View) {}
