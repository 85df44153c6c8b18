//! Asks somebody to be a contact: their address, a name for them, a few words.

use egui::Ui;

use super::super::{Scene, View, address};
use super::{asking, path};
use crate::intent::Intent;
use crate::keys::IdentityKey;
use crate::model::{Purpose, Shown};
use crate::parts::{Icon, Kind, button, choice, field, text};

/// What is being typed.
#[derive(Default)]
pub(crate) struct Form {
    address: String,
    name: String,
    words: String,
    identity: Option<IdentityKey>,
    picture: path::Form,
    /// Their address, once they were asked.
    asked: Option<String>,
}

/// Draws it.
pub(super) fn show(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View) {
    take_scanned(scene, view);
    let done = view
        .forms
        .add
        .asked
        .as_ref()
        .is_some_and(|asked| scene.model.contacts.values().any(|contact| contact.address == *asked));
    if done { next(ui, scene, view) } else { form(ui, scene, view) }
}

fn form(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View) {
    let palette = scene.palette;
    let form = &mut view.forms.add;
    let identity = which(ui, scene, form, view.top.identity);
    let field = field::line(ui, &palette, "add-address", &scene.say("add-address"), &mut form.address, ADDRESS_TYPED);
    if view.forms.fresh {
        view.forms.fresh = false;
        field.request_focus();
    }
    let form = &mut view.forms.add;
    let hint = hint(scene, identity, &form.address);
    if let Some(hint) = &hint {
        text::state(ui, Icon::Warning, palette.wait, hint);
    }
    ui.horizontal_wrapped(|ui| {
        if let Some(path) = path::read(ui, scene, &mut form.picture, Purpose::ReadQr, "add-picture") {
            asking(scene, &mut view.forms.answer, Intent::ScanFile(path));
        }
        if button(ui, &palette, Kind::Plain, &scene.say("add-clipboard")).clicked() {
            asking(scene, &mut view.forms.answer, Intent::ScanClipboard);
        }
    });
    field::line(ui, &palette, "add-name", &scene.say("add-name"), &mut form.name, NAME_CHARS);
    text::note(ui, &palette, &scene.say("add-name-note"));
    field::lines(ui, &palette, "add-words", &scene.say("add-words"), &mut form.words, WORDS_CHARS);
    let left = WORDS_CHARS.saturating_sub(form.words.chars().count());
    text::note(ui, &palette, &scene.say_with("add-words-left", &[("count", number(left).into())]));
    text::note(ui, &palette, &scene.say("add-words-note"));
    view.forms.answer.show(ui, scene);
    let ready = hint.is_none() && !form.address.trim().is_empty() && !form.name.trim().is_empty();
    ui.horizontal_wrapped(|ui| {
        let send = ui.add_enabled_ui(ready, |ui| button(ui, &palette, Kind::Primary, &scene.say("add-send"))).inner;
        if let (true, Some(identity), Some(address)) = (send.clicked(), identity, address::whole(&form.address)) {
            form.asked = Some(address.clone());
            let (name, message) = (form.name.trim().to_owned(), form.words.trim().to_owned());
            asking(scene, &mut view.forms.answer, Intent::AddContact { identity, address, name, message });
        }
        if button(ui, &palette, Kind::Plain, &scene.say("cancel")).clicked() {
            view.dialog = None;
        }
    });
}

/// By which identity: asked only where there are several, and first the one that is being looked at.
fn which(ui: &mut Ui, scene: &Scene<'_>, form: &mut Form, at: Option<IdentityKey>) -> Option<IdentityKey> {
    let chosen = form.identity.or(at).or(scene.model.identities.first().map(|identity| identity.key));
    if scene.model.identities.len() > 1 {
        text::note(ui, &scene.palette, &scene.say("add-identity"));
        for identity in &scene.model.identities {
            if choice(ui, &scene.palette, chosen == Some(identity.key), &identity.name) {
                form.identity = Some(identity.key);
            }
        }
    }
    chosen
}

/// What can be said of an address before it is sent; nothing while it is empty.
fn hint(scene: &Scene<'_>, identity: Option<IdentityKey>, typed: &str) -> Option<String> {
    if typed.trim().is_empty() {
        return None;
    }
    let Some(whole) = address::whole(typed) else {
        return Some(scene.say("add-not-an-address").into_owned());
    };
    if scene.model.identities.iter().any(|own| own.address == whole) {
        return Some(scene.say("fault-own-address").into_owned());
    }
    let known = scene.model.contacts.values().find(|contact| contact.address == whole);
    let known = known.filter(|contact| Some(contact.identity) == identity)?;
    Some(scene.say_with("add-known", &[("name", known.name.as_str().into())]))
}

/// They were asked: what happens now.
fn next(ui: &mut Ui, scene: &Scene<'_>, view: &mut View) {
    let palette = scene.palette;
    let name = view.forms.add.name.trim();
    text::state(ui, Icon::Check, palette.good, &scene.say_with("add-asked", &[("name", name.into())]));
    text::paragraph(ui, &scene.say("add-next"));
    let close = button(ui, &palette, Kind::Primary, &scene.say("add-done"));
    if close.clicked() {
        view.dialog = None;
    }
}

fn take_scanned(scene: &mut Scene<'_>, view: &mut View) {
    match scene.model.scanned.take() {
        Some(Ok(found)) => {
            view.forms.answer.clear();
            view.forms.add.address = one_line(&found);
        }
        Some(Err(fault)) => view.forms.answer.fail(fault),
        None => {}
    }
}

fn one_line(found: &Shown) -> String {
    found.as_str().chars().filter(|c| !c.is_whitespace()).take(ADDRESS_TYPED).collect()
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Characters of an address as it may be pasted: 62, and what surrounds it in a letter.
const ADDRESS_TYPED: usize = 128;
/// Characters of a name; the other side holds to it, too.
pub(crate) const NAME_CHARS: usize = 64;
/// Characters of the words that come with a request; the other side holds to it, too.
const WORDS_CHARS: usize = 280;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_code_from_a_picture_is_cut() {
        let found = Shown::new("x".repeat(10_000));
        assert_eq!(one_line(&found).chars().count(), ADDRESS_TYPED);
    }
}
