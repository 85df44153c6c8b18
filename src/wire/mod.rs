//! Bytes to frames and back, by hand: canonical, without trailing bytes, without panics.
//!
//! It does not encrypt ([`crate::session`]) and does not decide what a frame means ([`crate::talk`]).

pub mod block;
mod body;
mod call;
pub mod deframer;
mod emoji;
mod expiry;
mod file;
pub mod frame;
pub mod limits;
pub mod random;
mod reader;
pub mod text;

pub use block::{BlockFrame, Part};
pub use body::{Author, Body, Target};
pub use call::{CallId, CallIdError, Circuits, Profile, Signal};
pub use deframer::Deframer;
pub use emoji::{Emoji, EmojiError};
pub use expiry::{Expiry, ExpiryError};
pub use file::{Fate, FileFailure, FileKind, FileName, Offer};
pub use frame::{Bye, Epoch, Frame, JoinKind, MessageId, WireError};
pub use random::{Random, Seeded};
pub use text::{MessageText, RequestText, TextError};

#[cfg(test)]
mod tests;
