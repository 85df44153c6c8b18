//! What happens in an established session: frames in, commits, acknowledgements, frames out.
//!
//! It promises that nothing is acknowledged before it is durable, that our messages go out in order and each once per
//! session, and that what waits here is bounded. It does not dial and does not decide which session stays.
//!
//! [`Conversation::wait`] may be dropped at any time; [`Conversation::step`] must run to its end.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::Shared;
use super::clock::SystemRandom;
use super::event::{Delivery, Event};
use super::joins::Announcement;
use super::link::Link;
use super::roster::{Live, lock};
use crate::session::Identity;
use crate::talk::{Inbox, Liveness, Outbox, Pulse, Side, TokenBucket};
use crate::vault::{Contact, ContactId, ContactState, MessageKey};
use crate::wire::limits::{CALLS_KEPT, JOIN_TOKENS, PING_OVERDUE, PROTOCOL, UNREAD_BYTES};
use crate::wire::{Body, Bye, CallId, Deframer, Epoch, Frame, MessageId, Signal};

mod batch;
mod end;
mod receive;
mod send;

use batch::Batch;
pub(super) use end::End;
pub(super) use send::{Opening, opening};

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
    /// Whether it was told that one may speak of calls here.
    met: bool,
    due: Due,
    /// Whether both sides want to tell what was read.
    receipts: bool,
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
    /// The last of their messages that was displayed here.
    read: Option<MessageId>,
    /// What is to be said about calls, oldest first.
    calls: Vec<(CallId, Signal)>,
    /// Further circuits that are wanted.
    joins: Vec<Announcement>,
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
        if link.session.offer.protocol < PROTOCOL {
            return Err(End::Outdated);
        }
        let answering = link.dialled_by == Side::Them;
        let (row, marks, handed, receipt) = shared
            .ledger
            .write(move |w| {
                // Who dials us knows us: whoever we asked has accepted.
                if answering {
                    w.accept_contact(contact)?;
                }
                Ok((w.contact(contact)?, w.marks(contact)?, w.handed(contact)?, w.receipt(contact)?))
            })
            .await?;
        let now = shared.clock.now();
        let first = std::mem::take(&mut link.first);
        let accepted = row.state == ContactState::Accepted;
        let receipts = row.receipts_mine && row.receipts_theirs;
        let mut conversation = Self {
            quiet_until: now.saturating_add(bucket.take(now, 0)),
            bucket,
            outbox: Outbox::new(row.out_epoch, row.out_acked, handed.unwrap_or(row.out_acked).saturating_add(1)),
            inbox: Inbox::new(marks),
            liveness: Liveness::new(now),
            deframer: Deframer::default(),
            welcomed: answering,
            accepted,
            met: false,
            due: Due { welcome: answering, restored: row.restored && accepted, read: receipt, ..Due::default() },
            receipts,
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
        lock(&conversation.live).open.send_replace(accepted);
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

    /// The outbox, what was read or what is agreed on may have changed.
    pub(super) async fn poke(&mut self) -> Result<(), End> {
        self.more = true;
        let look = std::mem::take(&mut lock(&self.live).look);
        if look || self.full {
            let contact = self.contact;
            let asked = self.shared.ledger.read(move |r| Ok((r.contact(contact)?, r.receipt(contact)?)));
            let (row, receipt) = asked.await?;
            self.regard(&row, receipt, look);
        }
        Ok(())
    }

    /// Takes in how the contact is now; `receipt` tells what was displayed here, where both agreed to that. `look`: more
    /// may have been displayed.
    fn regard(&mut self, row: &Contact, receipt: Option<MessageId>, look: bool) {
        let agreed = row.receipts_mine && row.receipts_theirs;
        if !agreed || look || !self.receipts {
            self.due.read = receipt;
        }
        self.receipts = agreed;
        self.full = row.unread_bytes > UNREAD_BYTES;
    }

    /// Announces a further circuit as soon as there is room.
    pub(super) fn announce(&mut self, announcement: Announcement) {
        // Beyond the bound it is dropped, and whoever wants it hears that there is none.
        if self.due.joins.len() < JOIN_TOKENS {
            self.due.joins.push(announcement);
        }
    }

    /// Says something about a call as soon as there is room; nothing where one does not speak of calls yet, for then it is
    /// said when one does.
    pub(super) fn say(&mut self, call: CallId, what: Signal) {
        if self.may_tell() && self.due.calls.len() < CALLS_KEPT {
            self.due.calls.push((call, what));
        }
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
    /// the link, which has only to be closed, and what is left of the peer's rate.
    pub(super) async fn close(mut self, bye: Option<Bye>) -> (Link, TokenBucket) {
        {
            let mut live = lock(&self.live);
            live.open.send_replace(false);
            live.handed.clear();
        }
        for (_, message) in std::mem::take(&mut self.in_flight) {
            self.shared.outlet.put(Event::MessageState { message, state: Delivery::Queued }).await;
        }
        let Some(reason) = bye else { return (self.link, self.bucket) };
        // What was sealed before must be sent before.
        let (mut frame, mut record) = (Vec::new(), std::mem::take(&mut self.due.sealed));
        // A call that ends with the session is ended first.
        self.due.calls.iter().for_each(|(id, what)| Frame::Call { id: *id, what: *what }.encode(&mut frame));
        Frame::Bye { reason }.encode(&mut frame);
        if self.link.session.sealer.seal(&frame, self.now(), &mut record).is_ok() {
            // A pump that is stuck loses the goodbye; the peer then sees the end of the stream alone.
            self.link.outgoing.try_send(record).ok();
        }
        (self.link, self.bucket)
    }

    fn now(&self) -> Duration {
        self.shared.clock.now()
    }

    fn listening(&self, now: Duration) -> bool {
        !self.full && self.quiet_until <= now
    }

    fn talking(&self) -> bool {
        let Due { sealed, welcome, restored, pong, ping, ack, read, calls, joins } = &self.due;
        let control = *welcome || *restored || pong.is_some() || ping.is_some() || ack.is_some();
        let told = read.is_some() || !calls.is_empty() || !joins.is_empty();
        control || !sealed.is_empty() || (self.may_tell() && told) || self.may_hand()
    }

    /// Whether the other side is known to see us as its contact, and we see it as ours.
    fn may_tell(&self) -> bool {
        self.accepted && self.welcomed
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
        if !self.welcomed {
            // Until we are known to be a contact we say nothing more; a side that never answers is gone.
            let patience = self.link.since.saturating_add(PING_OVERDUE);
            self.look_again = patience;
            return if now < patience { Ok(()) } else { Err(End::Silent) };
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
}

/// What a body weighs in a queue.
fn text_bytes(body: &Body) -> usize {
    match body {
        Body::Text { text, .. } | Body::Edit { text, .. } => text.as_str().len(),
        Body::Offer(offer) => offer.name.as_str().len(),
        Body::Delete { .. } | Body::React { .. } | Body::Terms { .. } | Body::Fate { .. } => 0,
    }
}

/// How often a conversation looks at the time at least: renewals are due by the hour, so this is plenty.
const LOOK_AT_LEAST: Duration = Duration::from_secs(30);
