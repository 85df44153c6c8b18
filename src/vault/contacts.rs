//! The contacts of the identities.

use pelure_onion::Address;

use super::error::VaultError;
use super::ids::{ContactId, IdentityId};
use super::rows::{Contact, NewContact};
use super::transaction::{Read, Write};

impl Read<'_> {
    /// All contacts, or those of one identity, oldest first.
    pub fn contacts(&self, identity: Option<IdentityId>) -> Result<Vec<Contact>, VaultError> {
        todo!()
    }

    /// One contact.
    pub fn contact(&self, id: ContactId) -> Result<Contact, VaultError> {
        todo!()
    }

    /// The contact of this identity with this address.
    pub fn contact_by_address(&self, identity: IdentityId, address: &Address) -> Result<Option<Contact>, VaultError> {
        todo!()
    }
}

impl Write<'_> {
    /// Adds a contact; a pending request of the same address and an earlier refusal of it are dropped.
    pub fn add_contact(&self, new: &NewContact<'_>) -> Result<ContactId, VaultError> {
        todo!()
    }

    /// The other side agreed: `Requested` becomes `Accepted` (also behind a block). Tells whether that was news.
    pub fn accept_contact(&self, id: ContactId) -> Result<bool, VaultError> {
        todo!()
    }

    /// Gives another petname, already checked.
    pub fn rename_contact(&self, id: ContactId, name: &str) -> Result<(), VaultError> {
        todo!()
    }

    /// Notes whether the safety words were compared.
    pub fn verify_contact(&self, id: ContactId, verified: bool) -> Result<(), VaultError> {
        todo!()
    }

    /// Blocks: the outbox stays as it is.
    pub fn block_contact(&self, id: ContactId) -> Result<(), VaultError> {
        todo!()
    }

    /// Unblocks: the contact is what it was before.
    pub fn unblock_contact(&self, id: ContactId) -> Result<(), VaultError> {
        todo!()
    }

    /// Removes a contact with its messages, its outbox and its marks.
    pub fn remove_contact(&self, id: ContactId) -> Result<(), VaultError> {
        todo!()
    }

    /// Notes that the contact is still to be told of the restoration (or was told).
    pub fn set_restored(&self, id: ContactId, restored: bool) -> Result<(), VaultError> {
        todo!()
    }
}
