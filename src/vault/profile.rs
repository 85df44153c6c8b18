//! The profile's directory opened: one [`Vault`] that writes, any number of [`Reader`]s beside it.
//!
//! It does not decide what is written ([`super::transaction`]).
//!
//! Files: `key` ([`super::keyfile`]), `vault.db` with its `-wal` and `-shm`, `lock`, `cache` ([`super::sealed`]), and
//! `*.new` while one of them is being replaced. In `files` are those of transfers, which others write; their keys are here.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use rusqlite::Connection;
use zeroize::Zeroizing;

use super::disk::{self, Lock};
use super::error::{self, VaultError};
use super::keyfile::{self, DatabaseKey, Slot};
use super::passphrase::{Cost, Passphrase};
use super::transaction::{self, Job, Read, Write};
use super::{backup, connection, destroy, medium, migrations, rekey, sealed};
use crate::wire::Random;

/// An open profile. `Send`: one thread owns it and writes.
pub struct Vault {
    pub(super) db: Connection,
    /// `None`: the profile is in memory.
    pub(super) home: Option<Arc<Home>>,
}

/// A second connection that only reads, for use while the vault writes. `Send`. It keeps the profile locked.
pub struct Reader {
    db: Connection,
    turn: u64,
    home: Arc<Home>,
}

/// Where a profile lives, shared by all its connections; the lock goes when the last of them is gone.
pub(super) struct Home {
    pub(super) dir: PathBuf,
    pub(super) current: RwLock<Current>,
    _lock: Lock,
}

/// The key in force. Readers hold it shared while they read, so that it never changes under them.
pub(super) struct Current {
    pub(super) key: DatabaseKey,
    /// Grows with every change of the key.
    pub(super) turn: u64,
    /// The profile was destroyed.
    pub(super) gone: bool,
}

impl Vault {
    /// Makes a profile in `dir`, which must be absent or empty.
    pub fn create(
        dir: &Path,
        passphrase: &Passphrase,
        cost: Cost,
        random: &mut dyn Random,
    ) -> Result<Self, VaultError> {
        if disk::occupied(dir)? {
            return Err(VaultError::NotEmpty { what: "the profile's directory" });
        }
        disk::private_dir(dir)?;
        let lock = Lock::take(dir)?;
        let key = DatabaseKey::draw(random);
        // The key file comes before the last rename: from then on a crash leaves a profile that opens.
        let new = prepare_database(dir, &key, random)?;
        let slot = Slot::wrap(&key, passphrase, cost, random)?;
        disk::replace_bytes(&dir.join(KEY), &keyfile::encode(&[slot]))?;
        disk::rename(&new, &dir.join(DATABASE))?;
        Self::enter(dir, key, lock)
    }

    /// Opens the profile in `dir` for this process alone.
    pub fn open(dir: &Path, passphrase: &Passphrase) -> Result<Self, VaultError> {
        if !exists(dir)? {
            return Err(VaultError::NotFound);
        }
        let lock = Lock::take(dir)?;
        disk::end_rename(&dir.join(KEY))?;
        let slots = keyfile::decode(&disk::read(&dir.join(KEY), keyfile::LONGEST + 1)?.ok_or(NO_KEY)?)?;
        finish_creation(dir)?;
        let (key, slot) = unlock(dir, passphrase, &slots)?;
        let vault = Self::enter(dir, key, lock)?;
        if slots.len() > 1 {
            // An interrupted change of passphrase: what opened is what holds.
            disk::replace_bytes(&dir.join(KEY), &keyfile::encode(&[slot]))?;
        }
        Ok(vault)
    }

    /// Is there a profile in `dir`, whole or not?
    pub fn is_in(dir: &Path) -> Result<bool, VaultError> {
        exists(dir)
    }

    /// Whether others than the owner can copy the files of a profile in `dir`, where it is or would be: sticks know no
    /// permissions. What is in them is sealed.
    pub fn is_open_to_others(dir: &Path) -> bool {
        medium::is_open(dir)
    }

    /// Opens the profile in `dir`, or makes one where there is none.
    pub fn open_or_create(
        dir: &Path,
        passphrase: &Passphrase,
        cost: Cost,
        random: &mut dyn Random,
    ) -> Result<Self, VaultError> {
        if exists(dir)? { Self::open(dir, passphrase) } else { Self::create(dir, passphrase, cost, random) }
    }

    /// A profile in memory alone: it ends with the process.
    pub fn traceless(random: &mut dyn Random) -> Result<Self, VaultError> {
        let mut db = connection::in_memory()?;
        furnish(&mut db, random)?;
        Ok(Self { db, home: None })
    }

    /// Asks on the writing connection.
    pub fn read<T>(&self, ask: impl FnOnce(&Read<'_>) -> Result<T, VaultError>) -> Result<T, VaultError> {
        ask(&Read { db: &self.db })
    }

    /// Makes one change; it is on disk when this returns.
    pub fn write<T>(&mut self, change: impl FnOnce(&Write<'_>) -> Result<T, VaultError>) -> Result<T, VaultError> {
        transaction::write(&mut self.db, |w| {
            let outcome = change(w)?;
            w.index(INDEXED)?;
            Ok(outcome)
        })
    }

    /// Makes many changes with one commit and tells each job its outcome before it returns. A job that fails is alone
    /// in it; a commit that fails is told to all.
    pub fn write_group(&mut self, jobs: Vec<Box<dyn Job>>) {
        transaction::write_group(&mut self.db, jobs);
    }

    /// A connection for reading beside the writes; `None` when the profile is in memory (then use [`Vault::read`]).
    pub fn reader(&self) -> Result<Option<Reader>, VaultError> {
        let Some(home) = &self.home else { return Ok(None) };
        let current = home.current.read().unwrap_or_else(PoisonError::into_inner);
        let (db, turn) = (connection::open(&home.dir.join(DATABASE), &current.key)?, current.turn);
        Ok(Some(Reader { db, turn, home: Arc::clone(home) }))
    }

    /// Seals the profile anew: new key, new passphrase. After a crash at any instant one of the two opens it.
    pub fn change_passphrase(
        &mut self,
        old: &Passphrase,
        new: &Passphrase,
        cost: Cost,
        random: &mut dyn Random,
    ) -> Result<(), VaultError> {
        rekey::change_passphrase(self, old, new, cost, random)
    }

    /// Is this the profile's passphrase? Takes as long as opening the profile.
    pub fn check_passphrase(&self, passphrase: &Passphrase) -> Result<(), VaultError> {
        rekey::check_passphrase(self, passphrase)
    }

    /// Destroys the profile: the key first, then its files. Afterwards no passphrase opens what is left of it, and every
    /// further question or change fails, also those of readers. A profile in memory loses its database.
    pub fn destroy(&mut self) -> Result<(), VaultError> {
        destroy::destroy(self)
    }

    /// As [`Vault::destroy`], for a profile that nobody has open: no passphrase is needed for that. Ends what an
    /// interrupted destruction began.
    pub fn destroy_in(dir: &Path) -> Result<(), VaultError> {
        destroy::destroy_in(dir)
    }

    /// Writes a backup to `path`, which must not exist, under its own passphrase. Tor's state is not in it.
    pub fn export(
        &mut self,
        path: &Path,
        passphrase: &Passphrase,
        cost: Cost,
        random: &mut dyn Random,
    ) -> Result<(), VaultError> {
        backup::export(self, path, passphrase, cost, random)
    }

    /// Takes a backup into this profile, which must hold no identity: every `out_epoch` is redrawn and every contact
    /// marked `restored`.
    pub fn import(&mut self, path: &Path, passphrase: &Passphrase, random: &mut dyn Random) -> Result<(), VaultError> {
        backup::import(self, path, passphrase, random)
    }

    /// Replaces the sealed directory cache of Tor; does nothing when the profile is in memory.
    pub fn seal_cache(&self, bytes: &[u8], random: &mut dyn Random) -> Result<(), VaultError> {
        let Some(home) = &self.home else { return Ok(()) };
        let key = self.read(|r| r.secret(FILES))?;
        disk::replace(&home.dir.join(CACHE), |file| sealed::seal(&key, CACHE, &mut &bytes[..], file, random))
    }

    /// The directory cache of Tor, if one was sealed. Damage is an error; go on without the cache then.
    pub fn open_cache(&self) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        let Some(home) = &self.home else { return Ok(None) };
        let Some(sealed) = disk::read(&home.dir.join(CACHE), LARGEST_CACHE)? else { return Ok(None) };
        let key = self.read(|r| r.secret(FILES))?;
        let mut bytes = Zeroizing::new(Vec::with_capacity(sealed.len()));
        sealed::open(&key, CACHE, &mut &sealed[..], &mut *bytes)?;
        Ok(Some(bytes))
    }

    /// Empties the write-ahead log, so that what was deleted is gone from it too.
    pub fn sweep(&self) -> Result<(), VaultError> {
        connection::checkpoint(&self.db)
    }

    fn enter(dir: &Path, key: DatabaseKey, lock: Lock) -> Result<Self, VaultError> {
        disk::private_dir(dir)?;
        let mut db = connection::open(&dir.join(DATABASE), &key)?;
        migrations::upgrade(&mut db)?;
        let current = RwLock::new(Current { key, turn: 0, gone: false });
        Ok(Self { db, home: Some(Arc::new(Home { dir: dir.to_owned(), current, _lock: lock })) })
    }
}

impl Reader {
    /// Asks about one consistent state.
    pub fn read<T>(&mut self, ask: impl FnOnce(&Read<'_>) -> Result<T, VaultError>) -> Result<T, VaultError> {
        let current = self.home.current.read().unwrap_or_else(PoisonError::into_inner);
        if current.gone {
            return Err(VaultError::NotFound);
        }
        if current.turn != self.turn {
            self.db = connection::open(&self.home.dir.join(DATABASE), &current.key)?;
            self.turn = current.turn;
        }
        let transaction = self.db.transaction()?;
        ask(&Read { db: &transaction })
    }
}

/// Is there a profile, whole or not?
fn exists(dir: &Path) -> Result<bool, VaultError> {
    for name in [KEY, DATABASE] {
        if dir.join(name).try_exists().map_err(error::disk("looking for the profile"))? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Makes a complete, closed database beside the place where it will be; what an interrupted creation left is dropped.
fn prepare_database(dir: &Path, key: &DatabaseKey, random: &mut dyn Random) -> Result<PathBuf, VaultError> {
    let new = disk::beside(&dir.join(DATABASE));
    for tail in ["", "-wal", "-shm", "-journal"] {
        let mut name = new.clone().into_os_string();
        name.push(tail);
        disk::remove(Path::new(&name))?;
    }
    disk::create_private(&new).map_err(error::disk("making the database"))?;
    let mut db = connection::open(&new, key)?;
    furnish(&mut db, random)?;
    connection::checkpoint(&db)?;
    db.close().map_err(|(_, error)| error)?;
    Ok(new)
}

/// Tables, and the key of sealed files.
fn furnish(db: &mut Connection, random: &mut dyn Random) -> Result<(), VaultError> {
    migrations::furnish(db)?;
    let mut key = Zeroizing::new([0; 32]);
    random.fill(&mut key[..]);
    transaction::write(db, |w| w.put_secret(FILES, &key))
}

/// Does the last step of a creation that was interrupted before it.
fn finish_creation(dir: &Path) -> Result<(), VaultError> {
    let (place, new) = (dir.join(DATABASE), disk::beside(&dir.join(DATABASE)));
    let there = |path: &Path| path.try_exists().map_err(error::disk("looking for the profile"));
    match (there(&place)?, there(&new)?) {
        (true, _) => Ok(()),
        (false, true) => disk::rename(&new, &place),
        (false, false) => Err(VaultError::Damaged { what: "the database" }),
    }
}

/// Finds the slot that this passphrase opens and whose key opens the database.
fn unlock(dir: &Path, passphrase: &Passphrase, slots: &[Slot]) -> Result<(DatabaseKey, Slot), VaultError> {
    let mut failure = VaultError::WrongPassphrase;
    for slot in slots {
        let key = match slot.unwrap(passphrase) {
            Ok(key) => key,
            Err(VaultError::WrongPassphrase) => continue,
            Err(error) => return Err(error),
        };
        match connection::open(&dir.join(DATABASE), &key) {
            Ok(_) => return Ok((key, slot.clone())),
            // With a second slot about, this passphrase is the one of the other side of an interrupted change.
            Err(VaultError::Damaged { .. }) if slots.len() > 1 => failure = VaultError::WrongPassphrase,
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

pub(super) const KEY: &str = "key";
pub(super) const DATABASE: &str = "vault.db";
pub(super) const CACHE: &str = "cache";
/// The directory of sealed files of transfers, within that of the profile.
pub const SEALED_FILES: &str = "files";
/// The name of the key of sealed files in the table `secret`.
const FILES: &str = "files";
/// Messages made findable with each change: more than one change adds, so that none waits for ever.
const INDEXED: usize = 64;
/// Far more than Tor's directory needs.
const LARGEST_CACHE: u64 = 256 * 1024 * 1024;
const NO_KEY: VaultError = VaultError::Damaged { what: "the key file" };

#[cfg(test)]
mod tests;
