//! What went wrong, in words: what happened, and what can be done.

use super::Scene;
use crate::model::Fault;

/// One or two sentences.
pub(crate) fn say(scene: &Scene<'_>, fault: &Fault) -> String {
    let name = match fault {
        Fault::AlreadyExists => "fault-already-exists",
        Fault::BadAddress => "fault-bad-address",
        Fault::BadDetour => "fault-bad-detour",
        Fault::BadName => "fault-bad-name",
        Fault::Blocked => "fault-blocked",
        Fault::ClipboardSlow => "fault-clipboard-slow",
        Fault::Damaged => "fault-damaged",
        Fault::DiskFull => "fault-disk-full",
        Fault::Empty => "fault-empty",
        Fault::FileChanged => "fault-file-changed",
        Fault::FileName => "fault-file-name",
        Fault::FileTooLarge => "fault-file-too-large",
        Fault::FolderTooLarge => "fault-folder-too-large",
        Fault::InUse => "fault-in-use",
        Fault::NoMicrophone => "sound-no-microphone",
        Fault::NoPicture => "fault-no-picture",
        Fault::NoQr => "fault-no-qr",
        Fault::NoSpeaker => "sound-no-speaker",
        Fault::NoTmpfs => "fault-no-tmpfs",
        Fault::NotAFile => "fault-not-a-file",
        Fault::NotAllowedNow => "fault-not-allowed-now",
        Fault::NotOurTor => "detour-not-ours",
        Fault::NotFound => "fault-not-found",
        Fault::NoteUnreadable => "fault-note-unreadable",
        Fault::OwnAddress => "fault-own-address",
        Fault::Permission => "fault-permission",
        Fault::PictureUnreadable => "fault-picture-unreadable",
        Fault::Storage(words) => return scene.say_with("fault-storage", &[("words", words.into())]),
        Fault::TooLong => "fault-too-long",
        Fault::TooMany => "fault-too-many",
        Fault::TooNew => "fault-too-new",
        Fault::Tor(words) => return scene.say_with("fault-tor", &[("words", words.into())]),
        Fault::WrongPassphrase => "fault-wrong-passphrase",
    };
    scene.say(name).into_owned()
}
