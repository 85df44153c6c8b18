//! Why a conversation is over, and what is said of it.

use crate::engine::{EngineError, Reason};
use crate::session::{RecordError, RenewalError};
use crate::talk::TalkError;
use crate::wire::WireError;

/// Why a conversation is over.
#[derive(Debug, thiserror::Error)]
pub(in crate::engine) enum End {
    #[error("the connection was lost")]
    Lost,
    #[error("no answer for a minute")]
    Silent,
    #[error("the other side has not accepted yet")]
    Waiting,
    #[error("went offline")]
    Left,
    #[error("a newer connection took over")]
    Replaced,
    #[error(transparent)]
    Record(#[from] RecordError),
    #[error(transparent)]
    Wire(#[from] WireError),
    #[error(transparent)]
    Talk(#[from] TalkError),
    #[error(transparent)]
    Renewal(#[from] RenewalError),
    #[error("the session was not renewed in time")]
    NotRenewed,
    #[error("the other side's program is too old to talk to this one; it must be updated")]
    Outdated,
    #[error("the other side broke the protocol")]
    Unwelcome,
    #[error("the other side says that we broke the protocol; one of the two programs is out of date")]
    Accused,
    #[error("this machine could not store: {0}")]
    Ours(#[from] EngineError),
}

impl End {
    /// What is said of the contact; the details are for the log.
    pub(in crate::engine) fn reason(self) -> Reason {
        match self {
            Self::Lost => Reason::Lost,
            Self::Silent => Reason::Silent,
            Self::Waiting => Reason::NotAccepted,
            Self::Left => Reason::Left,
            Self::Replaced => Reason::Replaced,
            Self::NotRenewed => Reason::NotRenewed,
            Self::Outdated => Reason::Outdated,
            Self::Accused => Reason::Accused,
            Self::Ours(error) => Reason::Storage(error),
            Self::Record(_) | Self::Wire(_) | Self::Talk(_) | Self::Renewal(_) | Self::Unwelcome => Reason::Protocol,
        }
    }

    /// Whether the other side did what no honest program does.
    pub(in crate::engine) fn is_misbehaviour(&self) -> bool {
        matches!(self, Self::Record(_) | Self::Wire(_) | Self::Talk(_) | Self::Renewal(_) | Self::Unwelcome)
    }
}
