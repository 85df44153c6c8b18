//! One of a few small things to choose from, side by side: a picture or nothing, and a word.

use egui::{Align2, CornerRadius, Painter, Rect, Response, Sense, Stroke, Ui, Vec2, WidgetInfo};

use super::button;
use crate::theme::{BODY, Palette, RADIUS, TARGET, Weight, font};

/// Draws it; the label is its name. `paint` fills the rectangle above the label, which is `picture` points high.
pub(crate) fn tile(
    ui: &mut Ui,
    palette: &Palette,
    chosen: bool,
    label: &str,
    (width, picture): (f32, f32),
    paint: impl FnOnce(&Painter, Rect),
) -> Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::new(width, picture + TARGET), Sense::click());
    response.widget_info(|| WidgetInfo::selected(egui::Role::RadioButton, ui.is_enabled(), chosen, label));
    let round = CornerRadius::same(RADIUS);
    let fill = if chosen || response.hovered() { palette.own } else { palette.raised };
    ui.painter().rect_filled(rect, round, fill);
    let (above, below) = rect.split_top_bottom_at_y(rect.top() + picture);
    if picture > 0.0 {
        paint(&ui.painter().with_clip_rect(above), above);
    }
    let edge = Stroke::new(if chosen { 2.0 } else { 1.0 }, if chosen { palette.accent } else { palette.line });
    ui.painter().rect_stroke(rect, round, edge, egui::StrokeKind::Inside);
    let weight = if chosen { Weight::Strong } else { Weight::Regular };
    ui.painter().text(below.center(), Align2::CENTER_CENTER, label, font(BODY, weight), palette.ink);
    button::focus_ring(ui, palette, &response);
    response.on_hover_cursor(egui::CursorIcon::PointingHand)
}
