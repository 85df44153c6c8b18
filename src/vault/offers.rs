//! How a transfer begins: one side offers, the other accepts.
//!
//! Few offers of one side are unanswered at a time: ours wait their turn here, further ones of the other side are not kept.

use super::error::VaultError;
use super::ids::{ContactId, MessageKey, TransferId};
use super::inbox::{Arrival, Kept};
use super::outbox::{NewMessage, Stamp};
use super::rows::number;
use super::transaction::{Read, Write};
use super::transfers::{Blob, FileSource, TransferState};
use crate::wire::limits::OPEN_OFFERS;
use crate::wire::{FileKind, MessageId, Offer};

/// A file or a folder to be offered.
#[derive(Clone, Copy)]
pub struct NewOffer<'a> {
    /// To whom.
    pub contact: ContactId,
    /// What the other side is told.
    pub offer: &'a Offer,
    /// Where its bytes are.
    pub source: &'a FileSource,
    /// The hashes of its groups; empty if there is but one.
    pub top: &'a [u8],
    /// What was removed from it, in words; none holds a line break.
    pub removed: &'a [String],
}

impl Write<'_> {
    /// Queues an offer with the next number, or keeps it back if too many of ours are unanswered
    /// ([`TransferState::Queued`]).
    pub fn queue_offer(&self, new: &NewOffer<'_>, stamp: Stamp) -> Result<TransferId, VaultError> {
        let NewOffer { contact, offer, source, top, removed } = *new;
        if !offer.is_sound() {
            return Err(VaultError::NotAllowed { why: "it is more than can be sent" });
        }
        let state = if self.places(contact)? > 0 { TransferState::Offered } else { TransferState::Queued };
        let message = NewMessage {
            contact,
            text: offer.name.as_str(),
            answered: None,
            expires_in: offer.expires_in,
            numbered: state == TransferState::Offered,
        };
        let key = self.queue_message(&message, stamp)?;
        self.add_transfer(key, contact, false, offer, state)?;
        let [path, mark, blob, blob_key] = source.columns();
        self.change(
            "UPDATE transfer SET path = ?2, mark = ?3, blob = ?4, blob_key = ?5, top = ?6, removed = ?7 WHERE message = ?1",
            (key, path, mark, blob, blob_key, top, removed.join("\n")),
        )?;
        Ok(TransferId(key.0))
    }

    /// Queues offers that were kept back and have their turn now, oldest first; gives them. `handed`: they go to a live
    /// session as soon as this is committed.
    pub fn next_offers(&self, contact: ContactId, handed: bool) -> Result<Vec<TransferId>, VaultError> {
        let places = OPEN_OFFERS.saturating_sub(self.unanswered(contact, false)?);
        let mut query = self.db.prepare_cached(
            "SELECT message FROM transfer WHERE contact = ?1 AND state = 'queued' ORDER BY message LIMIT ?2",
        )?;
        let next: Vec<TransferId> =
            query.query_map((contact, number(places)), |row| row.get(0))?.collect::<Result<_, _>>()?;
        for id in &next {
            let seq = self.next_seq(contact)?;
            self.change("UPDATE message SET seq = ?2, handed = ?3 WHERE id = ?1", (id, number(seq), handed))?;
            self.change("UPDATE transfer SET state = 'offered' WHERE message = ?1", (id,))?;
        }
        Ok(next)
    }

    /// We want what they offered; it is to be sealed in this blob. Its message does not disappear before it is here.
    pub fn accept_transfer(&self, id: TransferId, blob: &Blob) -> Result<(), VaultError> {
        self.transfer(id)?;
        self.change_one(
            "UPDATE transfer SET state = 'waiting', paused = 0, fault = NULL, blob = ?2, blob_key = ?3
             WHERE message = ?1 AND incoming = 1 AND state = 'offered'",
            (id, &blob.name[..], &blob.key[..]),
            VaultError::NotAllowed { why: "only what the other side offers can be accepted, and once" },
        )?;
        self.change("UPDATE message SET expires_at = NULL WHERE id = ?1", (id,)).map(drop)
    }

    /// They want what we offered: it no longer counts as unanswered. False: that was known, or it is over.
    pub fn transfer_accepted(&self, id: TransferId) -> Result<bool, VaultError> {
        let sql = "UPDATE transfer SET state = 'waiting' WHERE message = ?1 AND incoming = 0 AND state = 'offered'";
        Ok(self.change(sql, (id,))? > 0)
    }

    /// The other side offers something.
    pub(super) fn take_offer(
        &self,
        contact: ContactId,
        id: MessageId,
        time: i64,
        offer: &Offer,
    ) -> Result<Arrival, VaultError> {
        if self.unanswered(contact, true)? >= OPEN_OFFERS && !self.knows(contact, id)? {
            return Ok(Arrival::Crowded(id));
        }
        let kept = Kept { contact, id, time, text: offer.name.as_str(), reply_to: None, expires_in: offer.expires_in };
        let Some(key) = self.keep(&kept)? else { return Ok(Arrival::Nothing) };
        self.add_transfer(key, contact, true, offer, TransferState::Offered)?;
        Ok(Arrival::Offered(key))
    }

    fn add_transfer(
        &self,
        key: MessageKey,
        contact: ContactId,
        incoming: bool,
        offer: &Offer,
        state: TransferState,
    ) -> Result<(), VaultError> {
        let (kind, files, seconds) = match offer.kind {
            FileKind::File => ("file", None, None),
            FileKind::Folder { files } => ("folder", Some(files), None),
            FileKind::VoiceNote { seconds } => ("voice", None, Some(seconds)),
        };
        self.change(
            "INSERT INTO transfer (message, contact, incoming, kind, files, seconds, size, root, state)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            (key, contact, incoming, kind, files, seconds, number(offer.size), &offer.root[..], state.word()),
        )
        .map(drop)
    }
}

impl Read<'_> {
    /// How many more offers of ours may be unanswered; none while some wait their turn.
    fn places(&self, contact: ContactId) -> Result<usize, VaultError> {
        let sql =
            "SELECT count(*) FROM transfer WHERE contact = ?1 AND state IN ('queued', 'offered') AND incoming = 0";
        let open: i64 = self.db.prepare_cached(sql)?.query_row([contact], |row| row.get(0))?;
        Ok(OPEN_OFFERS.saturating_sub(usize::try_from(open).unwrap_or(usize::MAX)))
    }

    /// Offers of one side that were not answered.
    fn unanswered(&self, contact: ContactId, incoming: bool) -> Result<usize, VaultError> {
        let sql = "SELECT count(*) FROM transfer WHERE contact = ?1 AND state = 'offered' AND incoming = ?2";
        let open: i64 = self.db.prepare_cached(sql)?.query_row((contact, incoming), |row| row.get(0))?;
        Ok(usize::try_from(open).unwrap_or(usize::MAX))
    }
}

super::rows::redacted!(NewOffer<'_>, "NewOffer", contact);

#[cfg(test)]
mod tests;
