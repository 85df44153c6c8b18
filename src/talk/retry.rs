//! When to try again to reach a contact: soon at first, then ever less often, never in step with others.
//!
//! It does not dial and does not know why an attempt failed.

use std::time::Duration;

use crate::wire::Random;
use crate::wire::limits::{
    NETWORK_BACK_SPREAD, REQUEST_RETRY_FIRST, REQUEST_RETRY_MOST, RETRY_FIRST, RETRY_JITTER_PERCENT, RETRY_MOST,
};

/// The attempts to reach one contact. All times are since one arbitrary start.
#[derive(Clone, Debug)]
pub struct Retry {
    /// Failures in a row since the peer was last reached.
    failures: u32,
    /// Answers of "waiting" since the last welcome.
    waits: u32,
    due: Duration,
}

impl Retry {
    /// The first attempt is due at once.
    pub fn new(now: Duration) -> Self {
        Self { failures: 0, waits: 0, due: now }
    }

    /// Which attempt the next one is, 1 for the first since the peer was last reached.
    pub fn attempt(&self) -> u32 {
        self.failures.saturating_add(1)
    }

    /// When the next attempt is due.
    pub fn due(&self) -> Duration {
        self.due
    }

    /// The peer could not be reached, or the session was lost.
    pub fn failed(&mut self, now: Duration, random: &mut dyn Random) {
        let pause = doubled(RETRY_FIRST, RETRY_MOST, self.failures);
        self.failures = self.failures.saturating_add(1);
        self.due = now.saturating_add(jittered(pause, random));
    }

    /// The peer was reached and answered "waiting".
    pub fn waiting(&mut self, now: Duration, random: &mut dyn Random) {
        let pause = doubled(REQUEST_RETRY_FIRST, REQUEST_RETRY_MOST, self.waits);
        self.waits = self.waits.saturating_add(1);
        self.failures = 0;
        self.due = now.saturating_add(jittered(pause, random));
    }

    /// A session is open: when it ends, everything starts afresh.
    pub fn succeeded(&mut self) {
        self.failures = 0;
        self.waits = 0;
    }

    /// The person asked to retry, or the machine woke up: the next attempt is due now.
    pub fn at_once(&mut self, now: Duration) {
        self.due = now;
    }

    /// The network returned: the failures said nothing of the peer. It is tried within moments, unless it was reached
    /// and answered "waiting", which is no failure of the network.
    pub fn network_back(&mut self, now: Duration, random: &mut dyn Random) {
        if self.failures > 0 {
            self.failures = 0;
            let spread = NETWORK_BACK_SPREAD.as_millis() as u64;
            self.due = self.due.min(now.saturating_add(Duration::from_millis(random.below(spread))));
        }
    }
}

/// `first` doubled as often as told, at most `most`.
fn doubled(first: Duration, most: Duration, times: u32) -> Duration {
    first.saturating_mul(2u32.saturating_pow(times)).min(most)
}

/// `pause`, some percent shorter or longer.
fn jittered(pause: Duration, random: &mut dyn Random) -> Duration {
    let nominal = pause.as_millis() as u64;
    let reach = nominal * RETRY_JITTER_PERCENT / 100;
    Duration::from_millis(nominal - reach + random.below(2 * reach + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Seeded;

    /// The nominal seconds of which `pause` is a jittered form, out of those given.
    fn nominal(pause: Duration, of: &[u64]) -> u64 {
        let seconds = pause.as_secs_f64();
        *of.iter().find(|n| (0.7 * **n as f64..=1.3 * **n as f64).contains(&seconds)).unwrap()
    }

    #[test]
    fn failures_double_up_to_a_quarter_of_an_hour() {
        let (mut random, mut now) = (Seeded::new(1), Duration::from_secs(100));
        let mut retry = Retry::new(now);
        assert_eq!((retry.due(), retry.attempt()), (now, 1));
        for (expected, attempt) in [5, 10, 20, 40, 80, 160, 320, 640, 900, 900].into_iter().zip(2..) {
            retry.failed(now, &mut random);
            assert_eq!(nominal(retry.due() - now, &[expected]), expected);
            assert_eq!(retry.attempt(), attempt);
            now = retry.due();
        }
    }

    #[test]
    fn waiting_doubles_up_to_two_hours_and_a_failure_between_does_not_hurt() {
        let (mut random, mut now) = (Seeded::new(2), Duration::ZERO);
        let mut retry = Retry::new(now);
        for expected in [600, 1_200, 2_400, 4_800, 7_200, 7_200] {
            retry.waiting(now, &mut random);
            assert_eq!(nominal(retry.due() - now, &[expected]), expected);
            now = retry.due();
            retry.failed(now, &mut random);
            assert_eq!(nominal(retry.due() - now, &[5]), 5);
        }
        retry.succeeded();
        retry.waiting(now, &mut random);
        assert_eq!(nominal(retry.due() - now, &[600]), 600);
    }

    #[test]
    fn pauses_are_spread() {
        let mut random = Seeded::new(3);
        let pauses: Vec<_> = (0..200).map(|_| jittered(RETRY_FIRST, &mut random)).collect();
        assert!(pauses.iter().all(|p| (3_500..=6_500).contains(&p.as_millis())));
        assert!(pauses.iter().any(|p| p.as_millis() < 4_000) && pauses.iter().any(|p| p.as_millis() > 6_000));
    }

    #[test]
    fn success_and_impatience_reset() {
        let (mut random, now) = (Seeded::new(4), Duration::from_secs(9));
        let mut retry = Retry::new(now);
        (0..9).for_each(|_| retry.failed(now, &mut random));
        retry.at_once(now);
        assert_eq!((retry.due(), retry.attempt()), (now, 10));
        retry.succeeded();
        retry.failed(now, &mut random);
        assert_eq!(nominal(retry.due() - now, &[5]), 5);
    }

    #[test]
    fn the_return_of_the_network_hastens_failures_only() {
        let (mut random, now) = (Seeded::new(5), Duration::from_secs(9));
        let mut retry = Retry::new(now);
        (0..9).for_each(|_| retry.failed(now, &mut random));
        retry.network_back(now, &mut random);
        assert!(retry.due() < now + NETWORK_BACK_SPREAD);
        assert_eq!(retry.attempt(), 1);
        retry.waiting(now, &mut random);
        let due = retry.due();
        retry.network_back(now, &mut random);
        assert_eq!(retry.due(), due, "who answered is not asked again");
    }

    #[test]
    fn nothing_overflows() {
        let mut random = Seeded::new(6);
        let mut retry = Retry { failures: u32::MAX, waits: u32::MAX, due: Duration::MAX };
        retry.failed(Duration::MAX, &mut random);
        retry.waiting(Duration::MAX, &mut random);
        assert_eq!((retry.attempt(), retry.due()), (1, Duration::MAX));
    }
}
