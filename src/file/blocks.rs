//! Which blocks of a content are here, in one bit each.
//!
//! It does not hold their bytes.

use crate::file::Tree;

/// A set of blocks of one content.
#[derive(Clone, PartialEq, Eq)]
pub struct Blocks {
    tree: Tree,
    /// Block `n` is bit `n % 8` of byte `n / 8`; bits beyond the last block are 0.
    bits: Vec<u8>,
    count: u32,
}

impl Blocks {
    /// None of them.
    pub fn new(tree: Tree) -> Self {
        Self { tree, bits: vec![0; length(&tree)], count: 0 }
    }

    /// Whether a block is here.
    pub fn contains(&self, block: u32) -> bool {
        self.bits.get(block as usize / 8).is_some_and(|byte| byte & bit(block) != 0)
    }

    /// Adds a block; false: it was here, or the content has none of this number.
    pub fn insert(&mut self, block: u32) -> bool {
        if block >= self.tree.blocks() || self.contains(block) {
            return false;
        }
        if let Some(byte) = self.bits.get_mut(block as usize / 8) {
            *byte |= bit(block);
            self.count += 1;
        }
        true
    }

    /// How many are here.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// Whether all are.
    pub fn is_full(&self) -> bool {
        self.count == self.tree.blocks()
    }

    /// How many bytes they have together.
    pub fn bytes(&self) -> u64 {
        let Some(last) = self.tree.blocks().checked_sub(1) else { return 0 };
        // All but the last have full length.
        let full = self.tree.offset(self.count);
        if self.contains(last) { full - self.tree.offset(1) + self.tree.block_len(last) as u64 } else { full }
    }

    /// Those that are not here, in order, from `first` on.
    pub fn missing_from(&self, first: u32) -> impl Iterator<Item = u32> + '_ {
        (first..self.tree.blocks()).filter(|block| !self.contains(*block))
    }

    /// Those that are not here, in order.
    pub fn missing(&self) -> impl Iterator<Item = u32> + '_ {
        self.missing_from(0)
    }

    /// The one way to write them.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.bits.clone()
    }

    /// The set that is exactly these bytes; `None` if they are none of this content.
    pub fn from_bytes(tree: Tree, bytes: &[u8]) -> Option<Self> {
        if bytes.len() != length(&tree) {
            return None;
        }
        let count = bytes.iter().map(|byte| byte.count_ones()).sum();
        let beyond = (tree.blocks()..length(&tree) as u32 * 8)
            .any(|block| bytes.last().is_some_and(|byte| byte & bit(block) != 0));
        (!beyond).then(|| Self { tree, bits: bytes.to_vec(), count })
    }
}

impl std::fmt::Debug for Blocks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Blocks({} of {})", self.count, self.tree.blocks())
    }
}

fn length(tree: &Tree) -> usize {
    tree.blocks().div_ceil(8) as usize
}

fn bit(block: u32) -> u8 {
    1 << (block % 8)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::wire::limits::BLOCK_BYTES;

    proptest! {
        /// As a set of numbers would be.
        #[test]
        fn blocks_are_a_set(size in 0..100 * BLOCK_BYTES as u64, inserted in vec(0..110u32, 0..150)) {
            let tree = Tree::new(size);
            let (mut blocks, mut model) = (Blocks::new(tree), BTreeSet::new());
            for block in inserted {
                let new = block < tree.blocks() && model.insert(block);
                prop_assert_eq!(blocks.insert(block), new);
            }
            prop_assert_eq!(blocks.count() as usize, model.len());
            prop_assert_eq!(blocks.is_full(), model.len() == tree.blocks() as usize);
            prop_assert_eq!(blocks.bytes(), model.iter().map(|block| tree.block_len(*block) as u64).sum::<u64>());
            prop_assert!((0..110).all(|block| blocks.contains(block) == model.contains(&block)));
            let missing: Vec<u32> = (0..tree.blocks()).filter(|block| !model.contains(block)).collect();
            prop_assert_eq!(blocks.missing().collect::<Vec<_>>(), missing);
            prop_assert_eq!(Blocks::from_bytes(tree, &blocks.to_bytes()), Some(blocks));
        }

        #[test]
        fn what_is_read_is_canonical(size in 0..30 * BLOCK_BYTES as u64, bytes in vec(any::<u8>(), 0..6)) {
            if let Some(blocks) = Blocks::from_bytes(Tree::new(size), &bytes) {
                prop_assert_eq!(blocks.to_bytes(), bytes);
                prop_assert!(blocks.bytes() <= size);
            }
        }
    }

    #[test]
    fn a_wrong_length_and_bits_beyond_the_end_are_refused() {
        let tree = Tree::new(9 * BLOCK_BYTES as u64);
        assert!(Blocks::from_bytes(tree, &[0xff, 1]).is_some_and(|blocks| blocks.is_full()));
        for wrong in [&[][..], &[0], &[0, 0, 0], &[0, 2], &[0xff, 0xff]] {
            assert_eq!(Blocks::from_bytes(tree, wrong), None, "{wrong:?}");
        }
        assert!(Blocks::from_bytes(Tree::new(0), &[]).is_some_and(|blocks| blocks.is_full()));
    }
}
