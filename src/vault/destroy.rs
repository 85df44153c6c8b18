//! The end of a profile: its key is overwritten and removed first, then everything else that is known to belong to it.
//!
//! It does not wipe old blocks of the medium (flash keeps them), and it touches no file that it does not know.

use std::path::{Path, PathBuf};
use std::sync::PoisonError;

use zeroize::Zeroize;

use super::error::VaultError;
use super::profile::{CACHE, DATABASE, KEY, Vault};
use super::{connection, disk};

/// See [`Vault::destroy`].
pub(super) fn destroy(vault: &mut Vault) -> Result<(), VaultError> {
    let home = vault.home.take();
    let outcome = home.as_ref().map_or(Ok(()), |home| {
        let outcome = destroy_files(&home.dir);
        let mut current = home.current.write().unwrap_or_else(PoisonError::into_inner);
        current.gone = true;
        current.key.zeroize();
        outcome
    });
    // The files are gone by name; this lets go of what was still open.
    vault.db = connection::in_memory()?;
    outcome
}

/// Destroys what lies in `dir`. After each step the profile opens no more, and doing it again ends it.
fn destroy_files(dir: &Path) -> Result<(), VaultError> {
    for key in keys(dir) {
        disk::shred(&key)?;
    }
    for file in rest(dir) {
        disk::remove(&file)?;
    }
    disk::sync_dir(&dir.join(KEY))
}

/// Where the key is, or is while it is being replaced.
fn keys(dir: &Path) -> [PathBuf; 2] {
    let key = dir.join(KEY);
    [disk::beside(&key), key]
}

/// The other files, the lock last.
fn rest(dir: &Path) -> impl Iterator<Item = PathBuf> {
    let tails = ["", "-wal", "-shm", "-journal"];
    let database = disk::beside(Path::new(DATABASE)).to_string_lossy().into_owned();
    let databases =
        [DATABASE.to_owned(), database].into_iter().flat_map(move |name| tails.map(|tail| name.clone() + tail));
    let cache = disk::beside(Path::new(CACHE)).to_string_lossy().into_owned();
    databases.chain([CACHE.to_owned(), cache, disk::LOCK.to_owned()]).map(|name| dir.join(name))
}
