//! Dialling onion services through Arti's own connector.
//!
//! It promises that circuits are shared only within an identity and lane, that the first bytes travel with the opening
//! of the stream, and that a dial never gets a circuit whose streams have all ended. `TorClient::connect` would wait
//! for the other side to accept (a whole round trip) and keep a dead circuit in use for ten minutes. It does not retry.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use arti_client::IsolationToken;
use arti_client::config::TorClientConfig;
use futures::StreamExt;
use tokio::runtime::Handle;
use tokio::time;
use tor_circmgr::ClientOnionServiceDataTunnel as Tunnel;
use tor_circmgr::isolation::{StreamIsolation, StreamIsolationBuilder};
use tor_error::{ErrorKind, HasKind};
use tor_hsclient::{HsClientConnector, HsClientSecretKeysBuilder};
use tor_hscrypto::pk::HsId;
use tor_netdir::DirEvent;
use tor_proto::client::stream::{DataStream, StreamParameters};

use super::Client;
use super::valve::Runtime;
use crate::{Address, Dial, DialError, PORT, Stream};

/// Dials for all identities.
pub(super) struct Dialler {
    client: Arc<Client>,
    config: TorClientConfig,
    connector: Mutex<Option<Connector>>,
    isolations: Mutex<BTreeMap<Key, IsolationToken>>,
    lines: Arc<Lines>,
}

type Connector = HsClientConnector<Runtime>;

/// The circuits in use, by identity, lane and service.
struct Lines {
    open: Mutex<BTreeMap<Key, Line>>,
    runtime: Handle,
}

type Key = (u64, u32, Address);

struct Line {
    tunnel: Weak<Tunnel>,
    streams: usize,
}

/// Held by a stream: when the last one of a circuit is dropped, the circuit ends.
struct Use {
    key: Key,
    tunnel: Weak<Tunnel>,
    lines: Arc<Lines>,
}

impl Dialler {
    /// Must be called inside a tokio runtime.
    pub(super) fn new(client: Arc<Client>, config: TorClientConfig) -> Self {
        let lines = Arc::new(Lines { open: Mutex::default(), runtime: Handle::current() });
        Self { client, config, connector: Mutex::default(), isolations: Mutex::default(), lines }
    }

    pub(super) async fn dial(&self, dial: Dial) -> Result<Stream, DialError> {
        let outcome = time::timeout(DIAL_TIMEOUT, self.open(dial)).await.unwrap_or(Err(DialError::Timeout));
        if let Err(DialError::IntroductionFailed | DialError::Timeout | DialError::Network) = outcome {
            self.forget(&(dial.identity, dial.lane, dial.to));
        }
        outcome
    }

    async fn open(&self, dial: Dial) -> Result<Stream, DialError> {
        let key = (dial.identity, dial.lane, dial.to);
        self.lines.end_idle(&key).await;
        let connector = self.connector()?;
        let netdir = self.client.dirmgr().map_err(|_| DialError::Offline)?.timely_netdir();
        let netdir = netdir.map_err(|_| DialError::Offline)?;
        let keys = HsClientSecretKeysBuilder::default().build().map_err(|_| DialError::Network)?;
        let service = HsId::from(*dial.to.public_key());
        let isolation = self.isolation(key)?;
        let tunnel = connector.get_or_launch_tunnel(&netdir, service, keys, isolation).await;
        let tunnel = tunnel.map_err(|error| classify(error.kind()))?;
        // Counted before the stream is opened, so that nobody ends the circuit meanwhile.
        let in_use = self.lines.enter(key, &tunnel);
        let stream = begin(&tunnel).await?;
        Ok(Stream::guarded(stream, in_use))
    }

    /// Ends every circuit that was dialled.
    pub(super) fn hang_up(&self) {
        let lines = std::mem::take(&mut *self.lines.open());
        for tunnel in lines.into_values().filter_map(|line| line.tunnel.upgrade()) {
            tunnel.terminate();
        }
    }

    /// Arti's connector, made when Tor is on its way.
    fn connector(&self) -> Result<Connector, DialError> {
        let mut connector = self.connector.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(connector) = &*connector {
            return Ok(connector.clone());
        }
        let pool = self.client.hs_circ_pool().map_err(|_| DialError::Offline)?;
        let events = self.client.dirmgr().map_err(|_| DialError::Offline)?.events();
        // As Arti does: old descriptors are forgotten when a new consensus comes.
        let prompts = events.filter_map(async |event| matches!(event, DirEvent::NewConsensus).then_some(())).boxed();
        let runtime = self.client.runtime().clone();
        let made = HsClientConnector::new(runtime, pool, &self.config, prompts).map_err(|_| DialError::Network)?;
        Ok(connector.insert(made).clone())
    }

    /// The same for all dials of an identity and lane to one service, and like no other's.
    fn isolation(&self, key: Key) -> Result<StreamIsolation, DialError> {
        let token = *self.isolations().entry(key).or_insert_with(IsolationToken::new);
        StreamIsolationBuilder::new().owner_token(token).build().map_err(|_| DialError::Network)
    }

    /// Lets the next dial ask for a fresh descriptor. Arti keeps the one it has as long as it is valid, and asks again
    /// only when an introduction point says that it does not know the service: a service that restarted, and whose old
    /// introduction points do not answer at all, would stay out of reach for hours. Arti keeps descriptors per isolation.
    fn forget(&self, key: &Key) {
        self.isolations().remove(key);
    }

    fn isolations(&self) -> MutexGuard<'_, BTreeMap<Key, IsolationToken>> {
        self.isolations.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lines {
    fn enter(self: &Arc<Self>, key: Key, tunnel: &Arc<Tunnel>) -> Use {
        let tunnel = Arc::downgrade(tunnel);
        let mut open = self.open();
        let line = open.entry(key).or_insert_with(|| Line { tunnel: tunnel.clone(), streams: 0 });
        if !line.tunnel.ptr_eq(&tunnel) {
            *line = Line { tunnel: tunnel.clone(), streams: 0 };
        }
        line.streams += 1;
        Use { key, tunnel, lines: Arc::clone(self) }
    }

    /// Ends the circuit of `key` when no stream uses it: it may be dead without Arti's knowing.
    async fn end_idle(&self, key: &Key) {
        let Some(tunnel) = self.take_idle(key) else { return };
        tunnel.terminate();
        // Arti hands an ending circuit out again until it has ended.
        let _ = time::timeout(END_TIMEOUT, tunnel.wait_for_close()).await;
    }

    fn take_idle(&self, key: &Key) -> Option<Arc<Tunnel>> {
        let mut open = self.open();
        let idle = open.get(key).is_some_and(|line| line.streams == 0);
        if idle { open.remove(key)?.tunnel.upgrade() } else { None }
    }

    fn open(&self) -> MutexGuard<'_, BTreeMap<Key, Line>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Use {
    fn drop(&mut self) {
        let mut open = self.lines.open();
        let Some(line) = open.get_mut(&self.key).filter(|line| line.tunnel.ptr_eq(&self.tunnel)) else { return };
        line.streams -= 1;
        if line.streams > 0 {
            return;
        }
        drop(open);
        let (lines, key) = (Arc::clone(&self.lines), self.key);
        self.lines.runtime.spawn(async move {
            // The end of the stream, and what was written before it, must get out first.
            time::sleep(LINGER).await;
            lines.end_idle(&key).await;
        });
    }
}

/// Opens the stream without waiting for the other side (optimistic data).
async fn begin(tunnel: &Tunnel) -> Result<DataStream, DialError> {
    let mut parameters = StreamParameters::new();
    // An onion service learns only the port: as Arti and C tor do it.
    parameters.optimistic(true).suppress_hostname().suppress_begin_flags();
    tunnel.begin_stream("", PORT, Some(parameters)).await.map_err(|error| classify(error.kind()))
}

/// What a failure of Arti means for the one who waits.
fn classify(kind: ErrorKind) -> DialError {
    match kind {
        ErrorKind::OnionServiceNotFound => DialError::NotFound,
        ErrorKind::OnionServiceNotRunning | ErrorKind::OnionServiceConnectionFailed => DialError::IntroductionFailed,
        ErrorKind::OnionServiceMissingClientAuth | ErrorKind::OnionServiceWrongClientAuth => DialError::Closed,
        ErrorKind::RemoteConnectionRefused | ErrorKind::RemoteStreamClosed => DialError::Refused,
        ErrorKind::TorNetworkTimeout | ErrorKind::RemoteNetworkTimeout | ErrorKind::ExitTimeout => DialError::Timeout,
        ErrorKind::BootstrapRequired | ErrorKind::DirectoryExpired => DialError::Offline,
        _ => DialError::Network,
    }
}

/// Descriptor, introduction and rendezvous with Arti's own retries; on the public network rarely above 30 s.
const DIAL_TIMEOUT: Duration = Duration::from_secs(120);

/// From the end of the last stream of a circuit to the end of the circuit.
const LINGER: Duration = Duration::from_secs(5);

/// Ending a circuit is local work.
const END_TIMEOUT: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_keep_their_meaning() {
        for (kind, error) in [
            (ErrorKind::OnionServiceNotFound, DialError::NotFound),
            (ErrorKind::OnionServiceNotRunning, DialError::IntroductionFailed),
            (ErrorKind::OnionServiceConnectionFailed, DialError::IntroductionFailed),
            (ErrorKind::OnionServiceMissingClientAuth, DialError::Closed),
            (ErrorKind::OnionServiceWrongClientAuth, DialError::Closed),
            (ErrorKind::RemoteConnectionRefused, DialError::Refused),
            (ErrorKind::RemoteNetworkTimeout, DialError::Timeout),
            (ErrorKind::TorNetworkTimeout, DialError::Timeout),
            (ErrorKind::TorDirectoryUnusable, DialError::Network),
        ] {
            assert_eq!(classify(kind), error, "{kind:?}");
        }
    }
}
