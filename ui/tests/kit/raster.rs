//! Draws what the window draws, on the processor alone: the same picture on every machine, with no graphics card.
//!
//! Triangles as egui's own renderers draw them: fixed-point corners, the top-left rule, premultiplied alpha in gamma
//! space. No paint callbacks: the window has none.

use std::collections::HashMap;

use egui::epaint::{ClippedPrimitive, ImageData, Mesh, Primitive, Vertex};
use egui::{Color32, ColorImage, Context, FullOutput, TextureId, TexturesDelta};
use egui_kittest::TestRenderer;
use image::{Rgba, RgbaImage};

/// A renderer and the textures it was given.
#[derive(Default)]
pub struct Raster {
    textures: HashMap<TextureId, ColorImage>,
}

impl TestRenderer for Raster {
    fn handle_delta(&mut self, delta: &mut TexturesDelta) {
        for (id, deltas) in delta.set.drain() {
            for delta in deltas {
                let ImageData::Color(image) = delta.image;
                match delta.pos {
                    None => drop(self.textures.insert(id, image.as_ref().clone())),
                    Some(place) => {
                        patch(self.textures.get_mut(&id).expect("a whole texture comes first"), place, &image)
                    }
                }
            }
        }
        for id in delta.free.drain() {
            self.textures.remove(&id);
        }
    }

    fn render(&mut self, ctx: &Context, output: &FullOutput) -> Result<RgbaImage, String> {
        let scale = ctx.pixels_per_point();
        let size = ctx.content_rect().size() * scale;
        let paper = ctx.global_style().visuals.panel_fill.to_array();
        let mut canvas = RgbaImage::from_pixel(size.x.round() as u32, size.y.round() as u32, Rgba(paper));
        for ClippedPrimitive { clip_rect, primitive } in ctx.tessellate(output.shapes.clone(), scale) {
            let Primitive::Mesh(mesh) = primitive else { return Err("a paint callback".into()) };
            let (least, most) = (clip_rect.min * scale, clip_rect.max * scale);
            let x = bound(least.x, canvas.width())..bound(most.x, canvas.width());
            let y = bound(least.y, canvas.height())..bound(most.y, canvas.height());
            let texture = self.textures.get(&mesh.texture_id).ok_or("a texture is missing")?;
            paint(&mut canvas, &mesh, texture, scale, [x.start, x.end, y.start, y.end]);
        }
        Ok(canvas)
    }
}

fn patch(texture: &mut ColorImage, [left, top]: [usize; 2], part: &ColorImage) {
    for (row, pixels) in part.pixels.chunks_exact(part.width()).enumerate() {
        let from = (top + row) * texture.width() + left;
        texture.pixels[from..from + pixels.len()].copy_from_slice(pixels);
    }
}

fn bound(at: f32, most: u32) -> i64 {
    (at.round() as i64).clamp(0, i64::from(most))
}

fn paint(canvas: &mut RgbaImage, mesh: &Mesh, texture: &ColorImage, scale: f32, clip: [i64; 4]) {
    for corners in mesh.indices.chunks_exact(3) {
        let [a, b, c] = [0, 1, 2].map(|corner| mesh.vertices[corners[corner] as usize]);
        triangle(canvas, texture, clip, scale, [a, b, c]);
    }
}

fn triangle(canvas: &mut RgbaImage, texture: &ColorImage, clip: [i64; 4], scale: f32, mut corners: [Vertex; 3]) {
    let place = |vertex: Vertex| [vertex.pos.x, vertex.pos.y].map(|at| (at * scale * STEPS as f32).round() as i64);
    if area(place(corners[0]), place(corners[1]), place(corners[2])) < 0 {
        corners.swap(1, 2);
    }
    let [a, b, c] = corners.map(place);
    let whole = area(a, b, c);
    if whole == 0 {
        return;
    }
    let span = |axis: usize, from: i64, to: i64| {
        let (least, most) = (a[axis].min(b[axis]).min(c[axis]), a[axis].max(b[axis]).max(c[axis]));
        (least / STEPS).max(from)..(most / STEPS + 1).min(to)
    };
    let plain = corners.iter().all(|corner| (corner.uv, corner.color) == (corners[0].uv, corners[0].color));
    let ink = plain.then(|| shade(&corners, [1.0, 0.0, 0.0], texture));
    let edges = [(b, c), (c, a), (a, b)];
    let turns = edges.map(|(from, to)| (from[1] - to[1]) * STEPS);
    let least = edges.map(|(from, to)| i64::from(!top_or_left(from, to)));
    let (across, down) = (span(0, clip[0], clip[1]), span(1, clip[2], clip[3]));
    for y in down {
        let start = [across.start * STEPS + STEPS / 2, y * STEPS + STEPS / 2];
        let mut parts = edges.map(|(from, to)| area(from, to, start));
        for x in across.clone() {
            if parts[0] >= least[0] && parts[1] >= least[1] && parts[2] >= least[2] {
                let ink = ink.unwrap_or_else(|| shade(&corners, parts.map(|part| part as f32 / whole as f32), texture));
                blend(canvas, [x, y], ink);
            }
            parts = [parts[0] + turns[0], parts[1] + turns[1], parts[2] + turns[2]];
        }
    }
}

/// Twice the area; positive when clockwise on the screen.
fn area(a: [i64; 2], b: [i64; 2], c: [i64; 2]) -> i64 {
    (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
}

/// A point on an edge belongs to one of the two triangles that share it: to the one whose top or left it is.
fn top_or_left(from: [i64; 2], to: [i64; 2]) -> bool {
    to[1] < from[1] || (to[1] == from[1] && to[0] > from[0])
}

/// The colour at a point: that of the corners by their share, times that of the texture.
fn shade(corners: &[Vertex; 3], share: [f32; 3], texture: &ColorImage) -> [f32; 4] {
    let [a, b, c] = corners;
    let mix = |x: f32, y: f32, z: f32| x * share[0] + y * share[1] + z * share[2];
    let texel = texel(texture, mix(a.uv.x, b.uv.x, c.uv.x), mix(a.uv.y, b.uv.y, c.uv.y));
    let [a, b, c] = [a, b, c].map(|corner| corner.color.to_array().map(f32::from));
    std::array::from_fn(|channel| mix(a[channel], b[channel], c[channel]) * texel[channel] / 255.0)
}

/// Bilinear, 0 to 255, clamped to the edge.
fn texel(texture: &ColorImage, u: f32, v: f32) -> [f32; 4] {
    let [width, height] = texture.size;
    let (x, y) = (u * width as f32 - 0.5, v * height as f32 - 0.5);
    let at = |x: f32, y: f32| -> Color32 {
        let (x, y) = ((x.max(0.0) as usize).min(width - 1), (y.max(0.0) as usize).min(height - 1));
        texture.pixels[y * width + x]
    };
    let (left, top) = (x.floor(), y.floor());
    let corners = [(left, top), (left + 1.0, top), (left, top + 1.0), (left + 1.0, top + 1.0)];
    let [a, b, c, d] = corners.map(|(x, y)| at(x, y).to_array().map(f32::from));
    std::array::from_fn(|channel| {
        let upper = a[channel] + (b[channel] - a[channel]) * (x - left);
        let lower = c[channel] + (d[channel] - c[channel]) * (x - left);
        upper + (lower - upper) * (y - top)
    })
}

fn blend(canvas: &mut RgbaImage, [x, y]: [i64; 2], ink: [f32; 4]) {
    let Rgba(ground) = canvas.get_pixel_mut(x as u32, y as u32);
    for (ground, channel) in ground.iter_mut().zip(ink) {
        *ground = (channel + f32::from(*ground) * (1.0 - ink[3] / 255.0)).round() as u8;
    }
}

/// Places within a pixel at which a corner may lie, as on graphics cards.
const STEPS: i64 = 256;
