//! The commands about identities.

use std::sync::Arc;

use pelure_onion::{Reach, ServiceKey};
use tokio::sync::watch;
use zeroize::Zeroizing;

use super::clock::SystemRandom;
use super::event::Event;
use super::joins::Joins;
use super::roster::IdentityEntry;
use super::supervisor::Supervisor;
use super::{Engine, EngineError, IdentityView, Shared, fates};
use crate::name::PetName;
use crate::session;
use crate::vault::{self, IdentityId};
use crate::wire::Random;

impl Engine {
    /// Makes an identity with a fresh key and publishes its onion service.
    pub async fn create_identity(&self, name: &str) -> Result<IdentityView, EngineError> {
        let _changing = self.0.changing.lock().await;
        let name = PetName::new(name)?.as_str().to_owned();
        let mut seed = Zeroizing::new([0u8; 32]);
        SystemRandom.fill(seed.as_mut());
        let key = ServiceKey::from_seed(seed)?;
        let identity = self
            .0
            .ledger
            .write(move |w| {
                let id = w.add_identity(&name, &key)?;
                w.identity(id)
            })
            .await?;
        run(&self.0, &identity).await?;
        Ok(IdentityView {
            identity: identity.id,
            name: identity.name,
            address: identity.address,
            reachable: false,
            visible: true,
        })
    }

    /// All identities, oldest first.
    pub async fn identities(&self) -> Result<Vec<IdentityView>, EngineError> {
        let identities = self.0.ledger.read(|r| r.identities()).await?;
        let view = |identity: vault::Identity| IdentityView {
            identity: identity.id,
            reachable: self.reachable(identity.id),
            visible: identity.visible,
            name: identity.name,
            address: identity.address,
        };
        Ok(identities.into_iter().map(view).collect())
    }

    /// Removes an identity with its contacts, messages and key. Nobody can be reached under its address again.
    pub async fn remove_identity(&self, id: IdentityId) -> Result<(), EngineError> {
        let _changing = self.0.changing.lock().await;
        let contacts = self
            .0
            .ledger
            .read(move |r| {
                r.identity(id)?;
                r.contacts(Some(id))
            })
            .await?;
        self.0.roster.remove_identity(id).await;
        self.0.ledger.write(move |w| w.remove_identity(id)).await?;
        self.0.ledger.alone(|vault| vault.sweep()).await?;
        fates::shred(&self.0).await;
        for contact in contacts {
            self.0.outlet.put(Event::ContactRemoved { contact: contact.id }).await;
        }
        Ok(())
    }

    /// Lets an identity appear offline, or be seen again; durable.
    pub async fn set_visible(&self, id: IdentityId, visible: bool) -> Result<(), EngineError> {
        self.0.ledger.write(move |w| w.set_visible(id, visible)).await?;
        self.0.roster.identity(id, |entry| entry.visible.send_replace(visible));
        Ok(())
    }

    fn reachable(&self, id: IdentityId) -> bool {
        self.0.roster.identity(id, |entry| *entry.reach.borrow() == Reach::Reachable).unwrap_or(false)
    }
}

/// Starts the supervisor of an identity.
pub(super) async fn run(shared: &Arc<Shared>, identity: &vault::Identity) -> Result<(), EngineError> {
    let id = identity.id;
    let key = shared.ledger.read(move |r| r.identity_key(id)).await?;
    let me = Arc::new(session::Identity::new(&key)?);
    let (visible, visible_rx) = watch::channel(identity.visible);
    let (active_tx, active) = watch::channel(false);
    let (reach_tx, reach) = watch::channel(Reach::Starting { detail: String::new() });
    let joins = Arc::new(Joins::default());
    let supervisor = Supervisor {
        shared: Arc::clone(shared),
        id,
        key,
        me: Arc::clone(&me),
        joins: Arc::clone(&joins),
        first: shared.roster.identities() == 0,
        visible: visible_rx,
        active: active_tx,
        reach: reach_tx,
    };
    let task = tokio::spawn(supervisor.run());
    shared.roster.add_identity(id, IdentityEntry { me, joins, visible, active, reach, task });
    Ok(())
}
