//! A whole call over emulated circuits: one side speaks, the other plays, both send cells; the clock is turned as fast as
//! the machine can.
//!
//! What is counted is what the issue asks for: when each piece of sound was heard, less when it was spoken. The sound cards
//! are not in it; the codec is, with the 6.5 ms that it looks ahead.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use super::pipe::{Dice, Pipe};
use super::plan::{Heard, Outcome, Plan, Side, Voice};
use crate::voice::cell::Cell;
use crate::voice::line::Line;
use crate::voice::playing::Playing;
use crate::voice::{FRAME, LaneId, Play};
use crate::wire::limits::{CALL_CIRCUITS_AHEAD, VOICE_CELL};

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
    ear: Option<Ear>,
    outcome: Outcome,
}

/// Somebody who listens, and what is said to them.
pub(super) struct Ear {
    /// Frames as an encoder made them; each stands for those numbers that are its place, counted round and round.
    pub(super) speech: Vec<Vec<u8>>,
    pub(super) playing: Playing,
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
            ear: None,
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

    /// The same call, with somebody who listens.
    pub(super) fn heard(self, ear: Ear) -> Self {
        Self { ear: Some(ear), ..self }
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

    /// The first circuits, the fastest first: as a caller does, some more are dialled, and those are kept that answered
    /// soonest.
    fn open_all(&mut self) {
        let seed = |n: u8| self.plan.seed.wrapping_mul(31).wrapping_add(n.into());
        let count = self.plan.circuits.count();
        let mut ways: Vec<_> =
            (0..count + CALL_CIRCUITS_AHEAD).map(|n| Pipe::draw_way(self.plan.weather, seed(n))).collect();
        ways.sort_by_cached_key(|way| self.answer(*way));
        ways.truncate(count.into());
        ways.sort_unstable();
        ways.into_iter().for_each(|way| self.open(way));
        self.outcome.best_way = self.roads.iter().map(|road| road.pipes.speaker.usual()).min().unwrap_or_default();
    }

    /// How long a circuit's first answer takes, at some time of its life.
    fn answer(&mut self, way: Duration) -> Duration {
        let asked = RINGING.mul_f64(self.dice.uniform());
        let mut pipe = |number| Pipe::new(self.plan.weather, way, self.dice.number(), number ^ self.plan.seed);
        let (mut there, mut back) = (pipe(0), pipe(1));
        let answered = there.send(asked).and_then(|at| back.send(at));
        answered.map_or(Duration::MAX, |at| at - asked)
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
        match self.ear.take() {
            Some(mut ear) => {
                let block = ear.playing.next(|ahead| Ear::hear(&ear.speech, self.play(ahead)));
                self.outcome.sound.extend(block);
                self.ear = Some(ear);
            }
            None => self.listen_to_numbers(),
        }
        self.at(self.now + self.plan.sound(Side::Listener, PIECE), Event::Listen);
    }

    /// As a listener would, but without sound: what is decoded lasts as long as it should.
    fn listen_to_numbers(&mut self) {
        while self.ahead < PIECE {
            let length = match self.play(self.ahead) {
                Play::Frame { pace, .. } => {
                    let length = FRAME.div_f32(if self.is_pause() { pace.pause } else { pace.speech });
                    self.outcome.stretched += length.abs_diff(FRAME);
                    length
                }
                Play::Conceal | Play::Silence => PIECE,
            };
            self.ahead += length;
        }
        self.ahead -= PIECE;
    }

    /// What the listener is given, noted.
    fn play(&mut self, ahead: Duration) -> Play {
        let at = self.now + ahead;
        let play = self.lines.listener.play(self.now, ahead);
        match &play {
            Play::Frame { bytes, leap, .. } => self.note(at, bytes, *leap),
            Play::Conceal | Play::Silence if self.outcome.heard.is_empty() => {}
            Play::Conceal | Play::Silence => self.outcome.concealed.push(at),
        }
        play
    }

    fn note(&mut self, at: Duration, frame: &[u8], leap: bool) {
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

impl Ear {
    /// The same, with the sound that the number in the frame stands for.
    fn hear(speech: &[Vec<u8>], play: Play) -> Play {
        match play {
            Play::Frame { number, bytes, pace, leap } => {
                let place = spoken_number(&bytes) as usize % speech.len().max(1);
                let bytes = speech.get(place).map_or(bytes, |frame| frame.as_slice().into());
                Play::Frame { number, bytes, pace, leap }
            }
            other => other,
        }
    }
}

/// The number that a frame holds.
fn spoken_number(frame: &[u8]) -> u32 {
    frame.first_chunk().map_or(0, |bytes| u32::from_be_bytes(*bytes))
}

/// What a sound card asks for at once.
const PIECE: Duration = Duration::from_millis(10);

/// Before the call, circuits are dialled within so long.
const RINGING: Duration = Duration::from_secs(60);

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
