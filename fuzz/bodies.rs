//! What is fuzzed: one plain function per target, which takes any bytes and panics when a promise is broken.
//!
//! libFuzzer drives them from `fuzz_targets/`, the test command from `tests/fuzz_replay.rs`. Each has a folder of its
//! name under `corpus/`.

#![allow(unreachable_pub, reason = "included by path from the targets and from the test")]

use pelure::file::clean::{Cleaning, clean};
use pelure::name::{PetName, SafeFileName, neutralised};
use pelure::wire::{Deframer, Frame, WireError};

/// A target: takes any bytes, panics when a promise is broken.
pub type Body = fn(&[u8]);

/// Every target by its name.
pub const BODIES: &[(&str, Body)] = &[("clean", clean_file), ("frame", frame), ("petname", petname)];

/// A file that somebody is about to send: it is refused, or what comes out is clean.
pub fn clean_file(bytes: &[u8]) {
    if let Cleaning::Cleaned { bytes, kept, .. } = clean("", bytes.to_vec()) {
        match clean("", bytes.clone()) {
            Cleaning::Clean => assert!(kept.is_empty()),
            again => assert_eq!(again, Cleaning::Cleaned { bytes, removed: Vec::new(), kept }),
        }
    }
}

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

/// Text as a person might type or a peer might send, also as the name of a file.
pub fn petname(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let shown = neutralised(&text);
    assert!(!shown.chars().any(|c| c.is_control() && c != '\n' && c != '\t'));
    assert_eq!(neutralised(&shown), shown);
    let file = SafeFileName::new(&text);
    assert_eq!(SafeFileName::new(file.as_str()), file);
    assert_eq!(neutralised(file.as_str()), file.as_str());
    assert_eq!(std::path::Path::new(file.as_str()).file_name(), Some(file.as_str().as_ref()));
    if let Ok(name) = PetName::new(&text) {
        assert_eq!(PetName::new(name.as_str()).as_ref(), Ok(&name));
        assert_eq!(neutralised(name.as_str()), name.as_str());
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
