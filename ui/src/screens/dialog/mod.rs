//! The dialog over everything: which one, its frame, and what is being typed into it.
//!
//! The frame has a title, closes with Esc or its button (a click beside it closes nothing: what was typed would be lost),
//! takes the focus in and gives it back, and scrolls where the window is small. What a dialog says is its own file's.

mod add;
mod address;
mod answer;
mod backup;
mod detour;
mod forward;
mod help;
mod history;
mod identity;
mod long;
mod panic;
mod passphrase;
mod path;
mod remove;
mod rename;
mod safety;
pub(crate) mod save;
mod send;
mod tor;

use egui::accesskit::Role;
use egui::{Align, Id, Layout, Modal, ScrollArea, Ui, Vec2};

pub(crate) use add::NAME_CHARS;
use answer::{Answer, asking};
pub(crate) use send::unpack;

use super::{Scene, View};
use crate::keys::{ContactKey, IdentityKey, MessageKey, TransferKey};
use crate::parts::{Icon, Kind, button, icon_button, text};
use crate::theme::GRID;

/// A dialog. Open one with `view.dialog = Some(..)`; what is typed into it starts empty each time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialog {
    /// Ask somebody to be a contact.
    AddContact,
    /// One's own address, as text and picture.
    Address(IdentityKey),
    /// Make an identity.
    NewIdentity,
    /// Remove an identity.
    RemoveIdentity(IdentityKey),
    /// Compare the safety words of a contact.
    SafetyWords(ContactKey),
    /// Give a contact another name.
    Rename(ContactKey),
    /// Remove a contact.
    Remove(ContactKey),
    /// What Tor is doing.
    Tor,
    /// How Tor is entered.
    Detour,
    /// Destroy the keys.
    Panic,
    /// The keyboard.
    Help,
    /// Where a conversation is to be written as text.
    Export(ContactKey),
    /// Write a backup.
    Backup,
    /// Change the passphrase.
    Passphrase,
    /// Send a message on to another contact.
    Forward(MessageKey),
    /// The earlier texts of a message.
    History(MessageKey),
    /// The whole of a text too long for its bubble.
    LongText(MessageKey),
    /// What is about to be sent to a contact.
    SendFiles(ContactKey),
    /// Where a file that was received is to be written.
    SaveFile(TransferKey),
}

/// What is typed into the open dialog; empty again for the next one.
#[derive(Default)]
pub(crate) struct Forms {
    /// Whose this is.
    of: Option<Dialog>,
    /// This is the first frame of the dialog: the focus goes into it.
    fresh: bool,
    /// What had the focus before.
    back: Option<Id>,
    /// What the other side says to what was asked for.
    answer: Answer,
    /// Safety words were said to differ.
    mismatch: bool,
    add: add::Form,
    address: address::Form,
    backup: backup::Form,
    detour: detour::Form,
    export: path::Form,
    forward: forward::Form,
    identity: identity::Form,
    long: long::Form,
    passphrase: passphrase::Form,
    rename: rename::Form,
    save: path::Form,
    send: send::Form,
}

impl Forms {
    /// Looks for the answer to what a dialog asked for, before it is shown as a notice.
    pub(super) fn hear(&mut self, scene: &mut Scene<'_>) {
        self.answer.hear(scene);
    }
}

/// Forgets what egui keeps of fields that hold something private.
pub(crate) fn wipe(ctx: &egui::Context) {
    detour::wipe(ctx);
}

/// Draws the open one.
pub(crate) fn show(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View) {
    if let Some(Dialog::SendFiles(contact)) = view.forms.of.filter(|of| view.dialog != Some(*of)) {
        send::closed(scene, contact);
    }
    if view.forms.of == Some(Dialog::Detour) && view.dialog != Some(Dialog::Detour) {
        detour::wipe(ui.ctx());
    }
    let Some(dialog) = view.dialog else {
        if view.forms.of.is_some()
            && let Some(back) = std::mem::take(&mut view.forms).back
        {
            ui.memory_mut(|memory| memory.request_focus(back));
        }
        return;
    };
    if view.forms.of != Some(dialog) {
        // One dialog that leads to another gives the focus back to where the first was opened.
        let back = if view.forms.of.is_some() { view.forms.back } else { ui.memory(egui::Memory::focused) };
        view.forms = Forms { of: Some(dialog), fresh: true, back, ..Forms::default() };
    }
    let title = title(scene, dialog);
    let room = ui.ctx().content_rect().size() - Vec2::splat(2.0 * MARGIN);
    let width = WIDTH.min(room.x);
    let frame = egui::Frame::window(ui.style()).inner_margin(PADDING);
    let modal = Modal::new(Id::unique("dialog")).frame(frame).show(ui.ctx(), |ui| {
        ui.set_width(width - 2.0 * PADDING);
        let close = header(ui, scene, &title);
        if close.clicked() {
            view.dialog = None;
        }
        ui.add_space(GRID);
        let height = (room.y - ui.min_size().y - 2.0 * PADDING).max(LEAST_HEIGHT);
        ScrollArea::vertical().max_height(height).min_scrolled_height(height).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 3.0 * GRID;
            body(ui, scene, view, dialog);
        });
        if view.forms.fresh {
            view.forms.fresh = false;
            close.request_focus();
        }
    });
    ui.ctx().accesskit_node_builder(modal.response.id, |node| {
        node.set_role(Role::Dialog);
        node.set_label(title);
    });
    let escape = || ui.input_mut(|input| input.consume_key(egui::Modifiers::NONE, egui::Key::Escape));
    if modal.is_top_modal && !modal.any_popup_open && escape() {
        view.dialog = None;
    }
    if view.dialog != Some(dialog) {
        ui.ctx().request_repaint();
    }
}

fn header(ui: &mut Ui, scene: &Scene<'_>, title: &str) -> egui::Response {
    ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
        let close = icon_button(ui, &scene.palette, Icon::Close, &scene.say("close"));
        ui.with_layout(Layout::top_down(Align::Min), |ui| text::title(ui, title));
        close
    })
    .inner
}

/// The last row of a dialog that cannot be undone: the focus starts on Cancel. True: do it; the dialog closes.
fn confirm(ui: &mut Ui, scene: &Scene<'_>, view: &mut View, ready: bool, name: &'static str) -> bool {
    let mut yes = false;
    ui.horizontal_wrapped(|ui| {
        let label = scene.say(name);
        yes = ui.add_enabled_ui(ready, |ui| button(ui, &scene.palette, Kind::Danger, &label)).inner.clicked();
        let cancel = button(ui, &scene.palette, Kind::Plain, &scene.say("cancel"));
        if view.forms.fresh {
            view.forms.fresh = false;
            cancel.request_focus();
        }
        if yes || cancel.clicked() {
            view.dialog = None;
        }
    });
    yes
}

fn title(scene: &Scene<'_>, dialog: Dialog) -> String {
    let name = |key| scene.model.contact(key).map(|contact| contact.name.as_str()).unwrap_or_default();
    match dialog {
        Dialog::AddContact => scene.say("add-title").into_owned(),
        Dialog::Address(_) => scene.say("address-title").into_owned(),
        Dialog::NewIdentity => scene.say("identity-new-title").into_owned(),
        Dialog::RemoveIdentity(_) => scene.say("identity-remove-title").into_owned(),
        Dialog::SafetyWords(key) => scene.say_with("safety-title", &[("name", name(key).into())]),
        Dialog::Rename(key) => scene.say_with("rename-title", &[("name", name(key).into())]),
        Dialog::Remove(key) => scene.say_with("remove-title", &[("name", name(key).into())]),
        Dialog::Tor => scene.say("tor-title").into_owned(),
        Dialog::Detour => scene.say("detour-title").into_owned(),
        Dialog::Panic => scene.say("panic-title").into_owned(),
        Dialog::Help => scene.say("help-title").into_owned(),
        Dialog::Export(_) => scene.say("export-title").into_owned(),
        Dialog::Backup => scene.say("backup-title").into_owned(),
        Dialog::Passphrase => scene.say("passphrase-title").into_owned(),
        Dialog::Forward(_) => forward::title(scene),
        Dialog::History(_) => history::title(scene),
        Dialog::LongText(_) => long::title(scene),
        Dialog::SendFiles(key) => send::title(name(key), scene),
        Dialog::SaveFile(_) => scene.say("save-title").into_owned(),
    }
}

fn body(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View, dialog: Dialog) {
    match dialog {
        Dialog::AddContact => add::show(ui, scene, view),
        Dialog::Address(key) => address::show(ui, scene, view, key),
        Dialog::NewIdentity => identity::make(ui, scene, view),
        Dialog::RemoveIdentity(key) => identity::remove(ui, scene, view, key),
        Dialog::SafetyWords(key) => safety::show(ui, scene, view, key),
        Dialog::Rename(key) => rename::show(ui, scene, view, key),
        Dialog::Remove(key) => remove::show(ui, scene, view, key),
        Dialog::Tor => tor::show(ui, scene, view),
        Dialog::Detour => detour::show(ui, scene, view),
        Dialog::Panic => panic::show(ui, scene, view),
        Dialog::Help => help::show(ui, scene),
        Dialog::Export(key) => path::export(ui, scene, view, key),
        Dialog::Backup => backup::show(ui, scene, view),
        Dialog::Passphrase => passphrase::show(ui, scene, view),
        Dialog::Forward(key) => forward::show(ui, scene, view, key),
        Dialog::History(key) => history::show(ui, scene, view, key),
        Dialog::LongText(key) => long::show(ui, scene, view, key),
        Dialog::SendFiles(key) => send::show(ui, scene, view, key),
        Dialog::SaveFile(key) => save::show(ui, scene, view, key),
    }
}

/// The width of a dialog where there is room: a line of some sixty characters.
const WIDTH: f32 = 480.0;
/// Between the dialog and the edge of the window.
const MARGIN: f32 = 2.0 * GRID;
/// Between the edge of the dialog and what is in it.
const PADDING: f32 = 5.0 * GRID;
/// Below this height scrolling is no help.
const LEAST_HEIGHT: f32 = 80.0;
