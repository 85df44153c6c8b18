//! A picture in its place. Its texture lives as long as it is drawn, and is gone with it.

use egui::cache::FramePublisher;
use egui::{ColorImage, Id, Image, Rect, Response, Sense, TextureHandle, TextureOptions, Ui, Vec2, WidgetInfo};

use crate::model::Pixels;
use crate::theme::RADIUS;

/// How large it is drawn within this room, in points: never larger than it is.
pub(crate) fn fit(pixels: &Pixels, room: Vec2) -> Vec2 {
    let size = Vec2::from(pixels.size().map(f32::from));
    size * (room / size).min_elem().min(1.0)
}

/// Draws it; whoever draws two at once gives them different identities. `name` is what a screen reader says of it.
pub(crate) fn picture(ui: &Ui, id: Id, pixels: &Pixels, rect: Rect, name: &str) -> Response {
    let response = ui.interact(rect, id, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Image, true, name));
    let known = ui.memory_mut(|memory| memory.caches.cache::<Textures>().get(&id).cloned());
    let texture = known.unwrap_or_else(|| {
        let size = pixels.size().map(usize::from);
        let image = ColorImage::from_rgba_unmultiplied(size, pixels.rgba());
        ui.ctx().load_texture("picture", image, TextureOptions::LINEAR)
    });
    let image = Image::from_texture((texture.id(), rect.size())).corner_radius(RADIUS);
    image.paint_at(ui, rect);
    ui.memory_mut(|memory| memory.caches.cache::<Textures>().set(id, texture));
    response
}

type Textures = FramePublisher<Id, TextureHandle>;
