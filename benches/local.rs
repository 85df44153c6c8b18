//! Two engines on the road in memory, with vaults on the disk: what the engine itself can do. One JSON line per figure.
//! `cargo bench --bench local`.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a bench stops at what goes wrong, and looks at the clock"
)]

#[path = "kit/figure.rs"]
#[allow(dead_code, unreachable_pub, reason = "each bench uses its part")]
mod figure;
#[path = "../tests/kit/mod.rs"]
mod kit;

use std::path::Path;
use std::time::Instant;

use figure::tell;
use kit::Person;
use pelure::engine::{Delivery, Event, Limits, SystemRandom};
use pelure::vault::{ContactId, Cost, Passphrase, Vault};

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    // Beside the build: `/tmp` may be in memory, and then nothing would be durable.
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let road = kit::road();
    let limits = Limits { message_rate: u32::MAX, message_burst: u32::MAX, ..Limits::default() };
    let mut ada = Person::with(&road, "ada", vault(&dir.path().join("ada")), limits).await;
    let mut bob = Person::with(&road, "bob", vault(&dir.path().join("bob")), limits).await;
    let (to_bob, _) = kit::acquaint(&mut ada, &mut bob).await;

    deliver(&mut ada, &mut bob, to_bob, WARM_UP).await;
    let before = resident();
    let start = Instant::now();
    deliver(&mut ada, &mut bob, to_bob, MESSAGES).await;
    let rate = MESSAGES as f64 / start.elapsed().as_secs_f64();
    tell("durable_acknowledged_messages", rate, "1/s", None);
    tell("memory_after_20000_messages", resident(), "MiB", Some(before));
    ada.engine.shutdown().await;
    bob.engine.shutdown().await;
    ada.engine.closed().await;
    bob.engine.closed().await;
}

/// Sends so many messages as fast as they are taken, until each is on both disks and acknowledged.
async fn deliver(from: &mut Person, to: &mut Person, contact: ContactId, count: usize) {
    let engine = from.engine.clone();
    let sending = tokio::spawn(async move {
        let mut under_way = tokio::task::JoinSet::new();
        for number in 0..count {
            if under_way.len() == AT_ONCE {
                under_way.join_next().await.unwrap().unwrap();
            }
            let engine = engine.clone();
            under_way.spawn(async move { engine.send_message(contact, text(number).into()).await.unwrap() });
        }
        under_way.join_all().await;
    });
    let acknowledged = async {
        let mut left = count;
        while left > 0 {
            let event = from.events.next().await.expect("the engine stopped");
            left -= usize::from(matches!(event, Event::MessageState { state: Delivery::Delivered, .. }));
        }
    };
    let received = async {
        let mut left = count;
        while left > 0 {
            let event = to.events.next().await.expect("the engine stopped");
            left -= usize::from(matches!(event, Event::MessageReceived(_)));
        }
    };
    tokio::join!(acknowledged, received);
    sending.await.unwrap();
}

/// A message of usual length.
fn text(number: usize) -> String {
    format!("message {number}: shall we meet at the usual place tomorrow, a little after noon?")
}

fn vault(dir: &Path) -> Vault {
    let passphrase = Passphrase::new("bench".to_owned());
    Vault::create(dir, &passphrase, Cost::DANGEROUSLY_CHEAP, &mut SystemRandom).unwrap()
}

/// Resident memory of this process, both engines, in MiB.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() / 1024.0
}

/// Messages that are measured, and those before them that fill the caches of the databases.
const MESSAGES: usize = 20_000;
const WARM_UP: usize = 20_000;

/// Calls that wait for their commit at the same time, as with many contacts or a script.
const AT_ONCE: usize = 256;
