//! A disk that fails while people talk or files arrive: a clear word, a clean recovery, and nothing acknowledged is lost.
//!
//! Each test runs a second time inside a mount namespace of its own, where it may have a small disk; for that, root or
//! the right to user namespaces is needed, which every Debian gives.

#![expect(clippy::disallowed_types, reason = "the test starts itself again, in a namespace of its own")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what went wrong by failing"
)]

mod kit;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use kit::Person;
use pelure::engine::{Delivery, Event, Limits, Page, Presence, SystemRandom};
use pelure::file::disk::{BlobStore, DiskError, save};
use pelure::vault::{Cost, Passphrase, Vault, VaultError};

#[test]
fn a_full_disk_in_the_middle_of_receiving_loses_nothing() {
    on_small_disk("a_full_disk_in_the_middle_of_receiving_loses_nothing", |disk| {
        run(receive_until_the_disk_is_full(disk));
    });
}

#[test]
fn a_disk_that_became_read_only_is_said() {
    on_small_disk("a_disk_that_became_read_only_is_said", |disk| {
        let (profile, empty) = (disk.join("profile"), disk.join("empty"));
        drop(vault(&profile));
        mount(&["-o", "remount,ro"], &disk);
        assert_eq!(Vault::open(&profile, &passphrase()).err(), Some(VaultError::Denied));
        assert_eq!(create(&empty).err(), Some(VaultError::Denied));
        mount(&["-o", "remount,rw"], &disk);
        Vault::open(&profile, &passphrase()).unwrap();
    });
}

#[test]
fn a_full_disk_stops_a_file_and_loses_no_block_of_it() {
    on_small_disk("a_full_disk_stops_a_file_and_loses_no_block_of_it", |disk| {
        let store = BlobStore::new(disk.join("files"), None);
        assert_eq!(store.create([1; 16], &KEY, 64 << 20).err(), Some(DiskError::Full), "known at once");
        let blob = store.create([2; 16], &KEY, u64::from(BLOCKS) * BLOCK as u64).unwrap();
        let filler = disk.join("filler");
        leave(10 * BLOCK as u64, &filler);
        let block = |number: u32| vec![number as u8; BLOCK];
        let (stopped, error) =
            (0..BLOCKS).find_map(|number| blob.write_block(number, &block(number)).err().map(|e| (number, e))).unwrap();
        assert_eq!(error, DiskError::Full);
        assert_eq!(store.create([3; 16], &KEY, 1).err(), Some(DiskError::Full));
        assert_eq!(store.names().unwrap(), [[2; 16]]);

        fs::remove_file(filler).unwrap();
        assert!(blob.scan(0..BLOCKS).unwrap().into_iter().eq(0..stopped), "what was written is there, and no more");
        for number in stopped..BLOCKS {
            blob.write_block(number, &block(number)).unwrap();
        }
        blob.sync().unwrap();
        assert!((0..BLOCKS).all(|number| blob.read_block(number).unwrap()[..] == block(number)));
    });
}

#[test]
fn a_copy_that_does_not_fit_is_not_left_behind() {
    on_small_disk("a_copy_that_does_not_fit_is_not_left_behind", |disk| {
        let content = vec![7; 4 << 20];
        let blob = BlobStore::new(disk.join("files"), None).seal([1; 16], &KEY, &content).unwrap();
        let (filler, target) = (disk.join("filler"), disk.join("letter"));
        leave(1 << 20, &filler);
        assert_eq!(save(&blob, &target, &mut |_| panic!("nothing is written")), Err(DiskError::Full));
        fs::remove_file(&filler).unwrap();
        // Somebody else takes the space meanwhile.
        let mut crowd = |done| {
            if done == 1 << 20 {
                leave(0, &filler);
            }
            true
        };
        assert_eq!(save(&blob, &target, &mut crowd), Err(DiskError::Full));
        assert!(!target.exists());
        fs::remove_file(&filler).unwrap();
        drop(blob);
        mount(&["-o", "remount,ro"], &disk);
        let store = BlobStore::new(disk.join("files"), None);
        assert_eq!(store.create([2; 16], &KEY, 1).err(), Some(DiskError::Denied));
        assert_eq!(store.remove([1; 16]).err(), Some(DiskError::Denied));
        mount(&["-o", "remount,rw"], &disk);
        let blob = store.open([1; 16], &KEY, content.len() as u64).unwrap();
        let elsewhere = Path::new("/proc/letter");
        assert!(save(&blob, elsewhere, &mut |_| true).is_err());
        save(&blob, &target, &mut |_| true).unwrap();
        assert_eq!(fs::read(&target).unwrap(), content);
    });
}

#[test]
fn a_second_process_is_told_that_the_profile_is_in_use() {
    const NAME: &str = "a_second_process_is_told_that_the_profile_is_in_use";
    if let Some(profile) = std::env::var_os(DISK) {
        assert_eq!(Vault::open(Path::new(&profile), &passphrase()).err(), Some(VaultError::InUse));
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let profile = dir.path().join("profile");
    let held = vault(&profile);
    let mut second = Command::new(std::env::current_exe().unwrap());
    assert!(second.args(["--exact", NAME]).env(DISK, &profile).status().unwrap().success());
    drop(held);
    Vault::open(&profile, &passphrase()).unwrap();
}

async fn receive_until_the_disk_is_full(disk: PathBuf) {
    let road = kit::road();
    let mut alice = Person::new(&road, "alice").await;
    let mut bob = Person::with(&road, "bob", vault(&disk.join("profile")), Limits::default()).await;
    let (to_bob, to_alice) = kit::acquaint(&mut alice, &mut bob).await;
    let filler = disk.join("filler");
    leave(ROOM, &filler);
    let mut sent = Vec::new();
    for number in 0..MESSAGES {
        let text = format!("{number} {}", "words ".repeat(1_500));
        sent.push(alice.engine.send_message(to_bob, text.into()).await.unwrap());
    }
    bob.until(|event| match event {
        Event::Contact(view) => {
            matches!(&view.presence, Presence::Offline { reason, .. } if reason.to_string().contains("disk is full"))
        }
        _ => false,
    })
    .await;
    let delivered = alice.engine.messages(to_bob, Page { before: None, after: None, limit: 1_000 }).await.unwrap();
    let delivered = delivered.iter().filter(|view| view.state == Delivery::Delivered).count();
    let stored = bob.texts(to_alice).await.len();
    assert!(delivered <= stored, "{delivered} acknowledged, {stored} stored");
    assert!(stored < MESSAGES, "the disk was not small enough");

    fs::remove_file(filler).unwrap();
    alice.engine.retry_contact(to_bob).await.unwrap();
    for message in sent {
        alice.until_delivered(message).await;
    }
    let numbers: Vec<usize> =
        bob.texts(to_alice).await.iter().map(|text| text.split(' ').next().unwrap().parse().unwrap()).collect();
    assert!(numbers.into_iter().eq(0..MESSAGES), "each once, in order");
}

/// Runs `test` with a small disk, in this program started again.
///
/// Small, but with room for the database's log, which is folded in at 4 MiB.
fn on_small_disk(name: &str, test: impl FnOnce(PathBuf)) {
    if let Some(disk) = std::env::var_os(DISK) {
        return test(disk.into());
    }
    let dir = tempfile::tempdir().unwrap();
    let inside = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "sh", "-c"])
        .arg(r#"mount -t tmpfs -o size=32m pelure "$PELURE_TEST_DISK" && exec "$0" "$@""#)
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(DISK, dir.path())
        .status()
        .unwrap();
    assert!(inside.success());
}

/// Fills the disk up to so many bytes.
fn leave(room: u64, filler: &Path) {
    let mut file = fs::File::create(filler).unwrap();
    while file.write_all(&[1; PAGE]).is_ok() {}
    let full = file.metadata().unwrap().len();
    file.set_len(full - room).unwrap();
}

fn mount(args: &[&str], disk: &Path) {
    assert!(Command::new("mount").args(args).arg(disk).status().unwrap().success());
}

fn vault(profile: &Path) -> Vault {
    create(profile).unwrap()
}

fn create(profile: &Path) -> Result<Vault, VaultError> {
    Vault::create(profile, &passphrase(), Cost::DANGEROUSLY_CHEAP, &mut SystemRandom)
}

fn passphrase() -> Passphrase {
    Passphrase::new("a small disk".to_owned())
}

fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test);
}

/// Names the small disk to the inner run.
const DISK: &str = "PELURE_TEST_DISK";

/// Room for some of the messages, not for all.
const ROOM: u64 = 400 * 1024;
const MESSAGES: usize = 100;
const PAGE: usize = 16 * 1024;

/// Of sealed files.
const KEY: [u8; 32] = [7; 32];
const BLOCK: usize = 64 * 1024;
const BLOCKS: u32 = 128;
