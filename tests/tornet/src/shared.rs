//! One network for all tests of a run.
//!
//! It promises that every test process of one `cargo test` (or `cargo nextest`) gets the same network, and that it ends
//! with that cargo: the first who asks starts the command `tornet` beside it, told to live as long as cargo does.
//! Where there is no cargo above or no command beside, the process starts a network for itself.

use std::env;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use rustix::process::{getppid, getuid};

use crate::plan::{Plan, TornetError, system};
use crate::tornet::Tornet;

/// Joins the shared network, starting it first if nobody has.
pub(crate) fn network() -> Result<&'static Tornet, &'static TornetError> {
    static NETWORK: OnceLock<Result<Tornet, TornetError>> = OnceLock::new();
    NETWORK.get_or_init(find).as_ref()
}

fn find() -> Result<Tornet, TornetError> {
    if let Some(dir) = env::var_os("PELURE_TORNET") {
        return Tornet::join(Path::new(&dir));
    }
    match (cargo(), command()) {
        (Some(cargo), Some(command)) => join_or_start(cargo, &command),
        _ => Tornet::start(Plan::default()),
    }
}

/// The process number of the cargo that runs this test.
fn cargo() -> Option<i32> {
    let parent = getppid()?.as_raw_nonzero().get();
    let name = fs::read_to_string(format!("/proc/{parent}/comm")).ok()?;
    name.starts_with("cargo").then_some(parent)
}

/// The command `tornet`, which cargo builds two levels above a test's program.
fn command() -> Option<PathBuf> {
    let test = env::current_exe().ok()?;
    test.ancestors().skip(1).take(2).map(|dir| dir.join("tornet")).find(|program| program.is_file())
}

fn join_or_start(cargo: i32, command: &Path) -> Result<Tornet, TornetError> {
    let dir = env::temp_dir().join(format!("tornet-{}-{cargo}", getuid().as_raw()));
    // Cargo's own program is there for all of its tests, and nobody else locks it: no file of ours is left over.
    let lock = system("lock a file", File::open(command).and_then(|file| file.lock().map(|()| file)))?;
    if !dir.join("arti.toml").exists() {
        system("start a shared network", start(cargo, command, &dir))?;
    }
    drop(lock);
    let owner = system("look at the shared network", dir.metadata())?.uid();
    if owner != getuid().as_raw() {
        return Err(TornetError::Refused(format!("{} belongs to somebody else", dir.display())));
    }
    Tornet::join(&dir)
}

/// Starts the command and waits for the line that says the network is ready.
fn start(cargo: i32, command: &Path, dir: &Path) -> io::Result<()> {
    let mut host = Command::new(command);
    host.arg("up").arg("--dir").arg(dir).arg("--while").arg(cargo.to_string());
    let mut host = host.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).process_group(0).spawn()?;
    let said = host.stdout.take().map(|stdout| BufReader::new(stdout).lines().map_while(Result::ok));
    let mut last = String::new();
    for line in said.into_iter().flatten() {
        if line.starts_with("ready") {
            return Ok(());
        }
        last = line;
    }
    host.wait()?;
    Err(io::Error::other(format!("it ended: {last}")))
}
