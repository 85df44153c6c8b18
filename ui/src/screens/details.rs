//! What is known of a contact, and what can be done about it.

use egui::{ScrollArea, Ui};

use super::dialog::Dialog;
use super::{Page, Scene, View, address, files};
use crate::intent::Intent;
use crate::model::{Contact, Standing};
use crate::parts::{Icon, Kind, button, check, choice, icon_button, text};
use crate::theme::GRID;

/// What was done here.
#[derive(Default)]
pub(crate) struct State {
    /// The address of this contact was copied.
    copied: Option<crate::keys::ContactKey>,
}

/// Draws it.
pub(crate) fn show(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View) {
    let Page::Talk(key) = view.page else { return };
    let Some(contact) = scene.model.contact(key).cloned() else { return };
    ui.horizontal(|ui| {
        let (icon, name) = if scene.narrow { (Icon::Back, "details-back") } else { (Icon::Close, "details-close") };
        if icon_button(ui, &scene.palette, icon, &scene.say(name)).clicked() {
            view.details = false;
        }
        text::section(ui, &scene.say("details-title"));
    });
    ScrollArea::vertical().id_salt("details").auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 2.0 * GRID;
        who(ui, scene, view, &contact);
        verified(ui, scene, view, &contact);
        section(ui, &scene.say("files-title"));
        files::show(ui, scene, view, &contact);
        expiry(ui, scene, &contact);
        receipts(ui, scene, &contact);
        last(ui, scene, view, &contact);
    });
}

fn who(ui: &mut Ui, scene: &Scene<'_>, view: &mut View, contact: &Contact) {
    let palette = scene.palette;
    text::title(ui, &contact.name);
    match contact.standing {
        Standing::Accepted => {}
        Standing::Blocked => drop(text::state(ui, Icon::Block, palette.bad, &scene.say("details-blocked"))),
        Standing::Requested => drop(text::state(ui, Icon::Clock, palette.wait, &scene.say("details-requested"))),
    }
    if button(ui, &palette, Kind::Plain, &scene.say("details-rename")).clicked() {
        view.dialog = Some(Dialog::Rename(contact.key));
    }
    section(ui, &scene.say("details-address"));
    address::show(ui, &palette, &contact.address);
    ui.horizontal_wrapped(|ui| {
        if button(ui, &palette, Kind::Plain, &scene.say("details-copy")).clicked() {
            ui.ctx().copy_text(contact.address.clone());
            view.about.copied = Some(contact.key);
        }
        if view.about.copied == Some(contact.key) {
            text::state(ui, Icon::Check, palette.good, &scene.say("copied"));
        }
    });
}

fn verified(ui: &mut Ui, scene: &Scene<'_>, view: &mut View, contact: &Contact) {
    let palette = scene.palette;
    section(ui, &scene.say("details-safety"));
    if contact.verified {
        text::state(ui, Icon::Shield, palette.good, &scene.say("details-verified"));
    } else {
        text::state(ui, Icon::Info, palette.muted, &scene.say("details-unverified"));
    }
    if button(ui, &palette, Kind::Plain, &scene.say("details-compare")).clicked() {
        view.dialog = Some(Dialog::SafetyWords(contact.key));
    }
}

fn expiry(ui: &mut Ui, scene: &mut Scene<'_>, contact: &Contact) {
    let palette = scene.palette;
    section(ui, &scene.say("details-expiry"));
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for (seconds, name) in EXPIRIES {
            if choice(ui, &palette, contact.expires_in == seconds, &scene.say(name)) {
                scene.ask(Intent::SetExpiry(contact.key, seconds));
            }
        }
    });
    // The other side may have set a time that is not offered here.
    if let Some(seconds) = contact.expires_in.filter(|_| EXPIRIES.iter().all(|(known, _)| *known != contact.expires_in))
    {
        let span = crate::parts::when::span(scene.words, i64::from(seconds));
        choice(ui, &palette, true, &scene.say_with("details-expiry-other", &[("span", (&span).into())]));
    }
    text::note(ui, &palette, &scene.say_with("details-expiry-note", &[("name", contact.name.as_str().into())]));
}

fn receipts(ui: &mut Ui, scene: &mut Scene<'_>, contact: &Contact) {
    let palette = scene.palette;
    section(ui, &scene.say("details-receipts"));
    let mut mine = contact.receipts.mine;
    if check(ui, &palette, &mut mine, &scene.say("details-receipts-mine")).changed() {
        scene.ask(Intent::SetReceipts(contact.key, mine));
    }
    let name = match (contact.receipts.mine, contact.receipts.theirs) {
        (true, true) => "details-receipts-both",
        (true, false) => "details-receipts-waiting",
        (false, true) => "details-receipts-asked",
        (false, false) => "details-receipts-off",
    };
    text::note(ui, &palette, &scene.say_with(name, &[("name", contact.name.as_str().into())]));
}

fn last(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View, contact: &Contact) {
    let palette = scene.palette;
    section(ui, &scene.say("details-more"));
    if button(ui, &palette, Kind::Plain, &scene.say("details-export")).clicked() {
        view.dialog = Some(Dialog::Export(contact.key));
    }
    let blocked = contact.standing == Standing::Blocked;
    let name = if blocked { "details-unblock" } else { "details-block" };
    if button(ui, &palette, Kind::Plain, &scene.say(name)).clicked() {
        scene.ask(Intent::Block(contact.key, !blocked));
    }
    text::note(ui, &palette, &scene.say("details-block-note"));
    if button(ui, &palette, Kind::Danger, &scene.say("details-remove")).clicked() {
        view.dialog = Some(Dialog::Remove(contact.key));
    }
}

/// The title of a section, with air above it.
fn section(ui: &mut Ui, title: &str) {
    ui.add_space(3.0 * GRID);
    text::section(ui, title);
}

/// The times that are offered.
const EXPIRIES: [(Option<u32>, &str); 6] = [
    (None, "details-expiry-off"),
    (Some(5 * 60), "details-expiry-minutes"),
    (Some(60 * 60), "details-expiry-hour"),
    (Some(24 * 60 * 60), "details-expiry-day"),
    (Some(7 * 24 * 60 * 60), "details-expiry-week"),
    (Some(28 * 24 * 60 * 60), "details-expiry-weeks"),
];
