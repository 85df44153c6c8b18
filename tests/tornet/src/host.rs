//! A network that this process runs.
//!
//! It promises that a network handed over is usable: one consensus, which every node has, names them all as running.
//! Every step waits for the event that ends it; a deadline bounds the whole.
//! It does not restart a node that ends.

use std::collections::BTreeMap;
use std::fs;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::addresses::{Block, OR_PORT, REAL_PORT};
use crate::arti;
use crate::home::{self, Home};
use crate::keys::{self, Authority, Identity};
use crate::node::{self, Deadline, Node};
use crate::order::Order;
use crate::plan::{Plan, TornetError, system};
use crate::proxy::{self, End};
use crate::remote;
use crate::torrc::{self, FIRST_DELAY, Spot, VOTING_INTERVAL};
use crate::weather::Sky;

/// All that makes a network, in the order in which it goes: C tors first, their directory last.
#[derive(Debug)]
pub(crate) struct Host {
    nodes: Vec<Node>,
    skies: Skies,
    runtime: Option<Runtime>,
    block: Block,
    home: Home,
}

/// The sky over every relay.
#[derive(Clone, Debug)]
pub(crate) struct Skies(Vec<watch::Sender<Sky>>);

impl Host {
    /// Starts a network and waits until it is usable.
    pub(crate) fn start(plan: &Plan) -> Result<Self, TornetError> {
        plan.check()?;
        let deadline = Deadline::after(START_LIMIT);
        let home = Home::make(plan.dir.as_deref())?;
        let block = system("claim loopback addresses", Block::claim())?;
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().thread_name("weather").build();
        let skies = Skies((0..plan.nodes()).map(|_| watch::Sender::default()).collect());
        let mut host =
            Self { nodes: Vec::new(), skies, runtime: Some(system("start the weather", runtime)?), block, home };
        host.proxies()?;
        let authorities = host.spawn(plan)?;
        for node in &mut host.nodes {
            node.own(deadline)?;
        }
        let identities = host.meet(plan, deadline)?;
        host.measure(plan, &identities)?;
        host.vote(plan, deadline)?;
        host.spread(plan, deadline)?;
        host.skies.apply(&Order::weather(None, plan.weather))?;
        host.write(&identities, &authorities)?;
        Ok(host)
    }

    /// The directory of the network.
    pub(crate) fn dir(&self) -> &Path {
        self.home.dir()
    }

    /// The handle to the weather.
    pub(crate) fn skies(&self) -> &Skies {
        &self.skies
    }

    /// Puts a proxy before every relay to come.
    fn proxies(&self) -> Result<(), TornetError> {
        let Some(runtime) = &self.runtime else { return Ok(()) };
        let _entered = runtime.enter();
        runtime.spawn(remote::serve(remote::listen(self.home.dir())?, self.skies.clone()));
        let ends = self.skies.0.iter().enumerate();
        let ends = ends.map(|(index, sky)| (self.block.node(index), End::new(sky.subscribe())));
        let ends: Arc<BTreeMap<Ipv4Addr, End>> = Arc::new(ends.collect());
        for (ip, end) in ends.iter() {
            let listener = std::net::TcpListener::bind(SocketAddrV4::new(*ip, OR_PORT));
            let listener = listener.and_then(|listener| listener.set_nonblocking(true).map(|()| listener));
            let listener = system("listen", listener.and_then(tokio::net::TcpListener::from_std))?;
            let target = SocketAddrV4::new(*ip, REAL_PORT);
            runtime.spawn(proxy::serve(listener, target, end.clone(), Arc::clone(&ends)));
        }
        Ok(())
    }

    /// Makes the authorities' keys and starts every C tor.
    fn spawn(&mut self, plan: &Plan) -> Result<Vec<Authority>, TornetError> {
        for index in 0..plan.nodes() {
            system("make a directory", home::private(&node::dir(self.home.dir(), index)))?;
        }
        let this = &*self;
        let authorities = thread::scope(|scope| {
            let keys = (0..plan.authorities).map(|index| {
                scope.spawn(move || {
                    let dir = node::dir(this.home.dir(), index);
                    keys::authority(&dir, &name(plan, index), this.block.node(index), this.home.hold()?)
                })
            });
            let keys: Vec<_> = keys.collect();
            keys.into_iter().map(|thread| thread.join().unwrap_or_else(|_| Err(died()))).collect::<Result<Vec<_>, _>>()
        })?;
        for index in 0..plan.nodes() {
            let (nickname, dir, ip) = (name(plan, index), node::dir(self.home.dir(), index), self.block.node(index));
            let authority = index < plan.authorities;
            let spot = Spot { nickname: &nickname, dir: &dir, ip, authority, owner: std::process::id() };
            system("write a torrc", fs::write(dir.join("torrc"), torrc::node(&spot, &authorities)))?;
            let node = Node::spawn(nickname, ip, dir, self.home.hold()?)?;
            if plan.yields {
                node.step_back()?;
            }
            self.nodes.push(node);
        }
        Ok(authorities)
    }

    /// Waits until every authority knows every node.
    fn meet(&mut self, plan: &Plan, deadline: Deadline) -> Result<Vec<Identity>, TornetError> {
        for node in &mut self.nodes {
            node.ask("SETEVENTS STATUS_CLIENT NEWDESC", deadline)?;
        }
        for node in &mut self.nodes {
            // A changed descriptor is sent at once, now that all authorities listen.
            node.ask("SETCONF ContactInfo=\"a test\"", deadline)?;
        }
        let identities = self.nodes.iter().map(|node| Identity::read(&node.dir)).collect::<Result<Vec<_>, _>>()?;
        for authority in self.nodes.iter_mut().take(plan.authorities) {
            let mut missing: Vec<&str> = identities.iter().map(|identity| identity.rsa.as_str()).collect();
            missing.retain(|rsa| authority.ask(&format!("GETINFO desc/id/{rsa}"), deadline).is_err());
            if !missing.is_empty() {
                authority.event("learn all relays", deadline, |event| {
                    missing.retain(|rsa| !(event.starts_with("NEWDESC") && event.contains(rsa)));
                    missing.is_empty()
                })?;
            }
        }
        Ok(identities)
    }

    /// Lets the authorities measure the same bandwidth of every node. Without it only they have any, and every circuit of
    /// every client goes through the same three nodes.
    fn measure(&self, plan: &Plan, identities: &[Identity]) -> Result<(), TornetError> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let text = torrc::measurements(now, identities.iter().map(|identity| identity.rsa.as_str()));
        for node in self.nodes.iter().take(plan.authorities) {
            system("write the bandwidths", fs::write(node.dir.join(torrc::BANDWIDTHS), &text))?;
        }
        Ok(())
    }

    /// Calls a vote, and waits for the consensus; on a busy machine an authority may miss its moment, then again with
    /// twice the notice.
    fn vote(&mut self, plan: &Plan, deadline: Deadline) -> Result<(), TornetError> {
        let mut notice = 3 * FIRST_DELAY;
        loop {
            match self.vote_within(plan, notice, deadline) {
                Err(TornetError::Late { .. }) if !deadline.is_over() => notice *= 2,
                done => return done,
            }
        }
    }

    /// One vote, `notice` seconds from now.
    fn vote_within(&mut self, plan: &Plan, notice: u64, deadline: Deadline) -> Result<(), TornetError> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let offset = now.saturating_add(notice) % VOTING_INTERVAL;
        let arrives = deadline.or_after(Duration::from_secs(2 * notice));
        let authorities = &mut self.nodes.iter_mut().take(plan.authorities).collect::<Vec<_>>();
        for authority in authorities.iter_mut() {
            authority.ask(&format!("SETCONF TestingV3AuthVotingStartOffset={offset}"), deadline)?;
        }
        for authority in authorities.iter_mut() {
            authority.event("have a consensus", arrives, |event| event.contains("CONSENSUS_ARRIVED"))?;
            let lines = authority.ask("GETINFO ns/all", deadline)?;
            let named = lines.iter().filter(|line| line.starts_with("s ") && line.contains(" Running")).count();
            if named < plan.nodes() {
                return Err(TornetError::Incomplete { named, nodes: plan.nodes() });
            }
        }
        Ok(())
    }

    /// Waits until every relay has the consensus and the descriptors in it. The authorities made both; their own
    /// bootstrap may say nothing for minutes.
    fn spread(&mut self, plan: &Plan, deadline: Deadline) -> Result<(), TornetError> {
        for node in self.nodes.iter_mut().skip(plan.authorities) {
            // Without it the relay would wait for its next attempt.
            node.ask("SIGNAL RELOAD", deadline)?;
        }
        for node in self.nodes.iter_mut().skip(plan.authorities) {
            let phase = node.ask("GETINFO status/bootstrap-phase", deadline)?;
            if !phase.iter().any(|line| knows_the_network(line)) {
                node.event("bootstrap", deadline, knows_the_network)?;
            }
        }
        for node in &mut self.nodes {
            node.ask("SETEVENTS", deadline)?;
        }
        Ok(())
    }

    fn write(&self, identities: &[Identity], authorities: &[Authority]) -> Result<(), TornetError> {
        let nodes: Vec<_> = self.nodes.iter().map(|node| node.ip).zip(identities.iter().cloned()).collect();
        let dir = self.home.dir();
        system("write client.torrc", fs::write(dir.join("client.torrc"), torrc::membership(authorities)))?;
        // Last, and at once: whoever sees it may start.
        system("write arti.toml", fs::write(dir.join("arti.toml.new"), arti::toml(&nodes, authorities)))?;
        system("write arti.toml", fs::rename(dir.join("arti.toml.new"), dir.join("arti.toml")))
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.nodes.clear();
        if let Some(runtime) = self.runtime.take() {
            // A plain drop would panic in a test that is itself asynchronous.
            runtime.shutdown_background();
        }
    }
}

impl Skies {
    /// Carries an order out; it holds for every byte that has not passed yet.
    pub(crate) fn apply(&self, order: &Order) -> Result<(), TornetError> {
        let last = self.0.len().saturating_sub(1);
        let chosen = match order.relay() {
            None => self.0.as_slice(),
            Some(relay) => self.0.get(relay..=relay).ok_or(TornetError::NoSuchRelay { relay, last })?,
        };
        for sky in chosen {
            sky.send_modify(|sky| change(sky, order));
        }
        Ok(())
    }
}

fn change(sky: &mut Sky, order: &Order) {
    match *order {
        Order::Weather { delay, jitter, limit, .. } => {
            sky.weather.delay = delay.unwrap_or(sky.weather.delay);
            sky.weather.jitter = jitter.unwrap_or(sky.weather.jitter);
            sky.weather.limit = limit.unwrap_or(sky.weather.limit);
        }
        Order::Freeze(_, time) => sky.frozen_until = Some(Instant::now() + time),
        Order::Cut(_) => (sky.cut, sky.cuts) = (true, sky.cuts + 1),
        Order::Heal(_) => (sky.cut, sky.frozen_until) = (false, None),
    }
}

pub(crate) fn knows_the_network(line: &str) -> bool {
    let progress = line.split_ascii_whitespace().find_map(|word| word.strip_prefix("PROGRESS="));
    progress.and_then(|percent| percent.parse::<u8>().ok()).is_some_and(|percent| percent >= ENOUGH_DIRECTORY)
}

fn name(plan: &Plan, index: usize) -> String {
    let kind = if index < plan.authorities { "authority" } else { "relay" };
    format!("{kind}{index}")
}

fn died() -> TornetError {
    TornetError::System("make keys".to_owned(), std::io::Error::other("a thread panicked"))
}

/// Usually 15 s; a machine that builds something else at the same time needs more.
const START_LIMIT: Duration = Duration::from_secs(180);
/// Percent of a bootstrap at which a node has the consensus and the descriptors (control-spec, "enough_dirinfo").
/// The rest is a circuit of its own, for which the smallest networks have too few others.
const ENOUGH_DIRECTORY: u8 = 75;
