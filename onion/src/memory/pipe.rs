//! One circuit in memory: two ordered, delayed pipes of bounded size that can stall, end and break.
//!
//! As on Tor there is no half-open stream: when one side ends it, the other reads what is on its way, then the end,
//! and can write no more. It knows nothing of services or addresses.

use std::collections::VecDeque;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

use super::Weather;

/// The weather that all circuits of a network are in.
pub(super) struct Air(Mutex<AirState>);

struct AirState {
    weather: Weather,
    stalled_until: Option<Instant>,
    random: u64,
}

/// A circuit with one stream; both ends share it.
pub(super) struct Circuit {
    air: Arc<Air>,
    state: Mutex<CircuitState>,
}

/// Which end of a circuit.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Dialler,
    Service,
}

struct CircuitState {
    cut: bool,
    to_service: Way,
    to_dialler: Way,
}

/// Bytes on their way in one direction.
#[derive(Default)]
struct Way {
    parcels: VecDeque<Parcel>,
    /// Bytes in `parcels`.
    load: usize,
    /// When the last parcel arrives: nothing overtakes it.
    last: Option<Instant>,
    /// When the reader learns that no more comes.
    end: Option<Instant>,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

struct Parcel {
    due: Instant,
    bytes: Vec<u8>,
    read: usize,
}

/// One end of a circuit, a two-way pipe; dropping it ends the stream.
pub(super) struct End {
    circuit: Arc<Circuit>,
    side: Side,
    alarm: Option<Pin<Box<Sleep>>>,
}

impl Air {
    pub(super) fn new(seed: u64) -> Self {
        Self(Mutex::new(AirState { weather: Weather::default(), stalled_until: None, random: seed }))
    }

    pub(super) fn weather(&self) -> Weather {
        self.state().weather
    }

    pub(super) fn set(&self, weather: Weather) {
        self.state().weather = weather;
    }

    pub(super) fn stall(&self, length: Duration) {
        self.state().stalled_until = Some(Instant::now() + length);
    }

    /// Waits as long as bytes that leave now need to arrive.
    pub(super) async fn travel(&self) {
        let mut due = self.arrival();
        while due > Instant::now() {
            tokio::time::sleep_until(due).await;
            due = self.not_before(due);
        }
    }

    /// When bytes that leave now arrive, unless they are stalled.
    fn arrival(&self) -> Instant {
        let mut state = self.state();
        let Weather { delay, jitter, .. } = state.weather;
        let extra = if jitter.is_zero() { jitter } else { jitter.mul_f64(state.fraction()) };
        drop(state);
        self.not_before(Instant::now() + delay + extra)
    }

    /// The later of `due` and the end of the stall.
    fn not_before(&self, due: Instant) -> Instant {
        self.state().stalled_until.map_or(due, |end| end.max(due))
    }

    fn state(&self) -> MutexGuard<'_, AirState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AirState {
    /// A number in 0.0..1.0 from SplitMix64: good enough for jitter, and the same for the same seed.
    fn fraction(&mut self) -> f64 {
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}

impl Circuit {
    pub(super) fn new(air: Arc<Air>) -> Arc<Self> {
        let state = CircuitState { cut: false, to_service: Way::default(), to_dialler: Way::default() };
        Arc::new(Self { air, state: Mutex::new(state) })
    }

    /// One end; to be taken once for each side.
    pub(super) fn end(self: &Arc<Self>, side: Side) -> End {
        End { circuit: Arc::clone(self), side, alarm: None }
    }

    /// Breaks the circuit: what is on its way is lost, both ends get errors.
    pub(super) fn cut(&self) {
        let mut state = self.state();
        state.cut = true;
        let CircuitState { to_service, to_dialler, .. } = &mut *state;
        for way in [to_service, to_dialler] {
            std::mem::take(way).wake();
        }
    }

    /// Neither cut nor ended.
    pub(super) fn is_whole(&self) -> bool {
        let state = self.state();
        !state.cut && state.to_service.end.is_none()
    }

    /// Ends the stream in both directions, from one side.
    fn finish(&self, side: Side) {
        let arrival = self.air.arrival();
        let mut state = self.state();
        let (incoming, outgoing) = state.ways(side);
        if outgoing.end.is_none() {
            outgoing.end = Some(outgoing.last.map_or(arrival, |last| last.max(arrival)));
            // The other side will write no more; what it wrote before can still be read.
            incoming.end = Some(incoming.last.unwrap_or_else(Instant::now));
        }
        incoming.wake();
        outgoing.wake();
    }

    fn state(&self) -> MutexGuard<'_, CircuitState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CircuitState {
    /// The way towards `side` and the way from it.
    fn ways(&mut self, side: Side) -> (&mut Way, &mut Way) {
        match side {
            Side::Dialler => (&mut self.to_dialler, &mut self.to_service),
            Side::Service => (&mut self.to_service, &mut self.to_dialler),
        }
    }
}

impl Way {
    fn wake(&self) {
        for waker in [&self.reader, &self.writer].into_iter().flatten() {
            waker.wake_by_ref();
        }
    }

    /// When there is something to read: bytes or the end.
    fn next_due(&self) -> Option<Instant> {
        self.parcels.front().map(|parcel| parcel.due).or(self.end)
    }

    /// Moves what has arrived into `buf`.
    fn unload(&mut self, now: Instant, buf: &mut ReadBuf<'_>) {
        while let Some(parcel) = self.parcels.front_mut().filter(|parcel| parcel.due <= now && buf.remaining() > 0) {
            let rest = parcel.bytes.get(parcel.read..).unwrap_or_default();
            let taken = rest.get(..buf.remaining()).unwrap_or(rest);
            buf.put_slice(taken);
            self.load -= taken.len();
            parcel.read += taken.len();
            if parcel.read == parcel.bytes.len() {
                self.parcels.pop_front();
            }
        }
    }
}

impl AsyncRead for End {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let circuit = Arc::clone(&self.circuit);
        loop {
            let mut state = circuit.state();
            if state.cut {
                return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
            }
            let (incoming, _) = state.ways(self.side);
            incoming.reader = Some(cx.waker().clone());
            let Some(due) = incoming.next_due() else { return Poll::Pending };
            let now = Instant::now();
            let due = circuit.air.not_before(due);
            if due <= now {
                incoming.unload(now, buf);
                if let Some(writer) = incoming.writer.take() {
                    writer.wake();
                }
                return Poll::Ready(Ok(()));
            }
            drop(state);
            let mut alarm = Box::pin(tokio::time::sleep_until(due));
            let rung = alarm.as_mut().poll(cx);
            self.alarm = Some(alarm);
            ready!(rung);
        }
    }
}

impl AsyncWrite for End {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let arrival = self.circuit.air.arrival();
        let mut state = self.circuit.state();
        if state.cut {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        let (_, outgoing) = state.ways(self.side);
        if outgoing.end.is_some() {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let room = CAPACITY.saturating_sub(outgoing.load);
        if room == 0 {
            outgoing.writer = Some(cx.waker().clone());
            return Poll::Pending;
        }
        let taken = bytes.get(..room).unwrap_or(bytes);
        let due = outgoing.last.map_or(arrival, |last| last.max(arrival));
        outgoing.last = Some(due);
        outgoing.load += taken.len();
        outgoing.parcels.push_back(Parcel { due, bytes: taken.to_vec(), read: 0 });
        if let Some(reader) = outgoing.reader.take() {
            reader.wake();
        }
        Poll::Ready(Ok(taken.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.circuit.finish(self.side);
        Poll::Ready(Ok(()))
    }
}

impl Drop for End {
    fn drop(&mut self) {
        self.circuit.finish(self.side);
    }
}

/// Bytes on their way at most, about the window of a Tor stream; then the writer waits.
const CAPACITY: usize = 256 * 1024;
