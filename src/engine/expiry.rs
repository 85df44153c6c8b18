//! Messages whose time is up disappear, whether the program ran meanwhile or not.
//!
//! Time is the machine's date, as people count it: a clock set forward makes messages disappear early, one set back late.
//! It does not decide when a time begins to run (the vault does, when a message is displayed or delivered).

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::event::Event;
use super::{EngineError, Shared, contacts, fates};
use crate::vault::{ContactId, MessageKey};

/// Lets messages disappear as their time comes.
pub(super) async fn run(shared: Arc<Shared>) {
    let mut nudge = shared.nudge.subscribe();
    loop {
        let next = match pass(&shared).await {
            Ok(next) => next,
            Err(EngineError::Stopped) => return,
            Err(error) => {
                tracing::warn!(%error, "messages whose time is up could not be removed; trying again");
                None
            }
        };
        let pause = next.map_or(LOOK, |next| until(next, shared.clock.wall()));
        tokio::select! {
            () = shared.expiring.notified() => {}
            Ok(()) = nudge.changed() => {}
            () = tokio::time::sleep(pause.min(LOOK)) => {}
        }
    }
}

/// Removes what is past due from the disk, its log too; says what it was. To be called before anything is listed: nobody
/// is told.
pub(super) async fn sweep(shared: &Shared) -> Result<Vec<(ContactId, MessageKey)>, EngineError> {
    let now = shared.clock.wall();
    let mut gone = Vec::new();
    // Asked first: mostly nothing is due, and a question costs no commit. Removed a piece at a time, so that others have
    // their turn between two commits.
    while shared.ledger.read(|r| r.next_expiry()).await?.is_some_and(|next| next <= now) {
        gone.extend(shared.ledger.write(move |w| w.expire(now)).await?);
    }
    if !gone.is_empty() {
        shared.ledger.alone(|vault| vault.sweep()).await?;
    }
    Ok(gone)
}

/// Removes what is past due, tells of it, and says when the next message is.
async fn pass(shared: &Arc<Shared>) -> Result<Option<i64>, EngineError> {
    let mut touched = BTreeSet::new();
    for (contact, message) in sweep(shared).await? {
        shared.outlet.put(Event::MessageGone { contact, message }).await;
        touched.insert(contact);
    }
    for contact in touched {
        fates::ended(shared, contact).await;
        contacts::tell(shared, contact).await;
    }
    shared.ledger.read(|r| r.next_expiry()).await
}

fn until(next: i64, now: i64) -> Duration {
    Duration::from_millis(u64::try_from(next.saturating_sub(now)).unwrap_or(0))
}

/// How often the date is looked at, at least: it may be set while nothing else happens.
const LOOK: Duration = Duration::from_secs(30);
