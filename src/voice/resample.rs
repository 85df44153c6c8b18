//! From one number of samples a second to another.
//!
//! It delays by 3 ms and a block of at most 10 ms, and cuts what the lower rate cannot hold. It does not decide how far
//! two clocks have drifted apart; it only follows when it is told.

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{
    Adjustable, Async, FixedAsync, Resampler as _, SincInterpolationParameters, SincInterpolationType, WindowFunction,
};

/// A stream of samples at one rate, made into one at another.
pub struct Resampler {
    inner: Option<Async<f32>>,
    /// What has come and is less than a chunk.
    waiting: Vec<f32>,
    /// Room for what one chunk becomes.
    made: Vec<f32>,
    chunk: usize,
}

/// Why there is no resampler.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RateError {
    /// Not between [`RATE_LEAST`] and [`RATE_MOST`].
    #[error("{0} samples a second are not supported")]
    Unsupported(u32),
    /// The resampler refused: our own mistake.
    #[error("the resampler failed")]
    Failed,
}

impl Resampler {
    /// From `from` samples a second to `to`. Where both are the same, samples pass untouched.
    pub fn new(from: u32, to: u32) -> Result<Self, RateError> {
        Self::build(from, to, from == to)
    }

    /// As [`Self::new`], for two clocks that drift: [`Self::steer`] works also where both rates are the same.
    pub fn adjustable(from: u32, to: u32) -> Result<Self, RateError> {
        Self::build(from, to, false)
    }

    fn build(from: u32, to: u32, untouched: bool) -> Result<Self, RateError> {
        if let Some(rate) = [from, to].into_iter().find(|rate| !(RATE_LEAST..=RATE_MOST).contains(rate)) {
            return Err(RateError::Unsupported(rate));
        }
        let chunk = from as usize / 100;
        if untouched {
            return Ok(Self { inner: None, waiting: Vec::new(), made: Vec::new(), chunk });
        }
        // As long in time at each rate.
        let length = (from as usize * FILTER_LENGTH / FILTER_RATE).max(FILTER_LENGTH);
        let filter = SincInterpolationParameters::new(length, WindowFunction::BlackmanHarris2)
            .oversampling_factor(256)
            .interpolation(SincInterpolationType::Linear);
        let ratio = f64::from(to) / f64::from(from);
        let inner =
            Async::new_sinc(ratio, RATIO_RANGE, &filter, chunk, 1, FixedAsync::Input).map_err(|_| RateError::Failed)?;
        let made = vec![0.0; inner.output_frames_max()];
        Ok(Self { inner: Some(inner), waiting: Vec::with_capacity(2 * chunk), made, chunk })
    }

    /// Takes samples in, and hands out those that they become so far.
    pub fn push(&mut self, samples: &[f32], out: &mut impl Extend<f32>) {
        let Some(inner) = &mut self.inner else {
            out.extend(samples.iter().copied());
            return;
        };
        self.waiting.extend_from_slice(samples);
        let whole = self.waiting.len() / self.chunk * self.chunk;
        for chunk in self.waiting.chunks_exact(self.chunk) {
            let room = self.made.len();
            let (Ok(from), Ok(mut to)) =
                (InterleavedSlice::new(chunk, 1, self.chunk), InterleavedSlice::new_mut(&mut self.made, 1, room))
            else {
                continue;
            };
            // Its buffers have the sizes it asked for, so it does not fail.
            let made = inner.process_into_buffer(&from, &mut to, None).map_or(0, |(_, made)| made);
            out.extend(self.made.iter().take(made).copied());
        }
        self.waiting.drain(..whole);
    }

    /// Makes `ppm` millionths more samples (fewer, where it is negative) than the two rates say. Bounded to 1,000.
    pub fn steer(&mut self, ppm: f64) {
        if let Some(inner) = &mut self.inner
            && ppm.is_finite()
        {
            // Within the range that it was made for, so it does not fail.
            inner.set_resample_ratio_relative(1.0 + ppm.clamp(-1e3, 1e3) * 1e-6, true).ok();
        }
    }
}

/// All of `samples` at another rate, with what the filter holds back.
pub fn convert(samples: &[f32], from: u32, to: u32) -> Result<Vec<f32>, RateError> {
    let mut resampler = Resampler::new(from, to)?;
    if from == to {
        return Ok(samples.to_vec());
    }
    let wanted = (samples.len() as u64 * u64::from(to)).div_ceil(u64::from(from)) as usize;
    let late = resampler.inner.as_ref().map_or(0, |inner| inner.output_delay());
    let mut made = Vec::with_capacity(wanted + late);
    resampler.push(samples, &mut made);
    let quiet = vec![0.0; resampler.chunk];
    while made.len() < wanted + late {
        resampler.push(&quiet, &mut made);
    }
    Ok(made.into_iter().skip(late).take(wanted).collect())
}

/// The lowest rate of a device or file: that of a telephone.
pub const RATE_LEAST: u32 = 8_000;

/// The highest rate of a device or file: that of a studio.
pub const RATE_MOST: u32 = 192_000;

/// Points of the filter at [`FILTER_RATE`]: 6 ms, half of which is delay.
const FILTER_LENGTH: usize = 96;

/// The rate at which the filter has that length.
const FILTER_RATE: usize = 16_000;

/// How far the ratio may be steered: a little more than the thousand millionths that are let through.
const RATIO_RANGE: f64 = 1.01;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sine(hertz: f32, rate: u32, seconds: f32) -> Vec<f32> {
        let step = hertz * std::f32::consts::TAU / rate as f32;
        (0..(seconds * rate as f32) as usize).map(|at| 0.5 * (at as f32 * step).sin()).collect()
    }

    fn rms(samples: &[f32]) -> f32 {
        (samples.iter().map(|x| x * x).sum::<f32>() / samples.len() as f32).sqrt()
    }

    #[test]
    fn a_tone_stays_where_it_was() {
        for (from, to) in [(48_000, 16_000), (16_000, 48_000), (44_100, 16_000), (16_000, 44_100), (8_000, 16_000)] {
            let made = convert(&sine(1_000.0, from, 1.0), from, to).unwrap();
            assert_eq!(made.len(), to as usize);
            // The part of it that is a sine, the part that is a cosine, and what is neither.
            let inside = &made[to as usize / 10..to as usize / 10 * 9];
            let part = |turn: f32| {
                let turns = |at: usize| (at as f32 * 1_000.0 / to as f32 + turn) * std::f32::consts::TAU;
                inside.iter().enumerate().map(|(at, x)| x * turns(at).sin()).sum::<f32>() * 2.0 / inside.len() as f32
            };
            let (sine, cosine) = (part(0.0), part(0.25));
            let size = sine.hypot(cosine);
            assert!((size - 0.5).abs() < 0.005, "{from} to {to}: {size}");
            assert!((rms(inside) - size / 2f32.sqrt()).abs() < 1e-3, "{from} to {to}: not pure");
            assert!(cosine.atan2(sine).abs() < 1.0, "{from} to {to}: shifted by {}", cosine.atan2(sine));
        }
    }

    #[test]
    fn what_the_lower_rate_cannot_hold_is_cut() {
        let made = convert(&sine(11_000.0, 48_000, 0.5), 48_000, 16_000).unwrap();
        assert!(rms(&made[400..made.len() - 400]) < 1e-3);
        let kept = convert(&sine(6_500.0, 48_000, 0.5), 48_000, 16_000).unwrap();
        assert!(rms(&kept[400..kept.len() - 400]) > 0.34);
    }

    #[test]
    fn steering_makes_more_or_fewer() {
        for ppm in [-1_000.0, -200.0, 0.0, 200.0, 1_000.0] {
            let mut resampler = Resampler::adjustable(16_000, 16_000).unwrap();
            resampler.steer(ppm);
            let mut made = Vec::new();
            for _ in 0..10_000 {
                resampler.push(&[0.0; 160], &mut made);
            }
            let more = (made.len() as f64 / 1_600_000.0 - 1.0) * 1e6;
            assert!((more - ppm).abs() < 100.0, "{more} for {ppm}");
        }
    }

    #[test]
    fn same_rates_pass_untouched_and_odd_ones_are_refused() {
        let sound = sine(300.0, 16_000, 0.1);
        let mut out = Vec::new();
        Resampler::new(16_000, 16_000).unwrap().push(&sound, &mut out);
        assert_eq!(out, sound);
        for rate in [0, 7_999, 192_001, u32::MAX] {
            assert_eq!(Resampler::new(rate, 16_000).map(drop), Err(RateError::Unsupported(rate)));
            assert_eq!(Resampler::new(16_000, rate).map(drop), Err(RateError::Unsupported(rate)));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(30))]

        /// However it is cut, the same comes out, and about as much as the rates say.
        #[test]
        fn cuts_change_nothing(cuts in proptest::collection::vec(0..700usize, 1..40), rate in 8_000..96_000u32) {
            let total: usize = cuts.iter().sum();
            let sound: Vec<f32> = sine(440.0, rate, 1.0).into_iter().cycle().take(total).collect();
            let (mut whole, mut pieces) = (Vec::new(), Vec::new());
            Resampler::new(rate, 16_000).unwrap().push(&sound, &mut whole);
            let mut resampler = Resampler::new(rate, 16_000).unwrap();
            let mut rest = &sound[..];
            for cut in cuts {
                let (now, later) = rest.split_at(cut);
                resampler.push(now, &mut pieces);
                rest = later;
            }
            prop_assert_eq!(&whole, &pieces);
            let ideal = total as f64 * 16_000.0 / f64::from(rate);
            prop_assert!((whole.len() as f64 - ideal).abs() < 400.0, "{} of {}", whole.len(), ideal);
        }
    }
}
