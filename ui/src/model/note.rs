//! Voice notes: the one that is being spoken, and the one that is played.

use crate::keys::{ContactKey, TransferKey};

/// A voice note that has not been sent; there is never more than one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recording {
    /// For whom.
    pub contact: ContactKey,
    /// How far it is.
    pub stage: Spoken,
    /// How long it is, in seconds.
    pub seconds: u16,
    /// How loud the microphone is, 0 to 1, while it is spoken.
    pub level: f32,
    /// It is spoken in a disguised voice.
    pub disguised: bool,
}

/// How far a voice note is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spoken {
    /// The microphone is open.
    Speaking,
    /// It waits to be sent.
    Whole,
}

/// A voice note that is played; there is never more than one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Playing {
    /// Which.
    pub transfer: TransferKey,
    /// How many seconds of it were heard.
    pub seconds: u16,
    /// How many it has.
    pub of: u16,
}

/// The most bytes that a voice note has: ten minutes. What is larger is not played, and its size is said.
pub const NOTE_BYTES: u64 = 1_300_000;
