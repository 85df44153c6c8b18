//! The sound of one call, both ways: frames in and cells out, cells in and frames out.
//!
//! It promises that a cell goes out whenever it is time, whether or not there was a frame, and that a peer which sends
//! anything else than a call costs bounded work and memory. It does not encode or decode sound, does not seal, and does not
//! open circuits: whoever carries it asks [`Line::due`] what to send, tells it what came, and asks it what to play.

use std::collections::VecDeque;
use std::time::Duration;

use super::cadence::Cadence;
use super::cell::{Cell, CellError};
use super::lane::{Health, LaneId};
use super::playout::{Counts, Play, Playout};
use super::profile::FRAME;
use super::quality::{LaneStats, Stats};
use crate::wire::limits::VOICE_CELL;
use crate::wire::{Circuits, Profile};

/// One side of a call that is active.
pub struct Line {
    profile: Profile,
    start: Duration,
    cadence: Cadence,
    spoken: Spoken,
    playout: Playout,
    /// The number of the first frame that came, and when.
    first: Option<(u32, Duration)>,
    heard: Duration,
    cells_sent: u64,
    cells_received: u64,
    recent: Recent,
}

/// What must not happen on a circuit of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// Ours: the call has all its circuits.
    #[error("the call has all its circuits")]
    Full,
    /// Ours: the circuit was closed already.
    #[error("the circuit was closed")]
    Closed,
    /// The peer's: a record that is no cell.
    #[error(transparent)]
    Cell(#[from] CellError),
    /// The peer's: a cell was left out, or came twice.
    #[error("the peer sent voice records out of order")]
    Order,
    /// The peer's: an echo of what was never sent, or was echoed before.
    #[error("the peer echoed what was not sent")]
    Echo,
    /// The peer's: more cells than a call has.
    #[error("the peer sent more voice than a call has")]
    Flood,
    /// The peer's: frames that cannot have been spoken yet.
    #[error("the peer sent voice from the future")]
    Future,
}

/// What was spoken last.
struct Spoken {
    /// The newest first, as many as a cell holds.
    frames: VecDeque<Box<[u8]>>,
    newest: Option<u32>,
    /// When the last frame came, or should have come.
    last: Duration,
    /// When a frame came last.
    came: Duration,
    /// Frames that silence took the place of, and that may still come, all at once.
    owed: u32,
    /// A frame of silence, for when there is none.
    silence: Box<[u8]>,
    room: usize,
}

/// Counts of the last seconds: what was added since, halved every few seconds.
#[derive(Clone, Copy, Default)]
struct Recent {
    since: Duration,
    before: Counts,
    late: f64,
    concealed: f64,
}

impl Line {
    /// A call becomes active. `silence` is an encoded frame of silence. Best begun when the first frame is there: ticks that
    /// follow frames closely keep the delay short, for as long as the clocks of sound card and machine agree.
    pub fn new(profile: Profile, circuits: Circuits, silence: &[u8], now: Duration) -> Self {
        Self {
            profile,
            start: now,
            cadence: Cadence::new(profile, circuits, now),
            spoken: Spoken::new(profile, silence, now),
            playout: Playout::new(circuits.count().into(), profile.stagger()),
            first: None,
            heard: now,
            cells_sent: 0,
            cells_received: 0,
            recent: Recent { since: now, ..Recent::default() },
        }
    }

    /// A circuit was joined to the call.
    ///
    /// # Errors
    /// [`LineError::Full`]: the call has all its circuits; close this one.
    pub fn attach(&mut self, now: Duration) -> Result<LaneId, LineError> {
        self.cadence.attach(now)
    }

    /// A circuit was closed, by whomever.
    pub fn detach(&mut self, lane: LaneId) {
        self.cadence.detach(lane);
    }

    /// Whether a circuit takes nothing just now: its turns then pass without a cell, so that none waits for its way out and
    /// none is left out of the numbers.
    pub fn hold(&mut self, lane: LaneId, held: bool) {
        if let Some((_, lane)) = self.cadence.lane(lane) {
            lane.hold(held);
        }
    }

    /// Circuits that do not answer any more: close each, [`Line::detach`] it, and dial another.
    pub fn dead(&self, now: Duration) -> Vec<LaneId> {
        self.cadence.dead(now).collect()
    }

    /// How many circuits are missing.
    pub fn missing(&self) -> usize {
        self.cadence.free()
    }

    /// When anything last came on any circuit.
    pub fn last_heard(&self) -> Duration {
        self.heard
    }

    /// When to call [`Line::due`] next. It depends on nothing but the clock.
    pub fn next_tick(&self) -> Duration {
        self.cadence.next_tick()
    }

    /// A circuit that has to send now, and the bytes of its record. Ask again until there is none.
    pub fn due(&mut self, now: Duration) -> Option<(LaneId, [u8; VOICE_CELL])> {
        let lane = self.cadence.due(now)?;
        let (id, number, echo) = (lane.id(), lane.send(now), lane.echo(now));
        let newest = self.spoken.catch_up(now);
        let sent = u32::try_from(now.saturating_sub(self.start).as_millis()).unwrap_or(u32::MAX);
        let cell = Cell { number, newest, sent, echo, frames: self.spoken.bytes() };
        self.cells_sent += 1;
        Some((id, cell.encode(self.profile)))
    }

    /// The microphone gave a frame, or muted silence. One of a wrong size counts as silence.
    pub fn speak(&mut self, frame: &[u8], now: Duration) {
        self.spoken.push(frame, now);
    }

    /// A record came on a circuit.
    ///
    /// # Errors
    /// The peer broke the protocol: close the circuit.
    pub fn hear(&mut self, lane: LaneId, bytes: &[u8], now: Duration) -> Result<(), LineError> {
        let cell = Cell::decode(self.profile, bytes)?;
        let (place, lane) = self.cadence.lane(lane).ok_or(LineError::Closed)?;
        lane.hear(cell.number, cell.echo, now)?;
        self.cells_received += 1;
        self.heard = now;
        let (first, since) = *self.first.get_or_insert((cell.newest, now));
        if cell.newest > first.saturating_add(most_frames(now.saturating_sub(since))) {
            return Err(LineError::Future);
        }
        for (number, frame) in cell.numbered(self.profile) {
            self.playout.hear(number, frame, place, now);
        }
        Ok(())
    }

    /// What follows the sound that is still to be played, which lasts for `ahead`. To be asked when less than 10 ms are
    /// left.
    pub fn play(&mut self, now: Duration, ahead: Duration) -> Play {
        self.playout.play(now, ahead)
    }

    /// What the listener aims at: how long after its speaking, and after the way of the fastest cell, a frame is played.
    pub fn target(&self) -> Option<Duration> {
        self.playout.target()
    }

    /// The call in numbers.
    pub fn stats(&mut self, now: Duration) -> Stats {
        self.recent.count(self.playout.counts(), now);
        let circuits = self.cadence.lanes().map(|lane| LaneStats {
            alive: lane.health(now) == Health::Live,
            one_way: lane.round_trip().map(|time| time / 2),
        });
        let circuits: Vec<LaneStats> = circuits.collect();
        let one_way = circuits.iter().filter(|lane| lane.alive).filter_map(|lane| lane.one_way).min();
        let target = self.playout.target();
        Stats {
            mouth_to_ear: one_way.zip(target).map(|(way, wait)| way + wait + FRAME + LOOKAHEAD),
            one_way,
            target,
            late_ratio: self.recent.late,
            concealed_ratio: self.recent.concealed,
            circuits,
            missing: self.cadence.free(),
            cells_sent: self.cells_sent,
            cells_received: self.cells_received,
        }
    }
}

impl Spoken {
    fn new(profile: Profile, silence: &[u8], now: Duration) -> Self {
        let mut silence = silence.to_vec();
        silence.resize(profile.frame_bytes(), 0);
        let room = profile.frames_per_cell();
        Self {
            frames: VecDeque::with_capacity(room),
            newest: None,
            last: now,
            came: now,
            owed: 0,
            silence: silence.into(),
            room,
        }
    }

    /// A frame whose place was taken is too late, and would push all that follow it into the future.
    fn push(&mut self, frame: &[u8], now: Duration) {
        self.fill(now);
        let apart = now.saturating_sub(std::mem::replace(&mut self.came, now));
        if (FRAME / 2..HICCUP).contains(&apart) {
            // As fast as it is spoken: nothing that is late comes any more.
            self.owed = 0;
        }
        if self.owed == 0 {
            self.last = now;
        } else if now.saturating_sub(self.last) < FRAME {
            self.owed -= 1;
            return;
        } else {
            self.last += FRAME;
        }
        let frame = if frame.len() == self.silence.len() { frame.into() } else { self.silence.clone() };
        self.add(frame);
    }

    /// The number of the newest frame.
    fn catch_up(&mut self, now: Duration) -> u32 {
        self.fill(now);
        match self.newest {
            Some(newest) => newest,
            None => self.add(self.silence.clone()),
        }
    }

    /// Where the microphone gave no frame for some time, silence takes their places, so that time goes on for the listener.
    fn fill(&mut self, now: Duration) {
        let Some(newest) = &mut self.newest else { return };
        let missing = now.saturating_sub(self.last).saturating_sub(HICCUP).as_millis() / FRAME.as_millis();
        let missing = u32::try_from(missing).unwrap_or(u32::MAX / 2);
        self.last = self.last.saturating_add(FRAME.saturating_mul(missing));
        self.owed = self.owed.saturating_add(missing);
        // Of a long time only the end is still carried.
        let fits = missing.min(self.room as u32);
        *newest = newest.saturating_add(missing - fits);
        for _ in 0..fits {
            self.add(self.silence.clone());
        }
    }

    fn add(&mut self, frame: Box<[u8]>) -> u32 {
        self.frames.truncate(self.room.saturating_sub(1));
        self.frames.push_front(frame);
        *self.newest.insert(self.newest.map_or(0, |newest| newest.saturating_add(1)))
    }

    fn bytes(&self) -> Vec<u8> {
        self.frames.iter().flat_map(|frame| frame.iter().copied()).collect()
    }
}

impl Recent {
    fn count(&mut self, counts: Counts, now: Duration) {
        let (came, late) = (counts.came - self.before.came, counts.late - self.before.late);
        let (played, concealed) = (counts.played - self.before.played, counts.concealed - self.before.concealed);
        let age = now.saturating_sub(self.since).as_secs_f64();
        if came + played == 0 {
            return;
        }
        let keep = (-age / MEMORY.as_secs_f64()).exp();
        let mix = |old: f64, part: u64, whole: u64| {
            let new = if whole == 0 { old } else { part as f64 / whole as f64 };
            old * keep + new * (1.0 - keep)
        };
        self.late = mix(self.late, late, came);
        self.concealed = mix(self.concealed, concealed, played);
        (self.since, self.before) = (now, counts);
    }
}

/// How many frames can have been spoken in this time, with a clock that is wrong and a start in a hurry.
fn most_frames(time: Duration) -> u32 {
    let frames = time.as_millis() / FRAME.as_millis();
    u32::try_from(frames + frames / 16).unwrap_or(u32::MAX).saturating_add(FUTURE)
}

/// What the codec needs to know of the future.
const LOOKAHEAD: Duration = Duration::from_micros(6_500);

/// For so long a microphone may be late without silence in the place of its sound: longer than the longest buffer of one.
const HICCUP: Duration = Duration::from_millis(100);

/// Over about so long, numbers of a call are averaged.
const MEMORY: Duration = Duration::from_secs(5);

/// Frames ahead of the clock that are no lie: a minute, for a first cell that was long under way.
const FUTURE: u32 = 3_000;
