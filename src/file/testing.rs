//! Contents for tests.

use super::{Hashed, Hashing, Tree};

/// Bytes without a pattern, the same each time.
pub(crate) fn content(size: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64 ^ size as u64;
    let mut word = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    let mut content = Vec::with_capacity(size + 8);
    while content.len() < size {
        content.extend(word());
    }
    content.truncate(size);
    content
}

/// Its hashes.
pub(crate) fn hashed(content: &[u8]) -> (Tree, Hashed) {
    let tree = Tree::new(content.len() as u64);
    let mut hashing = Hashing::new(tree);
    hashing.update(content).unwrap();
    (tree, hashing.finish().unwrap())
}
