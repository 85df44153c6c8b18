//! What is known of one circuit: when it should bring its next cell, and how the others do without it.
//!
//! It does not decide how long to wait.

use std::time::Duration;

use crate::voice::lateness::{Lateness, Micros, micros, stands_for};

/// What is known of a circuit.
#[derive(Clone)]
pub(super) struct Circuit {
    /// The newest frame that it brought, and when.
    newest: Option<(u32, Duration)>,
    /// How late such frames were, the newest of a cell each.
    cells: Lateness,
    /// The lateness that frames would have if it had brought none.
    without: Lateness,
}

impl Circuit {
    /// Nothing came.
    pub(super) fn new() -> Self {
        Self { newest: None, cells: Lateness::new(), without: Lateness::new() }
    }

    /// It brought this frame.
    pub(super) fn brought(&mut self, number: u32, lateness: Micros, now: Duration) {
        if self.newest.is_none_or(|(newest, _)| newest < number) {
            self.newest = Some((number, now));
            self.cells.note(lateness);
        }
    }

    /// Another brought a frame that none but this one had brought before.
    pub(super) fn others_brought(&mut self, lateness: Micros) {
        self.without.note(lateness);
    }

    /// In how long it should have brought this frame. None if even its next cell should be here by now, or nothing is known:
    /// it may have stopped.
    pub(super) fn brings(&self, number: u32, cycle: Micros, now: Duration) -> Option<Micros> {
        let ((newest, _), late) = self.newest.zip(self.cells.all_but(OVERDUE_SHARE))?;
        let next = stands_for(newest) + cycle;
        let more = (stands_for(number) - next + cycle - 1).div_euclid(cycle.max(1)).max(0);
        (next + late > micros(now)).then(|| next + more * cycle + late - micros(now))
    }

    /// What to aim at so that it may stop: frames then are as late as those of the others. While it has stopped, the others
    /// are all there is, and less is left to chance.
    pub(super) fn to_do_without(&self, now: Duration) -> Option<Micros> {
        let stopped = self.newest.is_some_and(|(_, heard)| now.saturating_sub(heard) > STOPPED);
        let (share, more) = if stopped { (STOPPED_SHARE, micros(STOPPED_SPARE)) } else { (WITHOUT_SHARE, 0) };
        Some(self.without.all_but(share)? + more).filter(|_| !self.without.is_young())
    }
}

/// One cell of a circuit in so many is later than "due".
const OVERDUE_SHARE: f64 = 0.1;

/// Of all frames, so many may come too late when one circuit stops.
const WITHOUT_SHARE: f64 = 0.1;

/// A circuit that brings nothing for so long has stopped, and no longer hesitates.
const STOPPED: Duration = Duration::from_secs(1);

/// Of all frames, so many may come too late while one circuit has stopped.
const STOPPED_SHARE: f64 = 0.02;
/// ... and so much more is waited then.
const STOPPED_SPARE: Duration = Duration::from_millis(5);
