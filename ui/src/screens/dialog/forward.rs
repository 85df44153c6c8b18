//! Sends a message on to another contact.

use egui::Ui;

use super::super::{Scene, View};
use crate::keys::MessageKey;

/// What is being chosen.
#[derive(Default)]
pub(crate) struct Form;

/// Its title.
pub(super) fn title(_scene: &Scene<'_>) -> String {
    String::new()
}

/// Draws it.
pub(super) fn show(_ui: &mut Ui, _scene: &mut Scene<'_>, _view: &mut View, _message: MessageKey) {}
