//! What contacts sent us: every message once, however often it arrives.
//!
//! It does not judge gaps ([`crate::talk`]).

use rusqlite::{OptionalExtension, Row};

use super::contacts;
use super::error::VaultError;
use super::ids::{ContactId, MessageKey};
use super::rows::{Incoming, count, number};
use super::transaction::{Read, Write};
use crate::wire::Epoch;

impl Read<'_> {
    /// The highest number received of each of the contact's epochs, oldest epoch first.
    pub fn marks(&self, contact: ContactId) -> Result<Vec<(Epoch, u64)>, VaultError> {
        let mut query = self.db.prepare_cached("SELECT epoch, seq FROM mark WHERE contact = ?1 ORDER BY id")?;
        let rows = query.query_map([contact], |row| Ok((Epoch(row.get(0)?), count(row, 1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Write<'_> {
    /// Keeps a message and raises the mark; `None` is a duplicate, by number or by id.
    pub fn receive(&self, message: &Incoming<'_>) -> Result<Option<MessageKey>, VaultError> {
        let Incoming { contact, epoch, seq, id, time, text } = *message;
        if !self.raise(contact, epoch, seq)? {
            return Ok(None);
        }
        let kept = self.change(
            "INSERT INTO message (contact, message_id, state, time, text) VALUES (?1, ?2, 'received', ?3, ?4)
             ON CONFLICT DO NOTHING",
            (contact, &id.0[..], time, text),
        )?;
        if kept == 0 {
            return Ok(None);
        }
        let key = MessageKey(self.db.last_insert_rowid());
        self.change(
            "UPDATE contact SET unread = unread + 1, unread_bytes = unread_bytes + ?2 WHERE id = ?1",
            (contact, number(text.len())),
        )?;
        Ok(Some(key))
    }

    /// The sender recalled this number: raises the mark and keeps nothing.
    pub fn skip(&self, contact: ContactId, epoch: Epoch, seq: u64) -> Result<(), VaultError> {
        self.raise(contact, epoch, seq)?;
        Ok(())
    }

    /// Everything received from this contact was seen by the person.
    pub fn mark_read(&self, contact: ContactId) -> Result<(), VaultError> {
        self.change_one("UPDATE contact SET unread = 0, unread_bytes = 0 WHERE id = ?1", (contact,), contacts::MISSING)
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
                    (contact, EPOCHS),
                )?
            }
        };
        Ok(true)
    }
}

/// Epochs remembered per contact: one would do for an honest peer; a flood of epochs costs no more than this.
const EPOCHS: u32 = 8;

#[cfg(test)]
mod tests {
    use super::super::testing::{contact, key, traceless};
    use super::super::{MessageState, Vault};
    use super::*;
    use crate::wire::MessageId;

    fn two() -> (Vault, ContactId) {
        let mut vault = traceless();
        let me = vault.write(|w| w.add_identity("desk", &key(1))).unwrap();
        let ann = contact(&mut vault, me, 2);
        (vault, ann)
    }

    fn receive(vault: &mut Vault, contact: ContactId, epoch: u8, seq: u64, id: u8) -> Option<MessageKey> {
        let message =
            Incoming { contact, epoch: Epoch([epoch; 8]), seq, id: MessageId([id; 16]), time: 5, text: "four" };
        vault.write(|w| w.receive(&message)).unwrap()
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
        assert_eq!(marks.len(), EPOCHS as usize);
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
        vault.write(|w| w.mark_read(ann)).unwrap();
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
