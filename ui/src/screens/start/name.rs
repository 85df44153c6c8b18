//! The third step: a name for this identity, seen by nobody but the person.

use egui::Ui;

use super::super::Scene;
use super::{State, entered, footer};
use crate::intent::Intent;
use crate::parts::{Icon, field, text};

/// What is being typed.
#[derive(Default)]
pub(super) struct Form {
    name: String,
    /// It was empty when the person wanted to go on.
    empty: bool,
}

/// Draws it.
pub(super) fn show(ui: &mut Ui, scene: &mut Scene<'_>, state: &mut State, first: bool) {
    let form = &mut state.name;
    text::display(ui, &scene.say("start-name-title"));
    text::paragraph(ui, &scene.say("start-name-note"));
    let label = scene.say("start-name");
    let name = field::line(ui, &scene.palette, "start name", &label, &mut form.name, NAME_CHARS);
    if first {
        name.request_focus();
    }
    form.empty &= !name.changed();
    if form.empty {
        text::state(ui, Icon::Warning, scene.palette.bad, &scene.say("start-name-empty"));
    }
    let enter = entered(ui, &name);
    if footer(ui, scene, false, &scene.say("next"), false).next || enter {
        let name = form.name.trim().to_owned();
        form.empty = name.is_empty();
        if !form.empty {
            // The address follows when the identity is there.
            state.named = true;
            scene.ask(Intent::AddIdentity { name });
        }
    }
}

/// The longest name that the other side takes.
const NAME_CHARS: usize = 64;
