//! A C tor client of the network: the "tor already on the machine" of a test.
//!
//! It promises ports that are open when it is handed over, and that it ends with this value. It does not wait until the
//! client is connected: its user does.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use crate::home;
use crate::node::{Deadline, Node};
use crate::plan::{TornetError, system};
use crate::torrc::quoted;

/// A running client. Dropping it ends it and removes its files.
#[derive(Debug)]
pub struct Client {
    node: Node,
    socks: SocketAddr,
    control: SocketAddr,
    _home: tempfile::TempDir,
}

impl Client {
    /// Starts a client of the network in `network`; `lines` are added to its torrc.
    pub(crate) fn start(network: &Path, lines: &[&str]) -> Result<Self, TornetError> {
        let deadline = Deadline::after(START_LIMIT);
        let home = system("make a temporary directory", tempfile::Builder::new().prefix("torclient-").tempdir())?;
        let dir = home.path().join("c");
        system("make a directory", home::private(&dir))?;
        let torrc = format!(
            "{}{PATIENT}SocksPort 127.0.0.1:auto ExtendedErrors IsolateSOCKSAuth\n\
             ControlSocket {}\nDataDirectory {}\n__OwningControllerProcess {}\n{}\n",
            system("read client.torrc", fs::read_to_string(network.join("client.torrc")))?,
            quoted(&dir.join("control")),
            quoted(&dir),
            std::process::id(),
            lines.join("\n")
        );
        system("write a torrc", fs::write(dir.join("torrc"), torrc))?;
        let mut node = Node::spawn("client".into(), Ipv4Addr::LOCALHOST, dir, Stdio::null())?;
        node.own(deadline)?;
        // Opened now: before, it would be taken for the socket by which the node is owned.
        node.ask("SETCONF ControlPort=\"127.0.0.1:auto\"", deadline)?;
        let mut port = |kind: &str| -> Result<SocketAddr, TornetError> {
            let lines = node.ask(&format!("GETINFO net/listeners/{kind}"), deadline)?;
            let found = lines.iter().find_map(|line| line.split('"').find_map(|word| word.parse().ok()));
            found.ok_or_else(|| TornetError::Refused(format!("the client opened no {kind} port: {lines:?}")))
        };
        let (socks, control) = (port("socks")?, port("control")?);
        Ok(Self { node, socks, control, _home: home })
    }

    /// Its SOCKS port.
    pub fn socks(&self) -> SocketAddr {
        self.socks
    }

    /// Its control port. It wants no authentication, unless `ask` made it (`SETCONF CookieAuthentication=1`).
    pub fn control(&self) -> SocketAddr {
        self.control
    }

    /// Says a command on its owner's connection; the lines of the answer.
    pub fn ask(&mut self, command: &str) -> Result<Vec<String>, TornetError> {
        self.node.ask(command, Deadline::after(START_LIMIT))
    }
}

/// A client learns how long a circuit may take, and here it learns some 60 ms. A machine that is busy for a moment then
/// loses circuit after circuit, and a service gives up an introduction after three: whoever dialled waits for two minutes.
const PATIENT: &str = "LearnCircuitBuildTimeout 0\n";

/// A client opens its ports at once.
const START_LIMIT: Duration = Duration::from_secs(60);
