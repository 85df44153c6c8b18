//! One identity at work: its onion service is published, who dials is answered, and each session goes to its contact.
//!
//! It does not know what a session says. A flood of dials costs it a bounded number of half-open handshakes.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use pelure_onion::{Reach, Service, ServiceKey, Stream};
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};

use super::clock::SystemRandom;
use super::contact::Note;
use super::event::Event;
use super::joins::{self, Joins, Unjoined};
use super::link::{self, Link, LinkError};
use super::{Shared, stranger};
use crate::session::Identity;
use crate::vault::IdentityId;
use crate::wire::Random;
use crate::wire::limits::{HALF_OPEN, HANDSHAKE_DEADLINE};

/// One identity at work.
pub(super) struct Supervisor {
    pub(super) shared: Arc<Shared>,
    pub(super) id: IdentityId,
    pub(super) key: ServiceKey,
    pub(super) me: Arc<Identity>,
    pub(super) joins: Arc<Joins>,
    /// The first identity of a profile comes online at once, the others at a random time after it.
    pub(super) first: bool,
    /// Closed when the identity is removed.
    pub(super) visible: watch::Receiver<bool>,
    pub(super) active: watch::Sender<bool>,
    pub(super) reach: watch::Sender<Reach>,
}

/// Why somebody who dialled is not heard.
#[derive(Debug, thiserror::Error)]
enum Unheard {
    #[error(transparent)]
    Handshake(#[from] LinkError),
    #[error(transparent)]
    Join(#[from] Unjoined),
}

/// Handshakes and strangers under way; the oldest gives way to the newest.
#[derive(Default)]
struct HalfOpen {
    tasks: JoinSet<()>,
    oldest_first: VecDeque<AbortHandle>,
}

impl Supervisor {
    /// Works until the identity is removed or the engine stops.
    pub(super) async fn run(self) {
        let mut visible = self.visible.clone();
        let mut wanted = self.shared.wanted.subscribe();
        loop {
            if !until_wanted(&mut wanted, &mut visible).await {
                return;
            }
            tokio::select! {
                () = self.work() => {}
                gone = unwanted(&mut wanted, &mut visible) => if gone { return },
            }
            self.active.send_replace(false);
            tell(&self.shared, self.id, &self.reach, Reach::Unreachable { detail: OFFLINE.into() }).await;
        }
    }

    /// Publishes and answers, for ever; dropped to go offline.
    async fn work(&self) {
        let Self { shared, id, key, reach, .. } = self;
        if !self.first {
            let waiting = Reach::Starting { detail: "waiting, so that identities do not come online together".into() };
            tell(shared, *id, reach, waiting).await;
            tokio::time::sleep(stagger(shared.limits.stagger)).await;
        }
        self.active.send_replace(true);
        let mut pause = REPUBLISH_FIRST;
        loop {
            match shared.network.publish(key.clone()).await {
                Ok(service) => self.serve(service).await,
                Err(error) => tell(shared, *id, reach, Reach::Unreachable { detail: error.to_string() }).await,
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(REPUBLISH_MOST);
        }
    }

    /// Answers who dials until the service ends.
    async fn serve(&self, mut service: Service) {
        let Self { shared, id, me, joins, reach, .. } = self;
        let mut half_open = HalfOpen::default();
        loop {
            let now = service.reach.borrow_and_update().clone();
            tell(shared, *id, reach, now).await;
            loop {
                tokio::select! {
                    stream = service.incoming.recv() => match stream {
                        Some(stream) => half_open.admit(greet(
                            Arc::clone(shared), *id, Arc::clone(me), Arc::clone(joins), stream,
                        )),
                        None => return,
                    },
                    changed = service.reach.changed() => match changed {
                        Ok(()) => break,
                        Err(_) => return,
                    },
                    Some(_) = half_open.tasks.join_next() => half_open.forget_finished(),
                }
            }
        }
    }
}

/// Returns when the identity is to be online, or with `false` when it is gone.
async fn until_wanted(wanted: &mut watch::Receiver<bool>, visible: &mut watch::Receiver<bool>) -> bool {
    loop {
        if *wanted.borrow_and_update() && *visible.borrow_and_update() {
            return true;
        }
        // Both are watched all the time: at the end of the program the one turns off just before the other closes.
        let changed = tokio::select! {
            changed = wanted.changed() => changed,
            changed = visible.changed() => changed,
        };
        if changed.is_err() {
            return false;
        }
    }
}

/// Returns when the identity is to go offline: `true` for good.
async fn unwanted(wanted: &mut watch::Receiver<bool>, visible: &mut watch::Receiver<bool>) -> bool {
    tokio::select! {
        off = wanted.wait_for(|wanted| !wanted) => off.is_err(),
        hidden = visible.wait_for(|visible| !visible) => hidden.is_err(),
    }
}

/// Answers one stream. Whatever goes wrong, the other side sees the end of the stream and nothing else.
async fn greet(shared: Arc<Shared>, id: IdentityId, me: Arc<Identity>, joins: Arc<Joins>, stream: Stream) {
    let link = match tokio::time::timeout(HANDSHAKE_DEADLINE, hear(&shared, &me, &joins, stream)).await {
        Ok(Ok(Some(link))) => link,
        Ok(Ok(None)) => return,
        Ok(Err(error)) => {
            shared.counts.handshake();
            return tracing::debug!(%error, "a handshake with somebody who dialled failed");
        }
        Err(_) => {
            shared.counts.handshake();
            return tracing::debug!("somebody who dialled did not end the handshake in time");
        }
    };
    match shared.roster.route(id, link.session.peer) {
        // A full queue of notes: the contact is flooding sessions, and the newest falls.
        Some(contact) => drop(contact.notes.try_send(Note::Arrived(Box::new(link)))),
        None => stranger::answer(&shared, id, link).await,
    }
}

/// Finds out what somebody dialled for: a session, which is given back, or a circuit that is waited for.
async fn hear(shared: &Shared, me: &Identity, joins: &Joins, mut stream: Stream) -> Result<Option<Link>, Unheard> {
    let clock = Arc::clone(&shared.clock);
    let now = move || clock.now();
    let first = link::read_message(&mut stream).await.map_err(LinkError::from)?;
    if let Some(opening) = joins.accept(&first, now()) {
        joins::welcome(stream, opening, &now).await?;
        return Ok(None);
    }
    match link::hello(me, &first) {
        Ok(hello) => Ok(Some(hello.answer(stream, &now).await?)),
        Err(error) => {
            // Noise, or a circuit that was faster than its announcement.
            let opening = joins.accept_later(&first, &now).await.ok_or(error)?;
            joins::welcome(stream, opening, &now).await?;
            Ok(None)
        }
    }
}

impl HalfOpen {
    /// Starts a handshake. Beyond the bound the oldest one ends: whoever keeps handshakes open on purpose loses them
    /// first, and somebody in a hurry still gets through.
    fn admit(&mut self, handshake: impl Future<Output = ()> + Send + 'static) {
        // Those that are done must not count, or they would push out somebody who is not.
        while self.tasks.try_join_next().is_some() {}
        self.forget_finished();
        if self.oldest_first.len() >= HALF_OPEN
            && let Some(oldest) = self.oldest_first.pop_front()
        {
            oldest.abort();
        }
        self.oldest_first.push_back(self.tasks.spawn(handshake));
    }

    fn forget_finished(&mut self) {
        self.oldest_first.retain(|task| !task.is_finished());
    }
}

async fn tell(shared: &Shared, identity: IdentityId, slot: &watch::Sender<Reach>, reach: Reach) {
    let news = slot.send_if_modified(|old| {
        let news = *old != reach;
        if news {
            old.clone_from(&reach);
        }
        news
    });
    if news {
        shared.outlet.put(Event::Reachable { identity, reach }).await;
    }
}

fn stagger((least, most): (Duration, Duration)) -> Duration {
    let mut bytes = [0u8; 4];
    SystemRandom.fill(&mut bytes);
    let share = f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX);
    least + most.saturating_sub(least).mul_f64(share)
}

/// Before a service that could not be started is tried again, at first and at most.
const REPUBLISH_FIRST: Duration = Duration::from_secs(5);
const REPUBLISH_MOST: Duration = Duration::from_secs(120);

/// What is said of an identity that is not published on purpose.
const OFFLINE: &str = "switched off";

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_identity_that_is_gone_ends_while_nobody_wants_to_be_online() {
        let (_wanted, mut wanted) = watch::channel(false);
        let (shown, mut visible) = watch::channel(true);
        drop(shown);
        assert!(!until_wanted(&mut wanted, &mut visible).await);
    }

    #[tokio::test]
    async fn an_identity_is_online_when_both_agree_and_ends_when_it_is_gone_after_that() {
        let (wanted_tx, mut wanted) = watch::channel(true);
        let (shown, mut visible) = watch::channel(true);
        assert!(until_wanted(&mut wanted, &mut visible).await);
        wanted_tx.send_replace(false);
        assert!(!unwanted(&mut wanted, &mut visible).await, "it may come back");
        drop(shown);
        assert!(!until_wanted(&mut wanted, &mut visible).await);
    }
}
