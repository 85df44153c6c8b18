//! Takes out of a file what it says about who made it, where, when and with what, before it is sent.
//!
//! What a file may keep is listed, kind by kind; all else goes, known or not. A kind without such a list is not passed
//! on silently: [`Cleaning::Cannot`] says so. PDF is the exception: it has no end of places, so the known ones are
//! emptied, and what is known to stay is named ([`Kept`]).
//!
//! It does not look at what the file shows or says: a face, a letterhead, the grain of a camera's sensor, a watermark
//! and the habits of an encoder (its tables, its order of things) stay. It reads no file: bytes in, bytes out, with at
//! most three times [`CLEAN_BYTES`] in memory for a picture.

mod animation;
mod exif;
mod ifd;
mod jpeg;
mod kind;
mod pdf;
mod pieces;
mod png;
mod tiff;
mod webp;
mod word;
mod xmp;

#[cfg(test)]
mod made;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

pub use kind::{BEGINNING, Kind};

/// What became of a file.
#[derive(Clone, PartialEq, Eq)]
pub enum Cleaning {
    /// There is nothing to remove: send the file as it is.
    Clean,
    /// Send these bytes in its place.
    Cleaned {
        /// The file without what was removed.
        bytes: Vec<u8>,
        /// What was found in it and is gone, each once.
        removed: Vec<Removed>,
        /// What was found in it and is still there, each once.
        kept: Vec<Kept>,
    },
    /// It cannot be cleaned; whoever sends it should know.
    Cannot(Why),
}

/// What was taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Removed {
    /// Where it was made.
    Position,
    /// The camera, its lens and its settings.
    Camera,
    /// When it was made or changed.
    Times,
    /// Names of people: author, owner, rights.
    Author,
    /// The programs and the machine that made it.
    Software,
    /// Numbers of the device, the document or the person's copy of a program.
    Identifiers,
    /// A small picture of it, which may show what was cut away since.
    Thumbnail,
    /// What was done to it, and former states of it.
    EditingHistory,
    /// Comments and descriptions.
    Comment,
    /// Title, subject, keywords, caption.
    DocumentProperties,
    /// A colour profile, which may be that of one screen; colours may change a little.
    ColourProfile,
    /// What was put behind the picture: a film, a second picture, the rest of a larger one.
    Appended,
    /// Bytes that this program does not know and the file does not need.
    Other,
}

/// What stays in a cleaned document, because it is part of what the document says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kept {
    /// Files inside the document, with all they say about themselves.
    Attachments,
    /// Comments in the margin: their text, without names and times.
    Comments,
    /// What was filled into a form.
    FormData,
    /// Layers, which may be hidden.
    Layers,
    /// Small programs.
    Scripts,
    /// Pictures in the document that could not be looked into.
    Pictures,
}

/// Why a file cannot be cleaned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Why {
    /// There is no list for this kind of file.
    #[error("this kind of file cannot be cleaned ({})", .0.word())]
    UnknownKind(Kind),
    /// Over [`CLEAN_BYTES`].
    #[error("the file is too large to be cleaned: at most 64 MiB")]
    TooLarge,
    /// Not built as its kind should be, or in a way this program does not know.
    #[error("the file is damaged or built in an unknown way")]
    Damaged,
    /// A document under a password.
    #[error("the document is protected by a password")]
    Protected,
    /// A document with a signature, which names the signer and breaks by any change.
    #[error("the document is signed: cleaning would break the signature")]
    Signed,
}

/// Cleans a file, by its content. The name is looked at only to say what kind of file it is that cannot be cleaned.
///
/// Takes a second or two for the largest file: not for an asynchronous thread.
pub fn clean(name: &str, bytes: Vec<u8>) -> Cleaning {
    if bytes.len() > CLEAN_BYTES {
        return Cleaning::Cannot(Why::TooLarge);
    }
    let cleaner = match Kind::of(name, &bytes) {
        Ok(Cleanable::Jpeg) => jpeg::clean,
        Ok(Cleanable::Png) => png::clean,
        Ok(Cleanable::WebP) => webp::clean,
        Ok(Cleanable::Gif) => animation::clean,
        Ok(Cleanable::Tiff) => tiff::clean,
        Ok(Cleanable::Pdf) => pdf::clean,
        Err(kind) => return Cleaning::Cannot(Why::UnknownKind(kind)),
    };
    cleaned(bytes, cleaner).unwrap_or_else(Cleaning::Cannot)
}

/// Whether what has these first [`BEGINNING`] bytes may be cleaned; if not, they tell [`clean`] as much as all of it.
pub fn is_cleanable(beginning: &[u8]) -> bool {
    kind::cleanable(beginning).is_some()
}

/// Whether [`clean`] would take so many bytes: to be asked before a file is read whole.
pub fn fits(size: u64) -> bool {
    size <= CLEAN_BYTES as u64
}

/// Cleans, and then cleans what came out: nothing may be found in it any more, and not a byte may change.
fn cleaned(bytes: Vec<u8>, cleaner: Cleaner) -> Result<Cleaning, Why> {
    let mut found = Found::default();
    let clean = cleaner(&bytes, &mut found)?;
    let changed = clean != bytes;
    drop(bytes);
    let mut left = Found::default();
    if cleaner(&clean, &mut left)? != clean || !left.removed.is_empty() || left.kept != found.kept {
        return Err(Why::Damaged);
    }
    if changed && found.removed.is_empty() {
        found.removed.insert(Removed::Other);
    }
    Ok(if !changed && found.kept.is_empty() {
        Cleaning::Clean
    } else {
        let (removed, kept) = (found.removed.into_iter().collect(), found.kept.into_iter().collect());
        Cleaning::Cleaned { bytes: clean, removed, kept }
    })
}

impl std::fmt::Debug for Cleaning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Clean => f.write_str("Clean"),
            Self::Cleaned { bytes, removed, kept } => {
                write!(f, "Cleaned({} bytes, without {removed:?}, with {kept:?})", bytes.len())
            }
            Self::Cannot(why) => write!(f, "Cannot({why:?})"),
        }
    }
}

/// Gives the file anew, without what may not stay, and says what it found. What it gives, it gives back unchanged.
type Cleaner = fn(&[u8], &mut Found) -> Result<Vec<u8>, Why>;

/// The kinds there is a [`Cleaner`] for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cleanable {
    Jpeg,
    Png,
    WebP,
    Gif,
    Tiff,
    Pdf,
}

/// What a cleaner came across.
#[derive(Debug, Default)]
struct Found {
    removed: BTreeSet<Removed>,
    kept: BTreeSet<Kept>,
}

impl Found {
    fn remove(&mut self, what: Removed) {
        self.removed.insert(what);
    }

    fn keep(&mut self, what: Kept) {
        self.kept.insert(what);
    }
}

/// The largest file that is cleaned: above any photograph; it is held in memory.
pub const CLEAN_BYTES: usize = 64 * 1024 * 1024;
