//! What can go wrong at rest, and whose fault it is: the person's, the disk's, the file's or the caller's.
//!
//! No variant carries a path, a name, a text or a statement: an error may be logged.

use std::io::{self, ErrorKind};

use rusqlite::{ErrorCode, ffi};

/// Why the vault refuses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// The key file is whole, but this passphrase does not open it.
    #[error("the passphrase is wrong; try again")]
    WrongPassphrase,
    /// A file is not what was written.
    #[error("{what} is damaged; restore the profile from a backup")]
    Damaged {
        /// Which part.
        what: &'static str,
    },
    /// Another process has the profile open.
    #[error("the profile is in use by another process; close it first")]
    InUse,
    /// No profile in this directory.
    #[error("there is no profile in this directory; create one, or check the path")]
    NotFound,
    /// A new profile, a backup file or an import needs a free place, and this one is taken.
    #[error("{what} is not empty; choose another")]
    NotEmpty {
        /// Which place.
        what: &'static str,
    },
    /// Written by a newer version of the program.
    #[error("the profile was written by a newer version; update the program")]
    TooNew,
    /// No space is left.
    #[error("the disk is full; free some space, nothing stored was lost")]
    DiskFull,
    /// The directory or its file system does not let us write.
    #[error("the profile's directory cannot be read or written; check its permissions")]
    Denied,
    /// The operating system failed otherwise.
    #[error("the disk failed while {doing}: {why}")]
    Disk {
        /// What was being done.
        doing: &'static str,
        /// The system's words; holds no path.
        why: String,
    },
    /// SQLite failed in a way that has no variant of its own.
    #[error("the database failed (SQLite code {code}); please report this")]
    Storage {
        /// SQLite's extended result code.
        code: i32,
    },
    /// The row asked for does not exist.
    #[error("there is no such {what}")]
    Missing {
        /// What kind of row.
        what: &'static str,
    },
    /// The row is already there.
    #[error("this {what} exists already")]
    Conflict {
        /// What kind of row.
        what: &'static str,
    },
    /// The row is not in a state that allows this.
    #[error("not allowed now: {why}")]
    NotAllowed {
        /// The reason.
        why: &'static str,
    },
}

impl From<rusqlite::Error> for VaultError {
    /// Looks at the code alone: SQLite's words may quote a statement, a statement may hold a key or a text.
    fn from(error: rusqlite::Error) -> Self {
        let Some(failure) = error.sqlite_error() else {
            // Not SQLite but a value that does not fit its type: the row is not what was written.
            return Self::Damaged { what: "the database" };
        };
        match failure.code {
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Self::Damaged { what: "the database" },
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::InUse,
            ErrorCode::DiskFull => Self::DiskFull,
            ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::ReadOnly => Self::Denied,
            _ => Self::Storage { code: failure.extended_code },
        }
    }
}

/// Turns a broken uniqueness into "exists already".
pub(super) fn conflict(what: &'static str) -> impl Fn(rusqlite::Error) -> VaultError {
    move |error| match error.sqlite_error() {
        Some(failure) if failure.extended_code == ffi::SQLITE_CONSTRAINT_UNIQUE => VaultError::Conflict { what },
        _ => error.into(),
    }
}

/// Says what the operating system refused.
pub(super) fn disk(doing: &'static str) -> impl Fn(io::Error) -> VaultError {
    move |error| match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => VaultError::DiskFull,
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => VaultError::Denied,
        kind => VaultError::Disk { doing, why: kind.to_string() },
    }
}
