//! Which road to Tor this machine allows: the embedded Arti, or the tor that is already there.
//!
//! On Tails and Whonix it is never Arti: their firewalls let only their own tor through, and Tor inside Tor would harm
//! the person and the network. It decides from what it is told and looks at nothing itself.

use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use pelure_onion::system::{ControlAddress, Password, Remedy, SystemOptions};
use zeroize::Zeroizing;

/// What the person asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// `--tor`.
    pub kind: Kind,
    /// `--tor-control`.
    pub control: Option<ControlAddress>,
    /// `--tor-socks`.
    pub socks: Option<SocketAddr>,
}

/// The value of `--tor`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// What fits this machine.
    #[default]
    Auto,
    /// Arti, inside this program.
    Embedded,
    /// The tor of this machine.
    System,
}

/// What is known of the machine.
pub struct Surroundings<'a> {
    /// `/etc/os-release`; empty if there is none.
    pub os_release: &'a str,
    /// Whether the marker of a Whonix workstation is there.
    pub whonix: bool,
    /// A variable of the environment.
    pub variable: &'a dyn Fn(&str) -> Option<OsString>,
}

/// The road to take.
#[derive(Clone, Debug)]
pub enum Choice {
    /// Arti, inside this program.
    Embedded,
    /// The tor of this machine.
    System(SystemOptions),
}

/// Why it is that road.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The person asked for it.
    Asked,
    /// On Tails there is no other.
    Tails,
    /// On Whonix there is no other.
    Whonix,
    /// The environment says that a tor runs already (`TOR_SKIP_LAUNCH`).
    Torified,
    /// The environment names a control port.
    Named,
    /// Nothing speaks for another.
    Usual,
}

/// Why no road can be taken as asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Arti where it cannot work.
    #[error(
        "--tor embedded does not work on {0}: only the Tor of the system gets through there; leave the option out, and install the profile of Pelure"
    )]
    Embedded(&'static str),
    /// Options for a control port without one.
    #[error("--tor-control and --tor-socks belong to --tor system")]
    Ports,
    /// A variable that cannot be read.
    #[error("{0} is not an address with a port; unset it or correct it")]
    Variable(&'static str),
}

/// What kind of machine it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Tails,
    Whonix,
    /// Somebody says that a tor runs already (`TOR_SKIP_LAUNCH`).
    Torified,
    Elsewhere,
}

/// Decides: what was asked for, then the machine, then its environment, then Arti.
pub fn choose(wish: &Wish, around: &Surroundings<'_>) -> Result<Choice, Refusal> {
    let place = Place::of(around);
    let named = wish.control.is_some() || wish.socks.is_some();
    match (wish.kind, place) {
        (Kind::Embedded, Place::Elsewhere) if named => Err(Refusal::Ports),
        (Kind::Embedded, Place::Elsewhere) => Ok(Choice::Embedded),
        (Kind::Embedded, place) => Err(Refusal::Embedded(place.name())),
        (Kind::System, place) => system(wish, place, around),
        (Kind::Auto, Place::Elsewhere) if !named && control_variable(around)?.is_none() => Ok(Choice::Embedded),
        (Kind::Auto, place) => system(wish, place, around),
    }
}

/// Why [`choose`] decides as it does.
pub fn reason(wish: &Wish, around: &Surroundings<'_>) -> Reason {
    match (wish.kind, Place::of(around)) {
        (_, Place::Tails) => Reason::Tails,
        (_, Place::Whonix) => Reason::Whonix,
        (_, Place::Torified) => Reason::Torified,
        (Kind::Embedded | Kind::System, Place::Elsewhere) => Reason::Asked,
        (Kind::Auto, Place::Elsewhere) if wish.control.is_some() || wish.socks.is_some() => Reason::Asked,
        (Kind::Auto, Place::Elsewhere) if matches!(control_variable(around), Ok(None)) => Reason::Usual,
        (Kind::Auto, Place::Elsewhere) => Reason::Named,
    }
}

fn system(wish: &Wish, place: Place, around: &Surroundings<'_>) -> Result<Choice, Refusal> {
    let control = match &wish.control {
        Some(control) => control.clone(),
        None => control_variable(around)?.unwrap_or_else(|| place.control()),
    };
    let socks = match wish.socks {
        Some(socks) => socks,
        None => address(around, "TOR_SOCKS_HOST", "TOR_SOCKS_PORT")?.unwrap_or_else(|| place.socks()),
    };
    let password = (around.variable)("PELURE_TOR_PASSWORD").or_else(|| (around.variable)("TOR_CONTROL_PASSWD"));
    let password = password.and_then(|text| text.into_string().ok()).map(|text| Password(Zeroizing::new(text)));
    Ok(Choice::System(SystemOptions { control: Some(control), socks, password, remedy: place.remedy() }))
}

fn control_variable(around: &Surroundings<'_>) -> Result<Option<ControlAddress>, Refusal> {
    if let Some(path) = (around.variable)("TOR_CONTROL_IPC_PATH") {
        return Ok(Some(ControlAddress::Unix(path.into())));
    }
    Ok(address(around, "TOR_CONTROL_HOST", "TOR_CONTROL_PORT")?.map(ControlAddress::Tcp))
}

/// An address from two variables; the host may be missing, and is this machine then.
fn address(around: &Surroundings<'_>, host: &'static str, port: &'static str) -> Result<Option<SocketAddr>, Refusal> {
    let text = |name| (around.variable)(name).and_then(|value| value.into_string().ok());
    let Some(number) = text(port) else { return Ok(None) };
    let ip = match text(host) {
        None => IpAddr::V4(Ipv4Addr::LOCALHOST),
        Some(ip) => ip.parse().map_err(|_| Refusal::Variable(host))?,
    };
    Ok(Some(SocketAddr::new(ip, number.parse().map_err(|_| Refusal::Variable(port))?)))
}

impl Place {
    fn of(around: &Surroundings<'_>) -> Self {
        let id = around.os_release.lines().find_map(|line| line.strip_prefix("ID="));
        match id.map(|id| id.trim_matches(['"', '\''])) {
            Some("tails") => Self::Tails,
            _ if around.whonix => Self::Whonix,
            _ if (around.variable)("TOR_SKIP_LAUNCH").is_some_and(|value| value == "1") => Self::Torified,
            _ => Self::Elsewhere,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Tails => "Tails",
            Self::Whonix => "Whonix",
            Self::Torified => "this machine (TOR_SKIP_LAUNCH is set)",
            Self::Elsewhere => "this machine",
        }
    }

    fn remedy(self) -> Remedy {
        match self {
            Self::Tails => Remedy::TailsProfile,
            Self::Whonix => Remedy::WhonixProfile,
            Self::Torified | Self::Elsewhere => Remedy::Torrc,
        }
    }

    /// Tails: the filter (onion-grater), since the port itself is root's. Whonix: the gateway's, at its usual address.
    fn control(self) -> ControlAddress {
        let (ip, port) = match self {
            Self::Tails => (Ipv4Addr::LOCALHOST, 951),
            Self::Whonix => (GATEWAY, 9051),
            Self::Torified | Self::Elsewhere => (Ipv4Addr::LOCALHOST, 9051),
        };
        ControlAddress::Tcp((ip, port).into())
    }

    fn socks(self) -> SocketAddr {
        let ip = if self == Self::Whonix { GATEWAY } else { Ipv4Addr::LOCALHOST };
        (ip, 9050).into()
    }
}

/// The gateway as a Whonix workstation sees it, unless its owner changed it (then `--tor-control` and `--tor-socks`).
const GATEWAY: Ipv4Addr = Ipv4Addr::new(10, 152, 152, 10);

#[cfg(test)]
mod tests {
    use super::*;

    const TAILS: &str = "NAME=\"Tails\"\nID=\"tails\"\nVERSION_ID=\"7.8\"\n";
    const DEBIAN: &str = "ID=debian\n";

    fn chosen(wish: &Wish, os_release: &str, whonix: bool, environment: &[(&str, &str)]) -> Result<String, Refusal> {
        let variable =
            |name: &str| environment.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value));
        let choice = choose(wish, &Surroundings { os_release, whonix, variable: &variable })?;
        Ok(match choice {
            Choice::Embedded => "embedded".into(),
            Choice::System(SystemOptions { control, socks, remedy, .. }) => match control {
                Some(ControlAddress::Tcp(control)) => format!("{control} {socks} {remedy:?}"),
                other => format!("{other:?} {socks} {remedy:?}"),
            },
        })
    }

    fn wish(kind: Kind) -> Wish {
        Wish { kind, ..Wish::default() }
    }

    #[test]
    fn tails_and_whonix_never_get_arti() {
        for (os_release, whonix, environment) in
            [(TAILS, false, &[][..]), (DEBIAN, true, &[]), (DEBIAN, false, &[("TOR_SKIP_LAUNCH", "1")])]
        {
            let embedded = chosen(&wish(Kind::Embedded), os_release, whonix, environment);
            assert!(matches!(embedded, Err(Refusal::Embedded(_))), "{embedded:?}");
            assert_ne!(chosen(&wish(Kind::Auto), os_release, whonix, environment).unwrap(), "embedded");
        }
    }

    #[test]
    fn each_place_has_its_ports() {
        let auto = wish(Kind::Auto);
        assert_eq!(chosen(&auto, TAILS, false, &[]).unwrap(), "127.0.0.1:951 127.0.0.1:9050 TailsProfile");
        let whonix = "10.152.152.10:9051 10.152.152.10:9050 WhonixProfile";
        assert_eq!(chosen(&auto, DEBIAN, true, &[]).unwrap(), whonix);
        assert_eq!(chosen(&auto, DEBIAN, false, &[]).unwrap(), "embedded");
        assert_eq!(chosen(&wish(Kind::System), "", false, &[]).unwrap(), "127.0.0.1:9051 127.0.0.1:9050 Torrc");
    }

    #[test]
    fn the_person_goes_before_the_machine_and_the_machine_before_its_environment() {
        let environment = [("TOR_CONTROL_PORT", "19051"), ("TOR_SOCKS_PORT", "19050")];
        assert_eq!(
            chosen(&wish(Kind::Auto), DEBIAN, false, &environment).unwrap(),
            "127.0.0.1:19051 127.0.0.1:19050 Torrc"
        );
        assert_eq!(chosen(&wish(Kind::Embedded), DEBIAN, false, &environment).unwrap(), "embedded");
        let named = Wish { control: "127.0.0.1:9".parse().ok(), socks: "127.0.0.1:8".parse().ok(), ..wish(Kind::Auto) };
        assert_eq!(chosen(&named, TAILS, false, &environment).unwrap(), "127.0.0.1:9 127.0.0.1:8 TailsProfile");
        assert_eq!(chosen(&Wish { kind: Kind::Embedded, ..named }, DEBIAN, false, &[]), Err(Refusal::Ports));
        let socket = chosen(&wish(Kind::Auto), DEBIAN, false, &[("TOR_CONTROL_IPC_PATH", "/run/c")]).unwrap();
        assert!(socket.starts_with("Some(Unix(\"/run/c\"))"), "{socket}");
    }

    #[test]
    fn the_reason_is_that_of_the_choice() {
        let because = |wish: &Wish, os_release, whonix, environment: &[(&str, &str)]| {
            let variable = |name: &str| {
                environment.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value))
            };
            reason(wish, &Surroundings { os_release, whonix, variable: &variable })
        };
        let auto = wish(Kind::Auto);
        assert_eq!(because(&auto, TAILS, false, &[]), Reason::Tails);
        assert_eq!(because(&auto, DEBIAN, true, &[]), Reason::Whonix);
        assert_eq!(because(&auto, DEBIAN, false, &[("TOR_SKIP_LAUNCH", "1")]), Reason::Torified);
        assert_eq!(because(&auto, DEBIAN, false, &[("TOR_CONTROL_PORT", "9051")]), Reason::Named);
        assert_eq!(because(&auto, DEBIAN, false, &[]), Reason::Usual);
        assert_eq!(because(&wish(Kind::System), DEBIAN, false, &[]), Reason::Asked);
        let named = Wish { socks: "127.0.0.1:8".parse().ok(), ..auto };
        assert_eq!(because(&named, DEBIAN, false, &[]), Reason::Asked);
    }

    #[test]
    fn a_variable_that_cannot_be_read_is_said_and_not_passed_over() {
        let wrong = [("TOR_CONTROL_PORT", "many")];
        assert_eq!(chosen(&wish(Kind::Auto), DEBIAN, false, &wrong), Err(Refusal::Variable("TOR_CONTROL_PORT")));
        let named = [("TOR_CONTROL_PORT", "9051"), ("TOR_CONTROL_HOST", "tor.example")];
        assert_eq!(chosen(&wish(Kind::Auto), DEBIAN, false, &named), Err(Refusal::Variable("TOR_CONTROL_HOST")));
    }
}
