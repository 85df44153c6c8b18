//! What was typed for a contact and not sent.
//!
//! It is in no search and never leaves this machine but in a backup.

use rusqlite::OptionalExtension;

use super::error::VaultError;
use super::ids::ContactId;
use super::transaction::{Read, Write};
use crate::wire::limits::DRAFT_BYTES;

impl Read<'_> {
    /// The draft for a contact; empty if there is none.
    pub fn draft(&self, contact: ContactId) -> Result<String, VaultError> {
        let mut query = self.db.prepare_cached("SELECT text FROM draft WHERE contact = ?1")?;
        Ok(query.query_row([contact], |row| row.get(0)).optional()?.unwrap_or_default())
    }
}

impl Write<'_> {
    /// Replaces the draft for a contact; an empty one is forgotten.
    pub fn put_draft(&self, contact: ContactId, text: &str) -> Result<(), VaultError> {
        self.contact(contact)?;
        if text.is_empty() {
            return self.change("DELETE FROM draft WHERE contact = ?1", (contact,)).map(drop);
        }
        if text.len() > DRAFT_BYTES {
            return Err(VaultError::NotAllowed { why: "the draft is too long to be kept" });
        }
        let sql = "INSERT INTO draft (contact, text) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET text = excluded.text";
        self.change(sql, (contact, text)).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::talk;
    use super::*;

    #[test]
    fn a_draft_is_kept_replaced_and_forgotten() {
        let (mut vault, ann, _) = talk();
        let draft = |vault: &super::super::Vault| vault.read(|r| r.draft(ann)).unwrap();
        assert_eq!(draft(&vault), "");
        for text in ["hal", "half a sen", ""] {
            vault.write(|w| w.put_draft(ann, text)).unwrap();
            assert_eq!(draft(&vault), text);
        }
        assert_eq!(vault.write(|w| w.put_draft(ContactId(99), "x")), Err(super::super::contacts::MISSING));
        let long = "x".repeat(DRAFT_BYTES + 1);
        assert!(matches!(vault.write(|w| w.put_draft(ann, &long)), Err(VaultError::NotAllowed { .. })));
        vault.write(|w| w.put_draft(ann, "left behind").and_then(|()| w.remove_contact(ann))).unwrap();
        assert_eq!(draft(&vault), "");
    }
}
