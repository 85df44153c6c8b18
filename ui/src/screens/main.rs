//! The main screen: people on the left, the conversation in the middle, details on the right.

use egui::Ui;

use super::{Scene, View};

pub(crate) fn show(_ui: &mut Ui, _scene: &mut Scene<'_>, _view: &mut View) {}
