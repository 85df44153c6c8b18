//! Bytes to frames and back, by hand: canonical, without trailing bytes, without panics.
//!
//! It does not encrypt ([`crate::session`]) and does not decide what a frame means ([`crate::talk`]).

pub mod deframer;
pub mod frame;
pub mod limits;
pub mod random;
mod reader;
pub mod text;

pub use deframer::Deframer;
pub use frame::{Bye, Epoch, Frame, MessageId, WireError};
pub use random::{Random, Seeded};
pub use text::{MessageText, RequestText, TextError};

#[cfg(test)]
mod tests;
