//! What is fuzzed: one plain function per target, which takes any bytes and panics when a promise is broken.
//!
//! libFuzzer drives them from `fuzz_targets/`, the test command from `tests/fuzz_replay.rs`. Each has a folder of its
//! name under `corpus/`.

#![allow(unreachable_pub, reason = "included by path from the targets and from the test")]

use std::time::Duration;

use pelure::name::{PetName, neutralised};
use pelure::voice::cell::Cell;
use pelure::voice::{Line, Play};
use pelure::wire::limits::VOICE_CELL;
use pelure::wire::{Circuits, Deframer, Frame, Profile, WireError};

/// A target: takes any bytes, panics when a promise is broken.
pub type Body = fn(&[u8]);

/// Every target by its name.
pub const BODIES: &[(&str, Body)] = &[("frame", frame), ("petname", petname), ("voice", voice)];

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

/// Records of a call as a peer might send them, on circuits that come and go: each is refused or understood in one way, and
/// something is played whatever came.
pub fn voice(bytes: &[u8]) {
    let profile = Profile::ALL[bytes.first().map_or(0, |byte| usize::from(*byte) % 3)];
    let mut line = Line::new(profile, Circuits::USUAL, &[], Duration::ZERO);
    let mut lanes: Vec<_> = (0..3).filter_map(|_| line.attach(Duration::ZERO).ok()).collect();
    let mut now = Duration::ZERO;
    for piece in bytes.chunks(VOICE_CELL) {
        now += Duration::from_millis(u64::from(piece.last().copied().unwrap_or(0)));
        if let Ok(cell) = Cell::decode(profile, piece) {
            assert_eq!(cell.encode(profile).as_slice(), piece);
        }
        let lane = lanes[piece.len() % 3];
        if line.hear(lane, piece, now).is_err() {
            line.detach(lane);
            lanes[piece.len() % 3] = line.attach(now).unwrap_or(lane);
        }
        if let Play::Frame { bytes, speed, .. } = line.play(now, Duration::ZERO, false) {
            assert!(bytes.len() == profile.frame_bytes() && (0.5..=2.0).contains(&speed));
        }
        while let Some((_, bytes)) = line.due(now) {
            assert!(Cell::decode(profile, &bytes).is_ok());
        }
    }
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
