//! A program that is spoken to in lines, as its user does it: lines in, JSON lines out, each with the time it came.
//!
//! It promises that nothing waits for ever and that the program ends with its handle. It does not know what is said.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Whatever went wrong, in words: a bench or a demo only stops and tells.
pub type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// A running program. Dropping it ends the program.
pub struct Process {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<(Instant, Value)>,
    started: Instant,
    asked: u64,
    /// What came while something else was waited for.
    news: VecDeque<(Instant, Value)>,
}

impl Process {
    /// Starts a program; what it writes to standard error is the user's to see.
    pub fn start(command: &mut Command) -> Outcome<Self> {
        let started = Instant::now();
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let output = BufReader::new(child.stdout.take().ok_or("no output")?);
        let (sender, lines) = mpsc::sync_channel(LINES);
        thread::Builder::new().spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let line = (Instant::now(), serde_json::from_str(&line).unwrap_or(Value::String(line)));
                if sender.send(line).is_err() {
                    return;
                }
            }
        })?;
        Ok(Self { input: child.stdin.take(), child, lines, started, asked: 0, news: VecDeque::new() })
    }

    /// Starts `pelure headless` on a profile, with the passphrase in a file. It logs nothing; why it ends it says anyway.
    pub fn pelure(binary: &Path, tor_config: &Path, profile: &Path, passphrase: &Path) -> Outcome<Self> {
        Self::start(Self::command(binary, profile, passphrase).arg("--tor-config").arg(tor_config))
    }

    /// What [`Process::pelure`] starts, but for the Tor that it uses.
    pub fn command(binary: &Path, profile: &Path, passphrase: &Path) -> Command {
        let mut command = Command::new(binary);
        command.arg("headless").arg("--profile").arg(profile).arg("--passphrase-file").arg(passphrase);
        command.env("PELURE_LOG", "off");
        command
    }

    /// When it was started.
    pub fn started(&self) -> Instant {
        self.started
    }

    /// The number by which the system knows it.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Says a line; gives the time before it was said.
    pub fn say(&mut self, line: &str) -> Outcome<Instant> {
        let input = self.input.as_mut().ok_or("the program was told to end")?;
        let now = Instant::now();
        input.write_all(format!("{line}\n").as_bytes())?;
        Ok(now)
    }

    /// Waits for the first line that `wanted` makes something of; those before it are forgotten.
    pub fn until<T>(&mut self, what: &str, wanted: impl Fn(&Value) -> Option<T>) -> Outcome<(Instant, T)> {
        loop {
            let (at, line) = match self.news.pop_front() {
                Some(line) => line,
                None => self.next(what)?,
            };
            if let Some(found) = wanted(&line) {
                return Ok((at, found));
            }
        }
    }

    /// Calls a JSON-RPC method and waits for its result; news that come meanwhile are kept.
    pub fn call(&mut self, method: &str, params: &Value) -> Outcome<Value> {
        self.asked += 1;
        self.say(&json!({"jsonrpc": "2.0", "id": self.asked, "method": method, "params": params}).to_string())?;
        loop {
            let (at, line) = self.next(method)?;
            match line.get("id") {
                Some(id) if *id == self.asked => {
                    return line.get("result").cloned().ok_or_else(|| format!("{method}: {line}").into());
                }
                _ => self.news.push_back((at, line)),
            }
        }
    }

    /// Waits for a notification of which `wanted` makes something.
    pub fn news<T>(&mut self, method: &str, wanted: impl Fn(&Value) -> Option<T>) -> Outcome<(Instant, T)> {
        self.until(method, |line| match line.get("method") {
            Some(name) if name == method => wanted(line.get("params")?),
            _ => None,
        })
    }

    /// Ends the input and waits for the end of the program.
    pub fn finish(mut self) -> Outcome<ExitStatus> {
        drop(self.input.take());
        while self.lines.recv_timeout(PATIENCE).is_ok() {}
        Ok(self.child.wait()?)
    }

    fn next(&mut self, what: &str) -> Outcome<(Instant, Value)> {
        self.lines.recv_timeout(PATIENCE).map_err(|error| format!("waiting for {what}: {error}").into())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // The polite way first: it lets the program wipe its files.
        drop(self.input.take());
        while self.lines.recv_timeout(GOODBYE).is_ok() {}
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// A program that was built together with this one, by its path below the profile's directory (`target/release`).
pub fn built(name: &str) -> Outcome<PathBuf> {
    let here = std::env::current_exe()?;
    // This one lies in `examples` or `deps`.
    let path = here.parent().and_then(Path::parent).ok_or("no such directory")?.join(name);
    if path.is_file() { Ok(path) } else { Err(format!("{} is not built", path.display()).into()) }
}

/// Seconds of the processor that a process used so far.
pub fn processor(process: u32) -> Outcome<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    let (_, fields) = stat.rsplit_once(')').ok_or("not a stat file")?;
    let ticks: f64 = fields.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum();
    Ok(ticks / TICKS)
}

/// Seconds of its processors that this machine, where it is a virtual one, wanted and did not get so far: all of them together.
pub fn lent() -> Outcome<f64> {
    let stat = std::fs::read_to_string("/proc/stat")?;
    let all = stat.lines().next().ok_or("no line of all processors")?;
    let ticks = all.split_whitespace().nth(8).ok_or("a kernel that does not count it")?;
    Ok(ticks.parse::<f64>()? / TICKS)
}

/// In a second of a processor, as Linux counts for programs.
const TICKS: f64 = 100.0;

/// Nothing takes this long unless it hangs.
const PATIENCE: Duration = Duration::from_secs(240);

/// For the end of a program that nobody waits for.
const GOODBYE: Duration = Duration::from_secs(20);

/// Lines that wait to be looked at; a program that says more must wait itself.
const LINES: usize = 65_536;
