//! The sound of a call that rings: two soft notes, and a pause. It is made here, and played nowhere but on this machine.

use std::f32::consts::{PI, TAU};

use crate::voice::pcm::{BLOCK, Block, RATE};

/// Rings for ever.
#[derive(Default)]
pub(super) struct Ringing {
    /// Samples since it began.
    at: usize,
}

impl Iterator for Ringing {
    type Item = Block;

    fn next(&mut self) -> Option<Block> {
        let from = self.at;
        self.at = (from + BLOCK) % PERIOD;
        Some(std::array::from_fn(|offset| sample(from + offset)))
    }
}

fn sample(at: usize) -> f32 {
    let Some(note) = NOTES.get(at / NOTE) else { return 0.0 };
    let within = (at % NOTE) as f32;
    // It swells and fades, so that nothing clicks.
    let shape = (PI * within / NOTE as f32).sin();
    LOUDNESS * shape * (TAU * note * within / RATE as f32).sin()
}

/// What sounds, one after the other, in hertz: a fifth.
const NOTES: [f32; 2] = [392.0, 587.33];

/// Samples of a note.
const NOTE: usize = RATE as usize * 2 / 5;

/// Samples from one ring to the next.
const PERIOD: usize = 4 * RATE as usize;

/// The loudest sample: to be heard in a room, and not to startle anybody.
const LOUDNESS: f32 = 0.15;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_quiet_does_not_click_and_comes_again() {
        let sound: Vec<f32> = Ringing::default().take(2 * PERIOD / BLOCK).flatten().collect();
        assert_eq!(sound[..PERIOD], sound[PERIOD..]);
        let loudest = sound.iter().fold(0.0f32, |most, x| most.max(x.abs()));
        assert!((0.1..=LOUDNESS).contains(&loudest), "{loudest}");
        assert!(sound.windows(2).all(|pair| (pair[0] - pair[1]).abs() < 0.05));
        assert!(sound[2 * NOTE..PERIOD].iter().all(|x| *x == 0.0), "there is a pause");
    }
}
