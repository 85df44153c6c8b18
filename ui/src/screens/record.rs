//! Speaking a voice note: the button, and the line above the field while there is one that was not sent.
//!
//! It hears nothing: the other side records, keeps what was said in memory alone, and says how long and how loud it is.

use egui::{Align, Layout, Ui, Vec2};

use super::{Page, Scene, View, attach};
use crate::intent::Intent;
use crate::keys::ContactKey;
use crate::model::{CallStage, Contact, Recording, Spoken};
use crate::parts::{Icon, icon_button, progress, prose, text, when};
use crate::theme::{BODY, GRID, SMALL, TARGET, Weight};

/// What the window minds of it.
#[derive(Default)]
pub(crate) struct State {
    /// The line was drawn in the last frame.
    drawn: bool,
    /// The recording was asked to stop.
    stopping: bool,
}

/// Whether one can be spoken for this contact.
pub(super) fn is_possible(scene: &Scene<'_>, contact: &Contact) -> bool {
    scene.model.place.calls && attach::is_possible(contact)
}

/// Whether one can be begun now: there is no other, and no call that would hear it, too.
pub(super) fn is_free(scene: &Scene<'_>) -> bool {
    let calls = scene.model.call.is_some_and(|call| !matches!(call.stage, CallStage::Ended(_)));
    scene.model.recording.is_none() && !calls
}

/// The button.
pub(super) fn button(ui: &mut Ui, scene: &mut Scene<'_>, contact: &Contact) {
    let (free, name) = (is_free(scene), name(scene));
    let palette = scene.palette;
    if ui.add_enabled_ui(free, |ui| icon_button(ui, &palette, Icon::Mic, &name)).inner.clicked() {
        scene.ask(Intent::NoteRecord(contact.key));
    }
}

/// What the button is called: why it cannot be pressed, where it cannot.
pub(super) fn name(scene: &Scene<'_>) -> String {
    let waiting = scene.model.recording.and_then(|recording| scene.model.contact(recording.contact));
    match waiting {
        Some(other) => scene.say_with("note-waits", &[("name", (&other.name).into())]),
        None => scene.say("note-record").into_owned(),
    }
}

/// Nobody speaks into a microphone that they do not see: where the line is not drawn, the recording stops.
pub(super) fn watch(scene: &mut Scene<'_>, view: &mut View) {
    let Some(recording) = scene.model.recording.filter(|recording| recording.stage == Spoken::Speaking) else {
        view.record.stopping = false;
        return;
    };
    if view.page != Page::Talk(recording.contact) && !std::mem::replace(&mut view.record.stopping, true) {
        scene.ask(Intent::NoteStop);
    }
}

/// The line: how long, how loud, and what can be done.
pub(super) fn strip(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View, contact: ContactKey) {
    let recording = scene.model.recording.filter(|recording| recording.contact == contact);
    if std::mem::replace(&mut view.record.drawn, recording.is_some()) != recording.is_some() {
        // A panel takes the room of the frame before.
        ui.ctx().request_repaint();
    }
    let Some(recording) = recording else { return };
    let palette = scene.palette;
    let size = Vec2::new(ui.available_width(), TARGET);
    ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
        let mut press = |ui: &mut Ui, icon, name: &str, intent| {
            if icon_button(ui, &palette, icon, &scene.say(name)).clicked() {
                scene.ask(intent);
            }
        };
        press(ui, Icon::Send, "note-send", Intent::NoteSend);
        if recording.stage == Spoken::Speaking {
            press(ui, Icon::Stop, "note-stop", Intent::NoteStop);
        }
        press(ui, Icon::Close, "note-discard", Intent::NoteDiscard);
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| said(ui, scene, recording));
    });
}

fn said(ui: &mut Ui, scene: &Scene<'_>, recording: Recording) {
    let palette = &scene.palette;
    let speaking = recording.stage == Spoken::Speaking;
    let (rect, _) = ui.allocate_exact_size(Vec2::splat(5.0 * GRID), egui::Sense::hover());
    let ink = if speaking { palette.bad } else { palette.muted };
    Icon::Mic.paint(ui.painter(), rect, ink);
    let length = when::length(recording.seconds.into());
    ui.label(prose::line(ui, &length, BODY, Weight::Strong, palette.ink, f32::INFINITY));
    if speaking {
        // The words are for who does not see the meter; they do not change each second.
        let level = scene.say("sound-level");
        let disguised = scene.say("note-disguised");
        let words = prose::line(ui, &disguised, SMALL, Weight::Regular, palette.muted, f32::INFINITY);
        let room = if recording.disguised { words.size().x + 3.0 * GRID } else { 0.0 };
        ui.allocate_ui_with_layout(
            Vec2::new((ui.available_width() - room).clamp(MARK, METER), TARGET),
            Layout::left_to_right(Align::Center),
            |ui| progress(ui, palette, recording.level, &level),
        );
    }
    let words = match (speaking, recording.disguised) {
        (true, false) => None,
        (true, true) => Some("note-disguised"),
        (false, false) => Some("note-whole"),
        (false, true) => Some("note-whole-disguised"),
    };
    if let Some(words) = words {
        let words = scene.say(words);
        let line = prose::line(ui, &words, SMALL, Weight::Regular, palette.muted, ui.available_width());
        text::status(&ui.label(line).on_hover_text(words));
    }
}

/// The widest meter.
const METER: f32 = 180.0;
/// The narrowest meter.
const MARK: f32 = 24.0;
