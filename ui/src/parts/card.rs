//! One of a few ways to go: a card with a title, a sentence and a mark, of which one is chosen.

use std::sync::Arc;

use egui::text::{LayoutJob, TextFormat};
use egui::{Color32, CornerRadius, FontId, Galley, Response, Sense, Stroke, Ui, Vec2, WidgetInfo};

use super::button;
use crate::theme::{BODY, GRID, LINE_HEIGHT, Palette, RADIUS, SMALL, Weight, font};

/// Draws it across the available width; the title is its name, the note its description.
pub(crate) fn card(ui: &mut Ui, palette: &Palette, chosen: bool, title: &str, note: &str) -> Response {
    let ink = if ui.is_enabled() { palette.ink } else { palette.muted };
    let width = ui.available_width();
    let room = width - TEXT_LEFT - PADDING;
    let head = layout(ui, title, font(BODY, Weight::Strong), ink, room);
    let body = layout(ui, note, font(SMALL, Weight::Regular), palette.muted, room);
    let height = 2.0 * PADDING + head.size().y + body.size().y;
    let (rect, response) = ui.allocate_exact_size(Vec2::new(width, height), Sense::click());
    response.widget_info(|| WidgetInfo::selected(egui::Role::RadioButton, ui.is_enabled(), chosen, title));
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_description(note));
    if ui.is_rect_visible(rect) {
        let live = chosen || (response.hovered() && ui.is_enabled());
        let edge = Stroke::new(if chosen { 2.0 } else { 1.0 }, if live { palette.accent } else { palette.line });
        let fill = if chosen { palette.own } else { palette.raised };
        ui.painter().rect(rect, CornerRadius::same(RADIUS), fill, edge, egui::StrokeKind::Inside);
        let corner = rect.min + Vec2::new(TEXT_LEFT, PADDING);
        mark(ui, rect.min + Vec2::new(PADDING + MARK, PADDING + head.size().y / 2.0), chosen, palette.accent, ink);
        let below = corner + Vec2::new(0.0, head.size().y);
        ui.painter().galley(corner, head, ink);
        ui.painter().galley(below, body, palette.muted);
    }
    button::focus_ring(ui, palette, &response);
    if ui.is_enabled() { response.on_hover_cursor(egui::CursorIcon::PointingHand) } else { response }
}

fn mark(ui: &Ui, middle: egui::Pos2, chosen: bool, accent: Color32, ink: Color32) {
    ui.painter().circle_stroke(middle, MARK, Stroke::new(1.5, if chosen { accent } else { ink }));
    if chosen {
        ui.painter().circle_filled(middle, MARK / 2.0, accent);
    }
}

fn layout(ui: &Ui, text: &str, font: FontId, ink: Color32, width: f32) -> Arc<Galley> {
    let line_height = Some(font.size * LINE_HEIGHT);
    let format = TextFormat { font_id: font, color: ink, line_height, ..TextFormat::default() };
    let mut job = LayoutJob::single_section(text.to_owned(), format);
    job.wrap.max_width = width;
    ui.painter().layout_job(job)
}

/// Between the edge and what is in it.
const PADDING: f32 = 3.0 * GRID;
/// The radius of the mark.
const MARK: f32 = 1.75 * GRID;
/// Where the words begin.
const TEXT_LEFT: f32 = PADDING + 2.0 * MARK + 2.0 * GRID;
