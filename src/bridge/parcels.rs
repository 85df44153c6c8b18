//! What the person chose to send: kept here, so that the window knows names and sizes and never a path or a byte.
//!
//! It says what is to be looked into and offered next, a few things at a time; it does neither.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use pelure_ui::keys::{ContactKey, ParcelKey};
use pelure_ui::model::{Fault, FileKind, Packing, Parcel, Shown};
use tokio::task::AbortHandle;
use zeroize::Zeroizing;

/// All of them, in the order in which they were chosen.
#[derive(Default)]
pub(super) struct Parcels {
    last: i64,
    held: BTreeMap<ParcelKey, Held>,
    running: BTreeMap<ParcelKey, (Errand, AbortHandle)>,
}

struct Held {
    shown: Parcel,
    content: Content,
    errand: Option<Errand>,
}

/// Where it is.
#[derive(Clone)]
pub(super) enum Content {
    /// On a disk.
    Path(PathBuf),
    /// Nowhere else: a picture that was pasted, as PNG without anything beside the picture.
    Picture(Arc<Zeroizing<Vec<u8>>>),
}

/// What is to be done with one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Errand {
    /// Find out what it is.
    Look,
    /// Offer it.
    Offer {
        /// Under this name.
        name: String,
        /// Cleaned first.
        clean: bool,
    },
}

impl Parcels {
    /// Takes one more; `None`: there are too many.
    pub(super) fn add(&mut self, contact: ContactKey, name: Shown, content: Content) -> Option<&Parcel> {
        if self.held.len() >= PARCELS {
            return None;
        }
        self.last += 1;
        let key = ParcelKey(self.last);
        let (size, packing, errand) = match &content {
            Content::Path(_) => (0, Packing::Looking, Some(Errand::Look)),
            // We made it: there is nothing in it but the picture.
            Content::Picture(bytes) => (bytes.len() as u64, ready(), None),
        };
        let shown = Parcel { key, contact, name, kind: FileKind::File, size, packing };
        Some(&self.held.entry(key).or_insert(Held { shown, content, errand }).shown)
    }

    /// All of them, as they are shown.
    pub(super) fn all(&self) -> Vec<Parcel> {
        self.held.values().map(|held| held.shown.clone()).collect()
    }

    /// One of them is to be offered, if it was looked into.
    pub(super) fn send(&mut self, key: ParcelKey, contact: ContactKey, name: String, clean: bool) -> Option<&Parcel> {
        let held = self.held.get_mut(&key).filter(|held| held.shown.contact == contact)?;
        if !matches!(held.shown.packing, Packing::Ready { .. }) {
            return None;
        }
        held.shown.packing = Packing::Leaving { done: 0 };
        held.errand = Some(Errand::Offer { name, clean });
        Some(&held.shown)
    }

    /// What is to be done next, if there is something and not enough is being done.
    pub(super) fn next(&self) -> Option<(ParcelKey, ContactKey, Content, Errand)> {
        let busy = |kind: &Errand| self.running.values().any(|(errand, _)| is_offer(errand) == is_offer(kind));
        let waits = |(key, held): (&ParcelKey, &Held)| {
            let errand = held.errand.clone().filter(|errand| !busy(errand))?;
            Some((*key, held.shown.contact, held.content.clone(), errand))
        };
        self.held.iter().find_map(waits)
    }

    /// It is being done.
    pub(super) fn begun(&mut self, key: ParcelKey, errand: Errand, handle: AbortHandle) {
        if let Some(held) = self.held.get_mut(&key) {
            held.errand = None;
        }
        self.running.insert(key, (errand, handle));
    }

    /// One was looked into; gives it as it is shown now.
    pub(super) fn looked(
        &mut self,
        key: ParcelKey,
        found: Result<(Shown, FileKind, u64, Packing), Fault>,
    ) -> Option<&Parcel> {
        self.running.remove(&key);
        let shown = &mut self.held.get_mut(&key)?.shown;
        match found {
            Ok((name, kind, size, packing)) => {
                (shown.name, shown.kind, shown.size, shown.packing) = (name, kind, size, packing);
            }
            Err(fault) => shown.packing = Packing::Refused(fault),
        }
        Some(shown)
    }

    /// One could not be offered; gives it as it is shown now.
    pub(super) fn refused(&mut self, key: ParcelKey, fault: Fault) -> Option<&Parcel> {
        self.running.remove(&key);
        let shown = &mut self.held.get_mut(&key)?.shown;
        shown.packing = Packing::Refused(fault);
        Some(shown)
    }

    /// How far the one that is being offered to this contact is; gives it as it is shown now.
    pub(super) fn leaving(&mut self, contact: ContactKey, bytes: u64, of: u64) -> Option<&Parcel> {
        let offering = self.running.iter().filter(|(_, (errand, _))| is_offer(errand)).map(|(key, _)| *key);
        let mut here = offering.filter(|key| self.held.get(key).is_some_and(|held| held.shown.contact == contact));
        let key = here.next()?;
        let shown = &mut self.held.get_mut(&key)?.shown;
        // Cleaning may have made it smaller.
        shown.size = of;
        shown.packing = Packing::Leaving { done: bytes };
        Some(shown)
    }

    /// One is gone, offered or not; what is being done with it stops.
    pub(super) fn remove(&mut self, key: ParcelKey) {
        self.held.remove(&key);
        if let Some((_, handle)) = self.running.remove(&key) {
            handle.abort();
        }
    }

    /// Forgets what was not sent, or what was chosen for a contact who is gone.
    pub(super) fn forget(&mut self, gone: impl Fn(&Parcel) -> bool) {
        let keys: Vec<_> = self.held.values().filter(|held| gone(&held.shown)).map(|held| held.shown.key).collect();
        keys.into_iter().for_each(|key| self.remove(key));
    }
}

fn is_offer(errand: &Errand) -> bool {
    matches!(errand, Errand::Offer { .. })
}

fn ready() -> Packing {
    Packing::Ready { removed: Vec::new(), kept: Vec::new(), uncleaned: Vec::new() }
}

/// Parcels at once, for all contacts: more than anybody looks through before sending.
pub(super) const PARCELS: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    const BOB: ContactKey = ContactKey(1);

    fn chosen(count: usize) -> Parcels {
        let mut parcels = Parcels::default();
        for _ in 0..count {
            parcels.add(BOB, Shown::new("a"), Content::Path("/a".into()));
        }
        parcels
    }

    async fn begin(parcels: &mut Parcels) -> (ParcelKey, Errand) {
        let (key, _, _, errand) = parcels.next().unwrap();
        parcels.begun(key, errand.clone(), tokio::spawn(async {}).abort_handle());
        (key, errand)
    }

    fn found() -> Result<(Shown, FileKind, u64, Packing), Fault> {
        Ok((Shown::new("b"), FileKind::File, 9, ready()))
    }

    #[test]
    fn there_are_never_more_than_the_limit() {
        let mut parcels = chosen(PARCELS);
        assert!(parcels.add(BOB, Shown::new("a"), Content::Path("/a".into())).is_none());
        parcels.remove(ParcelKey(1));
        assert!(parcels.add(BOB, Shown::new("a"), Content::Path("/a".into())).is_some());
    }

    #[tokio::test]
    async fn one_is_looked_into_while_another_is_offered() {
        let mut parcels = chosen(3);
        let (first, errand) = begin(&mut parcels).await;
        assert_eq!((first, errand), (ParcelKey(1), Errand::Look));
        assert!(parcels.next().is_none(), "one at a time");
        assert_eq!(parcels.looked(first, found()).unwrap().size, 9);
        assert!(parcels.send(first, BOB, "c".into(), true).is_some());
        let (second, _) = begin(&mut parcels).await;
        let (third, _) = begin(&mut parcels).await;
        assert_eq!((second, third), (ParcelKey(1), ParcelKey(2)));
        assert!(parcels.next().is_none());
        let shown = parcels.leaving(BOB, 4, 8).unwrap();
        assert_eq!((shown.key, shown.size, &shown.packing), (first, 8, &Packing::Leaving { done: 4 }));
    }

    #[tokio::test]
    async fn what_was_not_looked_into_or_is_for_somebody_else_is_not_sent() {
        let mut parcels = chosen(1);
        let key = ParcelKey(1);
        assert!(parcels.send(key, BOB, "c".into(), true).is_none());
        begin(&mut parcels).await;
        parcels.looked(key, found());
        assert!(parcels.send(key, ContactKey(2), "c".into(), true).is_none());
        assert!(parcels.send(key, BOB, "c".into(), true).is_some());
        assert!(parcels.send(key, BOB, "c".into(), true).is_none(), "it is sent once");
    }

    #[tokio::test]
    async fn what_is_taken_away_stops_and_its_late_answer_changes_nothing() {
        let mut parcels = chosen(1);
        let (key, _, _, errand) = parcels.next().unwrap();
        let task = tokio::spawn(std::future::pending::<()>());
        parcels.begun(key, errand, task.abort_handle());
        parcels.remove(key);
        assert!(task.await.unwrap_err().is_cancelled());
        assert!(parcels.looked(key, found()).is_none() && parcels.all().is_empty());
    }
}
