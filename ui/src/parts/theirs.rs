//! What somebody else wrote, set apart: a block with a line beside it, where our own words never stand.

use egui::Ui;

use super::prose;
use crate::model::Shown;
use crate::theme::{GRID, Palette};

/// Draws their text as a block of its own.
pub(crate) fn block(ui: &mut Ui, palette: &Palette, text: &Shown) {
    let frame = egui::Frame::new()
        .fill(palette.paper)
        .stroke(egui::Stroke::new(1.0, palette.line))
        .corner_radius(crate::theme::RADIUS)
        .inner_margin(egui::Margin { left: 14, right: 10, top: 8, bottom: 8 });
    let block = frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        prose::block(ui, palette, text.as_str());
    });
    let rect = block.response.rect;
    let bar = egui::Rect::from_min_size(rect.min, egui::Vec2::new(GRID, rect.height()));
    ui.painter().rect_filled(bar, crate::theme::RADIUS, palette.accent);
}
