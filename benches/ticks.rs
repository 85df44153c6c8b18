//! When the records of a call leave the program: two engines on the road in memory, in real time, one JSON line per figure.
//! `cargo bench --bench ticks`.
//!
//! The records are watched where they are given to the network. The rhythm they are compared with is the one that fits
//! them best: nobody outside knows when a call began. The figures are those of the machine as it is; an idle one is asked
//! for.

#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a bench tells figures and takes the time")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a bench stops at what goes wrong")]

#[path = "kit/figure.rs"]
#[allow(dead_code, unreachable_pub, reason = "each bench uses its part")]
mod figure;
#[path = "../tests/kit/mod.rs"]
mod kit;

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use figure::{quantile, tell};
use kit::tone::tone;
use kit::{Person, acquaint};
use pelure::engine::{Audio, Engine, Event, Limits, MachineClock, Parts, Sound, SystemRandom};
use pelure::file::disk::BlobStore;
use pelure::vault::Vault;
use pelure::voice::Stage;
use pelure::voice::device::tape::{Ear, Tape};
use pelure::voice::device::{Choice, DeviceError, Devices, Loudspeaker, Microphone};
use pelure::voice::emulator::telling_apart;
use pelure::wire::Profile;
use pelure_onion::network::{Boxed, Dial, DialError, Network, PublishError, Service, Status, Stream};
use pelure_onion::{Memory, ServiceKey};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::watch;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let (speech, silence) = (records(tone(180.0, LASTS)).await, records(Vec::new()).await);
    for (name, seen) in [("speech", &speech), ("silence", &silence)] {
        let off = deviations(seen);
        tell(&format!("call_tick_deviation_{name}_p50"), 1e3 * quantile(&off, 0.5), "ms", None);
        tell(&format!("call_tick_deviation_{name}_p99"), 1e3 * quantile(&off, 0.99), "ms", Some(2.0));
        tell(&format!("call_ticks_{name}"), seen.len() as f64, "records", None);
    }
    tell("call_speech_from_silence_in_real_time_auc", telling_apart(&speech, &silence), "", Some(0.51));
}

/// When the records of a call left, and how large they were, of somebody who says this and then nothing.
async fn records(said: Vec<f32>) -> Vec<(Duration, usize)> {
    let (road, seen) = (Memory::new(1), Seen::default());
    let watched = Arc::new(Watched { road: road.network(), seen: Arc::clone(&seen) });
    let mut ada = person(watched, "ada", said).await;
    let mut bob = person(road.network(), "bob", Vec::new()).await;
    let (to_bob, _) = acquaint(&mut ada, &mut bob).await;
    let call = ada.engine.start_call(to_bob, Profile::Default).await.unwrap();
    bob.until(|event| matches!(event, Event::CallIncoming(_))).await;
    bob.engine.accept_call(call).await.unwrap();
    ada.until(|event| matches!(event, Event::CallState(view) if view.stage == Stage::Active)).await;
    tokio::time::sleep(SETTLE).await;
    let from = Instant::now();
    tokio::time::sleep(Duration::from_secs(LASTS.into()) - 2 * SETTLE).await;
    let seen = std::mem::take(&mut *seen.lock().unwrap());
    ada.engine.hang_up(call).await.unwrap();
    seen.into_iter().filter(|(at, _)| *at > from).map(|(at, size)| (at - from, size)).collect()
}

/// By how much each record left earlier or later than its turn in the rhythm of 20 ms that fits most of them.
fn deviations(seen: &[(Duration, usize)]) -> Vec<Duration> {
    let tick = Profile::Default.stagger();
    let phase = |at: Duration| Duration::from_nanos((at.as_nanos() % tick.as_nanos()) as u64);
    // Against the first record first, in the middle of a tick, so that none is cut apart at its end.
    let shift = tick + tick / 2 - phase(seen[0].0);
    let mut phases: Vec<Duration> = seen.iter().map(|(at, _)| phase(*at + shift)).collect();
    phases.sort_unstable();
    let usual = phases[phases.len() / 2];
    phases.iter().map(|phase| phase.abs_diff(usual)).collect()
}

async fn person(network: Arc<dyn Network>, name: &str, said: Vec<f32>) -> Person {
    let vault = Vault::traceless(&mut SystemRandom).unwrap();
    let blobs = BlobStore::new(std::env::temp_dir().join(name), None);
    let audio = Audio { sound: Sound::none(), devices: Arc::new(Said(said)) };
    let clock = Arc::new(MachineClock::new());
    let parts = Parts { network, vault, blobs, clock, limits: Limits::default(), audio };
    let (engine, events) = Engine::start(parts).await.unwrap();
    let view = engine.create_identity(name).await.unwrap();
    Person { engine, events, identity: view.identity, address: view.address.onion() }
}

/// A microphone that hears this, and a loudspeaker that nobody hears.
struct Said(Vec<f32>);

impl Devices for Said {
    fn microphone(&self, _choice: &Choice) -> Result<Box<dyn Microphone>, DeviceError> {
        Ok(Box::new(Tape::new(self.0.clone())))
    }

    fn loudspeaker(&self, _choice: &Choice) -> Result<Box<dyn Loudspeaker>, DeviceError> {
        Ok(Box::new(Ear::deaf()))
    }
}

/// What was written to further circuits, and when.
type Seen = Arc<Mutex<Vec<(Instant, usize)>>>;

/// A road that somebody watches.
struct Watched {
    road: Arc<dyn Network>,
    seen: Seen,
}

struct WatchedStream {
    stream: Stream,
    seen: Seen,
}

impl Network for Watched {
    fn backend(&self) -> &'static str {
        self.road.backend()
    }

    fn vanguards(&self) -> bool {
        self.road.vanguards()
    }

    fn status(&self) -> watch::Receiver<Status> {
        self.road.status()
    }

    fn publish(&self, key: ServiceKey) -> Boxed<'_, Result<Service, PublishError>> {
        self.road.publish(key)
    }

    fn dial(&self, dial: Dial) -> Boxed<'_, Result<Stream, DialError>> {
        let seen = Arc::clone(&self.seen);
        Box::pin(async move {
            let stream = self.road.dial(dial).await?;
            if dial.lane == 0 { Ok(stream) } else { Ok(Stream::new(WatchedStream { stream, seen })) }
        })
    }

    fn set_online(&self, online: bool) {
        self.road.set_online(online);
    }
}

impl AsyncRead for WatchedStream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for WatchedStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<std::io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, buf);
        if let Poll::Ready(Ok(size)) = written {
            self.seen.lock().unwrap().push((Instant::now(), size));
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// Seconds of a call.
const LASTS: u32 = 64;

/// At its beginning circuits come, at its end they go.
const SETTLE: Duration = Duration::from_secs(2);
