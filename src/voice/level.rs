//! How loud it is: what a meter shows.
//!
//! It is for the person at this microphone only; nothing of it leaves the machine.

use super::pcm::{Block, tamed};

/// The loudness of now, falling slowly enough for the eye.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Meter {
    peak: f32,
    power: f32,
}

/// What a meter shows at one instant.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Level {
    /// The loudest sample, 0 to 1.
    pub peak: f32,
    /// The root of the mean square, 0 to 1.
    pub rms: f32,
}

impl Meter {
    /// Takes 10 ms in and tells the level.
    pub fn take(&mut self, block: &Block) -> Level {
        let peak = block.iter().map(|x| tamed(*x).abs()).fold(0.0, f32::max);
        let power = block.iter().map(|x| tamed(*x).powi(2)).sum::<f32>() / block.len() as f32;
        self.peak = peak.max(self.peak * PEAK_FALL);
        self.power += (power - self.power) * POWER_SHARE;
        self.level()
    }

    /// The level as it was told last.
    pub fn level(&self) -> Level {
        Level { peak: self.peak, rms: self.power.sqrt() }
    }
}

impl Level {
    /// How far a bar is filled, 0 to 1: linear in decibels, from silence at -60 to full scale.
    pub fn bar(&self) -> f32 {
        (1.0 + decibels(self.rms) / BAR_DECIBELS).clamp(0.0, 1.0)
    }

    /// Whether the microphone cuts what is said: its gain should be lower.
    pub fn is_clipped(&self) -> bool {
        self.peak >= CLIPPED
    }
}

/// An amplitude in decibels of full scale, at least -120.
pub fn decibels(amplitude: f32) -> f32 {
    20.0 * amplitude.max(1e-6).log10()
}

/// What is left of a peak after 10 ms: half after 0.3 s.
const PEAK_FALL: f32 = 0.977;

/// What 10 ms add to the mean: it follows within 0.1 s.
const POWER_SHARE: f32 = 0.1;

/// The range of a bar.
const BAR_DECIBELS: f32 = 60.0;

/// From here on samples are taken for cut.
const CLIPPED: f32 = 0.99;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::voice::pcm::{BLOCK, SILENCE};

    fn after(blocks: usize, block: &Block) -> Level {
        let mut meter = Meter::default();
        (0..blocks).map(|_| meter.take(block)).last().unwrap()
    }

    #[test]
    fn silence_is_nothing_and_full_scale_is_all() {
        assert_eq!(after(100, &SILENCE), Level::default());
        assert_eq!(after(100, &SILENCE).bar(), 0.0);
        let full = after(200, &[1.0; BLOCK]);
        assert!(full.is_clipped() && full.rms > 0.99 && full.bar() > 0.99, "{full:?}");
    }

    #[test]
    fn a_sine_has_its_root_mean_square() {
        let sine = std::array::from_fn(|at| 0.5 * (at as f32 * std::f32::consts::TAU / 40.0).sin());
        let level = after(200, &sine);
        assert!((level.rms - 0.5 / 2f32.sqrt()).abs() < 0.005 && (level.peak - 0.5).abs() < 0.005, "{level:?}");
        assert!(!level.is_clipped());
    }

    #[test]
    fn a_bar_is_linear_in_decibels() {
        let bar = |rms| Level { peak: rms, rms }.bar();
        assert!((bar(0.1) - 2.0 / 3.0).abs() < 1e-3 && (bar(0.01) - 1.0 / 3.0).abs() < 1e-3);
        assert_eq!(bar(0.0001), 0.0);
    }

    #[test]
    fn a_knock_falls_slowly_and_rubbish_does_no_harm() {
        let mut meter = Meter::default();
        let mut knock = SILENCE;
        knock[7] = 0.8;
        knock[9] = f32::NAN;
        assert_eq!(meter.take(&knock).peak, 0.8);
        let falling: Vec<f32> = (0..200).map(|_| meter.take(&SILENCE).peak).collect();
        assert!(falling[20] > 0.4 && falling[199] < 0.01 && falling.is_sorted_by(|a, b| a >= b));
    }
}
