//! How often somebody misbehaved, so that an attack can be seen.
//!
//! It does not know who or when: the counts start at zero with the program and are kept nowhere.

use std::sync::atomic::{AtomicU64, Ordering};

use super::Engine;

/// What peers did that they should not, since the program started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Misbehaviour {
    /// Handshakes that failed or were not ended in time.
    pub handshakes: u64,
    /// Sessions that ended because the contact broke the protocol.
    pub sessions: u64,
    /// Strangers that were turned away, with or without a request.
    pub strangers: u64,
}

/// The counters behind [`Misbehaviour`].
#[derive(Default)]
pub(super) struct Counts {
    handshakes: AtomicU64,
    sessions: AtomicU64,
    strangers: AtomicU64,
}

impl Counts {
    pub(super) fn handshake(&self) {
        self.handshakes.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn session(&self) {
        self.sessions.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn stranger(&self) {
        self.strangers.fetch_add(1, Ordering::Relaxed);
    }
}

impl Engine {
    /// What peers did that they should not.
    pub fn misbehaviour(&self) -> Misbehaviour {
        let Counts { handshakes, sessions, strangers } = &self.0.counts;
        Misbehaviour {
            handshakes: handshakes.load(Ordering::Relaxed),
            sessions: sessions.load(Ordering::Relaxed),
            strangers: strangers.load(Ordering::Relaxed),
        }
    }
}
