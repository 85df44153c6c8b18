//! A profile that waits for its passphrase, or a screen that was locked.

use egui::Ui;

use super::{Scene, View};

/// Draws it.
pub(crate) fn show(_ui: &mut Ui, _scene: &mut Scene<'_>, _view: &mut View) {}
