//! Makes sound shorter or longer without changing its pitch.
//!
//! Speech repeats itself from one period of the voice to the next. To save time a few periods are left out, to win some a
//! few are said twice; the seam is where the sound is most like itself (overlap and add by similarity of waveforms, WSOLA).
//! At speed 1 every sample comes out as it went in, at once: nothing is held back. It does not decide on a speed.

use std::ops::Range;

/// The stretching of one stream of sound, one channel.
#[derive(Clone, Debug)]
pub struct Stretch {
    /// Samples of one millisecond.
    millisecond: usize,
    /// Samples still to be left out; below zero: to be added.
    owed: f32,
}

/// Two places of a sound that are alike.
#[derive(Clone, Copy)]
struct Seam {
    /// Where the first begins.
    at: usize,
    /// How far from there the second begins: one or more periods of the voice.
    period: usize,
    /// How much they are alike, at most 1.
    likeness: f32,
}

impl Stretch {
    /// For sound of so many samples a second, 8,000 or more.
    pub fn new(rate: u32) -> Self {
        Self { millisecond: (rate as usize / 1_000).max(8), owed: 0.0 }
    }

    /// Appends `sound`, spoken `speed` times as fast, to `out`: over some pieces the length follows, not in each, since
    /// only whole periods are left out or added, at most one seam in a piece. Speeds are 0.5 to 2; pieces of 20 ms are
    /// best, those below 10 ms pass as they are.
    pub fn run(&mut self, sound: &[f32], speed: f32, out: &mut Vec<f32>) {
        if speed == 1.0 || !speed.is_finite() {
            self.owed = 0.0;
            out.extend_from_slice(sound);
            return;
        }
        let speed = speed.clamp(0.5, 2.0);
        self.owed += sound.len() as f32 * (1.0 - 1.0 / speed);
        // What was taken in advance is not given back.
        let owed = if speed > 1.0 { self.owed } else { -self.owed };
        match self.seam(sound, owed.max(0.0) as usize) {
            Some(seam) => self.splice(sound, seam, out),
            None => out.extend_from_slice(sound),
        }
    }

    /// Where to cut, if it is worth it for so many samples.
    fn seam(&self, sound: &[f32], owed: usize) -> Option<Seam> {
        let overlap = OVERLAP * self.millisecond;
        let longest = sound.len().checked_sub(overlap)?;
        let most = longest.min(owed + ADVANCE * self.millisecond).min(LONGEST * self.millisecond);
        let least = SHORTEST * self.millisecond;
        if owed < least || most < least {
            return None;
        }
        if loudness(sound) < QUIET {
            // Nothing to be alike: take what is owed.
            return Some(Seam { at: 0, period: owed.min(most), likeness: 1.0 });
        }
        let coarse = (self.millisecond / 8).max(1);
        let periods = (least..=most).step_by(coarse);
        let places = |period: usize| (0..=longest - period).step_by(PLACES * self.millisecond);
        let candidates = periods.flat_map(|period| places(period).map(move |at| (at, period)));
        let late = owed >= IMPATIENT * self.millisecond;
        let rough = best(sound, overlap, coarse, !late, candidates)?;
        let near = rough.period.saturating_sub(coarse).max(least)..=(rough.period + coarse).min(longest - rough.at);
        let seam = best(sound, overlap, 1, !late, near.map(|period| (rough.at, period)))?;
        // At the edge of what may be cut now, the best is only the nearest to a period that may be cut a moment later.
        let whole = seam.likeness >= ALIKE && rough.period + coarse <= most;
        (whole || late).then_some(seam)
    }

    /// Leaves a period out, or says it twice.
    fn splice(&mut self, sound: &[f32], seam: Seam, out: &mut Vec<f32>) {
        let Seam { at, period, .. } = seam;
        let (from, to) = if self.owed > 0.0 { (at, at + period) } else { (at + period, at) };
        self.owed += if self.owed > 0.0 { -(period as f32) } else { period as f32 };
        let overlap = OVERLAP * self.millisecond;
        out.extend_from_slice(piece(sound, 0..from));
        let (old, new) = (piece(sound, from..from + overlap), piece(sound, to..to + overlap));
        out.extend(old.iter().zip(new).enumerate().map(|(n, (old, new))| {
            let share = (n as f32 + 0.5) / overlap as f32;
            old * (1.0 - share) + new * share
        }));
        out.extend_from_slice(piece(sound, to + overlap..sound.len()));
    }
}

/// The candidate, a place and a period, whose two pieces are most alike; looks at one sample of `stride`. Two periods are as
/// much like each other as one and the next: a `short` cut is heard less.
fn best(
    sound: &[f32],
    overlap: usize,
    stride: usize,
    short: bool,
    all: impl Iterator<Item = (usize, usize)>,
) -> Option<Seam> {
    let seam = |(at, period): (usize, usize)| {
        let (one, other) = (piece(sound, at..at + overlap), piece(sound, at + period..at + period + overlap));
        let (mut both, mut first, mut second) = (0.0f32, 1e-9f32, 1e-9f32);
        for (a, b) in one.iter().zip(other).step_by(stride) {
            both += a * b;
            first += a * a;
            second += b * b;
        }
        Seam { at, period, likeness: both / (first * second).sqrt() }
    };
    let cost = if short { 1.0 / (LENGTH_FOR_LIKENESS * overlap) as f32 } else { 0.0 };
    let worth = |seam: &Seam| seam.likeness - cost * seam.period as f32;
    all.map(seam).max_by(|a, b| worth(a).total_cmp(&worth(b)))
}

/// The root of the mean square.
fn loudness(sound: &[f32]) -> f32 {
    (sound.iter().map(|sample| sample * sample).sum::<f32>() / sound.len().max(1) as f32).sqrt()
}

fn piece(sound: &[f32], range: Range<usize>) -> &[f32] {
    sound.get(range).unwrap_or_default()
}

/// Milliseconds over which the two sides of a seam are faded into each other.
const OVERLAP: usize = 5;

/// The shortest period that is cut, in milliseconds: a voice of 400 Hz.
const SHORTEST: usize = 2;

/// The longest that is cut, in milliseconds: one period of a voice of 70 Hz.
const LONGEST: usize = 14;

/// A period may exceed what is owed by so many milliseconds: what is taken in advance is not owed later.
const ADVANCE: usize = 4;

/// A cut longer by so many overlaps is worth it only where it is perfectly alike and the other not at all.
const LENGTH_FOR_LIKENESS: usize = 7;

/// The places of a seam that are tried are so many milliseconds apart.
const PLACES: usize = 2;

/// Below this (-60 dB of full scale) there is nothing to hear.
const QUIET: f32 = 0.001;

/// Less alike than this, and it is worth waiting for a better seam...
const ALIKE: f32 = 0.7;

/// ...until so many milliseconds are owed.
const IMPATIENT: usize = 10;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::wire::{Random, Seeded};

    fn stretched(rate: u32, sound: &[f32], speed: f32) -> Vec<f32> {
        let (mut stretch, mut out) = (Stretch::new(rate), Vec::new());
        sound.chunks(rate as usize / 50).for_each(|piece| stretch.run(piece, speed, &mut out));
        out
    }

    fn sine(rate: u32, hertz: f32, seconds: f32) -> Vec<f32> {
        let step = hertz * std::f32::consts::TAU / rate as f32;
        (0..(rate as f32 * seconds) as u32).map(|n| 0.5 * (step * n as f32).sin()).collect()
    }

    /// Pulses through two resonances: a vowel.
    fn vowel(rate: u32, hertz: f32, seconds: f32) -> Vec<f32> {
        let mut sound = vec![0.0f32; (rate as f32 * seconds) as usize];
        let period = rate as f32 / hertz;
        for n in 0..(seconds * hertz) as usize {
            if let Some(sample) = sound.get_mut((n as f32 * period) as usize) {
                *sample = 1.0;
            }
        }
        for formant in [700.0, 1_200.0] {
            let (angle, radius) = (std::f32::consts::TAU * formant / rate as f32, 1.0 - 250.0 / rate as f32);
            let (mut one, mut two) = (0.0, 0.0);
            for sample in &mut sound {
                let new = *sample + 2.0 * radius * angle.cos() * one - radius * radius * two;
                (two, one, *sample) = (one, new, new);
            }
        }
        let top = sound.iter().fold(0.0f32, |top, sample| top.max(sample.abs()));
        sound.iter().map(|sample| 0.5 * sample / top).collect()
    }

    /// Upward zero crossings a second, from the first to the last.
    fn pitch(rate: u32, sound: &[f32]) -> f32 {
        let crosses = |at: &usize| sound[*at] < 0.0 && sound[at + 1] >= 0.0;
        let ups: Vec<usize> = (0..sound.len() - 1).filter(crosses).collect();
        let (first, last) = (ups[0], ups[ups.len() - 1]);
        (ups.len() - 1) as f32 * rate as f32 / (last - first) as f32
    }

    fn steepest(sound: &[f32]) -> f32 {
        sound.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max)
    }

    #[test]
    fn at_speed_one_nothing_changes() {
        let sound = vowel(48_000, 120.0, 1.0);
        assert_eq!(stretched(48_000, &sound, 1.0), sound);
    }

    #[test]
    fn silence_and_noise_are_stretched_too() {
        let mut random = Seeded::new(1);
        let noise: Vec<f32> = (0..48_000).map(|_| random.below(2_000) as f32 / 2_000.0 - 0.5).collect();
        for sound in [vec![0.0; 48_000], noise] {
            for speed in [0.75, 0.9, 1.15] {
                let ratio = sound.len() as f32 / stretched(48_000, &sound, speed).len() as f32;
                assert!((ratio / speed - 1.0).abs() < 0.03, "{ratio} for {speed}");
            }
        }
    }

    #[test]
    fn odd_input_does_no_harm() {
        for length in [0, 1, 7, 100, 239, 240, 241, 480, 5_000] {
            for speed in [0.0, -1.0, f32::NAN, f32::INFINITY, 0.9, 1.15, 100.0] {
                let (mut stretch, mut out) = (Stretch::new(48_000), Vec::new());
                for value in [0.0, 0.3, f32::NAN, f32::MAX] {
                    (0..20).for_each(|_| stretch.run(&vec![value; length], speed, &mut out));
                }
                assert!(out.len() <= 3 * 80 * length && Stretch::new(0).owed == 0.0);
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        /// The length follows the speed, the pitch stays, and no seam clicks.
        #[test]
        fn a_tone_stays_a_tone(
            wide in any::<bool>(), hertz in 80.0..400.0f32, speed in prop_oneof![0.9..0.98f32, 1.02..1.15f32],
        ) {
            let rate = if wide { 48_000 } else { 16_000 };
            let sound = sine(rate, hertz, 3.0);
            let out = stretched(rate, &sound, speed);
            let ratio = sound.len() as f32 / out.len() as f32;
            prop_assert!((ratio / speed - 1.0).abs() < 0.02, "{} for {}", ratio, speed);
            let shift = pitch(rate, &out) / pitch(rate, &sound) - 1.0;
            prop_assert!(shift.abs() < 0.015, "{} higher", shift);
            prop_assert!(steepest(&out) < 1.3 * steepest(&sound), "a click");
        }

        #[test]
        fn a_vowel_keeps_its_pitch_and_does_not_click(
            hertz in 80.0..300.0f32, speed in prop_oneof![0.9..0.98f32, 1.02..1.15f32],
        ) {
            let sound = vowel(48_000, hertz, 2.0);
            let out = stretched(48_000, &sound, speed);
            let ratio = sound.len() as f32 / out.len() as f32;
            prop_assert!((ratio / speed - 1.0).abs() < 0.03, "{} for {}", ratio, speed);
            prop_assert!(steepest(&out) < 1.3 * steepest(&sound), "a click");
            let peaks = |sound: &[f32]| sound.chunks(4_800).map(loudness).fold(0.0f32, f32::max);
            prop_assert!((peaks(&out) / peaks(&sound) - 1.0).abs() < 0.2, "louder or softer");
        }
    }
}
