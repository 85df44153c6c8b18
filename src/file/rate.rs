//! How fast something goes now, and when it will be done.
//!
//! It knows no clock: time is an argument, since an arbitrary start.

use std::time::Duration;

/// Bytes of the last seconds.
#[derive(Clone, Debug, Default)]
pub struct Rate {
    /// Bytes of each of the last whole seconds and of the one under way, oldest first.
    slots: [u64; SLOTS],
    /// The second of the newest slot.
    second: u64,
    /// When the first bytes came.
    since: Option<Duration>,
}

impl Rate {
    /// Nothing moved yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// So many bytes moved now.
    pub fn add(&mut self, bytes: u64, now: Duration) {
        self.advance(now);
        self.since.get_or_insert(now);
        if let Some(newest) = self.slots.last_mut() {
            *newest = newest.saturating_add(bytes);
        }
    }

    /// Bytes a second over the last seconds; `None` until something moved for long enough to tell.
    pub fn per_second(&self, now: Duration) -> Option<u64> {
        let mut current = self.clone();
        current.advance(now);
        let begun = Duration::from_secs(current.second.saturating_sub(SLOTS as u64 - 1));
        let span = now.saturating_sub(begun.max(current.since?));
        if span < LEAST {
            return None;
        }
        let bytes: u64 = current.slots.iter().sum();
        u64::try_from(u128::from(bytes) * 1_000 / span.as_millis().max(1)).ok()
    }

    /// How long `rest` bytes will take at this rate; `None` while nothing moves.
    pub fn left(&self, rest: u64, now: Duration) -> Option<Duration> {
        let rate = self.per_second(now).filter(|rate| *rate > 0)?;
        Some(Duration::from_secs(rest.div_ceil(rate)))
    }

    /// Starts the slot of this second; what lies too far back is forgotten.
    fn advance(&mut self, now: Duration) {
        let gone = now.as_secs().saturating_sub(self.second);
        if gone == 0 {
            return;
        }
        let kept = usize::try_from(gone).unwrap_or(SLOTS).min(SLOTS);
        self.slots.rotate_left(kept % SLOTS);
        self.slots.iter_mut().rev().take(kept).for_each(|slot| *slot = 0);
        self.second = now.as_secs();
    }
}

/// The second under way and four before it: shorter jumps about, longer lies after a stall.
const SLOTS: usize = 5;
/// Over less than this a rate is noise.
const LEAST: Duration = Duration::from_millis(250);

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn an_even_stream_has_its_rate() {
        let mut rate = Rate::new();
        for n in 0..200 {
            rate.add(1_000, ms(7_000 + n * 100));
            if let Some(rate) = rate.per_second(ms(7_000 + n * 100)) {
                assert!((9_500..=14_000).contains(&rate), "{rate} after {n} pieces");
            }
        }
        assert_eq!(rate.left(100_000, ms(26_900)).map(|left| left.as_secs()), Some(10));
    }

    #[test]
    fn too_little_time_tells_nothing() {
        let mut rate = Rate::new();
        assert_eq!(rate.per_second(ms(9_000)), None);
        rate.add(1_000_000, ms(10_000));
        assert_eq!((rate.per_second(ms(10_100)), rate.left(1, ms(10_100))), (None, None));
        assert_eq!(rate.per_second(ms(10_500)), Some(2_000_000));
    }

    #[test]
    fn what_stands_still_slows_down_and_has_no_end() {
        let mut rate = Rate::new();
        (0..50).for_each(|n| rate.add(1_000, ms(n * 100)));
        let rates: Vec<_> = (5..11).map(|second| rate.per_second(ms(second * 1_000)).unwrap()).collect();
        assert!(rates.is_sorted_by(|a, b| a > b || *b == 0), "{rates:?}");
        assert_eq!((rates.last(), rate.left(1, ms(10_000))), (Some(&0), None));
        rate.add(1_000, ms(3_600_000));
        assert_eq!(rate.per_second(ms(3_600_000)), Some(250), "over the last four seconds");
    }

    #[test]
    fn a_clock_that_steps_back_harms_nothing() {
        let mut rate = Rate::new();
        rate.add(u64::MAX, ms(10_000));
        rate.add(u64::MAX, ms(2_000));
        assert_eq!(rate.per_second(ms(1_000)), None);
        assert!(rate.per_second(ms(11_000)).is_some());
    }
}
