//! How late first copies of frames come: the last ten seconds, as shares.
//!
//! The lateness of a frame is the time at which it came, less the time its number stands for, in microseconds; only
//! differences mean anything, since the clocks of the two sides have nothing to do with each other. It forgets, and so
//! follows clocks that drift. It does not decide how long to wait for a frame.

use std::collections::VecDeque;
use std::time::Duration;

use super::profile::FRAME;

/// A time, or a difference of times, in microseconds: it may be negative.
pub(super) type Micros = i64;

/// The lateness of the newest frames.
#[derive(Clone)]
pub(super) struct Lateness {
    /// The newest last.
    kept: VecDeque<Micros>,
    /// The same, sorted; as of a few frames ago.
    sorted: Vec<Micros>,
    /// Frames since `sorted` was made.
    unsorted: usize,
}

impl Lateness {
    /// Nothing has come.
    pub(super) fn new() -> Self {
        Self { kept: VecDeque::with_capacity(KEPT), sorted: Vec::with_capacity(KEPT), unsorted: 0 }
    }

    /// The first copy of a frame came.
    pub(super) fn note(&mut self, lateness: Micros) {
        if self.kept.len() == KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back(lateness);
        self.unsorted += 1;
        if self.unsorted >= SORT_EVERY || self.kept.len() < FEW {
            self.sorted.clear();
            self.sorted.extend(&self.kept);
            self.sorted.sort_unstable();
            self.unsorted = 0;
        }
    }

    /// Whether so little has come that shares mean nothing yet.
    pub(super) fn is_young(&self) -> bool {
        self.kept.len() < FEW
    }

    /// The lateness that all but this share of the frames did not exceed.
    pub(super) fn all_but(&self, share: f64) -> Option<Micros> {
        let above = (self.sorted.len() as f64 * share) as usize;
        self.sorted.iter().rev().nth(above).copied()
    }

    /// The least lateness: that of the fastest circuit at its best.
    pub(super) fn least(&self) -> Option<Micros> {
        self.sorted.first().copied()
    }
}

/// A duration in microseconds.
pub(super) fn micros(time: Duration) -> Micros {
    Micros::try_from(time.as_micros()).unwrap_or(Micros::MAX / 4).min(Micros::MAX / 4)
}

/// The time that the number of a frame stands for.
pub(super) fn stands_for(number: u32) -> Micros {
    Micros::from(number) * micros(FRAME)
}

/// Ten seconds: long enough for one frame in a hundred to mean something, short enough to follow a network that changes.
const KEPT: usize = 500;

/// Half a second.
const FEW: usize = 25;

/// A tenth of a second: sorting costs more than the answer changes.
const SORT_EVERY: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_of_the_last_ten_seconds() {
        let mut lateness = Lateness::new();
        assert_eq!((lateness.all_but(0.01), lateness.least(), lateness.is_young()), (None, None, true));
        (0..10_000).for_each(|_| lateness.note(1_000_000));
        (1..=600).for_each(|n| lateness.note(n));
        assert!(!lateness.is_young());
        // As of a few frames ago.
        let near = |share, expected: Micros| (expected - 5..=expected).contains(&lateness.all_but(share).unwrap());
        assert!(near(0.0, 600) && near(0.01, 595) && near(0.1, 550));
        (0..5).for_each(|_| lateness.note(-7));
        assert_eq!(lateness.least(), Some(-7));
    }

    #[test]
    fn times_do_not_overflow() {
        assert!(micros(Duration::MAX).checked_mul(2).is_some());
        assert_eq!(stands_for(u32::MAX), 85_899_345_900_000);
    }
}
