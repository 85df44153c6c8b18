//! A text as a QR picture: black on white in every look, with the quiet border that readers need.
//!
//! It reads nothing and saves nothing.

use egui::cache::{ComputerMut, FrameCache};
use egui::{Color32, CornerRadius, Mesh, Rect, Response, Sense, Ui, Vec2, WidgetInfo};
use qrcode::{Color, QrCode};

use crate::theme::RADIUS;

/// Draws the text into a square of at most `side` points; `name` is what a screen reader says of it.
pub(crate) fn qr(ui: &mut Ui, text: &str, side: f32, name: &str) -> Response {
    let picture = ui.memory_mut(|memory| memory.caches.cache::<Cache>().get(text).clone());
    let cells = picture.width + 2 * QUIET;
    // Whole pixels for each cell, so that no edge is blurred.
    let cell = (side * ui.pixels_per_point() / cells as f32).floor().max(1.0) / ui.pixels_per_point();
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(cell * cells as f32), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Image, ui.is_enabled(), name));
    if ui.is_rect_visible(rect) {
        ui.painter().rect_filled(rect, CornerRadius::same(RADIUS), Color32::WHITE);
        let mut mesh = Mesh::default();
        for (x, y) in picture.dark.iter() {
            let corner = rect.min + cell * Vec2::new((x + QUIET) as f32, (y + QUIET) as f32);
            mesh.add_colored_rect(Rect::from_min_size(corner, Vec2::splat(cell)), Color32::BLACK);
        }
        ui.painter().add(mesh);
    }
    response
}

/// The dark cells of a picture.
#[derive(Clone)]
struct Picture {
    width: usize,
    dark: std::sync::Arc<[(usize, usize)]>,
}

/// Makes a picture once and keeps it while it is shown.
type Cache = FrameCache<Picture, Maker>;

#[derive(Default)]
struct Maker;

impl ComputerMut<&str, Picture> for Maker {
    /// A text too long for any code gives an empty picture; an address has 62 characters.
    fn compute(&mut self, text: &str) -> Picture {
        let Ok(code) = QrCode::new(text) else { return Picture { width: 0, dark: [].into() } };
        let width = code.width();
        let dark = code.into_colors().into_iter().enumerate();
        let dark = dark.filter(|(_, color)| *color == Color::Dark).map(|(at, _)| (at % width, at / width));
        Picture { width, dark: dark.collect() }
    }
}

/// Empty cells around a code: the standard asks for four.
const QUIET: usize = 4;
