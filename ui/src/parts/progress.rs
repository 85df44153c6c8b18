//! How far something has come: a bar with a name, that moves only when there is news.

use egui::{CornerRadius, Rect, Response, Sense, Ui, Vec2, WidgetInfo};

use crate::theme::{GRID, Palette};

/// Draws it across the available width; `fraction` is 0 to 1, `name` is what a screen reader says of it.
pub(crate) fn progress(ui: &mut Ui, palette: &Palette, fraction: f32, name: &str) -> Response {
    let fraction = fraction.clamp(0.0, 1.0);
    let (rect, response) = ui.allocate_exact_size(Vec2::new(ui.available_width(), 1.5 * GRID), Sense::hover());
    response.widget_info(|| WidgetInfo {
        value: Some(f64::from(fraction * 100.0).round()),
        ..WidgetInfo::labeled(egui::Role::ProgressIndicator, ui.is_enabled(), name)
    });
    let round = CornerRadius::same(3);
    ui.painter().rect_filled(rect, round, palette.line);
    let done = Rect::from_min_size(rect.min, Vec2::new(rect.width() * fraction, rect.height()));
    ui.painter().rect_filled(done, round, palette.accent);
    response
}
