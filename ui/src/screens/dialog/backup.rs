//! Writes a backup, sealed with a passphrase of its own.

use egui::Ui;

use super::super::{Scene, View};
use super::{asking, path};
use crate::intent::Intent;
use crate::model::{Done, Purpose};
use crate::parts::{Icon, Kind, button, text};
use crate::secret::{Secret, Typing};

/// What is being typed.
#[derive(Default)]
pub(crate) struct Form {
    first: Typing,
    again: Typing,
    shown: bool,
    path: path::Form,
}

/// Draws it.
pub(super) fn show(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View) {
    let palette = scene.palette;
    if view.forms.answer.done(Done::BackedUp) {
        view.dialog = None;
        return;
    }
    text::paragraph(ui, &scene.say("backup-what"));
    text::state(ui, Icon::Warning, palette.wait, &scene.say("backup-twice"));
    let form = &mut view.forms.backup;
    let field = super::passphrase::new_pair(ui, scene, &mut form.first, &mut form.again, &mut form.shown);
    if view.forms.fresh {
        view.forms.fresh = false;
        field.request_focus();
    }
    text::note(ui, &palette, &scene.say("backup-passphrase-note"));
    view.forms.answer.show(ui, scene);
    let ready = !form.first.is_empty() && *form.first == *form.again && !view.forms.answer.waiting();
    ui.horizontal_wrapped(|ui| {
        let write =
            |ui: &mut Ui| path::write(ui, scene, &mut form.path, Purpose::Backup, "backup-write", Kind::Primary);
        if let Some(path) = ui.add_enabled_ui(ready, write).inner {
            let passphrase = Secret::new(form.first.as_str().to_owned());
            asking(scene, &mut view.forms.answer, Intent::Backup { path, passphrase });
        }
        if button(ui, &palette, Kind::Plain, &scene.say("cancel")).clicked() {
            view.dialog = None;
        }
    });
    if view.forms.answer.waiting() {
        text::note(ui, &palette, &scene.say("backup-writing"));
    }
}
