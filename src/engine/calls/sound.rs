//! Which microphone and loudspeaker a call uses, and how.

use std::sync::Arc;

use crate::voice::chain::Listening;
use crate::voice::device::{Choice, Devices, ThisMachine};

/// What the person chose; it may change while one talks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sound {
    /// Where sound comes from.
    pub microphone: Choice,
    /// Where sound goes.
    pub loudspeaker: Choice,
    /// The person listens by headset: no echo is looked for.
    pub headset: bool,
    /// Whether their voice is made another one. It does not stop forensic analysis.
    pub disguise: bool,
}

/// The choice, and what makes devices of it.
#[derive(Clone)]
pub struct Audio {
    /// What was chosen.
    pub sound: Sound,
    /// Where devices come from.
    pub devices: Arc<dyn Devices>,
}

impl Sound {
    /// Nothing is heard and nothing is said.
    pub fn none() -> Self {
        Self { microphone: Choice::Silence, loudspeaker: Choice::Silence, ..Self::default() }
    }

    /// What the microphone needs.
    pub(super) fn listening(&self) -> Listening {
        match (&self.microphone, self.headset) {
            (Choice::File(_) | Choice::Silence, _) => Listening::Recording,
            (_, true) => Listening::Headset,
            (_, false) => Listening::Loudspeaker,
        }
    }
}

impl Audio {
    /// This machine's devices, as they were chosen.
    pub fn of_this_machine(sound: Sound) -> Self {
        Self { sound, devices: Arc::new(ThisMachine) }
    }
}

impl Default for Audio {
    fn default() -> Self {
        Self::of_this_machine(Sound::default())
    }
}
