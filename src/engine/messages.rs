//! The commands that send: a message, and that something was read.

use super::clock::SystemRandom;
use super::event::{Delivery, Event};
use super::ledger::Submitted;
use super::roster::ContactHandle;
use super::{Engine, EngineError, Shared, fates};
use crate::vault::{ContactId, ContactState, MessageKey, NewText, Stamp, VaultError};
use crate::wire::{Expiry, MessageId, MessageText, Random};

/// A message to be sent.
#[derive(Clone, Default)]
pub struct Draft {
    /// What it says.
    pub text: String,
    /// The message it answers, of the same conversation.
    pub reply_to: Option<MessageKey>,
    /// How long it lives; `None` is what both sides agreed on, `Some(None)` that it stays.
    pub expires_in: Option<Option<Expiry>>,
}

/// A message that stands in line.
pub struct SubmittedMessage {
    queued: Submitted<Option<MessageKey>>,
    running: Option<ContactHandle>,
}

impl Engine {
    /// Queues a message. When this returns, losing power does not lose it.
    pub async fn send_message(&self, contact: ContactId, draft: Draft) -> Result<MessageKey, EngineError> {
        self.submit_message(contact, draft).await?.durable().await
    }

    /// Puts a message in line: messages go out in the order in which this returned, and may share the wait for the disk.
    pub async fn submit_message(&self, contact: ContactId, draft: Draft) -> Result<SubmittedMessage, EngineError> {
        let Draft { text, reply_to, expires_in } = draft;
        let text = MessageText::new(text)?;
        let running = self.0.roster.contact(contact);
        let stamp = self.0.stamp(running.as_ref());
        let queued = self
            .0
            .ledger
            .submit(move |w| {
                let row = w.contact(contact)?;
                if row.state == ContactState::Blocked {
                    return Ok(None);
                }
                let expires_in = expires_in.unwrap_or(row.expires_in);
                w.queue_text(&NewText { contact, text: &text, reply_to, expires_in }, stamp).map(Some)
            })
            .await?;
        Ok(SubmittedMessage { queued, running })
    }

    /// Takes a message back that was never handed over.
    pub async fn recall_message(&self, message: MessageKey) -> Result<(), EngineError> {
        let contact = self
            .0
            .ledger
            .write(move |w| {
                let contact = w.message(message)?.contact;
                w.recall(message)?;
                Ok(contact)
            })
            .await?;
        self.0.outlet.put(Event::MessageState { message, state: Delivery::Recalled }).await;
        fates::ended(&self.0, contact).await;
        self.0.poke(contact);
        Ok(())
    }

    /// Everything received from this contact has been seen: their time runs from now, and the other side is told if both
    /// agreed to that.
    pub async fn mark_read(&self, contact: ContactId) -> Result<(), EngineError> {
        let now = self.0.clock.wall();
        let unread = self
            .0
            .ledger
            .write(move |w| {
                let row = w.contact(contact)?;
                w.mark_read(contact, now)?;
                // Edits of what was read before count as bytes alone.
                Ok::<_, VaultError>(row.unread > 0 || row.unread_bytes > 0)
            })
            .await?;
        if unread {
            self.0.expiring.notify_one();
            super::contacts::tell(&self.0, contact).await;
            // A backlog that was too long to take more may be gone now, and there may be a receipt to send.
            if let Some(running) = self.0.roster.contact(contact) {
                running.look();
            }
        }
        Ok(())
    }
}

impl SubmittedMessage {
    /// Returns when losing power does not lose the message.
    pub async fn durable(self) -> Result<MessageKey, EngineError> {
        let message = self.queued.durable().await?.ok_or(EngineError::Blocked)?;
        if let Some(running) = self.running {
            running.poke();
        }
        Ok(message)
    }
}

impl From<String> for Draft {
    fn from(text: String) -> Self {
        Self { text, ..Self::default() }
    }
}

impl From<&str> for Draft {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl Shared {
    /// What everything gets that is queued for this contact now.
    pub(super) fn stamp(&self, running: Option<&ContactHandle>) -> Stamp {
        let mut id = MessageId([0; 16]);
        SystemRandom.fill(&mut id.0);
        Stamp { id, time: self.clock.wall(), handed: running.is_some_and(ContactHandle::open) }
    }
}
