//! The messages: which are in view, where the keyboard is, what has to be loaded.

use std::collections::VecDeque;

use egui::{Align, EventFilter, Key, Layout, Rect, Role, Sense, Ui, UiBuilder, Vec2, WidgetInfo, vec2};

use super::bubble::{self, Setting};
use super::{Act, State};
use crate::intent::{Intent, Part};
use crate::keys::MessageKey;
use crate::model::{Contact, Delivery, Message};
use crate::parts::badge::badge;
use crate::parts::roll::Rows;
use crate::parts::{Icon, button, icon_button, text};
use crate::screens::{Scene, View};
use crate::theme::{GRID, TARGET};

/// The messages as rows.
struct Messages<'a, 'b> {
    scene: &'a Scene<'b>,
    contact: &'a Contact,
    messages: &'a VecDeque<Message>,
    first_unread: Option<MessageKey>,
    newest_queued: Option<MessageKey>,
    lit: Option<MessageKey>,
    current: Option<MessageKey>,
    focus: bool,
    menu: Option<MessageKey>,
    act: Option<Act>,
}

/// Draws them.
pub(super) fn show(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View, contact: &Contact) {
    place(scene, &mut view.talk, contact);
    let Some(talk) = scene.model.talk.as_ref().filter(|talk| talk.contact == contact.key) else {
        return;
    };
    if talk.messages.is_empty() {
        let name = if talk.loading { "talk-loading" } else { "talk-empty" };
        let words = scene.say_with(name, &[("name", (&contact.name).into())]);
        ui.centered_and_justified(|ui| text::note(ui, &scene.palette, &words));
        return;
    }
    let state = &mut view.talk;
    let lit = state.lit.filter(|(_, until)| *until > scene.now);
    if let Some((_, until)) = lit {
        ui.ctx().request_repaint_after(std::time::Duration::from_secs_f64((until - scene.now).max(0.01)));
    }
    // Tab goes to the message that the keyboard was at, or to the newest in view.
    let at = state.current.and_then(|key| talk.position(key)).filter(|at| state.focus || state.shown.contains(at));
    let at = at.unwrap_or_else(|| state.shown.end.min(talk.messages.len()).saturating_sub(1));
    let current = talk.messages.get(at).map(|message| message.key);
    let mut rows = Messages {
        scene,
        contact,
        messages: &talk.messages,
        first_unread: state.first_unread,
        newest_queued: talk.messages.iter().rev().take(RECENT).find(|m| queued(m)).map(|m| m.key),
        lit: lit.map(|(key, _)| key),
        current,
        focus: std::mem::take(&mut state.focus),
        menu: state.menu.as_ref().map(|menu| menu.message),
        act: None,
    };
    // A row that is lit or current looks the same height; only what the messages say changes it.
    let seen = state.roll.show(ui, talk.turn, &mut rows);
    let act = rows.act;
    if state.shown != seen.rows {
        // Where Tab goes has changed.
        state.shown = seen.rows.clone();
        ui.ctx().request_repaint();
    }
    let (older, newer, loading) = (talk.older, talk.newer, talk.loading);
    let count = talk.messages.len();
    let key = |at: usize| talk.messages.get(at).map(|message| message.key);
    let (first, last) = (key(0), key(count.saturating_sub(1)));
    if seen.at_end && !newer {
        state.seen = last;
    }
    let unseen = talk.messages.iter().rev().take_while(|message| Some(message.key) > state.seen);
    let unseen = unseen.filter(|message| message.incoming).count();
    let wish = match (first, last) {
        (Some(first), _) if older && !loading && seen.rows.start < NEAR => Some(Part::Before(first)),
        (_, Some(last)) if newer && !loading && seen.rows.end + NEAR > count => Some(Part::After(last)),
        _ => None,
    };
    if let Some(part) = wish {
        load(scene, contact, part);
    }
    if seen.at_end && !newer {
        displayed(ui, scene, state, contact, last);
    } else if newest_button(ui, scene, unseen) {
        if newer {
            load(scene, contact, Part::Newest);
        }
        view.talk.roll.seek_end();
    }
    if let Some(act) = act {
        if let Act::Move(key) = act {
            reveal(scene, &mut view.talk, key);
        }
        super::perform(ui, scene, view, act);
    }
}

/// Goes where the person wants to be: a place that was asked for, the first unread message, or the end.
fn place(scene: &mut Scene<'_>, state: &mut State, contact: &Contact) {
    let Some(talk) = scene.model.talk.as_ref().filter(|talk| talk.contact == contact.key) else {
        return;
    };
    if let Some((key, asked)) = state.jump {
        if talk.position(key).is_some() {
            state.roll.seek_row(key.0, state.roll.height() / 3.0);
            state.lit = Some((key, scene.now + LIT));
            (state.jump, state.placed, state.current) = (None, true, Some(key));
        } else if !asked {
            state.jump = Some((key, true));
            load(scene, contact, Part::Around(key));
        } else if !talk.loading {
            // It is gone.
            state.jump = None;
        }
        return;
    }
    if state.unread > 0 && !talk.loading && !talk.newer {
        let mut left = state.unread;
        let first = talk.messages.iter().rev().filter(|message| message.incoming).find(|_| {
            left -= 1;
            left == 0
        });
        if first.is_some() || !talk.older {
            state.unread = 0;
        }
        if let Some(first) = first {
            state.first_unread = Some(first.key);
            state.seen = state.seen.or(Some(MessageKey(first.key.0 - 1)));
            if !state.placed {
                state.roll.seek_row(first.key.0, 2.0 * GRID);
            }
        }
    }
    state.placed |= !talk.loading;
}

/// What came was displayed, if the person looks.
fn displayed(ui: &Ui, scene: &mut Scene<'_>, state: &mut State, contact: &Contact, last: Option<MessageKey>) {
    let looks = ui.input(|input| input.focused);
    let Some(last) = last.filter(|_| looks && contact.unread > 0) else {
        return;
    };
    if state.marked != Some((last, contact.unread)) {
        state.marked = Some((last, contact.unread));
        scene.ask(Intent::MarkRead(contact.key));
    }
}

fn load(scene: &mut Scene<'_>, contact: &Contact, part: Part) {
    if let Some(talk) = &mut scene.model.talk {
        talk.loading = true;
    }
    scene.ask(Intent::Load { contact: contact.key, part });
}

fn reveal(scene: &Scene<'_>, state: &mut State, key: MessageKey) {
    if let Some(at) = scene.model.talk.as_ref().and_then(|talk| talk.position(key)) {
        state.roll.reveal(key.0, at);
    }
}

/// The way back to the newest message, with how many came meanwhile.
fn newest_button(ui: &mut Ui, scene: &Scene<'_>, unseen: usize) -> bool {
    let corner = ui.max_rect().max - vec2(5.0 * GRID, 4.0 * GRID);
    let rect = Rect::from_min_max(corner - Vec2::splat(TARGET + GRID), corner);
    let mut over = ui.new_child(UiBuilder::new().id_salt("newest").max_rect(rect));
    let palette = &scene.palette;
    over.painter().circle(rect.center(), rect.width() / 2.0, palette.raised, egui::Stroke::new(1.0, palette.line));
    let name = scene.say_with("talk-newest", &[("count", i64::try_from(unseen).unwrap_or(i64::MAX).into())]);
    let inside = Rect::from_center_size(rect.center(), Vec2::splat(TARGET));
    let mut inner = over.new_child(UiBuilder::new().id_salt("button").max_rect(inside));
    let clicked = icon_button(&mut inner, palette, Icon::Down, &name).clicked();
    if unseen > 0 {
        badge(over.painter(), palette, rect.center_top(), unseen as u64);
    }
    clicked
}

impl Messages<'_, '_> {
    fn setting(&self, at: usize, message: &Message) -> Setting<'_> {
        Setting {
            before: at.checked_sub(1).and_then(|before| self.messages.get(before)),
            first_unread: self.first_unread == Some(message.key),
            newest_queued: self.newest_queued == Some(message.key),
            lit: self.lit == Some(message.key),
        }
    }

    /// The keyboard at a message.
    fn keys(&mut self, ui: &Ui, at: usize, message: &Message) {
        let pressed = |key| ui.input(|input| input.key_pressed(key));
        let other = |at: Option<usize>| at.and_then(|at| self.messages.get(at)).map(|other| other.key);
        let target = if pressed(Key::ArrowUp) {
            other(at.checked_sub(1))
        } else if pressed(Key::ArrowDown) {
            other(Some(at + 1))
        } else if pressed(Key::PageUp) {
            other(Some(at.saturating_sub(PAGE)))
        } else if pressed(Key::PageDown) {
            other(Some((at + PAGE).min(self.messages.len() - 1)))
        } else if pressed(Key::Home) {
            other(Some(0))
        } else if pressed(Key::End) {
            other(self.messages.len().checked_sub(1))
        } else {
            None
        };
        if let Some(key) = target {
            self.act = Some(Act::Move(key));
        } else if pressed(Key::ArrowDown) {
            self.act = Some(Act::Write);
        } else if pressed(Key::Menu) || ui.input(|input| input.modifiers.shift && input.key_pressed(Key::F10)) {
            self.act = Some(Act::Menu(message.key));
        } else if ui.input(|input| input.events.iter().any(|event| matches!(event, egui::Event::Copy))) {
            self.act = Some(Act::Copy(message.key));
        }
    }

    /// The buttons beside a message that the pointer or the keyboard is at.
    fn tools(&mut self, ui: &mut Ui, message: &Message, row: Rect, bubble: Rect) {
        let count = if self.scene.narrow { 1.0 } else { 3.0 };
        let size = vec2(count * TARGET, TARGET);
        let top = bubble.max.y - TARGET - 1.0;
        let left = if message.incoming { bubble.max.x + GRID } else { bubble.min.x - GRID - size.x };
        let rect = Rect::from_min_size(egui::pos2(left.clamp(row.min.x, row.max.x - size.x), top), size);
        let mut tools = ui.new_child(
            UiBuilder::new()
                .id_salt(("tools", message.key))
                .max_rect(rect)
                .layout(Layout::left_to_right(Align::Center)),
        );
        tools.spacing_mut().item_spacing = Vec2::ZERO;
        let palette = &self.scene.palette;
        let mut menu = false;
        let mut tool = |icon, name: &str| {
            let response = icon_button(&mut tools, palette, icon, &self.scene.say(name));
            menu |= response.secondary_clicked();
            response.clicked()
        };
        if !self.scene.narrow && !message.deleted {
            if tool(Icon::Reply, "talk-reply") {
                self.act = Some(Act::Reply(message.key));
            }
            if tool(Icon::Smile, "talk-react") {
                self.act = Some(Act::Pick(message.key));
            }
        }
        if tool(Icon::More, "talk-more") || menu {
            self.act = Some(Act::Menu(message.key));
        }
    }
}

impl Rows for Messages<'_, '_> {
    fn count(&self) -> usize {
        self.messages.len()
    }

    fn key(&self, at: usize) -> i64 {
        self.messages.get(at).map_or(i64::MAX, |message| message.key.0)
    }

    fn measure(&mut self, ui: &Ui, at: usize, width: f32) -> f32 {
        let below = if at + 1 == self.messages.len() { 2.0 * GRID } else { 0.0 };
        self.messages.get(at).map_or(0.0, |message| {
            bubble::shape(ui, self.scene, self.contact, message, self.setting(at, message), width).height + below
        })
    }

    fn draw(&mut self, ui: &mut Ui, at: usize, row: Rect) {
        let messages = self.messages;
        let Some(message) = messages.get(at) else {
            return;
        };
        let id = bubble::row_id(message.key);
        // One message at a time is reached with Tab; the arrows go on from there.
        let current = self.current == Some(message.key);
        let sense = if current { Sense::click() } else { Sense::CLICK };
        let response = ui.interact(row, id, sense);
        response
            .widget_info(|| WidgetInfo::labeled(Role::Button, true, bubble::name(self.scene, self.contact, message)));
        let (shape, act) = bubble::draw(ui, self.scene, self.contact, message, self.setting(at, message), row);
        let bubble = shape.bubble.translate(row.min.to_vec2());
        if current && self.focus {
            response.request_focus();
        }
        if response.has_focus() {
            let filter = EventFilter { vertical_arrows: true, ..EventFilter::default() };
            ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
            button::focus_ring(ui, &self.scene.palette, &response.clone().with_new_rect(bubble));
            self.keys(ui, at, message);
        }
        // A click that no pointer made: Enter, Space, or a screen reader.
        let entered = response.clicked() && !ui.input(|input| input.pointer.any_click());
        if response.secondary_clicked() || entered {
            self.act = Some(Act::Menu(message.key));
        }
        if self.menu.is_none() && (ui.rect_contains_pointer(row) || response.has_focus()) {
            self.tools(ui, message, row, bubble);
        }
        if act.is_some() {
            self.act = act;
        }
    }
}

fn queued(message: &Message) -> bool {
    !message.incoming && message.delivery == Delivery::Queued
}

/// Rows from an end of what is loaded at which more is asked for.
const NEAR: usize = 20;
/// Among so many messages the newest queued one is looked for.
const RECENT: usize = 200;
/// Messages that a page key moves by.
const PAGE: usize = 10;
/// How long a place that was jumped to shows, in seconds.
const LIT: f64 = 2.0;
