//! The beat of a device that has no clock of its own.
//!
//! It follows the time it is told and reads no clock.

use std::time::Duration;

use crate::voice::pcm::BLOCK_TIME;

/// Says when the next 10 ms are due.
#[derive(Clone, Debug)]
pub(super) struct Pace {
    every: Duration,
    next: Option<Duration>,
}

impl Pace {
    /// A device whose clock goes fast by `ppm` millionths, or slow.
    pub(super) fn drifting(ppm: f64) -> Self {
        let nanos = BLOCK_TIME.as_nanos() as f64 / (1.0 + ppm * 1e-6);
        Self { every: Duration::from_nanos(nanos.round() as u64), next: None }
    }

    /// Whether a block is due; the beat starts with the first call. After a pause of more than [`JUMP`] what was missed
    /// is left out.
    pub(super) fn is_due(&mut self, now: Duration) -> bool {
        let next = *self.next.get_or_insert(now);
        if now < next {
            return false;
        }
        let beat = if now - next > JUMP { now } else { next };
        self.next = Some(beat + self.every);
        true
    }
}

impl Default for Pace {
    fn default() -> Self {
        Self::drifting(0.0)
    }
}

/// A device does not catch up on more than this: its driver slept.
const JUMP: Duration = Duration::from_millis(200);

#[cfg(test)]
mod tests {
    use super::*;

    fn beats(mut pace: Pace, step: Duration, until: Duration) -> u32 {
        let (mut now, mut beats) = (Duration::from_secs(7), 0);
        let end = now + until;
        while now < end {
            while pace.is_due(now) {
                beats += 1;
            }
            now += step;
        }
        beats
    }

    #[test]
    fn a_hundred_a_second_however_it_is_asked() {
        for step in [1, 5, 7, 10, 33, 150] {
            let beats = beats(Pace::default(), Duration::from_millis(step), Duration::from_secs(60));
            assert!((6_000 - 16..=6_000).contains(&beats), "{beats} in steps of {step} ms");
        }
    }

    #[test]
    fn drift_adds_up() {
        let in_an_hour = |ppm| beats(Pace::drifting(ppm), Duration::from_millis(10), Duration::from_secs(3_600));
        assert!((in_an_hour(200.0).abs_diff(360_072)) <= 1);
        assert!((in_an_hour(-200.0).abs_diff(359_928)) <= 1);
    }

    #[test]
    fn a_long_sleep_is_not_caught_up_on() {
        let mut pace = Pace::default();
        assert!(pace.is_due(Duration::ZERO));
        let later = Duration::from_secs(100);
        assert!(pace.is_due(later) && !pace.is_due(later));
        assert!(pace.is_due(later + BLOCK_TIME));
    }
}
