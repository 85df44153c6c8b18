//! The commands about the profile as a whole.

use std::path::PathBuf;

use super::clock::SystemRandom;
use super::{Engine, EngineError};
use crate::vault::{Cost, Passphrase};

impl Engine {
    /// Seals the profile under another passphrase and with another key.
    pub async fn change_passphrase(&self, old: Passphrase, new: Passphrase) -> Result<(), EngineError> {
        self.0.ledger.alone(move |vault| vault.change_passphrase(&old, &new, Cost::tuned()?, &mut SystemRandom)).await
    }

    /// Writes a backup under its own passphrase; refuses to overwrite.
    pub async fn export(&self, path: PathBuf, passphrase: Passphrase) -> Result<(), EngineError> {
        self.0.ledger.alone(move |vault| vault.export(&path, &passphrase, Cost::tuned()?, &mut SystemRandom)).await
    }

    /// Takes a backup into this profile, which must be empty, and starts what it holds.
    pub async fn import(&self, path: PathBuf, passphrase: Passphrase) -> Result<(), EngineError> {
        let _changing = self.0.changing.lock().await;
        self.0.ledger.alone(move |vault| vault.import(&path, &passphrase, &mut SystemRandom)).await?;
        self.run_all().await
    }
}
