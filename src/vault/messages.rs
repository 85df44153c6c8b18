//! The history of a conversation, a page at a time.
//!
//! It changes nothing ([`super::outbox`], [`super::inbox`], [`super::changes`]).

use rusqlite::types::Type;
use rusqlite::{OptionalExtension, Row};

use super::error::VaultError;
use super::ids::{ContactId, MessageKey, TransferId};
use super::rows::{expiry, number, redacted};
use super::transaction::Read;
use crate::wire::{Emoji, Expiry, MessageId};

/// A message of one conversation.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// Its row; grows with arrival on this machine.
    pub key: MessageKey,
    /// Whose conversation.
    pub contact: ContactId,
    /// Its name on the wire.
    pub id: MessageId,
    /// Where it stands; tells the direction too.
    pub state: MessageState,
    /// Ours, and the other side displayed it.
    pub read: bool,
    /// When it was written, in unix milliseconds.
    pub time: i64,
    /// The text as it was written; empty when it was deleted.
    pub text: String,
    /// It said something else before ([`Read::history`]).
    pub edited: bool,
    /// The file it offers, of which `text` is the name.
    pub transfer: Option<TransferId>,
    /// Its author took it away from both sides; only this marker is left.
    pub deleted: bool,
    /// What it answers.
    pub reply_to: Option<Quote>,
    /// How long it lives once its time runs.
    pub expires_in: Option<Expiry>,
    /// When it disappears, in unix milliseconds; `None` while its time does not run.
    pub expires_at: Option<i64>,
    /// Our reaction.
    pub reaction_mine: Option<Emoji>,
    /// Theirs.
    pub reaction_theirs: Option<Emoji>,
}

/// The message that another one answers, as far as it is still there.
#[derive(Clone, PartialEq, Eq)]
pub struct Quote {
    /// Its row; `None` is gone, or never came.
    pub key: Option<MessageKey>,
    /// They wrote it.
    pub incoming: bool,
    /// Its beginning as it says now; empty when it was deleted or is gone.
    pub text: String,
}

/// Where a message stands. That a queued one was handed to a live session ("sent") is the engine's knowledge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageState {
    /// Ours, and the other side has it on disk.
    Delivered,
    /// Ours, not yet acknowledged.
    Queued,
    /// Ours, taken back before it was handed over.
    Recalled,
    /// Theirs.
    Received,
}

/// Which part of a conversation to list. Both ends are exclusive.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// Only messages older than this one.
    pub before: Option<MessageKey>,
    /// Only messages newer than this one. With `before` absent, the ones right after it are given.
    pub after: Option<MessageKey>,
    /// At most so many.
    pub limit: usize,
}

/// What a message said before.
#[derive(Clone, PartialEq, Eq)]
pub struct Revision {
    /// The text as it was written.
    pub text: String,
    /// When it was replaced, in unix milliseconds.
    pub time: i64,
}

impl Read<'_> {
    /// One message.
    pub fn message(&self, key: MessageKey) -> Result<Message, VaultError> {
        let found = self.db.prepare_cached(message_query!("WHERE m.id = ?1"))?.query_row([key], message).optional()?;
        found.ok_or(MISSING)
    }

    /// A page of a conversation, newest first.
    pub fn messages(&self, contact: ContactId, page: Page) -> Result<Vec<Message>, VaultError> {
        let from_below = page.after.is_some() && page.before.is_none();
        let sql = if from_below { UPWARDS } else { DOWNWARDS };
        let after = page.after.map_or(0, |key| key.0);
        let before = page.before.map_or(i64::MAX, |key| key.0);
        let mut query = self.db.prepare_cached(sql)?;
        let rows = query.query_map((contact, after, before, number(page.limit)), message)?;
        let mut found: Vec<Message> = rows.collect::<Result<_, _>>()?;
        if from_below {
            found.reverse();
        }
        Ok(found)
    }

    /// The newest message of each contact that has one, oldest contact first.
    pub fn last_messages(&self) -> Result<Vec<Message>, VaultError> {
        let mut query = self.db.prepare_cached(LAST)?;
        let rows = query.query_map([], message)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What a message said before, oldest first.
    pub fn history(&self, key: MessageKey) -> Result<Vec<Revision>, VaultError> {
        self.message(key)?;
        let mut query = self.db.prepare_cached("SELECT text, time FROM revision WHERE message = ?1 ORDER BY id")?;
        let rows = query.query_map([key], |row| Ok(Revision { text: row.get(0)?, time: row.get(1)? }))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The row of a message that one side named so, if it is there.
    pub(super) fn named(
        &self,
        contact: ContactId,
        id: MessageId,
        incoming: bool,
    ) -> Result<Option<Message>, VaultError> {
        let sql = message_query!("WHERE m.contact = ?1 AND m.message_id = ?2 AND (m.state = 'received') = ?3");
        Ok(self.db.prepare_cached(sql)?.query_row((contact, &id.0[..], incoming), message).optional()?)
    }
}

impl Message {
    /// Did it come from the other side?
    pub fn incoming(&self) -> bool {
        self.state == MessageState::Received
    }
}

/// A query for whole messages. What is quoted and displayed is looked up by an index, for the rows that are given only.
macro_rules! message_query {
    ($where:literal) => {
        concat!(
            "SELECT m.id, m.contact, m.message_id, m.state, m.time, m.text, m.edited, m.deleted, m.expires_in, ",
            "m.expires_at, m.reacted_mine, m.reacted_theirs, m.reply_mine, ",
            "CASE WHEN m.reply_to IS NOT NULL THEN (SELECT q.id FROM message q WHERE q.contact = m.contact ",
            "AND q.message_id = m.reply_to AND (q.state = 'received') = (m.reply_mine = 0)) END, ",
            "CASE WHEN m.reply_to IS NOT NULL THEN (SELECT substr(q.text, 1, 200) FROM message q ",
            "WHERE q.contact = m.contact AND q.message_id = m.reply_to ",
            "AND (q.state = 'received') = (m.reply_mine = 0)) END, ",
            "m.state = 'delivered' AND m.id <= (SELECT c.seen_upto FROM contact c WHERE c.id = m.contact), ",
            "(SELECT t.message FROM transfer t WHERE t.message = m.id) ",
            "FROM message m ",
            $where
        )
    };
}
use message_query;

fn message(row: &Row<'_>) -> rusqlite::Result<Message> {
    let reply_mine: Option<bool> = row.get(12)?;
    Ok(Message {
        key: row.get(0)?,
        contact: row.get(1)?,
        id: MessageId(row.get(2)?),
        state: state(row, 3)?,
        time: row.get(4)?,
        text: row.get(5)?,
        edited: row.get(6)?,
        deleted: row.get(7)?,
        expires_in: expiry(row, 8)?,
        expires_at: row.get(9)?,
        reaction_mine: emoji(row, 10)?,
        reaction_theirs: emoji(row, 11)?,
        reply_to: match reply_mine {
            None => None,
            Some(mine) => Some(Quote {
                key: row.get(13)?,
                incoming: !mine,
                text: row.get::<_, Option<String>>(14)?.unwrap_or_default(),
            }),
        },
        read: row.get(15)?,
        transfer: row.get(16)?,
    })
}

fn state(row: &Row<'_>, column: usize) -> rusqlite::Result<MessageState> {
    match row.get_ref(column)?.as_str()? {
        "delivered" => Ok(MessageState::Delivered),
        "queued" => Ok(MessageState::Queued),
        "recalled" => Ok(MessageState::Recalled),
        "received" => Ok(MessageState::Received),
        _ => Err(rusqlite::Error::InvalidColumnType(column, "state".to_owned(), Type::Text)),
    }
}

fn emoji(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Emoji>> {
    let wrong = |_| rusqlite::Error::InvalidColumnType(column, "emoji".to_owned(), Type::Text);
    row.get_ref(column)?.as_str_or_null()?.map(|text| Emoji::new(text).map_err(wrong)).transpose()
}

redacted!(Message, "Message", key, contact, state, edited, deleted, expires_at, read);
redacted!(Quote, "Quote", key, incoming);
redacted!(Revision, "Revision", time);

const DOWNWARDS: &str = message_query!("WHERE m.contact = ?1 AND m.id > ?2 AND m.id < ?3 ORDER BY m.id DESC LIMIT ?4");
const UPWARDS: &str = message_query!("WHERE m.contact = ?1 AND m.id > ?2 AND m.id < ?3 ORDER BY m.id LIMIT ?4");
const LAST: &str =
    message_query!("JOIN contact l ON m.id = (SELECT max(n.id) FROM message n WHERE n.contact = l.id) ORDER BY l.id");
pub(super) const MISSING: VaultError = VaultError::Missing { what: "message" };

#[cfg(test)]
mod tests {
    use super::super::testing::{contact, key, traceless};
    use super::*;

    #[test]
    fn pages_meet_without_gap_or_overlap() {
        let mut vault = traceless();
        let me = vault.write(|w| w.add_identity("desk", &key(1))).unwrap();
        let (ann, ben) = (contact(&mut vault, me, 2), contact(&mut vault, me, 3));
        let mut keys = Vec::new();
        for n in 0..10 {
            keys.push(vault.write(|w| w.queue(ann, MessageId([n; 16]), "x", 1, false)).unwrap().key);
            vault.write(|w| w.queue(ben, MessageId([n; 16]), "y", 1, false)).unwrap();
        }
        keys.reverse();
        let page = |before, after, limit| -> Vec<MessageKey> {
            let page = Page { before, after, limit };
            vault.read(|r| r.messages(ann, page)).unwrap().iter().map(|m| m.key).collect()
        };
        assert_eq!(page(None, None, 4), keys[..4]);
        assert_eq!(page(Some(keys[3]), None, 4), keys[4..8]);
        assert_eq!(page(Some(keys[7]), None, 4), keys[8..]);
        assert_eq!(page(None, Some(keys[9]), 3), keys[6..9]);
        assert_eq!(page(Some(keys[2]), Some(keys[8]), 3), keys[3..6]);
        assert_eq!(page(None, None, 0), []);
    }

    /// Every listing walks indexes and sorts nothing; a changed index that breaks this breaks the speed of long histories.
    #[test]
    fn listing_neither_scans_nor_sorts() {
        let vault = traceless();
        let plan = |sql: &str| -> Vec<String> {
            let mut plan = vault.db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            plan.raw_query().mapped(|row| row.get(3)).collect::<Result<_, _>>().unwrap()
        };
        let looks = |sql: &str| {
            let steps = plan(sql);
            let (looked, other): (Vec<String>, Vec<String>) =
                steps.into_iter().partition(|step| step.starts_with("SEARCH"));
            assert!(looked.iter().all(|step| step.contains("USING")), "{looked:?}");
            for step in &other {
                let known = ["CORRELATED SCALAR SUBQUERY", "MERGE (UNION ALL)", "LEFT", "RIGHT", "COMPOUND QUERY"];
                assert!(known.iter().any(|known| step.starts_with(known)), "{other:?}");
            }
            looked
        };
        for sql in [DOWNWARDS, UPWARDS] {
            assert!(looks(sql)[0].starts_with("SEARCH m USING INDEX message_page"), "{sql}");
        }
        assert!(looks(super::super::outbox::OWED).iter().any(|step| step.contains("message_owed")));
        assert!(looks(super::super::gone::OVERDUE)[0].contains("USING INDEX message_expiring"));
        looks(message_query!("WHERE m.contact = ?1 AND m.message_id = ?2 AND (m.state = 'received') = ?3"));
        let last = plan(LAST);
        assert!(last[0].starts_with("SCAN l"), "contacts alone are walked: {last:?}");
        assert!(last.iter().skip(1).all(|step| !step.contains("SCAN") && !step.contains("TEMP")), "{last:?}");
    }

    #[test]
    fn the_last_message_of_each_contact_is_told() {
        let mut vault = traceless();
        let me = vault.write(|w| w.add_identity("desk", &key(1))).unwrap();
        let people: Vec<ContactId> = (2..5).map(|n| contact(&mut vault, me, n)).collect();
        let say = |vault: &mut super::super::Vault, at: usize, n: u8, text: &str| {
            vault.write(|w| w.queue(people[at], MessageId([n; 16]), text, 1, false)).unwrap().key
        };
        say(&mut vault, 0, 1, "old");
        say(&mut vault, 2, 2, "of the third");
        let newest = say(&mut vault, 0, 3, "new");
        let last = |vault: &super::super::Vault| -> Vec<(ContactId, String)> {
            vault.read(|r| r.last_messages()).unwrap().into_iter().map(|m| (m.contact, m.text)).collect()
        };
        assert_eq!(last(&vault), [(people[0], "new".to_owned()), (people[2], "of the third".to_owned())]);
        vault.write(|w| w.forget(newest)).unwrap();
        assert_eq!(last(&vault)[0], (people[0], "old".to_owned()));
    }
}
