//! A bridge of the network: a C tor that no directory names, entered by obfs4 alone (Debian's package `obfs4proxy`).
//!
//! It promises a bridge line that works when it is handed over, and that the bridge ends with this value.

use std::fs;
use std::net::{SocketAddr, SocketAddrV4};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use crate::addresses::{Block, REAL_PORT};
use crate::home;
use crate::host::knows_the_network;
use crate::keys::Identity;
use crate::node::{Deadline, Node};
use crate::plan::{TornetError, system};
use crate::torrc::quoted;

/// A running bridge. Dropping it ends it and removes its files.
#[derive(Debug)]
pub struct Bridge {
    _node: Node,
    line: String,
    at: SocketAddr,
    _block: Block,
    _home: tempfile::TempDir,
}

impl Bridge {
    /// Starts a bridge of the network in `network`.
    pub(crate) fn start(network: &Path) -> Result<Self, TornetError> {
        let deadline = Deadline::after(START_LIMIT);
        let block = system("claim loopback addresses", Block::claim())?;
        let ip = block.node(0);
        let home = system("make a temporary directory", tempfile::Builder::new().prefix("torbridge-").tempdir())?;
        let dir = home.path().join("b");
        system("make a directory", home::private(&dir))?;
        let membership = system("read client.torrc", fs::read_to_string(network.join("client.torrc")))?;
        let torrc = format!(
            "{membership}Nickname bridge\nBridgeRelay 1\nPublishServerDescriptor 0\nAssumeReachable 1\nExitRelay 0\n\
             SocksPort 0\nNumCPUs 1\nContactInfo tornet\nAddress {ip}\nOutboundBindAddress {ip}\nORPort {ip}:{REAL_PORT}\n\
             ExtORPort auto\nServerTransportPlugin obfs4 exec {OBFS4}\nServerTransportListenAddr obfs4 {ip}:{OBFS4_PORT}\n\
             ControlSocket {}\nDataDirectory {}\n__OwningControllerProcess {}\n",
            quoted(&dir.join("control")),
            quoted(&dir),
            std::process::id(),
        );
        system("write a torrc", fs::write(dir.join("torrc"), torrc))?;
        let mut node = Node::spawn("bridge".into(), ip, dir.clone(), Stdio::null())?;
        node.own(deadline)?;
        node.ask("SETEVENTS STATUS_CLIENT", deadline)?;
        let phase = node.ask("GETINFO status/bootstrap-phase", deadline)?;
        if !phase.iter().any(|line| knows_the_network(line)) {
            node.event("bootstrap", deadline, knows_the_network)?;
        }
        node.ask("SETEVENTS", deadline)?;
        let identity = Identity::read(&dir)?;
        let line =
            system("read the bridge line", fs::read_to_string(dir.join("pt_state").join("obfs4_bridgeline.txt")))?;
        let settings =
            line.lines().find_map(|line| line.split_once(" cert=")).map(|(_, rest)| rest).unwrap_or_default();
        let line = format!("Bridge obfs4 {ip}:{OBFS4_PORT} {} cert={settings}", identity.rsa);
        Ok(Self { _node: node, line, at: SocketAddrV4::new(ip, OBFS4_PORT).into(), _block: block, _home: home })
    }

    /// The line by which it is entered.
    pub fn line(&self) -> &str {
        &self.line
    }

    /// Where its transport listens.
    pub fn at(&self) -> SocketAddr {
        self.at
    }
}

const OBFS4: &str = "/usr/bin/obfs4proxy";
const OBFS4_PORT: u16 = 9443;

/// It fetches the directory once.
const START_LIMIT: Duration = Duration::from_secs(120);
