//! Keeps what Arti must remember between two runs: its guards and vanguards in the vault within seconds of a change, its
//! directory cache as a sealed file daily and at the end.
//!
//! It does not know what the files mean. Losing guards would let somebody who can crash us choose new ones; losing the
//! cache only costs time.

use std::sync::Arc;
use std::time::Duration;

use pelure_onion::scratch::Scratch;
use tokio::task::JoinHandle;

use super::clock::SystemRandom;
use super::ledger::Ledger;
use super::{Engine, EngineError};
use crate::vault::Vault;

/// Whatever holds the directory Arti writes to.
type Files = Arc<dyn AsRef<Scratch> + Send + Sync>;

/// Saves Arti's files while the program runs.
pub struct Keeper {
    files: Files,
    ledger: Ledger,
    task: JoinHandle<()>,
}

impl Keeper {
    /// Puts what earlier runs kept into the private directory. To be called before Arti starts.
    pub fn restore(vault: &Vault, scratch: &Scratch) -> Result<(), EngineError> {
        let state = vault.read(|r| r.road())?;
        if let Err(error) = scratch.restore(&state) {
            tracing::warn!(%error, "Tor's state could not be put back; it starts afresh");
        }
        // A cache that is damaged or missing is downloaded again.
        let unpacked = match vault.open_cache() {
            Ok(Some(cache)) => scratch.unpack_cache(&cache),
            Ok(None) => Ok(()),
            Err(error) => {
                tracing::warn!(%error, "Tor's sealed directory cache could not be opened");
                Ok(())
            }
        };
        if let Err(error) = unpacked {
            tracing::warn!(%error, "Tor's directory cache could not be put back; it is downloaded again");
            scratch.clear_cache().ok();
        }
        Ok(())
    }

    /// Begins to save.
    pub fn start(engine: &Engine, files: Files) -> Self {
        let ledger = engine.0.ledger.clone();
        let task = tokio::spawn(save_for_ever(Arc::clone(&files), ledger.clone()));
        Self { files, ledger, task }
    }

    /// Saves nothing any more: the profile is being destroyed.
    pub fn abandon(self) {
        self.task.abort();
    }

    /// Saves a last time; to be called after the engine's shutdown and before the vault closes.
    pub async fn finish(self) {
        self.task.abort();
        save_state((*self.files).as_ref(), &self.ledger).await;
        save_cache(&self.files, &self.ledger).await;
    }
}

async fn save_for_ever(files: Files, ledger: Ledger) {
    let mut saved = None;
    let mut ticks = 0u64;
    loop {
        tokio::time::sleep(LOOK).await;
        let stamp = (*files).as_ref().stamp();
        if saved.as_ref() != Some(&stamp) && save_state((*files).as_ref(), &ledger).await {
            saved = Some(stamp);
        }
        ticks += 1;
        if ticks.is_multiple_of(LOOKS_PER_DAY) || ticks == FIRST_CACHE {
            save_cache(&files, &ledger).await;
        }
    }
}

async fn save_state(scratch: &Scratch, ledger: &Ledger) -> bool {
    let files = match scratch.snapshot() {
        Ok(files) => files,
        Err(error) => {
            tracing::warn!(%error, "Tor's state could not be read");
            return false;
        }
    };
    let saved = ledger.write(move |w| files.iter().try_for_each(|(name, bytes)| w.put_road(name, bytes))).await;
    saved.inspect_err(|error| tracing::warn!(%error, "Tor's state could not be saved")).is_ok()
}

async fn save_cache(files: &Files, ledger: &Ledger) {
    let files = Arc::clone(files);
    let packed = tokio::task::spawn_blocking(move || (*files).as_ref().pack_cache()).await;
    let Ok(Ok(packed)) = packed else {
        return tracing::warn!("Tor's directory cache could not be packed");
    };
    let sealed = ledger.alone(move |vault| vault.seal_cache(&packed, &mut SystemRandom)).await;
    if let Err(error) = sealed {
        tracing::warn!(%error, "Tor's directory cache was not sealed");
    }
}

/// How often the files are looked at: a change is saved within five seconds.
const LOOK: Duration = Duration::from_secs(2);

/// Looks in a day.
const LOOKS_PER_DAY: u64 = 24 * 60 * 60 / LOOK.as_secs();

/// The cache is sealed a first time after some minutes, so that a run that ends badly was not for nothing.
const FIRST_CACHE: u64 = 150;
