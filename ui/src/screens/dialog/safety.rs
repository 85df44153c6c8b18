//! The safety words of a contact, to be compared by another way than Pelure.

use egui::{Label, RichText, Ui};

use super::super::{Scene, View};
use crate::intent::Intent;
use crate::keys::ContactKey;
use crate::model::Words;
use crate::parts::{Icon, Kind, button, text};
use crate::settings::Language;
use crate::theme::{BODY, GRID, Palette, SMALL, Weight, font};

/// Draws it.
pub(super) fn show(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View, key: ContactKey) {
    let palette = scene.palette;
    let Some(contact) = scene.model.contact(key) else {
        view.dialog = None;
        return;
    };
    let (name, verified) = (contact.name.clone(), contact.verified);
    if view.forms.fresh {
        scene.ask(Intent::ShowWords(key));
    }
    text::paragraph(ui, &scene.say_with("safety-how", &[("name", (&name).into())]));
    match scene.model.words.as_ref().filter(|words| words.contact == key) {
        Some(words) => list(ui, &palette, words, scene.words.language()),
        None => drop(text::note(ui, &palette, &scene.say("safety-wait"))),
    }
    text::note(ui, &palette, &scene.say("safety-languages"));
    if verified {
        text::state(ui, Icon::Shield, palette.good, &scene.say("safety-verified"));
    }
    if view.forms.mismatch {
        text::state(ui, Icon::Warning, palette.bad, &scene.say_with("safety-mismatch", &[("name", (&name).into())]));
    }
    ui.horizontal_wrapped(|ui| {
        if button(ui, &palette, Kind::Primary, &scene.say("safety-match")).clicked() {
            scene.ask(Intent::Verify(key, true));
            view.dialog = None;
        }
        if button(ui, &palette, Kind::Plain, &scene.say("safety-differ")).clicked() {
            scene.ask(Intent::Verify(key, false));
            view.forms.mismatch = true;
        }
    });
    text::note(ui, &palette, &scene.say_with("safety-means", &[("name", (&name).into())]));
}

/// Numbered words in columns, each with its digits.
fn list(ui: &mut Ui, palette: &Palette, words: &Words, language: Language) {
    let own = match language {
        Language::English => &words.english,
        Language::French => &words.french,
    };
    let columns = if ui.available_width() < THREE_COLUMNS { 2 } else { 3 };
    let frame = egui::Frame::new().fill(palette.paper).corner_radius(crate::theme::RADIUS).inner_margin(3.0 * GRID);
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        #[expect(clippy::cast_precision_loss, reason = "two or three")]
        let width = ui.available_width() / columns as f32 - 5.0 * GRID;
        egui::Grid::new("safety-words")
            .num_columns(columns)
            .min_col_width(width)
            .spacing([5.0 * GRID, 2.0 * GRID])
            .show(ui, |ui| {
                for (at, (word, digits)) in own.iter().zip(&words.digits).enumerate() {
                    ui.vertical(|ui| {
                        ui.spacing_mut().item_spacing.y = 0.0;
                        let word = RichText::new(format!("{}. {word}", at + 1)).font(font(BODY, Weight::Strong));
                        ui.add(Label::new(word).extend());
                        let digits = RichText::new(digits).monospace().size(SMALL).color(palette.muted);
                        ui.add(Label::new(digits).extend());
                    });
                    if (at + 1) % columns == 0 {
                        ui.end_row();
                    }
                }
            });
    });
}

/// The width that three columns of words need.
const THREE_COLUMNS: f32 = 340.0;
