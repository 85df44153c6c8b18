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
mod reach;
mod service;
mod settings;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use arti_client::config::TorClientConfig;
use arti_client::status::{Blockage, BlockageKind, BootstrapStatus};
use arti_client::{DormantMode, TorClient};
use futures::StreamExt;
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tor_rtcompat::PreferredRuntime;

use self::dial::Dialler;
use crate::{
    Address, Boxed, Dial, DialError, Network, PublishError, Scratch, Service, ServiceKey, Status, Stream, Weakness,
};

/// What [`Arti::start`] needs.
#[derive(Debug)]
pub struct ArtiOptions {
    /// Where Arti writes; restore the saved state and cache into it before.
    pub scratch: Scratch,
    /// Arti configuration (TOML) merged over ours: another network, bridges, a proxy. A setting that would change
    /// what this room promises is refused.
    pub overrides: Option<String>,
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
    // Fields are dropped in this order: tasks, then Tor, then its files.
    tasks: Vec<AbortHandle>,
    dialler: Dialler,
    client: Arc<Client>,
    config: TorClientConfig,
    weaknesses: Vec<Weakness>,
    published: Arc<Mutex<BTreeSet<Address>>>,
    status: watch::Receiver<Status>,
    online: watch::Sender<bool>,
    scratch: Scratch,
}

type Client = TorClient<PreferredRuntime>;

impl Arti {
    /// Starts Tor; returns at once and connects in the background, as [`Network::status`] tells. Must be called inside
    /// a tokio runtime. A cached directory that Arti cannot read is thrown away.
    pub fn start(options: ArtiOptions) -> Result<Arc<Self>, ArtiError> {
        install_crypto_provider();
        let ArtiOptions { scratch, overrides } = options;
        let (config, weaknesses) = settings::build(&scratch, overrides.as_deref())?;
        let runtime = PreferredRuntime::current().map_err(|error| ArtiError::Start(error.to_string()))?;
        let create = || Client::with_runtime(runtime.clone()).config(config.clone()).create_unbootstrapped();
        let client = create().or_else(|_| {
            scratch.clear_cache().map_err(|error| ArtiError::Start(error.to_string()))?;
            create().map_err(|error| ArtiError::Start(error.to_string()))
        })?;
        let online = watch::Sender::new(true);
        let (sender, status) = watch::channel(connecting(0.0));
        let tasks = vec![
            tokio::spawn(bootstrap(Arc::clone(&client), online.subscribe())).abort_handle(),
            tokio::spawn(report(Arc::clone(&client), online.subscribe(), sender)).abort_handle(),
        ];
        let dialler = Dialler::new(Arc::clone(&client), config.clone());
        let published = Arc::default();
        Ok(Arc::new(Self { tasks, dialler, client, config, weaknesses, published, status, online, scratch }))
    }

    /// Where Arti writes: to save its state and cache.
    pub fn scratch(&self) -> &Scratch {
        &self.scratch
    }

    /// The promises of this room that the configuration in effect does not keep: none.
    pub fn posture(&self) -> Vec<Weakness> {
        self.weaknesses.clone()
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
        settings::has_full_vanguards(&self.config)
    }

    fn status(&self) -> watch::Receiver<Status> {
        self.status.clone()
    }

    fn publish(&self, key: ServiceKey) -> Boxed<'_, Result<Service, PublishError>> {
        Box::pin(async move { service::launch(&self.client, &key, &self.published) })
    }

    fn dial(&self, dial: Dial) -> Boxed<'_, Result<Stream, DialError>> {
        Box::pin(async move {
            let online = *self.online.borrow();
            if online { self.dialler.dial(dial).await } else { Err(DialError::Offline) }
        })
    }

    fn set_online(&self, online: bool) {
        self.client.set_dormant(if online { DormantMode::Normal } else { DormantMode::Soft });
        self.online.send_replace(online);
    }
}

impl Drop for Arti {
    fn drop(&mut self) {
        self.tasks.iter().for_each(AbortHandle::abort);
    }
}

/// Arti's TLS takes the process-wide provider, and panics without one.
fn install_crypto_provider() {
    // An error says that one is there already: fine.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// Connects until it succeeds; Arti keeps itself connected afterwards.
async fn bootstrap(client: Arc<Client>, mut online: watch::Receiver<bool>) {
    let mut pause = FIRST_PAUSE;
    while online.wait_for(|online| *online).await.is_ok() {
        match client.bootstrap().await {
            Ok(()) => return,
            Err(error) => tracing::debug!("bootstrap failed: {error}"),
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Tells what Arti is doing, as long as somebody may ask.
async fn report(client: Arc<Client>, mut online: watch::Receiver<bool>, sender: watch::Sender<Status>) {
    let mut events = client.bootstrap_events();
    loop {
        let now = if *online.borrow_and_update() { describe(&client.bootstrap_status()) } else { Status::Offline };
        sender.send_if_modified(|status| {
            let changed = *status != now;
            *status = now;
            changed
        });
        let more = tokio::select! {
            event = events.next() => event.is_some(),
            changed = online.changed() => changed.is_ok(),
        };
        if !more {
            return;
        }
    }
}

fn describe(status: &BootstrapStatus) -> Status {
    let fraction = status.as_frac();
    if status.ready_for_traffic() {
        return Status::Ready;
    }
    match status.blocked() {
        Some(blockage) => Status::Blocked { fraction, reason: reason(&blockage) },
        None => connecting(fraction),
    }
}

fn connecting(fraction: f32) -> Status {
    let step = if fraction < CONNECTED { "connecting to the Tor network" } else { "fetching the list of relays" };
    Status::Connecting { fraction, message: step.to_owned() }
}

/// What a person can do something about, in plain words.
fn reason(blockage: &Blockage) -> String {
    match blockage.kind() {
        BlockageKind::Offline => "this computer seems to be offline".into(),
        BlockageKind::Filtering => "connections to Tor seem to be filtered here; a bridge may help".into(),
        BlockageKind::ClockSkewed => format!("the clock of this computer seems to be wrong ({})", blockage.message()),
        BlockageKind::CantBootstrap => "the list of Tor relays cannot be fetched".into(),
        _ => "the Tor network cannot be reached".into(),
    }
}

/// The share of Arti's progress that the connection itself makes up (`BootstrapStatus::as_frac`).
const CONNECTED: f32 = 0.15;

/// Between two attempts to connect after a failure that Arti gave up on.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
