//! When the records of a call leave the program: two engines on the road in memory, in real time, one JSON line per figure.
//! `cargo bench --bench ticks`.
//!
//! The records are watched where they are given to the network. The rhythm they are compared with is the one that fits
//! them best: nobody outside knows when a call began. The figures are those of the machine as it is; an idle one is asked
//! for. Somebody speaks and is silent in turns, so that a machine that changes is the same for both; how well an observer
//! tells two silences apart, which are alike, says what a share of pairs is worth that is not one half.

#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a bench tells figures and takes the time")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a bench stops at what goes wrong")]

#[path = "kit/figure.rs"]
#[allow(dead_code, unreachable_pub, reason = "each bench uses its part")]
mod figure;
#[path = "../tests/kit/mod.rs"]
mod kit;

use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock};
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
use pelure::voice::pcm::RATE;
use pelure::wire::Profile;
use pelure_onion::network::{Boxed, Dial, DialError, Network, PublishError, Service, Status, Stream};
use pelure_onion::{Memory, ServiceKey};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::watch;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    // Beside it, what becomes on this machine of a thread that does nothing but wake at each tick.
    let bare = std::thread::spawn(wakings);
    let seen = records().await;
    let off = deviations(&bare.join().unwrap());
    tell("bare_tick_deviation_p50", 1e3 * quantile(&off, 0.5), "ms", None);
    tell("bare_tick_deviation_p99", 1e3 * quantile(&off, 0.99), "ms", None);
    let off = deviations(&seen);
    tell("call_tick_deviation_p50", 1e3 * quantile(&off, 0.5), "ms", None);
    tell("call_tick_deviation_p99", 1e3 * quantile(&off, 0.99), "ms", Some(2.0));
    tell("call_ticks", seen.len() as f64, "records", None);
    // Of four turns the first and the third are spoken.
    let [one, silence, other, more_silence] = [0, 1, 2, 3].map(|which| turns(&seen, which));
    let speech_from_silence = (telling_apart(&one, &silence) + telling_apart(&other, &more_silence)) / 2.0;
    let alike = (telling_apart(&one, &other) + telling_apart(&silence, &more_silence)) / 2.0;
    tell("call_speech_from_silence_in_real_time_auc", speech_from_silence, "", Some(0.51));
    tell("call_alike_in_real_time_auc", alike, "", Some(0.51));
}

/// When the records of a call left, since its microphone was opened, and how large they were. In every other turn somebody
/// speaks.
async fn records() -> Vec<(Duration, usize)> {
    let (road, seen) = (Memory::new(1), Seen::default());
    let watched = Arc::new(Watched { road: road.network(), seen: Arc::clone(&seen) });
    let turn = [tone(180.0, TURN), vec![0.0; (TURN * RATE) as usize]].concat();
    let (said, silent) = (Arc::new(Said::new(turn.repeat(TURNS as usize / 2))), Arc::new(Said::new(Vec::new())));
    let mut ada = person(watched, "ada", Arc::clone(&said)).await;
    let mut bob = person(road.network(), "bob", silent).await;
    let (to_bob, _) = acquaint(&mut ada, &mut bob).await;
    let call = ada.engine.start_call(to_bob, Profile::Default).await.unwrap();
    bob.until(|event| matches!(event, Event::CallIncoming(_))).await;
    bob.engine.accept_call(call).await.unwrap();
    ada.until(|event| matches!(event, Event::CallState(view) if view.stage == Stage::Active)).await;
    tokio::time::sleep(Duration::from_secs((TURN * TURNS).into())).await;
    let seen = std::mem::take(&mut *seen.lock().unwrap());
    ada.engine.hang_up(call).await.unwrap();
    let began = *said.opened.get().unwrap();
    // At the beginning circuits come.
    let settled = Duration::from_secs((4 * TURN).into());
    let since = seen.into_iter().map(|(at, size)| (at.saturating_duration_since(began), size));
    since.filter(|(at, _)| *at >= settled).collect()
}

/// When a thread woke that slept until each tick.
fn wakings() -> Vec<(Duration, usize)> {
    let (began, tick) = (Instant::now(), Profile::Default.stagger());
    let ticks = (TURN * TURNS * 1_000) / tick.as_millis() as u32;
    let wake = |number| {
        std::thread::sleep((tick * number).saturating_sub(began.elapsed()));
        (began.elapsed(), 0)
    };
    (0..ticks).map(wake).collect()
}

/// The records of one in four turns, without a second at each end of it, as if nothing had been between.
fn turns(seen: &[(Duration, usize)], which: u64) -> Vec<(Duration, usize)> {
    let (turn, second) = (Duration::from_secs(TURN.into()), Duration::from_secs(1));
    let kept = turn - 2 * second;
    let place = |at: Duration| {
        let (number, within) = (at.as_micros() / turn.as_micros(), at.as_micros() % turn.as_micros());
        let within = Duration::from_micros(within as u64).checked_sub(second).filter(|within| *within < kept)?;
        (number as u64 % 4 == which).then(|| kept * (number as u32 / 4) + within)
    };
    seen.iter().filter_map(|(at, size)| Some((place(*at)?, *size))).collect()
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

async fn person(network: Arc<dyn Network>, name: &str, said: Arc<Said>) -> Person {
    let vault = Vault::traceless(&mut SystemRandom).unwrap();
    let blobs = BlobStore::new(std::env::temp_dir().join(name), None);
    let audio = Audio { sound: Sound::none(), devices: said };
    let clock = Arc::new(MachineClock::new());
    let parts = Parts { network, vault, blobs, clock, limits: Limits::default(), audio };
    let (engine, events) = Engine::start(parts).await.unwrap();
    let view = engine.create_identity(name).await.unwrap();
    Person { engine, events, identity: view.identity, address: view.address.onion() }
}

/// A microphone that hears this, and a loudspeaker that nobody hears.
struct Said {
    sound: Vec<f32>,
    opened: OnceLock<Instant>,
}

impl Said {
    fn new(sound: Vec<f32>) -> Self {
        Self { sound, opened: OnceLock::new() }
    }
}

impl Devices for Said {
    fn microphone(&self, _choice: &Choice) -> Result<Box<dyn Microphone>, DeviceError> {
        self.opened.get_or_init(Instant::now);
        Ok(Box::new(Tape::new(self.sound.clone())))
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

/// Seconds for which somebody speaks, or is silent; an observer looks at two seconds at once.
const TURN: u32 = 6;

/// Turns of a call: four minutes.
const TURNS: u32 = 40;
