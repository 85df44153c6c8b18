//! The second step: a profile under a passphrase, or no trace.
//!
//! An empty passphrase is never taken; a weak one only after a clear warning.

use egui::Ui;

use super::super::Scene;
use super::super::strength::{self, Strength};
use super::{Pressed, State, entered, footer};
use crate::intent::Intent;
use crate::parts::{Icon, card, check, field, text};
use crate::secret::Typing;

/// What is being decided.
#[derive(Default)]
pub(super) struct Form {
    traceless: bool,
    passphrase: Typing,
    again: Typing,
    shown: bool,
    again_shown: bool,
    weak_accepted: bool,
    /// Nothing may be connected to before the person says so.
    offline: bool,
    complaint: Option<Complaint>,
}

/// What is missing before one can go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Complaint {
    Empty,
    Differ,
    Weak,
}

/// Draws it.
pub(super) fn show(ui: &mut Ui, scene: &mut Scene<'_>, state: &mut State, first: bool) {
    text::display(ui, &scene.say("start-profile-title"));
    let form = &mut state.profile;
    ways(ui, scene, form);
    let mut enter = false;
    let mut strength = None;
    if !form.traceless {
        (enter, strength) = passphrase(ui, scene, form, first);
    }
    if scene.model.place.own_tor {
        check(ui, &scene.palette, &mut form.offline, &scene.say("start-offline"));
        text::note(ui, &scene.palette, &scene.say("start-offline-note"));
    }
    let Pressed { back, next } = footer(ui, scene, true, &scene.say("next"), false);
    if back {
        state.profile = Form::default();
        state.dressed = false;
    } else if next || enter {
        go(scene, &mut state.profile, strength);
    }
}

fn ways(ui: &mut Ui, scene: &Scene<'_>, form: &mut Form) {
    let palette = &scene.palette;
    let keep = card(ui, palette, !form.traceless, &scene.say("start-keep"), &scene.say("start-keep-note"));
    let possible = scene.model.place.may_be_traceless;
    let note = scene.say(if possible { "start-traceless-note" } else { "start-traceless-impossible" });
    let traceless =
        ui.add_enabled_ui(possible, |ui| card(ui, palette, form.traceless, &scene.say("start-traceless"), &note)).inner;
    if keep.clicked() || traceless.clicked() {
        // What was typed is not needed without a profile.
        *form = Form { traceless: traceless.clicked(), offline: form.offline, ..Form::default() };
    }
    if form.traceless && scene.model.place.swap {
        text::state(ui, Icon::Warning, palette.wait, &scene.say("start-swap"));
    }
}

/// The passphrase twice; whether Enter was pressed at its end, and how it stands.
fn passphrase(ui: &mut Ui, scene: &Scene<'_>, form: &mut Form, first: bool) -> (bool, Option<Strength>) {
    let palette = &scene.palette;
    let reveal = scene.say("passphrase-reveal");
    let label = scene.say("start-passphrase");
    let field =
        field::passphrase(ui, palette, "start passphrase", &label, &mut form.passphrase, &mut form.shown, &reveal);
    if first {
        field.request_focus();
    }
    let mut changed = field.changed();
    let strength = (!form.passphrase.is_empty()).then(|| strength::show(ui, scene, &form.passphrase));
    let reveal = scene.say("passphrase-reveal-again");
    let label = scene.say("start-passphrase-again");
    let again = field::passphrase(ui, palette, "start again", &label, &mut form.again, &mut form.again_shown, &reveal);
    changed |= again.changed();
    if entered(ui, &field) {
        again.request_focus();
    }
    if changed {
        form.complaint = None;
    }
    if let Some(complaint) = form.complaint {
        complain(ui, scene, complaint);
    }
    if strength == Some(Strength::Weak) && (form.complaint == Some(Complaint::Weak) || form.weak_accepted) {
        check(ui, palette, &mut form.weak_accepted, &scene.say("start-weak-accept"));
    }
    let path = scene.model.place.profile.as_str();
    text::note(ui, palette, &scene.say_with("start-place", &[("path", path.into())]));
    if scene.model.place.open_medium {
        text::state(ui, Icon::Warning, palette.wait, &scene.say("place-open"));
    }
    (entered(ui, &again), strength)
}

fn complain(ui: &mut Ui, scene: &Scene<'_>, complaint: Complaint) {
    let words = match complaint {
        Complaint::Empty => "start-passphrase-empty",
        Complaint::Differ => "start-passphrase-differ",
        Complaint::Weak => "start-passphrase-weak",
    };
    let said = text::state(ui, Icon::Warning, scene.palette.bad, &scene.say(words));
    text::alert(&said);
}

fn go(scene: &mut Scene<'_>, form: &mut Form, strength: Option<Strength>) {
    if form.traceless {
        scene.ask(Intent::CreateTraceless { offline: form.offline });
        return;
    }
    form.complaint = match strength {
        None => Some(Complaint::Empty),
        Some(_) if *form.passphrase != *form.again => Some(Complaint::Differ),
        Some(Strength::Weak) if !form.weak_accepted => Some(Complaint::Weak),
        Some(_) => None,
    };
    if form.complaint.is_none() {
        scene.ask(Intent::Create { passphrase: form.passphrase.take(), offline: form.offline });
        *form = Form::default();
    }
}
