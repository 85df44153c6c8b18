//! Whether somebody is speaking with voice just now, and how long a period of it is.
//!
//! By autocorrelation of the last 60 ms at half the rate: it does not separate two speakers.

/// Follows the voice in what is said.
#[derive(Clone, Debug, Default)]
pub(super) struct Tracker {
    now: Option<Voice>,
    /// The logarithm of the middle period, and how many times it was adjusted.
    middle: Option<(f32, u32)>,
}

/// A voice, in samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Voice {
    /// How long a period is now.
    pub(super) period: f32,
    /// How long it is in the middle of what was said so far.
    pub(super) middle: f32,
}

impl Tracker {
    /// Looks at the end of what was said; once for each block.
    pub(super) fn hear(&mut self, said: &[f32]) {
        let period = period(said);
        if let Some(period) = period {
            let log = period.ln();
            let (middle, times) = self.middle.unwrap_or((log, 0));
            // Quickly at first, then slowly: a sentence does not move it much.
            let share = 1.0 / (times as f32 + 1.0);
            self.middle = Some((middle + (log - middle) * share, (times + 1).min(MIDDLE_BLOCKS)));
        }
        self.now = period.zip(self.middle).map(|(period, (middle, _))| Voice { period, middle: middle.exp() });
    }

    /// The voice, if there is one now.
    pub(super) fn voice(&self) -> Option<Voice> {
        self.now
    }
}

/// The period of the voice in samples, if what was said last has one.
fn period(said: &[f32]) -> Option<f32> {
    // Every second sample, of the mean of two.
    let start = said.len().checked_sub(2 * (WINDOW + LAG_MOST + 1))?;
    let half: Vec<f32> = said.get(start..)?.as_chunks::<2>().0.iter().map(|[a, b]| (a + b) / 2.0).collect();
    let (now, past) = half.split_at_checked(WINDOW)?;
    let power: f32 = now.iter().map(|x| x * x).sum();
    if power < POWER_LEAST * WINDOW as f32 {
        return None;
    }
    let whole = [now, past].concat();
    let scores: Vec<f32> =
        (LAG_LEAST - 1..=LAG_MOST + 1).map(|lag| score(now, whole.get(lag..).unwrap_or(&[]))).collect();
    let best = scores.iter().copied().fold(0.0, f32::max);
    if best < VOICED {
        return None;
    }
    // The first peak that is nearly the best: the best itself may be two periods long.
    let found = scores.array_windows().position(|[a, b, c]| *b >= best * NEARLY && b >= a && b >= c)?;
    let [a, b, c] = *scores.array_windows().nth(found)?;
    let bend = a - 2.0 * b + c;
    let off = if bend < -1e-6 { 0.5 * (a - c) / bend } else { 0.0 };
    Some(2.0 * (found as f32 + LAG_LEAST as f32 + off.clamp(-0.5, 0.5)))
}

/// How alike two stretches are, up to 1.
fn score(a: &[f32], b: &[f32]) -> f32 {
    let (mut both, mut power_a, mut power_b) = (0.0, 1e-9, 1e-9);
    for (a, b) in a.iter().zip(b) {
        both += a * b;
        power_a += a * a;
        power_b += b * b;
    }
    both / f32::sqrt(power_a * power_b)
}

/// Samples that are compared, at half the rate: 30 ms.
const WINDOW: usize = 240;

/// The shortest period at half the rate: 400 Hz.
const LAG_LEAST: usize = 20;

/// The longest period at half the rate: 75 Hz.
const LAG_MOST: usize = 106;

/// From this likeness on it is voice.
const VOICED: f32 = 0.6;

/// A peak that is as good as the best.
const NEARLY: f32 = 0.87;

/// Below this power it is silence: -60 dB.
const POWER_LEAST: f32 = 1e-6;

/// Over how many blocks with voice the middle is taken: 5 s.
const MIDDLE_BLOCKS: u32 = 500;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::voice::disguise::testing::vowel;
    use crate::wire::{Random, Seeded};

    #[test]
    fn the_pitch_of_a_vowel_is_found() {
        for hertz in [80.0, 100.0, 131.0, 180.0, 240.0, 320.0] {
            for formants in [[300.0, 2_300.0, 3_000.0], [700.0, 1_200.0, 2_600.0], [400.0, 800.0, 2_500.0]] {
                let found = 16_000.0 / period(&vowel(hertz, &formants, 8_000)).unwrap();
                assert!((found / hertz - 1.0).abs() < 0.02, "{found} for {hertz}, {formants:?}");
            }
        }
    }

    #[test]
    fn hiss_and_silence_have_none() {
        let mut random = Seeded::new(4);
        let hiss: Vec<f32> = (0..4_000).map(|_| random.below(2_001) as f32 / 1_000.0 - 1.0).collect();
        assert!((0..20).all(|at| period(&hiss[at * 50..3_000 + at * 50]).is_none()));
        assert_eq!((period(&[0.0; 3_000]), period(&[]), period(&[1.0; 600])), (None, None, None));
    }

    #[test]
    fn the_middle_follows_slowly() {
        let mut tracker = Tracker::default();
        let (low, high) = (vowel(100.0, &[500.0], 4_000), vowel(200.0, &[500.0], 4_000));
        (0..200).for_each(|_| tracker.hear(&low));
        (0..20).for_each(|_| tracker.hear(&high));
        let voice = tracker.voice().unwrap();
        assert!((voice.period - 80.0).abs() < 2.0 && voice.middle > 130.0, "{voice:?}");
    }
}
