//! Gives a contact another name.

use egui::Ui;

use super::super::{Scene, View};
use super::add::NAME_CHARS;
use crate::intent::Intent;
use crate::keys::ContactKey;
use crate::parts::{Kind, button, field, text};

/// What is being typed.
#[derive(Default)]
pub(crate) struct Form {
    name: String,
}

/// Draws it.
pub(super) fn show(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View, key: ContactKey) {
    let palette = scene.palette;
    let Some(contact) = scene.model.contact(key) else {
        view.dialog = None;
        return;
    };
    let form = &mut view.forms.rename;
    if view.forms.fresh {
        form.name.clone_from(&contact.name);
    }
    let field = field::line(ui, &palette, "rename-name", &scene.say("rename-name"), &mut form.name, NAME_CHARS);
    if view.forms.fresh {
        view.forms.fresh = false;
        field.request_focus();
    }
    text::note(ui, &palette, &scene.say("add-name-note"));
    let ready = !form.name.trim().is_empty();
    let enter = field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
    ui.horizontal_wrapped(|ui| {
        let label = scene.say("rename-do").into_owned();
        let go = ui.add_enabled_ui(ready, |ui| button(ui, &palette, Kind::Primary, &label)).inner;
        if ready && (go.clicked() || enter) {
            scene.ask(Intent::Rename(key, form.name.trim().to_owned()));
            view.dialog = None;
        }
        if button(ui, &palette, Kind::Plain, &scene.say("cancel")).clicked() {
            view.dialog = None;
        }
    });
}
