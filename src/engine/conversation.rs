//! What happens in an established session: frames in, commits, acknowledgements, frames out.
//!
//! It promises that nothing is acknowledged before it is durable, that our messages go out in order and each once per
//! session, and that what waits here is bounded. It does not dial and does not decide which session stays.
//!
//! [`Conversation::wait`] may be dropped at any time; [`Conversation::step`] must run to its end.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::clock::SystemRandom;
use super::event::{Delivery, Event};
use super::link::Link;
use super::roster::{Live, lock};
use super::{EngineError, Shared, contacts};
use crate::session::{ExpectReply, Identity, RecordError, RenewalError};
use crate::talk::{Inbox, Liveness, Outbox, Pulse, Side, TalkError, TokenBucket, Verdict};
use crate::vault::{Contact, ContactId, ContactState, MessageKey, Queued};
use crate::wire::limits::{FLUSH_BYTES, OUTBOX_ROWS, UNREAD_BYTES};
use crate::wire::{Bye, Deframer, Epoch, Frame, MessageText, WireError};

mod batch;
use batch::Batch;

/// A live session with a contact.
pub(super) struct Conversation {
    shared: Arc<Shared>,
    me: Arc<Identity>,
    live: Arc<Mutex<Live>>,
    contact: ContactId,
    link: Link,
    deframer: Deframer,
    inbox: Inbox,
    outbox: Outbox,
    bucket: TokenBucket,
    liveness: Liveness,
    /// Whether the other side has shown that we are its contact.
    welcomed: bool,
    /// Whether both agreed: before that nothing but our request goes out.
    accepted: bool,
    due: Due,
    /// The vault may hold more for the peer than was handed over.
    more: bool,
    /// The keys of what is in flight, by number.
    in_flight: VecDeque<(u64, MessageKey)>,
    /// Nothing is read before this time: the peer is over its rate.
    quiet_until: Duration,
    /// Nothing is read until the user has read: the peer is over its backlog.
    full: bool,
    look_again: Duration,
}

/// What is to be sent when there is room. Each of these has at most one place, so none of them can pile up.
#[derive(Default)]
struct Due {
    /// Records of a renewal, sealed already: they go first.
    sealed: Vec<u8>,
    welcome: bool,
    restored: bool,
    pong: Option<u64>,
    ping: Option<u64>,
    ack: Option<(Epoch, u64)>,
}

/// Frames that go with the last message of a handshake, and what they hand over.
#[derive(Default)]
pub(super) struct Opening {
    pub(super) frames: Vec<u8>,
    handed: Vec<Queued>,
}

/// What a conversation waits for.
pub(super) enum Wake {
    /// Sealed bytes, or the end of the stream.
    Bytes(Option<Vec<u8>>),
    /// Something is due and can be written.
    Room,
    /// A time has come.
    Timer,
}

/// Why a conversation is over.
#[derive(Debug, thiserror::Error)]
pub(super) enum End {
    #[error("the connection was lost")]
    Lost,
    #[error("no answer for a minute")]
    Silent,
    #[error("the other side has not accepted yet")]
    Waiting,
    #[error("went offline")]
    Left,
    #[error("a newer connection took over")]
    Replaced,
    #[error(transparent)]
    Record(#[from] RecordError),
    #[error(transparent)]
    Wire(#[from] WireError),
    #[error(transparent)]
    Talk(#[from] TalkError),
    #[error(transparent)]
    Renewal(#[from] RenewalError),
    #[error("the session was not renewed in time")]
    NotRenewed,
    #[error("the other side broke the protocol")]
    Unwelcome,
    #[error("the other side says that we broke the protocol; one of the two programs is out of date")]
    Accused,
    #[error("this machine could not store: {0}")]
    Ours(#[from] EngineError),
}

impl Conversation {
    /// Begins on an authenticated link; `opening` is what went with our last handshake message, `bucket` what earlier
    /// sessions left of the peer's rate: a new session is no new burst.
    pub(super) async fn open(
        shared: Arc<Shared>,
        me: Arc<Identity>,
        live: Arc<Mutex<Live>>,
        contact: ContactId,
        mut bucket: TokenBucket,
        mut link: Link,
        opening: Opening,
    ) -> Result<Self, End> {
        let answering = link.dialled_by == Side::Them;
        let (row, marks) = shared
            .ledger
            .write(move |w| {
                // Who dials us knows us: whoever we asked has accepted.
                if answering {
                    w.accept_contact(contact)?;
                }
                Ok((w.contact(contact)?, w.marks(contact)?))
            })
            .await?;
        let now = shared.clock.now();
        let first = std::mem::take(&mut link.first);
        let accepted = row.state == ContactState::Accepted;
        let mut conversation = Self {
            quiet_until: now + bucket.take(now, 0),
            bucket,
            outbox: Outbox::new(row.out_epoch, row.out_acked, row.out_next),
            inbox: Inbox::new(marks),
            liveness: Liveness::new(now),
            deframer: Deframer::default(),
            welcomed: answering,
            accepted,
            due: Due { welcome: answering, restored: row.restored && accepted, ..Due::default() },
            more: true,
            in_flight: VecDeque::new(),
            full: row.unread_bytes > UNREAD_BYTES,
            look_again: now,
            shared,
            me,
            live,
            contact,
            link,
        };
        for queued in &opening.handed {
            conversation.hand(queued).await?;
        }
        lock(&conversation.live).open = accepted;
        let mut batch = Batch::default();
        conversation.take_frames(&first, &mut batch)?;
        conversation.commit(batch).await?;
        conversation.tick()?;
        Ok(conversation)
    }

    /// Who dialled, and since when it lasts.
    pub(super) fn dial(&self) -> crate::talk::Dial {
        crate::talk::Dial { by: self.link.dialled_by, since: self.link.since }
    }

    /// Whether an authenticated ping was answered within the last minute.
    pub(super) fn online(&self) -> bool {
        self.liveness.online(self.now())
    }

    /// The outbox or the backlog may have changed.
    pub(super) async fn poke(&mut self) -> Result<(), End> {
        self.more = true;
        if self.full {
            let contact = self.contact;
            self.full = self.shared.ledger.read(move |r| r.contact(contact)).await?.unread_bytes > UNREAD_BYTES;
        }
        Ok(())
    }

    /// The machine woke or the network changed: ask whether the peer is still there.
    pub(super) fn doubt(&mut self) -> Result<(), End> {
        self.liveness.ask_now(self.now());
        self.tick()
    }

    /// Waits until something can be done.
    pub(super) async fn wait(&mut self) -> Wake {
        let now = self.now();
        let (listening, talking) = (self.listening(now), self.talking());
        let mut until = self.look_again;
        if self.quiet_until > now {
            until = until.min(self.quiet_until);
        }
        tokio::select! {
            chunk = self.link.incoming.recv(), if listening => Wake::Bytes(chunk),
            () = self.link.outgoing.closed() => Wake::Bytes(None),
            room = self.link.outgoing.reserve(), if talking => match room {
                Ok(_) => Wake::Room,
                Err(_) => Wake::Bytes(None),
            },
            () = tokio::time::sleep(until.saturating_sub(now)) => Wake::Timer,
        }
    }

    /// Does what [`Self::wait`] said can be done.
    pub(super) async fn step(&mut self, wake: Wake) -> Result<(), End> {
        match wake {
            Wake::Bytes(None) => return Err(End::Lost),
            Wake::Bytes(Some(chunk)) => self.receive(chunk).await?,
            Wake::Room => self.send().await?,
            Wake::Timer => {}
        }
        self.tick()
    }

    /// Ends the session, saying why if that is anybody's business; what was not acknowledged is queued again. Gives back
    /// what is left of the peer's rate.
    pub(super) async fn close(mut self, bye: Option<Bye>) -> TokenBucket {
        {
            let mut live = lock(&self.live);
            live.open = false;
            live.handed.clear();
        }
        for (_, message) in std::mem::take(&mut self.in_flight) {
            self.shared.outlet.put(Event::MessageState { message, state: Delivery::Queued }).await;
        }
        let Some(reason) = bye else { return self.bucket };
        // What was sealed before must be sent before.
        let (mut frame, mut record) = (Vec::new(), std::mem::take(&mut self.due.sealed));
        Frame::Bye { reason }.encode(&mut frame);
        if self.link.session.sealer.seal(&frame, self.now(), &mut record).is_ok() {
            // A pump that is stuck loses the goodbye; the peer then sees the end of the stream alone.
            self.link.outgoing.try_send(record).ok();
            self.link.close().await;
        }
        self.bucket
    }

    fn now(&self) -> Duration {
        self.shared.clock.now()
    }

    fn listening(&self, now: Duration) -> bool {
        !self.full && self.quiet_until <= now
    }

    fn talking(&self) -> bool {
        let Due { sealed, welcome, restored, pong, ping, ack } = &self.due;
        let control = *welcome || *restored || pong.is_some() || ping.is_some() || ack.is_some();
        control || !sealed.is_empty() || self.may_hand()
    }

    fn may_hand(&self) -> bool {
        self.accepted && self.more && self.outbox.window() > 0
    }

    /// Looks at the time: pings, deadlines, renewal.
    fn tick(&mut self) -> Result<(), End> {
        let now = self.now();
        if self.link.session.renewal_overdue(now) {
            return Err(End::NotRenewed);
        }
        if self.link.session.renewal_due(now) {
            self.link.session.renew(&self.me, &mut SystemRandom, now, &mut self.due.sealed)?;
        }
        loop {
            match self.liveness.pulse(now, &mut SystemRandom) {
                Pulse::Ping { nonce } => self.due.ping = Some(nonce),
                Pulse::Dead => return Err(End::Silent),
                Pulse::Wait { until } => {
                    let lapse = self.liveness.online_until().filter(|lapse| *lapse > now).unwrap_or(until);
                    self.look_again = until.min(lapse).min(now + LOOK_AT_LEAST);
                    return Ok(());
                }
            }
        }
    }

    async fn receive(&mut self, chunk: Vec<u8>) -> Result<(), End> {
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

    fn take_frames(&mut self, bytes: &[u8], batch: &mut Batch) -> Result<(), End> {
        self.deframer.push(bytes)?;
        while let Some(frame) = self.deframer.next()? {
            self.take_frame(frame, batch)?;
        }
        Ok(())
    }

    fn take_frame(&mut self, frame: Frame, batch: &mut Batch) -> Result<(), End> {
        let now = self.now();
        match frame {
            Frame::Welcome => {
                self.welcomed = true;
                batch.accepted = !self.accepted;
            }
            Frame::Waiting => return Err(End::Waiting),
            // Whoever is not welcomed may be told anything by anybody who answers: nothing else counts before.
            _ if !self.welcomed => return Err(End::Unwelcome),
            Frame::Ping { nonce } => self.due.pong = Some(nonce),
            Frame::Pong { nonce } => {
                self.liveness.pong(nonce, now, &mut SystemRandom)?;
            }
            // Asked by somebody who is a contact already: the welcome is the answer.
            Frame::Request { .. } => {}
            Frame::Bye { reason: Bye::Leaving } => return Err(End::Left),
            Frame::Bye { reason: Bye::Replaced } => return Err(End::Replaced),
            Frame::Bye { reason: Bye::Violation } => return Err(End::Accused),
            Frame::Message { epoch, seq, id, age_minutes, text } => {
                self.pay(now);
                batch.ack = Some(epoch);
                if let Verdict::New { .. } = self.inbox.receive(epoch, seq) {
                    let time = self.shared.clock.wall().saturating_sub(i64::from(age_minutes) * 60_000);
                    batch.message(epoch, seq, id, time, text);
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
            Frame::Restored => batch.restored = true,
            Frame::Renew1(_) | Frame::Renew2(_) | Frame::Renew3(_) | Frame::Renewed => {
                self.link.session.take_renewal(&frame, &self.me, &mut SystemRandom, now, &mut self.due.sealed)?;
            }
        }
        Ok(())
    }

    /// Takes a message's token; without one, reading stops for a while. The message itself is not lost.
    fn pay(&mut self, now: Duration) {
        self.quiet_until = now + self.bucket.take(now, 1);
    }

    /// Makes what arrived durable, tells of it, and only then lets it be acknowledged.
    async fn commit(&mut self, batch: Batch) -> Result<(), End> {
        if batch.is_empty() {
            return Ok(());
        }
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
        self.full = news.contact.unread_bytes > UNREAD_BYTES;
        lock(&self.live).open = self.accepted;
        news.tell(&self.shared).await;
        Ok(())
    }

    /// Writes what is due, and as many messages as fit.
    async fn send(&mut self) -> Result<(), End> {
        let mut out = std::mem::take(&mut self.due.sealed);
        let Due { welcome, restored, pong, ping, ack, .. } = std::mem::take(&mut self.due);
        let mut frames = Vec::new();
        let control = [
            welcome.then_some(Frame::Welcome),
            restored.then_some(Frame::Restored),
            pong.map(|nonce| Frame::Pong { nonce }),
            ack.map(|(epoch, seq)| Frame::Ack { epoch, seq }),
            ping.map(|nonce| Frame::Ping { nonce }),
        ];
        control.into_iter().flatten().for_each(|frame| frame.encode(&mut frames));
        if self.may_hand() {
            self.hand_over(&mut frames).await?;
        }
        self.link.session.sealer.seal(&frames, self.now(), &mut out)?;
        if !out.is_empty() {
            self.link.outgoing.try_send(out).map_err(|_| End::Lost)?;
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

    async fn hand(&mut self, row: &Queued) -> Result<(), End> {
        self.outbox.hand(row.seq, row.text.as_ref().map_or(0, String::len))?;
        if row.text.is_some() {
            self.in_flight.push_back((row.seq, row.key));
            lock(&self.live).handed.insert(row.key);
            self.shared.outlet.put(Event::MessageState { message: row.key, state: Delivery::Sent }).await;
        }
        Ok(())
    }
}

/// What goes with the last handshake message of a dial: our request, or the first messages.
pub(super) async fn opening(shared: &Shared, contact: ContactId) -> Result<Opening, EngineError> {
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

fn request(row: &Contact) -> Frame {
    // The text was checked when the contact was added; one that no longer passes is left out.
    Frame::Request { text: crate::wire::RequestText::new(row.request_text.clone()).unwrap_or_default() }
}

/// What the contact is to be sent next; noted as handed over before it is.
async fn waiting(shared: &Shared, contact: ContactId, after: u64, rows: usize) -> Result<Vec<Queued>, EngineError> {
    let queued = shared.ledger.read(move |r| r.outbox(contact, after, rows)).await?;
    if queued.iter().all(|row| row.handed || row.text.is_none()) {
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
    let frame = match &row.text {
        None => Frame::Skip { epoch, seq: row.seq },
        Some(text) => Frame::Message {
            epoch,
            seq: row.seq,
            id: row.id,
            age_minutes: u32::try_from(wall.saturating_sub(row.time) / 60_000).unwrap_or(0),
            text: MessageText::new(text.clone())?,
        },
    };
    frame.encode(frames);
    Ok(())
}

/// How often a conversation looks at the time at least: renewals are due by the hour, so this is plenty.
const LOOK_AT_LEAST: Duration = Duration::from_secs(30);

/// Messages looked up for the last handshake message: more cannot fit.
const OPENING_ROWS: usize = 16;
