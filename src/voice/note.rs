//! A voice note: speech in frames of one size, in a file whose length tells only how long it is, rounded up to 5 s.
//!
//! The file is a header of 16 bytes, the frames, and zeros up to the next 5 s:
//!
//! | bytes | meaning |
//! |---|---|
//! | 10 | `pelurenote` |
//! | 1 | version, 1 |
//! | 1 | bytes in a frame, [`codec::FRAME_BYTES_LEAST`] to [`codec::FRAME_BYTES_MOST`] |
//! | 4 | frames that were spoken, big-endian |
//!
//! There is one way to write each note. It does not know how notes travel: they are files to everybody else.

use zeroize::Zeroizing;

use super::codec::{self, CodecError, Decoder, Encoder};
use super::pcm::{BLOCK, Block, FRAME, Frame, tamed};

/// A note that is being spoken.
pub struct Recorder {
    encoder: Encoder,
    bytes: usize,
    /// Of its greatest size from the start: what grows leaves copies behind that nobody wipes.
    spoken: Zeroizing<Vec<u8>>,
    frames: u32,
    /// The first half of a frame.
    half: Option<Block>,
}

/// A note that has been checked.
#[derive(Clone, PartialEq, Eq)]
pub struct Note {
    bytes: usize,
    /// What was spoken, without the filling.
    spoken: Zeroizing<Vec<u8>>,
}

/// Plays a note, 20 ms at a time. A frame that is damaged is concealed.
pub struct Playing<'a> {
    decoder: Decoder,
    frames: std::slice::ChunksExact<'a, u8>,
}

/// Why there is no note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Longer than [`SECONDS_MOST`].
    #[error("a voice note is at most {SECONDS_MOST} s long")]
    TooLong,
    /// Nothing was said into it.
    #[error("the voice note is empty")]
    Empty,
    /// The bytes are not a note.
    #[error("this is not a voice note")]
    Malformed,
    /// The codec failed.
    #[error(transparent)]
    Codec(#[from] CodecError),
}

impl Recorder {
    /// A note of no length yet, at 16 kbit/s.
    pub fn new() -> Result<Self, NoteError> {
        let encoder = Encoder::new(NOTE_FRAME_BYTES)?;
        let spoken = Zeroizing::new(Vec::with_capacity(FRAMES_MOST as usize * NOTE_FRAME_BYTES));
        Ok(Self { encoder, bytes: NOTE_FRAME_BYTES, spoken, frames: 0, half: None })
    }

    /// Appends 10 ms. At the longest length nothing more is taken, and the note up to there can still be finished.
    pub fn push(&mut self, block: &Block) -> Result<(), NoteError> {
        if self.frames >= FRAMES_MOST {
            return Err(NoteError::TooLong);
        }
        let Some(half) = self.half.take() else {
            self.half = Some(*block);
            return Ok(());
        };
        let mut frame = [0.0; FRAME];
        frame.iter_mut().zip(half.iter().chain(block)).for_each(|(to, from)| *to = *from);
        self.spoken.extend_from_slice(&Zeroizing::new(self.encoder.encode(&frame)?));
        self.frames += 1;
        Ok(())
    }

    /// How long it is so far.
    pub fn seconds(&self) -> f32 {
        self.frames as f32 / codec::FRAMES_PER_SECOND as f32
    }

    /// The bytes of the note. What is here is wiped; these are the caller's to wipe.
    pub fn finish(mut self) -> Result<Vec<u8>, NoteError> {
        if self.half.is_some() && self.frames < FRAMES_MOST {
            self.push(&[0.0; BLOCK])?;
        }
        if self.frames == 0 {
            return Err(NoteError::Empty);
        }
        let whole = self.frames.next_multiple_of(STEP_FRAMES) as usize * self.bytes;
        let mut note = Vec::with_capacity(HEADER + whole);
        note.extend(MAGIC);
        note.push(VERSION);
        note.push(u8::try_from(self.bytes).map_err(|_| CodecError::Size)?);
        note.extend(self.frames.to_be_bytes());
        note.extend_from_slice(&self.spoken);
        note.resize(HEADER + whole, 0);
        Ok(note)
    }
}

impl Note {
    /// Reads the bytes of a note, which a peer may have made up. What the frames hold shows when they are played.
    pub fn decode(bytes: &[u8]) -> Result<Self, NoteError> {
        let rest = bytes.strip_prefix(&MAGIC).ok_or(NoteError::Malformed)?;
        let ([version, size, frames @ ..], spoken) = rest.split_first_chunk::<6>().ok_or(NoteError::Malformed)?;
        let (size, frames) = (usize::from(*size), u32::from_be_bytes(*frames));
        if *version != VERSION || !(codec::FRAME_BYTES_LEAST..=codec::FRAME_BYTES_MOST).contains(&size) {
            return Err(NoteError::Malformed);
        }
        if frames == 0 || frames > FRAMES_MOST {
            return Err(NoteError::Malformed);
        }
        let whole = frames.next_multiple_of(STEP_FRAMES) as usize * size;
        let (spoken, filling) = spoken.split_at_checked(frames as usize * size).ok_or(NoteError::Malformed)?;
        if spoken.len() + filling.len() != whole || filling.iter().any(|byte| *byte != 0) {
            return Err(NoteError::Malformed);
        }
        Ok(Self { bytes: size, spoken: Zeroizing::new(spoken.to_vec()) })
    }

    /// How long it is.
    pub fn seconds(&self) -> f32 {
        (self.spoken.len() / self.bytes) as f32 / codec::FRAMES_PER_SECOND as f32
    }

    /// Plays it from its beginning.
    pub fn play(&self) -> Result<Playing<'_>, NoteError> {
        Ok(Playing { decoder: Decoder::new()?, frames: self.spoken.chunks_exact(self.bytes) })
    }
}

impl std::fmt::Debug for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Note({} s)", self.seconds())
    }
}

impl Iterator for Playing<'_> {
    type Item = Frame;

    fn next(&mut self) -> Option<Frame> {
        let frame = self.frames.next()?;
        let sound = self.decoder.decode(frame).or_else(|_| self.decoder.conceal());
        Some(sound.unwrap_or([0.0; FRAME]))
    }
}

/// A note of sound that is there already.
pub fn encode(sound: &[f32]) -> Result<Vec<u8>, NoteError> {
    let mut recorder = Recorder::new()?;
    for piece in sound.chunks(BLOCK) {
        let mut block = [0.0; BLOCK];
        block.iter_mut().zip(piece).for_each(|(to, from)| *to = tamed(*from));
        recorder.push(&block)?;
    }
    recorder.finish()
}

/// The longest note: ten minutes, 1.2 MB. Whoever has more to say sends a file.
pub const SECONDS_MOST: u32 = 10 * 60;

/// What the length of a note is rounded up to, in frames: 5 s, so that few notes can be told apart by it.
pub const STEP_FRAMES: u32 = 5 * codec::FRAMES_PER_SECOND as u32;

const FRAMES_MOST: u32 = SECONDS_MOST * codec::FRAMES_PER_SECOND as u32;

/// A note is not in a hurry: it gets the best of the profiles.
const NOTE_FRAME_BYTES: usize = 40;

const MAGIC: [u8; 10] = *b"pelurenote";

const VERSION: u8 = 1;

/// Bytes before the frames.
const HEADER: usize = 16;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::voice::disguise::testing::vowel;

    fn spoken(samples: usize) -> Vec<f32> {
        vowel(120.0, &[700.0, 1_200.0, 2_600.0], samples)
    }

    #[test]
    fn a_note_is_heard_again_at_its_length() {
        let sound = spoken(16_000 + 400);
        let note = Note::decode(&encode(&sound).unwrap()).unwrap();
        assert_eq!((note.seconds() * 100.0).round(), 104.0, "two more frames");
        let heard: Vec<f32> = note.play().unwrap().flatten().collect();
        assert_eq!(heard.len(), 52 * FRAME);
        let power = |sound: &[f32]| sound.iter().map(|x| x * x).sum::<f32>();
        let (said, heard) = (power(&sound[4_000..12_000]), power(&heard[4_000..12_000]));
        assert!(heard > said * 0.5 && heard < said * 2.0, "{heard} of {said}");
    }

    #[test]
    fn the_length_tells_only_the_duration_rounded_up() {
        let length = |samples: usize, quiet: bool| {
            let sound = if quiet { vec![0.0; samples] } else { spoken(samples) };
            encode(&sound).unwrap().len()
        };
        let step = 16 + 250 * 40;
        for samples in [1, 100, 16_000, 79_999, 80_000] {
            assert_eq!(length(samples, false), step, "{samples}");
            assert_eq!(length(samples, true), step, "{samples}");
        }
        assert_eq!(length(80_001, false), step + 250 * 40);
    }

    #[test]
    fn too_long_and_empty_are_refused() {
        assert_eq!(encode(&[]), Err(NoteError::Empty));
        let mut recorder = Recorder::new().unwrap();
        recorder.frames = FRAMES_MOST - 1;
        recorder.spoken = vec![0; (FRAMES_MOST as usize - 1) * 40].into();
        assert_eq!(recorder.push(&[0.0; BLOCK]), Ok(()));
        assert_eq!(recorder.push(&[0.0; BLOCK]), Ok(()));
        assert_eq!(recorder.push(&[0.0; BLOCK]), Err(NoteError::TooLong));
        assert_eq!(Note::decode(&recorder.finish().unwrap()).unwrap().seconds(), SECONDS_MOST as f32);
    }

    #[test]
    fn nothing_else_is_a_note() {
        let good = encode(&spoken(16_000)).unwrap();
        assert!(Note::decode(&good).is_ok());
        // Header, and the filling behind the 50 frames that were spoken.
        for at in (0..15).chain([16 + 50 * 40, good.len() - 1]) {
            let mut bad = good.clone();
            bad[at] ^= 0x40;
            assert_eq!(Note::decode(&bad), Err(NoteError::Malformed), "byte {at}");
        }
        for bad in [&good[..good.len() - 1], &[&good[..], &[0]].concat(), &good[..15], &[], b"RIFF"] {
            assert_eq!(Note::decode(bad), Err(NoteError::Malformed));
        }
    }

    #[test]
    fn damaged_frames_are_played_over() {
        let mut bytes = encode(&spoken(16_000)).unwrap();
        bytes[16 + 400..16 + 1_200].fill(0xff);
        let note = Note::decode(&bytes).unwrap();
        assert_eq!(note.play().unwrap().filter(|frame| frame.iter().all(|x| x.abs() <= 1.0)).count(), 50);
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(mut bytes in proptest::collection::vec(any::<u8>(), 0..200), frames in 0..9u32) {
            prop_assert!(Note::decode(&bytes).is_err());
            let header: Vec<u8> = MAGIC.into_iter().chain([VERSION, 20]).chain(frames.to_be_bytes()).collect();
            bytes.splice(0..0, header);
            if let Ok(note) = Note::decode(&bytes) {
                prop_assert!(note.play().unwrap().count() <= 9);
            }
        }
    }
}
