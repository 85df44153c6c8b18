//! The commands about contacts and requests, and how contacts are shown.

use std::sync::{Arc, Mutex};

use pelure_onion::Address;
use tokio::sync::{Notify, mpsc, oneshot};

use super::clock::SystemRandom;
use super::contact::{Actor, Note};
use super::event::{ContactView, Delivery, Event, Presence, Receipts};
use super::joins::Peer;
use super::lanes::Lanes;
use super::porter::Porter;
use super::roster::{ContactEntry, Live, LivePresence, lock};
use super::{Engine, EngineError, Reason, Shared, fates};
use crate::name::PetName;
use crate::name::safety::{SafetyWords, safety_words};
use crate::talk::{Retry, TokenBucket};
use crate::vault::{Contact, ContactId, ContactState, IdentityId, NewContact, Request, RequestId};
use crate::wire::{Epoch, Random, RequestText};

impl Engine {
    /// Adds a contact by address; a request is queued until they answer. Whoever asked us already is accepted at once.
    pub async fn add_contact(
        &self,
        identity: IdentityId,
        address: &str,
        name: &str,
        message: String,
    ) -> Result<ContactId, EngineError> {
        let _changing = self.0.changing.lock().await;
        let address = Address::parse(address)?;
        let name = PetName::new(name)?.as_str().to_owned();
        let text = RequestText::new(message)?;
        let (out_epoch, created) = (fresh_epoch(), self.0.clock.wall());
        let (row, asked) = self
            .0
            .ledger
            .write(move |w| {
                if w.identity(identity)?.address == address {
                    return Ok(Err(EngineError::OwnAddress));
                }
                let known = w.contact_by_address(identity, &address)?;
                if known.is_some_and(|known| known.state == ContactState::Blocked) {
                    return Ok(Err(EngineError::Blocked));
                }
                let asked = w.request_by_address(identity, &address)?;
                let accepted = asked.is_some();
                let (name, request_text) = (name.as_str(), text.as_str());
                let new = NewContact { identity, address, name, accepted, request_text, out_epoch, created };
                let id = w.add_contact(&new)?;
                Ok(Ok((w.contact(id)?, asked)))
            })
            .await??;
        if let Some(Request { id: request, .. }) = asked {
            self.0.outlet.put(Event::RequestClosed { request }).await;
        }
        self.begin(row).await
    }

    /// All contacts, or those of one identity.
    pub async fn contacts(&self, identity: Option<IdentityId>) -> Result<Vec<ContactView>, EngineError> {
        let rows = self
            .0
            .ledger
            .read(move |r| {
                identity.map(|identity| r.identity(identity)).transpose()?;
                r.contacts(identity)
            })
            .await?;
        Ok(rows.into_iter().map(|row| view(&self.0, row)).collect())
    }

    /// Gives a contact another name.
    pub async fn rename_contact(&self, contact: ContactId, name: &str) -> Result<(), EngineError> {
        let name = PetName::new(name)?.as_str().to_owned();
        self.0.ledger.write(move |w| w.rename_contact(contact, &name)).await?;
        tell(&self.0, contact).await;
        Ok(())
    }

    /// Notes whether the safety words were compared.
    pub async fn verify_contact(&self, contact: ContactId, verified: bool) -> Result<(), EngineError> {
        self.0.ledger.write(move |w| w.verify_contact(contact, verified)).await?;
        tell(&self.0, contact).await;
        Ok(())
    }

    /// Blocks a contact: to them it looks as if nobody had ever accepted them.
    pub async fn block_contact(&self, contact: ContactId) -> Result<(), EngineError> {
        let _changing = self.0.changing.lock().await;
        self.0.ledger.write(move |w| w.block_contact(contact)).await?;
        self.0.roster.remove_contact(contact).await;
        tell(&self.0, contact).await;
        Ok(())
    }

    /// Unblocks a contact; what waited in the outbox goes on.
    pub async fn unblock_contact(&self, contact: ContactId) -> Result<(), EngineError> {
        let _changing = self.0.changing.lock().await;
        let row = self
            .0
            .ledger
            .write(move |w| {
                w.unblock_contact(contact)?;
                w.contact(contact)
            })
            .await?;
        self.begin(row).await?;
        Ok(())
    }

    /// Removes a contact with everything that was said. They become a stranger, and are not told.
    pub async fn remove_contact(&self, contact: ContactId) -> Result<(), EngineError> {
        let _changing = self.0.changing.lock().await;
        self.0.ledger.read(move |r| r.contact(contact)).await?;
        self.0.roster.remove_contact(contact).await;
        let lost = self
            .0
            .ledger
            .write(move |w| {
                let lost = w.outbox(contact, 0, usize::MAX)?;
                w.remove_contact(contact)?;
                Ok(lost)
            })
            .await?;
        self.0.ledger.alone(|vault| vault.sweep()).await?;
        fates::shred(&self.0).await;
        for message in lost.into_iter().filter(|row| row.body.is_some()).filter_map(|row| row.key) {
            self.0.outlet.put(Event::MessageState { message, state: Delivery::Failed }).await;
        }
        self.0.outlet.put(Event::ContactRemoved { contact }).await;
        Ok(())
    }

    /// Tries to reach a contact now.
    pub async fn retry_contact(&self, contact: ContactId) -> Result<(), EngineError> {
        let row = self.0.ledger.read(move |r| r.contact(contact)).await?;
        if row.state == ContactState::Blocked {
            return Err(EngineError::Blocked);
        }
        if let Some(running) = self.0.roster.contact(contact) {
            // A full queue of notes: the actor is busy, and looks at the time afterwards anyway.
            running.notes.try_send(Note::Retry).ok();
        }
        Ok(())
    }

    /// The words both sides compare.
    pub async fn safety_words(&self, contact: ContactId) -> Result<SafetyWords, EngineError> {
        let (ours, theirs) = self
            .0
            .ledger
            .read(move |r| {
                let row = r.contact(contact)?;
                Ok((r.identity(row.identity)?.address, row.address))
            })
            .await?;
        Ok(safety_words(&ours, &theirs))
    }

    /// Pending requests, oldest first.
    pub async fn requests(&self, identity: Option<IdentityId>) -> Result<Vec<Request>, EngineError> {
        self.0
            .ledger
            .read(move |r| {
                identity.map(|identity| r.identity(identity)).transpose()?;
                r.requests(identity)
            })
            .await
    }

    /// Takes somebody who asked in as a contact.
    pub async fn accept_request(&self, request: RequestId, name: &str) -> Result<ContactId, EngineError> {
        let _changing = self.0.changing.lock().await;
        let name = PetName::new(name)?.as_str().to_owned();
        let (out_epoch, created) = (fresh_epoch(), self.0.clock.wall());
        let row = self
            .0
            .ledger
            .write(move |w| {
                let id = w.accept_request(request, &name, out_epoch, created)?;
                w.contact(id)
            })
            .await?;
        self.0.outlet.put(Event::RequestClosed { request }).await;
        self.begin(row).await
    }

    /// Drops a request. The other side is told nothing, and the same words of the same address are dropped unseen later.
    pub async fn decline_request(&self, request: RequestId) -> Result<(), EngineError> {
        self.0.ledger.write(move |w| w.decline_request(request)).await?;
        self.0.outlet.put(Event::RequestClosed { request }).await;
        Ok(())
    }

    /// Drops a request and blocks its address. The other side is told nothing, and whatever it asks later is dropped
    /// unseen.
    pub async fn block_request(&self, request: RequestId) -> Result<(), EngineError> {
        self.0.ledger.write(move |w| w.block_request(request)).await?;
        self.0.outlet.put(Event::RequestClosed { request }).await;
        Ok(())
    }

    /// The addresses that were blocked as they asked, and which identity they may not ask.
    pub async fn blocked_addresses(&self) -> Result<Vec<(IdentityId, Address)>, EngineError> {
        self.0.ledger.read(|r| r.blocked_addresses()).await
    }

    /// Lets a blocked address ask again.
    pub async fn unblock_address(&self, identity: IdentityId, address: &str) -> Result<(), EngineError> {
        let address = Address::parse(address)?;
        self.0.ledger.write(move |w| w.unblock_address(identity, &address)).await
    }

    async fn begin(&self, row: Contact) -> Result<ContactId, EngineError> {
        let id = row.id;
        run(&self.0, &row)?;
        tell_row(&self.0, row).await;
        Ok(id)
    }
}

/// Starts the actor of a contact, unless it is blocked.
pub(super) fn run(shared: &Arc<Shared>, row: &Contact) -> Result<(), EngineError> {
    if row.state == ContactState::Blocked {
        return Ok(());
    }
    let (me, active) = shared
        .roster
        .identity(row.identity, |entry| (Arc::clone(&entry.me), entry.active.clone()))
        .ok_or(EngineError::NotFound)?;
    let (notes, notes_rx) = mpsc::channel(NOTES);
    let (asked, asked_rx) = mpsc::channel(NOTES);
    let bell = Arc::new(Notify::new());
    let live = Arc::new(Mutex::new(Live::default()));
    let peer = Peer { contact: row.id, identity: row.identity, address: row.address, lanes: Lanes::default() };
    let (files, open) = (Arc::new(Notify::new()), lock(&live).open.subscribe());
    let porter = Porter::new(Arc::clone(shared), peer.clone(), Arc::clone(&files), asked_rx, open);
    let (porter_ends, end) = oneshot::channel();
    let actor = Actor {
        shared: Arc::clone(shared),
        id: row.id,
        identity: row.identity,
        me,
        peer: row.address,
        notes: notes_rx,
        bell: Arc::clone(&bell),
        live: Arc::clone(&live),
        active,
        retry: Retry::new(shared.clock.now()),
        bucket: TokenBucket::new(shared.limits.message_rate, shared.limits.message_burst),
        conversation: None,
        dialling: None,
    };
    let entry = ContactEntry {
        peer,
        notes,
        bell,
        live,
        asked,
        files,
        task: tokio::spawn(actor.run()),
        porter: tokio::spawn(porter.run(end)),
        porter_ends,
    };
    shared.roster.add_contact(row.id, entry);
    Ok(())
}

/// Tells how a contact is now; nothing if it is gone.
pub(super) async fn tell(shared: &Arc<Shared>, contact: ContactId) {
    // A contact that was removed meanwhile, or an engine that stops, has nothing to be told of.
    if let Ok(row) = shared.ledger.read(move |r| r.contact(contact)).await {
        tell_row(shared, row).await;
    }
}

pub(super) async fn tell_row(shared: &Arc<Shared>, row: Contact) {
    shared.outlet.put(Event::Contact(view(shared, row))).await;
}

/// Tells that a contact's program was restored from a backup.
pub(super) async fn tell_restored(shared: &Arc<Shared>, row: Contact) {
    shared.outlet.put(Event::ContactRestored(view(shared, row))).await;
}

/// The contact was told that this profile was restored.
pub(super) async fn told_restored(shared: &Shared, contact: ContactId) -> Result<(), EngineError> {
    shared.ledger.write(move |w| w.set_restored(contact, false)).await
}

fn view(shared: &Shared, row: Contact) -> ContactView {
    let live = shared.roster.contact(row.id).map(|running| lock(&running.live).presence.clone());
    let presence = match live {
        Some(LivePresence::Online) => Presence::Online,
        Some(LivePresence::Connecting { attempt }) => Presence::Connecting { attempt },
        Some(LivePresence::Offline { reason, next }) => {
            let now = shared.clock.now();
            Presence::Offline { reason, next_attempt_in: next.map(|next| next.saturating_sub(now).as_secs()) }
        }
        None if row.state == ContactState::Blocked => {
            Presence::Offline { reason: Reason::Blocked, next_attempt_in: None }
        }
        None => Presence::Offline { reason: Reason::AboutToStart, next_attempt_in: None },
    };
    ContactView {
        contact: row.id,
        identity: row.identity,
        address: row.address,
        name: row.name,
        state: row.state,
        presence,
        verified: row.verified,
        unread: row.unread,
        expires_in: row.expires_in,
        receipts: Receipts { ours: row.receipts_mine, theirs: row.receipts_theirs },
    }
}

fn fresh_epoch() -> Epoch {
    let mut epoch = Epoch([0; 8]);
    SystemRandom.fill(&mut epoch.0);
    epoch
}

/// Sessions and wishes that wait for a busy actor, and circuits that are announced.
const NOTES: usize = 16;
