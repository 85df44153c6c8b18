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
    /// Since when samples are counted, and from which number.
    samples: (Duration, u64),
    /// When it last was seen to give or take nothing for a moment.
    paused: Duration,
    /// How many samples a second there should be.
    rate: u32,
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
    /// Open it again with a larger buffer: it gives or takes less than its clock says, so it runs dry again and again.
    Widen,
}

impl Trouble {
    /// Starts with a device of this rate that was opened just now.
    pub(super) fn new(now: Duration, rate: u32) -> Self {
        Self { opened: now, calls: (now, 0), errors: (now, 0), clicks: (now, 0), samples: (now, 0), paused: now, rate }
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
        if now.saturating_sub(self.calls.0) > PAUSE {
            self.paused = now;
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
        if self.is_dry(now, counters.samples.load(Relaxed)) { Verdict::Widen } else { Verdict::Fine }
    }

    /// Looks back every few seconds; the first of them does not count. Who pauses may still catch up on it.
    fn is_dry(&mut self, now: Duration, samples: u64) -> bool {
        if now.saturating_sub(self.opened) < SECOND {
            self.samples = (now, samples);
        }
        let time = now.saturating_sub(self.samples.0);
        if time < DRY_OVER || now.saturating_sub(self.paused) < PAUSE {
            return false;
        }
        let there = samples.saturating_sub(self.samples.1) as f64;
        self.samples = (now, samples);
        there < time.as_secs_f64() * f64::from(self.rate) * DRY_SHARE
    }
}

/// A device that neither gives nor takes for so long is dead, whatever it says.
const SILENT_MOST: Duration = Duration::from_secs(3);

/// More errors in a second than this are a flood: PulseAudio behind ALSA does so, and only opening anew ends it.
const ERRORS_MOST: u32 = 20;

/// A device that misses more than this share of its samples, over this time, is dry. Clocks differ by far less.
const DRY_SHARE: f64 = 0.94;

/// See [`DRY_SHARE`].
const DRY_OVER: Duration = Duration::from_secs(2);

/// A device that takes or gives much at once pauses for less.
const PAUSE: Duration = Duration::from_millis(100);

const SECOND: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs for so many seconds in steps of 10 ms, doing something to the counters before each; the verdicts that say
    /// something.
    fn verdicts(seconds: u64, mut each: impl FnMut(u64, &Counters)) -> Vec<(u64, Verdict)> {
        let (counters, mut trouble) = (Counters::default(), Trouble::new(Duration::ZERO, 48_000));
        let mut said = Vec::new();
        for step in 0..seconds * 100 {
            each(step, &counters);
            match trouble.judge(Duration::from_millis(step * 10), &counters) {
                Verdict::Fine => {}
                verdict => said.push((step, verdict)),
            }
            if said.last().is_some_and(|(_, verdict)| [Verdict::Reopen, Verdict::Widen].contains(verdict)) {
                break;
            }
        }
        said
    }

    fn works(counters: &Counters) {
        counters.calls.fetch_add(1, Relaxed);
        counters.samples.fetch_add(480, Relaxed);
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
    fn a_device_that_runs_dry_gets_a_larger_buffer() {
        let slow = |missing: u64| {
            verdicts(20, |step, counters| {
                if step % 20 >= missing {
                    works(counters);
                }
            })
        };
        assert_eq!(slow(0), []);
        assert_eq!(slow(1), []);
        assert!(matches!(slow(2)[..], [(295..=305, Verdict::Widen)]), "{:?}", slow(2));
    }

    #[test]
    fn a_device_that_catches_up_on_a_pause_is_left_alone() {
        for start in 250..350 {
            let said = verdicts(20, |step, counters| match step {
                _ if step < start || step >= start + 40 => works(counters),
                _ if step == start + 39 => (0..40).for_each(|_| works(counters)),
                _ => {}
            });
            assert_eq!(said, [], "{start}");
        }
    }

    #[test]
    fn a_device_that_is_gone_or_dead_is_reopened() {
        assert_eq!(verdicts(5, |_, counters| counters.gone.store(true, Relaxed)), [(0, Verdict::Reopen)]);
        let dies = verdicts(9, |step, counters| {
            if step < 250 {
                works(counters);
            } else {
                // Complete, as far as the count goes.
                counters.samples.fetch_add(480, Relaxed);
            }
        });
        assert_eq!(dies, [(550, Verdict::Reopen)]);
    }
}
