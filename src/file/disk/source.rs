//! A file that is sent from where it lies: read in place, and known to be the same one still.
//!
//! It never writes, and opens nothing but regular files: a pipe would block, a device may act.

use std::fs::{self, File, FileType, Metadata, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::{FileExt, FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use super::{DiskError, failed};

/// An open file of the person.
#[derive(Debug)]
pub struct Source {
    file: File,
    path: PathBuf,
    fingerprint: Fingerprint,
}

/// What tells a file from a changed one: its size, and when its content and its entry were last touched. A program can set
/// the first time as it likes, but not the second. Device and inode say no more, and change each time a stick is plugged in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    size: u64,
    modified: (i64, i64),
    touched: (i64, i64),
}

impl Source {
    /// Opens the file that `path` leads to, also over links: what the person chose is what they lead to now.
    ///
    /// # Errors
    /// Nothing is there, it is no regular file ([`DiskError::NotAFile`] says what it is), or it may not be read.
    pub fn open(path: &Path) -> Result<Self, DiskError> {
        let path = fs::canonicalize(path).map_err(failed(OPENING))?;
        // Looked at before it is opened: opening a device may do something.
        regular(fs::symlink_metadata(&path).map_err(failed(OPENING))?.file_type())?;
        let file = open_regular(&path)?;
        let fingerprint = Fingerprint::of(&file.metadata().map_err(failed(OPENING))?);
        Ok(Self { file, path, fingerprint })
    }

    /// Where it lies, without links.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes, when it was opened.
    pub fn len(&self) -> u64 {
        self.fingerprint.size
    }

    /// Was it empty when it was opened?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What it was when it was opened, to be compared with what it is after a restart.
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// Is it what it was when it was opened? False also for one that was removed or replaced meanwhile.
    pub fn unchanged(&self) -> bool {
        self.file.metadata().is_ok_and(|now| now.nlink() > 0 && Fingerprint::of(&now) == self.fingerprint)
    }

    /// Fills `into` from `offset` on.
    ///
    /// # Errors
    /// [`DiskError::Changed`]: it is shorter than it was.
    pub fn read_at(&self, offset: u64, into: &mut [u8]) -> Result<(), DiskError> {
        read_at(&self.file, offset, into)
    }
}

impl Fingerprint {
    /// Of a file as it is now.
    pub(super) fn of(file: &Metadata) -> Self {
        Self {
            size: file.len(),
            modified: (file.mtime(), file.mtime_nsec()),
            touched: (file.ctime(), file.ctime_nsec()),
        }
    }

    /// Bytes.
    pub(super) fn size(self) -> u64 {
        self.size
    }

    /// As it is kept.
    pub fn to_bytes(self) -> [u8; 40] {
        let (modified, touched) = (self.modified, self.touched);
        let numbers = [modified.0, modified.1, touched.0, touched.1].map(i64::to_be_bytes);
        let mut bytes = [0; 40];
        let all = self.size.to_be_bytes().into_iter().chain(numbers.into_iter().flatten());
        bytes.iter_mut().zip(all).for_each(|(to, from)| *to = from);
        bytes
    }
}

/// Opens a file that is a regular one, whatever takes its place meanwhile.
pub(super) fn open_regular(path: &Path) -> Result<File, DiskError> {
    let flags = OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::NOCTTY;
    let file = OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path);
    let file = file.map_err(failed(OPENING))?;
    regular(file.metadata().map_err(failed(OPENING))?.file_type())?;
    Ok(file)
}

/// Fills `into` from `offset` on, or says that the file is shorter than it was.
pub(super) fn read_at(file: &File, offset: u64, into: &mut [u8]) -> Result<(), DiskError> {
    file.read_exact_at(into, offset).map_err(|error| match error.kind() {
        ErrorKind::UnexpectedEof => DiskError::Changed,
        _ => failed("reading a file")(error),
    })
}

fn regular(kind: FileType) -> Result<(), DiskError> {
    if kind.is_file() {
        return Ok(());
    }
    Err(DiskError::NotAFile(if kind.is_dir() {
        "a folder"
    } else if kind.is_fifo() {
        "a pipe"
    } else if kind.is_socket() {
        "a socket"
    } else if kind.is_symlink() {
        "a link"
    } else {
        "a device"
    }))
}

const OPENING: &str = "opening a file";

#[cfg(test)]
mod tests;
