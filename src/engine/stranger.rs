//! What everybody who is not a contact gets: the same answer after the same time, whether unknown, blocked, declined or
//! removed.
//!
//! It does not tell the peer anything about itself. A request that may be kept is kept, meanwhile.

use std::sync::Arc;

use pelure_onion::Address;
use tokio::time::Instant;

use super::Shared;
use super::event::Event;
use super::link::Link;
use crate::vault::{IdentityId, RequestArrival};
use crate::wire::limits::STRANGER_DELAY;
use crate::wire::{Deframer, Frame, RequestText};

/// Hears a stranger out for a fixed time, then answers and ends.
pub(super) async fn answer(shared: &Arc<Shared>, identity: IdentityId, link: Link) {
    shared.counts.stranger();
    let answer_at = Instant::now() + STRANGER_DELAY;
    let (asker, asked) = (link.session.peer, request(&link.first));
    let keeping = async {
        if let Some(text) = asked {
            keep(shared, identity, asker, text).await;
        }
    };
    // Side by side: a busy disk, or nobody who takes the news of a request, must not show in the time of the answer.
    tokio::join!(keeping, turn_away(shared, link, answer_at));
}

/// Only what came with the handshake is read: a request always fits there, and more is nothing a stranger may say.
fn request(first: &[u8]) -> Option<RequestText> {
    let mut deframer = Deframer::default();
    deframer.push(first).ok()?;
    match deframer.next() {
        Ok(Some(Frame::Request { text })) => Some(text),
        _ => None,
    }
}

async fn turn_away(shared: &Arc<Shared>, mut link: Link, answer_at: Instant) {
    tokio::time::sleep_until(answer_at).await;
    let mut waiting = Vec::new();
    Frame::Waiting.encode(&mut waiting);
    let mut record = Vec::new();
    if link.session.sealer.seal(&waiting, shared.clock.now(), &mut record).is_ok() {
        link.outgoing.send(record).await.ok();
        link.close().await;
    }
}

async fn keep(shared: &Arc<Shared>, identity: IdentityId, address: Address, text: RequestText) {
    let received = shared.clock.wall();
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
