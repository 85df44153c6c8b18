//! How long messages take between two engines of one bench.

#![allow(unreachable_pub, reason = "each bench uses its part")]

use std::time::{Duration, Instant};

use pelure::engine::{Delivery, Event};
use pelure::vault::ContactId;

use super::kit::Person;

/// From a message's queueing to the news that it is on the other disk.
pub async fn round_trips(from: &mut Person, contact: ContactId, count: usize) -> Vec<Duration> {
    let mut times = Vec::new();
    for number in 0..count {
        let start = Instant::now();
        let message = from.engine.send_message(contact, format!("message {number}").into()).await.unwrap();
        let delivered = |event: &Event| matches!(event, Event::MessageState { message: told, state: Delivery::Delivered } if *told == message);
        from.until(delivered).await;
        times.push(start.elapsed());
    }
    times
}
