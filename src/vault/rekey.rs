//! A new passphrase, and with it a new key for every page.
//!
//! After a crash at any instant exactly one of the two passphrases opens the profile: the key file holds both slots
//! while the database changes over, and the database itself decides. It does not wipe old blocks of the medium.

use std::sync::PoisonError;

use super::error::VaultError;
use super::keyfile::{self, DatabaseKey, Slot};
use super::passphrase::{Cost, Passphrase};
use super::profile::{DATABASE, KEY, Vault};
use super::{connection, disk};
use crate::wire::Random;

/// See [`Vault::change_passphrase`].
pub(super) fn change_passphrase(
    vault: &mut Vault,
    old: &Passphrase,
    new: &Passphrase,
    cost: Cost,
    random: &mut dyn Random,
) -> Result<(), VaultError> {
    let home = vault.home.as_ref().ok_or(IN_MEMORY)?;
    let path = home.dir.join(KEY);
    let slots = keyfile::decode(&disk::read(&path, keyfile::LONGEST + 1)?.ok_or(NO_KEY)?)?;
    let [before] = <[Slot; 1]>::try_from(slots).map_err(|_| NO_KEY)?;
    let key = DatabaseKey::draw(random);
    before.unwrap(old)?;
    let after = Slot::wrap(&key, new, cost, random)?;

    // No reader may look while pages change their key.
    let mut current = home.current.write().unwrap_or_else(PoisonError::into_inner);
    disk::replace_bytes(&path, &keyfile::encode(&[before.clone(), after.clone()]))?;
    if let Err(error) = connection::rekey(&vault.db, &key) {
        // The library may be left between two keys: begin again with the one on disk.
        vault.db = connection::open(&home.dir.join(DATABASE), &current.key)?;
        disk::replace_bytes(&path, &keyfile::encode(&[before]))?;
        return Err(error);
    }
    current.key = key;
    current.turn += 1;
    connection::checkpoint(&vault.db)?;
    disk::replace_bytes(&path, &keyfile::encode(&[after]))
}

const IN_MEMORY: VaultError = VaultError::NotAllowed { why: "this profile is in memory and has no passphrase" };
const NO_KEY: VaultError = VaultError::Damaged { what: "the key file" };
