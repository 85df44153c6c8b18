//! What cleaning takes out of a file, and what it cannot do, in words.

use super::Scene;
use crate::model::{Kept, Removed, Uncleaned};

/// What is removed, one after the other, each once.
pub(super) fn removed(scene: &Scene<'_>, removed: &[Removed]) -> String {
    let mut removed = removed.to_vec();
    removed.sort_by_key(|what| weight(*what));
    removed.dedup();
    list(removed.into_iter().map(|what| scene.say(name(what)).into_owned()))
}

/// What stays in it, each once.
pub(super) fn kept(scene: &Scene<'_>, kept: &[Kept]) -> String {
    let mut kept = kept.to_vec();
    kept.sort();
    kept.dedup();
    list(kept.into_iter().map(|what| scene.say(stays(what)).into_owned()))
}

/// Why something is sent as it is.
pub(super) fn uncleaned(scene: &Scene<'_>, uncleaned: &[Uncleaned]) -> String {
    let mut uncleaned = uncleaned.to_vec();
    uncleaned.sort();
    uncleaned.dedup();
    // Each is half a sentence, with commas of its own.
    uncleaned.into_iter().map(|why| scene.say(reason(why)).into_owned()).collect::<Vec<_>>().join("; ")
}

fn list(words: impl Iterator<Item = String>) -> String {
    words.collect::<Vec<_>>().join(", ")
}

/// What says most about a person comes first.
fn weight(what: Removed) -> usize {
    ORDER.iter().position(|known| *known == what).unwrap_or(ORDER.len())
}

fn name(what: Removed) -> &'static str {
    match what {
        Removed::Appended => "clean-appended",
        Removed::Author => "clean-author",
        Removed::Camera => "clean-camera",
        Removed::ColourProfile => "clean-colour-profile",
        Removed::Comment => "clean-comment",
        Removed::DocumentProperties => "clean-document-properties",
        Removed::EditingHistory => "clean-editing-history",
        Removed::Identifiers => "clean-identifiers",
        Removed::Other => "clean-other",
        Removed::Position => "clean-position",
        Removed::Software => "clean-software",
        Removed::Thumbnail => "clean-thumbnail",
        Removed::Times => "clean-times",
    }
}

fn stays(what: Kept) -> &'static str {
    match what {
        Kept::Attachments => "kept-attachments",
        Kept::Comments => "kept-comments",
        Kept::FormData => "kept-form-data",
        Kept::Layers => "kept-layers",
        Kept::Pictures => "kept-pictures",
        Kept::Scripts => "kept-scripts",
    }
}

fn reason(why: Uncleaned) -> &'static str {
    match why {
        Uncleaned::Archive => "unclean-archive",
        Uncleaned::Audio => "unclean-audio",
        Uncleaned::Damaged => "unclean-damaged",
        Uncleaned::Office => "unclean-office",
        Uncleaned::Other => "unclean-other",
        Uncleaned::Picture => "unclean-picture",
        Uncleaned::Protected => "unclean-protected",
        Uncleaned::Signed => "unclean-signed",
        Uncleaned::Text => "unclean-text",
        Uncleaned::TooLarge => "unclean-too-large",
        Uncleaned::Video => "unclean-video",
    }
}

const ORDER: [Removed; 13] = [
    Removed::Position,
    Removed::Author,
    Removed::Camera,
    Removed::Times,
    Removed::EditingHistory,
    Removed::Thumbnail,
    Removed::Appended,
    Removed::DocumentProperties,
    Removed::Comment,
    Removed::Identifiers,
    Removed::Software,
    Removed::ColourProfile,
    Removed::Other,
];
