//! Watches what happens to the machine and to the network, and says when trying again makes sense.
//!
//! It does not try anything itself: the contacts do.

use std::sync::Arc;
use std::time::Duration;

use pelure_onion::Status;

use super::Shared;
use super::event::Event;

/// Tells of the road's state; nudges everybody when it comes back.
pub(super) async fn network(shared: Arc<Shared>) {
    let mut status = shared.network.status();
    let mut was_ready = false;
    loop {
        let now = status.borrow_and_update().clone();
        let ready = now == Status::Ready;
        if ready != was_ready {
            // Contacts learn of a loss, too: they say so instead of trying.
            shared.nudge.send_modify(|count| *count += 1);
        }
        was_ready = ready;
        shared.outlet.put(Event::Tor(now)).await;
        if status.changed().await.is_err() {
            return;
        }
    }
}

/// Notices that the machine slept: every circuit is stale then, and waiting for time-outs would lie to the user.
pub(super) async fn sleep(shared: Arc<Shared>) {
    let mut slept = shared.clock.slept();
    loop {
        tokio::time::sleep(LOOK).await;
        let now = shared.clock.slept();
        if now.saturating_sub(slept) >= NAP {
            tracing::info!("the machine woke up; trying everybody again");
            shared.nudge.send_modify(|count| *count += 1);
        }
        slept = now;
    }
}

/// How often the clock of sleep is looked at: costs nothing, and a person who opens a lid waits no longer.
const LOOK: Duration = Duration::from_secs(2);

/// A sleep that is worth a new attempt: circuits survive shorter ones.
const NAP: Duration = Duration::from_secs(5);
