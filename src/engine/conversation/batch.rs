//! What arrived together and becomes durable together.
//!
//! It does not judge what is new: the conversation did.

use std::sync::Arc;

use crate::engine::event::{Delivery, Event, MessageView};
use crate::engine::{EngineError, Shared, contacts};
use crate::vault::{Contact, ContactId, Incoming, MessageKey};
use crate::wire::limits::BATCH_BYTES;
use crate::wire::{Epoch, MessageId, MessageText};

/// Frames whose effects share one commit.
#[derive(Default)]
pub(super) struct Batch {
    arrived: Vec<Arrived>,
    bytes: usize,
    /// The epoch to acknowledge, up to its mark.
    pub(super) ack: Option<Epoch>,
    /// What the peer acknowledged last.
    pub(super) acked: Option<(Epoch, u64)>,
    /// The peer took us in as a contact.
    pub(super) accepted: bool,
    /// The peer says that it was restored from a backup.
    pub(super) restored: bool,
}

/// What a batch brought.
pub(super) struct News {
    /// The contact after it.
    pub(super) contact: Contact,
    /// Our messages that the other side has on disk now.
    pub(super) delivered: Vec<MessageKey>,
    received: Vec<MessageView>,
    accepted: bool,
    restored: bool,
}

enum Arrived {
    Message { epoch: Epoch, seq: u64, id: MessageId, time: i64, text: MessageText },
    Skip { epoch: Epoch, seq: u64 },
}

impl Batch {
    pub(super) fn message(&mut self, epoch: Epoch, seq: u64, id: MessageId, time: i64, text: MessageText) {
        self.bytes += text.as_str().len();
        self.arrived.push(Arrived::Message { epoch, seq, id, time, text });
    }

    pub(super) fn skip(&mut self, epoch: Epoch, seq: u64) {
        self.arrived.push(Arrived::Skip { epoch, seq });
    }

    pub(super) fn is_full(&self) -> bool {
        self.bytes >= BATCH_BYTES
    }

    pub(super) fn is_empty(&self) -> bool {
        let nothing_said = self.ack.is_none() && self.acked.is_none();
        nothing_said && !self.accepted && !self.restored
    }

    /// Makes everything durable with one change.
    pub(super) async fn commit(self, shared: &Shared, contact: ContactId) -> Result<News, EngineError> {
        let batch = Arc::new(self);
        shared
            .ledger
            .write(move |w| {
                let mut received = Vec::new();
                for arrived in &batch.arrived {
                    match arrived {
                        Arrived::Skip { epoch, seq } => w.skip(contact, *epoch, *seq)?,
                        Arrived::Message { epoch, seq, id, time, text } => {
                            let (epoch, seq, id, time, text) = (*epoch, *seq, *id, *time, text.as_str());
                            let incoming = Incoming { contact, epoch, seq, id, time, text };
                            received.extend(w.receive(&incoming)?.map(|message| view(message, &incoming)));
                        }
                    }
                }
                let delivered = match batch.acked {
                    Some((epoch, seq)) => w.ack(contact, epoch, seq)?,
                    None => Vec::new(),
                };
                let accepted = batch.accepted && w.accept_contact(contact)?;
                Ok(News { contact: w.contact(contact)?, delivered, received, accepted, restored: batch.restored })
            })
            .await
    }
}

impl News {
    /// Tells of everything, in order.
    pub(super) async fn tell(self, shared: &Arc<Shared>) {
        let changed = self.accepted || !self.received.is_empty();
        for message in self.received {
            shared.outlet.put(Event::MessageReceived(message)).await;
        }
        for message in self.delivered {
            shared.outlet.put(Event::MessageState { message, state: Delivery::Delivered }).await;
        }
        if self.restored {
            contacts::tell_restored(shared, self.contact).await;
        } else if changed {
            contacts::tell_row(shared, self.contact).await;
        }
    }
}

fn view(message: MessageKey, incoming: &Incoming<'_>) -> MessageView {
    MessageView {
        message,
        contact: incoming.contact,
        incoming: true,
        text: incoming.text.to_owned(),
        state: Delivery::Received,
        time: incoming.time,
    }
}
