//! A program's sockets, seen from outside: connections to relays of its network, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use serde_json::json;

use crate::home::{Home, fair_weather, network};
use crate::program::acquaint;

#[test]
fn no_socket_outside_the_road() {
    let _weather = fair_weather();
    let relays = relays(network().arti_toml());
    assert!(relays.len() >= 3);
    let (home_a, home_b) = (Home::new(), Home::new());
    let (mut a, mut b) = (home_a.start(), home_b.start());
    let (pid, over) = (a.pid(), AtomicBool::new(false));
    thread::scope(|scope| {
        // From the first moment on: the start is when names would be looked up.
        let watch = scope.spawn(|| {
            let mut seen = BTreeSet::new();
            while !over.load(Ordering::Relaxed) {
                seen.extend(sockets(pid));
            }
            seen
        });
        let (a_me, b_me) = (a.create("a"), b.create("b"));
        a.until_reachable(&a_me);
        b.until_reachable(&b_me);
        let (to_b, _) = acquaint(&mut a, &a_me, &mut b, &b_me);
        let sent = a.send(&to_b, "hello");
        a.until_delivered(&sent);
        a.until_contact(&to_b, "presence", "online");
        a.call("tor.set_online", json!({"online": false}));
        over.store(true, Ordering::Relaxed);
        let seen = watch.join().unwrap();
        assert!(seen.iter().any(|socket| !foreign(socket, &relays)), "no connection was seen at all");
        let foreign: Vec<&Socket> = seen.iter().filter(|socket| foreign(socket, &relays)).collect();
        assert!(foreign.is_empty(), "{foreign:?}");
    });
    a.shutdown();
    b.shutdown();
}

#[test]
fn what_must_not_be_there_would_be_seen() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let listener6 = TcpListener::bind((Ipv6Addr::LOCALHOST, 0));
    let datagrams = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let server = listener.local_addr().unwrap();
    let connection = TcpStream::connect(server).unwrap();
    let (stream, raw) = (rustix::net::SocketType::STREAM, rustix::net::SocketType::RAW);
    let _idle = rustix::net::socket(rustix::net::AddressFamily::INET, stream, None).unwrap();
    let _netlink = rustix::net::socket(rustix::net::AddressFamily::NETLINK, raw, None).unwrap();
    let seen = sockets(std::process::id());
    let connected = Socket::Connection { to: connection.peer_addr().unwrap() };
    assert!(seen.contains(&Socket::Listener { at: server }));
    assert!(seen.contains(&Socket::Datagrams { at: datagrams.local_addr().unwrap() }));
    assert!(seen.contains(&connected));
    assert!(seen.contains(&Socket::Other { protocol: "NETLINK".into() }));
    let idle = |socket: &Socket| matches!(socket, Socket::Other { protocol } if protocol.starts_with("TCP"));
    assert!(!seen.iter().any(idle), "one of TCP that is not connected leads nowhere");
    if let Ok(listener6) = listener6 {
        assert!(seen.contains(&Socket::Listener { at: listener6.local_addr().unwrap() }));
    }
    assert!(foreign(&connected, &BTreeSet::new()));
    assert!(!foreign(&connected, &BTreeSet::from([server])));
    assert!(foreign(&Socket::Listener { at: server }, &BTreeSet::from([server])));
}

/// A socket of a process.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Socket {
    Listener {
        at: SocketAddr,
    },
    Connection {
        to: SocketAddr,
    },
    Datagrams {
        at: SocketAddr,
    },
    /// In no table of TCP or UDP, and not local to the machine: raw packets, for instance.
    Other {
        protocol: String,
    },
}

fn foreign(socket: &Socket, relays: &BTreeSet<SocketAddr>) -> bool {
    !matches!(socket, Socket::Connection { to } if relays.contains(to))
}

/// The sockets of a process that leave the process. Those that came or went meanwhile are left out.
pub(crate) fn sockets(pid: u32) -> BTreeSet<Socket> {
    let before = inodes(pid);
    let (mut known, mut local) = (BTreeMap::new(), BTreeSet::new());
    for (table, udp) in [("tcp", false), ("tcp6", false), ("udp", true), ("udp6", true)] {
        known.extend(rows(pid, table).iter().filter_map(|row| socket(row, udp)));
    }
    // Signals reach the runtime over a pair of local sockets.
    local.extend(rows(pid, "unix").iter().filter_map(|row| row.get(6)?.parse::<u64>().ok()));
    let after = inodes(pid);
    let lasting = after.iter().filter(|(inode, _)| before.contains_key(inode) && !local.contains(*inode));
    lasting.filter_map(|(inode, file)| known.get(inode).cloned().or_else(|| unlisted(file))).collect()
}

/// A socket that no table has. One of TCP leads nowhere: it was not connected yet, or is not any more.
fn unlisted(file: &Path) -> Option<Socket> {
    let mut name = [0; 32];
    let protocol = match rustix::fs::getxattr(file, "system.sockprotoname", &mut name) {
        Ok(length) => String::from_utf8_lossy(&name[..length]).trim_end_matches('\0').to_owned(),
        Err(rustix::io::Errno::NOENT) => return None, // closed meanwhile
        Err(error) => error.to_string(),
    };
    (!["TCP", "TCPv6"].contains(&protocol.as_str())).then_some(Socket::Other { protocol })
}

/// This end of each connection of a process.
pub(crate) fn locals(pid: u32) -> BTreeSet<SocketAddr> {
    let own = inodes(pid);
    let local = |row: &Vec<String>| {
        let inode = row.get(9)?.parse().ok()?;
        own.contains_key(&inode).then(|| end(row.get(1)?)).flatten()
    };
    ["tcp", "tcp6"].iter().flat_map(|table| rows(pid, table).iter().filter_map(local).collect::<Vec<_>>()).collect()
}

/// The sockets of a process, and the files that they are to it.
fn inodes(pid: u32) -> BTreeMap<u64, PathBuf> {
    let Ok(files) = fs::read_dir(format!("/proc/{pid}/fd")) else { return BTreeMap::new() };
    let socket = |file: PathBuf| Some((inode(&fs::read_link(&file).ok()?)?, file));
    files.flatten().filter_map(|entry| socket(entry.path())).collect()
}

/// The number in `socket:[number]`.
fn inode(target: &Path) -> Option<u64> {
    target.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok()
}

/// A table of the kernel's, without its head, in words.
fn rows(pid: u32, table: &str) -> Vec<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{pid}/net/{table}")).unwrap_or_default();
    text.lines().skip(1).map(|line| line.split_whitespace().map(str::to_owned).collect()).collect()
}

/// Of a row of proc(5)'s tcp, tcp6, udp and udp6: the inode and what it is.
fn socket(row: &[String], udp: bool) -> Option<(u64, Socket)> {
    let (local, remote) = (end(row.get(1)?)?, end(row.get(2)?)?);
    let what = match (udp, row.get(3)?.as_str()) {
        (true, _) => Socket::Datagrams { at: local },
        (false, LISTENING) => Socket::Listener { at: local },
        (false, _) => Socket::Connection { to: remote },
    };
    Some((row.get(9)?.parse().ok()?, what))
}

/// An address and a port in hex: words of the machine's order, then the port as one writes it.
fn end(text: &str) -> Option<SocketAddr> {
    let (address, port) = text.split_once(':')?;
    let mut bytes = Vec::new();
    for at in (0..address.len()).step_by(8) {
        bytes.extend(u32::from_str_radix(address.get(at..at + 8)?, 16).ok()?.to_ne_bytes());
    }
    let ip = match <[u8; 4]>::try_from(bytes.as_slice()) {
        Ok(four) => IpAddr::from(four),
        Err(_) => IpAddr::from(<[u8; 16]>::try_from(bytes.as_slice()).ok()?).to_canonical(),
    };
    Some(SocketAddr::new(ip, u16::from_str_radix(port, 16).ok()?))
}

/// Where the relays of the network answer: the words in quotation marks of its configuration that are such places.
pub(crate) fn relays(arti_toml: &str) -> BTreeSet<SocketAddr> {
    arti_toml.split('"').filter_map(|word| word.parse().ok()).collect()
}

/// TCP_LISTEN of the kernel's tcp_states.h.
const LISTENING: &str = "0A";
