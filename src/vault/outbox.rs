//! What we still owe each contact, texts and deeds together, in the order of sequence numbers.
//!
//! It does not know which session is alive; [`crate::talk`] keeps the window. What a deed does is in [`super::changes`].

use rusqlite::types::ValueRef;
use rusqlite::{OptionalExtension, Row};

use super::contacts;
use super::error::{VaultError, conflict};
use super::ids::{ContactId, MessageKey};
use super::rows::{count, expiry, number, redacted, seconds};
use super::transaction::{Read, Write};
use super::transfers;
use crate::wire::{Author, Body, Epoch, Expiry, Fate, FileKind, FileName, MessageId, MessageText, Offer, Target};

/// A text to be queued.
#[derive(Clone, Copy)]
pub struct NewText<'a> {
    /// For whom.
    pub contact: ContactId,
    /// What was written.
    pub text: &'a MessageText,
    /// The message it answers, of the same conversation.
    pub reply_to: Option<MessageKey>,
    /// How long it lives from its delivery on.
    pub expires_in: Option<Expiry>,
}

/// What everything that is queued gets, a text or a deed.
#[derive(Clone, Copy, Debug)]
pub struct Stamp {
    /// Its name on the wire, freshly drawn.
    pub id: MessageId,
    /// Unix milliseconds.
    pub time: i64,
    /// It goes to a live session as soon as this is committed.
    pub handed: bool,
}

/// One step of what a contact is still to be sent, in the order of sequence numbers.
#[derive(Clone, PartialEq, Eq)]
pub struct Queued {
    /// The row of the message, if it is one that is shown as such; deeds and their skips have none.
    pub key: Option<MessageKey>,
    /// Its sequence number in the contact's `out_epoch`.
    pub seq: u64,
    /// Its name on the wire.
    pub id: MessageId,
    /// When it was written, in unix milliseconds.
    pub time: i64,
    /// What it says; `None` travels as a skip.
    pub body: Option<Body>,
    /// It was handed to a session before and may have arrived.
    pub handed: bool,
}

impl Read<'_> {
    /// What is not yet acknowledged and numbered above `after_seq`, lowest first, at most `limit`. What was recalled,
    /// deleted or replaced since is in it, as skips.
    pub fn outbox(&self, contact: ContactId, after_seq: u64, limit: usize) -> Result<Vec<Queued>, VaultError> {
        let mut query = self.db.prepare_cached(OWED)?;
        let rows = query.query_map((contact, number(after_seq), number(limit)), queued)?;
        let mut owed = Vec::new();
        for row in rows {
            let (mut queued, content) = row?;
            queued.body = content.body()?;
            owed.push(queued);
        }
        Ok(owed)
    }

    /// The highest number that was handed to any session and not yet acknowledged; `None` if there is none.
    pub fn handed(&self, contact: ContactId) -> Result<Option<u64>, VaultError> {
        let query = "SELECT max(seq) FROM
            (SELECT max(seq) AS seq FROM message WHERE contact = ?1 AND seq IS NOT NULL AND handed = 1
             UNION ALL SELECT max(seq) FROM deed WHERE contact = ?1 AND handed = 1)";
        let highest: Option<i64> = self.db.prepare_cached(query)?.query_row([contact], |row| row.get(0))?;
        Ok(highest.map(i64::unsigned_abs))
    }
}

impl Write<'_> {
    /// Queues a text with the next number.
    pub fn queue_text(&self, new: &NewText<'_>, stamp: Stamp) -> Result<MessageKey, VaultError> {
        let NewText { contact, text, expires_in, .. } = *new;
        let answered = new.reply_to.map(|key| self.quotable(contact, key)).transpose()?;
        self.queue_message(&NewMessage { contact, text: text.as_str(), answered, expires_in, numbered: true }, stamp)
    }

    /// Keeps a message that is shown as such, with the next number or, for now, with none.
    pub(super) fn queue_message(&self, new: &NewMessage<'_>, stamp: Stamp) -> Result<MessageKey, VaultError> {
        let seq = if new.numbered { Some(self.next_seq(new.contact)?) } else { None };
        self.db
            .prepare_cached(
                "INSERT INTO message (contact, message_id, state, seq, handed, time, text, reply_to, reply_mine, expires_in)
                 VALUES (?1, ?2, 'queued', ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?
            .execute((
                new.contact,
                &stamp.id.0[..],
                seq.map(number),
                new.numbered && stamp.handed,
                stamp.time,
                new.text,
                new.answered.map(|target| target.id.0),
                new.answered.map(|target| target.author == Author::Me),
                seconds(new.expires_in),
            ))
            .map_err(conflict("message"))?;
        Ok(MessageKey(self.db.last_insert_rowid()))
    }

    /// Queues what is no text with the next number; `about`: the row it changes. What it makes pointless and was never
    /// handed over becomes a skip.
    pub(super) fn queue_deed(
        &self,
        contact: ContactId,
        about: Option<MessageKey>,
        body: &Body,
        stamp: Stamp,
    ) -> Result<(), VaultError> {
        let kind = kind(body).ok_or(NO_DEED)?;
        self.change(
            "UPDATE deed SET kind = 'skip', body = NULL
             WHERE contact = ?1 AND message IS ?2 AND kind = ?3 AND handed = 0",
            (contact, about, kind),
        )?;
        self.owe(contact, about, body, stamp)
    }

    /// As [`Write::queue_deed`], beside whatever else is owed about the same row.
    pub(super) fn owe(
        &self,
        contact: ContactId,
        about: Option<MessageKey>,
        body: &Body,
        stamp: Stamp,
    ) -> Result<(), VaultError> {
        let kind = kind(body).ok_or(NO_DEED)?;
        let mut bytes = Vec::new();
        body.encode(&mut bytes);
        let seq = self.next_seq(contact)?;
        self.change(
            "INSERT INTO deed (contact, seq, message_id, kind, message, body, time, handed)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            (contact, number(seq), &stamp.id.0[..], kind, about, bytes, stamp.time, stamp.handed),
        )?;
        Ok(())
    }

    /// Edits and reactions that wait for their turn lose their subject: nothing of it goes out or stays on disk.
    pub(super) fn drop_deeds(&self, about: MessageKey) -> Result<(), VaultError> {
        let sql = "UPDATE deed SET kind = 'skip', body = NULL WHERE message = ?1 AND kind IN ('edit', 'react')";
        self.change(sql, (about,)).map(drop)
    }

    /// Keeps the number of a row that goes away: it is owed as a skip.
    pub(super) fn owe_skip(&self, key: MessageKey) -> Result<(), VaultError> {
        let sql = "INSERT INTO deed (contact, seq, message_id, kind, time, handed)
            SELECT contact, seq, message_id, 'skip', time, handed FROM message WHERE id = ?1 AND seq IS NOT NULL";
        self.change(sql, (key,)).map(drop)
    }

    /// Notes that everything up to this number, skips too, is about to be handed to a session: it cannot be recalled
    /// from then on, and may be acknowledged.
    pub fn hand(&self, contact: ContactId, upto_seq: u64) -> Result<(), VaultError> {
        let upto = (contact, number(upto_seq));
        self.change("UPDATE message SET handed = 1 WHERE contact = ?1 AND seq <= ?2 AND handed = 0", upto)?;
        self.change("UPDATE deed SET handed = 1 WHERE contact = ?1 AND seq <= ?2 AND handed = 0", upto)?;
        Ok(())
    }

    /// Notes an acknowledgement that came at `now`; gives the messages newly delivered, in order. Their time starts to
    /// run; that of a file when its transfer is over. An acknowledgement of another epoch changes nothing.
    pub fn ack(
        &self,
        contact: ContactId,
        epoch: Epoch,
        upto_seq: u64,
        now: i64,
    ) -> Result<Vec<MessageKey>, VaultError> {
        let upto_seq = number(upto_seq);
        let fresh = self.change(
            "UPDATE contact SET out_acked = min(?3, out_next - 1) WHERE id = ?1 AND out_epoch = ?2 AND out_acked < ?3",
            (contact, &epoch.0[..], upto_seq),
        )?;
        if fresh == 0 {
            return Ok(Vec::new());
        }
        self.change("DELETE FROM deed WHERE contact = ?1 AND seq <= ?2", (contact, upto_seq))?;
        self.change(
            "UPDATE message SET seq = NULL WHERE contact = ?1 AND seq <= ?2 AND state = 'recalled'",
            (contact, upto_seq),
        )?;
        let mut update = self.db.prepare_cached(
            "UPDATE message SET state = 'delivered', seq = NULL,
                expires_at = iif(expires_in IS NULL OR EXISTS (SELECT 1 FROM transfer t
                    WHERE t.message = message.id AND t.state IN ('queued', 'offered', 'waiting')),
                    NULL, ?3 + 1000 * expires_in)
             WHERE contact = ?1 AND seq <= ?2 RETURNING id",
        )?;
        let mut keys: Vec<MessageKey> =
            update.query_map((contact, upto_seq, now), |row| row.get(0))?.collect::<Result<_, _>>()?;
        keys.sort_unstable();
        Ok(keys)
    }

    /// Takes a message back that was never handed over, with the file that it offers.
    pub fn recall(&self, key: MessageKey) -> Result<(), VaultError> {
        self.message(key)?;
        self.take_back(key)?;
        self.finish(key.into(), Fate::Cancelled.into(), None).map(drop)
    }

    /// As [`Write::recall`]; what it offers is over already.
    pub(super) fn take_back(&self, key: MessageKey) -> Result<(), VaultError> {
        self.change_one(
            "UPDATE message SET state = 'recalled' WHERE id = ?1 AND state = 'queued' AND handed = 0",
            (key,),
            VaultError::NotAllowed { why: "the message was handed over already; delete it for both sides instead" },
        )?;
        self.drop_deeds(key)
    }

    /// The next number of what this contact is sent.
    pub(super) fn next_seq(&self, contact: ContactId) -> Result<u64, VaultError> {
        let next = "UPDATE contact SET out_next = out_next + 1 WHERE id = ?1 RETURNING out_next - 1";
        let seq = self.db.prepare_cached(next)?.query_row([contact], |row| count(row, 0)).optional()?;
        seq.ok_or(contacts::MISSING)
    }
}

/// A message of ours that is shown as such: a text, or the name of a file.
pub(super) struct NewMessage<'a> {
    pub(super) contact: ContactId,
    pub(super) text: &'a str,
    pub(super) answered: Option<Target>,
    pub(super) expires_in: Option<Expiry>,
    /// False: it waits for its number.
    pub(super) numbered: bool,
}

/// What a row of the outbox says, before it is checked.
enum Content {
    Deed(Vec<u8>),
    Offer { name: String, kind: FileKind, size: u64, root: [u8; 32], expires_in: Option<Expiry> },
    Skip,
    Text { text: String, reply_to: Option<Target>, expires_in: Option<Expiry> },
}

impl Content {
    fn body(self) -> Result<Option<Body>, VaultError> {
        match self {
            Self::Skip => Ok(None),
            Self::Deed(bytes) => Body::decode(&bytes).map(Some).map_err(|_| DAMAGED),
            Self::Offer { name, kind, size, root, expires_in } => {
                let name = FileName::new(name).map_err(|_| DAMAGED)?;
                Ok(Some(Body::Offer(Offer { name, kind, size, root, expires_in })))
            }
            Self::Text { text, reply_to, expires_in } => {
                let text = MessageText::new(text).map_err(|_| DAMAGED)?;
                Ok(Some(Body::Text { text, reply_to, expires_in }))
            }
        }
    }
}

fn queued(row: &Row<'_>) -> rusqlite::Result<(Queued, Content)> {
    let key: Option<MessageKey> = row.get(0)?;
    let content = if row.get(5)? {
        Content::Skip
    } else if key.is_none() {
        Content::Deed(row.get(6)?)
    } else if row.get_ref(10)? != ValueRef::Null {
        let (kind, size) = (transfers::kind(row, 10)?, count(row, 13)?);
        Content::Offer { name: row.get(6)?, kind, size, root: row.get(14)?, expires_in: expiry(row, 9)? }
    } else {
        let reply_to = match row.get(8)? {
            None => None,
            Some(mine) => {
                let author = if mine { Author::Me } else { Author::You };
                Some(Target { id: MessageId(row.get(7)?), author })
            }
        };
        Content::Text { text: row.get(6)?, reply_to, expires_in: expiry(row, 9)? }
    };
    let queued = Queued {
        key,
        seq: count(row, 1)?,
        id: MessageId(row.get(2)?),
        time: row.get(3)?,
        body: None,
        handed: row.get(4)?,
    };
    Ok((queued, content))
}

fn kind(body: &Body) -> Option<&'static str> {
    match body {
        Body::Text { .. } | Body::Offer(_) => None,
        Body::Edit { .. } => Some("edit"),
        Body::Delete { .. } => Some("delete"),
        Body::React { .. } => Some("react"),
        Body::Terms { .. } => Some("terms"),
        Body::Fate { .. } => Some("fate"),
    }
}

redacted!(NewText<'_>, "NewText", contact, reply_to, expires_in);
redacted!(Queued, "Queued", key, seq, handed);

/// Two walks along indexes, merged.
pub(super) const OWED: &str =
    "SELECT m.id, m.seq, m.message_id, m.time, m.handed, m.state = 'recalled' OR m.deleted, m.text, m.reply_to,
        m.reply_mine, m.expires_in, t.kind, t.files, t.seconds, t.size, t.root
    FROM message m LEFT JOIN transfer t ON t.message = m.id WHERE m.contact = ?1 AND m.seq > ?2
    UNION ALL
    SELECT NULL, seq, message_id, time, handed, body IS NULL, body, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM deed WHERE contact = ?1 AND seq > ?2
    ORDER BY 2 LIMIT ?3";
const NO_DEED: VaultError = VaultError::NotAllowed { why: "a text is no deed" };
const DAMAGED: VaultError = VaultError::Damaged { what: "the database" };

#[cfg(test)]
mod tests;
