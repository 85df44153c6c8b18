//! Calls and voice notes as two windows see them, on the road in memory, with devices of the test's own.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what went wrong by failing"
)]

#[path = "kit/mod.rs"]
mod kit;
#[path = "kit/window.rs"]
mod window;

use std::path::Path;
use std::sync::atomic::Ordering;

use kit::Person;
use pelure::wire::FileKind as Kind;
use pelure_onion::Memory;
use pelure_ui::intent::{Intent, Way};
use pelure_ui::keys::{ContactKey, TransferKey};
use pelure_ui::model::{CallStage, Ending, Fault, FileKind, FileState, Model, Notice, Spoken, Stage, Transfer, Trial};
use pelure_ui::settings::{Notify, Settings};
use pelure_ui::update::Update;
use window::devices::hum;
use window::{HANGING, PASSPHRASE, Someone, acquaint, secret};

/// Two people who are contacts and have their conversation open.
async fn pair(seed: u64, dir: Option<&Path>) -> (Someone, ContactKey, Someone, ContactKey) {
    let road = Memory::new(seed);
    let (mut alice, mut bob) = (Someone::arrive(&road, dir).await, Someone::arrive(&road, None).await);
    let (to_bob, to_alice) = acquaint(&mut alice, &mut bob).await;
    alice.open(to_bob).await;
    bob.open(to_alice).await;
    (alice, to_bob, bob, to_alice)
}

fn stage(model: &Model) -> Option<CallStage> {
    model.call.map(|call| call.stage)
}

fn is_active(model: &Model) -> bool {
    matches!(stage(model), Some(CallStage::Active { .. }))
}

fn rings(model: &Model) -> bool {
    stage(model) == Some(CallStage::Ringing)
}

fn ended(ending: Ending) -> impl Fn(&Model) -> bool {
    move |model| stage(model) == Some(CallStage::Ended(ending))
}

/// The only file of the conversation.
fn file(model: &Model) -> Option<&Transfer> {
    model.talk.as_ref()?.messages.iter().find_map(|message| message.file.as_deref())
}

/// Takes updates until this came to be outside of the window.
async fn hears(someone: &mut Someone) {
    let loud = async {
        while someone.devices.loudest() < 0.05 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(HANGING, loud).await.expect("nothing is heard");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_taken_heard_muted_and_ended() {
    let (mut alice, to_bob, mut bob, _) = pair(61, None).await;
    // What rings is heard here, too: Bob is not to ring.
    bob.wish(Intent::Set(Settings { notify: Notify::Never, ..Settings::default() })).await;
    bob.until(|model| model.settings.notify == Notify::Never).await;
    *alice.devices.said.lock().unwrap() = hum(60);
    alice.wish(Intent::CallStart(to_bob)).await;
    alice.until(|model| rings(model) && model.call.is_some_and(|call| !call.incoming)).await;
    bob.until(|model| rings(model) && model.call.is_some_and(|call| call.incoming)).await;
    assert_eq!(bob.devices.loudest(), 0.0, "Bob wants to be told of nothing");
    bob.wish(Intent::CallAccept).await;
    alice.until(is_active).await;
    bob.until(is_active).await;
    hears(&mut bob).await;
    alice.until(|model| model.call.is_some_and(|call| call.loudness.said > 0.0)).await;
    bob.until(|model| model.call.is_some_and(|call| call.loudness.heard > 0.0)).await;
    alice.until(|model| model.call.is_some_and(|call| call.delay.is_some())).await;
    alice.wish(Intent::CallMute(true)).await;
    alice.until(|model| model.call.is_some_and(|call| call.muted)).await;
    alice.wish(Intent::Disguise(true)).await;
    alice.until(|model| model.call.is_some_and(|call| call.disguised)).await;
    alice.wish(Intent::PushToTalk(true)).await;
    alice.until(|model| model.call.is_some_and(|call| call.push_to_talk)).await;
    bob.wish(Intent::CallHangUp).await;
    alice.until(ended(Ending::HungUp)).await;
    bob.until(ended(Ending::HungUp)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_rings_aloud_is_announced_without_a_name_and_declined() {
    let (mut alice, to_bob, mut bob, _) = pair(62, None).await;
    bob.wish(Intent::Focus(false)).await;
    alice.wish(Intent::CallStart(to_bob)).await;
    bob.until(rings).await;
    hears(&mut bob).await;
    let notes = bob.desk.notes.lock().unwrap().clone();
    assert!(notes.iter().any(|note| note.contains("calling")), "{notes:?}");
    assert!(notes.iter().all(|note| !note.contains("Alice")), "{notes:?}");
    bob.wish(Intent::CallDecline).await;
    alice.until(ended(Ending::Declined)).await;
    bob.until(|model| matches!(stage(model), Some(CallStage::Ended(_)))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_window_names_nobody_takes_no_call_and_can_refuse_it() {
    let dir = tempfile::tempdir().unwrap();
    let (mut alice, _, mut bob, to_alice) = pair(63, Some(&dir.path().join("alice"))).await;
    alice.wish(Intent::Lock).await;
    alice.until(|model| matches!(model.stage, Stage::Locked { .. })).await;
    let mark = alice.told.len();
    bob.wish(Intent::CallStart(to_alice)).await;
    alice.until(rings).await;
    assert!(!alice.told_since(mark).contains("Bob"), "{}", alice.told_since(mark));
    // Neither takes effect: the one because it is locked, the other because it comes after the refusal.
    for intent in [Intent::CallAccept, Intent::CallDecline, Intent::CallAccept] {
        alice.wish(intent).await;
    }
    bob.until(ended(Ending::Declined)).await;
    alice.wish(Intent::Unlock { passphrase: secret(PASSPHRASE) }).await;
    alice.until(|model| model.stage == Stage::Open).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_comes_during_another_is_missed_and_said() {
    let road = Memory::new(70);
    let mut alice = Someone::arrive(&road, None).await;
    let (mut bob, mut clara) = (Someone::arrive(&road, None).await, Someone::arrive(&road, None).await);
    let (to_bob, _) = acquaint(&mut alice, &mut bob).await;
    let (to_alice, _) = acquaint(&mut clara, &mut alice).await;
    alice.wish(Intent::CallStart(to_bob)).await;
    bob.until(rings).await;
    clara.wish(Intent::CallStart(to_alice)).await;
    clara.until(ended(Ending::Busy)).await;
    alice.until(|model| model.notices.iter().any(|notice| matches!(notice, Notice::Missed(_)))).await;
    assert!(rings(&alice.model), "the other call goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_goes_on_while_the_screen_is_locked() {
    let dir = tempfile::tempdir().unwrap();
    let (mut alice, to_bob, mut bob, _) = pair(64, Some(&dir.path().join("alice"))).await;
    alice.wish(Intent::CallStart(to_bob)).await;
    bob.until(rings).await;
    bob.wish(Intent::CallAccept).await;
    alice.until(is_active).await;
    alice.wish(Intent::Lock).await;
    alice.until(|model| matches!(model.stage, Stage::Locked { .. })).await;
    alice.wish(Intent::CallMute(true)).await;
    alice.until(|model| is_active(model) && model.call.is_some_and(|call| call.muted)).await;
    alice.wish(Intent::CallHangUp).await;
    bob.until(ended(Ending::HungUp)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_is_spoken_sent_accepted_and_played_on_both_sides() {
    let (mut alice, to_bob, mut bob, _) = pair(65, None).await;
    *alice.devices.said.lock().unwrap() = hum(60);
    alice.wish(Intent::NoteRecord(to_bob)).await;
    alice.until(|model| model.recording.is_some_and(|note| note.seconds >= 1 && note.level > 0.1)).await;
    alice.wish(Intent::NoteSend).await;
    alice.until(|model| model.recording.is_none() && file(model).is_some()).await;
    bob.until(|model| file(model).is_some_and(|file| file.state == FileState::Offered)).await;
    let offer = file(&bob.model).unwrap().clone();
    let FileKind::VoiceNote { seconds } = offer.kind else { panic!("{offer:?}") };
    assert!((1..10).contains(&seconds) && (offer.size - 16).is_multiple_of(250 * 40), "{offer:?}");
    bob.wish(Intent::NotePlay(offer.key)).await;
    bob.until_notice(Notice::Failed(Fault::NotAllowedNow)).await;
    bob.wish(Intent::AcceptFile(offer.key)).await;
    bob.until(|model| file(model).is_some_and(|file| file.state == FileState::Done)).await;
    let ours = file(&alice.model).unwrap().key;
    for (someone, key) in [(&mut bob, offer.key), (&mut alice, ours)] {
        someone.wish(Intent::NotePlay(key)).await;
        someone.until(|model| model.playing.is_some_and(|playing| playing.of == seconds && playing.seconds >= 1)).await;
        someone.until(|model| model.playing.is_none()).await;
        assert!(someone.devices.loudest() > 0.05, "it was not heard");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_waits_is_discarded_and_is_forgotten_by_a_locked_window() {
    let dir = tempfile::tempdir().unwrap();
    let (mut alice, to_bob, _bob, _) = pair(66, Some(&dir.path().join("alice"))).await;
    for end in [Intent::NoteDiscard, Intent::Lock] {
        alice.wish(Intent::NoteRecord(to_bob)).await;
        alice
            .until(|model| model.recording.is_some_and(|note| note.stage == Spoken::Speaking && note.seconds >= 1))
            .await;
        alice.wish(Intent::NoteStop).await;
        alice.until(|model| model.recording.is_some_and(|note| note.stage == Spoken::Whole)).await;
        alice.wish(end).await;
        alice.until(|model| model.recording.is_none()).await;
    }
    alice.until(|model| matches!(model.stage, Stage::Locked { .. })).await;
    alice.wish(Intent::NoteSend).await;
    alice.wish(Intent::Unlock { passphrase: secret(PASSPHRASE) }).await;
    alice.until(|model| model.stage == Stage::Open).await;
    alice.open(to_bob).await;
    assert!(alice.model.recording.is_none() && file(&alice.model).is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_only_says_it_is_a_note_is_not_played() {
    let road = Memory::new(69);
    let (mut alice, mut mallory) = (Someone::arrive(&road, None).await, Person::new(&road, "Mallory").await);
    let to_alice =
        mallory.engine.add_contact(mallory.identity, &alice.address(), "Alice", String::new()).await.unwrap();
    alice.until(|model| model.requests.len() == 1).await;
    let request = alice.model.requests[0].key;
    alice.wish(Intent::Accept { request, name: "Mallory".into() }).await;
    mallory.until_accepted(to_alice).await;
    alice.until(|model| model.contacts.len() == 1).await;
    let contact = alice.contact().key;
    alice.open(contact).await;
    for bytes in [b"RIFF no note at all".to_vec(), vec![0; 2_000_000]] {
        let (name, kind) = ("voice note".to_owned(), Kind::VoiceNote { seconds: 5 });
        mallory.engine.offer_bytes(to_alice, name, bytes.into(), kind, false).await.unwrap();
        alice.until(|model| file(model).is_some_and(|file| file.state == FileState::Offered)).await;
        let (key, message) = file(&alice.model).map(|file| (file.key, file.message)).unwrap();
        alice.wish(Intent::AcceptFile(key)).await;
        alice.until(|model| file(model).is_some_and(|file| file.state == FileState::Done)).await;
        let mark = alice.told.len();
        alice.wish(Intent::NotePlay(key)).await;
        alice.until_told(|update| matches!(update, Update::Failed(Fault::NoteUnreadable))).await;
        assert!(!alice.told_since(mark).contains("Playing(Some"), "{}", alice.told_since(mark));
        alice.wish(Intent::DeleteHere(message)).await;
        alice.until(|model| file(model).is_none()).await;
    }
    assert_eq!(alice.devices.loudest(), 0.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_without_devices_says_so() {
    let (mut alice, to_bob, _bob, _) = pair(67, None).await;
    alice.devices.missing.store(true, Ordering::Relaxed);
    alice.wish(Intent::NoteRecord(to_bob)).await;
    alice.until_notice(Notice::Failed(Fault::NoMicrophone)).await;
    alice.until(|model| model.recording.is_none()).await;
    alice.wish(Intent::LookAtSound).await;
    alice.wish(Intent::AudioTest(true)).await;
    alice.until(|model| model.sound.as_ref().is_some_and(|sound| sound.trial == Trial::NoMicrophone)).await;
    alice.wish(Intent::NotePlay(TransferKey(9_999))).await;
    alice.until_notice(Notice::Failed(Fault::NotFound)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sound_is_tried_chosen_and_kept() {
    let dir = tempfile::tempdir().unwrap();
    let (home, road) = (dir.path().join("alice"), Memory::new(68));
    let mut alice = Someone::arrive(&road, Some(&home)).await;
    *alice.devices.said.lock().unwrap() = hum(10);
    alice.wish(Intent::LookAtSound).await;
    alice.until(|model| model.sound.is_some()).await;
    let sound = alice.model.sound.clone().unwrap();
    let name = sound.microphones[1].name.as_str().to_owned();
    assert!(!name.contains('\u{202e}') && !sound.microphones[1].chosen, "{name}");
    let trial = |wanted| move |model: &Model| model.sound.as_ref().is_some_and(|sound| sound.trial == wanted);
    alice.wish(Intent::AudioTest(true)).await;
    alice.until(|model| model.sound.as_ref().is_some_and(|sound| sound.level > 0.1)).await;
    alice.until(trial(Trial::Playing)).await;
    alice.until(trial(Trial::Idle)).await;
    assert!(alice.devices.loudest() > 0.05, "it was not played back");
    alice.wish(Intent::AudioTest(true)).await;
    alice.until(trial(Trial::Recording)).await;
    alice.wish(Intent::AudioTest(false)).await;
    alice.until(trial(Trial::Idle)).await;
    for intent in [Intent::ChooseDevice(Way::In, Some(name)), Intent::Headset(true), Intent::Disguise(true)] {
        alice.wish(intent).await;
    }
    alice.until(|model| model.sound.as_ref().is_some_and(|sound| sound.microphones[1].chosen && sound.disguise)).await;
    alice.leave().await;

    let mut alice = Someone::start(&road, Some(&home));
    alice.until(|model| matches!(model.stage, Stage::Sealed { .. })).await;
    alice.wish(Intent::Unlock { passphrase: secret(PASSPHRASE) }).await;
    alice.until(|model| model.stage == Stage::Open).await;
    alice.wish(Intent::LookAtSound).await;
    alice.until(|model| model.sound.as_ref().is_some_and(|sound| sound.headset && sound.disguise)).await;
}
