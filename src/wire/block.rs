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
