//! Who may change what, and what is left of what was changed.

use super::super::testing::{Peer, contact, onion, plain, talk, text};
use super::super::{NewText, Page, Quote, Vault};
use super::*;
use crate::wire::Epoch;

fn said(vault: &Vault, key: MessageKey) -> Message {
    vault.read(|r| r.message(key)).unwrap()
}

fn history(vault: &Vault, key: MessageKey) -> Vec<String> {
    vault.read(|r| r.history(key)).unwrap().into_iter().map(|revision| revision.text).collect()
}

fn found(vault: &Vault, query: &str) -> usize {
    vault.read(|r| r.search(query, None, 99)).unwrap().len()
}

#[test]
fn what_was_never_handed_over_is_edited_in_place_and_deleted_by_recalling() {
    let (mut vault, ann, mut stamp) = talk();
    let first = vault.write(|w| w.queue(ann, stamp.id(), "helo", 1, false)).unwrap();
    vault.write(|w| w.edit(first.key, &text("hello"), stamp.next(false))).unwrap();
    let row = said(&vault, first.key);
    assert_eq!((row.text.as_str(), row.edited), ("hello", false));
    assert_eq!(history(&vault, first.key), [""; 0]);
    assert_eq!((found(&vault, "helo"), found(&vault, "hello")), (0, 1));
    vault.write(|w| w.delete(first.key, stamp.next(false))).unwrap();
    let row = said(&vault, first.key);
    assert_eq!((row.state, row.deleted, row.text.as_str()), (MessageState::Recalled, true, ""));
    assert_eq!(found(&vault, "hello"), 0);
    let owed = vault.read(|r| r.outbox(ann, 0, 9)).unwrap();
    assert_eq!(owed.iter().map(|q| (q.seq, q.body.clone())).collect::<Vec<_>>(), [(1, None)]);
}

#[test]
fn what_was_handed_over_is_changed_by_deeds() {
    let (mut vault, ann, mut stamp) = talk();
    let first = vault.write(|w| w.queue(ann, stamp.id(), "one", 1, true)).unwrap();
    let id = said(&vault, first.key).id;
    vault.write(|w| w.edit(first.key, &text("two"), stamp.next(false))).unwrap();
    vault.write(|w| w.edit(first.key, &text("three"), stamp.next(false))).unwrap();
    vault.write(|w| w.edit(first.key, &text("three"), stamp.next(false))).unwrap();
    assert!(said(&vault, first.key).edited);
    assert_eq!(history(&vault, first.key), ["one", "two"]);
    let bodies = |vault: &Vault| -> Vec<Option<Body>> {
        vault.read(|r| r.outbox(ann, 0, 9)).unwrap().into_iter().map(|q| q.body).collect()
    };
    // The text itself goes again as it says now; the first edit was never handed over and gave way.
    let plain = Some(Body::Text { text: text("three"), reply_to: None, expires_in: None });
    let edit = Some(Body::Edit { target: id, text: text("three") });
    assert_eq!(bodies(&vault), [plain, None, edit]);
    vault.write(|w| w.delete(first.key, stamp.next(false))).unwrap();
    assert_eq!(bodies(&vault), [None, None, None, Some(Body::Delete { target: id })]);
    assert_eq!(history(&vault, first.key), [""; 0]);
    assert_eq!(vault.write(|w| w.ack(ann, Epoch([2; 8]), 4, 9)).unwrap(), [first.key]);
    assert_eq!(bodies(&vault), []);
    for refused in [
        vault.write(|w| w.edit(first.key, &text("four"), stamp.next(false))),
        vault.write(|w| w.delete(first.key, stamp.next(false))),
        vault.write(|w| w.react(first.key, Some(onion()), stamp.next(false))),
    ] {
        assert_eq!(refused, Err(GONE));
    }
}

#[test]
fn a_contact_changes_only_what_it_wrote() {
    let (mut vault, ann, mut stamp) = talk();
    let mut peer = Peer::new(ann);
    // The same name on both sides: whose it is decides.
    let name = stamp.id();
    let ours = vault.write(|w| w.queue(ann, name, "ours", 1, true)).unwrap().key;
    let nothing = |vault: &mut Vault, peer: &mut Peer, body: &Body| {
        assert_eq!(peer.says(vault, body), Arrival::Nothing, "{body:?}");
    };
    nothing(&mut vault, &mut peer, &Body::Edit { target: name, text: text("forged") });
    nothing(&mut vault, &mut peer, &Body::Delete { target: name });
    nothing(
        &mut vault,
        &mut peer,
        &Body::React { target: Target { id: name, author: Author::Me }, emoji: Some(onion()) },
    );
    assert_eq!((said(&vault, ours).text.as_str(), said(&vault, ours).deleted), ("ours", false));
    let Arrival::New(theirs) = peer.names(&mut vault, name, &plain("theirs")) else { panic!() };
    let edit = Body::Edit { target: name, text: text("theirs, mended") };
    assert_eq!(peer.says(&mut vault, &edit), Arrival::Edited(theirs));
    nothing(&mut vault, &mut peer, &edit);
    assert_eq!(said(&vault, theirs).text, "theirs, mended");
    assert_eq!((found(&vault, "mended"), found(&vault, "ours")), (1, 1));
    for (author, row) in [(Author::Me, theirs), (Author::You, ours)] {
        let react = Body::React { target: Target { id: name, author }, emoji: Some(onion()) };
        assert_eq!(peer.says(&mut vault, &react), Arrival::Reacted(row));
        nothing(&mut vault, &mut peer, &react);
    }
    assert_eq!(said(&vault, ours).reaction_theirs, Some(onion()));
    assert_eq!(peer.says(&mut vault, &Body::Delete { target: name }), Arrival::Deleted(theirs));
    nothing(&mut vault, &mut peer, &Body::Delete { target: name });
    nothing(&mut vault, &mut peer, &edit);
    let row = said(&vault, theirs);
    assert_eq!((row.deleted, row.text.as_str(), row.edited, row.reaction_theirs), (true, "", false, None));
    assert_eq!((history(&vault, theirs), found(&vault, "mended")), (Vec::new(), 0));
    for refused in [
        vault.write(|w| w.edit(theirs, &text("mine"), stamp.next(false))),
        vault.write(|w| w.delete(theirs, stamp.next(false))),
    ] {
        assert!(matches!(refused, Err(VaultError::NotAllowed { .. })));
    }
}

#[test]
fn a_reply_quotes_what_is_still_there() {
    let (mut vault, ann, mut stamp) = talk();
    let mut peer = Peer::new(ann);
    let ours = vault.write(|w| w.queue(ann, stamp.id(), "shall we meet?", 1, true)).unwrap().key;
    let id = said(&vault, ours).id;
    let reply = |id, author| Body::Text { text: text("yes"), reply_to: Some(Target { id, author }), expires_in: None };
    let Arrival::New(theirs) = peer.says(&mut vault, &reply(id, Author::You)) else { panic!() };
    let quote = |vault: &Vault| said(vault, theirs).reply_to.unwrap();
    assert_eq!(quote(&vault), Quote { key: Some(ours), incoming: false, text: "shall we meet?".to_owned() });
    vault.write(|w| w.delete(ours, stamp.next(true))).unwrap();
    assert_eq!(quote(&vault), Quote { key: Some(ours), incoming: false, text: String::new() });
    vault.write(|w| w.ack(ann, Epoch([2; 8]), 9, 1)).unwrap();
    vault.write(|w| w.forget(ours)).unwrap();
    assert_eq!(quote(&vault), Quote { key: None, incoming: false, text: String::new() });
    let answer = NewText { contact: ann, text: &text("good"), reply_to: Some(theirs), expires_in: None };
    let answer = vault.write(|w| w.queue_text(&answer, stamp.next(false))).unwrap();
    assert_eq!(
        said(&vault, answer).reply_to,
        Some(Quote { key: Some(theirs), incoming: true, text: "yes".to_owned() })
    );
    let owed = vault.read(|r| r.outbox(ann, 0, 9)).unwrap();
    let target = Target { id: said(&vault, theirs).id, author: Author::You };
    let expected = Body::Text { text: text("good"), reply_to: Some(target), expires_in: None };
    assert_eq!(owed.last().unwrap().body, Some(expected));
    // Unknown to us: kept, and shown as gone.
    let Arrival::New(odd) = peer.says(&mut vault, &reply(MessageId([99; 16]), Author::Me)) else { panic!() };
    assert_eq!(said(&vault, odd).reply_to, Some(Quote { key: None, incoming: true, text: String::new() }));
    let all = vault.read(|r| r.messages(ann, Page { before: None, after: None, limit: 9 })).unwrap();
    assert_eq!(all.into_iter().map(|m| m.key).collect::<Vec<_>>(), [odd, answer, theirs]);
}

#[test]
fn a_reply_stays_within_its_conversation() {
    let (mut vault, ann, mut stamp) = talk();
    let me = vault.read(|r| r.identities()).unwrap()[0].id;
    let ben = contact(&mut vault, me, 3);
    let first = vault.write(|w| w.queue(ann, stamp.id(), "for Ann", 1, true)).unwrap().key;
    let text = text("for Ben");
    let new = NewText { contact: ben, text: &text, reply_to: Some(first), expires_in: None };
    let refused = vault.write(|w| w.queue_text(&new, stamp.next(false)));
    assert!(matches!(refused, Err(VaultError::NotAllowed { .. })));
}

#[test]
fn of_very_many_former_texts_the_first_and_the_newest_are_kept_and_edits_count_as_unread() {
    let (mut vault, ann, _) = talk();
    let mut peer = Peer::new(ann);
    let Arrival::New(theirs) = peer.says(&mut vault, &plain("v0")) else { panic!() };
    let target = said(&vault, theirs).id;
    let edits = REVISIONS + 10;
    for n in 1..=edits {
        let edit = Body::Edit { target, text: text(&format!("v{n}")) };
        assert_eq!(peer.says(&mut vault, &edit), Arrival::Edited(theirs));
    }
    let kept = history(&vault, theirs);
    assert_eq!((kept.len(), kept[0].as_str(), kept[1].as_str()), (REVISIONS, "v0", "v11"));
    assert_eq!(kept.last().unwrap(), &format!("v{}", edits - 1));
    let row = vault.read(|r| r.contact(ann)).unwrap();
    assert_eq!(row.unread, 1);
    assert!(row.unread_bytes > 2 * edits as u64);
}
