//! A new passphrase, and with it a new key for every page.
//!
//! After a crash at any instant exactly one of the two passphrases opens the profile: the key file holds both slots
//! while the database changes over, and the database itself decides. It does not wipe old blocks of the medium.

use std::path::Path;
use std::sync::PoisonError;

use super::error::VaultError;
use super::keyfile::{self, DatabaseKey, Slot};
use super::passphrase::{Cost, Passphrase};
use super::profile::{DATABASE, KEY, Vault};
use super::{connection, disk};
use crate::wire::Random;

/// See [`Vault::check_passphrase`].
pub(super) fn check_passphrase(vault: &Vault, passphrase: &Passphrase) -> Result<(), VaultError> {
    let home = vault.home.as_ref().ok_or(IN_MEMORY)?;
    let [slot] = slot(&home.dir.join(KEY))?;
    slot.unwrap(passphrase).map(drop)
}

/// See [`Vault::change_passphrase`].
pub(super) fn change_passphrase(
    vault: &mut Vault,
    old: &Passphrase,
    new: &Passphrase,
    cost: Cost,
    random: &mut dyn Random,
) -> Result<(), VaultError> {
    let home = vault.home.as_ref().ok_or(IN_MEMORY)?;
    let path = home.dir.join(KEY);
    let [before] = slot(&path)?;
    let key = DatabaseKey::draw(random);
    before.unwrap(old)?;
    let after = Slot::wrap(&key, new, cost, random)?;

    // No reader may look while pages change their key.
    let mut current = home.current.write().unwrap_or_else(PoisonError::into_inner);
    disk::replace_bytes(&path, &keyfile::encode(&[before.clone(), after.clone()]))?;
    if let Err(error) = connection::rekey(&vault.db, &key) {
        // The library may be left between two keys: begin again with the one on disk.
        vault.db = connection::open(&home.dir.join(DATABASE), &current.key)?;
        disk::replace_bytes(&path, &keyfile::encode(&[before]))?;
        return Err(error);
    }
    current.key = key;
    current.turn += 1;
    connection::checkpoint(&vault.db)?;
    disk::replace_bytes(&path, &keyfile::encode(&[after]))
}

/// The one slot of a profile that is open.
fn slot(path: &Path) -> Result<[Slot; 1], VaultError> {
    let slots = keyfile::decode(&disk::read(path, keyfile::LONGEST + 1)?.ok_or(NO_KEY)?)?;
    <[Slot; 1]>::try_from(slots).map_err(|_| NO_KEY)
}

const IN_MEMORY: VaultError = VaultError::NotAllowed { why: "this profile is in memory and has no passphrase" };
const NO_KEY: VaultError = VaultError::Damaged { what: "the key file" };

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::testing::{Counting, contact, key, on_disk, passphrase};
    use super::*;
    use crate::wire::MessageId;

    const CHEAP: Cost = Cost::DANGEROUSLY_CHEAP;

    fn opens(dir: &Path, text: &str) -> Result<usize, VaultError> {
        Vault::open(dir, &passphrase(text))?.read(|r| r.search("treasure", None, 99)).map(|found| found.len())
    }

    fn filled(dir: &Path) -> Vault {
        let mut vault = on_disk(dir);
        let me = vault.write(|w| w.add_identity("desk", &key(1))).unwrap();
        let ann = contact(&mut vault, me, 2);
        for n in 0..30 {
            vault.write(|w| w.queue(ann, MessageId([n; 16]), "treasure", 1, false)).unwrap();
        }
        vault
    }

    #[test]
    fn the_new_passphrase_alone_opens_the_profile() {
        let dir = tempfile::tempdir().unwrap();
        let mut vault = filled(dir.path());
        let mut change =
            |old, new| vault.change_passphrase(&passphrase(old), &passphrase(new), CHEAP, &mut Counting::new());
        assert_eq!(change("wrong", "new"), Err(VaultError::WrongPassphrase));
        change("right", "newer").unwrap();
        change("newer", "newest").unwrap();
        vault.write(|w| w.put_setting("after", "1")).unwrap();
        drop(vault);
        for wrong in ["right", "newer"] {
            assert_eq!(opens(dir.path(), wrong), Err(VaultError::WrongPassphrase));
        }
        assert_eq!(opens(dir.path(), "newest"), Ok(30));
    }

    #[test]
    fn the_passphrase_is_checked_against_the_key_in_force() {
        let dir = tempfile::tempdir().unwrap();
        let mut vault = filled(dir.path());
        let checks = |vault: &Vault, text: &str| vault.check_passphrase(&passphrase(text));
        assert_eq!((checks(&vault, "right"), checks(&vault, "wrong")), (Ok(()), Err(VaultError::WrongPassphrase)));
        vault.change_passphrase(&passphrase("right"), &passphrase("new"), CHEAP, &mut Counting::new()).unwrap();
        assert_eq!((checks(&vault, "new"), checks(&vault, "right")), (Ok(()), Err(VaultError::WrongPassphrase)));
        let memory = super::super::testing::traceless();
        assert_eq!(checks(&memory, "right"), Err(IN_MEMORY));
        vault.destroy().unwrap();
        assert!(checks(&vault, "new").is_err());
    }

    /// Copies of the directory as power loss would leave it: at every step exactly one passphrase opens everything.
    #[test]
    fn a_crash_at_any_step_leaves_exactly_one_passphrase() {
        let dir = tempfile::tempdir().unwrap();
        let vault = filled(dir.path());
        let path = dir.path().join(KEY);
        let before = fs::read(&path).unwrap();
        let [old] = <[Slot; 1]>::try_from(keyfile::decode(&before).unwrap()).ok().unwrap();
        // Unlike the first key, which came from the start of the same sequence.
        let mut random = Counting::new();
        random.fill(&mut [0; 999]);
        let key = DatabaseKey::draw(&mut random);
        let new = Slot::wrap(&key, &passphrase("new"), CHEAP, &mut random).unwrap();

        let crash = |step: &str, holds: &str, fails: &str| {
            let copy = tempfile::tempdir().unwrap();
            for entry in fs::read_dir(dir.path()).unwrap() {
                let entry = entry.unwrap();
                fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
            }
            assert_eq!(opens(copy.path(), fails), Err(VaultError::WrongPassphrase), "{step}");
            assert_eq!(opens(copy.path(), "neither"), Err(VaultError::WrongPassphrase), "{step}");
            assert_eq!(opens(copy.path(), holds), Ok(30), "{step}");
            assert_eq!(keyfile::decode(&fs::read(copy.path().join(KEY)).unwrap()).unwrap().len(), 1, "{step}");
            assert_eq!(opens(copy.path(), holds), Ok(30), "{step}, again");
        };
        crash("before anything", "right", "new");
        disk::replace_bytes(&path, &keyfile::encode(&[old, new.clone()])).unwrap();
        crash("both slots written", "right", "new");
        connection::rekey(&vault.db, &key).unwrap();
        crash("pages rekeyed, in the log", "new", "right");
        connection::checkpoint(&vault.db).unwrap();
        crash("pages rekeyed, in place", "new", "right");
        disk::replace_bytes(&path, &keyfile::encode(&[new])).unwrap();
        crash("done", "new", "right");
    }

    #[test]
    fn a_full_disk_leaves_the_old_passphrase_and_a_working_vault() {
        let dir = tempfile::tempdir().unwrap();
        let mut vault = filled(dir.path());
        // The log cannot grow into a directory: what stands where the next key file goes refuses every write.
        fs::create_dir(dir.path().join("key.new")).unwrap();
        let changed = vault.change_passphrase(&passphrase("right"), &passphrase("new"), CHEAP, &mut Counting::new());
        assert!(changed.is_err());
        fs::remove_dir(dir.path().join("key.new")).unwrap();
        vault.write(|w| w.put_setting("after", "1")).unwrap();
        drop(vault);
        assert_eq!(opens(dir.path(), "right"), Ok(30));
    }
}
