//! The files of one contact: which of them move, and how many circuits each may have.
//!
//! It does what the vault says: whatever changes a transfer rings, and it looks again. It moves no bytes itself
//! ([`super::fetching`], [`super::serving`]) and ends only when the contact does.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, Semaphore, mpsc, oneshot, watch};
use tokio::task::JoinSet;

use super::fetching::{Ahead, Fetching};
use super::joins::{Asked, Peer};
use super::serving::Serving;
use super::{EngineError, Shared, fates};
use crate::session::JoinKind;
use crate::vault::{Transfer, TransferId, TransferState};
use crate::wire::MessageId;
use crate::wire::limits::{AHEAD, AHEAD_REST, FILE_CIRCUITS_MOST, TRANSFERS_AT_ONCE};

/// The porter of one contact.
pub(super) struct Porter {
    shared: Arc<Shared>,
    peer: Peer,
    /// Rings when a transfer changed.
    look: Arc<Notify>,
    asked: mpsc::Receiver<Asked>,
    /// Whether there is a session.
    open: watch::Receiver<bool>,
    /// What we receive: how many circuits it may have, or nothing while it ends.
    fetching: BTreeMap<TransferId, Option<watch::Sender<usize>>>,
    /// What we send: where circuits for it go, or nothing while it ends.
    serving: BTreeMap<TransferId, Option<mpsc::Sender<Asked>>>,
    room: Arc<Semaphore>,
    tasks: JoinSet<TransferId>,
    /// Until when a transfer that failed here is left alone.
    resting: BTreeMap<TransferId, Duration>,
    /// Circuits for the offer that came last.
    ahead: Option<Ahead>,
    /// Offers for which nothing is joined ahead, or no more; nothing before the first look.
    known: Option<BTreeSet<TransferId>>,
    /// Until when nothing is joined ahead.
    still: Duration,
}

impl Porter {
    pub(super) fn new(
        shared: Arc<Shared>,
        peer: Peer,
        look: Arc<Notify>,
        asked: mpsc::Receiver<Asked>,
        open: watch::Receiver<bool>,
    ) -> Self {
        Self {
            shared,
            peer,
            look,
            asked,
            open,
            fetching: BTreeMap::new(),
            serving: BTreeMap::new(),
            room: Arc::new(Semaphore::new(FILE_CIRCUITS_MOST)),
            tasks: JoinSet::new(),
            resting: BTreeMap::new(),
            ahead: None,
            known: None,
            still: Duration::ZERO,
        }
    }

    /// Works until `end` is dropped; what moves then notes how far it is.
    pub(super) async fn run(mut self, mut end: oneshot::Receiver<()>) {
        let mut talking = self.shared.phone.talking();
        loop {
            if let Err(error) = self.look_over().await {
                tracing::warn!(%error, "the transfers of a contact could not be looked up");
            }
            tokio::select! {
                _ = &mut end => break,
                () = self.look.notified() => {}
                Ok(()) = self.open.changed() => {}
                Ok(()) = talking.changed() => {}
                Some(asked) = self.asked.recv() => self.take(asked).await,
                () = gather(&mut self.ahead) => {}
                Some(ended) = self.tasks.join_next() => if let Ok(id) = ended { self.ended(id) },
                () = tokio::time::sleep(LOOK) => {}
            }
        }
        self.fetching.clear();
        self.serving.clear();
        self.ahead = None;
        while self.tasks.join_next().await.is_some() {}
    }

    /// Lets move what is to move, and shares the circuits.
    async fn look_over(&mut self) -> Result<(), EngineError> {
        let contact = self.peer.contact;
        let rows = self.shared.ledger.read(|r| r.open_transfers()).await?;
        let rows: Vec<Transfer> = rows.into_iter().filter(|row| row.contact == contact && !row.paused).collect();
        let moves = |id: TransferId, incoming: bool| rows.iter().any(|row| row.id == id && row.incoming == incoming);
        for (_, ours) in self.serving.iter_mut().filter(|(id, _)| !moves(**id, false)) {
            *ours = None;
        }
        for (_, theirs) in self.fetching.iter_mut().filter(|(id, _)| !moves(**id, true)) {
            *theirs = None;
        }
        self.look_ahead(&rows);
        let wanted = rows.into_iter().filter(|row| row.incoming && row.state == TransferState::Waiting);
        for row in wanted {
            self.fetch(row);
        }
        let share = self.share();
        for allowed in self.fetching.values().flatten() {
            allowed.send_if_modified(|allowed| std::mem::replace(allowed, share) != share);
        }
        Ok(())
    }

    /// Joins circuits for a new offer, and ends those that are of no use any more.
    fn look_ahead(&mut self, rows: &[Transfer]) {
        let now = self.shared.clock.now();
        let offers = || rows.iter().filter(|row| row.incoming && row.state == TransferState::Offered);
        let open = |id: TransferId| rows.iter().any(|row| row.id == id && row.incoming);
        self.ahead = self.ahead.take().filter(|ahead| now < ahead.until() && open(ahead.transfer()));
        let known = self.known.replace(offers().map(|row| row.id).collect());
        // Who was away when it came decides later, too.
        let Some(known) = known else { return };
        let Some(offer) = offers().find(|row| !known.contains(&row.id)) else { return };
        let busy = self.active() > 0 || self.ahead.is_some() || *self.shared.phone.talking().borrow();
        if !busy && now >= self.still && *self.open.borrow() {
            self.still = now + AHEAD_REST;
            self.ahead = Some(Ahead::new(&self.shared, &self.peer, offer, self.share(), now + AHEAD));
        }
    }

    /// How many circuits each file may have.
    fn share(&self) -> usize {
        // Beside a call a file has one circuit: all share the way to the guard, and a voice cannot wait.
        if *self.shared.phone.talking().borrow() {
            return 1;
        }
        (FILE_CIRCUITS_MOST / self.active().max(1)).clamp(1, self.shared.limits.file_circuits)
    }

    fn active(&self) -> usize {
        self.fetching.values().flatten().count()
    }

    /// Begins to receive a file, if it is its turn.
    fn fetch(&mut self, row: Transfer) {
        let now = self.shared.clock.now();
        let rests = self.resting.get(&row.id).is_some_and(|until| now < *until);
        let full = self.active() >= TRANSFERS_AT_ONCE;
        // Without a session there is nothing to move on. One that moves goes on without.
        if rests || full || self.fetching.contains_key(&row.id) || !*self.open.borrow() {
            return;
        }
        // A task that ends by itself soon is not begun again at once; one that is ended forgets this.
        self.resting.insert(row.id, now + REST);
        // Those of another offer give way.
        let ahead = self.ahead.take().filter(|ahead| ahead.transfer() == row.id);
        let (allowed, allowance) = watch::channel(ahead.as_ref().map_or(0, Ahead::wanted));
        self.fetching.insert(row.id, Some(allowed));
        let id = row.id;
        let (shared, peer, open) = (Arc::clone(&self.shared), self.peer.clone(), self.open.clone());
        let fetching = Fetching { shared, peer, row, allowed: allowance, open };
        self.tasks.spawn(async move {
            fetching.run(ahead).await;
            id
        });
    }

    /// The other side announced a circuit for a file.
    async fn take(&mut self, asked: Asked) {
        let (contact, name) = (self.peer.contact, MessageId(asked.join.id));
        let named = self.shared.ledger.read(move |r| r.transfer_named(contact, name, false)).await;
        let Ok(Some(mut row)) = named else { return };
        let served = matches!(row.state, TransferState::Offered | TransferState::Waiting) && !row.paused;
        if !served {
            return;
        }
        if row.state == TransferState::Offered && asked.join.kind == JoinKind::File {
            if let Err(error) = fates::accepted(&self.shared, contact, row.id).await {
                return tracing::warn!(%error, "that an offer was accepted could not be kept");
            }
            row.state = TransferState::Waiting;
        }
        let serving = self.serving.entry(row.id).or_insert_with(|| {
            let (circuits, asked) = mpsc::channel(FILE_CIRCUITS_MOST);
            let (shared, peer, room, id) =
                (Arc::clone(&self.shared), self.peer.clone(), Arc::clone(&self.room), row.id);
            let serving = Serving { shared, peer, row, asked, room };
            self.tasks.spawn(async move {
                serving.run().await;
                id
            });
            Some(circuits)
        });
        if let Some(serving) = serving {
            // More at once than there may be: the rest fails there.
            serving.try_send(asked).ok();
        }
    }

    fn ended(&mut self, id: TransferId) {
        self.serving.remove(&id);
        if let Some(None) = self.fetching.remove(&id) {
            self.resting.remove(&id);
        }
    }
}

/// Takes in circuits for an offer; never returns.
async fn gather(ahead: &mut Option<Ahead>) {
    match ahead {
        Some(ahead) => ahead.gather().await,
        None => std::future::pending().await,
    }
}

/// How often transfers are looked at although nothing rang.
const LOOK: Duration = Duration::from_secs(20);

/// How long a transfer that could not go on for a reason of this machine is left alone.
const REST: Duration = Duration::from_secs(15);
