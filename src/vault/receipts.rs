//! How far each side has displayed what the other wrote.
//!
//! Whether that is told is agreed in [`super::terms`]; here it is only kept.

use rusqlite::OptionalExtension;

use super::contacts;
use super::error::VaultError;
use super::ids::{ContactId, MessageKey};
use super::transaction::{Read, Write};
use crate::wire::MessageId;

impl Read<'_> {
    /// The name of the last message of theirs that was displayed, if both sides want that to be told.
    pub fn receipt(&self, contact: ContactId) -> Result<Option<MessageId>, VaultError> {
        let sql = "SELECT CASE WHEN receipts_mine AND receipts_theirs THEN read_id END FROM contact WHERE id = ?1";
        let id: Option<Option<[u8; 16]>> =
            self.db.prepare_cached(sql)?.query_row([contact], |row| row.get(0)).optional()?;
        Ok(id.ok_or(contacts::MISSING)?.map(MessageId))
    }
}

impl Write<'_> {
    /// Everything received from this contact was seen by the person at `now`: the time of what disappears starts to run,
    /// but that of a file which is being fetched.
    pub fn mark_read(&self, contact: ContactId, now: i64) -> Result<(), VaultError> {
        self.change_one(
            // Nothing new is nothing to tell: it may have been read before both agreed to tell.
            "UPDATE contact SET unread = 0, unread_bytes = 0, read_upto = newest,
             read_id = CASE WHEN newest > read_upto THEN newest_id ELSE read_id END WHERE id = ?1",
            (contact,),
            contacts::MISSING,
        )?;
        self.change(
            "UPDATE message SET expires_at = ?2 + 1000 * expires_in
             WHERE contact = ?1 AND expires_in IS NOT NULL AND expires_at IS NULL AND state = 'received'
                AND NOT EXISTS (SELECT 1 FROM transfer t WHERE t.message = message.id AND t.state = 'waiting')",
            (contact, now),
        )
        .map(drop)
    }

    /// They displayed everything of ours up to this message; gives what is newly read, oldest first, of very much the
    /// newest. Nothing, unless both sides want that to be told.
    pub fn seen(&self, contact: ContactId, id: MessageId) -> Result<Vec<MessageKey>, VaultError> {
        let sql = "SELECT seen_upto FROM contact WHERE id = ?1 AND receipts_mine AND receipts_theirs";
        let before: Option<MessageKey> =
            self.db.prepare_cached(sql)?.query_row([contact], |row| row.get(0)).optional()?;
        let (Some(before), Some(upto)) = (before, self.place(contact, id)?) else { return Ok(Vec::new()) };
        if upto <= before {
            return Ok(Vec::new());
        }
        self.change("UPDATE contact SET seen_upto = ?2 WHERE id = ?1", (contact, upto))?;
        let mut query = self.db.prepare_cached(
            "SELECT id FROM message WHERE contact = ?1 AND id > ?2 AND id <= ?3 AND state = 'delivered'
             ORDER BY id DESC LIMIT ?4",
        )?;
        let rows = query.query_map((contact, before, upto, TOLD), |row| row.get(0))?;
        let mut seen: Vec<MessageKey> = rows.collect::<Result<_, _>>()?;
        seen.reverse();
        Ok(seen)
    }

    /// Both have come to want that displaying is told: what was displayed before that is not.
    pub(super) fn begin_receipts(&self, contact: ContactId) -> Result<(), VaultError> {
        self.change_one("UPDATE contact SET read_id = NULL WHERE id = ?1", (contact,), contacts::MISSING)
    }

    /// Takes a message that goes away out of the count of unread ones. Its bytes still count: whoever sends and deletes
    /// must not be taken more from.
    pub(super) fn count_read(&self, contact: ContactId, key: MessageKey) -> Result<(), VaultError> {
        let sql = "UPDATE contact SET unread = max(unread - 1, 0) WHERE id = ?1 AND read_upto < ?2";
        self.change(sql, (contact, key)).map(drop)
    }

    /// The place of a message of ours, also of one that is gone.
    fn place(&self, contact: ContactId, id: MessageId) -> Result<Option<MessageKey>, VaultError> {
        let sql = "SELECT id FROM message WHERE contact = ?1 AND message_id = ?2 AND (state = 'received') = 0
            UNION ALL SELECT message FROM past WHERE contact = ?1 AND message_id = ?2 AND received = 0";
        let mut query = self.db.prepare_cached(sql)?;
        Ok(query.query_row((contact, &id.0[..]), |row| row.get(0)).optional()?)
    }
}

/// Messages that are told to be read at once: receipts may have been switched on after years.
const TOLD: u32 = 1_000;

#[cfg(test)]
mod tests {
    use super::super::testing::{Peer, Stamps, plain, talk};
    use super::super::{Arrival, Vault};
    use super::*;
    use crate::wire::{Body, Epoch};

    fn agree(vault: &mut Vault, ann: ContactId, peer: &mut Peer, stamp: &mut Stamps) {
        vault.write(|w| w.set_terms(ann, None, Some(true), stamp.next(true))).unwrap();
        peer.says(vault, &Body::Terms { version: 0, expires_in: None, receipts: true });
    }

    #[test]
    fn nothing_is_told_or_believed_until_both_agree() {
        let (mut vault, ann, mut stamp) = talk();
        let mut peer = Peer::new(ann);
        let name = MessageId([51; 16]);
        peer.names(&mut vault, MessageId([50; 16]), &plain("hello"));
        let ours = vault.write(|w| w.queue(ann, stamp.id(), "ours", 1, true)).unwrap().key;
        let id = vault.read(|r| r.message(ours)).unwrap().id;
        vault.write(|w| w.ack(ann, Epoch([2; 8]), 1, 0)).unwrap();
        vault.write(|w| w.mark_read(ann, 1)).unwrap();
        let state = |vault: &mut Vault| {
            let seen = vault.write(|w| w.seen(ann, id)).unwrap();
            (vault.read(|r| r.receipt(ann)).unwrap(), seen, vault.read(|r| r.message(ours)).unwrap().read)
        };
        assert_eq!(state(&mut vault), (None, vec![], false));
        vault.write(|w| w.set_terms(ann, None, Some(true), stamp.next(true))).unwrap();
        assert_eq!(state(&mut vault), (None, vec![], false));
        vault.write(|w| w.set_terms(ann, None, Some(false), stamp.next(true))).unwrap();
        peer.says(&mut vault, &Body::Terms { version: 0, expires_in: None, receipts: true });
        assert_eq!(state(&mut vault), (None, vec![], false));
        vault.write(|w| w.set_terms(ann, None, Some(true), stamp.next(true))).unwrap();
        assert_eq!(state(&mut vault), (None, vec![ours], true), "what was read before is not told");
        vault.write(|w| w.mark_read(ann, 2)).unwrap();
        assert_eq!(vault.read(|r| r.receipt(ann)).unwrap(), None, "nor by looking at it again");
        peer.names(&mut vault, name, &plain("you there?"));
        vault.write(|w| w.mark_read(ann, 3)).unwrap();
        assert_eq!(vault.read(|r| r.receipt(ann)).unwrap(), Some(name));
        peer.says(&mut vault, &Body::Terms { version: 0, expires_in: None, receipts: false });
        assert_eq!(state(&mut vault), (None, vec![], true), "what was told stays told");
    }

    #[test]
    fn reading_goes_forward_and_survives_the_messages() {
        let (mut vault, ann, mut stamp) = talk();
        let mut peer = Peer::new(ann);
        agree(&mut vault, ann, &mut peer, &mut stamp);
        let keys: Vec<MessageKey> =
            (0..4).map(|_| vault.write(|w| w.queue(ann, stamp.id(), "ours", 1, true)).unwrap().key).collect();
        let ids: Vec<MessageId> = keys.iter().map(|key| vault.read(|r| r.message(*key)).unwrap().id).collect();
        vault.write(|w| w.ack(ann, Epoch([2; 8]), 9, 0)).unwrap();
        let seen = |vault: &mut Vault, id| vault.write(|w| w.seen(ann, id)).unwrap();
        assert_eq!(seen(&mut vault, ids[1]), keys[..2]);
        assert_eq!(seen(&mut vault, ids[0]), []);
        assert_eq!(seen(&mut vault, MessageId([99; 16])), []);
        vault.write(|w| w.forget(keys[3])).unwrap();
        assert_eq!(seen(&mut vault, ids[3]), keys[2..3], "the place of what is gone is known");
        let Arrival::New(theirs) = peer.names(&mut vault, MessageId([60; 16]), &plain("x")) else { panic!() };
        assert_eq!(seen(&mut vault, MessageId([60; 16])), [], "a message of theirs is not one of ours");
        vault.write(|w| w.mark_read(ann, 1)).unwrap();
        vault.write(|w| w.forget(theirs)).unwrap();
        assert_eq!(vault.read(|r| r.receipt(ann)).unwrap(), Some(MessageId([60; 16])));
        assert_eq!(vault.read(|r| r.receipt(ContactId(99))), Err(contacts::MISSING));
    }
}
