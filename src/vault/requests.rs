//! Who asked to be a contact, and who was declined.

use pelure_onion::Address;

use super::error::VaultError;
use super::ids::{ContactId, IdentityId, RequestId};
use super::rows::{Request, RequestArrival};
use super::transaction::{Read, Write};
use crate::wire::Epoch;

impl Read<'_> {
    /// All requests, or those of one identity, oldest first.
    pub fn requests(&self, identity: Option<IdentityId>) -> Result<Vec<Request>, VaultError> {
        todo!()
    }

    /// One request.
    pub fn request(&self, id: RequestId) -> Result<Request, VaultError> {
        todo!()
    }

    /// The pending request of this address.
    pub fn request_by_address(&self, identity: IdentityId, address: &Address) -> Result<Option<Request>, VaultError> {
        todo!()
    }

    /// Was this address declined before?
    pub fn refused(&self, identity: IdentityId, address: &Address) -> Result<bool, VaultError> {
        todo!()
    }
}

impl Write<'_> {
    /// Keeps a request that arrived; at most one per address and 32 per identity.
    pub fn add_request(
        &self,
        identity: IdentityId,
        address: &Address,
        text: &str,
        received: i64,
    ) -> Result<RequestArrival, VaultError> {
        todo!()
    }

    /// Makes the asker a contact in state `Accepted`.
    pub fn accept_request(
        &self,
        id: RequestId,
        name: &str,
        out_epoch: Epoch,
        created: i64,
    ) -> Result<ContactId, VaultError> {
        todo!()
    }

    /// Drops the request and remembers to drop later ones of this address.
    pub fn decline_request(&self, id: RequestId) -> Result<(), VaultError> {
        todo!()
    }

    /// Drops the request; the same address may ask again.
    pub fn forget_request(&self, id: RequestId) -> Result<(), VaultError> {
        todo!()
    }
}
