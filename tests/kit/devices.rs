//! Microphones and loudspeakers of a test: what is said is given, what is heard is kept.

#![allow(dead_code, unreachable_pub, reason = "each test file uses a part of it")]

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use pelure::voice::device::tape::{Ear, Heard, Tape};
use pelure::voice::device::{Choice, DeviceError, Devices, Loudspeaker, Microphone, Name, Names};

/// The devices of one person.
#[derive(Default)]
pub struct TestDevices {
    /// What each microphone hears, from its opening on.
    pub said: Mutex<Vec<f32>>,
    /// What all loudspeakers played.
    pub heard: Heard,
    /// There are none.
    pub missing: AtomicBool,
    /// What was opened, in order.
    pub opened: Mutex<Vec<Choice>>,
}

impl TestDevices {
    /// How loud what was heard is at its loudest, over a tenth of a second.
    pub fn loudest(&self) -> f32 {
        loudest(&self.heard.samples())
    }

    fn open(&self, choice: &Choice) -> Result<(), DeviceError> {
        self.opened.lock().unwrap().push(choice.clone());
        if self.missing.load(Ordering::Relaxed) { Err(DeviceError::Missing) } else { Ok(()) }
    }
}

impl Devices for TestDevices {
    fn microphone(&self, choice: &Choice) -> Result<Box<dyn Microphone>, DeviceError> {
        self.open(choice)?;
        Ok(Box::new(Tape::new(self.said.lock().unwrap().clone())))
    }

    fn loudspeaker(&self, choice: &Choice) -> Result<Box<dyn Loudspeaker>, DeviceError> {
        self.open(choice)?;
        Ok(Box::new(Ear::keeping(&self.heard)))
    }

    fn names(&self) -> Result<Names, DeviceError> {
        let name = |id: &str, label: &str| Name { id: id.into(), label: label.into() };
        let microphones = vec![name("mic.a", "Headset"), name("mic.b", "Built\u{202e} in")];
        Ok(Names { microphones, loudspeakers: vec![name("out.a", "Headset")] })
    }
}

/// How loud this is at its loudest, over a tenth of a second.
pub fn loudest(samples: &[f32]) -> f32 {
    let loud = |piece: &[f32]| (piece.iter().map(|x| x * x).sum::<f32>() / piece.len() as f32).sqrt();
    samples.chunks(1_600).map(loud).fold(0.0, f32::max)
}

/// So many seconds of a low hum with the rhythm of speech.
pub fn hum(seconds: usize) -> Vec<f32> {
    let sample = |at: usize| {
        let time = at as f32 / 16_000.0;
        let syllable = (std::f32::consts::TAU * 4.0 * time).sin().max(0.0);
        0.4 * syllable * (std::f32::consts::TAU * 220.0 * time).sin()
    };
    (0..seconds * 16_000).map(sample).collect()
}
