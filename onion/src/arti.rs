//! The road over Tor: embedded Arti.
//!
//! It promises full vanguards, keys in memory only, a memory quota, circuits that no two identities share, and words
//! about its state that are true (what "reachable" means: below). It writes only into its
//! [`Scratch`]. It does not keep anything beyond the run, retry a dial, or know who the others are.
//!
//! **Reachable** is said when at least one directory of each ring took the descriptor (Arti's `Running` or
//! `DegradedReachable`): so it is on the public network. A small, young private network has one ring only, for want of
//! shared random values; there Arti says `DegradedUnreachable` for ever, and it is the absence of any failed upload
//! that tells the truth. While the descriptor is published again later, the one before is still valid.
//!
//! The secret key stays in Arti's key store in memory until the process ends: Arti 0.47 offers no way to remove it.

mod dial;
mod plant;
mod reach;
mod service;
mod settings;
mod state;
mod valve;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arti_client::{DormantMode, TorClient};
use tokio::sync::watch;

use self::plant::Plant;
use self::settings::Fitted;
use self::valve::Runtime;
use crate::detour::Programs;
use crate::{
    Address, Boxed, Detour, DetourError, Dial, DialError, Network, Obstacle, PublishError, Scratch, Service,
    ServiceKey, Status, Stream, Weakness,
};

/// What [`Arti::start`] needs.
#[derive(Debug)]
pub struct ArtiOptions {
    /// Where Arti writes; restore the saved state and cache into it before.
    pub scratch: Scratch,
    /// Arti configuration (TOML) merged over ours: another network, bridges, a proxy. A setting that would change
    /// what this room promises is refused.
    pub overrides: Option<String>,
    /// The detour to leave by, over all of the above. An error: it is not known, and nothing is connected to.
    pub detour: Result<Detour, DetourError>,
    /// Whether to connect at once; else with the first [`Network::set_online`].
    pub online: bool,
}

/// Why Arti could not be started. None of the texts holds an address of an onion service.
#[derive(Debug, thiserror::Error)]
pub enum ArtiError {
    /// The overrides are not TOML, or not Arti's.
    #[error("the Tor configuration cannot be read: {0}")]
    Configuration(String),
    /// The overrides would weaken what the road promises.
    #[error("the Tor configuration may not set `{key}`: the program decides it")]
    Posture {
        /// The setting, as a dotted path.
        key: String,
    },
    /// Arti refused to start.
    #[error("Tor could not be started: {0}")]
    Start(String),
}

/// A running Arti. Dropping it ends Tor and wipes its files.
pub struct Arti {
    // Fields are dropped in this order: Tor, then its files.
    /// None while there must be none: between two detours, and where a detour cannot be taken.
    plant: watch::Sender<Option<Arc<Plant>>>,
    overrides: Option<String>,
    programs: Programs,
    /// Held while one Tor makes place for the next.
    changing: tokio::sync::Mutex<()>,
    vanguards: bool,
    weaknesses: Vec<Weakness>,
    published: Arc<Mutex<BTreeSet<Address>>>,
    status: watch::Sender<Status>,
    /// Why no Tor runs, while none does.
    obstacle: Mutex<Option<Obstacle>>,
    online: watch::Sender<bool>,
    scratch: Scratch,
}

type Client = TorClient<Runtime>;

impl Arti {
    /// Starts Tor; returns at once and connects in the background, as [`Network::status`] tells. Must be called inside a
    /// tokio runtime. A detour that cannot be taken is no error: nothing is connected to then, and the status says why.
    pub fn start(options: ArtiOptions) -> Result<Arc<Self>, ArtiError> {
        install_crypto_provider();
        let ArtiOptions { scratch, overrides, detour, online } = options;
        // Without a detour, to tell a fault in the overrides from one in the detour.
        let (config, weaknesses, _) = settings::build(&scratch, overrides.as_deref(), &Fitted::default())?;
        let arti = Arc::new(Self {
            plant: watch::Sender::new(None),
            overrides,
            programs: Programs::of_this_machine(),
            changing: tokio::sync::Mutex::default(),
            vanguards: settings::has_full_vanguards(&config),
            weaknesses,
            published: Arc::default(),
            status: watch::Sender::new(Status::Offline),
            obstacle: Mutex::default(),
            online: watch::Sender::new(online),
            scratch,
        });
        match detour {
            Ok(detour) if detour.is_straight() => arti.launch(&Fitted::default())?,
            Ok(detour) => arti.set_out(detour),
            Err(_) => arti.stand_still(Obstacle::Unreadable),
        }
        Ok(arti)
    }

    /// Where Arti writes: to save its state and cache.
    pub fn scratch(&self) -> &Scratch {
        &self.scratch
    }

    /// The promises of this room that the configuration in effect does not keep: none.
    pub fn posture(&self) -> Vec<Weakness> {
        self.weaknesses.clone()
    }

    /// Starts Tor by a detour, or says why there is none now.
    fn set_out(&self, detour: Detour) {
        let launched = Fitted::new(detour, &self.programs).and_then(|fitted| {
            self.launch(&fitted).map_err(|error| {
                // Its words may hold a line of ours: they are for nobody's log.
                tracing::debug!(%error, "Tor did not start by its detour");
                Obstacle::Stopped
            })
        });
        if let Err(obstacle) = launched {
            self.stand_still(obstacle);
        }
    }

    fn launch(&self, detour: &Fitted) -> Result<(), ArtiError> {
        let plant = Plant::start(&self.scratch, self.overrides.as_deref(), detour, &self.online, &self.status)?;
        if let Some(Weakness(knob)) = plant.weaknesses.first() {
            return Err(ArtiError::Start((*knob).to_owned()));
        }
        if !*self.online.borrow() {
            plant.client.set_dormant(DormantMode::Soft);
        }
        *self.obstacle() = None;
        self.plant.send_replace(Some(Arc::new(plant)));
        Ok(())
    }

    /// No Tor runs, and this is why.
    fn stand_still(&self, reason: Obstacle) {
        self.plant.send_replace(None);
        *self.obstacle() = Some(reason);
        self.tell_standstill();
    }

    fn tell_standstill(&self) {
        if let Some(reason) = self.obstacle().clone() {
            let online = *self.online.borrow();
            let standing = if online { Status::Blocked { fraction: 0.0, reason } } else { Status::Offline };
            state::tell(&self.status, standing);
        }
    }

    fn obstacle(&self) -> MutexGuard<'_, Option<Obstacle>> {
        self.obstacle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn plant(&self) -> Option<Arc<Plant>> {
        self.plant.borrow().clone()
    }
}

impl AsRef<Scratch> for Arti {
    /// The directory Arti writes to, for whoever keeps its state between runs.
    fn as_ref(&self) -> &Scratch {
        &self.scratch
    }
}

impl Network for Arti {
    fn backend(&self) -> &'static str {
        "arti"
    }

    fn vanguards(&self) -> bool {
        self.vanguards
    }

    fn status(&self) -> watch::Receiver<Status> {
        self.status.subscribe()
    }

    fn publish(&self, key: ServiceKey) -> Boxed<'_, Result<Service, PublishError>> {
        Box::pin(async move {
            // What waits for a Tor ends with the wish to be published, or begins with the Tor.
            let mut plants = self.plant.subscribe();
            let plant = plants.wait_for(Option::is_some).await.ok().and_then(|plant| plant.clone());
            let plant = plant.ok_or_else(|| PublishError::Refused("Tor is not running".into()))?;
            service::launch(&plant.client, &key, &self.published)
        })
    }

    fn dial(&self, dial: Dial) -> Boxed<'_, Result<Stream, DialError>> {
        Box::pin(async move {
            let mut plants = self.plant.subscribe();
            let plant = plants.borrow_and_update().clone().filter(|_| *self.online.borrow());
            let plant = plant.ok_or(DialError::Offline)?;
            tokio::select! {
                dialled = plant.dialler.dial(dial) => dialled,
                // This Tor makes place for another: nobody may hold on to it.
                _ = plants.changed() => Err(DialError::Offline),
            }
        })
    }

    fn set_online(&self, online: bool) {
        if let Some(plant) = self.plant() {
            plant.client.set_dormant(if online { DormantMode::Normal } else { DormantMode::Soft });
        }
        self.online.send_replace(online);
        self.tell_standstill();
    }

    fn check(&self, detour: &Detour) -> Result<(), DetourError> {
        detour.check(&self.programs)
    }

    /// The one Tor ends before the other starts, so that nothing leaves beside the detour, not even what was under way.
    fn take(&self, detour: Detour) -> Boxed<'_, ()> {
        Box::pin(async move {
            let _changing = self.changing.lock().await;
            if let Some(before) = self.plant.send_replace(None) {
                before.end();
            }
            // What is left of the one before still holds its files.
            match self.scratch.renew() {
                Ok(()) => self.set_out(detour),
                Err(error) => {
                    tracing::warn!(%error, "there is no new directory for Tor's files");
                    self.stand_still(Obstacle::Stopped);
                }
            }
        })
    }
}

/// Arti's TLS takes the process-wide provider, and panics without one.
fn install_crypto_provider() {
    // An error says that one is there already: fine.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
