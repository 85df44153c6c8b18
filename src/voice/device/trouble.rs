//! When a device that complains is to be opened again, and when its clicks are told.
//!
//! A click alone is no reason: sound systems recover from it, and opening anew takes longer. It reads no clock.

use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use super::ring::Counters;

/// Watches one open device.
#[derive(Debug)]
pub(super) struct Trouble {
    /// When it was opened: a card that starts is hungry, and the clicks of its first second are not told.
    opened: Duration,
    /// Since when calls are at this number.
    calls: (Duration, u32),
    /// Since when errors are counted, and from which number.
    errors: (Duration, u32),
    /// When clicks were told, and at which number.
    clicks: (Duration, u32),
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing.
    Fine,
    /// Tell of so many clicks.
    Clicks(u32),
    /// Open it again.
    Reopen,
}

impl Trouble {
    /// Starts with a device that was opened just now.
    pub(super) fn new(now: Duration) -> Self {
        Self { opened: now, calls: (now, 0), errors: (now, 0), clicks: (now, 0) }
    }

    /// Looks at the counters; once for each 10 ms, or about.
    pub(super) fn judge(&mut self, now: Duration, counters: &Counters) -> Verdict {
        if counters.gone.load(Relaxed) {
            return Verdict::Reopen;
        }
        let calls = counters.calls.load(Relaxed);
        if calls != self.calls.1 {
            self.calls = (now, calls);
        }
        let errors = counters.errors.load(Relaxed);
        if now.saturating_sub(self.calls.0) > SILENT_MOST || errors.wrapping_sub(self.errors.1) > ERRORS_MOST {
            return Verdict::Reopen;
        }
        if now.saturating_sub(self.errors.0) >= SECOND {
            self.errors = (now, errors);
        }
        let clicks = counters.clicks.load(Relaxed);
        if now.saturating_sub(self.opened) < SECOND {
            self.clicks.1 = clicks;
        }
        let new = clicks.wrapping_sub(self.clicks.1);
        if new > 0 && now.saturating_sub(self.clicks.0) >= SECOND {
            self.clicks = (now, clicks);
            return Verdict::Clicks(new);
        }
        Verdict::Fine
    }
}

/// A device that neither gives nor takes for so long is dead, whatever it says.
const SILENT_MOST: Duration = Duration::from_secs(3);

/// More errors in a second than this are a flood: PulseAudio behind ALSA does so, and only opening anew ends it.
const ERRORS_MOST: u32 = 20;

const SECOND: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs for so many seconds in steps of 10 ms, doing something to the counters before each; the verdicts that say
    /// something.
    fn verdicts(seconds: u64, mut each: impl FnMut(u64, &Counters)) -> Vec<(u64, Verdict)> {
        let (counters, mut trouble) = (Counters::default(), Trouble::new(Duration::ZERO));
        let mut said = Vec::new();
        for step in 0..seconds * 100 {
            each(step, &counters);
            match trouble.judge(Duration::from_millis(step * 10), &counters) {
                Verdict::Fine => {}
                verdict => said.push((step, verdict)),
            }
            if said.last().is_some_and(|(_, verdict)| *verdict == Verdict::Reopen) {
                break;
            }
        }
        said
    }

    fn works(counters: &Counters) {
        counters.calls.fetch_add(1, Relaxed);
    }

    #[test]
    fn a_device_that_works_is_left_alone() {
        assert_eq!(verdicts(60, |_, counters| works(counters)), []);
    }

    #[test]
    fn clicks_are_told_once_a_second_and_are_no_reason_to_reopen() {
        let said = verdicts(10, |_, counters| {
            works(counters);
            counters.clicks.fetch_add(2, Relaxed);
        });
        assert_eq!(said.len(), 9);
        assert!(said[1..].iter().all(|(_, verdict)| *verdict == Verdict::Clicks(200)));
    }

    #[test]
    fn a_flood_of_errors_reopens_and_a_trickle_does_not() {
        let trickle = verdicts(30, |step, counters| {
            works(counters);
            counters.errors.fetch_add(u32::from(step % 10 == 0), Relaxed);
        });
        assert_eq!(trickle, []);
        let flood = verdicts(30, |_, counters| {
            works(counters);
            counters.errors.fetch_add(1, Relaxed);
        });
        assert_eq!(flood, [(20, Verdict::Reopen)]);
    }

    #[test]
    fn a_device_that_is_gone_or_dead_is_reopened() {
        assert_eq!(verdicts(5, |_, counters| counters.gone.store(true, Relaxed)), [(0, Verdict::Reopen)]);
        let dies = verdicts(9, |step, counters| {
            if step < 200 {
                works(counters);
            }
        });
        assert_eq!(dies, [(500, Verdict::Reopen)]);
    }
}
