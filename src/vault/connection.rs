//! One connection to SQLCipher, set up the only way we use it.
//!
//! It does not know the tables ([`super::migrations`]).

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use zeroize::Zeroizing;

use super::error::VaultError;
use super::fold;
use super::keyfile::DatabaseKey;

/// Opens (or makes) a database with its raw key. A key that does not fit is [`VaultError::Damaged`]: only the caller
/// knows whether another key should have fitted.
pub(super) fn open(path: &Path, key: &DatabaseKey) -> Result<Connection, VaultError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let _alone = alone();
    let db = Connection::open_with_flags(path, flags)?;
    // The library would otherwise write its complaints about a wrong key to standard error.
    silence(&db)?;
    pragma(&db, "key", key)?;
    db.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    settle(&db)?;
    db.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")?;
    Ok(db)
}

/// A database in memory.
pub(super) fn in_memory() -> Result<Connection, VaultError> {
    let _alone = alone();
    let db = Connection::open_in_memory()?;
    silence(&db)?;
    settle(&db)?;
    Ok(db)
}

/// A database without a key, for tests that look at its pages.
#[cfg(test)]
pub(super) fn in_clear(path: &Path) -> Connection {
    let db = Connection::open(path).unwrap();
    settle(&db).unwrap();
    db.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;").unwrap();
    db
}

/// Gives the open database another key, page by page, in one transaction.
pub(super) fn rekey(db: &Connection, key: &DatabaseKey) -> Result<(), VaultError> {
    pragma(db, "rekey", key)
}

/// Moves the write-ahead log into the database and empties it.
pub(super) fn checkpoint(db: &Connection) -> Result<(), VaultError> {
    Ok(db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?)
}

/// What holds for every connection. Deleted rows are overwritten, and nothing temporary ever reaches the disk.
fn settle(db: &Connection) -> Result<(), VaultError> {
    db.busy_timeout(PATIENCE)?;
    db.set_prepared_statement_cache_capacity(STATEMENTS);
    fold::teach(db)?;
    db.execute_batch(
        "PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;
         PRAGMA cache_size = -8192;",
    )?;
    Ok(())
}

/// One connection is set up at a time. SQLCipher makes its cryptography ready with the first: of several that were first
/// at the same instant, one was once seen to fail with a general error.
fn alone() -> MutexGuard<'static, ()> {
    static OPENING: Mutex<()> = Mutex::new(());
    OPENING.lock().unwrap_or_else(PoisonError::into_inner)
}

fn silence(db: &Connection) -> Result<(), VaultError> {
    Ok(db.execute_batch("PRAGMA cipher_log_level = NONE")?)
}

/// Keys go through a statement of our own that is wiped, never through an error message.
fn pragma(db: &Connection, name: &str, key: &DatabaseKey) -> Result<(), VaultError> {
    let statement = Zeroizing::new(["PRAGMA ", name, " = \"", &key.literal(), "\""].concat());
    Ok(db.execute_batch(&statement)?)
}

/// Only a checkpoint may make us wait.
const PATIENCE: Duration = Duration::from_secs(5);
/// More than there are statements in this room.
const STATEMENTS: usize = 160;
