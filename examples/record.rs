//! Records what the circuits of a call do on a private Tor network: one line for each cell, as the emulator of circuits
//! reads them. `./dev record fair|stormy SECONDS > FILE`.
//!
//! Both ends are in one process, on one clock. They send cells of the size and in the rhythm of a call's default profile,
//! over circuits of their own; nothing is in them but their number. `fair` is 25 ms a link; in `stormy` weather links
//! differ and relays stand still one after the other.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    reason = "a tool stops at what goes wrong, and looks at the clock"
)]

use std::error::Error;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use pelure::voice::emulator::Trace;
use pelure::wire::limits::VOICE_CELL;
use pelure::wire::{Circuits, Profile, Random, Seeded};
use pelure_onion::{Arti, ArtiOptions, Detour, Dial, Network, Reach, Scratch, Service, ServiceKey, Status, Stream};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::task::JoinSet;
use tornet::{Plan, Tornet, Weather};
use zeroize::Zeroizing;

/// Whatever went wrong, in words.
type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Streams, both ends of each, and what they need.
struct Open {
    streams: Vec<(Stream, Stream)>,
    _roads: [Arc<Arti>; 2],
    _service: Service,
}

/// When cells were sent on one circuit in one direction, and when they came.
#[derive(Default)]
struct Way {
    sent: Vec<Duration>,
    came: Vec<Duration>,
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(weather), Some(seconds)) = (arguments.next(), arguments.next()) else {
        return Err("say: fair or stormy, and how many seconds".into());
    };
    let lasts = Duration::from_secs(seconds.parse()?);
    let stormy = weather == "stormy";
    let jitter = Duration::from_millis(if stormy { 10 } else { 0 });
    let weather = Weather::default().delay(Duration::from_millis(25)).jitter(jitter);
    let network = Tornet::start(Plan { weather, ..Plan::default() }).map_err(|error| error.to_string())?;
    let open = open(&network).await?;
    let (start, mut tasks, mut ways) = (Instant::now(), JoinSet::new(), Vec::new());
    for (number, (near, far)) in open.streams.into_iter().enumerate() {
        let ((near_in, near_out), (far_in, far_out)) = (tokio::io::split(near), tokio::io::split(far));
        let first = start + Profile::Default.stagger() * number as u32;
        for (sends, hears) in [(near_out, far_in), (far_out, near_in)] {
            let way = Arc::new(Mutex::new(Way::default()));
            tasks.spawn(send(sends, Arc::clone(&way), start, first, lasts));
            tasks.spawn(hear(hears, Arc::clone(&way), start));
            ways.push(way);
        }
    }
    let mut dice = Seeded::new(1);
    while stormy && start.elapsed() < lasts {
        tokio::time::sleep(STORM_EVERY).await;
        let relay = dice.below(u64::try_from(RELAYS)?) as usize;
        network.freeze(Some(relay), STORM).map_err(|error| error.to_string())?;
    }
    // Those that hear end when those that send are gone.
    while let Some(ended) = tasks.join_next().await {
        ended?;
    }
    let mut trace = Trace::new();
    for (number, way) in ways.iter().enumerate() {
        let way = way.lock().unwrap();
        for (sent, came) in way.sent.iter().zip(&way.came) {
            trace.note(number, *sent, came.saturating_sub(*sent))?;
        }
    }
    print!("{}", trace.to_text());
    Ok(())
}

/// As many streams as a call has circuits, each over circuits of its own, both ends of each.
async fn open(network: &Tornet) -> Outcome<Open> {
    let start = || {
        let scratch = Scratch::create(Some(network.dir()))?;
        Ok::<_, Box<dyn Error + Send + Sync>>(Arti::start(ArtiOptions {
            scratch,
            overrides: Some(network.arti_toml().to_owned()),
            detour: Ok(Detour::default()),
            online: true,
        })?)
    };
    let (home, away) = (start()?, start()?);
    for road in [&home, &away] {
        road.status().wait_for(|status| *status == Status::Ready).await?;
    }
    let mut seed = Zeroizing::new([0; 32]);
    Seeded::new(7).fill(&mut *seed);
    let key = ServiceKey::from_seed(seed)?;
    let mut service: Service = home.publish(key.clone()).await?;
    service.reach.wait_for(|reach| *reach == Reach::Reachable).await?;
    let mut streams = Vec::new();
    for lane in 1..=Circuits::USUAL.count() {
        let dial = Dial { identity: 1, lane: lane.into(), to: key.address() };
        let mut near = away.dial(dial).await?;
        // The first bytes open the stream.
        near.write_all(&[0; VOICE_CELL]).await?;
        near.flush().await?;
        let mut far = service.incoming.recv().await.ok_or("the service ended")?;
        far.read_exact(&mut [0; VOICE_CELL]).await?;
        streams.push((near, far));
    }
    Ok(Open { streams, _roads: [home, away], _service: service })
}

async fn send(
    mut stream: impl AsyncWrite + Unpin,
    way: Arc<Mutex<Way>>,
    start: Instant,
    first: Instant,
    lasts: Duration,
) {
    let turn = Profile::Default.stagger() * Circuits::USUAL.count().into();
    let mut tick = tokio::time::interval_at(first.into(), turn);
    while start.elapsed() < lasts {
        tick.tick().await;
        way.lock().unwrap().sent.push(start.elapsed());
        if stream.write_all(&[0; VOICE_CELL]).await.is_err() || stream.flush().await.is_err() {
            return;
        }
    }
}

async fn hear(mut stream: impl AsyncRead + Unpin, way: Arc<Mutex<Way>>, start: Instant) {
    let mut cell = [0; VOICE_CELL];
    while tokio::time::timeout(PATIENCE, stream.read_exact(&mut cell)).await.is_ok_and(|read| read.is_ok()) {
        way.lock().unwrap().came.push(start.elapsed());
    }
}

/// Relays and authorities of the network.
const RELAYS: usize = 16;

/// How often a relay stands still in a storm, and for how long.
const STORM_EVERY: Duration = Duration::from_secs(3);
const STORM: Duration = Duration::from_millis(400);

/// When nothing more comes.
const PATIENCE: Duration = Duration::from_secs(5);
