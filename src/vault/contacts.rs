//! The contacts of the identities.
//!
//! Whether one is online is not kept.

use pelure_onion::Address;
use rusqlite::{OptionalExtension, Row};

use super::error::{VaultError, conflict};
use super::ids::{ContactId, IdentityId};
use super::rows::{Contact, ContactState, NewContact, address, count, expiry};
use super::transaction::{Read, Write};
use crate::wire::Epoch;

impl Read<'_> {
    /// All contacts, or those of one identity, oldest first.
    pub fn contacts(&self, identity: Option<IdentityId>) -> Result<Vec<Contact>, VaultError> {
        let sql = contact_query!("WHERE ?1 IS NULL OR identity = ?1 ORDER BY id");
        let mut query = self.db.prepare_cached(sql)?;
        let rows = query.query_map([identity], contact)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// One contact.
    pub fn contact(&self, id: ContactId) -> Result<Contact, VaultError> {
        let mut query = self.db.prepare_cached(contact_query!("WHERE id = ?1"))?;
        query.query_row([id], contact).optional()?.ok_or(MISSING)
    }

    /// The contact of this identity with this address.
    pub fn contact_by_address(&self, identity: IdentityId, address: &Address) -> Result<Option<Contact>, VaultError> {
        let mut query = self.db.prepare_cached(contact_query!("WHERE identity = ?1 AND address = ?2"))?;
        Ok(query.query_row((identity, &address.public_key()[..]), contact).optional()?)
    }
}

impl Write<'_> {
    /// Adds a contact; a pending request of the same address and an earlier refusal of it are dropped.
    pub fn add_contact(&self, new: &NewContact<'_>) -> Result<ContactId, VaultError> {
        self.identity(new.identity)?;
        let address = &new.address.public_key()[..];
        self.db
            .prepare_cached(
                "INSERT INTO contact (identity, address, name, accepted, request_text, out_epoch, created)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute((
                new.identity,
                address,
                new.name,
                new.accepted,
                new.request_text,
                &new.out_epoch.0[..],
                new.created,
            ))
            .map_err(conflict("contact"))?;
        let id = ContactId(self.db.last_insert_rowid());
        let here = (new.identity, address);
        self.change("DELETE FROM request WHERE identity = ?1 AND address = ?2", here)?;
        self.change("DELETE FROM refused WHERE identity = ?1 AND address = ?2", here)?;
        Ok(id)
    }

    /// The other side agreed: `Requested` becomes `Accepted` (also behind a block). Tells whether that was news.
    pub fn accept_contact(&self, id: ContactId) -> Result<bool, VaultError> {
        self.contact(id)?;
        let changed = self.change("UPDATE contact SET accepted = 1 WHERE id = ?1 AND accepted = 0", (id,))?;
        Ok(changed > 0)
    }

    /// Gives another petname, already checked.
    pub fn rename_contact(&self, id: ContactId, name: &str) -> Result<(), VaultError> {
        self.change_one("UPDATE contact SET name = ?2 WHERE id = ?1", (id, name), MISSING)
    }

    /// Notes whether the safety words were compared.
    pub fn verify_contact(&self, id: ContactId, verified: bool) -> Result<(), VaultError> {
        self.change_one("UPDATE contact SET verified = ?2 WHERE id = ?1", (id, verified), MISSING)
    }

    /// Blocks: the outbox stays as it is.
    pub fn block_contact(&self, id: ContactId) -> Result<(), VaultError> {
        self.change_one("UPDATE contact SET blocked = 1 WHERE id = ?1", (id,), MISSING)
    }

    /// Unblocks: the contact is what it was before.
    pub fn unblock_contact(&self, id: ContactId) -> Result<(), VaultError> {
        self.change_one("UPDATE contact SET blocked = 0 WHERE id = ?1", (id,), MISSING)
    }

    /// Removes a contact with its messages, its outbox and its marks.
    pub fn remove_contact(&self, id: ContactId) -> Result<(), VaultError> {
        self.change_one("DELETE FROM contact WHERE id = ?1", (id,), MISSING)
    }

    /// Notes that the contact is still to be told of the restoration (or was told).
    pub fn set_restored(&self, id: ContactId, restored: bool) -> Result<(), VaultError> {
        self.change_one("UPDATE contact SET restored = ?2 WHERE id = ?1", (id, restored), MISSING)
    }
}

macro_rules! contact_query {
    ($where:literal) => {
        concat!(
            "SELECT id, identity, address, name, accepted, blocked, verified, request_text, out_epoch, out_next, ",
            "out_acked, unread, unread_bytes, restored, expires_in, terms_version, receipts_mine, receipts_theirs, ",
            "created FROM contact ",
            $where
        )
    };
}
use contact_query;

fn contact(row: &Row<'_>) -> rusqlite::Result<Contact> {
    let (accepted, blocked) = (row.get(4)?, row.get(5)?);
    Ok(Contact {
        id: row.get(0)?,
        identity: row.get(1)?,
        address: address(row, 2)?,
        name: row.get(3)?,
        state: match (accepted, blocked) {
            (_, true) => ContactState::Blocked,
            (true, false) => ContactState::Accepted,
            (false, false) => ContactState::Requested,
        },
        verified: row.get(6)?,
        request_text: row.get(7)?,
        out_epoch: Epoch(row.get(8)?),
        out_next: count(row, 9)?,
        out_acked: count(row, 10)?,
        unread: count(row, 11)?,
        unread_bytes: count(row, 12)?,
        restored: row.get(13)?,
        expires_in: expiry(row, 14)?,
        terms_version: row.get(15)?,
        receipts_mine: row.get(16)?,
        receipts_theirs: row.get(17)?,
        created: row.get(18)?,
    })
}

pub(super) const MISSING: VaultError = VaultError::Missing { what: "contact" };

#[cfg(test)]
mod tests {
    use super::super::testing::{contact, key, traceless};
    use super::*;
    use crate::wire::MessageId;

    #[test]
    fn a_contact_is_there_once_per_identity() {
        let mut vault = traceless();
        let me = vault.write(|w| w.add_identity("desk", &key(1))).unwrap();
        let other = vault.write(|w| w.add_identity("home", &key(3))).unwrap();
        let ann = contact(&mut vault, me, 2);
        let again = vault.write(|w| {
            w.add_contact(&NewContact {
                identity: me,
                address: key(2).address(),
                name: "Ann again",
                accepted: true,
                request_text: "",
                out_epoch: Epoch([9; 8]),
                created: 2,
            })
        });
        assert_eq!(again, Err(VaultError::Conflict { what: "contact" }));
        let elsewhere = contact(&mut vault, other, 2);
        let row = vault.read(|r| r.contact_by_address(me, &key(2).address())).unwrap().unwrap();
        assert_eq!((row.id, row.state, row.out_next, row.out_acked), (ann, ContactState::Requested, 1, 0));
        assert_eq!((row.name.as_str(), row.request_text.as_str()), ("Ann Example", "it is me"));
        assert_eq!(vault.read(|r| r.contacts(None)).unwrap().len(), 2);
        assert_eq!(vault.read(|r| r.contacts(Some(other))).unwrap()[0].id, elsewhere);
        assert!(!format!("{row:?}").contains("Ann"));
    }

    #[test]
    fn unblocking_gives_back_what_was_before_the_block() {
        let mut vault = traceless();
        let me = vault.write(|w| w.add_identity("desk", &key(1))).unwrap();
        let ann = contact(&mut vault, me, 2);
        let state = |vault: &super::super::Vault| vault.read(|r| r.contact(ann)).unwrap().state;
        vault.write(|w| w.block_contact(ann)).unwrap();
        assert_eq!(state(&vault), ContactState::Blocked);
        vault.write(|w| w.unblock_contact(ann)).unwrap();
        assert_eq!(state(&vault), ContactState::Requested);
        assert!(vault.write(|w| w.accept_contact(ann)).unwrap());
        assert!(!vault.write(|w| w.accept_contact(ann)).unwrap());
        vault.write(|w| w.block_contact(ann).and_then(|()| w.unblock_contact(ann))).unwrap();
        assert_eq!(state(&vault), ContactState::Accepted);
    }

    #[test]
    fn removing_leaves_nothing_of_a_contact() {
        let mut vault = traceless();
        let me = vault.write(|w| w.add_identity("desk", &key(1))).unwrap();
        let ann = contact(&mut vault, me, 2);
        vault.write(|w| w.queue(ann, MessageId([1; 16]), "meet me there", 1, false)).unwrap();
        vault.write(|w| w.skip(ann, Epoch([5; 8]), 1)).unwrap();
        vault.write(|w| w.verify_contact(ann, true)).unwrap();
        vault.write(|w| w.remove_contact(ann)).unwrap();
        assert_eq!(vault.read(|r| r.search("meet me", None, 9)).unwrap(), []);
        for table in ["contact", "mark", "message"] {
            let left: i64 = vault.db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap();
            assert_eq!(left, 0, "{table}");
        }
        let back = contact(&mut vault, me, 2);
        assert!(back > ann);
        assert!(!vault.read(|r| r.contact(back)).unwrap().verified);
    }
}
