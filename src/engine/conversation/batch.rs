//! What arrived together and becomes durable together.
//!
//! It does not judge what is new: the conversation did.

use std::sync::Arc;

use crate::engine::event::{Delivery, Event, MessageView};
use crate::engine::{EngineError, Shared, contacts};
use crate::vault::{Arrival, Contact, ContactId, Incoming, Message, MessageKey};
use crate::wire::limits::BATCH_BYTES;
use crate::wire::{Body, Epoch, MessageId};

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
    Message { epoch: Epoch, seq: u64, id: MessageId, time: i64, body: Body },
    Skip { epoch: Epoch, seq: u64 },
}

impl Batch {
    pub(super) fn message(&mut self, epoch: Epoch, seq: u64, id: MessageId, time: i64, body: Body) {
        self.bytes += match &body {
            Body::Text { text, .. } | Body::Edit { text, .. } => text.as_str().len(),
            Body::Delete { .. } | Body::React { .. } | Body::Terms { .. } => 0,
        };
        self.arrived.push(Arrived::Message { epoch, seq, id, time, body });
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
        let (batch, now) = (Arc::new(self), shared.clock.wall());
        shared
            .ledger
            .write(move |w| {
                let mut received = Vec::new();
                for arrived in &batch.arrived {
                    match arrived {
                        Arrived::Skip { epoch, seq } => w.skip(contact, *epoch, *seq)?,
                        Arrived::Message { epoch, seq, id, time, body } => {
                            let (epoch, seq, id, time) = (*epoch, *seq, *id, *time);
                            let incoming = Incoming { contact, epoch, seq, id, time, body };
                            if let Arrival::New(key) = w.receive(&incoming)? {
                                received.push(view(w.message(key)?));
                            }
                        }
                    }
                }
                let delivered = match batch.acked {
                    Some((epoch, seq)) => w.ack(contact, epoch, seq, now)?,
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

fn view(message: Message) -> MessageView {
    MessageView {
        message: message.key,
        contact: message.contact,
        incoming: true,
        text: message.text,
        state: Delivery::Received,
        time: message.time,
    }
}
