//! Who is running: the supervisor of each identity, the actor of each contact, and what they show of themselves.
//!
//! It does not run anything itself. Its locks are held for a look-up only, never across a wait.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pelure_onion::{Address, Reach};
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use super::Reason;
use super::contact::Note;
use super::joins::{Asked, Joins, Peer};
use crate::vault::{ContactId, IdentityId, MessageKey};

/// Everything that runs.
#[derive(Default)]
pub(super) struct Roster(Mutex<Running>);

#[derive(Default)]
struct Running {
    identities: BTreeMap<IdentityId, IdentityEntry>,
    contacts: BTreeMap<ContactId, ContactEntry>,
    routes: BTreeMap<(IdentityId, Address), ContactId>,
    watchers: Vec<JoinHandle<()>>,
}

/// A running identity.
pub(super) struct IdentityEntry {
    /// Its session keys.
    pub(super) me: Arc<crate::session::Identity>,
    /// The circuits somebody may come with.
    pub(super) joins: Arc<Joins>,
    /// Whether the user wants to be seen.
    pub(super) visible: watch::Sender<bool>,
    /// Whether the supervisor lets contacts dial: online, visible, and its turn has come.
    pub(super) active: watch::Receiver<bool>,
    /// What is known of its service.
    pub(super) reach: watch::Receiver<Reach>,
    /// Ends when this is dropped.
    pub(super) task: JoinHandle<()>,
}

/// A running contact.
pub(super) struct ContactEntry {
    pub(super) peer: Peer,
    pub(super) notes: mpsc::Sender<Note>,
    pub(super) bell: Arc<Notify>,
    pub(super) live: Arc<Mutex<Live>>,
    pub(super) asked: mpsc::Sender<Asked>,
    /// Told when something about its files is to be looked at.
    pub(super) files: Arc<Notify>,
    pub(super) task: JoinHandle<()>,
    pub(super) porter: JoinHandle<()>,
    /// The porter ends when this is dropped.
    pub(super) porter_ends: oneshot::Sender<()>,
}

/// What a contact's actor shows to everybody.
#[derive(Default)]
pub(super) struct Live {
    /// Whether they are there.
    pub(super) presence: LivePresence,
    /// Whether a message queued now goes to a live session at once.
    pub(super) open: watch::Sender<bool>,
    /// Messages handed to the live session and not yet acknowledged.
    pub(super) handed: BTreeSet<MessageKey>,
    /// What was read, or what is agreed on, changed since the session looked.
    pub(super) look: bool,
}

/// Presence with an instant instead of a number of seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum LivePresence {
    Online,
    Connecting { attempt: u32 },
    Offline { reason: Reason, next: Option<Duration> },
}

/// A way to reach a contact's actor.
#[derive(Clone)]
pub(super) struct ContactHandle {
    pub(super) notes: mpsc::Sender<Note>,
    bell: Arc<Notify>,
    pub(super) live: Arc<Mutex<Live>>,
    /// Where the circuits go that the contact announces for files.
    pub(super) asked: mpsc::Sender<Asked>,
    files: Arc<Notify>,
}

impl Roster {
    pub(super) fn add_identity(&self, id: IdentityId, entry: IdentityEntry) {
        self.lock().identities.insert(id, entry);
    }

    pub(super) fn add_contact(&self, id: ContactId, entry: ContactEntry) {
        let mut running = self.lock();
        running.routes.insert((entry.peer.identity, entry.peer.address), id);
        running.contacts.insert(id, entry);
    }

    /// A task that runs as long as the engine.
    pub(super) fn keep(&self, task: JoinHandle<()>) {
        self.lock().watchers.push(task);
    }

    pub(super) fn contact(&self, id: ContactId) -> Option<ContactHandle> {
        self.lock().contacts.get(&id).map(ContactEntry::handle)
    }

    /// Whom circuits are joined with, if the contact runs.
    pub(super) fn peer(&self, id: ContactId) -> Option<Peer> {
        self.lock().contacts.get(&id).map(|entry| entry.peer.clone())
    }

    /// The running contact that an address of this identity's peers belongs to.
    pub(super) fn route(&self, identity: IdentityId, address: Address) -> Option<ContactHandle> {
        let running = self.lock();
        let id = running.routes.get(&(identity, address))?;
        running.contacts.get(id).map(ContactEntry::handle)
    }

    pub(super) fn identity<T>(&self, id: IdentityId, look: impl FnOnce(&IdentityEntry) -> T) -> Option<T> {
        self.lock().identities.get(&id).map(look)
    }

    /// How many identities run.
    pub(super) fn identities(&self) -> usize {
        self.lock().identities.len()
    }

    /// Takes a contact out; its actor ends without telling the peer anything.
    pub(super) async fn remove_contact(&self, id: ContactId) {
        let entry = {
            let mut running = self.lock();
            let entry = running.contacts.remove(&id);
            if let Some(entry) = &entry {
                running.routes.remove(&(entry.peer.identity, entry.peer.address));
            }
            entry
        };
        if let Some(ContactEntry { notes, task, porter, porter_ends, .. }) = entry {
            drop((notes, porter_ends));
            finish(porter).await;
            finish(task).await;
        }
    }

    /// Takes an identity and its contacts out.
    pub(super) async fn remove_identity(&self, id: IdentityId) {
        let contacts: Vec<ContactId> =
            self.lock().contacts.iter().filter(|(_, c)| c.peer.identity == id).map(|(id, _)| *id).collect();
        for contact in contacts {
            self.remove_contact(contact).await;
        }
        let entry = self.lock().identities.remove(&id);
        if let Some(IdentityEntry { visible, task, .. }) = entry {
            drop(visible);
            finish(task).await;
        }
    }

    /// Waits until no supervisor lets its contacts dial, after the user went offline.
    pub(super) async fn rested(&self) {
        let active: Vec<_> = self.lock().identities.values().map(|entry| entry.active.clone()).collect();
        for mut active in active {
            tokio::time::timeout(PATIENCE, active.wait_for(|active| !active)).await.ok();
        }
    }

    /// Ends everything in the middle of whatever it does: no goodbye, no last record. Gives what is ending.
    pub(super) fn abort(&self) -> Vec<JoinHandle<()>> {
        let Running { identities, contacts, watchers, .. } = std::mem::take(&mut *self.lock());
        let tasks = contacts.into_values().flat_map(|entry| [entry.task, entry.porter]);
        let tasks: Vec<_> = tasks.chain(identities.into_values().map(|entry| entry.task)).chain(watchers).collect();
        tasks.iter().for_each(JoinHandle::abort);
        tasks
    }

    /// Ends everything.
    pub(super) async fn stop(&self) {
        let Running { identities, contacts, watchers, .. } = std::mem::take(&mut *self.lock());
        for watcher in watchers {
            watcher.abort();
        }
        // Contacts end together, not one after the other: each may have a goodbye to write.
        let tasks: Vec<_> = contacts.into_values().flat_map(|entry| [entry.task, entry.porter]).collect();
        let tasks = tasks.into_iter().chain(identities.into_values().map(|entry| entry.task));
        let tasks: Vec<_> = tasks.collect();
        for task in tasks {
            finish(task).await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Running> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ContactEntry {
    fn handle(&self) -> ContactHandle {
        ContactHandle {
            notes: self.notes.clone(),
            bell: Arc::clone(&self.bell),
            live: Arc::clone(&self.live),
            asked: self.asked.clone(),
            files: Arc::clone(&self.files),
        }
    }
}

impl ContactHandle {
    /// Whether a message queued now goes out at once.
    pub(super) fn open(&self) -> bool {
        *lock(&self.live).open.borrow()
    }

    /// Whether there is a session, as it changes.
    pub(super) fn session(&self) -> watch::Receiver<bool> {
        lock(&self.live).open.subscribe()
    }

    /// Tells the contact's porter that a transfer changed.
    pub(super) fn look_at_files(&self) {
        self.files.notify_one();
    }

    /// Tells the actor that what was read, or what is agreed on, changed.
    pub(super) fn look(&self) {
        lock(&self.live).look = true;
        self.poke();
    }

    /// Tells the actor that its outbox or what was read changed.
    pub(super) fn poke(&self) {
        self.bell.notify_one();
    }
}

impl Default for LivePresence {
    fn default() -> Self {
        Self::Offline { reason: Reason::NotTriedYet, next: None }
    }
}

/// Looks at what an actor shows.
pub(super) fn lock(live: &Mutex<Live>) -> MutexGuard<'_, Live> {
    live.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) async fn finish(mut task: JoinHandle<()>) {
    if tokio::time::timeout(PATIENCE, &mut task).await.is_err() {
        task.abort();
    }
}

/// How long a task may take to end by itself: it may have a last record to write.
const PATIENCE: Duration = Duration::from_secs(5);
