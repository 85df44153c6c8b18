//! Calls between engines on the road in memory, with real codecs and real time: what one says the other hears, whatever
//! circuits and sessions do.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what went wrong by failing"
)]

mod kit;

use std::sync::Arc;
use std::time::Duration;

use kit::clock::SetClock;
use kit::sound::Voice;
use kit::tone::{is_silence, is_tone, tone};
use kit::{HANGING, Person, acquaint};
use pelure::engine::{CallView, Draft, EngineError, Event, FileState, OfferOptions, Sound};
use pelure::vault::ContactId;
use pelure::voice::device::{Choice, DeviceError};
use pelure::voice::note::Note;
use pelure::voice::pcm::{BLOCK, RATE};
use pelure::voice::wav::{Recording, WavError};
use pelure::voice::{CallError, Ending, Stage, Stats};
use pelure::wire::limits::RING_FOR;
use pelure::wire::{CallId, FileKind, Profile};
use pelure_onion::Memory;

/// Two people who are contacts and can talk.
struct Two {
    road: Memory,
    ada: Voice,
    bob: Voice,
    to_bob: ContactId,
    to_ada: ContactId,
}

impl Two {
    async fn new() -> Self {
        let road = kit::road();
        let mut ada = Voice::new(&road, "ada", ADA).await;
        let mut bob = Voice::new(&road, "bob", BOB).await;
        let (to_bob, to_ada) = acquaint(&mut ada.person, &mut bob.person).await;
        Self { road, ada, bob, to_bob, to_ada }
    }

    /// Ada calls and bob accepts; both hear each other.
    async fn talking(&mut self, profile: Profile) -> CallId {
        let call = self.ada.person.engine.start_call(self.to_bob, profile).await.unwrap();
        assert_eq!(incoming(&mut self.bob.person).await.call, call);
        self.bob.person.engine.accept_call(call).await.unwrap();
        until(&mut self.ada.person, Stage::Active).await;
        until(&mut self.bob.person, Stage::Active).await;
        self.hear_each_other().await;
        call
    }

    /// Returns when there are so many circuits.
    async fn until_circuits(&self, count: usize) {
        let there = async {
            while self.road.circuits() != count {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(HANGING, there).await.unwrap_or_else(|_| panic!("never {count} circuits"));
    }

    async fn hear_each_other(&mut self) {
        self.bob.until_heard(|sound| is_tone(sound, ADA)).await;
        self.ada.until_heard(|sound| is_tone(sound, BOB)).await;
    }
}

async fn incoming(person: &mut Person) -> CallView {
    match person.until(|event| matches!(event, Event::CallIncoming(_))).await {
        Event::CallIncoming(view) => view,
        _ => unreachable!(),
    }
}

/// Returns when the call is told to be there.
async fn until(person: &mut Person, stage: Stage) -> CallView {
    match person.until(|event| matches!(event, Event::CallState(view) if view.stage == stage)).await {
        Event::CallState(view) => view,
        _ => unreachable!(),
    }
}

/// The next numbers of the call that are as wanted.
async fn stats(person: &mut Person, wanted: impl Fn(&Stats) -> bool) -> Stats {
    match person.until(|event| matches!(event, Event::CallStats(_, stats) if wanted(stats))).await {
        Event::CallStats(_, stats) => *stats,
        _ => unreachable!(),
    }
}

fn all_alive(stats: &Stats) -> bool {
    stats.circuits.len() == 3 && stats.circuits.iter().all(|circuit| circuit.alive && circuit.one_way.is_some())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_people_hear_each_other_and_hang_up() {
    let mut two = Two::new().await;
    let call = two.talking(Profile::Default).await;
    let numbers = stats(&mut two.ada.person, all_alive).await;
    assert!(numbers.cells_sent > 0 && numbers.cells_received > 0 && numbers.target.is_some(), "{numbers:?}");
    let shown = two.bob.person.engine.call().unwrap();
    assert!((shown.call, shown.contact, shown.incoming) == (call, two.to_ada, true), "{shown:?}");
    assert!(shown.levels.said.peak > 0.1 && shown.levels.heard.peak > 0.05, "{shown:?}");
    two.ada.person.engine.hang_up(call).await.unwrap();
    until(&mut two.ada.person, Stage::Ended(Ending::HungUp)).await;
    until(&mut two.bob.person, Stage::Ended(Ending::HungUp)).await;
    assert_eq!((two.ada.person.engine.call(), two.bob.person.engine.call()), (None, None));
    assert_eq!(two.ada.person.engine.hang_up(call).await, Err(EngineError::NotFound));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_one_who_was_called_may_hang_up_and_call_back() {
    let mut two = Two::new().await;
    let call = two.talking(Profile::Thin).await;
    two.bob.person.engine.hang_up(call).await.unwrap();
    until(&mut two.ada.person, Stage::Ended(Ending::HungUp)).await;
    until(&mut two.bob.person, Stage::Ended(Ending::HungUp)).await;
    let back = two.bob.person.engine.start_call(two.to_ada, Profile::Saver).await.unwrap();
    assert_eq!(incoming(&mut two.ada.person).await.call, back);
    two.ada.person.engine.accept_call(back).await.unwrap();
    two.hear_each_other().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_declines_is_left_alone() {
    let mut two = Two::new().await;
    let call = two.ada.person.engine.start_call(two.to_bob, Profile::Default).await.unwrap();
    incoming(&mut two.bob.person).await;
    assert_eq!(two.ada.person.engine.accept_call(call).await, Err(EngineError::Call(CallError::NotRinging)));
    two.bob.person.engine.decline_call(call).await.unwrap();
    until(&mut two.ada.person, Stage::Ended(Ending::Declined)).await;
    until(&mut two.bob.person, Stage::Ended(Ending::Declined)).await;
    let again = two.ada.person.engine.start_call(two.to_bob, Profile::Default).await;
    assert_eq!(again, Err(EngineError::Call(CallError::TooSoon)));
    assert!(two.bob.heard.samples().is_empty(), "nothing was heard before a yes");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_in_a_call_is_busy_and_learns_of_the_other() {
    let mut two = Two::new().await;
    two.talking(Profile::Default).await;
    let mut eve = Voice::new(&two.road, "eve", 900.0).await;
    let (to_bob, _) = acquaint(&mut eve.person, &mut two.bob.person).await;
    eve.person.engine.start_call(to_bob, Profile::Default).await.unwrap();
    until(&mut eve.person, Stage::Ended(Ending::Busy)).await;
    until(&mut two.bob.person, Stage::Ended(Ending::Missed)).await;
    assert_eq!(two.bob.person.engine.call().unwrap().contact, two.to_ada);
    two.hear_each_other().await;
    assert!(eve.heard.samples().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_rings_for_ever() {
    let (road, clock) = (kit::road(), Arc::new(SetClock::default()));
    let mut ada = Voice::at(&road, "ada", ADA, Arc::clone(&clock) as _).await;
    let mut bob = Voice::new(&road, "bob", BOB).await;
    let (to_bob, _) = acquaint(&mut ada.person, &mut bob.person).await;
    ada.person.engine.start_call(to_bob, Profile::Default).await.unwrap();
    incoming(&mut bob.person).await;
    clock.leap(RING_FOR + Duration::from_secs(1));
    until(&mut ada.person, Stage::Ended(Ending::NoAnswer)).await;
    until(&mut bob.person, Stage::Ended(Ending::Missed)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mute_is_silence_there_and_changes_nothing_on_the_way() {
    let mut two = Two::new().await;
    let call = two.talking(Profile::Default).await;
    two.ada.person.engine.mute_call(call, true).await.unwrap();
    assert!(two.ada.person.engine.call().unwrap().muted);
    two.bob.until_heard(is_silence).await;
    let before = stats(&mut two.bob.person, |_| true).await.cells_received;
    let after = stats(&mut two.bob.person, |_| true).await.cells_received;
    assert!(after > before, "cells flow on");
    assert!(!two.bob.person.engine.call().unwrap().muted, "nobody is told");
    two.ada.until_heard(|sound| is_tone(sound, BOB)).await;
    two.ada.person.engine.mute_call(call, false).await.unwrap();
    two.bob.until_heard(|sound| is_tone(sound, ADA)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_circuit_that_breaks_is_replaced_and_the_sound_goes_on() {
    let mut two = Two::new().await;
    let circuits = two.road.circuits() + 3;
    two.talking(Profile::Default).await;
    stats(&mut two.ada.person, all_alive).await;
    two.until_circuits(circuits).await;
    // Of those that were dialled some were let go.
    assert!((1..=5).any(|lane| two.road.cut_lane(lane)), "none was cut");
    // Its numbers begin anew with it: that they are there says that it carries cells.
    stats(&mut two.ada.person, |_| two.road.circuits() == circuits).await;
    stats(&mut two.ada.person, all_alive).await;
    stats(&mut two.bob.person, all_alive).await;
    two.hear_each_other().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_the_circuits_that_were_dialled_the_fastest_carry_the_call() {
    let mut two = Two::new().await;
    let before = two.road.circuits();
    // Long enough for the others to be there first, on any machine.
    SLOW.iter().for_each(|lane| two.road.slow_lane(*lane, Duration::from_secs(2)));
    let call = two.ada.person.engine.start_call(two.to_bob, Profile::Default).await.unwrap();
    incoming(&mut two.bob.person).await;
    two.until_circuits(before + 5).await;
    two.until_circuits(before + 3).await;
    two.bob.person.engine.accept_call(call).await.unwrap();
    stats(&mut two.ada.person, all_alive).await;
    stats(&mut two.bob.person, all_alive).await;
    two.hear_each_other().await;
    assert!(!SLOW.iter().any(|lane| two.road.cut_lane(*lane)), "a slow circuit carries the call");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_outlives_its_session() {
    let mut two = Two::new().await;
    let call = two.talking(Profile::Default).await;
    assert!(two.road.cut_lane(0), "there was a session");
    two.ada.person.until(|event| matches!(event, Event::Contact(_))).await;
    two.hear_each_other().await;
    assert_eq!(two.ada.person.engine.call().unwrap().stage, Stage::Active);
    two.ada.person.until_online(two.to_bob).await;
    two.ada.person.engine.hang_up(call).await.unwrap();
    until(&mut two.bob.person, Stage::Ended(Ending::HungUp)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ring_waits_for_a_session() {
    let mut two = Two::new().await;
    two.bob.person.engine.set_online(false).await.unwrap();
    two.ada.person.until_contact(two.to_bob, |view| view.presence != pelure::engine::Presence::Online).await;
    let call = two.ada.person.engine.start_call(two.to_bob, Profile::Default).await.unwrap();
    two.bob.person.engine.set_online(true).await.unwrap();
    assert_eq!(incoming(&mut two.bob.person).await.call, call);
    two.bob.person.engine.accept_call(call).await.unwrap();
    two.hear_each_other().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_removed_or_goes_offline_is_no_longer_spoken_with() {
    let mut two = Two::new().await;
    two.talking(Profile::Default).await;
    two.bob.person.engine.block_contact(two.to_ada).await.unwrap();
    until(&mut two.bob.person, Stage::Ended(Ending::Failed)).await;
    assert_eq!(two.bob.person.engine.call(), None);
    // Ada is told nothing: she hears nothing more, and may hang up.
    let call = two.ada.person.engine.call().unwrap().call;
    two.ada.until_heard(is_silence).await;
    two.ada.person.engine.set_online(false).await.unwrap();
    until(&mut two.ada.person, Stage::Ended(Ending::HungUp)).await;
    assert_eq!(two.ada.person.engine.hang_up(call).await, Err(EngineError::NotFound));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_not_accepted_or_is_blocked_cannot_be_called() {
    let two = Two::new().await;
    let eve = Person::new(&two.road, "eve").await;
    let to_eve =
        two.ada.person.engine.add_contact(two.ada.person.identity, &eve.address, "eve", String::new()).await.unwrap();
    let refused = two.ada.person.engine.start_call(to_eve, Profile::Default).await;
    assert!(matches!(refused, Err(EngineError::NotAllowedNow(_))), "{refused:?}");
    two.bob.person.engine.block_contact(two.to_ada).await.unwrap();
    assert_eq!(two.bob.person.engine.start_call(two.to_ada, Profile::Default).await, Err(EngineError::Blocked));
    assert_eq!(two.ada.person.engine.accept_call(CallId([7; 16])).await, Err(EngineError::NotFound));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_call_each_other_at_once_are_in_one_call() {
    let mut two = Two::new().await;
    let calls = tokio::join!(
        two.ada.person.engine.start_call(two.to_bob, Profile::Default),
        two.bob.person.engine.start_call(two.to_ada, Profile::Default),
    );
    // Whoever heard of the other's call first has none of its own.
    assert!(calls.0.is_ok() || calls.1.is_ok());
    for voice in [&two.ada, &two.bob] {
        if let Some(rings) = voice.person.engine.call().filter(|call| call.incoming && call.stage == Stage::Ringing) {
            voice.person.engine.accept_call(rings.call).await.ok();
        }
    }
    two.hear_each_other().await;
    assert_eq!(two.ada.person.engine.call().unwrap().call, two.bob.person.engine.call().unwrap().call);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn devices_change_while_one_talks() {
    let mut two = Two::new().await;
    two.talking(Profile::Default).await;
    let engine = two.ada.person.engine.clone();
    let with = |microphone: Choice, disguise| Sound { microphone, disguise, ..Sound::none() };
    engine.set_sound(with(Choice::Named("600".to_owned()), false)).await;
    two.bob.until_heard(|sound| is_tone(sound, 600.0)).await;
    engine.set_sound(with(Choice::Named("not there".to_owned()), false)).await;
    two.bob.until_heard(is_silence).await;
    assert_eq!(engine.call().unwrap().microphone, Some(DeviceError::Missing));
    engine.set_sound(with(Choice::Silence, true)).await;
    two.bob.until_heard(|sound| !is_silence(sound) && !is_tone(sound, ADA)).await;
    assert_eq!((engine.call().unwrap().microphone, engine.sound().disguise), (None, true));
    engine.set_sound(with(Choice::Silence, false)).await;
    two.hear_each_other().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_has_one_circuit_beside_a_call_and_messages_go_on() {
    let mut two = Two::new().await;
    two.talking(Profile::Default).await;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("long.bin");
    std::fs::File::create(&path).unwrap().set_len(64 * 1024 * 1024).unwrap();
    two.ada.person.engine.offer_file(two.to_bob, path, OfferOptions::default()).await.unwrap();
    let offered = two.bob.person.until(|event| matches!(event, Event::FileOffered(_))).await;
    let Event::FileOffered(file) = offered else { unreachable!() };
    two.bob.person.engine.accept_file(file.transfer).await.unwrap();
    two.bob.person.until(|event| matches!(event, Event::FileProgress(view) if view.done > 0)).await;
    // The session, three of the call, and one.
    assert!(two.road.circuits() <= 5, "{} circuits", two.road.circuits());
    let draft = Draft { text: "beside".to_owned(), ..Draft::default() };
    let message = two.bob.person.engine.submit_message(two.to_ada, draft).await.unwrap().durable().await.unwrap();
    two.bob.person.until_delivered(message).await;
    two.bob.person.until(|event| matches!(event, Event::FileState(view) if view.state == FileState::Done)).await;
    two.hear_each_other().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recording_is_sent_as_a_voice_note_and_says_the_same_there() {
    let mut two = Two::new().await;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("said.wav");
    let mut recording = Recording::create(&path).unwrap();
    tone(ADA, 3).as_chunks::<BLOCK>().0.iter().for_each(|block| recording.write(block).unwrap());
    drop(recording);
    two.ada.person.engine.send_voice_note(two.to_bob, path.clone()).await.unwrap();
    let offered = match two.bob.person.until(|event| matches!(event, Event::FileOffered(_))).await {
        Event::FileOffered(view) => view,
        _ => unreachable!(),
    };
    assert_eq!(offered.kind, FileKind::VoiceNote { seconds: 3 });
    assert!(!offered.name.contains("said"), "the name of the file stays here");
    two.bob.person.engine.accept_file(offered.transfer).await.unwrap();
    let done = |event: &Event| matches!(event, Event::FileState(view) if view.state == FileState::Done);
    two.bob.person.until(done).await;
    let bytes = two.bob.person.engine.file_bytes(offered.transfer, 1 << 20).await.unwrap();
    let sound: Vec<f32> = Note::decode(&bytes).unwrap().play().unwrap().flatten().collect();
    assert!(is_tone(&sound[RATE as usize..2 * RATE as usize], ADA));
    std::fs::write(&path, "no sound").unwrap();
    let refused = two.ada.person.engine.send_voice_note(two.to_bob, path).await;
    assert_eq!(refused, Err(EngineError::Wav(WavError::Unreadable)));
}

/// The pitch of each one's voice.
const ADA: f32 = 440.0;
const BOB: f32 = 700.0;

/// Two of the lanes that a call dials on; 0 is the session's.
const SLOW: [u32; 2] = [1, 2];
