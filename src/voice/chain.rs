//! From what a microphone gives to what is worth sending: rumble, echo and noise removed, loudness evened out.
//!
//! It works at the rate of the codec and not at the devices': the same AEC3, noise suppression and AGC2 of WebRTC then
//! run on one band instead of three, without the delay of splitting and joining bands. It does not decide what is sent.

use sonora::config::{
    AdaptiveDigital, EchoCanceller, GainController2, HighPassFilter, NoiseSuppression, NoiseSuppressionLevel,
};
use sonora::{AudioProcessing, Config, StreamConfig};

use super::pcm::{BLOCK, Block, RATE, SILENCE, tamed};

/// How the person listens, which decides what the microphone needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Listening {
    /// By loudspeaker: what it plays comes back into the microphone and is taken out.
    #[default]
    Loudspeaker,
    /// By headset: there is no echo, and nothing is taken out of what is said at the same time.
    Headset,
    /// The microphone is a file: it is sent as it is.
    Recording,
}

/// Cleans what a microphone gives, 10 ms at a time.
pub struct Chain {
    inner: Option<AudioProcessing>,
}

impl Chain {
    /// A chain that has heard nothing yet.
    pub fn new(listening: Listening) -> Self {
        Self { inner: config(listening).map(build) }
    }

    /// What is being handed to the loudspeaker, also where it is silence: the echo is looked for in it. Called for each
    /// block before the microphone's block of the same time.
    pub fn heard(&mut self, block: &Block) {
        if let Some(inner) = &mut self.inner {
            let mut unused = SILENCE;
            // The formats are those it was built with, so it does not fail.
            inner.process_render_f32(&[&block.map(tamed)], &mut [&mut unused]).ok();
        }
    }

    /// What was said in this block of the microphone's.
    pub fn clean(&mut self, block: &Block) -> Block {
        let said = block.map(tamed);
        let Some(inner) = &mut self.inner else {
            return said;
        };
        let mut cleaned = SILENCE;
        match inner.process_capture_f32(&[&said], &mut [&mut cleaned]) {
            Ok(()) => cleaned.map(tamed),
            Err(_) => said,
        }
    }
}

fn build(config: Config) -> AudioProcessing {
    let stream = StreamConfig::new(RATE, 1);
    debug_assert_eq!(stream.num_frames(), BLOCK);
    AudioProcessing::builder().config(config).capture_config(stream).render_config(stream).build()
}

fn config(listening: Listening) -> Option<Config> {
    let cleaning = Config {
        high_pass_filter: Some(HighPassFilter::default()),
        noise_suppression: Some(NoiseSuppression { level: NoiseSuppressionLevel::Moderate, ..Default::default() }),
        gain_controller2: Some(GainController2 {
            adaptive_digital: Some(AdaptiveDigital { initial_gain_db: FIRST_GAIN, ..Default::default() }),
            ..Default::default()
        }),
        ..Config::default()
    };
    match listening {
        Listening::Loudspeaker => Some(Config { echo_canceller: Some(EchoCanceller::default()), ..cleaning }),
        Listening::Headset => Some(cleaning),
        Listening::Recording => None,
    }
}

/// How much louder the first words are made, in decibels, before their loudness is known. Less than WebRTC's 15: in the
/// first second it would lift the echo that is not yet found.
const FIRST_GAIN: f32 = 6.0;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::voice::level::decibels;
    use crate::wire::{Random, Seeded};

    /// Somebody speaking: noise with the loudness of syllables, and the colour of speech.
    struct Talker {
        random: Seeded,
        at: usize,
        last: f32,
    }

    impl Talker {
        fn new(seed: u64) -> Self {
            Self { random: Seeded::new(seed), at: 0, last: 0.0 }
        }

        fn block(&mut self) -> Block {
            std::array::from_fn(|_| {
                let white = (self.random.below(2_001) as f32 - 1_000.0) / 1_000.0;
                self.last = 0.7 * self.last + 0.3 * white;
                self.at += 1;
                let syllable = (self.at as f32 / RATE as f32 * 4.0 * std::f32::consts::TAU).sin();
                self.last * 0.8 * (0.25 + 0.75 * syllable.max(0.0))
            })
        }
    }

    /// A room: what is played comes back after a time, and then fainter and fainter.
    struct Room {
        past: Vec<f32>,
        response: Vec<f32>,
    }

    impl Room {
        fn new(delay_ms: usize, seed: u64) -> Self {
            let mut random = Seeded::new(seed);
            let mut response = vec![0.0; delay_ms * RATE as usize / 1_000];
            // 40 ms of walls, at -10 dB in all.
            let walls: Vec<f32> = (0..640)
                .map(|at| (random.below(2_001) as f32 / 1_000.0 - 1.0) * (-(at as f32) / 130.0).exp())
                .collect();
            let size = walls.iter().map(|x| x * x).sum::<f32>().sqrt();
            response.extend(walls.iter().map(|x| x / size * 0.3));
            Self { past: vec![0.0; response.len()], response }
        }

        fn echo(&mut self, played: &Block) -> Block {
            self.past.extend(played);
            let end = self.past.len();
            let echo = std::array::from_fn(|at| {
                let now = end - BLOCK + at;
                self.response.iter().enumerate().map(|(back, x)| x * self.past[now - back]).sum()
            });
            self.past.drain(..BLOCK);
            echo
        }
    }

    fn power(block: &Block) -> f32 {
        block.iter().map(|x| x * x).sum()
    }

    /// By how many decibels the echo is fainter after the chain, from 2 s to 5 s.
    fn enhancement(listening: Listening, delay_ms: usize) -> f32 {
        let (mut chain, mut far, mut room) = (Chain::new(listening), Talker::new(3), Room::new(delay_ms, 5));
        let (mut before, mut after) = (0.0, 0.0);
        for at in 0..500 {
            let played = far.block();
            chain.heard(&played);
            let echo = room.echo(&played);
            let left = chain.clean(&echo);
            if at >= 200 {
                before += power(&echo);
                after += power(&left);
            }
        }
        decibels(before.sqrt()) - decibels(after.sqrt())
    }

    #[test]
    fn an_echo_is_gone_within_two_seconds() {
        for delay_ms in [60, 150, 300] {
            let gone = enhancement(Listening::Loudspeaker, delay_ms);
            assert!(gone >= 30.0, "{delay_ms} ms: {gone} dB");
        }
    }

    #[test]
    fn a_headset_takes_no_echo_out() {
        assert!(enhancement(Listening::Headset, 60) < 20.0);
        assert_eq!(enhancement(Listening::Recording, 60), 0.0);
    }

    #[test]
    fn what_is_said_passes_also_while_the_other_speaks() {
        for listening in [Listening::Loudspeaker, Listening::Headset] {
            let (mut chain, mut near, mut far) = (Chain::new(listening), Talker::new(8), Talker::new(3));
            let mut room = Room::new(100, 5);
            let (mut said, mut sent) = (0.0, 0.0);
            for at in 0..800 {
                // The other speaks for half of the time.
                let played = if at / 100 % 2 == 0 { far.block() } else { SILENCE };
                chain.heard(&played);
                let (words, echo) = (near.block(), room.echo(&played));
                let cleaned = chain.clean(&std::array::from_fn(|at| words[at] + echo[at]));
                if at >= 200 {
                    said += power(&words);
                    sent += power(&cleaned);
                }
            }
            let change = decibels(sent.sqrt()) - decibels(said.sqrt());
            assert!((-9.0..15.0).contains(&change), "{listening:?}: {change} dB");
        }
    }

    #[test]
    fn rumble_is_removed() {
        let mut chain = Chain::new(Listening::Headset);
        let (mut before, mut after) = (0.0, 0.0);
        for at in 0..300 {
            let rumble: Block = std::array::from_fn(|sample| {
                0.3 * ((at * BLOCK + sample) as f32 * 20.0 * std::f32::consts::TAU / RATE as f32).sin()
            });
            let cleaned = chain.clean(&rumble);
            if at >= 100 {
                before += power(&rumble);
                after += power(&cleaned);
            }
        }
        assert!(after < before / 100.0, "{after} of {before}");
    }

    #[test]
    fn what_is_no_sound_does_no_harm() {
        let mut chain = Chain::new(Listening::Loudspeaker);
        for rubbish in [f32::NAN, f32::INFINITY, -1e30, 1e-40] {
            for _ in 0..50 {
                chain.heard(&[rubbish; BLOCK]);
                assert!(chain.clean(&[rubbish; BLOCK]).iter().all(|x| x.abs() <= 1.0));
            }
        }
        let mut talker = Talker::new(1);
        let after: f32 = (0..100).map(|_| power(&chain.clean(&talker.block()))).sum();
        assert!(after > 0.0 && after.is_finite());
    }
}
