//! What is played next: the next frame, faster or slower, or something in its place.
//!
//! It promises that nothing is played that is more than [`LIVE`] behind what it aims at, that a hole is bridged for
//! [`BRIDGE`] at most before there is silence, and that the delay is as short as the network of the last seconds allows.
//! It follows a clock that drifts without knowing so: it aims at a time relative to when frames come. It does not decode.

mod circuit;

use std::time::Duration;

use circuit::Circuit;

use super::lateness::{Lateness, Micros, micros, stands_for};
use super::profile::FRAME;
use super::table::{Places, Table, Taken};

/// What comes next.
#[derive(Clone, PartialEq, Debug)]
pub enum Play {
    /// Decode this frame, 20 ms, and shorten or lengthen what comes out of it: see [`super::Stretch`].
    Frame {
        /// Its number.
        number: u32,
        /// Its bytes.
        bytes: Box<[u8]>,
        /// How much faster than it was spoken.
        pace: Pace,
        /// Something was left out before it: fade over.
        leap: bool,
    },
    /// Let the decoder invent 10 ms.
    Conceal,
    /// Play nothing for 10 ms; whoever played something before it fades out.
    Silence,
}

/// How much faster than it was spoken a frame is to be played. What it is to be depends on what is in it, which only the
/// decoder knows: a change of speed is not heard in a pause.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Pace {
    /// Of speech.
    pub speech: f32,
    /// Of a pause.
    pub pause: f32,
}

/// The receiving side of a call.
pub(super) struct Playout {
    /// What is waited more, since what one cell did not bring the next brings so much later.
    patience: Micros,
    table: Table,
    lateness: Lateness,
    /// What is known of the circuit in each place.
    circuits: Vec<Circuit>,
    /// From one cell of a circuit to its next.
    cycle: Micros,
    /// Of the first frame that came: those before it were spoken before anything could carry them.
    first: Option<u32>,
    /// When a frame is to be played, beyond the time its number stands for.
    aim: Option<Micros>,
    /// Since when nothing comes but what is far too late, and when that last came.
    strange: Option<(Duration, Duration)>,
    /// When `aim` was last looked at.
    aimed: Duration,
    /// Pauses mend what was too far from its time.
    mends: bool,
    state: State,
    counts: Counts,
}

/// Since the start of the call.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub(super) struct Counts {
    /// Frames that came in time, or late, each once.
    pub(super) came: u64,
    /// Of these, those that came after something else was played in their place.
    pub(super) late: u64,
    /// Pieces of 10 ms that were played; a frame is two.
    pub(super) played: u64,
    /// Of these, those that were invented, or silence in the place of sound.
    pub(super) concealed: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing was played yet.
    Waiting,
    /// The last piece was a frame.
    Playing,
    /// The last pieces, so many, were none.
    Bridging(u32),
}

impl Playout {
    /// For a call of so many circuits, whose cells are so far apart.
    pub(super) fn new(circuits: usize, stagger: Duration) -> Self {
        Self {
            patience: if stagger > SHORTEST_STAGGER { micros(PATIENCE) } else { 0 },
            table: Table::new(),
            lateness: Lateness::new(),
            circuits: vec![Circuit::new(); circuits],
            cycle: micros(stagger).saturating_mul(circuits as Micros),
            first: None,
            aim: None,
            strange: None,
            aimed: Duration::ZERO,
            mends: false,
            state: State::Waiting,
            counts: Counts::default(),
        }
    }

    /// A frame arrived on the circuit in this place, perhaps again.
    pub(super) fn hear(&mut self, number: u32, bytes: &[u8], place: usize, now: Duration) {
        let first = *self.first.get_or_insert(number);
        let bit = |place: usize| Places::try_from(1u32.checked_shl(place as u32).unwrap_or(0)).unwrap_or(0);
        let (taken, before) = self.table.put(number, bytes, bit(place));
        let lateness = micros(now) - stands_for(number);
        // What was spoken before the call could carry it, or comes far too late, does not tell how long to wait.
        // A copy says nothing of the network: its cell reaches back as far as it can.
        let far = if taken == Taken::Copy { self.is_far(lateness) } else { self.is_strange(lateness, now) };
        let tells = !far && number >= first;
        if taken != Taken::Copy {
            self.counts.came += 1;
            self.counts.late += u64::from(taken == Taken::Late);
            if tells {
                self.lateness.note(lateness);
            }
        }
        for (other, circuit) in self.circuits.iter_mut().enumerate().filter(|_| tells) {
            if other == place {
                circuit.brought(number, lateness, now);
            } else if before & !bit(other) == 0 {
                circuit.others_brought(lateness);
            }
        }
    }

    /// Whether a frame comes far later than it is waited for.
    fn is_far(&self, lateness: Micros) -> bool {
        self.aim.is_some_and(|aim| lateness - aim > micros(LIVE))
    }

    /// Whether a frame comes from a standstill. If nothing else comes for long, the network has become another, and what
    /// was known of it is forgotten. A time in which nothing comes at all does not count.
    fn is_strange(&mut self, lateness: Micros, now: Duration) -> bool {
        if !self.is_far(lateness) {
            self.strange = None;
            return false;
        }
        let (since, _) = self.strange.filter(|(_, last)| now.saturating_sub(*last) < LIVE).unwrap_or((now, now));
        self.strange = Some((since, now));
        if now.saturating_sub(since) < NEW_NETWORK {
            return true;
        }
        self.lateness = Lateness::new();
        self.circuits.fill(Circuit::new());
        (self.aim, self.strange) = (None, None);
        false
    }

    /// What follows the sound that is still to be played, which lasts for `ahead`.
    pub(super) fn play(&mut self, now: Duration, ahead: Duration) -> Play {
        let Some(aim) = self.aim_at(now) else { return Play::Silence };
        let heard_at = micros(now.saturating_add(ahead));
        if self.state == State::Waiting || self.lag(heard_at, aim) > micros(LIVE) {
            let from = self.table.next();
            match self.live(heard_at, aim) {
                Some(number) => self.table.skip_to(number),
                None => return self.bridge(),
            }
            return self
                .frame(Pace::AS_SPOKEN, self.table.next() != from && self.state != State::Waiting)
                .unwrap_or(Play::Silence);
        }
        let lag = self.lag(heard_at, aim);
        let pace = self.pace(lag, now, ahead);
        match self.frame(pace, false) {
            Some(play) => play,
            None => {
                self.make_do(lag);
                self.bridge()
            }
        }
    }

    /// What the delay would be if everything came at its best: from the speaking of a frame to its playing, less the way
    /// of the fastest cell.
    pub(super) fn target(&self) -> Option<Duration> {
        let wait = self.aim?.saturating_sub(self.lateness.least()?);
        Some(Duration::from_micros(u64::try_from(wait).unwrap_or(0)))
    }

    pub(super) fn counts(&self) -> Counts {
        self.counts
    }

    /// How far behind its time the next frame would be played.
    fn lag(&self, heard_at: Micros, aim: Micros) -> Micros {
        heard_at - stands_for(self.table.next()) - aim
    }

    /// When frames are to be played: as late as nearly all of them come. Up at once, down slowly.
    fn aim_at(&mut self, now: Duration) -> Option<Micros> {
        let wanted = self.wanted(now)?;
        let passed = micros(now.saturating_sub(self.aimed));
        self.aimed = now;
        let aim = self.aim.map_or(wanted, |aim| wanted.max(aim - passed / SINK));
        self.aim = Some(aim);
        Some(aim)
    }

    fn wanted(&self, now: Duration) -> Option<Micros> {
        if self.lateness.is_young() {
            return Some(self.lateness.least()? + micros(FIRST_WAIT));
        }
        let nearly_all = self.lateness.all_but(LATE_SHARE)? + micros(SPARE) + self.patience;
        // Rather a bridge now and then than a long wait for what is rare.
        let most = self.lateness.all_but(RARE_SHARE)? + micros(RARE_WAIT) + self.patience;
        // If any one circuit stops, the others are to go on without a hole, as far as that is not too dear.
        let one_less =
            self.circuits.iter().filter_map(|circuit| circuit.to_do_without(now)).max()? + micros(WITHOUT_SPARE);
        Some(nearly_all.min(most).max(one_less.min(self.lateness.least()? + micros(SPARE_WAIT) + self.patience)))
    }

    /// The frame to begin with, or to go on with after a standstill: the one whose time is now, or the newest if even that
    /// one is a little late. None while there is nothing that is young enough.
    fn live(&self, heard_at: Micros, aim: Micros) -> Option<u32> {
        let newest = self.table.newest().filter(|newest| *newest >= self.table.next())?;
        let due = u32::try_from((heard_at - aim).div_euclid(micros(FRAME))).ok()?;
        if due <= newest {
            // Frames whose time is to come are not begun with: waiting costs no more than playing them early.
            return self.table.first_from(due).filter(|number| *number == due || self.state != State::Waiting);
        }
        (heard_at - stands_for(newest) - aim <= micros(RESUME)).then_some(newest)
    }

    fn frame(&mut self, pace: Pace, leap: bool) -> Option<Play> {
        let number = self.table.next();
        let bytes = self.table.take()?;
        self.state = State::Playing;
        self.counts.played += 2;
        Some(Play::Frame { number, bytes, pace, leap })
    }

    /// The next frame is missing. If there is one after it, it is given up, and more with it when we are behind; else we
    /// wait for it, since nothing is lost but time.
    fn make_do(&mut self, lag: Micros) {
        let next = self.table.next();
        if let Some(there) = self.table.first_from(next)
            && lag >= micros(PIECE)
        {
            let behind = u32::try_from((lag - micros(PIECE)) / micros(FRAME)).unwrap_or(0);
            self.table.skip_to(next.saturating_add(1).saturating_add(behind).min(there));
        }
    }

    fn bridge(&mut self) -> Play {
        let so_far = match self.state {
            State::Waiting => return Play::Silence,
            State::Playing => 0,
            State::Bridging(so_far) => so_far,
        };
        self.state = State::Bridging(so_far.saturating_add(1));
        self.counts.played += 1;
        self.counts.concealed += 1;
        if PIECE.saturating_mul(so_far) < BRIDGE { Play::Conceal } else { Play::Silence }
    }

    /// How fast to play a frame that is so far behind its time. Speech is left as it is wherever that is possible: its rhythm
    /// is heard. What is to be made up for waits for a pause.
    fn pace(&mut self, lag: Micros, now: Duration, ahead: Duration) -> Pace {
        if let Some(speed) = self.to_last(now, ahead) {
            return Pace { speech: speed, pause: speed };
        }
        let lag = lag as f32 / 1_000.0;
        self.mends = lag.abs() > if self.mends { MENDED_LAG } else { PAUSE_LAG };
        let mending = if lag > 0.0 { FAST_PAUSE } else { SLOW_PAUSE };
        let pause = if self.mends { mending } else { 1.0 };
        let speech = match lag {
            lag if lag > MUCH_LAG => FAST,
            lag if lag > SPOKEN_LAG => GENTLY_FAST,
            _ => 1.0,
        };
        Pace { speech, pause }
    }

    /// If what is left to play does not last until what is missing should come: how fast to play so that it does.
    fn to_last(&self, now: Duration, ahead: Duration) -> Option<f32> {
        let run = self.table.run();
        let left = micros(ahead.saturating_add(FRAME.saturating_mul(run)));
        let missing = self.table.next().saturating_add(run);
        let mut all = self.circuits.iter().map(|circuit| circuit.brings(missing, self.cycle, now));
        let comes = all.clone().flatten().min().unwrap_or(0);
        // While any is late, what the others are to bring may be late as well.
        let comes = if all.any(|comes| comes.is_none()) { comes.max(micros(UNSURE)) } else { comes };
        (comes > left).then(|| (left as f32 / comes as f32).max(SLOWEST))
    }
}

impl Pace {
    const AS_SPOKEN: Self = Self { speech: 1.0, pause: 1.0 };
}

/// Nothing is played that is later than this behind its aim.
const LIVE: Duration = Duration::from_millis(300);

/// After a standstill, sound begins with what is no later than this: the rest of what was held back follows at once.
const RESUME: Duration = Duration::from_millis(100);

/// After so long, what is strange is usual.
const NEW_NETWORK: Duration = Duration::from_secs(1);

/// What is invented at once: short, since what is missing may come a moment later.
pub(super) const PIECE: Duration = Duration::from_millis(10);

/// How long a decoder can invent speech that does not sound odd.
const BRIDGE: Duration = Duration::from_millis(100);

/// Until enough has come to know better.
const FIRST_WAIT: Duration = Duration::from_millis(80);

/// Of all frames, so many may come too late for the aim: they are waited for, or bridged.
const LATE_SHARE: f64 = 0.05;

/// A tenth of the frames is rare; and so much longer than for the others they are waited for.
const RARE_SHARE: f64 = 0.1;
const RARE_WAIT: Duration = Duration::from_millis(70);

/// In case one circuit stops, so much is waited beyond the others.
const WITHOUT_SPARE: Duration = Duration::from_millis(5);

/// Beyond the fastest cell, so much is waited in case a circuit stops.
const SPARE_WAIT: Duration = Duration::from_millis(165);

/// Where cells are further apart than in the default profile, what one did not bring comes so much later.
const PATIENCE: Duration = Duration::from_millis(60);
const SHORTEST_STAGGER: Duration = Duration::from_millis(20);

/// Beyond the lateness of nearly all frames: sound is asked for in pieces of 10 ms, and what was never so late yet may be.
const SPARE: Duration = Duration::from_millis(44);

/// The aim sinks by one part in so many: 5 ms a second. Each step down is a pause made shorter.
const SINK: Micros = 200;

/// A deviation of so many milliseconds is mended in pauses, until less than the other is left: each change is heard, if only
/// a little, so there are few.
const PAUSE_LAG: f32 = 8.0;
const MENDED_LAG: f32 = 2.0;

/// In speech, a lag of so many milliseconds is mended gently.
const SPOKEN_LAG: f32 = 60.0;

/// In speech, a lag of so many milliseconds is mended as fast as stays intelligible.
const MUCH_LAG: f32 = 100.0;

/// Faster nobody speaks.
const FAST: f32 = 1.15;
const GENTLY_FAST: f32 = 1.05;
/// Nobody hears it where nobody speaks.
const FAST_PAUSE: f32 = 1.3;
const SLOW_PAUSE: f32 = 0.8;
/// For some hundredths of a second, rather than a hole.
const SLOWEST: f32 = 0.5;

/// While a circuit is late, so much is kept in hand: the frame that is being played and the next question, 10 ms later.
const UNSURE: Duration = Duration::from_millis(32);
