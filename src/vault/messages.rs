//! The history of a conversation, a page at a time.
//!
//! It changes nothing ([`super::outbox`], [`super::inbox`]).

use rusqlite::types::Type;
use rusqlite::{OptionalExtension, Row};

use super::error::VaultError;
use super::ids::{ContactId, MessageKey};
use super::rows::{Message, MessageState, Page, number};
use super::transaction::Read;
use crate::wire::MessageId;

impl Read<'_> {
    /// One message.
    pub fn message(&self, key: MessageKey) -> Result<Message, VaultError> {
        let sql = "SELECT id, contact, message_id, state, time, text FROM message WHERE id = ?1";
        let found = self.db.prepare_cached(sql)?.query_row([key], message).optional()?;
        found.ok_or(VaultError::Missing { what: "message" })
    }

    /// A page of a conversation, newest first.
    pub fn messages(&self, contact: ContactId, page: Page) -> Result<Vec<Message>, VaultError> {
        let from_below = page.after.is_some() && page.before.is_none();
        let sql = if from_below {
            "SELECT id, contact, message_id, state, time, text FROM message
             WHERE contact = ?1 AND id > ?2 AND id < ?3 ORDER BY id LIMIT ?4"
        } else {
            "SELECT id, contact, message_id, state, time, text FROM message
             WHERE contact = ?1 AND id > ?2 AND id < ?3 ORDER BY id DESC LIMIT ?4"
        };
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
}

/// Reads the columns `id, contact, message_id, state, time, text`.
pub(super) fn message(row: &Row<'_>) -> rusqlite::Result<Message> {
    let state = match row.get_ref(3)?.as_str()? {
        "delivered" => MessageState::Delivered,
        "queued" => MessageState::Queued,
        "recalled" => MessageState::Recalled,
        "received" => MessageState::Received,
        _ => return Err(rusqlite::Error::InvalidColumnType(3, "state".to_owned(), Type::Text)),
    };
    Ok(Message {
        key: row.get(0)?,
        contact: row.get(1)?,
        id: MessageId(row.get(2)?),
        state,
        time: row.get(4)?,
        text: row.get(5)?,
    })
}

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

    /// Both listings walk one index and sort nothing; a changed index that breaks this breaks the speed of long
    /// histories.
    #[test]
    fn listing_neither_scans_nor_sorts() {
        let vault = traceless();
        for sql in [
            "SELECT text FROM message WHERE contact = ?1 AND id > ?2 AND id < ?3 ORDER BY id DESC LIMIT ?4",
            "SELECT text FROM message WHERE contact = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3",
        ] {
            let mut plan = vault.db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let steps: Vec<String> = plan.raw_query().mapped(|row| row.get(3)).collect::<Result<_, _>>().unwrap();
            assert_eq!(steps.len(), 1, "{steps:?}");
            assert!(steps[0].starts_with("SEARCH message USING INDEX"), "{steps:?}");
        }
    }
}
