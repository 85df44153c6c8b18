//! The pictures of calls and voice notes.

use pelure_ui::keys::TransferKey;
use pelure_ui::model::{
    Call, CallStage, Ending, FileKind, FileState, Loudness, Message, Playing, Quality, Recording, Spoken,
};
use pelure_ui::update::Update;

use crate::desk::Desk;
use crate::kit::{self, fixtures};
use crate::talk::talk;

pub(crate) fn call(stage: CallStage) -> Call {
    Call {
        contact: fixtures::BOB,
        incoming: true,
        stage,
        quality: Quality::Good,
        delay: Some(340),
        muted: false,
        push_to_talk: false,
        unheard: false,
        unhearing: false,
        circuits: Some((3, 3)),
        loudness: Loudness { said: 0.2, heard: 0.7 },
        disguised: false,
    }
}

pub(crate) fn told(desk: &mut Desk, call: Call) {
    desk.harness.state_mut().window.take(Update::Call(Some(call)));
    desk.harness.run_steps(4);
}

pub(crate) fn calling(desk: &mut Desk) {
    talk(desk);
    told(desk, call(CallStage::Active { since: -134.0 }));
}

pub(crate) fn poor(desk: &mut Desk) {
    talk(desk);
    told(desk, Call { quality: Quality::Poor, delay: Some(1_240), ..call(CallStage::Active { since: -134.0 }) });
}

pub(crate) fn ringing(desk: &mut Desk) {
    talk(desk);
    told(desk, call(CallStage::Ringing));
}

/// Voice notes: theirs, which is played, and ours, which nobody has taken yet.
pub(crate) fn notes(desk: &mut Desk) {
    desk.open("Bob");
    let note = |key, incoming, state, minute, seconds: u16| {
        let mut message =
            Message { at: fixtures::at(14, minute), ..fixtures::file(key, incoming, "voice-note", state) };
        if let Some(file) = &mut message.file {
            file.kind = FileKind::VoiceNote { seconds };
            file.size = 16 + u64::from(seconds.next_multiple_of(5)) * 2_000;
            file.done = file.size;
        }
        message
    };
    let messages = vec![
        Message { at: fixtures::at(14, 2), ..fixtures::message(1, true, "I cannot type here. Listen to this.") },
        note(2, true, FileState::Done, 3, 72),
        note(3, false, FileState::Offered, 6, 18),
        note(4, true, FileState::Offered, 9, 134),
    ];
    kit::take(&mut desk.harness, [fixtures::page(fixtures::BOB, messages)]);
    let playing = Playing { transfer: TransferKey(2), seconds: 31, of: 72 };
    kit::take(&mut desk.harness, [Update::Playing(Some(playing))]);
}

/// The same, while the next one is spoken.
pub(crate) fn speaking(desk: &mut Desk) {
    notes(desk);
    recording(desk, Spoken::Speaking);
}

/// The same, when it waits to be sent.
pub(crate) fn spoken(desk: &mut Desk) {
    notes(desk);
    recording(desk, Spoken::Whole);
}

fn recording(desk: &mut Desk, stage: Spoken) {
    let recording = Recording { contact: fixtures::BOB, stage, seconds: 12, level: 0.6, disguised: true };
    kit::take(&mut desk.harness, [Update::Recording(Some(recording))]);
}

/// Nobody took the call: what can be done instead.
pub(crate) fn unanswered(desk: &mut Desk) {
    talk(desk);
    told(desk, Call { incoming: false, ..call(CallStage::Ended(Ending::NoAnswer)) });
}
