//! Files that are on their way or here, and a picture in one that was asked for.

use std::sync::Arc;

use super::Fault;
use super::parcels::Removed;
use super::shown::Shown;
use crate::keys::{ContactKey, MessageKey, TransferKey};

/// A file that was offered, with all that became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Transfer {
    /// Its key.
    pub key: TransferKey,
    /// Whose.
    pub contact: ContactKey,
    /// The message that offers it.
    pub message: MessageKey,
    /// Whether they offered it.
    pub incoming: bool,
    /// Under which name it would be saved: safe on every system.
    pub name: Shown,
    /// One file, a folder or a voice note.
    pub kind: FileKind,
    /// Bytes.
    pub size: u64,
    /// How far it has come.
    pub state: FileState,
    /// Bytes that are safely there.
    pub done: u64,
    /// Bytes a second, while it runs.
    pub rate: Option<u64>,
    /// Seconds that are left at this rate.
    pub left: Option<u64>,
    /// Why it failed, or why it waits.
    pub trouble: Option<Trouble>,
    /// What was removed before it was offered; ours alone.
    pub removed: Vec<Removed>,
}

/// What is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// One file.
    File,
    /// A folder of so many files.
    Folder {
        /// How many.
        files: u32,
    },
    /// A voice note.
    VoiceNote {
        /// How long.
        seconds: u16,
    },
}

/// How far a file has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileState {
    /// Nobody has answered the offer.
    Offered,
    /// Accepted; it waits for the other side or for its turn.
    Waiting,
    /// On its way.
    Active,
    /// Stopped by the person, or until a trouble is over.
    Paused,
    /// All of it is there.
    Done,
    /// The receiver did not want it.
    Declined,
    /// Given up by one side.
    Cancelled,
    /// It will never arrive.
    Failed,
}

/// Why a file failed, or waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trouble {
    /// The receiver asked for far more than the file.
    AskedTooMuch,
    /// What came is not what was offered, or what was kept cannot be read.
    Damaged,
    /// The receiver's disk is full.
    NoSpace,
    /// It was not part of the backup.
    NotInBackup,
    /// The other side refuses to go on.
    Refused,
    /// The file changed while it was sent.
    SourceChanged,
    /// The file is no longer where it was.
    SourceGone,
    /// The receiver has too many unanswered offers.
    TooManyOffers,
}

/// Files that were exchanged with a contact, newest first.
#[derive(Clone, Debug, PartialEq)]
pub struct Files {
    /// With whom.
    pub contact: ContactKey,
    /// At most [`LISTED`].
    pub transfers: Vec<Transfer>,
}

/// A picture in a file, made to be looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// In which file.
    pub transfer: TransferKey,
    /// The picture, or why there is none.
    pub pixels: Result<Pixels, Fault>,
}

/// Points of colour, row by row: red, green, blue, alpha.
#[derive(Clone, PartialEq, Eq)]
pub struct Pixels {
    width: u16,
    height: u16,
    rgba: Arc<[u8]>,
}

impl Pixels {
    /// `None` if there are not exactly four bytes for each of `width` times `height` points, or none at all.
    pub fn new(width: u16, height: u16, rgba: impl Into<Arc<[u8]>>) -> Option<Self> {
        let rgba = rgba.into();
        let fits = usize::from(width) * usize::from(height) * 4 == rgba.len() && !rgba.is_empty();
        fits.then_some(Self { width, height, rgba })
    }

    /// Width and height.
    pub fn size(&self) -> [u16; 2] {
        [self.width, self.height]
    }

    /// The bytes.
    pub fn rgba(&self) -> &[u8] {
        &self.rgba
    }
}

impl std::fmt::Debug for Pixels {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pixels({} x {})", self.width, self.height)
    }
}

impl FileState {
    /// Whether nothing more will happen to it.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Declined | Self::Cancelled | Self::Failed)
    }
}

impl Transfer {
    /// Whether its name says that it is a picture that can be shown. What it is, is found out when it is decoded.
    pub fn may_be_shown(&self) -> bool {
        may_be_picture(self.kind, &self.name)
    }
}

/// Whether the name of a file says that it is a picture that can be shown.
pub(super) fn may_be_picture(kind: FileKind, name: &Shown) -> bool {
    let ending = name.as_str().rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    kind == FileKind::File && ending.is_some_and(|ending| PICTURES.contains(&ending.as_str()))
}

/// Files of one contact that are listed: some screens; older ones are found in the conversation.
pub const LISTED: usize = 200;

/// Pictures held at once: what is scrolled far away is decoded again when it is asked for.
pub const PICTURES_HELD: usize = 4;

/// How the names of pictures end that can be shown.
const PICTURES: [&str; 5] = ["gif", "jpeg", "jpg", "png", "webp"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_that_do_not_fill_their_size_are_none() {
        assert!(Pixels::new(2, 1, vec![0; 8]).is_some());
        for (width, height, bytes) in [(2, 1, 7), (2, 1, 9), (0, 0, 0), (0, 1, 0), (u16::MAX, u16::MAX, 8)] {
            assert!(Pixels::new(width, height, vec![0; bytes]).is_none(), "{width} {height} {bytes}");
        }
    }
}
