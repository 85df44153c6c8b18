//! Time and randomness of the engine, injected so that tests decide them.
//!
//! It does not schedule anything: timers are tokio's, which a test may pause.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

use crate::wire::Random;

/// Where the engine takes its time from.
pub trait Clock: Send + Sync + 'static {
    /// Time since some fixed start; never goes back, stands still while the machine sleeps.
    fn now(&self) -> Duration;

    /// Milliseconds since 1970, as the machine believes; may jump either way.
    fn wall(&self) -> i64;

    /// How long the machine has been asleep since some fixed start.
    fn slept(&self) -> Duration;
}

/// The machine's clocks.
pub struct MachineClock {
    start: Instant,
}

/// The operating system's source of randomness.
pub struct SystemRandom;

impl MachineClock {
    /// Starts counting now.
    pub fn new() -> Self {
        Self { start: Instant::now() }
    }
}

impl Default for MachineClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for MachineClock {
    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    fn wall(&self) -> i64 {
        #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the wall clock")]
        let now = SystemTime::now();
        // A clock before 1970 is a clock that was never set: zero is as good as any other wrong answer.
        now.duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    fn slept(&self) -> Duration {
        let boot = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        let awake = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
        let seconds = u64::try_from(boot.tv_sec.saturating_sub(awake.tv_sec)).unwrap_or(0);
        Duration::from_secs(seconds)
    }
}

impl Random for SystemRandom {
    fn fill(&mut self, bytes: &mut [u8]) {
        if getrandom::fill(bytes).is_err() {
            // Without randomness no promise can be kept. The kernel fails here only before it has booted.
            std::process::abort();
        }
    }
}
