//! Circuits for a file that was offered and not accepted yet: who accepts does not wait for them.
//!
//! It asks for nothing on them, and does not replace those that fail. Nor does it decide for which offer they are joined or
//! for how long: the contact's porter does, and ends them by dropping this.

use std::sync::Arc;
use std::time::Duration;

use super::{crew, of_use};
use crate::engine::Shared;
use crate::engine::circuit::Circuit;
use crate::engine::crew::Crew;
use crate::engine::joins::Peer;
use crate::session::JoinKind;
use crate::vault::{Transfer, TransferId};

/// The circuits of one offer.
pub(in crate::engine) struct Ahead {
    transfer: TransferId,
    /// How many are joined.
    wanted: usize,
    crew: Crew,
    ready: Vec<Circuit>,
    until: Duration,
}

impl Ahead {
    /// Begins to join circuits for an offer, as many as it may have; they are of no use any more at `until`.
    pub(in crate::engine) fn new(
        shared: &Arc<Shared>,
        peer: &Peer,
        row: &Transfer,
        allowed: usize,
        until: Duration,
    ) -> Self {
        let wanted = of_use(row.size).min(allowed);
        let mut crew = crew(shared, peer, row, JoinKind::Ahead);
        crew.fill(wanted, 0);
        Self { transfer: row.id, wanted, crew, ready: Vec::new(), until }
    }

    /// For which offer.
    pub(in crate::engine) fn transfer(&self) -> TransferId {
        self.transfer
    }

    /// How many circuits it began to join.
    pub(in crate::engine) fn wanted(&self) -> usize {
        self.wanted
    }

    /// When they are of no use any more.
    pub(in crate::engine) fn until(&self) -> Duration {
        self.until
    }

    /// Takes in circuits; never returns.
    pub(in crate::engine) async fn gather(&mut self) {
        loop {
            let joined = self.crew.next().await;
            self.ready.extend(joined);
        }
    }

    /// The circuits there are, and those on their way: from now on they are the file's.
    pub(super) fn accepted(mut self) -> (Crew, Vec<Circuit>) {
        self.crew.turn(JoinKind::File);
        (self.crew, self.ready)
    }
}
