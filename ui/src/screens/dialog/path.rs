//! A dialog.

use egui::Ui;

use super::super::{Scene, View};
use crate::keys::ContactKey;

/// What is being typed.
#[derive(Default)]
pub(crate) struct Form;

/// Draws it.
pub(super) fn export(_ui: &mut Ui, _scene: &mut Scene<'_>, _view: &mut View, _contact: ContactKey) {}
