//! The commands about files: offer, answer, hold, save, look.
//!
//! Each is durable before it returns. They move nothing: the contact's porter looks at the vault and does.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use zeroize::Zeroizing;

use super::event::Event;
use super::prepare::{self, Looked, Prepared, Ready};
use super::transfer::TransferView;
use super::{Engine, EngineError, Shared, fates, serving};
use crate::file::Hashed;
use crate::file::disk::{self, DiskError};
use crate::vault::{ContactId, ContactState, FileSource, NewOffer, Transfer, TransferId, TransferState, Write};
use crate::wire::{Fate, FileKind, FileName, Offer};

/// How a file is to be offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferOptions {
    /// Whether what it says about its maker is removed first, where that can be done.
    pub clean: bool,
    /// Another name for the other side to see.
    pub name: Option<String>,
}

impl Default for OfferOptions {
    fn default() -> Self {
        Self { clean: true, name: None }
    }
}

impl Engine {
    /// Says what would be sent of a file or folder, and what cleaning would remove.
    pub async fn prepare_file(&self, path: PathBuf, clean: bool) -> Result<Prepared, EngineError> {
        blocking(move || prepare::look_at(&path, clean)).await
    }

    /// Offers a file or folder, which is read where it lies. Whatever was cleaned is offered from a sealed copy.
    pub async fn offer_file(
        &self,
        contact: ContactId,
        path: PathBuf,
        options: OfferOptions,
    ) -> Result<TransferId, EngineError> {
        self.may_offer(contact).await?;
        let name = options.name.map(FileName::new).transpose()?;
        let (blobs, clean) = (Arc::clone(&self.0.blobs), options.clean);
        let mut ready = blocking(move || prepare::open(&blobs, &path, clean)).await?;
        if let Some(name) = name {
            ready.prepared.name = name.as_str().to_owned();
        }
        self.offer(contact, ready).await
    }

    /// Offers bytes that are no file, a pasted picture or a voice note; they are kept sealed. `clean` as for a file.
    pub async fn offer_bytes(
        &self,
        contact: ContactId,
        name: String,
        bytes: Zeroizing<Vec<u8>>,
        kind: FileKind,
        clean: bool,
    ) -> Result<TransferId, EngineError> {
        self.may_offer(contact).await?;
        let name = FileName::new(name)?.as_str().to_owned();
        let blobs = Arc::clone(&self.0.blobs);
        let ready = blocking(move || {
            let Looked { instead, removed, kept } = match kind {
                FileKind::File if clean => Looked::of(&name, bytes.to_vec()),
                _ => Looked::nothing(),
            };
            let (content, source) = prepare::sealed(&blobs, &instead.unwrap_or(bytes))?;
            let prepared = Prepared { name, size: content.len(), kind, removed, kept };
            Ok(Ready { prepared, content, source })
        })
        .await?;
        self.offer(contact, ready).await
    }

    /// Takes an offer: it is received as soon as it can be.
    pub async fn accept_file(&self, transfer: TransferId) -> Result<(), EngineError> {
        let row = self.row(transfer).await?;
        if !row.incoming || row.state != TransferState::Offered {
            return Err(EngineError::NotAllowedNow("only an unanswered offer of the other side can be accepted"));
        }
        let blobs = Arc::clone(&self.0.blobs);
        let blob = blocking(move || {
            let blob = prepare::fresh_blob();
            blobs.create(blob.name, &blob.key, row.size)?;
            Ok(blob)
        })
        .await?;
        let name = blob.name;
        let accepted = self.0.ledger.write(move |w| w.accept_transfer(transfer, &blob)).await;
        if accepted.is_err() {
            let blobs = Arc::clone(&self.0.blobs);
            blocking(move || Ok(blobs.remove(name)?)).await?;
        }
        accepted?;
        self.changed(transfer).await
    }

    /// Refuses an offer; the other side is told.
    pub async fn decline_file(&self, transfer: TransferId) -> Result<(), EngineError> {
        let row = self.row(transfer).await?;
        if !row.incoming || row.state != TransferState::Offered {
            return Err(EngineError::NotAllowedNow("only an unanswered offer of the other side can be declined"));
        }
        self.end(transfer, Fate::Declined).await
    }

    /// Holds a transfer; what is here stays.
    pub async fn pause_file(&self, transfer: TransferId) -> Result<(), EngineError> {
        self.0.ledger.write(move |w| w.pause_transfer(transfer, true, None)).await?;
        self.changed(transfer).await
    }

    /// Lets a transfer go on that is paused.
    pub async fn resume_file(&self, transfer: TransferId) -> Result<(), EngineError> {
        self.0.ledger.write(move |w| w.pause_transfer(transfer, false, None)).await?;
        self.changed(transfer).await
    }

    /// Gives a transfer up; what is here of it is removed, and the other side is told.
    pub async fn cancel_file(&self, transfer: TransferId) -> Result<(), EngineError> {
        let row = self.row(transfer).await?;
        if row.state.is_final() {
            return Err(EngineError::NotAllowedNow("the transfer is over"));
        }
        // To who offered it, an offer that was never taken is declined.
        let declined = row.incoming && row.state == TransferState::Offered;
        self.end(transfer, if declined { Fate::Declined } else { Fate::Cancelled }).await
    }

    /// Writes a received file, or folder, in clear to a new place; refuses to overwrite.
    pub async fn save_file(&self, transfer: TransferId, path: PathBuf) -> Result<(), EngineError> {
        let row = self.row(transfer).await?;
        let blobs = Arc::clone(&self.0.blobs);
        blocking(move || {
            let blob = row.blob().filter(|_| row.state == TransferState::Done || !row.incoming);
            let blob = blob.ok_or(EngineError::NotAllowedNow("there is no whole copy of it here"))?;
            let open = blobs.open(blob.name, &blob.key, row.size)?;
            let watch = &mut |_| true;
            let saved = match row.kind {
                FileKind::Folder { files } => disk::save_folder(&open, files, &path, watch),
                FileKind::File | FileKind::VoiceNote { .. } => disk::save(&open, &path, watch),
            };
            Ok(saved?)
        })
        .await
    }

    /// All transfers, or those with one contact, newest first.
    pub async fn transfers(&self, contact: Option<ContactId>) -> Result<Vec<TransferView>, EngineError> {
        let rows = self
            .0
            .ledger
            .read(move |r| {
                contact.map(|contact| r.contact(contact)).transpose()?;
                r.transfers(contact)
            })
            .await?;
        Ok(rows.into_iter().map(|row| self.0.transfer_view(row)).collect())
    }

    /// One transfer.
    pub async fn transfer(&self, transfer: TransferId) -> Result<TransferView, EngineError> {
        Ok(self.0.transfer_view(self.row(transfer).await?))
    }

    /// The content of a file that is here whole, to be shown; not if it has more than `limit` bytes.
    pub async fn file_bytes(&self, transfer: TransferId, limit: u64) -> Result<Zeroizing<Vec<u8>>, EngineError> {
        let row = self.row(transfer).await?;
        if row.incoming && row.state != TransferState::Done {
            return Err(EngineError::NotAllowedNow("it is not here in full"));
        }
        if row.size > limit {
            return Err(EngineError::File(DiskError::TooLarge));
        }
        let blobs = Arc::clone(&self.0.blobs);
        blocking(move || {
            let content = serving::content(&blobs, &row)?;
            let mut bytes = Zeroizing::new(vec![0; usize::try_from(row.size).map_err(|_| DiskError::TooLarge)?]);
            content.read_at(0, &mut bytes)?;
            Ok(bytes)
        })
        .await
    }

    async fn may_offer(&self, contact: ContactId) -> Result<(), EngineError> {
        let row = self.0.ledger.read(move |r| r.contact(contact)).await?;
        if row.state == ContactState::Blocked { Err(EngineError::Blocked) } else { Ok(()) }
    }

    /// Hashes what is ready, and queues the offer.
    async fn offer(&self, contact: ContactId, ready: Ready) -> Result<TransferId, EngineError> {
        let Ready { prepared, content, source } = ready;
        let queued = self.queue(contact, &prepared, content, source.clone()).await;
        if queued.is_err()
            && let FileSource::Blob(blob) = source
        {
            let blobs = Arc::clone(&self.0.blobs);
            blocking(move || Ok(blobs.remove(blob.name)?)).await?;
        }
        let id = queued?;
        self.0.poke(contact);
        fates::tell(&self.0, id).await;
        Ok(id)
    }

    async fn queue(
        &self,
        contact: ContactId,
        prepared: &Prepared,
        content: disk::Content,
        source: FileSource,
    ) -> Result<TransferId, EngineError> {
        let Hashed { root, top } = hashed(&self.0, contact, prepared, content).await?;
        let Prepared { name, size, kind, removed, .. } = prepared.clone();
        let name = FileName::new(name)?;
        let stamp = self.0.stamp(self.0.roster.contact(contact).as_ref());
        let queue = move |w: &Write<'_>| {
            let row = w.contact(contact)?;
            if row.state == ContactState::Blocked {
                return Ok(None);
            }
            let offer = Offer { name: name.clone(), kind, size, root, expires_in: row.expires_in };
            let top = top.as_flattened();
            let new = NewOffer { contact, offer: &offer, source: &source, top, removed: &removed };
            w.queue_offer(&new, stamp).map(Some)
        };
        self.0.ledger.write(queue).await?.ok_or(EngineError::Blocked)
    }

    async fn end(&self, transfer: TransferId, fate: Fate) -> Result<(), EngineError> {
        fates::queue(&self.0, transfer, fate).await?;
        fates::tell(&self.0, transfer).await;
        Ok(())
    }

    /// Tells of a transfer that was changed here, and lets the porter look at it.
    async fn changed(&self, transfer: TransferId) -> Result<(), EngineError> {
        let row = self.row(transfer).await?;
        if let Some(running) = self.0.roster.contact(row.contact) {
            running.look_at_files();
        }
        fates::tell_row(&self.0, row).await;
        Ok(())
    }

    async fn row(&self, transfer: TransferId) -> Result<Transfer, EngineError> {
        self.0.ledger.read(move |r| r.transfer(transfer)).await
    }
}

/// Hashes a content, telling how far that is.
async fn hashed(
    shared: &Shared,
    contact: ContactId,
    prepared: &Prepared,
    content: disk::Content,
) -> Result<Hashed, EngineError> {
    let done = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&done);
    let mut hashing = tokio::task::spawn_blocking(move || prepare::hash(&content, &counted));
    loop {
        match tokio::time::timeout(TELL_EVERY, &mut hashing).await {
            Ok(hashed) => return hashed.map_err(|_| EngineError::Stopped)?,
            Err(_) => {
                let (name, done) = (prepared.name.clone(), done.load(Ordering::Relaxed));
                shared.outlet.put(Event::FilePreparing { contact, name, done, size: prepared.size }).await;
            }
        }
    }
}

async fn blocking<T: Send + 'static>(
    act: impl FnOnce() -> Result<T, EngineError> + Send + 'static,
) -> Result<T, EngineError> {
    tokio::task::spawn_blocking(act).await.map_err(|_| EngineError::Stopped)?
}

/// Between two notices of how far a file is read.
const TELL_EVERY: Duration = Duration::from_millis(250);
