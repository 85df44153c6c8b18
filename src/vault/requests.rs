//! Who asked to be a contact, and who was declined or blocked.
//!
//! It does not answer anybody: what the other side sees is the same in every case.

use pelure_onion::Address;
use rusqlite::{OptionalExtension, Row};

use super::error::VaultError;
use super::ids::{ContactId, IdentityId, RequestId};
use super::rows::{NewContact, Request, RequestArrival, address as address_at, count};
use super::transaction::{Read, Write};
use crate::wire::Epoch;

impl Read<'_> {
    /// All requests, or those of one identity, oldest first.
    pub fn requests(&self, identity: Option<IdentityId>) -> Result<Vec<Request>, VaultError> {
        let mut query = self.db.prepare_cached(
            "SELECT id, identity, address, text, received FROM request WHERE ?1 IS NULL OR identity = ?1 ORDER BY id",
        )?;
        let rows = query.query_map([identity], request)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// One request.
    pub fn request(&self, id: RequestId) -> Result<Request, VaultError> {
        let sql = "SELECT id, identity, address, text, received FROM request WHERE id = ?1";
        self.db.prepare_cached(sql)?.query_row([id], request).optional()?.ok_or(MISSING)
    }

    /// The pending request of this address.
    pub fn request_by_address(&self, identity: IdentityId, address: &Address) -> Result<Option<Request>, VaultError> {
        let mut query = self.db.prepare_cached(
            "SELECT id, identity, address, text, received FROM request WHERE identity = ?1 AND address = ?2",
        )?;
        Ok(query.query_row((identity, &address.public_key()[..]), request).optional()?)
    }

    /// Is this address blocked, or was it declined with these words?
    pub fn refused(&self, identity: IdentityId, address: &Address, text: &str) -> Result<bool, VaultError> {
        let sql = "SELECT 1 FROM refused WHERE identity = ?1 AND address = ?2 AND (text IS NULL OR text = ?3)";
        Ok(self.db.prepare_cached(sql)?.exists((identity, &address.public_key()[..], text))?)
    }

    /// The addresses that are blocked and are no contacts, with whom they may not ask.
    pub fn blocked_addresses(&self) -> Result<Vec<(IdentityId, Address)>, VaultError> {
        let sql = "SELECT identity, address FROM refused WHERE text IS NULL ORDER BY identity, address";
        let mut query = self.db.prepare_cached(sql)?;
        let rows = query.query_map([], |row| Ok((row.get(0)?, address_at(row, 1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
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
        if self.refused(identity, address, text)? {
            return Ok(RequestArrival::Refused);
        }
        if let Some(known) = self.request_by_address(identity, address)? {
            if known.text != text {
                self.change("UPDATE request SET text = ?2 WHERE id = ?1", (known.id, text))?;
            }
            return Ok(RequestArrival::Again(Request { text: text.to_owned(), ..known }));
        }
        self.identity(identity)?;
        let mut pending = self.db.prepare_cached("SELECT count(*) FROM request WHERE identity = ?1")?;
        if pending.query_row([identity], |row| count(row, 0))? >= PENDING {
            return Ok(RequestArrival::Full);
        }
        self.change(
            "INSERT INTO request (identity, address, text, received) VALUES (?1, ?2, ?3, ?4)",
            (identity, &address.public_key()[..], text, received),
        )?;
        Ok(RequestArrival::New(self.request(RequestId(self.db.last_insert_rowid()))?))
    }

    /// Makes the asker a contact in state `Accepted`.
    pub fn accept_request(
        &self,
        id: RequestId,
        name: &str,
        out_epoch: Epoch,
        created: i64,
    ) -> Result<ContactId, VaultError> {
        let Request { identity, address, .. } = self.request(id)?;
        self.add_contact(&NewContact { identity, address, name, accepted: true, request_text: "", out_epoch, created })
    }

    /// Drops the request, and from now on whatever repeats it: a program asks again by itself.
    pub fn decline_request(&self, id: RequestId) -> Result<(), VaultError> {
        let asked = self.request(id)?;
        self.refuse(&asked, Some(&asked.text))?;
        self.forget_request(id)
    }

    /// Drops the request, and from now on whatever this address says.
    pub fn block_request(&self, id: RequestId) -> Result<(), VaultError> {
        let asked = self.request(id)?;
        self.refuse(&asked, None)?;
        self.forget_request(id)
    }

    /// This address may ask again.
    pub fn unblock_address(&self, identity: IdentityId, address: &Address) -> Result<(), VaultError> {
        let sql = "DELETE FROM refused WHERE identity = ?1 AND address = ?2 AND text IS NULL";
        self.change_one(sql, (identity, &address.public_key()[..]), VaultError::Missing { what: "blocked address" })
    }

    fn refuse(&self, asked: &Request, text: Option<&str>) -> Result<(), VaultError> {
        let sql = "INSERT OR REPLACE INTO refused (identity, address, text) VALUES (?1, ?2, ?3)";
        self.change(sql, (asked.identity, &asked.address.public_key()[..], text)).map(drop)
    }

    /// Drops the request; the same address may ask again.
    pub fn forget_request(&self, id: RequestId) -> Result<(), VaultError> {
        self.change_one("DELETE FROM request WHERE id = ?1", (id,), MISSING)
    }
}

fn request(row: &Row<'_>) -> rusqlite::Result<Request> {
    Ok(Request {
        id: row.get(0)?,
        identity: row.get(1)?,
        address: address_at(row, 2)?,
        text: row.get(3)?,
        received: row.get(4)?,
    })
}

const MISSING: VaultError = VaultError::Missing { what: "request" };
/// Requests that wait at one identity; a flood costs no more than this.
const PENDING: u64 = 32;

#[cfg(test)]
mod tests {
    use super::super::testing::{contact, key, traceless};
    use super::*;

    #[test]
    fn one_request_per_address_and_32_per_identity() {
        let mut vault = traceless();
        let me = vault.write(|w| w.add_identity("desk", &key(1))).unwrap();
        let ask = |vault: &mut super::super::Vault, n: u8, text: &str| {
            vault.write(|w| w.add_request(me, &key(n).address(), text, 5)).unwrap()
        };
        for n in 10..42 {
            assert!(matches!(ask(&mut vault, n, "hello"), RequestArrival::New(_)));
        }
        assert_eq!(ask(&mut vault, 42, "hello"), RequestArrival::Full);
        let RequestArrival::Again(again) = ask(&mut vault, 10, "please") else { panic!("not again") };
        assert_eq!((again.text.as_str(), again.received), ("please", 5));
        assert_eq!(vault.read(|r| r.requests(Some(me))).unwrap().len(), 32);
        vault.write(|w| w.forget_request(again.id)).unwrap();
        assert!(matches!(ask(&mut vault, 42, "hello"), RequestArrival::New(_)));
    }

    #[test]
    fn a_declined_request_is_not_shown_again_and_a_blocked_address_until_it_is_unblocked() {
        let mut vault = traceless();
        let me = vault.write(|w| w.add_identity("desk", &key(1))).unwrap();
        let them = key(2).address();
        let RequestArrival::New(first) = vault.write(|w| w.add_request(me, &them, "hi", 0)).unwrap() else {
            panic!("not new")
        };
        vault.write(|w| w.decline_request(first.id)).unwrap();
        assert_eq!(vault.write(|w| w.add_request(me, &them, "hi", 0)).unwrap(), RequestArrival::Refused);
        assert_eq!(vault.read(|r| r.requests(None)).unwrap(), []);
        assert_eq!(vault.read(|r| r.blocked_addresses()).unwrap(), []);
        let other = vault.write(|w| w.add_request(me, &them, "it is urgent", 0)).unwrap();
        let RequestArrival::New(second) = other else { panic!("other words are another request") };
        vault.write(|w| w.block_request(second.id)).unwrap();
        for words in ["hi", "it is urgent", "please"] {
            assert_eq!(vault.write(|w| w.add_request(me, &them, words, 0)).unwrap(), RequestArrival::Refused);
        }
        assert_eq!(vault.read(|r| r.blocked_addresses()).unwrap(), [(me, them)]);
        vault.write(|w| w.unblock_address(me, &them)).unwrap();
        assert!(vault.write(|w| w.unblock_address(me, &them)).is_err());
        let RequestArrival::New(third) = vault.write(|w| w.add_request(me, &them, "hi", 0)).unwrap() else {
            panic!("not new")
        };
        vault.write(|w| w.block_request(third.id)).unwrap();
        contact(&mut vault, me, 2);
        assert!(!vault.read(|r| r.refused(me, &them, "hi")).unwrap(), "whom we add ourselves we want to hear");
    }

    #[test]
    fn accepting_makes_a_contact_and_ends_the_request() {
        let mut vault = traceless();
        let me = vault.write(|w| w.add_identity("desk", &key(1))).unwrap();
        let RequestArrival::New(asked) = vault.write(|w| w.add_request(me, &key(2).address(), "hi", 0)).unwrap() else {
            panic!("not new")
        };
        let id = vault.write(|w| w.accept_request(asked.id, "Ann", Epoch([7; 8]), 9)).unwrap();
        let contact = vault.read(|r| r.contact(id)).unwrap();
        assert_eq!((contact.state, contact.created), (super::super::ContactState::Accepted, 9));
        assert_eq!(vault.write(|w| w.accept_request(asked.id, "Ann", Epoch([7; 8]), 9)), Err(MISSING));
    }
}
