//! What is heard, in blocks: frames decoded and stretched, holes bridged, seams made smooth.
//!
//! What comes next is decided by the line; it does not ask for more than the next block needs.

use std::collections::VecDeque;
use std::time::Duration;

use super::codec::{CodecError, Decoder};
use super::level::{Level, Meter};
use super::pcm::{self, BLOCK, Block, FRAME, RATE, SILENCE};
use super::{Play, Stretch};

/// The listening end of a call.
pub struct Playing {
    decoder: Decoder,
    stretch: Stretch,
    /// Sound that is still to be played.
    ready: VecDeque<f32>,
    /// The second half of what was invented last: good for the next hole if that follows at once.
    invented: Option<Block>,
    /// The last sample there is, to begin from without a click.
    last: f32,
    /// Whether what was decoded last is a pause.
    quiet: bool,
    /// How many frames in a row were quiet.
    quiet_for: u32,
    heard: Meter,
}

impl Playing {
    /// Nothing was heard yet.
    ///
    /// # Errors
    /// The decoder cannot be made: no memory.
    pub fn new() -> Result<Self, CodecError> {
        Ok(Self {
            decoder: Decoder::new()?,
            stretch: Stretch::new(RATE),
            ready: VecDeque::new(),
            invented: None,
            last: 0.0,
            quiet: true,
            quiet_for: 0,
            heard: Meter::default(),
        })
    }

    /// The next 10 ms. `play` says what follows the sound that lasts for so long.
    pub fn next(&mut self, mut play: impl FnMut(Duration) -> Play) -> Block {
        let mut block = SILENCE;
        while self.ready.len() < BLOCK {
            let before = self.ready.len();
            let play = play(pcm::duration(before));
            self.take(play);
            // Whatever a stretch may leave out, a block comes to an end.
            if self.ready.len() <= before {
                self.ready.resize(before + BLOCK, 0.0);
            }
        }
        block.iter_mut().zip(self.ready.drain(..BLOCK)).for_each(|(to, from)| *to = from);
        self.heard.take(&block);
        block
    }

    /// How loud it is.
    pub fn level(&self) -> Level {
        self.heard.level()
    }

    fn take(&mut self, play: Play) {
        match play {
            Play::Frame { bytes, pace, leap, .. } => {
                // After something else than the frame before it, its beginning does not fit what was heard.
                let seam = leap || self.invented.take().is_some() || self.ready.is_empty() && self.quiet;
                let decoded = self.decoder.decode(&bytes).or_else(|_| self.decoder.conceal());
                let frame = decoded.unwrap_or([0.0; FRAME]);
                self.quiet = loudness(&frame) < QUIET;
                self.quiet_for = if self.quiet { self.quiet_for.saturating_add(1) } else { 0 };
                let mut sound = Vec::with_capacity(2 * FRAME);
                let speed = if self.quiet_for > CLOSURE { pace.pause } else { pace.speech };
                self.stretch.run(&frame, speed, &mut sound);
                self.put(sound, seam);
            }
            Play::Conceal => {
                let piece = match self.invented.take() {
                    Some(second) => second,
                    None => self.invent(),
                };
                self.put(piece.to_vec(), false);
            }
            Play::Silence => {
                self.invented = None;
                self.quiet = true;
                self.put(SILENCE.to_vec(), true);
            }
        }
    }

    /// The decoder invents 20 ms; the second half waits.
    fn invent(&mut self) -> Block {
        let frame = self.decoder.conceal().unwrap_or([0.0; FRAME]);
        let (mut first, mut second) = (SILENCE, SILENCE);
        first.iter_mut().chain(&mut second).zip(frame).for_each(|(to, from)| *to = from);
        self.invented = Some(second);
        first
    }

    /// Appends sound; at a seam its beginning is bent to where the last sound ended.
    fn put(&mut self, mut sound: Vec<f32>, seam: bool) {
        let step = self.last - sound.first().copied().unwrap_or(0.0);
        if seam {
            for (at, sample) in sound.iter_mut().take(SEAM).enumerate() {
                *sample = pcm::tamed(*sample + step * (1.0 - at as f32 / SEAM as f32));
            }
        }
        self.last = sound.last().copied().unwrap_or(self.last);
        self.ready.extend(sound);
    }
}

/// The root of the mean square.
fn loudness(sound: &[f32]) -> f32 {
    (sound.iter().map(|sample| sample * sample).sum::<f32>() / sound.len().max(1) as f32).sqrt()
}

/// Below this (-46 dB of full scale) nobody speaks.
const QUIET: f32 = 0.005;

/// Quiet frames, 160 ms, that are still speech: lips are closed for as long. After them it is a pause, in which nobody hears a
/// change of speed.
const CLOSURE: u32 = 8;

/// Samples over which a seam is bent: 4 ms.
const SEAM: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::voice::Pace;
    use crate::voice::codec::Encoder;

    const AS_SPOKEN: Pace = Pace { speech: 1.0, pause: 1.0 };

    /// A hum in frames of 40 bytes.
    fn hum(frames: usize) -> Vec<Box<[u8]>> {
        let mut encoder = Encoder::new(40).unwrap();
        let sample = |at: usize| 0.3 * (at as f32 * std::f32::consts::TAU / 80.0).sin();
        let frame = |n: usize| encoder.encode(&std::array::from_fn(|at| sample(n * FRAME + at))).unwrap().into();
        (0..frames).map(frame).collect()
    }

    fn frame(bytes: &[u8]) -> Play {
        Play::Frame { number: 0, bytes: bytes.into(), pace: AS_SPOKEN, leap: false }
    }

    /// The largest step from one sample to the next.
    fn step(sound: &[f32]) -> f32 {
        sound.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max)
    }

    #[test]
    fn what_was_said_is_heard_and_is_loud() {
        let (mut playing, frames) = (Playing::new().unwrap(), hum(50));
        let mut frames = frames.iter();
        let heard: Vec<f32> = (0..100)
            .flat_map(|_| playing.next(|_| frames.next().map_or(Play::Silence, |bytes| frame(bytes))))
            .collect();
        assert!(loudness(&heard[BLOCK * 20..BLOCK * 90]) > 0.15);
        assert!(playing.level().rms > 0.05);
    }

    #[test]
    fn holes_and_leaps_do_not_click() {
        let (mut playing, frames) = (Playing::new().unwrap(), hum(60));
        let usual = step(
            &frames.iter().take(20).flat_map(|bytes| playing.decoder.decode(bytes).unwrap()).collect::<Vec<_>>()
                [FRAME..],
        );
        let mut asked = 0;
        let heard: Vec<f32> = (0..100)
            .flat_map(|_| {
                playing.next(|_| {
                    asked += 1;
                    match asked % 10 {
                        7 => Play::Conceal,
                        8 => Play::Conceal,
                        9 => Play::Silence,
                        at => {
                            Play::Frame { number: 0, bytes: frames[asked % 60].clone(), pace: AS_SPOKEN, leap: at == 0 }
                        }
                    }
                })
            })
            .collect();
        assert!(step(&heard) < 3.0 * usual, "{} after {usual}", step(&heard));
    }

    #[test]
    fn a_block_always_comes_whatever_bytes_are_played() {
        let mut playing = Playing::new().unwrap();
        for n in 0..200u8 {
            let speed = [0.7, 1.0, 1.15][usize::from(n) % 3];
            let pace = Pace { speech: speed, pause: speed };
            let block =
                playing.next(|_| Play::Frame { number: n.into(), bytes: vec![n; 40].into(), pace, leap: n % 2 == 0 });
            assert!(block.iter().all(|sample| sample.abs() <= 1.0));
        }
        assert!(playing.ready.len() <= 2 * FRAME);
    }
}
