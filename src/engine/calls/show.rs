//! A call as it is shown.

use crate::vault::ContactId;
use crate::voice::device::DeviceError;
use crate::voice::level::Level;
use crate::voice::{Quality, Stage};
use crate::wire::{CallId, Profile};

/// A call as it is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct CallView {
    /// The call.
    pub call: CallId,
    /// With whom.
    pub contact: ContactId,
    /// Whether they called.
    pub incoming: bool,
    /// What it takes of the network.
    pub profile: Profile,
    /// What it has come to, and why it ended.
    pub stage: Stage,
    /// When it came to that, milliseconds since 1970 by our clock.
    pub since: i64,
    /// Silence goes out in the place of what is said.
    pub muted: bool,
    /// What to make of it while it is active.
    pub quality: Quality,
    /// How loud it is on both sides.
    pub levels: Levels,
    /// What is wrong with the microphone: silence goes out.
    pub microphone: Option<DeviceError>,
    /// What is wrong with the loudspeaker: nothing is heard.
    pub loudspeaker: Option<DeviceError>,
}

/// What the meters of a call show; for this person only.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Levels {
    /// Of what is said here, muted or not.
    pub said: Level,
    /// Of what is heard here.
    pub heard: Level,
}

/// What the sound of a call shows of itself.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Gauges {
    pub(super) levels: Levels,
    pub(super) microphone: Option<DeviceError>,
    pub(super) loudspeaker: Option<DeviceError>,
}

impl CallView {
    /// The same, with these levels and troubles.
    pub(super) fn with(self, gauges: &Gauges) -> Self {
        let Gauges { levels, microphone, loudspeaker } = *gauges;
        Self { levels, microphone, loudspeaker, ..self }
    }
}
