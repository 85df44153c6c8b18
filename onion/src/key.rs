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
        // Clamping, RFC 8032, section 5.1.5: of the 32 bytes that make the scalar, the first and the last.
        if let [first, .., last] = digest.split_at_mut(32).0 {
            *first &= 248;
            *last = *last & 63 | 64;
        }
        digest
    }
}

impl std::fmt::Debug for ServiceKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ServiceKey([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use curve25519_dalek::constants::ED25519_BASEPOINT_POINT;
    use curve25519_dalek::scalar::Scalar;

    /// RFC 8032, section 7.1, test 1: the public key of a known seed.
    #[test]
    fn gives_the_address_of_a_known_seed() {
        let seed = hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
        let public = hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
        let key = ServiceKey::from_seed(Zeroizing::new(seed)).unwrap();
        assert_eq!(*key.address().public_key(), public);
        assert_eq!(*key.seed(), seed);
    }

    #[test]
    fn expands_to_a_clamped_secret_of_the_same_address() {
        for seed in [[0; 32], [7; 32], [255; 32]] {
            let key = ServiceKey::from_seed(Zeroizing::new(seed)).unwrap();
            let expanded = key.expanded();
            let scalar: [u8; 32] = expanded[..32].try_into().unwrap();
            assert_eq!((scalar[0] & 7, scalar[31] & 0xc0), (0, 0x40), "clamped");
            let point = ED25519_BASEPOINT_POINT * Scalar::from_bytes_mod_order(scalar);
            assert_eq!(point.compress().0, *key.address().public_key());
            assert_eq!(expanded[32..], Sha512::digest(seed)[32..]);
        }
    }

    #[test]
    fn is_not_printed_by_accident() {
        let key = ServiceKey::from_seed(Zeroizing::new([7; 32])).unwrap();
        assert_eq!(format!("{key:?}"), "ServiceKey([redacted])");
    }

    fn hex(text: &str) -> [u8; 32] {
        data_encoding::HEXLOWER.decode(text.as_bytes()).unwrap().try_into().unwrap()
    }
}
