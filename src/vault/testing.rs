//! What the tests of this room share.

use pelure_onion::ServiceKey;
use zeroize::Zeroizing;

use super::{ContactId, Cost, IdentityId, NewContact, Passphrase, Vault};
use crate::wire::{Epoch, Random};

/// Random bytes that are the same in every run.
pub(super) struct Counting(u64);

impl Counting {
    pub(super) fn new() -> Self {
        Self(0)
    }
}

impl Random for Counting {
    fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = (self.0 >> 56) as u8;
        }
    }
}

pub(super) fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(text.to_owned())
}

pub(super) fn key(n: u8) -> ServiceKey {
    ServiceKey::from_seed(Zeroizing::new([n; 32])).unwrap()
}

pub(super) fn traceless() -> Vault {
    Vault::traceless(&mut Counting::new()).unwrap()
}

pub(super) fn on_disk(dir: &std::path::Path) -> Vault {
    Vault::create(dir, &passphrase("right"), Cost::DANGEROUSLY_CHEAP, &mut Counting::new()).unwrap()
}

/// Adds the contact whose key is `key(n)`, asked and not yet accepted, with the epoch `[n; 8]`.
pub(super) fn contact(vault: &mut Vault, identity: IdentityId, n: u8) -> ContactId {
    let new = NewContact {
        identity,
        address: key(n).address(),
        name: "Ann Example",
        accepted: false,
        request_text: "it is me",
        out_epoch: Epoch([n; 8]),
        created: 1,
    };
    vault.write(|w| w.add_contact(&new)).unwrap()
}
