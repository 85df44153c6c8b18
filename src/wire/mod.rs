//! Bytes to frames and back, by hand: canonical, without trailing bytes, without panics.
//!
//! It does not encrypt ([`crate::session`]) and does not decide what a frame means ([`crate::talk`]).

pub mod frame;
pub mod limits;
pub mod random;
pub mod text;

pub use frame::{Bye, Deframer, Epoch, Frame, MessageId, WireError};
pub use random::Random;
pub use text::{MessageText, RequestText, TextError};
