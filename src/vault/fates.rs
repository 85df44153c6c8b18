//! How a transfer ends. Either side says it once; the first end holds, whatever is said later.
//!
//! What is over needs little: where the person keeps the file, what of it was here, and, unless it is whole, the sealed
//! file itself are forgotten at once.

use super::error::VaultError;
use super::ids::{ContactId, TransferId};
use super::inbox::Arrival;
use super::messages::Message;
use super::outbox::Stamp;
use super::rows::number;
use super::transaction::Write;
use super::transfers::{Fault, Transfer, TransferState};
use crate::wire::limits::OPEN_OFFERS;
use crate::wire::{Author, Body, Fate, MessageId, Target};

impl Write<'_> {
    /// Ends a transfer and lets the other side know; an offer of ours that never left is taken back instead. False: it was
    /// over already.
    pub fn queue_fate(&self, id: TransferId, fate: Fate, stamp: Stamp) -> Result<bool, VaultError> {
        let transfer = self.transfer(id)?;
        if !fate.may_be_said_of(transfer.author()) {
            return Err(VaultError::NotAllowed { why: "only who receives a file can say this of it" });
        }
        let untold = !transfer.incoming && self.untouched(id.into())?;
        if !self.finish(id, fate.into(), Some(stamp.time))? {
            return Ok(false);
        }
        if untold {
            self.take_back(id.into())?
        } else {
            self.owe_fate(&transfer, fate, stamp)?
        }
        Ok(true)
    }

    /// Lets the other side know that an offer was not taken, since too many are unanswered ([`Arrival::Crowded`]). Of few
    /// at a time: who floods us is not answered each.
    pub fn refuse_offer(&self, contact: ContactId, message: MessageId, stamp: Stamp) -> Result<(), VaultError> {
        let sql = "SELECT count(*) FROM deed WHERE contact = ?1 AND kind = 'fate' AND message IS NULL";
        let owed: i64 = self.db.prepare_cached(sql)?.query_row([contact], |row| row.get(0))?;
        if owed >= number(OPEN_OFFERS) {
            return Ok(());
        }
        let target = Target { id: message, author: Author::You };
        self.owe(contact, None, &Body::Fate { target, fate: Fate::Full }, stamp)
    }

    /// The other side says what became of a transfer.
    pub(super) fn take_fate(
        &self,
        contact: ContactId,
        target: Target,
        fate: Fate,
        time: i64,
    ) -> Result<Arrival, VaultError> {
        if !fate.may_be_said_of(target.author) {
            return Ok(Arrival::Nothing);
        }
        // What the sender of the fate calls "me" is theirs.
        let Some(transfer) = self.transfer_named(contact, target.id, target.author == Author::Me)? else {
            return Ok(Arrival::Nothing);
        };
        let over = self.finish(transfer.id, fate.into(), Some(time.max(transfer.time)))?;
        Ok(if over { Arrival::Fate(transfer.id) } else { Arrival::Nothing })
    }

    /// Ends a transfer that is not over, and lets the time of its message run if it disappears. False: it is over.
    pub(super) fn finish(&self, id: TransferId, end: End, now: Option<i64>) -> Result<bool, VaultError> {
        let changed = self.change(
            "UPDATE transfer SET state = ?2, fault = ?3, paused = 0, finished = ?4, path = NULL, mark = NULL, top = NULL,
                have = NULL, done = iif(?2 = 'done', size, done), blob = iif(?2 = 'done', blob, NULL),
                blob_key = iif(?2 = 'done', blob_key, NULL)
             WHERE message = ?1 AND state IN ('queued', 'offered', 'waiting')",
            (id, end.state.word(), end.fault.map(Fault::code), now),
        )?;
        if changed == 0 {
            return Ok(false);
        }
        self.change(
            "UPDATE message SET expires_at = ?2 + 1000 * expires_in
             WHERE id = ?1 AND expires_in IS NOT NULL AND expires_at IS NULL AND (state = 'delivered'
                OR state = 'received' AND id <= (SELECT read_upto FROM contact WHERE contact.id = message.contact))",
            (id, now),
        )?;
        Ok(true)
    }

    /// The message of a transfer goes away: if that is not over, the other side is told that nobody cares any more.
    pub(super) fn abandon(&self, message: &Message) -> Result<(), VaultError> {
        let Some(id) = message.transfer else { return Ok(()) };
        let transfer = self.transfer(id)?;
        if transfer.state.is_final() || (!transfer.incoming && self.untouched(message.key)?) {
            return Ok(());
        }
        let answered = transfer.state != TransferState::Offered;
        let fate = if transfer.incoming && !answered { Fate::Declined } else { Fate::Cancelled };
        // Nobody is here who could draw a name: messages disappear by themselves. It has to differ, no more.
        let drawn = self.db.prepare_cached("SELECT randomblob(16)")?.query_row([], |row| row.get(0))?;
        self.owe_fate(&transfer, fate, Stamp { id: MessageId(drawn), time: message.time, handed: false })
    }

    /// No sealed file is here any more: what had arrived has to be said to be lost.
    pub(super) fn lose_files(&self) -> Result<(), VaultError> {
        let sql = "UPDATE transfer SET state = 'failed', fault = ?1 WHERE incoming AND state = 'done' AND blob IS NULL";
        self.change(sql, (Fault::NotInBackup.code(),)).map(drop)
    }

    fn owe_fate(&self, transfer: &Transfer, fate: Fate, stamp: Stamp) -> Result<(), VaultError> {
        let target = Target { id: transfer.message, author: transfer.author() };
        self.owe(transfer.contact, Some(transfer.id.into()), &Body::Fate { target, fate }, stamp)
    }
}

/// How a transfer ended, as it is kept.
#[derive(Clone, Copy)]
pub(super) struct End {
    pub(super) state: TransferState,
    pub(super) fault: Option<Fault>,
}

impl From<Fate> for End {
    fn from(fate: Fate) -> Self {
        let (state, fault) = match fate {
            Fate::Declined => (TransferState::Declined, None),
            Fate::Cancelled => (TransferState::Cancelled, None),
            Fate::Done => (TransferState::Done, None),
            Fate::Full => (TransferState::Failed, Some(Fault::Full)),
            Fate::Failed(failure) => (TransferState::Failed, Some(Fault::Failure(failure))),
        };
        Self { state, fault }
    }
}

impl Transfer {
    /// Who offered it, as we say it to the other side.
    fn author(&self) -> Author {
        if self.incoming { Author::You } else { Author::Me }
    }
}

#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;
