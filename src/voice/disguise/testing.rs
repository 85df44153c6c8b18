//! Speech made by a formula, and what can be measured of it: for tests.

use std::f32::consts::{PI, TAU};

use crate::voice::pcm::RATE;

/// A vowel: pulses at `hertz` through a resonance at each of `formants`; its peak is 0.5.
pub(crate) fn vowel(hertz: f32, formants: &[f32], samples: usize) -> Vec<f32> {
    let mut phase = 0.0;
    let mut sound: Vec<f32> = (0..samples)
        .map(|_| {
            phase += hertz / RATE as f32;
            if phase >= 1.0 {
                phase -= 1.0;
                1.0
            } else {
                0.0
            }
        })
        .collect();
    // The voice falls by 12 dB each octave, and the lips lift it by 6.
    let mut last = 0.0;
    for sample in &mut sound {
        last = 0.95 * last + *sample;
        *sample = last;
    }
    for formant in formants {
        let radius = (-PI * (60.0 + formant * 0.03) / RATE as f32).exp();
        let turn = 2.0 * radius * (TAU * formant / RATE as f32).cos();
        let (mut one, mut two) = (0.0, 0.0);
        for sample in &mut sound {
            let out = *sample * (1.0 - turn + radius * radius) + turn * one - radius * radius * two;
            (two, one) = (one, out);
            *sample = out;
        }
    }
    let mean = sound.iter().sum::<f32>() / samples as f32;
    sound.iter_mut().for_each(|sample| *sample -= mean);
    let peak = sound.iter().fold(1e-9, |peak: f32, sample| sample.abs().max(peak));
    sound.iter().map(|sample| sample / peak * 0.5).collect()
}

/// The power of a sound at a frequency, in a window as long as itself.
pub(crate) fn power_at(sound: &[f32], hertz: f32) -> f32 {
    let (mut real, mut imaginary) = (0.0, 0.0);
    for (at, sample) in sound.iter().enumerate() {
        let window = 0.5 - 0.5 * (TAU * at as f32 / sound.len() as f32).cos();
        let angle = TAU * hertz * at as f32 / RATE as f32;
        real += sample * window * angle.cos();
        imaginary += sample * window * angle.sin();
    }
    real * real + imaginary * imaginary
}

/// The centre of power between two frequencies: where a formant lies that is alone there.
pub(crate) fn centre(sound: &[f32], from: f32, to: f32) -> f32 {
    let (mut weighted, mut whole) = (0.0, 0.0);
    let mut hertz = from;
    while hertz < to {
        let power = power_at(sound, hertz);
        weighted += hertz * power;
        whole += power;
        hertz += 10.0;
    }
    weighted / whole
}

/// The pitch of a sound with voice, in hertz: the best autocorrelation from 60 to 450 Hz, the shortest of equals.
pub(crate) fn pitch(sound: &[f32]) -> f32 {
    let score = |lag: usize| {
        let (mut both, mut power) = (0.0, 1e-9);
        for (a, b) in sound.iter().zip(&sound[lag..]) {
            both += a * b;
            power += (a * a + b * b) / 2.0;
        }
        both / power
    };
    let scores: Vec<f32> = (0..268).map(|lag| if lag < 35 { 0.0 } else { score(lag) }).collect();
    let best = scores.iter().copied().fold(0.0, f32::max);
    let lag = (36..267)
        .find(|lag| scores[*lag] > 0.9 * best && scores[*lag] >= scores[lag - 1] && scores[*lag] >= scores[lag + 1]);
    RATE as f32 / lag.unwrap() as f32
}
