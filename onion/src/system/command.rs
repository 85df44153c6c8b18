//! The commands we say to a control port, and no others (control-spec, section 3).
//!
//! It promises lines that a strict filter can match exactly: fixed words in a fixed order, one command a line. There is
//! no SETCONF, no SETEVENTS, no SIGNAL.

use std::net::SocketAddr;

use data_encoding::BASE64;
use zeroize::Zeroizing;

use crate::{Address, PORT, ServiceKey};

/// One command.
pub(super) enum Command {
    /// How may we authenticate?
    ProtocolInfo,
    /// The challenge of SAFECOOKIE.
    AuthChallenge([u8; 32]),
    /// With this argument: nothing, a quoted password, or the answer to the challenge.
    Authenticate(Zeroizing<String>),
    /// One question.
    GetInfo(Key),
    /// Runs a service until this connection ends.
    AddOnion {
        /// Its secret.
        key: ServiceKey,
        /// Where Tor delivers its streams.
        target: SocketAddr,
    },
    /// Ends one.
    DelOnion(Address),
}

/// What may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// The services of this connection.
    Onions,
    /// Progress while Tor connects.
    Bootstrap,
    /// Whether Tor can build circuits.
    Circuits,
}

impl Command {
    /// The line, without its end.
    pub(super) fn line(&self) -> Zeroizing<String> {
        Zeroizing::new(match self {
            Self::ProtocolInfo => "PROTOCOLINFO 1".into(),
            Self::AuthChallenge(nonce) => {
                format!("AUTHCHALLENGE SAFECOOKIE {}", data_encoding::HEXUPPER.encode(nonce))
            }
            Self::Authenticate(with) if with.is_empty() => "AUTHENTICATE".into(),
            Self::Authenticate(with) => return Zeroizing::new(format!("AUTHENTICATE {}", **with)),
            Self::GetInfo(key) => format!("GETINFO {}", key.word()),
            Self::AddOnion { key, target } => {
                let secret = Zeroizing::new(BASE64.encode(&*key.expanded()));
                return Zeroizing::new(format!(
                    "ADD_ONION ED25519-V3:{} Flags=DiscardPK,MaxStreamsCloseCircuit MaxStreams={STREAMS_PER_CIRCUIT} \
                     Port={PORT},{target}",
                    *secret
                ));
            }
            Self::DelOnion(address) => format!("DEL_ONION {}", name(address)),
        })
    }

    /// What it is called when a person is told that it is not allowed.
    pub(super) fn word(&self) -> String {
        match self {
            Self::ProtocolInfo => "PROTOCOLINFO".into(),
            Self::AuthChallenge(_) => "AUTHCHALLENGE".into(),
            Self::Authenticate(_) => "AUTHENTICATE".into(),
            Self::GetInfo(key) => format!("GETINFO {}", key.word()),
            Self::AddOnion { .. } => "ADD_ONION".into(),
            Self::DelOnion(_) => "DEL_ONION".into(),
        }
    }
}

impl Key {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Onions => "onions/current",
            Self::Bootstrap => "status/bootstrap-phase",
            Self::Circuits => "status/circuit-established",
        }
    }
}

/// A service as C tor names it: without `.onion`.
pub(super) fn name(address: &Address) -> String {
    let mut name = address.onion();
    if let Some(end) = name.find('.') {
        name.truncate(end);
    }
    name
}

/// More on one circuit, and tor closes it; the program opens one per circuit.
const STREAMS_PER_CIRCUIT: u32 = 8;

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> ServiceKey {
        ServiceKey::from_seed(Zeroizing::new([7; 32])).unwrap()
    }

    #[test]
    fn lines_are_what_the_shipped_profiles_allow() {
        let target = "127.0.0.1:17630".parse().unwrap();
        let add = Command::AddOnion { key: key(), target }.line();
        let (head, rest) = add.split_once(' ').unwrap();
        assert_eq!(head, "ADD_ONION");
        let (secret, rest) = rest.strip_prefix("ED25519-V3:").unwrap().split_once(' ').unwrap();
        assert_eq!((secret.len(), secret.ends_with("==")), (88, true));
        assert_eq!(rest, "Flags=DiscardPK,MaxStreamsCloseCircuit MaxStreams=8 Port=9876,127.0.0.1:17630");
        let del = Command::DelOnion(key().address()).line();
        assert_eq!(del.len(), "DEL_ONION ".len() + 56);
        assert_eq!(*Command::GetInfo(Key::Onions).line(), "GETINFO onions/current");
    }

    #[test]
    fn a_service_has_the_address_of_its_key() {
        assert_eq!(format!("{}.onion", name(&key().address())), key().address().onion());
    }
}
