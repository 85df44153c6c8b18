//! A call, and the sound of this machine.

use super::shown::Shown;
use crate::keys::ContactKey;

/// The call there is; there is never more than one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Call {
    /// With whom.
    pub contact: ContactKey,
    /// Whether they called.
    pub incoming: bool,
    /// What it has come to.
    pub stage: CallStage,
    /// What to make of it, while one can talk.
    pub quality: Quality,
    /// From mouth to ear in milliseconds, once it was measured.
    pub delay: Option<u32>,
    /// The person is not heard; the other side is not told.
    pub muted: bool,
    /// The person is heard only while they hold a key or a button.
    pub push_to_talk: bool,
    /// No microphone works: the other side hears silence.
    pub unheard: bool,
    /// No loudspeaker works: the person hears nothing.
    pub unhearing: bool,
    /// Their voice is disguised.
    pub disguised: bool,
    /// Circuits that carry it, and circuits that should, once they were counted.
    pub circuits: Option<(u8, u8)>,
    /// How loud it is at this moment.
    pub loudness: Loudness,
}

/// What the meters of a call show, each 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Loudness {
    /// Of the microphone, also while it is muted.
    pub said: f32,
    /// Of the other side.
    pub heard: f32,
}

/// What a call has come to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum CallStage {
    /// It rings, here or there.
    Ringing,
    /// It was accepted, and finds its ways.
    Connecting,
    /// One can talk.
    Active {
        /// Since when, in seconds of the window's time.
        since: f64,
    },
    /// It is over.
    Ended(Ending),
}

/// Why a call is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Whoever was called is in another call.
    Busy,
    /// Whoever was called said no.
    Declined,
    /// No way was found, or all were lost.
    Failed,
    /// One of the two ended it.
    HungUp,
    /// The person was called and did not answer.
    Missed,
    /// Nobody answered.
    NoAnswer,
    /// Another call of the same two took its place.
    Replaced,
}

/// What to make of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quality {
    /// One can talk.
    Good,
    /// One can talk if one speaks in turns.
    Late,
    /// Push-to-talk is the better way.
    Poor,
}

/// What this machine can hear and play with.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sound {
    /// Microphones.
    pub microphones: Vec<Device>,
    /// Loudspeakers and headphones.
    pub speakers: Vec<Device>,
    /// The person listens by headset: nothing is taken out of what they say.
    pub headset: bool,
    /// The voice of calls and notes is disguised.
    pub disguise: bool,
    /// How loud the microphone is, 0 to 1, while it is tried.
    pub level: f32,
    /// Whether it is tried, and how.
    pub trial: Trial,
}

/// A microphone or a loudspeaker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Its name.
    pub name: Shown,
    /// It is the one that is used.
    pub chosen: bool,
}

/// Trying the sound: a few seconds are recorded and played back. Nothing of it leaves the machine or is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Trial {
    /// Not now.
    #[default]
    Idle,
    /// The person speaks.
    Recording,
    /// They hear what they said.
    Playing,
    /// There is no microphone that works.
    NoMicrophone,
    /// There is no loudspeaker that works.
    NoSpeaker,
}
