//! A small number in a round field: how many wait. Its meaning is in the name of what it lies on.

use egui::{Align2, CornerRadius, Painter, Pos2, Rect, Vec2};

use crate::theme::{GRID, Palette, SMALL, Weight, font};

/// Draws it around a point.
pub(crate) fn badge(painter: &Painter, palette: &Palette, middle: Pos2, count: u64) -> Rect {
    let text = if count > MOST { format!("{MOST}+") } else { count.to_string() };
    let galley = painter.layout_no_wrap(text, font(SMALL, Weight::Strong), palette.on_accent);
    let height = 5.0 * GRID;
    let rect = Rect::from_center_size(middle, Vec2::new((galley.size().x + 3.0 * GRID).max(height), height));
    painter.rect_filled(rect, CornerRadius::same(10), palette.accent);
    let from = Align2::CENTER_CENTER.anchor_size(rect.center(), galley.size()).min;
    painter.galley(from, galley, palette.on_accent);
    rect
}

/// The largest number that is said.
const MOST: u64 = 999;
