//! The person's own identities.

use pelure_onion::ServiceKey;

use super::error::VaultError;
use super::ids::IdentityId;
use super::rows::{Doors, Identity};
use super::transaction::{Read, Write};

impl Read<'_> {
    /// All identities, oldest first.
    pub fn identities(&self) -> Result<Vec<Identity>, VaultError> {
        todo!()
    }

    /// One identity.
    pub fn identity(&self, id: IdentityId) -> Result<Identity, VaultError> {
        todo!()
    }

    /// Its secret key.
    pub fn identity_key(&self, id: IdentityId) -> Result<ServiceKey, VaultError> {
        todo!()
    }
}

impl Write<'_> {
    /// Adds an identity: visible, doors open.
    pub fn add_identity(&self, name: &str, key: &ServiceKey) -> Result<IdentityId, VaultError> {
        todo!()
    }

    /// Removes an identity with its contacts, requests and messages.
    pub fn remove_identity(&self, id: IdentityId) -> Result<(), VaultError> {
        todo!()
    }

    /// Sets who may reach it.
    pub fn set_doors(&self, id: IdentityId, doors: Doors) -> Result<(), VaultError> {
        todo!()
    }

    /// Sets whether it wants to be seen.
    pub fn set_visible(&self, id: IdentityId, visible: bool) -> Result<(), VaultError> {
        todo!()
    }
}
