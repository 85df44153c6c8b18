//! The commands that change what was said, and what both sides agree on.
//!
//! Each is durable before it returns and reaches the other side like a message does: in order, once, whenever they are
//! there. What the other side kept elsewhere is out of reach.

use super::event::{Change, Delivery, Event};
use super::history::{Said, said};
use super::{Engine, EngineError, contacts, fates};
use crate::vault::{ContactId, ContactState, MessageKey, MessageState, Stamp, VaultError, Write};
use crate::wire::{Emoji, Expiry, MessageText};

/// What to agree on with a contact; what is `None` stays as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// Whether they may know what was read here. It takes effect where they want it, too.
    pub receipts: Option<bool>,
    /// After how long further messages of both sides disappear; `Some(None)`: they stay.
    pub expires_in: Option<Option<Expiry>>,
}

impl Engine {
    /// Gives a message of ours another text; the former ones can be asked for.
    pub async fn edit_message(&self, message: MessageKey, text: String) -> Result<(), EngineError> {
        let text = MessageText::new(text)?;
        let edited = self.change(message, move |w, stamp| w.edit(message, &text, stamp)).await?;
        self.tell_changed(edited, Change::Edited).await;
        Ok(())
    }

    /// Deletes a message of ours on both sides. One that was never handed over is recalled instead: nobody saw it.
    pub async fn delete_message(&self, message: MessageKey) -> Result<(), EngineError> {
        let deleted = self.change(message, move |w, stamp| w.delete(message, stamp)).await?;
        self.0.ledger.alone(|vault| vault.sweep()).await?;
        if deleted.0.state == MessageState::Recalled {
            self.0.outlet.put(Event::MessageState { message, state: Delivery::Recalled }).await;
        }
        let contact = deleted.0.contact;
        self.tell_changed(deleted, Change::Deleted).await;
        fates::ended(&self.0, contact).await;
        Ok(())
    }

    /// Deletes a message on this side alone, whoever wrote it.
    pub async fn forget_message(&self, message: MessageKey) -> Result<(), EngineError> {
        let contact = self
            .0
            .ledger
            .write(move |w| {
                let contact = w.message(message)?.contact;
                w.forget(message)?;
                Ok(contact)
            })
            .await?;
        self.0.ledger.alone(|vault| vault.sweep()).await?;
        self.0.outlet.put(Event::MessageGone { contact, message }).await;
        contacts::tell(&self.0, contact).await;
        fates::ended(&self.0, contact).await;
        self.0.poke(contact);
        Ok(())
    }

    /// Reacts to a message with one emoji, in place of an earlier one; `None` takes it back.
    pub async fn react(&self, message: MessageKey, emoji: Option<&str>) -> Result<(), EngineError> {
        let emoji = emoji.map(Emoji::new).transpose()?;
        let reacted = self.change(message, move |w, stamp| w.react(message, emoji, stamp)).await?;
        self.tell_changed(reacted, Change::Reacted).await;
        Ok(())
    }

    /// Agrees on receipts and on disappearing messages; the other side is told.
    pub async fn set_terms(&self, contact: ContactId, terms: Terms) -> Result<(), EngineError> {
        let Terms { receipts, expires_in } = terms;
        let running = self.0.roster.contact(contact);
        let stamp = self.0.stamp(running.as_ref());
        let row = self
            .0
            .ledger
            .write(move |w| {
                if w.contact(contact)?.state == ContactState::Blocked {
                    return Ok(None);
                }
                w.set_terms(contact, expires_in, receipts, stamp)?;
                w.contact(contact).map(Some)
            })
            .await?;
        contacts::tell_row(&self.0, row.ok_or(EngineError::Blocked)?).await;
        if let Some(running) = running {
            running.look();
        }
        Ok(())
    }

    /// Changes a message of a contact who is not blocked; gives it as it is afterwards.
    async fn change(
        &self,
        key: MessageKey,
        act: impl Fn(&Write<'_>, Stamp) -> Result<(), VaultError> + Send + 'static,
    ) -> Result<Said, EngineError> {
        let contact = self.0.ledger.read(move |r| r.message(key)).await?.contact;
        let stamp = self.0.stamp(self.0.roster.contact(contact).as_ref());
        let changed = self
            .0
            .ledger
            .write(move |w| {
                if w.contact(contact)?.state == ContactState::Blocked {
                    return Ok(None);
                }
                act(w, stamp)?;
                Ok(Some(said(w, w.message(key)?)?))
            })
            .await?;
        changed.ok_or(EngineError::Blocked)
    }

    /// Tells of a change here, and lets it go out.
    async fn tell_changed(&self, message: Said, change: Change) {
        let contact = message.0.contact;
        let message = self.0.view(message);
        self.0.outlet.put(Event::MessageChanged { message, change }).await;
        self.0.poke(contact);
    }
}
