//! What we still owe each contact, in the order of sequence numbers.

use super::error::VaultError;
use super::ids::{ContactId, MessageKey};
use super::rows::Queued;
use super::transaction::{Read, Write};
use crate::wire::{Epoch, MessageId};

impl Read<'_> {
    /// What is not yet acknowledged and numbered above `after_seq`, lowest first, at most `limit`. Recalled messages
    /// are in it, as skips.
    pub fn outbox(&self, contact: ContactId, after_seq: u64, limit: usize) -> Result<Vec<Queued>, VaultError> {
        todo!()
    }
}

impl Write<'_> {
    /// Queues a message with the next number. `handed`: it goes to a live session as soon as this is committed.
    pub fn queue(
        &self,
        contact: ContactId,
        id: MessageId,
        text: &str,
        time: i64,
        handed: bool,
    ) -> Result<Queued, VaultError> {
        todo!()
    }

    /// Notes that everything up to this number is about to be handed to a session: it cannot be recalled from then on.
    pub fn hand(&self, contact: ContactId, upto_seq: u64) -> Result<(), VaultError> {
        todo!()
    }

    /// Notes an acknowledgement; gives the messages newly delivered, in order. One of another epoch changes nothing.
    pub fn ack(&self, contact: ContactId, epoch: Epoch, upto_seq: u64) -> Result<Vec<MessageKey>, VaultError> {
        todo!()
    }

    /// Takes a message back that was never handed over.
    pub fn recall(&self, key: MessageKey) -> Result<(), VaultError> {
        todo!()
    }
}
