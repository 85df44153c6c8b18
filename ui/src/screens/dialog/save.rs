//! Where a file that was received is to be written in clear, where the desktop has no dialog for it.

use egui::Ui;

use super::super::{Scene, View};
use super::{asking, path};
use crate::intent::Intent;
use crate::keys::TransferKey;
use crate::model::{Done, Purpose};
use crate::parts::{Icon, Kind, button, text};

/// A path that the desktop's own dialog gave needs no dialog of ours.
pub(crate) fn take_chosen(scene: &mut Scene<'_>, view: &mut View) {
    let Some(chosen) = &scene.model.chosen else { return };
    let Purpose::SaveFile(transfer) = chosen.purpose else { return };
    match chosen.path.clone() {
        Some(path) => {
            scene.model.chosen = None;
            scene.ask(Intent::SaveFile { transfer, path });
        }
        // Taken by the dialog, which asks for a path.
        None if view.dialog.is_none() => view.dialog = Some(super::Dialog::SaveFile(transfer)),
        None => {}
    }
}

/// Draws it.
pub(super) fn show(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View, transfer: TransferKey) {
    let Some(name) = scene.model.find_transfer(transfer).map(|file| file.name.as_str().to_owned()) else {
        view.dialog = None;
        return;
    };
    if view.forms.answer.done(Done::FileSaved) {
        view.dialog = None;
        return;
    }
    let palette = scene.palette;
    text::state(ui, Icon::Warning, palette.wait, &scene.say("save-clear"));
    view.forms.answer.show(ui, scene);
    let form = &mut view.forms.save;
    form.offer(format!("~/{name}"));
    ui.horizontal_wrapped(|ui| {
        let path = path::write(ui, scene, form, Purpose::SaveFile(transfer), "save-do", Kind::Primary);
        if let Some(path) = path {
            asking(scene, &mut view.forms.answer, Intent::SaveFile { transfer, path });
        }
        if button(ui, &palette, Kind::Plain, &scene.say("cancel")).clicked() {
            view.dialog = None;
        }
    });
}
