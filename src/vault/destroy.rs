//! The end of a profile: its key is overwritten and removed first, then everything else that is known to belong to it.
//!
//! It does not wipe old blocks of the medium (flash keeps them), and it touches no file that it does not know.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;

use data_encoding::HEXLOWER;
use zeroize::Zeroize;

use super::disk::Lock;
use super::error::VaultError;
use super::profile::{CACHE, DATABASE, KEY, SEALED_FILES, Vault};
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

/// See [`Vault::destroy_in`].
pub(super) fn destroy_in(dir: &Path) -> Result<(), VaultError> {
    if !dir.is_dir() {
        return Ok(());
    }
    // Whoever has the profile open must destroy it there: it would go on writing.
    let _lock = Lock::take(dir)?;
    destroy_files(dir)
}

/// One file that goes.
enum Step {
    /// Overwritten first.
    Shred(PathBuf),
    Remove(PathBuf),
    /// A directory, unless something else is in it.
    Leave(PathBuf),
}

impl Step {
    fn take(&self) -> Result<(), VaultError> {
        match self {
            Self::Shred(file) => disk::shred(file),
            Self::Remove(file) => disk::remove(file),
            Self::Leave(dir) => disk::leave(dir),
        }
    }
}

fn destroy_files(dir: &Path) -> Result<(), VaultError> {
    steps(dir)?.iter().try_for_each(Step::take)?;
    disk::sync_dir(&dir.join(KEY))
}

/// The key first, wherever it is while it is being replaced; the lock last. Once the key is gone the profile opens no
/// more, and beginning again ends it.
fn steps(dir: &Path) -> Result<Vec<Step>, VaultError> {
    let (key, database, cache) = (dir.join(KEY), dir.join(DATABASE), dir.join(CACHE));
    let mut steps = vec![Step::Shred(disk::beside(&key)), Step::Shred(key)];
    for database in [disk::beside(&database), database] {
        for tail in ["", "-wal", "-shm", "-journal"] {
            let mut file = database.clone().into_os_string();
            file.push(tail);
            steps.push(Step::Remove(file.into()));
        }
    }
    let sealed = dir.join(SEALED_FILES);
    steps.extend(disk::list(&sealed)?.into_iter().filter(|path| is_sealed(path)).map(Step::Remove));
    steps.push(Step::Leave(sealed));
    steps.extend([disk::beside(&cache), cache, dir.join(disk::LOCK)].map(Step::Remove));
    Ok(steps)
}

/// Sealed files are named by 16 random bytes.
fn is_sealed(path: &Path) -> bool {
    let name = path.file_name().map(OsStr::as_encoded_bytes).unwrap_or_default();
    HEXLOWER.decode(name).is_ok_and(|name| name.len() == 16)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::testing::{Counting, contact, key, on_disk, passphrase, traceless};
    use super::super::{Cost, IdentityId};
    use super::*;
    use crate::wire::MessageId;

    fn fill(vault: &mut Vault) -> IdentityId {
        let me = vault.write(|w| w.add_identity("desk", &key(1))).unwrap();
        let ann = contact(vault, me, 2);
        vault.write(|w| w.queue(ann, MessageId([1; 16]), "treasure", 1, false)).unwrap();
        vault.seal_cache(b"directory", &mut Counting::new()).unwrap();
        me
    }

    /// All files below `dir`, with what leads to them.
    fn files(dir: &Path) -> Vec<String> {
        let mut found = Vec::new();
        for entry in fs::read_dir(dir).unwrap().map(Result::unwrap) {
            let name = entry.file_name().into_string().unwrap();
            if entry.path().is_dir() {
                found.push(format!("{name}/"));
                found.extend(files(&entry.path()).into_iter().map(|file| format!("{name}/{file}")));
            } else {
                found.push(name);
            }
        }
        found.sort();
        found
    }

    fn copy(from: &Path, to: &Path) {
        for name in files(from) {
            if name.ends_with('/') {
                fs::create_dir(to.join(name)).unwrap();
            } else {
                fs::copy(from.join(&name), to.join(&name)).unwrap();
            }
        }
    }

    /// Two sealed files, as they stand beside the database.
    fn seal(dir: &Path) {
        fs::create_dir(dir.join(SEALED_FILES)).unwrap();
        for n in [1, 2] {
            fs::write(dir.join(SEALED_FILES).join(HEXLOWER.encode(&[n; 16])), "sealed").unwrap();
        }
    }

    #[test]
    fn a_destroyed_profile_is_gone_with_all_its_files_and_no_others() {
        let dir = tempfile::tempdir().unwrap();
        let mut vault = on_disk(dir.path());
        let mut reader = vault.reader().unwrap().unwrap();
        fill(&mut vault);
        seal(dir.path());
        fs::write(dir.path().join("letter.txt"), "mine").unwrap();
        fs::write(dir.path().join("files/other.txt"), "mine").unwrap();
        fs::write(dir.path().join("key.new"), "left by a crash").unwrap();
        assert!(matches!(Vault::destroy_in(dir.path()), Err(VaultError::InUse)));
        vault.destroy().unwrap();
        let others = ["files/", "files/other.txt", "letter.txt"];
        assert_eq!(files(dir.path()), others);
        assert!(vault.read(|r| r.identities()).is_err());
        assert!(vault.write(|w| w.put_setting("a", "b")).is_err());
        assert_eq!(reader.read(|r| r.identities()).err(), Some(VaultError::NotFound));
        assert_eq!(vault.destroy(), Ok(()));
        drop((vault, reader));
        assert_eq!(files(dir.path()), others, "closing writes nothing");
        assert_eq!(Vault::open(dir.path(), &passphrase("right")).err(), Some(VaultError::NotFound));
    }

    /// Copies of the directory as power loss would leave them: from the moment the key is overwritten nothing opens it.
    #[test]
    fn a_crash_between_any_two_steps_leaves_nothing_that_opens() {
        let dir = tempfile::tempdir().unwrap();
        let mut vault = on_disk(dir.path());
        fill(&mut vault);
        seal(dir.path());
        let key_file = fs::read(dir.path().join(KEY)).unwrap();
        let mut opened = Vec::new();
        for taken in 0..=steps(dir.path()).unwrap().len() {
            let copy = tempfile::tempdir().unwrap();
            self::copy(dir.path(), copy.path());
            // Also as a passphrase that was being changed leaves it.
            fs::write(disk::beside(&copy.path().join(KEY)), &key_file).unwrap();
            steps(copy.path()).unwrap().iter().take(taken).try_for_each(Step::take).unwrap();
            let found = Vault::open(copy.path(), &passphrase("right"));
            opened.push(found.is_ok());
            drop(found);
            let holds_key = files(copy.path()).iter().filter(|name| !name.ends_with('/')).any(|name| {
                let bytes = fs::read(copy.path().join(name)).unwrap();
                bytes.windows(48).any(|window| key_file.windows(48).any(|key| key == window))
            });
            assert_eq!(holds_key, taken < 2, "after {taken} steps");
            Vault::destroy_in(copy.path()).unwrap();
            assert_eq!(files(copy.path()), [""; 0], "after {taken} steps");
        }
        assert!(opened.iter().take(2).all(|open| *open) && !opened.iter().skip(2).any(|open| *open), "{opened:?}");
    }

    #[test]
    fn a_key_that_was_overwritten_and_not_yet_removed_opens_nothing() {
        let dir = tempfile::tempdir().unwrap();
        fill(&mut on_disk(dir.path()));
        let length = fs::read(dir.path().join(KEY)).unwrap().len();
        fs::write(dir.path().join(KEY), vec![0; length]).unwrap();
        let outcome = Vault::open(dir.path(), &passphrase("right")).err();
        assert_eq!(outcome, Some(VaultError::Damaged { what: "the key file" }));
    }

    #[test]
    fn a_profile_in_memory_is_destroyed_too_and_nothing_is_made_where_there_was_none() {
        let mut vault = traceless();
        fill(&mut vault);
        vault.destroy().unwrap();
        assert!(vault.read(|r| r.identities()).is_err());
        let dir = tempfile::tempdir().unwrap();
        let absent = dir.path().join("absent");
        Vault::destroy_in(&absent).unwrap();
        assert!(!absent.exists());
    }

    #[test]
    fn the_place_of_a_destroyed_profile_may_be_used_again() {
        let dir = tempfile::tempdir().unwrap();
        let mut vault = on_disk(dir.path());
        fill(&mut vault);
        vault.destroy().unwrap();
        drop(vault);
        let again =
            Vault::create(dir.path(), &passphrase("new"), Cost::DANGEROUSLY_CHEAP, &mut Counting::new()).unwrap();
        assert_eq!(again.read(|r| r.identities()).unwrap(), []);
    }
}
