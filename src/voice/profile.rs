//! What a profile means in bytes and milliseconds.
//!
//! It does not choose one: a person does, before the call.

use std::time::Duration;

use super::cell::FRAMES_ROOM;
use crate::wire::Profile;

impl Profile {
    /// Bits of sound a second; the codec makes each frame exactly [`Profile::frame_bytes`] long.
    pub fn bit_rate(self) -> u32 {
        match self {
            Self::Default => 16_000,
            Self::Saver => 12_000,
            Self::Thin => 9_000,
        }
    }

    /// Bytes of one encoded frame. At 9 kbit/s a frame has 22.5 bytes, which libopus rounds up.
    pub fn frame_bytes(self) -> usize {
        let frames_a_second = 50;
        (self.bit_rate() as usize).div_ceil(8 * frames_a_second)
    }

    /// From one cell of the call to the next, on whichever circuit.
    pub fn stagger(self) -> Duration {
        match self {
            Self::Default => Duration::from_millis(20),
            Self::Saver => Duration::from_millis(40),
            Self::Thin => Duration::from_millis(60),
        }
    }

    /// How many frames ride in one cell: the newest and those before it.
    pub fn frames_per_cell(self) -> usize {
        FRAMES_ROOM / self.frame_bytes()
    }
}

/// The sound of one frame. Shorter frames sound worse at these rates, longer ones only come later.
pub const FRAME: Duration = Duration::from_millis(20);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_are_as_documented() {
        let shape = |p: Profile| (p.bit_rate(), p.frame_bytes(), p.frames_per_cell(), p.stagger().as_millis());
        assert_eq!(shape(Profile::Default), (16_000, 40, 10, 20));
        assert_eq!(shape(Profile::Saver), (12_000, 30, 14, 40));
        assert_eq!(shape(Profile::Thin), (9_000, 23, 18, 60));
    }

    /// One circuit of two may stop, and each frame still travels: its cells overlap.
    #[test]
    fn a_cell_reaches_back_further_than_its_circuit_pauses() {
        for profile in Profile::ALL {
            let reach = FRAME * profile.frames_per_cell() as u32;
            assert!(reach > profile.stagger() * 3, "{profile:?}");
        }
    }
}
