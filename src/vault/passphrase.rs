//! From a passphrase to a key: Argon2id (RFC 9106), as expensive as the profile asks for.
//!
//! It does not judge whether a passphrase is good.

use std::time::{Duration, Instant};

use argon2::{Algorithm, Argon2, Params, Version};
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

    /// Derives the key that wraps the database key.
    pub(super) fn derive(&self, cost: Cost, salt: &[u8]) -> Result<Zeroizing<[u8; 32]>, VaultError> {
        let what = "the key file";
        let params = Params::new(cost.memory, cost.passes, cost.lanes, Some(32));
        let params = params.map_err(|_| VaultError::Damaged { what })?;
        let mut key = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(self.0.as_bytes(), salt, &mut key[..])
            .map_err(|_| VaultError::Disk { doing: "deriving the key", why: "not enough memory".to_owned() })?;
        Ok(key)
    }
}

impl Cost {
    /// As many passes over 256 MiB as fill half a second on this machine, at least three.
    pub fn tuned() -> Result<Self, VaultError> {
        let mut cost = Self { passes: 1, ..Self::LEAST };
        #[expect(clippy::disallowed_methods, reason = "what a guess costs here is measured, not logic")]
        let start = Instant::now();
        Passphrase::new(String::new()).derive(cost, &[0; 16])?;
        let pass = start.elapsed().max(Duration::from_millis(1));
        let passes = GUESS.as_millis().div_ceil(pass.as_millis());
        cost.passes = u32::try_from(passes).unwrap_or(u32::MAX).clamp(Self::LEAST.passes, MOST.passes);
        Ok(cost)
    }

    /// Within what this program is ready to spend? A damaged or forged header must not eat the machine.
    pub(super) fn bearable(self) -> bool {
        self.memory <= MOST.memory && self.passes <= MOST.passes && self.lanes <= MOST.lanes
    }

    /// What a new profile spends at least.
    pub const LEAST: Self = Self { memory: 256 * 1024, passes: 3, lanes: 1 };

    /// Next to nothing, for tests: protects nothing.
    pub const DANGEROUSLY_CHEAP: Self = Self { memory: 8, passes: 1, lanes: 1 };
}

impl std::fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Passphrase([redacted])")
    }
}

/// What one guess should take.
const GUESS: Duration = Duration::from_millis(500);
/// The dearest header this program follows: 2 GiB.
const MOST: Cost = Cost { memory: 2 * 1024 * 1024, passes: 1_000, lanes: 64 };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_depends_on_everything_and_is_never_shown() {
        let cheap = Cost::DANGEROUSLY_CHEAP;
        let one = Passphrase::new("one".to_owned());
        let key = one.derive(cheap, &[1; 16]).unwrap();
        assert_eq!(key, one.derive(cheap, &[1; 16]).unwrap());
        assert_ne!(key, one.derive(cheap, &[2; 16]).unwrap());
        assert_ne!(key, one.derive(Cost { passes: 2, ..cheap }, &[1; 16]).unwrap());
        assert_ne!(key, Passphrase::new("one ".to_owned()).derive(cheap, &[1; 16]).unwrap());
        assert_eq!(format!("{one:?}"), "Passphrase([redacted])");
    }

    #[test]
    fn a_new_profile_spends_enough() {
        assert!(Cost::LEAST.memory >= 128 * 1024 && Cost::LEAST.bearable());
        assert!(!Cost { memory: u32::MAX, ..Cost::LEAST }.bearable());
    }
}
