//! One bridge line, as bridges are given out: `obfs4 192.0.2.5:443 FINGERPRINT cert=... iat-mode=0`.
//!
//! It promises a line that Arti takes, over a transport known here, to a numeric address: a name would be looked up
//! outside Tor.

use std::fmt;
use std::net::SocketAddr;

use arti_client::config::{BridgeConfigBuilder, BridgeParseError};
use zeroize::Zeroizing;

/// A bridge.
#[derive(Clone)]
pub struct Bridge {
    /// As Arti writes it.
    line: Zeroizing<String>,
    transport: Option<Transport>,
    address: SocketAddr,
    /// The how-many-th line it was, from 1, for who has to be told what is wrong with it.
    pub(super) number: usize,
}

/// A way to make the traffic to a bridge look like something else; a program of its own does it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Transport {
    /// Looks like nothing known.
    Obfs4,
    /// Looks like a visit to a large site.
    MeekLite,
    /// Looks like a visit to some web site.
    Webtunnel,
    /// Over the browsers of volunteers.
    Snowflake,
}

/// Why a line is no bridge that can be used here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BridgeError {
    /// Not a bridge line.
    #[error("this is not a bridge line: {0}; copy the whole line again")]
    Malformed(Flaw),
    /// A transport that this program does not know.
    #[error("the transport {0} is not known here; ask for obfs4, webtunnel, snowflake or meek_lite bridges")]
    UnknownTransport(String),
    /// A transport whose program is missing.
    #[error("no program for {0} is on this machine; {advice}", advice = .0.advice())]
    NoProgram(Transport),
}

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// Longer than any bridge line.
    #[error("it is too long")]
    TooLong,
    /// No numeric address with a port.
    #[error("its address is not a numeric one with a port")]
    Address,
    /// No fingerprint, or a wrong one.
    #[error("its fingerprint (40 digits and letters) is missing or damaged")]
    Fingerprint,
    /// A setting of the transport is damaged.
    #[error("a setting after the fingerprint is damaged")]
    Setting,
    /// An obfs4 bridge without its certificate.
    #[error("its cert= is missing")]
    Certificate,
}

impl Bridge {
    /// Reads a line, with or without the word `Bridge` before it.
    pub fn read(line: &str) -> Result<Self, BridgeError> {
        if line.len() > LINE_BYTES || line.contains(['\n', '\r', '\0']) {
            return Err(BridgeError::Malformed(Flaw::TooLong));
        }
        let words = Words::of(line);
        let address = words.address.and_then(|word| word.parse::<SocketAddr>().ok());
        let address = address.filter(|address| address.port() > 0).ok_or(BridgeError::Malformed(Flaw::Address))?;
        let transport = words.transport()?;
        let read: Result<BridgeConfigBuilder, _> = line.trim().parse();
        let bridge = read.map_err(|error| BridgeError::Malformed(flaw(&error)))?;
        let bridge = bridge.build().map_err(|_| BridgeError::Malformed(Flaw::Setting))?;
        if transport == Some(Transport::Obfs4) && !words.has_setting("cert") {
            return Err(BridgeError::Malformed(Flaw::Certificate));
        }
        Ok(Self { line: Zeroizing::new(bridge.to_string()), transport, address, number: 1 })
    }

    /// The line, for the vault, for Tor, and for the person who set it.
    pub fn line(&self) -> &str {
        &self.line
    }

    /// Where it is connected to without a program between.
    pub(crate) fn direct(&self) -> Option<SocketAddr> {
        self.transport.is_none().then_some(self.address)
    }

    /// Its transport; `None`: it is connected to as a relay is.
    pub fn transport(&self) -> Option<Transport> {
        self.transport
    }
}

impl PartialEq for Bridge {
    fn eq(&self, other: &Self) -> bool {
        self.line == other.line
    }
}

impl Eq for Bridge {}

impl fmt::Debug for Bridge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bridge({:?}, [redacted])", self.transport)
    }
}

impl Transport {
    /// All there are.
    pub const ALL: [Self; 4] = [Self::Obfs4, Self::MeekLite, Self::Webtunnel, Self::Snowflake];

    /// As bridge lines name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Obfs4 => "obfs4",
            Self::MeekLite => "meek_lite",
            Self::Webtunnel => "webtunnel",
            Self::Snowflake => "snowflake",
        }
    }

    /// The programs that serve it, the best first.
    pub fn programs(self) -> &'static [&'static str] {
        match self {
            Self::Obfs4 | Self::MeekLite => &["lyrebird", "obfs4proxy"],
            Self::Webtunnel => &["lyrebird", "webtunnel-client"],
            Self::Snowflake => &["snowflake-client"],
        }
    }

    /// Where the program comes from.
    fn advice(self) -> &'static str {
        match self {
            Self::Obfs4 | Self::MeekLite => "install lyrebird or obfs4proxy (packages of these names)",
            Self::Webtunnel => "install lyrebird 0.6 or newer, or webtunnel-client",
            Self::Snowflake => "install snowflake-client (package of this name)",
        }
    }
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The words of a line that are looked at before Arti looks.
struct Words<'a> {
    transport: Option<&'a str>,
    address: Option<&'a str>,
    rest: std::str::SplitAsciiWhitespace<'a>,
}

impl<'a> Words<'a> {
    fn of(line: &'a str) -> Self {
        let mut words = line.split_ascii_whitespace();
        let mut first = words.next();
        if first.is_some_and(|word| word.eq_ignore_ascii_case("bridge")) {
            first = words.next();
        }
        // A name has no colon; an address always has one.
        match first {
            Some(name) if !name.contains(':') => Self { transport: first, address: words.next(), rest: words },
            _ => Self { transport: None, address: first, rest: words },
        }
    }

    fn transport(&self) -> Result<Option<Transport>, BridgeError> {
        let Some(name) = self.transport else { return Ok(None) };
        let known = Transport::ALL.into_iter().find(|transport| transport.name() == name);
        let named = name.len() <= NAME_BYTES && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        match known {
            Some(transport) => Ok(Some(transport)),
            None if named => Err(BridgeError::UnknownTransport(name.to_owned())),
            None => Err(BridgeError::Malformed(Flaw::Address)),
        }
    }

    fn has_setting(&self, name: &str) -> bool {
        self.rest.clone().any(|word| word.split_once('=').is_some_and(|(key, value)| key == name && !value.is_empty()))
    }
}

/// Whether a line says nothing.
pub(super) fn is_blank(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#')
}

/// The lines of a text: as it was pasted, or as the QR pictures of the Tor Project hold them, `['line', 'line']`.
pub fn split(text: &str) -> Vec<String> {
    let trimmed = text.trim();
    match trimmed.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(list) if list.trim_start().starts_with(['\'', '"']) => {
            let entries = list.split(['\'', '"']).skip(1).step_by(2);
            entries.map(|line| line.trim().to_owned()).collect()
        }
        _ => text.lines().map(str::to_owned).collect(),
    }
}

fn flaw(error: &BridgeParseError) -> Flaw {
    match error {
        BridgeParseError::InvalidIdentityOrParameter { .. }
        | BridgeParseError::MultipleIdentitiesOfSameType { .. }
        | BridgeParseError::UnsupportedIdentityType { .. }
        | BridgeParseError::NoRsaIdentity => Flaw::Fingerprint,
        BridgeParseError::InvalidPtKeyValue { .. }
        | BridgeParseError::InvalidPluggableTransportSetting { .. }
        | BridgeParseError::DirectParametersNotAllowed => Flaw::Setting,
        _ => Flaw::Address,
    }
}

/// The longest line: those of snowflake, with many servers in them, have a quarter of it.
const LINE_BYTES: usize = 4096;

/// The longest name of a transport that is repeated in an error.
const NAME_BYTES: usize = 32;
