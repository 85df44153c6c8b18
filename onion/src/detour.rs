//! How to leave this machine where the straight way to Tor is closed: over bridges, a proxy, certain ports.
//!
//! It promises that what it holds can be used: each bridge line, proxy and port was read and found sound, and an error
//! says which line is wrong and why. It does not start anything and looks at no network; whether a bridge answers shows
//! only when it is used. A bridge line says where somebody hides and a proxy may have a password: neither is printed.

mod bridge;
mod program;
mod proxy;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use zeroize::Zeroizing;

pub use bridge::{Bridge, BridgeError, Flaw, Transport, split};
pub use program::Programs;
pub use proxy::{Proxy, ProxyError};

/// The way out. Empty: straight to the relays of Tor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Detour {
    /// If there are any, Tor is entered by these alone.
    pub bridges: Vec<Bridge>,
    /// If there is one, every connection goes through it, those of bridges too.
    pub proxy: Option<Proxy>,
    /// If there are any, only relays that answer on these ports are connected to. A bridge has the port of its line.
    pub ports: Ports,
}

/// Ports that a firewall lets through; none: it lets all through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ports(BTreeSet<u16>);

/// Why a detour cannot be taken. Holds no address and no password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DetourError {
    /// A bridge line is wrong.
    #[error("line {line}: {why}")]
    Bridge {
        /// Which line, from 1.
        line: usize,
        /// What is wrong with it.
        why: BridgeError,
    },
    /// More bridges than anybody needs.
    #[error("at most {BRIDGES_MOST} bridges can be kept; two or three that answer are enough")]
    TooManyBridges,
    /// The proxy is wrong.
    #[error(transparent)]
    Proxy(#[from] ProxyError),
    /// Not a list of ports.
    #[error("a port is a number from 1 to 65535, and at most {PORTS_MOST} can be named")]
    Ports,
    /// This road has no say.
    #[error("the Tor of this machine decides about bridges, proxies and ports; set them in its own settings")]
    NotOurs,
    /// What was kept cannot be read.
    #[error("the saved bridges or proxy cannot be read; set them again")]
    Unreadable,
}

impl Detour {
    /// Reads bridge lines; empty ones and comments (`#`) are left out, and a bridge named twice is taken once.
    pub fn read_bridges<'a>(lines: impl IntoIterator<Item = &'a str>) -> Result<Vec<Bridge>, DetourError> {
        let mut bridges: Vec<Bridge> = Vec::new();
        for (at, line) in lines.into_iter().enumerate() {
            if bridge::is_blank(line) {
                continue;
            }
            let mut bridge = Bridge::read(line).map_err(|why| DetourError::Bridge { line: at + 1, why })?;
            bridge.number = at + 1;
            if bridges.contains(&bridge) {
                continue;
            }
            if bridges.len() >= BRIDGES_MOST {
                return Err(DetourError::TooManyBridges);
            }
            bridges.push(bridge);
        }
        Ok(bridges)
    }

    /// Whether it is the straight way.
    pub fn is_straight(&self) -> bool {
        *self == Self::default()
    }

    /// An error names the first bridge whose transport no program here serves, by the line it was read from.
    pub fn check(&self, programs: &Programs) -> Result<(), DetourError> {
        for bridge in &self.bridges {
            if let Some(transport) = bridge.transport()
                && programs.find(transport).is_none()
            {
                return Err(DetourError::Bridge { line: bridge.number, why: BridgeError::NoProgram(transport) });
            }
        }
        Ok(())
    }

    /// As it is kept, in the vault and nowhere else.
    pub fn write(&self) -> Zeroizing<String> {
        let bridges: Vec<&str> = self.bridges.iter().map(Bridge::line).collect();
        let proxy = self.proxy.as_ref().map(Proxy::url);
        let ports: Vec<u16> = self.ports.iter().collect();
        Zeroizing::new(json!({"bridges": bridges, "proxy": proxy, "ports": ports}).to_string())
    }

    /// Reads what was kept.
    pub fn read(text: &str) -> Result<Self, DetourError> {
        let unreadable = |_| DetourError::Unreadable;
        let value: Value = serde_json::from_str(text).map_err(|_| DetourError::Unreadable)?;
        let list = |name: &str| value.get(name).and_then(Value::as_array).ok_or(DetourError::Unreadable);
        let lines: Option<Vec<&str>> = list("bridges")?.iter().map(Value::as_str).collect();
        let bridges = Self::read_bridges(lines.ok_or(DetourError::Unreadable)?).map_err(unreadable)?;
        let proxy = match value.get("proxy") {
            Some(Value::Null) => None,
            Some(Value::String(url)) => Some(Proxy::read(url).map_err(|_| DetourError::Unreadable)?),
            _ => return Err(DetourError::Unreadable),
        };
        let ports: Option<Vec<u64>> = list("ports")?.iter().map(Value::as_u64).collect();
        let ports = Ports::new(ports.ok_or(DetourError::Unreadable)?).map_err(unreadable)?;
        Ok(Self { bridges, proxy, ports })
    }
}

impl Ports {
    /// The ports of a list; an empty one: all.
    pub fn new(ports: impl IntoIterator<Item = u64>) -> Result<Self, DetourError> {
        let read = |port| u16::try_from(port).ok().filter(|port| *port > 0).ok_or(DetourError::Ports);
        let ports = ports.into_iter().map(read).collect::<Result<BTreeSet<u16>, _>>()?;
        if ports.len() > PORTS_MOST { Err(DetourError::Ports) } else { Ok(Self(ports)) }
    }

    /// In ascending order.
    pub fn iter(&self) -> impl Iterator<Item = u16> {
        self.0.iter().copied()
    }

    /// Whether every port is let through.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Bridges that are kept: more than any distributor gives out at once.
pub const BRIDGES_MOST: usize = 100;

/// Ports that can be named: firewalls that let more through are no firewalls.
pub const PORTS_MOST: usize = 64;

#[cfg(test)]
mod tests;
