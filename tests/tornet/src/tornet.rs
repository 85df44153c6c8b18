//! A private Tor network in the hands of a test.
//!
//! It promises the same handle whether this process runs the network or joined one that another runs.
//! Dropping the handle ends a network that this process runs, and nothing else.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::bridge::Bridge;
use crate::client::Client;
use crate::host::Host;
use crate::order::Order;
use crate::plan::{Plan, TornetError, system};
use crate::weather::Weather;
use crate::{remote, shared};

/// A running private Tor network.
#[derive(Debug)]
pub struct Tornet {
    dir: PathBuf,
    arti_toml: String,
    host: Option<Host>,
}

impl Tornet {
    /// Starts a network and waits until it is usable. Blocks; an error says which node failed and what it said last.
    pub fn start(plan: Plan) -> Result<Self, TornetError> {
        let host = Host::start(&plan)?;
        let joined = Self::join(host.dir())?;
        Ok(Self { host: Some(host), ..joined })
    }

    /// Joins the network that another process runs, by its directory.
    pub fn join(dir: &Path) -> Result<Self, TornetError> {
        let file = dir.join("arti.toml");
        let arti_toml = system(format!("read {}", file.display()), fs::read_to_string(file))?;
        Ok(Self { dir: dir.to_owned(), arti_toml, host: None })
    }

    /// The network that all tests of this run share: the one whose directory `PELURE_TORNET` names, else one that is
    /// started by the first who asks and ends with the `cargo` that runs the tests (see `shared.rs`).
    /// Whoever changes its weather changes it for all.
    pub fn shared() -> Result<&'static Self, &'static TornetError> {
        shared::network()
    }

    /// The network's directory: `arti.toml`, `client.torrc` (for a C tor client), the socket `control` that takes
    /// orders, and a directory per node.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// What Arti must be told to live on this network, as TOML for its `TorClientConfigBuilder`.
    pub fn arti_toml(&self) -> &str {
        &self.arti_toml
    }

    /// Starts a C tor client of this network, with these lines added to its torrc.
    pub fn client(&self, lines: &[&str]) -> Result<Client, TornetError> {
        Client::start(self.dir(), lines)
    }

    /// Starts a bridge of this network, entered by obfs4.
    pub fn bridge(&self) -> Result<Bridge, TornetError> {
        Bridge::start(self.dir())
    }

    /// Gives a relay, or all, this weather. A link has the worse weather of its two ends.
    pub fn weather(&self, relay: Option<usize>, weather: Weather) -> Result<(), TornetError> {
        self.order(&Order::weather(relay, weather))
    }

    /// Holds back every byte of a relay, or of all, for so long; nothing is lost.
    pub fn freeze(&self, relay: Option<usize>, time: Duration) -> Result<(), TornetError> {
        self.order(&Order::Freeze(relay, time))
    }

    /// Closes all links of a relay, or of all, and refuses new ones.
    pub fn cut(&self, relay: Option<usize>) -> Result<(), TornetError> {
        self.order(&Order::Cut(relay))
    }

    /// Ends `cut` and `freeze`.
    pub fn heal(&self, relay: Option<usize>) -> Result<(), TornetError> {
        self.order(&Order::Heal(relay))
    }

    /// Carries out an order; it holds when this returns.
    pub fn order(&self, order: &Order) -> Result<(), TornetError> {
        match &self.host {
            Some(host) => host.skies().apply(order),
            None => remote::send(&self.dir, order),
        }
    }
}
