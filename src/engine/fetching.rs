//! A file that we receive, from the first circuit to the last block on the disk.
//!
//! It promises that what is noted as here is on the disk, and that "done" is told only of a file that is whole, verified
//! and flushed. It does not decide when it runs or on how many circuits: the contact's porter does, and ends it by
//! dropping what says so.

mod ahead;
mod kept;
mod lane;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::{AbortHandle, JoinSet};

pub(super) use self::ahead::Ahead;
use self::kept::Kept;
use self::lane::{BLOCKS_MOST, Blocks, Desk, LaneEnd};
use super::circuit::Circuit;
use super::crew::Crew;
use super::joins::Peer;
use super::pace::Pace;
use super::{EngineError, Shared, fates};
use crate::file::disk::DiskError;
use crate::file::{FetchError, Lane};
use crate::session::JoinKind;
use crate::vault::{Fault, Transfer};
use crate::wire::limits::{FEW_CIRCUITS_BYTES, FILE_CIRCUITS, FILE_CIRCUITS_MOST, ONE_CIRCUIT_BYTES};
use crate::wire::{Fate, FileFailure};

/// One file that is to be received.
pub(super) struct Fetching {
    pub(super) shared: Arc<Shared>,
    pub(super) peer: Peer,
    pub(super) row: Transfer,
    /// How many circuits it may have; it ends when this does.
    pub(super) allowed: watch::Receiver<usize>,
    /// Whether there is a session to announce circuits in.
    pub(super) open: watch::Receiver<bool>,
}

/// The circuits of a file that moves.
struct Moving {
    desk: Arc<Desk>,
    crew: Crew,
    lanes: JoinSet<(Lane, LaneEnd)>,
    /// Oldest first.
    handles: Vec<(Lane, AbortHandle)>,
    blocks: Blocks,
    next: u32,
    /// Circuits on which something else came than was offered.
    faults: u32,
    /// Bytes that were there when the last circuit ended.
    before: u64,
    pace: Pace,
}

/// Why a file stops moving.
enum Stop {
    /// Its porter wants it to.
    Told,
    Whole,
    Disk(DiskError),
    Peer(FileFailure),
}

impl Fetching {
    /// Runs until the file is here, cannot be, or shall not be for now; begins with circuits that were joined `ahead`.
    pub(super) async fn run(mut self, ahead: Option<Ahead>) {
        if let Err(error) = self.receive(ahead).await {
            tracing::warn!(%error, "a file could not be received; it is tried again");
        }
        self.shared.moves.end(self.row.id);
        fates::tell(&self.shared, self.row.id).await;
    }

    async fn receive(&mut self, ahead: Option<Ahead>) -> Result<(), EngineError> {
        let (blob, fetch) = kept::open(&self.shared, &self.row).await?;
        let desk = Arc::new(Desk::new(fetch, Arc::clone(&self.shared.clock)));
        let kept = Kept::new(self.row.id, blob, Arc::clone(&desk));
        let (blocks, to_write) = mpsc::channel(BLOCKS_MOST);
        let mut writing = kept.write(to_write);
        let mut moving = Moving::new(&self.shared, &self.peer, &self.row, desk, blocks, ahead);
        let mut noting = tokio::time::interval(NOTE_EVERY);
        noting.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut noted = moving.done();
        let stop = loop {
            moving.fill(*self.allowed.borrow_and_update());
            let pause = moving.crew.pause();
            tokio::select! {
                () = moving.desk.done() => break Stop::Whole,
                changed = self.allowed.changed() => if changed.is_err() { break Stop::Told },
                Ok(()) = self.open.changed() => if *self.open.borrow_and_update() { moving.crew.at_once() },
                circuit = moving.crew.next() => if let Some(circuit) = circuit { moving.begin(circuit) },
                Some(ended) = moving.lanes.join_next() => if let Some(failure) = moving.ended(ended.ok()) {
                    break Stop::Peer(failure);
                },
                written = &mut writing => break Stop::Disk(refusal(written)),
                () = tokio::time::sleep(pause), if !pause.is_zero() => {}
                () = moving.pace.tick() => moving.tell(&self.shared).await,
                _ = noting.tick() => if moving.done() > noted {
                    noted = moving.done();
                    match kept.note(&self.shared).await {
                        // Disks may find out that they are full only when they are flushed.
                        Err(EngineError::File(error)) => break Stop::Disk(error),
                        noted => noted?,
                    }
                },
            }
        };
        // What is on its way to the disk gets there.
        drop(moving);
        if !matches!(stop, Stop::Disk(_)) {
            writing.await.ok();
        }
        self.end(&kept, stop).await
    }

    async fn end(&self, kept: &Kept, stop: Stop) -> Result<(), EngineError> {
        let id = self.row.id;
        match stop {
            Stop::Told => kept.note(&self.shared).await,
            Stop::Whole => {
                kept.note(&self.shared).await?;
                fates::queue(&self.shared, id, Fate::Done).await
            }
            Stop::Peer(failure) => fates::queue(&self.shared, id, Fate::Failed(failure)).await,
            // The program is ending: nothing is wrong with the disk.
            Stop::Disk(DiskError::Stopped) => Ok(()),
            Stop::Disk(error) => {
                tracing::warn!(%error, "a file that is being received is paused: it cannot be written");
                // What was written can be flushed all the same, or is found later.
                kept.note(&self.shared).await.ok();
                let failure = if error == DiskError::Full { FileFailure::NoSpace } else { FileFailure::Damaged };
                let fault = Some(Fault::Failure(failure));
                self.shared.ledger.write(move |w| w.pause_transfer(id, true, fault)).await
            }
        }
    }
}

impl Moving {
    fn new(
        shared: &Arc<Shared>,
        peer: &Peer,
        row: &Transfer,
        desk: Arc<Desk>,
        blocks: Blocks,
        ahead: Option<Ahead>,
    ) -> Self {
        let before = desk.fetch().bytes();
        let (crew, ready) = match ahead {
            Some(ahead) => ahead.accepted(),
            None => (crew(shared, peer, row, JoinKind::File), Vec::new()),
        };
        let mut moving = Self {
            crew,
            lanes: JoinSet::new(),
            handles: Vec::new(),
            blocks,
            next: 0,
            faults: 0,
            before,
            pace: Pace::new(row.clone(), before),
            desk,
        };
        ready.into_iter().for_each(|circuit| moving.begin(circuit));
        moving
    }

    fn done(&self) -> u64 {
        self.desk.fetch().bytes()
    }

    /// Sees to it that there are as many circuits as are of use; those that are too many end, the newest first.
    fn fill(&mut self, allowed: usize) {
        let of_use = of_use(self.pace.size().saturating_sub(self.done()));
        while self.handles.len() > allowed {
            let Some((_, newest)) = self.handles.pop() else { break };
            newest.abort();
        }
        self.crew.fill(of_use.min(allowed), self.handles.len());
    }

    fn begin(&mut self, circuit: Circuit) {
        let lane = Lane(self.next);
        self.next += 1;
        let (desk, blocks) = (Arc::clone(&self.desk), self.blocks.clone());
        let handle = self.lanes.spawn(async move { (lane, lane::run(desk, lane, circuit, blocks).await) });
        self.handles.push((lane, handle));
    }

    /// Takes note of a circuit that ended; a failure is one of the whole transfer.
    fn ended(&mut self, ended: Option<(Lane, LaneEnd)>) -> Option<FileFailure> {
        self.handles.retain(|(_, handle)| !handle.is_finished());
        let (_, end) = ended?;
        tracing::debug!(%end, "a circuit of a file ended");
        let done = self.done();
        if done > self.before {
            self.crew.succeeded()
        } else {
            self.crew.wasted()
        }
        self.before = done;
        let LaneEnd::Fetch(fault) = end else { return None };
        self.faults += 1;
        let failure = if fault == FetchError::Damaged { FileFailure::Damaged } else { FileFailure::Refused };
        (self.faults >= FAULTS).then_some(failure)
    }

    async fn tell(&mut self, shared: &Shared) {
        let (joined, done) = (!self.handles.is_empty(), self.done());
        self.pace.tell(shared, joined, done).await;
    }
}

fn crew(shared: &Arc<Shared>, peer: &Peer, row: &Transfer, kind: JoinKind) -> Crew {
    Crew::new(Arc::clone(shared), peer.clone(), kind, row.message.0, PAUSE_MOST)
}

/// How many circuits pay for so many bytes.
fn of_use(rest: u64) -> usize {
    match rest {
        rest if rest <= ONE_CIRCUIT_BYTES => 1,
        rest if rest <= FEW_CIRCUITS_BYTES => FILE_CIRCUITS,
        _ => FILE_CIRCUITS_MOST,
    }
}

fn refusal(written: Result<Result<(), DiskError>, tokio::task::JoinError>) -> DiskError {
    match written {
        Ok(Err(error)) => error,
        // It ends by itself only when no more blocks can come.
        Ok(Ok(())) | Err(_) => DiskError::Stopped,
    }
}

/// How often what is here is noted: after a crash the rest is looked for on the disk.
const NOTE_EVERY: Duration = Duration::from_secs(2);

/// Circuits on which something wrong may come before the transfer fails: a file that changes is told by its owner first.
const FAULTS: u32 = 3;

/// After failures, nothing is tried for so long at most.
const PAUSE_MOST: Duration = Duration::from_secs(30);
