//! Plain copies of what is sealed, where a person wants them: new files, readable by nobody else, never executable.
//!
//! Nothing is overwritten and nothing is written outside the place that was named. If it fails, what was made is removed,
//! and nothing else.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::{DiskError, OpenBlob, PRIVATE_DIR, PRIVATE_FILE, failed, free_space};
use crate::file::{BundleError, Manifest};
use crate::wire::limits::MANIFEST_BYTES;

/// Writes the content to a new file `target`. `watch` is told how many bytes were written, and stops it by saying false.
///
/// # Errors
/// [`DiskError::Exists`]: something is there; [`DiskError::Full`], at once if that can be known.
pub fn save(from: &OpenBlob, target: &Path, watch: &mut dyn FnMut(u64) -> bool) -> Result<(), DiskError> {
    enough_space(from.size(), target)?;
    let mut made = Made::default();
    let mut copy = Copy { from, done: 0, watch };
    made.settle(|made| {
        let file = made.file(target)?;
        copy.range(0, from.size(), &file)?;
        file.sync_all().map_err(failed(SAVING))?;
        sync_dir(target.parent())
    })
}

/// Writes the files of a sealed bundle of so many `files` into a new folder `target`. Names are made safe, so that none
/// leads outside; of two that become alike the second gets a number.
///
/// # Errors
/// As [`save`]; [`DiskError::Damaged`]: it is no bundle of so many files.
pub fn save_folder(
    from: &OpenBlob,
    files: u32,
    target: &Path,
    watch: &mut dyn FnMut(u64) -> bool,
) -> Result<(), DiskError> {
    let manifest = manifest(from, files)?;
    enough_space(from.size(), target)?;
    let mut made = Made::default();
    let mut copy = Copy { from, done: 0, watch };
    made.settle(|made| {
        made.dir(target)?;
        let mut places = Places::new(target);
        for entry in manifest.entries() {
            let place = places.of(&entry.path, made)?;
            copy.range(entry.offset, entry.size, &made.file(&place)?)?;
        }
        // One flush of everything instead of one for each of thousands of files.
        let top = File::open(target).map_err(failed(SAVING))?;
        rustix::fs::syncfs(&top).map_err(|errno| failed(SAVING)(errno.into()))?;
        sync_dir(target.parent())
    })
}

/// The list at the beginning of a sealed bundle of so many files, once that part is here.
///
/// # Errors
/// [`DiskError::Damaged`]: that part is missing, or it is no such bundle.
pub fn manifest(from: &OpenBlob, files: u32) -> Result<Manifest, DiskError> {
    let most = from.size().min(MANIFEST_BYTES as u64);
    let mut wanted = most.min(FIRST_LOOK);
    loop {
        let mut head = vec![0; usize::try_from(wanted).map_err(|_| DiskError::Damaged)?];
        from.read_at(0, &mut head)?;
        match Manifest::read(&head, from.size(), files) {
            Err(BundleError::Short) if wanted < most => wanted = most.min(wanted * 4),
            manifest => return manifest.map_err(|_| DiskError::Damaged),
        }
    }
}

/// Carries bytes out of the seal.
struct Copy<'a> {
    from: &'a OpenBlob,
    done: u64,
    watch: &'a mut dyn FnMut(u64) -> bool,
}

impl Copy<'_> {
    fn range(&mut self, offset: u64, length: u64, mut to: &File) -> Result<(), DiskError> {
        let (mut offset, end) = (offset, offset.saturating_add(length));
        let mut piece = Zeroizing::new(vec![0; PIECE.min(usize::try_from(length).unwrap_or(PIECE))]);
        while offset < end {
            if !(self.watch)(self.done) {
                return Err(DiskError::Stopped);
            }
            // Up to a whole number of pieces from the start, so that each block is opened once.
            let upto = end.min((offset / PIECE as u64 + 1) * PIECE as u64);
            let bytes = usize::try_from(upto - offset).ok().and_then(|n| piece.get_mut(..n));
            let bytes = bytes.ok_or(DiskError::Misplaced)?;
            self.from.read_at(offset, bytes)?;
            to.write_all(bytes).map_err(failed(SAVING))?;
            self.done += bytes.len() as u64;
            offset = upto;
        }
        Ok(())
    }
}

/// What was made here, so that just that can be taken back.
#[derive(Default)]
struct Made {
    /// With device and inode: what took its place meanwhile is not ours.
    files: Vec<(PathBuf, u64, u64)>,
    dirs: Vec<PathBuf>,
}

impl Made {
    /// Runs `work`; if it fails, takes back what was made.
    fn settle(&mut self, work: impl FnOnce(&mut Self) -> Result<(), DiskError>) -> Result<(), DiskError> {
        let outcome = work(self);
        if outcome.is_err() {
            self.take_back();
        }
        outcome
    }

    fn file(&mut self, path: &Path) -> Result<File, DiskError> {
        let file = OpenOptions::new().write(true).create_new(true).mode(PRIVATE_FILE).open(path);
        let file = file.map_err(failed(SAVING))?;
        let known = file.metadata().map_err(failed(SAVING))?;
        self.files.push((path.to_owned(), known.dev(), known.ino()));
        Ok(file)
    }

    fn dir(&mut self, path: &Path) -> Result<(), DiskError> {
        DirBuilder::new().mode(PRIVATE_DIR).create(path).map_err(failed(SAVING))?;
        self.dirs.push(path.to_owned());
        Ok(())
    }

    /// As well as it goes: the failure that led here is the one to be told. A folder into which somebody else put
    /// something stays.
    fn take_back(&mut self) {
        for (path, device, inode) in self.files.drain(..) {
            if fs::symlink_metadata(&path).is_ok_and(|now| (now.dev(), now.ino()) == (device, inode)) {
                fs::remove_file(&path).ok();
            }
        }
        for path in self.dirs.drain(..).rev() {
            fs::remove_dir(&path).ok();
        }
    }
}

fn enough_space(size: u64, target: &Path) -> Result<(), DiskError> {
    if free_space(target)? < size { Err(DiskError::Full) } else { Ok(()) }
}

/// Makes the entries of a directory durable.
fn sync_dir(dir: Option<&Path>) -> Result<(), DiskError> {
    let dir = dir.filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(failed(SAVING))
}

const SAVING: &str = "saving a file";
/// Bytes that leave the seal at once: whole blocks.
const PIECE: usize = 1024 * 1024;
/// Most lists are shorter.
const FIRST_LOOK: u64 = 64 * 1024;

mod places;

use places::Places;

#[cfg(test)]
mod tests;
