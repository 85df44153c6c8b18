//! Two engines on the road in memory: the whole life of an acquaintance, quickly.

mod kit;

use std::sync::Arc;

use kit::Person;
use pelure::engine::{Delivery, Event, Limits, MachineClock, Presence, SystemRandom};
use pelure::vault::{Passphrase, Vault};

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
        alice.engine.send_message(to_bob, format!("a{number}").into()).await.unwrap();
        bob.engine.send_message(to_alice, format!("b{number}").into()).await.unwrap();
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
        sent.push(alice.engine.send_message(to_bob, format!("n{number}").into()).await.unwrap());
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

#[tokio::test]
async fn a_backup_goes_on_elsewhere_and_the_contact_is_told() {
    let road = kit::road();
    let mut alice = Person::new(&road, "alice").await;
    let mut bob = Person::new(&road, "bob").await;
    let (to_bob, to_alice) = kit::acquaint(&mut alice, &mut bob).await;
    alice.engine.send_message(to_bob, "before".into()).await.unwrap();
    assert_eq!(bob.next_text().await, "before");
    let dir = tempfile::tempdir().unwrap();
    let (backup, passphrase) = (dir.path().join("backup"), || Passphrase::new("a passphrase".into()));
    alice.engine.export(backup.clone(), passphrase()).await.unwrap();
    assert_eq!(alice.engine.export(backup.clone(), passphrase()).await.unwrap_err().kind(), "already_exists");
    alice.engine.shutdown().await;

    let vault = Vault::traceless(&mut SystemRandom).unwrap();
    let (engine, events) = kit::start(&road, vault, Limits::default(), Arc::new(MachineClock::new())).await;
    let wrong = engine.import(backup.clone(), Passphrase::new("another".into())).await.unwrap_err();
    assert_eq!(wrong.kind(), "wrong_passphrase");
    engine.import(backup.clone(), passphrase()).await.unwrap();
    let identity = engine.identities().await.unwrap().remove(0);
    assert_eq!(identity.address.onion(), alice.address);
    let mut again = Person { engine, events, identity: identity.identity, address: alice.address };
    assert_eq!(again.engine.import(backup, passphrase()).await.unwrap_err().kind(), "already_exists");

    bob.until(|event| matches!(event, Event::ContactRestored(_))).await;
    bob.engine.send_message(to_alice, "welcome back".into()).await.unwrap();
    assert_eq!(again.next_text().await, "welcome back");
    let sent = again.engine.send_message(to_bob, "after".into()).await.unwrap();
    assert_eq!(bob.next_text().await, "after");
    again.until_delivered(sent).await;
}
