//! One profile at work, whichever face the program has: its vault given, the road started for it, the engine running.
//!
//! It asks for no passphrase and shows nothing. Everything slow happens off the asynchronous threads.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use pelure_onion::arti::{Arti, ArtiError, ArtiOptions};
use pelure_onion::scratch::{Scratch, ScratchError};
use pelure_onion::system::{SystemError, SystemOptions, SystemTor};
use pelure_onion::{Network, Weakness};

use crate::engine::{Audio, Clock, Engine, EngineError, Events, Keeper, Kept, Limits, Parts};
use crate::file::disk::{self, BlobStore};
use crate::vault::{SEALED_FILES, Vault};

/// A way to the others that can be started for a profile.
pub trait Road: Send + Sync + 'static {
    /// Starts it; called inside the runtime, on a thread that may wait. `home` is where its files may go if there is no
    /// directory in memory; `None` for a profile that leaves no trace.
    fn start(&self, vault: &Vault, home: Option<&Path>) -> Result<Started, StartError>;

    /// Whether Tor runs inside this program, so that the person can say here how it is entered.
    fn has_own_tor(&self) -> bool {
        true
    }
}

/// A road that was started.
pub struct Started {
    /// The road.
    pub network: Arc<dyn Network>,
    /// What holds the files that must be kept between two runs, if there are any.
    pub files: Option<Arc<dyn AsRef<Scratch> + Send + Sync>>,
}

/// The embedded Arti.
pub struct Embedded {
    /// Arti TOML to merge over our settings.
    pub overrides: Option<String>,
}

/// The tor of this machine.
pub struct System {
    /// Where it is.
    pub options: SystemOptions,
}

/// A profile at work.
pub struct Running {
    /// What carries out commands.
    pub engine: Engine,
    keeper: Option<Keeper>,
    network: Arc<dyn Network>,
    /// Where the files of a profile without traces are; wiped with it.
    scratch: Option<Scratch>,
}

/// Why a profile could not be put to work.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The engine refused.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// There is no place for Tor's files.
    #[error(transparent)]
    Scratch(#[from] ScratchError),
    /// Tor refused.
    #[error(transparent)]
    Arti(#[from] ArtiError),
    /// The Tor of this machine cannot be used.
    #[error(transparent)]
    System(#[from] SystemError),
    /// Tor would run, but not as it must.
    #[error("Tor would not protect as promised ({0}); the program refuses to start")]
    Posture(&'static str),
    /// The program is ending.
    #[error("the program is ending")]
    Ending,
}

/// Puts a profile to work. `home` is its directory; `None`: it lives in memory alone.
pub async fn start(
    vault: Vault,
    home: Option<PathBuf>,
    road: Arc<dyn Road>,
    clock: Arc<dyn Clock>,
    audio: Audio,
) -> Result<(Running, Events), StartError> {
    let starting = tokio::task::spawn_blocking(move || {
        let started = road.start(&vault, home.as_deref())?;
        Ok::<_, StartError>((started, vault, home))
    });
    let (Started { network, files }, vault, home) = starting.await.map_err(|_| StartError::Ending)??;
    let (blobs, scratch) = match home {
        Some(home) => (BlobStore::new(home.join(SEALED_FILES), None), None),
        None => {
            let scratch = Scratch::create(None)?;
            (in_memory(scratch.path().join(SEALED_FILES)), Some(scratch))
        }
    };
    let road = Arc::clone(&network);
    let parts = Parts { network: road, vault, blobs, clock, limits: Limits::default(), audio };
    let (engine, events) = Engine::start(parts).await?;
    let keeper = files.map(|files| Keeper::start(&engine, files));
    Ok((Running { engine, keeper, network, scratch }, events))
}

/// Sealed files of a profile that leaves no trace: they may fill a part of the memory, never all of it.
fn in_memory(dir: PathBuf) -> BlobStore {
    BlobStore::new(dir, Some(disk::memory().map_or(MEMORY_UNKNOWN, |memory| memory / MEMORY_SHARE)))
}

impl Running {
    /// Says goodbye if that was not done yet, saves what the road must remember, and closes the vault.
    pub async fn close(self) {
        let Self { engine, keeper, network, scratch } = self;
        engine.shutdown().await;
        if let Some(keeper) = keeper {
            keeper.finish().await;
        }
        engine.closed().await;
        drop((network, scratch));
    }

    /// Destroys the profile: nothing is saved, nobody is told goodbye.
    pub async fn destroy(self) -> Result<(), EngineError> {
        let Self { engine, keeper, network, scratch } = self;
        // First, or it would still write.
        if let Some(keeper) = keeper {
            keeper.abandon();
        }
        let destroyed = engine.destroy().await;
        engine.closed().await;
        drop((network, scratch));
        destroyed
    }
}

impl Road for Embedded {
    fn start(&self, vault: &Vault, home: Option<&Path>) -> Result<Started, StartError> {
        let scratch = Scratch::create(home)?;
        if !scratch.on_tmpfs() {
            tracing::warn!("no directory in memory was found: Tor's files are on the disk while the program runs");
        }
        Keeper::restore(vault, &scratch)?;
        // Known before anything is connected to.
        let Kept { detour, online } = Kept::of(vault)?;
        let arti = Arti::start(ArtiOptions { scratch, overrides: self.overrides.clone(), detour, online })?;
        // Read back from what is in force, not from what was asked for.
        if let Some(Weakness(knob)) = arti.posture().first() {
            return Err(StartError::Posture(knob));
        }
        Ok(Started { network: Arc::clone(&arti) as Arc<dyn Network>, files: Some(arti) })
    }
}

impl Road for System {
    /// Nothing of it is kept: that tor looks after its own files.
    fn start(&self, _vault: &Vault, _home: Option<&Path>) -> Result<Started, StartError> {
        Ok(Started { network: SystemTor::start(self.options.clone())?, files: None })
    }

    fn has_own_tor(&self) -> bool {
        false
    }
}

/// Received files of a profile without traces may take a quarter of the memory.
const MEMORY_SHARE: u64 = 4;

/// Where the system does not say how much memory there is: a small machine's quarter.
const MEMORY_UNKNOWN: u64 = 256 * 1024 * 1024;
