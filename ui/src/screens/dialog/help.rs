//! A dialog.

use egui::Ui;

use super::super::Scene;

/// Draws it.
pub(super) fn show(_ui: &mut Ui, _scene: &mut Scene<'_>) {}
