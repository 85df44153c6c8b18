//! What is rehearsed, and how it was.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use super::Trace;
use super::pipe::{Dice, Pipe, Weather};
use super::rehearsal::{Ear, Rehearsal};
use crate::voice::Stats;
use crate::voice::playing::Playing;
use crate::wire::{Circuits, Profile};

/// What is rehearsed.
#[derive(Clone, Debug)]
pub struct Plan {
    /// How circuits behave.
    pub weather: Weather,
    /// If given, circuits do what this recording says instead: its first circuits in one direction and in the other.
    pub trace: Option<Arc<Trace>>,
    /// How the call uses the network.
    pub profile: Profile,
    /// Over how many circuits.
    pub circuits: Circuits,
    /// Another seed, another call.
    pub seed: u64,
    /// How long the call is.
    pub lasts: Duration,
    /// How much faster the sound cards of speaker and listener are than they should be, in millionths.
    pub skew: [f64; 2],
    /// What the speaker's microphone gives.
    pub voice: Voice,
    /// What goes wrong on purpose.
    pub faults: Vec<Fault>,
}

/// What the microphone gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    /// Frames that differ, and that the encoder gives sooner or later, as it finds them easy or hard.
    Speech,
    /// The same frame, always at once.
    Silence,
    /// No frame at all: the microphone was pulled out.
    Nothing,
}

/// What goes wrong on purpose. Circuits are counted from the fastest, 0.
#[derive(Clone, Debug)]
pub enum Fault {
    /// A circuit stands still in this time, in both directions.
    Freeze(usize, Range<Duration>),
    /// From this time on it gives nothing more.
    Kill(usize, Duration),
}

/// A piece of sound that was played.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Heard {
    /// When its first sample was heard.
    pub at: Duration,
    /// From mouth to ear.
    pub delay: Duration,
    /// What the listener aimed at, beyond the fastest cell.
    pub target: Duration,
}

/// How the call was.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// What was played, in order.
    pub heard: Vec<Heard>,
    /// When 10 ms were bridged or silent for want of a frame, after the first was played.
    pub concealed: Vec<Duration>,
    /// When the listener left something out to be up to date.
    pub leaps: Vec<Duration>,
    /// Of each frame that came, how long after the beginning of its speaking its first copy came.
    pub came: Vec<Duration>,
    /// Frames that were spoken early enough to come.
    pub spoken: u32,
    /// The mean one-way delay of the fastest circuit, without standstills.
    pub best_way: Duration,
    /// Each record that the speaker sent: when, and its bytes.
    pub records: Vec<(Duration, usize)>,
    /// What the listener says at the end.
    pub stats: Stats,
    /// By how much, in all, sound was made longer or shorter.
    pub stretched: Duration,
    /// What the listener heard, if somebody listened ([`Plan::run_heard`]): 16 kHz, from the beginning of the call.
    pub sound: Vec<f32>,
}

/// Who of the two.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    Speaker,
    Listener,
}

impl Outcome {
    /// From mouth to ear, less the way of the fastest circuit, for each piece once the call has settled.
    pub fn delays(&self) -> impl Iterator<Item = Duration> {
        let settled = self.heard.iter().filter(|heard| heard.at > SETTLED);
        settled.map(|heard| heard.delay.saturating_sub(self.best_way))
    }

    /// Between the least and the greatest delay, each the median of a second.
    pub fn wander(&self) -> Duration {
        let mut delays: Vec<Duration> = self.delays().collect();
        let medians = delays.chunks_mut(50).filter_map(|second| {
            second.sort_unstable();
            second.get(second.len() / 2).copied()
        });
        let (least, most) = medians.fold((Duration::MAX, Duration::ZERO), |(a, b), at| (a.min(at), b.max(at)));
        most.saturating_sub(least)
    }

    /// The share of the frames that came within this time after the beginning of their speaking.
    pub fn in_time(&self, limit: Duration) -> f64 {
        let came = self.came.iter().filter(|delay| **delay <= limit).count();
        came as f64 / f64::from(self.spoken.max(1))
    }
}

impl Plan {
    /// Five minutes with the default profile, and sound cards that are off by up to 30 millionths, as usual.
    pub fn new(weather: Weather, seed: u64) -> Self {
        let mut dice = Dice::new(seed ^ 0xca4d);
        Self {
            weather,
            trace: None,
            profile: Profile::Default,
            circuits: Circuits::default(),
            seed,
            lasts: Duration::from_secs(300),
            skew: [0; 2].map(|_| 60.0 * dice.uniform() - 30.0),
            voice: Voice::Speech,
            faults: Vec::new(),
        }
    }

    /// Holds the call.
    pub fn run(self) -> Outcome {
        Rehearsal::new(self).run()
    }

    /// Holds the call with somebody who speaks these frames, over and over, encoded for the profile of the call, and with
    /// somebody who listens.
    pub fn run_heard(self, speech: Vec<Vec<u8>>, playing: Playing) -> Outcome {
        Rehearsal::new(self).heard(Ear { speech, playing }).run()
    }

    /// One direction of the circuit of this number.
    pub(super) fn pipe(&self, number: usize, direction: usize, way: Duration) -> Pipe {
        let which = 2 * number + direction;
        let mut pipe = match &self.trace {
            Some(trace) => Pipe::recorded(trace.clone(), which % trace.circuits().max(1)),
            None => {
                let seed = self.seed.wrapping_mul(1_000_003).wrapping_add(which as u64);
                Pipe::new(self.weather, way, seed, self.seed ^ direction as u64)
            }
        };
        for fault in &self.faults {
            match fault {
                Fault::Freeze(which, time) if *which == number => pipe.freeze(time.clone()),
                Fault::Kill(which, at) if *which == number => pipe.kill(*at),
                _ => {}
            }
        }
        pipe
    }

    /// So much sound of a side's card, in true time.
    pub(super) fn sound(&self, side: Side, length: Duration) -> Duration {
        let [speaker, listener] = self.skew;
        let skew = if side == Side::Speaker { speaker } else { listener };
        length.div_f64(1.0 + skew / 1e6)
    }
}

impl Side {
    pub(super) fn other(self) -> Self {
        match self {
            Self::Speaker => Self::Listener,
            Self::Listener => Self::Speaker,
        }
    }
}

/// When what was unknown at the beginning is known.
const SETTLED: Duration = Duration::from_secs(15);
