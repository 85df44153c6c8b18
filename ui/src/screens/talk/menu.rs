//! What can be done with one message, beside it: by pointer, by keyboard, by name.

use egui::{Id, Popup, PopupCloseBehavior, PopupKind, Rect, Ui};

use super::Act;
use super::bubble;
use crate::keys::MessageKey;
use crate::model::{Contact, Delivery, FileState, Message};
use crate::parts::{Kind, button, emoji, prose, text};
use crate::screens::{Scene, View};
use crate::theme::GRID;

/// The open menu.
pub(super) struct Menu {
    pub(super) message: MessageKey,
    page: Page,
    /// Where it hangs: known once its message is drawn.
    at: Option<Rect>,
    /// It was just opened: the focus goes into it.
    fresh: bool,
}

/// What it shows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Page {
    Acts,
    Emoji,
    Delete,
    DeleteFile,
}

impl Menu {
    pub(super) fn acts(message: MessageKey) -> Self {
        Self { message, page: Page::Acts, at: None, fresh: true }
    }

    pub(super) fn delete_file(message: MessageKey) -> Self {
        Self { message, page: Page::DeleteFile, at: None, fresh: true }
    }

    pub(super) fn emoji(message: MessageKey) -> Self {
        Self { message, page: Page::Emoji, at: None, fresh: true }
    }
}

/// Draws the open one, and does what was chosen.
pub(super) fn show(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View, contact: &Contact) {
    let Some(mut menu) = view.talk.menu.take() else {
        return;
    };
    let talk = scene.model.talk.as_ref();
    let message = talk.and_then(|talk| talk.messages.get(talk.position(menu.message)?)).cloned();
    let row = ui.ctx().read_response(bubble::row_id(menu.message)).map(|response| response.rect);
    let (Some(message), Some(row)) = (message, row) else {
        return;
    };
    let opened = std::mem::replace(&mut menu.fresh, false);
    if opened {
        view.compose.picker.open();
        let pointer = ui.input(|input| input.pointer.any_click().then(|| input.pointer.interact_pos()).flatten());
        menu.at = Some(pointer.map_or(row, |at| Rect::from_center_size(at, egui::Vec2::splat(1.0))));
    }
    let anchor = menu.at.unwrap_or(row);
    let mut open = true;
    let mut act = None;
    Popup::new(Id::unique("message-menu"), ui.ctx().clone(), at(anchor), ui.layer_id())
        .kind(PopupKind::Menu)
        .open_bool(&mut open)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .width(WIDTH)
        .accessible_name(scene.say("talk-more"))
        .show(|ui| {
            ui.set_width(WIDTH);
            ui.spacing_mut().item_spacing.y = 0.0;
            act = match menu.page {
                Page::Acts => acts(ui, scene, view, &message, opened, &mut menu.page),
                Page::Emoji => view
                    .compose
                    .picker
                    .show(ui, scene.words, &scene.palette)
                    .map(|emoji| Act::React(message.key, Some(emoji.as_str().to_owned()))),
                Page::Delete => confirm(ui, scene, contact, &message),
                Page::DeleteFile => confirm_file(ui, scene, &message, opened),
            };
        });
    if let Some(act) = act {
        super::perform(ui, scene, view, act);
    } else if open {
        view.talk.menu = Some(menu);
        return;
    }
    // Back to the message, unless something else asks for the focus.
    if view.dialog.is_none() && !view.compose.wants_focus() {
        view.talk.current = Some(message.key);
        view.talk.focus = true;
        ui.ctx().request_repaint();
    }
}

fn at(anchor: Rect) -> egui::PopupAnchor {
    if anchor.width() > 2.0 { egui::PopupAnchor::ParentRect(anchor) } else { anchor.center().into() }
}

fn acts(
    ui: &mut Ui,
    scene: &Scene<'_>,
    view: &mut View,
    message: &Message,
    opened: bool,
    page: &mut Page,
) -> Option<Act> {
    let key = message.key;
    let mut act = None;
    if !message.deleted {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            for emoji in emoji::usual() {
                if emoji::key(ui, emoji) {
                    view.compose.picker.chose(emoji);
                    act = Some(Act::React(key, Some(emoji.as_str().to_owned())));
                }
            }
        });
    }
    let mut first = opened;
    let mut item = |ui: &mut Ui, name: &str, kind| {
        let response = button::item(ui, &scene.palette, kind, &scene.say(name));
        if std::mem::take(&mut first) {
            response.request_focus();
        }
        response.clicked()
    };
    let queued = !message.incoming && message.delivery == Delivery::Queued;
    let gone = message.deleted || message.delivery == Delivery::Recalled;
    if !message.deleted {
        let copy = if message.file.is_some() { "talk-copy-name" } else { "talk-copy" };
        act = item(ui, copy, Kind::Quiet).then_some(Act::Copy(key)).or(act);
        act = item(ui, "talk-reply", Kind::Quiet).then_some(Act::Reply(key)).or(act);
        if item(ui, "talk-react-other", Kind::Quiet) {
            *page = Page::Emoji;
        }
    }
    if !message.deleted && message.file.is_none() {
        act = item(ui, "talk-forward", Kind::Quiet).then_some(Act::Forward(key)).or(act);
    }
    if !message.incoming && !gone && message.file.is_none() {
        act = item(ui, "talk-edit", Kind::Quiet).then_some(Act::Edit(key)).or(act);
    }
    if message.edited && !message.deleted {
        act = item(ui, "talk-history", Kind::Quiet).then_some(Act::History(key)).or(act);
    }
    if queued {
        act = item(ui, "talk-recall", Kind::Quiet).then_some(Act::Recall(key)).or(act);
    } else if !message.incoming && !gone && item(ui, "talk-delete-both", Kind::Danger) {
        *page = Page::Delete;
    }
    if item(ui, "talk-delete-here", Kind::Danger) {
        match keeps_file(message) {
            true => *page = Page::DeleteFile,
            false => act = Some(Act::DeleteHere(key)),
        }
    }
    links(ui, scene, message).or(act)
}

/// The links in the text: to be copied, with what that may mean; nothing here opens them.
fn links(ui: &mut Ui, scene: &Scene<'_>, message: &Message) -> Option<Act> {
    let mut act = None;
    let links = prose::links(message.text.as_str());
    if links.is_empty() || message.deleted {
        return None;
    }
    ui.add_space(GRID);
    text::note(ui, &scene.palette, &scene.say("talk-link-warning"));
    for link in links {
        let name = scene.say_with("talk-copy-link", &[("link", prose::beginning(link, LINK_CHARS).into())]);
        if button::item(ui, &scene.palette, Kind::Quiet, &name).clicked() {
            act = Some(Act::CopyLink(link.to_owned()));
        }
    }
    act
}

/// What deleting for both means, before it is done.
fn confirm(ui: &mut Ui, scene: &Scene<'_>, contact: &Contact, message: &Message) -> Option<Act> {
    text::paragraph(ui, &scene.say_with("talk-delete-both-note", &[("name", (&contact.name).into())]));
    ui.add_space(2.0 * GRID);
    let yes = button(ui, &scene.palette, Kind::Danger, &scene.say("talk-delete-both"));
    yes.clicked().then_some(Act::DeleteForBoth(message.key))
}

/// What deleting a file that was received means, before it is done.
fn confirm_file(ui: &mut Ui, scene: &Scene<'_>, message: &Message, opened: bool) -> Option<Act> {
    text::paragraph(ui, &scene.say("file-delete-note"));
    ui.add_space(2.0 * GRID);
    let yes = button(ui, &scene.palette, Kind::Danger, &scene.say("file-delete-do"));
    if opened {
        yes.request_focus();
    }
    yes.clicked().then_some(Act::DeleteHere(message.key))
}

/// Whether a file goes with the message that is nowhere else.
fn keeps_file(message: &Message) -> bool {
    message.incoming && message.file.as_ref().is_some_and(|file| file.state == FileState::Done)
}

/// The width of the menu.
const WIDTH: f32 = 264.0;
/// Characters of a link that are shown: its host is among them.
const LINK_CHARS: usize = 60;
