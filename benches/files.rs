//! One large file between two engines on the road in memory, with vaults and sealed files on the disk: what the engine
//! itself can do, from the offer to the last flush, and how much memory it takes. One JSON line per figure.
//! `cargo bench --bench files`.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a bench stops at what goes wrong, and looks at the clock"
)]

#[path = "kit/figure.rs"]
#[allow(dead_code, unreachable_pub, reason = "each bench uses its part")]
mod figure;
#[path = "../tests/kit/mod.rs"]
mod kit;
#[path = "kit/trips.rs"]
mod trips;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use figure::{quantile, tell};
use kit::Person;
use pelure::engine::{Event, FileState, Limits, MachineClock, OfferOptions, SystemRandom};
use pelure::vault::{Cost, Passphrase, Vault};
use pelure_onion::Memory;
use trips::round_trips;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    // Beside the build: `/tmp` may be in memory, and then nothing would be flushed.
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    for circuits in [1, 4] {
        transfer(&dir.path().join(circuits.to_string()), circuits).await;
    }
}

async fn transfer(dir: &Path, circuits: usize) {
    let road = kit::road();
    let mut ada = person(&road, "ada", &dir.join("ada"), circuits).await;
    let mut bob = person(&road, "bob", &dir.join("bob"), circuits).await;
    let (to_bob, _) = kit::acquaint(&mut ada, &mut bob).await;
    let path = large_file(dir);
    round_trips(&mut ada, to_bob, 50).await;
    let idle = round_trips(&mut ada, to_bob, 200).await;

    let memory = Watched::start();
    let start = Instant::now();
    let options = OfferOptions { clean: false, name: None };
    ada.engine.offer_file(to_bob, path, options).await.unwrap();
    let offered = start.elapsed();
    let theirs = match bob.until(|event| matches!(event, Event::FileOffered(_))).await {
        Event::FileOffered(view) => view.transfer,
        _ => unreachable!(),
    };
    bob.engine.accept_file(theirs).await.unwrap();
    let accepted = Instant::now();
    let moved = bob.events_until_done(theirs);
    let (took, busy) = tokio::join!(moved, round_trips(&mut ada, to_bob, 50));
    let rate = |took: Duration| BYTES as f64 / 1e6 / took.as_secs_f64();
    tell(&format!("file_hashed_{circuits}"), rate(offered), "MB/s", None);
    tell(&format!("file_moved_{circuits}"), rate(took - accepted), "MB/s", None);
    tell(&format!("file_whole_{circuits}"), rate(took - start), "MB/s", None);
    tell(&format!("file_memory_both_sides_{circuits}"), memory.stop(), "MiB", None);
    tell(&format!("message_during_file_p95_{circuits}"), quantile(&busy, 0.95), "s", Some(quantile(&idle, 0.95)));
    for person in [ada, bob] {
        person.engine.shutdown().await;
        person.engine.closed().await;
    }
    std::fs::remove_dir_all(dir).unwrap();
}

impl Person {
    /// Takes events until the file is here; gives when that was.
    async fn events_until_done(&mut self, transfer: pelure::vault::TransferId) -> Instant {
        loop {
            match self.events.next().await {
                Some(Event::FileState(view)) if view.transfer == transfer && view.state == FileState::Done => {
                    return Instant::now();
                }
                event => assert!(event.is_some(), "the engine stopped"),
            }
        }
    }
}

async fn person(road: &Memory, name: &str, dir: &Path, file_circuits: usize) -> Person {
    let passphrase = Passphrase::new("bench".to_owned());
    let vault = Vault::create(dir, &passphrase, Cost::DANGEROUSLY_CHEAP, &mut SystemRandom).unwrap();
    let limits = Limits { file_circuits, ..Limits::default() };
    let clock = Arc::new(MachineClock::new());
    let (engine, events) = kit::start_at(road, vault, &dir.join("files"), limits, clock).await;
    let view = engine.create_identity(name).await.unwrap();
    Person { engine, events, identity: view.identity, address: view.address.onion() }
}

/// A file of bytes that do not repeat.
fn large_file(dir: &Path) -> PathBuf {
    let path = dir.join("large");
    let mut file = std::fs::File::create(&path).unwrap();
    let mut noise = blake3::Hasher::new().finalize_xof();
    let mut chunk = vec![0; 1 << 20];
    for _ in 0..BYTES >> 20 {
        noise.fill(&mut chunk);
        file.write_all(&chunk).unwrap();
    }
    path
}

/// The most memory this process had resident beyond what it had at the start, both engines together.
struct Watched {
    before: u64,
    most: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
}

impl Watched {
    fn start() -> Self {
        let (most, stop) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let (seen, ended) = (Arc::clone(&most), Arc::clone(&stop));
        let watch = move || {
            while !ended.load(Ordering::Relaxed) {
                seen.fetch_max(resident(), Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(20));
            }
        };
        std::thread::Builder::new().name("memory".into()).spawn(watch).unwrap();
        Self { before: resident(), most, stop }
    }

    fn stop(self) -> f64 {
        self.stop.store(true, Ordering::Relaxed);
        self.most.load(Ordering::Relaxed).saturating_sub(self.before) as f64 / 1024.0
    }
}

/// In KiB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Four gibibytes: more than any cache of ours holds.
const BYTES: u64 = 4 << 30;
