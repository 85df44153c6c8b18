//! What every road promises: publish a service, dial one, say truthfully what is happening.
//!
//! It does not retry, queue or authenticate; a [`Stream`] is a pipe of bytes from somebody unknown.

use std::future::Future;
use std::pin::Pin;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{mpsc, watch};

use crate::detour::{Detour, DetourError, Transport};
use crate::{Address, ServiceKey};

/// A future that can be kept in a trait object.
pub type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A road to onion services.
pub trait Network: Send + Sync + 'static {
    /// The name of the road: `arti`, `memory` or `system`.
    fn backend(&self) -> &'static str;

    /// Whether full vanguards protect the guards of our services.
    fn vanguards(&self) -> bool;

    /// What the road is doing; changes as it does.
    fn status(&self) -> watch::Receiver<Status>;

    /// Runs the onion service of `key` until the returned [`Service`] is dropped.
    fn publish(&self, key: ServiceKey) -> Boxed<'_, Result<Service, PublishError>>;

    /// Opens a stream; it may be handed out before the other side has accepted it (optimistic data), so that the
    /// first bytes travel with the opening.
    fn dial(&self, dial: Dial) -> Boxed<'_, Result<Stream, DialError>>;

    /// Stops (`false`) or resumes (`true`) all activity on the network. Services should be dropped before.
    fn set_online(&self, online: bool);

    /// Whether this road could take a detour, and why not. Nothing changes.
    fn check(&self, _detour: &Detour) -> Result<(), DetourError> {
        Err(DetourError::NotOurs)
    }

    /// Leaves by this detour from now on and by nothing else, also when it leads nowhere: [`Network::status`] says so
    /// then. Everything open ends; services should be dropped before. A road that [`Network::check`]s none takes none.
    fn take(&self, _detour: Detour) -> Boxed<'_, ()> {
        Box::pin(std::future::ready(()))
    }
}

/// Whom to dial, and with whom the circuit may be shared: only with dials of the same identity and lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dial {
    /// Which of our identities dials; circuits of two identities are never shared.
    pub identity: u64,
    /// 0 for talk; another number for each further circuit (files, voice).
    pub lane: u32,
    /// The other side's onion service.
    pub to: Address,
}

/// The state of the road as a whole.
#[derive(Clone, Debug, PartialEq)]
pub enum Status {
    /// Switched off by the user.
    Offline,
    /// On the way.
    Connecting {
        /// How far, in 0.0..=1.0.
        fraction: f32,
        /// The step being done.
        message: Step,
    },
    /// Cannot go on for a reason the user can act on.
    Blocked {
        /// How far it came, in 0.0..=1.0.
        fraction: f32,
        /// What stands in the way.
        reason: Obstacle,
    },
    /// Circuits can be built.
    Ready,
}

/// A step on the way to Tor. Its words are English; a window has its own.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Step {
    /// A relay is being connected to.
    #[error("connecting to the Tor network")]
    Network,
    /// A bridge is being connected to.
    #[error("connecting to a bridge")]
    Bridge,
    /// A relay is being connected to through a proxy.
    #[error("connecting through the proxy")]
    Proxy,
    /// The directory is being fetched.
    #[error("fetching the list of relays")]
    Directory,
    /// In the words of the Tor of this machine.
    #[error("{0}")]
    Words(String),
}

/// What stands in the way to Tor. Its words are English and hold no address of an onion service, no bridge and no
/// password; a window has its own.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Obstacle {
    /// Nothing can be connected to.
    #[error("this computer seems to be offline")]
    Offline,
    /// Connections are made, and then they are not to Tor.
    #[error("connections to Tor seem to be filtered here; a bridge may help")]
    Filtered,
    /// The clock; how far it is off, as Arti says it.
    #[error("the clock of this computer seems to be wrong ({0}); set it, and this program goes on by itself")]
    Clock(String),
    /// The directory cannot be fetched.
    #[error("the list of Tor relays cannot be fetched")]
    Directory,
    /// Something else.
    #[error("the Tor network cannot be reached")]
    Network,
    /// Bridges are set, and none of them lets us in.
    #[error(
        "no bridge answers: they may be gone, blocked or mistyped; ask for others, or for another kind; nothing goes around them"
    )]
    Bridges,
    /// A proxy is set, and nothing comes through it.
    #[error(
        "nothing comes through the proxy: look whether it runs, at its address, user and password; nothing goes around it"
    )]
    Proxy,
    /// The program of a transport is missing.
    #[error(
        "no program for {0} bridges is on this machine; install one, or set other bridges; nothing goes around them"
    )]
    NoProgram(Transport),
    /// What was kept of bridges and proxy cannot be read.
    #[error("the saved bridges or proxy cannot be read, and nothing goes around them; set them again")]
    Unreadable,
    /// Tor did not start with these settings.
    #[error("Tor could not be started anew; start this program again")]
    Stopped,
    /// In the words of the Tor of this machine.
    #[error("{0}")]
    Words(String),
}

impl From<String> for Step {
    fn from(words: String) -> Self {
        Self::Words(words)
    }
}

impl From<&str> for Step {
    fn from(words: &str) -> Self {
        Self::Words(words.to_owned())
    }
}

impl From<String> for Obstacle {
    fn from(words: String) -> Self {
        Self::Words(words)
    }
}

impl From<&str> for Obstacle {
    fn from(words: &str) -> Self {
        Self::Words(words.to_owned())
    }
}

/// A running onion service; dropping it unpublishes. Streams already open stay.
pub struct Service {
    /// Streams that others opened, at most [`INCOMING_QUEUE`] waiting.
    pub incoming: mpsc::Receiver<Stream>,
    /// Whether others can find it.
    pub reach: watch::Receiver<Reach>,
    /// Keeps the service alive.
    pub guard: Box<dyn std::any::Any + Send + Sync>,
}

/// Whether a service can be found by others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Being published for the first time.
    Starting {
        /// The step being done, in plain words.
        detail: String,
    },
    /// Its descriptor is published and introduction points answer.
    Reachable,
    /// Not reachable now.
    Unreachable {
        /// Why, in plain words.
        detail: String,
    },
    /// Not reachable until the person changes something on this machine. Dials may come through all the same.
    Barred {
        /// What stands in the way.
        barrier: Barrier,
        /// The same, and what to do, in plain words.
        detail: String,
    },
}

/// What keeps others out where the tor of the machine is used, and only the person can change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Barrier {
    /// Nothing answers at the control port as tor would.
    ControlPort,
    /// It wants a password that we do not have.
    Password,
    /// It wants a cookie that this user cannot read.
    Cookie,
    /// Tor refuses what we need.
    Refused,
    /// The filter of Tails lacks our profile.
    TailsProfile,
    /// The filter of the Whonix gateway lacks our profile.
    WhonixProfile,
    /// The ports of this machine at which Tor delivers streams are in use.
    Ports,
    /// Another program runs the same service.
    Twice,
}

/// A two-way stream of bytes. As on Tor there is no half-open stream: shutting it down, or dropping it, ends both
/// directions; flush before.
pub struct Stream {
    inner: Box<dyn ReadWrite>,
    /// Dropped after the stream: what counts it.
    _guard: Option<Box<dyn std::any::Any + Send>>,
}

trait ReadWrite: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> ReadWrite for T {}

/// Why a dial failed. The words are shown to the user by the window and the log, never the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DialError {
    /// The road is off or not yet connected.
    #[error("Tor is offline")]
    Offline,
    /// No descriptor: the service has not been seen on the network lately.
    #[error("Tor found no trace of the service")]
    NotFound,
    /// Its introduction points do not answer: it probably went away a short while ago.
    #[error("the service did not answer at its introduction points")]
    IntroductionFailed,
    /// The service was reached and refused the stream.
    #[error("the service refused the connection")]
    Refused,
    /// It took too long.
    #[error("the connection timed out")]
    Timeout,
    /// Not reached, by a Tor that does not say why (Tails).
    #[error("Tor could not reach the service, and does not say why")]
    Unreachable,
    /// The service wants a key we do not have (closed doors).
    #[error("the service is closed to strangers")]
    Closed,
    /// Any other failure of the Tor network.
    #[error("the Tor network failed")]
    Network,
}

/// Why a service could not be started.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublishError {
    /// The same identity is already published by this process.
    #[error("this identity is already published")]
    AlreadyPublished,
    /// The road refused; the text says why and holds no address.
    #[error("the onion service could not be started: {0}")]
    Refused(String),
}

/// A knob of the road that protects less than it should, found when the effective configuration is read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weakness(pub &'static str);

impl Stream {
    /// Wraps any pipe.
    pub fn new(inner: impl AsyncRead + AsyncWrite + Send + Unpin + 'static) -> Self {
        Self { inner: Box::new(inner), _guard: None }
    }

    /// Wraps a pipe together with something that is to be dropped with it.
    pub(crate) fn guarded<T>(inner: T, guard: impl Send + 'static) -> Self
    where
        T: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        Self { inner: Box::new(inner), _guard: Some(Box::new(guard)) }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
        buf: &mut tokio::io::ReadBuf<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, buf)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
        buf: &[u8],
    ) -> std::task::Poll<std::io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut std::task::Context<'_>) -> std::task::Poll<std::io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(
        mut self: Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Stream")
    }
}

/// The virtual port of every Pelure service.
pub const PORT: u16 = 9876;

/// Streams accepted by the road and not yet taken by the engine; more wait at the rendezvous.
pub const INCOMING_QUEUE: usize = 16;
