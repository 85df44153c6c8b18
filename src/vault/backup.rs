//! A backup: one file under its own passphrase, from which a profile can be made again on another machine.
//!
//! It holds neither Tor's state nor files nor keys of sealed files, and it never overwrites anything.
//!
//! The file is a SQLCipher database followed by one page whose end is a key block ([`super::keyfile`]): SQLite knows how
//! many pages are its own, so the database opens where it lies, without a copy on disk.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read as _, Seek, SeekFrom, Write as _};
use std::path::Path;

use rusqlite::Connection;
use zeroize::Zeroizing;

use super::error::{VaultError, disk as failed};
use super::ids::ContactId;
use super::keyfile::{self, DatabaseKey, Slot};
use super::migrations;
use super::outbox::Stamp;
use super::passphrase::{Cost, Passphrase};
use super::profile::Vault;
use super::rows::{count, number};
use super::transaction::Write;
use super::{disk, transaction};
use crate::wire::{Fate, MessageId, Random};

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
    let written = write_database(&mut vault.db, &path, &key).and_then(|()| write_key(&path, slot));
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
        start_afresh(w, random)?;
        while w.index(10_000)? > 0 {}
        Ok(())
    });
    vault.db.execute_batch("DETACH DATABASE backup")?;
    taken.map_err(blame_backup)
}

fn write_database(db: &mut Connection, path: &Path, key: &DatabaseKey) -> Result<(), VaultError> {
    attach(db, text(path)?, key)?;
    // No journal: a backup that was not finished is removed, and it is flushed as a whole at the end.
    let quick = db.execute_batch("PRAGMA backup.journal_mode = OFF; PRAGMA backup.synchronous = OFF");
    let given = quick.map_err(VaultError::from).and_then(|()| transaction::write(db, give));
    db.execute_batch("DETACH DATABASE backup")?;
    given
}

/// Makes the tables of a backup as ours are, and fills them.
fn give(w: &Write<'_>) -> Result<(), VaultError> {
    for (table, columns) in [("schema", "version".to_owned())].into_iter().chain(tables(migrations::CURRENT)) {
        let ours = "SELECT sql FROM main.sqlite_schema WHERE type = 'table' AND name = ?1";
        let ours: String = w.db.query_row(ours, [table], |row| row.get(0))?;
        w.db.execute_batch(&ours.replacen("CREATE TABLE ", "CREATE TABLE backup.", 1))?;
        w.db.execute_batch(&format!("INSERT INTO backup.{table} ({columns}) SELECT {columns} FROM main.{table}"))?;
    }
    Ok(())
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
    let version = usize::try_from(version).map_err(|_| DAMAGED)?;
    if version > migrations::CURRENT {
        return Err(VaultError::TooNew);
    }
    for (table, columns) in tables(version) {
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
    part_with_files(w, random)?;
    w.change("UPDATE message SET state = 'recalled' WHERE state = 'queued' AND deleted", ())?;
    w.change("UPDATE message SET seq = NULL WHERE state <> 'queued'", ())?;
    w.change("DELETE FROM deed WHERE kind = 'skip'", ())?;
    for contact in w.contacts(None)? {
        let owed = owed(w, contact.id)?;
        for (seq, (key, deed)) in (1u64..).zip(&owed) {
            // In order and downwards only, so a number is free before it is given again.
            let table = if *deed { "deed" } else { "message" };
            w.change(&format!("UPDATE {table} SET seq = ?2 WHERE id = ?1"), (key, number(seq)))?;
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

/// No file came along. What was being fetched can be fetched again from the start; what is here no more can neither be
/// sent nor read, and the other side is told that it will not come.
fn part_with_files(w: &Write<'_>, random: &mut dyn Random) -> Result<(), VaultError> {
    w.change(
        "UPDATE transfer SET state = 'offered', paused = 0, fault = NULL, done = 0 WHERE incoming AND state = 'waiting'",
        (),
    )?;
    for transfer in w.open_transfers()?.into_iter().filter(|transfer| !transfer.incoming) {
        let mut id = MessageId([0; 16]);
        random.fill(&mut id.0);
        w.queue_fate(transfer.id, Fate::Cancelled, Stamp { id, time: transfer.time, handed: false })?;
    }
    w.lose_files()
}

/// Rows still owed, in order, and whether each is a deed.
fn owed(w: &Write<'_>, contact: ContactId) -> Result<Vec<(i64, bool)>, VaultError> {
    let mut query = w.db.prepare_cached(
        "SELECT seq, id, 0 FROM message WHERE contact = ?1 AND seq > 0
         UNION ALL SELECT seq, id, 1 FROM deed WHERE contact = ?1 ORDER BY 1",
    )?;
    let rows = query.query_map([contact], |row| Ok((row.get(1)?, row.get(2)?)))?;
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

/// The tables of a backup of this version, with their columns, in an order that satisfies the references.
fn tables(version: usize) -> impl Iterator<Item = (&'static str, String)> {
    TABLES.iter().filter_map(move |(table, columns)| {
        let there: Vec<&str> = columns.iter().take(version).copied().filter(|columns| !columns.is_empty()).collect();
        (!there.is_empty()).then(|| (*table, there.join(", ")))
    })
}

/// What a backup holds: for each table what version 1 had of it, and what each later one added.
const TABLES: [(&str, [&str; migrations::CURRENT]); 12] = [
    ("identity", ["id, name, seed, address, visible, doors", "", ""]),
    (
        "contact",
        [
            "id, identity, address, name, accepted, blocked, verified, request_text, out_epoch, out_next, out_acked, \
             unread, unread_bytes, restored, created",
            "expires_in, terms_version, receipts_mine, receipts_theirs, newest, newest_id, read_upto, read_id, seen_upto",
            "",
        ],
    ),
    ("mark", ["id, contact, epoch, seq", "", ""]),
    ("request", ["id, identity, address, text, received", "", ""]),
    ("refused", ["identity, address", "", "text"]),
    (
        "message",
        [
            "id, contact, message_id, state, seq, handed, time, text",
            "reply_to, reply_mine, expires_in, expires_at, edited, deleted, reacted_mine, reacted_theirs",
            "",
        ],
    ),
    ("setting", ["name, value", "", ""]),
    ("revision", ["", "id, message, text, time", ""]),
    ("deed", ["", "id, contact, seq, message_id, kind, message, body, time, handed", ""]),
    ("past", ["", "contact, message_id, received, message", ""]),
    ("draft", ["", "contact, text", ""]),
    // Neither the sealed files nor what opens them, nor where files of the person lie.
    (
        "transfer",
        [
            "",
            "",
            "message, contact, incoming, kind, files, seconds, size, root, state, paused, fault, done, removed, finished",
        ],
    ),
];
/// The size of SQLCipher's pages.
const PAGE: u64 = 4_096;
/// Bytes of a key block with one slot.
const BLOCK: usize = 10 + 100 + 32;
const DAMAGED: VaultError = VaultError::Damaged { what: "the backup" };

#[cfg(test)]
mod tests;
