//! Opus: 20 ms of sound to a frame of one size, and back, also where a frame is missing.
//!
//! The size of a frame is chosen once and never changes, whatever is said or not said: constant bit rate, no detection
//! of silence, nothing that adapts to the network. The decoder takes only what such an encoder makes: a peer's bytes of
//! any other shape are refused before libopus decodes them. It does not know time, loss or the network.

use opus::{Application, Bandwidth, Bitrate, Channels, ErrorCode, InbandFec, SampleRate, Signal};

use super::pcm::{FRAME, Frame, tamed};

/// Makes frames of one size.
pub struct Encoder {
    inner: opus::Encoder,
    bytes: usize,
}

/// Makes sound of frames of any allowed size, and of missing ones.
pub struct Decoder {
    inner: opus::Decoder,
    /// Frames that were missing in a row.
    missing: u16,
}

/// Why there is no frame, or no sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    /// A frame cannot have this size: [`FRAME_BYTES_LEAST`] to [`FRAME_BYTES_MOST`].
    #[error("no frame has this size")]
    Size,
    /// The peer sent what our encoder never makes.
    #[error("the peer sent a frame that is not ours")]
    Foreign,
    /// libopus refused to work: our own mistake, or no memory.
    #[error("the codec failed")]
    Failed,
}

impl Encoder {
    /// An encoder whose frames have `bytes` bytes: the bit rate is 400 times as much (40 bytes are 16 kbit/s).
    pub fn new(bytes: usize) -> Result<Self, CodecError> {
        if !(FRAME_BYTES_LEAST..=FRAME_BYTES_MOST).contains(&bytes) {
            return Err(CodecError::Size);
        }
        let rate = u32::try_from(bytes * 8 * FRAMES_PER_SECOND).map_err(|_| CodecError::Size)?;
        let mut inner = opus::Encoder::new(Channels::Mono, SampleRate::Hz16000, Application::Voip).map_err(failed)?;
        inner.set_vbr(false).map_err(failed)?;
        inner.set_dtx(false).map_err(failed)?;
        inner.set_inband_fec(InbandFec::Off).map_err(failed)?;
        inner.set_dred_duration(0).map_err(failed)?;
        inner.set_bitrate(Bitrate::Value(rate)).map_err(failed)?;
        inner.set_bandwidth(Bandwidth::Wide).map_err(failed)?;
        // Without this a hum could move the encoder to its mode for music, which the decoder would refuse.
        inner.set_signal(Signal::Voice).map_err(failed)?;
        inner.set_complexity(complexity(bytes)).map_err(failed)?;
        Ok(Self { inner, bytes })
    }

    /// The frame of 20 ms; it has exactly the size asked for. What is not a number is taken for silence.
    pub fn encode(&mut self, sound: &Frame) -> Result<Vec<u8>, CodecError> {
        let mut frame = vec![0; self.bytes];
        let written = self.inner.encode_float_to_slice(&sound.map(tamed), &mut frame).map_err(failed)?;
        if written == self.bytes && is_ours(&frame) { Ok(frame) } else { Err(CodecError::Failed) }
    }

    /// How far the sound of a frame lags behind what was put in, in samples.
    pub fn delay(&mut self) -> usize {
        self.inner.get_look_ahead().map_or(0, |samples| samples as usize)
    }
}

impl Decoder {
    /// A decoder with the neural enhancement and concealment of libopus 1.6.
    pub fn new() -> Result<Self, CodecError> {
        let mut inner = opus::Decoder::new(Channels::Mono, SampleRate::Hz16000).map_err(failed)?;
        inner.set_complexity(DECODER_COMPLEXITY).map_err(failed)?;
        Ok(Self { inner, missing: 0 })
    }

    /// The sound of a frame from the peer. On an error the decoder goes on as if nothing had come.
    pub fn decode(&mut self, frame: &[u8]) -> Result<Frame, CodecError> {
        let in_bounds = (FRAME_BYTES_LEAST..=FRAME_BYTES_MOST).contains(&frame.len());
        if !in_bounds || !is_ours(frame) || self.inner.get_nb_samples(frame) != Ok(FRAME) {
            return Err(CodecError::Foreign);
        }
        self.missing = 0;
        self.run(frame).map_err(|_| CodecError::Foreign)
    }

    /// 20 ms in place of a frame that did not come, made of what was heard before. libopus would go on with a vowel for
    /// seconds: here it fades after 100 ms, and is silence after 200.
    pub fn conceal(&mut self) -> Result<Frame, CodecError> {
        let faded = self.missing.saturating_sub(FRAMES_CONCEALED);
        self.missing = self.missing.saturating_add(1);
        if faded >= FRAMES_FADING {
            return Ok([0.0; FRAME]);
        }
        let mut sound = self.run(&[])?;
        if self.missing > FRAMES_CONCEALED {
            let step = 1.0 / (f32::from(FRAMES_FADING) * FRAME as f32);
            let from = 1.0 - f32::from(faded) / f32::from(FRAMES_FADING);
            sound.iter_mut().enumerate().for_each(|(at, sample)| *sample *= from - at as f32 * step);
        }
        Ok(sound)
    }

    fn run(&mut self, frame: &[u8]) -> Result<Frame, CodecError> {
        let mut sound = [0.0; FRAME];
        match self.inner.decode_float_to_slice(frame, &mut sound, false) {
            Ok(FRAME) => Ok(sound.map(tamed)),
            Ok(_) | Err(_) => {
                // What a frame left half done must not be heard in the next.
                self.inner.reset().map_err(failed)?;
                Err(CodecError::Failed)
            }
        }
    }
}

/// What speech sounds best with in frames of `bytes` bytes, and no more than that takes.
fn complexity(bytes: usize) -> u8 {
    if bytes >= FRAME_BYTES_EASY { COMPLEXITY_EASY } else { COMPLEXITY_HARD }
}

/// A frame of `bytes` bytes in which nothing is heard: what is sent when the encoder has none ready.
pub fn silent_frame(bytes: usize) -> Result<Vec<u8>, CodecError> {
    Encoder::new(bytes)?.encode(&[0.0; FRAME])
}

/// Whether the frame opens as ours do: wideband speech, 20 ms, one channel; whole or filled up to its size.
fn is_ours(frame: &[u8]) -> bool {
    frame.first().is_some_and(|first| [SPEECH_WIDE_20MS, SPEECH_WIDE_20MS | FILLED].contains(first))
}

fn failed(error: ErrorCode) -> CodecError {
    tracing::debug!(?error, "libopus refused");
    CodecError::Failed
}

/// The smallest frame: 8 kbit/s. Below, Opus leaves wideband, and its neural enhancement does nothing.
pub const FRAME_BYTES_LEAST: usize = 20;

/// The largest frame: 32 kbit/s. More cannot be heard in wideband speech.
pub const FRAME_BYTES_MOST: usize = 80;

/// Frames in a second.
pub const FRAMES_PER_SECOND: usize = 50;

/// Missing frames that are concealed at full loudness: what comes later has nothing to do with what was said.
const FRAMES_CONCEALED: u16 = 5;

/// Missing frames over which the concealment fades.
const FRAMES_FADING: u16 = 5;

/// From this size on, 16 kbit/s, more searching gains nothing: PESQ of all talkers stays the same to a hundredth, with 8 at
/// a third more, with 10 at twice the cost. With 5 it loses 0.06.
const FRAME_BYTES_EASY: usize = 40;

/// libopus's complexity for frames of that size.
const COMPLEXITY_EASY: u8 = 6;

/// For smaller ones, which lose 0.04 (12 kbit/s) to 0.14 (9 kbit/s) with the other; above it nothing is gained.
const COMPLEXITY_HARD: u8 = 8;

/// From 5 neural concealment, from 7 the better of the two enhancers (NoLACE).
const DECODER_COMPLEXITY: u8 = 10;

/// The first byte of RFC 6716, section 3.1: configuration 9 (speech, wideband, 20 ms), one channel, one frame.
const SPEECH_WIDE_20MS: u8 = 9 << 3;

/// In the first byte: the number of frames and filling follow.
const FILLED: u8 = 3;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::voice::pcm::RATE;
    use crate::wire::{Random, Seeded};

    /// The sizes of the three profiles.
    const SIZES: [usize; 3] = [24, 31, 43];

    fn noise(random: &mut Seeded) -> f32 {
        (random.below(2_000_001) as f32 - 1_000_000.0) / 1_000_000.0
    }

    /// Sounds that a microphone may give, 4 s each.
    fn sounds() -> Vec<(&'static str, Vec<f32>)> {
        let seconds = 4 * RATE as usize;
        let mut random = Seeded::new(1);
        let tone = |hertz: f32| {
            (0..seconds)
                .map(move |at| 0.5 * (at as f32 * hertz * std::f32::consts::TAU / RATE as f32).sin())
                .collect::<Vec<_>>()
        };
        let speech = crate::voice::disguise::testing::vowel(120.0, &[700.0, 1_200.0, 2_600.0], seconds);
        // Words and pauses.
        let words = speech.iter().enumerate().map(|(at, x)| if at / 4_000 % 2 == 0 { *x } else { 0.0 }).collect();
        vec![
            ("silence", vec![0.0; seconds]),
            ("noise", (0..seconds).map(|_| noise(&mut random)).collect()),
            ("faint noise", (0..seconds).map(|_| noise(&mut random) * 1e-4).collect()),
            ("vowel", speech),
            ("words", words),
            ("hum", tone(50.0)),
            ("whistle", tone(3_000.0)),
            ("too loud", tone(440.0).iter().map(|x| x * 40.0).collect()),
            ("not numbers", (0..seconds).map(|at| [f32::NAN, f32::INFINITY, -1e30][at % 3]).collect()),
        ]
    }

    fn frames(sound: &[f32]) -> impl Iterator<Item = Frame> {
        sound.as_chunks::<FRAME>().0.iter().copied()
    }

    #[test]
    fn every_frame_has_one_size_whatever_is_said() {
        for bytes in SIZES.into_iter().chain([FRAME_BYTES_LEAST, FRAME_BYTES_MOST]) {
            for (name, sound) in sounds() {
                let mut encoder = Encoder::new(bytes).unwrap();
                for frame in frames(&sound) {
                    assert_eq!(encoder.encode(&frame).map(|frame| frame.len()), Ok(bytes), "{name}");
                }
            }
        }
        for bytes in [0, 19, 81, usize::MAX] {
            assert_eq!(Encoder::new(bytes).map(drop), Err(CodecError::Size));
        }
    }

    #[test]
    fn a_vowel_comes_back_recognisably() {
        let (_, sound) = sounds().swap_remove(3);
        for bytes in SIZES {
            let (mut encoder, mut decoder) = (Encoder::new(bytes).unwrap(), Decoder::new().unwrap());
            let heard: Vec<f32> =
                frames(&sound).flat_map(|frame| decoder.decode(&encoder.encode(&frame).unwrap()).unwrap()).collect();
            let best = (0..400).map(|delay| likeness(&sound[8_000..40_000], &heard[8_000 + delay..40_000 + delay]));
            let best = best.fold(0.0, f32::max);
            assert!(best > 0.85, "{bytes} bytes: {best}");
        }
    }

    /// The cosine of the angle between two sounds: 1 where one is the other at another loudness.
    fn likeness(a: &[f32], b: &[f32]) -> f32 {
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
        dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
    }

    #[test]
    fn a_gap_is_filled_with_sound_that_fades() {
        let (_, sound) = sounds().swap_remove(3);
        let power = |frame: &Frame| frame.iter().map(|x| x * x).sum::<f32>();
        let (mut encoder, mut decoder) = (Encoder::new(40).unwrap(), Decoder::new().unwrap());
        let before = frames(&sound).take(100).map(|frame| decoder.decode(&encoder.encode(&frame).unwrap()).unwrap());
        let before = power(&before.last().unwrap());
        let gap: Vec<Frame> = (0..12).map(|_| decoder.conceal().unwrap()).collect();
        assert!(gap[..5].iter().all(|frame| power(frame) > before / 10.0), "{} after {before}", power(&gap[4]));
        assert!(power(&gap[9]) < power(&gap[4]) / 10.0);
        assert_eq!(power(&gap[10]) + power(&gap[11]), 0.0);
        let joints = gap.windows(2).map(|pair| (pair[1][0] - pair[0][FRAME - 1]).abs());
        assert!(joints.fold(0.0, f32::max) < 0.2);
        let again = decoder.decode(&encoder.encode(&[0.0; FRAME]).unwrap());
        assert!(again.is_ok() && decoder.missing == 0);
    }

    #[test]
    fn silence_is_silent_and_the_same_each_time() {
        let frame = silent_frame(30).unwrap();
        assert_eq!(frame, silent_frame(30).unwrap());
        let mut decoder = Decoder::new().unwrap();
        for _ in 0..20 {
            assert!(decoder.decode(&frame).unwrap().iter().all(|x| x.abs() < 1e-3));
        }
    }

    #[test]
    fn what_our_encoder_never_makes_is_refused() {
        let good = silent_frame(40).unwrap();
        let mut decoder = Decoder::new().unwrap();
        assert!(decoder.decode(&good).is_ok());
        for first in 0..=u8::MAX {
            let mut frame = good.clone();
            frame[0] = first;
            if ![0x48, 0x4b].contains(&first) {
                assert_eq!(decoder.decode(&frame), Err(CodecError::Foreign), "{first:#x}");
            }
        }
        for bytes in [&[][..], &good[..19], &[0x48; 81]] {
            assert_eq!(decoder.decode(bytes), Err(CodecError::Foreign));
        }
        // Six frames in one: 120 ms.
        assert_eq!(decoder.decode(&[&[0x4b, 6][..], &[0; 30]].concat()), Err(CodecError::Foreign));
        assert!(decoder.decode(&good).is_ok());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        /// Whatever comes between, nothing breaks, and what is heard can be played.
        #[test]
        fn random_bytes_make_at_most_noise(
            frames in proptest::collection::vec((any::<bool>(), proptest::collection::vec(any::<u8>(), 0..90)), 0..30),
        ) {
            let mut decoder = Decoder::new().unwrap();
            for (ours, mut frame) in frames {
                if ours && let Some(first) = frame.first_mut() {
                    *first = 0x48 | ((*first & 1) * 3);
                }
                let sound = if frame.is_empty() { decoder.conceal() } else { decoder.decode(&frame) };
                if let Ok(sound) = sound {
                    prop_assert!(sound.iter().all(|x| x.abs() <= 1.0));
                }
            }
        }
    }
}
