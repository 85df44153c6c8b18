//! Destroys the keys, after one confirmation.

use egui::Ui;

use super::super::{Scene, View};
use super::confirm;
use crate::intent::Intent;
use crate::parts::{Icon, text};

/// Draws it.
pub(super) fn show(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View) {
    let palette = scene.palette;
    text::state(ui, Icon::Warning, palette.bad, &scene.say("panic-what"));
    text::paragraph(ui, &scene.say("panic-after"));
    text::paragraph(ui, &scene.say("panic-not"));
    if confirm(ui, scene, view, true, "panic-do") {
        scene.ask(Intent::Destroy);
    }
}
