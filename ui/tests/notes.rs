//! Voice notes by accessible name: spoken, sent or discarded, played in the conversation.

mod kit;

use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use kit::acts::{Screen, french, gone, node, press, seen, starts};
use kit::fixtures::{BOB, CLARA, bob, file, open, page};
use kit::talking::{talking, talking_with, two};
use kit::{asked, strange, take};
use pelure_ui::intent::Intent;
use pelure_ui::keys::TransferKey;
use pelure_ui::model::{
    Call, CallStage, Contact, Delivery, Ending, FileKind, FileState, Loudness, Message, NOTE_BYTES, Place, Playing,
    Quality, Recording, Spoken, Stage, Standing,
};
use pelure_ui::settings::Language;
use pelure_ui::update::Update;

const KEY: TransferKey = TransferKey(1);

/// A voice note of 72 seconds.
#[expect(clippy::unwrap_used, reason = "the fixture has a file")]
fn note(incoming: bool, state: FileState) -> Message {
    let mut message = file(1, incoming, "voice-note", state);
    let file = message.file.as_mut().unwrap();
    file.kind = FileKind::VoiceNote { seconds: 72 };
    (file.size, file.done) = (150_016, 150_016);
    message
}

fn recording(stage: Spoken) -> Recording {
    Recording { contact: BOB, stage, seconds: 7, level: 0.5, disguised: false }
}

/// The conversation with Bob, for whom a note is spoken.
fn speaking(stage: Spoken) -> Screen {
    let mut screen = talking(two());
    take(&mut screen, [Update::Recording(Some(recording(stage)))]);
    asked(&mut screen);
    screen
}

fn call(stage: CallStage, quality: Quality, push_to_talk: bool) -> Call {
    Call {
        contact: BOB,
        incoming: false,
        stage,
        quality,
        delay: None,
        muted: false,
        push_to_talk,
        unheard: false,
        unhearing: false,
        circuits: Some((3, 3)),
        loudness: Loudness::default(),
        disguised: false,
    }
}

fn told(screen: &mut Screen, call: Call) {
    screen.state_mut().window.take(Update::Call(Some(call)));
    screen.run_steps(3);
    asked(screen);
}

/// Presses a button while a call counts its seconds, so that the window never rests.
fn pushed(screen: &mut Screen, name: &str) -> Vec<Intent> {
    node(screen, Role::Button, name).click_accesskit();
    screen.run_steps(4);
    asked(screen)
}

#[test]
fn a_note_is_spoken_stopped_and_sent() {
    let mut screen = talking(two());
    asked(&mut screen);
    press(&mut screen, "Speak a voice note");
    assert_eq!(asked(&mut screen), [Intent::NoteRecord(BOB)]);
    take(&mut screen, [Update::Recording(Some(recording(Spoken::Speaking)))]);
    seen(&screen, "0:07");
    let level = node(&screen, Role::ProgressIndicator, "Loudness of the microphone");
    assert_eq!(level.accesskit_node().numeric_value(), Some(50.0));
    press(&mut screen, "Stop recording");
    assert_eq!(asked(&mut screen), [Intent::NoteStop]);
    take(&mut screen, [Update::Recording(Some(recording(Spoken::Whole)))]);
    seen(&screen, "Not sent yet.");
    gone(&screen, "Stop recording");
    press(&mut screen, "Send the voice note");
    assert_eq!(asked(&mut screen), [Intent::NoteSend]);
    take(&mut screen, [Update::Recording(None)]);
    gone(&screen, "Send the voice note");
}

#[test]
fn a_note_is_sent_or_discarded_while_it_is_spoken() {
    for (name, intent) in [("Send the voice note", Intent::NoteSend), ("Discard the voice note", Intent::NoteDiscard)] {
        let mut screen = speaking(Spoken::Speaking);
        press(&mut screen, name);
        assert_eq!(asked(&mut screen), [intent]);
    }
}

#[test]
fn a_disguised_voice_is_said_to_be_one() {
    let mut screen = speaking(Spoken::Speaking);
    for (stage, words) in [(Spoken::Speaking, "Voice disguised."), (Spoken::Whole, "Voice disguised, not sent yet.")] {
        take(&mut screen, [Update::Recording(Some(Recording { disguised: true, ..recording(stage) }))]);
        seen(&screen, words);
    }
}

#[test]
fn the_microphone_closes_when_the_conversation_is_left() {
    let mut screen = speaking(Spoken::Speaking);
    screen.get_by_role_and_label(Role::Button, "Clara").click();
    screen.run();
    let stops = asked(&mut screen).into_iter().filter(|intent| *intent == Intent::NoteStop).count();
    assert_eq!(stops, 1, "it is asked once");
    gone(&screen, "Discard the voice note");
    take(&mut screen, [Update::Recording(Some(recording(Spoken::Whole))), page(CLARA, Vec::new())]);
    let waits = node(&screen, Role::Button, "A voice note for Bob was not sent yet");
    assert!(waits.accesskit_node().is_disabled(), "it would be lost");
    screen.get_by_role_and_label(Role::Button, "Bob").click();
    screen.run();
    node(&screen, Role::Button, "Send the voice note");
}

#[test]
fn a_locked_screen_forgets_the_note() {
    let mut screen = speaking(Spoken::Whole);
    take(&mut screen, [Update::Stage(Stage::Locked { fault: None, unread: 0 })]);
    assert_eq!(screen.state().window.model().recording, None);
}

#[test]
fn notes_are_offered_only_where_they_are_possible() {
    for standing in [Standing::Blocked, Standing::Requested] {
        gone(&talking_with(Contact { standing, ..bob() }, two()), "Speak a voice note");
    }
    let mut screen = talking(two());
    take(&mut screen, [Update::Place(Place { calls: false, ..Place::default() })]);
    gone(&screen, "Speak a voice note");
    let mut screen = talking(two());
    told(&mut screen, call(CallStage::Active { since: 0.0 }, Quality::Good, false));
    let button = node(&screen, Role::Button, "Speak a voice note");
    assert!(button.accesskit_node().is_disabled(), "the call would hear it");
}

#[test]
fn a_narrow_window_has_it_in_the_menu() {
    let mut screen = strange([320.0, 400.0], Language::French, french(open()));
    screen.get_by_role_and_label(Role::Button, "Bob").click();
    screen.run();
    take(&mut screen, [page(BOB, two())]);
    gone(&screen, "Dicter un message vocal");
    press(&mut screen, "Envoyer un fichier");
    asked(&mut screen);
    press(&mut screen, "Dicter un message vocal");
    assert_eq!(asked(&mut screen), [Intent::NoteRecord(BOB)]);
    let disguised = Recording { disguised: true, ..recording(Spoken::Speaking) };
    take(&mut screen, [Update::Recording(Some(disguised))]);
    for name in ["Arrêter l’enregistrement", "Jeter le message vocal", "Envoyer le message vocal"] {
        let rect = node(&screen, Role::Button, name).rect();
        assert!(rect.left() >= 0.0 && rect.right() <= 320.0, "{name}: {rect}");
    }
}

#[test]
fn a_note_that_came_is_played_and_shows_how_far() {
    let mut screen = talking(vec![note(true, FileState::Done)]);
    node(&screen, Role::Button, "Bob, 13:01: Voice note, 1:12, done");
    seen(&screen, "0:00 of 1:12");
    asked(&mut screen);
    press(&mut screen, "Play: Voice note");
    assert_eq!(asked(&mut screen), [Intent::NotePlay(KEY)]);
    take(&mut screen, [Update::Playing(Some(Playing { transfer: KEY, seconds: 18, of: 72 }))]);
    seen(&screen, "0:18 of 1:12");
    let heard = node(&screen, Role::ProgressIndicator, "Heard so far: Voice note");
    assert_eq!(heard.accesskit_node().numeric_value(), Some(25.0));
    press(&mut screen, "Stop: Voice note");
    assert_eq!(asked(&mut screen), [Intent::NoteHush]);
    take(&mut screen, [Update::Playing(None)]);
    node(&screen, Role::Button, "Play: Voice note");
}

#[test]
fn ours_is_played_before_it_arrives_and_theirs_is_not() {
    let queued = Message { delivery: Delivery::Queued, ..note(false, FileState::Offered) };
    for message in [queued, note(false, FileState::Active), note(false, FileState::Done)] {
        let screen = talking(vec![message]);
        node(&screen, Role::Button, "Play: Voice note");
    }
    for state in [FileState::Offered, FileState::Active, FileState::Failed] {
        gone(&talking(vec![note(true, state)]), "Play: Voice note");
    }
    gone(&talking(vec![note(false, FileState::Cancelled)]), "Play: Voice note");
}

#[test]
fn a_note_is_accepted_as_a_file_is_and_never_opened_elsewhere() {
    let mut screen = talking(vec![note(true, FileState::Offered)]);
    asked(&mut screen);
    gone(&screen, "Files can harm this machine. Accept and open only what you expect.");
    press(&mut screen, "Accept: Voice note");
    assert_eq!(asked(&mut screen), [Intent::AcceptFile(KEY)]);
    let screen = talking(vec![note(true, FileState::Done)]);
    gone(&screen, "Save as: Voice note");
    node(&screen, Role::Button, "Delete: Voice note");
}

#[test]
fn a_note_that_cannot_be_one_says_how_large_it_is_and_is_not_played() {
    let mut large = note(true, FileState::Offered);
    large.file.as_mut().unwrap().size = 60_000_000_000;
    seen(&talking(vec![large]), "1:12 · 60 GB");
    let mut large = note(true, FileState::Done);
    large.file.as_mut().unwrap().size = NOTE_BYTES + 1;
    gone(&talking(vec![large]), "Play: Voice note");
}

#[test]
fn a_note_is_the_last_step_when_a_call_is_poor() {
    let mut screen = talking(two());
    asked(&mut screen);
    told(&mut screen, call(CallStage::Active { since: 0.0 }, Quality::Poor, false));
    node(&screen, Role::Button, "Push-to-talk");
    node(&screen, Role::Button, "Send a voice note instead");
    told(&mut screen, call(CallStage::Active { since: 0.0 }, Quality::Poor, true));
    starts(&screen, "Still too slow.");
    let wishes = pushed(&mut screen, "Send a voice note instead");
    assert_eq!(wishes, [Intent::CallHangUp, Intent::NoteRecord(BOB)]);
}

#[test]
fn whoever_did_not_answer_can_be_left_a_note() {
    for ending in [Ending::NoAnswer, Ending::Failed] {
        let mut screen = kit::window(open());
        told(&mut screen, call(CallStage::Ended(ending), Quality::Good, false));
        let wishes = pushed(&mut screen, "Send a voice note instead");
        assert!(wishes.contains(&Intent::NoteRecord(BOB)) && !wishes.contains(&Intent::CallHangUp), "{wishes:?}");
        assert!(!wishes.contains(&Intent::NoteStop), "its conversation is open: {wishes:?}");
        assert_eq!(screen.state().window.model().call, None);
    }
    let mut screen = kit::window(open());
    told(&mut screen, call(CallStage::Ended(Ending::Declined), Quality::Good, false));
    gone(&screen, "Send a voice note instead");
}
