//! How Tor is entered: bridges, a proxy, ports, as the person set them, and what can be said of what they type.

use std::fmt;

/// What is typed, or set: bridge lines, a proxy, ports. It is not printed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Typed {
    /// One bridge a line.
    pub bridges: String,
    /// A URL; empty: none.
    pub proxy: String,
    /// Numbers; empty: all.
    pub ports: String,
}

/// What is set now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detour {
    /// To be changed.
    pub typed: Typed,
    /// What can be said of it.
    pub said: Said,
    /// What was kept cannot be read, and nothing is connected to until it is set again.
    pub unreadable: bool,
}

/// What can be said of what is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// One row for each bridge line.
    pub rows: Vec<Row>,
    /// There are more bridges than can be kept.
    pub too_many: bool,
    /// What is wrong with the proxy.
    pub proxy: Option<ProxyFlaw>,
    /// The ports are not numbers of ports.
    pub ports: bool,
}

/// A bridge line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Which line, from 1.
    pub line: usize,
    /// What can be said of it.
    pub verdict: Verdict,
}

/// What can be said of a bridge line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A bridge without a transport: nothing more is needed.
    Plain,
    /// A bridge with a transport, and the program that serves it.
    Served {
        /// The transport.
        transport: &'static str,
        /// The program, with its path.
        program: String,
    },
    /// No program for the transport is on this machine.
    Missing {
        /// The transport.
        transport: &'static str,
        /// The names of the programs that serve it.
        programs: &'static [&'static str],
    },
    /// The transport is not known.
    Unknown(String),
    /// Longer than a bridge line is.
    TooLong,
    /// No numeric address with a port.
    NoAddress,
    /// No fingerprint, or a damaged one.
    NoFingerprint,
    /// A setting is damaged or missing.
    BadSetting,
}

/// What is wrong with a proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyFlaw {
    /// Of no known kind.
    Kind,
    /// Over TLS.
    Tls,
    /// A name in place of an address.
    Name,
    /// No port.
    Port,
    /// The one port that cannot be used.
    Port80,
    /// A password where there is no place for one.
    Password,
    /// Anything else.
    Malformed,
}

/// A step on the way to Tor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// To a relay.
    Network,
    /// To a bridge.
    Bridge,
    /// Through a proxy.
    Proxy,
    /// The list of relays.
    Directory,
    /// In words of the machine's own Tor (English).
    Words(super::Shown),
}

/// What stands in the way to Tor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// No network.
    Offline,
    /// Something filters.
    Filtered,
    /// The clock; how far it is off, in Tor's words (English).
    Clock(super::Shown),
    /// The list of relays.
    Directory,
    /// Anything else.
    Network,
    /// No bridge answers.
    Bridges,
    /// Nothing comes through the proxy.
    Proxy,
    /// The program of this transport is missing.
    NoProgram(&'static str),
    /// What was kept of bridges and proxy cannot be read.
    Unreadable,
    /// Tor did not start again.
    Stopped,
    /// In words of the machine's own Tor (English).
    Words(super::Shown),
}

impl Verdict {
    /// Whether this line can be used.
    pub fn is_good(&self) -> bool {
        matches!(self, Self::Plain | Self::Served { .. })
    }
}

impl Said {
    /// Whether all of it can be used.
    pub fn is_good(&self) -> bool {
        self.rows.iter().all(|row| row.verdict.is_good()) && !self.too_many && self.proxy.is_none() && !self.ports
    }
}

impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Typed([redacted])")
    }
}

/// Characters of bridge lines in the field; more than can be kept have room.
pub const BRIDGES_CHARS: usize = 64 * 1024;
/// Characters of a proxy.
pub const PROXY_CHARS: usize = 512;
/// Characters of a list of ports.
pub const PORTS_CHARS: usize = 400;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_not_printed_by_accident() {
        let typed = Typed { bridges: "192.0.2.1".into(), proxy: "secret".into(), ports: "443".into() };
        assert_eq!(format!("{typed:?}"), "Typed([redacted])");
    }
}
