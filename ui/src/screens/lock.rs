//! A profile that waits for its passphrase, or a screen that was locked.
//!
//! It names nobody and quotes nothing: only how many messages wait.

use egui::Ui;

use super::sheet::sheet;
use super::{Scene, View, dialog, fault};
use crate::intent::Intent;
use crate::model::{Fault, Stage};
use crate::parts::{Icon, Kind, button, field, text};
use crate::secret::Typing;
use crate::theme::GRID;

/// What is being typed.
#[derive(Default)]
pub(crate) struct State {
    passphrase: Typing,
    shown: bool,
    /// It was empty when the person wanted in.
    empty: bool,
    /// The field had the focus once.
    seen: bool,
}

/// Draws it.
pub(crate) fn show(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View) {
    let (fault, unread) = match &scene.model.stage {
        Stage::Sealed { fault } => (fault.clone(), None),
        Stage::Locked { fault, unread } => (fault.clone(), Some(*unread)),
        _ => return,
    };
    sheet(ui, scene, Some(Icon::Lock), |ui, scene| {
        match unread {
            Some(unread) => {
                text::display(ui, &scene.say("lock-title"));
                let count = [("count", i64::try_from(unread).unwrap_or(i64::MAX).into())];
                text::paragraph(ui, &scene.say_with("lock-unread", &count));
            }
            None => drop(text::display(ui, &scene.say("lock-sealed-title"))),
        }
        entrance(ui, scene, &mut view.lock, fault.as_ref());
        ui.add_space(2.0 * GRID);
        let note = scene.say(if unread.is_some() { "lock-note" } else { "lock-sealed-note" });
        text::note(ui, &scene.palette, &note);
        if button(ui, &scene.palette, Kind::Danger, &scene.say("lock-panic")).clicked() {
            view.dialog = Some(dialog::Dialog::Panic);
        }
    });
    dialog::show(ui, scene, view);
}

fn entrance(ui: &mut Ui, scene: &mut Scene<'_>, state: &mut State, fault: Option<&Fault>) {
    let palette = scene.palette;
    let (label, reveal) = (scene.say("lock-passphrase"), scene.say("passphrase-reveal"));
    let field =
        field::passphrase(ui, &palette, "lock passphrase", &label, &mut state.passphrase, &mut state.shown, &reveal);
    if !state.seen {
        state.seen = true;
        field.request_focus();
    }
    state.empty &= !field.changed();
    let complaint = match fault {
        _ if state.empty => Some(scene.say("lock-empty").into_owned()),
        // While the next attempt is typed, the last one no longer matters.
        _ if !state.passphrase.is_empty() => None,
        Some(Fault::WrongPassphrase) => Some(scene.say("lock-wrong").into_owned()),
        Some(fault) => Some(fault::say(scene, fault)),
        None => None,
    };
    if let Some(complaint) = complaint {
        let said = text::state(ui, Icon::Warning, palette.bad, &complaint);
        text::alert(&said);
    }
    let enter = field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
    if button(ui, &palette, Kind::Primary, &scene.say("lock-open")).clicked() || enter {
        state.empty = state.passphrase.is_empty();
        if !state.empty {
            scene.ask(Intent::Unlock { passphrase: state.passphrase.take() });
            *state = State::default();
        }
        field.request_focus();
    }
}
