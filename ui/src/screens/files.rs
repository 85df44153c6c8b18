//! The files that were exchanged with a contact, in the details: what, how far, and a jump to where it was said.

use egui::{CornerRadius, Role, Sense, Ui, WidgetInfo, vec2};

use super::{Scene, View, filing};
use crate::intent::Intent;
use crate::keys::ContactKey;
use crate::model::{Contact, Transfer};
use crate::parts::{Kind, button, prose, text};
use crate::theme::{BODY, GRID, RADIUS, SMALL, Weight};

/// What is listed.
#[derive(Default)]
pub(crate) struct State {
    /// Whose files were asked for.
    asked: Option<ContactKey>,
    all: bool,
}

/// Draws the list, and asks for it when it is another contact's.
pub(super) fn show(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View, contact: &Contact) {
    if view.files.asked != Some(contact.key) {
        view.files = State { asked: Some(contact.key), all: false };
        scene.ask(Intent::ListFiles(contact.key));
    }
    let Some(files) = scene.model.files.as_ref().filter(|files| files.contact == contact.key) else {
        return;
    };
    if files.transfers.is_empty() {
        text::note(ui, &scene.palette, &scene.say_with("files-none", &[("name", (&contact.name).into())]));
        return;
    }
    let most = if view.files.all { usize::MAX } else { FIRST };
    let mut chosen = None;
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for file in files.transfers.iter().take(most) {
            if row(ui, scene, file) {
                chosen = Some(file.message);
            }
        }
    });
    let hidden = i64::try_from(files.transfers.len().saturating_sub(most)).unwrap_or(i64::MAX);
    if hidden > 0 {
        let label = scene.say_with("files-more", &[("count", hidden.into())]);
        view.files.all = button(ui, &scene.palette, Kind::Quiet, &label).clicked();
    }
    if let Some(message) = chosen {
        view.talk.wanted = Some((contact.key, message));
        // In a narrow window the details cover the conversation.
        view.details &= !scene.narrow;
    }
}

/// One file; true: go to where it was said.
fn row(ui: &mut Ui, scene: &Scene<'_>, file: &Transfer) -> bool {
    let palette = &scene.palette;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::click());
    let (kind, state) = (filing::kind(scene, file.kind, file.size), filing::word(scene, file.state));
    let title = filing::title(scene, file);
    let values = [("file", (&title).into()), ("kind", (&kind).into()), ("state", (&state).into())];
    let name = scene.say_with(if file.incoming { "files-row-theirs" } else { "files-row-mine" }, &values);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    if ui.is_rect_visible(rect) {
        if response.hovered() {
            ui.painter().rect_filled(rect, CornerRadius::same(RADIUS), palette.raised);
        }
        let mark = egui::Rect::from_center_size(
            egui::pos2(rect.min.x + 4.0 * GRID, rect.center().y),
            egui::Vec2::splat(5.0 * GRID),
        );
        filing::icon(file.kind, file.may_be_shown()).paint(ui.painter(), mark, palette.accent);
        let left = mark.max.x + 2.5 * GRID;
        let room = rect.max.x - left - GRID;
        let first = prose::line(ui, &title, BODY, Weight::Regular, palette.ink, room);
        let way = scene.say(if file.incoming { "files-theirs" } else { "files-mine" });
        let second = format!("{way} · {kind} · {state}");
        let second = prose::line(ui, &second, SMALL, Weight::Regular, palette.muted, room);
        let top = rect.center().y - (first.size().y + second.size().y) / 2.0;
        let below = top + first.size().y;
        ui.painter().galley(egui::pos2(left, top), first, palette.ink);
        ui.painter().galley(egui::pos2(left, below), second, palette.muted);
    }
    button::focus_ring(ui, palette, &response.clone().with_new_rect(rect.shrink(2.0)));
    response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked()
}

/// The height of a row.
const HEIGHT: f32 = 48.0;
/// Files shown at first: about as many as fit beside the rest.
const FIRST: usize = 5;
