//! The road over a C tor that is already on the machine (Tails, Whonix, a relay operator's own).
//!
//! It promises what the other roads promise, with a closed set of commands ([`command`]): it never changes that tor's
//! configuration and listens to no event of other programs. Services end with our control connection. Without a usable
//! control port it still dials, and says truthfully that nobody can reach us. It never opens a connection that does not
//! go to that tor.
//!
//! A service is called reachable only when a dial to it through Tor came back to us: C tor tells no more to a program
//! that may not hear its events.

mod auth;
mod command;
mod control;
mod keeper;
mod service;
mod socks;
mod trial;

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use tokio::sync::watch;
use tokio::task::AbortHandle;
use zeroize::Zeroizing;

use self::control::ControlError;
use self::keeper::{Keeper, Registry};
use self::socks::Credentials;
use crate::{Barrier, Boxed, Dial, DialError, Network, PublishError, Service, ServiceKey, Status, Stream};

/// What [`SystemTor::start`] needs.
#[derive(Clone, Debug)]
pub struct SystemOptions {
    /// Where the control port is; `None`: there is none, nobody can reach us.
    pub control: Option<ControlAddress>,
    /// Where the SOCKS port is; loopback, or the gateway of a Whonix workstation.
    pub socks: SocketAddr,
    /// The password of the control port, if that is what it wants.
    pub password: Option<Password>,
    /// What to tell the person to do when the control port does not allow what we need.
    pub remedy: Remedy,
}

/// A control port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ControlAddress {
    /// TCP.
    Tcp(SocketAddr),
    /// A socket in the file system.
    Unix(PathBuf),
}

/// A password; wiped from memory when dropped.
#[derive(Clone)]
pub struct Password(pub Zeroizing<String>);

/// Where the program runs, as far as it decides what a person can do about a control port that refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Any Linux: the configuration of tor.
    Torrc,
    /// Tails: its filter wants a profile.
    TailsProfile,
    /// Whonix: the gateway's filter wants a profile.
    WhonixProfile,
}

/// A road over the tor of this machine. Dropping it ends its services.
pub struct SystemTor {
    registry: Registry,
    socks: SocketAddr,
    secret: Zeroizing<[u8; 32]>,
    status: watch::Receiver<Status>,
    online: watch::Sender<bool>,
    task: AbortHandle,
}

/// Why the road could not be started.
#[derive(Debug, thiserror::Error)]
pub enum SystemError {
    /// The SOCKS port must be this machine's or a gateway's: anything else would show our traffic to a network.
    #[error("the SOCKS port of Tor must be on this machine or on its gateway, not at {0}")]
    Socks(SocketAddr),
    /// The same for the control port.
    #[error("the control port of Tor must be on this machine or on its gateway, not at {0}")]
    Control(SocketAddr),
    /// No randomness.
    #[error("this machine gives no random numbers")]
    Random,
}

/// The text is neither `HOST:PORT` with a numeric host nor `unix:PATH`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a control port is written as 127.0.0.1:9051 or unix:/run/tor/control")]
pub struct ControlAddressError;

impl SystemTor {
    /// Starts; returns at once, and connects in the background as [`Network::status`] tells. Must be called inside a
    /// tokio runtime.
    pub fn start(options: SystemOptions) -> Result<Arc<Self>, SystemError> {
        if !is_near(options.socks.ip()) {
            return Err(SystemError::Socks(options.socks));
        }
        if let Some(ControlAddress::Tcp(at)) = &options.control
            && !is_near(at.ip())
        {
            return Err(SystemError::Control(*at));
        }
        let mut secret = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *secret).map_err(|_| SystemError::Random)?;
        let online = watch::Sender::new(true);
        let (sender, status) = watch::channel(Status::Connecting { fraction: 0.0, message: keeper::ASKING.into() });
        let registry = Registry::default();
        let socks = options.socks;
        let keeper = Keeper::new(options, registry.clone(), sender, online.subscribe());
        let task = tokio::spawn(keeper.run()).abort_handle();
        Ok(Arc::new(Self { registry, socks, secret, status, online, task }))
    }

    /// Whether this control port lets a service be run: one of a throw-away key is asked for and taken back at once. An
    /// error says what to do. Where no control port is named, there is nothing to find out.
    pub async fn may_publish(options: &SystemOptions) -> Result<(), String> {
        trial::publish(options).await.map_err(|error| options.remedy.words(&error))
    }
}

impl Network for SystemTor {
    fn backend(&self) -> &'static str {
        "system"
    }

    /// C tor protects services by vanguards-lite (tor 0.4.7 and later), not by full vanguards.
    fn vanguards(&self) -> bool {
        false
    }

    fn status(&self) -> watch::Receiver<Status> {
        self.status.clone()
    }

    fn publish(&self, key: ServiceKey) -> Boxed<'_, Result<Service, PublishError>> {
        Box::pin(async move { self.registry.publish(key) })
    }

    fn dial(&self, dial: Dial) -> Boxed<'_, Result<Stream, DialError>> {
        Box::pin(async move {
            if !*self.online.borrow() {
                return Err(DialError::Offline);
            }
            let credentials = credentials(&self.secret, dial);
            let stream = socks::connect(self.socks, &dial.to, &credentials).await?;
            Ok(Stream::new(stream))
        })
    }

    fn set_online(&self, online: bool) {
        self.online.send_replace(online);
    }
}

impl Drop for SystemTor {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl FromStr for ControlAddress {
    type Err = ControlAddressError;

    fn from_str(text: &str) -> Result<Self, ControlAddressError> {
        match text.strip_prefix("unix:") {
            Some("") => Err(ControlAddressError),
            Some(path) => Ok(Self::Unix(path.into())),
            None => text.parse().map(Self::Tcp).map_err(|_| ControlAddressError),
        }
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password([redacted])")
    }
}

impl Remedy {
    fn barrier(self) -> Barrier {
        match self {
            Self::Torrc => Barrier::Refused,
            Self::TailsProfile => Barrier::TailsProfile,
            Self::WhonixProfile => Barrier::WhonixProfile,
        }
    }

    /// What to do where no tor answers at all.
    fn without_tor(self) -> &'static str {
        match self {
            Self::Torrc => "start Tor, or name its ports with --tor-control and --tor-socks",
            Self::TailsProfile => "connect Tails to Tor",
            Self::WhonixProfile => "look whether the gateway runs",
        }
    }

    /// What is wrong with a control port, and what to do about it.
    fn words(self, error: &ControlError) -> String {
        match error {
            ControlError::Filtered { command } => self.about(command),
            ControlError::Refused { command, code: 550 } if command == "ADD_ONION" => {
                "another program runs this identity on the same Tor; close it".into()
            }
            other => other.to_string(),
        }
    }

    /// What to do about a control port that does not allow `command`.
    fn about(self, command: &str) -> String {
        match self {
            Self::Torrc => format!("Tor's control port does not allow {command}; look at ControlPort in its torrc"),
            Self::TailsProfile => format!(
                "the control port filter of Tails does not allow {command}; install Pelure's profile with install-tails.sh"
            ),
            Self::WhonixProfile => format!(
                "the control port filter of the Whonix gateway does not allow {command}; install Pelure's profile there"
            ),
        }
    }
}

/// Circuits are shared only by dials of one identity, lane and contact: C tor isolates by SOCKS credentials
/// (IsolateSOCKSAuth, on unless switched off). They tell the tor nothing, and differ in each run.
fn credentials(secret: &[u8; 32], dial: Dial) -> Credentials {
    let mut hash = Sha256::new();
    hash.update(secret);
    hash.update(dial.identity.to_be_bytes());
    hash.update(dial.lane.to_be_bytes());
    hash.update(dial.to.public_key());
    Credentials::new(&hash.finalize().into())
}

/// On this machine, or on the private network behind which a Whonix gateway is.
fn is_near(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private(),
        IpAddr::V6(ip) => ip.is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_control_port_is_read_and_nothing_is_looked_up() {
        let tcp = |text: &str| Ok(ControlAddress::Tcp(text.parse().unwrap()));
        assert_eq!("127.0.0.1:951".parse(), tcp("127.0.0.1:951"));
        assert_eq!("unix:/run/tor/control".parse(), Ok(ControlAddress::Unix("/run/tor/control".into())));
        for wrong in ["", "localhost:9051", "127.0.0.1", "unix:", "9051"] {
            assert_eq!(wrong.parse::<ControlAddress>(), Err(ControlAddressError), "{wrong}");
        }
    }

    #[tokio::test]
    async fn a_tor_out_on_the_internet_is_refused() {
        let options = |socks: &str, control: &str| SystemOptions {
            control: Some(control.parse().unwrap()),
            socks: socks.parse().unwrap(),
            password: None,
            remedy: Remedy::Torrc,
        };
        let start = |options| SystemTor::start(options).map(drop);
        assert!(matches!(start(options("198.51.100.7:9050", "127.0.0.1:9051")), Err(SystemError::Socks(_))));
        assert!(matches!(start(options("127.0.0.1:9050", "198.51.100.7:9051")), Err(SystemError::Control(_))));
        assert!(matches!(start(options("127.0.0.1:9050", "[2001:db8::1]:9051")), Err(SystemError::Control(_))));
        assert!(start(options("127.0.0.1:1", "10.152.152.10:9051")).is_ok());
    }

    #[test]
    fn a_password_is_not_printed_by_accident() {
        assert_eq!(format!("{:?}", Password(Zeroizing::new("secret".into()))), "Password([redacted])");
    }
}
