//! Pelure over Tor against raw Arti on the same private network, in the same weather, in the same run: one JSON line per
//! figure. `cargo bench --bench road`.
//!
//! The baseline is `onion/examples/raw.rs`: Arti used plainly, with the same settings. Both are looked at from outside,
//! through the same pipes: what counts is the time from the line that asks to the line that answers. Samples of the two
//! alternate, so that a drift of the machine hits both.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "it starts programs, looks at the clock and tells what it sees"
)]

mod kit;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use kit::figure::{quantile, tell};
use kit::pair::{self, Person};
use kit::process::{Outcome, Process, built};
use serde_json::{Value, json};
use tornet::{Plan, Tornet, Weather};

/// What everything runs with.
struct Stage {
    network: Tornet,
    pelure: PathBuf,
    raw: PathBuf,
    passphrase: PathBuf,
}

/// The raw pair: a service that echoes, and a client with a stream to it.
struct Raw {
    server: Process,
    client: Process,
}

fn main() -> Outcome<()> {
    let stage = Stage::set()?;
    start(&stage)?;
    let (mut ada, mut bob) = meet(&stage)?;
    let mut raw = Raw::meet(&stage)?;
    idle_memory(&ada, &bob, &raw)?;
    round_trips(&mut ada, &mut raw)?;
    cold_dials(&mut ada, &mut bob, &mut raw)?;
    for process in [ada.process, bob.process, raw.client, raw.server] {
        process.finish()?;
    }
    Ok(())
}

/// From the start of the process to the service being published, with a cold directory cache. Ours derives a key first,
/// which is measured as the time it takes to refuse a wrong passphrase, and taken off.
fn start(stage: &Stage) -> Outcome<()> {
    let template = stage.path("template");
    let mut maker = stage.pelure(&template, &stage.passphrase)?;
    maker.call("identity.create", &json!({"name": "desk"}))?;
    maker.finish()?;
    std::fs::remove_file(template.join("cache")).ok();
    let wrong = stage.path("wrong");
    std::fs::write(&wrong, "not this one")?;

    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for sample in 0..STARTS {
        let profile = stage.path(&format!("start{sample}"));
        copy(&template, &profile)?;
        let refused = stage.pelure(&profile, &wrong)?;
        let spawned = refused.started();
        refused.finish()?;
        let derivation = spawned.elapsed();
        let mut process = stage.pelure(&profile, &stage.passphrase)?;
        let (at, ()) = process.news("identity.reachable", |news| (news["reachable"] == true).then_some(()))?;
        ours.push((at - process.started()).saturating_sub(derivation));
        process.finish()?;
        let mut server = stage.raw_server()?;
        let (at, _) = server.until("published", |line| line["address"].as_str().map(str::to_owned))?;
        theirs.push(at - server.started());
        server.finish()?;
        note(&format!("start {sample}: ours {:?} after {derivation:?}, raw {:?}", last(&ours), last(&theirs)));
    }
    tell("start_to_reachable_p50", quantile(&ours, 0.5), "s", Some(quantile(&theirs, 0.5)));
    Ok(())
}

/// Resident memory of an idle program with a live session, the larger of the two, against the raw service with an open
/// stream.
fn idle_memory(ada: &Person, bob: &Person, raw: &Raw) -> Outcome<()> {
    note("letting everybody rest");
    std::thread::sleep(REST);
    for (name, file, key) in [("idle_memory_rss", "status", "VmRSS:"), ("idle_memory_pss", "smaps_rollup", "Pss:")] {
        let mebibytes = |process: &Process| kibibytes(process.id(), file, key).map(|size| size / 1024.0);
        let ours = mebibytes(&ada.process)?.max(mebibytes(&bob.process)?);
        tell(name, ours, "MiB", Some(mebibytes(&raw.server)?));
    }
    Ok(())
}

/// From `message.send` to the news that it is on the other disk, against an echo of one cell's bytes.
fn round_trips(ada: &mut Person, raw: &mut Raw) -> Outcome<()> {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for block in 0..BLOCKS {
        for number in 0..BLOCK {
            ours.push(ada.send_and_wait(&format!("message {number} of block {block}"))?);
        }
        for _ in 0..BLOCK {
            theirs.push(raw.echo()?);
        }
        note(&format!("round trips, block {block}: ours {:?}, raw {:?}", last(&ours), last(&theirs)));
    }
    for (name, share) in [("round_trip_p50", 0.5), ("round_trip_p99", 0.99)] {
        tell(name, quantile(&ours, share), "s", Some(quantile(&theirs, share)));
    }
    Ok(())
}

/// From the decision to dial to the first message acknowledged, against a dial that waits to be connected and one echo.
/// Both sides build new circuits to a service whose descriptor they have: ours because the contact was blocked, which
/// ends the session, and is unblocked; raw because its service ended the circuit.
fn cold_dials(ada: &mut Person, bob: &mut Person, raw: &mut Raw) -> Outcome<()> {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for sample in 0..DIALS {
        ours.push(dial_cold(ada, bob)?);
        std::thread::sleep(PAUSE);
        theirs.push(raw.dial_cold()?);
        std::thread::sleep(PAUSE);
        note(&format!("cold dial {sample}: ours {:?}, raw {:?}", last(&ours), last(&theirs)));
    }
    tell("cold_dial_to_acknowledged_p50", quantile(&ours, 0.5), "s", Some(quantile(&theirs, 0.5)));
    Ok(())
}

/// Two programs that are contacts and online.
fn meet(stage: &Stage) -> Outcome<(Person, Person)> {
    note("two programs meet");
    let dir = stage.network.dir();
    let (mut ada, mut bob) = (Person::arrive(&stage.pelure, dir, "ada")?, Person::arrive(&stage.pelure, dir, "bob")?);
    pair::meet(&mut ada, &mut bob)?;
    Ok((ada, bob))
}

impl Stage {
    fn set() -> Outcome<Self> {
        note("starting a private Tor network");
        let (pelure, raw) = (PathBuf::from(env!("CARGO_BIN_EXE_pelure")), built("examples/raw")?);
        let weather = Weather::default().delay(DELAY);
        let network = Tornet::start(Plan { weather, ..Plan::default() })?;
        let passphrase = network.dir().join("passphrase");
        std::fs::write(&passphrase, "bench")?;
        Ok(Self { network, pelure, raw, passphrase })
    }

    /// A name in the directory that goes with the network.
    fn path(&self, name: &str) -> PathBuf {
        self.network.dir().join(name)
    }

    fn pelure(&self, profile: &Path, passphrase: &Path) -> Outcome<Process> {
        Process::pelure(&self.pelure, &self.path("arti.toml"), profile, passphrase)
    }

    fn raw_server(&self) -> Outcome<Process> {
        Process::start(Command::new(&self.raw).args(["serve", "--tor-config"]).arg(self.path("arti.toml")))
    }
}

/// Ends the session by a block, and waits for the first message of the next.
fn dial_cold(from: &mut Person, other: &mut Person) -> Outcome<Duration> {
    from.process.call("contact.block", &json!({"contact": from.contact}))?;
    other.presence("offline")?;
    let start = Instant::now();
    from.process.call("contact.unblock", &json!({"contact": from.contact}))?;
    let asked = start.elapsed();
    // Durable long before the circuit is there, so that it travels with the last message of the handshake.
    let took = asked + from.send_and_wait("first")?;
    other.presence("online")?;
    Ok(took)
}

impl Raw {
    fn meet(stage: &Stage) -> Outcome<Self> {
        note("two raw programs meet");
        let mut server = stage.raw_server()?;
        let (_, address) = server.until("published", |line| line["address"].as_str().map(str::to_owned))?;
        let mut dial = Command::new(&stage.raw);
        dial.args(["dial", "--tor-config"]).arg(stage.path("arti.toml")).arg(address);
        let mut client = Process::start(&mut dial)?;
        client.until("bootstrapped", |line| event(line, "bootstrapped"))?;
        let mut raw = Self { server, client };
        raw.dial()?;
        Ok(raw)
    }

    fn dial(&mut self) -> Outcome<Duration> {
        loop {
            let start = self.client.say("dial")?;
            let (at, connected) = self.client.until("connected", |line| match line["event"].as_str()? {
                "connected" => Some(true),
                "failed" => Some(false),
                _ => None,
            })?;
            if connected {
                return Ok(at - start);
            }
            // The old circuit was still about to end: not what is measured.
            std::thread::sleep(PAUSE);
        }
    }

    fn echo(&mut self) -> Outcome<Duration> {
        let start = self.client.say("echo")?;
        let (at, ()) = self.client.until("echo", |line| event(line, "echo"))?;
        Ok(at - start)
    }

    fn dial_cold(&mut self) -> Outcome<Duration> {
        self.client.say("hang up")?;
        std::thread::sleep(PAUSE);
        Ok(self.dial()? + self.echo()?)
    }
}

fn event(line: &Value, name: &str) -> Option<()> {
    (line["event"] == name).then_some(())
}

/// A line of `/proc/PID/FILE` that begins with `key`, in KiB.
fn kibibytes(process: u32, file: &str, key: &str) -> Outcome<f64> {
    let text = std::fs::read_to_string(format!("/proc/{process}/{file}"))?;
    let line = text.lines().find_map(|line| line.strip_prefix(key)).ok_or_else(|| format!("no {key}"))?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}

fn copy(from: &Path, to: &Path) -> Outcome<()> {
    let status = Command::new("cp").arg("-a").arg(from).arg(to).status()?;
    if status.success() { Ok(()) } else { Err(format!("cp: {status}").into()) }
}

fn last(times: &[Duration]) -> Duration {
    times.last().copied().unwrap_or_default()
}

fn note(what: &str) {
    eprintln!("road: {what}");
}

/// What every byte takes longer on each link, each way.
const DELAY: Duration = Duration::from_millis(25);

/// Samples.
const STARTS: usize = 5;
const BLOCKS: usize = 10;
const BLOCK: usize = 20;
const DIALS: usize = 10;

/// Until what a start or a meeting took is given back, and background work is done.
const REST: Duration = Duration::from_secs(30);

/// Until the spare circuits that a dial used are built again.
const PAUSE: Duration = Duration::from_secs(4);
