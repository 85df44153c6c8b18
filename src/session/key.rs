//! One symmetric key: it seals, opens, and gives its successor; it is wiped when dropped.
//!
//! It does not count: the caller never uses a number twice under one key.

use chacha20poly1305::aead::{AeadInOut, Error, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Nonce};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::redacted;

/// A key of ChaCha20-Poly1305 (RFC 8439), with numbers as nonces the way Noise writes them (section 12.3).
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub(super) struct Key([u8; 32]);

redacted!(Key);

impl Key {
    pub(super) fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Encrypts `text` in place and returns the tag; fails only beyond 256 GiB.
    pub(super) fn seal(&self, number: u64, bound: &[u8], text: &mut [u8]) -> Result<[u8; TAG], Error> {
        let tag = self.cipher().encrypt_inout_detached(&nonce(number), bound, text.into())?;
        Ok(tag.into())
    }

    /// Decrypts `text` in place; on failure it is left as it was.
    pub(super) fn open(&self, number: u64, bound: &[u8], text: &mut [u8], tag: &[u8; TAG]) -> Result<(), Error> {
        self.cipher().decrypt_inout_detached(&nonce(number), bound, text.into(), tag.into())
    }

    /// The key that follows; there is no way back.
    pub(super) fn next(&self) -> Self {
        let [key] = expand(None, &self.0, b"pelure/rekey/1");
        key
    }

    fn cipher(&self) -> ChaCha20Poly1305 {
        ChaCha20Poly1305::new((&self.0).into())
    }
}

/// HKDF-SHA256 (RFC 5869) from `secret` to `N` keys.
pub(super) fn expand<const N: usize>(salt: Option<&[u8]>, secret: &[u8], info: &[u8]) -> [Key; N] {
    let mut okm = Zeroizing::new([[0u8; 32]; N]);
    #[expect(clippy::expect_used, reason = "N is a constant of at most 4, HKDF gives up to 255 blocks of 32 bytes")]
    Hkdf::<Sha256>::new(salt, secret).expand(info, okm.as_flattened_mut()).expect("a handful of keys");
    okm.map(Key)
}

impl AsRef<[u8; 32]> for Key {
    fn as_ref(&self) -> &[u8; 32] {
        &self.0
    }
}

fn nonce(number: u64) -> Nonce {
    let mut nonce = [0u8; 12];
    let (_, tail) = nonce.split_at_mut(4);
    tail.copy_from_slice(&number.to_le_bytes());
    nonce.into()
}

/// Bytes of an authentication tag.
pub(super) const TAG: usize = 16;

#[cfg(test)]
mod tests {
    use ml_kem::ml_kem_768::DecapsulationKey;
    use x25519_dalek::StaticSecret;

    use super::*;

    fn wiped_when_dropped<T: ZeroizeOnDrop>() {}

    #[test]
    fn every_secret_is_wiped_when_dropped() {
        // Whether this compiles is the test: the features that wipe are on.
        wiped_when_dropped::<Key>();
        wiped_when_dropped::<StaticSecret>();
        wiped_when_dropped::<DecapsulationKey>();
        let mut key = Key::new([7; 32]);
        key.zeroize();
        assert_eq!(key.as_ref(), &[0; 32]);
    }

    #[test]
    fn the_successor_is_not_the_key_and_the_same_for_both_sides() {
        let key = Key::new([7; 32]);
        assert_ne!(key.next().as_ref(), key.as_ref());
        assert_eq!(key.next().as_ref(), Key::new([7; 32]).next().as_ref());
    }
}
