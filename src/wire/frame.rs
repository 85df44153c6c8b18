//! The frames of a session, and the bytes they are made of.
//!
//! Every decoder is total: any bytes give a frame, a request for more bytes, or a [`WireError`].

use super::limits::HANDSHAKE;
use super::text::{MessageText, RequestText};

/// The random name of one run of sequence numbers in one direction; redrawn when a contact is made, re-added or restored.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Epoch(pub [u8; 8]);

/// The random name of a message.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct MessageId(pub [u8; 16]);

/// What one side says to the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// Are you there?
    Ping { nonce: u64 },
    /// I am.
    Pong { nonce: u64 },
    /// The dialler is a contact here: the session is open.
    Welcome,
    /// The one answer to everybody else.
    Waiting,
    /// May I be your contact?
    Request { text: RequestText },
    /// The session ends on purpose.
    Bye { reason: Bye },
    /// A message of text.
    Message { epoch: Epoch, seq: u64, id: MessageId, age_minutes: u32, text: MessageText },
    /// The message of this number was recalled before it was ever handed over.
    Skip { epoch: Epoch, seq: u64 },
    /// Everything of this epoch up to this number is on my disk.
    Ack { epoch: Epoch, seq: u64 },
    /// This profile was restored from a backup.
    Restored,
    /// The three messages of a renewed handshake, and its end.
    Renew1(Box<[u8; HANDSHAKE]>),
    /// See [`Frame::Renew1`].
    Renew2(Box<[u8; HANDSHAKE]>),
    /// See [`Frame::Renew1`].
    Renew3(Box<[u8; HANDSHAKE]>),
    /// See [`Frame::Renew1`].
    Renewed,
}

/// Why a session ends on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bye {
    /// A newer session took its place.
    Replaced,
    /// The program is going offline.
    Leaving,
}

/// Why bytes are not frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// A type below 0x80 that this version does not know.
    #[error("the peer sent a frame of an unknown kind")]
    UnknownKind,
    /// Longer or shorter than its kind allows.
    #[error("the peer sent a frame of a wrong length")]
    Length,
    /// A field outside its range, or text that is not UTF-8.
    #[error("the peer sent a frame with a wrong field")]
    Field,
}

/// Cuts a stream of bytes into frames; holds at most one frame and what was pushed last.
#[derive(Default)]
pub struct Deframer {}

impl Frame {
    /// Appends the frame's bytes.
    pub fn encode(&self, _out: &mut Vec<u8>) {}
}

impl Deframer {
    /// Takes the bytes of one record.
    pub fn push(&mut self, _bytes: &[u8]) -> Result<(), WireError> {
        Ok(())
    }

    /// The next whole frame, if there is one.
    #[expect(clippy::should_implement_trait, reason = "an error ends the stream, so this is not an iterator")]
    pub fn next(&mut self) -> Result<Option<Frame>, WireError> {
        Ok(None)
    }
}
