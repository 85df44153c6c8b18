//! The one door from Arti to the network: where it may connect to, and until when.
//!
//! It promises that with bridges or a proxy nothing else is connected to, whatever Arti decides, and that with the end of
//! the Tor it belongs to every connection breaks, whoever still holds on to it. It listens nowhere.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Poll};

use futures::io::{AsyncRead, AsyncWrite};
use futures::stream;
use futures::task::AtomicWaker;
use tor_rtcompat::{CompoundRuntime, NetStreamListener, NetStreamProvider, PreferredRuntime, StreamOps};

/// Arti's runtime, with our door in it.
pub(super) type Runtime = CompoundRuntime<
    PreferredRuntime,
    PreferredRuntime,
    PreferredRuntime,
    Valve,
    PreferredRuntime,
    PreferredRuntime,
    PreferredRuntime,
>;

/// Where may be connected to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Passage {
    /// Any relay.
    Anywhere,
    /// These alone: bridges, or the proxy.
    Only {
        places: Vec<SocketAddr>,
        /// Transports are on this machine, at ports of their own choice.
        transports: bool,
    },
}

/// The door; its clones are the same one.
#[derive(Clone)]
pub(super) struct Valve {
    outside: PreferredRuntime,
    passage: Passage,
    lines: Arc<Lines>,
}

#[derive(Default)]
struct Lines {
    shut: AtomicBool,
    open: Mutex<Vec<Weak<Cut>>>,
}

/// Whether one connection was cut, and who waits at its two ends.
#[derive(Default)]
struct Cut {
    done: AtomicBool,
    reader: AtomicWaker,
    writer: AtomicWaker,
}

/// One connection.
pub(super) struct Line {
    inner: Outside,
    cut: Arc<Cut>,
}

/// Nobody listens.
pub(super) struct Nowhere;

type Outside = <PreferredRuntime as NetStreamProvider>::Stream;
type Options = <PreferredRuntime as NetStreamProvider>::ConnectOptions;
type Listening = <PreferredRuntime as NetStreamProvider>::ListenOptions;
type Connecting<'a, T> = Pin<Box<dyn Future<Output = io::Result<T>> + Send + 'a>>;

impl Passage {
    fn leads_to(&self, place: &SocketAddr) -> bool {
        match self {
            Self::Anywhere => true,
            Self::Only { places, transports } => places.contains(place) || (*transports && place.ip().is_loopback()),
        }
    }
}

impl Valve {
    pub(super) fn new(outside: PreferredRuntime, passage: Passage) -> Self {
        Self { outside, passage, lines: Arc::default() }
    }

    /// The runtime to give to Arti.
    pub(super) fn runtime(&self) -> Runtime {
        let rest = || self.outside.clone();
        CompoundRuntime::new(rest(), rest(), rest(), self.clone(), rest(), rest(), rest())
    }

    /// Breaks every connection; there is none any more.
    pub(super) fn shut(&self) {
        self.lines.shut.store(true, Ordering::SeqCst);
        let open = std::mem::take(&mut *self.lines.open.lock().unwrap_or_else(PoisonError::into_inner));
        open.iter().filter_map(Weak::upgrade).for_each(|cut| cut.make());
    }

    fn admit(&self, inner: Outside) -> io::Result<Line> {
        let cut = Arc::<Cut>::default();
        let mut open = self.lines.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|line| line.strong_count() > 0);
        open.push(Arc::downgrade(&cut));
        drop(open);
        // Looked at after it can be found: it is either refused here or cut there.
        if self.lines.shut.load(Ordering::SeqCst) { Err(ended()) } else { Ok(Line { inner, cut }) }
    }
}

impl NetStreamProvider for Valve {
    type Stream = Line;
    type Listener = Nowhere;
    type ConnectOptions = Options;
    type ListenOptions = Listening;

    fn connect<'a, 'b, 'c, 'd>(&'a self, place: &'b SocketAddr, options: &'c Options) -> Connecting<'d, Line>
    where
        'a: 'd,
        'b: 'd,
        'c: 'd,
        Self: 'd,
    {
        Box::pin(async move {
            if self.lines.shut.load(Ordering::SeqCst) {
                return Err(ended());
            }
            if !self.passage.leads_to(place) {
                tracing::debug!("a connection beside bridges or proxy was refused");
                return Err(io::ErrorKind::PermissionDenied.into());
            }
            self.admit(self.outside.connect(place, options).await?)
        })
    }

    fn listen<'a, 'b, 'c, 'd>(&'a self, _: &'b SocketAddr, _: &'c Listening) -> Connecting<'d, Nowhere>
    where
        'a: 'd,
        'b: 'd,
        'c: 'd,
        Self: 'd,
    {
        Box::pin(std::future::ready(Err(io::ErrorKind::Unsupported.into())))
    }
}

impl NetStreamListener for Nowhere {
    type Stream = Line;
    type Incoming = stream::Empty<io::Result<(Line, SocketAddr)>>;

    fn incoming(self) -> Self::Incoming {
        stream::empty()
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

impl Cut {
    fn make(&self) {
        self.done.store(true, Ordering::SeqCst);
        self.reader.wake();
        self.writer.wake();
    }

    /// After this, `at` is woken when the line is cut.
    fn look(&self, at: &AtomicWaker, cx: &Context<'_>) -> io::Result<()> {
        at.register(cx.waker());
        if self.done.load(Ordering::SeqCst) { Err(ended()) } else { Ok(()) }
    }
}

impl AsyncRead for Line {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &mut [u8]) -> Poll<io::Result<usize>> {
        self.cut.look(&self.cut.reader, cx)?;
        Pin::new(&mut self.inner).poll_read(cx, bytes)
    }
}

impl AsyncWrite for Line {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.cut.look(&self.cut.writer, cx)?;
        Pin::new(&mut self.inner).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.cut.look(&self.cut.writer, cx)?;
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_close(cx)
    }
}

impl StreamOps for Line {
    fn set_tcp_notsent_lowat(&self, bytes: u32) -> io::Result<()> {
        self.inner.set_tcp_notsent_lowat(bytes)
    }

    fn new_handle(&self) -> Box<dyn StreamOps + Send + Unpin> {
        self.inner.new_handle()
    }
}

fn ended() -> io::Error {
    io::ErrorKind::ConnectionAborted.into()
}

#[cfg(test)]
#[expect(clippy::disallowed_types, reason = "a test needs somebody to connect to")]
mod tests {
    use futures::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    fn valve(passage: Passage) -> Valve {
        Valve::new(PreferredRuntime::current().unwrap(), passage)
    }

    async fn connect(valve: &Valve, place: SocketAddr) -> io::Result<Line> {
        valve.connect(&place, &Options::default()).await
    }

    #[tokio::test]
    async fn only_what_is_named_is_connected_to() {
        let (one, two) =
            (TcpListener::bind("127.0.0.1:0").await.unwrap(), TcpListener::bind("127.0.0.1:0").await.unwrap());
        let (one, two) = (one.local_addr().unwrap(), two.local_addr().unwrap());
        let only = valve(Passage::Only { places: vec![one], transports: false });
        connect(&only, one).await.unwrap();
        assert_eq!(connect(&only, two).await.map(drop).unwrap_err().kind(), io::ErrorKind::PermissionDenied);
        let transports = valve(Passage::Only { places: Vec::new(), transports: true });
        connect(&transports, two).await.unwrap();
        let outside: SocketAddr = "192.0.2.1:9001".parse().unwrap();
        assert_eq!(connect(&transports, outside).await.map(drop).unwrap_err().kind(), io::ErrorKind::PermissionDenied);
        connect(&valve(Passage::Anywhere), two).await.unwrap();
    }

    #[tokio::test]
    async fn what_waits_is_woken_and_told_when_it_is_shut() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let valve = valve(Passage::Anywhere);
        let mut line = connect(&valve, listener.local_addr().unwrap()).await.unwrap();
        let (_far, _) = listener.accept().await.unwrap();
        let reading = tokio::spawn(async move {
            let error = line.read(&mut [0; 1]).await.unwrap_err();
            assert_eq!(line.write(&[0]).await.unwrap_err().kind(), error.kind());
            error.kind()
        });
        tokio::task::yield_now().await;
        valve.shut();
        assert_eq!(reading.await.unwrap(), io::ErrorKind::ConnectionAborted);
        let again = connect(&valve, listener.local_addr().unwrap()).await.map(drop);
        assert_eq!(again.unwrap_err().kind(), io::ErrorKind::ConnectionAborted);
    }
}
