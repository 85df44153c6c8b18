//! Whatever happens to its owner, a network leaves no process and no file behind.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says what went wrong by failing")]

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use tornet::{Plan, Tornet, Weather};

/// The command, with a small network in `dir`: enough relays that each finds three others for its circuits.
fn up(dir: &Path) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tornet"));
    command.args(["up", "--authorities", "3", "--relays", "6", "--dir"]).arg(dir);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap()
}

/// All processes whose command line names `dir`.
fn users(dir: &Path) -> Vec<Pid> {
    let processes = fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let uses = |pid: &i32| {
        let words = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        words.split(|byte| *byte == 0).any(|word| Path::new(OsStr::from_bytes(word)).starts_with(dir))
    };
    processes.filter(uses).filter_map(Pid::from_raw).collect()
}

/// Waits for the end of every process that uses `dir`, one after the other.
fn until_unused(dir: &Path) {
    while let Some(pid) = users(dir).first() {
        let Ok(process) = pidfd_open(*pid, PidfdFlags::empty()) else { continue };
        let bound = Timespec { tv_sec: 60, tv_nsec: 0 };
        let ended = poll(&mut [PollFd::new(&process, PollFlags::IN)], Some(&bound)).unwrap();
        assert_eq!(ended, 1, "process {pid:?} is still there: {}", command_line(*pid));
    }
}

fn command_line(pid: Pid) -> String {
    fs::read_to_string(format!("/proc/{}/cmdline", pid.as_raw_nonzero())).unwrap_or_default().replace('\0', " ")
}

#[test]
fn killed_in_full_flight() {
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("net");
    let mut owner = up(&dir);
    let mut said = BufReader::new(owner.stdout.take().unwrap()).lines().map_while(Result::ok);
    assert!(said.any(|line| line.starts_with("ready")));
    // Nine C tors, the keeper of the directory, and the command itself.
    assert_eq!(users(&dir).len(), 11);
    owner.kill().unwrap();
    owner.wait().unwrap();
    until_unused(&dir);
    assert!(!dir.exists());
}

#[test]
fn killed_while_starting() {
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("net");
    let mut owner = up(&dir);
    // No event tells that the first C tor is there; any moment of the start will do.
    while !dir.join("n0").join("lock").exists() {
        std::thread::yield_now();
    }
    owner.kill().unwrap();
    owner.wait().unwrap();
    until_unused(&dir);
    assert!(!dir.exists());
}

#[test]
fn two_at_once_do_not_meet() {
    let plan = Plan { authorities: 3, relays: 6, ..Plan::default() };
    let other = plan.clone();
    let thread = std::thread::spawn(move || Tornet::start(other).unwrap());
    let (one, two) = (Tornet::start(plan).unwrap(), thread.join().unwrap());
    assert_ne!(one.dir(), two.dir());
    let orports = |network: &Tornet| -> Vec<String> {
        let words = network.arti_toml().split('"').filter(|word| word.starts_with("127."));
        words.map(str::to_owned).collect()
    };
    assert_eq!(orports(&one).len(), 9);
    assert!(orports(&one).iter().all(|orport| !orports(&two).contains(orport)));
    let dirs = [one.dir().to_owned(), two.dir().to_owned()];
    one.cut(None).unwrap();
    two.weather(None, Weather::default()).unwrap();
    drop((one, two));
    for dir in dirs {
        assert!(users(&dir).is_empty());
        assert!(!dir.exists());
    }
}
