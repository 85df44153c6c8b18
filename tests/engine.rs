//! Two engines on the road in memory: the whole life of an acquaintance, quickly.

mod kit;

use kit::Person;
use pelure::engine::{Delivery, Event, Presence};

#[tokio::test]
async fn a_request_is_accepted_and_texts_go_both_ways() {
    let road = kit::road();
    let mut alice = Person::new(&road, "alice").await;
    let mut bob = Person::new(&road, "bob").await;
    let (to_bob, to_alice) = kit::acquaint(&mut alice, &mut bob).await;

    let sent = alice.engine.send_message(to_bob, "bonjour".into()).await.unwrap();
    assert_eq!(bob.next_text().await, "bonjour");
    alice.until_delivered(sent).await;
    bob.engine.send_message(to_alice, "salut".into()).await.unwrap();
    assert_eq!(alice.next_text().await, "salut");
    alice.until(|event| matches!(event, Event::Contact(view) if view.presence == Presence::Online)).await;
}

#[tokio::test]
async fn messages_keep_their_order_in_both_directions_at_once() {
    let road = kit::road();
    let mut alice = Person::new(&road, "alice").await;
    let mut bob = Person::new(&road, "bob").await;
    let (to_bob, to_alice) = kit::acquaint(&mut alice, &mut bob).await;
    for number in 0..300 {
        alice.engine.send_message(to_bob, format!("a{number}")).await.unwrap();
        bob.engine.send_message(to_alice, format!("b{number}")).await.unwrap();
    }
    for number in 0..300 {
        assert_eq!(bob.next_text().await, format!("a{number}"));
        assert_eq!(alice.next_text().await, format!("b{number}"));
    }
}

#[tokio::test]
async fn what_was_queued_while_the_other_was_away_arrives_once_and_in_order() {
    let road = kit::road();
    let mut alice = Person::new(&road, "alice").await;
    let mut bob = Person::new(&road, "bob").await;
    let (to_bob, _) = kit::acquaint(&mut alice, &mut bob).await;
    bob.engine.set_online(false).await.unwrap();
    alice
        .until(|event| matches!(event, Event::Contact(view) if matches!(view.presence, Presence::Offline { .. })))
        .await;
    let mut sent = Vec::new();
    for number in 0..20 {
        sent.push(alice.engine.send_message(to_bob, format!("n{number}")).await.unwrap());
    }
    let recalled = sent.remove(7);
    alice.engine.recall_message(recalled).await.unwrap();
    bob.engine.set_online(true).await.unwrap();
    for number in (0..20).filter(|number| *number != 7) {
        assert_eq!(bob.next_text().await, format!("n{number}"));
    }
    for message in sent {
        alice.until_delivered(message).await;
    }
}

#[tokio::test]
async fn a_message_that_was_handed_over_cannot_be_recalled() {
    let road = kit::road();
    let mut alice = Person::new(&road, "alice").await;
    let mut bob = Person::new(&road, "bob").await;
    let (to_bob, _) = kit::acquaint(&mut alice, &mut bob).await;
    let sent = alice.engine.send_message(to_bob, "too late".into()).await.unwrap();
    bob.next_text().await;
    assert_eq!(alice.engine.recall_message(sent).await.unwrap_err().kind(), "not_allowed_now");
}

#[tokio::test]
async fn a_removed_contact_is_a_stranger_and_may_be_added_again() {
    let road = kit::road();
    let mut alice = Person::new(&road, "alice").await;
    let mut bob = Person::new(&road, "bob").await;
    let (to_bob, to_alice) = kit::acquaint(&mut alice, &mut bob).await;
    bob.engine.remove_contact(to_alice).await.unwrap();
    let lost = alice.engine.send_message(to_bob, "are you there".into()).await.unwrap();
    alice
        .until(|event| matches!(event, Event::Contact(view) if matches!(view.presence, Presence::Offline { .. })))
        .await;
    assert_eq!(alice.state(to_bob, lost).await, Delivery::Queued);

    bob.engine.add_contact(bob.identity, &alice.address, "alice again", String::new()).await.unwrap();
    assert_eq!(bob.next_text().await, "are you there");
    alice.until_delivered(lost).await;
}

#[tokio::test]
async fn two_who_add_each_other_need_no_acceptance() {
    let road = kit::road();
    let mut alice = Person::new(&road, "alice").await;
    let mut bob = Person::new(&road, "bob").await;
    let to_bob = alice.engine.add_contact(alice.identity, &bob.address, "bob", "hello".into()).await.unwrap();
    bob.engine.add_contact(bob.identity, &alice.address, "alice", "hi".into()).await.unwrap();
    alice.engine.send_message(to_bob, "already".into()).await.unwrap();
    assert_eq!(bob.next_text().await, "already");
    alice.until_accepted(to_bob).await;
}
