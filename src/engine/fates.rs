//! What becomes of transfers: said to the other side, shown here, and what is sealed of them removed from the disk.
//!
//! It does not decide anything. That bytes cannot be read any more is the vault's doing, which forgets their key at once;
//! here the files follow.

use std::sync::Arc;

use super::event::Event;
use super::{EngineError, Shared};
use crate::vault::{ContactId, Transfer, TransferId};
use crate::wire::Fate;

/// Ends a transfer for a reason that the other side is told; nothing if it is over.
pub(super) async fn queue(shared: &Shared, id: TransferId, fate: Fate) -> Result<(), EngineError> {
    let contact = shared.ledger.read(move |r| r.transfer(id)).await?.contact;
    let stamp = shared.stamp(shared.roster.contact(contact).as_ref());
    shared.ledger.write(move |w| w.queue_fate(id, fate, stamp)).await?;
    ended(shared, contact).await;
    Ok(())
}

/// The other side took an offer of ours: a place among the open ones is free.
pub(super) async fn accepted(shared: &Shared, contact: ContactId, id: TransferId) -> Result<(), EngineError> {
    shared.ledger.write(move |w| w.transfer_accepted(id)).await?;
    tell(shared, id).await;
    promote(shared, contact).await?;
    if let Some(running) = shared.roster.contact(contact) {
        running.poke();
    }
    Ok(())
}

/// A transfer of this contact is over: what waited for its place goes on, what it had on the disk goes.
pub(super) async fn ended(shared: &Shared, contact: ContactId) {
    if let Err(error) = promote(shared, contact).await {
        tracing::warn!(%error, "offers that waited could not be sent");
    }
    shred(shared).await;
    if let Some(running) = shared.roster.contact(contact) {
        running.poke();
        running.look_at_files();
    }
}

/// Offers what was kept back until there was room.
pub(super) async fn promote(shared: &Shared, contact: ContactId) -> Result<(), EngineError> {
    let handed = shared.roster.contact(contact).is_some_and(|running| running.open());
    shared.ledger.write(move |w| w.next_offers(contact, handed)).await?;
    Ok(())
}

/// Tells how a transfer is now; nothing if it is gone.
pub(super) async fn tell(shared: &Shared, id: TransferId) {
    if let Ok(row) = shared.ledger.read(move |r| r.transfer(id)).await {
        tell_row(shared, row).await;
    }
}

pub(super) async fn tell_row(shared: &Shared, row: Transfer) {
    shared.outlet.put(Event::FileState(shared.transfer_view(row))).await;
}

/// Removes sealed files whose keys are gone.
pub(super) async fn shred(shared: &Shared) {
    let removing = async {
        let names = shared.ledger.read(|r| r.to_shred()).await?;
        if names.is_empty() {
            return Ok(());
        }
        let blobs = Arc::clone(&shared.blobs);
        let removed =
            tokio::task::spawn_blocking(move || names.iter().try_for_each(|name| blobs.remove(*name)).map(|()| names));
        let names = removed.await.map_err(|_| EngineError::Stopped)??;
        shared.ledger.write(move |w| w.shredded(&names)).await
    };
    // Tried again with the next one, and at the next start; nobody can read them meanwhile.
    if let Err(error) = removing.await {
        tracing::warn!(%error, "sealed files could not be removed");
    }
}

/// Removes what a crash left: sealed files that nothing refers to.
pub(super) async fn tidy(shared: &Shared) -> Result<(), EngineError> {
    shred(shared).await;
    let known = shared.ledger.read(|r| r.blobs()).await?;
    let blobs = Arc::clone(&shared.blobs);
    let tidied = tokio::task::spawn_blocking(move || {
        let strange = blobs.names()?.into_iter().filter(|name| !known.contains(name));
        strange.into_iter().try_for_each(|name| blobs.remove(name))
    });
    Ok(tidied.await.map_err(|_| EngineError::Stopped)??)
}
