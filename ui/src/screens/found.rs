//! What a search found, by contact, with a jump to the place.

use egui::{CornerRadius, Key, Role, ScrollArea, Sense, Ui, WidgetInfo, vec2};

use super::{Page, Scene, View};
use crate::keys::ContactKey;
use crate::model::Hit;
use crate::parts::{Icon, button, icon_button, prose, text, when};
use crate::theme::{BODY, GRID, LEAD, RADIUS, SMALL, Weight};

/// Where the person came from.
#[derive(Default)]
pub(crate) struct State {
    back: Page,
}

/// A line of the list.
enum Line<'a> {
    Person(ContactKey),
    Hit(&'a Hit),
}

/// Shows the search.
pub(crate) fn enter(view: &mut View) {
    if view.page != Page::Found {
        view.found.back = view.page;
        view.page = Page::Found;
    }
}

/// Goes back to where the person was.
pub(crate) fn leave(view: &mut View) {
    view.top.end_search();
    if view.page == Page::Found {
        view.page = view.found.back;
    }
}

/// Draws it.
pub(crate) fn show(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View) {
    let free = view.dialog.is_none() && ui.memory(|memory| memory.focused().is_none());
    if free && ui.input_mut(|input| input.consume_key(egui::Modifiers::NONE, Key::Escape)) {
        leave(view);
        return;
    }
    ui.horizontal(|ui| {
        if icon_button(ui, &scene.palette, Icon::Back, &scene.say("back")).clicked() {
            leave(view);
        }
        text::title(ui, &scene.say("found-title"));
    });
    let Some(found) = &scene.model.found else {
        text::note(ui, &scene.palette, &scene.say("found-looking"));
        return;
    };
    let count = i64::try_from(found.hits.len()).unwrap_or(i64::MAX);
    let name = if found.more { "found-more" } else { "found-count" };
    let values = [("count", count.into()), ("query", prose::beginning(&found.query, QUERY_CHARS).into())];
    text::note(ui, &scene.palette, &scene.say_with(name, &values));
    ui.add_space(GRID);
    let mut chosen = None;
    let lines = lines(&found.hits);
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical().id_salt("found").auto_shrink(false).show_rows(ui, HEIGHT, lines.len(), |ui, range| {
        for at in range {
            match lines.get(at) {
                Some(Line::Person(key)) => person(ui, scene, *key),
                Some(Line::Hit(found)) if hit(ui, scene, found, at) => chosen = Some((found.contact, found.message)),
                _ => {}
            }
        }
    });
    if let Some((contact, message)) = chosen {
        view.top.end_search();
        view.talk.wanted = Some((contact, message));
        view.page = Page::Talk(contact);
    }
}

/// Grouped by contact, in the order of each one's newest.
fn lines(hits: &[Hit]) -> Vec<Line<'_>> {
    let mut people: Vec<ContactKey> = Vec::new();
    for hit in hits {
        if !people.contains(&hit.contact) {
            people.push(hit.contact);
        }
    }
    let mut lines = Vec::with_capacity(hits.len() + people.len());
    for key in people {
        lines.push(Line::Person(key));
        lines.extend(hits.iter().filter(|hit| hit.contact == key).map(Line::Hit));
    }
    lines
}

fn person(ui: &mut Ui, scene: &Scene<'_>, key: ContactKey) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::hover());
    let name = scene.model.contact(key).map(|contact| contact.name.as_str()).unwrap_or_default();
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, name));
    let galley = prose::line(ui, name, LEAD, Weight::Strong, scene.palette.ink, rect.width());
    let from = egui::pos2(rect.min.x, rect.max.y - galley.size().y - 2.0 * GRID);
    ui.painter().galley(from, galley, scene.palette.ink);
}

/// One place; true when it was chosen.
fn hit(ui: &mut Ui, scene: &Scene<'_>, hit: &Hit, at: usize) -> bool {
    let palette = &scene.palette;
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), HEIGHT));
    let response = ui.interact(rect, egui::Id::unique(("found", at)), Sense::click());
    let time = when::brief(scene.words, scene.model.today, hit.at);
    let clock = when::time(hit.at);
    let words = if hit.incoming {
        hit.text.as_str().to_owned()
    } else {
        scene.say_with("people-you", &[("text", hit.text.as_str().into())])
    };
    let name =
        scene.say_with("found-row", &[("time", (&time).into()), ("text", prose::beginning(&words, NAMED).into())]);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    if response.hovered() {
        ui.painter().rect_filled(rect, CornerRadius::same(RADIUS), palette.raised);
    }
    let when = if time == clock { time } else { format!("{time} {clock}") };
    let when = prose::line(ui, &when, SMALL, Weight::Regular, palette.muted, 40.0 * GRID);
    let room = rect.width() - when.size().x - 6.0 * GRID;
    let query = scene.model.found.as_ref().map(|found| found.query.as_str()).unwrap_or_default();
    let text = prose::marked(ui, &words, query, BODY, palette, room);
    let middle = rect.center().y;
    let at = egui::pos2(rect.max.x - when.size().x - 2.0 * GRID, middle - when.size().y / 2.0);
    ui.painter().galley(at, when, palette.muted);
    ui.painter().galley(egui::pos2(rect.min.x + 2.0 * GRID, middle - text.size().y / 2.0), text, palette.ink);
    button::focus_ring(ui, palette, &response.clone().with_new_rect(rect.shrink(3.0)));
    response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked()
}

/// The height of a line.
const HEIGHT: f32 = 44.0;
/// Characters of what was searched for that are said back.
const QUERY_CHARS: usize = 60;
/// Characters of a text that are part of the name of its line.
const NAMED: usize = 200;
