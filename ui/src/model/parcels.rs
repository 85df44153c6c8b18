//! What is about to be sent: what it is, and what it says about who made it.

use super::Fault;
use super::files::{FileKind, may_be_picture};
use super::shown::Shown;
use crate::keys::{ContactKey, ParcelKey};

/// What can say something about who made a file, and was removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Removed {
    /// What was put behind the picture: a film, a second picture.
    Appended,
    /// Who made it.
    Author,
    /// With which camera.
    Camera,
    /// Colours of one device.
    ColourProfile,
    /// A comment.
    Comment,
    /// Title, subject, company and the like.
    DocumentProperties,
    /// What was done to it, and when.
    EditingHistory,
    /// Numbers that are the same in other files of the same origin.
    Identifiers,
    /// Something else.
    Other,
    /// Where it was taken.
    Position,
    /// With which program.
    Software,
    /// A small picture of it, as it was before it was cut or blacked out.
    Thumbnail,
    /// When.
    Times,
}

/// What was found in a document and stays, because it is part of what the document says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kept {
    /// Files inside the document.
    Attachments,
    /// Comments in the margin.
    Comments,
    /// What was filled into a form.
    FormData,
    /// Layers, which may be hidden.
    Layers,
    /// Pictures that could not be looked into.
    Pictures,
    /// Small programs.
    Scripts,
}

/// Why something could not be cleaned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Uncleaned {
    /// An archive.
    Archive,
    /// Sound.
    Audio,
    /// It is damaged.
    Damaged,
    /// An office document.
    Office,
    /// Its kind is not known.
    Other,
    /// A picture of a kind that is not cleaned.
    Picture,
    /// It is protected by a password.
    Protected,
    /// It is signed: cleaning would break that.
    Signed,
    /// Text without anything else.
    Text,
    /// It is larger than what is cleaned.
    TooLarge,
    /// A film.
    Video,
}

/// A file that the person chose and that has not been offered yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Parcel {
    /// Its key.
    pub key: ParcelKey,
    /// For whom.
    pub contact: ContactKey,
    /// Its name here; never a path.
    pub name: Shown,
    /// One file or a folder.
    pub kind: FileKind,
    /// Bytes.
    pub size: u64,
    /// How far it is.
    pub packing: Packing,
}

/// How far a parcel is.
#[derive(Clone, Debug, PartialEq)]
pub enum Packing {
    /// It is being looked into.
    Looking,
    /// It can be sent.
    Ready {
        /// What cleaning removes.
        removed: Vec<Removed>,
        /// What was found and stays all the same.
        kept: Vec<Kept>,
        /// Why there is something that is not cleaned at all.
        uncleaned: Vec<Uncleaned>,
    },
    /// It is being cleaned and measured; the offer follows.
    Leaving {
        /// Bytes that were read.
        done: u64,
    },
    /// It cannot be sent.
    Refused(Fault),
}

impl Parcel {
    /// Whether its name says that it is a picture.
    pub fn may_be_shown(&self) -> bool {
        may_be_picture(self.kind, &self.name)
    }

    /// Whether the person is still deciding about it.
    pub fn is_being_packed(&self) -> bool {
        matches!(self.packing, Packing::Looking | Packing::Ready { .. })
    }
}
