//! Makes an identity, or removes one.

use egui::Ui;

use super::super::{Scene, View};
use super::add::NAME_CHARS;
use super::confirm;
use crate::intent::Intent;
use crate::keys::IdentityKey;
use crate::parts::{Icon, Kind, button, check, field, text};

/// What is being typed or confirmed.
#[derive(Default)]
pub(crate) struct Form {
    name: String,
    sure: bool,
}

/// Makes one.
pub(super) fn make(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View) {
    let palette = scene.palette;
    let form = &mut view.forms.identity;
    text::paragraph(ui, &scene.say("identity-new-what"));
    let field = field::line(ui, &palette, "identity-name", &scene.say("identity-name"), &mut form.name, NAME_CHARS);
    if view.forms.fresh {
        view.forms.fresh = false;
        field.request_focus();
    }
    text::note(ui, &palette, &scene.say("identity-name-note"));
    text::state(ui, Icon::Info, palette.wait, &scene.say("identity-linked"));
    let ready = !form.name.trim().is_empty();
    let enter = field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
    ui.horizontal_wrapped(|ui| {
        let label = scene.say("identity-make").into_owned();
        let make = ui.add_enabled_ui(ready, |ui| button(ui, &palette, Kind::Primary, &label)).inner;
        if ready && (make.clicked() || enter) {
            scene.ask(Intent::AddIdentity { name: form.name.trim().to_owned() });
            view.dialog = None;
        }
        if button(ui, &palette, Kind::Plain, &scene.say("cancel")).clicked() {
            view.dialog = None;
        }
    });
}

/// Removes one.
pub(super) fn remove(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View, key: IdentityKey) {
    let palette = scene.palette;
    let Some(identity) = scene.model.identities.iter().find(|identity| identity.key == key) else {
        view.dialog = None;
        return;
    };
    let contacts = scene.model.contacts.values().filter(|contact| contact.identity == key).count();
    let contacts = i64::try_from(contacts).unwrap_or(i64::MAX);
    text::section(ui, &identity.name);
    text::paragraph(ui, &scene.say_with("identity-remove-what", &[("contacts", contacts.into())]));
    text::paragraph(ui, &scene.say("identity-remove-told"));
    check(ui, &palette, &mut view.forms.identity.sure, &scene.say("identity-remove-sure"));
    let sure = view.forms.identity.sure;
    if confirm(ui, scene, view, sure, "identity-remove-do") {
        scene.ask(Intent::RemoveIdentity(key));
    }
}
