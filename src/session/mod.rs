//! The secret channel between two onion addresses: it promises that nobody but these two reads or changes a byte, that
//! what was said stays secret when keys are stolen later, and that a transcript proves nothing to a third party.
//!
//! It does no I/O, knows no clock and no source of randomness: bytes, time and randomness are arguments. It does not
//! know what a frame means, and it does not set deadlines for a peer that stays silent: the engine does.
//!
//! - [`dial`] and [`answer`] make an [`Established`] session out of three padded messages (`handshake.rs` on `xk.rs`,
//!   on `noise.rs`);
//! - [`Sealer`] and [`Opener`] turn bytes into records and back (`record.rs`);
//! - [`Established::renew`] makes fresh keys inside the channel (`renewal.rs`);
//! - [`Exporter`] ties further circuits to the session (`join.rs`).
//!
//! Every failure looks the same to the peer: it gets no byte, only the end. The variants of the errors are for our own
//! counters.

mod handshake;
mod identity;
mod join;
mod key;
mod noise;
mod record;
mod renewal;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod vectors;
mod xk;

pub use handshake::{Established, ExpectFinish, ExpectHello, ExpectReply, HandshakeError, Offer, answer, dial};
pub use identity::{Identity, IdentityError};
pub use join::{Accepted, ExpectConfirmation, ExpectProof, Exporter, JoinError, JoinKeys, Joined, Tokens};
pub use record::{Opener, RecordError, Sealer};
pub use renewal::RenewalError;

pub use crate::wire::JoinKind;

/// Gives types that hold secrets a `Debug` that shows only their name.
macro_rules! redacted {
    ($($name:ident $(<$life:lifetime>)?),+ $(,)?) => {$(
        impl std::fmt::Debug for $name $(<$life>)? {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "([redacted])"))
            }
        }
    )+};
}
use redacted;
