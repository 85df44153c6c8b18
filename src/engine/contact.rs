//! One contact: dials until there is a session, holds the conversation, says the truth about presence.
//!
//! It does not know frames ([`super::conversation`] does) and does not end by itself: the engine stops it by dropping
//! its notes.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pelure_onion::{Address, Dial};
use tokio::sync::{Notify, mpsc, watch};

use super::clock::SystemRandom;
use super::conversation::{self, Conversation, End, Opening, Wake};
use super::joins::Announcement;
use super::link::{self, Link};
use super::roster::{Live, LivePresence, lock};
use super::{Reason, Shared, contacts};
use crate::session::Identity;
use crate::talk::{Keep, Retry, TokenBucket, keep};
use crate::vault::{ContactId, IdentityId};
use crate::wire::limits::HANDSHAKE_DEADLINE;
use crate::wire::{Bye, CallId, Signal};

/// What others tell a contact's actor.
pub(super) enum Note {
    /// The peer dialled and is authenticated.
    Arrived(Box<Link>),
    /// A further circuit is wanted: to be announced in the session, if there is one.
    Announce(Announcement),
    /// Something is to be said about a call, if there is a session.
    Say(CallId, Signal),
    /// The user wants an attempt now.
    Retry,
}

/// The actor of one contact.
pub(super) struct Actor {
    pub(super) shared: Arc<Shared>,
    pub(super) id: ContactId,
    pub(super) identity: IdentityId,
    pub(super) me: Arc<Identity>,
    pub(super) peer: Address,
    pub(super) notes: mpsc::Receiver<Note>,
    /// Rings when the outbox or what was read changed.
    pub(super) bell: Arc<Notify>,
    pub(super) live: Arc<Mutex<Live>>,
    /// Whether the identity is online.
    pub(super) active: watch::Receiver<bool>,
    pub(super) retry: Retry,
    /// What the peer may send; it outlives a session.
    pub(super) bucket: TokenBucket,
    pub(super) conversation: Option<Box<Conversation>>,
    pub(super) dialling: Option<Dialling>,
}

/// A session and what its handshake carried, or why there is none.
type Reached = Result<Box<(Link, Opening)>, Reason>;

type Dialling = Pin<Box<dyn Future<Output = Reached> + Send>>;

/// What an actor waits for.
enum Turn {
    Note(Option<Note>),
    Rung,
    Active(bool),
    Nudged,
    Dialled(Reached),
    Due,
    Talk(Wake),
}

impl Actor {
    /// Runs until the notes end.
    pub(super) async fn run(mut self) {
        let mut nudge = self.shared.nudge.subscribe();
        loop {
            let may_dial = *self.active.borrow() && self.conversation.is_none() && self.dialling.is_none();
            let due = self.retry.due().saturating_sub(self.shared.clock.now());
            let ready = self.shared.ready();
            let turn = tokio::select! {
                note = self.notes.recv() => Turn::Note(note),
                () = self.bell.notified() => Turn::Rung,
                changed = self.active.changed() => Turn::Active(changed.is_ok() && *self.active.borrow_and_update()),
                Ok(()) = nudge.changed() => Turn::Nudged,
                dialled = poll(&mut self.dialling) => Turn::Dialled(dialled),
                () = tokio::time::sleep(due), if may_dial && ready => Turn::Due,
                wake = wait(&mut self.conversation) => Turn::Talk(wake),
            };
            match turn {
                Turn::Note(None) => return self.stop().await,
                Turn::Note(Some(note)) => self.note(note).await,
                Turn::Rung => self.rung().await,
                Turn::Active(active) => self.activate(active).await,
                Turn::Nudged => self.nudged().await,
                Turn::Dialled(outcome) => self.dialled(outcome).await,
                Turn::Due => self.dial().await,
                Turn::Talk(wake) => self.talk(wake).await,
            }
        }
    }

    async fn note(&mut self, note: Note) {
        match note {
            Note::Arrived(link) => {
                if *self.active.borrow() {
                    self.settle(*link, Opening::default()).await;
                }
            }
            Note::Announce(announcement) => {
                if let Some(conversation) = &mut self.conversation {
                    conversation.announce(announcement);
                }
            }
            Note::Say(call, what) => {
                if let Some(conversation) = &mut self.conversation {
                    conversation.say(call, what);
                }
            }
            Note::Retry => {
                self.retry.at_once(self.shared.clock.now());
                self.doubt().await;
            }
        }
    }

    async fn rung(&mut self) {
        if let Some(conversation) = &mut self.conversation
            && let Err(end) = conversation.poke().await
        {
            self.ended(end).await;
        }
    }

    async fn activate(&mut self, active: bool) {
        if active {
            self.retry.at_once(self.shared.clock.now());
            self.show_waiting().await;
            return;
        }
        self.dialling = None;
        self.hear_out().await;
        self.shared.phone.gone(self.id).await;
        if let Some(conversation) = self.conversation.take() {
            let (link, bucket) = conversation.close(Some(Bye::Leaving)).await;
            self.bucket = bucket;
            link.close().await;
        }
        self.show(LivePresence::Offline { reason: Reason::YouAreOffline, next: None }).await;
    }

    /// Takes the notes that wait: what is to be said before a session ends may be among them.
    async fn hear_out(&mut self) {
        while let Ok(note) = self.notes.try_recv() {
            if let Note::Say(..) = note {
                self.note(note).await;
            }
        }
    }

    async fn nudged(&mut self) {
        self.retry.network_back(self.shared.clock.now(), &mut SystemRandom);
        self.doubt().await;
        if self.conversation.is_none() && self.dialling.is_none() {
            self.show_waiting().await;
        }
    }

    /// Asks a live session whether it still is one.
    async fn doubt(&mut self) {
        if let Some(conversation) = &mut self.conversation
            && let Err(end) = conversation.doubt()
        {
            self.ended(end).await;
        }
    }

    async fn dial(&mut self) {
        self.show(LivePresence::Connecting { attempt: self.retry.attempt() }).await;
        let dial = Dial { identity: self.identity.0.unsigned_abs(), lane: 0, to: self.peer };
        self.dialling = Some(Box::pin(reach(Arc::clone(&self.shared), Arc::clone(&self.me), self.id, dial)));
    }

    async fn dialled(&mut self, outcome: Reached) {
        self.dialling = None;
        match outcome {
            Ok(reached) => self.settle(reached.0, reached.1).await,
            // A session that the peer opened meanwhile is better than any attempt.
            Err(_) if self.conversation.is_some() => {}
            Err(reason) => self.missed(reason).await,
        }
    }

    /// A session is authenticated: it stays, or the one that is there does.
    async fn settle(&mut self, link: Link, opening: Opening) {
        if let Some(old) = &self.conversation {
            let new = crate::talk::Dial { by: link.dialled_by, since: link.since };
            if keep(self.me.address(), self.peer, old.dial(), new) == Keep::Old {
                tokio::spawn(link.close());
                return;
            }
        }
        if let Some(old) = self.conversation.take() {
            // Not waited for: the circuit of the old session may be dead, and the new one has things to say.
            let (link, bucket) = old.close(Some(Bye::Replaced)).await;
            self.bucket = bucket;
            tokio::spawn(link.close());
        }
        let (shared, me, live) = (Arc::clone(&self.shared), Arc::clone(&self.me), Arc::clone(&self.live));
        match Conversation::open(shared, me, live, self.id, self.bucket.clone(), link, opening).await {
            Ok(conversation) => {
                self.conversation = Some(Box::new(conversation));
                contacts::tell(&self.shared, self.id).await;
            }
            Err(end) => self.ended(end).await,
        }
    }

    async fn talk(&mut self, wake: Wake) {
        let Some(conversation) = &mut self.conversation else { return };
        if let Err(end) = conversation.step(wake).await {
            return self.ended(end).await;
        }
        if conversation.online() {
            self.retry.succeeded();
            self.show(LivePresence::Online).await;
        } else if lock(&self.live).presence == LivePresence::Online {
            self.show(LivePresence::Offline { reason: Reason::Unanswered, next: None }).await;
        }
    }

    async fn ended(&mut self, end: End) {
        if let Some(conversation) = self.conversation.take() {
            (_, self.bucket) = conversation.close(None).await;
        }
        {
            let mut live = lock(&self.live);
            live.open.send_replace(false);
            live.handed.clear();
        }
        tracing::debug!(%end, "a session ended");
        if end.is_misbehaviour() {
            self.shared.counts.session();
        }
        if let End::Waiting = end {
            self.retry.waiting(self.shared.clock.now(), &mut SystemRandom);
            return self.show_next(end.reason()).await;
        }
        self.missed(end.reason()).await;
    }

    async fn missed(&mut self, reason: Reason) {
        self.retry.failed(self.shared.clock.now(), &mut SystemRandom);
        self.show_next(reason).await;
    }

    async fn stop(mut self) {
        self.shared.phone.gone(self.id).await;
        // Told only when the whole program goes: a contact that is blocked or removed must not notice.
        let leaving = (!*self.shared.wanted.borrow()).then_some(Bye::Leaving);
        if let Some(conversation) = self.conversation.take() {
            let (link, _) = conversation.close(leaving).await;
            if leaving.is_some() {
                link.close().await;
            }
        }
    }

    async fn show_waiting(&mut self) {
        let hindrance = Reason::hindrance(&self.shared.network.status().borrow());
        match hindrance {
            Some(reason) => self.show(LivePresence::Offline { reason, next: None }).await,
            None => self.show_next(Reason::AboutToTry).await,
        }
    }

    async fn show_next(&mut self, reason: Reason) {
        let next = (*self.active.borrow() && self.shared.ready()).then(|| self.retry.due());
        self.show(LivePresence::Offline { reason, next }).await;
    }

    async fn show(&mut self, presence: LivePresence) {
        let news = {
            let mut live = lock(&self.live);
            let news = live.presence != presence;
            live.presence = presence;
            news
        };
        if news {
            contacts::tell(&self.shared, self.id).await;
        }
    }
}

/// Dials until the last handshake message is on its way.
async fn reach(shared: Arc<Shared>, me: Arc<Identity>, contact: ContactId, dial: Dial) -> Reached {
    let _turn = shared.dials.acquire().await.map_err(|_| Reason::YouAreOffline)?;
    let stream =
        tokio::time::timeout(DIAL_DEADLINE, shared.network.dial(dial)).await.map_err(|_| Reason::Timeout)??;
    let greeted = tokio::time::timeout(HANDSHAKE_DEADLINE, link::greet(stream, &me, dial.to))
        .await
        .map_err(|_| Reason::HandshakeTimeout)?
        .map_err(|error| error.reason())?;
    let opening = conversation::opening(&shared, contact).await.map_err(Reason::Storage)?;
    let link = tokio::time::timeout(HANDSHAKE_DEADLINE, greeted.finish(&opening.frames, shared.clock.now()))
        .await
        .map_err(|_| Reason::HandshakeTimeout)?
        .map_err(|error| error.reason())?;
    Ok(Box::new((link, opening)))
}

async fn poll(dialling: &mut Option<Dialling>) -> Reached {
    match dialling {
        Some(dialling) => dialling.await,
        None => std::future::pending().await,
    }
}

async fn wait(conversation: &mut Option<Box<Conversation>>) -> Wake {
    match conversation {
        Some(conversation) => conversation.wait().await,
        None => std::future::pending().await,
    }
}

/// From the first step of a dial to its stream: Arti's own deadlines are shorter, this one is for what they miss.
const DIAL_DEADLINE: Duration = Duration::from_secs(180);
