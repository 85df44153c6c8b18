//! A file over Tor on one circuit and on four, against one raw Arti stream, on the same private network, in the same
//! weather, in the same run: one JSON line per figure. `cargo bench --bench circuits`.
//!
//! Rates are taken over what comes after the first tenth: dialling and the slow start of a circuit are told by `road`.
//! Each sample has new circuits, the raw one too: a circuit that has carried much is faster. Samples alternate, so that a
//! drift of the machine hits all.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a bench stops at what goes wrong, starts programs, looks at the clock and tells what it sees"
)]

#[path = "kit/mod.rs"]
mod bench;
#[path = "../tests/kit/mod.rs"]
mod kit;
#[path = "kit/trips.rs"]
mod trips;

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bench::figure::{quantile, tell};
use bench::process::{Outcome, Process, built};
use kit::{Person, acquaint};
use pelure::engine::{Audio, Engine, Event, FileState, Limits, MachineClock, OfferOptions, Parts, Sound, SystemRandom};
use pelure::file::disk::BlobStore;
use pelure::vault::{ContactId, Vault};
use pelure_onion::Detour;
use pelure_onion::Scratch;
use pelure_onion::arti::{Arti, ArtiOptions};
use tornet::{Plan, Tornet, Weather};
use trips::round_trips;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Outcome<()> {
    let network = Tornet::start(Plan { weather: Weather::default().delay(DELAY), ..Plan::default() })?;
    let (mut raw, server) = raw(&network)?;
    let (mut one, mut four) = (Pair::meet(&network, 1).await?, Pair::meet(&network, 4).await?);
    let path = network.dir().join("large");
    std::fs::write(&path, vec![0x5a; BYTES])?;
    let (mut raws, mut ones, mut fours) = (Vec::new(), Vec::new(), Vec::new());
    for sample in 0..SAMPLES {
        raws.push(take(&mut raw)?);
        ones.push(one.transfer(&path).await);
        fours.push(four.transfer(&path).await);
        eprintln!("circuits: sample {sample}: raw {:?}, one {:?}, four {:?}", raws.last(), ones.last(), fours.last());
    }
    let rate = |times: &[Duration]| BYTES as f64 * 0.9 / 1e6 / quantile(times, 0.5);
    tell("file_one_circuit", rate(&ones), "MB/s", Some(rate(&raws)));
    tell("file_four_circuits", rate(&fours), "MB/s", Some(rate(&raws)));
    raw.finish()?;
    server.finish()?;
    four.messages_beside_a_file(&network.dir().join("endless")).await;
    Ok(())
}

/// Two people who are contacts.
struct Pair {
    ada: Person,
    bob: Person,
    to_bob: ContactId,
}

impl Pair {
    async fn meet(network: &Tornet, circuits: usize) -> Outcome<Self> {
        let mut ada = person(network, "ada", circuits).await?;
        let mut bob = person(network, "bob", circuits).await?;
        for person in [&mut ada, &mut bob] {
            let reachable = |event: &Event| matches!(event, Event::Reachable { reach, .. } if *reach == pelure_onion::Reach::Reachable);
            while !reachable(&person.events.next().await.ok_or("the engine stopped")?) {}
        }
        let (to_bob, _) = acquaint(&mut ada, &mut bob).await;
        Ok(Self { ada, bob, to_bob })
    }

    /// How long the last nine tenths of the file take.
    async fn transfer(&mut self, path: &Path) -> Duration {
        let options = OfferOptions { clean: false, name: None };
        self.ada.engine.offer_file(self.to_bob, path.to_owned(), options).await.unwrap();
        let (mut begun, mut theirs) = (None, None);
        loop {
            match self.bob.events.next().await {
                Some(Event::FileOffered(view)) => {
                    theirs = Some(view.transfer);
                    self.bob.engine.accept_file(view.transfer).await.unwrap();
                }
                Some(Event::FileProgress(view) | Event::FileState(view)) if theirs == Some(view.transfer) => {
                    let now = Instant::now();
                    match begun {
                        // As if the rest had begun exactly there.
                        None if view.done >= BYTES as u64 / 10 => begun = Some((now, view.done)),
                        Some((begun, done)) if view.state == FileState::Done => {
                            let rest = (BYTES as u64 - done) as f64 / (BYTES as f64 * 0.9);
                            return (now - begun).div_f64(rest);
                        }
                        _ => {}
                    }
                }
                event => assert!(event.is_some(), "the engine stopped"),
            }
        }
    }
}

impl Pair {
    /// Tells how much longer messages take while a file runs at full speed.
    async fn messages_beside_a_file(&mut self, path: &Path) {
        // It takes no room where it lies, and is not through before the messages are.
        std::fs::File::create(path).unwrap().set_len(ENDLESS).unwrap();
        let mut idle = round_trips(&mut self.ada, self.to_bob, MESSAGES).await;
        let options = OfferOptions { clean: false, name: None };
        let ours = self.ada.engine.offer_file(self.to_bob, path.to_owned(), options).await.unwrap();
        let Event::FileOffered(theirs) = self.bob.until(|event| matches!(event, Event::FileOffered(_))).await else {
            unreachable!()
        };
        self.bob.engine.accept_file(theirs.transfer).await.unwrap();
        let runs = |event: &Event| matches!(event, Event::FileProgress(view) if view.done >= RUNNING);
        self.bob.until(runs).await;
        let busy = round_trips(&mut self.ada, self.to_bob, MESSAGES).await;
        self.ada.engine.cancel_file(ours).await.unwrap();
        self.bob.until(|event| matches!(event, Event::FileState(view) if view.state == FileState::Cancelled)).await;
        idle.extend(round_trips(&mut self.ada, self.to_bob, MESSAGES).await);
        let (idle, busy) = (quantile(&idle, 0.95), quantile(&busy, 0.95));
        tell("message_beside_file_p95", busy, "s", Some(idle));
    }
}

async fn person(network: &Tornet, name: &str, file_circuits: usize) -> Outcome<Person> {
    let scratch = Scratch::create(Some(network.dir()))?;
    let blobs = BlobStore::new(scratch.path().join("files"), None);
    let arti = Arti::start(ArtiOptions {
        scratch,
        overrides: Some(network.arti_toml().to_owned()),
        detour: Ok(Detour::default()),
        online: true,
    })?;
    let vault = Vault::traceless(&mut SystemRandom)?;
    let limits = Limits { file_circuits, ..Limits::default() };
    let audio = Audio::of_this_machine(Sound::none());
    let parts = Parts { network: arti, vault, blobs, clock: Arc::new(MachineClock::new()), limits, audio };
    let (engine, events) = Engine::start(parts).await?;
    let view = engine.create_identity(name).await?;
    Ok(Person { engine, events, identity: view.identity, address: view.address.onion() })
}

/// A raw client with a stream to a raw service that gives as many bytes as the file has, and that service.
fn raw(network: &Tornet) -> Outcome<(Process, Process)> {
    let (program, config) = (built("examples/raw")?, network.dir().join("arti.toml"));
    let size = BYTES.to_string();
    let mut server =
        Process::start(Command::new(&program).args(["serve", "--give", &size, "--tor-config"]).arg(&config))?;
    let (_, address) = server.until("published", |line| line["address"].as_str().map(str::to_owned))?;
    let mut dial = Command::new(&program);
    dial.args(["dial", "--size", &size, "--tor-config"]).arg(&config).arg(address);
    let mut client = Process::start(&mut dial)?;
    client.until("bootstrapped", |line| (line["event"] == "bootstrapped").then_some(()))?;
    Ok((client, server))
}

/// How long the last nine tenths take on a new raw stream.
fn take(raw: &mut Process) -> Outcome<Duration> {
    raw.say("dial")?;
    raw.until("connected", |line| (line["event"] == "connected").then_some(()))?;
    raw.say("take")?;
    let (begun, ()) = raw.until("begun", |line| (line["event"] == "begun").then_some(()))?;
    let (took, ()) = raw.until("took", |line| (line["event"] == "took").then_some(()))?;
    raw.say("hang up")?;
    Ok(took - begun)
}

/// What every byte takes longer on each link, each way.
const DELAY: Duration = Duration::from_millis(25);

/// Bytes of the file.
const BYTES: usize = 20_000_000;

/// Bytes of the file beside which messages are sent.
const ENDLESS: u64 = 2_000_000_000;

/// When so much of it is there, it runs at full speed.
const RUNNING: u64 = 8_000_000;

/// Messages of each kind.
const MESSAGES: usize = 40;

/// How often each is measured.
const SAMPLES: usize = 5;
