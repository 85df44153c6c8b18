//! Whatever is sent, read alike: a file, a folder, or a copy of ours that is sealed.
//!
//! It hashes nothing and cuts nothing.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::{DiskError, Folder, OpenBlob, Source, failed};
use crate::wire::limits::FILE_BYTES;

/// Bytes to be sent.
#[derive(Debug)]
pub enum Content {
    /// Where the person keeps it.
    File(Source),
    /// The same, of many files.
    Folder(Folder),
    /// A copy that was cleaned, or what was never a file: a pasted picture, a voice note.
    Sealed(Arc<OpenBlob>),
}

impl Content {
    /// The file or the folder that a person chose.
    ///
    /// # Errors
    /// It is neither, cannot be read, or is more than may be sent.
    pub fn open(path: &Path) -> Result<Self, DiskError> {
        let is_folder = fs::metadata(path).map_err(failed("opening a file"))?.is_dir();
        let content = if is_folder { Self::Folder(Folder::walk(path)?) } else { Self::File(Source::open(path)?) };
        if content.len() > FILE_BYTES { Err(DiskError::TooLarge) } else { Ok(content) }
    }

    /// Bytes in all.
    pub fn len(&self) -> u64 {
        match self {
            Self::File(source) => source.len(),
            Self::Folder(folder) => folder.manifest().size(),
            Self::Sealed(blob) => blob.size(),
        }
    }

    /// Is there nothing in it?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where it lies, without links; `None` for a copy of ours.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::File(source) => Some(source.path()),
            Self::Folder(folder) => Some(folder.path()),
            Self::Sealed(_) => None,
        }
    }

    /// What it is now, to be compared with what it is after a restart; empty for a copy of ours, which cannot change.
    pub fn fingerprint(&self) -> Vec<u8> {
        match self {
            Self::File(source) => source.fingerprint().to_bytes().to_vec(),
            Self::Folder(folder) => folder.fingerprint().to_vec(),
            Self::Sealed(_) => Vec::new(),
        }
    }

    /// Is it what it was when it was opened, as far as a cheap look tells? The hashes have the last word.
    pub fn unchanged(&self) -> bool {
        match self {
            Self::File(source) => source.unchanged(),
            Self::Folder(folder) => folder.unchanged(),
            Self::Sealed(_) => true,
        }
    }

    /// Fills `into` from `offset` on.
    ///
    /// # Errors
    /// [`DiskError::Changed`] and [`DiskError::Missing`] say that it is not what it was.
    pub fn read_at(&self, offset: u64, into: &mut [u8]) -> Result<(), DiskError> {
        match self {
            Self::File(source) => source.read_at(offset, into),
            Self::Folder(folder) => folder.read_at(offset, into),
            Self::Sealed(blob) => blob.read_at(offset, into),
        }
    }
}
