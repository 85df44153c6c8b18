//! The profile's directory opened: one [`Vault`] that writes, any number of [`Reader`]s beside it.
//!
//! It does not decide what is written ([`super::transaction`]).

use std::path::Path;

use rusqlite::Connection;
use zeroize::Zeroizing;

use super::error::VaultError;
use super::passphrase::{Cost, Passphrase};
use super::transaction::{self, Job, Read, Write};
use crate::wire::Random;

/// An open profile. `Send`: one thread owns it and writes.
pub struct Vault {
    db: Connection,
}

/// A second connection that only reads, for use while the vault writes. `Send`.
pub struct Reader {
    db: Connection,
}

impl Vault {
    /// Makes a profile in `dir`, which must be absent or empty.
    pub fn create(
        dir: &Path,
        passphrase: &Passphrase,
        cost: Cost,
        random: &mut dyn Random,
    ) -> Result<Self, VaultError> {
        todo!()
    }

    /// Opens the profile in `dir` for this process alone.
    pub fn open(dir: &Path, passphrase: &Passphrase) -> Result<Self, VaultError> {
        todo!()
    }

    /// Opens the profile in `dir`, or makes one where there is none.
    pub fn open_or_create(
        dir: &Path,
        passphrase: &Passphrase,
        cost: Cost,
        random: &mut dyn Random,
    ) -> Result<Self, VaultError> {
        todo!()
    }

    /// A profile in memory alone: it ends with the process.
    pub fn traceless(random: &mut dyn Random) -> Result<Self, VaultError> {
        todo!()
    }

    /// Asks on the writing connection.
    pub fn read<T>(&self, ask: impl FnOnce(&Read<'_>) -> Result<T, VaultError>) -> Result<T, VaultError> {
        ask(&Read { db: &self.db })
    }

    /// Makes one change; it is on disk when this returns.
    pub fn write<T>(&mut self, change: impl FnOnce(&Write<'_>) -> Result<T, VaultError>) -> Result<T, VaultError> {
        transaction::write(&mut self.db, change)
    }

    /// Makes many changes with one commit and tells each job its outcome before it returns. A job that fails is alone
    /// in it; a commit that fails is told to all.
    pub fn write_group(&mut self, jobs: Vec<Box<dyn Job>>) {
        transaction::write_group(&mut self.db, jobs);
    }

    /// A connection for reading beside the writes; `None` when the profile is in memory (then use [`Vault::read`]).
    pub fn reader(&self) -> Result<Option<Reader>, VaultError> {
        todo!()
    }

    /// Seals the profile anew: new key, new passphrase. After a crash at any instant one of the two opens it.
    pub fn change_passphrase(
        &mut self,
        old: &Passphrase,
        new: &Passphrase,
        cost: Cost,
        random: &mut dyn Random,
    ) -> Result<(), VaultError> {
        todo!()
    }

    /// Writes a backup to `path`, which must not exist, under its own passphrase. Tor's state is not in it.
    pub fn export(
        &mut self,
        path: &Path,
        passphrase: &Passphrase,
        cost: Cost,
        random: &mut dyn Random,
    ) -> Result<(), VaultError> {
        todo!()
    }

    /// Takes a backup into this profile, which must hold no identity: every `out_epoch` is redrawn and every contact
    /// marked `restored`.
    pub fn import(&mut self, path: &Path, passphrase: &Passphrase, random: &mut dyn Random) -> Result<(), VaultError> {
        todo!()
    }

    /// Replaces the sealed directory cache of Tor; does nothing when the profile is in memory.
    pub fn seal_cache(&self, bytes: &[u8], random: &mut dyn Random) -> Result<(), VaultError> {
        todo!()
    }

    /// The directory cache of Tor, if one was sealed. Damage is an error; go on without the cache then.
    pub fn open_cache(&self) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        todo!()
    }

    /// Empties the write-ahead log, so that what was deleted is gone from it too.
    pub fn sweep(&self) -> Result<(), VaultError> {
        todo!()
    }
}

impl Reader {
    /// Asks about one consistent state.
    pub fn read<T>(&mut self, ask: impl FnOnce(&Read<'_>) -> Result<T, VaultError>) -> Result<T, VaultError> {
        let transaction = self.db.transaction()?;
        ask(&Read { db: &transaction })
    }
}
