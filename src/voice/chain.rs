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
    listening: Listening,
    /// Removes the echo; apart from the rest, so that it can begin anew alone.
    echo: Option<AudioProcessing>,
    /// Removes noise and evens out the loudness.
    voice: Option<AudioProcessing>,
}

impl Chain {
    /// A chain that has heard nothing yet.
    pub fn new(listening: Listening) -> Self {
        let voice = (listening != Listening::Recording).then(|| build(cleaning(listening)));
        Self { listening, echo: canceller(listening), voice }
    }

    /// The echo is elsewhere from now on: it is looked for as at the beginning, when all that may be one is kept back. What
    /// knows the old place alone would let it pass for seconds.
    pub fn relearn(&mut self) {
        self.echo = canceller(self.listening);
    }

    /// What the loudspeaker takes, also where it is silence: the echo is looked for in it. Called for each block before the
    /// microphone's block of the same time; where as many come as time passes, an echo that was found stays where it is.
    pub fn heard(&mut self, block: &Block) {
        if let Some(echo) = &mut self.echo {
            let mut unused = SILENCE;
            // The formats are those it was built with, so it does not fail.
            echo.process_render_f32(&[&block.map(tamed)], &mut [&mut unused]).ok();
        }
    }

    /// What was said in this block of the microphone's.
    pub fn clean(&mut self, block: &Block) -> Block {
        let parts = [&mut self.echo, &mut self.voice].into_iter().flatten();
        parts.fold(block.map(tamed), |said, part| {
            let mut cleaned = SILENCE;
            match part.process_capture_f32(&[&said], &mut [&mut cleaned]) {
                Ok(()) => cleaned.map(tamed),
                Err(_) => said,
            }
        })
    }
}

fn canceller(listening: Listening) -> Option<AudioProcessing> {
    let config = Config {
        high_pass_filter: Some(HighPassFilter::default()),
        echo_canceller: Some(EchoCanceller::default()),
        ..Config::default()
    };
    (listening == Listening::Loudspeaker).then(|| build(config))
}

fn build(config: Config) -> AudioProcessing {
    let stream = StreamConfig::new(RATE, 1);
    debug_assert_eq!(stream.num_frames(), BLOCK);
    AudioProcessing::builder().config(config).capture_config(stream).render_config(stream).build()
}

fn cleaning(listening: Listening) -> Config {
    Config {
        // Where an echo is removed, rumble was removed before.
        high_pass_filter: (listening == Listening::Headset).then(HighPassFilter::default),
        noise_suppression: Some(NoiseSuppression { level: NoiseSuppressionLevel::Moderate, ..Default::default() }),
        gain_controller2: Some(GainController2 {
            adaptive_digital: Some(AdaptiveDigital { initial_gain_db: FIRST_GAIN, ..Default::default() }),
            ..Default::default()
        }),
        ..Config::default()
    }
}

/// How much louder the first words are made, in decibels, before their loudness is known. Less than WebRTC's 15: in the
/// first second it would lift the echo that is not yet found.
const FIRST_GAIN: f32 = 6.0;

#[cfg(test)]
mod testing;

#[cfg(test)]
mod tests {
    use super::testing::{Room, Talker, enhancement, power};
    use super::*;
    use crate::voice::level::decibels;

    #[test]
    fn an_echo_is_gone_within_two_seconds() {
        for delay_ms in [60, 150, 300] {
            let gone = enhancement(Listening::Loudspeaker, delay_ms);
            assert!(gone >= 30.0, "{delay_ms} ms: {gone} dB");
        }
    }

    /// By how many decibels the echo is fainter in the second after it moved.
    fn moved(from_ms: usize, to_ms: usize, told: bool) -> f32 {
        let (mut chain, mut far) = (Chain::new(Listening::Loudspeaker), Talker::new(3));
        let (mut here, mut there) = (Room::new(from_ms, 5), Room::new(to_ms, 5));
        let (mut before, mut after) = (0.0, 0.0);
        for at in 0..700 {
            let played = far.block();
            chain.heard(&played);
            let (old, new) = (here.echo(&played), there.echo(&played));
            if at == 600 && told {
                chain.relearn();
            }
            let echo = if at < 600 { old } else { new };
            let left = chain.clean(&echo);
            if at >= 600 {
                before += power(&echo);
                after += power(&left);
            }
        }
        decibels(before.sqrt()) - decibels(after.sqrt())
    }

    #[test]
    fn an_echo_that_moved_is_kept_back_from_when_that_is_told() {
        for (from, to) in [(150, 60), (60, 150), (120, 100)] {
            let (told, not) = (moved(from, to, true), moved(from, to, false));
            assert!(told >= not + 8.0, "from {from} to {to} ms: {told} dB, {not} where nobody says so");
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
