//! Time that moves only when a test says so.
//!
//! A paused clock of tokio runs ahead whenever all tasks wait, and the vault's thread is no task: hours would pass during
//! a commit. Here it stands still meanwhile.

use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::Duration;

use super::{HANGING, Person};

/// Holds the clock of the current runtime, which must be single-threaded, until it is dropped.
pub struct Stillness {
    _release: SyncSender<()>,
}

impl Stillness {
    pub fn new() -> Self {
        tokio::time::pause();
        let (release, held) = sync_channel::<()>(0);
        // Tokio does not let its clock run ahead while a blocking task is at work. It gives up on a test that hangs: then
        // the clock runs, and the bounds on hanging are reached.
        tokio::task::spawn_blocking(move || held.recv_timeout(10 * HANGING).ok());
        Self { _release: release }
    }

    /// Lets time pass in small steps; after each, everybody does what is due.
    pub async fn pass(&self, time: Duration, people: &[&Person]) {
        let mut left = time;
        while !left.is_zero() {
            let step = left.min(STEP);
            left -= step;
            tokio::time::advance(step).await;
            settle(people).await;
        }
    }

    /// Lets time pass a millisecond at a time, without waiting for anybody's disk.
    pub async fn creep(&self, milliseconds: u64) {
        for _ in 0..milliseconds {
            tokio::time::advance(Duration::from_millis(1)).await;
            yield_all().await;
        }
    }
}

/// Returns when all tasks and the vaults of these people have done what they can without time passing.
pub async fn settle(people: &[&Person]) {
    for _ in 0..ROUNDS {
        yield_all().await;
        for person in people {
            // A vault in memory answers questions in turn with its changes.
            person.engine.contacts(None).await.unwrap();
        }
    }
}

async fn yield_all() {
    for _ in 0..YIELDS {
        tokio::task::yield_now().await;
    }
}

/// Finer than any timer of the engine.
const STEP: Duration = Duration::from_millis(500);

/// A chain of commits, each followed by the work it allows: no command makes more of them.
const ROUNDS: usize = 6;

/// Tasks that wake each other in turn, between two commits.
const YIELDS: usize = 32;
