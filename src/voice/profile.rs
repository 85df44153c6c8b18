//! What a profile means in bytes and milliseconds.
//!
//! It does not choose one: a person does, before the call.

use std::time::Duration;

use super::cell::FRAMES_ROOM;
use crate::wire::Profile;

impl Profile {
    /// How many frames ride in one cell: the newest and those before it. The more, the longer a circuit may stand still without
    /// a hole; the fewer, the better each sounds.
    pub fn frames_per_cell(self) -> usize {
        match self {
            Self::Default => 10,
            Self::Saver => 14,
            Self::Thin => 18,
        }
    }

    /// Bytes of one encoded frame: a cell is full, whatever its frames weigh, so they take all the room there is.
    pub fn frame_bytes(self) -> usize {
        FRAMES_ROOM / self.frames_per_cell()
    }

    /// Bits of sound a second; the codec makes each frame exactly [`Profile::frame_bytes`] long.
    pub fn bit_rate(self) -> usize {
        let frames_a_second = 50;
        8 * frames_a_second * self.frame_bytes()
    }

    /// From one cell of the call to the next, on whichever circuit.
    pub fn stagger(self) -> Duration {
        match self {
            Self::Default => Duration::from_millis(20),
            Self::Saver => Duration::from_millis(40),
            Self::Thin => Duration::from_millis(60),
        }
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
        assert_eq!(shape(Profile::Default), (17_200, 43, 10, 20));
        assert_eq!(shape(Profile::Saver), (12_400, 31, 14, 40));
        assert_eq!(shape(Profile::Thin), (9_600, 24, 18, 60));
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
