//! One C tor: an authority or a relay.
//!
//! It promises a process that ends with this value, and, should this process be killed, at once with its control
//! connection (TAKEOWNERSHIP), or within 15 s if that was not made yet (__OwningControllerProcess).
//! It does not know what the other nodes are.

use std::collections::VecDeque;
use std::fs;
use std::io::{self, BufRead, BufReader};
use std::net::Ipv4Addr;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, setpriority_pgrp};

use crate::control::Control;
use crate::plan::{TornetError, system};

/// A running C tor.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) name: String,
    pub(crate) ip: Ipv4Addr,
    pub(crate) dir: PathBuf,
    child: Child,
    control: Option<Control>,
    listening: Mutex<Receiver<()>>,
    said: Arc<Mutex<VecDeque<String>>>,
}

/// How long the whole start of a network may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline {
    limit: Duration,
    at: Instant,
}

impl Deadline {
    /// So long from now.
    pub(crate) fn after(limit: Duration) -> Self {
        Self { limit, at: Instant::now() + limit }
    }

    /// So long from now, but not later than this.
    pub(crate) fn or_after(self, limit: Duration) -> Self {
        let sooner = Self::after(limit);
        if sooner.at < self.at { sooner } else { self }
    }

    /// Whether it has passed.
    pub(crate) fn is_over(self) -> bool {
        Instant::now() >= self.at
    }
}

impl Node {
    /// Starts a C tor whose directory holds `torrc`.
    pub(crate) fn spawn(name: String, ip: Ipv4Addr, dir: PathBuf, stderr: Stdio) -> Result<Self, TornetError> {
        let empty = dir.join("empty");
        system("write a file", fs::write(&empty, ""))?;
        let mut command = Command::new("tor");
        command.arg("--defaults-torrc").arg(&empty).arg("-f").arg(dir.join("torrc"));
        // Its own group: an interrupt from the keyboard is for us, and it ends when we do.
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(stderr).process_group(0);
        let mut child = command.spawn().map_err(|error| TornetError::Program("tor", error))?;
        let said = Arc::default();
        let (listens, listening) = sync_channel(1);
        if let Some(stdout) = child.stdout.take() {
            let said = Arc::clone(&said);
            thread::spawn(move || listen(stdout, &said, &listens));
        }
        Ok(Self { name, ip, dir, child, control: None, listening: Mutex::new(listening), said })
    }

    /// Leaves the processors to programs that want them.
    pub(crate) fn step_back(&self) -> Result<(), TornetError> {
        let group = Some(Pid::from_child(&self.child));
        system("step back", setpriority_pgrp(group, LEAST).map_err(Into::into))
    }

    /// Waits until the C tor answers, and binds its life to ours. Its keys exist from then on.
    pub(crate) fn own(&mut self, deadline: Deadline) -> Result<(), TornetError> {
        let left = deadline.at.saturating_duration_since(Instant::now());
        let listening = self.listening.get_mut().unwrap_or_else(PoisonError::into_inner);
        listening.recv_timeout(left).map_err(|_| self.failed("did not start"))?;
        match Control::own(&self.dir.join("control"), deadline.at) {
            Ok(control) => self.control = Some(control),
            Err(error) => return Err(self.explain("connect to its control socket", error, deadline)),
        }
        Ok(())
    }

    /// Sends a command; returns the lines of the answer.
    pub(crate) fn ask(&mut self, command: &str, deadline: Deadline) -> Result<Vec<String>, TornetError> {
        let asked = match &mut self.control {
            Some(control) => control.ask(command, deadline.at),
            None => Err(io::ErrorKind::NotConnected.into()),
        };
        asked.map_err(|error| self.explain(command, error, deadline))
    }

    /// Waits for an event that satisfies `wanted`.
    pub(crate) fn event(
        &mut self,
        what: &str,
        deadline: Deadline,
        mut wanted: impl FnMut(&str) -> bool,
    ) -> Result<(), TornetError> {
        loop {
            let event = match &mut self.control {
                Some(control) => control.event(deadline.at),
                None => Err(io::ErrorKind::NotConnected.into()),
            };
            match event {
                Ok(event) if wanted(&event) => return Ok(()),
                Ok(_) => {}
                Err(error) => return Err(self.explain(what, error, deadline)),
            }
        }
    }

    fn explain(&self, what: &str, error: io::Error, deadline: Deadline) -> TornetError {
        match error.kind() {
            io::ErrorKind::TimedOut => TornetError::Late { limit: deadline.limit, what: self.failed(what).to_string() },
            _ => self.failed(&format!("{what}: {error}")),
        }
    }

    fn failed(&self, what: &str) -> TornetError {
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let last = said.iter().map(String::as_str).collect::<Vec<_>>().join("\n");
        TornetError::Node { node: self.name.clone(), what: what.to_owned(), last }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // Nothing in it is worth a clean end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Follows what the C tor says: keeps the last of it, and tells when the control socket is there.
fn listen(stdout: ChildStdout, said: &Mutex<VecDeque<String>>, listens: &SyncSender<()>) {
    for line in BufReader::new(stdout).lines().map_while(Result::ok) {
        if line.contains(CONTROL_IS_OPEN) {
            let _ = listens.try_send(());
        }
        let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
        if said.len() == KEPT_LINES {
            said.pop_front();
        }
        said.push_back(line);
    }
}

/// The path of a node's directory, by its number.
pub(crate) fn dir(network: &Path, index: usize) -> PathBuf {
    network.join(format!("n{index}"))
}

const CONTROL_IS_OPEN: &str = "Opened Control listener connection (ready)";
const KEPT_LINES: usize = 12;

/// Of 19: enough to give way, and not so much that nothing gets through beside a busy program.
const LEAST: i32 = 10;
