//! A file in words: what it is, how far it has come, and what stands in the way.

use egui::Color32;

use super::Scene;
use crate::model::{FileKind, FileState, NOTE_BYTES, Transfer, Trouble};
use crate::parts::{Icon, bytes, when};

/// Its kind, as an icon.
pub(super) fn icon(kind: FileKind, is_picture: bool) -> Icon {
    match kind {
        FileKind::File if is_picture => Icon::Picture,
        FileKind::File => Icon::File,
        FileKind::Folder { .. } => Icon::Folder,
        FileKind::VoiceNote { .. } => Icon::Mic,
    }
}

/// What it is called: a voice note has no name that anybody chose.
pub(super) fn title(scene: &Scene<'_>, file: &Transfer) -> String {
    match file.kind {
        FileKind::VoiceNote { .. } => scene.say("note-title").into_owned(),
        FileKind::File | FileKind::Folder { .. } => file.name.as_str().to_owned(),
    }
}

/// Its kind and size; of a voice note its length, as it is told.
pub(super) fn kind(scene: &Scene<'_>, kind: FileKind, bytes: u64) -> String {
    let size = bytes::size(scene.words, bytes);
    match kind {
        FileKind::File => size,
        FileKind::Folder { files } => {
            scene.say_with("file-folder", &[("files", i64::from(files).into()), ("size", (&size).into())])
        }
        FileKind::VoiceNote { seconds } => {
            let length = when::length(seconds.into());
            if bytes > NOTE_BYTES { format!("{length} · {size}") } else { length }
        }
    }
}

/// How far it has come, in one or two words.
pub(super) fn word(scene: &Scene<'_>, state: FileState) -> String {
    let name = match state {
        FileState::Offered => "file-word-offered",
        FileState::Waiting => "file-word-waiting",
        FileState::Active => "file-word-active",
        FileState::Paused => "file-word-paused",
        FileState::Done => "file-word-done",
        FileState::Declined => "file-word-declined",
        FileState::Cancelled => "file-word-cancelled",
        FileState::Failed => "file-word-failed",
    };
    scene.say(name).into_owned()
}

/// How far it has come, in a sentence with its icon; `queued`: the offer has not left. `name` is the other side's.
pub(super) fn sentence(scene: &Scene<'_>, file: &Transfer, name: &str, queued: bool) -> (Icon, Color32, String) {
    let palette = &scene.palette;
    let say = |text: &str| scene.say_with(text, &[("name", name.into())]);
    let mine = !file.incoming;
    match file.state {
        FileState::Offered if queued => (Icon::Clock, palette.wait, say("file-queued")),
        FileState::Offered if mine => (Icon::Clock, palette.wait, say("file-offered-mine")),
        FileState::Offered => (Icon::Info, palette.muted, say("file-offered")),
        FileState::Waiting if mine => (Icon::Clock, palette.wait, say("file-waiting-mine")),
        FileState::Waiting => (Icon::Clock, palette.wait, say("file-waiting")),
        FileState::Active => (if mine { Icon::Send } else { Icon::Down }, palette.accent, pace(scene, file)),
        FileState::Paused => match file.trouble {
            Some(trouble) => (Icon::Warning, palette.wait, say(why(trouble, mine))),
            None => (Icon::Pause, palette.wait, paused(scene, file)),
        },
        FileState::Done if mine => (Icon::Check, palette.good, say("file-done-mine")),
        FileState::Done => (Icon::Check, palette.good, say("file-done")),
        FileState::Declined if mine => (Icon::Close, palette.muted, say("file-declined-mine")),
        FileState::Declined => (Icon::Close, palette.muted, say("file-declined")),
        FileState::Cancelled => (Icon::Close, palette.muted, say("file-cancelled")),
        FileState::Failed => {
            let text = file.trouble.map_or("file-failed", |trouble| why(trouble, mine));
            (Icon::Warning, palette.bad, say(text))
        }
    }
}

/// How much of it is there, how fast it goes, and how long it takes.
fn pace(scene: &Scene<'_>, file: &Transfer) -> String {
    let mut words = vec![bytes::part(scene.words, file.done, file.size)];
    words.extend(file.rate.map(|rate| bytes::rate(scene.words, rate)));
    words.extend(file.left.map(|seconds| {
        let span = when::span(scene.words, i64::try_from(seconds).unwrap_or(i64::MAX));
        scene.say_with("file-left", &[("span", (&span).into())])
    }));
    words.join(" · ")
}

fn paused(scene: &Scene<'_>, file: &Transfer) -> String {
    let part = bytes::part(scene.words, file.done, file.size);
    scene.say_with("file-paused", &[("part", (&part).into())])
}

fn why(trouble: Trouble, mine: bool) -> &'static str {
    match (trouble, mine) {
        (Trouble::AskedTooMuch, true) => "trouble-asked-too-much-mine",
        (Trouble::AskedTooMuch, false) => "trouble-asked-too-much",
        (Trouble::Damaged, true) => "trouble-damaged-mine",
        (Trouble::Damaged, false) => "trouble-damaged",
        (Trouble::NoSpace, true) => "trouble-no-space-mine",
        (Trouble::NoSpace, false) => "trouble-no-space",
        (Trouble::NotInBackup, _) => "trouble-not-in-backup",
        (Trouble::Refused, _) => "trouble-refused",
        (Trouble::SourceChanged, true) => "trouble-source-changed-mine",
        (Trouble::SourceChanged, false) => "trouble-source-changed",
        (Trouble::SourceGone, true) => "trouble-source-gone-mine",
        (Trouble::SourceGone, false) => "trouble-source-gone",
        (Trouble::TooManyOffers, true) => "trouble-too-many-offers-mine",
        (Trouble::TooManyOffers, false) => "trouble-too-many-offers",
    }
}
