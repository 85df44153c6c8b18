//! A long message, in pieces that are read one after the other: no text makes a frame slow.

use egui::Ui;

use super::super::{Scene, View};
use crate::keys::MessageKey;
use crate::parts::{Kind, button, prose, text};

/// Where the reader is.
#[derive(Default)]
pub(crate) struct Form {
    piece: usize,
}

/// Its title.
pub(super) fn title(scene: &Scene<'_>) -> String {
    scene.say("long-title").into_owned()
}

/// Draws it.
pub(super) fn show(ui: &mut Ui, scene: &mut Scene<'_>, view: &mut View, message: MessageKey) {
    let palette = scene.palette;
    let talk = scene.model.talk.as_ref();
    let said = talk.and_then(|talk| talk.messages.get(talk.position(message)?)).map(|message| message.text.as_str());
    let Some(said) = said else {
        view.dialog = None;
        return;
    };
    let pieces = prose::pieces(said);
    let form = &mut view.forms.long;
    form.piece = form.piece.min(pieces.len().saturating_sub(1));
    let place = [("piece", number(form.piece + 1)), ("count", number(pieces.len()))];
    text::note(ui, &palette, &scene.say_with("long-piece", &place.map(|(name, value)| (name, value.into()))));
    prose::block(ui, &palette, pieces.get(form.piece).copied().unwrap_or_default());
    ui.horizontal_wrapped(|ui| {
        let (first, last) = (form.piece == 0, form.piece + 1 >= pieces.len());
        let earlier =
            ui.add_enabled_ui(!first, |ui| button(ui, &palette, Kind::Plain, &scene.say("long-earlier"))).inner;
        let later = ui.add_enabled_ui(!last, |ui| button(ui, &palette, Kind::Plain, &scene.say("long-later"))).inner;
        if earlier.clicked() {
            form.piece = form.piece.saturating_sub(1);
        }
        if later.clicked() {
            form.piece += 1;
        }
        if button(ui, &palette, Kind::Plain, &scene.say("talk-copy")).clicked() {
            ui.ctx().copy_text(said.to_owned());
        }
    });
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
