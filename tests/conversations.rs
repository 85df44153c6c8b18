//! What people do with messages besides sending them: answer, edit, delete, react, let disappear, tell that they read.
//! Two engines on the road in memory; each thing both ways.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what went wrong by failing"
)]

mod kit;

use std::sync::Arc;
use std::time::Duration;

use kit::Person;
use kit::clock::SetClock;
use kit::stillness::Stillness;
use pelure::engine::{Change, Delivery, Draft, Event, Limits, Presence, SystemRandom, Terms};
use pelure::vault::{ContactId, MessageKey, Vault};
use pelure::wire::Expiry;
use pelure_onion::Memory;

#[tokio::test]
async fn a_reply_names_what_it_answers_on_both_sides() {
    let (mut alice, mut bob, to_bob, to_alice) = pair().await;
    let question = alice.engine.send_message(to_bob, "where?".into()).await.unwrap();
    let asked = bob.next_message().await;
    let answer = Draft { text: "here".into(), reply_to: Some(asked.message), ..Draft::default() };
    let answered = bob.engine.send_message(to_alice, answer).await.unwrap();

    let quote = alice.next_message().await.reply_to.unwrap();
    assert_eq!((quote.key, quote.incoming, quote.text.as_str()), (Some(question), false, "where?"));
    let quote = bob.view(answered).await.unwrap().reply_to.unwrap();
    assert_eq!((quote.key, quote.incoming, quote.text.as_str()), (Some(asked.message), true, "where?"));
    let again = Draft { text: "sure?".into(), reply_to: Some(question), ..Draft::default() };
    alice.engine.send_message(to_bob, again).await.unwrap();
    assert_eq!(bob.next_message().await.reply_to.unwrap().key, Some(asked.message), "one's own message, too");
}

#[tokio::test]
async fn a_message_of_another_conversation_cannot_be_answered() {
    let road = kit::road();
    let mut alice = Person::new(&road, "alice").await;
    let (mut bob, mut carol) = (Person::new(&road, "bob").await, Person::new(&road, "carol").await);
    let (to_bob, _) = kit::acquaint(&mut alice, &mut bob).await;
    let (to_carol, _) = kit::acquaint(&mut alice, &mut carol).await;
    let secret = alice.engine.send_message(to_bob, "for bob alone".into()).await.unwrap();
    let draft = Draft { text: "look".into(), reply_to: Some(secret), ..Draft::default() };
    assert_eq!(alice.engine.send_message(to_carol, draft).await.unwrap_err().kind(), "not_allowed_now");
}

#[tokio::test]
async fn an_edit_is_shown_on_both_sides_and_the_former_text_can_be_asked_for() {
    let (mut alice, mut bob, to_bob, _) = pair().await;
    let sent = alice.engine.send_message(to_bob, "at noone".into()).await.unwrap();
    let got = bob.next_message().await.message;
    alice.until_delivered(sent).await;
    alice.engine.edit_message(sent, "at noon".into()).await.unwrap();

    let changed = bob.next_change(Change::Edited).await;
    assert_eq!((changed.message, changed.text.as_str(), changed.edited), (got, "at noon", true));
    assert_eq!(alice.next_change(Change::Edited).await.text, "at noon");
    for (person, key) in [(&alice, sent), (&bob, got)] {
        let former: Vec<String> = person.engine.history(key).await.unwrap().into_iter().map(|old| old.text).collect();
        assert_eq!(former, ["at noone"]);
        assert_eq!(found(person, "noone").await, 0, "what was corrected is not found");
        assert_eq!(found(person, "at noon").await, 1);
    }
    assert_eq!(alice.state(to_bob, sent).await, Delivery::Delivered, "an edit takes no state back");
}

#[tokio::test]
async fn what_was_never_handed_over_is_edited_and_deleted_without_a_trace_on_the_other_side() {
    let (mut alice, mut bob, to_bob, _) = pair().await;
    away(&mut alice, &bob, to_bob).await;
    let corrected = alice.engine.send_message(to_bob, "tpyo".into()).await.unwrap();
    let dropped = alice.engine.send_message(to_bob, "said in anger".into()).await.unwrap();
    alice.engine.edit_message(corrected, "typo".into()).await.unwrap();
    alice.engine.delete_message(dropped).await.unwrap();
    assert_eq!(alice.state(to_bob, dropped).await, Delivery::Recalled);
    assert!(alice.engine.history(corrected).await.unwrap().is_empty());
    alice.engine.send_message(to_bob, "after".into()).await.unwrap();

    bob.engine.set_online(true).await.unwrap();
    let arrived = bob.next_message().await;
    assert_eq!((arrived.text.as_str(), arrived.edited), ("typo", false));
    assert_eq!(bob.next_text().await, "after", "nothing in between");
    alice.until_delivered(corrected).await;
}

#[tokio::test]
async fn a_deleted_text_is_gone_on_both_sides() {
    let (mut alice, mut bob, to_bob, to_alice) = pair().await;
    let sent = alice.engine.send_message(to_bob, "the source is Ada".into()).await.unwrap();
    let got = bob.next_message().await.message;
    alice.until_delivered(sent).await;
    bob.engine.react(got, Some("👍")).await.unwrap();
    alice.next_change(Change::Reacted).await;
    alice.engine.edit_message(sent, "the source is Ada L.".into()).await.unwrap();
    bob.next_change(Change::Edited).await;
    alice.engine.delete_message(sent).await.unwrap();

    let gone = bob.next_change(Change::Deleted).await;
    assert_eq!((gone.message, gone.text.as_str(), gone.deleted), (got, "", true));
    for (person, key) in [(&alice, sent), (&bob, got)] {
        let marker = person.view(key).await.unwrap();
        assert!(marker.deleted && !marker.edited && marker.text.is_empty() && marker.reactions.is_empty());
        assert!(person.engine.history(key).await.unwrap().is_empty());
        assert_eq!(found(person, "source").await, 0);
    }
    assert_eq!(bob.contact(to_alice).await.unread, 0);
    for refused in [
        alice.engine.edit_message(sent, "again".into()).await,
        alice.engine.delete_message(sent).await,
        alice.engine.react(sent, Some("👍")).await,
    ] {
        assert_eq!(refused.unwrap_err().kind(), "not_allowed_now");
    }
}

#[tokio::test]
async fn nobody_edits_or_deletes_what_the_other_wrote() {
    let (mut alice, mut bob, to_bob, to_alice) = pair().await;
    alice.engine.send_message(to_bob, "mine".into()).await.unwrap();
    let got = bob.next_message().await.message;
    assert_eq!(bob.engine.edit_message(got, "yours".into()).await.unwrap_err().kind(), "not_allowed_now");
    assert_eq!(bob.engine.delete_message(got).await.unwrap_err().kind(), "not_allowed_now");
    bob.engine.forget_message(got).await.unwrap();
    assert!(bob.texts(to_alice).await.is_empty(), "on one's own side it can go");
    bob.engine.send_message(to_alice, "done".into()).await.unwrap();
    assert_eq!(alice.next_text().await, "done");
    assert_eq!(alice.texts(to_bob).await, ["mine", "done"]);
}

#[tokio::test]
async fn a_reaction_is_one_emoji_of_each_side_and_can_be_taken_back() {
    let (mut alice, mut bob, to_bob, _) = pair().await;
    let sent = alice.engine.send_message(to_bob, "we won".into()).await.unwrap();
    let got = bob.next_message().await.message;
    for wrong in ["", "x", "👍👍", "👍 "] {
        assert_eq!(bob.engine.react(got, Some(wrong)).await.unwrap_err().kind(), "bad_emoji", "{wrong:?}");
    }
    for emoji in ["👍", "🎉"] {
        bob.engine.react(got, Some(emoji)).await.unwrap();
        assert_eq!(reactions(&alice.next_change(Change::Reacted).await), [(false, emoji)]);
    }
    alice.engine.react(sent, Some("❤️")).await.unwrap();
    let both = loop {
        let changed = bob.next_change(Change::Reacted).await;
        if changed.reactions.len() == 2 {
            break changed;
        }
    };
    assert_eq!(reactions(&both), [(true, "🎉"), (false, "❤️")]);
    bob.engine.react(got, None).await.unwrap();
    while alice.view(sent).await.unwrap().reactions.len() > 1 {
        alice.next_change(Change::Reacted).await;
    }
    assert_eq!(reactions(&alice.view(sent).await.unwrap()), [(true, "❤️")]);
}

#[tokio::test]
async fn a_timer_is_agreed_and_messages_disappear_on_both_sides() {
    let (mut alice, hers, mut bob, his, to_bob, to_alice) = timed_pair().await;
    let hour = Expiry::from_seconds(3_600).unwrap();
    let stays = alice.engine.send_message(to_bob, "before".into()).await.unwrap();
    let stayed = bob.next_message().await.message;
    alice.engine.set_terms(to_bob, Terms { expires_in: Some(Some(hour)), receipts: None }).await.unwrap();
    bob.until_contact(to_alice, |view| view.expires_in == Some(hour)).await;
    assert_eq!(alice.contact(to_bob).await.expires_in, Some(hour));

    let sent = alice.engine.send_message(to_bob, "burn this".into()).await.unwrap();
    let got = bob.next_message().await;
    assert_eq!((got.expires_in, got.expires_at), (Some(hour), None), "counted from display");
    alice.until_delivered(sent).await;
    assert!(alice.view(sent).await.unwrap().expires_at.is_some(), "ours from delivery");
    let still = Stillness::new();
    his.set_ahead(HOUR + MINUTE);
    still.pass(Duration::from_secs(40), &[&alice, &bob]).await;
    assert!(bob.view(got.message).await.is_some(), "nothing vanishes unread");
    bob.engine.mark_read(to_alice).await.unwrap();
    assert!(bob.view(got.message).await.unwrap().expires_at.is_some());

    his.set_ahead(2 * HOUR + 2 * MINUTE);
    hers.set_ahead(HOUR + MINUTE);
    still.pass(Duration::from_secs(40), &[&alice, &bob]).await;
    gone(&mut alice, sent).await;
    gone(&mut bob, got.message).await;
    assert_eq!((found(&alice, "burn").await, found(&bob, "burn").await), (0, 0));
    assert!(alice.view(stays).await.is_some() && bob.view(stayed).await.is_some(), "what was said before stays");
}

#[tokio::test]
async fn a_message_may_have_a_time_of_its_own() {
    let (mut alice, mut bob, to_bob, to_alice) = pair().await;
    let minute = Expiry::from_seconds(60).unwrap();
    bob.engine.set_terms(to_alice, Terms { expires_in: Some(Some(minute)), receipts: None }).await.unwrap();
    alice.until_contact(to_bob, |view| view.expires_in == Some(minute)).await;
    for (own, expected) in
        [(None, Some(minute)), (Some(None), None), (Some(Expiry::from_seconds(5).ok()), Expiry::from_seconds(5).ok())]
    {
        let draft = Draft { text: "x".into(), expires_in: own, ..Draft::default() };
        alice.engine.send_message(to_bob, draft).await.unwrap();
        assert_eq!(bob.next_message().await.expires_in, expected);
    }
}

#[tokio::test]
async fn timers_set_on_both_sides_at_once_end_as_one() {
    let (mut alice, mut bob, to_bob, to_alice) = pair().await;
    away(&mut alice, &bob, to_bob).await;
    let terms = |seconds| Terms { expires_in: Some(Expiry::from_seconds(seconds).ok()), receipts: None };
    alice.engine.set_terms(to_bob, terms(60)).await.unwrap();
    bob.engine.set_terms(to_alice, terms(30)).await.unwrap();
    bob.engine.set_online(true).await.unwrap();
    let shorter = Expiry::from_seconds(30).ok();
    alice.until_contact(to_bob, |view| view.expires_in == shorter).await;
    alice.engine.send_message(to_bob, "agreed".into()).await.unwrap();
    assert_eq!(bob.next_message().await.expires_in, shorter);
    assert_eq!(bob.contact(to_alice).await.expires_in, shorter);
}

#[tokio::test]
async fn receipts_begin_when_both_want_them() {
    let (mut alice, mut bob, to_bob, to_alice) = pair().await;
    let on = |receipts| Terms { receipts: Some(receipts), expires_in: None };
    let first = alice.engine.send_message(to_bob, "one".into()).await.unwrap();
    bob.next_text().await;
    bob.engine.mark_read(to_alice).await.unwrap();
    alice.engine.set_terms(to_bob, on(true)).await.unwrap();
    bob.until_contact(to_alice, |view| view.receipts.theirs).await;
    assert!(!bob.contact(to_alice).await.receipts.agreed());
    assert_eq!(alice.state(to_bob, first).await, Delivery::Delivered);

    bob.engine.set_terms(to_alice, on(true)).await.unwrap();
    let second = alice.engine.send_message(to_bob, "two".into()).await.unwrap();
    bob.next_text().await;
    bob.engine.mark_read(to_alice).await.unwrap();
    alice.until_state(second, Delivery::Read).await;
    assert_eq!(alice.state(to_bob, first).await, Delivery::Read, "up to here");

    alice.engine.set_terms(to_bob, on(false)).await.unwrap();
    bob.until_contact(to_alice, |view| !view.receipts.theirs).await;
    let third = alice.engine.send_message(to_bob, "three".into()).await.unwrap();
    bob.next_text().await;
    bob.engine.mark_read(to_alice).await.unwrap();
    bob.engine.send_message(to_alice, "answered".into()).await.unwrap();
    alice.next_text().await;
    assert_eq!(alice.state(to_bob, third).await, Delivery::Delivered);
}

#[tokio::test]
async fn a_receipt_waits_until_the_other_side_is_there() {
    let (mut alice, mut bob, to_bob, to_alice) = pair().await;
    let on = Terms { receipts: Some(true), expires_in: None };
    alice.engine.set_terms(to_bob, on).await.unwrap();
    bob.engine.set_terms(to_alice, on).await.unwrap();
    alice.until_contact(to_bob, |view| view.receipts.agreed()).await;
    bob.until_contact(to_alice, |view| view.receipts.agreed()).await;
    let sent = alice.engine.send_message(to_bob, "read me".into()).await.unwrap();
    bob.next_text().await;
    alice.until_delivered(sent).await;
    away(&mut alice, &bob, to_bob).await;
    bob.engine.mark_read(to_alice).await.unwrap();
    bob.engine.set_online(true).await.unwrap();
    alice.until_state(sent, Delivery::Read).await;
}

#[tokio::test]
async fn the_place_of_a_message_is_found_among_its_neighbours() {
    let (alice, _bob, to_bob, _) = pair().await;
    let mut keys: Vec<MessageKey> = Vec::new();
    for number in 0..9 {
        keys.push(alice.engine.send_message(to_bob, format!("n{number}").into()).await.unwrap());
    }
    let around = |key, each| {
        let engine = alice.engine.clone();
        async move { engine.around(key, each).await.unwrap().into_iter().map(|view| view.text).collect::<Vec<_>>() }
    };
    assert_eq!(around(keys[4], 2).await, ["n6", "n5", "n4", "n3", "n2"]);
    assert_eq!(around(keys[0], 2).await, ["n2", "n1", "n0"]);
    assert_eq!(around(keys[8], 1).await, ["n8", "n7"]);
    let last = alice.engine.last_messages().await.unwrap();
    assert_eq!((last.len(), last[0].message), (1, keys[8]));
}

/// Two acquaintances: who they are to each other.
async fn pair() -> (Person, Person, ContactId, ContactId) {
    let road = kit::road();
    let mut alice = Person::new(&road, "alice").await;
    let mut bob = Person::new(&road, "bob").await;
    let (to_bob, to_alice) = kit::acquaint(&mut alice, &mut bob).await;
    (alice, bob, to_bob, to_alice)
}

/// As [`pair`], with the clocks of both.
async fn timed_pair() -> (Person, Arc<SetClock>, Person, Arc<SetClock>, ContactId, ContactId) {
    let road = kit::road();
    let (mut alice, hers) = timed(&road, "alice").await;
    let (mut bob, his) = timed(&road, "bob").await;
    let (to_bob, to_alice) = kit::acquaint(&mut alice, &mut bob).await;
    (alice, hers, bob, his, to_bob, to_alice)
}

async fn timed(road: &Memory, name: &str) -> (Person, Arc<SetClock>) {
    let clock = Arc::new(SetClock::default());
    let vault = Vault::traceless(&mut SystemRandom).unwrap();
    (Person::at(road, name, vault, Limits::default(), Arc::clone(&clock) as _).await, clock)
}

/// Puts `other` offline and returns when `person` knows.
async fn away(person: &mut Person, other: &Person, contact: ContactId) {
    person.until_online(contact).await;
    other.engine.set_online(false).await.unwrap();
    person.until_contact(contact, |view| matches!(view.presence, Presence::Offline { .. })).await;
}

/// Returns when a message is gone, which must have been told.
async fn gone(person: &mut Person, key: MessageKey) {
    person.until(|event| matches!(event, Event::MessageGone { message, .. } if *message == key)).await;
    assert!(person.view(key).await.is_none());
}

async fn found(person: &Person, words: &str) -> usize {
    person.engine.search_messages(words.into(), None, 10).await.unwrap().len()
}

fn reactions(view: &pelure::engine::MessageView) -> Vec<(bool, &'static str)> {
    view.reactions.iter().map(|reaction| (reaction.mine, reaction.emoji.as_str())).collect()
}

/// In milliseconds.
const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
