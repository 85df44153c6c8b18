//! The profile and the identities in it.

use egui::Ui;

use super::super::dialog::Dialog;
use super::super::{Scene, View, address};
use super::section;
use crate::parts::{Kind, button, text};

/// Draws it.
pub(super) fn show(ui: &mut Ui, scene: &Scene<'_>, view: &mut View) {
    identities(ui, scene, view);
    profile(ui, scene, view);
}

fn identities(ui: &mut Ui, scene: &Scene<'_>, view: &mut View) {
    let palette = scene.palette;
    section(ui, scene, "settings-identities");
    for identity in &scene.model.identities {
        let name = identity.name.as_str();
        text::paragraph(ui, name);
        text::note(ui, &palette, &address::short(&identity.address));
        ui.horizontal_wrapped(|ui| {
            let label = scene.say_with("settings-identity-address", &[("name", name.into())]);
            if button(ui, &palette, Kind::Plain, &label).clicked() {
                view.dialog = Some(Dialog::Address(identity.key));
            }
            let label = scene.say_with("settings-identity-remove", &[("name", name.into())]);
            if button(ui, &palette, Kind::Quiet, &label).clicked() {
                view.dialog = Some(Dialog::RemoveIdentity(identity.key));
            }
        });
    }
    if button(ui, &palette, Kind::Plain, &scene.say("settings-identity-new")).clicked() {
        view.dialog = Some(Dialog::NewIdentity);
    }
}

fn profile(ui: &mut Ui, scene: &Scene<'_>, view: &mut View) {
    let palette = scene.palette;
    section(ui, scene, "settings-profile");
    let kept = &scene.model.place;
    if !kept.traceless {
        if !kept.profile.is_empty() {
            text::note(ui, &palette, &scene.say_with("settings-profile-where", &[("path", (&kept.profile).into())]));
        }
        if button(ui, &palette, Kind::Plain, &scene.say("settings-passphrase")).clicked() {
            view.dialog = Some(Dialog::Passphrase);
        }
    }
    if button(ui, &palette, Kind::Plain, &scene.say("settings-backup")).clicked() {
        view.dialog = Some(Dialog::Backup);
    }
    if button(ui, &palette, Kind::Danger, &scene.say("settings-panic")).clicked() {
        view.dialog = Some(Dialog::Panic);
    }
    text::note(ui, &palette, &scene.say("settings-panic-note"));
}
