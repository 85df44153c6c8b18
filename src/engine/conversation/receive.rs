//! What arrives in a conversation: opened, judged, made durable, and only then acknowledged.
//!
//! It does not write to the peer: what is due is noted, and sent when there is room.

use std::time::Duration;

use super::batch::Batch;
use super::{Conversation, End};
use crate::engine::clock::SystemRandom;
use crate::engine::joins::{Asked, Join};
use crate::engine::roster::lock;
use crate::talk::{Side, Verdict};
use crate::vault::ContactState;
use crate::wire::{Author, Bye, Frame, JoinKind};

impl Conversation {
    pub(super) async fn receive(&mut self, chunk: Vec<u8>) -> Result<(), End> {
        let mut batch = Batch::default();
        self.take(&chunk, &mut batch)?;
        while !batch.is_full() && self.listening(self.now()) {
            let Ok(chunk) = self.link.incoming.try_recv() else { break };
            self.take(&chunk, &mut batch)?;
        }
        self.commit(batch).await
    }

    fn take(&mut self, chunk: &[u8], batch: &mut Batch) -> Result<(), End> {
        self.liveness.heard(self.now());
        self.link.session.opener.push(chunk)?;
        while let Some(bytes) = self.link.session.opener.next()? {
            self.take_frames(&bytes, batch)?;
        }
        Ok(())
    }

    pub(super) fn take_frames(&mut self, bytes: &[u8], batch: &mut Batch) -> Result<(), End> {
        self.deframer.push(bytes)?;
        while let Some(frame) = self.deframer.next()? {
            self.take_frame(frame, batch)?;
        }
        Ok(())
    }

    fn take_frame(&mut self, frame: Frame, batch: &mut Batch) -> Result<(), End> {
        let now = self.now();
        match frame {
            Frame::Welcome if !self.welcomed => {
                self.welcomed = true;
                batch.accepted = !self.accepted;
            }
            Frame::Waiting if !self.welcomed => return Err(End::Waiting),
            // These two come once, from the side that was dialled, and before anything else.
            Frame::Welcome | Frame::Waiting => return Err(End::Unwelcome),
            _ if !self.welcomed => return Err(End::Unwelcome),
            Frame::Ping { nonce } => self.due.pong = Some(nonce),
            Frame::Pong { nonce } => {
                self.liveness.pong(nonce, now, &mut SystemRandom)?;
            }
            // Asked by somebody who is a contact already: the welcome is the answer.
            Frame::Request { .. } if self.link.dialled_by == Side::Them => {}
            Frame::Request { .. } => return Err(End::Unwelcome),
            Frame::Bye { reason: Bye::Leaving } => return Err(End::Left),
            Frame::Bye { reason: Bye::Replaced } => return Err(End::Replaced),
            Frame::Bye { reason: Bye::Violation } => return Err(End::Accused),
            Frame::Message { epoch, seq, id, age_minutes, body } => {
                self.pay(now);
                batch.ack = Some(epoch);
                if let Verdict::New { .. } = self.inbox.receive(epoch, seq) {
                    let time = self.shared.clock.wall().saturating_sub(i64::from(age_minutes) * 60_000);
                    batch.message(epoch, seq, id, time, body);
                }
            }
            Frame::Skip { epoch, seq } => {
                self.pay(now);
                batch.ack = Some(epoch);
                if let Verdict::New { .. } = self.inbox.receive(epoch, seq) {
                    batch.skip(epoch, seq);
                }
            }
            Frame::Ack { epoch, seq } => {
                let delivered = self.outbox.ack(epoch, seq)?;
                if !delivered.is_empty() {
                    batch.acked = Some((epoch, seq));
                    self.more = true;
                }
            }
            Frame::Read { id } => {
                self.pay(now);
                // The vault knows whether both agreed: an agreement may stand in the same batch.
                batch.read = Some(id);
            }
            Frame::Restored => {
                self.pay(now);
                batch.restored = true;
            }
            Frame::Join { kind, id, index, dialler } => {
                self.pay(now);
                let keys = self.link.session.exporter_in.join_token(kind, &id, index);
                let dialler = if dialler == Author::Me { Side::Them } else { Side::Us };
                batch.joins.push(Asked { join: Join { kind, id, index }, dialler, keys });
            }
            Frame::Call { id, what } => {
                self.pay(now);
                batch.calls.push((id, what));
            }
            Frame::Renew1(_) | Frame::Renew2(_) | Frame::Renew3(_) | Frame::Renewed => {
                self.link.session.take_renewal(&frame, &self.me, &mut SystemRandom, now, &mut self.due.sealed)?;
            }
        }
        Ok(())
    }

    /// Takes a message's token; without one, reading stops for a while. The message itself is not lost.
    fn pay(&mut self, now: Duration) {
        self.quiet_until = now.saturating_add(self.bucket.take(now, 1));
    }

    /// Makes what arrived durable, tells of it, and only then lets it be acknowledged.
    pub(super) async fn commit(&mut self, mut batch: Batch) -> Result<(), End> {
        let (calls, joins) = (std::mem::take(&mut batch.calls), std::mem::take(&mut batch.joins));
        if !batch.is_empty() {
            self.make_durable(batch).await?;
        }
        // After the commit: they may belong to what came with it. Who is no contact yet is not heard.
        if self.accepted {
            calls.into_iter().for_each(|(id, what)| self.shared.phone.heard(self.contact, id, what));
            joins.into_iter().for_each(|asked| self.tell_join(asked));
        }
        if self.may_tell() && !std::mem::replace(&mut self.met, true) {
            self.shared.phone.met(self.contact).await;
        }
        Ok(())
    }

    fn tell_join(&self, asked: Asked) {
        match asked.join.kind {
            JoinKind::Voice => self.shared.phone.asked(self.contact, asked),
            JoinKind::File | JoinKind::Ahead => {
                if let Some(running) = self.shared.roster.contact(self.contact) {
                    // Beyond the bound it is left alone, and fails there.
                    running.asked.try_send(asked).ok();
                }
            }
        }
    }

    async fn make_durable(&mut self, batch: Batch) -> Result<(), End> {
        let ack = batch.ack.and_then(|epoch| Some((epoch, self.inbox.mark(epoch)?)));
        let acked = batch.acked;
        let news = batch.commit(&self.shared, self.contact).await?;
        self.due.ack = ack.or(self.due.ack);
        if let Some((_, seq)) = acked {
            self.in_flight.retain(|(number, _)| *number > seq);
            let mut live = lock(&self.live);
            news.delivered.iter().for_each(|key| {
                live.handed.remove(key);
            });
        }
        self.accepted = news.contact.state == ContactState::Accepted;
        self.regard(&news.contact, news.receipt, false);
        self.more |= news.owing();
        lock(&self.live).open.send_replace(self.accepted);
        news.tell(&self.shared).await?;
        Ok(())
    }
}
