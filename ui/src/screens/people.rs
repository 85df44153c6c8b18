//! The list of contacts, newest message first, with the requests above it.
//!
//! Only the rows in view are drawn. One row is reached with Tab; arrows, Enter and letters go on from there.

pub(super) mod nobody;
mod row;

use egui::{Event, EventFilter, Id, Key, ScrollArea, TextEdit, Ui, Vec2};

use super::{Page, Scene, View};
use crate::keys::ContactKey;
use crate::model::Contact;
use crate::parts::badge::badge;
use crate::parts::text;
use crate::theme::GRID;

/// What the person is doing in the list.
#[derive(Default)]
pub(crate) struct State {
    filter: String,
    /// The row that the keyboard is at.
    current: Option<ContactKey>,
    /// It gets the focus in this frame.
    focus: bool,
    /// Where the list stood, and how high it was.
    stood: (f32, f32),
}

/// Draws it.
pub(crate) fn show(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View) {
    requests(ui, scene, view);
    let identity = view.top.identity;
    let all = scene.model.contacts.values().filter(|contact| identity.is_none_or(|key| contact.identity == key));
    let mut people: Vec<&Contact> = all.collect();
    if people.is_empty() {
        // The middle has more room for what to do about it.
        if scene.narrow {
            nobody::show(ui, scene, view);
        } else {
            // As wide as a list would be.
            ui.set_min_width(ui.available_width());
            text::note(ui, &scene.palette, &scene.say("people-nobody"));
        }
        return;
    }
    let many = people.len() > FEW || !view.people.filter.is_empty();
    if many {
        filter(ui, scene, &mut view.people);
    }
    let wanted = view.people.filter.trim().to_lowercase();
    if !wanted.is_empty() {
        people.retain(|contact| contact.name.to_lowercase().contains(&wanted));
    }
    if people.is_empty() {
        text::note(ui, &scene.palette, &scene.say("people-none"));
        return;
    }
    people.sort_by(|a, b| {
        let newest = |contact: &Contact| contact.last.as_ref().map(|last| last.at);
        newest(b).cmp(&newest(a)).then_with(|| a.name.cmp(&b.name)).then(a.key.cmp(&b.key))
    });
    if let Some(chosen) = list(ui, scene, view, &people) {
        view.page = Page::Talk(chosen);
    }
}

/// The rows; gives who was chosen.
fn list(ui: &mut Ui, scene: &Scene<'_>, view: &mut View, people: &[&Contact]) -> Option<ContactKey> {
    let open = if let Page::Talk(key) = view.page { Some(key) } else { None };
    let state = &mut view.people;
    let among = |key: &ContactKey| people.iter().any(|contact| contact.key == *key);
    let current = state.current.filter(among).or(open.filter(among)).or(people.first().map(|contact| contact.key));
    let focus = std::mem::take(&mut state.focus);
    let mut chosen = None;
    let mut target = None;
    ui.spacing_mut().item_spacing.y = 0.0;
    let mut area = ScrollArea::vertical().id_salt("people").auto_shrink(false).animated(false);
    if focus && let Some(offset) = offset(state.stood, people, current) {
        area = area.vertical_scroll_offset(offset);
    }
    let out = area.show_rows(ui, row::HEIGHT, people.len(), |ui, range| {
        for at in range {
            let Some(contact) = people.get(at) else { continue };
            let mine = current == Some(contact.key);
            let response = row::show(ui, scene, contact, open == Some(contact.key), mine);
            if mine && focus {
                response.request_focus();
            }
            if response.has_focus() {
                let filter = EventFilter { vertical_arrows: true, ..EventFilter::default() };
                ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
                target = target.or(moved(ui, at, people.len()));
                typed(ui, state);
            }
            if response.clicked() {
                chosen = Some(contact.key);
            }
        }
    });
    state.stood = (out.state.clamped_offset().y, out.inner_rect.height());
    if let Some(target) = target.and_then(|at| people.get(at)) {
        state.current = Some(target.key);
        state.focus = true;
        ui.ctx().request_repaint();
    }
    chosen
}

/// Where the list has to stand for a row to be in view, if it is not.
fn offset((top, height): (f32, f32), people: &[&Contact], key: Option<ContactKey>) -> Option<f32> {
    let at = people.iter().position(|contact| Some(contact.key) == key)?;
    let row = at as f32 * row::HEIGHT;
    if row < top {
        Some(row)
    } else if row + row::HEIGHT > top + height {
        Some(row + row::HEIGHT - height)
    } else {
        None
    }
}

fn moved(ui: &Ui, at: usize, count: usize) -> Option<usize> {
    let last = count.checked_sub(1)?;
    ui.input(|input| {
        [
            (Key::ArrowUp, at.saturating_sub(1)),
            (Key::ArrowDown, (at + 1).min(last)),
            (Key::PageUp, at.saturating_sub(PAGE)),
            (Key::PageDown, (at + PAGE).min(last)),
            (Key::Home, 0),
            (Key::End, last),
        ]
        .into_iter()
        .find_map(|(key, to)| input.key_pressed(key).then_some(to))
    })
}

/// Letters typed at the list look for a name.
fn typed(ui: &Ui, state: &mut State) {
    let letters: String = ui.input(|input| {
        let text = |event: &Event| if let Event::Text(text) = event { Some(text.clone()) } else { None };
        input.events.iter().filter_map(text).collect()
    });
    if letters.trim().is_empty() {
        return;
    }
    state.filter.push_str(letters.trim());
    ui.memory_mut(|memory| memory.request_focus(Id::unique(FILTER)));
    let end = egui::text::CCursor::new(state.filter.chars().count());
    let mut edit = egui::text_edit::TextEditState::default();
    edit.cursor.set_char_range(Some(egui::text::CCursorRange::one(end)));
    TextEdit::store_state(ui.ctx(), Id::unique(FILTER), edit);
}

fn filter(ui: &mut Ui, scene: &Scene<'_>, state: &mut State) {
    let name = scene.say("people-filter").into_owned();
    let response = ui.add(
        TextEdit::singleline(&mut state.filter)
            .id(Id::unique(FILTER))
            .hint_text(name.clone())
            .char_limit(FILTER_CHARS)
            .margin(egui::Margin::symmetric(10, 7))
            .desired_width(f32::INFINITY),
    );
    let response = response.accessible_name(name);
    let (escape, down) = ui.input(|input| (input.key_pressed(Key::Escape), input.key_pressed(Key::ArrowDown)));
    if (response.has_focus() || response.lost_focus()) && escape {
        state.filter.clear();
    }
    if response.has_focus() && down {
        state.current = None;
        state.focus = true;
    }
    ui.add_space(GRID);
}

/// Who asks to be a contact.
fn requests(ui: &mut Ui, scene: &Scene<'_>, view: &mut View) {
    let count = scene.model.requests.len();
    if count == 0 {
        return;
    }
    let number = i64::try_from(count).unwrap_or(i64::MAX);
    let name = scene.say_with("people-requests", &[("count", number.into())]);
    let response = row::plain(ui, scene, &name, view.page == Page::Requests);
    let middle = response.rect.right_center() - Vec2::new(5.0 * GRID, 0.0);
    badge(ui.painter(), &scene.palette, middle, count as u64);
    if response.clicked() {
        view.page = Page::Requests;
    }
    ui.add_space(GRID);
}

/// The field to look for a name among widgets.
const FILTER: &str = "people-filter";
/// Up to so many contacts, nobody needs to look for a name.
const FEW: usize = 8;
/// Rows that a page key moves by.
const PAGE: usize = 8;
/// The longest name that can be looked for.
const FILTER_CHARS: usize = 64;
