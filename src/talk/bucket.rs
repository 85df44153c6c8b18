//! How much one peer may cause: a rate for long, a burst at once.
//!
//! It drops nothing: whoever is over the limit is not read for the time it tells.

use std::time::Duration;

/// A token bucket, full at the start, kept as the time at which it is full again (GCRA): no fractions, no timer.
#[derive(Clone, Debug)]
pub struct TokenBucket {
    /// How long one token takes to come.
    token: Duration,
    /// Tokens that a full bucket holds.
    burst: u32,
    /// When it will be full.
    full_at: Duration,
}

impl TokenBucket {
    /// `rate` tokens a second (at least one), at most `burst` at once.
    pub fn new(rate: u32, burst: u32) -> Self {
        // Rounded up for each token, so that many small takes fit where a large one does.
        let token = Duration::from_nanos(1_000_000_000_u64.div_ceil(u64::from(rate.max(1))));
        Self { token, burst, full_at: Duration::ZERO }
    }

    /// Takes `n` tokens and tells how long to take nothing more: not at all within the limit. What came at once beyond it
    /// is not refused but owed, so that a crowd in one read is paid for one by one. `now` is since an arbitrary start and
    /// never goes back.
    pub fn take(&mut self, now: Duration, n: u32) -> Duration {
        self.full_at = self.full_at.max(now).saturating_add(self.token.saturating_mul(n));
        let latest = now.saturating_add(self.token.saturating_mul(self.burst));
        self.full_at.saturating_sub(latest)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bucket(rate: u32, burst: u32) -> TokenBucket {
        TokenBucket::new(rate, burst)
    }

    #[test]
    fn a_burst_then_the_rate() {
        let mut bucket = bucket(100, 1_000);
        let start = Duration::from_secs(5);
        (0..1_000).for_each(|_| assert_eq!(bucket.take(start, 1), Duration::ZERO));
        assert_eq!(bucket.take(start, 1), Duration::from_millis(10));
        assert_eq!(bucket.take(start + Duration::from_millis(10), 1), Duration::from_millis(10));
        assert_eq!(bucket.take(start + Duration::from_secs(1), 1), Duration::ZERO);
    }

    #[test]
    fn what_came_at_once_is_owed() {
        let mut bucket = bucket(10, 5);
        assert_eq!(bucket.take(Duration::ZERO, 25), Duration::from_secs(2));
        assert_eq!(bucket.take(Duration::from_secs(1), 0), Duration::from_secs(1));
        assert_eq!(bucket.take(Duration::from_secs(2), 1), Duration::from_millis(100));
    }

    #[test]
    fn an_odd_rate_still_gives_the_whole_burst() {
        let mut bucket = bucket(3, 300);
        (0..300).for_each(|_| assert_eq!(bucket.take(Duration::ZERO, 1), Duration::ZERO));
        assert!(bucket.take(Duration::ZERO, 1) > Duration::ZERO);
    }

    proptest! {
        /// Never more than the burst plus the rate times the time, and waiting as told is always enough.
        #[test]
        fn no_more_than_promised(
            rate in 1..2_000u32, burst in 1..500u32,
            steps in proptest::collection::vec((0..300u64, 1..600u32), 1..80),
        ) {
            let mut bucket = bucket(rate, burst);
            let (mut now, mut taken) = (Duration::ZERO, 0u64);
            for (pause, n) in steps {
                now += Duration::from_millis(pause);
                let wait = bucket.take(now, n);
                if let Some(early) = wait.checked_sub(Duration::from_nanos(1)) {
                    prop_assert!(bucket.take(now + early, 0) > Duration::ZERO, "told to wait longer than needed");
                }
                now += wait;
                prop_assert_eq!(bucket.take(now, 0), Duration::ZERO);
                taken += u64::from(n);
                let most = f64::from(burst) + f64::from(rate) * now.as_secs_f64();
                prop_assert!(taken as f64 <= most + 1e-3, "{} tokens, {} allowed", taken, most);
            }
        }
    }
}
