//! The weather itself: a TCP proxy before each relay.
//!
//! It promises that every byte of a link waits for the delay, the limit, the freeze and the cut of both of its ends,
//! as they are when the byte passes, in order, and that a slow receiver slows its sender down.
//! It does not look into the bytes, and a link that was cut does not come back: Tor makes a new one.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

use crate::weather::Sky;

/// One relay's end of its links: its sky, and when its line is free again in each direction.
#[derive(Clone, Debug)]
pub(crate) struct End {
    sky: watch::Receiver<Sky>,
    free: Arc<[Mutex<Instant>; 2]>,
}

/// The two ends of a link: the relay that is called, and the calling relay unless a client calls.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    called: End,
    caller: Option<End>,
}

/// Which way bytes go, as the called relay sees it; the caller sees the other.
#[derive(Clone, Copy, Debug)]
enum Way {
    In,
    Out,
}

impl End {
    /// The end that lies under this sky.
    pub(crate) fn new(sky: watch::Receiver<Sky>) -> Self {
        let now = Instant::now();
        Self { sky, free: Arc::new([Mutex::new(now), Mutex::new(now)]) }
    }

    /// Takes the line for so many bytes; returns when the last of them is through.
    fn reserve(&self, bytes: usize, way: Way) -> Instant {
        let now = Instant::now();
        let Some(rate) = self.sky.borrow().weather.limit else { return now };
        let [inwards, outwards] = &*self.free;
        let line = match way {
            Way::In => inwards,
            Way::Out => outwards,
        };
        let mut free = line.lock().unwrap_or_else(PoisonError::into_inner);
        *free = (*free).max(now) + Duration::from_secs_f64(bytes as f64 / rate as f64);
        *free
    }
}

impl Link {
    /// A link between two relays, or from a client to a relay.
    pub(crate) fn new(called: End, caller: Option<End>) -> Self {
        Self { called, caller }
    }

    fn sky(&self) -> Sky {
        let called = *self.called.sky.borrow();
        self.caller.as_ref().map_or(called, |caller| called.worse(*caller.sky.borrow()))
    }

    fn reserve(&self, bytes: usize, way: Way) -> Instant {
        let called = self.called.reserve(bytes, way);
        let back = match way {
            Way::In => Way::Out,
            Way::Out => Way::In,
        };
        self.caller.as_ref().map_or(called, |caller| called.max(caller.reserve(bytes, back)))
    }

    /// Waits for any change of either end's sky; for ever once the network is ending.
    async fn changed(&mut self) {
        let gone = match &mut self.caller {
            Some(caller) => tokio::select! {
                changed = self.called.sky.changed() => changed,
                changed = caller.sky.changed() => changed,
            },
            None => self.called.sky.changed().await,
        };
        if gone.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Returns when it was cut since then.
    async fn cut(mut self, since: Sky) {
        while self.sky().cuts == since.cuts {
            self.changed().await;
        }
    }

    /// Returns at `due` or later, and never while frozen.
    async fn passable(&mut self, due: Instant) {
        sleep_until(due).await;
        while let Some(until) = self.sky().frozen_until.filter(|until| *until > Instant::now()) {
            tokio::select! {
                () = sleep_until(until) => {}
                () = self.changed() => {}
            }
        }
    }
}

/// Carries every connection that reaches `listener` on to `target`, for as long as it is polled.
/// `relays` tells which relay calls, by its address; whoever is not in it is a client.
pub(crate) async fn serve(
    listener: TcpListener,
    target: SocketAddrV4,
    called: End,
    relays: Arc<BTreeMap<Ipv4Addr, End>>,
) {
    loop {
        match listener.accept().await {
            Ok((stream, SocketAddr::V4(from))) => {
                let link = Link::new(called.clone(), relays.get(from.ip()).cloned());
                tokio::spawn(connect(stream, *from.ip(), target, link));
            }
            Ok(_) => {}
            // Out of file descriptors, most likely: leave the others time to end.
            Err(_) => tokio::time::sleep(ACCEPT_AGAIN).await,
        }
    }
}

async fn connect(near: TcpStream, from: Ipv4Addr, target: SocketAddrV4, link: Link) {
    let since = link.sky();
    if since.cut {
        return;
    }
    let Ok(far) = dial(from, target).await else { return };
    // Ours to delay, not the kernel's. It fails only for a socket that is closed already.
    let _ = (near.set_nodelay(true), far.set_nodelay(true));
    let (near_read, near_write) = near.into_split();
    let (far_read, far_write) = far.into_split();
    let both = async {
        tokio::join!(
            carry(near_read, far_write, link.clone(), Way::In),
            carry(far_read, near_write, link.clone(), Way::Out),
        )
    };
    tokio::select! {
        _ = both => {}
        () = link.clone().cut(since) => {}
    }
}

/// The relay sees the address that the caller has in the consensus, as it would without a proxy.
async fn dial(from: Ipv4Addr, target: SocketAddrV4) -> io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddrV4::new(from, 0).into())?;
    socket.connect(target.into()).await
}

/// One direction: a reader that stamps each piece with its due time, and a writer that waits for it.
async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, link: Link, way: Way) {
    let (stamped, mut pieces) = mpsc::channel::<(Instant, Vec<u8>)>(PIECES);
    let mut writing = link.clone();
    let write = async {
        while let Some((due, piece)) = pieces.recv().await {
            let due = due.max(writing.reserve(piece.len(), way));
            writing.passable(due).await;
            to.write_all(&piece).await?;
        }
        to.shutdown().await
    };
    let read = async {
        let mut last = Instant::now();
        loop {
            let sky = link.sky();
            let mut piece = vec![0; piece_len(sky.weather.limit)];
            let Ok(length @ 1..) = from.read(&mut piece).await else { break };
            piece.truncate(length);
            let weather = link.sky().weather;
            last = last.max(Instant::now() + weather.delay + random_up_to(weather.jitter));
            if stamped.send((last, piece)).await.is_err() {
                break;
            }
        }
        drop(stamped);
    };
    let _ = tokio::join!(read, write);
}

/// Pieces of a slow line are small, so that it flows rather than drips.
fn piece_len(limit: Option<u64>) -> usize {
    limit.map_or(PIECE, |rate| usize::try_from(rate / 50).map_or(PIECE, |piece| piece.clamp(64, PIECE)))
}

fn random_up_to(most: Duration) -> Duration {
    let share = f64::from(RandomState::new().build_hasher().finish() as u32) / f64::from(u32::MAX);
    most.mul_f64(share)
}

const ACCEPT_AGAIN: Duration = Duration::from_millis(50);
/// Bytes read at once.
const PIECE: usize = 16 * 1024;
/// Pieces on their way at once in one direction: what a long line holds (2 MiB of full ones).
const PIECES: usize = 128;

#[cfg(test)]
#[path = "proxy_tests.rs"]
mod tests;
