//! The keyboard: every shortcut, from the table beside the code that takes them.

use egui::{Label, RichText, Ui};

use super::super::Scene;
use super::super::shortcuts;
use crate::parts::text;
use crate::theme::{BODY, GRID, Weight, font};

/// Draws it.
pub(super) fn show(ui: &mut Ui, scene: &Scene<'_>) {
    text::paragraph(ui, &scene.say("help-what"));
    for (keys, does) in shortcuts::keys(scene.model.place.calls) {
        ui.scope(|ui| {
            ui.spacing_mut().item_spacing.y = GRID;
            let keys = RichText::new(scene.say(keys)).font(font(BODY, Weight::Strong));
            ui.add(Label::new(keys).wrap());
            text::note(ui, &scene.palette, &scene.say(does));
        });
    }
}
