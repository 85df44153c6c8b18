//! The identity key as the handshake uses it: the onion service's own key, mapped to X25519.
//!
//! It signs nothing, and it is the only place that knows how the two forms of the key belong together.

use curve25519_dalek::edwards::CompressedEdwardsY;
use ed25519_dalek::SigningKey;
use pelure_onion::{Address, ServiceKey};
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

use super::redacted;

/// Who we are: an onion address and the X25519 secret behind it; the secret is wiped when dropped.
#[derive(Clone)]
pub struct Identity {
    address: Address,
    secret: StaticSecret,
}

/// Why a key cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// The public key computed from the secret is not the one of the address.
    #[error("the identity key is damaged: its secret does not belong to its address")]
    Mismatch,
}

redacted!(Identity);

impl Identity {
    /// Derives the X25519 secret and checks that it belongs to the address.
    pub fn new(key: &ServiceKey) -> Result<Self, IdentityError> {
        // The unreduced half of SHA-512(seed): a scalar reduced modulo the group order would be clamped by X25519 into
        // another secret.
        let scalar = Zeroizing::new(SigningKey::from_bytes(key.seed()).to_scalar_bytes());
        Self::from_parts(key.address(), StaticSecret::from(*scalar))
    }

    /// The address others dial.
    pub fn address(&self) -> Address {
        self.address
    }

    pub(super) fn secret(&self) -> &StaticSecret {
        &self.secret
    }

    fn from_parts(address: Address, secret: StaticSecret) -> Result<Self, IdentityError> {
        if exchange_key(&address) == Some(PublicKey::from(&secret)) {
            Ok(Self { address, secret })
        } else {
            Err(IdentityError::Mismatch)
        }
    }
}

/// The X25519 public key of an address (RFC 7748, section 4.1: the birational map); `None` cannot happen for an address
/// that was checked.
pub(super) fn exchange_key(address: &Address) -> Option<PublicKey> {
    let point = CompressedEdwardsY(*address.public_key()).decompress()?;
    Some(PublicKey::from(point.to_montgomery().to_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::testing::service_key;

    #[test]
    fn the_secret_belongs_to_the_address() {
        for n in 0..32 {
            let key = service_key(n);
            let me = Identity::new(&key).unwrap();
            assert_eq!(me.address(), key.address());
            assert_eq!(exchange_key(&key.address()), Some(PublicKey::from(me.secret())));
        }
    }

    #[test]
    fn a_secret_of_another_address_is_refused() {
        let other = Identity::new(&service_key(2)).unwrap();
        let refused = Identity::from_parts(service_key(1).address(), other.secret().clone());
        assert_eq!(refused.unwrap_err(), IdentityError::Mismatch);
    }

    #[test]
    fn a_reduced_scalar_would_be_refused() {
        // The trap of `tor_llcrypto`'s expanded key: this is why the seed is kept.
        let reduced = SigningKey::from_bytes(service_key(1).seed()).to_scalar().to_bytes();
        let refused = Identity::from_parts(service_key(1).address(), StaticSecret::from(reduced));
        assert_eq!(refused.unwrap_err(), IdentityError::Mismatch);
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", Identity::new(&service_key(1)).unwrap()), "Identity([redacted])");
    }
}
