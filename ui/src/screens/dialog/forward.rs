//! Sends the text of a message on to another contact of the same identity.
//!
//! Contacts of other identities are not offered: a text that travels from one to the other would tie the two together.

use egui::Ui;

use super::super::{Scene, View};
use crate::intent::Intent;
use crate::keys::{ContactKey, MessageKey};
use crate::model::Standing;
use crate::parts::{Kind, button, field, text};

/// What is being chosen.
#[derive(Default)]
pub(crate) struct Form {
    name: String,
}

/// Its title.
pub(super) fn title(scene: &Scene<'_>) -> String {
    scene.say("forward-title").into_owned()
}

/// Draws it.
pub(super) fn show(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View, message: MessageKey) {
    let palette = scene.palette;
    let Some((from, said)) = source(scene, message) else {
        view.dialog = None;
        return;
    };
    text::note(ui, &palette, &scene.say("forward-note"));
    let form = &mut view.forms.forward;
    let field =
        field::line(ui, &palette, "forward-find", &scene.say("forward-find"), &mut form.name, super::add::NAME_CHARS);
    if view.forms.fresh {
        view.forms.fresh = false;
        field.request_focus();
    }
    let (found, more) = candidates(scene, from, &form.name);
    if found.is_empty() {
        text::note(ui, &palette, &scene.say("forward-nobody"));
    }
    for (key, name) in found {
        let label = scene.say_with("forward-to", &[("name", name.as_str().into())]);
        if button(ui, &palette, Kind::Plain, &label).clicked() {
            scene.ask(Intent::Send { contact: key, text: said.clone(), reply_to: None });
            view.dialog = None;
        }
    }
    if more {
        text::note(ui, &palette, &scene.say("forward-more"));
    }
}

/// Whose message it is, and what it says.
fn source(scene: &Scene<'_>, message: MessageKey) -> Option<(ContactKey, String)> {
    let talk = scene.model.talk.as_ref()?;
    let message = talk.messages.get(talk.position(message)?)?;
    (!message.deleted).then(|| (talk.contact, message.text.as_str().to_owned()))
}

/// Who can be chosen, by name, the first few; whether there are more.
fn candidates(scene: &Scene<'_>, from: ContactKey, typed: &str) -> (Vec<(ContactKey, String)>, bool) {
    let typed = typed.trim().to_lowercase();
    let identity = scene.model.contact(from).map(|contact| contact.identity);
    let mut found: Vec<(ContactKey, String)> = scene
        .model
        .contacts
        .values()
        .filter(|contact| contact.standing != Standing::Blocked && contact.key != from)
        .filter(|contact| Some(contact.identity) == identity && contact.name.to_lowercase().contains(&typed))
        .map(|contact| (contact.key, contact.name.clone()))
        .collect();
    found.sort_by(|(_, a), (_, b)| a.cmp(b));
    let more = found.len() > OFFERED;
    found.truncate(OFFERED);
    (found, more)
}

/// Contacts offered at once: more is a list to search in, not to read.
const OFFERED: usize = 20;
