//! The first step: the language and the look, both shown at once as they are chosen.

use egui::{CornerRadius, Painter, Rect, Ui, Vec2};

use super::super::Scene;
use super::State;
use crate::intent::Intent;
use crate::parts::{text, tile};
use crate::settings::{Language, Look, Settings};
use crate::theme::{self, GRID, Palette};

/// Draws it.
pub(super) fn show(ui: &mut Ui, scene: &mut Scene<'_>, state: &mut State, first: bool) {
    text::display(ui, &scene.say("start-welcome"));
    text::paragraph(ui, &scene.say("start-welcome-note"));
    let settings = scene.model.settings;
    text::section(ui, &scene.say("start-language"));
    row(ui, Language::ALL.len(), |ui, width| {
        for language in Language::ALL {
            let chosen = settings.language == language;
            if tile(ui, &scene.palette, chosen, language.name(), (width, 0.0), |_, _| {}).clicked() {
                scene.ask(Intent::Set(Settings { language, ..settings }));
            }
        }
    });
    text::section(ui, &scene.say("start-look"));
    for looks in LOOKS.chunks(if scene.narrow { 2 } else { LOOKS.len() }) {
        row(ui, looks.len(), |ui, width| {
            for look in looks {
                choose(ui, scene, settings, *look, width);
            }
        });
    }
    if super::footer(ui, scene, false, &scene.say("next"), first).next {
        state.dressed = true;
    }
}

fn choose(ui: &mut Ui, scene: &mut Scene<'_>, settings: Settings, look: Look, width: f32) {
    let name = match look {
        Look::Auto => "start-look-auto",
        Look::Light => "start-look-light",
        Look::Dark => "start-look-dark",
        Look::Contrast => "start-look-contrast",
    };
    let desktop = ui.input(|input| input.raw.system_theme) == Some(egui::Theme::Dark);
    let sample = theme::palette(look, desktop);
    let size = (width, 12.0 * GRID);
    let chosen = settings.look == look;
    let tile =
        tile(ui, &scene.palette, chosen, &scene.say(name), size, |painter, rect| preview(painter, rect, &sample));
    if tile.clicked() {
        scene.ask(Intent::Set(Settings { look, ..settings }));
    }
}

/// A conversation in the colours of a look, as small as a stamp.
fn preview(painter: &Painter, rect: Rect, sample: &Palette) {
    let page = rect.shrink(1.5 * GRID);
    painter.rect(page, CornerRadius::same(4), sample.paper, (1.0, sample.line), egui::StrokeKind::Inside);
    let bubble = |left: f32, top: f32, width: f32, ground, ink| {
        let corner = page.min + Vec2::new(page.width() * left, page.height() * top);
        let bubble = Rect::from_min_size(corner, Vec2::new(page.width() * width, 2.5 * GRID));
        painter.rect(bubble, CornerRadius::same(4), ground, (1.0, sample.line), egui::StrokeKind::Inside);
        let line = bubble.shrink2(Vec2::new(1.5 * GRID, GRID));
        painter.hline(line.x_range(), line.center().y, (1.5, ink));
    };
    bubble(0.08, 0.14, 0.5, sample.raised, sample.ink);
    bubble(0.42, 0.54, 0.5, sample.own, sample.accent);
}

/// Things side by side, each with its share of the width.
fn row(ui: &mut Ui, count: usize, add: impl FnOnce(&mut Ui, f32)) {
    ui.horizontal(|ui| {
        let gaps = ui.spacing().item_spacing.x * (count as f32 - 1.0);
        let width = ((ui.available_width() - gaps) / count as f32).floor();
        add(ui, width);
    });
}

const LOOKS: [Look; 4] = [Look::Auto, Look::Light, Look::Dark, Look::Contrast];
