//! The commands about the profile as a whole.

use std::path::PathBuf;

use super::clock::SystemRandom;
use super::{Engine, EngineError, expiry, roster};
use crate::vault::{Cost, Passphrase};
use crate::wire::TextError;

impl Engine {
    /// Seals the profile under another passphrase and with another key.
    pub async fn change_passphrase(&self, old: Passphrase, new: Passphrase) -> Result<(), EngineError> {
        self.0.ledger.alone(move |vault| vault.change_passphrase(&old, &new, Cost::tuned()?, &mut SystemRandom)).await
    }

    /// Whether this passphrase opens the profile; a wrong one is an error. It takes its time, as opening does.
    pub async fn check_passphrase(&self, passphrase: Passphrase) -> Result<(), EngineError> {
        self.0.ledger.alone(move |vault| vault.check_passphrase(&passphrase)).await
    }

    /// Panic: cuts every session where it is, without a goodbye, and makes the profile unreadable for ever. Whatever comes
    /// back, the engine is finished and the program should end.
    pub async fn destroy(&self) -> Result<(), EngineError> {
        let ending = self.0.roster.abort();
        self.0.wanted.send_replace(false);
        self.0.network.set_online(false);
        let destroyed = self.0.ledger.destroy().await;
        self.0.outlet.close();
        for task in ending {
            roster::finish(task).await;
        }
        destroyed
    }

    /// What the window keeps by this name.
    pub async fn setting(&self, name: &str) -> Result<Option<String>, EngineError> {
        let name = shelf(name);
        self.0.ledger.read(move |r| r.setting(&name)).await
    }

    /// Keeps a small thing for the window by name.
    pub async fn put_setting(&self, name: &str, value: String) -> Result<(), EngineError> {
        if value.len() > SETTING_BYTES {
            return Err(TextError::TooLong.into());
        }
        let name = shelf(name);
        self.0.ledger.write(move |w| w.put_setting(&name, &value)).await
    }

    /// Writes a backup under its own passphrase; refuses to overwrite.
    pub async fn export(&self, path: PathBuf, passphrase: Passphrase) -> Result<(), EngineError> {
        self.0.ledger.alone(move |vault| vault.export(&path, &passphrase, Cost::tuned()?, &mut SystemRandom)).await
    }

    /// Takes a backup into this profile, which must be empty, and starts what it holds.
    pub async fn import(&self, path: PathBuf, passphrase: Passphrase) -> Result<(), EngineError> {
        let _changing = self.0.changing.lock().await;
        self.0.ledger.alone(move |vault| vault.import(&path, &passphrase, &mut SystemRandom)).await?;
        // A backup may be older than what was to disappear from it.
        expiry::sweep(&self.0).await?;
        self.0.expiring.notify_one();
        self.run_all().await
    }
}

/// The window's names stay apart from the engine's own.
fn shelf(name: &str) -> String {
    format!("window.{name}")
}

/// The longest setting of the window: choices and sizes, no documents.
const SETTING_BYTES: usize = 16 * 1024;
