//! The earlier texts of a message that was edited, oldest first.

use egui::Ui;

use super::super::{Scene, View};
use crate::keys::MessageKey;
use crate::parts::{text, theirs, when};

/// Its title.
pub(super) fn title(scene: &Scene<'_>) -> String {
    scene.say("history-title").into_owned()
}

/// Draws it.
pub(super) fn show(ui: &mut Ui, scene: &mut Scene<'_>, _: &mut View, message: MessageKey) {
    let palette = scene.palette;
    let Some(history) = scene.model.history.as_ref().filter(|history| history.message == message) else {
        text::note(ui, &palette, &scene.say("history-loading"));
        return;
    };
    text::note(ui, &palette, &scene.say("history-note"));
    for (said, until) in &history.texts {
        let day = when::day(scene.words, scene.model.today, until.date);
        let time = when::time(*until);
        text::note(ui, &palette, &scene.say_with("history-until", &[("day", (&day).into()), ("time", (&time).into())]));
        theirs::block(ui, &palette, said);
    }
}
