//! WAV files as sound: a microphone, a loudspeaker or a voice note of a test.
//!
//! It reads nothing but regular files, and never more than its bounds; whatever rate and channels a file has, what comes
//! out is the room's. It does not play: [`super::device`] does.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read};
use std::path::Path;

use hound::{SampleFormat, WavReader, WavSpec, WavWriter};
use rustix::fs::{Mode, OFlags};

use super::pcm::{Block, RATE, tamed};
use super::resample::{self, RateError};

/// A WAV file that is being written: one channel, 16 bits, at the room's rate.
pub struct Recording {
    inner: WavWriter<BufWriter<File>>,
    /// Samples since the header was brought up to date.
    unsaid: usize,
}

/// Why a file is not read or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WavError {
    /// There is no such file or directory.
    #[error("there is no such file")]
    Missing,
    /// The system does not let us.
    #[error("the file cannot be opened")]
    Denied,
    /// It is not a regular file, or not a WAV file that we can read.
    #[error("this is not a WAV file that can be read")]
    Unreadable,
    /// It is longer than [`SECONDS_MOST`].
    #[error("the sound is longer than {SECONDS_MOST} s")]
    TooLong,
    /// The disk does not take more.
    #[error("the disk takes no more")]
    Full,
}

/// All of a file, at the room's rate; of several channels their mean.
pub fn read(path: &Path) -> Result<Vec<f32>, WavError> {
    decode(BufReader::new(open(path)?))
}

/// As [`read`], from bytes.
pub fn decode(source: impl Read) -> Result<Vec<f32>, WavError> {
    let mut reader = WavReader::new(source).map_err(|_| WavError::Unreadable)?;
    let WavSpec { channels, sample_rate, bits_per_sample, sample_format } = reader.spec();
    if channels == 0 || channels > CHANNELS_MOST || !(resample::RATE_LEAST..=resample::RATE_MOST).contains(&sample_rate)
    {
        return Err(WavError::Unreadable);
    }
    // What the header claims is not believed: only what can be read counts.
    let most = SECONDS_MOST as usize * sample_rate as usize;
    let scale = 1.0 / 2f32.powi(i32::from(bits_per_sample.clamp(1, 32)) - 1);
    let mono = match sample_format {
        SampleFormat::Float => mix(reader.samples::<f32>(), channels, most),
        SampleFormat::Int => mix(reader.samples::<i32>().map(|sample| Ok(sample? as f32 * scale)), channels, most),
    }?;
    resample::convert(&mono, sample_rate, RATE).map_err(|error| match error {
        RateError::Unsupported(_) | RateError::Failed => WavError::Unreadable,
    })
}

fn mix(samples: impl Iterator<Item = hound::Result<f32>>, channels: u16, most: usize) -> Result<Vec<f32>, WavError> {
    let mut mono = Vec::new();
    let (mut sum, mut summed) = (0.0, 0);
    for sample in samples {
        // A file cut short ends where it ends.
        let Ok(sample) = sample else { break };
        sum += tamed(sample);
        summed += 1;
        if summed == channels {
            if mono.len() == most {
                return Err(WavError::TooLong);
            }
            mono.push(sum / f32::from(channels));
            (sum, summed) = (0.0, 0);
        }
    }
    Ok(mono)
}

impl Recording {
    /// Starts a file that only this user can read. A file that is there is replaced, as the person who names it asks.
    pub fn create(path: &Path) -> Result<Self, WavError> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
        let file = File::from(rustix::fs::open(path, flags, Mode::RUSR | Mode::WUSR).map_err(refused)?);
        if !file.metadata().is_ok_and(|metadata| metadata.is_file()) {
            return Err(WavError::Unreadable);
        }
        file.set_len(0).map_err(|_| WavError::Denied)?;
        let spec = WavSpec { channels: 1, sample_rate: RATE, bits_per_sample: 16, sample_format: SampleFormat::Int };
        let inner = WavWriter::new(BufWriter::new(file), spec).map_err(|_| WavError::Full)?;
        Ok(Self { inner, unsaid: 0 })
    }

    /// Appends a block. Each second the file is whole again, so that it can be read while it grows, or after a crash.
    pub fn write(&mut self, block: &Block) -> Result<(), WavError> {
        if self.inner.duration() >= SECONDS_MOST * RATE {
            return Err(WavError::TooLong);
        }
        for sample in block {
            let sample = (tamed(*sample) * f32::from(i16::MAX)).round() as i16;
            self.inner.write_sample(sample).map_err(|_| WavError::Full)?;
        }
        self.unsaid += block.len();
        if self.unsaid >= RATE as usize { self.flush() } else { Ok(()) }
    }

    /// Makes the file whole as far as it goes.
    pub fn flush(&mut self) -> Result<(), WavError> {
        self.unsaid = 0;
        self.inner.flush().map_err(|_| WavError::Full)
    }
}

/// A regular file, opened without waiting: a pipe would wait for its other end.
fn open(path: &Path) -> Result<File, WavError> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
    let file = File::from(rustix::fs::open(path, flags, Mode::empty()).map_err(refused)?);
    if file.metadata().is_ok_and(|metadata| metadata.is_file()) { Ok(file) } else { Err(WavError::Unreadable) }
}

fn refused(error: rustix::io::Errno) -> WavError {
    match error {
        rustix::io::Errno::NOENT | rustix::io::Errno::NOTDIR => WavError::Missing,
        rustix::io::Errno::NOSPC | rustix::io::Errno::DQUOT => WavError::Full,
        rustix::io::Errno::ISDIR | rustix::io::Errno::NXIO => WavError::Unreadable,
        _ => WavError::Denied,
    }
}

/// The longest sound that is read or recorded: two hours, more than any call that was measured.
pub const SECONDS_MOST: u32 = 2 * 60 * 60;

/// Channels of a file: more than any microphone gives.
const CHANNELS_MOST: u16 = 8;

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;
    use crate::voice::pcm::BLOCK;

    fn wav(channels: u16, rate: u32, bits: u16, format: SampleFormat, seconds: f32) -> Vec<u8> {
        let spec = WavSpec { channels, sample_rate: rate, bits_per_sample: bits, sample_format: format };
        let mut bytes = Cursor::new(Vec::new());
        let mut writer = WavWriter::new(&mut bytes, spec).unwrap();
        for at in 0..(seconds * rate as f32) as u32 {
            let value = 0.5 * (at as f32 / rate as f32 * 500.0 * std::f32::consts::TAU).sin();
            for channel in 0..channels {
                // The second channel is silent: the mean of two is half as loud.
                let value = if channel == 0 { value } else { 0.0 };
                match format {
                    SampleFormat::Float => writer.write_sample(value).unwrap(),
                    SampleFormat::Int => {
                        writer.write_sample((value * 2f32.powi(i32::from(bits) - 1)) as i32).unwrap();
                    }
                }
            }
        }
        writer.finalize().unwrap();
        bytes.into_inner()
    }

    fn peak(sound: &[f32]) -> f32 {
        sound.iter().fold(0.0, |peak, x| x.abs().max(peak))
    }

    #[test]
    fn any_common_file_becomes_the_same_sound() {
        use SampleFormat::{Float, Int};
        for (channels, rate, bits, format) in [
            (1, 16_000, 16, Int),
            (1, 48_000, 24, Int),
            (1, 44_100, 32, Float),
            (1, 8_000, 8, Int),
            (2, 48_000, 16, Int),
        ] {
            let sound = decode(&wav(channels, rate, bits, format, 1.0)[..]).unwrap();
            assert_eq!(sound.len(), RATE as usize);
            let expected = 0.5 / f32::from(channels);
            assert!((peak(&sound[500..15_500]) - expected).abs() < 0.02, "{rate} {bits}: {}", peak(&sound));
        }
    }

    #[test]
    fn what_was_recorded_is_read_back_also_while_it_grows() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("heard.wav");
        std::fs::write(&path, vec![7; 100_000]).unwrap();
        std::fs::remove_file(&path).unwrap();
        let mut recording = Recording::create(&path).unwrap();
        let block: Block = std::array::from_fn(|at| (at as f32 / BLOCK as f32) - 0.5);
        (0..150).for_each(|_| recording.write(&block).unwrap());
        assert_eq!(read(&path).unwrap().len(), 100 * BLOCK, "the second that is whole");
        drop(recording);
        let sound = read(&path).unwrap();
        assert_eq!(sound.len(), 150 * BLOCK);
        assert!(sound[BLOCK..2 * BLOCK].iter().zip(block).all(|(a, b)| (a - b).abs() < 1e-4));
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        // Recording again replaces all of it.
        drop(Recording::create(&path).unwrap());
        assert_eq!(read(&path), Ok(vec![]));
    }

    #[test]
    fn only_a_regular_file_is_opened() {
        let dir = tempfile::tempdir().unwrap();
        let pipe = dir.path().join("pipe");
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        for path in [dir.path(), Path::new("/dev/zero"), &pipe] {
            assert_eq!(read(path), Err(WavError::Unreadable), "{}", path.display());
            assert_eq!(Recording::create(path).map(drop), Err(WavError::Unreadable), "{}", path.display());
        }
        assert_eq!(read(&dir.path().join("absent")), Err(WavError::Missing));
        assert_eq!(Recording::create(&dir.path().join("no/such")).map(drop), Err(WavError::Missing));
    }

    #[test]
    fn a_header_that_lies_is_not_believed() {
        let mut bytes = wav(1, 16_000, 16, SampleFormat::Int, 0.1);
        // The length of the data, in bytes 40 to 43: four gigabytes.
        bytes[40..44].copy_from_slice(&[0xfe, 0xff, 0xff, 0xff]);
        assert_eq!(decode(&bytes[..]).unwrap().len(), 1_600);
        assert_eq!(decode(&bytes[..bytes.len() - 1_000]).unwrap().len(), 1_100);
    }

    proptest! {
        /// A file of any bytes is refused or read, never more.
        #[test]
        fn any_bytes_are_survived(
            at in 0..60usize, with in proptest::collection::vec(any::<u8>(), 0..12), cut in 0..400usize,
        ) {
            let mut bytes = wav(2, 8_000, 16, SampleFormat::Int, 0.01);
            bytes.truncate(cut.max(60));
            for (to, from) in bytes.iter_mut().skip(at).zip(&with) {
                *to = *from;
            }
            if let Ok(sound) = decode(&bytes[..]) {
                prop_assert!(sound.len() < 2_000 && sound.iter().all(|x| x.is_finite()));
            }
        }
    }
}
