//! One direction of one circuit.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use super::Trace;
use crate::wire::{Random, Seeded};

/// How circuits behave. Times in milliseconds unless said otherwise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weather {
    /// The median of the one-way delay of a circuit at its best; it stays what it is for the circuit's life.
    pub way: f64,
    /// How much circuits differ: the deviation of its logarithm.
    pub way_spread: f64,
    /// The mean of what is added to each cell.
    pub jitter: f64,
    /// The shape of that gamma distribution: the less, the longer its tail.
    pub jitter_shape: f64,
    /// Standstills of each circuit by itself.
    pub alone: Standstills,
    /// Standstills of all circuits of a call at once, if there are any.
    pub together: Option<Standstills>,
}

/// Standstills: nothing arrives, and then all at once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Standstills {
    /// The mean from one to the next.
    pub every: f64,
    /// The median of their length.
    pub median: f64,
    /// How much they differ: the deviation of the logarithm of their length.
    pub spread: f64,
}

impl Weather {
    /// What section 3.2 of the research took for Tor on a usual day: half of the calls over a single circuit have a
    /// 99th percentile of 600 ms.
    pub const TYPICAL: Self = Self {
        way: 190.0,
        way_spread: 0.3,
        jitter: 7.0,
        jitter_shape: 1.0,
        alone: Standstills { every: 12_000.0, median: 250.0, spread: 0.9 },
        together: None,
    };
    /// On a bad day.
    pub const HARSH: Self = Self {
        way: 300.0,
        way_spread: 0.3,
        jitter: 25.0,
        jitter_shape: 1.0,
        alone: Standstills { every: 6_000.0, median: 500.0, spread: 0.8 },
        together: None,
    };
    /// A usual day behind a guard that itself stops twice a minute.
    pub const GUARD: Self =
        Self { together: Some(Standstills { every: 30_000.0, median: 200.0, spread: 0.5 }), ..Self::TYPICAL };
    /// A network without weather.
    pub const STILL: Self = Self {
        way: 150.0,
        way_spread: 0.0,
        jitter: 4.0,
        jitter_shape: 2.0,
        alone: Standstills { every: f64::INFINITY, median: 0.0, spread: 0.0 },
        together: None,
    };
}

/// One direction of one circuit: tells when what is sent arrives.
#[derive(Clone)]
pub struct Pipe {
    way: Way,
    /// When the cell before arrived: they do not overtake.
    last: Duration,
    alone: Option<Stops>,
    together: Option<Stops>,
    /// Standstills that somebody asked for.
    frozen: Vec<Range<Duration>>,
    dies: Duration,
}

/// Where delays come from.
#[derive(Clone)]
enum Way {
    Drawn { least: Duration, weather: Weather, dice: Dice },
    Recorded { trace: Arc<Trace>, circuit: usize },
}

/// Standstills, drawn one after the other.
#[derive(Clone)]
struct Stops {
    kind: Standstills,
    now: Range<Duration>,
    dice: Dice,
}

/// Numbers that are not uniform.
#[derive(Clone)]
pub(super) struct Dice(Seeded);

impl Pipe {
    /// A direction whose best delay is `least`. `seed` is its own; `call` is that of all circuits of a call, which stand
    /// still together.
    pub fn new(weather: Weather, least: Duration, seed: u64, call: u64) -> Self {
        let stops = |kind, seed| Stops { kind, now: Duration::ZERO..Duration::ZERO, dice: Dice::new(seed) };
        Self {
            way: Way::Drawn { least, weather, dice: Dice::new(seed) },
            last: Duration::ZERO,
            alone: weather.alone.every.is_finite().then(|| stops(weather.alone, !seed)),
            together: weather.together.map(|kind| stops(kind, call)),
            frozen: Vec::new(),
            dies: Duration::MAX,
        }
    }

    /// A direction that does what a recorded circuit did, over and over.
    pub fn recorded(trace: Arc<Trace>, circuit: usize) -> Self {
        let way = Way::Recorded { trace, circuit };
        Self { way, last: Duration::ZERO, alone: None, together: None, frozen: Vec::new(), dies: Duration::MAX }
    }

    /// Draws the best delay of a circuit.
    pub fn draw_way(weather: Weather, seed: u64) -> Duration {
        let mut dice = Dice::new(seed);
        milliseconds(dice.lognormal(weather.way, weather.way_spread))
    }

    /// Nothing arrives in this time; what was sent in it, and what was under way, arrives at its end.
    pub fn freeze(&mut self, time: Range<Duration>) {
        self.frozen.push(time);
    }

    /// From then on nothing arrives any more.
    pub fn kill(&mut self, at: Duration) {
        self.dies = self.dies.min(at);
    }

    /// The usual delay, without standstills.
    pub fn usual(&self) -> Duration {
        match &self.way {
            Way::Drawn { least, weather, .. } => *least + milliseconds(weather.jitter),
            Way::Recorded { trace, circuit } => trace.median(*circuit),
        }
    }

    /// When a cell that is sent now arrives; `None` if never. Times must not go back.
    pub fn send(&mut self, now: Duration) -> Option<Duration> {
        let delay = match &mut self.way {
            Way::Drawn { least, weather, dice } => {
                *least + milliseconds(dice.gamma(weather.jitter_shape) * weather.jitter / weather.jitter_shape)
            }
            Way::Recorded { trace, circuit } => trace.delay(*circuit, now)?,
        };
        let mut at = (now + delay).max(self.last);
        for stops in [&mut self.alone, &mut self.together].into_iter().flatten() {
            at = stops.pass(at);
        }
        // A standstill may end within another.
        self.frozen.sort_by_key(|time| time.start);
        for time in self.frozen.iter().filter(|time| time.contains(&at)).collect::<Vec<_>>() {
            at = at.max(time.end);
        }
        self.last = at;
        (at < self.dies).then_some(at)
    }
}

impl Stops {
    /// When something gets through that is there at this time.
    fn pass(&mut self, at: Duration) -> Duration {
        while self.now.end <= at {
            let start = self.now.end + milliseconds(self.dice.exponential() * self.kind.every);
            self.now = start..start + milliseconds(self.dice.lognormal(self.kind.median, self.kind.spread));
        }
        if self.now.contains(&at) { self.now.end } else { at }
    }
}

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(Seeded::new(seed))
    }

    /// A seed for something else.
    pub(super) fn number(&mut self) -> u64 {
        self.0.number()
    }

    /// Above 0, below 1.
    pub(super) fn uniform(&mut self) -> f64 {
        ((self.0.number() >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }

    /// The mean is 1.
    pub(super) fn exponential(&mut self) -> f64 {
        -self.uniform().ln()
    }

    fn normal(&mut self) -> f64 {
        (2.0 * self.exponential()).sqrt() * (std::f64::consts::TAU * self.uniform()).cos()
    }

    fn lognormal(&mut self, median: f64, spread: f64) -> f64 {
        median * (spread * self.normal()).exp()
    }

    /// The mean is the shape (Marsaglia and Tsang).
    fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            return self.gamma(shape + 1.0) * self.uniform().powf(1.0 / shape.max(0.01));
        }
        let d = shape - 1.0 / 3.0;
        loop {
            let x = self.normal();
            let v = (1.0 + x / (9.0 * d).sqrt()).powi(3);
            if v > 0.0 && self.uniform().ln() < 0.5 * x * x + d - d * v + d * v.ln() {
                return d * v;
            }
        }
    }
}

fn milliseconds(time: f64) -> Duration {
    Duration::try_from_secs_f64(time / 1_000.0).unwrap_or(Duration::MAX / 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn a_seed_repeats_itself_and_cells_do_not_overtake() {
        let run = |seed| {
            let mut pipe = Pipe::new(Weather::HARSH, at(200), seed, 1);
            (0..20_000).map(|n| pipe.send(at(60 * n)).unwrap()).collect::<Vec<_>>()
        };
        let arrivals = run(7);
        assert_eq!(arrivals, run(7));
        assert_ne!(arrivals, run(8));
        assert!(arrivals.is_sorted());
        assert!((0..).zip(&arrivals).all(|(n, arrival)| *arrival >= at(60 * n + 200)));
    }

    #[test]
    fn draws_have_their_means() {
        let mut dice = Dice::new(1);
        let mut mean = |draw: &dyn Fn(&mut Dice) -> f64| (0..40_000).map(|_| draw(&mut dice)).sum::<f64>() / 40_000.0;
        for shape in [0.5, 1.0, 3.0] {
            assert!((mean(&|dice| dice.gamma(shape)) / shape - 1.0).abs() < 0.03, "{shape}");
        }
        assert!((mean(&Dice::exponential) - 1.0).abs() < 0.03);
        assert!((mean(&|dice| dice.lognormal(1.0, 0.5).ln()) / 0.5).abs() < 0.03);
    }

    #[test]
    fn what_is_frozen_comes_at_the_thaw_and_what_is_dead_never() {
        let mut pipe = Pipe::new(Weather { jitter: 0.0, ..Weather::STILL }, at(100), 1, 1);
        pipe.freeze(at(1_000)..at(4_000));
        pipe.kill(at(6_000));
        assert_eq!(pipe.send(at(800)), Some(at(900)));
        assert_eq!(pipe.send(at(950)), Some(at(4_000)), "it was under way");
        assert_eq!(pipe.send(at(3_950)), Some(at(4_050)));
        assert_eq!(pipe.send(at(5_950)), None);
    }

    #[test]
    fn circuits_of_a_call_stand_still_together_and_alone() {
        let stalls = |seed, call, weather| {
            let mut pipe = Pipe::new(weather, at(100), seed, call);
            let delays = (0..30_000).map(|n| pipe.send(at(20 * n)).unwrap() - at(20 * n));
            delays.map(|delay| delay > at(350)).collect::<Vec<_>>()
        };
        let quiet = Standstills { every: f64::INFINITY, median: 0.0, spread: 0.0 };
        let guard = Weather { alone: quiet, ..Weather::GUARD };
        let one = stalls(1, 5, guard);
        assert!(one.iter().any(|stall| *stall));
        let same = |other: &[bool]| one.iter().zip(other).filter(|(a, b)| **a && **b).count() * 10;
        assert!(same(&stalls(2, 5, guard)) > 9 * one.iter().filter(|stall| **stall).count());
        assert!(same(&stalls(2, 6, guard)) < one.len() / 20);
    }
}
