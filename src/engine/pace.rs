//! How a transfer moves, told a few times a second.
//!
//! It does not move anything: who does says how far it is.

use std::time::Duration;

use tokio::time::{Interval, MissedTickBehavior};

use super::Shared;
use super::event::Event;
use super::transfer::Move;
use crate::file::Rate;
use crate::vault::{Transfer, TransferState};

/// The pace of one transfer.
pub(super) struct Pace {
    /// As it was when it began.
    row: Transfer,
    rate: Rate,
    last: Move,
    interval: Interval,
}

impl Pace {
    pub(super) fn new(row: Transfer, done: u64) -> Self {
        let mut interval = tokio::time::interval(TELL_EVERY);
        interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { row, rate: Rate::new(), last: Move { done, ..Move::default() }, interval }
    }

    /// Bytes in all.
    pub(super) fn size(&self) -> u64 {
        self.row.size
    }

    /// The offer was accepted.
    pub(super) fn accepted(&mut self) {
        self.row.state = TransferState::Waiting;
    }

    /// Returns when it is time to tell.
    pub(super) async fn tick(&mut self) {
        self.interval.tick().await;
    }

    /// Tells what is new: so many bytes are verified on the receiving side.
    pub(super) async fn tell(&mut self, shared: &Shared, joined: bool, done: u64) {
        let now = shared.clock.now();
        let more = done.saturating_sub(self.last.done);
        if more > 0 {
            self.rate.add(more, now);
        }
        let left = self.rate.left(self.row.size.saturating_sub(done), now).map(|left| left.as_secs());
        let next = Move { joined, done, rate: self.rate.per_second(now), eta: left };
        if next == self.last {
            return;
        }
        let turned = next.joined != self.last.joined;
        self.last = next;
        shared.moves.put(self.row.id, next);
        let view = shared.transfer_view(self.row.clone());
        shared.outlet.put(if turned { Event::FileState(view) } else { Event::FileProgress(view) }).await;
    }
}

/// Between two notices of one transfer.
const TELL_EVERY: Duration = Duration::from_millis(250);
