//! Pelure over a Tor that is on the machine, as on Tails and Whonix, beside Pelure with a Tor of its own: two pairs of
//! programs on one private network, in one weather, in one run. One JSON line per figure; the baseline is the pair with
//! embedded Arti. `cargo bench --bench system`.
//!
//! Samples of the two alternate, so that a drift of the machine hits both. While one pair is looked at, the other only
//! keeps its session.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "it starts programs, looks at the clock and tells what it sees"
)]

mod kit;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use kit::figure::{quantile, tell};
use kit::pair::{Person, meet, random, text};
use kit::process::Outcome;
use pelure::voice;
use pelure::voice::pcm::RATE;
use serde_json::{Value, json};
use tornet::{Client, Plan, Tornet, Weather};

/// Two programs that know each other, on one kind of road.
struct Pair {
    name: &'static str,
    people: [Person; 2],
    trips: Vec<Duration>,
    files: Vec<Duration>,
    joins: Vec<Duration>,
    ways: Vec<Duration>,
    waits: Vec<Duration>,
    concealed: f64,
    late: f64,
}

fn main() -> Outcome<()> {
    note("starting a private Tor network");
    let network = Tornet::start(Plan { weather: Weather::default().delay(DELAY), ..Plan::default() })?;
    let dir = network.dir().to_owned();
    let (file, speech) = (dir.join("leak.bin"), dir.join("speech.wav"));
    std::fs::write(&file, random(BYTES))?;
    speak(&speech)?;
    let tors = [network.client(&[])?, network.client(&[])?];
    let mut embedded = Pair::meet("embedded", &dir, &speech, None)?;
    let mut system = Pair::meet("system", &dir, &speech, Some(&tors))?;
    for round in 0..ROUNDS {
        for pair in [&mut embedded, &mut system] {
            pair.round_trips(round)?;
            pair.send(&file)?;
            pair.call()?;
            note(&format!("round {round}, {}: file {:?}, ways {:?}", pair.name, pair.files.last(), pair.ways.last()));
        }
    }
    for (name, share) in [("system_round_trip_p50", 0.5), ("system_round_trip_p99", 0.99)] {
        tell(name, quantile(&system.trips, share), "s", Some(quantile(&embedded.trips, share)));
    }
    let rate = |pair: &Pair| BYTES as f64 / 1e6 / quantile(&pair.files, 0.5);
    tell("system_file_20MB_rate_p50", rate(&system), "MB/s", Some(rate(&embedded)));
    for (name, times) in [
        ("system_call_accept_to_way_known", (|pair| &pair.joins) as fn(&Pair) -> &Vec<Duration>),
        ("system_call_one_way", |pair| &pair.ways),
        ("system_call_wait_beyond_way", |pair| &pair.waits),
    ] {
        let median = |pair: &Pair| 1e3 * quantile(times(pair), 0.5);
        tell(&format!("{name}_p50"), median(&system), "ms", Some(median(&embedded)));
    }
    tell("system_call_concealed_most", 100.0 * system.concealed, "%", Some(100.0 * embedded.concealed));
    tell("system_call_late_most", 100.0 * system.late, "%", Some(100.0 * embedded.late));
    for pair in [embedded, system] {
        for person in pair.people {
            person.process.finish()?;
        }
    }
    Ok(())
}

impl Pair {
    fn meet(name: &'static str, dir: &Path, speech: &Path, tors: Option<&[Client; 2]>) -> Outcome<Self> {
        note(&format!("two programs meet: {name}"));
        let binary = PathBuf::from(env!("CARGO_BIN_EXE_pelure"));
        let person = |index: usize| {
            let name = format!("{name}{index}");
            Person::arrive_by(&binary, dir, &name, |command| {
                command.arg("--audio-in").arg(speech).arg("--audio-out").arg(dir.join(format!("{name}.wav")));
                match tors {
                    Some(tors) => by(command, &tors[index]),
                    None => drop(command.arg("--tor-config").arg(dir.join("arti.toml"))),
                }
            })
        };
        let mut people = [person(0)?, person(1)?];
        let [one, other] = &mut people;
        meet(one, other)?;
        Ok(Self {
            name,
            people,
            trips: Vec::new(),
            files: Vec::new(),
            joins: Vec::new(),
            ways: Vec::new(),
            waits: Vec::new(),
            concealed: 0.0,
            late: 0.0,
        })
    }

    fn round_trips(&mut self, round: usize) -> Outcome<()> {
        for number in 0..TRIPS {
            self.trips.push(self.people[0].send_and_wait(&format!("message {number} of round {round}"))?);
        }
        Ok(())
    }

    fn send(&mut self, file: &Path) -> Outcome<()> {
        let [one, other] = &mut self.people;
        self.files.push(one.send_file(other, file, LOOK)?);
        Ok(())
    }

    /// A call of some time, and what the program says of it while both speak.
    fn call(&mut self) -> Outcome<()> {
        let [one, other] = &mut self.people;
        let started = one.process.call("call.start", &json!({"contact": one.contact}))?;
        let call = text(&started, "call")?;
        other.process.news("call.incoming", |news| (news["call"] == *call).then_some(()))?;
        // The circuits are dialled while it rings; people take a moment.
        thread::sleep(RING);
        let accepted = Instant::now();
        other.process.call("call.accept", &json!({"call": call}))?;
        let first = one.process.news("call.stats", |stats| way(stats).map(|_| ()))?.0;
        self.joins.push(first - accepted);
        while accepted.elapsed() < TALK {
            let (way, wait, late, concealed) = one.process.news("call.stats", numbers)?.1;
            self.ways.push(way);
            self.waits.push(wait);
            // Both are of the time since the last notice.
            if accepted.elapsed() > SETTLE {
                self.late = self.late.max(late);
                self.concealed = self.concealed.max(concealed);
            }
        }
        one.process.call("call.hang_up", &json!({"call": call}))?;
        for person in &mut self.people {
            person.process.news("call.state", |news| (news["state"] == "ended").then_some(()))?;
        }
        Ok(())
    }
}

/// Makes a program use a Tor that runs.
fn by(command: &mut Command, tor: &Client) {
    command.args(["--tor", "system", "--tor-control", &tor.control().to_string()]);
    command.args(["--tor-socks", &tor.socks().to_string()]);
}

/// One way by the fastest circuit, what is waited beyond it, and the shares of frames that were late or missing.
fn numbers(stats: &Value) -> Option<(Duration, Duration, f64, f64)> {
    let wait = Duration::from_millis(stats["target_ms"].as_u64()?);
    Some((way(stats)?, wait, stats["late_ratio"].as_f64()?, stats["concealed_ratio"].as_f64()?))
}

fn way(stats: &Value) -> Option<Duration> {
    stats["one_way_ms"].as_u64().map(Duration::from_millis)
}

/// A voice for as long as a call lasts.
fn speak(path: &Path) -> Outcome<()> {
    let once = path.with_extension("once.wav");
    let mut espeak = Command::new("espeak-ng");
    if !espeak.args(["-v", "en-us", "-w"]).arg(&once).arg(TEXT).status()?.success() {
        return Err("espeak-ng failed".into());
    }
    let said = voice::wav::read(&once)?;
    let mut recording = voice::wav::Recording::create(path)?;
    let blocks = said.as_chunks::<{ voice::pcm::BLOCK }>().0;
    let all = RATE as usize * TALK.as_secs() as usize / voice::pcm::BLOCK;
    for block in blocks.iter().cycle().take(all) {
        recording.write(block)?;
    }
    Ok(())
}

fn note(what: &str) {
    eprintln!("system: {what}");
}

const TEXT: &str = "The documents were copied on a Sunday, when nobody was in the building.";

/// What every byte takes longer on each link, each way.
const DELAY: Duration = Duration::from_millis(25);
const BYTES: usize = 20_000_000;
const ROUNDS: usize = 3;
/// How long somebody looks at an offer before they accept it.
const LOOK: Duration = Duration::from_secs(5);
/// Messages of a round.
const TRIPS: usize = 40;
/// How long somebody lets it ring, how long they speak, and from when on it is judged.
const RING: Duration = Duration::from_secs(6);
const TALK: Duration = Duration::from_secs(30);
const SETTLE: Duration = Duration::from_secs(5);
