//! A private directory in memory (tmpfs) for what Arti insists on writing, wiped when dropped.
//!
//! It promises that no other user can read it, that what a crashed or killed run left behind is wiped at the next
//! start, and that only the files named here leave it or enter it. It does not encrypt: the vault seals what is kept.
//! Pages of a tmpfs may be swapped out; that is among the known issues.

mod pack;

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::SystemTime;

use data_encoding::HEXLOWER;

/// The directory; one per run, held by a lock that ends with the process whatever happens to it.
#[derive(Debug)]
pub struct Scratch {
    path: PathBuf,
    /// Counts the Tors that wrote here: each has files of its own.
    turn: AtomicU32,
    on_tmpfs: bool,
    /// Held open: whoever can lock this file knows that the run is over.
    _lock: File,
}

/// What the state files looked like at one moment. Two equal stamps: nothing to save.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stamp([Option<(SystemTime, u64, u64)>; STATE_FILES.len()]);

/// Why there is no private directory, or why something may not enter or leave it.
#[derive(Debug, thiserror::Error)]
pub enum ScratchError {
    /// There is no private directory in memory, and none elsewhere was allowed.
    #[error("this system offers no private directory in memory ($XDG_RUNTIME_DIR or /dev/shm on tmpfs)")]
    NoTmpfs,
    /// The disk (or the memory disk) refused.
    #[error("the private directory for Tor's files could not be used: {0}")]
    Disk(#[from] io::Error),
    /// A file that is none of Arti's known state files, or is too large to be one.
    #[error("Tor's saved state holds something that does not belong there")]
    Foreign,
    /// Not a packed cache, or a damaged one.
    #[error("the saved Tor directory is damaged; it will be fetched again")]
    Damaged,
    /// Arti was writing its cache all the time; worth another try later.
    #[error("the Tor directory is being written right now")]
    Busy,
}

impl Scratch {
    /// Makes a private directory on tmpfs: in `$XDG_RUNTIME_DIR`, else in `/dev/shm`. When neither is one, it is made
    /// in `fallback` (and the user must be told: see [`Scratch::on_tmpfs`]); without a fallback that is an error.
    ///
    /// What earlier runs left behind in any of these places is wiped first.
    pub fn create(fallback: Option<&Path>) -> Result<Self, ScratchError> {
        let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|path| path.is_absolute());
        let in_memory: Vec<PathBuf> = runtime.into_iter().chain([PathBuf::from("/dev/shm")]).collect();
        Self::create_among(&in_memory, fallback)
    }

    fn create_among(in_memory: &[PathBuf], fallback: Option<&Path>) -> Result<Self, ScratchError> {
        for root in in_memory.iter().map(PathBuf::as_path).chain(fallback) {
            sweep(root);
        }
        for root in in_memory.iter().filter(|root| is_tmpfs(root)) {
            if let Ok(scratch) = Self::create_in(root, true) {
                return Ok(scratch);
            }
        }
        let root = fallback.ok_or(ScratchError::NoTmpfs)?;
        Self::create_in(root, is_tmpfs(root))
    }

    fn create_in(root: &Path, on_tmpfs: bool) -> Result<Self, ScratchError> {
        for _ in 0..CREATE_ATTEMPTS {
            let path = root.join(fresh_name()?);
            DirBuilder::new().mode(PRIVATE_DIR).create(&path)?;
            // A sweeper that comes between these steps takes the directory for a stale one: then try another.
            if let Some(lock) = claim(&path)? {
                let scratch = Self { path, turn: AtomicU32::new(0), on_tmpfs, _lock: lock };
                fill(&scratch.turn_dir(), &[])?;
                return Ok(scratch);
            }
        }
        Err(ScratchError::Busy)
    }

    /// False when the files touch a disk: to be said to the user.
    pub fn on_tmpfs(&self) -> bool {
        self.on_tmpfs
    }

    /// The whole directory.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// For Arti's `storage.state_dir`.
    pub fn state_dir(&self) -> PathBuf {
        self.turn_dir().join(STATE)
    }

    /// For Arti's `storage.cache_dir`.
    pub fn cache_dir(&self) -> PathBuf {
        self.turn_dir().join(CACHE)
    }

    /// Makes place for another Tor while the one before may still write: state and cache are copied, and what the one
    /// before writes from now on is lost. A cache that cannot be copied is fetched again. On an error everything is as
    /// it was, so that no guard is forgotten.
    pub fn renew(&self) -> Result<(), ScratchError> {
        let (state, cache) = (self.snapshot()?, self.pack_cache());
        let turn = self.turn.load(Ordering::SeqCst);
        let (before, after) = (self.path.join(turn.to_string()), self.path.join((turn + 1).to_string()));
        let filled = fill(&after, &state).and_then(|()| {
            let Ok(cache) = cache else { return Ok(()) };
            pack::unpack(&cache, &after.join(CACHE)).or_else(|_| make_empty(&after.join(CACHE)))
        });
        if let Err(error) = filled {
            fs::remove_dir_all(after).ok();
            return Err(error);
        }
        // Complete before it can be found: what looks for a change of the state never finds none.
        self.turn.store(turn + 1, Ordering::SeqCst);
        // What is written there meanwhile goes with the whole directory.
        fs::remove_dir_all(before).ok();
        Ok(())
    }

    /// Puts state files back, before Arti starts. Nothing is written unless all names and sizes are right.
    pub fn restore(&self, files: &[(String, Vec<u8>)]) -> Result<(), ScratchError> {
        let known = |name: &str| STATE_FILES.contains(&name);
        if !files.iter().all(|(name, bytes)| known(name) && bytes.len() <= STATE_FILE_LIMIT) {
            return Err(ScratchError::Foreign);
        }
        fill(&self.turn_dir(), files)
    }

    /// The state files there are (guards, vanguards, circuit timeouts): small, and each written by Arti in one step.
    /// Nothing of the onion services themselves is among them.
    pub fn snapshot(&self) -> Result<Vec<(String, Vec<u8>)>, ScratchError> {
        let mut files = Vec::new();
        for name in STATE_FILES {
            match read_bounded(&self.state_file(name), STATE_FILE_LIMIT) {
                Ok(bytes) => files.push((name.to_owned(), bytes)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(files)
    }

    /// A cheap look at the state files, to find out whether a [`Scratch::snapshot`] is due.
    pub fn stamp(&self) -> Stamp {
        Stamp(STATE_FILES.map(|name| {
            let meta = fs::metadata(self.state_file(name)).ok()?;
            Some((meta.modified().ok()?, meta.len(), meta.ino()))
        }))
    }

    /// Arti's directory cache (consensus and descriptors, tens of megabytes) as one piece, to be sealed and kept.
    /// For the exit, or once a day; [`ScratchError::Busy`] when Arti keeps writing.
    pub fn pack_cache(&self) -> Result<Vec<u8>, ScratchError> {
        pack::pack(&self.cache_dir())
    }

    /// Puts a packed cache back, before Arti starts. A damaged one leaves the cache empty.
    pub fn unpack_cache(&self, packed: &[u8]) -> Result<(), ScratchError> {
        let result = pack::unpack(packed, &self.cache_dir());
        if result.is_err() {
            self.clear_cache()?;
        }
        result
    }

    /// Empties the cache; Arti fetches the directory again.
    pub fn clear_cache(&self) -> Result<(), ScratchError> {
        make_empty(&self.cache_dir())
    }

    fn turn_dir(&self) -> PathBuf {
        self.path.join(self.turn.load(Ordering::SeqCst).to_string())
    }

    fn state_file(&self, name: &str) -> PathBuf {
        state_files(&self.turn_dir()).join(name)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Arti's threads may still be writing their last file: once more if it was not empty.
        if fs::remove_dir_all(&self.path).is_err() {
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

/// The directories of one Tor, with these state files in them.
fn fill(turn: &Path, state: &[(String, Vec<u8>)]) -> Result<(), ScratchError> {
    for dir in [state_files(turn), turn.join(CACHE)] {
        DirBuilder::new().mode(PRIVATE_DIR).recursive(true).create(dir)?;
    }
    for (name, bytes) in state {
        write_private(&state_files(turn).join(name), bytes)?;
    }
    Ok(())
}

/// Where Arti keeps state files: a directory `state` inside its state directory.
fn state_files(turn: &Path) -> PathBuf {
    turn.join(STATE).join("state")
}

fn make_empty(dir: &Path) -> Result<(), ScratchError> {
    fs::remove_dir_all(dir)?;
    Ok(DirBuilder::new().mode(PRIVATE_DIR).create(dir)?)
}

/// Wipes directories whose run is over. Anything else, and any failure, is left alone: it is another user's.
fn sweep(root: &Path) {
    let Ok(entries) = fs::read_dir(root) else { return };
    for path in entries.flatten().map(|entry| entry.path()).filter(|path| is_ours(path)) {
        let over = match File::open(path.join(LOCK)) {
            Ok(lock) => lock.try_lock().is_ok(),
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        };
        if over {
            let _ = fs::remove_dir_all(&path);
        }
    }
}

/// A directory (not a link to one) of ours by name and by owner.
fn is_ours(path: &Path) -> bool {
    let named = path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(PREFIX));
    let owner = rustix::process::geteuid().as_raw();
    named && fs::symlink_metadata(path).is_ok_and(|meta| meta.is_dir() && meta.uid() == owner)
}

/// Creates and locks the lock file; `None` when a sweeper was faster.
fn claim(path: &Path) -> Result<Option<File>, ScratchError> {
    let lock_path = path.join(LOCK);
    let lock = match OpenOptions::new().write(true).create_new(true).mode(PRIVATE_FILE).open(&lock_path) {
        Ok(lock) => lock,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let still_there = lock.try_lock().is_ok() && fs::metadata(&lock_path).is_ok();
    Ok(still_there.then_some(lock))
}

fn is_tmpfs(path: &Path) -> bool {
    rustix::fs::statfs(path).is_ok_and(|stat| IN_MEMORY.contains(&(i128::from(stat.f_type))))
}

fn fresh_name() -> Result<String, ScratchError> {
    let mut random = [0u8; 8];
    getrandom::fill(&mut random).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(format!("{PREFIX}{}-{}", std::process::id(), HEXLOWER.encode(&random)))
}

fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    OpenOptions::new().write(true).create(true).truncate(true).mode(PRIVATE_FILE).open(path)?.write_all(bytes)
}

fn read_bounded(path: &Path, limit: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > limit { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(bytes) }
}

/// The state that must survive: losing it would let an attacker force new guards upon us. Never `hss/`.
const STATE_FILES: [&str; 3] = ["guards.json", "vanguards.json", "circuit_timeouts.json"];

/// Far above what Arti writes (tens of kilobytes).
const STATE_FILE_LIMIT: usize = 4 * 1024 * 1024;

/// Inside the directory of one Tor.
const STATE: &str = "state";
const CACHE: &str = "cache";

const PREFIX: &str = "pelure-";
const LOCK: &str = "lock";
const PRIVATE_DIR: u32 = 0o700;
const PRIVATE_FILE: u32 = 0o600;
const CREATE_ATTEMPTS: usize = 16;

/// `TMPFS_MAGIC` and `RAMFS_MAGIC` of statfs(2).
const IN_MEMORY: [i128; 2] = [0x0102_1994, 0x8584_58f6];

#[cfg(test)]
mod tests;
