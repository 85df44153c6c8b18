//! Few at a time, each once, in order.

use super::super::testing::{Peer, blob, offer, ours, path, sealed, talk};
use super::super::{Vault, VaultError};
use super::*;
use crate::wire::{Author, Body, Epoch, Expiry, Fate, Target};

const OURS: Epoch = Epoch([2; 8]);

fn bodies(vault: &Vault, contact: ContactId) -> Vec<Option<Body>> {
    vault.read(|r| r.outbox(contact, 0, 99)).unwrap().into_iter().map(|queued| queued.body).collect()
}

fn state(vault: &Vault, id: TransferId) -> TransferState {
    vault.read(|r| r.transfer(id)).unwrap().state
}

#[test]
fn an_offer_goes_out_as_it_was_made() {
    let (mut vault, ann, mut stamp) = talk();
    for kind in [FileKind::File, FileKind::Folder { files: 3 }, FileKind::VoiceNote { seconds: 0 }] {
        let offer = Offer { kind, expires_in: Expiry::from_seconds(60).ok(), ..offer(70_000) };
        let id = ours(&mut vault, ann, &offer, &path("/x"), stamp.next(true));
        let owed = vault.read(|r| r.outbox(ann, 0, 9)).unwrap().pop().unwrap();
        assert_eq!((owed.key, owed.body, owed.handed), (Some(id.into()), Some(Body::Offer(offer)), true));
        assert_eq!(owed.id, vault.read(|r| r.transfer(id)).unwrap().message);
    }
    let unsound = Offer { size: u64::MAX, ..offer(1) };
    let (source, removed) = (&sealed(1), &[]);
    let new = NewOffer { contact: ann, offer: &unsound, source, top: &[], removed };
    let refused = vault.write(|w| w.queue_offer(&new, stamp.next(true)));
    assert!(matches!(refused, Err(VaultError::NotAllowed { .. })));
    let nobody = NewOffer { contact: ContactId(99), offer: &offer(1), ..new };
    assert_eq!(vault.write(|w| w.queue_offer(&nobody, stamp.next(true))), Err(super::super::contacts::MISSING));
}

#[test]
fn ours_beyond_the_limit_wait_and_follow_in_order() {
    let (mut vault, ann, mut stamp) = talk();
    let ids: Vec<TransferId> =
        (0..OPEN_OFFERS + 3).map(|n| ours(&mut vault, ann, &offer(n as u64), &path("/x"), stamp.next(true))).collect();
    let (first, kept_back) = ids.split_at(OPEN_OFFERS);
    assert!(first.iter().all(|id| state(&vault, *id) == TransferState::Offered));
    assert!(kept_back.iter().all(|id| state(&vault, *id) == TransferState::Queued));
    assert_eq!(bodies(&vault, ann).len(), OPEN_OFFERS);
    assert_eq!(vault.write(|w| w.next_offers(ann, true)).unwrap(), []);

    // One is accepted, one is declined: two places.
    assert!(vault.write(|w| w.transfer_accepted(first[3])).unwrap());
    assert!(!vault.write(|w| w.transfer_accepted(first[3])).unwrap());
    let target = Target { id: vault.read(|r| r.transfer(first[5])).unwrap().message, author: Author::You };
    let mut peer = Peer::new(ann);
    assert_eq!(peer.says(&mut vault, &Body::Fate { target, fate: Fate::Declined }), Arrival::Fate(first[5]));
    // Whoever comes now stands behind those who wait.
    let late = ours(&mut vault, ann, &offer(99), &path("/x"), stamp.next(true));
    assert_eq!(state(&vault, late), TransferState::Queued);
    assert_eq!(vault.write(|w| w.next_offers(ann, false)).unwrap(), kept_back[..2]);
    let owed = vault.read(|r| r.outbox(ann, 0, 99)).unwrap();
    let last: Vec<_> = owed.iter().rev().take(2).map(|queued| (queued.key, queued.handed)).collect();
    assert_eq!(last, [(Some(kept_back[1].into()), false), (Some(kept_back[0].into()), false)]);

    // One that waits may be taken back; it never had a number.
    vault.write(|w| w.recall(kept_back[2].into())).unwrap();
    assert_eq!(state(&vault, kept_back[2]), TransferState::Cancelled);
    vault.write(|w| w.forget(late.into())).unwrap();
    let seqs: Vec<u64> = vault.read(|r| r.outbox(ann, 0, 99)).unwrap().iter().map(|queued| queued.seq).collect();
    assert!(seqs.iter().copied().eq(1..=OPEN_OFFERS as u64 + 2), "{seqs:?}");
    assert_eq!(vault.write(|w| w.ack(ann, OURS, 99, 1)).unwrap().len(), OPEN_OFFERS + 2);
}

#[test]
fn theirs_beyond_the_limit_are_not_kept_and_answered_a_few_times() {
    let (mut vault, ann, _) = talk();
    let mut peer = Peer::new(ann);
    for n in 0..OPEN_OFFERS {
        assert!(matches!(peer.says(&mut vault, &Body::Offer(offer(n as u64))), Arrival::Offered(_)));
    }
    for n in 0..200u8 {
        let name = MessageId([n; 16]);
        assert_eq!(peer.names(&mut vault, name, &Body::Offer(offer(7))), Arrival::Crowded(name));
        vault.write(|w| w.refuse_offer(ann, name, stamp_of(n))).unwrap();
    }
    assert_eq!(vault.read(|r| r.transfers(None)).unwrap().len(), OPEN_OFFERS);
    let owed = bodies(&vault, ann);
    let full = |n: u8| Body::Fate { target: Target { id: MessageId([n; 16]), author: Author::You }, fate: Fate::Full };
    assert!(owed.iter().flatten().eq(&(0..OPEN_OFFERS as u8).map(full).collect::<Vec<_>>()), "{}", owed.len());
    // An old one again, as after a restoration of theirs, is no new one.
    let known = vault.read(|r| r.transfers(None)).unwrap();
    let again = Peer::fresh(ann).names(&mut vault, known[0].message, &Body::Offer(offer(1)));
    assert_eq!(again, Arrival::Nothing);
    // One is answered: there is room for one.
    vault.write(|w| w.accept_transfer(known[0].id, &blob(1))).unwrap();
    assert!(matches!(peer.says(&mut vault, &Body::Offer(offer(8))), Arrival::Offered(_)));
    assert!(matches!(peer.says(&mut vault, &Body::Offer(offer(8))), Arrival::Crowded(_)));
}

fn stamp_of(n: u8) -> Stamp {
    Stamp { id: MessageId([n, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]), time: 1, handed: false }
}

#[test]
fn only_what_they_offer_is_accepted_and_once() {
    let (mut vault, ann, mut stamp) = talk();
    let Arrival::Offered(theirs) = Peer::new(ann).says(&mut vault, &Body::Offer(offer(5))) else { panic!() };
    let mine = ours(&mut vault, ann, &offer(5), &path("/x"), stamp.next(true));
    let accept = |vault: &mut Vault, id, n| vault.write(|w| w.accept_transfer(id, &blob(n)));
    assert_eq!(accept(&mut vault, theirs.into(), 1), Ok(()));
    let row = vault.read(|r| r.transfer(theirs.into())).unwrap();
    assert_eq!((row.state, row.blob()), (TransferState::Waiting, Some(&blob(1))));
    for id in [theirs.into(), mine] {
        assert!(matches!(accept(&mut vault, id, 2), Err(VaultError::NotAllowed { .. })));
    }
    assert_eq!(accept(&mut vault, TransferId(99), 2), Err(super::super::transfers::MISSING));
    assert!(!vault.write(|w| w.transfer_accepted(theirs.into())).unwrap());
    assert_eq!(vault.read(|r| r.blobs()).unwrap(), [[1; 16]]);
}
