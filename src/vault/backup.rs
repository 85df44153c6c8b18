//! A backup: one file under its own passphrase, from which a profile can be made again on another machine.
//!
//! It holds neither Tor's state nor keys of sealed files, and it never overwrites anything.
//!
//! The file is a SQLCipher database followed by one page whose end is a key block ([`super::keyfile`]): SQLite knows how
//! many pages are its own, so the database opens where it lies, without a copy on disk.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read as _, Seek, SeekFrom, Write as _};
use std::path::Path;

use rusqlite::Connection;
use zeroize::Zeroizing;

use super::error::{VaultError, disk as failed};
use super::ids::{ContactId, MessageKey};
use super::keyfile::{self, DatabaseKey, Slot};
use super::migrations;
use super::passphrase::{Cost, Passphrase};
use super::profile::Vault;
use super::rows::{count, number};
use super::transaction::Write;
use super::{disk, transaction};
use crate::wire::Random;

/// See [`Vault::export`].
pub(super) fn export(
    vault: &mut Vault,
    path: &Path,
    passphrase: &Passphrase,
    cost: Cost,
    random: &mut dyn Random,
) -> Result<(), VaultError> {
    let path = std::path::absolute(path).map_err(failed("writing the backup"))?;
    let key = DatabaseKey::draw(random);
    let slot = Slot::wrap(&key, passphrase, cost, random)?;
    disk::create_private(&path).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => VaultError::NotEmpty { what: "the place of the backup" },
        _ => failed("writing the backup")(error),
    })?;
    let written = write_database(&vault.db, &path, &key).and_then(|()| write_key(&path, slot));
    if written.is_err() {
        disk::remove(&path)?;
    }
    written
}

/// See [`Vault::import`].
pub(super) fn import(
    vault: &mut Vault,
    path: &Path,
    passphrase: &Passphrase,
    random: &mut dyn Random,
) -> Result<(), VaultError> {
    if !vault.read(|r| r.identities())?.is_empty() {
        return Err(VaultError::NotEmpty { what: "this profile" });
    }
    let path = std::path::absolute(path).map_err(failed("reading the backup"))?;
    let key = read_key(&path)?.unwrap(passphrase)?;
    attach(&vault.db, &uri(&path)?, &key).map_err(blame_backup)?;
    let taken = transaction::write(&mut vault.db, |w| {
        take(w)?;
        start_afresh(w, random)
    });
    vault.db.execute_batch("DETACH DATABASE backup")?;
    taken.map_err(blame_backup)
}

fn write_database(db: &Connection, path: &Path, key: &DatabaseKey) -> Result<(), VaultError> {
    attach(db, text(path)?, key)?;
    // No journal: a backup that was not finished is removed, and it is flushed as a whole at the end.
    let written = db.execute_batch(
        "PRAGMA backup.journal_mode = OFF; PRAGMA backup.synchronous = OFF; PRAGMA backup.auto_vacuum = FULL;
         SELECT sqlcipher_export('backup');
         DROP TRIGGER backup.message_added; DROP TRIGGER backup.message_removed;
         DROP TABLE backup.search; DROP VIEW backup.shelved; DROP TABLE backup.road; DROP TABLE backup.secret;",
    );
    db.execute_batch("DETACH DATABASE backup")?;
    Ok(written?)
}

fn write_key(path: &Path, slot: Slot) -> Result<(), VaultError> {
    let block = keyfile::encode(&[slot]);
    let mut page = vec![0; PAGE as usize - block.len()];
    page.extend_from_slice(&block);
    let write = |page: &[u8]| {
        let mut file = OpenOptions::new().append(true).open(path)?;
        file.write_all(page)?;
        file.sync_all()
    };
    write(&page).map_err(failed("writing the backup"))?;
    disk::sync_dir(path)
}

fn read_key(path: &Path) -> Result<Slot, VaultError> {
    let length = fs::metadata(path).map_err(failed("reading the backup"))?.len();
    if length < 2 * PAGE || length % PAGE != 0 {
        return Err(DAMAGED);
    }
    let mut page = Vec::new();
    File::open(path)
        .and_then(|mut file| {
            file.seek(SeekFrom::Start(length - PAGE))?;
            file.take(PAGE).read_to_end(&mut page)
        })
        .map_err(failed("reading the backup"))?;
    let (padding, block) = page.split_last_chunk::<BLOCK>().ok_or(DAMAGED)?;
    if padding.iter().any(|byte| *byte != 0) {
        return Err(DAMAGED);
    }
    let slots = keyfile::decode(block).map_err(blame_backup)?;
    let [slot] = <[Slot; 1]>::try_from(slots).map_err(|_| DAMAGED)?;
    Ok(slot)
}

/// Copies what a backup holds, table by table and column by column: nothing else of a foreign file is believed.
fn take(w: &Write<'_>) -> Result<(), VaultError> {
    let version = w.db.query_row("SELECT version FROM backup.schema", [], |row| count(row, 0))?;
    if version != migrations::CURRENT as u64 {
        // There is only one version so far; the second one must learn to take the first.
        return Err(VaultError::TooNew);
    }
    for (table, columns) in TABLES {
        let tables = "SELECT count(*) FROM backup.sqlite_schema WHERE type = 'table' AND name = ?1";
        if w.db.query_row(tables, [table], |row| count(row, 0))? != 1 {
            return Err(DAMAGED);
        }
        w.db.execute_batch(&format!(
            "INSERT INTO main.{table} ({columns}) SELECT {columns} FROM backup.{table} ORDER BY 1"
        ))?;
    }
    w.identities()?.into_iter().try_for_each(|identity| w.identity_key(identity.id).map(drop))
}

/// Two copies of a profile must never number messages in one epoch: each contact gets a new epoch, and what is still
/// owed is numbered from 1.
fn start_afresh(w: &Write<'_>, random: &mut dyn Random) -> Result<(), VaultError> {
    w.change("UPDATE message SET seq = NULL WHERE state <> 'queued'", ())?;
    for contact in w.contacts(None)? {
        let owed = owed(w, contact.id)?;
        for (seq, key) in (1u64..).zip(&owed) {
            // In order and downwards only, so a number is free before it is given again.
            w.change("UPDATE message SET seq = ?2 WHERE id = ?1", (key, number(seq)))?;
        }
        let mut epoch = [0; 8];
        random.fill(&mut epoch);
        w.change(
            "UPDATE contact SET out_epoch = ?2, out_acked = 0, out_next = ?3, restored = 1 WHERE id = ?1",
            (contact.id, &epoch[..], number(owed.len() + 1)),
        )?;
    }
    Ok(())
}

fn owed(w: &Write<'_>, contact: ContactId) -> Result<Vec<MessageKey>, VaultError> {
    let mut query = w.db.prepare_cached("SELECT id FROM message WHERE contact = ?1 AND seq > 0 ORDER BY seq")?;
    let rows = query.query_map([contact], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn attach(db: &Connection, file: impl AsRef<str>, key: &DatabaseKey) -> Result<(), VaultError> {
    let key: Zeroizing<String> = key.literal();
    db.execute("ATTACH DATABASE ?1 AS backup KEY ?2", (file.as_ref(), key.as_str()))?;
    Ok(())
}

/// The backup as SQLite opens what nobody writes: no lock, no journal, no byte changed.
fn uri(path: &Path) -> Result<String, VaultError> {
    let mut uri = "file:".to_owned();
    for byte in text(path)?.bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => uri.push(char::from(byte)),
            _ => uri.push_str(&format!("%{byte:02x}")),
        }
    }
    uri.push_str("?mode=ro&immutable=1");
    Ok(uri)
}

fn text(path: &Path) -> Result<&str, VaultError> {
    path.to_str().ok_or(VaultError::NotAllowed { why: "the path of a backup must be valid UTF-8" })
}

/// Damage met while importing is the backup's.
fn blame_backup(error: VaultError) -> VaultError {
    match error {
        VaultError::Damaged { .. } | VaultError::Storage { .. } => DAMAGED,
        other => other,
    }
}

/// What a backup holds, in an order that satisfies the references.
const TABLES: [(&str, &str); 7] = [
    ("identity", "id, name, seed, address, visible, doors"),
    (
        "contact",
        "id, identity, address, name, accepted, blocked, verified, request_text, out_epoch, out_next, out_acked, unread, \
         unread_bytes, restored, created",
    ),
    ("mark", "id, contact, epoch, seq"),
    ("request", "id, identity, address, text, received"),
    ("refused", "identity, address"),
    ("message", "id, contact, message_id, state, seq, handed, time, text"),
    ("setting", "name, value"),
];
/// The size of SQLCipher's pages.
const PAGE: u64 = 4_096;
/// Bytes of a key block with one slot.
const BLOCK: usize = 10 + 100 + 32;
const DAMAGED: VaultError = VaultError::Damaged { what: "the backup" };
