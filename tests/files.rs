//! Files between two engines on the road in memory: they arrive whole or say why not, whoever stops, leaves or lies.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what went wrong by failing"
)]

mod kit;
#[path = "kit/png.rs"]
mod png;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use kit::{Person, acquaint};
use pelure::engine::{
    EngineError, Event, FileReason, FileState, Limits, MachineClock, OfferOptions, SystemRandom, TransferView,
};
use pelure::vault::{ContactId, Cost, Passphrase, TransferId, Vault};
use pelure::wire::limits::FILE_CIRCUITS_MOST;
use pelure_onion::Memory;
use pelure_onion::memory::Condition;
use tempfile::TempDir;

/// Two people who are contacts, each with a place for files, and a place for what they share.
struct Two {
    ada: Person,
    bob: Person,
    to_bob: ContactId,
    desk: TempDir,
    _places: [TempDir; 2],
}

impl Two {
    async fn new() -> Self {
        Self::on(&kit::road()).await
    }

    async fn on(road: &Memory) -> Self {
        let places = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let mut ada = person(road, "ada", traceless(), places[0].path()).await;
        let mut bob = person(road, "bob", traceless(), places[1].path()).await;
        let (to_bob, _) = acquaint(&mut ada, &mut bob).await;
        Self { ada, bob, to_bob, desk: tempfile::tempdir().unwrap(), _places: places }
    }

    /// A file on the desk with this content.
    fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.desk.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    /// Ada offers, bob hears of it. Gives each one's name of it.
    async fn offer(&mut self, path: &Path) -> (TransferId, TransferId) {
        let ours = self.ada.engine.offer_file(self.to_bob, path.to_owned(), plain()).await.unwrap();
        (ours, offered(&mut self.bob).await.transfer)
    }

    /// Bob takes an offer whose source changed: that may be known already, since circuits are joined ahead.
    async fn accept_late(&mut self, theirs: TransferId) {
        if let Err(error) = self.bob.engine.accept_file(theirs).await {
            assert_eq!(error.kind(), "not_allowed_now");
            assert_eq!(self.bob.engine.transfer(theirs).await.unwrap().state, FileState::Failed);
        }
    }

    /// Bob takes an offer; both see it done.
    async fn take(&mut self, (ours, theirs): (TransferId, TransferId)) {
        self.bob.engine.accept_file(theirs).await.unwrap();
        until(&mut self.bob, theirs, FileState::Done).await;
        until(&mut self.ada, ours, FileState::Done).await;
    }
}

async fn person(road: &Memory, name: &str, vault: Vault, files: &Path) -> Person {
    let clock = Arc::new(MachineClock::new());
    let (engine, events) = kit::start_at(road, vault, files, Limits::default(), clock).await;
    let view = engine.create_identity(name).await.unwrap();
    Person { engine, events, identity: view.identity, address: view.address.onion() }
}

fn traceless() -> Vault {
    Vault::traceless(&mut SystemRandom).unwrap()
}

fn plain() -> OfferOptions {
    OfferOptions { clean: false, name: None }
}

async fn offered(person: &mut Person) -> TransferView {
    match person.until(|event| matches!(event, Event::FileOffered(_))).await {
        Event::FileOffered(view) => view,
        _ => unreachable!(),
    }
}

/// Returns when a transfer is where it is to be, whether that was told already or not.
async fn until(person: &mut Person, transfer: TransferId, wanted: FileState) -> TransferView {
    loop {
        let view = person.engine.transfer(transfer).await.unwrap();
        if view.state == wanted {
            return view;
        }
        let ends =
            matches!(view.state, FileState::Failed | FileState::Cancelled | FileState::Declined | FileState::Done);
        assert!(!ends, "{view:?}");
        person.until(|event| matches!(event, Event::FileState(view) | Event::FileProgress(view) if view.transfer == transfer)).await;
    }
}

/// Bytes that do not repeat.
fn noise(length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    blake3::Hasher::new().finalize_xof().fill(&mut bytes);
    bytes
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_of_every_size_arrive_as_they_were() {
    let mut two = Two::new().await;
    for size in [0, 1, 65_536, 65_537, 1024 * 1024 + 1, 5 * 1024 * 1024 + 17] {
        let content = noise(size);
        let path = two.file(&format!("{size}.bin"), &content);
        let names = two.offer(&path).await;
        two.take(names).await;
        let saved = two.desk.path().join(format!("saved {size}"));
        two.bob.engine.save_file(names.1, saved.clone()).await.unwrap();
        assert!(std::fs::read(&saved).unwrap() == content, "{size} bytes");
        let again = two.bob.engine.save_file(names.1, saved).await;
        assert_eq!(again.unwrap_err().kind(), "already_exists");
        let view = two.bob.engine.transfer(names.1).await.unwrap();
        assert_eq!((view.done, view.size), (size as u64, size as u64));
        assert_eq!(view.root, *blake3::hash(&content).as_bytes());
        assert_eq!(*two.bob.engine.file_bytes(names.1, u64::MAX).await.unwrap(), content);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_arrives_with_its_files() {
    let mut two = Two::new().await;
    let folder = two.desk.path().join("papers");
    std::fs::create_dir_all(folder.join("a/b")).unwrap();
    std::fs::write(folder.join("one"), noise(100_000)).unwrap();
    std::fs::write(folder.join("a/b/two"), b"2").unwrap();
    std::fs::write(folder.join("a/empty"), b"").unwrap();
    let names = two.offer(&folder).await;
    two.take(names).await;
    let saved = two.desk.path().join("saved");
    two.bob.engine.save_file(names.1, saved.clone()).await.unwrap();
    assert_eq!(std::fs::read(saved.join("one")).unwrap(), noise(100_000));
    assert_eq!(std::fs::read(saved.join("a/b/two")).unwrap(), b"2");
    assert_eq!(std::fs::read(saved.join("a/empty")).unwrap(), b"");
}

/// A picture of so many rows that do not repeat, with a comment that names somebody.
fn picture(rows: u32) -> Vec<u8> {
    let pixels = image::RgbaImage::from_raw(100, rows, noise(400 * rows as usize)).unwrap();
    let mut plain = std::io::Cursor::new(Vec::new());
    pixels.write_to(&mut plain, image::ImageFormat::Png).unwrap();
    png::with_comment(plain.get_ref())
}

/// Some files are changed by cleaning, and lie anywhere among the others and across the blocks that are sealed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_files_of_a_folder_are_cleaned_one_by_one() {
    let mut two = Two::new().await;
    let folder = two.desk.path().join("papers");
    std::fs::create_dir_all(folder.join("a")).unwrap();
    let files = [
        ("a/first.png", picture(180)),
        ("b.txt", b"text".to_vec()),
        ("c.bin", noise(200_000)),
        ("d.png", picture(1)),
        ("e", Vec::new()),
        ("f.png", picture(330)),
    ];
    for (name, content) in &files {
        std::fs::write(folder.join(name), content).unwrap();
    }
    let prepared = two.ada.engine.prepare_file(folder.clone(), true).await.unwrap();
    let ours = two.ada.engine.offer_file(two.to_bob, folder.clone(), OfferOptions::default()).await.unwrap();
    let theirs = offered(&mut two.bob).await;
    assert_eq!(theirs.size, prepared.size, "what was said is what is sent");
    assert_eq!(two.ada.engine.transfer(ours).await.unwrap().removed, ["author"]);
    assert_eq!((prepared.removed, prepared.kept), (vec!["author".to_owned()], vec!["text".into(), "unknown".into()]));
    two.take((ours, theirs.transfer)).await;
    let saved = two.desk.path().join("saved");
    two.bob.engine.save_file(theirs.transfer, saved.clone()).await.unwrap();
    for (name, content) in files {
        let is = std::fs::read(saved.join(name)).unwrap();
        let tells = |bytes: &[u8]| bytes.windows(8).any(|run| run == b"somebody");
        if name.ends_with("png") {
            assert!(tells(&content) && !tells(&is), "{name}");
            let pixels = |bytes: &[u8]| image::load_from_memory(bytes).unwrap();
            assert!(pixels(&content) == pixels(&is), "{name}");
        } else {
            assert!(is == content, "{name}");
        }
    }

    // Where nothing is to be removed, nothing is copied.
    for name in ["a/first.png", "d.png", "f.png"] {
        std::fs::write(folder.join(name), b"text").unwrap();
    }
    let ours = two.ada.engine.offer_file(two.to_bob, folder.clone(), OfferOptions::default()).await.unwrap();
    let theirs = offered(&mut two.bob).await.transfer;
    std::fs::write(folder.join("b.txt"), b"other").unwrap();
    two.accept_late(theirs).await;
    let view = until(&mut two.ada, ours, FileState::Failed).await;
    assert_eq!(view.failure, Some(FileReason::SourceChanged));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_offer_that_is_declined_or_cancelled_ends_on_both_sides() {
    let mut two = Two::new().await;
    let path = two.file("x", &noise(100));
    let (ours, theirs) = two.offer(&path).await;
    two.bob.engine.decline_file(theirs).await.unwrap();
    until(&mut two.ada, ours, FileState::Declined).await;
    let (ours, theirs) = two.offer(&path).await;
    two.ada.engine.cancel_file(ours).await.unwrap();
    until(&mut two.bob, theirs, FileState::Cancelled).await;
    let refused = two.bob.engine.accept_file(theirs).await.unwrap_err();
    assert_eq!(refused.kind(), "not_allowed_now");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_is_paused_rests_and_goes_on_where_it_was() {
    let mut two = Two::new().await;
    let content = noise(6 * 1024 * 1024);
    let path = two.file("long", &content);
    let (ours, theirs) = two.offer(&path).await;
    two.bob.engine.accept_file(theirs).await.unwrap();
    two.bob.until(|event| matches!(event, Event::FileProgress(view) if view.done > 0)).await;
    two.bob.engine.pause_file(theirs).await.unwrap();
    let paused = until(&mut two.bob, theirs, FileState::Paused).await;
    assert_eq!(paused.failure, None);
    two.bob.engine.resume_file(theirs).await.unwrap();
    until(&mut two.bob, theirs, FileState::Done).await;
    until(&mut two.ada, ours, FileState::Done).await;
    assert_eq!(*two.bob.engine.file_bytes(theirs, u64::MAX).await.unwrap(), content);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_changed_ends_the_transfer_and_says_so() {
    let mut two = Two::new().await;
    let path = two.file("mutable", &noise(3 * 1024 * 1024));
    let (ours, theirs) = two.offer(&path).await;
    std::fs::write(&path, b"something else").unwrap();
    two.accept_late(theirs).await;
    for (person, transfer) in [(&mut two.bob, theirs), (&mut two.ada, ours)] {
        let view = until(person, transfer, FileState::Failed).await;
        assert_eq!(view.failure, Some(FileReason::SourceChanged));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn circuits_are_joined_while_an_offer_waits_and_carry_the_file_when_it_is_accepted() {
    let road = kit::road();
    let mut two = Two::on(&road).await;
    let (before, content) = (road.circuits(), noise(9 * 1024 * 1024));
    let path = two.file("long", &content);
    let (ours, theirs) = two.offer(&path).await;
    until_circuits(&road, before + FILE_CIRCUITS_MOST).await;
    assert_eq!(two.ada.engine.transfer(ours).await.unwrap().state, FileState::Offered, "nobody has accepted it");
    assert_eq!(two.bob.engine.transfer(theirs).await.unwrap().state, FileState::Offered);
    // From now on nobody is reached any more.
    for address in [two.ada.onion(), two.bob.onion()] {
        road.set_condition(&address, Condition::Silent);
    }
    two.take((ours, theirs)).await;
    assert_eq!(*two.bob.engine.file_bytes(theirs, u64::MAX).await.unwrap(), content);
    until_circuits(&road, before).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_offers_again_and_again_does_not_make_us_dial_again_and_again() {
    let road = kit::road();
    let mut two = Two::on(&road).await;
    let before = road.circuits();
    let path = two.file("short", &noise(1000));
    let (ours, theirs) = two.offer(&path).await;
    until_circuits(&road, before + 1).await;
    two.bob.engine.decline_file(theirs).await.unwrap();
    until(&mut two.ada, ours, FileState::Declined).await;
    until_circuits(&road, before).await;

    let (ours, theirs) = two.offer(&path).await;
    // By the time that a message was there and back, a circuit would be announced.
    let message = two.ada.engine.send_message(two.to_bob, "did you see it".into()).await.unwrap();
    two.ada.until_delivered(message).await;
    assert_eq!(road.circuits(), before);
    two.take((ours, theirs)).await;
}

async fn until_circuits(road: &Memory, wanted: usize) {
    let counting = async {
        while road.circuits() != wanted {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let counted = tokio::time::timeout(kit::HANGING, counting).await;
    assert!(counted.is_ok(), "{} circuits, not {wanted}", road.circuits());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn circuits_that_break_are_replaced() {
    let road = kit::road();
    let mut two = Two::on(&road).await;
    let content = noise(6 * 1024 * 1024);
    let path = two.file("long", &content);
    let (ours, theirs) = two.offer(&path).await;
    two.bob.engine.accept_file(theirs).await.unwrap();
    for share in [1, 4, 16] {
        let so_far = content.len() as u64 * share / 32;
        let moved = |event: &Event| match event {
            Event::FileProgress(view) | Event::FileState(view) => view.done > so_far,
            _ => false,
        };
        two.bob.until(moved).await;
        road.cut_all();
    }
    until(&mut two.bob, theirs, FileState::Done).await;
    until(&mut two.ada, ours, FileState::Done).await;
    assert_eq!(*two.bob.engine.file_bytes(theirs, u64::MAX).await.unwrap(), content);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn offers_beyond_sixteen_wait_for_answers() {
    let mut two = Two::new().await;
    let path = two.file("small", b"small");
    let mut heard = Vec::new();
    for _ in 0..17 {
        two.ada.engine.offer_file(two.to_bob, path.clone(), plain()).await.unwrap();
    }
    for _ in 0..16 {
        heard.push(offered(&mut two.bob).await.transfer);
    }
    assert_eq!(two.bob.engine.transfers(None).await.unwrap().len(), 16);
    two.bob.engine.decline_file(heard[3]).await.unwrap();
    let last = offered(&mut two.bob).await.transfer;
    assert!(!heard.contains(&last));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_files_move_side_by_side_and_messages_pass_them() {
    let mut two = Two::new().await;
    let content = noise(3 * 1024 * 1024);
    let path = two.file("file", &content);
    let mut names = Vec::new();
    for _ in 0..5 {
        names.push(two.offer(&path).await);
    }
    for (_, theirs) in &names {
        two.bob.engine.accept_file(*theirs).await.unwrap();
    }
    two.ada.engine.send_message(two.to_bob, "in between".into()).await.unwrap();
    for (ours, theirs) in names {
        until(&mut two.bob, theirs, FileState::Done).await;
        until(&mut two.ada, ours, FileState::Done).await;
    }
    let texts: Vec<String> =
        two.ada.engine.messages(two.to_bob, kit::page(1)).await.unwrap().into_iter().map(|view| view.text).collect();
    assert_eq!(texts, ["in between"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transfer_goes_on_after_either_side_was_started_again() {
    let road = kit::road();
    let homes = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let mut ada = person(&road, "ada", vault(&homes[0]), &homes[0].path().join("files")).await;
    let mut bob = person(&road, "bob", vault(&homes[1]), &homes[1].path().join("files")).await;
    let (to_bob, _) = acquaint(&mut ada, &mut bob).await;
    let desk = tempfile::tempdir().unwrap();
    let content = noise(6 * 1024 * 1024);
    let path = desk.path().join("long");
    std::fs::write(&path, &content).unwrap();
    let ours = ada.engine.offer_file(to_bob, path, plain()).await.unwrap();
    let theirs = offered(&mut bob).await.transfer;
    bob.engine.accept_file(theirs).await.unwrap();
    bob.until(|event| matches!(event, Event::FileProgress(view) if view.done > 1024 * 1024)).await;
    bob = again(&road, bob, &homes[1]).await;
    let before = bob.engine.transfer(theirs).await.unwrap().done;
    bob.until(|event| matches!(event, Event::FileProgress(view) if view.done > 3 * 1024 * 1024)).await;
    ada = again(&road, ada, &homes[0]).await;
    until(&mut bob, theirs, FileState::Done).await;
    until(&mut ada, ours, FileState::Done).await;
    assert!(before > 0, "nothing was noted before the end");
    assert_eq!(*bob.engine.file_bytes(theirs, u64::MAX).await.unwrap(), content);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_file_is_not_offered() {
    let two = Two::new().await;
    let nothing = two.desk.path().join("nothing");
    let missing = two.ada.engine.offer_file(two.to_bob, nothing, plain()).await.unwrap_err();
    assert_eq!(missing.kind(), "not_found");
    let device = two.ada.engine.offer_file(two.to_bob, "/dev/null".into(), plain()).await.unwrap_err();
    assert!(matches!(device, EngineError::File(_)), "{device}");
    assert_eq!(two.ada.engine.transfers(None).await.unwrap(), []);
}

/// Ends an engine, and starts it again on what it kept.
async fn again(road: &Memory, person: Person, home: &TempDir) -> Person {
    let Person { engine, events, identity, address } = person;
    engine.shutdown().await;
    drop(events);
    engine.closed().await;
    let vault = Vault::open(home.path(), &Passphrase::new(PASSPHRASE.to_owned())).unwrap();
    let clock = Arc::new(MachineClock::new());
    let (engine, events) = kit::start_at(road, vault, &home.path().join("files"), Limits::default(), clock).await;
    Person { engine, events, identity, address }
}

fn vault(home: &TempDir) -> Vault {
    let passphrase = Passphrase::new(PASSPHRASE.to_owned());
    Vault::create(home.path(), &passphrase, Cost::DANGEROUSLY_CHEAP, &mut SystemRandom).unwrap()
}

const PASSPHRASE: &str = "of a test";
