//! The peer's direction of one conversation: which numbers are new.
//!
//! It counts what was received, not what is on the disk: acknowledge after the commit only, and when a commit fails
//! throw it away with the session and make it anew from the vault's marks. It does not look at message ids, which the
//! vault compares too.

use std::collections::VecDeque;

use crate::wire::Epoch;
use crate::wire::limits::EPOCHS;

/// The high-water mark of each epoch the peer sent in, for the last [`EPOCHS`] epochs.
///
/// Feed it one session at a time: once a newer session has given a frame, nothing more of the older one may be read, or
/// a late frame of it would lift the mark over messages that the newer one is about to repeat.
#[derive(Clone, Debug, Default)]
pub struct Inbox {
    /// The one used last stands at the end.
    marks: VecDeque<(Epoch, u64)>,
}

/// What to do with a message or skip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was not received before.
    New {
        /// How many numbers before it will never come: 0, except when this side or the peer lost its disk.
        missing: u64,
    },
    /// It was received before: acknowledge it again, show nothing.
    Duplicate,
}

impl Inbox {
    /// Starts from the vault's marks, the one used last at the end; older ones than the last [`EPOCHS`] are forgotten.
    pub fn new(marks: Vec<(Epoch, u64)>) -> Self {
        let mut inbox = Self { marks: marks.into() };
        inbox.forget();
        inbox
    }

    /// Judges a message or skip and lifts the mark. The first number of an unknown epoch is new whatever it is.
    pub fn receive(&mut self, epoch: Epoch, seq: u64) -> Verdict {
        let Some(at) = self.marks.iter().position(|(known, _)| *known == epoch) else {
            self.marks.push_back((epoch, seq));
            self.forget();
            return Verdict::New { missing: 0 };
        };
        let mark = self.marks.remove(at).map_or(0, |(_, mark)| mark);
        self.marks.push_back((epoch, mark.max(seq)));
        match seq.checked_sub(mark) {
            None | Some(0) => Verdict::Duplicate,
            Some(ahead) => Verdict::New { missing: ahead - 1 },
        }
    }

    /// The highest number received of `epoch`, which is what to acknowledge once it is committed.
    pub fn mark(&self, epoch: Epoch) -> Option<u64> {
        self.marks.iter().find(|(known, _)| *known == epoch).map(|(_, mark)| *mark)
    }

    fn forget(&mut self) {
        self.marks.drain(..self.marks.len().saturating_sub(EPOCHS));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn epoch(name: u8) -> Epoch {
        Epoch([name; 8])
    }

    #[test]
    fn a_number_is_new_once() {
        let mut inbox = Inbox::new(vec![(epoch(1), 4)]);
        assert_eq!(inbox.receive(epoch(1), 4), Verdict::Duplicate);
        assert_eq!(inbox.receive(epoch(1), 5), Verdict::New { missing: 0 });
        assert_eq!(inbox.receive(epoch(1), 5), Verdict::Duplicate);
        assert_eq!(inbox.receive(epoch(1), 1), Verdict::Duplicate);
        assert_eq!(inbox.mark(epoch(1)), Some(5));
    }

    #[test]
    fn a_hole_is_told() {
        let mut inbox = Inbox::new(vec![(epoch(1), 4)]);
        assert_eq!(inbox.receive(epoch(1), 8), Verdict::New { missing: 3 });
        assert_eq!(inbox.receive(epoch(1), 5), Verdict::Duplicate);
        assert_eq!(inbox.receive(epoch(1), u64::MAX), Verdict::New { missing: u64::MAX - 9 });
        assert_eq!(inbox.receive(epoch(1), u64::MAX), Verdict::Duplicate);
    }

    #[test]
    fn a_new_epoch_starts_anywhere() {
        let mut inbox = Inbox::default();
        assert_eq!(inbox.mark(epoch(1)), None);
        assert_eq!(inbox.receive(epoch(1), 17), Verdict::New { missing: 0 });
        assert_eq!(inbox.receive(epoch(1), 16), Verdict::Duplicate);
        assert_eq!(inbox.receive(epoch(2), 1), Verdict::New { missing: 0 });
        assert_eq!(inbox.mark(epoch(1)), Some(17));
    }

    #[test]
    fn only_the_epochs_used_last_are_remembered() {
        let mut inbox = Inbox::default();
        inbox.receive(epoch(0), 5);
        for name in 1..=200 {
            inbox.receive(epoch(name), 1);
            inbox.receive(epoch(0), 5);
        }
        assert_eq!(inbox.marks.len(), EPOCHS);
        assert_eq!(inbox.mark(epoch(0)), Some(5), "it was used all the time");
        assert_eq!(inbox.mark(epoch(200)), Some(1));
        assert_eq!(inbox.mark(epoch(1)), None);
        let many = (0..100).map(|name| (epoch(name), 1)).collect();
        assert_eq!(Inbox::new(many).marks.len(), EPOCHS);
    }
}
