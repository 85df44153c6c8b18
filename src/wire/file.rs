//! What is said about files: an offer, and what became of it. The bytes themselves travel as [`super::BlockFrame`]s.
//!
//! It does not make a name harmless and does not decide who may say what becomes of a transfer.

use super::body::Author;
use super::expiry::Expiry;
use super::frame::WireError;
use super::limits::{FILE_BYTES, FILE_NAME_BYTES, FOLDER_FILES};
use super::reader::Reader;
use super::text::TextError;

/// Something that the other side may fetch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// What its owner calls it.
    pub name: FileName,
    /// What it is.
    pub kind: FileKind,
    /// Bytes of the content, at most [`FILE_BYTES`]; of a folder those of its bundle.
    pub size: u64,
    /// The BLAKE3 hash of the content.
    pub root: [u8; 32],
    /// How long the message that offers it lives once it was displayed; `None` for ever.
    pub expires_in: Option<Expiry>,
}

/// A name of 1 to [`FILE_NAME_BYTES`] bytes of any Unicode text, as somebody wrote it: neither a path to open nor fit to
/// be shown as it is.
#[derive(Clone, PartialEq, Eq)]
pub struct FileName(String);

/// What is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// One file.
    File,
    /// Files under one name: a list of them, then the files back to back.
    Folder {
        /// How many, 1 to [`FOLDER_FILES`].
        files: u32,
    },
    /// Something spoken.
    VoiceNote {
        /// How long it is, rounded up.
        seconds: u16,
    },
}

/// How a transfer ended. Each is said once; the first holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The receiver does not want it.
    Declined,
    /// Either side changed its mind.
    Cancelled,
    /// The receiver has it, whole and verified.
    Done,
    /// The receiver holds as many unanswered offers as it takes.
    Full,
    /// It cannot go on.
    Failed(FileFailure),
}

/// Why a transfer cannot go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileFailure {
    /// The sender's file is not the one that was offered any more.
    SourceChanged = 1,
    /// The sender's file is not there any more.
    SourceGone = 2,
    /// The receiver has no room.
    NoSpace = 3,
    /// The receiver asked for more than anybody needs.
    AskedTooMuch = 4,
    /// What came is not what was offered.
    Damaged = 5,
    /// The other side broke the rules of a transfer.
    Refused = 6,
}

impl Offer {
    /// Appends everything but the life: kind, size, hash, name.
    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        match self.kind {
            FileKind::File => out.push(FILE),
            FileKind::Folder { files } => {
                out.push(FOLDER);
                out.extend(files.to_be_bytes());
            }
            FileKind::VoiceNote { seconds } => {
                out.push(VOICE_NOTE);
                out.extend(seconds.to_be_bytes());
            }
        }
        out.extend(self.size.to_be_bytes());
        out.extend(self.root);
        out.extend(self.name.0.as_bytes());
    }

    pub(super) fn read(expires_in: Option<Expiry>, from: &mut Reader<'_>) -> Result<Self, WireError> {
        let kind = match from.byte()? {
            FILE => FileKind::File,
            FOLDER => FileKind::Folder { files: u32::from_be_bytes(from.bytes()?) },
            VOICE_NOTE => FileKind::VoiceNote { seconds: u16::from_be_bytes(from.bytes()?) },
            _ => return Err(WireError::Field),
        };
        let offer =
            Self { kind, size: from.number()?, root: from.bytes()?, name: from.text(FileName::new)?, expires_in };
        if offer.is_sound() { Ok(offer) } else { Err(WireError::Field) }
    }

    /// Whether its numbers are within their limits: what is not sound must not be sent.
    pub fn is_sound(&self) -> bool {
        let countable = match self.kind {
            FileKind::File | FileKind::VoiceNote { .. } => true,
            FileKind::Folder { files } => (1..=FOLDER_FILES).contains(&files),
        };
        countable && self.size <= FILE_BYTES
    }
}

impl FileName {
    /// Checks the length.
    pub fn new(name: String) -> Result<Self, TextError> {
        match name.len() {
            0 => Err(TextError::Empty),
            n if n > FILE_NAME_BYTES => Err(TextError::TooLong),
            _ => Ok(Self(name)),
        }
    }

    /// The name as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for FileName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FileName([{} bytes])", self.0.len())
    }
}

impl Fate {
    /// Whether somebody may say this of an offer by `author`, as seen by who says it: who sends can only give up.
    pub fn may_be_said_of(self, author: Author) -> bool {
        match author {
            Author::You => true,
            Author::Me => matches!(self, Self::Cancelled | Self::Failed(_)),
        }
    }

    pub(super) fn encode(self, out: &mut Vec<u8>) {
        match self {
            Self::Declined => out.push(DECLINED),
            Self::Cancelled => out.push(CANCELLED),
            Self::Done => out.push(DONE),
            Self::Full => out.push(FULL),
            Self::Failed(failure) => out.extend([FAILED, failure.code()]),
        }
    }

    pub(super) fn read(from: &mut Reader<'_>) -> Result<Self, WireError> {
        match from.byte()? {
            DECLINED => Ok(Self::Declined),
            CANCELLED => Ok(Self::Cancelled),
            DONE => Ok(Self::Done),
            FULL => Ok(Self::Full),
            FAILED => FileFailure::from_code(from.byte()?).map(Self::Failed).ok_or(WireError::Field),
            _ => Err(WireError::Field),
        }
    }
}

impl FileFailure {
    /// Its number, also where it is kept.
    pub fn code(self) -> u8 {
        self as u8
    }

    /// The failure of this number.
    pub fn from_code(code: u8) -> Option<Self> {
        let all =
            [Self::SourceChanged, Self::SourceGone, Self::NoSpace, Self::AskedTooMuch, Self::Damaged, Self::Refused];
        all.into_iter().find(|failure| failure.code() == code)
    }
}

const FILE: u8 = 1;
const FOLDER: u8 = 2;
const VOICE_NOTE: u8 = 3;

const DECLINED: u8 = 1;
const CANCELLED: u8 = 2;
const DONE: u8 = 3;
const FULL: u8 = 4;
const FAILED: u8 = 5;
