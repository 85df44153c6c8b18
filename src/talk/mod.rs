//! One conversation as numbers: what is in flight, what was received, how fast, when to try again, who is there.
//!
//! It holds no text ([`crate::vault`] does) and does no I/O: time and randomness are arguments.

pub mod bucket;
pub mod inbox;
pub mod liveness;
pub mod outbox;
pub mod retry;
pub mod tie;

pub use bucket::TokenBucket;
pub use inbox::{Inbox, Verdict};
pub use liveness::{Liveness, Pulse};
pub use outbox::Outbox;
pub use retry::Retry;
pub use tie::{Dial, Keep, Side, keep};

#[cfg(test)]
mod tests;

/// What must not happen in a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TalkError {
    /// The peer acknowledged a number that was never handed to any session.
    #[error("the peer acknowledged a message that was never sent")]
    NeverSent,
    /// The peer acknowledged an epoch that this session does not send in.
    #[error("the peer acknowledged messages of another epoch")]
    WrongEpoch,
    /// The peer answered a ping that was not asked, or not with its nonce.
    #[error("the peer answered a ping that was not sent")]
    UnaskedPong,
    /// A number was handed over out of turn: our own mistake.
    #[error("a message was handed over out of turn")]
    OutOfTurn,
}
