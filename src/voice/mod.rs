//! Sound: from the microphone to frames of one size, from such frames to the loudspeaker.
//!
//! It knows neither the engine nor the road. How large a frame is, and when one is made, depends on nothing that is said.

pub mod chain;
pub mod codec;
pub mod device;
pub mod disguise;
pub mod level;
pub mod note;
pub mod pcm;
pub mod resample;
pub mod wav;
