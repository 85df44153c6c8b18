//! Two sides of one direction, simulated with their disks: whatever is lost in between, each message arrives exactly
//! once and in order, and recalled ones leave no hole.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use proptest::prelude::*;

use super::{Inbox, Outbox, TalkError, Verdict};
use crate::wire::Epoch;
use crate::wire::limits::{WINDOW_BYTES, WINDOW_MESSAGES};

/// What may happen.
#[derive(Clone, Copy, Debug)]
enum Event {
    /// The sender writes a message of so many bytes.
    Write(usize),
    /// The sender recalls one of its messages, if that is still allowed.
    Recall(usize),
    /// The sender hands over up to so many.
    Hand(usize),
    /// So many frames arrive.
    Carry(usize),
    /// The frame that arrives next arrives twice.
    Repeat,
    /// The receiver commits what has arrived and acknowledges.
    Commit,
    /// So many acknowledgements arrive.
    CarryAcks(usize),
    /// The session is lost after so many more frames, and the receiver still commits what had arrived, or not.
    Lose(usize, bool),
    /// The program of either side is killed: only the disks remain.
    Kill,
}

/// A frame under way.
#[derive(Clone, Copy, Debug)]
struct Sent {
    seq: u64,
    /// The message, or nothing for a skip.
    message: Option<usize>,
}

/// The sender's disk: the row of `seq` is at `seq - 1`.
#[derive(Default)]
struct SenderDisk {
    rows: Vec<Row>,
    acked: u64,
    handed: u64,
    delivered: BTreeSet<u64>,
}

#[derive(Clone, Copy)]
struct Row {
    bytes: usize,
    recalled: bool,
}

/// The receiver's disk.
#[derive(Default)]
struct ReceiverDisk {
    marks: BTreeMap<Epoch, u64>,
    shown: Vec<usize>,
}

/// One live session.
struct Session {
    outbox: Outbox,
    inbox: Inbox,
    frames: VecDeque<Sent>,
    acks: VecDeque<u64>,
    /// Judged new, not yet committed.
    fresh: Vec<Sent>,
    ack_due: bool,
}

struct World {
    sender: SenderDisk,
    receiver: ReceiverDisk,
    session: Session,
}

impl World {
    fn new() -> Self {
        let (sender, receiver) = (SenderDisk::default(), ReceiverDisk::default());
        let session = Session::open(&sender, &receiver);
        Self { sender, receiver, session }
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Write(bytes) => self.sender.rows.push(Row { bytes, recalled: false }),
            Event::Recall(at) => self.recall(at),
            Event::Hand(n) => self.hand(n),
            Event::Carry(n) => self.carry(n),
            Event::Repeat => {
                if let Some(next) = self.session.frames.front().copied() {
                    self.session.frames.push_front(next);
                }
            }
            Event::Commit => self.commit(),
            Event::CarryAcks(n) => self.carry_acks(n),
            Event::Lose(n, commits) => {
                self.carry(n);
                if commits {
                    self.commit();
                }
                self.reopen();
            }
            Event::Kill => self.reopen(),
        }
    }

    fn recall(&mut self, at: usize) {
        let first = usize::try_from(self.sender.handed).unwrap();
        if let Some(never_handed) = self.sender.rows.get_mut(first..)
            && !never_handed.is_empty()
        {
            let at = at % never_handed.len();
            never_handed[at].recalled = true;
        }
    }

    fn hand(&mut self, n: usize) {
        for _ in 0..n.min(self.session.outbox.window()) {
            let seq = self.session.outbox.next();
            let at = usize::try_from(seq).unwrap() - 1;
            let Some(row) = self.sender.rows.get(at) else { break };
            if self.session.outbox.window() == 0 {
                break;
            }
            self.sender.handed = self.sender.handed.max(seq);
            self.session.outbox.hand(seq, row.bytes).unwrap();
            self.session.frames.push_back(Sent { seq, message: (!row.recalled).then_some(at) });
        }
    }

    fn carry(&mut self, n: usize) {
        for _ in 0..n {
            let Some(sent) = self.session.frames.pop_front() else { break };
            match self.session.inbox.receive(EPOCH, sent.seq) {
                Verdict::New { missing } => {
                    assert_eq!(missing, 0, "a hole before {}", sent.seq);
                    self.session.fresh.push(sent);
                }
                Verdict::Duplicate => {}
            }
            self.session.ack_due = true;
        }
    }

    fn commit(&mut self) {
        for sent in self.session.fresh.drain(..) {
            self.receiver.shown.extend(sent.message);
            self.receiver.marks.insert(EPOCH, sent.seq);
        }
        if std::mem::take(&mut self.session.ack_due) {
            self.session.acks.push_back(self.session.inbox.mark(EPOCH).unwrap());
        }
    }

    fn carry_acks(&mut self, n: usize) {
        for _ in 0..n {
            let Some(seq) = self.session.acks.pop_front() else { break };
            for seq in self.session.outbox.ack(EPOCH, seq).unwrap() {
                assert!(self.sender.delivered.insert(seq), "{seq} was delivered twice");
            }
            self.sender.acked = self.session.outbox.acked();
        }
    }

    fn reopen(&mut self) {
        let session = std::mem::replace(&mut self.session, Session::open(&self.sender, &self.receiver));
        let back = session.outbox.closed();
        assert_eq!(*back.start(), self.sender.acked + 1);
        assert!(*back.end() <= self.sender.handed);
        assert_eq!(self.session.outbox.next(), *back.start(), "they go over again");
    }

    fn settle(&mut self) {
        self.reopen();
        for _ in 0..=self.sender.rows.len() {
            for event in [Event::Hand(999), Event::Carry(999), Event::Commit, Event::CarryAcks(9)] {
                self.happen(event);
            }
        }
    }

    fn in_flight(&self) -> &VecDeque<Sent> {
        &self.session.frames
    }
}

impl Session {
    fn open(sender: &SenderDisk, receiver: &ReceiverDisk) -> Self {
        Self {
            outbox: Outbox::new(EPOCH, sender.acked, sender.handed + 1),
            inbox: Inbox::new(receiver.marks.iter().map(|(epoch, seq)| (*epoch, *seq)).collect()),
            frames: VecDeque::new(),
            acks: VecDeque::new(),
            fresh: Vec::new(),
            ack_due: false,
        }
    }
}

fn any_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        6 => prop_oneof![0..300usize, Just(WINDOW_BYTES / 3)].prop_map(Event::Write),
        2 => any::<usize>().prop_map(Event::Recall),
        5 => (1..6usize).prop_map(Event::Hand),
        5 => (1..6usize).prop_map(Event::Carry),
        2 => Just(Event::Repeat),
        5 => Just(Event::Commit),
        5 => (1..4usize).prop_map(Event::CarryAcks),
        2 => (0..4usize, any::<bool>()).prop_map(|(n, commits)| Event::Lose(n, commits)),
        2 => Just(Event::Kill),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn exactly_once_in_order_without_holes(events in proptest::collection::vec(any_event(), 1..150)) {
        let mut world = World::new();
        for event in events {
            world.happen(event);
            // Nothing is ever out of order on the way, and nobody counts as delivered what is not on a disk.
            prop_assert!(world.receiver.shown.is_sorted_by(|a, b| a < b), "{:?}", world.receiver.shown);
            prop_assert!(world.sender.acked <= world.receiver.marks.get(&EPOCH).copied().unwrap_or(0));
            prop_assert!(world.in_flight().len() <= WINDOW_MESSAGES + 150);
        }
        world.settle();
        let rows = world.sender.rows.iter().enumerate();
        let expected: Vec<usize> = rows.filter(|(_, row)| !row.recalled).map(|(at, _)| at).collect();
        prop_assert_eq!(&world.receiver.shown, &expected);
        prop_assert_eq!(world.sender.acked, world.sender.rows.len() as u64);
        prop_assert_eq!(world.sender.delivered.len(), world.sender.rows.len());
    }

    /// A peer that acknowledges at random ends the session or learns nothing, and breaks no count.
    #[test]
    fn a_lying_peer_breaks_nothing(
        acked in 0..20u64, handed in 0..20u64, hands in 0..40usize,
        acks in proptest::collection::vec(prop_oneof![0..60u64, any::<u64>()], 0..20),
    ) {
        let mut outbox = Outbox::new(EPOCH, acked, acked + handed + 1);
        (0..hands).for_each(|_| outbox.hand(outbox.next(), WINDOW_BYTES / 100).unwrap());
        let most = acked + handed.max(hands as u64);
        let mut delivered = acked;
        for seq in acks {
            match outbox.ack(EPOCH, seq) {
                Ok(range) => {
                    prop_assert_eq!(*range.start(), delivered + 1);
                    delivered += range.count() as u64;
                    prop_assert_eq!(delivered, outbox.acked());
                }
                Err(error) => {
                    prop_assert_eq!(error, TalkError::NeverSent);
                    prop_assert!(seq > most);
                }
            }
        }
        prop_assert!(delivered <= most);
        prop_assert!(outbox.next() > delivered);
        let left = outbox.clone().closed().count();
        prop_assert_eq!(outbox.window(), WINDOW_MESSAGES - left);
    }
}

/// The receiver goes back to an old backup: what was acknowledged since is lost, and told; what follows is not.
#[test]
fn a_receiver_restored_from_a_backup_goes_on() {
    let mut restored = Inbox::new(vec![(EPOCH, 4)]);
    assert_eq!(restored.receive(EPOCH, 11), Verdict::New { missing: 6 });
    assert_eq!(restored.receive(EPOCH, 12), Verdict::New { missing: 0 });
}

const EPOCH: Epoch = Epoch([3; 8]);
