//! How a content is cut into blocks and groups, and how its one hash vouches for each of them.
//!
//! ```text
//! root                       BLAKE3 of the whole content, as `b3sum` gives it
//!  └ Top: one hash each of the groups      (4 MiB)
//!     └ Map: one hash each of the blocks   (64 KiB) of one group
//! ```
//!
//! The hashes are the inner nodes of BLAKE3's own tree, so one pass over the content makes them, and a block is verified
//! alone. Where a content has one group, or a group has one block, the list above it is left out: its only hash is known.
//! It reads no content itself.

use std::ops::Range;

use blake3::Hasher;
use blake3::hazmat::{HasherExt, Mode, merge_subtrees_non_root, merge_subtrees_root};

use crate::wire::Part;
use crate::wire::limits::{BLOCK_BYTES, GROUP_BLOCKS};

/// A hash of BLAKE3: the root of a content, or the chaining value of a part of it.
pub type Hash = [u8; 32];

/// The shape of a content of a known size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tree {
    size: u64,
}

/// Hashes a content of a known size in one pass.
pub struct Hashing {
    tree: Tree,
    /// Of the group, or of the whole content where it has but one.
    hasher: Hasher,
    /// Bytes taken.
    taken: u64,
    top: Vec<Hash>,
}

/// The hashes of a content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hashed {
    /// Of all of it.
    pub root: Hash,
    /// Of its groups; empty where it has but one.
    pub top: Vec<Hash>,
}

/// A content was shorter or longer than was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the file has another size than a moment ago")]
pub struct SizeError;

impl Tree {
    /// The shape of so many bytes; at most [`FILE_BYTES`](crate::wire::limits::FILE_BYTES).
    pub fn new(size: u64) -> Self {
        Self { size }
    }

    /// Bytes in all.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Blocks in all; none of an empty content.
    pub fn blocks(&self) -> u32 {
        count(self.size, BLOCK)
    }

    /// Groups in all; none of an empty content.
    pub fn groups(&self) -> u32 {
        count(self.size, GROUP)
    }

    /// Where a block begins.
    pub fn offset(&self, block: u32) -> u64 {
        u64::from(block) * BLOCK
    }

    /// Bytes of a block; 0 if there is none of this number.
    pub fn block_len(&self, block: u32) -> usize {
        // At most BLOCK_BYTES.
        self.size.saturating_sub(self.offset(block)).min(BLOCK) as usize
    }

    /// The group of a block.
    pub fn group_of(&self, block: u32) -> u32 {
        block / GROUP_BLOCKS
    }

    /// The blocks of a group; empty if there is none of this number.
    pub fn blocks_of(&self, group: u32) -> Range<u32> {
        let first = group.saturating_mul(GROUP_BLOCKS).min(self.blocks());
        first..first.saturating_add(GROUP_BLOCKS).min(self.blocks())
    }

    /// Bytes of a part; `None` if this content has no such part.
    pub fn part_len(&self, part: Part) -> Option<usize> {
        let hashes = |n: usize| (n > 1).then_some(n * HASH);
        match part {
            Part::Top => hashes(self.groups() as usize),
            Part::Map(group) => hashes(self.blocks_of(group).len()),
            Part::Block(block) => Some(self.block_len(block)).filter(|len| *len > 0),
        }
    }

    /// The hash of a block, which for the only block of a content is its root; `None` if these bytes are no such block.
    pub fn block_hash(&self, block: u32, bytes: &[u8]) -> Option<Hash> {
        if bytes.is_empty() || bytes.len() != self.block_len(block) {
            return None;
        }
        let mut hasher = Hasher::new();
        if self.blocks() == 1 {
            return Some(hasher.update(bytes).finalize().into());
        }
        hasher.set_input_offset(self.offset(block));
        Some(hasher.update(bytes).finalize_non_root())
    }

    /// Whether these are the hashes of the groups of the content with this root.
    pub fn check_top(&self, top: &[Hash], root: &Hash) -> bool {
        top.len() > 1 && top.len() == self.groups() as usize && merged_root(top) == Some(*root)
    }

    /// Whether these are the hashes of the blocks of a group with this hash, which for the only group is the root.
    pub fn check_map(&self, group: u32, map: &[Hash], expected: &Hash) -> bool {
        let merged = if self.groups() == 1 { merged_root(map) } else { merged(map) };
        map.len() > 1 && map.len() == self.blocks_of(group).len() && merged == Some(*expected)
    }

    /// The hashes of the blocks of a group, given its content; `None` if these bytes are no such group.
    pub fn map_of(&self, group: u32, content: &[u8]) -> Option<Vec<Hash>> {
        let blocks = self.blocks_of(group);
        let pieces = content.chunks(BLOCK_BYTES);
        if blocks.len() != pieces.len() {
            return None;
        }
        blocks.zip(pieces).map(|(block, bytes)| self.block_hash(block, bytes)).collect()
    }
}

impl Hashing {
    /// Nothing taken yet.
    pub fn new(tree: Tree) -> Self {
        Self { tree, hasher: Hasher::new(), taken: 0, top: Vec::new() }
    }

    /// Takes the next bytes, however many.
    ///
    /// # Errors
    /// They are more than was said.
    pub fn update(&mut self, bytes: &[u8]) -> Result<(), SizeError> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let room = (GROUP - self.taken % GROUP).min(self.tree.size - self.taken);
            if room == 0 {
                return Err(SizeError);
            }
            let (now, later) = rest.split_at(rest.len().min(room as usize));
            self.hasher.update(now);
            self.taken += now.len() as u64;
            rest = later;
            if now.len() as u64 == room && self.tree.groups() > 1 {
                self.top.push(self.hasher.finalize_non_root());
                self.hasher = Hasher::new();
                self.hasher.set_input_offset(self.taken.next_multiple_of(GROUP));
            }
        }
        Ok(())
    }

    /// The hashes.
    ///
    /// # Errors
    /// Less was taken than was said.
    pub fn finish(self) -> Result<Hashed, SizeError> {
        if self.taken != self.tree.size {
            return Err(SizeError);
        }
        let root = merged_root(&self.top).unwrap_or_else(|| self.hasher.finalize().into());
        Ok(Hashed { root, top: self.top })
    }
}

impl Hashed {
    /// The hash of a group: of its blocks' hashes together.
    pub fn group(&self, group: u32) -> Option<Hash> {
        if self.top.is_empty() { Some(self.root) } else { self.top.get(group as usize).copied() }
    }
}

impl std::fmt::Debug for Hashing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Hashing({} of {} bytes)", self.taken, self.tree.size)
    }
}

/// The hash of a content of several equal subtrees, the last of which may be smaller.
fn merged_root(subtrees: &[Hash]) -> Option<Hash> {
    let (left, right) = halves(subtrees)?;
    Some(merge_subtrees_root(&merged(left)?, &merged(right)?, Mode::Hash).into())
}

/// The same below the root. As deep as the tree is: 14 for the largest content.
fn merged(subtrees: &[Hash]) -> Option<Hash> {
    match subtrees {
        [one] => Some(*one),
        several => {
            let (left, right) = halves(several)?;
            Some(merge_subtrees_non_root(&merged(left)?, &merged(right)?, Mode::Hash))
        }
    }
}

/// BLAKE3's cut: as many on the left as the largest power of two that leaves something on the right.
fn halves(subtrees: &[Hash]) -> Option<(&[Hash], &[Hash])> {
    let left = subtrees.len().checked_sub(1).filter(|n| *n > 0)?.ilog2();
    subtrees.split_at_checked(1 << left)
}

fn count(size: u64, unit: u64) -> u32 {
    u32::try_from(size.div_ceil(unit)).unwrap_or(u32::MAX)
}

const BLOCK: u64 = BLOCK_BYTES as u64;
const GROUP: u64 = GROUP_BLOCKS as u64 * BLOCK;
const HASH: usize = size_of::<Hash>();
