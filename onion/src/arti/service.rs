//! Running onion services with Arti.
//!
//! It promises that only streams to our port come in, a bounded number at a time, and that a service is called
//! reachable only when others can find it. It does not know who comes in.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use data_encoding::HEXLOWER;
use futures::{Stream as Events, StreamExt};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::AbortHandle;
use tokio::time;
use tor_cell::relaycell::msg::{Connected, End, EndReason};
use tor_hscrypto::pk::HsIdKeypair;
use tor_hsservice::config::{OnionServiceConfig, OnionServiceConfigBuilder};
use tor_hsservice::{HsNickname, RendRequest, RunningOnionService, StreamRequest};
use tor_llcrypto::pk::ed25519::ExpandedKeypair;
use tor_proto::client::stream::DataStream;
use tor_proto::stream::IncomingStreamRequest;

use super::Client;
use super::reach::Judge;
use crate::network::INCOMING_QUEUE;
use crate::{Address, PORT, PublishError, Service, ServiceKey, Stream};

/// The addresses that this process publishes.
pub(super) type Published = Arc<Mutex<BTreeSet<Address>>>;

/// Keeps a service running; unpublishes when dropped.
struct Guard {
    _claim: Claim,
    tasks: [AbortHandle; 2],
    _service: Arc<RunningOnionService>,
}

/// An address that nobody else in this process may publish.
struct Claim {
    address: Address,
    published: Published,
}

/// Starts the service at once; it becomes reachable when Tor is connected.
pub(super) fn launch(client: &Client, key: &ServiceKey, published: &Published) -> Result<Service, PublishError> {
    let claim = Claim::new(key.address(), published)?;
    let refused = |error: &dyn std::fmt::Display| PublishError::Refused(error.to_string());
    let config = config().map_err(|error| refused(&error))?;
    let expanded = ExpandedKeypair::from_secret_key_bytes(*key.expanded());
    let keypair = HsIdKeypair::from(expanded.ok_or_else(|| refused(&"the key is not valid"))?);
    let launched = client.launch_onion_service_with_hsid(config, keypair).map_err(|error| refused(&error))?;
    let (service, requests) = launched.ok_or_else(|| refused(&"the service is switched off"))?;
    let (sender, incoming) = mpsc::channel(INCOMING_QUEUE);
    let (judge, reach) = Judge::new();
    let tasks = [
        tokio::spawn(admit(requests.boxed(), sender)).abort_handle(),
        tokio::spawn(judge.watch(service.status_events())).abort_handle(),
    ];
    Ok(Service { incoming, reach, guard: Box::new(Guard { _claim: claim, tasks, _service: service }) })
}

fn config() -> Result<OnionServiceConfig, Box<dyn std::error::Error>> {
    // A fresh name each time: Arti refuses a key under a name it already holds, and writes the name to its files.
    let mut random = [0u8; 12];
    getrandom::fill(&mut random).map_err(|error| error.to_string())?;
    let nickname = HsNickname::new(format!("s{}", HEXLOWER.encode(&random)))?;
    let mut config = OnionServiceConfigBuilder::default();
    config.nickname(nickname).max_concurrent_streams_per_circuit(STREAMS_PER_CIRCUIT);
    Ok(config.build()?)
}

/// Meets those who ask to, a few at a time; the others wait in Arti's queue (32, beyond which it drops them).
async fn admit(mut requests: impl Events<Item = RendRequest> + Unpin, incoming: mpsc::Sender<Stream>) {
    let meetings = Arc::new(Semaphore::new(MEETINGS));
    let circuits = Arc::new(Semaphore::new(CIRCUITS));
    while let Some(request) = requests.next().await {
        let Ok(meeting) = Arc::clone(&meetings).acquire_owned().await else { return };
        // Over the limit: as if nobody were here. Building the circuit is what costs.
        let Ok(circuit) = Arc::clone(&circuits).try_acquire_owned() else { continue };
        let incoming = incoming.clone();
        tokio::spawn(async move {
            let met = time::timeout(MEETING_TIMEOUT, request.accept()).await;
            drop(meeting);
            if let Ok(Ok(streams)) = met {
                serve(streams, incoming).await;
            }
            drop(circuit);
        });
    }
}

/// Takes the streams of one circuit, until it ends or has had none for a while.
async fn serve(mut streams: impl Events<Item = StreamRequest> + Unpin, incoming: mpsc::Sender<Stream>) {
    let alive = Arc::new(());
    loop {
        match time::timeout(IDLE_CIRCUIT, streams.next()).await {
            Err(_) if Arc::strong_count(&alive) > 1 => {}
            Err(_) | Ok(None) => return,
            Ok(Some(request)) if is_ours(&request) => {
                // A place first: what is accepted can be handed over.
                let Ok(Ok(place)) = time::timeout(MEETING_TIMEOUT, incoming.reserve()).await else { return };
                if let Ok(stream) = request.accept(Connected::new_empty()).await {
                    place.send(Stream::guarded::<DataStream>(stream, Arc::clone(&alive)));
                }
            }
            // As C tor answers: any other reason would tell what we are.
            Ok(Some(request)) => drop(request.reject(End::new_with_reason(EndReason::DONE)).await),
        }
    }
}

fn is_ours(request: &StreamRequest) -> bool {
    matches!(request.request(), IncomingStreamRequest::Begin(begin) if begin.port() == PORT)
}

impl Claim {
    fn new(address: Address, published: &Published) -> Result<Self, PublishError> {
        let fresh = published.lock().unwrap_or_else(PoisonError::into_inner).insert(address);
        let claim = || Self { address, published: Arc::clone(published) };
        fresh.then(claim).ok_or(PublishError::AlreadyPublished)
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.published.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.address);
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.tasks.iter().for_each(AbortHandle::abort);
    }
}

/// Rendezvous circuits being built at a time; each costs a circuit of our own through our guards.
const MEETINGS: usize = 4;

/// Rendezvous circuits open at a time.
const CIRCUITS: usize = 512;

/// More on one circuit, and Arti tears it down; the program opens one per circuit.
const STREAMS_PER_CIRCUIT: u32 = 8;

/// For the circuit to the meeting point, and for a place in the queue of streams.
const MEETING_TIMEOUT: Duration = Duration::from_secs(60);

/// A circuit without any stream for this long is ended.
const IDLE_CIRCUIT: Duration = Duration::from_secs(60);
