//! The bar across the top: identity, Tor, search, add, lock, menu.

use egui::Ui;

use super::{Scene, View};

/// Draws it.
pub(crate) fn show(_ui: &mut Ui, _scene: &mut Scene<'_>, _view: &mut View) {}
