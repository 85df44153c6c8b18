//! One circuit of a file that we send: asks in, pieces out.
//!
//! It does not decide what may be asked for ([`crate::file::Serve`] does). It reads a block at a time, so that what waits
//! in front of a slow circuit is small.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::pages::{Pages, Unread};
use crate::engine::Clock;
use crate::engine::circuit::{Circuit, CircuitError, Ear, Mouth};
use crate::file::{Job, Lane, Serve, ServeError};
use crate::wire::Part;
use crate::wire::block::pieces;

/// What the circuits of one transfer share.
pub(super) struct Desk {
    serve: Mutex<Serve>,
    pages: Pages,
    /// How many circuits are open.
    open: AtomicUsize,
    /// Rings when something is asked for.
    wanted: Notify,
    clock: Arc<dyn Clock>,
}

/// Why a circuit is over.
#[derive(Debug, thiserror::Error)]
pub(super) enum LaneEnd {
    #[error(transparent)]
    Circuit(#[from] CircuitError),
    #[error(transparent)]
    Serve(#[from] ServeError),
    #[error(transparent)]
    Unread(#[from] Unread),
    #[error("nothing was asked for on it for long")]
    Idle,
}

/// A circuit that [`Serve`] knows of.
struct Open {
    desk: Arc<Desk>,
    lane: Lane,
}

impl Desk {
    pub(super) fn new(serve: Serve, pages: Pages, clock: Arc<dyn Clock>) -> Self {
        Self { serve: Mutex::new(serve), pages, open: AtomicUsize::new(0), wanted: Notify::new(), clock }
    }

    /// Held for a step of the logic only, never across a wait.
    pub(super) fn serve(&self) -> MutexGuard<'_, Serve> {
        self.serve.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns when something is asked for, or was.
    pub(super) async fn wanted(&self) {
        self.wanted.notified().await;
    }

    /// Whether there is a circuit.
    pub(super) fn is_joined(&self) -> bool {
        self.open.load(Ordering::Relaxed) > 0
    }
}

/// Answers on a circuit until it ends.
pub(super) async fn run(desk: Arc<Desk>, lane: Lane, circuit: Circuit) -> LaneEnd {
    desk.serve().open(lane);
    desk.open.fetch_add(1, Ordering::Relaxed);
    let open = Open { desk, lane };
    let (mut ear, mut mouth) = circuit.split();
    let asked = Notify::new();
    let end: Result<(), LaneEnd> = tokio::select! {
        end = open.hear(&mut ear, &asked) => end,
        end = open.answer(&mut mouth, &asked) => end,
    };
    end.err().unwrap_or(LaneEnd::Idle)
}

impl Open {
    async fn hear(&self, ear: &mut Ear, asked: &Notify) -> Result<(), LaneEnd> {
        loop {
            let record = tokio::time::timeout(IDLE, ear.hear()).await.map_err(|_| LaneEnd::Idle)??;
            self.desk.serve().take(self.lane, &record)?;
            self.desk.wanted.notify_one();
            asked.notify_one();
        }
    }

    async fn answer(&self, mouth: &mut Mouth, asked: &Notify) -> Result<(), LaneEnd> {
        let Self { desk, lane } = self;
        loop {
            let Some(job) = ({ desk.serve().next(*lane)? }) else {
                mouth.flush().await?;
                asked.notified().await;
                continue;
            };
            let now = desk.clock.now();
            match job {
                Job::Send(frames) => mouth.seal(&frames, now)?,
                Job::Read { block, from } => {
                    let (bytes, mut frames) = (desk.pages.block(block, from).await?, Vec::new());
                    // A block begins far below 4 GiB.
                    pieces(Part::Block(block), from as u32, &bytes, &mut frames);
                    mouth.seal(&frames, now)?;
                }
                Job::Map { group } => {
                    let map = desk.pages.map(group).await?;
                    desk.serve().mapped(group, map)?;
                }
            }
            mouth.speak().await?;
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.desk.serve().close(self.lane);
        self.desk.open.fetch_sub(1, Ordering::Relaxed);
    }
}

/// How long a circuit may stay without an ask: its owner keeps what it uses.
const IDLE: Duration = Duration::from_secs(5 * 60);
