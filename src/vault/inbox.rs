//! What contacts sent us: every message once, however often it arrives.
//!
//! It does not judge gaps ([`crate::talk`]). What a message changes is in [`super::changes`] and [`super::terms`].

use rusqlite::{OptionalExtension, Row};

use super::error::VaultError;
use super::ids::{ContactId, MessageKey, TransferId};
use super::rows::{count, number, redacted, seconds};
use super::transaction::{Read, Write};
use crate::wire::limits::EPOCHS;
use crate::wire::{Author, Body, Epoch, Expiry, MessageId, Target};

/// A message that arrived.
#[derive(Clone, Copy)]
pub struct Incoming<'a> {
    /// From whom.
    pub contact: ContactId,
    /// The sender's epoch.
    pub epoch: Epoch,
    /// Its number in that epoch, from 1.
    pub seq: u64,
    /// Its name.
    pub id: MessageId,
    /// When it was written by our clock (arrival less age), in unix milliseconds.
    pub time: i64,
    /// What it says.
    pub body: &'a Body,
}

/// What a message that arrived brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// A new message to show.
    New(MessageKey),
    /// Something to fetch, to show.
    Offered(MessageKey),
    /// Something to fetch that was not kept, since too many offers are unanswered: say so ([`Write::refuse_offer`]).
    Crowded(MessageId),
    /// This transfer is over.
    Fate(TransferId),
    /// This text of theirs says something else now.
    Edited(MessageKey),
    /// This text of theirs is an empty marker now.
    Deleted(MessageKey),
    /// Their reaction to this message changed.
    Reacted(MessageKey),
    /// What they want of the conversation.
    Terms {
        /// The contact's row says something else now.
        changed: bool,
        /// They do not know our newest terms, as after a restoration: tell them ([`Write::announce_terms`]).
        outdated: bool,
    },
    /// A duplicate, or a change of what is not there.
    Nothing,
}

/// A message to be kept.
pub(super) struct Kept<'a> {
    pub(super) contact: ContactId,
    pub(super) id: MessageId,
    pub(super) time: i64,
    pub(super) text: &'a str,
    pub(super) reply_to: Option<Target>,
    pub(super) expires_in: Option<Expiry>,
}

impl Read<'_> {
    /// The highest number received of each of the contact's epochs, oldest epoch first.
    pub fn marks(&self, contact: ContactId) -> Result<Vec<(Epoch, u64)>, VaultError> {
        let mut query = self.db.prepare_cached("SELECT epoch, seq FROM mark WHERE contact = ?1 ORDER BY id")?;
        let rows = query.query_map([contact], |row| Ok((Epoch(row.get(0)?), count(row, 1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Is or was a message of theirs here that has this name?
    pub(super) fn knows(&self, contact: ContactId, id: MessageId) -> Result<bool, VaultError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM past WHERE contact = ?1 AND message_id = ?2 AND received = 1)
            OR EXISTS (SELECT 1 FROM message WHERE contact = ?1 AND message_id = ?2 AND (state = 'received') = 1)";
        Ok(self.db.prepare_cached(sql)?.query_row((contact, &id.0[..]), |row| row.get(0))?)
    }
}

impl Write<'_> {
    /// Keeps or applies a message and raises the mark.
    pub fn receive(&self, message: &Incoming<'_>) -> Result<Arrival, VaultError> {
        let Incoming { contact, epoch, seq, id, time, body } = *message;
        if !self.raise(contact, epoch, seq)? {
            return Ok(Arrival::Nothing);
        }
        match body {
            Body::Text { text, reply_to, expires_in } => {
                let (reply_to, expires_in) = (*reply_to, *expires_in);
                let kept = self.keep(&Kept { contact, id, time, text: text.as_str(), reply_to, expires_in })?;
                Ok(kept.map_or(Arrival::Nothing, Arrival::New))
            }
            Body::Edit { target, text } => self.take_edit(contact, *target, text, time),
            Body::Delete { target } => self.take_delete(contact, *target),
            Body::React { target, emoji } => self.take_reaction(contact, *target, *emoji),
            Body::Terms { version, expires_in, receipts } => self.take_terms(contact, *version, *expires_in, *receipts),
            Body::Offer(offer) => self.take_offer(contact, id, time, offer),
            Body::Fate { target, fate } => self.take_fate(contact, *target, *fate, time),
        }
    }

    /// The sender has nothing to say under this number: raises the mark and keeps nothing.
    pub fn skip(&self, contact: ContactId, epoch: Epoch, seq: u64) -> Result<(), VaultError> {
        self.raise(contact, epoch, seq)?;
        Ok(())
    }

    /// Keeps a message, unless one of its name is or was here.
    pub(super) fn keep(&self, new: &Kept<'_>) -> Result<Option<MessageKey>, VaultError> {
        let kept = self.change(
            "INSERT INTO message (contact, message_id, state, time, text, reply_to, reply_mine, expires_in)
             SELECT ?1, ?2, 'received', ?3, ?4, ?5, ?6, ?7
             WHERE NOT EXISTS (SELECT 1 FROM past WHERE contact = ?1 AND message_id = ?2 AND received = 1)
             ON CONFLICT DO NOTHING",
            (
                new.contact,
                &new.id.0[..],
                new.time,
                new.text,
                new.reply_to.map(|target| target.id.0),
                // What the sender calls "you" is ours.
                new.reply_to.map(|target| target.author == Author::You),
                seconds(new.expires_in),
            ),
        )?;
        if kept == 0 {
            return Ok(None);
        }
        let key = MessageKey(self.db.last_insert_rowid());
        self.change(
            "UPDATE contact SET unread = unread + 1, unread_bytes = unread_bytes + ?2, newest = ?3, newest_id = ?4
             WHERE id = ?1",
            (new.contact, number(new.text.len()), key, &new.id.0[..]),
        )?;
        Ok(Some(key))
    }

    /// Raises the mark of an epoch to `seq`; false: it was there already.
    fn raise(&self, contact: ContactId, epoch: Epoch, seq: u64) -> Result<bool, VaultError> {
        let mut query = self.db.prepare_cached("SELECT id, seq FROM mark WHERE contact = ?1 AND epoch = ?2")?;
        let read = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?));
        let known = query.query_row((contact, &epoch.0[..]), read).optional()?;
        let seq = number(seq);
        match known {
            Some((_, mark)) if seq <= mark => return Ok(false),
            Some((id, _)) => self.change("UPDATE mark SET seq = ?2 WHERE id = ?1", (id, seq))?,
            None => {
                self.contact(contact)?;
                self.change(
                    "INSERT INTO mark (contact, epoch, seq) VALUES (?1, ?2, ?3)",
                    (contact, &epoch.0[..], seq),
                )?;
                self.change(
                    "DELETE FROM mark WHERE contact = ?1 AND id NOT IN
                     (SELECT id FROM mark WHERE contact = ?1 ORDER BY id DESC LIMIT ?2)",
                    (contact, number(EPOCHS)),
                )?
            }
        };
        Ok(true)
    }
}

redacted!(Incoming<'_>, "Incoming", contact, seq);

#[cfg(test)]
mod tests {
    use super::super::testing::{contact, key, plain, traceless};
    use super::super::{MessageState, Vault};
    use super::*;

    fn two() -> (Vault, ContactId) {
        let mut vault = traceless();
        let me = vault.write(|w| w.add_identity("desk", &key(1))).unwrap();
        let ann = contact(&mut vault, me, 2);
        (vault, ann)
    }

    fn receive(vault: &mut Vault, contact: ContactId, epoch: u8, seq: u64, id: u8) -> Option<MessageKey> {
        let body = &plain("four");
        let message = Incoming { contact, epoch: Epoch([epoch; 8]), seq, id: MessageId([id; 16]), time: 5, body };
        match vault.write(|w| w.receive(&message)).unwrap() {
            Arrival::New(key) => Some(key),
            Arrival::Nothing => None,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_message_is_kept_once_by_number_and_by_id() {
        let (mut vault, ann) = two();
        let first = receive(&mut vault, ann, 1, 1, 1).unwrap();
        assert_eq!(receive(&mut vault, ann, 1, 1, 9), None);
        // A restored peer sends the same id under a new epoch: invisible, but the number counts.
        assert_eq!(receive(&mut vault, ann, 2, 1, 1), None);
        assert!(receive(&mut vault, ann, 2, 2, 2).is_some());
        assert_eq!(vault.read(|r| r.marks(ann)).unwrap(), [(Epoch([1; 8]), 1), (Epoch([2; 8]), 2)]);
        assert_eq!(vault.read(|r| r.message(first)).unwrap().state, MessageState::Received);
    }

    #[test]
    fn an_id_of_ours_does_not_hide_the_same_id_of_theirs() {
        let (mut vault, ann) = two();
        vault.write(|w| w.queue(ann, MessageId([1; 16]), "ours", 1, false)).unwrap();
        assert!(receive(&mut vault, ann, 1, 1, 1).is_some());
    }

    #[test]
    fn a_skip_raises_the_mark_and_keeps_nothing() {
        let (mut vault, ann) = two();
        vault.write(|w| w.skip(ann, Epoch([1; 8]), 1)).unwrap();
        vault.write(|w| w.skip(ann, Epoch([1; 8]), 1)).unwrap();
        assert!(receive(&mut vault, ann, 1, 2, 1).is_some());
        assert_eq!(vault.read(|r| r.marks(ann)).unwrap(), [(Epoch([1; 8]), 2)]);
    }

    #[test]
    fn only_the_newest_epochs_are_remembered() {
        let (mut vault, ann) = two();
        for epoch in 0..20 {
            receive(&mut vault, ann, epoch, 1, epoch);
        }
        let marks = vault.read(|r| r.marks(ann)).unwrap();
        assert_eq!(marks.len(), EPOCHS);
        assert_eq!(marks.last(), Some(&(Epoch([19; 8]), 1)));
    }

    #[test]
    fn unread_messages_and_their_bytes_are_counted() {
        let (mut vault, ann) = two();
        receive(&mut vault, ann, 1, 1, 1);
        receive(&mut vault, ann, 1, 2, 2);
        receive(&mut vault, ann, 1, 2, 2);
        let row = vault.read(|r| r.contact(ann)).unwrap();
        assert_eq!((row.unread, row.unread_bytes), (2, 8));
        vault.write(|w| w.mark_read(ann, 1)).unwrap();
        let row = vault.read(|r| r.contact(ann)).unwrap();
        assert_eq!((row.unread, row.unread_bytes), (0, 0));
    }

    #[test]
    fn the_largest_number_a_peer_can_write_breaks_nothing() {
        let (mut vault, ann) = two();
        assert!(receive(&mut vault, ann, 1, u64::MAX, 1).is_some());
        assert_eq!(receive(&mut vault, ann, 1, u64::MAX, 2), None);
    }
}
