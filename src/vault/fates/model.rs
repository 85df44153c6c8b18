//! Two sides that offer, accept, end, forget and delete as they like over a bad connection: at last nobody waits for what
//! the other side has given up, no end is taken back, and no sealed file is kept without its row or lost without a word.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::sample::Index;

use super::super::testing::{Peer, blob, offer, ours, sealed, talk};
use super::super::{MessageKey, Vault};
use super::*;
use crate::wire::{Expiry, FileFailure, Offer};

/// One thing that happens, to one of the two sides. Numbers choose among what is there.
#[derive(Clone, Debug)]
enum Step {
    Offer {
        brief: bool,
        live: bool,
    },
    Accept {
        at: Index,
    },
    /// The receiver dials: the sender sees that it was accepted.
    Join {
        at: Index,
    },
    End {
        at: Index,
        fate: Fate,
        live: bool,
    },
    Forget {
        at: Index,
    },
    Delete {
        at: Index,
        live: bool,
    },
    /// What is here is displayed; time passes, and what is over disappears.
    Look {
        seconds: i64,
    },
    /// The other side takes up to so many of what waits; its acknowledgement arrives or is lost.
    Deliver {
        most: usize,
        acked: bool,
    },
}

struct Side {
    vault: Vault,
    contact: ContactId,
    /// The other side, as it numbers what it sends here.
    peer: Peer,
    drawn: u16,
    taken: u64,
    now: i64,
    /// Ends that were seen.
    ended: BTreeMap<TransferId, TransferState>,
    /// Sealed files that were ever made here.
    made: BTreeSet<[u8; 16]>,
}

impl Side {
    fn new() -> Self {
        let (vault, contact, _) = talk();
        let (ended, made) = (BTreeMap::new(), BTreeSet::new());
        Self { vault, contact, peer: Peer::new(contact), drawn: 0, taken: 0, now: 100, ended, made }
    }

    fn stamp(&mut self, handed: bool) -> Stamp {
        self.drawn += 1;
        let mut id = [0; 16];
        id[..2].copy_from_slice(&self.drawn.to_be_bytes());
        Stamp { id: MessageId(id), time: self.now, handed }
    }

    fn rows(&self) -> Vec<Transfer> {
        self.vault.read(|r| r.transfers(None)).unwrap()
    }

    fn pick(&self, at: Index, wanted: impl Fn(&Transfer) -> bool) -> Option<Transfer> {
        let mut rows = self.rows();
        rows.retain(wanted);
        (!rows.is_empty()).then(|| rows.swap_remove(at.index(rows.len())))
    }

    fn offer(&mut self, brief: bool, live: bool) {
        let offer = Offer { expires_in: brief.then(|| Expiry::from_seconds(10).unwrap()), ..offer(9) };
        let stamp = self.stamp(live);
        let n = self.made.len() as u8;
        self.made.insert([n; 16]);
        ours(&mut self.vault, self.contact, &offer, &sealed(n), stamp);
    }

    fn accept(&mut self, at: Index) {
        let Some(row) = self.pick(at, |row| row.incoming && row.state == TransferState::Offered) else { return };
        let n = self.made.len() as u8;
        self.made.insert([n; 16]);
        self.vault.write(|w| w.accept_transfer(row.id, &blob(n))).unwrap();
    }

    fn deliver(&mut self, to: &mut Self, most: usize, acked: bool) {
        for queued in self.vault.read(|r| r.outbox(self.contact, self.taken, most)).unwrap() {
            self.taken = queued.seq;
            let Some(body) = queued.body else { continue };
            assert!(
                !matches!(to.peer.names(&mut to.vault, queued.id, &body), Arrival::Crowded(_)),
                "honest sides never are"
            );
        }
        let (contact, taken, now) = (self.contact, self.taken, self.now);
        self.vault.write(|w| w.hand(contact, taken)).unwrap();
        if acked {
            self.vault.write(|w| w.ack(contact, crate::wire::Epoch([2; 8]), taken, now)).unwrap();
        }
        self.vault.write(|w| w.next_offers(contact, false)).unwrap();
    }

    fn take(&mut self, step: &Step, other: &mut Self) {
        match *step {
            Step::Offer { brief, live } => self.offer(brief, live),
            Step::Accept { at } => self.accept(at),
            Step::Join { at } => {
                let waiting = |row: &Transfer| row.incoming && row.state == TransferState::Waiting;
                let Some(row) = self.pick(at, waiting) else { return };
                let named = other.vault.read(|r| r.transfer_named(other.contact, row.message, false)).unwrap();
                if let Some(theirs) = named {
                    other.vault.write(|w| w.transfer_accepted(theirs.id)).unwrap();
                }
            }
            Step::End { at, fate, live } => {
                let Some(row) = self.pick(at, |row| fate.may_be_said_of(row.author())) else { return };
                let stamp = self.stamp(live);
                let over = self.vault.write(|w| w.queue_fate(row.id, fate, stamp)).unwrap();
                assert_eq!(over, !row.state.is_final());
            }
            Step::Forget { at } => {
                let Some(row) = self.pick(at, |_| true) else { return };
                // What is on its way stays.
                self.vault.write(|w| w.forget(row.id.into())).ok();
            }
            Step::Delete { at, live } => {
                let Some(row) = self.pick(at, |row| !row.incoming) else { return };
                let stamp = self.stamp(live);
                // What was recalled stays as it is.
                self.vault.write(|w| w.delete(row.id.into(), stamp)).ok();
            }
            Step::Look { seconds } => {
                self.now += seconds * 1_000;
                let (contact, now) = (self.contact, self.now);
                self.vault.write(|w| w.mark_read(contact, now)).unwrap();
                self.vault.write(|w| w.expire(now)).unwrap();
            }
            Step::Deliver { most, acked } => self.deliver(other, most, acked),
        }
    }

    fn check(&mut self) {
        let rows = self.rows();
        for row in &rows {
            if let Some(end) = self.ended.get(&row.id) {
                assert_eq!(row.state, *end, "an end holds");
            }
            if row.state.is_final() {
                self.ended.insert(row.id, row.state);
                assert!(row.blob().is_none() || row.state == TransferState::Done);
            }
            let message = self.vault.read(|r| r.message(MessageKey::from(row.id))).unwrap();
            assert_eq!((message.transfer, message.incoming()), (Some(row.id), row.incoming));
        }
        let offered = |incoming| {
            rows.iter().filter(|row| row.incoming == incoming && row.state == TransferState::Offered).count()
        };
        assert!(offered(true) <= OPEN_OFFERS && offered(false) <= OPEN_OFFERS);
        let (kept, shred) = self.vault.read(|r| Ok((r.blobs()?, r.to_shred()?))).unwrap();
        let all: Vec<[u8; 16]> = kept.iter().chain(&shred).copied().collect();
        assert_eq!(all.iter().copied().collect::<BTreeSet<_>>(), self.made, "kept or to be removed");
        assert_eq!(all.len(), self.made.len(), "not both");
    }

    /// What is open here is open on the other side, too.
    fn agrees(&self, other: &Self) {
        for row in self.rows().into_iter().filter(|row| !row.state.is_final()) {
            let theirs = other.vault.read(|r| r.transfer_named(other.contact, row.message, !row.incoming)).unwrap();
            match row.state {
                TransferState::Queued => assert_eq!(theirs, None),
                _ => assert!(theirs.is_some_and(|theirs| !theirs.state.is_final()), "{row:?} waits for nobody"),
            }
        }
    }
}

fn any_fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        Just(Fate::Declined),
        Just(Fate::Cancelled),
        Just(Fate::Done),
        Just(Fate::Failed(FileFailure::SourceChanged)),
    ]
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => any::<(bool, bool)>().prop_map(|(brief, live)| Step::Offer { brief, live }),
        2 => any::<Index>().prop_map(|at| Step::Accept { at }),
        1 => any::<Index>().prop_map(|at| Step::Join { at }),
        2 => (any::<Index>(), any_fate(), any::<bool>()).prop_map(|(at, fate, live)| Step::End { at, fate, live }),
        1 => any::<Index>().prop_map(|at| Step::Forget { at }),
        1 => (any::<Index>(), any::<bool>()).prop_map(|(at, live)| Step::Delete { at, live }),
        1 => (0..20i64).prop_map(|seconds| Step::Look { seconds }),
        4 => (1..6usize, any::<bool>()).prop_map(|(most, acked)| Step::Deliver { most, acked }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nobody_waits_for_what_the_other_side_gave_up(steps in prop::collection::vec((any::<bool>(), any_step()), 0..80)) {
        let mut sides = [Side::new(), Side::new()];
        for (first, step) in steps {
            let [one, two] = &mut sides;
            let (one, two) = if first { (one, two) } else { (two, one) };
            one.take(&step, two);
            one.check();
            two.check();
        }
        let [one, two] = &mut sides;
        // As often as offers that were kept back may still follow.
        for _ in 0..8 {
            one.deliver(two, 99, true);
            two.deliver(one, 99, true);
        }
        one.check();
        two.check();
        one.agrees(two);
        two.agrees(one);
    }
}
