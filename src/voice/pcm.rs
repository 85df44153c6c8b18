//! What sound is in this room: one channel at 16 kHz, numbers from -1 to 1, in blocks of 10 ms.
//!
//! Only [`super::device`] and [`super::wav`] know other rates. Speech in the codec ends at 8 kHz, so nothing that is
//! heard is lost, and everything between microphone and network costs a third of what it would at 48 kHz.

use std::time::Duration;

/// 10 ms of sound: what devices give and take, and what the chain works on.
pub type Block = [f32; BLOCK];

/// 20 ms of sound: what one frame of the codec holds.
pub type Frame = [f32; FRAME];

/// A sample that can be worked with: what is not a number becomes silence, what is too loud is cut.
pub fn tamed(sample: f32) -> f32 {
    if sample.is_finite() { sample.clamp(-1.0, 1.0) } else { 0.0 }
}

/// How long `samples` last.
pub fn duration(samples: usize) -> Duration {
    Duration::from_micros((samples as u64).saturating_mul(1_000_000) / u64::from(RATE))
}

/// Samples in a second: what wideband speech needs.
pub const RATE: u32 = 16_000;

/// Samples in a block.
pub const BLOCK: usize = 160;

/// Samples in a frame.
pub const FRAME: usize = 2 * BLOCK;

/// How long a block lasts.
pub const BLOCK_TIME: Duration = Duration::from_millis(10);

/// A block in which nothing is heard.
pub const SILENCE: Block = [0.0; BLOCK];
