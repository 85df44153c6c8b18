//! What one record of voice holds: the newest frame of sound, those before it, and what the other side needs to judge
//! the circuit.
//!
//! ```text
//! cell = number on this circuit: 4 | newest frame: 4 | sent: 4, ms of the call | echo: 4 | held: 2, ms | flags: 1, zero
//!      | frames, the newest first | zeros                                                          453 bytes in all
//! ```
//!
//! One value has one form, and a receiver refuses every other. It does not seal ([`crate::session`] does) and does not
//! know codecs: a frame is some bytes, as many as the profile says. There is no mark for mute: silence is sound, too.

use std::time::Duration;

use crate::wire::Profile;
use crate::wire::limits::VOICE_CELL;

/// One cell.
#[derive(Clone, PartialEq, Eq)]
pub struct Cell {
    /// Its place on its circuit: 1, 2, 3, ...
    pub number: u32,
    /// The number of the newest frame, from 0; the others precede it without a hole.
    pub newest: u32,
    /// Whole milliseconds since the sender's side of the call began.
    pub sent: u32,
    /// What the sender last heard on this circuit.
    pub echo: Option<Echo>,
    /// The frames, the newest first, each of the size of the profile: as many as fit, or as there are yet.
    pub frames: Vec<u8>,
}

/// The newest cell that arrived on a circuit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Echo {
    /// Its number.
    pub number: u32,
    /// Whole milliseconds from its arrival to the sending of the echo, at most 65,535.
    pub held: u16,
}

/// Why bytes are not a cell. Always the peer's fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CellError {
    /// Not as many bytes as a cell has.
    #[error("the peer sent a voice record of a wrong length")]
    Length,
    /// A field outside its range, or padding that is not zero.
    #[error("the peer sent a voice record with a wrong field")]
    Field,
}

impl Cell {
    /// The bytes that fill a record of one cell. Frames that the profile has no room for are left out, the oldest
    /// first.
    pub fn encode(&self, profile: Profile) -> [u8; VOICE_CELL] {
        let (number, held) = self.echo.map_or((0, 0), |echo| (echo.number, echo.held));
        let header = [self.number, self.newest, self.sent, number].map(u32::to_be_bytes);
        let fields = header.as_flattened().iter().copied().chain(held.to_be_bytes()).chain([0]);
        let frames = self.frames.iter().copied().take(room(profile, self.newest));
        let mut bytes = [0; VOICE_CELL];
        bytes.iter_mut().zip(fields.chain(frames)).for_each(|(slot, byte)| *slot = byte);
        bytes
    }

    /// Reads a cell of a call with this profile.
    ///
    /// # Errors
    /// The peer broke the protocol: close the circuit.
    pub fn decode(profile: Profile, bytes: &[u8]) -> Result<Self, CellError> {
        let bytes: &[u8; VOICE_CELL] = bytes.try_into().map_err(|_| CellError::Length)?;
        let (header, rest) = bytes.split_first_chunk::<HEADER>().ok_or(CellError::Length)?;
        let (words, tail) = header.as_chunks::<4>();
        let (&[number, newest, sent, echoed], &[high, low, flags]) = (words, tail) else {
            return Err(CellError::Length);
        };
        let [number, newest, sent, echoed] = [number, newest, sent, echoed].map(u32::from_be_bytes);
        let held = u16::from_be_bytes([high, low]);
        let (frames, padding) = rest.split_at_checked(room(profile, newest)).ok_or(CellError::Length)?;
        let echo = (echoed > 0).then_some(Echo { number: echoed, held });
        let sound = number > 0 && newest <= NEWEST && flags == 0 && (echo.is_some() || held == 0);
        if !sound || padding.iter().any(|byte| *byte != 0) {
            return Err(CellError::Field);
        }
        Ok(Self { number, newest, sent, echo, frames: frames.to_vec() })
    }

    /// Every frame with its number, the newest first.
    pub fn numbered(&self, profile: Profile) -> impl Iterator<Item = (u32, &[u8])> {
        let numbers = (0..=self.newest).rev();
        numbers.zip(self.frames.chunks_exact(profile.frame_bytes()))
    }
}

impl Echo {
    /// The echo of a cell that arrived so long ago.
    pub fn new(number: u32, held: Duration) -> Self {
        Self { number, held: u16::try_from(held.as_millis()).unwrap_or(u16::MAX) }
    }

    /// How long the cell was held before it was echoed.
    pub fn held(self) -> Duration {
        Duration::from_millis(u64::from(self.held))
    }
}

impl std::fmt::Debug for Cell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Cell({}, frames up to {}, [redacted])", self.number, self.newest)
    }
}

/// Bytes of frames in a cell whose newest frame is this one: at the start of a call there are few.
fn room(profile: Profile, newest: u32) -> usize {
    let there = usize::try_from(newest).unwrap_or(usize::MAX).saturating_add(1);
    profile.frames_per_cell().min(there) * profile.frame_bytes()
}

/// Bytes before the frames.
const HEADER: usize = 4 + 4 + 4 + 4 + 2 + 1;

/// Bytes for frames in a cell.
pub(super) const FRAMES_ROOM: usize = VOICE_CELL - HEADER;

/// The highest number of a frame: a call of a year and more; nobody gets there by speaking.
pub(super) const NEWEST: u32 = i32::MAX as u32;

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn any_profile() -> impl Strategy<Value = Profile> {
        proptest::sample::select(&Profile::ALL[..])
    }

    fn any_cell() -> impl Strategy<Value = (Profile, Cell)> {
        let echo = proptest::option::of((1..=u32::MAX, any::<u16>()).prop_map(|(number, held)| Echo { number, held }));
        let newest = prop_oneof![0..30u32, 0..=NEWEST];
        (any_profile(), 1..=u32::MAX, newest, any::<u32>(), echo, vec(any::<u8>(), FRAMES_ROOM)).prop_map(
            |(profile, number, newest, sent, echo, mut frames)| {
                frames.truncate(room(profile, newest));
                (profile, Cell { number, newest, sent, echo, frames })
            },
        )
    }

    proptest! {
        #[test]
        fn cells_come_back((profile, cell) in any_cell()) {
            prop_assert_eq!(Cell::decode(profile, &cell.encode(profile)), Ok(cell));
        }

        /// Canonical: what is understood is written in exactly one way.
        #[test]
        fn what_decodes_encodes_to_the_same_bytes(
            (profile, cell) in any_cell(), at in prop_oneof![0..HEADER, 0..VOICE_CELL], byte in any::<u8>(),
        ) {
            let mut bytes = cell.encode(profile);
            bytes[at] = byte;
            if let Ok(cell) = Cell::decode(profile, &bytes) {
                prop_assert_eq!(cell.encode(profile), bytes);
            }
        }

        #[test]
        fn garbage_is_a_cell_or_an_error(profile in any_profile(), bytes in vec(any::<u8>(), 0..2 * VOICE_CELL)) {
            let _ = Cell::decode(profile, &bytes);
        }
    }

    #[test]
    fn bytes_are_as_documented() {
        let echo = Some(Echo { number: 3, held: 258 });
        let cell = Cell { number: 1, newest: 1, sent: 40, echo, frames: [vec![7; 43], vec![8; 43]].concat() };
        let header = [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 40, 0, 0, 0, 3, 1, 2, 0];
        let expected = [&header[..], &[7; 43], &[8; 43], &[0; VOICE_CELL - 105]].concat();
        assert_eq!(cell.encode(Profile::Default).as_slice(), expected);
        let numbered: Vec<_> = cell.numbered(Profile::Default).collect();
        assert_eq!(numbered, [(1, &[7; 43][..]), (0, &[8; 43][..])]);
    }

    #[test]
    fn wrong_cells_are_refused() {
        let cell = Cell { number: 1, newest: 0, sent: 0, echo: None, frames: vec![7; 43] };
        let bytes = cell.encode(Profile::Default);
        let with = |at: usize, byte: u8| {
            let mut bytes = bytes;
            bytes[at] = byte;
            Cell::decode(Profile::Default, &bytes)
        };
        assert_eq!(with(3, 0), Err(CellError::Field), "numbers start at 1");
        assert_eq!(with(4, 0x80), Err(CellError::Field), "a frame from beyond");
        assert_eq!(with(17, 1), Err(CellError::Field), "held, but nothing echoed");
        assert_eq!(with(18, 1), Err(CellError::Field), "a flag");
        assert_eq!(with(HEADER + 43, 1), Err(CellError::Field), "a frame before the first");
        assert_eq!(with(VOICE_CELL - 1, 1), Err(CellError::Field), "padding");
        for length in [0, HEADER, VOICE_CELL - 1, VOICE_CELL + 1] {
            assert_eq!(Cell::decode(Profile::Default, &vec![0; length]), Err(CellError::Length));
        }
    }

    #[test]
    fn every_cell_has_one_size_and_no_frame_is_told() {
        let cell = Cell { number: 1, newest: 9, sent: 0, echo: None, frames: vec![7; 9_999] };
        assert_eq!(cell.encode(Profile::Thin).len(), VOICE_CELL);
        assert!(!format!("{cell:?}").contains("7, 7"));
    }
}
