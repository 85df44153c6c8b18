//! The one door between files and the file system: what is read to be sent, what is kept sealed, what is saved in clear.
//!
//! Everything here waits for the disk: call it where waiting is allowed. It does not know what a transfer is, nor where
//! keys are kept. Only [`save`] and [`save_folder`] ever write plain bytes, to the place a person chose.

mod blob;
mod content;
mod folder;
mod save;
mod source;
mod space;

use std::io::{self, ErrorKind};

use rustix::io::Errno;

pub use blob::{BlobName, BlobStore, OpenBlob};
pub use content::Content;
pub use folder::{Folder, read_bundle};
pub use save::{manifest, save, save_folder};
pub use source::{Fingerprint, Source};
pub use space::{free_space, memory};

/// Why a file cannot be read, kept or saved. Holds no path and no name: it may be logged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DiskError {
    /// Nothing is there.
    #[error("there is no such file or folder")]
    Missing,
    /// Neither a file nor a folder, or the one where the other is wanted.
    #[error("this is {0}; choose a file or a folder")]
    NotAFile(&'static str),
    /// Symbolic links lead in a circle.
    #[error("the links lead in a circle")]
    Circle,
    /// Not allowed to read or write there.
    #[error("the system does not permit it; check the permissions, or choose another place")]
    Denied,
    /// Nothing is overwritten.
    #[error("there is something of that name already; choose another name")]
    Exists,
    /// Not enough space, or it was used up on the way.
    #[error("there is not enough free space; free some and try again")]
    Full,
    /// What was offered is not what is there now.
    #[error("the file changed since it was offered; offer it again")]
    Changed,
    /// A sealed block that is not there, or not what was written.
    #[error("the sealed file is damaged or incomplete")]
    Damaged,
    /// Over 64 GiB.
    #[error("it is larger than 64 GiB")]
    TooLarge,
    /// Over 10,000 files, or far more entries than that.
    #[error("the folder holds more than 10,000 files")]
    TooMany,
    /// Over 16 levels.
    #[error("the folder is nested more than 16 levels deep")]
    TooDeep,
    /// No file in the folder.
    #[error("the folder holds no file")]
    Empty,
    /// A name that cannot be sent.
    #[error("a name in the folder is not valid UTF-8; rename it first")]
    NotText,
    /// A block that the file does not have, or not of this length.
    #[error("there is no such block in this file; please report this")]
    Misplaced,
    /// The caller did not want it any more.
    #[error("it was stopped")]
    Stopped,
    /// Anything else the system said.
    #[error("the disk failed while {doing}: {why}")]
    Failed {
        /// What was being done.
        doing: &'static str,
        /// The system's words; holds no path.
        why: String,
    },
}

/// Says what the operating system refused.
fn failed(doing: &'static str) -> impl Fn(io::Error) -> DiskError {
    move |error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => DiskError::Missing,
        ErrorKind::AlreadyExists => DiskError::Exists,
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => DiskError::Full,
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => DiskError::Denied,
        _ if error.raw_os_error() == Some(Errno::LOOP.raw_os_error()) => DiskError::Circle,
        kind => DiskError::Failed { doing, why: kind.to_string() },
    }
}

/// The bits of files and directories that are for their owner alone, and never executable.
const PRIVATE_FILE: u32 = 0o600;
const PRIVATE_DIR: u32 = 0o700;
