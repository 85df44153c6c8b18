//! Our direction of one conversation in one session: what is in flight, and what an acknowledgement delivers.
//!
//! It does not keep texts and does not choose numbers: the vault gives both. It is made anew for each session.

use std::collections::VecDeque;
use std::ops::RangeInclusive;

use super::TalkError;
use crate::wire::Epoch;
use crate::wire::limits::{WINDOW_BYTES, WINDOW_MESSAGES};

/// What one session was handed of our messages. A number is handed over once per session, in order and without a hole:
/// a recalled message is handed over as a skip.
#[derive(Clone, Debug)]
pub struct Outbox {
    epoch: Epoch,
    /// Everything up to here is on the peer's disk.
    acked: u64,
    /// Everything up to here was handed to some session, this one or an earlier one, so the peer may have it.
    handed: u64,
    /// The bytes of each number handed to this session after `acked`, in order; the first is `acked + 1`.
    in_flight: VecDeque<usize>,
    bytes: usize,
}

impl Outbox {
    /// Starts a session. `acked` is the last acknowledged number of `epoch`, `next_seq` the first that was never handed
    /// to any session; what lies between goes over again.
    pub fn new(epoch: Epoch, acked: u64, next_seq: u64) -> Self {
        let handed = next_seq.saturating_sub(1).max(acked);
        Self { epoch, acked, handed, in_flight: VecDeque::new(), bytes: 0 }
    }

    /// The epoch of every frame handed over.
    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// The number to hand over next.
    pub fn next(&self) -> u64 {
        self.acked.saturating_add(self.in_flight.len() as u64).saturating_add(1)
    }

    /// The last acknowledged number.
    pub fn acked(&self) -> u64 {
        self.acked
    }

    /// How many more may be handed over now; after each look again, since bytes count too.
    pub fn window(&self) -> usize {
        if self.bytes >= WINDOW_BYTES { 0 } else { WINDOW_MESSAGES.saturating_sub(self.in_flight.len()) }
    }

    /// Notes that the message or skip numbered `seq`, with a text of `bytes` bytes, goes to the session. The vault must
    /// have noted it before: from now on it cannot be recalled.
    ///
    /// # Errors
    /// [`TalkError::OutOfTurn`] when `seq` is not [`Outbox::next`]; nothing changes.
    pub fn hand(&mut self, seq: u64, bytes: usize) -> Result<(), TalkError> {
        if seq != self.next() {
            return Err(TalkError::OutOfTurn);
        }
        self.in_flight.push_back(bytes);
        self.bytes = self.bytes.saturating_add(bytes);
        self.handed = self.handed.max(seq);
        Ok(())
    }

    /// Takes an acknowledgement; gives the numbers that are delivered by it, none if it is an old one. It may run ahead
    /// of this session, when an earlier one delivered more than we heard of.
    ///
    /// # Errors
    /// The peer acknowledged what it cannot have: end the session.
    pub fn ack(&mut self, epoch: Epoch, seq: u64) -> Result<RangeInclusive<u64>, TalkError> {
        if epoch != self.epoch {
            return Err(TalkError::WrongEpoch);
        }
        if seq > self.handed {
            return Err(TalkError::NeverSent);
        }
        let delivered = self.acked.saturating_add(1)..=seq.max(self.acked);
        for _ in delivered.clone() {
            let Some(bytes) = self.in_flight.pop_front() else { break };
            self.bytes = self.bytes.saturating_sub(bytes);
        }
        self.acked = self.acked.max(seq);
        Ok(delivered)
    }

    /// The session is over: the numbers handed to it that go back to queued.
    pub fn closed(self) -> RangeInclusive<u64> {
        self.acked.saturating_add(1)..=self.next().saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EPOCH: Epoch = Epoch([1; 8]);

    #[test]
    fn acknowledging_delivers_each_number_once() {
        let mut outbox = Outbox::new(EPOCH, 0, 1);
        (1..=5).for_each(|seq| outbox.hand(seq, 10).unwrap());
        assert_eq!(outbox.ack(EPOCH, 3), Ok(1..=3));
        assert!(outbox.ack(EPOCH, 3).unwrap().is_empty());
        assert!(outbox.ack(EPOCH, 1).unwrap().is_empty());
        assert_eq!(outbox.acked(), 3);
        assert_eq!(outbox.closed(), 4..=5);
    }

    #[test]
    fn what_was_never_sent_cannot_be_acknowledged() {
        let mut outbox = Outbox::new(EPOCH, 7, 10);
        assert_eq!(outbox.ack(EPOCH, 10), Err(TalkError::NeverSent));
        assert_eq!(outbox.ack(EPOCH, u64::MAX), Err(TalkError::NeverSent));
        assert_eq!(outbox.ack(Epoch([2; 8]), 8), Err(TalkError::WrongEpoch));
        assert_eq!(outbox.next(), 8);
    }

    #[test]
    fn an_acknowledgement_of_an_earlier_session_saves_sending_again() {
        let mut outbox = Outbox::new(EPOCH, 7, 10);
        outbox.hand(8, 10).unwrap();
        assert_eq!(outbox.ack(EPOCH, 9), Ok(8..=9));
        assert_eq!(outbox.next(), 10);
        assert_eq!(outbox.window(), WINDOW_MESSAGES);
        assert!(outbox.closed().is_empty());
    }

    #[test]
    fn numbers_go_in_turn() {
        let mut outbox = Outbox::new(EPOCH, 7, 8);
        assert_eq!(outbox.hand(9, 1), Err(TalkError::OutOfTurn));
        assert_eq!(outbox.hand(7, 1), Err(TalkError::OutOfTurn));
        outbox.hand(8, 1).unwrap();
        assert_eq!(outbox.hand(8, 1), Err(TalkError::OutOfTurn));
    }

    #[test]
    fn the_window_bounds_messages_and_bytes() {
        let mut outbox = Outbox::new(EPOCH, 0, 1);
        while outbox.window() > 0 {
            outbox.hand(outbox.next(), 0).unwrap();
        }
        assert_eq!(outbox.next(), WINDOW_MESSAGES as u64 + 1);
        outbox.ack(EPOCH, 10).unwrap();
        assert_eq!(outbox.window(), 10);

        let mut outbox = Outbox::new(EPOCH, 0, 1);
        outbox.hand(1, 1).unwrap();
        assert!(outbox.window() > 0);
        outbox.hand(2, WINDOW_BYTES).unwrap();
        assert_eq!(outbox.window(), 0);
        outbox.ack(EPOCH, 1).unwrap();
        assert_eq!(outbox.window(), 0, "the long one is still under way");
        outbox.ack(EPOCH, 2).unwrap();
        assert_eq!(outbox.window(), WINDOW_MESSAGES);
    }

    #[test]
    fn a_broken_database_cannot_make_it_panic() {
        let mut outbox = Outbox::new(EPOCH, u64::MAX, 0);
        assert_eq!(outbox.next(), u64::MAX);
        assert!(outbox.hand(u64::MAX, 1).is_ok());
        assert!(outbox.ack(EPOCH, u64::MAX).is_ok());
        assert_eq!(outbox.acked(), u64::MAX);
    }
}
