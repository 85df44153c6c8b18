//! The questions about conversations: pages, places, former texts, last words, drafts.
//!
//! Nothing is changed here but drafts, which concern nobody else.

use super::event::{Delivery, MessageView, Page, Reaction};
use super::{Engine, EngineError, Shared, roster};
use crate::vault::{self, ContactId, MessageKey, MessageState, Read, Revision, Transfer, VaultError};
use crate::wire::Emoji;

impl Engine {
    /// A part of a conversation, newest first.
    pub async fn messages(&self, contact: ContactId, page: Page) -> Result<Vec<MessageView>, EngineError> {
        let Page { before, after, limit } = page;
        let page = vault::Page { before, after, limit: limit.min(PAGE_MOST) as usize };
        let messages = self
            .0
            .ledger
            .read(move |r| {
                r.contact(contact)?;
                all_said(r, r.messages(contact, page)?)
            })
            .await?;
        Ok(self.0.views(messages))
    }

    /// A message with up to `each_side` older and newer ones around it, newest first: the place to jump to.
    pub async fn around(&self, message: MessageKey, each_side: u32) -> Result<Vec<MessageView>, EngineError> {
        let limit = each_side.min(PAGE_MOST) as usize;
        let messages = self
            .0
            .ledger
            .read(move |r| {
                let place = r.message(message)?;
                let contact = place.contact;
                let newer = vault::Page { before: None, after: Some(message), limit };
                let older = vault::Page { before: Some(message), after: None, limit };
                let mut messages = r.messages(contact, newer)?;
                messages.push(place);
                messages.extend(r.messages(contact, older)?);
                all_said(r, messages)
            })
            .await?;
        Ok(self.0.views(messages))
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
                all_said(r, r.search(&query, contact, limit)?)
            })
            .await?;
        Ok(self.0.views(found))
    }

    /// The newest message of each conversation that has one.
    pub async fn last_messages(&self) -> Result<Vec<MessageView>, EngineError> {
        let messages = self.0.ledger.read(|r| all_said(r, r.last_messages()?)).await?;
        Ok(self.0.views(messages))
    }

    /// The former texts of an edited message, oldest first.
    pub async fn history(&self, message: MessageKey) -> Result<Vec<Revision>, EngineError> {
        self.0
            .ledger
            .read(move |r| {
                r.message(message)?;
                r.history(message)
            })
            .await
    }

    /// What was being written to a contact; empty if nothing was.
    pub async fn draft(&self, contact: ContactId) -> Result<String, EngineError> {
        self.0.ledger.read(move |r| r.draft(contact)).await
    }

    /// Keeps what is being written to a contact; an empty text forgets it.
    pub async fn put_draft(&self, contact: ContactId, text: String) -> Result<(), EngineError> {
        self.0.ledger.write(move |w| w.put_draft(contact, &text)).await
    }
}

/// A message with what it offers.
pub(super) type Said = (vault::Message, Option<Transfer>);

/// Looks up what a message offers.
pub(super) fn said(r: &Read<'_>, message: vault::Message) -> Result<Said, VaultError> {
    let transfer = message.transfer.map(|id| r.transfer(id)).transpose()?;
    Ok((message, transfer))
}

fn all_said(r: &Read<'_>, messages: Vec<vault::Message>) -> Result<Vec<Said>, VaultError> {
    messages.into_iter().map(|message| said(r, message)).collect()
}

impl Shared {
    fn views(&self, messages: Vec<Said>) -> Vec<MessageView> {
        messages.into_iter().map(|message| self.view(message)).collect()
    }

    /// A message as it is shown: what the vault knows, and what lives only as long as a session or a circuit.
    pub(super) fn view(&self, (message, transfer): Said) -> MessageView {
        let handed = || {
            let running = self.roster.contact(message.contact);
            running.is_some_and(|running| roster::lock(&running.live).handed.contains(&message.key))
        };
        let state = match message.state {
            MessageState::Queued if handed() => Delivery::Sent,
            MessageState::Queued => Delivery::Queued,
            MessageState::Delivered if message.read => Delivery::Read,
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
            reply_to: message.reply_to,
            edited: message.edited,
            deleted: message.deleted,
            reactions: reactions(message.reaction_mine, message.reaction_theirs),
            expires_in: message.expires_in,
            expires_at: message.expires_at,
            transfer: transfer.map(|row| Box::new(self.transfer_view(row))),
        }
    }
}

fn reactions(mine: Option<Emoji>, theirs: Option<Emoji>) -> Vec<Reaction> {
    let reaction = |mine, emoji: Option<Emoji>| emoji.map(|emoji| Reaction { mine, emoji });
    reaction(true, mine).into_iter().chain(reaction(false, theirs)).collect()
}

/// The longest listing in one answer.
const PAGE_MOST: u32 = 1_000;
