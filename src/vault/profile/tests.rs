//! The profile against its directory: passphrases, damage, locks, permissions, fullness, and what the files give away.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use data_encoding::{BASE32_NOPAD, BASE64_NOPAD, HEXLOWER, HEXUPPER};

use super::super::testing::{Counting, contact, key, on_disk, passphrase};
use super::*;
use crate::wire::MessageId;

const CHEAP: Cost = Cost::DANGEROUSLY_CHEAP;

fn fill(vault: &mut Vault, messages: u8) {
    let me = vault.write(|w| w.add_identity("Secret Desk", &key(1))).unwrap();
    let ann = contact(vault, me, 2);
    for n in 0..messages {
        vault.write(|w| w.queue(ann, MessageId([n; 16]), "the treasure is under the oak", 1, false)).unwrap();
    }
}

#[test]
fn a_profile_keeps_what_was_written_and_knows_its_passphrase() {
    let dir = tempfile::tempdir().unwrap();
    let home = dir.path().join("a/profile");
    assert_eq!(Vault::open(&home, &passphrase("right")).err(), Some(VaultError::NotFound));
    assert!(!home.exists(), "looking must not make anything");
    let mut vault = Vault::open_or_create(&home, &passphrase("right"), CHEAP, &mut Counting::new()).unwrap();
    fill(&mut vault, 3);
    drop(vault);
    assert_eq!(Vault::open(&home, &passphrase("wrong")).err(), Some(VaultError::WrongPassphrase));
    let vault = Vault::open_or_create(&home, &passphrase("right"), CHEAP, &mut Counting::new()).unwrap();
    assert_eq!(vault.read(|r| r.search("treasure", None, 9)).unwrap().len(), 3);
    let again = Vault::create(&home, &passphrase("right"), CHEAP, &mut Counting::new());
    assert!(matches!(again.err(), Some(VaultError::NotEmpty { .. })));
}

#[test]
fn the_directory_and_its_files_are_private() {
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let mut vault = on_disk(dir.path());
    fill(&mut vault, 1);
    vault.seal_cache(b"directory", &mut Counting::new()).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(dir.path()), 0o700);
    let files: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() >= 5, "{files:?}");
    for file in files {
        assert_eq!(mode(&file), 0o600, "{file:?}");
    }
}

#[test]
fn a_second_process_is_refused_until_every_connection_is_gone() {
    let dir = tempfile::tempdir().unwrap();
    let vault = on_disk(dir.path());
    let open = || Vault::open(dir.path(), &passphrase("right")).err();
    assert_eq!(open(), Some(VaultError::InUse));
    let reader = vault.reader().unwrap();
    drop(vault);
    assert_eq!(open(), Some(VaultError::InUse));
    drop(reader);
    assert_eq!(open(), None);
}

#[test]
fn a_directory_with_other_things_in_it_does_not_become_a_profile() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("letter.txt"), "mine").unwrap();
    let made = Vault::create(dir.path(), &passphrase("right"), CHEAP, &mut Counting::new());
    assert!(matches!(made.err(), Some(VaultError::NotEmpty { .. })));
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn a_creation_interrupted_at_any_step_is_finished_or_begun_anew() {
    let dir = tempfile::tempdir().unwrap();
    let open = || Vault::open_or_create(dir.path(), &passphrase("right"), CHEAP, &mut Counting::new());
    // Before the key file: rubbish of an unfinished database.
    fs::write(dir.path().join("vault.db.new"), "half").unwrap();
    fs::write(dir.path().join("key.new"), "half").unwrap();
    fill(&mut open().unwrap(), 1);
    // After the key file, before the last rename.
    fs::rename(dir.path().join("vault.db"), dir.path().join("vault.db.new")).unwrap();
    assert_eq!(open().unwrap().read(|r| r.identities()).unwrap().len(), 1);
}

#[test]
fn damage_is_told_apart_from_a_wrong_passphrase_and_never_panics() {
    let dir = tempfile::tempdir().unwrap();
    fill(&mut on_disk(dir.path()), 20);
    let open = || -> Result<(), VaultError> {
        let vault = Vault::open(dir.path(), &passphrase("right"))?;
        let rows: i64 = vault.db.query_row("SELECT count(text) FROM message", [], |row| row.get(0))?;
        assert_eq!(rows, 20);
        // Every page, also those that no question would touch today.
        let verdict: String = vault.db.query_row("PRAGMA quick_check", [], |row| row.get(0))?;
        if verdict == "ok" { Ok(()) } else { Err(VaultError::Damaged { what: "a page" }) }
    };
    open().unwrap();
    for name in ["key", "vault.db"] {
        let path = dir.path().join(name);
        let good = fs::read(&path).unwrap();
        let damaged = |bytes: &[u8], what: String| {
            fs::write(&path, bytes).unwrap();
            let outcome = open();
            assert!(matches!(outcome, Err(VaultError::Damaged { .. })), "{what}: {outcome:?}");
        };
        let step = if name == "key" { 1 } else { 509 };
        for at in (0..good.len().min(3 * 4096)).step_by(step) {
            let mut bad = good.clone();
            bad[at] ^= 0x10;
            damaged(&bad, format!("{name}, byte {at}"));
        }
        // Short by a page: the last bytes alone may belong to a free page, which nobody reads.
        let page = if name == "key" { 1 } else { 4_096 };
        for length in [0, 1, 100, good.len() / 2, good.len() - page] {
            damaged(&good[..length], format!("{name}, cut to {length}"));
        }
        fs::remove_file(&path).unwrap();
        assert!(matches!(open(), Err(VaultError::Damaged { .. })), "{name} gone");
        fs::write(&path, &good).unwrap();
    }
    open().unwrap();
}

#[test]
fn a_full_disk_is_said_and_costs_nothing_that_was_stored() {
    let dir = tempfile::tempdir().unwrap();
    let mut vault = on_disk(dir.path());
    fill(&mut vault, 5);
    let pages: i64 = vault.db.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
    vault.db.execute_batch(&format!("PRAGMA max_page_count = {}", pages + 8)).unwrap();
    let ann = vault.read(|r| r.contacts(None)).unwrap()[0].id;
    let mut kept = 5;
    let refused = (5..=255).find_map(|n| {
        let queued = vault.write(|w| w.queue(ann, MessageId([n; 16]), &"many words ".repeat(300), 1, false));
        kept += usize::from(queued.is_ok());
        queued.err()
    });
    assert_eq!(refused, Some(VaultError::DiskFull));
    vault.db.execute_batch("PRAGMA max_page_count = 1000000").unwrap();
    assert_eq!(vault.read(|r| r.outbox(ann, 0, 999)).unwrap().len(), kept);
    let next = vault.write(|w| w.queue(ann, MessageId([254; 16]), "room again", 1, false)).unwrap();
    assert_eq!(next.seq as usize, kept + 1);
}

#[test]
fn a_directory_that_cannot_be_written_is_said() {
    // The super-user writes anywhere, so a file in the way stands for the missing permission there.
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o500)).unwrap();
    let made = Vault::create(&dir.path().join("profile"), &passphrase("right"), CHEAP, &mut Counting::new());
    let as_root = fs::write(dir.path().join("probe"), "").is_ok();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o700)).unwrap();
    assert!(as_root || made.err() == Some(VaultError::Denied));
    fs::write(dir.path().join("file"), "").unwrap();
    let made = Vault::create(&dir.path().join("file/profile"), &passphrase("right"), CHEAP, &mut Counting::new());
    assert!(made.is_err());
}

#[test]
fn a_reader_sees_commits_and_cannot_be_left_behind_by_a_new_key() {
    let dir = tempfile::tempdir().unwrap();
    let mut vault = on_disk(dir.path());
    let mut reader = vault.reader().unwrap().unwrap();
    fill(&mut vault, 2);
    assert_eq!(reader.read(|r| r.search("treasure", None, 9)).unwrap().len(), 2);
    vault.change_passphrase(&passphrase("right"), &passphrase("new"), CHEAP, &mut Counting::new()).unwrap();
    assert_eq!(reader.read(|r| r.search("treasure", None, 9)).unwrap().len(), 2);
    fn is_send<T: Send>(_: &T) {}
    is_send(&vault);
    is_send(&reader);
}

#[test]
fn the_cache_comes_back_and_damage_of_it_is_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let vault = on_disk(dir.path());
    assert_eq!(vault.open_cache().unwrap(), None);
    vault.seal_cache(b"old directory", &mut Counting::new()).unwrap();
    vault.seal_cache(b"directory", &mut Counting::new()).unwrap();
    assert_eq!(vault.open_cache().unwrap().unwrap().as_slice(), b"directory");
    let mut bytes = fs::read(dir.path().join("cache")).unwrap();
    bytes.pop();
    fs::write(dir.path().join("cache"), bytes).unwrap();
    assert!(matches!(vault.open_cache(), Err(VaultError::Damaged { .. })));
}

/// Every byte of every file, in the forms a secret could take, while the profile is open (as `kill -9` leaves it) and
/// after it was closed.
#[test]
fn nothing_is_in_clear_on_disk() {
    let dir = tempfile::tempdir().unwrap();
    let mut vault = on_disk(dir.path());
    fill(&mut vault, 9);
    let me = vault.read(|r| r.identities()).unwrap()[0].id;
    vault.write(|w| w.add_request(me, &key(9).address(), "I saw the minister", 1)).unwrap();
    vault.write(|w| w.put_road("guards.json", b"guard fingerprint")).unwrap();
    vault.seal_cache(b"consensus document", &mut Counting::new()).unwrap();
    vault.export(&dir.path().join("backup"), &passphrase("second"), CHEAP, &mut Counting::new()).unwrap();
    scan(dir.path());
    drop(vault);
    scan(dir.path());
}

fn scan(dir: &Path) {
    let mut secrets: Vec<Vec<u8>> = Vec::new();
    for text in [
        "Secret Desk",
        "Ann Example",
        "treasure",
        "minister",
        "it is me",
        "guard fingerprint",
        "consensus",
        "right",
        "second",
    ] {
        secrets.push(text.into());
        secrets.push(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
        secrets.push(HEXLOWER.encode(text.as_bytes()).into());
    }
    for n in [1, 2, 9] {
        let key = key(n);
        secrets.push(key.address().onion().bytes().take(56).collect());
        for bytes in [&key.seed()[..], &key.address().public_key()[..], &key.expanded()[..32]] {
            secrets.push(bytes.into());
            // Without the ends, which depend on what stands around it.
            secrets.push(BASE64_NOPAD.encode(bytes).bytes().take(40).collect());
            secrets.push(BASE32_NOPAD.encode(bytes).bytes().take(48).collect());
            secrets.push(HEXLOWER.encode(bytes).into());
            secrets.push(HEXUPPER.encode(bytes).into());
        }
    }
    let mut scanned = 0;
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        scanned += bytes.len();
        for secret in &secrets {
            let found = bytes.windows(secret.len()).any(|window| window == secret);
            assert!(!found, "{path:?} holds {:?}", String::from_utf8_lossy(secret));
        }
    }
    assert!(scanned > 50_000, "only {scanned} bytes scanned");
}

#[test]
fn a_traceless_profile_leaves_no_file_and_has_no_passphrase() {
    let mut vault = Vault::traceless(&mut Counting::new()).unwrap();
    fill(&mut vault, 1);
    assert!(vault.reader().unwrap().is_none());
    vault.seal_cache(b"x", &mut Counting::new()).unwrap();
    assert_eq!(vault.open_cache().unwrap(), None);
    vault.sweep().unwrap();
    let files: Vec<String> = vault
        .db
        .prepare("PRAGMA database_list")
        .unwrap()
        .query_map([], |row| row.get(2))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(files, [""]);
    let changed = vault.change_passphrase(&passphrase("a"), &passphrase("b"), CHEAP, &mut Counting::new());
    assert!(matches!(changed, Err(VaultError::NotAllowed { .. })));
}

#[test]
fn sqlite_is_set_up_as_promised() {
    let dir = tempfile::tempdir().unwrap();
    let vault = on_disk(dir.path());
    for (pragma, expected) in [
        ("journal_mode", "wal"),
        ("synchronous", "2"),
        ("foreign_keys", "1"),
        ("secure_delete", "1"),
        ("temp_store", "2"),
        ("trusted_schema", "0"),
        ("cipher_use_hmac", "1"),
    ] {
        let value: rusqlite::types::Value =
            vault.db.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get(0)).unwrap();
        let value = match value {
            rusqlite::types::Value::Integer(number) => number.to_string(),
            rusqlite::types::Value::Text(text) => text,
            other => panic!("{other:?}"),
        };
        assert_eq!(value, expected, "{pragma}");
    }
    let cipher: String = vault.db.query_row("PRAGMA cipher_version", [], |row| row.get(0)).unwrap();
    assert!(cipher.starts_with("4."), "{cipher}");
}
