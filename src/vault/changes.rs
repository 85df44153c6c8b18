//! What changes a message after it was written: edits, deletions and reactions, ours and theirs.
//!
//! It does not remove rows ([`super::gone`]).

use super::error::VaultError;
use super::ids::{ContactId, MessageKey};
use super::inbox::Arrival;
use super::messages::{Message, MessageState};
use super::outbox::Stamp;
use super::rows::number;
use super::transaction::Write;
use crate::wire::limits::REVISIONS;
use crate::wire::{Author, Body, Emoji, MessageId, MessageText, Target};

impl Write<'_> {
    /// Lets a text of ours say something else: in place while it was never handed over, else the other side is told.
    pub fn edit(&self, key: MessageKey, text: &MessageText, stamp: Stamp) -> Result<(), VaultError> {
        let message = self.own(key)?;
        if message.transfer.is_some() {
            return Err(VaultError::NotAllowed { why: "a file cannot be edited; delete it and send another" });
        }
        if message.text == text.as_str() {
            return Ok(());
        }
        if self.untouched(key)? {
            return self.change("UPDATE message SET text = ?2 WHERE id = ?1", (key, text.as_str())).map(drop);
        }
        self.revise(&message, text, stamp.time)?;
        let body = Body::Edit { target: message.id, text: text.clone() };
        self.queue_deed(message.contact, Some(key), &body, stamp)
    }

    /// Takes a text of ours away from both sides: recalled if it was never handed over, else the other side is told. Only
    /// an empty marker stays.
    pub fn delete(&self, key: MessageKey, stamp: Stamp) -> Result<(), VaultError> {
        let message = self.own(key)?;
        if self.untouched(key)? {
            self.recall(key)?;
            return self.blank(key);
        }
        self.blank(key)?;
        self.queue_deed(message.contact, Some(key), &Body::Delete { target: message.id }, stamp)
    }

    /// Sets our one reaction to a message of either side, or takes it back.
    pub fn react(&self, key: MessageKey, emoji: Option<Emoji>, stamp: Stamp) -> Result<(), VaultError> {
        let message = self.message(key)?;
        let target = self.quotable(message.contact, key)?;
        if message.reaction_mine == emoji {
            return Ok(());
        }
        self.change("UPDATE message SET reacted_mine = ?2 WHERE id = ?1", (key, emoji.map(Emoji::as_str)))?;
        self.queue_deed(message.contact, Some(key), &Body::React { target, emoji }, stamp)
    }

    /// The other side's edit of a text of theirs. It counts as unread text, so that edits fill no disk either.
    pub(super) fn take_edit(
        &self,
        contact: ContactId,
        target: MessageId,
        text: &MessageText,
        time: i64,
    ) -> Result<Arrival, VaultError> {
        let Some(message) = self.named(contact, target, true)? else { return Ok(Arrival::Nothing) };
        // A file must not get another name after somebody looked at it.
        if message.deleted || message.transfer.is_some() || message.text == text.as_str() {
            return Ok(Arrival::Nothing);
        }
        self.revise(&message, text, time)?;
        self.change(
            "UPDATE contact SET unread_bytes = unread_bytes + ?2 WHERE id = ?1",
            (contact, number(text.as_str().len())),
        )?;
        Ok(Arrival::Edited(message.key))
    }

    /// The other side takes a text of theirs away.
    pub(super) fn take_delete(&self, contact: ContactId, target: MessageId) -> Result<Arrival, VaultError> {
        match self.named(contact, target, true)? {
            Some(message) if !message.deleted => {
                self.count_read(contact, message.key)?;
                self.blank(message.key)?;
                Ok(Arrival::Deleted(message.key))
            }
            _ => Ok(Arrival::Nothing),
        }
    }

    /// The other side's one reaction to a message of either side.
    pub(super) fn take_reaction(
        &self,
        contact: ContactId,
        target: Target,
        emoji: Option<Emoji>,
    ) -> Result<Arrival, VaultError> {
        let Some(message) = self.named(contact, target.id, target.author == Author::Me)? else {
            return Ok(Arrival::Nothing);
        };
        if message.deleted || message.reaction_theirs == emoji {
            return Ok(Arrival::Nothing);
        }
        self.change("UPDATE message SET reacted_theirs = ?2 WHERE id = ?1", (message.key, emoji.map(Emoji::as_str)))?;
        Ok(Arrival::Reacted(message.key))
    }

    /// A message that the other side has, too, as the wire names it.
    pub(super) fn quotable(&self, contact: ContactId, key: MessageKey) -> Result<Target, VaultError> {
        let message = self.message(key)?;
        if message.contact != contact {
            return Err(VaultError::NotAllowed { why: "the message belongs to another conversation" });
        }
        if message.deleted || message.state == MessageState::Recalled {
            return Err(GONE);
        }
        let author = if message.incoming() { Author::You } else { Author::Me };
        Ok(Target { id: message.id, author })
    }

    /// A text of ours that may still be changed.
    fn own(&self, key: MessageKey) -> Result<Message, VaultError> {
        let message = self.message(key)?;
        if message.incoming() {
            return Err(VaultError::NotAllowed { why: "the message was written by the other side" });
        }
        if message.deleted || message.state == MessageState::Recalled {
            return Err(GONE);
        }
        Ok(message)
    }

    /// Was the message never handed to any session?
    pub(super) fn untouched(&self, key: MessageKey) -> Result<bool, VaultError> {
        let sql = "SELECT state = 'queued' AND handed = 0 FROM message WHERE id = ?1";
        Ok(self.db.prepare_cached(sql)?.query_row([key], |row| row.get(0))?)
    }

    /// Replaces the text and keeps the former one; of very many, the first and the newest.
    fn revise(&self, message: &Message, text: &MessageText, time: i64) -> Result<(), VaultError> {
        let key = message.key;
        self.change("INSERT INTO revision (message, text, time) VALUES (?1, ?2, ?3)", (key, &message.text, time))?;
        self.change(
            "DELETE FROM revision WHERE id = (SELECT id FROM revision WHERE message = ?1 ORDER BY id LIMIT 1 OFFSET 1)
             AND (SELECT count(*) FROM revision WHERE message = ?1) > ?2",
            (key, number(REVISIONS)),
        )?;
        self.change("UPDATE message SET text = ?2, edited = 1 WHERE id = ?1", (key, text.as_str())).map(drop)
    }

    /// Leaves an empty marker of a message: no text, no file, no former texts, no reactions, no quote.
    fn blank(&self, key: MessageKey) -> Result<(), VaultError> {
        self.drop_deeds(key)?;
        self.change("DELETE FROM revision WHERE message = ?1", (key,))?;
        self.change("DELETE FROM transfer WHERE message = ?1", (key,))?;
        self.change(
            "UPDATE message SET text = '', deleted = 1, edited = 0, reacted_mine = NULL, reacted_theirs = NULL,
             reply_to = NULL, reply_mine = NULL WHERE id = ?1",
            (key,),
        )
        .map(drop)
    }
}

const GONE: VaultError = VaultError::NotAllowed { why: "the message was taken back" };

#[cfg(test)]
mod tests;
