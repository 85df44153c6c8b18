//! The secret of an onion service: a 32-byte Ed25519 seed whose public key is the address.
//!
//! It does not store itself; the vault does.

use ed25519_dalek::SigningKey;
use sha2::{Digest, Sha512};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::{Address, AddressError};

/// The seed of an identity key; wiped from memory when dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct ServiceKey {
    seed: [u8; 32],
    #[zeroize(skip)]
    address: Address,
}

/// Why a seed is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the identity key is damaged: {0}")]
pub struct KeyError(#[from] AddressError);

impl ServiceKey {
    /// Takes 32 random bytes.
    pub fn from_seed(seed: Zeroizing<[u8; 32]>) -> Result<Self, KeyError> {
        let address = Address::from_public_key(SigningKey::from_bytes(&seed).verifying_key().to_bytes())?;
        Ok(Self { seed: *seed, address })
    }

    /// The address others dial.
    pub fn address(&self) -> Address {
        self.address
    }

    /// The seed itself, for the vault and for the session's key derivation.
    pub fn seed(&self) -> &[u8; 32] {
        &self.seed
    }

    /// The expanded secret key of 64 bytes: clamped scalar and prefix, as Arti and C tor (`ED25519-V3`) want it.
    pub fn expanded(&self) -> Zeroizing<[u8; 64]> {
        let mut digest = Zeroizing::new([0u8; 64]);
        digest.copy_from_slice(&Sha512::digest(self.seed));
        digest[0] &= 248;
        digest[31] &= 63;
        digest[31] |= 64;
        digest
    }
}

impl std::fmt::Debug for ServiceKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ServiceKey([redacted])")
    }
}
