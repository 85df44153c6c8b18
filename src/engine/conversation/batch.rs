//! What arrived together and becomes durable together.
//!
//! It does not judge what is new: the conversation did. It does not judge what a change may touch: the vault does.

use std::sync::Arc;

use super::text_bytes;
use crate::engine::event::{Change, Delivery, Event};
use crate::engine::fates;
use crate::engine::history::{Said, said};
use crate::engine::joins::Asked;
use crate::engine::{EngineError, Shared, contacts};
use crate::vault::{Arrival, Contact, ContactId, Incoming, MessageKey, Stamp, Transfer, VaultError, Write};
use crate::wire::limits::BATCH_BYTES;
use crate::wire::{Body, CallId, Epoch, MessageId, Signal};

/// Frames whose effects share one commit.
#[derive(Default)]
pub(super) struct Batch {
    arrived: Vec<Arrived>,
    bytes: usize,
    /// The epoch to acknowledge, up to its mark.
    pub(super) ack: Option<Epoch>,
    /// What the peer acknowledged last.
    pub(super) acked: Option<(Epoch, u64)>,
    /// The last of our messages that the peer says was displayed.
    pub(super) read: Option<MessageId>,
    /// What the peer said about calls.
    pub(super) calls: Vec<(CallId, Signal)>,
    /// Further circuits that the peer announced.
    pub(super) joins: Vec<Asked>,
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
    /// Our messages that were displayed there.
    read: Vec<MessageKey>,
    /// What is to be told of what was displayed here, if both agreed to that.
    pub(super) receipt: Option<MessageId>,
    brought: Vec<Brought>,
    accepted: bool,
    restored: bool,
}

enum Arrived {
    Message { epoch: Epoch, seq: u64, id: MessageId, time: i64, body: Body },
    Skip { epoch: Epoch, seq: u64 },
}

/// What one frame turned out to be.
enum Brought {
    Received(Box<Said>),
    Changed(Box<Said>, Change),
    /// A transfer is over.
    Fate(Box<Transfer>),
    /// An offer that was not kept: the peer is told.
    Crowded,
    Terms {
        changed: bool,
        outdated: bool,
    },
}

impl Batch {
    pub(super) fn message(&mut self, epoch: Epoch, seq: u64, id: MessageId, time: i64, body: Body) {
        self.bytes += text_bytes(&body);
        self.arrived.push(Arrived::Message { epoch, seq, id, time, body });
    }

    pub(super) fn skip(&mut self, epoch: Epoch, seq: u64) {
        self.arrived.push(Arrived::Skip { epoch, seq });
    }

    pub(super) fn is_full(&self) -> bool {
        self.bytes >= BATCH_BYTES
    }

    pub(super) fn is_empty(&self) -> bool {
        let nothing_said = self.ack.is_none() && self.acked.is_none() && self.read.is_none();
        nothing_said && !self.accepted && !self.restored
    }

    /// Makes everything durable with one change.
    pub(super) async fn commit(self, shared: &Shared, contact: ContactId) -> Result<News, EngineError> {
        let (batch, stamp) = (Arc::new(self), shared.stamp(shared.roster.contact(contact).as_ref()));
        shared
            .ledger
            .write(move |w| {
                let mut brought = Vec::new();
                for arrived in &batch.arrived {
                    brought.extend(arrived.keep(w, contact, stamp)?);
                }
                let delivered = match batch.acked {
                    Some((epoch, seq)) => w.ack(contact, epoch, seq, stamp.time)?,
                    None => Vec::new(),
                };
                let read = match &batch.read {
                    Some(id) => w.seen(contact, *id)?,
                    None => Vec::new(),
                };
                if batch.restored {
                    // The backup may be older than what was agreed.
                    w.announce_terms(contact, stamp)?;
                }
                let accepted = batch.accepted && w.accept_contact(contact)?;
                let (receipt, contact) = (w.receipt(contact)?, w.contact(contact)?);
                Ok(News { contact, delivered, read, receipt, brought, accepted, restored: batch.restored })
            })
            .await
    }
}

impl Arrived {
    fn keep(&self, w: &Write<'_>, contact: ContactId, stamp: Stamp) -> Result<Option<Brought>, VaultError> {
        let (epoch, seq, id, time, body) = match self {
            Self::Skip { epoch, seq } => return w.skip(contact, *epoch, *seq).map(|()| None),
            Self::Message { epoch, seq, id, time, body } => (*epoch, *seq, *id, *time, body),
        };
        Ok(Some(match w.receive(&Incoming { contact, epoch, seq, id, time, body })? {
            Arrival::Nothing => return Ok(None),
            Arrival::New(key) | Arrival::Offered(key) => Brought::Received(shown(w, key)?),
            Arrival::Edited(key) => Brought::Changed(shown(w, key)?, Change::Edited),
            Arrival::Deleted(key) => Brought::Changed(shown(w, key)?, Change::Deleted),
            Arrival::Reacted(key) => Brought::Changed(shown(w, key)?, Change::Reacted),
            Arrival::Fate(transfer) => Brought::Fate(Box::new(w.transfer(transfer)?)),
            Arrival::Crowded(message) => {
                w.refuse_offer(contact, message, stamp)?;
                Brought::Crowded
            }
            Arrival::Terms { changed, outdated } => {
                if outdated {
                    w.announce_terms(contact, stamp)?;
                }
                Brought::Terms { changed, outdated }
            }
        }))
    }
}

impl News {
    /// Whether it made us owe the peer something.
    pub(super) fn owing(&self) -> bool {
        let answers = |brought: &Brought| matches!(brought, Brought::Terms { outdated: true, .. } | Brought::Crowded);
        self.restored || self.brought.iter().any(answers)
    }

    /// Tells of everything, in order.
    pub(super) async fn tell(self, shared: &Arc<Shared>) -> Result<(), EngineError> {
        let over = self.brought.iter().any(Brought::ends_transfers);
        let changed = self.accepted || self.brought.iter().any(Brought::touches_contact);
        if self.brought.iter().any(Brought::leaves_traces) {
            // What was deleted is to be gone from the disk when it is gone from the window.
            shared.ledger.alone(|vault| vault.sweep()).await?;
        }
        if !self.delivered.is_empty() {
            shared.expiring.notify_one();
        }
        for brought in self.brought {
            match brought {
                Brought::Received(message) => {
                    let message = shared.view(*message);
                    let offered = message.transfer.clone();
                    shared.outlet.put(Event::MessageReceived(message)).await;
                    if let Some(offered) = offered {
                        let offered_by = offered.contact;
                        shared.outlet.put(Event::FileOffered(*offered)).await;
                        shared.roster.contact(offered_by).inspect(|running| running.look_at_files());
                    }
                }
                Brought::Changed(message, change) => {
                    let message = shared.view(*message);
                    shared.outlet.put(Event::MessageChanged { message, change }).await;
                }
                Brought::Fate(transfer) => fates::tell_row(shared, *transfer).await,
                Brought::Terms { .. } | Brought::Crowded => {}
            }
        }
        for message in self.delivered {
            shared.outlet.put(Event::MessageState { message, state: Delivery::Delivered }).await;
        }
        for message in self.read {
            shared.outlet.put(Event::MessageState { message, state: Delivery::Read }).await;
        }
        if over {
            fates::ended(shared, self.contact.id).await;
        }
        if self.restored {
            contacts::tell_restored(shared, self.contact).await;
        } else if changed {
            contacts::tell_row(shared, self.contact).await;
        }
        Ok(())
    }
}

impl Brought {
    /// Whether the contact is shown differently after it.
    fn touches_contact(&self) -> bool {
        matches!(self, Self::Received(_) | Self::Terms { changed: true, .. } | Self::Changed(_, Change::Deleted))
    }

    /// Whether a transfer may be over: what it had on the disk goes, what waited for its place moves.
    fn ends_transfers(&self) -> bool {
        matches!(self, Self::Fate(_) | Self::Changed(_, Change::Deleted))
    }

    /// Whether something that was deleted may still lie in the log of the database.
    fn leaves_traces(&self) -> bool {
        matches!(self, Self::Changed(_, Change::Deleted))
    }
}

/// A message as it is now.
fn shown(w: &Write<'_>, key: MessageKey) -> Result<Box<Said>, VaultError> {
    Ok(Box::new(said(w, w.message(key)?)?))
}
