//! Voices that are easily told apart: a tone each, and whether it is heard.

use std::f32::consts::TAU;

use pelure::voice::pcm::RATE;

/// A tone that swells and sinks as syllables do.
pub fn tone(pitch: f32, seconds: u32) -> Vec<f32> {
    let sample = |at: u32| {
        let time = at as f32 / RATE as f32;
        0.25 * (1.0 + 0.5 * (TAU * 3.0 * time).sin()) * (TAU * pitch * time).sin()
    };
    (0..seconds * RATE).map(sample).collect()
}

/// Whether most of what is heard is a tone of this pitch.
pub fn is_tone(sound: &[f32], pitch: f32) -> bool {
    let all: f32 = sound.iter().map(|sample| sample * sample).sum();
    // The swelling spreads the tone a little to both sides.
    let near: f32 = (-4..=4).map(|off| power_at(sound, pitch + off as f32)).sum();
    all / sound.len() as f32 > 0.002 && near / all > 0.5
}

/// Whether nothing is heard.
pub fn is_silence(sound: &[f32]) -> bool {
    sound.iter().all(|sample| sample.abs() < 0.01)
}

/// The power at one frequency, of all in the sound.
fn power_at(sound: &[f32], frequency: f32) -> f32 {
    let (mut re, mut im) = (0.0, 0.0);
    for (at, sample) in sound.iter().enumerate() {
        let (sin, cos) = (TAU * frequency * at as f32 / RATE as f32).sin_cos();
        (re, im) = (re + sample * cos, im + sample * sin);
    }
    2.0 * (re * re + im * im) / sound.len() as f32
}
