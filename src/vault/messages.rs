//! The history of a conversation, a page at a time.

use super::error::VaultError;
use super::ids::{ContactId, MessageKey};
use super::rows::{Message, Page};
use super::transaction::Read;

impl Read<'_> {
    /// One message.
    pub fn message(&self, key: MessageKey) -> Result<Message, VaultError> {
        todo!()
    }

    /// A page of a conversation, newest first.
    pub fn messages(&self, contact: ContactId, page: Page) -> Result<Vec<Message>, VaultError> {
        todo!()
    }
}
