//! The services that we want, and the local ports at which tor delivers their streams.
//!
//! It promises that only tor (this machine, or the gateway) is let in, a bounded number at a time, and that our own
//! probe, which shows that we can be reached, is not taken for a visitor. It does not speak to the control port.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::sync::{Notify, Semaphore, mpsc, watch};
use tokio::task::AbortHandle;
use tokio::time::{sleep, timeout};

use super::socks::{self, Credentials, Tcp};
use crate::network::INCOMING_QUEUE;
use crate::{Address, PublishError, Reach, Service, ServiceKey, Stream};

/// The services that should run; clones are the same list.
#[derive(Clone, Default)]
pub(super) struct Registry(Arc<Wishes>);

#[derive(Default)]
struct Wishes {
    wanted: Mutex<BTreeMap<Address, Wanted>>,
    changed: Notify,
}

/// A service that should run.
#[derive(Clone)]
pub(super) struct Wanted {
    pub(super) key: ServiceKey,
    incoming: mpsc::Sender<Stream>,
    pub(super) reach: watch::Sender<Reach>,
}

/// Takes a service off the list when dropped.
struct Guard {
    address: Address,
    registry: Registry,
}

/// A port at which streams of one service arrive, and what runs for it. Dropping it closes the port.
pub(super) struct Door {
    pub(super) at: SocketAddr,
    wanted: Wanted,
    probe: Arc<Probe>,
    tasks: Vec<AbortHandle>,
}

/// How a dial to ourselves is recognized, also one that comes after we gave it up.
struct Probe {
    nonce: [u8; NONCE],
    came: Notify,
}

impl Registry {
    /// Puts a service on the list.
    pub(super) fn publish(&self, key: ServiceKey) -> Result<Service, PublishError> {
        let address = key.address();
        let (incoming_tx, incoming) = mpsc::channel(INCOMING_QUEUE);
        let (reach_tx, reach) = watch::channel(Reach::Starting { detail: "asking Tor to run the service".into() });
        {
            let mut wanted = self.wanted();
            if wanted.contains_key(&address) {
                return Err(PublishError::AlreadyPublished);
            }
            wanted.insert(address, Wanted { key, incoming: incoming_tx, reach: reach_tx });
        }
        self.0.changed.notify_one();
        Ok(Service { incoming, reach, guard: Box::new(Guard { address, registry: self.clone() }) })
    }

    /// All of them.
    pub(super) fn all(&self) -> Vec<Wanted> {
        self.wanted().values().cloned().collect()
    }

    /// Returns when the list changed since the last time.
    pub(super) async fn changed(&self) {
        self.0.changed.notified().await;
    }

    /// Says the same of every service.
    pub(super) fn tell_all(&self, reach: &Reach) {
        for wanted in self.wanted().values() {
            wanted.tell(reach.clone());
        }
    }

    fn wanted(&self) -> MutexGuard<'_, BTreeMap<Address, Wanted>> {
        self.0.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wanted {
    /// Says how it stands, if that is news.
    pub(super) fn tell(&self, reach: Reach) {
        self.reach.send_if_modified(|old| {
            let news = *old != reach;
            *old = reach;
            news
        });
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.registry.wanted().remove(&self.address);
        self.registry.0.changed.notify_one();
    }
}

impl Door {
    /// Opens a port for tor alone: `ends` are ours and tor's end of the control connection. `None`: none is free.
    #[expect(clippy::disallowed_types, reason = "the road: where the tor of this machine delivers streams")]
    pub(super) async fn open(wanted: Wanted, ends: Option<(IpAddr, IpAddr)>) -> Option<Self> {
        let (here, tor) = ends_of(ends);
        let mut listener = None;
        for port in PORTS {
            if let Ok(bound) = tokio::net::TcpListener::bind((here, port)).await {
                listener = Some((bound, SocketAddr::new(here, port)));
                break;
            }
        }
        let (listener, at) = listener?;
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).ok()?;
        let probe = Arc::new(Probe { nonce, came: Notify::new() });
        let task = tokio::spawn(admit(listener, tor, wanted.clone(), Arc::clone(&probe)));
        Some(Self { at, wanted, probe, tasks: vec![task.abort_handle()] })
    }

    /// Dials ourselves, again and again, and says whether we can be reached. To be called when the service runs.
    pub(super) fn watch(&mut self, socks: SocketAddr) {
        self.tasks.truncate(1);
        let (wanted, probe) = (self.wanted.clone(), Arc::clone(&self.probe));
        self.tasks.push(tokio::spawn(prove(wanted, probe, socks)).abort_handle());
    }

    /// Says how the service stands.
    pub(super) fn tell(&self, reach: Reach) {
        self.wanted.tell(reach);
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.tasks.iter().for_each(AbortHandle::abort);
    }
}

/// Our end and tor's, given those of the control connection: apart from this machine, there is only a gateway.
pub(super) fn ends_of(control: Option<(IpAddr, IpAddr)>) -> (IpAddr, IpAddr) {
    control.filter(|(here, _)| !here.is_loopback()).unwrap_or((LOOPBACK, LOOPBACK))
}

#[expect(clippy::disallowed_types, reason = "the road: where the tor of this machine delivers streams")]
async fn admit(listener: tokio::net::TcpListener, tor: IpAddr, wanted: Wanted, probe: Arc<Probe>) {
    let places = Arc::new(Semaphore::new(STREAMS));
    loop {
        let Ok((stream, from)) = listener.accept().await else {
            // Out of file descriptors: others will be closed.
            sleep(ACCEPT_AGAIN).await;
            continue;
        };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else { continue };
        if from.ip() != tor || stream.set_nodelay(true).is_err() {
            continue;
        }
        let (incoming, probe) = (wanted.incoming.clone(), Arc::clone(&probe));
        tokio::spawn(async move {
            if timeout(HAND_OVER, probe.visitor(&stream)).await == Ok(true) {
                // Nobody takes it in time: as if nobody were here.
                let _ = timeout(HAND_OVER, incoming.send(Stream::guarded(stream, place))).await;
            }
        });
    }
}

async fn prove(wanted: Wanted, probe: Arc<Probe>, socks: SocketAddr) {
    let mut pause = PROVE_FIRST;
    loop {
        if reached(&wanted, &probe, socks).await {
            wanted.tell(Reach::Reachable);
            pause = PROVE_FIRST;
            sleep(PROVE_AGAIN).await;
        } else {
            let detail = "Tor runs the service, but a test from outside did not come through yet";
            // Looked at before it is told: the look holds the lock that telling takes.
            let starting = matches!(*wanted.reach.borrow(), Reach::Starting { .. });
            let detail = detail.into();
            wanted.tell(if starting { Reach::Starting { detail } } else { Reach::Unreachable { detail } });
            sleep(pause).await;
            pause = (pause * 2).min(PROVE_MOST);
        }
    }
}

/// Whether a dial to ourselves, over circuits of its own, came back.
async fn reached(wanted: &Wanted, probe: &Probe, socks: SocketAddr) -> bool {
    let mut secret = [0; 32];
    if getrandom::fill(&mut secret).is_err() {
        return false;
    }
    let dialling = async {
        let mut stream = socks::connect(socks, &wanted.key.address(), &Credentials::new(&secret)).await.ok()?;
        stream.write_all(&probe.nonce).await.ok()?;
        probe.came.notified().await;
        Some(())
    };
    timeout(PROVE_TIMEOUT, dialling).await.ok().flatten().is_some()
}

impl Probe {
    /// Whether somebody is there, who says something, and is not ourselves. A visitor speaks first; what is said is looked
    /// at and left where it is.
    async fn visitor(&self, stream: &Tcp) -> bool {
        let mut seen = [0; NONCE];
        loop {
            let Ok(length) = stream.peek(&mut seen).await else { return false };
            if length == 0 {
                return false;
            }
            if seen.get(..length) != self.nonce.get(..length) {
                return true;
            }
            if length == NONCE {
                self.came.notify_one();
                return false;
            }
            // More of it is on its way; the kernel tells only of bytes that are there already.
            sleep(MORE).await;
        }
    }
}

const LOOPBACK: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

/// The local ports: few and fixed, so that a filter can name them. As many identities as it has can be online at a time.
pub(super) const PORTS: std::ops::RangeInclusive<u16> = 17630..=17639;

/// Streams of one service open at a time.
const STREAMS: usize = 512;

/// For the first byte of a visitor, and for a place in the queue of streams.
const HAND_OVER: Duration = Duration::from_secs(15);

const ACCEPT_AGAIN: Duration = Duration::from_millis(200);
const MORE: Duration = Duration::from_millis(20);

/// Bytes that nobody guesses.
const NONCE: usize = 32;

/// A descriptor is on its way for some seconds; then a dial to ourselves takes as long as any.
const PROVE_FIRST: Duration = Duration::from_secs(2);
const PROVE_MOST: Duration = Duration::from_secs(120);
const PROVE_TIMEOUT: Duration = Duration::from_secs(60);
/// A service that was reached is asked again now and then: each time costs circuits.
const PROVE_AGAIN: Duration = Duration::from_secs(30 * 60);
