//! Where a message is written: drafts are kept, and nothing that was typed is lost without a word.
//!
//! It sends text alone. What it holds is forgotten when the screen is locked, after the draft was handed over.

use std::collections::BTreeMap;

use egui::text::{CCursor, CCursorRange};
use egui::{
    Event, EventFilter, Id, Key, KeyboardShortcut, Modifiers, Popup, PopupCloseBehavior, Rect, ScrollArea, TextEdit,
    Ui, UiBuilder, Vec2, pos2,
};

use super::{Scene, View, attach, record};
use crate::intent::Intent;
use crate::keys::{ContactKey, MessageKey};
use crate::model::{Contact, Message, Standing};
use crate::parts::emoji::Picker;
use crate::parts::{Icon, icon_button, prose, text};
use crate::theme::{BODY, GRID, LINE_HEIGHT, SMALL, TARGET, Weight};

/// What is being written.
#[derive(Default)]
pub(crate) struct State {
    contact: Option<ContactKey>,
    text: String,
    /// What the other side was last given as the draft.
    saved: String,
    /// When the text last changed, while that is not saved.
    changed: Option<f64>,
    /// The draft that waits while a message is edited.
    stash: String,
    reply: Option<MessageKey>,
    edit: Option<MessageKey>,
    /// A paste was refused: it would have made so many bytes.
    refused: Option<usize>,
    /// The field gets the focus in this frame.
    focus: bool,
    /// Drafts handed over in this session: the other side may not have said them back yet.
    kept: BTreeMap<ContactKey, String>,
    /// The emoji to choose from, here and for reactions.
    pub(crate) picker: Picker,
    picking: bool,
    /// How high the field was.
    height: f32,
}

impl State {
    /// Whether the field is about to take the focus.
    pub(crate) fn wants_focus(&self) -> bool {
        self.focus
    }

    /// The draft, if the other side does not have it yet.
    pub(crate) fn unsaved(&mut self) -> Option<Intent> {
        let contact = self.contact?;
        let draft = if self.edit.is_some() { &self.stash } else { &self.text };
        self.changed = None;
        if *draft == self.saved {
            return None;
        }
        self.saved.clone_from(draft);
        self.kept.insert(contact, draft.clone());
        Some(Intent::Draft(contact, self.saved.clone()))
    }

    fn set(&mut self, text: String) {
        self.text = text;
        self.refused = None;
        self.focus = true;
    }

    fn cancel(&mut self) {
        self.reply = None;
        if self.edit.take().is_some() {
            self.text = std::mem::take(&mut self.stash);
        }
        self.focus = true;
    }
}

/// Another conversation was opened: its draft comes, the other one is kept.
pub(crate) fn enter(scene: &mut Scene<'_>, view: &mut View, contact: &Contact) {
    keep(scene, view);
    let state = &mut view.compose;
    let draft = state.kept.get(&contact.key).unwrap_or(&contact.draft).clone();
    *state = State {
        contact: Some(contact.key),
        saved: draft.clone(),
        text: draft,
        focus: contact.standing != Standing::Blocked,
        kept: std::mem::take(&mut state.kept),
        picker: std::mem::take(&mut state.picker),
        ..State::default()
    };
}

/// Hands the draft over, if it changed.
pub(crate) fn keep(scene: &mut Scene<'_>, view: &mut View) {
    scene.intents.extend(view.compose.unsaved());
}

/// Puts the keyboard into the field.
pub(crate) fn focus(view: &mut View) {
    view.compose.focus = true;
}

/// Whether the keyboard is in the field.
pub(crate) fn has_focus(ui: &Ui) -> bool {
    ui.memory(|memory| memory.has_focus(Id::unique(FIELD)))
}

/// Answers a message.
pub(crate) fn reply(view: &mut View, message: MessageKey) {
    view.compose.reply = Some(message);
    view.compose.focus = true;
}

/// Changes the text of a message.
pub(crate) fn edit(view: &mut View, message: MessageKey, text: String) {
    let state = &mut view.compose;
    if state.edit.is_none() {
        state.stash = std::mem::take(&mut state.text);
    }
    state.reply = None;
    state.edit = Some(message);
    state.set(text);
}

/// Nothing of it stays in egui.
pub(crate) fn wipe(ctx: &egui::Context) {
    crate::parts::field::wipe(ctx, FIELD);
}

/// Draws it.
pub(crate) fn show(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View, contact: &Contact) {
    if contact.standing == Standing::Blocked {
        return;
    }
    ui.add_space(2.0 * GRID);
    attach::strip(ui, scene, view, contact);
    record::strip(ui, scene, view, contact.key);
    banner(ui, scene, view, contact);
    let sent = keys(ui, scene, view);
    // The buttons stand beside the last line of the field, as high as it was in the last frame.
    let height = view.compose.height.max(TARGET);
    let (_, rect) = ui.allocate_space(Vec2::new(ui.available_width(), height));
    let square = |right: f32| Rect::from_min_max(pos2(right - TARGET, rect.max.y - TARGET), pos2(right, rect.max.y));
    let place_of = |count: f32| square(rect.max.x - count * (TARGET + GRID));
    let can_attach = attach::is_possible(contact) && view.compose.edit.is_none();
    let (last, smile_at) = (place_of(0.0), place_of(1.0));
    // In a narrow window the menu of the other button has it.
    let can_record = can_attach && !scene.narrow && record::is_possible(scene, contact);
    let first = place_of(if can_record {
        3.0
    } else if can_attach {
        2.0
    } else {
        1.0
    });
    let place = |ui: &mut Ui, name, rect| ui.new_child(UiBuilder::new().id_salt(name).max_rect(rect));
    field(
        &mut place(ui, "field", Rect::from_min_max(rect.min, pos2(first.min.x - 2.0 * GRID, rect.max.y))),
        scene,
        view,
        contact,
    );
    let palette = scene.palette;
    if can_attach {
        attach::menu(&mut place(ui, "attach", place_of(2.0)), scene, contact);
    }
    if can_record {
        record::button(&mut place(ui, "record", first), scene, contact);
    }
    let smile = icon_button(&mut place(ui, "emoji", smile_at), &palette, Icon::Smile, &scene.say("talk-emoji"));
    emoji(scene, view, &smile);
    let ready = ready(&view.compose);
    let name = if view.compose.edit.is_some() { "talk-save" } else { "talk-send" };
    let name = scene.say(name).into_owned();
    let mut corner = place(ui, "send", last);
    let pressed = corner.add_enabled_ui(ready, |ui| icon_button(ui, &palette, Icon::Send, &name)).inner.clicked();
    if ready && (pressed || sent) {
        send(scene, view, contact);
    }
    limits(ui, scene, &view.compose);
    ui.add_space(2.0 * GRID);
    pause(ui, scene, view);
}

/// What is answered or edited, and the way out of it.
fn banner(ui: &mut Ui, scene: &Scene<'_>, view: &mut View, contact: &Contact) {
    let state = &mut view.compose;
    let message = |key: MessageKey| -> Option<&Message> {
        let talk = scene.model.talk.as_ref()?;
        talk.messages.get(talk.position(key)?)
    };
    let (icon, title, quoted) = if let Some(key) = state.edit {
        (Icon::Pencil, scene.say("talk-editing").into_owned(), message(key))
    } else if let Some(key) = state.reply {
        let message = message(key);
        let title = if message.is_some_and(|message| message.incoming) {
            scene.say_with("talk-replying", &[("name", (&contact.name).into())])
        } else {
            scene.say("talk-replying-self").into_owned()
        };
        (Icon::Reply, title, message)
    } else {
        return;
    };
    let escape = ui.memory(|memory| memory.has_focus(Id::unique(FIELD)))
        && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
    let mut cancelled = escape;
    let size = Vec2::new(ui.available_width(), TARGET);
    ui.allocate_ui_with_layout(size, egui::Layout::right_to_left(egui::Align::Center), |ui| {
        cancelled |= icon_button(ui, &scene.palette, Icon::Close, &scene.say("cancel")).clicked();
        ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
            let (rect, _) = ui.allocate_exact_size(Vec2::splat(4.0 * GRID), egui::Sense::hover());
            icon.paint(ui.painter(), rect, scene.palette.accent);
            let (palette, width) = (&scene.palette, ui.available_width());
            ui.label(prose::line(ui, &title, SMALL, Weight::Strong, palette.accent, width));
            if let Some(message) = quoted {
                let width = ui.available_width();
                ui.label(prose::line(ui, message.text.as_str(), SMALL, Weight::Regular, palette.muted, width));
            }
        });
    });
    if cancelled {
        state.cancel();
    }
}

/// The keys of the field that are ours: sending, editing the last message. True: send.
fn keys(ui: &Ui, scene: &Scene<'_>, view: &mut View) -> bool {
    if !ui.memory(|memory| memory.has_focus(Id::unique(FIELD))) {
        return false;
    }
    if view.compose.text.is_empty() && ui.input(|input| input.key_pressed(Key::ArrowUp)) {
        let last = scene.model.talk.as_ref().and_then(|talk| talk.messages.iter().rev().find(|m| editable(m)));
        if let Some(last) = last {
            edit(view, last.key, last.text.as_str().to_owned());
        }
    }
    refuse(ui, view);
    let plain = scene.model.settings.enter_sends;
    ui.input_mut(|input| {
        input.consume_key(Modifiers::COMMAND, Key::Enter)
            || (plain && !input.modifiers.shift && input.consume_key(Modifiers::NONE, Key::Enter))
    })
}

/// A paste that would not fit changes nothing, and is said.
fn refuse(ui: &Ui, view: &mut View) {
    let held = view.compose.text.len();
    let mut refused = None;
    ui.input_mut(|input| {
        input.events.retain(|event| match event {
            Event::Paste(text) if held + text.len() > MESSAGE_BYTES => {
                refused = Some(held + text.len());
                false
            }
            _ => true,
        });
    });
    if refused.is_some() {
        view.compose.refused = refused;
    }
}

fn field(ui: &mut Ui, scene: &Scene<'_>, view: &mut View, contact: &Contact) {
    let state = &mut view.compose;
    let row = (BODY * LINE_HEIGHT).round();
    let name = scene.say_with("talk-write", &[("name", (&contact.name).into())]);
    let width = ui.available_width();
    let most = ROWS * row + 16.0;
    // Esc ends an answer or an edit; without one it leaves the field.
    let escape = state.reply.is_some() || state.edit.is_some();
    let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, tab: false, escape };
    let out =
        ScrollArea::vertical().id_salt("compose").max_height(most).min_scrolled_height(TARGET).max_width(width).show(
            ui,
            |ui| {
                let newline = match scene.model.settings.enter_sends {
                    true => KeyboardShortcut::new(Modifiers::SHIFT, Key::Enter),
                    false => KeyboardShortcut::new(Modifiers::NONE, Key::Enter),
                };
                TextEdit::multiline(&mut state.text)
                    .id(Id::unique(FIELD))
                    .hint_text(name.clone())
                    .desired_rows(1)
                    .desired_width(f32::INFINITY)
                    .margin(egui::Margin::symmetric(10, 7))
                    .min_size(Vec2::new(0.0, TARGET))
                    .return_key(newline)
                    .event_filter(filter)
                    .show(ui)
                    .response
                    .response
            },
        );
    let height = out.content_size.y.min(most);
    if (state.height - height).abs() > 0.5 {
        state.height = height;
        ui.ctx().request_repaint();
    }
    let response = out.inner.accessible_name(name);
    if response.changed() {
        state.changed = Some(scene.now);
        state.refused = None;
    }
    if std::mem::take(&mut state.focus) {
        response.request_focus();
        let end = CCursorRange::one(CCursor::new(state.text.chars().count()));
        let mut edit = TextEdit::load_state(ui.ctx(), response.id).unwrap_or_default();
        edit.cursor.set_char_range(Some(end));
        TextEdit::store_state(ui.ctx(), response.id, edit);
    }
}

fn emoji(scene: &Scene<'_>, view: &mut View, smile: &egui::Response) {
    let state = &mut view.compose;
    if smile.clicked() {
        state.picking = !state.picking;
        state.picker.open();
    }
    let mut chosen = None;
    Popup::from_response(smile)
        .open_bool(&mut state.picking)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .align(egui::RectAlign::TOP_END)
        .accessible_name(scene.say("talk-emoji"))
        .show(|ui| chosen = state.picker.show(ui, scene.words, &scene.palette));
    if let Some(emoji) = chosen {
        state.text.push_str(emoji.as_str());
        state.changed = Some(scene.now);
        (state.picking, state.focus) = (false, true);
    }
}

/// What is too long, or nearly.
fn limits(ui: &mut Ui, scene: &Scene<'_>, state: &State) {
    let bytes = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let held = state.text.len();
    if let Some(would) = state.refused {
        let values = [("bytes", bytes(would).into()), ("most", bytes(MESSAGE_BYTES).into())];
        text::state(ui, Icon::Warning, scene.palette.bad, &scene.say_with("talk-paste-refused", &values));
    } else if held > MESSAGE_BYTES {
        let values = [("over", bytes(held - MESSAGE_BYTES).into())];
        text::state(ui, Icon::Warning, scene.palette.bad, &scene.say_with("talk-too-long", &values));
    } else if held + WARNED > MESSAGE_BYTES {
        let values = [("left", bytes(MESSAGE_BYTES - held).into())];
        text::note(ui, &scene.palette, &scene.say_with("talk-bytes-left", &values));
    }
}

fn send(scene: &mut Scene<'_>, view: &mut View, contact: &Contact) {
    let state = &mut view.compose;
    let text = std::mem::take(&mut state.text);
    if let Some(key) = state.edit.take() {
        scene.ask(Intent::Edit(key, text));
        state.text = std::mem::take(&mut state.stash);
    } else {
        scene.ask(Intent::Send { contact: contact.key, text, reply_to: state.reply.take() });
        view.talk.sent();
    }
    let state = &mut view.compose;
    state.refused = None;
    state.focus = true;
    keep(scene, view);
}

/// A pause in typing hands the draft over.
fn pause(ui: &Ui, scene: &mut Scene<'_>, view: &mut View) {
    let Some(changed) = view.compose.changed else {
        return;
    };
    let left = changed + PAUSE - scene.now;
    if left <= 0.0 {
        keep(scene, view);
    } else {
        ui.ctx().request_repaint_after(std::time::Duration::from_secs_f64(left));
    }
}

fn ready(state: &State) -> bool {
    state.text.len() <= MESSAGE_BYTES && state.text.chars().any(|c| !c.is_whitespace())
}

fn editable(message: &Message) -> bool {
    message.file.is_none()
        && !message.incoming
        && !message.deleted
        && message.delivery != crate::model::Delivery::Recalled
}

/// The field among widgets.
const FIELD: &str = "compose";
/// The field grows to so many lines.
const ROWS: f32 = 8.0;
/// The longest message in bytes of UTF-8, as the protocol has it: some thirty pages.
const MESSAGE_BYTES: usize = 64 * 1024;
/// From so many bytes before the end, what is left is said.
const WARNED: usize = 1_024;
/// Seconds without typing after which the draft is handed over.
const PAUSE: f64 = 2.0;
