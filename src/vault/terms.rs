//! What both sides of a conversation agreed on: how long texts live, and whether displaying them is told.
//!
//! It starts no time and sends no receipt.

use super::error::VaultError;
use super::ids::ContactId;
use super::inbox::Arrival;
use super::outbox::Stamp;
use super::rows::{Contact, seconds};
use super::transaction::Write;
use crate::wire::{Body, Expiry};

impl Write<'_> {
    /// Changes the timer of both sides (`Some(None)`: off) or our wish for receipts, and lets the other side know. Tells
    /// whether anything changed.
    pub fn set_terms(
        &self,
        contact: ContactId,
        expires_in: Option<Option<Expiry>>,
        receipts: Option<bool>,
        stamp: Stamp,
    ) -> Result<bool, VaultError> {
        let Contact { expires_in: timer, receipts_mine, receipts_theirs, terms_version, .. } = self.contact(contact)?;
        let (wanted, receipts) = (expires_in.unwrap_or(timer), receipts.unwrap_or(receipts_mine));
        if (wanted, receipts) == (timer, receipts_mine) {
            return Ok(false);
        }
        let step = u32::from(wanted != timer);
        let version = terms_version.checked_add(step).ok_or(EXHAUSTED)?;
        self.change(
            "UPDATE contact SET expires_in = ?2, terms_version = ?3, receipts_mine = ?4 WHERE id = ?1",
            (contact, seconds(wanted), version, receipts),
        )?;
        if receipts && receipts_theirs && !receipts_mine {
            self.begin_receipts(contact)?;
        }
        self.queue_deed(contact, None, &self.terms(contact)?, stamp)?;
        Ok(true)
    }

    /// Lets the other side know the terms as they are here, unless just that is on its way: who pretends not to know them
    /// makes us owe one message, not many.
    pub fn announce_terms(&self, contact: ContactId, stamp: Stamp) -> Result<(), VaultError> {
        let (terms, mut bytes) = (self.terms(contact)?, Vec::new());
        terms.encode(&mut bytes);
        let sql = "SELECT EXISTS (SELECT 1 FROM deed WHERE contact = ?1 AND kind = 'terms' AND body = ?2)";
        let owed: bool = self.db.prepare_cached(sql)?.query_row((contact, bytes), |row| row.get(0))?;
        if owed { Ok(()) } else { self.queue_deed(contact, None, &terms, stamp) }
    }

    fn terms(&self, contact: ContactId) -> Result<Body, VaultError> {
        let Contact { expires_in, receipts_mine: receipts, terms_version: version, .. } = self.contact(contact)?;
        Ok(Body::Terms { version, expires_in, receipts })
    }

    /// What the other side wants. Its receipts always apply, its timer if it is newer than ours, or of the same age and
    /// shorter: so both sides end at the same one, whoever spoke first.
    pub(super) fn take_terms(
        &self,
        contact: ContactId,
        version: u32,
        expires_in: Option<Expiry>,
        receipts: bool,
    ) -> Result<Arrival, VaultError> {
        let ours = self.contact(contact)?;
        let shorter = || life(expires_in) < life(ours.expires_in);
        let newer = version > ours.terms_version || (version == ours.terms_version && shorter());
        let (timer, known) = if newer { (expires_in, version) } else { (ours.expires_in, ours.terms_version) };
        self.change(
            "UPDATE contact SET expires_in = ?2, terms_version = ?3, receipts_theirs = ?4 WHERE id = ?1",
            (contact, seconds(timer), known, receipts),
        )?;
        if receipts && ours.receipts_mine && !ours.receipts_theirs {
            self.begin_receipts(contact)?;
        }
        let changed = timer != ours.expires_in || receipts != ours.receipts_theirs;
        Ok(Arrival::Terms { changed, outdated: version < ours.terms_version })
    }
}

/// For comparing: never disappearing is the longest life.
fn life(expires_in: Option<Expiry>) -> u64 {
    expires_in.map_or(u64::MAX, |expiry| expiry.seconds().into())
}

const EXHAUSTED: VaultError = VaultError::NotAllowed {
    why: "the other side used up all changes of the timer; remove the contact and add it again",
};

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Vault;
    use super::super::testing::{Peer, Stamps, talk};
    use super::*;

    fn timer(seconds: u64) -> Option<Expiry> {
        (seconds > 0).then(|| Expiry::from_seconds(seconds).unwrap())
    }

    /// One of the two sides, with what it sent and the other did not take yet.
    struct Side {
        vault: Vault,
        contact: ContactId,
        stamp: Stamps,
        peer: Peer,
        taken: u64,
    }

    impl Side {
        fn new() -> Self {
            let (vault, contact, stamp) = talk();
            Self { vault, contact, stamp, peer: Peer::new(contact), taken: 0 }
        }

        fn set(&mut self, expires_in: Option<Option<Expiry>>, receipts: Option<bool>, handed: bool) {
            let stamp = self.stamp.next(handed);
            self.vault.write(|w| w.set_terms(self.contact, expires_in, receipts, stamp)).unwrap();
        }

        /// The other side takes everything that waits; an outdated one is told.
        fn deliver(&mut self, to: &mut Self) {
            for queued in self.vault.read(|r| r.outbox(self.contact, self.taken, 99)).unwrap() {
                self.taken = queued.seq;
                let Some(body) = queued.body else { continue };
                if let Arrival::Terms { outdated: true, .. } = to.peer.says(&mut to.vault, &body) {
                    let stamp = to.stamp.next(true);
                    to.vault.write(|w| w.announce_terms(to.contact, stamp)).unwrap();
                }
            }
            self.vault.write(|w| w.hand(self.contact, self.taken)).unwrap();
        }

        fn terms(&self) -> Contact {
            self.vault.read(|r| r.contact(self.contact)).unwrap()
        }
    }

    fn settled(one: &mut Side, two: &mut Side) {
        for _ in 0..4 {
            one.deliver(two);
            two.deliver(one);
        }
        let (a, b) = (one.terms(), two.terms());
        assert_eq!((a.expires_in, a.terms_version), (b.expires_in, b.terms_version));
        assert_eq!((a.receipts_mine, a.receipts_theirs), (b.receipts_theirs, b.receipts_mine));
    }

    #[test]
    fn the_newer_timer_applies_and_of_two_at_once_the_shorter() {
        let (mut one, mut two) = (Side::new(), Side::new());
        one.set(Some(timer(3_600)), None, true);
        settled(&mut one, &mut two);
        assert_eq!(two.terms().expires_in, timer(3_600));
        one.set(Some(None), None, true);
        two.set(Some(timer(86_400)), Some(true), true);
        settled(&mut one, &mut two);
        assert_eq!(one.terms().expires_in, timer(86_400), "off is the longest");
        one.set(Some(None), None, true);
        settled(&mut one, &mut two);
        assert_eq!((two.terms().expires_in, one.terms().receipts_theirs), (None, true));
    }

    #[test]
    fn a_restored_side_learns_the_terms_again() {
        let (mut one, mut two) = (Side::new(), Side::new());
        one.set(Some(timer(60)), None, true);
        one.set(Some(timer(3_600)), None, true);
        settled(&mut one, &mut two);
        // As one that was added again: it knows no terms.
        let mut fresh = Side::new();
        two.peer = Peer::fresh(two.contact);
        fresh.set(None, Some(true), true);
        settled(&mut fresh, &mut two);
        assert_eq!(fresh.terms().expires_in, timer(3_600));
    }

    #[test]
    fn changes_that_were_never_handed_over_give_way_and_no_change_sends_nothing() {
        let mut one = Side::new();
        one.set(Some(timer(60)), None, false);
        one.set(Some(timer(120)), None, false);
        one.set(Some(timer(120)), Some(false), false);
        let owed = one.vault.read(|r| r.outbox(one.contact, 0, 9)).unwrap();
        let terms = Body::Terms { version: 2, expires_in: timer(120), receipts: false };
        assert_eq!(owed.into_iter().map(|q| q.body).collect::<Vec<_>>(), [None, Some(terms)]);
    }

    #[test]
    fn a_peer_that_uses_up_the_numbers_does_no_more_than_freeze_the_timer() {
        let mut one = Side::new();
        let last = Body::Terms { version: u32::MAX, expires_in: timer(60), receipts: false };
        assert_eq!(one.peer.says(&mut one.vault, &last), Arrival::Terms { changed: true, outdated: false });
        let stamp = one.stamp.next(true);
        let refused = one.vault.write(|w| w.set_terms(one.contact, Some(None), None, stamp));
        assert_eq!(refused, Err(EXHAUSTED));
        assert_eq!(one.terms().expires_in, timer(60));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

        /// Whatever both sides change and whenever anything arrives, they end at the same terms.
        #[test]
        fn both_sides_converge(steps in prop::collection::vec((any::<bool>(), 0..4u8, any::<bool>(), any::<bool>()), 0..24)) {
            let mut sides = [Side::new(), Side::new()];
            for (first, what, receipts, handed) in steps {
                let (one, two) = sides.split_at_mut(1);
                let (one, two) = if first { (&mut one[0], &mut two[0]) } else { (&mut two[0], &mut one[0]) };
                match what {
                    0 => one.deliver(two),
                    1 => one.set(None, Some(receipts), handed),
                    what => one.set(Some(timer(u64::from(what - 2) * 60)), None, handed),
                }
            }
            let [one, two] = &mut sides;
            settled(one, two);
        }
    }
}
