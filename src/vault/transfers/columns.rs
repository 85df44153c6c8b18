//! The columns of a transfer and what they mean.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use rusqlite::Row;
use rusqlite::types::Type;
use zeroize::Zeroizing;

use super::super::rows::count;
use super::{Blob, Fault, FileSource, Transfer, TransferState};
use crate::wire::{FileFailure, FileKind, MessageId};

impl TransferState {
    pub(in crate::vault) fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Offered => "offered",
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Declined => "declined",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        let all =
            [Self::Queued, Self::Offered, Self::Waiting, Self::Done, Self::Declined, Self::Cancelled, Self::Failed];
        all.into_iter().find(|state| state.word() == word)
    }
}

impl Fault {
    /// As it is kept: the numbers of the wire are below 256.
    pub(in crate::vault) fn code(self) -> u16 {
        match self {
            Self::Failure(failure) => failure.code().into(),
            Self::Full => 256,
            Self::NotInBackup => 257,
        }
    }

    fn from_code(code: u16) -> Option<Self> {
        match code {
            256 => Some(Self::Full),
            257 => Some(Self::NotInBackup),
            code => FileFailure::from_code(u8::try_from(code).ok()?).map(Self::Failure),
        }
    }
}

impl FileSource {
    /// The columns path, mark, blob and blob_key.
    pub(in crate::vault) fn columns(&self) -> [Option<&[u8]>; 4] {
        match self {
            Self::Path { path, mark } => [Some(path.as_os_str().as_bytes()), Some(mark), None, None],
            Self::Blob(Blob { name, key }) => [None, None, Some(name), Some(&key[..])],
        }
    }
}

/// The columns of the queries for whole transfers.
pub(super) fn transfer(row: &Row<'_>) -> rusqlite::Result<Transfer> {
    let removed: String = row.get(18)?;
    Ok(Transfer {
        id: row.get(0)?,
        contact: row.get(1)?,
        message: MessageId(row.get(2)?),
        incoming: row.get(3)?,
        name: row.get(4)?,
        kind: kind(row, 5)?,
        size: count(row, 8)?,
        root: row.get(9)?,
        state: TransferState::from_word(row.get_ref(10)?.as_str()?).ok_or_else(|| wrong(10, "state", Type::Text))?,
        paused: row.get(11)?,
        fault: match row.get::<_, Option<u16>>(12)? {
            None => None,
            Some(code) => Some(Fault::from_code(code).ok_or_else(|| wrong(12, "fault", Type::Integer))?),
        },
        source: source(row, 13)?,
        done: count(row, 17)?,
        removed: removed.lines().map(str::to_owned).collect(),
        time: row.get(19)?,
        finished: row.get(20)?,
    })
}

/// Three columns: the word, the number of files, the seconds.
pub(in crate::vault) fn kind(row: &Row<'_>, at: usize) -> rusqlite::Result<FileKind> {
    match row.get_ref(at)?.as_str()? {
        "file" => Ok(FileKind::File),
        "folder" => Ok(FileKind::Folder { files: row.get(at + 1)? }),
        "voice" => Ok(FileKind::VoiceNote { seconds: row.get(at + 2)? }),
        _ => Err(wrong(at, "kind", Type::Text)),
    }
}

/// Four columns, as [`FileSource::columns`].
fn source(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<FileSource>> {
    if let Some(path) = row.get::<_, Option<Vec<u8>>>(at)? {
        let path = OsString::from_vec(path).into();
        return Ok(Some(FileSource::Path { path, mark: row.get(at + 1)? }));
    }
    match row.get(at + 2)? {
        None => Ok(None),
        Some(name) => Ok(Some(FileSource::Blob(Blob { name, key: Zeroizing::new(row.get(at + 3)?) }))),
    }
}

fn wrong(column: usize, name: &str, kind: Type) -> rusqlite::Error {
    rusqlite::Error::InvalidColumnType(column, name.to_owned(), kind)
}
