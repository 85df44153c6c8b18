//! What is fuzzed: one plain function per target, which takes any bytes and panics when a promise is broken.
//!
//! libFuzzer drives them from `fuzz_targets/`, the test command from `tests/fuzz_replay.rs`. Each has a folder of its
//! name under `corpus/`.

#![allow(unreachable_pub, reason = "included by path from the targets and from the test")]

use std::time::Duration;

use pelure::file::clean::{Cleaning, clean};
use pelure::file::{Blocks, Fetch, Hashing, Lane, Manifest, Serve, Tree};
use pelure::name::{PetName, SafeFileName, neutralised};
use pelure::voice::cell::Cell;
use pelure::voice::codec::{Decoder, silent_frame};
use pelure::voice::note::Note;
use pelure::voice::{Line, Play};
use pelure::wire::block::BlockFrames;
use pelure::wire::limits::{FILE_BYTES, FILE_NAME_BYTES, MANIFEST_BYTES, VOICE_CELL};
use pelure::wire::{Body as Said, Circuits, Deframer, Frame, Profile, WireError};

/// A target: takes any bytes, panics when a promise is broken.
pub type Body = fn(&[u8]);

/// Every target by its name.
pub const BODIES: &[(&str, Body)] = &[
    ("block", block),
    ("bundle", bundle),
    ("clean", clean_file),
    ("frame", frame),
    ("note", note),
    ("offer", offer),
    ("petname", petname),
    ("sound", sound),
    ("voice", voice),
];

/// A record of a circuit that carries a file: canonical as far as it is understood; said to either side of a transfer,
/// it gives nothing that is not the content.
pub fn block(bytes: &[u8]) {
    let (mut understood, mut whole) = (Vec::new(), true);
    for frame in BlockFrames::new(bytes) {
        assert!(whole, "a frame behind an error");
        match frame {
            Ok(frame) => frame.encode(&mut understood),
            Err(_) => whole = false,
        }
    }
    assert!(bytes.starts_with(&understood) && whole == (understood.len() == bytes.len()));

    let (tree, lane) = (Tree::new(CONTENT.len() as u64), Lane(0));
    let mut hashing = Hashing::new(tree);
    assert_eq!(hashing.update(&CONTENT), Ok(()));
    let Ok(hashed) = hashing.finish() else { unreachable!() };
    let mut serve = Serve::new(tree, hashed.clone());
    serve.open(lane);
    let _ = serve.take(lane, bytes);
    while let Ok(Some(_)) = serve.next(lane) {}

    let mut fetch = Fetch::new(tree, hashed.root, Blocks::new(tree), None);
    let (mut asks, mut verified) = (Vec::new(), Vec::new());
    fetch.open(lane, Duration::ZERO);
    fetch.asks(lane, Duration::ZERO, &mut asks);
    let _ = fetch.take(lane, bytes, Duration::ZERO, &mut verified);
    assert!(verified.iter().all(|block| block.block == 0 && **block.bytes == CONTENT));
}

/// The list at the beginning of a folder.
pub fn bundle(bytes: &[u8]) {
    let files = bytes.get(8..12).and_then(|files| files.try_into().ok()).map_or(0, u32::from_be_bytes);
    let Some((size, content)) = bytes.split_last_chunk().map(|(content, size)| (u64::from_be_bytes(*size), content))
    else {
        return;
    };
    if let Ok(manifest) = Manifest::read(content, size, files) {
        let list = manifest.to_bytes();
        assert!(content.starts_with(&list) && list.len() <= MANIFEST_BYTES && manifest.size() <= FILE_BYTES);
        assert!(
            manifest.entries().iter().all(|entry| !entry.path.iter().any(|name| name == ".." || name.contains('/')))
        );
        let again = manifest.entries().iter().rev().map(|entry| (entry.path.clone(), entry.size)).collect();
        assert_eq!(Manifest::new(again), Ok(manifest));
    }
}

/// What a message says, offers among it.
pub fn offer(bytes: &[u8]) {
    let Ok(said) = Said::decode(bytes) else { return };
    let mut encoded = Vec::new();
    said.encode(&mut encoded);
    assert_eq!(encoded, bytes);
    if let Said::Offer(offer) = said {
        assert!(offer.is_sound() && (1..=FILE_NAME_BYTES).contains(&offer.name.as_str().len()));
    }
}

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
        if let Play::Frame { bytes, pace, .. } = line.play(now, Duration::ZERO) {
            let sane = |speed| (0.5..=2.0).contains(&speed);
            assert!(bytes.len() == profile.frame_bytes() && sane(pace.speech) && sane(pace.pause));
        }
        while let Some((_, bytes)) = line.due(now) {
            assert!(Cell::decode(profile, &bytes).is_ok());
        }
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

/// A content of one block.
const CONTENT: [u8; 1_000] = [7; 1_000];
