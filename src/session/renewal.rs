//! Renewal: once an hour the dialler starts a fresh handshake inside the channel, so that stolen keys stop working.
//!
//! ```text
//! dialler                                answering side
//! Renew1                            ->
//!                                   <-   Renew2
//! Renew3, then new keys             ->   from here on it opens with new keys
//! from here on it opens with new    <-   Renewed, then new keys
//! ```
//!
//! It is the handshake of `handshake.rs` with the hash of the previous one in its prologue. A frame after which keys
//! change is alone in its record, and both sides insist on it. Talk goes on meanwhile. It does not start itself: the
//! engine asks [`Established::renewal_due`]. Any error ends the session.

use std::time::Duration;

use super::handshake::{Established, ExpectFinish, ExpectReply, HandshakeError, answer_again, dial_again};
use super::identity::Identity;
use super::join::Exporter;
use super::record::{Opener, RecordError};
use super::redacted;
use crate::wire::limits::{RENEW_AFTER, RENEW_DEADLINE, RENEW_LATEST, RENEW_SOONEST};
use crate::wire::{Frame, Random};

/// Why a session ends in a renewal. For our counters alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenewalError {
    /// The handshake inside failed.
    #[error(transparent)]
    Handshake(#[from] HandshakeError),
    /// Sealing failed.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// A message of a renewal out of turn.
    #[error("the peer renewed the session out of turn")]
    Turn,
    /// Earlier than a renewal may be.
    #[error("the peer renewed the session too soon")]
    TooSoon,
    /// Keys would change in the middle of a record.
    #[error("the peer renewed the session in the middle of a record")]
    NotAlone,
    /// Another address, another offer, or frames in the handshake.
    #[error("the peer changed in the middle of the session")]
    Changed,
}

/// Which end of the session we are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Dialled,
    Answered,
}

/// Where the renewal of a session stands.
pub(super) struct Renewal {
    side: Side,
    /// When the last handshake was done; of the first one, when time was first told.
    since: Option<Duration>,
    step: Step,
}

enum Step {
    Rest,
    ExpectReply { state: Box<ExpectReply>, started: Duration },
    ExpectFinish { state: Box<ExpectFinish>, started: Duration },
    ExpectRenewed { opener: Opener, exporter: Exporter, hash: [u8; 32], started: Duration },
}

redacted!(Renewal);

impl Renewal {
    pub(super) fn new(side: Side) -> Self {
        Self { side, since: None, step: Step::Rest }
    }
}

impl Established {
    /// Whether it is our turn, as the dialler, to call [`Self::renew`]. The session's age counts from the first time
    /// this or [`Self::renewal_overdue`] is asked: ask both at once, and then every minute or so.
    pub fn renewal_due(&mut self, now: Duration) -> bool {
        let old = self.age(now) >= RENEW_AFTER;
        old && self.renewal.side == Side::Dialled && matches!(self.renewal.step, Step::Rest)
    }

    /// Whether the session must end because a renewal hangs, or because the peer does not start one.
    pub fn renewal_overdue(&mut self, now: Duration) -> bool {
        let started = match self.renewal.step {
            Step::Rest => None,
            Step::ExpectReply { started, .. }
            | Step::ExpectFinish { started, .. }
            | Step::ExpectRenewed { started, .. } => Some(started),
        };
        let hangs = started.is_some_and(|started| now.saturating_sub(started) >= RENEW_DEADLINE);
        hangs || self.age(now) >= RENEW_LATEST
    }

    /// The dialler starts: appends the first record to `out`.
    pub fn renew(
        &mut self,
        me: &Identity,
        random: &mut dyn Random,
        now: Duration,
        out: &mut Vec<u8>,
    ) -> Result<(), RenewalError> {
        let (Side::Dialled, Step::Rest) = (self.renewal.side, &self.renewal.step) else {
            return Err(RenewalError::Turn);
        };
        let (state, message) = dial_again(me, self.peer, self.ours, &self.hash, random)?;
        self.renewal.step = Step::ExpectReply { state: Box::new(state), started: now };
        self.seal_alone(&Frame::Renew1(message), now, out)
    }

    /// Takes a frame of a renewal ([`Frame::Renew1`], `Renew2`, `Renew3` or `Renewed`) as soon as it is read, before
    /// the opener is asked for another record; appends the answer, if there is one, to `out`. What was sealed before
    /// must be sent before, what is sealed after must be sent after.
    pub fn take_renewal(
        &mut self,
        frame: &Frame,
        me: &Identity,
        random: &mut dyn Random,
        now: Duration,
        out: &mut Vec<u8>,
    ) -> Result<(), RenewalError> {
        let step = std::mem::replace(&mut self.renewal.step, Step::Rest);
        match (self.renewal.side, step, frame) {
            (Side::Answered, Step::Rest, Frame::Renew1(message)) => {
                if self.renewal.since.is_some_and(|since| now.saturating_sub(since) < RENEW_SOONEST) {
                    return Err(RenewalError::TooSoon);
                }
                let (state, reply) = answer_again(me, self.ours, &self.hash).hello(message, random)?;
                self.renewal.step = Step::ExpectFinish { state: Box::new(state), started: now };
                self.seal_alone(&Frame::Renew2(reply), now, out)
            }
            (Side::Dialled, Step::ExpectReply { state, started }, Frame::Renew2(message)) => {
                let (next, finish) = state.reply(message, &[])?;
                self.check_same(&next)?;
                self.seal_alone(&Frame::Renew3(finish), now, out)?;
                let Self { sealer, opener, exporter_in: exporter, exporter_out, hash, .. } = next;
                (self.sealer, self.exporter_out) = (sealer, exporter_out);
                self.renewal.step = Step::ExpectRenewed { opener, exporter, hash, started };
                Ok(())
            }
            (Side::Answered, Step::ExpectFinish { state, .. }, Frame::Renew3(message)) => {
                self.check_alone(frame)?;
                let (next, first) = state.finish(message)?;
                self.check_same(&next)?;
                if !first.is_empty() {
                    return Err(RenewalError::Changed);
                }
                self.opener.switch(&next.opener);
                self.seal_alone(&Frame::Renewed, now, out)?;
                let Self { sealer, exporter_in, exporter_out, hash, .. } = next;
                (self.sealer, self.exporter_out, self.exporter_in) = (sealer, exporter_out, exporter_in);
                self.renewed(hash, now);
                Ok(())
            }
            (Side::Dialled, Step::ExpectRenewed { opener, exporter, hash, .. }, Frame::Renewed) => {
                self.check_alone(frame)?;
                self.opener.switch(&opener);
                self.exporter_in = exporter;
                self.renewed(hash, now);
                Ok(())
            }
            _ => Err(RenewalError::Turn),
        }
    }

    fn renewed(&mut self, hash: [u8; 32], now: Duration) {
        self.hash = hash;
        self.renewal.since = Some(now);
    }

    fn seal_alone(&mut self, frame: &Frame, now: Duration, out: &mut Vec<u8>) -> Result<(), RenewalError> {
        let mut bytes = Vec::new();
        frame.encode(&mut bytes);
        Ok(self.sealer.record(&bytes, now, out)?)
    }

    fn check_alone(&self, frame: &Frame) -> Result<(), RenewalError> {
        let mut bytes = Vec::new();
        frame.encode(&mut bytes);
        if self.opener.last() == bytes { Ok(()) } else { Err(RenewalError::NotAlone) }
    }

    fn check_same(&self, next: &Self) -> Result<(), RenewalError> {
        let same = next.peer == self.peer && next.offer == self.offer;
        if same { Ok(()) } else { Err(RenewalError::Changed) }
    }

    fn age(&mut self, now: Duration) -> Duration {
        now.saturating_sub(*self.renewal.since.get_or_insert(now))
    }
}

#[cfg(test)]
mod tests;
