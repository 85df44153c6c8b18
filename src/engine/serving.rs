//! A file that we send, as long as there are circuits for it.
//!
//! It promises that nothing leaves that is not what was offered, as far as can be known before, and that a source that
//! changed or went ends the transfer with that reason. It opens no circuit by itself: the receiver announces each.

mod lane;
mod pages;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;

use self::lane::{Desk, LaneEnd};
use self::pages::Pages;
use super::joins::{self, Asked, Peer};
use super::pace::Pace;
use super::{EngineError, Shared, fates};
use crate::file::disk::{BlobStore, Content, DiskError};
use crate::file::{Hashed, Lane, Serve, ServeError, Tree};
use crate::vault::{Blob, FileSource, Transfer, TransferState};
use crate::wire::{Fate, FileFailure};

/// One file that is sent.
pub(super) struct Serving {
    pub(super) shared: Arc<Shared>,
    pub(super) peer: Peer,
    pub(super) row: Transfer,
    /// Circuits that the receiver announced; it ends when no more can come.
    pub(super) asked: mpsc::Receiver<Asked>,
    /// Circuits that all files sent to this contact may still have.
    pub(super) room: Arc<Semaphore>,
}

impl Serving {
    /// Runs until it is ended, the transfer cannot go on, or nobody came for it for a while.
    pub(super) async fn run(mut self) {
        let failure = match self.open().await {
            Ok(desk) => self.send(Arc::new(desk)).await,
            Err(EngineError::File(DiskError::Changed)) => Some(FileFailure::SourceChanged),
            Err(EngineError::File(_)) => Some(FileFailure::SourceGone),
            // Asked again, it is tried again.
            Err(error) => {
                tracing::warn!(%error, "a file could not be sent");
                None
            }
        };
        if let Some(failure) = failure
            && let Err(error) = fates::queue(&self.shared, self.row.id, Fate::Failed(failure)).await
        {
            tracing::warn!(%error, "the end of a transfer could not be kept");
        }
        self.shared.moves.end(self.row.id);
        fates::tell(&self.shared, self.row.id).await;
    }

    async fn open(&self) -> Result<Desk, EngineError> {
        let (blobs, row) = (Arc::clone(&self.shared.blobs), self.row.clone());
        let opened = tokio::task::spawn_blocking(move || content(&blobs, &row)).await;
        let (content, id) = (opened.map_err(|_| EngineError::Stopped)??, self.row.id);
        let held = self.shared.ledger.read(move |r| r.held(id)).await?;
        let (tree, (top, _)) = (Tree::new(self.row.size), held.top.as_chunks());
        let serve = Serve::new(tree, Hashed { root: self.row.root, top: top.to_vec() });
        Ok(Desk::new(serve, Pages::new(content, tree), Arc::clone(&self.shared.clock)))
    }

    async fn send(&mut self, desk: Arc<Desk>) -> Option<FileFailure> {
        let mut lanes: JoinSet<Option<LaneEnd>> = JoinSet::new();
        let (mut next, mut told) = (0, self.row.done);
        let mut pace = Pace::new(self.row.clone(), told);
        let failure = loop {
            tokio::select! {
                () = desk.wanted(), if self.row.state == TransferState::Offered => {
                    // Circuits may have been joined ahead; who asks for something has accepted.
                    self.row.state = TransferState::Waiting;
                    pace.accepted();
                    if let Err(error) = fates::accepted(&self.shared, self.row.contact, self.row.id).await {
                        tracing::warn!(%error, "that an offer was accepted could not be kept");
                    }
                }
                asked = self.asked.recv() => match asked {
                    None => break None,
                    // Beyond what all files may have it is left alone, and fails there.
                    Some(asked) => if let Ok(room) = Arc::clone(&self.room).try_acquire_owned() {
                        let (shared, peer, desk, lane) =
                            (Arc::clone(&self.shared), self.peer.clone(), Arc::clone(&desk), Lane(next));
                        next += 1;
                        lanes.spawn(async move {
                            let _room = room;
                            let joined = joins::answer(&shared, &peer, asked).await;
                            let circuit = joined.inspect_err(|error| tracing::debug!(%error, "not joined")).ok()?;
                            Some(lane::run(desk, lane, circuit).await)
                        });
                    },
                },
                Some(ended) = lanes.join_next() => if let Some(failure) = judge(ended.ok().flatten()) {
                    break Some(failure);
                },
                () = pace.tick() => {
                    told = desk.serve().theirs().max(told);
                    pace.tell(&self.shared, desk.is_joined(), told).await;
                }
                () = tokio::time::sleep(ALONE), if lanes.is_empty() => break None,
            }
        };
        // So that a listing says after a restart how far it was.
        let (id, theirs) = (self.row.id, desk.serve().theirs().max(told));
        self.shared.ledger.write(move |w| w.put_have(id, theirs, &[], None)).await.ok();
        failure
    }
}

/// What a circuit's end says of the whole transfer.
fn judge(end: Option<LaneEnd>) -> Option<FileFailure> {
    let end = end?;
    tracing::debug!(%end, "a circuit of a file ended");
    match end {
        LaneEnd::Serve(ServeError::AskedTooMuch) => Some(FileFailure::AskedTooMuch),
        LaneEnd::Serve(ServeError::SourceChanged) => Some(FileFailure::SourceChanged),
        LaneEnd::Unread(unread) => unread.failure(),
        LaneEnd::Serve(_) | LaneEnd::Circuit(_) | LaneEnd::Idle => None,
    }
}

/// Opens what was offered; refuses what is something else now.
pub(super) fn content(blobs: &BlobStore, row: &Transfer) -> Result<Content, DiskError> {
    let content = match row.source.as_ref().ok_or(DiskError::Missing)? {
        FileSource::Blob(Blob { name, key }) => Content::Sealed(Arc::new(blobs.open(*name, key, row.size)?)),
        FileSource::Path { path, mark } => {
            let content = Content::open(path)?;
            if content.fingerprint() != *mark {
                return Err(DiskError::Changed);
            }
            content
        }
    };
    if content.len() == row.size { Ok(content) } else { Err(DiskError::Changed) }
}

/// How long a file that nobody fetches is kept open.
const ALONE: Duration = Duration::from_secs(60);
