//! The directory of sealed files: makes, opens, lists and removes them, and keeps within what may be used.
//!
//! It touches no file there that is not named as a blob is.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use data_encoding::HEXLOWER;
use rustix::fs::OFlags;

use super::super::space::free_space;
use super::super::{DiskError, PRIVATE_DIR, PRIVATE_FILE, failed};
use super::{BLOCK, BlobName, OpenBlob, Read, TAG, sealed_len};

/// A directory of sealed files.
pub struct BlobStore {
    dir: PathBuf,
    /// What all blobs together may take.
    most: Option<u64>,
    /// Bytes on disk that each blob opened here will have when it is whole.
    promised: Mutex<BTreeMap<BlobName, u64>>,
}

impl BlobStore {
    /// The blobs in `dir`, which is made with the first of them. `most`: bytes that all of them together may take, for a
    /// directory that lies in memory.
    pub fn new(dir: PathBuf, most: Option<u64>) -> Self {
        Self { dir, most, promised: Mutex::default() }
    }

    /// Makes an empty blob for `size` bytes of content.
    ///
    /// # Errors
    /// [`DiskError::Full`]: it would not fit; [`DiskError::Exists`]: the name is taken.
    pub fn create(&self, name: BlobName, key: &[u8; 32], size: u64) -> Result<OpenBlob, DiskError> {
        let mut promised = self.promised();
        if sealed_len(size) > self.spare(&promised)? {
            return Err(DiskError::Full);
        }
        let made = DirBuilder::new().recursive(true).mode(PRIVATE_DIR).create(&self.dir);
        made.map_err(failed("making the directory of sealed files"))?;
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create_new(true).mode(PRIVATE_FILE).open(self.path(&name));
        let file = file.map_err(failed("making a sealed file"))?;
        self.sync()?;
        promised.insert(name, sealed_len(size));
        Ok(OpenBlob::new(file, name, key, size))
    }

    /// Opens a blob to go on with it, or to read it.
    ///
    /// # Errors
    /// [`DiskError::Missing`]: it is not there. That a key or a size is wrong shows when a block is read.
    pub fn open(&self, name: BlobName, key: &[u8; 32], size: u64) -> Result<OpenBlob, DiskError> {
        let mut options = OpenOptions::new();
        // Ours are no links: one that stands there leads somewhere else.
        let flags = OFlags::NOFOLLOW.bits().cast_signed();
        let file = options.read(true).write(true).custom_flags(flags).open(self.path(&name));
        let file = file.map_err(failed("opening a sealed file"))?;
        self.promised().insert(name, sealed_len(size));
        Ok(OpenBlob::new(file, name, key, size))
    }

    /// Seals bytes that are at hand, durably. On an error nothing is left.
    pub fn seal(&self, name: BlobName, key: &[u8; 32], bytes: &[u8]) -> Result<OpenBlob, DiskError> {
        self.seal_from(name, key, bytes.len() as u64, &mut |offset, into| {
            let bytes = usize::try_from(offset).ok().and_then(|from| bytes.get(from..)?.get(..into.len()));
            into.copy_from_slice(bytes.ok_or(DiskError::Misplaced)?);
            Ok(())
        })
    }

    /// Seals `size` bytes, durably; `read` is asked for what begins at an offset, block after block. On an error nothing is
    /// left.
    pub fn seal_from(
        &self,
        name: BlobName,
        key: &[u8; 32],
        size: u64,
        read: &mut Read<'_>,
    ) -> Result<OpenBlob, DiskError> {
        let blob = self.create(name, key, size)?;
        if let Err(error) = blob.fill(read) {
            self.remove(name)?;
            return Err(error);
        }
        Ok(blob)
    }

    /// Removes a blob, which may be absent, durably.
    pub fn remove(&self, name: BlobName) -> Result<(), DiskError> {
        match fs::remove_file(self.path(&name)) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            removed => removed.map_err(failed("removing a sealed file"))?,
        }
        self.promised().remove(&name);
        self.sync()
    }

    /// All blobs there are, whole or not.
    pub fn names(&self) -> Result<Vec<BlobName>, DiskError> {
        Ok(self.list()?.into_iter().map(|(name, _)| name).collect())
    }

    /// Bytes of content that a further blob may have: those that the ones under way will still take are not counted as free.
    pub fn room(&self) -> Result<u64, DiskError> {
        let spare = self.spare(&self.promised())?;
        let (whole, rest) = (spare / sealed_len(BLOCK as u64), spare % sealed_len(BLOCK as u64));
        Ok(whole * BLOCK as u64 + rest.saturating_sub(TAG as u64))
    }

    /// Bytes on disk that may still be promised.
    fn spare(&self, promised: &BTreeMap<BlobName, u64>) -> Result<u64, DiskError> {
        let (mut taken, mut owed) = (0u64, 0u64);
        for (name, file) in self.list()? {
            let whole = promised.get(&name).copied().unwrap_or(0).max(file.len());
            taken = taken.saturating_add(whole);
            owed = owed.saturating_add(whole.saturating_sub(file.blocks().saturating_mul(SECTOR)));
        }
        let free = free_space(&self.dir)?.saturating_sub(owed).saturating_sub(RESERVE);
        Ok(self.most.map_or(free, |most| free.min(most.saturating_sub(taken))))
    }

    fn list(&self) -> Result<Vec<(BlobName, Metadata)>, DiskError> {
        let entries = match fs::read_dir(&self.dir) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed("listing the sealed files")(error)),
        };
        let mut found = Vec::new();
        for entry in entries {
            let entry = entry.map_err(failed("listing the sealed files"))?;
            let Some(name) = blob_name(&entry.file_name()) else { continue };
            match entry.metadata() {
                Ok(file) => found.push((name, file)),
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(failed("listing the sealed files")(error)),
            }
        }
        Ok(found)
    }

    /// Makes entries of the directory durable.
    fn sync(&self) -> Result<(), DiskError> {
        File::open(&self.dir).and_then(|dir| dir.sync_all()).map_err(failed("flushing a directory"))
    }

    fn path(&self, name: &BlobName) -> PathBuf {
        self.dir.join(HEXLOWER.encode(name))
    }

    fn promised(&self) -> MutexGuard<'_, BTreeMap<BlobName, u64>> {
        self.promised.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for BlobStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BlobStore").field("most", &self.most).finish_non_exhaustive()
    }
}

/// The blob that a file of this name is.
fn blob_name(name: &OsStr) -> Option<BlobName> {
    HEXLOWER.decode(name.as_encoded_bytes()).ok()?.try_into().ok()
}

/// The unit in which a file system counts what a file takes.
const SECTOR: u64 = 512;
/// Kept free for everything else, the database first: a file that arrives must not stop the messages.
const RESERVE: u64 = 16 * 1024 * 1024;
