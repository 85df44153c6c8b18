//! The profile's directory as the file system sees it: private, flushed, one process at a time.
//!
//! It does not know what the files hold.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::error::{VaultError, disk};
use super::medium;

/// The profile is ours while this is held; the system lets go of it when the process dies, however it dies.
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock, or says that somebody else has it.
    pub(super) fn take(dir: &Path) -> Result<Self, VaultError> {
        let mut options = OpenOptions::new();
        let file = options.write(true).create(true).truncate(false).mode(PRIVATE_FILE).open(dir.join(LOCK));
        let file = file.map_err(disk("locking the profile"))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(VaultError::InUse),
            Err(TryLockError::Error(error)) => Err(disk("locking the profile")(error)),
        }
    }
}

/// Makes the directory (and what leads to it), or closes an existing one to everybody else. A stick may not know how to;
/// then that is said.
pub(super) fn private_dir(dir: &Path) -> Result<(), VaultError> {
    let failed = disk("making the profile's directory");
    DirBuilder::new().recursive(true).mode(PRIVATE_DIR).create(dir).map_err(&failed)?;
    if let Err(error) = fs::set_permissions(dir, Permissions::from_mode(PRIVATE_DIR)) {
        let unknown = matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::Unsupported);
        if !(unknown && medium::is_simple(dir)) {
            return Err(failed(error));
        }
    }
    if medium::is_open(dir) {
        medium::say_open();
    }
    Ok(())
}

/// Does the directory hold anything but a lock and what an interrupted creation left?
pub(super) fn occupied(dir: &Path) -> Result<bool, VaultError> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(disk("reading the profile's directory")(error)),
    };
    for entry in entries {
        let name = entry.map_err(disk("reading the profile's directory"))?.file_name();
        let name = name.to_string_lossy();
        if name != LOCK && !name.contains(NEW) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Makes an empty file that only its owner reads; refuses to touch one that is there.
pub(super) fn create_private(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(PRIVATE_FILE).open(path)
}

/// Replaces a file: after a crash at any instant it holds either all of the old or all of the new.
pub(super) fn replace(path: &Path, write: impl FnOnce(&mut File) -> Result<(), VaultError>) -> Result<(), VaultError> {
    let new = beside(path);
    remove(&new)?;
    let mut file = create_private(&new).map_err(disk("writing a file"))?;
    let written = write(&mut file).and_then(|()| file.sync_all().map_err(disk("flushing a file")));
    if let Err(error) = written {
        remove(&new)?;
        return Err(error);
    }
    rename(&new, path)
}

/// As [`replace`], with all the bytes at hand.
pub(super) fn replace_bytes(path: &Path, bytes: &[u8]) -> Result<(), VaultError> {
    replace(path, |file| file.write_all(bytes).map_err(disk("writing a file")))
}

/// Moves a file within its directory, durably.
pub(super) fn rename(from: &Path, to: &Path) -> Result<(), VaultError> {
    if medium::is_simple(from) {
        return rename_in_steps(from, to);
    }
    fs::rename(from, to).map_err(disk("renaming a file"))?;
    sync_dir(to)
}

/// As [`rename`], where a power cut could take both: the old one goes only after the new one is there for good. What was
/// interrupted in between is ended by [`end_rename`].
fn rename_in_steps(from: &Path, to: &Path) -> Result<(), VaultError> {
    sync_dir(from)?;
    remove(to)?;
    sync_dir(to)?;
    fs::rename(from, to).map_err(disk("renaming a file"))?;
    sync_dir(to)
}

/// Ends a replacement that was interrupted after the old file went.
pub(super) fn end_rename(path: &Path) -> Result<(), VaultError> {
    let new = beside(path);
    let there = |path: &Path| path.try_exists().map_err(disk("looking for the profile"));
    if !there(path)? && there(&new)? { rename(&new, path) } else { Ok(()) }
}

/// Makes the entry of this path durable.
pub(super) fn sync_dir(path: &Path) -> Result<(), VaultError> {
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(disk("flushing a directory"))
}

/// Removes a file that may be absent.
pub(super) fn remove(path: &Path) -> Result<(), VaultError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(disk("removing a file")(error)),
        _ => Ok(()),
    }
}

/// The paths in a directory that may be absent.
pub(super) fn list(dir: &Path) -> Result<Vec<PathBuf>, VaultError> {
    match fs::read_dir(dir) {
        Ok(entries) => entries.map(|entry| Ok(entry.map_err(disk("listing a directory"))?.path())).collect(),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(disk("listing a directory")(error)),
    }
}

/// Removes a directory, unless it is absent or something is in it.
pub(super) fn leave(dir: &Path) -> Result<(), VaultError> {
    match fs::remove_dir(dir) {
        Err(error) if !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::DirectoryNotEmpty) => {
            Err(disk("removing a directory")(error))
        }
        _ => Ok(()),
    }
}

/// Overwrites a file where it lies, which may be absent, and removes it, both durably.
pub(super) fn shred(path: &Path) -> Result<(), VaultError> {
    let mut file = match OpenOptions::new().write(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(disk("destroying a file")(error)),
    };
    let length = file.metadata().map_err(disk("destroying a file"))?.len();
    io::copy(&mut io::repeat(0).take(length), &mut file)
        .and_then(|_| file.sync_all())
        .map_err(disk("destroying a file"))?;
    remove(path)?;
    sync_dir(path)
}

/// Reads a file of at most `limit` bytes; `None`: there is none. A longer one is cut there.
pub(super) fn read(path: &Path, limit: u64) -> Result<Option<Vec<u8>>, VaultError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(disk("reading a file")(error)),
    };
    let mut bytes = Vec::new();
    file.take(limit).read_to_end(&mut bytes).map_err(disk("reading a file"))?;
    Ok(Some(bytes))
}

/// Where the next version of a file is written.
pub(super) fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(NEW);
    name.into()
}

pub(super) const LOCK: &str = "lock";
const NEW: &str = ".new";
const PRIVATE_DIR: u32 = 0o700;
const PRIVATE_FILE: u32 = 0o600;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_steps_the_new_file_takes_the_place_of_the_old_one() {
        let dir = tempfile::tempdir().unwrap();
        let (old, new) = (dir.path().join("key"), dir.path().join("key.new"));
        fs::write(&old, "old").unwrap();
        fs::write(&new, "new").unwrap();
        rename_in_steps(&new, &old).unwrap();
        assert_eq!(fs::read_to_string(&old).unwrap(), "new");
        assert!(!new.exists());
    }

    #[test]
    fn a_replacement_ends_only_where_the_old_file_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let (old, new) = (dir.path().join("key"), dir.path().join("key.new"));
        fs::write(&old, "old").unwrap();
        fs::write(&new, "half").unwrap();
        end_rename(&old).unwrap();
        assert_eq!(fs::read_to_string(&old).unwrap(), "old");
        fs::remove_file(&old).unwrap();
        fs::write(&new, "whole").unwrap();
        end_rename(&old).unwrap();
        assert_eq!(fs::read_to_string(&old).unwrap(), "whole");
        end_rename(&dir.path().join("nothing")).unwrap();
    }
}
