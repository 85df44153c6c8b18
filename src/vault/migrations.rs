//! The schema, one numbered step per file in `migrations/`. A step that was released is never edited again.
//!
//! It does not convert data outside the database.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

use super::error::VaultError;
use super::rows::{count, number};

/// Furnishes an empty database.
pub(super) fn furnish(db: &mut Connection) -> Result<(), VaultError> {
    run(db, 0)
}

/// Brings a profile's database to the newest schema. An empty one is damage: it once held a profile.
pub(super) fn upgrade(db: &mut Connection) -> Result<(), VaultError> {
    match version(db)? {
        0 => Err(VaultError::Damaged { what: "the database" }),
        version => run(db, version),
    }
}

/// Runs the steps after `version`, each in a transaction of its own.
fn run(db: &mut Connection, mut version: usize) -> Result<(), VaultError> {
    if version > STEPS.len() {
        return Err(VaultError::TooNew);
    }
    for step in STEPS.iter().skip(version) {
        version += 1;
        let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch("CREATE TABLE IF NOT EXISTS schema (version INTEGER NOT NULL) STRICT")?;
        transaction.execute_batch(step)?;
        transaction.execute("DELETE FROM schema", [])?;
        transaction.execute("INSERT INTO schema (version) VALUES (?1)", [number(version)])?;
        transaction.commit()?;
    }
    Ok(())
}

/// The number of steps the database has seen; 0 is an empty one.
fn version(db: &Connection) -> Result<usize, VaultError> {
    let tables: i64 = db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if tables == 0 {
        return Ok(0);
    }
    let version = db.query_row("SELECT version FROM schema", [], |row| count(row, 0)).optional()?;
    version.and_then(|version| version.try_into().ok()).ok_or(VaultError::Damaged { what: "the database" })
}

/// The schema this program writes.
pub(super) const CURRENT: usize = STEPS.len();

pub(super) const STEPS: &[&str] =
    &[include_str!("migrations/v001.sql"), include_str!("migrations/v002.sql"), include_str!("migrations/v003.sql")];

#[cfg(test)]
mod tests {
    use super::super::testing::{on_disk, passphrase, text, version_1};
    use super::super::{ContactId, MessageKey, MessageState, Page, Stamp, Vault, connection, disk};
    use super::*;
    use crate::wire::{Body, MessageId};

    #[test]
    fn a_newer_schema_is_refused_and_left_alone() {
        let mut db = Connection::open_in_memory().unwrap();
        furnish(&mut db).unwrap();
        upgrade(&mut db).unwrap();
        db.execute("UPDATE schema SET version = version + 1", []).unwrap();
        assert_eq!(upgrade(&mut db), Err(VaultError::TooNew));
    }

    /// A profile of version 1 with a conversation in each state, indexed and not, brought to the newest schema.
    #[test]
    fn a_profile_of_version_1_opens_with_all_it_held() {
        let dir = tempfile::tempdir().unwrap();
        let mut vault = on_disk(dir.path());
        let path = dir.path().join("vault.db");
        let secret = vault.home.as_ref().unwrap().current.read().unwrap().key.clone();
        vault.db = connection::in_memory().unwrap();
        for tail in ["", "-wal", "-shm"] {
            disk::remove(&dir.path().join(format!("vault.db{tail}"))).unwrap();
        }
        let db = connection::open(&path, &secret).unwrap();
        version_1(&db);
        drop((db, vault));

        let mut vault = Vault::open(dir.path(), &passphrase("right")).unwrap();
        let version: i64 = vault.db.query_row("SELECT version FROM schema", [], |row| row.get(0)).unwrap();
        assert_eq!(version as usize, CURRENT);
        let (ann, ben) = (ContactId(1), ContactId(2));
        let texts = |vault: &Vault, contact| -> Vec<(String, MessageState)> {
            let page = Page { before: None, after: None, limit: 9 };
            vault.read(|r| r.messages(contact, page)).unwrap().into_iter().map(|m| (m.text, m.state)).collect()
        };
        assert_eq!(
            texts(&vault, ann),
            [
                ("four words are here".to_owned(), MessageState::Queued),
                ("three words here".to_owned(), MessageState::Received),
                ("two words".to_owned(), MessageState::Delivered),
            ]
        );
        let row = vault.read(|r| r.contact(ann)).unwrap();
        assert_eq!(
            (row.expires_in, row.terms_version, row.receipts_mine, row.receipts_theirs),
            (None, 0, false, false)
        );
        assert_eq!(vault.read(|r| r.search("words", None, 9)).unwrap().len(), 4);
        // What is new works on what is old: the index follows an edit, a receipt names what was read.
        let stamp = |n| Stamp { id: MessageId([n; 16]), time: 9, handed: true };
        vault.write(|w| w.edit(MessageKey(1), &text("mended"), stamp(20))).unwrap();
        assert_eq!(vault.read(|r| r.search("two words", None, 9)).unwrap(), []);
        assert_eq!(vault.read(|r| r.search("mended", None, 9)).unwrap().len(), 1);
        for contact in [ann, ben] {
            vault.write(|w| w.set_terms(contact, None, Some(true), stamp(21))).unwrap();
            vault.db.execute("UPDATE contact SET receipts_theirs = 1", []).unwrap();
        }
        assert_eq!(vault.read(|r| r.receipt(ann)).unwrap(), Some(MessageId([2; 16])));
        assert_eq!(vault.read(|r| r.receipt(ben)).unwrap(), None, "one is unread");
        vault.write(|w| w.mark_read(ben, 1)).unwrap();
        assert_eq!(vault.read(|r| r.receipt(ben)).unwrap(), Some(MessageId([4; 16])));
        let check: String = vault.db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(check, "ok");
    }

    /// The table of deeds was made anew in version 3.
    #[test]
    fn what_was_owed_in_version_2_is_still_owed() {
        let mut db = connection::in_memory().unwrap();
        version_1(&db);
        db.execute_batch(STEPS[1]).unwrap();
        db.execute_batch(
            "UPDATE schema SET version = 2;
             INSERT INTO deed (contact, seq, message_id, kind, message, body, time, handed) VALUES
                (1, 3, zeroblob(16), 'delete', 3, x'0301010101010101010101010101010101', 7, 1),
                (2, 1, zeroblob(16), 'skip', NULL, NULL, 8, 0);",
        )
        .unwrap();
        upgrade(&mut db).unwrap();
        let vault = Vault { db, home: None };
        let owed = |contact| vault.read(|r| r.outbox(contact, 0, 9)).unwrap();
        let deeds: Vec<_> = owed(ContactId(1)).into_iter().map(|q| (q.seq, q.key, q.handed)).collect();
        assert_eq!(deeds, [(2, Some(MessageKey(3)), false), (3, None, true)]);
        assert!(matches!(owed(ContactId(1))[1].body, Some(Body::Delete { .. })));
        assert_eq!(owed(ContactId(2)).into_iter().map(|q| (q.seq, q.body)).collect::<Vec<_>>(), [(1, None)]);
        let tables = "SELECT group_concat(name, ' ') FROM sqlite_schema WHERE name LIKE 'deed%'";
        let tables: String = vault.db.query_row(tables, [], |row| row.get(0)).unwrap();
        assert_eq!(tables, "deed deed_about");
    }

    #[test]
    fn an_emptied_database_is_not_taken_for_a_new_one() {
        let mut db = Connection::open_in_memory().unwrap();
        assert_eq!(upgrade(&mut db), Err(VaultError::Damaged { what: "the database" }));
    }
}
