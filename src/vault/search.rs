//! Finding messages by what they say, in any script.

use super::error::VaultError;
use super::ids::ContactId;
use super::rows::Message;
use super::transaction::Read;

impl Read<'_> {
    /// The newest messages that contain `query`, without regard to case, at most `limit`.
    pub fn search(&self, query: &str, contact: Option<ContactId>, limit: usize) -> Result<Vec<Message>, VaultError> {
        todo!()
    }
}
