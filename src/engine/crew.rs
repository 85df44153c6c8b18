//! Further circuits for one purpose: as many as are wanted, replaced as they end, dialled by whoever can.
//!
//! It does not know what they carry. Failures make it slower, never give up: who the circuits are for decides that.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use super::Shared;
use super::circuit::Circuit;
use super::joins::{self, Join, Peer, Unjoined};
use crate::session::JoinKind;
use crate::talk::Side;

/// Joins under way for one transfer, or one call.
pub(super) struct Crew {
    shared: Arc<Shared>,
    peer: Peer,
    kind: JoinKind,
    id: [u8; 16],
    /// The longest pause after failures.
    pause_most: Duration,
    index: u8,
    dialler: Side,
    /// Of this dialler, one after the other.
    failures: u32,
    /// Of either, since there was a circuit.
    misses: u32,
    not_before: Duration,
    joining: JoinSet<(Side, Result<Circuit, Unjoined>)>,
}

impl Crew {
    /// For the transfer or call of this name; after failures it pauses for `pause_most` at most.
    pub(super) fn new(shared: Arc<Shared>, peer: Peer, kind: JoinKind, id: [u8; 16], pause_most: Duration) -> Self {
        Self {
            shared,
            peer,
            kind,
            id,
            pause_most,
            index: 0,
            dialler: Side::Us,
            failures: 0,
            misses: 0,
            not_before: Duration::ZERO,
            joining: JoinSet::new(),
        }
    }

    /// Begins joins until so many circuits are there or on their way; `there` are there.
    pub(super) fn fill(&mut self, wanted: usize, there: usize) {
        if self.pause() > Duration::ZERO {
            return;
        }
        while there + self.joining.len() < wanted {
            let join = Join { kind: self.kind, id: self.id, index: self.index };
            self.index = self.index.wrapping_add(1);
            let (shared, peer, dialler) = (Arc::clone(&self.shared), self.peer.clone(), self.dialler);
            self.joining.spawn(async move { (dialler, joins::open(&shared, &peer, join, dialler).await) });
        }
    }

    /// From now on circuits are for this; those on their way stay.
    pub(super) fn turn(&mut self, kind: JoinKind) {
        self.kind = kind;
    }

    /// How long nothing is tried.
    pub(super) fn pause(&self) -> Duration {
        self.not_before.saturating_sub(self.shared.clock.now())
    }

    /// The session is there again: whatever failed before says nothing.
    pub(super) fn at_once(&mut self) {
        self.misses = 0;
        self.not_before = Duration::ZERO;
    }

    /// The next circuit; waits for ever when none is on its way.
    pub(super) async fn next(&mut self) -> Option<Circuit> {
        let Some(joined) = self.joining.join_next().await else { return std::future::pending().await };
        let (dialler, joined) = joined.ok()?;
        match joined {
            Ok(circuit) => {
                self.failures = 0;
                Some(circuit)
            }
            Err(error) => {
                tracing::debug!(%error, "a further circuit was not joined");
                self.missed(dialler, &error);
                None
            }
        }
    }

    /// A circuit brought something: those that follow are dialled at once.
    pub(super) fn succeeded(&mut self) {
        self.misses = 0;
    }

    /// A circuit ended without having brought anything.
    pub(super) fn wasted(&mut self) {
        self.misses = self.misses.saturating_add(1);
        self.wait();
    }

    fn missed(&mut self, dialler: Side, error: &Unjoined) {
        if let Unjoined::NoSession = error {
            // To look again costs nothing.
            self.not_before = self.shared.clock.now() + NO_SESSION;
            return;
        }
        self.misses = self.misses.saturating_add(1);
        if dialler == self.dialler {
            self.failures += 1;
            if self.failures >= TRIES {
                self.failures = 0;
                self.dialler = if dialler == Side::Us { Side::Them } else { Side::Us };
            }
        }
        self.wait();
    }

    fn wait(&mut self) {
        let pause = PAUSE_FIRST.saturating_mul(1 << self.misses.saturating_sub(1).min(8)).min(self.pause_most);
        self.not_before = self.shared.clock.now() + pause;
    }
}

/// Failures in a row after which the other side is to dial: it may be reached where we are not, or the other way round.
const TRIES: u32 = 2;

/// Between two looks for a session to announce circuits in.
const NO_SESSION: Duration = Duration::from_secs(2);

/// After a first failure.
const PAUSE_FIRST: Duration = Duration::from_millis(500);
