//! Bytes to frames and back, by hand: canonical, without trailing bytes, without panics.
//!
//! It does not encrypt ([`crate::session`]) and does not decide what a frame means ([`crate::talk`]).

mod body;
mod call;
pub mod deframer;
mod emoji;
mod expiry;
pub mod frame;
pub mod limits;
pub mod random;
mod reader;
pub mod text;

pub use body::{Author, Body, Target};
pub use call::{CallId, Circuits, Profile, Signal};
pub use deframer::Deframer;
pub use emoji::{Emoji, EmojiError};
pub use expiry::{Expiry, ExpiryError};
pub use frame::{Bye, Epoch, Frame, MessageId, WireError};
pub use random::{Random, Seeded};
pub use text::{MessageText, RequestText, TextError};

#[cfg(test)]
mod tests;
