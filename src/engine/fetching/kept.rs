//! What is kept of a file that we receive: blocks on the disk as they are verified, and a note in the vault of which.
//!
//! The note never says more than the disk holds: the disk is flushed first. It may say less, after a crash; then what is
//! there is found by looking.

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::lane::Desk;
use crate::engine::{EngineError, Shared};
use crate::file::disk::{BlobStore, DiskError, OpenBlob};
use crate::file::{Blocks, Fetch, Tree, Verified};
use crate::vault::{Blob, Held, Transfer, TransferId};

/// A received file on the disk, whole or not.
pub(super) struct Kept {
    transfer: TransferId,
    blob: Arc<OpenBlob>,
    desk: Arc<Desk>,
}

/// Opens what is kept of a transfer, and finds out what of it is there.
pub(super) async fn open(shared: &Shared, row: &Transfer) -> Result<(OpenBlob, Fetch), EngineError> {
    let (blobs, id, row) = (Arc::clone(&shared.blobs), row.id, row.clone());
    let held = shared.ledger.read(move |r| r.held(id)).await?;
    let opened = tokio::task::spawn_blocking(move || take_up(&blobs, &row, &held)).await;
    Ok(opened.map_err(|_| EngineError::Stopped)??)
}

fn take_up(blobs: &BlobStore, row: &Transfer, held: &Held) -> Result<(OpenBlob, Fetch), DiskError> {
    let (tree, Blob { name, key }) = (Tree::new(row.size), row.blob().ok_or(DiskError::Missing)?);
    let (blob, mut have) = match blobs.open(*name, key, row.size) {
        // Gone from under us: it is fetched again.
        Err(DiskError::Missing) => (blobs.create(*name, key, row.size)?, Blocks::new(tree)),
        opened => (opened?, Blocks::from_bytes(tree, &held.have).unwrap_or_else(|| Blocks::new(tree))),
    };
    let missing: Vec<u32> = have.missing().collect();
    for found in blob.scan(missing)? {
        have.insert(found);
    }
    let (hashes, _) = held.top.as_chunks();
    let top = (!hashes.is_empty()).then(|| hashes.to_vec());
    Ok((blob, Fetch::new(tree, row.root, have, top)))
}

impl Kept {
    pub(super) fn new(transfer: TransferId, blob: OpenBlob, desk: Arc<Desk>) -> Self {
        Self { transfer, blob: Arc::new(blob), desk }
    }

    /// Writes blocks as they come, until no more can come or the disk refuses.
    pub(super) fn write(&self, mut blocks: mpsc::Receiver<Verified>) -> JoinHandle<Result<(), DiskError>> {
        let (blob, desk) = (Arc::clone(&self.blob), Arc::clone(&self.desk));
        tokio::spawn(async move {
            let mut batch = Vec::new();
            while blocks.recv_many(&mut batch, BATCH).await > 0 {
                let (blob, desk, batch) = (Arc::clone(&blob), Arc::clone(&desk), std::mem::take(&mut batch));
                let written = tokio::task::spawn_blocking(move || {
                    batch.into_iter().try_for_each(|Verified { block, bytes }| {
                        blob.write_block(block, &bytes).map(|()| desk.stored(block))
                    })
                });
                written.await.map_err(|_| DiskError::Stopped)??;
            }
            Ok(())
        })
    }

    /// Notes what is there, after the disk was flushed.
    pub(super) async fn note(&self, shared: &Shared) -> Result<(), EngineError> {
        let (done, have, top) = {
            let fetch = self.desk.fetch();
            (fetch.bytes(), fetch.have().to_bytes(), fetch.top().map(|top| top.as_flattened().to_vec()))
        };
        let blob = Arc::clone(&self.blob);
        tokio::task::spawn_blocking(move || blob.sync()).await.map_err(|_| EngineError::Stopped)??;
        let transfer = self.transfer;
        shared.ledger.write(move |w| w.put_have(transfer, done, &have, top.as_deref())).await?;
        Ok(())
    }
}

/// Blocks written at a stretch.
const BATCH: usize = 8;
