//! What the tests of this room share: keys, randomness that can be replayed, and a session between two sides.

use std::time::Duration;

use pelure_onion::{Address, ServiceKey};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{Established, Identity, Offer, answer, dial};
use crate::wire::Random;

/// SHA-256 of a seed and a counter, without end.
pub(super) struct Dice(pub(super) u64, u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed, 0)
    }
}

impl Random for Dice {
    fn fill(&mut self, bytes: &mut [u8]) {
        for piece in bytes.chunks_mut(32) {
            let digest = Sha256::new().chain_update(self.0.to_be_bytes()).chain_update(self.1.to_be_bytes()).finalize();
            piece.copy_from_slice(&digest[..piece.len()]);
            self.1 += 1;
        }
    }
}

/// Exactly these bytes.
pub(super) struct Script(pub(super) Vec<u8>);

impl Random for Script {
    fn fill(&mut self, bytes: &mut [u8]) {
        let rest = self.0.split_off(bytes.len());
        bytes.copy_from_slice(&std::mem::replace(&mut self.0, rest));
    }
}

pub(super) fn service_key(n: u8) -> ServiceKey {
    ServiceKey::from_seed(Zeroizing::new([n; 32])).unwrap()
}

pub(super) fn identity(n: u8) -> Identity {
    Identity::new(&service_key(n)).unwrap()
}

pub(super) fn address(n: u8) -> Address {
    service_key(n).address()
}

/// Identity 1 dials identity 2.
pub(super) fn session() -> (Established, Established) {
    let (alice, bob) = (identity(1), identity(2));
    let (state, hello) = dial(&alice, bob.address(), ALICE, &mut Dice::new(1)).unwrap();
    let (finish, reply) = answer(&bob, BOB).hello(&hello, &mut Dice::new(2)).unwrap();
    let (dialled, last) = state.reply(&reply, b"").unwrap();
    let (answered, first) = finish.finish(&last).unwrap();
    assert!(first.is_empty());
    (dialled, answered)
}

pub(super) const ALICE: Offer = Offer { protocol: 1, features: 0x8000_0000_0000_0001 };
pub(super) const BOB: Offer = Offer { protocol: 2, features: 7 };
pub(super) const NOW: Duration = Duration::from_secs(1_000);
