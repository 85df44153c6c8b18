//! The first start, in four steps with one decision each: language and look, keep or leave no trace, a name, the address.

use egui::Ui;

use super::{Scene, View};

/// Draws it.
pub(crate) fn show(_ui: &mut Ui, _scene: &mut Scene<'_>, _view: &mut View) {}
