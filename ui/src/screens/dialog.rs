//! The dialog over everything: which one, and what is being typed into it.

use egui::Ui;

use super::{Scene, View};

/// A dialog.
pub(crate) enum Dialog {}

/// Draws the open one.
pub(crate) fn show(_ui: &mut Ui, _scene: &mut Scene<'_>, _view: &mut View) {}
