//! Why the engine refuses: who failed, and what to do.

use pelure_onion::{AddressError, BridgeError, DetourError, KeyError};

use crate::file::disk::DiskError;
use crate::name::NameError;
use crate::session::IdentityError;
use crate::vault::VaultError;
use crate::voice::CallError;
use crate::voice::note::NoteError;
use crate::voice::wav::WavError;
use crate::wire::{EmojiError, ExpiryError, TextError};

/// Why a command has no effect.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// The identifier names nothing (any more).
    #[error("there is nothing of this identifier (any more); list again")]
    NotFound,
    /// Not an onion address.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The identity's own address.
    #[error("this is the address of this identity itself; a contact's address is needed")]
    OwnAddress,
    /// Already there.
    #[error("this {0} exists already")]
    AlreadyExists(&'static str),
    /// A file or a profile that must be empty is not.
    #[error(transparent)]
    Taken(VaultError),
    /// The contact is blocked.
    #[error("the contact is blocked; unblock it first")]
    Blocked,
    /// A text over its limit, or empty.
    #[error(transparent)]
    Text(#[from] TextError),
    /// Not exactly one emoji.
    #[error(transparent)]
    Emoji(#[from] EmojiError),
    /// Not a time after which messages may disappear.
    #[error(transparent)]
    Expiry(#[from] ExpiryError),
    /// Not a name.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The thing is in a state that excludes this.
    #[error("not possible now: {0}")]
    NotAllowedNow(&'static str),
    /// The passphrase does not open it.
    #[error("the passphrase is wrong")]
    WrongPassphrase,
    /// The vault failed.
    #[error(transparent)]
    Storage(VaultError),
    /// A file cannot be read, kept or saved.
    #[error(transparent)]
    File(#[from] DiskError),
    /// A call is in a state that excludes this.
    #[error(transparent)]
    Call(CallError),
    /// A sound file cannot be read.
    #[error(transparent)]
    Wav(#[from] WavError),
    /// A sound cannot be a voice note.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// Bridges, a proxy or ports that cannot be used.
    #[error(transparent)]
    Detour(#[from] DetourError),
    /// An identity key in the vault is damaged.
    #[error("the key of an identity is damaged; restore a backup")]
    Key,
    /// The engine has stopped.
    #[error("the program is shutting down")]
    Stopped,
}

impl EngineError {
    /// One word for programs; HEADLESS.md lists them.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Address(_) => "bad_address",
            Self::OwnAddress => "own_address",
            Self::AlreadyExists(_) | Self::Taken(_) => "already_exists",
            Self::Blocked => "blocked",
            Self::Text(TextError::TooLong) => "too_long",
            Self::Text(TextError::Empty) => "empty",
            Self::Name(_) => "bad_name",
            Self::Emoji(_) => "bad_emoji",
            Self::Expiry(_) => "bad_expiry",
            Self::NotAllowedNow(_) | Self::Call(_) => "not_allowed_now",
            Self::Wav(WavError::Missing) => "not_found",
            Self::Wav(WavError::TooLong) | Self::Note(NoteError::TooLong) => "too_long",
            Self::Note(NoteError::Empty) => "empty",
            Self::Wav(_) | Self::Note(_) => "file",
            Self::WrongPassphrase => "wrong_passphrase",
            Self::File(error) => match error {
                DiskError::Missing => "not_found",
                DiskError::Exists => "already_exists",
                DiskError::Full => "no_space",
                DiskError::Changed => "source_changed",
                DiskError::TooLarge | DiskError::TooMany | DiskError::TooDeep => "too_long",
                _ => "file",
            },
            Self::Detour(error) => match error {
                DetourError::Bridge { why: BridgeError::NoProgram(_), .. } => "no_program",
                DetourError::Bridge { .. } | DetourError::TooManyBridges => "bad_bridge",
                DetourError::Proxy(_) => "bad_proxy",
                DetourError::Ports => "bad_port",
                DetourError::NotOurs => "not_allowed_now",
                DetourError::Unreadable => "storage",
            },
            Self::Storage(_) | Self::Key => "storage",
            Self::Stopped => "stopped",
        }
    }
}

impl From<VaultError> for EngineError {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Missing { .. } => Self::NotFound,
            VaultError::Conflict { what } => Self::AlreadyExists(what),
            VaultError::NotAllowed { why } => Self::NotAllowedNow(why),
            VaultError::WrongPassphrase => Self::WrongPassphrase,
            taken @ VaultError::NotEmpty { .. } => Self::Taken(taken),
            other => Self::Storage(other),
        }
    }
}

impl From<CallError> for EngineError {
    fn from(error: CallError) -> Self {
        match error {
            CallError::NoSuchCall => Self::NotFound,
            other => Self::Call(other),
        }
    }
}

impl From<KeyError> for EngineError {
    fn from(_: KeyError) -> Self {
        Self::Key
    }
}

impl From<IdentityError> for EngineError {
    fn from(_: IdentityError) -> Self {
        Self::Key
    }
}
