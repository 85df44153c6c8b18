//! The symmetric state of Noise (revision 34, section 5.2) for ChaChaPoly and SHA256.
//!
//! It knows no pattern and no Diffie-Hellman: `xk.rs` feeds it.

use chacha20poly1305::aead::Error;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::key::{Key, TAG, expand};
use super::redacted;

/// Chaining key, transcript hash and, once there is one, the key of this stage.
#[cfg_attr(test, derive(Clone))]
pub(super) struct Symmetric {
    chain: Key,
    hash: [u8; 32],
    key: Option<Key>,
    number: u64,
}

/// What a finished handshake leaves behind.
pub(super) struct Split {
    /// Seals what the initiator sends.
    pub(super) initiator: Key,
    /// Seals what the responder sends.
    pub(super) responder: Key,
    /// The secret from which other keys of this session are derived.
    pub(super) export: Key,
    /// The hash of the whole transcript; not secret.
    pub(super) hash: [u8; 32],
}

redacted!(Symmetric, Split);

impl Symmetric {
    /// `InitializeSymmetric` for a name longer than a hash, or not.
    pub(super) fn new(name: &str) -> Self {
        let mut hash = [0u8; 32];
        match hash.get_mut(..name.len()) {
            Some(start) => start.copy_from_slice(name.as_bytes()),
            None => hash = Sha256::digest(name).into(),
        }
        Self { chain: Key::new(hash), hash, key: None, number: 0 }
    }

    pub(super) fn mix_hash(&mut self, data: &[u8]) {
        self.hash = Sha256::new().chain_update(self.hash).chain_update(data).finalize().into();
    }

    pub(super) fn mix_key(&mut self, secret: &[u8]) {
        let [chain, key] = expand(Some(self.chain.as_ref()), secret, &[]);
        self.chain = chain;
        self.key = Some(key);
        self.number = 0;
    }

    /// `EncryptAndHash`: appends the sealed `text` to `out`, in clear as long as there is no key.
    pub(super) fn seal(&mut self, text: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        let mut sealed = text.to_vec();
        if let Some(key) = &self.key {
            let tag = key.seal(self.number, &self.hash, &mut sealed)?;
            sealed.extend_from_slice(&tag);
            self.number += 1;
        }
        self.mix_hash(&sealed);
        out.extend_from_slice(&sealed);
        Ok(())
    }

    /// `DecryptAndHash`.
    pub(super) fn open(&mut self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        let Some(key) = &self.key else {
            self.mix_hash(sealed);
            return Ok(Zeroizing::new(sealed.to_vec()));
        };
        let (text, tag) = sealed.split_last_chunk::<TAG>().ok_or(Error)?;
        let mut text = Zeroizing::new(text.to_vec());
        key.open(self.number, &self.hash, &mut text, tag)?;
        self.number += 1;
        self.mix_hash(sealed);
        Ok(text)
    }

    /// `Split`, and beside it one more secret: another input than the empty one of Noise keeps it apart.
    pub(super) fn split(self) -> Split {
        let [initiator, responder] = expand(Some(self.chain.as_ref()), &[], &[]);
        let [export] = expand(Some(self.chain.as_ref()), &self.hash, b"pelure/export/1");
        Split { initiator, responder, export, hash: self.hash }
    }
}

#[cfg(test)]
impl Symmetric {
    pub(super) fn chain(&self) -> &Key {
        &self.chain
    }
}
