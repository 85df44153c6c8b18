//! What contacts sent us: every message once, however often it arrives.

use super::error::VaultError;
use super::ids::{ContactId, MessageKey};
use super::rows::Incoming;
use super::transaction::{Read, Write};
use crate::wire::Epoch;

impl Read<'_> {
    /// The highest number received of each of the contact's epochs, oldest epoch first.
    pub fn marks(&self, contact: ContactId) -> Result<Vec<(Epoch, u64)>, VaultError> {
        todo!()
    }
}

impl Write<'_> {
    /// Keeps a message and raises the mark; `None` is a duplicate, by number or by id.
    pub fn receive(&self, message: &Incoming<'_>) -> Result<Option<MessageKey>, VaultError> {
        todo!()
    }

    /// The sender recalled this number: raises the mark and keeps nothing.
    pub fn skip(&self, contact: ContactId, epoch: Epoch, seq: u64) -> Result<(), VaultError> {
        todo!()
    }

    /// Everything received from this contact was seen by the person.
    pub fn mark_read(&self, contact: ContactId) -> Result<(), VaultError> {
        todo!()
    }
}
