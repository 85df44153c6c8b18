//! Who asks to be a contact: their address, their words set apart, and what can be done with each.
//!
//! Nothing of theirs is taken over anywhere: the name is the person's own, and starts empty.

use egui::{ScrollArea, Ui};

use super::{Page, Scene, View, address};
use crate::intent::Intent;
use crate::keys::{ContactKey, IdentityKey, RequestKey};
use crate::model::{Contact, Request};
use crate::parts::{Icon, Kind, button, field, icon_button, marks, text, theirs, when};
use crate::theme::{GRID, RADIUS_LARGE};

/// What is being done with them.
#[derive(Default)]
pub(crate) struct State {
    /// Whose whole address is shown.
    whole: Option<RequestKey>,
    /// Whose address was copied last.
    copied: Option<RequestKey>,
    /// Who is being accepted, and the name that is being typed for them.
    naming: Option<(RequestKey, String)>,
    /// Who is about to be blocked.
    blocking: Option<RequestKey>,
    /// Who was accepted last, by which identity: as soon as they are a contact, the conversation opens.
    accepted: Option<(IdentityKey, String)>,
}

/// Draws it.
pub(crate) fn show(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View) {
    if let Some(contact) = arrived(scene, &view.requests) {
        view.requests.accepted = None;
        view.page = Page::Talk(contact);
        ui.ctx().request_repaint();
        return;
    }
    ui.horizontal(|ui| {
        if icon_button(ui, &scene.palette, Icon::Back, &scene.say("requests-back")).clicked() {
            view.page = Page::Empty;
        }
        text::title(ui, &scene.say("requests-title"));
    });
    ScrollArea::vertical().id_salt("requests").auto_shrink(false).show(ui, |ui| {
        ui.set_max_width(WIDTH.min(ui.available_width()));
        if scene.model.requests.is_empty() {
            text::paragraph(ui, &scene.say("requests-none"));
        } else {
            text::paragraph(ui, &scene.say("requests-note"));
            text::note(ui, &scene.palette, &scene.say("requests-choices"));
        }
        for request in scene.model.requests.clone() {
            ui.push_id(request.key, |ui| card(ui, scene, &mut view.requests, &request));
        }
    });
}

/// Who was accepted last, once they are a contact.
fn arrived(scene: &Scene<'_>, state: &State) -> Option<ContactKey> {
    let (identity, address) = state.accepted.as_ref()?;
    let of_theirs = |contact: &&Contact| contact.identity == *identity && contact.address == *address;
    scene.model.contacts.values().find(of_theirs).map(|contact| contact.key)
}

fn card(ui: &mut Ui, scene: &mut Scene<'_>, state: &mut State, request: &Request) {
    let frame = egui::Frame::new()
        .fill(scene.palette.raised)
        .stroke(egui::Stroke::new(1.0, scene.palette.line))
        .corner_radius(RADIUS_LARGE)
        .inner_margin(4.0 * GRID);
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        who(ui, scene, state, request);
        words(ui, scene, request);
        if state.naming.as_ref().is_some_and(|(key, _)| *key == request.key) {
            naming(ui, scene, state, request.key);
        } else if state.blocking == Some(request.key) {
            blocking(ui, scene, state, request.key);
        } else {
            choices(ui, scene, state, request.key);
        }
    });
    ui.add_space(GRID);
}

/// Their address is all that is known of them.
fn who(ui: &mut Ui, scene: &Scene<'_>, state: &mut State, request: &Request) {
    let palette = scene.palette;
    let (short, whole) = (address::short(&request.address), state.whole == Some(request.key));
    text::section(ui, &short);
    let at = format!("{}, {}", when::day(scene.words, scene.model.today, request.at.date), when::time(request.at));
    let own = scene.model.identities.iter().find(|identity| identity.key == request.identity);
    let own = own.filter(|_| scene.model.identities.len() > 1).map(|identity| identity.name.as_str());
    let line = match own {
        Some(own) => scene.say_with("requests-when-for", &[("when", (&at).into()), ("identity", own.into())]),
        None => scene.say_with("requests-when", &[("when", (&at).into())]),
    };
    text::note(ui, &palette, &line);
    if whole {
        address::show(ui, &palette, &request.address);
    }
    ui.horizontal_wrapped(|ui| {
        let label = if whole { "requests-address-less" } else { "requests-address-more" };
        if button(ui, &palette, Kind::Plain, &scene.say(label)).clicked() {
            state.whole = if whole { None } else { Some(request.key) };
        }
        if button(ui, &palette, Kind::Plain, &scene.say("requests-copy")).clicked() {
            ui.ctx().copy_text(request.address.clone());
            state.copied = Some(request.key);
        }
        if state.copied == Some(request.key) {
            text::state(ui, Icon::Check, palette.good, &scene.say("copied"));
        }
    });
}

fn words(ui: &mut Ui, scene: &Scene<'_>, request: &Request) {
    let palette = scene.palette;
    if request.text.as_str().trim().is_empty() {
        text::note(ui, &palette, &scene.say("requests-no-words"));
        return;
    }
    text::note(ui, &palette, &scene.say("requests-they-say"));
    theirs::block(ui, &palette, &request.text);
    let marks = marks(request.text.as_str());
    if marks.lookalikes {
        text::state(ui, Icon::Warning, palette.wait, &scene.say("requests-lookalikes"));
    }
    if marks.replaced {
        text::state(ui, Icon::Warning, palette.wait, &scene.say("requests-replaced"));
    }
}

fn choices(ui: &mut Ui, scene: &mut Scene<'_>, state: &mut State, key: RequestKey) {
    let palette = scene.palette;
    ui.horizontal_wrapped(|ui| {
        if button(ui, &palette, Kind::Primary, &scene.say("requests-accept")).clicked() {
            *state = State { naming: Some((key, String::new())), ..State::default() };
            ui.memory_mut(|memory| memory.request_focus(egui::Id::unique(NAME)));
        }
        if button(ui, &palette, Kind::Plain, &scene.say("requests-decline")).clicked() {
            scene.ask(Intent::Decline(key));
        }
        if button(ui, &palette, Kind::Plain, &scene.say("requests-block")).clicked() {
            *state = State { blocking: Some(key), ..State::default() };
        }
    });
}

fn naming(ui: &mut Ui, scene: &mut Scene<'_>, state: &mut State, key: RequestKey) {
    let palette = scene.palette;
    let Some((_, name)) = &mut state.naming else { return };
    let field = field::line(ui, &palette, NAME, &scene.say("requests-name"), name, super::dialog::NAME_CHARS);
    text::note(ui, &palette, &scene.say("requests-name-note"));
    let enter = field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
    let name = name.trim().to_owned();
    ui.horizontal_wrapped(|ui| {
        let label = scene.say("requests-accept-now").into_owned();
        let go = ui.add_enabled_ui(!name.is_empty(), |ui| button(ui, &palette, Kind::Primary, &label)).inner;
        if !name.is_empty() && (go.clicked() || enter) {
            let request = scene.model.requests.iter().find(|request| request.key == key);
            state.accepted = request.map(|request| (request.identity, request.address.clone()));
            scene.ask(Intent::Accept { request: key, name: name.clone() });
            state.naming = None;
        }
        if button(ui, &palette, Kind::Plain, &scene.say("cancel")).clicked() {
            state.naming = None;
        }
    });
}

fn blocking(ui: &mut Ui, scene: &mut Scene<'_>, state: &mut State, key: RequestKey) {
    let palette = scene.palette;
    text::paragraph(ui, &scene.say("requests-block-what"));
    ui.horizontal_wrapped(|ui| {
        if button(ui, &palette, Kind::Danger, &scene.say("requests-block-now")).clicked() {
            scene.ask(Intent::BlockRequest(key));
            state.blocking = None;
        }
        if button(ui, &palette, Kind::Plain, &scene.say("cancel")).clicked() {
            state.blocking = None;
        }
    });
}

/// The width of a request where there is room.
const WIDTH: f32 = 640.0;
/// The field for the name.
const NAME: &str = "requests-name";
