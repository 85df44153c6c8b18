//! Files that are offered, under way or done: a row each, beside the message that offers them.
//!
//! It moves no bytes and opens no file: where bytes are sealed is a name and a key to it. How a transfer begins is in
//! [`super::offers`], how it ends in [`super::fates`].

mod columns;

use std::path::PathBuf;

use rusqlite::{OptionalExtension, Params, Row};
use zeroize::Zeroizing;

use super::error::VaultError;
use super::ids::{ContactId, TransferId};
use super::rows::{number, redacted};
use super::transaction::{Read, Write};
use crate::wire::{FileFailure, FileKind, MessageId};

pub(super) use columns::kind;
use columns::transfer;

/// A file or a folder that one side offered.
#[derive(Clone, PartialEq, Eq)]
pub struct Transfer {
    /// The row of its message.
    pub id: TransferId,
    /// With whom.
    pub contact: ContactId,
    /// Its name on the wire: that of the message that offers it.
    pub message: MessageId,
    /// They offered it.
    pub incoming: bool,
    /// What its owner calls it, as it was written.
    pub name: String,
    /// What it is.
    pub kind: FileKind,
    /// Bytes in all.
    pub size: u64,
    /// The BLAKE3 hash of the content.
    pub root: [u8; 32],
    /// Where it stands.
    pub state: TransferState,
    /// It is to rest until it is resumed.
    pub paused: bool,
    /// Why it rests or ended without its bytes.
    pub fault: Option<Fault>,
    /// Where its bytes are here; `None`: nowhere, or nowhere any more.
    pub source: Option<FileSource>,
    /// Bytes that are here and verified; of ours, those the other side says it has.
    pub done: u64,
    /// What was removed from it before it was offered, in words.
    pub removed: Vec<String>,
    /// When it was offered, in unix milliseconds.
    pub time: i64,
    /// When it was over, in unix milliseconds.
    pub finished: Option<i64>,
}

/// Where a transfer stands. Whether bytes are moving is the engine's knowledge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransferState {
    /// Ours: kept back until an earlier offer is answered.
    Queued,
    /// Not answered yet.
    Offered,
    /// Accepted, and not here in full.
    Waiting,
    /// The receiver has it.
    Done,
    /// The receiver did not want it.
    Declined,
    /// Either side gave it up.
    Cancelled,
    /// It could not go on: [`Transfer::fault`].
    Failed,
}

/// Why a transfer rests or failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// As one side said it to the other.
    Failure(FileFailure),
    /// The other side holds as many unanswered offers as it takes.
    Full,
    /// It had arrived, but the profile was restored from a backup, and backups hold no files.
    NotInBackup,
}

/// Where bytes are on this machine.
#[derive(Clone, PartialEq, Eq)]
pub enum FileSource {
    /// Where the person keeps them; only ours are.
    Path {
        /// The file or the folder.
        path: PathBuf,
        /// What it was when it was offered.
        mark: Vec<u8>,
    },
    /// Sealed.
    Blob(Blob),
}

/// A sealed file: what it is called and what opens it.
#[derive(Clone, PartialEq, Eq)]
pub struct Blob {
    /// Its name in the directory of sealed files.
    pub name: [u8; 16],
    /// The key of this one alone.
    pub key: Zeroizing<[u8; 32]>,
}

/// What is known of a transfer's content, as [`crate::wire`]'s rooms above write it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// The hashes of its groups; empty if they are not known.
    pub top: Vec<u8>,
    /// The blocks that are here; empty if none was noted.
    pub have: Vec<u8>,
}

/// A query for whole transfers.
macro_rules! transfer_query {
    ($rest:literal) => {
        concat!(
            "SELECT t.message, t.contact, m.message_id, t.incoming, m.text, t.kind, t.files, t.seconds, t.size, t.root, ",
            "t.state, t.paused, t.fault, t.path, t.mark, t.blob, t.blob_key, t.done, t.removed, m.time, t.finished ",
            "FROM transfer t JOIN message m ON m.id = t.message ",
            $rest
        )
    };
}
impl Read<'_> {
    /// One transfer.
    pub fn transfer(&self, id: TransferId) -> Result<Transfer, VaultError> {
        self.transfer_where(transfer_query!("WHERE t.message = ?1"), (id,))?.ok_or(MISSING)
    }

    /// The transfer that one side named so, if it is there.
    pub fn transfer_named(
        &self,
        contact: ContactId,
        message: MessageId,
        incoming: bool,
    ) -> Result<Option<Transfer>, VaultError> {
        self.transfer_where(
            transfer_query!("WHERE m.contact = ?1 AND m.message_id = ?2 AND (m.state = 'received') = ?3"),
            (contact, &message.0[..], incoming),
        )
    }

    /// All transfers of a contact, or of everybody, newest first.
    pub fn transfers(&self, contact: Option<ContactId>) -> Result<Vec<Transfer>, VaultError> {
        match contact {
            Some(contact) => {
                self.transfers_where(transfer_query!("WHERE t.contact = ?1 ORDER BY t.message DESC"), (contact,))
            }
            None => self.transfers_where(transfer_query!("ORDER BY t.message DESC"), ()),
        }
    }

    /// Transfers that are not over, oldest first.
    pub fn open_transfers(&self) -> Result<Vec<Transfer>, VaultError> {
        self.transfers_where(OPEN, ())
    }

    /// What is known of a transfer's content.
    pub fn held(&self, id: TransferId) -> Result<Held, VaultError> {
        let mut query = self.db.prepare_cached("SELECT top, have FROM transfer WHERE message = ?1")?;
        let bytes =
            |row: &Row<'_>, at| Ok::<_, rusqlite::Error>(row.get::<_, Option<Vec<u8>>>(at)?.unwrap_or_default());
        let held = query.query_row([id], |row| Ok(Held { top: bytes(row, 0)?, have: bytes(row, 1)? })).optional()?;
        held.ok_or(MISSING)
    }

    /// The names of all sealed files that belong to a transfer: others in their directory are remains.
    pub fn blobs(&self) -> Result<Vec<[u8; 16]>, VaultError> {
        self.names("SELECT blob FROM transfer WHERE blob IS NOT NULL")
    }

    /// Sealed files whose keys are gone: to be removed from the disk, and then from here ([`Write::shredded`]).
    pub fn to_shred(&self) -> Result<Vec<[u8; 16]>, VaultError> {
        self.names("SELECT blob FROM shred")
    }

    /// The transfer of a message, if it offers one.
    pub(super) fn transfer_where(&self, sql: &str, params: impl Params) -> Result<Option<Transfer>, VaultError> {
        Ok(self.db.prepare_cached(sql)?.query_row(params, transfer).optional()?)
    }

    fn transfers_where(&self, sql: &str, params: impl Params) -> Result<Vec<Transfer>, VaultError> {
        let mut query = self.db.prepare_cached(sql)?;
        let rows = query.query_map(params, transfer)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn names(&self, sql: &str) -> Result<Vec<[u8; 16]>, VaultError> {
        let mut query = self.db.prepare_cached(sql)?;
        let rows = query.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Write<'_> {
    /// Lets a transfer rest, or go on; `fault`: why it rests, if the person did not ask for it. It must not be over.
    pub fn pause_transfer(&self, id: TransferId, paused: bool, fault: Option<Fault>) -> Result<(), VaultError> {
        self.transfer(id)?;
        self.change_one(
            "UPDATE transfer SET paused = ?2, fault = ?3 WHERE message = ?1 AND state IN ('queued', 'offered', 'waiting')",
            (id, paused, fault.map(Fault::code)),
            OVER,
        )
    }

    /// Notes how far a transfer is: `done` bytes, the blocks that are here (they must be on disk), and the hashes of the
    /// groups, if they are new. False: it is over or gone.
    pub fn put_have(&self, id: TransferId, done: u64, have: &[u8], top: Option<&[u8]>) -> Result<bool, VaultError> {
        let changed = self.change(
            "UPDATE transfer SET done = min(?2, size), have = ?3, top = coalesce(?4, top)
             WHERE message = ?1 AND state IN ('queued', 'offered', 'waiting')",
            (id, number(done), have, top),
        )?;
        Ok(changed > 0)
    }

    /// These sealed files are gone from the disk.
    pub fn shredded(&self, names: &[[u8; 16]]) -> Result<(), VaultError> {
        names.iter().try_for_each(|name| self.change("DELETE FROM shred WHERE blob = ?1", (&name[..],)).map(drop))
    }
}

impl Transfer {
    /// The sealed file of its bytes, if they are sealed here.
    pub fn blob(&self) -> Option<&Blob> {
        match &self.source {
            Some(FileSource::Blob(blob)) => Some(blob),
            _ => None,
        }
    }
}

impl TransferState {
    /// Nothing changes it any more.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Declined | Self::Cancelled | Self::Failed)
    }
}

redacted!(Transfer, "Transfer", id, contact, incoming, state, paused, fault);

impl std::fmt::Debug for Blob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Blob")
    }
}

impl std::fmt::Debug for FileSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Path { .. } => "Path",
            Self::Blob(_) => "Blob",
        })
    }
}

pub(super) const OPEN: &str =
    transfer_query!("WHERE t.state IN ('queued', 'offered', 'waiting') ORDER BY t.contact, t.message");
pub(super) const MISSING: VaultError = VaultError::Missing { what: "transfer" };
pub(super) const OVER: VaultError = VaultError::NotAllowed { why: "the transfer is over" };

#[cfg(test)]
mod tests;
