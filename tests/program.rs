//! The program as people start it: its profile beside it, from a medium that cannot be written, and its doctor.
//!
//! It runs the real binary and needs no network: the Tor that it is pointed at is not there.

#![expect(clippy::disallowed_types, reason = "the test starts the program")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says what went wrong by failing")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

#[test]
fn a_portable_profile_lies_beside_the_program_and_opens_again() {
    let stick = stick();
    let first = speak(stick.path(), "right", CREATE);
    assert!(first.status.success() && text(&first.stdout).contains(".onion"), "{}", text(&first.stderr));
    for file in ["key", "vault.db"] {
        assert!(stick.path().join("pelure-data").join(file).exists(), "{file}");
    }
    let again = speak(stick.path(), "right", LIST);
    assert!(again.status.success() && text(&again.stdout).contains(".onion"), "{}", text(&again.stderr));
    assert_eq!(speak(stick.path(), "wrong", LIST).status.code(), Some(3));
}

#[test]
fn a_portable_profile_excludes_other_places() {
    let stick = stick();
    for other in [&["--profile", "p"][..], &["--traceless"]] {
        let refused = start(stick.path(), &[&["headless", "--portable"], other].concat()).output().unwrap();
        assert_eq!(refused.status.code(), Some(2), "{other:?}");
        assert_eq!(text(&refused.stderr).lines().count(), 1, "{}", text(&refused.stderr));
    }
    assert!(!stick.path().join("pelure-data").exists());
}

#[test]
fn on_a_medium_that_cannot_be_written_it_says_what_to_do_and_works_without_traces() {
    let stick = stick();
    fs::write(stick.path().join("passphrase"), "right").unwrap();
    let kept = on_read_only(stick.path(), "--portable --passphrase-file passphrase");
    let said = text(&kept.stderr);
    assert_eq!(kept.status.code(), Some(1), "{said}");
    assert!(said.lines().count() == 1 && said.contains("--traceless"), "{said}");
    let traceless = on_read_only(stick.path(), "--traceless");
    assert!(traceless.status.success() && text(&traceless.stdout).contains(".onion"), "{}", text(&traceless.stderr));
}

#[test]
fn the_doctor_says_what_is_missing_in_the_language_of_the_person() {
    let doctor = |options: &[&str]| {
        let stick = stick();
        let output = start(stick.path(), &[&["doctor"], options].concat()).output().unwrap();
        assert_eq!(fs::read_dir(stick.path()).unwrap().count(), 1, "it writes nothing");
        (output.status.code(), text(&output.stdout))
    };
    let (code, said) = doctor(&["--language", "en", "--tor", "system", "--tor-control", NOWHERE]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("\u{2717} Control port: it cannot be used"), "{said}");
    assert!(said.contains("ControlPort in the torrc"), "{said}");
    let (_, said) = doctor(&["--language", "fr", "--tor", "system", "--tor-control", NOWHERE]);
    assert!(said.contains("\u{2717} Port de contrôle\u{a0}: il est inutilisable"), "{said}");
    let (_, said) = doctor(&["--language", "en"]);
    assert!(said.starts_with("\u{2713} Tor: the one inside the program") && said.contains("Clock: "), "{said}");
    assert!(!said.contains("Control port"), "nobody asks for one");
    assert_eq!(doctor(&["--profile", "p"]).0, Some(2));
}

/// A directory with the program in it.
fn stick() -> TempDir {
    let program = Path::new(env!("CARGO_BIN_EXE_pelure"));
    // Beside the original, so that a link will do.
    let dir = tempfile::tempdir_in(program.parent().unwrap()).unwrap();
    fs::hard_link(program, dir.path().join("pelure")).unwrap();
    dir
}

/// The program of a stick, in an environment without a Tor, a display or a sound system.
fn start(stick: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(stick.join("pelure"));
    command.args(arguments).current_dir(stick).env_clear().env("PATH", "/usr/bin:/bin").env("LANG", "C.UTF-8");
    command
}

/// Runs the portable profile of a stick through some lines.
fn speak(stick: &Path, passphrase: &str, lines: &str) -> Output {
    let outside = tempfile::tempdir().unwrap();
    let (secret, input) = (outside.path().join("passphrase"), outside.path().join("lines"));
    fs::write(&secret, passphrase).unwrap();
    fs::write(&input, lines).unwrap();
    let options = ["headless", "--portable", "--tor", "system", "--tor-control", NOWHERE, "--passphrase-file"];
    start(stick, &options).arg(secret).stdin(fs::File::open(input).unwrap()).output().unwrap()
}

/// Runs the program of a stick that was made read-only, in a mount namespace of its own.
fn on_read_only(stick: &Path, options: &str) -> Output {
    let script = format!(
        "mount --bind . /mnt && mount -o remount,bind,ro /mnt && cd /mnt && printf '%s' '{CREATE}' |\n\
         ./pelure headless {options} --tor system --tor-control {NOWHERE}"
    );
    let mut unshare = Command::new("unshare");
    unshare.args(["--user", "--map-root-user", "--mount", "sh", "-c", &script]).current_dir(stick).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A port behind which nothing is.
const NOWHERE: &str = "127.0.0.1:1";

const CREATE: &str = r#"{"jsonrpc":"2.0","id":1,"method":"identity.create","params":{"name":"Me"}}
{"jsonrpc":"2.0","id":2,"method":"shutdown","params":{}}
"#;

const LIST: &str = r#"{"jsonrpc":"2.0","id":1,"method":"identity.list","params":{}}
{"jsonrpc":"2.0","id":2,"method":"shutdown","params":{}}
"#;
