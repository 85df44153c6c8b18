//! The keyboard: every shortcut, from the table that the code uses.

use egui::{Label, RichText, Ui};

use super::super::Scene;
use crate::parts::text;
use crate::theme::{BODY, GRID, Weight, font};

/// Draws it.
pub(super) fn show(ui: &mut Ui, scene: &Scene<'_>) {
    text::paragraph(ui, &scene.say("help-what"));
    for (keys, does) in KEYS {
        ui.scope(|ui| {
            ui.spacing_mut().item_spacing.y = GRID;
            let keys = RichText::new(scene.say(keys)).font(font(BODY, Weight::Strong));
            ui.add(Label::new(keys).wrap());
            text::note(ui, &scene.palette, &scene.say(does));
        });
    }
}

/// Every key that does something: what it is called, and what it does.
const KEYS: [(&str, &str); 14] = [
    ("help-keys-help", "help-does-help"),
    ("help-keys-search", "help-does-search"),
    ("help-keys-add", "help-does-add"),
    ("help-keys-settings", "help-does-settings"),
    ("help-keys-lock", "help-does-lock"),
    ("help-keys-quit", "help-does-quit"),
    ("help-keys-panic", "help-does-panic"),
    ("help-keys-close", "help-does-close"),
    ("help-keys-tab", "help-does-tab"),
    ("help-keys-press", "help-does-press"),
    ("help-keys-list", "help-does-list"),
    ("help-keys-menu", "help-does-menu"),
    ("help-keys-send", "help-does-send"),
    ("help-keys-edit", "help-does-edit"),
];
