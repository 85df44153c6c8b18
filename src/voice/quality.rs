//! What a call is like, in numbers, and in the three words a person needs.
//!
//! It does not advise by mood: a verdict stands for some seconds before another takes its place.

use std::time::Duration;

/// A call as it is now; about once a second it is worth telling.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stats {
    /// From mouth to ear, without the sound cards: way, waiting and codec. None before anything was heard.
    pub mouth_to_ear: Option<Duration>,
    /// The way of a cell on the fastest circuit: half its round trip.
    pub one_way: Option<Duration>,
    /// What the receiver waits, beyond the fastest cell, so that nearly all frames come in time.
    pub target: Option<Duration>,
    /// Frames of the last seconds that came too late to be played, 0 to 1.
    pub late_ratio: f64,
    /// Pieces of the last seconds that were invented or silent for want of a frame, 0 to 1.
    pub concealed_ratio: f64,
    /// Every circuit.
    pub circuits: Vec<LaneStats>,
    /// Circuits that the call should have besides, which are being dialled.
    pub missing: usize,
    /// Since the call began.
    pub cells_sent: u64,
    /// Since the call began.
    pub cells_received: u64,
}

/// One circuit as it is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LaneStats {
    /// Whether it answers.
    pub alive: bool,
    /// Half its round trip, once it was measured.
    pub one_way: Option<Duration>,
}

/// What to make of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quality {
    /// One can talk.
    Good,
    /// One can talk if one speaks in turns.
    Late,
    /// Push-to-talk is the better way.
    Poor,
}

/// The verdict, with patience.
#[derive(Clone, Debug)]
pub struct Judge {
    verdict: Quality,
    /// Another verdict, and since when it is the better one.
    other: Option<(Quality, Duration)>,
}

impl Judge {
    /// A call begins; nothing speaks against it.
    pub fn new() -> Self {
        Self { verdict: Quality::Good, other: None }
    }

    /// What to make of the call now. Ask about once a second.
    pub fn judge(&mut self, stats: &Stats, now: Duration) -> Quality {
        // What is better must be clearly better.
        let better = Quality::of(stats, 1.0 - CLEARLY);
        let worse = Quality::of(stats, 1.0);
        let wanted = if better < self.verdict { better } else { worse.max(self.verdict) };
        if wanted == self.verdict {
            self.other = None;
            return self.verdict;
        }
        let (_, since) = *self.other.get_or_insert((wanted, now));
        let patience = if wanted > self.verdict { WORSE_AFTER } else { BETTER_AFTER };
        if now.saturating_sub(since) >= patience {
            self.verdict = wanted;
            self.other = None;
        }
        self.verdict
    }
}

impl Default for Judge {
    fn default() -> Self {
        Self::new()
    }
}

impl Quality {
    /// What the numbers say, with all bounds scaled.
    fn of(stats: &Stats, scale: f64) -> Self {
        let beyond = |delay: Duration, holes: f64| {
            stats.mouth_to_ear.is_some_and(|time| time > delay.mul_f64(scale)) || stats.concealed_ratio > holes * scale
        };
        let none_alive = !stats.circuits.iter().any(|circuit| circuit.alive);
        if none_alive || beyond(POOR_DELAY, POOR_HOLES) {
            Self::Poor
        } else if beyond(LATE_DELAY, LATE_HOLES) {
            Self::Late
        } else {
            Self::Good
        }
    }
}

/// ITU-T G.114: later than this, people begin to talk into each other's words.
const LATE_DELAY: Duration = Duration::from_millis(400);

/// Later than this (half of what the E-model gives at best is gone), a conversation breaks down.
const POOR_DELAY: Duration = Duration::from_millis(800);

/// Of a sentence, so much may be invented before it is tiring to listen.
const LATE_HOLES: f64 = 0.03;

/// Beyond this, words are lost.
const POOR_HOLES: f64 = 0.10;

/// To be called better, every number must be better by this share.
const CLEARLY: f64 = 0.15;

/// How long a call must be worse before it is called so.
const WORSE_AFTER: Duration = Duration::from_secs(3);

/// How long a call must be better before it is called so: advice that flickers is none.
const BETTER_AFTER: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use super::*;

    fn stats(delay: u64, holes: f64) -> Stats {
        Stats {
            mouth_to_ear: Some(Duration::from_millis(delay)),
            concealed_ratio: holes,
            circuits: vec![LaneStats { alive: true, one_way: None }],
            ..Stats::default()
        }
    }

    /// The verdicts of a call that is like this for so many seconds each.
    fn verdicts(parts: &[(Stats, u64)]) -> Vec<Quality> {
        let (mut judge, mut now) = (Judge::new(), 0);
        let mut verdicts = vec![Quality::Good];
        for (stats, seconds) in parts {
            for _ in 0..*seconds {
                let verdict = judge.judge(stats, Duration::from_secs(now));
                if verdicts.last() != Some(&verdict) {
                    verdicts.push(verdict);
                }
                now += 1;
            }
        }
        verdicts
    }

    #[test]
    fn delay_and_holes_make_it_late_or_poor() {
        use Quality::{Good, Late, Poor};
        assert_eq!(verdicts(&[(stats(390, 0.02), 60)]), [Good]);
        assert_eq!(verdicts(&[(stats(500, 0.0), 60)]), [Good, Late]);
        assert_eq!(verdicts(&[(stats(100, 0.05), 60)]), [Good, Late]);
        assert_eq!(verdicts(&[(stats(900, 0.0), 60)]), [Good, Poor]);
        assert_eq!(verdicts(&[(stats(100, 0.2), 60), (stats(100, 0.0), 60)]), [Good, Poor, Good]);
        assert_eq!(verdicts(&[(Stats::default(), 60)]), [Good, Poor], "no circuit is alive");
    }

    #[test]
    fn a_moment_is_no_verdict() {
        let (bad, good) = (stats(900, 0.2), stats(100, 0.0));
        assert_eq!(verdicts(&[(good.clone(), 5), (bad.clone(), 3), (good.clone(), 5)]), [Quality::Good]);
        let parts = [(bad.clone(), 10), (good.clone(), 9), (bad.clone(), 9), (good, 9)];
        assert_eq!(verdicts(&parts), [Quality::Good, Quality::Poor]);
    }

    #[test]
    fn on_the_border_nothing_flickers() {
        let border: Vec<_> = (0..200).map(|n| (stats(if n % 2 == 0 { 380 } else { 420 }, 0.0), 4)).collect();
        assert_eq!(verdicts(&border), [Quality::Good, Quality::Late]);
    }
}
