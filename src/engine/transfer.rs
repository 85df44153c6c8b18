//! A transfer as it is shown, and what is known of it only while it moves.
//!
//! It does not move anything ([`super::porter`] does) and does not make names harmless: what shows them does.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Shared;
use crate::vault::{ContactId, Fault, MessageKey, Transfer, TransferId, TransferState};
use crate::wire::{FileFailure, FileKind};

/// A transfer as it is shown.
#[derive(Clone, PartialEq, Eq)]
pub struct TransferView {
    /// The transfer.
    pub transfer: TransferId,
    /// The message that offers it.
    pub message: MessageKey,
    /// With whom.
    pub contact: ContactId,
    /// Whether they offered it.
    pub incoming: bool,
    /// As its owner wrote it; make it harmless before showing or using it.
    pub name: String,
    /// What it is.
    pub kind: FileKind,
    /// Bytes in all.
    pub size: u64,
    /// Where it stands.
    pub state: FileState,
    /// Bytes that are verified on the receiving side.
    pub done: u64,
    /// Bytes per second over the last seconds, while it moves.
    pub rate: Option<u64>,
    /// Seconds left at that rate, rounded up.
    pub eta: Option<u64>,
    /// The BLAKE3 hash of the content.
    pub root: [u8; 32],
    /// Why it failed, or why it is paused if nobody asked for that.
    pub failure: Option<FileReason>,
    /// What was removed from it before it was offered, in words of `crate::file::clean`; of ours only.
    pub removed: Vec<String>,
}

/// Where a transfer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileState {
    /// Nobody has answered yet.
    Offered,
    /// Accepted, and it waits for the other side or for its turn.
    Waiting,
    /// It moves.
    Active,
    /// This side holds it.
    Paused,
    /// The receiver has it, whole and verified.
    Done,
    /// The receiver does not want it.
    Declined,
    /// One side changed its mind.
    Cancelled,
    /// It cannot go on.
    Failed,
}

/// Why a transfer failed, or is paused without anybody's wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileReason {
    /// The sender's file is not the one that was offered any more.
    SourceChanged,
    /// The sender's file is not there any more, or cannot be read.
    SourceGone,
    /// The receiver has no room.
    NoSpace,
    /// The receiver asked for more than anybody needs.
    AskedTooMuch,
    /// What came, or what is kept of it, is not what was offered.
    Damaged,
    /// The other side broke the rules of a transfer.
    Refused,
    /// The receiver holds as many unanswered offers as it takes.
    Full,
    /// A backup holds no files: it was not saved before.
    NotInBackup,
}

/// What lives only as long as a transfer moves, by transfer.
#[derive(Default)]
pub(super) struct Moves(Mutex<BTreeMap<TransferId, Move>>);

/// How a transfer moves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Move {
    /// Whether there is a circuit for it.
    pub(super) joined: bool,
    pub(super) done: u64,
    pub(super) rate: Option<u64>,
    pub(super) eta: Option<u64>,
}

impl Moves {
    pub(super) fn put(&self, transfer: TransferId, how: Move) {
        self.lock().insert(transfer, how);
    }

    pub(super) fn end(&self, transfer: TransferId) {
        self.lock().remove(&transfer);
    }

    fn of(&self, transfer: TransferId) -> Option<Move> {
        self.lock().get(&transfer).copied()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<TransferId, Move>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    /// A transfer as it is shown: what the vault knows, and how it moves.
    pub(super) fn transfer_view(&self, row: Transfer) -> TransferView {
        let moves = self.moves.of(row.id).unwrap_or_default();
        let state = match row.state {
            TransferState::Queued | TransferState::Offered | TransferState::Waiting if row.paused => FileState::Paused,
            TransferState::Queued | TransferState::Offered => FileState::Offered,
            TransferState::Waiting if moves.joined => FileState::Active,
            TransferState::Waiting => FileState::Waiting,
            TransferState::Done => FileState::Done,
            TransferState::Declined => FileState::Declined,
            TransferState::Cancelled => FileState::Cancelled,
            TransferState::Failed => FileState::Failed,
        };
        let done = if state == FileState::Done { row.size } else { row.done.max(moves.done) };
        let active = state == FileState::Active;
        TransferView {
            transfer: row.id,
            message: MessageKey(row.id.0),
            contact: row.contact,
            incoming: row.incoming,
            name: row.name,
            kind: row.kind,
            size: row.size,
            state,
            done,
            rate: moves.rate.filter(|_| active),
            eta: moves.eta.filter(|_| active),
            root: row.root,
            failure: row.fault.map(FileReason::from),
            removed: row.removed,
        }
    }
}

impl FileReason {
    /// One word for programs; HEADLESS.md lists them.
    pub fn word(self) -> &'static str {
        match self {
            Self::SourceChanged => "source_changed",
            Self::SourceGone => "source_gone",
            Self::NoSpace => "no_space",
            Self::AskedTooMuch => "asked_too_much",
            Self::Damaged => "damaged",
            Self::Refused => "refused",
            Self::Full => "full",
            Self::NotInBackup => "not_in_backup",
        }
    }
}

impl From<Fault> for FileReason {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Failure(FileFailure::SourceChanged) => Self::SourceChanged,
            Fault::Failure(FileFailure::SourceGone) => Self::SourceGone,
            Fault::Failure(FileFailure::NoSpace) => Self::NoSpace,
            Fault::Failure(FileFailure::AskedTooMuch) => Self::AskedTooMuch,
            Fault::Failure(FileFailure::Damaged) => Self::Damaged,
            Fault::Failure(FileFailure::Refused) => Self::Refused,
            Fault::Full => Self::Full,
            Fault::NotInBackup => Self::NotInBackup,
        }
    }
}

/// Shows no name.
impl std::fmt::Debug for TransferView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TransferView")
            .field("transfer", &self.transfer)
            .field("contact", &self.contact)
            .field("incoming", &self.incoming)
            .field("size", &self.size)
            .field("state", &self.state)
            .field("done", &self.done)
            .field("failure", &self.failure)
            .finish_non_exhaustive()
    }
}
