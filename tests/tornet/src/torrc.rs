//! The configuration files of C tor.
//!
//! It promises text that C tor reads as the node it was written for, whatever is in the paths.
//! It does not touch the disk. Options: tor's manual page, section "TESTING NETWORK OPTIONS".

use std::net::Ipv4Addr;
use std::path::Path;

use crate::addresses::{DIR_PORT, OR_PORT, REAL_PORT};
use crate::keys::Authority;

/// What is particular to one relay or authority.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spot<'a> {
    pub(crate) nickname: &'a str,
    pub(crate) dir: &'a Path,
    pub(crate) ip: Ipv4Addr,
    pub(crate) authority: bool,
    /// The process with which the relay ends.
    pub(crate) owner: u32,
}

/// The lines that make any C tor, also a plain client, a member of this network.
pub(crate) fn membership(authorities: &[Authority]) -> String {
    let mut text = COMMON.to_owned();
    for Authority { nickname, ip, v3ident, fingerprint } in authorities {
        text.push_str(&format!(
            "DirAuthority {nickname} orport={OR_PORT} no-v2 v3ident={v3ident} {ip}:{DIR_PORT} {fingerprint}\n"
        ));
    }
    text
}

/// The whole file of a relay or an authority.
pub(crate) fn node(spot: &Spot<'_>, authorities: &[Authority]) -> String {
    let Spot { nickname, dir, ip, authority, owner } = spot;
    let (data, socket) = (quoted(dir), quoted(&dir.join("control")));
    let mut text = membership(authorities);
    text.push_str(&format!(
        "Nickname {nickname}\n\
         DataDirectory {data}\n\
         ControlSocket {socket}\n\
         __OwningControllerProcess {owner}\n\
         Address {ip}\n\
         OutboundBindAddress {ip}\n\
         ORPort {ip}:{OR_PORT} NoListen\n\
         ORPort {ip}:{REAL_PORT} NoAdvertise\n"
    ));
    text.push_str(RELAY);
    if *authority {
        text.push_str(&format!("DirPort {ip}:{DIR_PORT}\n"));
        text.push_str(AUTHORITY);
        text.push_str(&format!("V3BandwidthsFile {}\n", quoted(&dir.join(BANDWIDTHS))));
    }
    text
}

/// What an authority read of every relay (bandwidth-file-spec 1.0): the same of each, at `now` in unix seconds.
pub(crate) fn measurements<'a>(now: u64, fingerprints: impl Iterator<Item = &'a str>) -> String {
    let lines = fingerprints.map(|rsa| format!("node_id=${rsa} bw={BANDWIDTH}\n"));
    std::iter::once(format!("{now}\n")).chain(lines).collect()
}

/// A quoted string as tor's configuration parser reads it: like C's.
pub(crate) fn quoted(path: &Path) -> String {
    let mut text = String::from("\"");
    for letter in path.to_string_lossy().chars() {
        match letter {
            '"' | '\\' => text.extend(['\\', letter]),
            '\n' => text.push_str("\\n"),
            other => text.push(other),
        }
    }
    text.push('"');
    text
}

/// Where an authority finds them, in its directory.
pub(crate) const BANDWIDTHS: &str = "bandwidths";
/// Kilobytes per second of each relay: any number does, as long as all have the same.
const BANDWIDTH: u32 = 1000;
/// Seconds of the grid on which the first vote lies: the longest that tor allows.
pub(crate) const VOTING_INTERVAL: u64 = 1800;
/// Seconds before a consensus that the authorities vote, and exchange signatures, the first time.
pub(crate) const FIRST_DELAY: u64 = 2;

const COMMON: &str = "\
TestingTorNetwork 1
Log notice stdout
SafeLogging 0
ShutdownWaitLength 0
AvoidDiskWrites 1
ExtendAllowPrivateAddresses 1
EnforceDistinctSubnets 0
";

const RELAY: &str = "\
SocksPort 0
ExitPolicy reject *:*
ExitRelay 0
AssumeReachable 1
ServerDNSDetectHijacking 0
ServerDNSTestAddresses
NumCPUs 1
ContactInfo tornet
";

/// The first vote lies far away until it is called for: the offset is set by control once all relays are known.
///
/// An hour between two consensuses, as on the real network. C tor takes 24 of these intervals for the time after which
/// onion services move to other directories, and Arti takes a day: with any other interval one finds no service of the
/// other's. It is also long: each new consensus makes onion services publish again.
const AUTHORITY: &str = "\
AuthoritativeDirectory 1
V3AuthoritativeDirectory 1
TestingDirAuthVoteExit *
TestingDirAuthVoteHSDir *
TestingDirAuthVoteGuard *
TestingMinExitFlagThreshold 0
V3AuthNIntervalsValid 2
TestingV3AuthInitialVotingInterval 1800
TestingV3AuthInitialVoteDelay 2
TestingV3AuthInitialDistDelay 2
V3AuthVotingInterval 3600
V3AuthVoteDelay 20
V3AuthDistDelay 20
";

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn authority() -> Authority {
        Authority {
            nickname: "authority0".into(),
            ip: Ipv4Addr::new(127, 1, 2, 10),
            v3ident: "A".repeat(40),
            fingerprint: "B".repeat(40),
        }
    }

    #[test]
    fn a_relay_is_no_authority() {
        let dir = Path::new("/tmp/n");
        let spot = Spot { nickname: "relay3", dir, ip: Ipv4Addr::new(127, 1, 2, 13), authority: false, owner: 42 };
        let relay = node(&spot, &[authority()]);
        let line = format!(
            "DirAuthority authority0 orport=9001 no-v2 v3ident={} 127.1.2.10:9030 {}",
            "A".repeat(40),
            "B".repeat(40)
        );
        assert!(relay.lines().any(|found| found == line));
        assert!(relay.lines().any(|found| found == "__OwningControllerProcess 42"));
        assert!(!relay.contains("AuthoritativeDirectory"));
        assert!(!relay.contains("\nDirPort "));
        let authority = node(&Spot { authority: true, ..spot }, &[authority()]);
        assert!(authority.contains("\nDirPort 127.1.2.13:9030"));
        assert!(authority.contains("\nV3AuthoritativeDirectory 1\n"));
    }

    proptest! {
        /// C tor's rule, read backwards: one quoted string on one line gives the path again.
        #[test]
        fn a_path_stays_one_value(path in "[a-z/ \"\\\\\n#]{1,20}") {
            let text = quoted(Path::new(&path));
            prop_assert!(!text.contains('\n'));
            let inner = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap();
            let mut letters = inner.chars();
            let mut back = String::new();
            while let Some(letter) = letters.next() {
                prop_assert_ne!(letter, '"');
                back.push(if letter == '\\' { letters.next().map(|l| if l == 'n' { '\n' } else { l }).unwrap() } else { letter });
            }
            prop_assert_eq!(back, path);
        }
    }
}
