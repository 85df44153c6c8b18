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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::file::testing::content;

    const SIZES: [usize; 16] = [
        0,
        1,
        1_023,
        1_024,
        1_025,
        BLOCK_BYTES - 1,
        BLOCK_BYTES,
        BLOCK_BYTES + 1,
        3 * BLOCK_BYTES,
        GROUP as usize - 1,
        GROUP as usize,
        GROUP as usize + 1,
        GROUP as usize + BLOCK_BYTES + 1,
        2 * GROUP as usize,
        3 * GROUP as usize + 5 * BLOCK_BYTES,
        5 * GROUP as usize - 77,
    ];

    fn hashed(content: &[u8], piece: usize) -> Hashed {
        let mut hashing = Hashing::new(Tree::new(content.len() as u64));
        content.chunks(piece).for_each(|piece| hashing.update(piece).unwrap());
        hashing.finish().unwrap()
    }

    /// Every block of a content verified through the lists above it.
    fn verify(content: &[u8]) {
        let (tree, hashed) = (Tree::new(content.len() as u64), hashed(content, 1 << 20));
        assert_eq!(tree.check_top(&hashed.top, &hashed.root), tree.groups() > 1);
        for group in 0..tree.groups() {
            let bytes = content.chunks(GROUP as usize).nth(group as usize).unwrap();
            let map = tree.map_of(group, bytes).unwrap();
            let expected = hashed.group(group).unwrap();
            assert_eq!(tree.check_map(group, &map, &expected), map.len() > 1);
            assert_eq!(map.len(), tree.blocks_of(group).len());
            if let [only] = map[..] {
                assert_eq!(only, expected, "the hash of a group's only block is the group's");
            }
        }
    }

    #[test]
    fn the_root_is_that_of_plain_blake3() {
        for size in SIZES {
            let content = content(size);
            let root: Hash = blake3::hash(&content).into();
            for piece in [1_000, BLOCK_BYTES, 1 << 20, usize::MAX] {
                assert_eq!(hashed(&content, piece).root, root, "{size} bytes in pieces of {piece}");
            }
            verify(&content);
        }
    }

    /// From the test vectors of BLAKE3: input bytes 0, 1, ... 250, 0, 1, ...
    #[test]
    fn the_root_is_that_of_the_vectors() {
        let vectors = [
            (0, "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"),
            (1_025, "d00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444"),
            (102_400, "bc3e3d41a1146b069abffad3c0d44860cf664390afce4d9661f7902e7943e085"),
        ];
        for (size, expected) in vectors {
            let content: Vec<u8> = (0..size).map(|n| (n % 251) as u8).collect();
            assert_eq!(data_encoding::HEXLOWER.encode(&hashed(&content, 999).root), expected, "{size} bytes");
        }
    }

    #[test]
    fn a_size_that_is_wrong_is_told() {
        for (said, real) in [(0, 1), (10, 9), (10, 11), (GROUP, GROUP + 1), (GROUP + 1, GROUP)] {
            let mut hashing = Hashing::new(Tree::new(said));
            let taken = hashing.update(&content(real as usize));
            assert_eq!(taken.and_then(|()| hashing.finish()), Err(SizeError), "{real} bytes for {said}");
        }
    }

    #[test]
    fn the_largest_content_has_a_small_top() {
        let tree = Tree::new(crate::wire::limits::FILE_BYTES);
        assert_eq!((tree.blocks(), tree.groups()), (1 << 20, 1 << 14));
        assert_eq!(tree.part_len(Part::Top), Some(512 * 1024));
        assert_eq!(tree.part_len(Part::Map((1 << 14) - 1)), Some(2 * 1024));
        assert_eq!(tree.part_len(Part::Map(1 << 14)), None);
        assert_eq!(tree.part_len(Part::Block((1 << 20) - 1)), Some(BLOCK_BYTES));
        assert_eq!((tree.part_len(Part::Block(1 << 20)), tree.part_len(Part::Block(u32::MAX))), (None, None));
    }

    #[test]
    fn lists_of_one_are_left_out() {
        for (size, top, first, second) in [
            (0, None, None, None),
            (BLOCK, None, None, None),
            (BLOCK + 1, None, Some(64), None),
            (GROUP, None, Some(2_048), None),
            (GROUP + 1, Some(64), Some(2_048), None),
            (GROUP + BLOCK + 1, Some(64), Some(2_048), Some(64)),
        ] {
            let tree = Tree::new(size);
            let lengths = [Part::Top, Part::Map(0), Part::Map(1)].map(|part| tree.part_len(part));
            assert_eq!(lengths, [top, first, second], "{size} bytes");
        }
    }

    #[test]
    fn what_is_no_block_has_no_hash() {
        let tree = Tree::new(3 * BLOCK + 5);
        for (block, length) in [(0, 0), (0, BLOCK_BYTES - 1), (0, BLOCK_BYTES + 1), (3, 4), (3, BLOCK_BYTES), (4, 1)] {
            assert_eq!(tree.block_hash(block, &content(length)), None, "block {block} of {length} bytes");
        }
        assert_eq!(tree.map_of(0, &content(3 * BLOCK_BYTES)), None);
        assert_eq!(tree.map_of(1, &content(5)), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn every_block_is_vouched_for_by_the_root(size in 0..3 * GROUP as usize) {
            let content = content(size);
            prop_assert_eq!(hashed(&content, 300_000).root, Hash::from(blake3::hash(&content)));
            verify(&content);
        }

        /// A changed, missing or added hash, or one at another place, is found.
        #[test]
        fn a_wrong_list_is_refused(groups in 2..40u32, at in any::<prop::sample::Index>(), byte in 0..32usize, how in 0..4u8) {
            let tree = Tree::new(u64::from(groups) * GROUP);
            let top: Vec<Hash> = (0..groups).map(|n| [n as u8; 32]).collect();
            let root = merged_root(&top).unwrap();
            prop_assert!(tree.check_top(&top, &root));
            let (mut wrong, at) = (top, at.index(groups as usize));
            match how {
                0 => wrong[at][byte] ^= 1,
                1 => drop(wrong.remove(at)),
                2 => wrong.insert(at, [0xff; 32]),
                _ => wrong.swap(at, (at + 1) % groups as usize),
            }
            prop_assert!(!tree.check_top(&wrong, &root));
        }
    }
}
