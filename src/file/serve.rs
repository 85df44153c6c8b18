//! The sending side of a transfer: takes what is asked for on its circuits and says what to answer, in order.
//!
//! It reads no file: who drives it reads blocks and hashes them. It does not choose which circuit goes next.

use std::collections::{BTreeMap, VecDeque};

use super::{Hash, Hashed, Lane, Tree};
use crate::wire::block::BlockFrames;
use crate::wire::limits::{ASKED_TIMES, ASKS, CELL, PIECE_BYTES};
use crate::wire::{BlockFrame, Part, WireError};

/// One transfer, for all its circuits.
pub struct Serve {
    tree: Tree,
    hashed: Hashed,
    lanes: BTreeMap<Lane, VecDeque<Ask>>,
    /// Made last, newest at the end: circuits that share a group, and those that come again after a crash, ask alike.
    maps: VecDeque<(u32, Vec<Hash>)>,
    /// What may still be answered, in bytes.
    left: u64,
    theirs: u64,
}

/// What to do next for a circuit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Job {
    /// Seal these frames, which fit one record, and send them.
    Send(Vec<u8>),
    /// Read this block from byte `from` of it to its end, make [`pieces`](crate::wire::block::pieces) of it, seal these alone and send them.
    Read {
        /// Which.
        block: u32,
        /// The first byte of it to read.
        from: usize,
    },
    /// Hash the blocks of this group ([`Tree::blocks_of`]) and give them to [`Serve::mapped`]; then ask again.
    Map {
        /// Which.
        group: u32,
    },
}

/// Why a circuit ends, or the transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ServeError {
    /// What is no frame.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// A frame that only a sender says.
    #[error("the peer sent pieces of a file it should receive")]
    Role,
    /// A part that the content does not have.
    #[error("the peer asked for a part that is not there")]
    NoSuchPart,
    /// More asks than may wait.
    #[error("the peer asked for more than it may at once")]
    TooManyAsks,
    /// The circuit is not open.
    #[error("the circuit is not open")]
    Closed,
    /// The whole transfer ends: it was asked for too often.
    #[error("the peer asked for the same again and again")]
    AskedTooMuch,
    /// The whole transfer ends: the content is not what was offered.
    #[error("the file was changed since it was offered")]
    SourceChanged,
}

#[derive(Clone, Copy)]
struct Ask {
    part: Part,
    /// The next byte to send.
    from: usize,
    begun: bool,
    dropped: bool,
}

impl Serve {
    /// Serves the content of this shape and these hashes; no circuit is open.
    pub fn new(tree: Tree, hashed: Hashed) -> Self {
        let left = ASKED_TIMES.saturating_mul(tree.size().saturating_add(SPARE));
        Self { tree, hashed, lanes: BTreeMap::new(), maps: VecDeque::new(), left, theirs: 0 }
    }

    /// A circuit is there.
    pub fn open(&mut self, lane: Lane) {
        self.lanes.insert(lane, VecDeque::new());
    }

    /// A circuit is gone; what it asked for is forgotten.
    pub fn close(&mut self, lane: Lane) {
        self.lanes.remove(&lane);
    }

    /// Takes the bytes of one record.
    ///
    /// # Errors
    /// The circuit must end, and for the last two errors the transfer.
    pub fn take(&mut self, lane: Lane, record: &[u8]) -> Result<(), ServeError> {
        let asks = self.lanes.get_mut(&lane).ok_or(ServeError::Closed)?;
        for frame in BlockFrames::new(record) {
            match frame? {
                BlockFrame::Want { part, from } => {
                    let from = from as usize;
                    if self.tree.part_len(part).is_none_or(|len| from >= len) {
                        return Err(ServeError::NoSuchPart);
                    }
                    if asks.len() >= ASKS {
                        return Err(ServeError::TooManyAsks);
                    }
                    asks.push_back(Ask { part, from, begun: false, dropped: false });
                }
                BlockFrame::Drop { part } => {
                    // It may come too late: then it changes nothing.
                    let ask = asks.iter_mut().find(|ask| ask.part == part && !ask.begun && !ask.dropped);
                    ask.into_iter().for_each(|ask| ask.dropped = true);
                }
                BlockFrame::Have { bytes } => self.theirs = bytes.min(self.tree.size()),
                BlockFrame::Piece { .. } => return Err(ServeError::Role),
            }
        }
        Ok(())
    }

    /// What to do next for a circuit; `None` while it has asked for nothing more.
    ///
    /// # Errors
    /// The transfer ends.
    pub fn next(&mut self, lane: Lane) -> Result<Option<Job>, ServeError> {
        let Some(asks) = self.lanes.get_mut(&lane) else { return Ok(None) };
        let Some(ask) = asks.front_mut() else { return Ok(None) };
        if ask.dropped {
            let job = Job::Send(piece(ask.part, ask.from, &[]));
            asks.pop_front();
            return self.pay(CELL).map(|()| Some(job));
        }
        let hashes = match ask.part {
            Part::Block(block) => {
                let job = Job::Read { block, from: ask.from };
                let length = self.tree.block_len(block) - ask.from;
                asks.pop_front();
                return self.pay(length).map(|()| Some(job));
            }
            Part::Top => &self.hashed.top,
            Part::Map(group) => match self.maps.iter().find(|(made, _)| *made == group) {
                Some((_, map)) => map,
                None => return Ok(Some(Job::Map { group })),
            },
        };
        // A list of hashes is answered a record at a time: nothing waits for more of it than that.
        let rest = hashes.as_flattened().get(ask.from..).unwrap_or_default();
        let bytes = rest.get(..PIECE_BYTES).unwrap_or(rest);
        let job = Job::Send(piece(ask.part, ask.from, bytes));
        let (sent, whole) = (bytes.len(), bytes.len() == rest.len());
        (ask.from, ask.begun) = (ask.from + sent, true);
        if whole {
            asks.pop_front();
        }
        self.pay(sent).map(|()| Some(job))
    }

    /// Takes the hashes of the blocks of a group, as [`Job::Map`] wanted.
    ///
    /// # Errors
    /// They are not those of the content that was offered, or were made too often: the transfer ends.
    pub fn mapped(&mut self, group: u32, map: Vec<Hash>) -> Result<(), ServeError> {
        let expected = self.hashed.group(group).ok_or(ServeError::SourceChanged)?;
        if !self.tree.check_map(group, &map, &expected) {
            return Err(ServeError::SourceChanged);
        }
        // Making a map costs more than sending it.
        self.pay(map.len() * MAP_COST)?;
        if self.maps.len() >= MAPS_KEPT {
            self.maps.pop_front();
        }
        self.maps.push_back((group, map));
        Ok(())
    }

    /// How many bytes the receiver says it has verified.
    pub fn theirs(&self) -> u64 {
        self.theirs
    }

    /// However little is asked for, it costs a cell.
    fn pay(&mut self, bytes: usize) -> Result<(), ServeError> {
        self.left = self.left.checked_sub(bytes.max(CELL) as u64).ok_or(ServeError::AskedTooMuch)?;
        Ok(())
    }
}

impl std::fmt::Debug for Serve {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Serve({} circuits, {} bytes left)", self.lanes.len(), self.left)
    }
}

fn piece(part: Part, from: usize, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    // A part is far below 4 GiB.
    BlockFrame::Piece { part, from: from as u32, bytes }.encode(&mut out);
    out
}

/// Of small files, a mebibyte may be asked for again so many times.
const SPARE: u64 = 1024 * 1024;
/// Maps that are kept: 2 KiB each, for as many groups as circuits work on before and after a crash.
const MAPS_KEPT: usize = 16;
/// What the hash of one block in a map is counted as, in bytes: a quarter of the block that must be read and hashed.
const MAP_COST: usize = 16 * 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::testing::{content, hashed};
    use crate::wire::limits::BLOCK_BYTES;

    const LANE: Lane = Lane(7);

    fn serve(size: usize) -> (Serve, Tree, Vec<u8>) {
        let content = content(size);
        let (tree, hashed) = hashed(&content);
        let mut serve = Serve::new(tree, hashed);
        serve.open(LANE);
        (serve, tree, content)
    }

    fn say(serve: &mut Serve, frames: &[BlockFrame<'_>]) {
        let mut record = Vec::new();
        frames.iter().for_each(|frame| frame.encode(&mut record));
        serve.take(LANE, &record).unwrap();
    }

    fn want(part: Part) -> BlockFrame<'static> {
        BlockFrame::Want { part, from: 0 }
    }

    fn next(serve: &mut Serve) -> Option<Job> {
        serve.next(LANE).unwrap()
    }

    #[test]
    fn answers_come_in_the_order_of_the_asks() {
        let (mut serve, tree, content) = serve(3 * BLOCK_BYTES);
        let rest = BlockFrame::Want { part: Part::Block(2), from: 5 };
        say(&mut serve, &[want(Part::Block(1)), want(Part::Map(0)), rest]);
        assert_eq!(next(&mut serve), Some(Job::Read { block: 1, from: 0 }));
        assert_eq!(next(&mut serve), Some(Job::Map { group: 0 }));
        assert_eq!(next(&mut serve), Some(Job::Map { group: 0 }), "nothing goes on without it");
        let map = tree.map_of(0, &content).unwrap();
        serve.mapped(0, map.clone()).unwrap();
        assert_eq!(next(&mut serve), Some(Job::Send(piece(Part::Map(0), 0, map.as_flattened()))));
        assert_eq!(next(&mut serve), Some(Job::Read { block: 2, from: 5 }));
        assert_eq!(next(&mut serve), None);
        say(&mut serve, &[want(Part::Map(0))]);
        assert!(matches!(next(&mut serve), Some(Job::Send(_))), "a map is made once");
    }

    #[test]
    fn what_is_dropped_is_answered_without_bytes_unless_it_has_begun() {
        let (mut serve, ..) = serve(3 * BLOCK_BYTES);
        let [first, second] = [0, 1].map(Part::Block);
        say(&mut serve, &[want(first), want(second), want(second)]);
        assert_eq!(next(&mut serve), Some(Job::Read { block: 0, from: 0 }));
        say(&mut serve, &[BlockFrame::Drop { part: first }, BlockFrame::Drop { part: second }]);
        assert_eq!(next(&mut serve), Some(Job::Send(piece(second, 0, &[]))));
        assert_eq!(next(&mut serve), Some(Job::Read { block: 1, from: 0 }), "one drop is for one ask");
        assert_eq!(next(&mut serve), None);
    }

    #[test]
    fn a_long_top_goes_out_a_record_at_a_time() {
        let tree = Tree::new(1_000 * 64 * BLOCK_BYTES as u64);
        let mut serve = Serve::new(tree, Hashed { root: [0; 32], top: vec![[5; 32]; 1_000] });
        serve.open(LANE);
        say(&mut serve, &[want(Part::Top)]);
        let first = next(&mut serve).unwrap();
        say(&mut serve, &[BlockFrame::Drop { part: Part::Top }]);
        assert_eq!(first, Job::Send(piece(Part::Top, 0, &[5; PIECE_BYTES])));
        let rest = vec![5; 32_000 - 2 * PIECE_BYTES];
        let [second, third] = [(PIECE_BYTES, &[5; PIECE_BYTES][..]), (2 * PIECE_BYTES, &rest)];
        for (from, bytes) in [second, third] {
            assert_eq!(next(&mut serve), Some(Job::Send(piece(Part::Top, from, bytes))), "begun, so it goes on");
        }
        assert_eq!(next(&mut serve), None);
    }

    #[test]
    fn what_a_closed_circuit_asked_for_is_forgotten() {
        let (mut serve, ..) = serve(BLOCK_BYTES);
        say(&mut serve, &[want(Part::Block(0)), BlockFrame::Have { bytes: u64::MAX }]);
        serve.close(LANE);
        assert_eq!((serve.next(LANE), serve.take(LANE, &[])), (Ok(None), Err(ServeError::Closed)));
        serve.open(LANE);
        assert_eq!(next(&mut serve), None);
        assert_eq!(serve.theirs(), BLOCK_BYTES as u64, "no more than there is");
    }
}
