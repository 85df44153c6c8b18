//! The person's own identities.
//!
//! It does not publish them ([`crate::engine`]).

use pelure_onion::ServiceKey;
use rusqlite::{OptionalExtension, Row};
use zeroize::Zeroizing;

use super::error::{VaultError, conflict};
use super::ids::IdentityId;
use super::rows::{Doors, Identity, address};
use super::transaction::{Read, Write};

impl Read<'_> {
    /// All identities, oldest first.
    pub fn identities(&self) -> Result<Vec<Identity>, VaultError> {
        let mut query = self.db.prepare_cached("SELECT id, name, address, visible, doors FROM identity ORDER BY id")?;
        let rows = query.query_map([], identity)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// One identity.
    pub fn identity(&self, id: IdentityId) -> Result<Identity, VaultError> {
        let mut query =
            self.db.prepare_cached("SELECT id, name, address, visible, doors FROM identity WHERE id = ?1")?;
        query.query_row([id], identity).optional()?.ok_or(MISSING)
    }

    /// Its secret key.
    pub fn identity_key(&self, id: IdentityId) -> Result<ServiceKey, VaultError> {
        let mut query = self.db.prepare_cached("SELECT seed, address FROM identity WHERE id = ?1")?;
        let read = |row: &Row<'_>| Ok((Zeroizing::new(row.get::<_, [u8; 32]>(0)?), address(row, 1)?));
        let (seed, stored) = query.query_row([id], read).optional()?.ok_or(MISSING)?;
        let key = ServiceKey::from_seed(seed).map_err(|_| DAMAGED)?;
        if key.address() == stored { Ok(key) } else { Err(DAMAGED) }
    }
}

impl Write<'_> {
    /// Adds an identity: visible, doors open.
    pub fn add_identity(&self, name: &str, key: &ServiceKey) -> Result<IdentityId, VaultError> {
        let address = key.address();
        self.db
            .prepare_cached("INSERT INTO identity (name, seed, address) VALUES (?1, ?2, ?3)")?
            .execute((name, &key.seed()[..], &address.public_key()[..]))
            .map_err(conflict("identity"))?;
        Ok(IdentityId(self.db.last_insert_rowid()))
    }

    /// Removes an identity with its contacts, requests and messages.
    pub fn remove_identity(&self, id: IdentityId) -> Result<(), VaultError> {
        self.change_one("DELETE FROM identity WHERE id = ?1", (id,), MISSING)
    }

    /// Sets who may reach it.
    pub fn set_doors(&self, id: IdentityId, doors: Doors) -> Result<(), VaultError> {
        let doors = match doors {
            Doors::Closed => "closed",
            Doors::Open => "open",
        };
        self.change_one("UPDATE identity SET doors = ?2 WHERE id = ?1", (id, doors), MISSING)
    }

    /// Sets whether it wants to be seen.
    pub fn set_visible(&self, id: IdentityId, visible: bool) -> Result<(), VaultError> {
        self.change_one("UPDATE identity SET visible = ?2 WHERE id = ?1", (id, visible), MISSING)
    }
}

fn identity(row: &Row<'_>) -> rusqlite::Result<Identity> {
    let doors: String = row.get(4)?;
    Ok(Identity {
        id: row.get(0)?,
        name: row.get(1)?,
        address: address(row, 2)?,
        visible: row.get(3)?,
        doors: if doors == "closed" { Doors::Closed } else { Doors::Open },
    })
}

const MISSING: VaultError = VaultError::Missing { what: "identity" };
const DAMAGED: VaultError = VaultError::Damaged { what: "an identity key" };

#[cfg(test)]
mod tests {
    use super::super::testing::{key, traceless};
    use super::*;

    #[test]
    fn an_identity_keeps_its_key_and_is_there_once() {
        let mut vault = traceless();
        let id = vault.write(|w| w.add_identity("desk", &key(1))).unwrap();
        let again = vault.write(|w| w.add_identity("desk again", &key(1)));
        assert_eq!(again, Err(VaultError::Conflict { what: "identity" }));
        let listed = vault.read(|r| r.identities()).unwrap();
        assert_eq!(listed.len(), 1);
        assert_eq!((listed[0].id, listed[0].visible, listed[0].doors), (id, true, Doors::Open));
        let found = vault.read(|r| r.identity_key(id)).unwrap();
        assert_eq!(found.seed(), key(1).seed());
        assert_eq!(format!("{listed:?}").find("desk"), None);
    }

    #[test]
    fn doors_and_visibility_are_kept_and_a_number_is_never_reused() {
        let mut vault = traceless();
        let id = vault.write(|w| w.add_identity("desk", &key(1))).unwrap();
        vault.write(|w| w.set_doors(id, Doors::Closed).and_then(|()| w.set_visible(id, false))).unwrap();
        let row = vault.read(|r| r.identity(id)).unwrap();
        assert_eq!((row.doors, row.visible), (Doors::Closed, false));
        vault.write(|w| w.remove_identity(id)).unwrap();
        assert_eq!(vault.write(|w| w.remove_identity(id)), Err(MISSING));
        assert!(vault.write(|w| w.add_identity("desk", &key(1))).unwrap() > id);
    }
}
