//! Stages with nothing to do but wait or leave: opening, closing, broken, destroyed.

use egui::Ui;

use super::sheet::sheet;
use super::{Scene, View, fault};
use crate::intent::Intent;
use crate::model::{Fault, Stage};
use crate::parts::{Icon, Kind, button, text};

/// Draws it.
pub(crate) fn show(ui: &mut Ui, scene: &mut Scene<'_>, _view: &mut View) {
    match scene.model.stage.clone() {
        Stage::Opening => wait(ui, scene, "pause-opening-title", "pause-opening"),
        Stage::Closing => wait(ui, scene, "pause-closing-title", "pause-closing"),
        Stage::Destroyed => sheet(ui, scene, Some(Icon::Trash), |ui, scene| {
            text::display(ui, &scene.say("pause-destroyed-title"));
            text::paragraph(ui, &scene.say("pause-destroyed"));
            place(ui, scene, "pause-destroyed-place");
            leave(ui, scene);
        }),
        Stage::Broken(fault) => sheet(ui, scene, Some(Icon::Warning), |ui, scene| broken(ui, scene, &fault)),
        Stage::Fresh | Stage::Sealed { .. } | Stage::Open | Stage::Locked { .. } => {}
    }
}

fn wait(ui: &mut Ui, scene: &mut Scene<'_>, title: &str, words: &str) {
    sheet(ui, scene, Some(Icon::Onion), |ui, scene| {
        text::display(ui, &scene.say(title));
        let said = text::paragraph(ui, &scene.say(words));
        text::status(&said);
    });
}

fn broken(ui: &mut Ui, scene: &mut Scene<'_>, fault: &Fault) {
    text::display(ui, &scene.say("pause-broken-title"));
    let said = text::paragraph(ui, &fault::say(scene, fault));
    text::alert(&said);
    text::paragraph(ui, &scene.say(what_to_do(fault)));
    place(ui, scene, "pause-place");
    leave(ui, scene);
}

/// Where the profile is or was, if it is or was anywhere.
fn place(ui: &mut Ui, scene: &Scene<'_>, words: &str) {
    let place = &scene.model.place;
    if !place.traceless && !place.profile.is_empty() {
        text::note(ui, &scene.palette, &scene.say_with(words, &[("path", place.profile.as_str().into())]));
    }
}

/// What the person can do about it.
fn what_to_do(fault: &Fault) -> &'static str {
    match fault {
        Fault::InUse => "pause-do-in-use",
        Fault::Damaged => "pause-do-damaged",
        Fault::TooNew => "pause-do-too-new",
        Fault::DiskFull => "pause-do-disk-full",
        Fault::Permission => "pause-do-permission",
        Fault::Storage(_) => "pause-do-storage",
        Fault::Tor(_) => "pause-do-tor",
        Fault::NoTmpfs => "pause-do-tmpfs",
        Fault::AlreadyExists
        | Fault::BadAddress
        | Fault::BadName
        | Fault::Blocked
        | Fault::ClipboardSlow
        | Fault::Empty
        | Fault::FileChanged
        | Fault::FileName
        | Fault::FileTooLarge
        | Fault::FolderTooLarge
        | Fault::NoMicrophone
        | Fault::NoPicture
        | Fault::NoQr
        | Fault::NoSpeaker
        | Fault::NotAFile
        | Fault::NotAllowedNow
        | Fault::NotFound
        | Fault::NoteUnreadable
        | Fault::OwnAddress
        | Fault::PictureUnreadable
        | Fault::TooLong
        | Fault::TooMany
        | Fault::BadDetour
        | Fault::NotOurTor
        | Fault::WrongPassphrase => "pause-do-again",
    }
}

fn leave(ui: &mut Ui, scene: &mut Scene<'_>) {
    let quit = button(ui, &scene.palette, Kind::Primary, &scene.say("pause-quit"));
    if quit.clicked() {
        scene.ask(Intent::Quit);
    }
    if ui.memory(egui::Memory::focused).is_none() {
        quit.request_focus();
    }
}
