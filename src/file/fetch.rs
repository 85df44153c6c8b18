//! The receiving side of a transfer: what to ask for on which circuit, and whether what comes is what was offered.
//!
//! Each circuit is asked for all it takes to verify what it brings, before it brings it: the Top and the Map of a block
//! go in front of the block, unless they are here. So nothing unverified is kept but one unfinished part of each
//! circuit, and whoever brings something wrong is known at once. It does not store blocks and moves no bytes.

mod choice;
mod circuit;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use zeroize::Zeroizing;

use self::circuit::{Ask, Circuit};
use super::{Blocks, Hash, Lane, Tree};
use crate::wire::block::BlockFrames;
use crate::wire::limits::HAVE_EVERY;
use crate::wire::{BlockFrame, Part, WireError};

/// One transfer, over all its circuits. Times are since one arbitrary start.
pub struct Fetch {
    tree: Tree,
    root: Hash,
    /// Verified.
    top: Option<Vec<Hash>>,
    /// Verified, of groups of which blocks are missing.
    maps: BTreeMap<u32, Vec<Hash>>,
    stored: Blocks,
    /// Given out to be stored.
    storing: BTreeSet<u32>,
    /// How often blocks that are neither are asked for.
    asked: BTreeMap<u32, Copies>,
    /// The beginnings of blocks whose circuit closed.
    begun: BTreeMap<u32, Zeroizing<Vec<u8>>>,
    circuits: BTreeMap<Lane, Circuit>,
    /// The first group of which blocks are missing, or one before it.
    front: u32,
    /// What the sender was told last, and when.
    told: Option<(u64, Duration)>,
}

/// A block that is what was offered, to be stored.
pub struct Verified {
    /// Which.
    pub block: u32,
    /// All of it.
    pub bytes: Zeroizing<Vec<u8>>,
}

/// Why a circuit ends: the one on which it came, which must be closed. What other circuits brought stays good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// What is no frame.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// A frame that only a receiver says.
    #[error("the peer asked for parts of a file it should send")]
    Role,
    /// A part that was not asked for, or not next.
    #[error("the peer sent a part of a file that was not asked for")]
    NotAsked,
    /// Bytes that do not follow those before them, or go beyond the part.
    #[error("the peer sent a piece of a file in the wrong place")]
    Misplaced,
    /// An answer without bytes to an ask that stands.
    #[error("the peer answered without bytes")]
    Nothing,
    /// The hash is wrong.
    #[error("the peer sent something else than it offered")]
    Damaged,
    /// The circuit is not open.
    #[error("the circuit is not open")]
    Closed,
}

/// How often a block is asked for.
#[derive(Clone, Copy, Default)]
struct Copies {
    /// Not dropped.
    live: usize,
    /// Dropped ones, too: they may have been begun.
    all: usize,
}

impl Fetch {
    /// What is missing of the content of this shape and root. A `top` that is not this content's is left aside.
    pub fn new(tree: Tree, root: Hash, have: Blocks, top: Option<Vec<Hash>>) -> Self {
        Self {
            tree,
            root,
            top: top.filter(|top| tree.check_top(top, &root)),
            maps: BTreeMap::new(),
            stored: have,
            storing: BTreeSet::new(),
            asked: BTreeMap::new(),
            begun: BTreeMap::new(),
            circuits: BTreeMap::new(),
            front: 0,
            told: None,
        }
    }

    /// A circuit is there.
    pub fn open(&mut self, lane: Lane, now: Duration) {
        self.close(lane);
        self.circuits.insert(lane, Circuit::new(now));
    }

    /// A circuit is gone: what it was asked for is asked elsewhere, from where it stopped.
    pub fn close(&mut self, lane: Lane) {
        let Some(circuit) = self.circuits.remove(&lane) else { return };
        for ask in circuit.asks {
            let Part::Block(block) = ask.part else { continue };
            self.forget(block, &ask);
            if !circuit.failed && self.is_missing(block) {
                self.keep_begun(block, ask.bytes);
            }
        }
    }

    /// Takes the bytes of one record; adds to `verified` the blocks that it completes.
    ///
    /// # Errors
    /// The circuit must be closed. What is in `verified` is good all the same.
    pub fn take(
        &mut self,
        lane: Lane,
        record: &[u8],
        now: Duration,
        verified: &mut Vec<Verified>,
    ) -> Result<(), FetchError> {
        let taken = BlockFrames::new(record).try_for_each(|frame| match frame? {
            BlockFrame::Piece { part, from, bytes } => self.take_piece(lane, part, from as usize, bytes, now, verified),
            BlockFrame::Want { .. } | BlockFrame::Drop { .. } | BlockFrame::Have { .. } => Err(FetchError::Role),
        });
        if taken.is_err()
            && let Some(circuit) = self.circuits.get_mut(&lane)
        {
            circuit.failed = true;
        }
        taken
    }

    /// A block of [`Self::take`] is on the disk, or will be before it is counted as ours.
    pub fn stored(&mut self, block: u32) {
        if self.storing.remove(&block) {
            self.stored.insert(block);
        }
    }

    /// How many blocks were given out to be stored and are not yet.
    pub fn storing(&self) -> usize {
        self.storing.len()
    }

    /// The blocks that are stored.
    pub fn have(&self) -> &Blocks {
        &self.stored
    }

    /// The hashes of all groups, once they are verified and if there are several: to be kept for the next start.
    pub fn top(&self) -> Option<&[Hash]> {
        self.top.as_deref()
    }

    /// Whether everything is stored.
    pub fn done(&self) -> bool {
        self.stored.is_full()
    }

    /// Bytes that are stored.
    pub fn bytes(&self) -> u64 {
        self.stored.bytes()
    }

    /// Whether a circuit owes nothing.
    pub fn idle(&self, lane: Lane) -> bool {
        self.circuits.get(&lane).is_none_or(|circuit| circuit.asks.is_empty())
    }

    /// Since when a circuit that owes something has brought nothing;
    /// see [`FILE_STALLED`](crate::wire::limits::FILE_STALLED).
    pub fn owes_since(&self, lane: Lane) -> Option<Duration> {
        self.circuits.get(&lane).filter(|circuit| !circuit.asks.is_empty()).map(|circuit| circuit.progress)
    }

    fn take_piece(
        &mut self,
        lane: Lane,
        part: Part,
        from: usize,
        bytes: &[u8],
        now: Duration,
        verified: &mut Vec<Verified>,
    ) -> Result<(), FetchError> {
        let wanted = self.is_wanted(part);
        let length = self.tree.part_len(part).ok_or(FetchError::NotAsked)?;
        let circuit = self.circuits.get_mut(&lane).filter(|circuit| !circuit.failed).ok_or(FetchError::Closed)?;
        let Some(ask) = circuit.take(part, from, bytes, length, wanted, now)? else { return Ok(()) };
        if let Part::Block(block) = part {
            self.forget(block, &ask);
        }
        if wanted && ask.bytes.len() == length { self.accept(part, ask.bytes, verified) } else { Ok(()) }
    }

    /// Takes a whole part that is missing.
    fn accept(
        &mut self,
        part: Part,
        bytes: Zeroizing<Vec<u8>>,
        verified: &mut Vec<Verified>,
    ) -> Result<(), FetchError> {
        let (hashes, _) = bytes.as_chunks();
        match part {
            Part::Top if self.tree.check_top(hashes, &self.root) => self.top = Some(hashes.to_vec()),
            Part::Map(group) => {
                let expected = self.group_hash(group).ok_or(FetchError::Damaged)?;
                if !self.tree.check_map(group, hashes, &expected) {
                    return Err(FetchError::Damaged);
                }
                self.maps.insert(group, hashes.to_vec());
            }
            Part::Block(block) => {
                let expected = self.block_hash(block).ok_or(FetchError::Damaged)?;
                if self.tree.block_hash(block, &bytes) != Some(expected) {
                    return Err(FetchError::Damaged);
                }
                self.settle(block);
                verified.push(Verified { block, bytes });
            }
            Part::Top => return Err(FetchError::Damaged),
        }
        Ok(())
    }

    /// A block is verified: no circuit need bring it any more.
    fn settle(&mut self, block: u32) {
        self.storing.insert(block);
        self.begun.remove(&block);
        if let Some(copies) = self.asked.get_mut(&block) {
            copies.live = 0;
            self.circuits.values_mut().for_each(|circuit| circuit.drop_ask(block));
        }
        let group = self.tree.group_of(block);
        if !self.tree.blocks_of(group).any(|block| self.is_missing(block)) {
            self.maps.remove(&group);
        }
    }

    fn group_hash(&self, group: u32) -> Option<Hash> {
        if self.tree.groups() == 1 { Some(self.root) } else { self.top.as_ref()?.get(group as usize).copied() }
    }

    fn block_hash(&self, block: u32) -> Option<Hash> {
        let group = self.tree.group_of(block);
        let blocks = self.tree.blocks_of(group);
        if blocks.len() == 1 {
            return self.group_hash(group);
        }
        self.maps.get(&group)?.get(block.checked_sub(blocks.start)? as usize).copied()
    }

    fn is_missing(&self, block: u32) -> bool {
        !self.stored.contains(block) && !self.storing.contains(&block)
    }

    /// Whether a part that arrives is still of use.
    fn is_wanted(&self, part: Part) -> bool {
        match part {
            Part::Top => self.top.is_none(),
            Part::Map(group) => {
                !self.maps.contains_key(&group) && self.tree.blocks_of(group).any(|block| self.is_missing(block))
            }
            Part::Block(block) => self.is_missing(block),
        }
    }

    /// An ask for a block stands no more.
    fn forget(&mut self, block: u32, ask: &Ask) {
        let Some(copies) = self.asked.get_mut(&block) else { return };
        copies.all = copies.all.saturating_sub(1);
        copies.live = copies.live.saturating_sub(usize::from(!ask.dropped));
        if copies.all == 0 {
            self.asked.remove(&block);
        }
    }

    /// Keeps the longest beginning of a block, of few blocks.
    fn keep_begun(&mut self, block: u32, bytes: Zeroizing<Vec<u8>>) {
        let known = self.begun.get(&block).map_or(0, |bytes| bytes.len());
        if bytes.len() > known && (known > 0 || self.begun.len() < BEGUN_KEPT) {
            self.begun.insert(block, bytes);
        }
    }

    /// What the sender is to be told of what is stored, if it is time.
    fn tell(&mut self, now: Duration, out: &mut Vec<u8>) {
        let bytes = self.bytes();
        if self.told.is_none_or(|(told, at)| told != bytes && now.saturating_sub(at) >= HAVE_EVERY) {
            self.told = Some((bytes, now));
            BlockFrame::Have { bytes }.encode(out);
        }
    }
}

impl std::fmt::Debug for Fetch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Fetch({:?}, {} circuits)", self.stored, self.circuits.len())
    }
}

impl std::fmt::Debug for Verified {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Verified(block {}, [{} bytes])", self.block, self.bytes.len())
    }
}

/// Beginnings of blocks that are kept: as many as circuits may end at once, and some that ended before.
const BEGUN_KEPT: usize = 8;
