//! The commands about messages.

use super::clock::SystemRandom;
use super::event::{Delivery, Event, MessageView, Page};
use super::ledger::Submitted;
use super::{Engine, EngineError, roster};
use crate::vault::{self, ContactId, ContactState, MessageKey, MessageState, NewText, Stamp, VaultError};
use crate::wire::{MessageId, MessageText, Random};

/// A message that stands in line.
pub struct SubmittedMessage {
    queued: Submitted<Option<MessageKey>>,
    running: Option<roster::ContactHandle>,
}

impl Engine {
    /// Queues a message. When this returns, losing power does not lose it.
    pub async fn send_message(&self, contact: ContactId, text: String) -> Result<MessageKey, EngineError> {
        self.submit_message(contact, text).await?.durable().await
    }

    /// Puts a message in line: messages go out in the order in which this returned, and may share the wait for the disk.
    pub async fn submit_message(&self, contact: ContactId, text: String) -> Result<SubmittedMessage, EngineError> {
        let text = MessageText::new(text)?;
        let mut id = MessageId([0; 16]);
        SystemRandom.fill(&mut id.0);
        let time = self.0.clock.wall();
        let running = self.0.roster.contact(contact);
        let live = running.as_ref().is_some_and(roster::ContactHandle::open);
        let queued = self
            .0
            .ledger
            .submit(move |w| {
                if w.contact(contact)?.state == ContactState::Blocked {
                    return Ok(None);
                }
                let new = NewText { contact, text: &text, reply_to: None, expires_in: None };
                w.queue_text(&new, Stamp { id, time, handed: live }).map(Some)
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
        if let Some(running) = self.0.roster.contact(contact) {
            running.poke();
        }
        Ok(())
    }

    /// A part of a conversation, newest first.
    pub async fn messages(&self, contact: ContactId, page: Page) -> Result<Vec<MessageView>, EngineError> {
        let Page { before, after, limit } = page;
        let page = vault::Page { before, after, limit: limit.min(PAGE_MOST) as usize };
        let messages = self
            .0
            .ledger
            .read(move |r| {
                r.contact(contact)?;
                r.messages(contact, page)
            })
            .await?;
        Ok(messages.into_iter().map(|message| self.view(message)).collect())
    }

    /// Messages that contain the words, newest first.
    pub async fn search_messages(
        &self,
        query: String,
        contact: Option<ContactId>,
        limit: u32,
    ) -> Result<Vec<MessageView>, EngineError> {
        let limit = limit.min(PAGE_MOST) as usize;
        let found = self
            .0
            .ledger
            .read(move |r| {
                contact.map(|contact| r.contact(contact)).transpose()?;
                r.search(&query, contact, limit)
            })
            .await?;
        Ok(found.into_iter().map(|message| self.view(message)).collect())
    }

    /// Everything received from this contact has been seen.
    pub async fn mark_read(&self, contact: ContactId) -> Result<(), EngineError> {
        let now = self.0.clock.wall();
        let had_unread = self
            .0
            .ledger
            .write(move |w| {
                let unread = w.contact(contact)?.unread;
                w.mark_read(contact, now)?;
                Ok::<_, VaultError>(unread > 0)
            })
            .await?;
        if had_unread {
            super::contacts::tell(&self.0, contact).await;
            // A backlog that was too long to take more may be gone now.
            if let Some(running) = self.0.roster.contact(contact) {
                running.poke();
            }
        }
        Ok(())
    }

    fn view(&self, message: vault::Message) -> MessageView {
        let handed = || {
            let running = self.0.roster.contact(message.contact);
            running.is_some_and(|running| roster::lock(&running.live).handed.contains(&message.key))
        };
        let state = match message.state {
            MessageState::Queued if handed() => Delivery::Sent,
            MessageState::Queued => Delivery::Queued,
            MessageState::Delivered => Delivery::Delivered,
            MessageState::Recalled => Delivery::Recalled,
            MessageState::Received => Delivery::Received,
        };
        MessageView {
            message: message.key,
            contact: message.contact,
            incoming: message.incoming(),
            state,
            time: message.time,
            text: message.text,
        }
    }
}

impl SubmittedMessage {
    /// Returns when losing power does not lose the message.
    pub async fn durable(self) -> Result<MessageKey, EngineError> {
        let queued = self.queued.durable().await?.ok_or(EngineError::Blocked)?;
        if let Some(running) = self.running {
            running.poke();
        }
        Ok(queued)
    }
}

/// The longest listing in one answer.
const PAGE_MOST: u32 = 1_000;
