//! The conversation: its header, its messages, what can be done with each.
//!
//! It asks for what it needs of the history and says what was displayed only when it was: the window has the focus and
//! the newest message is in view.

mod beside;
mod bubble;
mod card;
mod header;
mod menu;
mod messages;
mod note;

use egui::{CentralPanel, Panel, Ui};

use super::dialog::{Dialog, save};
use super::{Page, Scene, View, attach, compose, people};
use crate::intent::{Intent, Part};
use crate::keys::{ContactKey, MessageKey, TransferKey};
use crate::model::Contact;
use crate::parts::roll::Roll;
use crate::parts::text;

/// What the person is doing in the conversation.
#[derive(Default)]
pub(crate) struct State {
    /// A place to go to, in whichever conversation.
    pub(crate) wanted: Option<(ContactKey, MessageKey)>,
    contact: Option<ContactKey>,
    roll: Roll,
    /// Messages that were unread when it was opened, until the first of them is found.
    unread: u64,
    first_unread: Option<MessageKey>,
    /// The first page came and was put in its place.
    placed: bool,
    /// The place to go to, and whether its page was asked for.
    jump: Option<(MessageKey, bool)>,
    /// The place that was gone to, until when it shows.
    lit: Option<(MessageKey, f64)>,
    /// The message that the keyboard is at.
    current: Option<MessageKey>,
    /// It gets the focus in this frame.
    focus: bool,
    /// The rows that were in view in the last frame.
    shown: std::ops::Range<usize>,
    menu: Option<menu::Menu>,
    /// What was last said to be displayed: the newest message, and how many were unread then.
    marked: Option<(MessageKey, u64)>,
    /// The newest message that was in view.
    seen: Option<MessageKey>,
}

impl State {
    /// A message was sent: it is seen where it appears.
    pub(crate) fn sent(&mut self) {
        self.roll.seek_end();
    }
}

/// What was asked for with a message.
#[derive(Clone, Debug, PartialEq)]
enum Act {
    Copy(MessageKey),
    CopyLink(String),
    DeleteFile(MessageKey),
    DeleteForBoth(MessageKey),
    DeleteHere(MessageKey),
    Edit(MessageKey),
    File(TransferKey, FileAct),
    Forward(MessageKey),
    History(MessageKey),
    Jump(MessageKey),
    Menu(MessageKey),
    Move(MessageKey),
    Pick(MessageKey),
    React(MessageKey, Option<String>),
    Recall(MessageKey),
    Reply(MessageKey),
    Whole(MessageKey),
    Write,
}

/// What was asked for with a file.
#[derive(Clone, Copy, Debug, PartialEq)]
enum FileAct {
    Accept,
    Cancel,
    Decline,
    Hide,
    Hush,
    Pause,
    Play,
    Resume,
    Save,
    Show,
}

/// Draws it.
pub(crate) fn show(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View) {
    let Page::Talk(key) = view.page else {
        nothing(ui, scene, view);
        return;
    };
    let Some(contact) = scene.model.contact(key).cloned() else {
        view.page = Page::Empty;
        return;
    };
    open(scene, view, &contact);
    attach::watch(ui, scene, view, &contact);
    save::take_chosen(scene, view);
    let whole = ui.max_rect();
    Panel::top("talk-header").show(ui, |ui| header::show(ui, scene, view, &contact));
    Panel::bottom("talk-compose").show(ui, |ui| compose::show(ui, scene, view, &contact));
    let frame = egui::Frame::central_panel(ui.style()).inner_margin(0);
    CentralPanel::default().frame(frame).show(ui, |ui| messages::show(ui, scene, view, &contact));
    menu::show(ui, scene, view, &contact);
    attach::target(ui, scene, &contact, whole);
}

/// Nobody is chosen, or nobody is there.
fn nothing(ui: &mut Ui, scene: &Scene<'_>, view: &mut View) {
    if people::nobody::lonely(scene, view).is_some() {
        return people::nobody::show(ui, scene, view);
    }
    ui.centered_and_justified(|ui| text::note(ui, &scene.palette, &scene.say("talk-nobody")));
}

/// Loads what belongs to the contact, when it is another one than before.
fn open(scene: &mut Scene<'_>, view: &mut View, contact: &Contact) {
    let key = contact.key;
    let wanted = view.talk.wanted.take().filter(|(whose, _)| *whose == key).map(|(_, message)| message);
    let loaded = scene.model.talk.as_ref().is_some_and(|talk| talk.contact == key);
    if view.talk.contact != Some(key) || !loaded {
        scene.model.open(key);
        compose::enter(scene, view, contact);
        view.talk = State { contact: Some(key), unread: contact.unread, ..State::default() };
        if wanted.is_none() {
            scene.ask(Intent::Load { contact: key, part: Part::Newest });
        }
    }
    if let Some(message) = wanted {
        view.talk.jump = Some((message, false));
    }
}

/// Does what was asked for with a message.
fn perform(ui: &Ui, scene: &mut Scene<'_>, view: &mut View, act: Act) {
    let text = |scene: &Scene<'_>, key| {
        let talk = scene.model.talk.as_ref()?;
        let message = talk.messages.get(talk.position(key)?)?;
        Some(message.text.as_str().to_owned())
    };
    match act {
        Act::Copy(key) => {
            if let Some(text) = text(scene, key) {
                ui.ctx().copy_text(text);
            }
        }
        Act::CopyLink(link) => ui.ctx().copy_text(link),
        Act::DeleteForBoth(key) => scene.ask(Intent::DeleteForBoth(key)),
        Act::DeleteHere(key) => scene.ask(Intent::DeleteHere(key)),
        Act::DeleteFile(key) => view.talk.menu = Some(menu::Menu::delete_file(key)),
        Act::Edit(key) => {
            if let Some(text) = text(scene, key) {
                compose::edit(view, key, text);
            }
        }
        Act::File(key, act) => card::perform(scene, key, act),
        Act::Forward(key) => view.dialog = Some(Dialog::Forward(key)),
        Act::History(key) => {
            scene.ask(Intent::ShowHistory(key));
            view.dialog = Some(Dialog::History(key));
        }
        Act::Jump(key) => view.talk.jump = Some((key, false)),
        Act::Menu(key) => view.talk.menu = Some(menu::Menu::acts(key)),
        Act::Move(key) => {
            view.talk.current = Some(key);
            view.talk.focus = true;
            ui.ctx().request_repaint();
        }
        Act::Pick(key) => view.talk.menu = Some(menu::Menu::emoji(key)),
        Act::React(key, emoji) => scene.ask(Intent::React(key, emoji)),
        Act::Recall(key) => scene.ask(Intent::Recall(key)),
        Act::Reply(key) => compose::reply(view, key),
        Act::Whole(key) => view.dialog = Some(Dialog::LongText(key)),
        Act::Write => compose::focus(view),
    }
}
