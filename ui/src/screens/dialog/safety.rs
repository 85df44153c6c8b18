//! A dialog.

use egui::Ui;

use super::super::{Scene, View};
use crate::keys::ContactKey;

/// Draws it.
pub(super) fn show(_ui: &mut Ui, _scene: &mut Scene<'_>, _view: &mut View, _contact: ContactKey) {}
