//! Devices without a machine: a microphone that plays what it is given, a loudspeaker that keeps what it is given.
//!
//! They live on the time they are told, so that a test may run an hour in a second. They do not drift unless asked to.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::pace::Pace;
use super::{DeviceError, Loudspeaker, Microphone, News};
use crate::voice::pcm::{BLOCK, Block, SILENCE};
use crate::voice::wav::{self, Recording, SECONDS_MOST};

/// A microphone that hears a recording once, from the first time it is listened to, and then silence.
pub struct Tape {
    sound: std::vec::IntoIter<f32>,
    pace: Pace,
    news: Option<News>,
    ended: bool,
}

/// A loudspeaker that is a file, memory, or nothing.
pub struct Ear {
    pace: Pace,
    /// A block is due and has not come.
    waits: bool,
    played: Option<Block>,
    into: Into,
    news: Option<News>,
}

/// What a loudspeaker in memory has played so far, at the room's rate.
#[derive(Clone, Debug, Default)]
pub struct Heard(Arc<Mutex<Vec<f32>>>);

enum Into {
    File(Box<Recording>),
    Memory(Heard),
    Nothing,
}

impl Tape {
    /// Plays samples at the room's rate.
    pub fn new(sound: Vec<f32>) -> Self {
        // Without a sound there is no end to speak of.
        let ended = sound.is_empty();
        Self { sound: sound.into_iter(), pace: Pace::default(), news: None, ended }
    }

    /// Plays a WAV file, which is read at once.
    pub fn read(path: &Path) -> Result<Self, DeviceError> {
        Ok(Self::new(wav::read(path)?))
    }

    /// With a clock that goes fast by `ppm` millionths, or slow.
    pub fn drifting(self, ppm: f64) -> Self {
        Self { pace: Pace::drifting(ppm), ..self }
    }
}

impl Microphone for Tape {
    fn listen(&mut self, now: Duration) -> Option<Block> {
        if !self.pace.is_due(now) {
            return None;
        }
        let mut block = SILENCE;
        block.iter_mut().zip(self.sound.by_ref()).for_each(|(to, from)| *to = from);
        if self.sound.len() == 0 && !self.ended {
            self.ended = true;
            self.news = Some(News::Ended);
        }
        Some(block)
    }

    fn news(&mut self) -> Option<News> {
        self.news.take()
    }
}

impl Ear {
    /// Records into a WAV file, which is started anew.
    pub fn recording(path: &Path) -> Result<Self, DeviceError> {
        Ok(Self::new(Into::File(Box::new(Recording::create(path)?))))
    }

    /// Keeps up to two hours in memory, where `heard` finds them.
    pub fn keeping(heard: &Heard) -> Self {
        Self::new(Into::Memory(heard.clone()))
    }

    /// Lets everything pass unheard.
    pub fn deaf() -> Self {
        Self::new(Into::Nothing)
    }

    /// With a clock that goes fast by `ppm` millionths, or slow.
    pub fn drifting(self, ppm: f64) -> Self {
        Self { pace: Pace::drifting(ppm), ..self }
    }

    fn new(into: Into) -> Self {
        Self { pace: Pace::default(), waits: false, played: None, into, news: None }
    }
}

impl Loudspeaker for Ear {
    fn wants(&mut self, now: Duration) -> bool {
        self.waits = self.waits || self.pace.is_due(now);
        self.waits
    }

    fn play(&mut self, block: &Block) {
        self.waits = false;
        self.played = Some(*block);
        match &mut self.into {
            Into::File(recording) => {
                if let Err(error) = recording.write(block) {
                    self.into = Into::Nothing;
                    self.news = Some(News::Failed(DeviceError::File(error)));
                }
            }
            Into::Memory(heard) => heard.keep(block),
            Into::Nothing => {}
        }
    }

    fn played(&mut self) -> Option<Block> {
        self.played.take()
    }

    fn news(&mut self) -> Option<News> {
        self.news.take()
    }
}

impl Heard {
    /// All that was played so far.
    pub fn samples(&self) -> Vec<f32> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep(&self, block: &Block) {
        let mut samples = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if samples.len() < SECONDS_MOST as usize * 100 * BLOCK {
            samples.extend(block);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::voice::device::{self, Choice};

    /// Carries sound from one to the other for so many milliseconds.
    fn run(microphone: &mut dyn Microphone, loudspeaker: &mut dyn Loudspeaker, milliseconds: u64) {
        let mut waiting = std::collections::VecDeque::new();
        for now in (0..milliseconds).map(Duration::from_millis) {
            while let Some(block) = microphone.listen(now) {
                waiting.push_back(block);
            }
            while loudspeaker.wants(now) {
                loudspeaker.play(&waiting.pop_front().unwrap_or(SILENCE));
            }
        }
    }

    #[test]
    fn a_tape_is_heard_once_and_then_silence() {
        let sound: Vec<f32> = (0..1_000).map(|at| at as f32 / 1_000.0).collect();
        let (mut tape, heard) = (Tape::new(sound.clone()), Heard::default());
        run(&mut tape, &mut Ear::keeping(&heard), 200);
        let samples = heard.samples();
        assert_eq!(samples.len(), 20 * BLOCK);
        assert_eq!(samples[..1_000], sound);
        assert!(samples[1_000..].iter().all(|x| *x == 0.0));
        assert_eq!((tape.news(), tape.news()), (Some(News::Ended), None));
    }

    #[test]
    fn a_file_is_a_device_both_ways() {
        let dir = tempfile::tempdir().unwrap();
        let (from, to) = (dir.path().join("from.wav"), dir.path().join("to.wav"));
        let mut recording = Recording::create(&from).unwrap();
        (0..50).for_each(|at| recording.write(&[at as f32 / 100.0; BLOCK]).unwrap());
        drop(recording);
        let mut microphone = device::microphone(&Choice::File(from.clone())).unwrap();
        let mut loudspeaker = device::loudspeaker(&Choice::File(to.clone())).unwrap();
        run(microphone.as_mut(), loudspeaker.as_mut(), 500);
        drop(loudspeaker);
        let (said, heard) = (wav::read(&from).unwrap(), wav::read(&to).unwrap());
        assert_eq!(said.len(), heard.len());
        assert!(said.iter().zip(heard).all(|(a, b)| (a - b).abs() < 1e-4));
    }

    #[test]
    fn clocks_that_differ_give_more_or_less() {
        let (mut fast, heard) = (Tape::new(vec![0.5; 10]).drifting(1_000.0), Heard::default());
        let mut slow = Ear::keeping(&heard).drifting(-1_000.0);
        let mut given = 0;
        for now in (0..100_000).map(Duration::from_millis) {
            given += usize::from(fast.listen(now).is_some());
            if slow.wants(now) {
                slow.play(&SILENCE);
            }
        }
        assert_eq!((given, heard.samples().len() / BLOCK), (10_010, 9_990));
    }
}
