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

const STEPS: &[&str] = &[include_str!("migrations/v001.sql"), include_str!("migrations/v002.sql")];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_schema_is_refused_and_left_alone() {
        let mut db = Connection::open_in_memory().unwrap();
        furnish(&mut db).unwrap();
        upgrade(&mut db).unwrap();
        db.execute("UPDATE schema SET version = version + 1", []).unwrap();
        assert_eq!(upgrade(&mut db), Err(VaultError::TooNew));
    }

    #[test]
    fn an_emptied_database_is_not_taken_for_a_new_one() {
        let mut db = Connection::open_in_memory().unwrap();
        assert_eq!(upgrade(&mut db), Err(VaultError::Damaged { what: "the database" }));
    }
}
