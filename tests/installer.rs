//! The installer for Tails, on a copy of the few files that it touches: what it writes, and that it leaves nothing behind.

#![expect(clippy::unwrap_used, reason = "a test: to fail is to panic")]
#![expect(clippy::disallowed_types, reason = "a test of a script starts the script")]

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A root directory as on Tails, with Pelure unpacked in the Persistent folder.
struct Tails(tempfile::TempDir);

/// Every file: its contents and its permissions.
type Files = BTreeMap<PathBuf, (Vec<u8>, u32)>;

#[test]
fn for_a_session_it_writes_one_file() {
    let tails = Tails::new();
    let before = tails.files();
    tails.installs("--session");
    let mut after = tails.files();
    let (profile, mode) = after.remove(Path::new(PROFILE)).unwrap();
    assert_eq!(mode, 0o644, "nobody but root may write it");
    assert_eq!(after, before);
    let profile = String::from_utf8(profile).unwrap();
    let program = tails.0.path().canonicalize().unwrap().join(FOLDER).join("pelure");
    assert!(profile.contains(&format!("    - '{}'\n", program.display())), "{profile}");
    assert!(!profile.contains('@'));
    tails.installs("--remove");
    assert_eq!(tails.files(), before);
}

#[test]
fn to_persist_it_adds_one_line_once_and_takes_it_away() {
    let tails = Tails::new();
    let before = tails.files();
    tails.installs("--persist");
    tails.installs("--persist");
    let mut after = tails.files();
    assert_eq!(after.remove(Path::new(PROFILE)), after.remove(Path::new(KEPT)));
    let (list, mode) = after.insert(LIST.into(), before[Path::new(LIST)].clone()).unwrap();
    assert_eq!(String::from_utf8(list).unwrap(), format!("{OTHERS}\n/etc/onion-grater.d source=onion-grater,link\n"));
    assert_eq!(mode, 0o600);
    assert_eq!(after, before);
    tails.installs("--remove");
    tails.installs("--remove");
    assert_eq!(tails.files(), before);
    assert!(!tails.0.path().join(KEPT).parent().unwrap().exists());
}

/// Somebody else's profile is kept there, and their list does not end with a line break.
#[test]
fn what_others_keep_stays() {
    let tails = Tails::new();
    tails.write(LIST, OTHERS);
    tails.write("live/persistence/TailsData_unlocked/onion-grater/other.yml", "---\n");
    tails.installs("--persist");
    let list = fs::read_to_string(tails.0.path().join(LIST)).unwrap();
    assert_eq!(list, format!("{OTHERS}\n/etc/onion-grater.d source=onion-grater,link\n"));
    tails.installs("--remove");
    assert_eq!(fs::read_to_string(tails.0.path().join(LIST)).unwrap(), list, "the other one needs the line");
    assert!(!tails.0.path().join(KEPT).exists());
}

#[test]
fn where_it_cannot_be_right_it_changes_nothing() {
    let refuses = |tails: &Tails, how: &str, why: &str| {
        let before = tails.files();
        let done = tails.install(how);
        let said = String::from_utf8(done.stderr).unwrap();
        assert!(!done.status.success() && said.contains(why), "{said}");
        assert_eq!(tails.files(), before);
    };
    refuses(&Tails::new(), "--other", "no option --other");
    let tails = Tails::new();
    tails.write("etc/os-release", "ID=debian\nNAME=\"tails\"\n");
    refuses(&tails, "--session", "not Tails");
    let tails = Tails::new();
    fs::remove_file(tails.0.path().join(FOLDER).join("pelure")).unwrap();
    refuses(&tails, "--session", "not beside this script");
    // A path that would end the quoted word, and stand for more than itself.
    let tails = Tails::new();
    let (folder, odd) = (tails.0.path().join(FOLDER), tails.0.path().join("home/amnesia/it's"));
    fs::rename(&folder, &odd).unwrap();
    symlink(&odd, &folder).unwrap();
    refuses(&tails, "--session", "cannot hold");
}

impl Tails {
    fn new() -> Self {
        let tails = Self(tempfile::Builder::new().prefix("tails-").tempdir().unwrap());
        tails.write("etc/os-release", "NAME=\"Tails\"\nID=\"tails\"\n");
        tails.write("etc/onion-grater.d/onionshare.yml", "---\n");
        tails.write(LIST, &format!("{OTHERS}\n"));
        fs::set_permissions(tails.0.path().join(LIST), Permissions::from_mode(0o600)).unwrap();
        tails.write(&format!("{FOLDER}/pelure"), "#!/bin/sh\n");
        fs::set_permissions(tails.0.path().join(FOLDER).join("pelure"), Permissions::from_mode(0o755)).unwrap();
        for name in ["install-tails.sh", "pelure.yml"] {
            let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("package/tails").join(name);
            tails.write(&format!("{FOLDER}/tails/{name}"), &fs::read_to_string(shipped).unwrap());
        }
        tails
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn installs(&self, how: &str) {
        let done = self.install(how);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }

    /// Runs it as the root of a namespace of its own, which is somebody without rights outside.
    fn install(&self, how: &str) -> Output {
        let mut script = Command::new("unshare");
        script.args(["--user", "--map-root-user", "sh"]).arg(self.0.path().join(FOLDER).join("tails/install-tails.sh"));
        script.arg(how).env("PELURE_INSTALL_ROOT", self.0.path()).output().unwrap()
    }

    fn files(&self) -> Files {
        let mut files = Files::new();
        let mut dirs = vec![self.0.path().to_owned()];
        while let Some(dir) = dirs.pop() {
            for entry in fs::read_dir(dir).unwrap() {
                let path = entry.unwrap().path();
                let kind = path.symlink_metadata().unwrap();
                if kind.is_dir() {
                    dirs.push(path);
                } else if kind.is_file() {
                    let name = path.strip_prefix(self.0.path()).unwrap().to_owned();
                    files.insert(name, (fs::read(&path).unwrap(), kind.mode() & 0o777));
                }
            }
        }
        files
    }
}

/// Where it is unpacked.
const FOLDER: &str = "home/amnesia/Persistent/pelure";
/// What the filter reads, what is kept for it, and the list of what is kept.
const PROFILE: &str = "etc/onion-grater.d/pelure.yml";
const KEPT: &str = "live/persistence/TailsData_unlocked/onion-grater/pelure.yml";
const LIST: &str = "live/persistence/TailsData_unlocked/persistence.conf";
/// What is in that list without us.
const OTHERS: &str = "/home/amnesia/Persistent source=Persistent";
