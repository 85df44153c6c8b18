//! The command `tornet`: a private Tor network by hand.
//!
//! It promises that the network ends with the command: on `quit`, at the end of its input, when interrupted or killed.
//! Everything else is the library's.

mod command;

use std::io::{self, BufRead, Write};
use std::process::ExitCode;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use tornet::{Order, OrderError, Tornet};

use crate::command::{Command, Up};

fn main() -> ExitCode {
    let done = match command::parse(lexopt::Parser::from_env()) {
        Ok(Command::Help) => say(command::HELP),
        Ok(Command::Up(up)) => run(up),
        Err(error) => Err(io::Error::new(io::ErrorKind::InvalidInput, format!("{error}; see `tornet --help`"))),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // On standard output too: whoever waits for `ready` reads why it does not come.
            let _ = say(&format!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn run(up: Up) -> io::Result<()> {
    let network = Tornet::start(up.plan).map_err(io::Error::other)?;
    say(&format!("directory {}", network.dir().display()))?;
    say(&format!("ready {}", network.dir().join("arti.toml").display()))?;
    match up.lives_with {
        Some(pid) => outlive(pid),
        None => obey(&network),
    }
}

/// Takes orders, one per line, until `quit` or the end of the input.
fn obey(network: &Tornet) -> io::Result<()> {
    for line in io::stdin().lock().lines() {
        let line = line?;
        if line.trim() == "quit" {
            break;
        }
        let order = line.parse().map_err(|error: OrderError| error.to_string());
        match order.and_then(|order: Order| network.order(&order).map_err(|error| error.to_string())) {
            Ok(()) => say("ok")?,
            Err(error) => say(&format!("error: {error}"))?,
        }
    }
    Ok(())
}

/// Waits for the end of a process.
fn outlive(pid: i32) -> io::Result<()> {
    let Some(pid) = Pid::from_raw(pid) else { return Ok(()) };
    let Ok(process) = pidfd_open(pid, PidfdFlags::empty()) else { return Ok(()) };
    poll(&mut [PollFd::new(&process, PollFlags::IN)], None)?;
    Ok(())
}

fn say(line: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}
