//! The frames of a circuit that carries a file: the receiver of the file asks for parts of it, the sender answers.
//!
//! A record holds whole frames, so each record is decoded alone and pieces are read where they lie. It does not know
//! how many parts a file has ([`crate::file::Tree`] does) nor who may say what.

use super::frame::WireError;
use super::limits::PIECE_BYTES;
use super::reader::Reader;

/// What can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The hashes of all groups.
    Top,
    /// The hashes of the blocks of this group.
    Map(u32),
    /// The content of this block.
    Block(u32),
}

/// One frame of such a circuit.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum BlockFrame<'a> {
    /// From the receiver: this part, from here to its end.
    Want {
        /// Which.
        part: Part,
        /// The first byte that is wanted.
        from: u32,
    },
    /// From the receiver: the earliest ask for this part that is not yet begun need not be answered with bytes.
    Drop {
        /// Which.
        part: Part,
    },
    /// From the sender: bytes of the oldest ask that is not answered in full; none when that ask was dropped.
    Piece {
        /// The part that was asked for.
        part: Part,
        /// Where in it the bytes begin.
        from: u32,
        /// At most [`PIECE_BYTES`].
        bytes: &'a [u8],
    },
    /// From the receiver: so much of the content is verified.
    Have {
        /// Bytes of whole blocks.
        bytes: u64,
    },
}

/// The frames of one record, one after the other; after an error nothing more.
pub struct BlockFrames<'a>(&'a [u8]);

impl BlockFrame<'_> {
    /// Appends the frame's bytes.
    pub fn encode(&self, out: &mut Vec<u8>) {
        match *self {
            Self::Want { part, from } => {
                head(WANT, PART + 4, out);
                part.encode(out);
                out.extend(from.to_be_bytes());
            }
            Self::Drop { part } => {
                head(DROP, PART, out);
                part.encode(out);
            }
            Self::Piece { part, from, bytes } => {
                head(PIECE, PART + 4 + bytes.len(), out);
                part.encode(out);
                out.extend(from.to_be_bytes());
                out.extend_from_slice(bytes);
            }
            Self::Have { bytes } => {
                head(HAVE, 8, out);
                out.extend(bytes.to_be_bytes());
            }
        }
    }
}

impl<'a> BlockFrames<'a> {
    /// The frames in the bytes of one record.
    pub fn new(record: &'a [u8]) -> Self {
        Self(record)
    }

    fn cut(&mut self) -> Result<BlockFrame<'a>, WireError> {
        let ([kind, a, b], rest) = self.0.split_first_chunk().ok_or(WireError::Length)?;
        let (body, rest) = rest.split_at_checked(u16::from_be_bytes([*a, *b]).into()).ok_or(WireError::Length)?;
        self.0 = rest;
        let mut body = Reader::new(body);
        let frame = match *kind {
            WANT => BlockFrame::Want { part: Part::read(&mut body)?, from: u32::from_be_bytes(body.bytes()?) },
            DROP => BlockFrame::Drop { part: Part::read(&mut body)? },
            PIECE => BlockFrame::Piece {
                part: Part::read(&mut body)?,
                from: u32::from_be_bytes(body.bytes()?),
                bytes: body.rest(PIECE_BYTES)?,
            },
            HAVE => BlockFrame::Have { bytes: body.number()? },
            _ => return Err(WireError::UnknownKind),
        };
        body.finish()?;
        Ok(frame)
    }
}

impl<'a> Iterator for BlockFrames<'a> {
    type Item = Result<BlockFrame<'a>, WireError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let frame = self.cut();
        if frame.is_err() {
            self.0 = &[];
        }
        Some(frame)
    }
}

/// Appends the answer to an ask: `bytes` of `part`, which begin at `from`, cut so that each piece fills one record. To
/// be sealed alone: other frames in front would move the cuts.
pub fn pieces(part: Part, from: u32, bytes: &[u8], out: &mut Vec<u8>) {
    out.reserve(bytes.len() + bytes.len().div_ceil(PIECE_BYTES) * PIECE_HEAD);
    let mut from = from;
    for bytes in bytes.chunks(PIECE_BYTES) {
        BlockFrame::Piece { part, from, bytes }.encode(out);
        // A part is far below 4 GiB.
        from = from.saturating_add(bytes.len() as u32);
    }
}

impl Part {
    fn encode(self, out: &mut Vec<u8>) {
        let (code, number) = match self {
            Self::Top => (TOP, 0),
            Self::Map(group) => (MAP, group),
            Self::Block(block) => (BLOCK, block),
        };
        out.push(code);
        out.extend(number.to_be_bytes());
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, WireError> {
        match (from.byte()?, u32::from_be_bytes(from.bytes()?)) {
            (TOP, 0) => Ok(Self::Top),
            (MAP, group) => Ok(Self::Map(group)),
            (BLOCK, block) => Ok(Self::Block(block)),
            _ => Err(WireError::Field),
        }
    }
}

/// Shows no content.
impl std::fmt::Debug for BlockFrame<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Want { part, from } => write!(f, "Want({part:?} from {from})"),
            Self::Drop { part } => write!(f, "Drop({part:?})"),
            Self::Piece { part, from, bytes } => write!(f, "Piece({part:?} from {from}, [{} bytes])", bytes.len()),
            Self::Have { bytes } => write!(f, "Have({bytes})"),
        }
    }
}

fn head(kind: u8, length: usize, out: &mut Vec<u8>) {
    // No body is longer than a record.
    let [a, b] = (length as u16).to_be_bytes();
    out.extend([kind, a, b]);
}

const WANT: u8 = 0x01;
const DROP: u8 = 0x02;
const PIECE: u8 = 0x03;
const HAVE: u8 = 0x04;

const TOP: u8 = 0;
const MAP: u8 = 1;
const BLOCK: u8 = 2;

/// Bytes of a [`Part`].
const PART: usize = 1 + 4;
/// What a piece has beside its bytes.
const PIECE_HEAD: usize = 1 + 2 + PART + 4;

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::super::limits::RECORD_BYTES;
    use super::*;

    /// A frame with its own bytes.
    #[derive(Clone, Debug)]
    enum Said {
        Want(Part, u32),
        Drop(Part),
        Piece(Part, u32, Vec<u8>),
        Have(u64),
    }

    impl Said {
        fn frame(&self) -> BlockFrame<'_> {
            match self {
                Self::Want(part, from) => BlockFrame::Want { part: *part, from: *from },
                Self::Drop(part) => BlockFrame::Drop { part: *part },
                Self::Piece(part, from, bytes) => BlockFrame::Piece { part: *part, from: *from, bytes },
                Self::Have(bytes) => BlockFrame::Have { bytes: *bytes },
            }
        }
    }

    fn any_part() -> impl Strategy<Value = Part> {
        prop_oneof![Just(Part::Top), any::<u32>().prop_map(Part::Map), any::<u32>().prop_map(Part::Block)]
    }

    fn any_said() -> impl Strategy<Value = Said> {
        prop_oneof![
            (any_part(), any::<u32>()).prop_map(|(part, from)| Said::Want(part, from)),
            any_part().prop_map(Said::Drop),
            (any_part(), any::<u32>(), vec(any::<u8>(), 0..200))
                .prop_map(|(part, from, bytes)| Said::Piece(part, from, bytes)),
            (any_part(), any::<u32>()).prop_map(|(part, from)| Said::Piece(part, from, vec![7; PIECE_BYTES])),
            any::<u64>().prop_map(Said::Have),
        ]
    }

    fn encoded(frame: BlockFrame<'_>) -> Vec<u8> {
        let mut bytes = Vec::new();
        frame.encode(&mut bytes);
        bytes
    }

    proptest! {
        #[test]
        fn a_record_gives_the_frames_that_were_put_in(said in vec(any_said(), 0..6)) {
            let bytes: Vec<u8> = said.iter().flat_map(|said| encoded(said.frame())).collect();
            let frames: Vec<_> = BlockFrames::new(&bytes).map(Result::unwrap).collect();
            prop_assert_eq!(frames, said.iter().map(Said::frame).collect::<Vec<_>>());
        }

        /// Canonical, and nothing after an error.
        #[test]
        fn garbage_is_an_error_or_its_own_bytes(bytes in vec(prop_oneof![0..6u8, any::<u8>()], 0..60)) {
            let frames: Vec<_> = BlockFrames::new(&bytes).collect();
            let wrong = frames.iter().position(Result::is_err).unwrap_or(frames.len());
            prop_assert!(wrong + 1 >= frames.len());
            let again: Vec<u8> = frames.iter().take(wrong).flat_map(|frame| encoded(frame.unwrap())).collect();
            prop_assert!(bytes.starts_with(&again));
            prop_assert_eq!(wrong == frames.len(), again.len() == bytes.len());
        }

        #[test]
        fn pieces_fill_records_and_join_to_the_part(length in 1..150_000usize, from in 0..1_000u32) {
            let part: Vec<u8> = (0..length).map(|n| n as u8).collect();
            let mut bytes = Vec::new();
            pieces(Part::Block(9), from, &part, &mut bytes);
            let mut joined: Vec<u8> = Vec::new();
            for record in bytes.chunks(RECORD_BYTES - 35) {
                let frames: Vec<_> = BlockFrames::new(record).map(Result::unwrap).collect();
                let [BlockFrame::Piece { part: Part::Block(9), from: at, bytes }] = frames[..] else { panic!("{frames:?}") };
                prop_assert_eq!(at as usize, from as usize + joined.len());
                joined.extend(bytes);
            }
            prop_assert_eq!(joined, part);
        }
    }

    #[test]
    fn bytes_are_as_documented() {
        assert_eq!(encoded(BlockFrame::Want { part: Part::Top, from: 258 }), [1, 0, 9, 0, 0, 0, 0, 0, 0, 0, 1, 2]);
        assert_eq!(encoded(BlockFrame::Drop { part: Part::Map(3) }), [2, 0, 5, 1, 0, 0, 0, 3]);
        let piece = BlockFrame::Piece { part: Part::Block(4), from: 5, bytes: b"hi" };
        assert_eq!(encoded(piece), [3, 0, 11, 2, 0, 0, 0, 4, 0, 0, 0, 5, b'h', b'i']);
        assert_eq!(encoded(BlockFrame::Have { bytes: 6 }), [4, 0, 8, 0, 0, 0, 0, 0, 0, 0, 6]);
    }

    #[test]
    fn wrong_frames_are_refused() {
        let wrong: &[(&str, &[u8], WireError)] = &[
            ("a cut header", &[1, 0], WireError::Length),
            ("a cut body", &[1, 0, 9, 0], WireError::Length),
            ("an unknown kind", &[5, 0, 0], WireError::UnknownKind),
            ("kind 0", &[0, 0, 0], WireError::UnknownKind),
            ("a short ask", &[1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0], WireError::Length),
            ("a long ask", &[1, 0, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], WireError::Length),
            ("an unknown part", &[2, 0, 5, 3, 0, 0, 0, 0], WireError::Field),
            ("a second Top", &[2, 0, 5, 0, 0, 0, 0, 1], WireError::Field),
            ("a piece without a place", &[3, 0, 5, 2, 0, 0, 0, 0], WireError::Length),
            ("a long report", &[4, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0], WireError::Length),
        ];
        for (what, bytes, error) in wrong {
            assert_eq!(BlockFrames::new(bytes).collect::<Vec<_>>(), [Err(*error)], "{what}");
        }
        let long = encoded(BlockFrame::Piece { part: Part::Top, from: 0, bytes: &[0; PIECE_BYTES + 1] });
        assert_eq!(BlockFrames::new(&long).next(), Some(Err(WireError::Length)), "more than a record holds");
    }

    #[test]
    fn debug_shows_no_content() {
        let piece = BlockFrame::Piece { part: Part::Top, from: 0, bytes: b"secret" };
        let shown = format!("{piece:?}");
        assert!(!shown.contains("secret") && !shown.contains("115"), "{shown}");
    }
}
