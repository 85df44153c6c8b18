//! Files as two windows see them: chosen, looked into, offered, received, shown and saved, on the road in memory.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what went wrong by failing"
)]

#[path = "kit/png.rs"]
mod png;
#[path = "kit/window.rs"]
mod window;

use std::path::{Path, PathBuf};

use image::{ImageFormat, Rgba, RgbaImage};
use pelure::desk::DeskError;
use pelure_onion::Memory;
use pelure_ui::intent::{Intent, Source};
use pelure_ui::keys::{ContactKey, ParcelKey};
use pelure_ui::model::{
    Chosen, Done, Fault, FileState, Model, Notice, Packing, Parcel, Purpose, Removed, Stage, Transfer, Uncleaned,
};
use pelure_ui::settings::{Notify, Settings};
use pelure_ui::update::Update;
use window::{PASSPHRASE, Someone, acquaint, secret};

/// Two people who are contacts and have their conversation open.
async fn pair(road: &Memory, dir: Option<&Path>) -> (Someone, ContactKey, Someone, ContactKey) {
    let (mut alice, mut bob) = (Someone::arrive(road, dir).await, Someone::arrive(road, None).await);
    let (to_bob, to_alice) = acquaint(&mut alice, &mut bob).await;
    alice.open(to_bob).await;
    bob.open(to_alice).await;
    (alice, to_bob, bob, to_alice)
}

/// The file of the only message that offers one.
fn file(model: &Model) -> Option<&Transfer> {
    model.talk.as_ref()?.messages.iter().find_map(|message| message.file.as_deref())
}

fn is(model: &Model, state: FileState) -> bool {
    file(model).is_some_and(|file| file.state == state)
}

fn packed(parcel: &Parcel) -> bool {
    matches!(parcel.packing, Packing::Ready { .. } | Packing::Refused(_))
}

/// Chooses something and waits until it was looked into.
async fn pack(someone: &mut Someone, contact: ContactKey, source: Source, count: usize) -> Vec<Parcel> {
    someone.wish(Intent::Pack(contact, source)).await;
    someone.until(|model| model.parcels.len() == count && model.parcels.iter().all(packed)).await;
    someone.model.parcels.clone()
}

async fn send(someone: &mut Someone, contact: ContactKey, parcel: ParcelKey, name: &str) {
    let parcels = vec![(parcel, name.to_owned())];
    someone.wish(Intent::SendFiles { contact, parcels, clean: true }).await;
    someone.until(|model| model.parcels.is_empty()).await;
    someone.until(|model| file(model).is_some()).await;
}

fn write(dir: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = dir.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

fn png() -> Vec<u8> {
    let picture = RgbaImage::from_fn(40, 30, |x, y| Rgba([u8::try_from(x).unwrap(), u8::try_from(y).unwrap(), 9, 255]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

#[tokio::test]
async fn a_file_is_offered_received_and_saved_and_no_path_reaches_the_window() {
    let road = Memory::new(31);
    let (mut alice, to_bob, mut bob, to_alice) = pair(&road, None).await;
    let dir = tempfile::tempdir().unwrap();
    let content: Vec<u8> = (0..300_000u32).map(|n| (n * 7 % 251) as u8).collect();
    let path = write(dir.path(), "minutes of the meeting.txt", &content);

    let parcels = pack(&mut alice, to_bob, Source::Dropped(vec![path]), 1).await;
    let Packing::Ready { removed, uncleaned, .. } = &parcels[0].packing else { panic!("{parcels:?}") };
    assert_eq!((removed.len(), uncleaned.len(), parcels[0].size), (0, 1, 300_000));
    send(&mut alice, to_bob, parcels[0].key, "minutes.txt").await;
    let told = alice.told_since(0);
    assert!(!told.contains(dir.path().to_str().unwrap()), "the window was told a path");

    bob.until(|model| is(model, FileState::Offered)).await;
    let offer = file(&bob.model).unwrap().clone();
    assert_eq!((offer.name.as_str(), offer.incoming, offer.size), ("minutes.txt", true, 300_000));
    assert!(bob.contact().last.as_ref().unwrap().file);
    bob.wish(Intent::AcceptFile(offer.key)).await;
    bob.until(|model| is(model, FileState::Done)).await;
    alice.until(|model| is(model, FileState::Done)).await;
    bob.wish(Intent::ListFiles(to_alice)).await;
    bob.until(|model| model.files.as_ref().is_some_and(|files| files.transfers.len() == 1)).await;

    bob.wish(Intent::Choose(Purpose::SaveFile(offer.key))).await;
    bob.until(|model| model.chosen == Some(Chosen { purpose: Purpose::SaveFile(offer.key), path: None })).await;
    assert_eq!(*bob.desk.offered.lock().unwrap(), ["minutes.txt"]);
    let saved = dir.path().join("saved.txt").to_str().unwrap().to_owned();
    for notice in [Notice::Done(Done::FileSaved), Notice::Failed(Fault::AlreadyExists)] {
        bob.wish(Intent::SaveFile { transfer: offer.key, path: saved.clone() }).await;
        bob.until_notice(notice).await;
    }
    assert_eq!(std::fs::read(&saved).unwrap(), content);

    bob.wish(Intent::DeleteHere(offer.message)).await;
    bob.until(|model| model.files.as_ref().is_some_and(|files| files.transfers.is_empty())).await;
}

#[tokio::test]
async fn a_picture_is_cleaned_and_looked_at_by_the_other_side() {
    let road = Memory::new(32);
    let (mut alice, to_bob, mut bob, _) = pair(&road, None).await;
    let dir = tempfile::tempdir().unwrap();
    let path = write(dir.path(), "photo.png", &png::with_comment(&png()));
    let parcels = pack(&mut alice, to_bob, Source::Typed(path.to_str().unwrap().to_owned()), 1).await;
    let Packing::Ready { removed, uncleaned, .. } = &parcels[0].packing else { panic!("{parcels:?}") };
    assert!(!removed.is_empty() && uncleaned.is_empty(), "{removed:?} {uncleaned:?}");
    send(&mut alice, to_bob, parcels[0].key, "photo.png").await;
    alice.until(|model| file(model).is_some_and(|file| !file.removed.is_empty())).await;

    bob.until(|model| is(model, FileState::Offered)).await;
    let key = file(&bob.model).unwrap().key;
    bob.wish(Intent::ShowPicture(key)).await;
    bob.until(|model| model.find_picture(key).is_some_and(|picture| picture.pixels.is_err())).await;
    bob.wish(Intent::AcceptFile(key)).await;
    bob.until(|model| is(model, FileState::Done)).await;
    bob.wish(Intent::ShowPicture(key)).await;
    bob.until(|model| model.find_picture(key).is_some_and(|picture| picture.pixels.is_ok())).await;
    let pixels = bob.model.find_picture(key).unwrap().pixels.clone().unwrap();
    assert_eq!((pixels.size(), &pixels.rgba()[..4]), ([40, 30], &[0, 0, 9, 255][..]));
    let saved = dir.path().join("cleaned.png");
    bob.wish(Intent::SaveFile { transfer: key, path: saved.to_str().unwrap().to_owned() }).await;
    bob.until_notice(Notice::Done(Done::FileSaved)).await;
    let saved = std::fs::read(saved).unwrap();
    assert!(!saved.windows(8).any(|run| run == b"somebody"));
    assert!(!removed.contains(&Removed::Position));
}

#[tokio::test]
async fn a_pasted_picture_needs_no_file() {
    let road = Memory::new(33);
    let (mut alice, to_bob, mut bob, _) = pair(&road, None).await;
    // Where there is no text, the window is told so, and asks for the picture.
    alice.wish(Intent::Paste).await;
    alice.until_told(|update| matches!(update, Update::NoText)).await;
    alice.wish(Intent::Pack(to_bob, Source::Clipboard)).await;
    alice.until_notice(Notice::Failed(Fault::NoPicture)).await;
    *alice.desk.picture.lock().unwrap() = Ok(png());
    let parcels = pack(&mut alice, to_bob, Source::Clipboard, 1).await;
    send(&mut alice, to_bob, parcels[0].key, "sketch.png").await;
    bob.until(|model| is(model, FileState::Offered)).await;
    let key = file(&bob.model).unwrap().key;
    bob.wish(Intent::AcceptFile(key)).await;
    bob.until(|model| is(model, FileState::Done)).await;
}

#[tokio::test]
async fn a_folder_comes_as_one_entry() {
    let road = Memory::new(34);
    let (mut alice, to_bob, mut bob, _) = pair(&road, None).await;
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("evidence");
    std::fs::create_dir_all(folder.join("inner")).unwrap();
    write(&folder, "one.txt", b"one");
    write(&folder.join("inner"), "two.txt", b"two");
    *alice.desk.picked.lock().unwrap() = Ok(vec![folder]);
    let parcels = pack(&mut alice, to_bob, Source::Folder, 1).await;
    let Packing::Ready { uncleaned, .. } = &parcels[0].packing else { panic!("{parcels:?}") };
    assert_eq!(*uncleaned, [Uncleaned::Text]);
    send(&mut alice, to_bob, parcels[0].key, "evidence").await;
    bob.until(|model| is(model, FileState::Offered)).await;
    let key = file(&bob.model).unwrap().key;
    bob.wish(Intent::AcceptFile(key)).await;
    bob.until(|model| is(model, FileState::Done)).await;
    let target = dir.path().join("received");
    bob.wish(Intent::SaveFile { transfer: key, path: target.to_str().unwrap().to_owned() }).await;
    bob.until_notice(Notice::Done(Done::FileSaved)).await;
    assert_eq!(std::fs::read(target.join("inner/two.txt")).unwrap(), b"two");
}

#[tokio::test]
async fn what_cannot_be_sent_says_why_and_what_is_too_much_is_refused() {
    let road = Memory::new(35);
    let (mut alice, to_bob, _bob, _) = pair(&road, None).await;
    let dir = tempfile::tempdir().unwrap();
    let gone = dir.path().join("gone");
    let paths = vec![gone, PathBuf::from("/dev/zero"), write(dir.path(), "empty.txt", b"")];
    let parcels = pack(&mut alice, to_bob, Source::Dropped(paths), 3).await;
    assert_eq!(parcels[0].packing, Packing::Refused(Fault::NotFound));
    assert_eq!(parcels[1].packing, Packing::Refused(Fault::NotAFile));
    assert!(matches!(parcels[2].packing, Packing::Ready { .. }), "a file without a byte is a file");
    for parcel in &parcels {
        alice.wish(Intent::Unpack(parcel.key)).await;
    }
    alice.until(|model| model.parcels.is_empty()).await;
    *alice.desk.picked.lock().unwrap() = Ok(vec![PathBuf::from("/dev/null"); 101]);
    alice.wish(Intent::Pack(to_bob, Source::Files)).await;
    alice.until_notice(Notice::Failed(Fault::TooMany)).await;
    // Without a dialog on this desktop the window asks for a path.
    *alice.desk.picked.lock().unwrap() = Err(DeskError::Absent);
    alice.wish(Intent::Pack(to_bob, Source::Files)).await;
    alice.until(|model| model.chosen == Some(Chosen { purpose: Purpose::Send(to_bob), path: None })).await;
}

#[tokio::test]
async fn a_file_that_changes_before_it_is_offered_is_not_sent_and_that_is_said() {
    let road = Memory::new(36);
    let (mut alice, to_bob, _bob, _) = pair(&road, None).await;
    let dir = tempfile::tempdir().unwrap();
    let path = write(dir.path(), "a.txt", b"a");
    let parcels = pack(&mut alice, to_bob, Source::Dropped(vec![path.clone()]), 1).await;
    std::fs::remove_file(path).unwrap();
    let parcels = vec![(parcels[0].key, "a.txt".to_owned())];
    alice.wish(Intent::SendFiles { contact: to_bob, parcels, clean: true }).await;
    alice.until(|model| model.parcels[0].packing == Packing::Refused(Fault::NotFound)).await;
    assert!(file(&alice.model).is_none());
}

#[tokio::test]
async fn a_locked_window_forgets_what_was_chosen_and_a_notification_names_no_file() {
    let road = Memory::new(37);
    let dir = tempfile::tempdir().unwrap();
    let profile = dir.path().join("alice");
    let (mut alice, to_bob, mut bob, to_alice) = pair(&road, Some(&profile)).await;
    let path = write(dir.path(), "plan.txt", b"plan");
    pack(&mut alice, to_bob, Source::Dropped(vec![path.clone()]), 1).await;
    alice.wish(Intent::Set(Settings { notify: Notify::Name, ..Settings::default() })).await;
    alice.wish(Intent::Lock).await;
    alice.until(|model| matches!(model.stage, Stage::Locked { .. })).await;
    let mark = alice.told.len();

    let parcels = pack(&mut bob, to_alice, Source::Dropped(vec![path]), 1).await;
    send(&mut bob, to_alice, parcels[0].key, "secret plan.txt").await;
    alice.until(|model| model.stage == Stage::Locked { fault: None, unread: 1 }).await;
    assert!(!alice.told_since(mark).contains("plan"), "{}", alice.told_since(mark));
    let notes = || alice.desk.notes.lock().unwrap().clone();
    tokio::time::timeout(std::time::Duration::from_secs(60), async {
        while notes().is_empty() {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
    assert!(notes().iter().all(|note| !note.contains("plan") && !note.contains("Bob")), "{:?}", notes());

    alice.wish(Intent::Unlock { passphrase: secret(PASSPHRASE) }).await;
    alice.until(|model| model.stage == Stage::Open).await;
    assert!(alice.model.parcels.is_empty());
    alice.open(to_bob).await;
    assert!(is(&alice.model, FileState::Offered));
}
