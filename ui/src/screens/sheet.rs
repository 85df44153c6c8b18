//! The sheet of paper on which the screens outside the work are written: start, lock, pause.

use egui::{CentralPanel, Frame, Rect, ScrollArea, Ui, UiBuilder, Vec2};

use super::Scene;
use crate::parts::Icon;
use crate::theme::GRID;

/// Draws a column in the middle; it scrolls where the window is small. `top` is where an icon is shown, or nothing.
pub(super) fn sheet(ui: &mut Ui, scene: &mut Scene<'_>, icon: Option<Icon>, add: impl FnOnce(&mut Ui, &mut Scene<'_>)) {
    CentralPanel::default().frame(Frame::new().fill(scene.palette.paper)).show(ui, |ui| {
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            let room = ui.available_rect_before_wrap();
            let width = WIDTH.min(room.width() - 2.0 * MARGIN);
            let top = if scene.narrow { MARGIN } else { (room.height() * ABOVE).max(MARGIN) };
            let corner = egui::pos2(room.center().x - width / 2.0, room.top() + top);
            let column = Rect::from_min_size(corner, Vec2::new(width, f32::INFINITY));
            ui.scope_builder(UiBuilder::new().max_rect(column), |ui| {
                ui.spacing_mut().item_spacing.y = 3.0 * GRID;
                if let Some(icon) = icon {
                    let (rect, _) = ui.allocate_exact_size(Vec2::splat(ICON), egui::Sense::hover());
                    icon.paint(ui.painter(), rect, scene.palette.accent);
                }
                add(ui, scene);
                ui.add_space(MARGIN);
            });
        });
    });
}

/// The width of the column: a line of some sixty characters.
const WIDTH: f32 = 460.0;
/// Between the column and the edge of the window.
const MARGIN: f32 = 5.0 * GRID;
/// The part of the height that stays empty above it.
const ABOVE: f32 = 0.07;
const ICON: f32 = 10.0 * GRID;
