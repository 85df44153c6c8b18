//! From a passphrase to a key: Argon2id (RFC 9106), as expensive as the profile asks for.
//!
//! It does not judge whether a passphrase is good.

use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::error::VaultError;

/// What the person typed; wiped from memory when dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Passphrase(String);

/// What one guess costs. Kept in clear beside the salt: whoever opens the profile needs it first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// KiB of memory.
    pub memory: u32,
    /// Passes over that memory.
    pub passes: u32,
    /// Independent lanes.
    pub lanes: u32,
}

impl Passphrase {
    /// Takes the text as it is: nothing is trimmed.
    pub fn new(text: String) -> Self {
        Self(text)
    }
}

impl std::fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Passphrase([redacted])")
    }
}
