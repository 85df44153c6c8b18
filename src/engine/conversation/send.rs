//! What a conversation sends: control first, then messages, each noted as handed over before it leaves.
//!
//! It does not wait for room: it is called when there is some.

use super::{Conversation, Due, End, text_bytes};
use crate::engine::event::{Delivery, Event};
use crate::engine::joins::{Announcement, Join};
use crate::engine::roster::lock;
use crate::engine::{EngineError, Shared, contacts};
use crate::session::ExpectReply;
use crate::talk::Side;
use crate::vault::{Contact, ContactId, ContactState, Queued};
use crate::wire::limits::{FLUSH_BYTES, OUTBOX_ROWS};
use crate::wire::{Author, Epoch, Frame, RequestText};

/// Frames that go with the last message of a handshake, and what they hand over.
#[derive(Default)]
pub(in crate::engine) struct Opening {
    pub(in crate::engine) frames: Vec<u8>,
    pub(super) handed: Vec<Queued>,
}

impl Conversation {
    /// Writes what is due, and as many messages as fit.
    pub(super) async fn send(&mut self) -> Result<(), End> {
        let mut out = std::mem::take(&mut self.due.sealed);
        let Due { welcome, restored, pong, ping, ack, mut read, mut calls, mut joins, .. } =
            std::mem::take(&mut self.due);
        if !self.may_tell() {
            self.due.read = read.take();
            self.due.calls = std::mem::take(&mut calls);
            self.due.joins = std::mem::take(&mut joins);
        }
        let mut frames = Vec::new();
        let control = [
            welcome.then_some(Frame::Welcome),
            restored.then_some(Frame::Restored),
            pong.map(|nonce| Frame::Pong { nonce }),
            ack.map(|(epoch, seq)| Frame::Ack { epoch, seq }),
            read.filter(|_| self.receipts).map(|id| Frame::Read { id }),
            ping.map(|nonce| Frame::Ping { nonce }),
        ];
        control.into_iter().flatten().for_each(|frame| frame.encode(&mut frames));
        // A call before its circuits: who hears of these must know of it.
        calls.into_iter().for_each(|(id, what)| Frame::Call { id, what }.encode(&mut frames));
        joins.iter().for_each(|wanted| announce(wanted).encode(&mut frames));
        if self.may_hand() {
            self.hand_over(&mut frames).await?;
        }
        self.link.session.sealer.seal(&frames, self.now(), &mut out)?;
        if !out.is_empty() {
            self.link.outgoing.try_send(out).map_err(|_| End::Lost)?;
        }
        for Announcement { join: Join { kind, id, index }, keys, .. } in joins {
            // Of the key that sealed the announcement. Whoever wanted the circuit may have gone.
            keys.send(self.link.session.exporter_out.join_token(kind, &id, index)).ok();
        }
        if restored {
            contacts::told_restored(&self.shared, self.contact).await?;
        }
        Ok(())
    }

    async fn hand_over(&mut self, frames: &mut Vec<u8>) -> Result<(), End> {
        let rows = self.outbox.window().min(OUTBOX_ROWS);
        let queued = waiting(&self.shared, self.contact, self.outbox.next() - 1, rows).await?;
        self.more = queued.len() == rows;
        for row in &queued {
            if self.outbox.window() == 0 || frames.len() >= FLUSH_BYTES {
                self.more = true;
                break;
            }
            encode(self.outbox.epoch(), row, self.shared.clock.wall(), frames)?;
            self.hand(row).await?;
        }
        Ok(())
    }

    pub(super) async fn hand(&mut self, row: &Queued) -> Result<(), End> {
        self.outbox.hand(row.seq, row.body.as_ref().map_or(0, text_bytes))?;
        // Only texts have a state that is shown.
        if let (Some(message), Some(_)) = (row.key, &row.body) {
            self.in_flight.push_back((row.seq, message));
            lock(&self.live).handed.insert(message);
            self.shared.outlet.put(Event::MessageState { message, state: Delivery::Sent }).await;
        }
        Ok(())
    }
}

/// What goes with the last handshake message of a dial: our request, or the first messages.
pub(in crate::engine) async fn opening(shared: &Shared, contact: ContactId) -> Result<Opening, EngineError> {
    let row = shared.ledger.read(move |r| r.contact(contact)).await?;
    let mut opening = Opening::default();
    match row.state {
        ContactState::Requested => request(&row).encode(&mut opening.frames),
        ContactState::Blocked => {}
        ContactState::Accepted => {
            for queued in waiting(shared, contact, row.out_acked, OPENING_ROWS).await? {
                let mut frame = Vec::new();
                encode(row.out_epoch, &queued, shared.clock.wall(), &mut frame)?;
                if opening.frames.len() + frame.len() > ExpectReply::FIRST_BYTES {
                    break;
                }
                opening.frames.append(&mut frame);
                opening.handed.push(queued);
            }
        }
    }
    Ok(opening)
}

fn announce(wanted: &Announcement) -> Frame {
    let Announcement { join: Join { kind, id, index }, dialler, .. } = wanted;
    let dialler = if *dialler == Side::Us { Author::Me } else { Author::You };
    Frame::Join { kind: *kind, id: *id, index: *index, dialler }
}

fn request(row: &Contact) -> Frame {
    // The text was checked when the contact was added; one that no longer passes is left out.
    Frame::Request { text: RequestText::new(row.request_text.clone()).unwrap_or_default() }
}

/// What the contact is to be sent next; noted as handed over before it is.
async fn waiting(shared: &Shared, contact: ContactId, after: u64, rows: usize) -> Result<Vec<Queued>, EngineError> {
    let queued = shared.ledger.read(move |r| r.outbox(contact, after, rows)).await?;
    if queued.iter().all(|row| row.handed) {
        return Ok(queued);
    }
    // Looked up again inside the change: a message recalled meanwhile must not go.
    shared
        .ledger
        .write(move |w| {
            let queued = w.outbox(contact, after, rows)?;
            if let Some(last) = queued.last() {
                w.hand(contact, last.seq)?;
            }
            Ok(queued)
        })
        .await
}

fn encode(epoch: Epoch, row: &Queued, wall: i64, frames: &mut Vec<u8>) -> Result<(), EngineError> {
    let frame = match &row.body {
        None => Frame::Skip { epoch, seq: row.seq },
        Some(body) => Frame::Message {
            epoch,
            seq: row.seq,
            id: row.id,
            age_minutes: u32::try_from(wall.saturating_sub(row.time) / 60_000).unwrap_or(0),
            body: body.clone(),
        },
    };
    frame.encode(frames);
    Ok(())
}

/// Messages looked up for the last handshake message: more cannot fit.
const OPENING_ROWS: usize = 16;
