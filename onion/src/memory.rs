//! A whole network of onion services in memory, with weather, for fast and repeatable tests.
//!
//! It promises what a real road promises (delayed, broken and stalled pipes, services that cannot be found), on
//! tokio's clock, so that a paused clock makes hours pass in milliseconds. It does not encrypt, hide or measure
//! anything, and nobody outside the process can reach it.

mod pipe;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time;

use self::pipe::{Air, Circuit, Side};
use crate::detour::{Detour, DetourError};
use crate::network::INCOMING_QUEUE;
use crate::{Address, Boxed, Dial, DialError, Network, PublishError, Reach, Service, ServiceKey, Status, Stream};

/// The network that all its [`MemoryNetwork`]s are connected to; clones are the same network.
#[derive(Clone)]
pub struct Memory {
    world: Arc<Mutex<World>>,
    air: Arc<Air>,
}

/// How the network behaves from now on; what is already on its way keeps its time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weather {
    /// How long bytes travel from one end of a stream to the other. A dial takes four times as long before its
    /// first bytes leave.
    pub delay: Duration,
    /// At most this much is added to each delay, at random; the order of bytes never changes.
    pub jitter: Duration,
    /// How long after the start of a service others can find it.
    pub publication: Duration,
}

/// What is wrong with a service, as its diallers see it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Condition {
    /// Nothing.
    #[default]
    Sound,
    /// No descriptor: [`DialError::NotFound`], and the service itself knows that it is not reachable.
    Unpublished,
    /// Its introduction points are gone and it has not noticed: [`DialError::IntroductionFailed`].
    Silent,
    /// It refuses every stream: [`DialError::Refused`].
    Refusing,
}

/// One program's connection to a [`Memory`]; its services and dials fall silent when it goes offline.
pub struct MemoryNetwork {
    id: u64,
    memory: Memory,
    status: watch::Sender<Status>,
    detour: watch::Sender<Detour>,
}

#[derive(Default)]
struct World {
    next_id: u64,
    services: BTreeMap<Address, Published>,
    conditions: BTreeMap<Address, Condition>,
    circuits: Vec<Line>,
    /// Lanes whose circuits have an air of their own.
    slow: BTreeMap<u32, Arc<Air>>,
}

/// A published service. When two programs publish the same key the newest wins, as on Tor.
struct Published {
    launch: u64,
    network: u64,
    online: bool,
    found: bool,
    incoming: mpsc::Sender<Stream>,
    reach: watch::Sender<Reach>,
}

/// A circuit and those it belongs to.
struct Line {
    dialler: (u64, u64),
    lane: u32,
    service: (u64, Address),
    circuit: Weak<Circuit>,
}

/// Unpublishes when dropped.
struct Guard {
    address: Address,
    launch: u64,
    memory: Memory,
}

impl Memory {
    /// A network without weather; `seed` decides its jitter.
    pub fn new(seed: u64) -> Self {
        Self { world: Arc::default(), air: Arc::new(Air::new(seed)) }
    }

    /// Connects one more program; it is online at once.
    pub fn network(&self) -> Arc<MemoryNetwork> {
        let id = self.world().fresh_id();
        Arc::new(MemoryNetwork {
            id,
            memory: self.clone(),
            status: watch::Sender::new(Status::Ready),
            detour: watch::Sender::default(),
        })
    }

    /// Changes the weather.
    pub fn weather(&self, weather: Weather) {
        self.air.set(weather);
    }

    /// Stops all bytes on their way, and those that follow, for `length` from now; none is lost.
    pub fn stall(&self, length: Duration) {
        self.air.stall(length);
    }

    /// Breaks every circuit; bytes on their way are lost and both ends get an error.
    pub fn cut_all(&self) {
        self.cut_where(|_| true);
    }

    /// Breaks every circuit that leads to the service of `address`.
    pub fn cut(&self, address: &Address) {
        self.cut_where(|line| line.service.1 == *address);
    }

    /// Breaks every circuit that was dialled on this lane, by whomever; tells whether there was one with both ends.
    pub fn cut_lane(&self, lane: u32) -> bool {
        self.cut_where(|line| line.lane == lane)
    }

    /// From now on bytes travel so long on circuits that are dialled on this lane, by whomever; no stall holds them.
    pub fn slow_lane(&self, lane: u32, delay: Duration) {
        let air = Air::new(lane.into());
        air.set(Weather { delay, ..Weather::default() });
        self.world().slow.insert(lane, Arc::new(air));
    }

    /// Makes something go wrong with a service, or right again, whether or not it is published now.
    pub fn set_condition(&self, address: &Address, condition: Condition) {
        let mut world = self.world();
        world.conditions.insert(*address, condition);
        if let Some(service) = world.services.get(address) {
            service.tell(condition);
        }
    }

    /// How many circuits have both ends.
    pub fn circuits(&self) -> usize {
        self.world().circuits.iter().filter(|line| line.is_whole()).count()
    }

    /// Tells whether a circuit with both ends was among them.
    fn cut_where(&self, chosen: impl Fn(&Line) -> bool) -> bool {
        let mut any = false;
        for line in self.world().circuits.iter().filter(|line| chosen(line)) {
            if let Some(circuit) = line.circuit.upgrade() {
                any |= circuit.is_whole();
                circuit.cut();
            }
        }
        any
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl MemoryNetwork {
    /// Breaks every circuit that `identity` of this program dialled.
    pub fn cut_dialled(&self, identity: u64) {
        self.memory.cut_where(|line| line.dialler == (self.id, identity));
    }

    /// Breaks every circuit of this program, dialled by it or by others.
    pub fn cut_mine(&self) {
        self.memory.cut_where(|line| line.dialler.0 == self.id || line.service.0 == self.id);
    }

    /// The detour that was taken last.
    pub fn detour(&self) -> Detour {
        self.detour.borrow().clone()
    }

    fn online(&self) -> bool {
        *self.status.borrow() != Status::Offline
    }

    async fn open(&self, dial: Dial) -> Result<Stream, DialError> {
        if !self.online() {
            return Err(DialError::Offline);
        }
        for _ in 0..LEGS_OF_A_DIAL {
            self.memory.air.travel().await;
        }
        let (stream, far, incoming) = self.connect(dial)?;
        // The opening and the first bytes travel together: the stream is ours before the other side knows of it.
        let air = Arc::clone(&self.memory.air);
        tokio::spawn(async move {
            air.travel().await;
            // Dropping the far end, when nobody takes it, ends the near one.
            let _ = time::timeout(ACCEPT_TIMEOUT, incoming.send(far)).await;
        });
        Ok(stream)
    }

    fn connect(&self, dial: Dial) -> Result<(Stream, Stream, mpsc::Sender<Stream>), DialError> {
        if !self.online() {
            return Err(DialError::Offline);
        }
        let mut world = self.memory.world();
        let condition = world.conditions.get(&dial.to).copied().unwrap_or_default();
        let service = world.services.get(&dial.to).filter(|service| service.found).ok_or(DialError::NotFound)?;
        match condition {
            Condition::Unpublished => return Err(DialError::NotFound),
            Condition::Silent => return Err(DialError::IntroductionFailed),
            Condition::Refusing => return Err(DialError::Refused),
            Condition::Sound if !service.online => return Err(DialError::IntroductionFailed),
            Condition::Sound if service.incoming.is_closed() => return Err(DialError::Refused),
            Condition::Sound => {}
        }
        let (network, incoming) = (service.network, service.incoming.clone());
        let circuit = Circuit::new(Arc::clone(world.slow.get(&dial.lane).unwrap_or(&self.memory.air)));
        world.circuits.retain(Line::is_whole);
        world.circuits.push(Line {
            dialler: (self.id, dial.identity),
            lane: dial.lane,
            service: (network, dial.to),
            circuit: Arc::downgrade(&circuit),
        });
        let near = Stream::new(circuit.end(Side::Dialler));
        Ok((near, Stream::new(circuit.end(Side::Service)), incoming))
    }

    fn launch(&self, key: &ServiceKey) -> Result<Service, PublishError> {
        let address = key.address();
        let mut world = self.memory.world();
        if world.services.get(&address).is_some_and(|service| service.network == self.id) {
            return Err(PublishError::AlreadyPublished);
        }
        let launch = world.fresh_id();
        let (incoming, receiver) = mpsc::channel(INCOMING_QUEUE);
        let reach = watch::Sender::new(Reach::Starting { detail: "publishing the descriptor".into() });
        let service = Service {
            incoming: receiver,
            reach: reach.subscribe(),
            guard: Box::new(Guard { address, launch, memory: self.memory.clone() }),
        };
        let online = self.online();
        world.services.insert(address, Published { launch, network: self.id, online, found: false, incoming, reach });
        drop(world);
        self.publish_later(address, launch);
        Ok(service)
    }

    /// Makes the service findable: at once without weather, else when its publication has taken its time.
    fn publish_later(&self, address: Address, launch: u64) {
        let wait = self.memory.air.weather().publication;
        if wait.is_zero() {
            return self.memory.world().make_found(&address, launch);
        }
        let memory = self.memory.clone();
        tokio::spawn(async move {
            time::sleep(wait).await;
            memory.world().make_found(&address, launch);
        });
    }
}

impl Network for MemoryNetwork {
    fn backend(&self) -> &'static str {
        "memory"
    }

    fn vanguards(&self) -> bool {
        false
    }

    fn status(&self) -> watch::Receiver<Status> {
        self.status.subscribe()
    }

    fn publish(&self, key: ServiceKey) -> Boxed<'_, Result<Service, PublishError>> {
        Box::pin(async move { self.launch(&key) })
    }

    fn dial(&self, dial: Dial) -> Boxed<'_, Result<Stream, DialError>> {
        Box::pin(self.open(dial))
    }

    fn set_online(&self, online: bool) {
        self.status.send_replace(if online { Status::Ready } else { Status::Offline });
        let mut world = self.memory.world();
        let World { services, conditions, .. } = &mut *world;
        for (address, service) in services.iter_mut().filter(|(_, service)| service.network == self.id) {
            service.online = online;
            service.tell(conditions.get(address).copied().unwrap_or_default());
        }
        drop(world);
        if !online {
            self.cut_mine();
        }
    }

    fn check(&self, _detour: &Detour) -> Result<(), DetourError> {
        Ok(())
    }

    /// There is only one way in memory; what was taken can be looked at.
    fn take(&self, detour: Detour) -> Boxed<'_, ()> {
        self.cut_mine();
        self.detour.send_replace(detour);
        Box::pin(std::future::ready(()))
    }
}

impl World {
    fn fresh_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    fn make_found(&mut self, address: &Address, launch: u64) {
        let condition = self.conditions.get(address).copied().unwrap_or_default();
        if let Some(service) = self.services.get_mut(address).filter(|service| service.launch == launch) {
            service.found = true;
            service.tell(condition);
        }
    }
}

impl Published {
    /// Tells the owner what is true now.
    fn tell(&self, condition: Condition) {
        let unreachable = |detail: &str| Reach::Unreachable { detail: detail.into() };
        self.reach.send_replace(match condition {
            _ if !self.online => unreachable("Tor is offline"),
            Condition::Unpublished => unreachable("the descriptor could not be published"),
            _ if !self.found => Reach::Starting { detail: "publishing the descriptor".into() },
            _ => Reach::Reachable,
        });
    }
}

impl Line {
    fn is_whole(&self) -> bool {
        self.circuit.upgrade().is_some_and(|circuit| circuit.is_whole())
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let mut world = self.memory.world();
        if world.services.get(&self.address).is_some_and(|service| service.launch == self.launch) {
            world.services.remove(&self.address);
        }
    }
}

/// Descriptor, rendezvous and introduction: two round trips before the stream can be opened.
const LEGS_OF_A_DIAL: usize = 4;

/// How long an opened stream waits for the service to take it, as Arti's connect timeout.
const ACCEPT_TIMEOUT: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests;
