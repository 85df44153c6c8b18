//! A machine's clock that a test sets, and puts to sleep.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use pelure::engine::{Clock, MachineClock};

/// Goes on by itself; what the machine believes of the date is the test's.
#[derive(Default)]
pub struct SetClock {
    machine: MachineClock,
    ahead: AtomicI64,
    slept: AtomicU64,
    /// Seconds that went by at once.
    leapt: AtomicU64,
}

impl SetClock {
    /// Puts the date so many milliseconds ahead of the true one; negative sets it back.
    pub fn set_ahead(&self, milliseconds: i64) {
        self.ahead.store(milliseconds, Ordering::SeqCst);
    }

    /// Lets the machine have slept.
    pub fn sleep(&self, time: Duration) {
        self.slept.fetch_add(time.as_secs(), Ordering::SeqCst);
    }
}

impl SetClock {
    /// Lets time go by that nobody lives through.
    pub fn leap(&self, time: Duration) {
        self.leapt.fetch_add(time.as_secs(), Ordering::SeqCst);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Duration {
        self.machine.now() + Duration::from_secs(self.leapt.load(Ordering::SeqCst))
    }

    fn wall(&self) -> i64 {
        self.machine.wall() + self.ahead.load(Ordering::SeqCst)
    }

    fn slept(&self) -> Duration {
        Duration::from_secs(self.slept.load(Ordering::SeqCst))
    }
}
