//! One end for each transfer, said by who may, and what is left then.

use super::super::testing::{Peer, blob, offer, ours, path, sealed, talk};
use super::super::{MessageKey, MessageState, Vault};
use super::*;
use crate::wire::{Epoch, Expiry, FileFailure, Offer};

const OURS: Epoch = Epoch([2; 8]);
const DAMAGED: Fate = Fate::Failed(FileFailure::Damaged);
const ALL: [Fate; 5] = [Fate::Declined, Fate::Cancelled, Fate::Done, Fate::Full, DAMAGED];

fn theirs(vault: &mut Vault, peer: &mut Peer, offer: Offer) -> TransferId {
    match peer.says(vault, &Body::Offer(offer)) {
        Arrival::Offered(key) => key.into(),
        other => panic!("{other:?}"),
    }
}

fn row(vault: &Vault, id: TransferId) -> Transfer {
    vault.read(|r| r.transfer(id)).unwrap()
}

fn owed(vault: &Vault, contact: ContactId) -> Vec<Option<Body>> {
    vault.read(|r| r.outbox(contact, 0, 99)).unwrap().into_iter().map(|queued| queued.body).collect()
}

fn brief(size: u64) -> Offer {
    Offer { expires_in: Expiry::from_seconds(10).ok(), ..offer(size) }
}

fn says(vault: &mut Vault, peer: &mut Peer, id: TransferId, fate: Fate) -> Arrival {
    let row = row(vault, id);
    let author = if row.incoming { Author::Me } else { Author::You };
    peer.says(vault, &Body::Fate { target: Target { id: row.message, author }, fate })
}

#[test]
fn who_receives_may_say_anything_and_who_sends_may_give_up() {
    for fate in ALL {
        let sender_may = matches!(fate, Fate::Cancelled | Fate::Failed(_));
        let (mut vault, ann, mut stamp) = talk();
        let mut peer = Peer::new(ann);
        let (incoming, outgoing) =
            (theirs(&mut vault, &mut peer, offer(5)), ours(&mut vault, ann, &offer(5), &path("/x"), stamp.next(true)));
        // The other side.
        assert_eq!(says(&mut vault, &mut peer, incoming, fate) == Arrival::Fate(incoming), sender_may, "{fate:?}");
        assert_eq!(row(&vault, incoming).state.is_final(), sender_may);
        assert_eq!(says(&mut vault, &mut peer, outgoing, fate), Arrival::Fate(outgoing), "{fate:?}");
        // We.
        let (incoming, outgoing) =
            (theirs(&mut vault, &mut peer, offer(5)), ours(&mut vault, ann, &offer(5), &path("/x"), stamp.next(true)));
        assert_eq!(vault.write(|w| w.queue_fate(incoming, fate, stamp.next(true))), Ok(true));
        let said = vault.write(|w| w.queue_fate(outgoing, fate, stamp.next(true)));
        assert_eq!(said == Ok(true), sender_may, "{said:?}");
        assert_eq!(row(&vault, outgoing).state.is_final(), sender_may);
    }
}

#[test]
fn the_first_end_holds_whatever_is_said_later() {
    for (first, state, fault) in [
        (Fate::Declined, TransferState::Declined, None),
        (Fate::Cancelled, TransferState::Cancelled, None),
        (Fate::Done, TransferState::Done, None),
        (Fate::Full, TransferState::Failed, Some(Fault::Full)),
        (DAMAGED, TransferState::Failed, Some(Fault::Failure(FileFailure::Damaged))),
    ] {
        let (mut vault, ann, mut stamp) = talk();
        let mut peer = Peer::new(ann);
        let id = ours(&mut vault, ann, &offer(5), &path("/x"), stamp.next(true));
        assert_eq!(says(&mut vault, &mut peer, id, first), Arrival::Fate(id));
        for later in ALL {
            assert_eq!(says(&mut vault, &mut peer, id, later), Arrival::Nothing);
        }
        assert_eq!(vault.write(|w| w.queue_fate(id, Fate::Cancelled, stamp.next(true))), Ok(false));
        assert_eq!((row(&vault, id).state, row(&vault, id).fault), (state, fault));
        assert_eq!(owed(&vault, ann).len(), 1, "the offer alone");
    }
    let (mut vault, ann, mut stamp) = talk();
    let stranger = Target { id: MessageId([88; 16]), author: Author::You };
    let text = vault.write(|w| w.queue(ann, stamp.id(), "no file", 1, true)).unwrap().key;
    let text = Target { id: vault.read(|r| r.message(text)).unwrap().id, author: Author::You };
    for target in [stranger, text] {
        assert_eq!(Peer::fresh(ann).says(&mut vault, &Body::Fate { target, fate: Fate::Done }), Arrival::Nothing);
    }
}

#[test]
fn ours_that_never_left_is_taken_back_and_what_left_is_told() {
    let (mut vault, ann, mut stamp) = talk();
    let untold = ours(&mut vault, ann, &offer(1), &path("/x"), stamp.next(false));
    let told = ours(&mut vault, ann, &offer(2), &path("/x"), stamp.next(true));
    for id in [untold, told] {
        assert_eq!(vault.write(|w| w.queue_fate(id, Fate::Cancelled, stamp.next(true))), Ok(true));
        assert_eq!(row(&vault, id).state, TransferState::Cancelled);
    }
    let message = |id: TransferId| vault.read(|r| r.message(id.into())).unwrap();
    assert_eq!((message(untold).state, message(told).state), (MessageState::Recalled, MessageState::Queued));
    let target = Target { id: message(told).id, author: Author::Me };
    let fate = Body::Fate { target, fate: Fate::Cancelled };
    assert_eq!(owed(&vault, ann), [None, Some(Body::Offer(offer(2))), Some(fate)]);

    let recalled = ours(&mut vault, ann, &offer(3), &sealed(3), stamp.next(false));
    vault.write(|w| w.recall(recalled.into())).unwrap();
    assert_eq!(row(&vault, recalled).state, TransferState::Cancelled);
    assert_eq!(vault.read(|r| r.to_shred()).unwrap(), [[3; 16]]);
    assert!(matches!(vault.write(|w| w.recall(told.into())), Err(VaultError::NotAllowed { .. })));
    assert!(matches!(
        vault.write(|w| w.queue_fate(told, Fate::Done, stamp.next(true))),
        Err(VaultError::NotAllowed { .. })
    ));
}

#[test]
fn what_is_over_keeps_its_sealed_file_only_if_that_is_whole() {
    for fate in ALL {
        let (mut vault, ann, mut stamp) = talk();
        let mut peer = Peer::new(ann);
        let done = fate == Fate::Done;
        let id = theirs(&mut vault, &mut peer, offer(100));
        vault.write(|w| w.accept_transfer(id, &blob(4))).unwrap();
        vault.write(|w| w.put_have(id, 30, b"have", Some(b"top"))).unwrap();
        vault.write(|w| w.queue_fate(id, fate, stamp.next(true))).unwrap();
        let (blobs, shred) = vault.read(|r| Ok((r.blobs()?, r.to_shred()?))).unwrap();
        assert_eq!((blobs.len(), shred.len()), (usize::from(done), usize::from(!done)), "{fate:?}");
        assert_eq!((row(&vault, id).blob().is_some(), row(&vault, id).done), (done, if done { 100 } else { 30 }));
        assert_eq!(vault.read(|r| r.held(id)).unwrap(), Default::default());

        let mine = ours(&mut vault, ann, &offer(1), &path("/home/x"), stamp.next(true));
        says(&mut vault, &mut peer, mine, fate);
        assert_eq!(row(&vault, mine).source, None, "where it lies is nobody's business any more");
        assert_eq!(row(&vault, mine).removed.len(), 2);
    }
}

/// A message that disappears does so some time after its file is here, not while it is on its way.
#[test]
fn the_time_of_a_file_runs_from_its_end() {
    let (mut vault, ann, mut stamp) = talk();
    let mut peer = Peer::new(ann);
    let ends = |vault: &Vault, id: TransferId| vault.read(|r| r.message(id.into())).unwrap().expires_at;
    // Theirs: displayed, then accepted, then here.
    let [unanswered, fetched, unread] = [1, 2, 3].map(|size| theirs(&mut vault, &mut peer, brief(size)));
    vault.write(|w| w.accept_transfer(unread, &blob(3))).unwrap();
    vault.write(|w| w.mark_read(ann, 1_000)).unwrap();
    assert_eq!([unanswered, fetched, unread].map(|id| ends(&vault, id)), [Some(11_000), Some(11_000), None]);
    vault.write(|w| w.accept_transfer(fetched, &blob(2))).unwrap();
    assert_eq!(ends(&vault, fetched), None);
    let at = |time| Stamp { id: MessageId([9; 16]), time, handed: true };
    for id in [fetched, unread] {
        vault.write(|w| w.queue_fate(id, Fate::Done, at(50_000))).unwrap();
        assert_eq!(ends(&vault, id), Some(60_000));
    }
    // One that comes while nobody looks, and is fetched before it is displayed.
    let unseen = theirs(&mut vault, &mut peer, brief(4));
    vault.write(|w| w.accept_transfer(unseen, &blob(4))).unwrap();
    vault.write(|w| w.queue_fate(unseen, Fate::Done, at(50_000))).unwrap();
    assert_eq!(ends(&vault, unseen), None);
    vault.write(|w| w.mark_read(ann, 70_000)).unwrap();
    assert_eq!(ends(&vault, unseen), Some(80_000));
    // Ours: delivered, then fetched.
    let mine = ours(&mut vault, ann, &brief(5), &path("/x"), stamp.next(true));
    vault.write(|w| w.ack(ann, OURS, 9, 2_000)).unwrap();
    assert_eq!(ends(&vault, mine), None);
    assert_eq!(says(&mut vault, &mut peer, mine, Fate::Done), Arrival::Fate(mine));
    // The other side says how long ago: never before it was offered.
    assert_eq!(ends(&vault, mine), Some(7 + 10_000));
}

#[test]
fn a_transfer_that_loses_its_message_is_given_up() {
    let (mut vault, ann, mut stamp) = talk();
    let mut peer = Peer::new(ann);
    let said = |vault: &Vault, author, id: MessageId| {
        owed(vault, ann).into_iter().flatten().find_map(|body| match body {
            Body::Fate { target, fate } if target == (Target { id, author }) => Some(fate),
            _ => None,
        })
    };
    let forget = |vault: &mut Vault, id: TransferId| vault.write(|w| w.forget(id.into())).unwrap();
    let offered = theirs(&mut vault, &mut peer, offer(1));
    let accepted = theirs(&mut vault, &mut peer, offer(2));
    let over = theirs(&mut vault, &mut peer, offer(3));
    vault.write(|w| w.accept_transfer(accepted, &blob(2))).unwrap();
    says(&mut vault, &mut peer, over, Fate::Cancelled);
    for (id, expected) in [(offered, Some(Fate::Declined)), (accepted, Some(Fate::Cancelled)), (over, None)] {
        let name = row(&vault, id).message;
        forget(&mut vault, id);
        assert_eq!(said(&vault, Author::You, name), expected);
    }
    let delivered = ours(&mut vault, ann, &offer(4), &path("/x"), stamp.next(true));
    vault.write(|w| w.ack(ann, OURS, 99, 1)).unwrap();
    let untold = ours(&mut vault, ann, &offer(5), &path("/x"), stamp.next(false));
    for (id, expected) in [(delivered, Some(Fate::Cancelled)), (untold, None)] {
        let name = row(&vault, id).message;
        forget(&mut vault, id);
        assert_eq!(said(&vault, Author::Me, name), expected);
    }
    // One that disappears by itself.
    let brief = theirs(&mut vault, &mut peer, brief(6));
    let name = row(&vault, brief).message;
    vault.write(|w| w.mark_read(ann, 0)).unwrap();
    assert_eq!(vault.write(|w| w.expire(10_000)).unwrap(), [(ann, MessageKey::from(brief))]);
    assert_eq!(said(&vault, Author::You, name), Some(Fate::Declined));
    let names: Vec<MessageId> = vault.read(|r| r.outbox(ann, 0, 99)).unwrap().iter().map(|queued| queued.id).collect();
    assert!((1..names.len()).all(|n| !names[n..].contains(&names[n - 1])), "each has a name of its own");
}

#[test]
fn a_file_that_its_author_deletes_is_gone_on_both_sides() {
    let (mut vault, ann, mut stamp) = talk();
    let mut peer = Peer::new(ann);
    let id = theirs(&mut vault, &mut peer, offer(2));
    vault.write(|w| w.accept_transfer(id, &blob(2))).unwrap();
    let name = row(&vault, id).message;
    assert_eq!(peer.says(&mut vault, &Body::Delete { target: name }), Arrival::Deleted(id.into()));
    let message = vault.read(|r| r.message(id.into())).unwrap();
    assert_eq!((message.deleted, message.transfer, message.text.as_str()), (true, None, ""));
    assert_eq!(says_of(&mut vault, &mut peer, name), Arrival::Nothing);

    let mut deleted = |handed| {
        let mine = ours(&mut vault, ann, &offer(3), &sealed(if handed { 8 } else { 9 }), stamp.next(handed));
        vault.write(|w| w.delete(mine.into(), stamp.next(handed))).unwrap();
        (vault.read(|r| r.message(mine.into())).unwrap().transfer, vault.read(|r| r.to_shred()).unwrap().len())
    };
    assert_eq!((deleted(true), deleted(false)), ((None, 2), (None, 3)));
}

fn says_of(vault: &mut Vault, peer: &mut Peer, id: MessageId) -> Arrival {
    peer.says(vault, &Body::Fate { target: Target { id, author: Author::Me }, fate: Fate::Cancelled })
}
