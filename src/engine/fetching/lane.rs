//! One circuit of a file that we receive: asks out, pieces in, verified blocks on to the disk.
//!
//! It does not decide what is asked for ([`crate::file::Fetch`] does), and what it was asked for goes to other circuits
//! when it ends, however it ends.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, mpsc, watch};

use crate::engine::Clock;
use crate::engine::circuit::{Circuit, CircuitError, Ear, Mouth};
use crate::file::{Fetch, FetchError, Lane, Verified};
use crate::wire::limits::{ASKS, FILE_CIRCUITS_MOST, FILE_STALLED};

/// What the circuits of one transfer share.
pub(super) struct Desk {
    fetch: Mutex<Fetch>,
    /// Changes when other circuits may have something to ask for.
    stir: watch::Sender<()>,
    /// Changes when a block got to the disk.
    written: watch::Sender<()>,
    /// Rings when everything is on the disk.
    done: Notify,
    clock: Arc<dyn Clock>,
}

/// The way to the disk, with [`BLOCKS_MOST`] places.
pub(super) type Blocks = mpsc::Sender<Verified>;

/// Why a circuit is over.
#[derive(Debug, thiserror::Error)]
pub(super) enum LaneEnd {
    #[error(transparent)]
    Circuit(#[from] CircuitError),
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error("it brought nothing for too long")]
    Stalled,
    #[error("the disk takes nothing more")]
    Disk,
}

/// A circuit that [`Fetch`] knows of.
struct Open {
    desk: Arc<Desk>,
    lane: Lane,
}

impl Desk {
    pub(super) fn new(fetch: Fetch, clock: Arc<dyn Clock>) -> Self {
        let (stir, written) = (watch::Sender::new(()), watch::Sender::new(()));
        Self { fetch: Mutex::new(fetch), stir, written, done: Notify::new(), clock }
    }

    /// Held for a step of the logic only, never across a wait.
    pub(super) fn fetch(&self) -> MutexGuard<'_, Fetch> {
        self.fetch.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets every circuit look for something to ask.
    pub(super) fn stir(&self) {
        self.stir.send_replace(());
    }

    pub(super) fn stirred(&self) -> watch::Receiver<()> {
        self.stir.subscribe()
    }

    pub(super) fn now(&self) -> Duration {
        self.clock.now()
    }

    /// A block is on the disk.
    pub(super) fn stored(&self, block: u32) {
        let done = {
            let mut fetch = self.fetch();
            fetch.stored(block);
            fetch.done()
        };
        self.written.send_replace(());
        if done {
            self.done.notify_one();
        }
    }

    /// Returns when everything is on the disk.
    pub(super) async fn done(&self) {
        while !self.fetch().done() {
            self.done.notified().await;
        }
    }

    /// Returns when the disk keeps up with what comes.
    async fn room(&self) {
        let mut written = self.written.subscribe();
        while self.fetch().storing() >= BLOCKS_WAITING && written.changed().await.is_ok() {}
    }

    fn take(&self, lane: Lane, record: &[u8], verified: &mut Vec<Verified>) -> Result<(), FetchError> {
        let now = self.now();
        self.fetch().take(lane, record, now, verified)
    }

    fn is_stalled(&self, lane: Lane) -> bool {
        let (now, owes) = (self.now(), self.fetch().owes_since(lane));
        owes.is_some_and(|since| now.saturating_sub(since) >= FILE_STALLED)
    }
}

/// Works on a circuit until it ends.
pub(super) async fn run(desk: Arc<Desk>, lane: Lane, circuit: Circuit, blocks: Blocks) -> LaneEnd {
    let now = desk.now();
    desk.fetch().open(lane, now);
    let open = Open { desk, lane };
    let (mut ear, mut mouth) = circuit.split();
    let heard = Notify::new();
    let end = tokio::select! {
        end = open.hear(&mut ear, &heard, &blocks) => end,
        end = open.ask(&mut mouth, &heard) => end,
    };
    end.err().unwrap_or(LaneEnd::Disk)
}

impl Open {
    async fn hear(&self, ear: &mut Ear, heard: &Notify, blocks: &Blocks) -> Result<(), LaneEnd> {
        let mut verified = Vec::new();
        loop {
            self.desk.room().await;
            let record = self.record(ear).await?;
            tracing::trace!(bytes = record.len(), "a record of a file came");
            let taken = self.desk.take(self.lane, &record, &mut verified);
            heard.notify_one();
            // What is verified is good, whatever the circuit brought with it, and is not asked for again: nothing is
            // waited for between, or the end of the circuit at this moment would lose it.
            verified.drain(..).try_for_each(|block| blocks.try_send(block)).map_err(|_| LaneEnd::Disk)?;
            taken?;
        }
    }

    /// The next record; it is waited for without end only while nothing is owed.
    async fn record(&self, ear: &mut Ear) -> Result<Vec<u8>, LaneEnd> {
        loop {
            match tokio::time::timeout(LOOK, ear.hear()).await {
                Ok(record) => return Ok(record?),
                Err(_) if self.desk.is_stalled(self.lane) => return Err(LaneEnd::Stalled),
                Err(_) => {}
            }
        }
    }

    async fn ask(&self, mouth: &mut Mouth, heard: &Notify) -> Result<(), LaneEnd> {
        let (mut stirred, mut asks) = (self.desk.stirred(), Vec::new());
        loop {
            stirred.borrow_and_update();
            let now = self.desk.now();
            self.desk.fetch().asks(self.lane, now, &mut asks);
            if !asks.is_empty() {
                mouth.seal(&asks, now)?;
                asks.clear();
                mouth.speak().await?;
                mouth.flush().await?;
            }
            tokio::select! {
                () = heard.notified() => {}
                _ = stirred.changed() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.desk.fetch().close(self.lane);
        self.desk.stir();
    }
}

/// Blocks that wait to be written: half a mebibyte, enough to keep the disk busy.
const BLOCKS_WAITING: usize = 8;

/// With those that the records complete which circuits heard at one moment: never more than they were asked for.
pub(super) const BLOCKS_MOST: usize = BLOCKS_WAITING + FILE_CIRCUITS_MOST * ASKS;

/// How often a circuit looks whether it stands still, and for something to ask for, although nothing happens.
const LOOK: Duration = Duration::from_secs(1);
