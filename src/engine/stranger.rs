//! What everybody who is not a contact gets: the same answer after the same time, whether unknown, blocked, declined or
//! removed.
//!
//! It does not tell the peer anything about itself. A request that may be kept is kept, meanwhile.

use std::sync::Arc;

use super::Shared;
use super::event::Event;
use super::link::Link;
use crate::vault::{IdentityId, RequestArrival};
use crate::wire::limits::STRANGER_DELAY;
use crate::wire::{Deframer, Frame, RequestText};

/// Hears a stranger out for a fixed time, then answers and ends.
pub(super) async fn answer(shared: &Arc<Shared>, identity: IdentityId, mut link: Link) {
    let answer_at = tokio::time::Instant::now() + STRANGER_DELAY;
    // Only what came with the handshake is read: a request always fits there, and more is nothing a stranger may say.
    let mut deframer = Deframer::default();
    let first = deframer.push(&link.first).and_then(|()| deframer.next());
    if let Ok(Some(Frame::Request { text })) = first {
        keep(shared, identity, &link, text).await;
    }
    tokio::time::sleep_until(answer_at).await;
    let mut waiting = Vec::new();
    Frame::Waiting.encode(&mut waiting);
    let mut record = Vec::new();
    if link.session.sealer.seal(&waiting, shared.clock.now(), &mut record).is_ok() {
        link.outgoing.send(record).await.ok();
        link.close().await;
    }
}

async fn keep(shared: &Arc<Shared>, identity: IdentityId, link: &Link, text: RequestText) {
    let (address, received) = (link.session.peer, shared.clock.wall());
    let kept = shared
        .ledger
        .write(move |w| {
            // A blocked contact is in the list of contacts, where no request may come from.
            if w.contact_by_address(identity, &address)?.is_some() {
                return Ok(RequestArrival::Refused);
            }
            w.add_request(identity, &address, text.as_str(), received)
        })
        .await;
    match kept {
        Ok(RequestArrival::New(request)) => shared.outlet.put(Event::RequestReceived(request)).await,
        Ok(RequestArrival::Again(_) | RequestArrival::Full | RequestArrival::Refused) => {}
        // The stranger asks again by itself, and nothing was promised.
        Err(error) => tracing::warn!(%error, "a request could not be kept"),
    }
}
