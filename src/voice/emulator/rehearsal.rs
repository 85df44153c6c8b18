//! A whole call over emulated circuits: one side speaks, the other plays, both send cells; the clock is turned as fast as
//! the machine can.
//!
//! What is counted is what the issue asks for: when each piece of sound was heard, less when it was spoken. The sound cards
//! are not in it; the codec is, with the 6.5 ms that it looks ahead.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use super::Trace;
use super::pipe::{Dice, Pipe, Weather};
use crate::voice::cell::Cell;
use crate::voice::line::Line;
use crate::voice::{FRAME, LaneId, Play, Stats};
use crate::wire::limits::VOICE_CELL;
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
}

/// The call while it goes on.
pub struct Rehearsal {
    plan: Plan,
    now: Duration,
    events: BinaryHeap<Reverse<(Duration, u64, Event)>>,
    /// Counts events, so that those of one time happen in the order in which they were made.
    made: u64,
    lines: Pair<Line>,
    roads: Vec<Road>,
    dice: Dice,
    /// When the speaking of the first frame began.
    began: Duration,
    /// Frames spoken, and which of them came.
    spoken: u32,
    came: Vec<bool>,
    /// Sound that was decoded and is not played yet.
    ahead: Duration,
    outcome: Outcome,
}

/// A circuit with both its directions.
struct Road {
    lanes: Pair<LaneId>,
    /// What each side sends goes through its own.
    pipes: Pair<Pipe>,
    open: bool,
}

/// One thing for each side.
struct Pair<T> {
    speaker: T,
    listener: T,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Speaker,
    Listener,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Tick(Side),
    Speak,
    Encoded,
    Arrive { side: Side, road: usize, bytes: Box<[u8; VOICE_CELL]> },
    Listen,
    Look,
    Dial,
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

    /// One direction of the circuit of this number.
    fn pipe(&self, number: usize, direction: usize, way: Duration) -> Pipe {
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
    fn sound(&self, side: Side, length: Duration) -> Duration {
        let [speaker, listener] = self.skew;
        let skew = if side == Side::Speaker { speaker } else { listener };
        length.div_f64(1.0 + skew / 1e6)
    }
}

impl Rehearsal {
    /// A call that begins, with all its circuits.
    pub fn new(plan: Plan) -> Self {
        let silence = vec![0; plan.profile.frame_bytes()];
        let line = |start| Line::new(plan.profile, plan.circuits, &silence, start);
        let mut dice = Dice::new(plan.seed ^ 0x5eed);
        // Nobody begins in step with the other. Each side's line begins when its first frame is there.
        let [began, listens, ticks] = [0; 3].map(|_| FRAME.mul_f64(dice.uniform()));
        let speaks = began + plan.sound(Side::Speaker, FRAME);
        let start = speaks + ENCODING + Duration::from_millis(2);
        let mut this = Self {
            lines: Pair { speaker: line(start), listener: line(ticks) },
            dice,
            now: Duration::ZERO,
            events: BinaryHeap::new(),
            made: 0,
            roads: Vec::new(),
            began,
            spoken: 0,
            came: Vec::new(),
            ahead: Duration::ZERO,
            outcome: Outcome::default(),
            plan,
        };
        this.open_all();
        this.at(speaks, Event::Speak);
        this.at(start, Event::Tick(Side::Speaker));
        this.at(ticks, Event::Tick(Side::Listener));
        this.at(listens, Event::Listen);
        this.at(LOOK_EVERY, Event::Look);
        this
    }

    /// Holds the call to its end.
    pub fn run(mut self) -> Outcome {
        while let Some(Reverse((at, _, event))) = self.events.pop()
            && at < self.plan.lasts
        {
            self.now = at;
            self.happen(event);
        }
        self.outcome.stats = self.lines.listener.stats(self.now);
        self.outcome
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Tick(side) => self.tick(side),
            Event::Speak => self.speak(),
            Event::Encoded => self.encoded(),
            Event::Arrive { side, road, bytes } => self.arrive(side, road, &bytes),
            Event::Listen => self.listen(),
            Event::Look => self.look(),
            Event::Dial => {
                let way = Pipe::draw_way(self.plan.weather, self.made ^ self.plan.seed);
                self.open(way);
            }
        }
    }

    fn at(&mut self, at: Duration, event: Event) {
        self.made += 1;
        self.events.push(Reverse((at, self.made, event)));
    }

    /// The first circuits, the fastest first.
    fn open_all(&mut self) {
        let seed = |n: u8| self.plan.seed.wrapping_mul(31).wrapping_add(n.into());
        let count = self.plan.circuits.count();
        let mut ways: Vec<_> = (0..count).map(|n| Pipe::draw_way(self.plan.weather, seed(n))).collect();
        ways.sort_unstable();
        ways.into_iter().for_each(|way| self.open(way));
        self.outcome.best_way = self.roads.iter().map(|road| road.pipes.speaker.usual()).min().unwrap_or_default();
    }

    /// A circuit is joined, on both sides at once.
    fn open(&mut self, way: Duration) {
        let number = self.roads.len();
        let Pair { speaker, listener } = &mut self.lines;
        let (Ok(speaker), Ok(listener)) = (speaker.attach(self.now), listener.attach(self.now)) else { return };
        let lanes = Pair { speaker, listener };
        let pipes = Pair { speaker: self.plan.pipe(number, 0, way), listener: self.plan.pipe(number, 1, way) };
        self.roads.push(Road { lanes, pipes, open: true });
    }

    fn tick(&mut self, side: Side) {
        while let Some((lane, bytes)) = self.lines.of_mut(side).due(self.now) {
            if side == Side::Speaker {
                self.outcome.records.push((self.now, bytes.len()));
            }
            let now = self.now;
            if let Some((road, pipes)) = self.road(side, lane)
                && let Some(at) = pipes.of_mut(side).send(now)
            {
                self.at(at, Event::Arrive { side: side.other(), road, bytes: Box::new(bytes) });
            }
        }
        let next = self.lines.of_mut(side).next_tick();
        self.at(next, Event::Tick(side));
    }

    /// A frame has been spoken to its end, and is being encoded; it will hold its number.
    fn speak(&mut self) {
        let silence = vec![0; self.plan.profile.frame_bytes()];
        self.lines.listener.speak(&silence, self.now);
        match self.plan.voice {
            Voice::Speech => {
                let hard = ENCODING.mul_f64(self.dice.uniform());
                self.at(self.now + hard, Event::Encoded);
            }
            Voice::Silence => self.lines.speaker.speak(&silence, self.now),
            Voice::Nothing => {}
        }
        self.spoken += 1;
        self.came.push(false);
        if self.now + GRACE < self.plan.lasts {
            self.outcome.spoken = self.spoken;
        }
        self.at(self.spoken_at(self.spoken + 1), Event::Speak);
    }

    /// The newest frame was encoded.
    fn encoded(&mut self) {
        let mut frame = vec![0; self.plan.profile.frame_bytes()];
        let number = self.spoken.saturating_sub(1).to_be_bytes();
        frame.iter_mut().zip(number).for_each(|(slot, byte)| *slot = byte);
        self.lines.speaker.speak(&frame, self.now);
    }

    fn arrive(&mut self, side: Side, road: usize, bytes: &[u8; VOICE_CELL]) {
        let Some(road) = self.roads.get_mut(road).filter(|road| road.open) else { return };
        let lane = *road.lanes.of(side);
        if self.lines.of_mut(side).hear(lane, bytes, self.now).is_err() {
            self.close(lane, side);
        } else if side == Side::Listener {
            self.count(bytes);
        }
    }

    /// Which frames came for the first time.
    fn count(&mut self, bytes: &[u8; VOICE_CELL]) {
        let Ok(cell) = Cell::decode(self.plan.profile, bytes) else { return };
        for (_, frame) in cell.numbered(self.plan.profile) {
            let number = spoken_number(frame);
            let first = self.came.get_mut(number as usize).is_some_and(|came| !std::mem::replace(came, true));
            if first && number < self.outcome.spoken {
                self.outcome.came.push(self.now.saturating_sub(self.spoken_at(number)));
            }
        }
    }

    /// The sound card takes another 10 ms.
    fn listen(&mut self) {
        while self.ahead < PIECE {
            let at = self.now + self.ahead;
            let quiet = self.is_pause();
            match self.lines.listener.play(self.now, self.ahead, quiet) {
                Play::Frame { bytes, speed, leap, .. } => {
                    self.play(at, &bytes, leap);
                    let length = FRAME.div_f32(speed);
                    self.ahead += length;
                    self.outcome.stretched += length.abs_diff(FRAME);
                }
                Play::Conceal | Play::Silence => {
                    if !self.outcome.heard.is_empty() {
                        self.outcome.concealed.push(at);
                    }
                    self.ahead += PIECE;
                }
            }
        }
        self.ahead -= PIECE;
        self.at(self.now + self.plan.sound(Side::Listener, PIECE), Event::Listen);
    }

    fn play(&mut self, at: Duration, frame: &[u8], leap: bool) {
        if leap {
            self.outcome.leaps.push(at);
        }
        let delay = at.saturating_sub(self.spoken_at(spoken_number(frame))) + LOOKAHEAD;
        let target = self.lines.listener.target().unwrap_or_default();
        self.outcome.heard.push(Heard { at, delay, target });
    }

    fn look(&mut self) {
        for side in [Side::Speaker, Side::Listener] {
            for lane in self.lines.of_mut(side).dead(self.now) {
                self.close(lane, side);
            }
        }
        self.at(self.now + LOOK_EVERY, Event::Look);
    }

    /// A circuit is closed on both sides, and another is dialled.
    fn close(&mut self, lane: LaneId, side: Side) {
        let Some(road) = self.roads.iter_mut().find(|road| road.open && *road.lanes.of(side) == lane) else { return };
        road.open = false;
        self.lines.speaker.detach(road.lanes.speaker);
        self.lines.listener.detach(road.lanes.listener);
        let dialled = self.now + DIAL_LEAST + DIAL_MORE.mul_f64(self.dice.uniform());
        self.at(dialled, Event::Dial);
    }

    /// The circuit that a side knows by this name.
    fn road(&mut self, side: Side, lane: LaneId) -> Option<(usize, &mut Pair<Pipe>)> {
        let mut roads = self.roads.iter_mut().enumerate();
        roads
            .find_map(|(number, road)| (road.open && *road.lanes.of(side) == lane).then_some((number, &mut road.pipes)))
    }

    /// When the speaking of a frame began.
    fn spoken_at(&self, number: u32) -> Duration {
        self.began + self.plan.sound(Side::Speaker, FRAME * number)
    }

    /// Whether what is heard now is a pause: half a second every three.
    fn is_pause(&self) -> bool {
        self.now.as_millis() % 3_000 < 500
    }
}

impl Side {
    fn other(self) -> Self {
        match self {
            Self::Speaker => Self::Listener,
            Self::Listener => Self::Speaker,
        }
    }
}

impl<T> Pair<T> {
    fn of(&self, side: Side) -> &T {
        match side {
            Side::Speaker => &self.speaker,
            Side::Listener => &self.listener,
        }
    }

    fn of_mut(&mut self, side: Side) -> &mut T {
        match side {
            Side::Speaker => &mut self.speaker,
            Side::Listener => &mut self.listener,
        }
    }
}

/// The number that a frame holds.
fn spoken_number(frame: &[u8]) -> u32 {
    frame.first_chunk().map_or(0, |bytes| u32::from_be_bytes(*bytes))
}

/// When what was unknown at the beginning is known.
const SETTLED: Duration = Duration::from_secs(15);

/// What a sound card asks for at once.
const PIECE: Duration = Duration::from_millis(10);

/// The most that an encoder takes for a frame.
const ENCODING: Duration = Duration::from_millis(3);

/// What the codec needs to know of the future.
const LOOKAHEAD: Duration = Duration::from_micros(6_500);

/// Frames spoken later than this before the end are not asked for.
const GRACE: Duration = Duration::from_secs(20);

const LOOK_EVERY: Duration = Duration::from_millis(100);

/// A new circuit takes at least so long...
const DIAL_LEAST: Duration = Duration::from_secs(2);

/// ...and up to so much more.
const DIAL_MORE: Duration = Duration::from_secs(8);
