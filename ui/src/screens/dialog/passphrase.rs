//! Changes the passphrase.

use egui::{Response, Ui};

use super::super::{Scene, View, strength};
use super::asking;
use crate::intent::Intent;
use crate::model::Done;
use crate::parts::{Icon, Kind, button, field, text};
use crate::secret::{Secret, Typing};

/// What is being typed.
#[derive(Default)]
pub(crate) struct Form {
    old: Typing,
    first: Typing,
    again: Typing,
    old_shown: bool,
    shown: bool,
}

/// Draws it.
pub(super) fn show(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View) {
    let palette = scene.palette;
    if view.forms.answer.done(Done::PassphraseChanged) {
        view.dialog = None;
        return;
    }
    text::paragraph(ui, &scene.say("passphrase-what"));
    let form = &mut view.forms.passphrase;
    let old = field::passphrase(
        ui,
        &palette,
        OLD,
        &scene.say("passphrase-old"),
        &mut form.old,
        &mut form.old_shown,
        &scene.say("passphrase-old-reveal"),
    );
    if view.forms.fresh {
        view.forms.fresh = false;
        old.request_focus();
    }
    new_pair(ui, scene, &mut form.first, &mut form.again, &mut form.shown);
    text::note(ui, &palette, &scene.say("passphrase-old-copies"));
    view.forms.answer.show(ui, scene);
    let waiting = view.forms.answer.waiting();
    let ready = !form.old.is_empty() && !form.first.is_empty() && *form.first == *form.again && !waiting;
    ui.horizontal_wrapped(|ui| {
        let label = scene.say("passphrase-change").into_owned();
        if ui.add_enabled_ui(ready, |ui| button(ui, &palette, Kind::Primary, &label)).inner.clicked() {
            let old = Secret::new(form.old.as_str().to_owned());
            let new = Secret::new(form.first.as_str().to_owned());
            asking(scene, &mut view.forms.answer, Intent::ChangePassphrase { old, new });
        }
        if button(ui, &palette, Kind::Plain, &scene.say("cancel")).clicked() {
            view.dialog = None;
        }
    });
}

/// A new passphrase, twice, with what there is to say about it; gives the first field.
pub(super) fn new_pair(
    ui: &mut Ui,
    scene: &Scene<'_>,
    first: &mut Typing,
    again: &mut Typing,
    shown: &mut bool,
) -> Response {
    let palette = scene.palette;
    let reveal = scene.say("passphrase-new-reveal");
    let field = field::passphrase(ui, &palette, NEW, &scene.say("passphrase-new"), first, shown, &reveal);
    if !first.is_empty() {
        strength::show(ui, scene, first);
    }
    let reveal = scene.say("passphrase-again-reveal");
    field::passphrase(ui, &palette, AGAIN, &scene.say("passphrase-again"), again, shown, &reveal);
    if !again.is_empty() && **first != **again {
        text::state(ui, Icon::Warning, palette.wait, &scene.say("passphrase-differ"));
    }
    field
}

const OLD: &str = "passphrase-old";
const NEW: &str = "passphrase-new";
const AGAIN: &str = "passphrase-again";
