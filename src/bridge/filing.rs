//! Files in the window's terms. Names of others become harmless here.
//!
//! Nothing is asked and nothing kept: values in, values out.

use pelure_ui::keys::{ContactKey, MessageKey, TransferKey};
use pelure_ui::model;

use crate::desk::Preview;
use crate::engine::{FileReason, FileState, Prepared, TransferView};
use crate::file::clean::{Kept, Removed};
use crate::name::SafeFileName;
use crate::wire::FileKind;

/// A file on its way or here.
pub(super) fn transfer(view: &TransferView) -> model::Transfer {
    model::Transfer {
        key: TransferKey(view.transfer.0),
        contact: ContactKey(view.contact.0),
        message: MessageKey(view.message.0),
        incoming: view.incoming,
        name: name(&view.name),
        kind: kind(view.kind),
        size: view.size,
        state: state(view.state),
        done: view.done,
        rate: view.rate,
        left: view.eta,
        trouble: view.failure.map(trouble),
        removed: view.removed.iter().filter_map(|word| Removed::from_word(word)).map(removed).collect(),
    }
}

/// What was found in a file that may be sent.
pub(super) fn prepared(prepared: &Prepared) -> (model::Shown, model::FileKind, u64, model::Packing) {
    let known = prepared.kept.iter().map(|word| (Kept::from_word(word), word));
    let packing = model::Packing::Ready {
        removed: prepared.removed.iter().filter_map(|word| Removed::from_word(word)).map(removed).collect(),
        kept: known.clone().filter_map(|(what, _)| what).map(kept).collect(),
        uncleaned: known.filter(|(what, _)| what.is_none()).map(|(_, word)| uncleaned(word)).collect(),
    };
    // The person's own name for it: only made fit to be shown.
    let name = model::Shown::new(crate::name::neutralised(&prepared.name));
    (name, kind(prepared.kind), prepared.size, packing)
}

/// A picture to be looked at; `None` if it has no size.
pub(super) fn pixels(preview: Preview) -> Option<model::Pixels> {
    let (width, height) = (u16::try_from(preview.width).ok()?, u16::try_from(preview.height).ok()?);
    model::Pixels::new(width, height, preview.rgba)
}

/// A name under which a file can be shown and saved anywhere.
pub(super) fn name(raw: &str) -> model::Shown {
    model::Shown::new(SafeFileName::new(raw).as_str())
}

fn kind(kind: FileKind) -> model::FileKind {
    match kind {
        FileKind::File => model::FileKind::File,
        FileKind::Folder { files } => model::FileKind::Folder { files },
        FileKind::VoiceNote { seconds } => model::FileKind::VoiceNote { seconds },
    }
}

fn state(state: FileState) -> model::FileState {
    match state {
        FileState::Offered => model::FileState::Offered,
        FileState::Waiting => model::FileState::Waiting,
        FileState::Active => model::FileState::Active,
        FileState::Paused => model::FileState::Paused,
        FileState::Done => model::FileState::Done,
        FileState::Declined => model::FileState::Declined,
        FileState::Cancelled => model::FileState::Cancelled,
        FileState::Failed => model::FileState::Failed,
    }
}

fn trouble(reason: FileReason) -> model::Trouble {
    match reason {
        FileReason::SourceChanged => model::Trouble::SourceChanged,
        FileReason::SourceGone => model::Trouble::SourceGone,
        FileReason::NoSpace => model::Trouble::NoSpace,
        FileReason::AskedTooMuch => model::Trouble::AskedTooMuch,
        FileReason::Damaged => model::Trouble::Damaged,
        FileReason::Refused => model::Trouble::Refused,
        FileReason::Full => model::Trouble::TooManyOffers,
        FileReason::NotInBackup => model::Trouble::NotInBackup,
    }
}

fn removed(what: Removed) -> model::Removed {
    match what {
        Removed::Position => model::Removed::Position,
        Removed::Camera => model::Removed::Camera,
        Removed::Times => model::Removed::Times,
        Removed::Author => model::Removed::Author,
        Removed::Software => model::Removed::Software,
        Removed::Identifiers => model::Removed::Identifiers,
        Removed::Thumbnail => model::Removed::Thumbnail,
        Removed::EditingHistory => model::Removed::EditingHistory,
        Removed::Comment => model::Removed::Comment,
        Removed::DocumentProperties => model::Removed::DocumentProperties,
        Removed::ColourProfile => model::Removed::ColourProfile,
        Removed::Appended => model::Removed::Appended,
        Removed::Other => model::Removed::Other,
    }
}

fn kept(what: Kept) -> model::Kept {
    match what {
        Kept::Attachments => model::Kept::Attachments,
        Kept::Comments => model::Kept::Comments,
        Kept::FormData => model::Kept::FormData,
        Kept::Layers => model::Kept::Layers,
        Kept::Scripts => model::Kept::Scripts,
        Kept::Pictures => model::Kept::Pictures,
    }
}

/// Why it cannot be cleaned, from the word for it.
fn uncleaned(word: &str) -> model::Uncleaned {
    match word {
        "archive" => model::Uncleaned::Archive,
        "audio" => model::Uncleaned::Audio,
        "damaged" => model::Uncleaned::Damaged,
        "office" => model::Uncleaned::Office,
        "picture" => model::Uncleaned::Picture,
        "protected" => model::Uncleaned::Protected,
        "signed" => model::Uncleaned::Signed,
        "text" => model::Uncleaned::Text,
        "too_large" => model::Uncleaned::TooLarge,
        "video" => model::Uncleaned::Video,
        _ => model::Uncleaned::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::clean::{Kind, Why};

    #[test]
    fn every_reason_has_words_of_its_own() {
        let kinds = [Kind::Office, Kind::Picture, Kind::Video, Kind::Audio, Kind::Archive, Kind::Text];
        let whys = kinds.map(Why::UnknownKind).into_iter();
        for why in whys.chain([Why::TooLarge, Why::Damaged, Why::Protected, Why::Signed]) {
            assert_ne!(uncleaned(why.word()), model::Uncleaned::Other, "{why:?}");
        }
        assert_eq!(uncleaned(Why::UnknownKind(Kind::Other).word()), model::Uncleaned::Other);
    }

    #[test]
    fn what_stays_and_what_cannot_be_cleaned_are_told_apart() {
        let view = Prepared {
            name: "a\u{202e}fdp.exe".into(),
            size: 9,
            kind: FileKind::File,
            removed: vec!["author".into(), "no such word".into()],
            kept: vec!["scripts".into(), "signed".into()],
        };
        let (name, _, _, packing) = prepared(&view);
        assert!(!name.as_str().contains('\u{202e}'));
        let expected = model::Packing::Ready {
            removed: vec![model::Removed::Author],
            kept: vec![model::Kept::Scripts],
            uncleaned: vec![model::Uncleaned::Signed],
        };
        assert_eq!(packing, expected);
    }
}
