//! A voice note among files: whether it can be played, and what was heard of it.
//!
//! A note is played here and never opened by another program, so it is not saved as it is, and no harm is spoken of.

use crate::model::{FileKind, FileState, NOTE_BYTES, Transfer};
use crate::screens::Scene;

/// Whether it is offered as one. What it is, is found out when it is played.
pub(super) fn is_one(file: &Transfer) -> bool {
    matches!(file.kind, FileKind::VoiceNote { .. })
}

/// Whether all of it is here; ours always was.
pub(super) fn can_be_played(file: &Transfer) -> bool {
    let kept = match file.state {
        FileState::Done => true,
        FileState::Declined | FileState::Cancelled | FileState::Failed => false,
        FileState::Offered | FileState::Waiting | FileState::Active | FileState::Paused => !file.incoming,
    };
    is_one(file) && kept && file.size <= NOTE_BYTES
}

/// Whether it is played now.
pub(super) fn is_played(scene: &Scene<'_>, file: &Transfer) -> bool {
    scene.model.playing.is_some_and(|playing| playing.transfer == file.key)
}

/// How many seconds of it were heard, of how many.
pub(super) fn heard(scene: &Scene<'_>, file: &Transfer) -> (u16, u16) {
    let told = match file.kind {
        FileKind::VoiceNote { seconds } => seconds,
        FileKind::File | FileKind::Folder { .. } => 0,
    };
    let playing = scene.model.playing.filter(|playing| playing.transfer == file.key);
    playing.map_or((0, told), |playing| (playing.seconds.min(playing.of), playing.of))
}
