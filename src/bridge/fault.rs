//! What failed, in the window's terms: who it concerns and what can be done, never a path or a text.

use pelure_ui::model::Fault;

use crate::desk::DeskError;
use crate::engine::EngineError;
use crate::file::disk::DiskError;
use crate::start::StartError;
use crate::vault::VaultError;
use crate::wire::TextError;

pub(super) fn of_vault(error: &VaultError) -> Fault {
    match error {
        VaultError::WrongPassphrase => Fault::WrongPassphrase,
        VaultError::Damaged { .. } => Fault::Damaged,
        VaultError::InUse => Fault::InUse,
        VaultError::NotFound | VaultError::Missing { .. } => Fault::NotFound,
        VaultError::NotEmpty { .. } | VaultError::Conflict { .. } => Fault::AlreadyExists,
        VaultError::TooNew => Fault::TooNew,
        VaultError::DiskFull => Fault::DiskFull,
        VaultError::Denied => Fault::Permission,
        VaultError::NotAllowed { .. } => Fault::NotAllowedNow,
        // What is left has words of its own.
        other => Fault::Storage(other.to_string()),
    }
}

pub(super) fn of_engine(error: &EngineError) -> Fault {
    match error {
        EngineError::NotFound => Fault::NotFound,
        EngineError::Address(_) => Fault::BadAddress,
        EngineError::OwnAddress => Fault::OwnAddress,
        EngineError::AlreadyExists(_) => Fault::AlreadyExists,
        EngineError::Blocked => Fault::Blocked,
        EngineError::Text(TextError::TooLong) => Fault::TooLong,
        EngineError::Text(TextError::Empty) => Fault::Empty,
        EngineError::Name(_) => Fault::BadName,
        EngineError::WrongPassphrase => Fault::WrongPassphrase,
        EngineError::Taken(error) | EngineError::Storage(error) => of_vault(error),
        EngineError::File(error) => of_file(error),
        EngineError::Key => Fault::Damaged,
        EngineError::NotAllowedNow(_) | EngineError::Call(_) | EngineError::Stopped => Fault::NotAllowedNow,
        EngineError::Detour(pelure_onion::DetourError::NotOurs) => Fault::NotOurTor,
        EngineError::Detour(_) => Fault::BadDetour,
        EngineError::Wav(_) | EngineError::Note(_) => Fault::NotAllowedNow,
        EngineError::Emoji(_) | EngineError::Expiry(_) => Fault::NotAllowedNow,
    }
}

fn of_file(error: &DiskError) -> Fault {
    match error {
        DiskError::Missing => Fault::NotFound,
        DiskError::NotAFile(_) | DiskError::Circle => Fault::NotAFile,
        DiskError::Exists => Fault::AlreadyExists,
        DiskError::Denied => Fault::Permission,
        DiskError::Full => Fault::DiskFull,
        DiskError::Changed => Fault::FileChanged,
        DiskError::Damaged => Fault::Damaged,
        DiskError::TooLarge => Fault::FileTooLarge,
        DiskError::TooMany | DiskError::TooDeep => Fault::FolderTooLarge,
        DiskError::Empty => Fault::Empty,
        DiskError::NotText => Fault::FileName,
        // What is left has words of its own.
        other => Fault::Storage(other.to_string()),
    }
}

pub(super) fn of_start(error: &StartError) -> Fault {
    match error {
        StartError::Engine(error) => of_engine(error),
        StartError::Scratch(pelure_onion::scratch::ScratchError::NoTmpfs) => Fault::NoTmpfs,
        StartError::Scratch(_) | StartError::Arti(_) | StartError::System(_) | StartError::Posture(_) => {
            Fault::Tor(error.to_string())
        }
        StartError::Ending => Fault::NotAllowedNow,
    }
}

pub(super) fn of_desk(error: &DeskError) -> Fault {
    match error {
        DeskError::Nothing => Fault::NoPicture,
        DeskError::Slow => Fault::ClipboardSlow,
        DeskError::Absent => Fault::NotAllowedNow,
        DeskError::TooMuch => Fault::TooLong,
        DeskError::Unreadable => Fault::PictureUnreadable,
        DeskError::NoQr => Fault::NoQr,
        DeskError::Exists => Fault::AlreadyExists,
        DeskError::Missing => Fault::NotFound,
        DeskError::Denied => Fault::Permission,
        DeskError::Full => Fault::DiskFull,
    }
}
