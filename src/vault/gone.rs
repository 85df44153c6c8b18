//! Messages that leave this disk: those whose time is over, and those the person removes here.
//!
//! It says nothing to the other side. The log still holds what was removed until [`super::Vault::sweep`].

use super::error::VaultError;
use super::ids::{ContactId, MessageKey};
use super::messages::MISSING;
use super::transaction::{Read, Write};
use rusqlite::OptionalExtension;

impl Read<'_> {
    /// When the next message disappears, in unix milliseconds.
    pub fn next_expiry(&self) -> Result<Option<i64>, VaultError> {
        let sql = "SELECT min(expires_at) FROM message WHERE expires_at IS NOT NULL";
        Ok(self.db.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
    }
}

impl Write<'_> {
    /// Removes messages whose time is over, the longest overdue first, at most 256: call again until there are none.
    pub fn expire(&self, now: i64) -> Result<Vec<(ContactId, MessageKey)>, VaultError> {
        let mut query = self.db.prepare_cached(OVERDUE)?;
        let rows = query.query_map((now, AT_ONCE), |row| Ok((row.get(0)?, row.get(1)?)))?;
        let overdue: Vec<(ContactId, MessageKey)> = rows.collect::<Result<_, _>>()?;
        for (_, key) in &overdue {
            self.remove(*key)?;
        }
        Ok(overdue)
    }

    /// Removes a message on this side alone. One that is on its way has to arrive first.
    pub fn forget(&self, key: MessageKey) -> Result<(), VaultError> {
        let sql = "SELECT seq IS NOT NULL AND handed AND state = 'queued' AND NOT deleted FROM message WHERE id = ?1";
        let under_way: Option<bool> = self.db.prepare_cached(sql)?.query_row([key], |row| row.get(0)).optional()?;
        if under_way.ok_or(MISSING)? {
            let why = "the message is on its way; wait until it is delivered, or delete it for both sides";
            return Err(VaultError::NotAllowed { why });
        }
        self.remove(key)
    }

    /// Removes a row and all that belongs to it, a file too; its name is kept, and its number if that is still owed.
    fn remove(&self, key: MessageKey) -> Result<(), VaultError> {
        let message = self.message(key)?;
        if message.incoming() && !message.deleted {
            self.count_read(message.contact, key)?;
        }
        self.abandon(&message)?;
        self.owe_skip(key)?;
        self.drop_deeds(key)?;
        self.change(
            "INSERT OR IGNORE INTO past (contact, message_id, received, message)
             SELECT contact, message_id, state = 'received', id FROM message WHERE id = ?1",
            (key,),
        )?;
        self.change("DELETE FROM message WHERE id = ?1", (key,)).map(drop)
    }
}

pub(super) const OVERDUE: &str =
    "SELECT contact, id FROM message WHERE expires_at <= ?1 ORDER BY expires_at, id LIMIT ?2";
/// Messages removed with one change: a long absence must not hold everything else up.
const AT_ONCE: u32 = 256;

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::testing::{Peer, onion, plain, talk, talk_in_clear, text};
    use super::super::{Arrival, NewText, Vault};
    use crate::wire::{Author, Body, Epoch, Expiry, MessageId, Target};

    use super::*;

    const OURS: Epoch = Epoch([2; 8]);

    fn brief(said: &str) -> Body {
        Body::Text { text: text(said), reply_to: None, expires_in: Expiry::from_seconds(10).ok() }
    }

    fn count(vault: &Vault, table: &str) -> i64 {
        vault.db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn time_runs_from_display_for_theirs_and_from_delivery_for_ours() {
        let (mut vault, ann, mut stamp) = talk();
        let mut peer = Peer::new(ann);
        let Arrival::New(theirs) = peer.says(&mut vault, &brief("theirs")) else { panic!() };
        let Arrival::New(lasting) = peer.says(&mut vault, &plain("lasting")) else { panic!() };
        let text = text("ours");
        let new = NewText { contact: ann, text: &text, reply_to: None, expires_in: Expiry::from_seconds(20).ok() };
        let ours = vault.write(|w| w.queue_text(&new, stamp.next(true))).unwrap();
        let next = |vault: &Vault| vault.read(|r| r.next_expiry()).unwrap();
        let expire = |vault: &mut Vault, now| vault.write(|w| w.expire(now)).unwrap();
        assert_eq!((next(&vault), expire(&mut vault, i64::MAX)), (None, vec![]), "nobody has seen anything");
        vault.write(|w| w.mark_read(ann, 1_000)).unwrap();
        vault.write(|w| w.mark_read(ann, 9_000)).unwrap();
        assert_eq!(next(&vault), Some(11_000), "displaying it again gives no further time");
        vault.write(|w| w.ack(ann, OURS, 1, 2_000)).unwrap();
        assert_eq!(vault.read(|r| r.message(ours)).unwrap().expires_at, Some(22_000));
        assert_eq!(expire(&mut vault, 10_999), []);
        assert_eq!(expire(&mut vault, 11_000), [(ann, theirs)]);
        assert_eq!((next(&vault), expire(&mut vault, 22_000)), (Some(22_000), vec![(ann, ours)]));
        assert_eq!(next(&vault), None);
        vault.read(|r| r.message(lasting)).unwrap();
        assert_eq!(vault.read(|r| r.message(theirs)), Err(MISSING));
    }

    #[test]
    fn what_is_gone_does_not_come_back_and_leaves_nothing_but_its_name() {
        let (mut vault, ann, mut stamp) = talk();
        let mut peer = Peer::new(ann);
        let name = MessageId([50; 16]);
        let Arrival::New(theirs) = peer.names(&mut vault, name, &plain("the first text")) else { panic!() };
        peer.says(&mut vault, &Body::Edit { target: name, text: text("the second text") });
        vault.write(|w| w.react(theirs, Some(onion()), stamp.next(false))).unwrap();
        vault.write(|w| w.forget(theirs)).unwrap();
        assert_eq!(vault.read(|r| r.contact(ann)).unwrap().unread, 0);
        assert_eq!(vault.read(|r| r.search("text", None, 9)).unwrap(), []);
        assert_eq!((count(&vault, "message"), count(&vault, "revision"), count(&vault, "past")), (0, 0, 1));
        let owed = vault.read(|r| r.outbox(ann, 0, 9)).unwrap();
        assert_eq!(owed.iter().map(|q| q.body.is_some()).collect::<Vec<_>>(), [false], "the reaction became a skip");
        // A restored peer sends it again, under another number.
        assert_eq!(peer.names(&mut vault, name, &plain("the first text")), Arrival::Nothing);
        let react = Body::React { target: Target { id: name, author: Author::Me }, emoji: Some(onion()) };
        assert_eq!(peer.says(&mut vault, &react), Arrival::Nothing);
        assert_eq!(vault.read(|r| r.contact(ann)).unwrap().unread, 0);
        assert_eq!(vault.write(|w| w.forget(theirs)), Err(MISSING));
    }

    #[test]
    fn what_is_on_its_way_stays_and_what_never_left_becomes_a_skip() {
        let (mut vault, ann, mut stamp) = talk();
        let keys: Vec<MessageKey> =
            (0..3).map(|n| vault.write(|w| w.queue(ann, stamp.id(), "ours", 1, n == 0)).unwrap().key).collect();
        vault.write(|w| w.recall(keys[1])).unwrap();
        assert!(matches!(vault.write(|w| w.forget(keys[0])), Err(VaultError::NotAllowed { .. })));
        vault.write(|w| w.forget(keys[1])).unwrap();
        vault.write(|w| w.forget(keys[2])).unwrap();
        let owed = vault.read(|r| r.outbox(ann, 0, 9)).unwrap();
        assert_eq!(
            owed.iter().map(|q| (q.seq, q.body.is_some())).collect::<Vec<_>>(),
            [(1, true), (2, false), (3, false)]
        );
        assert_eq!(vault.write(|w| w.ack(ann, OURS, 3, 1)).unwrap(), [keys[0]]);
        assert_eq!(vault.read(|r| r.outbox(ann, 0, 9)).unwrap(), []);
        vault.write(|w| w.forget(keys[0])).unwrap();
        assert_eq!((count(&vault, "message"), count(&vault, "deed")), (0, 0));
    }

    #[test]
    fn a_long_absence_is_worked_off_in_pieces() {
        let (mut vault, ann, _) = talk();
        let mut peer = Peer::new(ann);
        for _ in 0..AT_ONCE + 5 {
            peer.says(&mut vault, &brief("x"));
        }
        vault.write(|w| w.mark_read(ann, 0)).unwrap();
        let sizes: Vec<usize> = (0..3).map(|_| vault.write(|w| w.expire(i64::MAX)).unwrap().len()).collect();
        assert_eq!(sizes, [AT_ONCE as usize, 5, 0]);
    }

    /// Every byte of the files, without encryption: what was written and is gone must be nowhere once the log was emptied.
    #[test]
    fn the_pages_hold_nothing_of_what_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let (mut vault, ann, mut stamp) = talk_in_clear(&dir.path().join("vault.db"));
        let mut peer = Peer::new(ann);
        let name = MessageId([50; 16]);
        let Arrival::New(theirs) = peer.names(&mut vault, name, &brief("zanzibar one")) else { panic!() };
        peer.says(&mut vault, &Body::Edit { target: name, text: text("zanzibar two") });
        let long = "zanzibar at length ".repeat(900);
        let ours = vault.write(|w| w.queue(ann, stamp.id(), &long, 1, true)).unwrap().key;
        vault.write(|w| w.edit(ours, &text("zanzibar four"), stamp.next(true))).unwrap();
        vault.write(|w| w.edit(ours, &text(&long), stamp.next(true))).unwrap();
        peer.says(&mut vault, &plain("lasting words"));
        vault.write(|w| w.put_draft(ann, "zanzibar draft").and_then(|()| w.put_draft(ann, ""))).unwrap();
        vault.sweep().unwrap();
        assert!(bytes(dir.path()).contains("zanzibar"), "the scan finds what is there");
        vault.write(|w| w.mark_read(ann, 0)).unwrap();
        assert_eq!(vault.write(|w| w.expire(10_000)).unwrap(), [(ann, theirs)]);
        vault.write(|w| w.delete(ours, stamp.next(true))).unwrap();
        vault.sweep().unwrap();
        let bytes = bytes(dir.path());
        assert!(bytes.contains("lasting words"));
        for part in ["zanz", "nzib", "ibar", "zan"] {
            assert!(!bytes.contains(part), "{part}");
        }
    }

    fn bytes(dir: &Path) -> String {
        let files = std::fs::read_dir(dir).unwrap().map(|entry| std::fs::read(entry.unwrap().path()).unwrap());
        String::from_utf8_lossy(&files.collect::<Vec<_>>().concat()).into_owned()
    }
}
