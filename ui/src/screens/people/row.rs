//! One contact in the list: who, whether they are there, their last words, how many are unread.

use egui::{Align2, CornerRadius, Pos2, Rect, Response, Role, Sense, Stroke, Ui, Vec2, WidgetInfo, vec2};

use crate::model::{Contact, Standing};
use crate::parts::badge::badge;
use crate::parts::{Icon, button, presence, prose, when};
use crate::screens::Scene;
use crate::theme::{BODY, GRID, LEAD, RADIUS, SMALL, TARGET, Weight};

/// Draws it; `reached` by Tab.
pub(super) fn show(ui: &mut Ui, scene: &Scene<'_>, contact: &Contact, open: bool, reached: bool) -> Response {
    let size = vec2(ui.available_width(), HEIGHT);
    let (_, rect) = ui.allocate_space(size);
    let sense = if reached { Sense::click() } else { Sense::CLICK };
    let response = ui.interact(rect, egui::Id::unique(("contact", contact.key)), sense);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, open, &contact.name));
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_description(told(scene, contact)));
    let rect = rect.shrink2(vec2(0.0, 1.0));
    ground(ui, scene, &response, rect, open);
    let inner = rect.shrink2(vec2(2.0 * GRID, 2.0 * GRID));
    let mark = Pos2::new(inner.min.x + MARK / 2.0, inner.center().y);
    initial(ui, scene, contact, mark);
    let words = Rect::from_min_max(Pos2::new(mark.x + MARK / 2.0 + 3.0 * GRID, inner.min.y), inner.max);
    first_line(ui, scene, contact, words);
    second_line(ui, scene, contact, words);
    response.on_hover_cursor(egui::CursorIcon::PointingHand)
}

/// A row with words alone.
pub(super) fn plain(ui: &mut Ui, scene: &Scene<'_>, name: &str, open: bool) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), TARGET + 2.0 * GRID), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, open, name));
    ground(ui, scene, &response, rect, open);
    let galley = prose::line(ui, name, BODY, Weight::Strong, scene.palette.accent, rect.width() - 15.0 * GRID);
    let at = Align2::LEFT_CENTER.anchor_size(rect.left_center() + vec2(3.0 * GRID, 0.0), galley.size());
    ui.painter().galley(at.min, galley, scene.palette.accent);
    response.on_hover_cursor(egui::CursorIcon::PointingHand)
}

fn ground(ui: &Ui, scene: &Scene<'_>, response: &Response, rect: Rect, open: bool) {
    let palette = &scene.palette;
    let corner = CornerRadius::same(RADIUS);
    if open {
        ui.painter().rect_filled(rect, corner, palette.own);
        // The colour is not all that says it.
        let bar = Rect::from_min_size(rect.min, vec2(3.0, rect.height()));
        ui.painter().rect_filled(bar, CornerRadius::same(2), palette.accent);
    } else if response.hovered() {
        ui.painter().rect_filled(rect, corner, palette.raised);
    }
    button::focus_ring(ui, palette, &response.clone().with_new_rect(rect.shrink(3.0)));
}

/// The first letter in a disc, and whether they are there.
fn initial(ui: &Ui, scene: &Scene<'_>, contact: &Contact, middle: Pos2) {
    let palette = &scene.palette;
    ui.painter().circle(middle, MARK / 2.0, palette.raised, Stroke::new(1.0, palette.line));
    let letter: String = contact.name.chars().next().into_iter().flat_map(char::to_uppercase).collect();
    let galley = prose::line(ui, &letter, LEAD, Weight::Strong, palette.accent, MARK);
    ui.painter().galley(Align2::CENTER_CENTER.anchor_size(middle, galley.size()).min, galley, palette.accent);
    let corner = middle + Vec2::splat(MARK / 2.0 - 4.0);
    ui.painter().circle_filled(corner, 7.5, palette.paper);
    if contact.standing == Standing::Blocked {
        Icon::Block.paint(ui.painter(), Rect::from_center_size(corner, Vec2::splat(13.0)), palette.bad);
    } else {
        presence::shape(ui.painter(), corner, 5.0, &contact.presence, palette);
    }
}

/// The name, verified or not, and when.
fn first_line(ui: &Ui, scene: &Scene<'_>, contact: &Contact, words: Rect) {
    let palette = &scene.palette;
    let mut right = words.max.x;
    if let Some(last) = &contact.last {
        let time = when::brief(scene.words, scene.model.today, last.at);
        let galley = prose::line(ui, &time, SMALL, Weight::Regular, palette.muted, 30.0 * GRID);
        right -= galley.size().x;
        ui.painter().galley(Pos2::new(right, words.min.y + 1.0), galley, palette.muted);
        right -= 2.0 * GRID;
    }
    let room = right - words.min.x - if contact.verified { 5.0 * GRID } else { 0.0 };
    let galley = prose::line(ui, &contact.name, BODY, Weight::Strong, palette.ink, room);
    let end = words.min.x + galley.size().x;
    ui.painter().galley(words.min, galley, palette.ink);
    if contact.verified {
        let rect = Rect::from_min_size(Pos2::new(end + GRID, words.min.y + 2.0), Vec2::splat(4.0 * GRID));
        Icon::Shield.paint(ui.painter(), rect, palette.good);
    }
}

/// The state as a word, then the draft or the last words, and how many are unread.
fn second_line(ui: &Ui, scene: &Scene<'_>, contact: &Contact, words: Rect) {
    let palette = &scene.palette;
    let line = words.min.y + 6.0 * GRID;
    let mut right = words.max.x;
    if contact.unread > 0 {
        let middle = Pos2::new(right - 4.0 * GRID, line + 2.0 * GRID);
        right = badge(ui.painter(), palette, middle, contact.unread).min.x - 2.0 * GRID;
    }
    let (word, ink) = state(scene, contact);
    let word = prose::line(ui, &word, SMALL, Weight::Regular, ink, right - words.min.x);
    let next = words.min.x + word.size().x + 2.0 * GRID;
    ui.painter().galley(Pos2::new(words.min.x, line), word, ink);
    if let Some((text, ink)) = last_words(scene, contact) {
        let galley = prose::line(ui, &text, SMALL, Weight::Regular, ink, right - next);
        ui.painter().galley(Pos2::new(next, line), galley, ink);
    }
}

fn state(scene: &Scene<'_>, contact: &Contact) -> (String, egui::Color32) {
    let palette = &scene.palette;
    match contact.standing {
        Standing::Accepted => {
            (presence::word(scene.words, &contact.presence), presence::ink(&contact.presence, palette))
        }
        Standing::Blocked => (scene.say("people-blocked").into_owned(), palette.bad),
        Standing::Requested => (scene.say("people-requested").into_owned(), palette.wait),
    }
}

fn last_words(scene: &Scene<'_>, contact: &Contact) -> Option<(String, egui::Color32)> {
    let cut = |text: &str| prose::beginning(text, SHOWN).to_owned();
    if !contact.draft.is_empty() {
        let text = cut(&contact.draft);
        return Some((scene.say_with("people-draft", &[("text", (&text).into())]), scene.palette.wait));
    }
    let last = contact.last.as_ref()?;
    let text = cut(last.text.as_str());
    let text = if last.file { scene.say_with("people-file", &[("name", (&text).into())]) } else { text };
    let text = if last.incoming { text } else { scene.say_with("people-you", &[("text", (&text).into())]) };
    Some((text, scene.palette.muted))
}

/// The same for who does not see it.
fn told(scene: &Scene<'_>, contact: &Contact) -> String {
    let (state, _) = state(scene, contact);
    let text = last_words(scene, contact).map(|(text, _)| text).unwrap_or_default();
    let unread = i64::try_from(contact.unread).unwrap_or(i64::MAX);
    let verified = if contact.verified { "yes" } else { "no" };
    let values = [
        ("state", (&state).into()),
        ("unread", unread.into()),
        ("verified", verified.into()),
        ("text", (&text).into()),
    ];
    scene.say_with("people-row", &values)
}

/// The height of a row.
pub(super) const HEIGHT: f32 = 60.0;
/// The disc of the first letter.
const MARK: f32 = 36.0;
/// Characters of the last words that are looked at: more than fit.
const SHOWN: usize = 120;
