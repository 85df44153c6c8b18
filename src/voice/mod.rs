//! Voice over several circuits at once: when a cell goes out and on which, what is in it, when a sound that came in is
//! played, and what a microphone hears and a loudspeaker says.
//!
//! A call is carried by a few circuits, each of which sends a cell of always the same size in a fixed rhythm. Each cell
//! holds the newest frame of sound and those before it, so that the same frame arrives on several circuits; the first
//! copy counts. Nothing in size, number or time of the cells depends on what is said, or on whether anything is.
//!
//! It knows neither the engine nor the road. But for [`device`], its one door to the machine, it does no input or output:
//! bytes, time and randomness are arguments.

mod cadence;
pub mod call;
pub mod cell;
pub mod chain;
pub mod codec;
pub mod device;
pub mod disguise;
pub mod emulator;
mod lane;
mod lateness;
pub mod level;
pub mod line;
pub mod note;
pub mod pcm;
pub mod playing;
mod playout;
mod profile;
pub mod quality;
pub mod resample;
pub mod stretch;
mod table;
pub mod wav;

pub use call::{Act, CallError, Calls, Ending, Stage};
pub use lane::{Health, LaneId};
pub use line::{Line, LineError};
pub use playout::{Pace, Play};
pub use profile::FRAME;
pub use quality::{LaneStats, Quality, Stats};
pub use stretch::Stretch;

#[cfg(test)]
mod tests;
