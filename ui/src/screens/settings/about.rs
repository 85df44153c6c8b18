//! What this is, which versions, under which licences, and what it does not promise.

use egui::{Label, RichText, Ui};

use super::super::Scene;
use super::{State, section};
use crate::parts::{Icon, Kind, button, text};
use crate::theme::{GRID, SMALL};

/// Draws it.
pub(super) fn show(ui: &mut Ui, scene: &Scene<'_>, state: &mut State) {
    let palette = scene.palette;
    section(ui, scene, "about-title");
    let place = &scene.model.place;
    let versions = [("version", (&place.version).into()), ("arti", (&place.arti).into())];
    text::paragraph(ui, &scene.say_with("about-versions", &versions));
    text::paragraph(ui, &scene.say("about-what"));
    section(ui, scene, "about-limits");
    text::note(ui, &palette, &scene.say("about-limits-note"));
    for name in LIMITS {
        ui.horizontal_top(|ui| {
            let (rect, _) = ui.allocate_exact_size(egui::Vec2::splat(4.0 * GRID), egui::Sense::hover());
            Icon::Info.paint(ui.painter(), rect, palette.wait);
            // A column of its own, or the second line would not begin below the first.
            ui.vertical(|ui| text::paragraph(ui, &scene.say(name)));
        });
    }
    section(ui, scene, "about-licences");
    text::paragraph(ui, &scene.say("about-licence"));
    let label = if state.licences { "about-licences-less" } else { "about-licences-more" };
    if button(ui, &palette, Kind::Plain, &scene.say(label)).clicked() {
        state.licences = !state.licences;
    }
    if state.licences {
        for paragraph in LICENCES.split("\n\n") {
            ui.add(Label::new(RichText::new(paragraph).size(SMALL)).wrap());
        }
    }
    ui.add_space(8.0 * GRID);
}

/// What threat-model.md does not promise, in the order in which it matters to most people.
const LIMITS: [&str; 10] = [
    "about-limit-machine",
    "about-limit-passphrase",
    "about-limit-contact",
    "about-limit-online",
    "about-limit-watchers",
    "about-limit-tor",
    "about-limit-identities",
    "about-limit-swap",
    "about-limit-judge",
    "about-limit-review",
];
/// What we stand on, as it must be said.
const LICENCES: &str = include_str!("../../../licences.txt");
