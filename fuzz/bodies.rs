//! What is fuzzed: one plain function per target, which takes any bytes and panics when a promise is broken.
//!
//! libFuzzer drives them from `fuzz_targets/`, the test command from `tests/fuzz_replay.rs`. Each has a folder of its
//! name under `corpus/`.

#![allow(unreachable_pub, reason = "included by path from the targets and from the test")]

use pelure::name::{PetName, neutralised};
use pelure::voice::codec::{Decoder, silent_frame};
use pelure::voice::note::Note;
use pelure::wire::{Deframer, Frame, WireError};

/// A target: takes any bytes, panics when a promise is broken.
pub type Body = fn(&[u8]);

/// Every target by its name.
pub const BODIES: &[(&str, Body)] = &[("frame", frame), ("note", note), ("petname", petname), ("sound", sound)];

/// Bytes as a session would push them: the cuts between records change nothing, and what is understood is canonical.
pub fn frame(bytes: &[u8]) {
    let (frames, end) = deframed(bytes, 15_616);
    for piece in [1, 7, 488] {
        assert_eq!(deframed(bytes, piece), (frames.clone(), end), "cut into pieces of {piece}");
    }
    for frame in frames {
        let mut encoded = Vec::new();
        frame.encode(&mut encoded);
        assert_eq!(deframed(&encoded, 15_616), (vec![frame], Ok(true)));
    }
}

/// Text as a person might type or a peer might send.
pub fn petname(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let shown = neutralised(&text);
    assert!(!shown.chars().any(|c| c.is_control() && c != '\n' && c != '\t'));
    assert_eq!(neutralised(&shown), shown);
    if let Ok(name) = PetName::new(&text) {
        assert_eq!(PetName::new(name.as_str()).as_ref(), Ok(&name));
        assert_eq!(neutralised(name.as_str()), name.as_str());
    }
}

/// A voice note as a peer might make it up: it is refused, or can be played.
pub fn note(bytes: &[u8]) {
    if let Ok(note) = Note::decode(bytes) {
        let mut frames = note.play().expect("a decoder");
        assert!(frames.by_ref().take(20).all(|sound| sound.iter().all(|x| x.abs() <= 1.0)));
        assert!(note.seconds() > 0.0 && frames.count() <= 30_000);
    }
}

/// Frames of a call as a peer might make them up, each after a byte with its length; one of no length did not arrive.
/// What is heard can be played, and the next good frame too.
pub fn sound(bytes: &[u8]) {
    let (mut decoder, mut rest) = (Decoder::new().expect("a decoder"), bytes);
    while let Some((length, after)) = rest.split_first() {
        let (frame, after) = after.split_at(usize::from(*length).min(after.len()));
        rest = after;
        let sound = if frame.is_empty() { decoder.conceal() } else { decoder.decode(frame) };
        assert!(sound.iter().flatten().all(|x| x.abs() <= 1.0));
    }
    let silence = silent_frame(40).expect("an encoder");
    assert!(decoder.decode(&silence).is_ok());
}

/// The frames in the bytes, and whether they end between two frames or how they went wrong.
fn deframed(bytes: &[u8], piece: usize) -> (Vec<Frame>, Result<bool, WireError>) {
    let (mut deframer, mut frames) = (Deframer::default(), Vec::new());
    for piece in bytes.chunks(piece) {
        if let Err(error) = deframer.push(piece) {
            return (frames, Err(error));
        }
        loop {
            match deframer.next() {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => break,
                Err(error) => return (frames, Err(error)),
            }
        }
    }
    (frames, Ok(deframer.is_between_frames()))
}
