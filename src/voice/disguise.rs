//! A voice that is not obviously the speaker's: another pitch, a flatter melody, a throat of another length.
//!
//! It cuts speech into single periods of the voice, stretches each (which moves the formants, as a longer or shorter
//! throat would), and sets them down again at the periods of another pitch (PSOLA). All speakers are moved to one pitch
//! that is drawn anew for each call, so that pitch tells neither who speaks nor how far it was moved.
//!
//! It does not stop forensic analysis. Choice of words, accent, rhythm and much of the timbre stay; software that
//! compares voices, given other recordings of the speaker, may still find them. It is for the ear of a stranger who
//! might recognise a voice. It delays what is said by 40 ms.

use super::pcm::{BLOCK, Block, RATE, tamed};
use crate::wire::Random;

mod pitch;
#[cfg(test)]
pub(crate) mod testing;

use pitch::Tracker;

/// The voice to speak with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mask {
    /// The middle of its pitch in hertz, [`PITCH_LEAST`] to [`PITCH_MOST`].
    pitch: f32,
    /// By how much its formants lie higher, [`FORMANTS_LEAST`] to [`FORMANTS_MOST`].
    formants: f32,
}

/// Changes a voice, 10 ms at a time.
pub struct Disguise {
    mask: Mask,
    tracker: Tracker,
    /// What was said lately: `past` samples are forgotten, the rest is here.
    said: Vec<f32>,
    past: u64,
    /// What comes out from `at` on, as far as it is composed.
    composed: Vec<f32>,
    at: u64,
    /// Where the next period is set down.
    next: f64,
    /// The last period that was taken from what was said.
    mark: f64,
}

impl Mask {
    /// A mask for one call.
    pub fn drawn(random: &mut impl Random) -> Self {
        let mut between = |least: f32, most: f32| least + (most - least) * (random.below(1_001) as f32 / 1_000.0);
        let pitch = between(PITCH_LEAST, PITCH_MOST);
        // Never near the speaker's own: clearly shorter or clearly longer.
        let (shorter, longer) = (between(SHORTER_THROAT, FORMANTS_MOST), between(FORMANTS_LEAST, LONGER_THROAT));
        Self { pitch, formants: if random.below(2) == 0 { shorter } else { longer } }
    }

    /// A mask of these values, brought into their bounds.
    pub fn new(pitch: f32, formants: f32) -> Self {
        let within =
            |value: f32, least: f32, most: f32| if value.is_finite() { value.clamp(least, most) } else { least };
        Self {
            pitch: within(pitch, PITCH_LEAST, PITCH_MOST),
            formants: within(formants, FORMANTS_LEAST, FORMANTS_MOST),
        }
    }
}

impl Disguise {
    /// Puts the mask on.
    pub fn new(mask: Mask) -> Self {
        let start = DELAY as u64;
        Self {
            mask,
            tracker: Tracker::default(),
            said: vec![0.0; DELAY],
            past: 0,
            composed: Vec::new(),
            at: 0,
            next: start as f64,
            mark: start as f64,
        }
    }

    /// Takes 10 ms in and gives the 10 ms that were said 40 ms before, in the other voice.
    pub fn change(&mut self, block: &Block) -> Block {
        self.said.extend(block.iter().map(|sample| tamed(*sample)));
        self.tracker.hear(&self.said);
        let end = self.at + BLOCK as u64;
        self.composed.resize(BLOCK + 2 * PERIOD_MOST, 0.0);
        // Whatever begins before the end of this block must be set down now.
        while self.next - (PERIOD_MOST as f64) < end as f64 {
            self.set_down();
        }
        let mut changed = [0.0; BLOCK];
        for (to, from) in changed.iter_mut().zip(self.composed.drain(..BLOCK)) {
            *to = soft(from);
        }
        self.at = end;
        self.forget();
        changed
    }

    /// Sets one period down, and says where the next goes.
    fn set_down(&mut self) {
        let formants = f64::from(self.mask.formants);
        let voice = self.tracker.voice();
        let (step, half, centre) = match voice {
            Some(voice) => {
                let period = f64::from(voice.period);
                self.follow(period);
                let melody = (voice.middle / voice.period).powf(MELODY);
                let step =
                    f64::from(RATE as f32 / (self.mask.pitch * melody)).clamp(PERIOD_LEAST as f64, PERIOD_MOST as f64);
                (step, (period / formants).min(PERIOD_MOST as f64), self.mark)
            }
            None => {
                // Hiss has no period: it is taken from where it is set down.
                self.mark = self.next;
                (HISS_STEP, HISS_STEP, self.next)
            }
        };
        self.lay(centre, half, formants);
        self.next += step;
    }

    /// Moves the mark to the period that was said nearest to where the next is set down. Each mark is as far from the
    /// last as makes the two most alike, so that all lie at the same point of their period.
    fn follow(&mut self, period: f64) {
        // After a pause there is nothing to be like.
        if self.next - self.mark > 4.0 * period {
            self.mark = self.next;
        }
        while self.mark + period / 2.0 < self.next {
            let guess = self.mark + period;
            let reach = (period * MARK_REACH) as i32;
            let best = (-reach..=reach).map(|off| (self.likeness(self.mark, guess + f64::from(off), period), off));
            let off = best.max_by(|a, b| a.0.total_cmp(&b.0)).map_or(0, |(_, off)| off);
            self.mark = guess + f64::from(off);
        }
    }

    /// How alike a period around `a` is to one around `b`.
    fn likeness(&self, a: f64, b: f64, period: f64) -> f32 {
        let half = period / 2.0;
        let (a, b, length) = (self.index(a - half), self.index(b - half), period as usize);
        let (a, b) = (self.said.get(a..a + length), self.said.get(b..b + length));
        let Some((a, b)) = a.zip(b) else { return 0.0 };
        let (mut both, mut power) = (0.0, 1e-9);
        for (a, b) in a.iter().zip(b) {
            both += a * b;
            power += b * b;
        }
        both / power.sqrt()
    }

    fn index(&self, time: f64) -> usize {
        (time.round() as i64 - self.past as i64).max(0) as usize
    }

    /// Adds what was said around `centre`, faster by `formants`, under a window that reaches `half` to each side of the
    /// place of the next period.
    fn lay(&mut self, centre: f64, half: f64, formants: f64) {
        let first = (self.next - half).ceil().max(self.at as f64);
        let skip = (first - self.at as f64) as usize;
        let count = (self.next + half - first).max(0.0) as usize;
        let (next, past) = (self.next, self.past as f64);
        let said = &self.said;
        for (place, to) in (0..count).zip(self.composed.iter_mut().skip(skip)) {
            let off = first + place as f64 - next;
            let window = 0.5 + 0.5 * (std::f64::consts::PI * off / half).cos();
            *to += sample_at(said, centre + off * formants - past) * window as f32;
        }
    }

    /// Lets go of what no period reaches back to.
    fn forget(&mut self) {
        let kept = KEPT.min(self.said.len());
        let old = self.said.len() - kept;
        self.said.drain(..old);
        self.past += old as u64;
    }
}

/// The sound between two samples: a curve through the four around it (Catmull-Rom).
fn sample_at(sound: &[f32], time: f64) -> f32 {
    let whole = time.floor();
    let part = (time - whole) as f32;
    if whole < 1.0 {
        return 0.0;
    }
    match sound.get(whole as usize - 1..whole as usize + 3) {
        Some(&[a, b, c, d]) => {
            let (slope_b, slope_c) = ((c - a) / 2.0, (d - b) / 2.0);
            let (three, two) = (2.0 * (b - c) + slope_b + slope_c, 3.0 * (c - b) - 2.0 * slope_b - slope_c);
            ((three * part + two) * part + slope_b) * part + b
        }
        _ => 0.0,
    }
}

/// Periods that overlap may be too loud together: bent instead of cut.
fn soft(sample: f32) -> f32 {
    let size = sample.abs();
    if size <= SOFT_FROM {
        return sample;
    }
    let over = (size - SOFT_FROM) / (1.0 - SOFT_FROM);
    sample.signum() * (SOFT_FROM + (1.0 - SOFT_FROM) * over.tanh())
}

/// The lowest pitch of a mask: a low man's voice.
pub const PITCH_LEAST: f32 = 95.0;

/// The highest pitch of a mask: a woman's voice. All can be reached from all voices without sounding broken.
pub const PITCH_MOST: f32 = 190.0;

/// The longest throat: formants a fifth lower.
pub const FORMANTS_LEAST: f32 = 0.8;

/// The shortest throat: formants a quarter higher. The range of grown-ups spans about as much.
pub const FORMANTS_MOST: f32 = 1.25;

/// A drawn mask has formants at least this much higher ...
const SHORTER_THROAT: f32 = 1.14;

/// ... or at least this much lower: less can be missed by the ear.
const LONGER_THROAT: f32 = 0.87;

/// What is left of the melody, as a power: half of it, in semitones.
const MELODY: f32 = 0.5;

/// How late it is, in samples: the longest period has to be known to its end, and the next one found.
pub const DELAY: usize = 640;

/// How much of what was said is kept, in samples: what the pitch is found in, and the longest period before that.
const KEPT: usize = 2_400;

/// The longest period in samples: 75 Hz, stretched as far as a mask may.
const PERIOD_MOST: usize = 268;

/// The shortest period in samples: 400 Hz.
const PERIOD_LEAST: usize = 40;

/// How far apart pieces of hiss are set down, in samples: 5 ms, so that they do not buzz.
const HISS_STEP: f64 = 80.0;

/// How far a mark may be from where the period says, as a share of it.
const MARK_REACH: f64 = 0.15;

/// From here on loudness is bent.
const SOFT_FROM: f32 = 0.8;

#[cfg(test)]
mod tests;
