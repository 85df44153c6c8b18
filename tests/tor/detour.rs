//! Bridges and proxies of whole programs: they are used, nothing goes around them, and what fails is said.
//!
//! What leaves a program is seen from outside, by its sockets and by those of the transport it starts.

use std::collections::BTreeSet;
use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::home::{Home, fair_weather, network};
use crate::program::{HANGING, Me, Program, acquaint};
use crate::proxy::{Manner, Proxy};
use crate::scan::Needles;
use crate::sockets::{Socket, locals, relays, sockets};
use crate::wall::Wall;

#[test]
fn a_conversation_goes_through_an_obfs4_bridge_alone() {
    let _weather = fair_weather();
    let bridge = network().bridge().unwrap();
    // The relays are those of the network; from where this program is, none of them can be reached.
    let wall = Wall::around(bridge.at());
    let relays = relays(network().arti_toml());
    assert!(
        relays.len() >= 3 && relays.iter().all(|relay| TcpStream::connect(relay).is_ok()),
        "outside, relays answer"
    );
    assert!(wall.lets_through_to(bridge.at()) && !wall.lets_through_to(*relays.first().unwrap()));
    let home_a = Home::started_by(wall.starter(env!("CARGO_BIN_EXE_pelure"))).among_relays();
    let home_b = Home::new();
    let mut b = home_b.start();
    let b_me = b.create("b");
    let mut a = home_a.start();
    let watch = Watch::over(a.pid());
    a.call("tor.set_bridges", json!({"lines": [bridge.line()]}));
    let a_me = a.create("a");
    a.until("tor.status", &json!({}), |status| status["state"] == "connected");
    a.until_reachable(&a_me);
    b.until_reachable(&b_me);
    let (to_b, to_a) = acquaint(&mut a, &a_me, &mut b, &b_me);
    talk(&mut a, &to_b, &mut b, &to_a);
    goes_only_to(&watch.end(), bridge.at());

    // It is kept: the next start uses it from its first moment on.
    a.shutdown();
    let mut a = home_a.start();
    let watch = Watch::over(a.pid());
    a.until_reachable(&Me { identity: a_me.identity.clone(), address: a_me.address.clone() });
    talk(&mut a, &to_b, &mut b, &to_a);
    goes_only_to(&watch.end(), bridge.at());
    a.shutdown();
    b.shutdown();

    // Nobody who takes the disk learns which bridge it was, or reads it in the log.
    let mut needles = Needles::default();
    for word in bridge.line().split([' ', '=']).filter(|word| word.len() >= 12) {
        needles.text(word, word);
    }
    needles.text("the address", &bridge.at().to_string());
    assert_eq!(needles.below(&home_a.disk_written()), [""; 0]);
}

#[test]
fn a_proxy_is_used_and_nothing_goes_beside_it_from_then_on() {
    let _weather = fair_weather();
    let proxy = Proxy::start(Manner::Honest);
    let (home_a, home_b) = (Home::new(), Home::new());
    let (mut a, mut b) = (home_a.start(), home_b.start());
    let (a_me, b_me) = (a.create("a"), b.create("b"));
    a.until_reachable(&a_me);
    b.until_reachable(&b_me);
    let (to_b, to_a) = acquaint(&mut a, &a_me, &mut b, &b_me);
    talk(&mut a, &to_b, &mut b, &to_a);
    assert_eq!(proxy.served(), 0);

    // In the middle of a session. From the answer on, only the proxy is connected to.
    let url = format!("socks5://somebody:a-secret-of-hers@{}", proxy.at());
    a.call("tor.set_proxy", json!({"url": url}));
    let watch = Watch::over(a.pid());
    a.until("tor.status", &json!({}), |status| status["state"] == "connected");
    a.until_reachable(&a_me);
    talk(&mut a, &to_b, &mut b, &to_a);
    let seen = watch.end();
    assert_eq!(seen.own, BTreeSet::from([Socket::Connection { to: proxy.at() }]));
    assert!(proxy.served() > 0, "nothing went through the proxy");
    assert_eq!(proxy.credentials(), Some(("somebody".into(), "a-secret-of-hers".into())));

    // A bridge on top of it: its transport goes through the proxy, too.
    let bridge = network().bridge().unwrap();
    a.call("tor.set_bridges", json!({"lines": [bridge.line()]}));
    let watch = Watch::over(a.pid());
    a.until_reachable(&a_me);
    talk(&mut a, &to_b, &mut b, &to_a);
    goes_only_to(&watch.end(), proxy.at());
    assert_eq!(proxy.last(), Some(bridge.at()));

    // A transport that is not used any more may stay, connected to nothing, until the program ends.
    a.call("tor.set_bridges", json!({"lines": []}));
    a.until("tor.status", &json!({}), |status| status["state"] == "connected");
    let watch = Watch::over(a.pid());
    a.until_reachable(&a_me);
    talk(&mut a, &to_b, &mut b, &to_a);
    let seen = watch.end();
    assert_eq!((seen.own, seen.children), (BTreeSet::from([Socket::Connection { to: proxy.at() }]), BTreeSet::new()));

    a.call("tor.set_proxy", json!({"url": null}));
    a.until("tor.status", &json!({}), |status| status["state"] == "connected");
    let left = children(a.pid());
    a.shutdown();
    until_gone(&left);
    b.shutdown();
    let mut needles = Needles::default();
    for secret in ["a-secret-of-hers", "somebody", &proxy.at().to_string()] {
        needles.text(secret, secret);
    }
    assert_eq!(needles.below(&home_a.disk_written()), [""; 0]);
}

/// Each of these leads nowhere, for a reason of its own.
#[test]
fn what_leads_nowhere_is_said_and_nothing_goes_around_it() {
    let _weather = fair_weather();
    let dead = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let fingerprint = "0BAC39417268B96B9F514EF763FA6FBA1A788956";
    let cert = "cert=YXJlIGZyZXF1ZW50bHkgZnVsbCBvZiBsaXR0bGUgbWVzc2FnZXMgeW91IGNhbiBmaW5kLg iat-mode=0";
    let proxies = [Manner::Closes, Manner::Hangs, Manner::Refuses, Manner::Lies].map(Proxy::start);
    let of_proxy = |proxy: &Proxy| ("tor.set_proxy", json!({"url": format!("socks5://{}", proxy.at())}), proxy.at());
    let mut ways: Vec<_> = proxies.iter().map(of_proxy).collect();
    ways.push(("tor.set_proxy", json!({"url": format!("http://{dead}")}), dead));
    ways.push(("tor.set_bridges", json!({"lines": [format!("{dead} {fingerprint}")]}), dead));
    // Somebody answers there who is not the bridge.
    let relay = *relays(network().arti_toml()).first().unwrap();
    ways.push(("tor.set_bridges", json!({"lines": [format!("{relay} {fingerprint}")]}), relay));
    ways.push(("tor.set_bridges", json!({"lines": [format!("obfs4 {dead} {fingerprint} {cert}")]}), dead));
    thread::scope(|scope| {
        for (method, params, to) in ways {
            scope.spawn(move || {
                // Real relays, which would be found by any other way.
                let home = Home::new();
                let mut program = home.start();
                program.call("tor.set_online", json!({"online": false}));
                program.call(method, params.clone());
                let watch = Watch::over(program.pid());
                program.call("tor.set_online", json!({"online": true}));
                let status = program.until("tor.status", &json!({}), |status| status["state"] == "blocked");
                let message = status["message"].as_str().unwrap();
                let (whose, what) = if method == "tor.set_proxy" {
                    ("nothing comes through the proxy", "look whether it runs")
                } else {
                    ("no bridge answers", "ask for others")
                };
                assert!(message.contains(whose) && message.contains(what), "{params}: {message}");
                let seen = watch.end();
                let transports = seen.listeners.iter().map(|at| Socket::Connection { to: *at });
                let allowed: BTreeSet<Socket> = transports.chain([Socket::Connection { to }]).collect();
                assert!(seen.own.is_subset(&allowed), "{params}: {seen:?}");
                assert!(seen.children.is_subset(&allowed), "{params}: {seen:?}");
                program.shutdown();
            });
        }
    });
}

#[test]
fn a_line_that_cannot_be_used_is_refused_and_changes_nothing() {
    let home = Home::offline();
    let mut program = home.start_traceless();
    let fingerprint = "0BAC39417268B96B9F514EF763FA6FBA1A788956";
    for (line, kind, words) in [
        ("what is this".to_owned(), "bad_bridge", "line 2: this is not a bridge line"),
        (format!("obfs9 127.0.0.1:1 {fingerprint}"), "bad_bridge", "line 2: the transport obfs9 is not known"),
        // No program for it is installed where tests run.
        (format!("snowflake 192.0.2.3:80 {fingerprint}"), "no_program", "line 2: no program for snowflake"),
    ] {
        let lines = json!({"lines": [format!("127.0.0.1:9 {fingerprint}"), line]});
        let error = program.try_call("tor.set_bridges", lines).unwrap_err();
        assert_eq!(error["data"]["kind"], kind);
        assert!(error["message"].as_str().unwrap().starts_with(words), "{error}");
    }
    let status = program.call("tor.status", json!({}));
    assert!(!status["message"].as_str().unwrap().contains("bridge"), "{status}");
    program.shutdown();
}

#[test]
fn no_log_holds_a_password_or_a_bridge() {
    let home = Home::offline().logging("warn,pelure=debug,pelure_onion=debug");
    let mut program = home.start();
    // Not of the loopback network, of which Arti warns with the whole URL; it leads to this machine.
    program.call("tor.set_proxy", json!({"url": "socks5://somebody:a-secret-of-hers@0.0.0.0:9"}));
    let line = "0.0.0.0:9 0BAC39417268B96B9F514EF763FA6FBA1A788956";
    program.call("tor.set_bridges", json!({"lines": [line]}));
    program.until("tor.status", &json!({}), |status| status["state"] == "blocked");
    let log = program.log();
    for secret in ["a-secret", "somebody", "0.0.0.0", "0BAC39", "0bac39"] {
        assert!(!log.contains(secret), "{log}");
    }
    program.shutdown();
}

/// Something is said, by each to the other.
fn talk(a: &mut Program, to_b: &str, b: &mut Program, to_a: &str) {
    for text in ["through the wall", "and again"] {
        let sent = a.send(to_b, text);
        b.until_received(text);
        a.until_delivered(&sent);
        let answer = b.send(to_a, text);
        a.until_received(text);
        b.until_delivered(&answer);
    }
}

/// The program to its transport, and that to this place alone.
fn goes_only_to(seen: &Seen, place: SocketAddr) {
    assert!(!seen.own.is_empty() && !seen.listeners.is_empty(), "no transport was seen: {seen:?}");
    let to_transport: BTreeSet<Socket> = seen.listeners.iter().map(|at| Socket::Connection { to: *at }).collect();
    assert!(seen.own.is_subset(&to_transport), "something went beside the transport: {seen:?}");
    assert_eq!(seen.children, BTreeSet::from([Socket::Connection { to: place }]), "{seen:?}");
}

/// Transports end with the program that started them.
fn until_gone(pids: &[u32]) {
    let began = Instant::now();
    while pids.iter().any(|pid| fs::exists(format!("/proc/{pid}")).unwrap()) {
        assert!(began.elapsed() < HANGING, "a transport outlives its program");
        thread::sleep(PAUSE);
    }
}

/// What a program and those it started were connected to.
#[derive(Debug, Default)]
struct Seen {
    own: BTreeSet<Socket>,
    /// Without what others connected to them.
    children: BTreeSet<Socket>,
    /// Where they listen.
    listeners: BTreeSet<SocketAddr>,
    /// This end of what the program opened.
    locals: BTreeSet<SocketAddr>,
}

/// Looks at a program again and again. What it may have missed is what came and went between two looks.
struct Watch {
    over: Arc<AtomicBool>,
    thread: JoinHandle<Seen>,
}

impl Watch {
    fn over(pid: u32) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let ended = Arc::clone(&over);
        let thread = thread::spawn(move || {
            let mut seen = Seen::default();
            while !ended.load(Ordering::Relaxed) {
                seen.look(pid);
                thread::sleep(PAUSE);
            }
            seen.sorted()
        });
        Self { over, thread }
    }

    fn end(self) -> Seen {
        self.over.store(true, Ordering::Relaxed);
        self.thread.join().unwrap()
    }
}

impl Seen {
    fn look(&mut self, pid: u32) {
        let children = children(pid);
        self.own.extend(sockets(pid));
        for socket in children.into_iter().flat_map(sockets) {
            match socket {
                Socket::Listener { at } => drop(self.listeners.insert(at)),
                other => drop(self.children.insert(other)),
            }
        }
        self.locals.extend(locals(pid));
    }

    /// Without what the program itself opened to its children.
    fn sorted(mut self) -> Self {
        self.children.retain(|socket| !matches!(socket, Socket::Connection { to } if self.locals.contains(to)));
        self
    }
}

fn children(pid: u32) -> Vec<u32> {
    let Ok(threads) = fs::read_dir(format!("/proc/{pid}/task")) else { return Vec::new() };
    let lists = threads.flatten().filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<_>>()).collect()
}

/// Between two looks: a connection that somebody answers lasts longer, and the looks leave the machine to the program.
const PAUSE: Duration = Duration::from_millis(5);
