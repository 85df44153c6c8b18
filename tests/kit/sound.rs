//! Microphones that say what a test gives them, and loudspeakers that keep what they play.

use std::sync::Arc;

use pelure::engine::{Audio, Clock, Event, MachineClock, Sound};
use pelure::voice::device::tape::{Ear, Heard, Tape};
use pelure::voice::device::{Choice, DeviceError, Devices, Loudspeaker, Microphone};
use pelure::voice::pcm::RATE;
use pelure_onion::Memory;

use super::Person;
use super::tone::tone;

/// What somebody says, and where what they hear is kept.
pub struct Tapes {
    said: Vec<f32>,
    heard: Heard,
}

/// Somebody who says a tone of their own and hears.
pub struct Voice {
    pub person: Person,
    pub heard: Heard,
}

impl Devices for Tapes {
    /// A microphone whose name is a number hears somebody of that pitch; others with a name are missing.
    fn microphone(&self, choice: &Choice) -> Result<Box<dyn Microphone>, DeviceError> {
        let said = match choice {
            Choice::Named(name) => tone(name.parse().map_err(|_| DeviceError::Missing)?, SECONDS),
            _ => self.said.clone(),
        };
        Ok(Box::new(Tape::new(said)))
    }

    fn loudspeaker(&self, _choice: &Choice) -> Result<Box<dyn Loudspeaker>, DeviceError> {
        Ok(Box::new(Ear::keeping(&self.heard)))
    }
}

impl Voice {
    /// Somebody whose voice has this pitch.
    pub async fn new(road: &Memory, name: &str, pitch: f32) -> Self {
        Self::at(road, name, pitch, Arc::new(MachineClock::new())).await
    }

    /// With a clock of the test's own.
    pub async fn at(road: &Memory, name: &str, pitch: f32, clock: Arc<dyn Clock>) -> Self {
        let heard = Heard::default();
        let devices = Arc::new(Tapes { said: tone(pitch, SECONDS), heard: heard.clone() });
        let audio = Audio { sound: Sound::none(), devices };
        Self { person: Person::speaking(road, name, clock, audio).await, heard }
    }

    /// Returns when the last second that was heard is as wanted. The numbers of the call tell when to look again.
    pub async fn until_heard(&mut self, wanted: impl Fn(&[f32]) -> bool) {
        let from = self.heard.samples().len();
        loop {
            let samples = self.heard.samples();
            let second = samples.len().checked_sub(RATE as usize).filter(|start| *start >= from);
            if second.is_some_and(|start| wanted(&samples[start..])) {
                return;
            }
            self.person.until(|event| matches!(event, Event::CallStats(..))).await;
        }
    }
}

/// Longer than a test takes unless it hangs.
const SECONDS: u32 = 240;
