//! A proxy that all connections go through, written as a URL: `socks5://user:password@192.0.2.1:1080`.
//!
//! It promises what Arti can do and refuses the rest with the reason. It is not printed: there may be a password in it.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use arti_client::config::ChannelConfigBuilder;
use toml::{Table, Value};
use zeroize::Zeroizing;

/// A proxy.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy(Zeroizing<String>);

/// Why a proxy cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProxyError {
    /// Not of a kind that is known.
    #[error("a proxy begins with socks5://, socks4:// or http://")]
    Kind,
    /// A proxy over TLS.
    #[error("a proxy over TLS (https://) cannot be used; http:// and socks5:// can")]
    Tls,
    /// A name in place of an address.
    #[error("write the numeric address of the proxy: its name would be looked up outside Tor")]
    Name,
    /// No port.
    #[error("write the port of the proxy after its address, as in socks5://192.0.2.1:1080")]
    Port,
    /// The one port Arti cannot read.
    #[error("an HTTP proxy on port 80 cannot be used by this Tor; another port, or socks5://, can")]
    Port80,
    /// A password where there is no place for one.
    #[error("SOCKS 4 has no passwords; use socks5:// or leave the password out")]
    Password,
    /// Anything else.
    #[error("write the proxy as socks5://192.0.2.1:1080, or socks5://user:password@192.0.2.1:1080")]
    Malformed,
}

impl Proxy {
    /// Reads a URL.
    pub fn read(url: &str) -> Result<Self, ProxyError> {
        let url = url.trim();
        if url.len() > URL_BYTES || url.contains(|letter: char| letter.is_whitespace() || letter.is_control()) {
            return Err(ProxyError::Malformed);
        }
        let (kind, rest) = url.split_once("://").ok_or(ProxyError::Kind)?;
        let kind = kind.to_ascii_lowercase();
        match kind.as_str() {
            "https" => return Err(ProxyError::Tls),
            "http" | "socks4" | "socks4a" | "socks5" | "socks5h" => {}
            _ => return Err(ProxyError::Kind),
        }
        let (user, place) = rest.rsplit_once('@').map_or((None, rest), |(user, place)| (Some(user), place));
        check_place(&kind, place.strip_suffix('/').unwrap_or(place))?;
        if kind.starts_with("socks4") && user.is_some_and(|user| user.contains(':')) {
            return Err(ProxyError::Password);
        }
        if is_taken(url) { Ok(Self(Zeroizing::new(url.to_owned()))) } else { Err(ProxyError::Malformed) }
    }

    /// With its password: for the vault, for Tor, and for the person who set it.
    pub fn url(&self) -> &str {
        &self.0
    }
}

/// Says what is wrong with a place before Arti does, in fewer kinds.
fn check_place(kind: &str, place: &str) -> Result<(), ProxyError> {
    let (host, port) = match place.rsplit_once(':') {
        Some((host, port)) if !place.ends_with(']') => (host, Some(port)),
        _ => (place, None),
    };
    let six = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let numeric = six.map_or(host.parse::<Ipv4Addr>().is_ok(), |six| six.parse::<Ipv6Addr>().is_ok());
    match port {
        _ if host.is_empty() => Err(ProxyError::Malformed),
        _ if !numeric => Err(ProxyError::Name),
        Some("80") if kind == "http" => Err(ProxyError::Port80),
        Some(port) if port.parse::<u16>().is_ok_and(|port| port > 0) => Ok(()),
        _ => Err(ProxyError::Port),
    }
}

/// Whether Arti takes it: its parser is reached through its configuration only.
fn is_taken(url: &str) -> bool {
    let table = Table::from_iter([("outbound_proxy".to_owned(), Value::String(url.to_owned()))]);
    let builder: Result<ChannelConfigBuilder, _> = Value::Table(table).try_into();
    builder.is_ok_and(|builder| builder.build().is_ok())
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Proxy([redacted])")
    }
}

/// The longest URL: a long user, a long password, and their escapes.
const URL_BYTES: usize = 2048;
