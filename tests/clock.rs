//! Clocks that are wrong and machines that sleep: nothing is lost or reordered, and nobody waits longer than needed.

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
use kit::stillness::{Stillness, settle};
use pelure::engine::{Limits, Presence, SystemRandom};
use pelure::vault::{ContactId, Vault};
use pelure_onion::Memory;
use pelure_onion::memory::Condition;

#[tokio::test]
async fn a_clock_set_back_a_year_changes_neither_order_nor_delivery() {
    let road = kit::road();
    let (mut alice, hers) = person(&road, "alice").await;
    let (mut bob, his) = person(&road, "bob").await;
    let (to_bob, to_alice) = kit::acquaint(&mut alice, &mut bob).await;
    let mut sent = Vec::new();
    for (number, (her_years, his_years)) in [(0, 0), (-1, 0), (-1, -1), (0, -1), (60, 0), (-60, 60)].iter().enumerate()
    {
        hers.set_ahead(her_years * YEAR);
        his.set_ahead(his_years * YEAR);
        let text = format!("n{number}");
        sent.push((alice.engine.send_message(to_bob, text.clone().into()).await.unwrap(), text.clone()));
        assert_eq!(bob.next_text().await, text);
        bob.engine.send_message(to_alice, text.clone().into()).await.unwrap();
        assert_eq!(alice.next_text().await, text);
    }
    for (message, _) in &sent {
        alice.until_delivered(*message).await;
    }
    let both_ways: Vec<String> = sent.into_iter().flat_map(|(_, text)| [text.clone(), text]).collect();
    assert_eq!(alice.texts(to_bob).await, both_ways);
    assert_eq!(bob.texts(to_alice).await, both_ways);
}

#[tokio::test]
async fn after_sleep_everybody_is_tried_at_once() {
    let road = kit::road();
    let (mut alice, clock) = person(&road, "alice").await;
    let mut bob = Person::new(&road, "bob").await;
    let (to_bob, _) = kit::acquaint(&mut alice, &mut bob).await;
    let still = Stillness::new();
    for onion in [alice.onion(), bob.onion()] {
        road.set_condition(&onion, Condition::Silent);
    }
    road.cut_all();
    while pause(&alice, to_bob).await < Some(60) {
        still.pass(Duration::from_secs(5), &[&alice, &bob]).await;
    }
    let sent = alice.engine.send_message(to_bob, "good morning".into()).await.unwrap();
    road.set_condition(&bob.onion(), Condition::Sound);

    still.pass(Duration::from_secs(6), &[&alice, &bob]).await;
    assert!(pause(&alice, to_bob).await > Some(30), "nothing happens by itself");
    clock.sleep(Duration::from_secs(3_600));
    still.pass(Duration::from_secs(6), &[&alice, &bob]).await;
    assert_eq!(alice.contact(to_bob).await.presence, Presence::Online);
    alice.until_delivered(sent).await;
}

/// A session that did not survive the sleep is found out within a minute, and one that did goes on.
#[tokio::test]
async fn a_session_that_slept_is_asked_whether_it_lives() {
    let road = kit::road();
    let (mut alice, clock) = person(&road, "alice").await;
    let mut bob = Person::new(&road, "bob").await;
    let (to_bob, _) = kit::acquaint(&mut alice, &mut bob).await;
    alice.until_online(to_bob).await;
    let still = Stillness::new();
    settle(&[&alice, &bob]).await;
    let circuits = road.circuits();
    clock.sleep(Duration::from_secs(3_600));
    still.pass(Duration::from_secs(6), &[&alice, &bob]).await;
    assert_eq!((alice.contact(to_bob).await.presence, road.circuits()), (Presence::Online, circuits));

    road.stall(Duration::from_secs(10_000));
    clock.sleep(Duration::from_secs(3_600));
    still.pass(Duration::from_secs(70), &[&alice, &bob]).await;
    assert_ne!(alice.contact(to_bob).await.presence, Presence::Online);
}

async fn person(road: &Memory, name: &str) -> (Person, Arc<SetClock>) {
    let clock = Arc::new(SetClock::default());
    let vault = Vault::traceless(&mut SystemRandom).unwrap();
    let person = Person::at(road, name, vault, Limits::default(), Arc::clone(&clock) as _).await;
    (person, clock)
}

/// Seconds until the next attempt.
async fn pause(person: &Person, contact: ContactId) -> Option<u64> {
    match person.contact(contact).await.presence {
        Presence::Offline { next_attempt_in, .. } => next_attempt_in,
        Presence::Online | Presence::Connecting { .. } => None,
    }
}

/// In milliseconds.
const YEAR: i64 = 365 * 24 * 60 * 60 * 1000;
