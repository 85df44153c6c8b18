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

    /// Takes `n` tokens, or all of a full bucket if that is less. `now` is since an arbitrary start and never goes back.
    ///
    /// # Errors
    /// How long to wait until they can be taken; none are taken now.
    pub fn take(&mut self, now: Duration, n: u32) -> Result<(), Duration> {
        let full_at = self.full_at.max(now).saturating_add(self.token.saturating_mul(n.min(self.burst)));
        let latest = now.saturating_add(self.token.saturating_mul(self.burst));
        match full_at.checked_sub(latest) {
            None | Some(Duration::ZERO) => {
                self.full_at = full_at;
                Ok(())
            }
            Some(wait) => Err(wait),
        }
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
        (0..1_000).for_each(|_| bucket.take(start, 1).unwrap());
        assert_eq!(bucket.take(start, 1), Err(Duration::from_millis(10)));
        assert_eq!(bucket.take(start, 50), Err(Duration::from_millis(500)));
        assert_eq!(bucket.take(start + Duration::from_millis(10), 1), Ok(()));
        assert_eq!(bucket.take(start + Duration::from_millis(10), 1), Err(Duration::from_millis(10)));
    }

    #[test]
    fn more_than_the_burst_needs_a_full_bucket_and_no_more() {
        let mut bucket = bucket(10, 5);
        assert_eq!(bucket.take(Duration::ZERO, 1_000), Ok(()));
        assert_eq!(bucket.take(Duration::ZERO, 1_000), Err(Duration::from_millis(500)));
        assert_eq!(bucket.take(Duration::from_millis(500), 1_000), Ok(()));
    }

    #[test]
    fn an_odd_rate_still_gives_the_whole_burst() {
        let mut bucket = bucket(3, 300);
        (0..300).for_each(|_| bucket.take(Duration::ZERO, 1).unwrap());
        assert!(bucket.take(Duration::ZERO, 1).is_err());
    }

    proptest! {
        /// Never more than the burst plus the rate times the time, and waiting as told is always enough.
        #[test]
        fn no_more_than_promised(
            rate in 1..2_000u32, burst in 1..500u32, steps in proptest::collection::vec((0..300u64, 1..600u32), 1..80),
        ) {
            let mut bucket = bucket(rate, burst);
            let (mut now, mut taken) = (Duration::ZERO, 0u64);
            for (pause, n) in steps {
                now += Duration::from_millis(pause);
                if let Err(wait) = bucket.take(now, n) {
                    prop_assert!(wait > Duration::ZERO);
                    let early = wait - Duration::from_nanos(1);
                    prop_assert!(bucket.clone().take(now + early, n).is_err(), "told to wait longer than needed");
                    now += wait;
                    prop_assert_eq!(bucket.take(now, n), Ok(()));
                }
                taken += u64::from(n.min(burst));
                let most = f64::from(burst) + f64::from(rate) * now.as_secs_f64();
                prop_assert!(taken as f64 <= most + 1e-3, "{} tokens, {} allowed", taken, most);
            }
        }
    }
}
