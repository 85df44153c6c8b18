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

    /// Whether its numbers are within their limits, and an empty content has its one hash: what is not sound must not be
    /// sent.
    pub fn is_sound(&self) -> bool {
        let countable = match self.kind {
            FileKind::File | FileKind::VoiceNote { .. } => true,
            FileKind::Folder { files } => (1..=FOLDER_FILES).contains(&files),
        };
        countable && self.size <= FILE_BYTES && (self.size > 0 || self.root == NOTHING)
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

/// BLAKE3 of no bytes.
const NOTHING: [u8; 32] = [
    0xaf, 0x13, 0x49, 0xb9, 0xf5, 0xf9, 0xa1, 0xa6, 0xa0, 0x40, 0x4d, 0xea, 0x36, 0xdc, 0xc9, 0x49, 0x9b, 0xcb, 0x25,
    0xc9, 0xad, 0xc1, 0x12, 0xb7, 0xcc, 0x9a, 0x93, 0xca, 0xe4, 0x1f, 0x32, 0x62,
];

const FILE: u8 = 1;
const FOLDER: u8 = 2;
const VOICE_NOTE: u8 = 3;

const DECLINED: u8 = 1;
const CANCELLED: u8 = 2;
const DONE: u8 = 3;
const FULL: u8 = 4;
const FAILED: u8 = 5;

#[cfg(test)]
mod tests {
    use super::super::{Body, MessageId, Target};
    use super::*;

    fn offer(kind: FileKind, size: u64) -> Offer {
        let name = FileName::new("caf\u{e9}.txt".to_owned()).unwrap();
        Offer { name, kind, size, root: [3; 32], expires_in: None }
    }

    fn bytes(body: &Body) -> Vec<u8> {
        let mut bytes = Vec::new();
        body.encode(&mut bytes);
        bytes
    }

    #[test]
    fn bytes_are_as_documented() {
        let common = [&258u64.to_be_bytes()[..], &[3; 32], "café.txt".as_bytes()].concat();
        let said = |kind| bytes(&Body::Offer(offer(kind, 258)));
        assert_eq!(said(FileKind::File), [&[6, 0, 0, 0, 0, 1][..], &common].concat());
        assert_eq!(said(FileKind::Folder { files: 7 }), [&[6, 0, 0, 0, 0, 2, 0, 0, 0, 7][..], &common].concat());
        assert_eq!(said(FileKind::VoiceNote { seconds: 300 }), [&[6, 0, 0, 0, 0, 3, 1, 44][..], &common].concat());
        let target = Target { id: MessageId([9; 16]), author: Author::You };
        let said = |fate| bytes(&Body::Fate { target, fate });
        let expected = |end: &[u8]| [&[7, 2][..], &[9; 16], end].concat();
        let ends = [(Fate::Declined, 1), (Fate::Cancelled, 2), (Fate::Done, 3), (Fate::Full, 4)];
        ends.into_iter().for_each(|(fate, code)| assert_eq!(said(fate), expected(&[code])));
        assert_eq!(said(Fate::Failed(FileFailure::Damaged)), expected(&[5, 5]));
    }

    #[test]
    fn offers_beyond_their_limits_are_refused() {
        let taken = |offer: &Offer| Body::decode(&bytes(&Body::Offer(offer.clone())));
        let folder = |files| offer(FileKind::Folder { files }, 1);
        for sound in [offer(FileKind::File, FILE_BYTES), folder(1), folder(FOLDER_FILES)] {
            assert_eq!(taken(&sound), Ok(Body::Offer(sound)));
        }
        for wrong in [
            offer(FileKind::File, FILE_BYTES + 1),
            offer(FileKind::File, u64::MAX),
            folder(0),
            folder(FOLDER_FILES + 1),
        ] {
            assert!(!wrong.is_sound());
            assert_eq!(taken(&wrong), Err(WireError::Field), "{wrong:?}");
        }
        let named = |name: &[u8]| Body::decode(&[&[6, 0, 0, 0, 0, 1][..], &[0; 7], &[1], &[3; 32], name].concat());
        assert!(named(&[b'x'; FILE_NAME_BYTES]).is_ok());
        for name in [&[b'x'; FILE_NAME_BYTES + 1][..], b"", b"caf\xe9"] {
            assert!(named(name).is_err(), "{} bytes", name.len());
        }
    }

    #[test]
    fn an_empty_content_has_one_hash() {
        let mut empty = offer(FileKind::File, 0);
        assert!(!empty.is_sound());
        empty.root = blake3::hash(b"").into();
        assert!(empty.is_sound());
    }

    #[test]
    fn who_sends_can_only_give_up() {
        let failed = Fate::Failed(FileFailure::SourceGone);
        for fate in [Fate::Declined, Fate::Cancelled, Fate::Done, Fate::Full, failed] {
            assert!(fate.may_be_said_of(Author::You));
            assert_eq!(fate.may_be_said_of(Author::Me), fate == Fate::Cancelled || fate == failed);
        }
    }

    #[test]
    fn failures_keep_their_numbers() {
        assert_eq!(
            (1..=6).filter_map(FileFailure::from_code).map(FileFailure::code).collect::<Vec<_>>(),
            [1, 2, 3, 4, 5, 6]
        );
        assert_eq!((FileFailure::from_code(0), FileFailure::from_code(7)), (None, None));
    }

    #[test]
    fn debug_shows_no_name() {
        assert!(!format!("{:?}", offer(FileKind::File, 1)).contains("caf"));
    }
}
