//! The earlier texts of an edited message.

use egui::Ui;

use super::super::{Scene, View};
use crate::keys::MessageKey;

/// Its title.
pub(super) fn title(_scene: &Scene<'_>) -> String {
    String::new()
}

/// Draws it.
pub(super) fn show(_ui: &mut Ui, _scene: &mut Scene<'_>, _view: &mut View, _message: MessageKey) {}
