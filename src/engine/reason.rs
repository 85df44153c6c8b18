//! Why a contact is not there, as a thing a program can tell apart; its words are those of `pelure headless`.
//!
//! It does not decide what is done about it ([`super::contact`] does), and holds no address, name or text.

use std::fmt;

use pelure_onion::{DialError, Obstacle, Status};

use super::EngineError;

/// Why a contact is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The program has just started.
    AboutToStart,
    /// Nothing was tried since the program started.
    NotTriedYet,
    /// An attempt begins in a moment.
    AboutToTry,
    /// The user switched this identity, or everything, offline.
    YouAreOffline,
    /// The user blocked the contact.
    Blocked,
    /// The road is off or lost.
    TorOffline,
    /// The road is on its way.
    TorConnecting,
    /// The road cannot go on, and why.
    TorBlocked(Obstacle),
    /// No descriptor: they were not on the network lately.
    NotFound,
    /// Their introduction points do not answer: they probably went away a short while ago.
    IntroductionFailed,
    /// Their service refused the stream.
    Refused,
    /// The connection took too long.
    Timeout,
    /// Not reached, by a Tor that does not say why.
    Unreachable,
    /// Their doors are closed to us.
    Closed,
    /// Any other failure of the Tor network.
    Network,
    /// The handshake took too long.
    HandshakeTimeout,
    /// Whoever answered did not prove who they are, or speaks another protocol.
    HandshakeFailed,
    /// The connection broke during the handshake.
    HandshakeBroken,
    /// They have not accepted our request yet.
    NotAccepted,
    /// The connection was lost.
    Lost,
    /// They answered nothing for a minute; the session is over.
    Silent,
    /// The session stands, but its last answer is more than a minute old.
    Unanswered,
    /// They went offline on purpose.
    Left,
    /// A newer session took over.
    Replaced,
    /// The keys of the session were not renewed in time.
    NotRenewed,
    /// Their program is too old for ours.
    Outdated,
    /// They broke the protocol.
    Protocol,
    /// They say that we broke the protocol.
    Accused,
    /// This machine could not store what is needed.
    Storage(EngineError),
}

impl Reason {
    /// Why nothing is tried now, if it is the road's doing.
    pub(super) fn hindrance(status: &Status) -> Option<Self> {
        match status {
            Status::Ready => None,
            Status::Offline => Some(Self::TorOffline),
            Status::Connecting { .. } => Some(Self::TorConnecting),
            Status::Blocked { reason, .. } => Some(Self::TorBlocked(reason.clone())),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AboutToStart => "about to start",
            Self::NotTriedYet => "not tried yet",
            Self::AboutToTry => "about to try",
            Self::YouAreOffline => "you are offline",
            Self::Blocked => "blocked",
            Self::TorOffline => "Tor is offline",
            Self::TorConnecting => "Tor is connecting",
            Self::TorBlocked(reason) => return write!(f, "Tor is blocked: {reason}"),
            Self::NotFound => "Tor found no trace of the service",
            Self::IntroductionFailed => "the service did not answer at its introduction points",
            Self::Refused => "the service refused the connection",
            Self::Timeout => "the connection timed out",
            Self::Unreachable => "Tor could not reach the service, and does not say why",
            Self::Closed => "the service is closed to strangers",
            Self::Network => "the Tor network failed",
            Self::HandshakeTimeout => "the handshake timed out",
            Self::HandshakeFailed => "the handshake failed",
            Self::HandshakeBroken => "the connection broke during the handshake",
            Self::NotAccepted => "the other side has not accepted yet",
            Self::Lost => "the connection was lost",
            Self::Silent => "no answer for a minute",
            Self::Unanswered => "no answer lately",
            Self::Left => "went offline",
            Self::Replaced => "a newer connection took over",
            Self::NotRenewed => "the session was not renewed in time",
            Self::Outdated => "the other side's program is too old to talk to this one; it must be updated",
            Self::Protocol => "the other side broke the protocol",
            Self::Accused => "the other side says that we broke the protocol; one of the two programs is out of date",
            Self::Storage(error) => return write!(f, "this machine could not store: {error}"),
        })
    }
}

impl From<DialError> for Reason {
    fn from(error: DialError) -> Self {
        match error {
            DialError::Offline => Self::TorOffline,
            DialError::NotFound => Self::NotFound,
            DialError::IntroductionFailed => Self::IntroductionFailed,
            DialError::Refused => Self::Refused,
            DialError::Timeout => Self::Timeout,
            DialError::Unreachable => Self::Unreachable,
            DialError::Closed => Self::Closed,
            DialError::Network => Self::Network,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_dial_says_what_the_road_says() {
        for error in [
            DialError::Offline,
            DialError::NotFound,
            DialError::IntroductionFailed,
            DialError::Refused,
            DialError::Timeout,
            DialError::Unreachable,
            DialError::Closed,
            DialError::Network,
        ] {
            assert_eq!(Reason::from(error).to_string(), error.to_string());
        }
    }

    #[test]
    fn a_road_that_is_ready_hinders_nothing() {
        assert_eq!(Reason::hindrance(&Status::Ready), None);
        let blocked = Status::Blocked { fraction: 0.1, reason: "the clock is wrong".into() };
        assert_eq!(Reason::hindrance(&blocked).unwrap().to_string(), "Tor is blocked: the clock is wrong");
    }
}
