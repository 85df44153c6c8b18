//! The road over a C tor, against control ports that are not as they should be. No tor is needed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_types,
    reason = "a test: it plays the tor, and to fail is to panic"
)]

use std::net::SocketAddr;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pelure_onion::{
    Barrier, ControlAddress, Dial, DialError, Network, Password, PublishError, Reach, Remedy, Service, ServiceKey,
    Status, SystemOptions, SystemTor,
};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;
use zeroize::Zeroizing;

/// A control port that answers each line as it was told, and remembers what it heard.
struct Fake {
    at: SocketAddr,
    heard: Arc<Mutex<Vec<String>>>,
}

/// What a control port does with a line; `None`: it closes the connection.
type Answer = dyn Fn(&str) -> Option<String> + Send + Sync;

impl Fake {
    async fn start(answer: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (at, heard) = (listener.local_addr().unwrap(), Arc::<Mutex<Vec<String>>>::default());
        let (answer, ears): (Arc<Answer>, _) = (Arc::new(answer), Arc::clone(&heard));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, Arc::clone(&answer), Arc::clone(&ears)));
            }
        });
        Self { at, heard }
    }

    /// Waits until it heard a command so many times.
    async fn hears(&self, command: &str, times: usize) {
        let heard = || self.commands().iter().filter(|one| *one == command).count();
        within(async {
            while heard() < times {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        })
        .await;
    }

    /// Which commands it heard, by their first words.
    fn commands(&self) -> Vec<String> {
        let first = |line: &String| line.split(' ').next().unwrap_or_default().to_owned();
        self.heard.lock().unwrap().iter().map(first).collect()
    }
}

async fn converse(stream: TcpStream, answer: Arc<Answer>, ears: Arc<Mutex<Vec<String>>>) {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    while stream.read_line(&mut line).await.is_ok_and(|length| length > 0) {
        let said = line.trim_end().to_owned();
        ears.lock().unwrap().push(said.clone());
        let Some(reply) = answer(&said) else { return };
        if stream.get_mut().write_all(reply.as_bytes()).await.is_err() {
            return;
        }
        line.clear();
    }
}

/// A tor as it should be, behind a filter or not.
fn sound(line: &str) -> String {
    match line.split(' ').next().unwrap_or_default() {
        "PROTOCOLINFO" => "250-PROTOCOLINFO 1\r\n250-AUTH METHODS=NULL\r\n250 OK\r\n".into(),
        "GETINFO" if line.ends_with("circuit-established") => "250-status/circuit-established=1\r\n250 OK\r\n".into(),
        "GETINFO" if line.ends_with("onions/current") => "250-onions/current=\r\n250 OK\r\n".into(),
        _ => "250 OK\r\n".into(),
    }
}

/// A SOCKS port that greets and then refuses every dial with this code.
async fn socks(code: u8) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                // As tor: what is asked before the last answer was fetched loses that answer.
                let mut asked = [0; 1024];
                for answer in [&[5, 2][..], &[1, 0], &[5, code, 0, 1, 0, 0, 0, 0, 0, 0]] {
                    if !stream.read(&mut asked).await.is_ok_and(|length| length > 0) {
                        return;
                    }
                    stream.write_all(answer).await.unwrap();
                }
            });
        }
    });
    at
}

async fn road(control: SocketAddr, password: Option<&str>, remedy: Remedy) -> Arc<SystemTor> {
    let password = password.map(|text| Password(Zeroizing::new(text.to_owned())));
    let options =
        SystemOptions { control: Some(ControlAddress::Tcp(control)), socks: socks(0xf0).await, password, remedy };
    SystemTor::start(options).unwrap()
}

/// What is said of a service on such a control port, once that is not "starting" any more.
async fn fate(control: SocketAddr, remedy: Remedy) -> (String, Barrier, Arc<SystemTor>, Service) {
    let road = road(control, None, remedy).await;
    let mut service = road.publish(key(1)).await.unwrap();
    let reach = within(service.reach.wait_for(|reach| !matches!(reach, Reach::Starting { .. }))).await.unwrap().clone();
    let Reach::Barred { detail, barrier } = reach else { panic!("{reach:?}") };
    assert!(detail.contains("; "), "what to do about it is said, too: {detail}");
    (detail, barrier, road, service)
}

#[tokio::test]
async fn a_control_port_that_closes_or_talks_nonsense_is_said_and_dialling_goes_on() {
    for (reply, word) in
        [(None, "does not answer"), (Some("220 mail.example ESMTP\r\n"), "is not Tor"), (Some("\n"), "is not Tor")]
    {
        let fake = Fake::start(move |_| reply.map(str::to_owned)).await;
        let (detail, barrier, road, _service) = fate(fake.at, Remedy::Torrc).await;
        assert_eq!(barrier, Barrier::ControlPort);
        assert!(detail.contains(word) && detail.contains("you can reach others"), "{detail}");
        within(road.status().wait_for(|status| *status == Status::Ready)).await.unwrap();
        let dialled = road.dial(dial()).await.map(drop).unwrap_err();
        assert_eq!(dialled, DialError::NotFound, "asked of Tor, not given up");
    }
}

#[tokio::test]
async fn an_endless_reply_is_cut_off() {
    let fake = Fake::start(|_| Some(format!("250-{}\r\n", "x".repeat(1 << 20)))).await;
    let (detail, ..) = fate(fake.at, Remedy::Torrc).await;
    assert!(detail.contains("is not Tor"), "{detail}");
}

#[tokio::test]
async fn a_filter_without_our_profile_is_named_with_what_to_install() {
    let _ports = ports(1).await;
    let filtered = |line: &str| match line {
        line if line.starts_with("ADD_ONION") => Some("510 Command filtered\r\n".into()),
        line => Some(sound(line)),
    };
    let tails = (Remedy::TailsProfile, "install-tails.sh", Barrier::TailsProfile);
    for (remedy, word, expected) in [tails, (Remedy::WhonixProfile, "gateway", Barrier::WhonixProfile)] {
        let fake = Fake::start(filtered).await;
        let (detail, barrier, ..) = fate(fake.at, remedy).await;
        assert!(detail.contains("ADD_ONION") && detail.contains(word), "{detail}");
        assert_eq!(barrier, expected);
    }
}

/// Whichever half of the commands a filter lets through: what is missing is named, or not needed.
#[tokio::test]
async fn half_a_profile_is_named_or_enough() {
    let _ports = ports(2).await;
    let without = |word: &'static str| {
        move |line: &str| Some(if line.contains(word) { "510 Command filtered\r\n".into() } else { sound(line) })
    };
    for word in ["PROTOCOLINFO", "AUTHENTICATE", "circuit-established", "ADD_ONION"] {
        let fake = Fake::start(without(word)).await;
        let (detail, barrier, road, _service) = fate(fake.at, Remedy::TailsProfile).await;
        assert!(detail.contains(word) && barrier == Barrier::TailsProfile, "{word}: {detail}");
        within(road.status().wait_for(|status| *status == Status::Ready)).await.unwrap();
        assert_eq!(road.dial(dial()).await.map(drop).unwrap_err(), DialError::NotFound, "others can be dialled");
    }
    for word in ["bootstrap-phase", "onions/current", "DEL_ONION"] {
        let fake = Fake::start(without(word)).await;
        let road = road(fake.at, None, Remedy::TailsProfile).await;
        drop(road.publish(key(1)).await.unwrap());
        let service = road.publish(key(2)).await.unwrap();
        fake.hears("ADD_ONION", 1).await;
        assert!(!matches!(*service.reach.borrow(), Reach::Barred { .. }), "{word}");
    }
}

/// A filter may let everything through but what makes us reachable: that shows without a service of anybody's.
#[tokio::test]
async fn whether_a_service_may_run_is_found_out_with_one_of_nobody() {
    let trial = async |answer: fn(&str) -> String, remedy| {
        let fake = Fake::start(move |line| Some(answer(line))).await;
        let (control, socks) = (Some(ControlAddress::Tcp(fake.at)), fake.at);
        let found = SystemTor::may_publish(&SystemOptions { control, socks, password: None, remedy }).await;
        let heard = fake.heard.lock().unwrap().clone();
        (found, heard)
    };
    let filtered = |line: &str| match line {
        line if line.starts_with("ADD_ONION") => "510 Command filtered\r\n".into(),
        line => sound(line),
    };
    let (found, heard) = trial(filtered, Remedy::TailsProfile).await;
    let why = found.unwrap_err();
    assert!(why.contains("ADD_ONION") && why.contains("install-tails.sh"), "{why}");
    assert!(!heard.iter().any(|line| line.starts_with("DEL_ONION")));

    let mut keys = Vec::new();
    for _ in 0..2 {
        let (found, heard) = trial(sound, Remedy::Torrc).await;
        assert_eq!(found, Ok(()));
        let [add, del] = heard.last_chunk().unwrap();
        assert!(
            add.starts_with("ADD_ONION ED25519-V3:") && del.starts_with("DEL_ONION "),
            "taken back at once: {heard:?}"
        );
        assert!(!add.contains("Detach"), "and at the latest with the connection");
        keys.push((add.clone(), del.clone()));
    }
    assert_ne!(keys[0], keys[1], "no key is used twice");
}

/// The clock stands still but for what is waited for.
#[tokio::test(start_paused = true)]
async fn a_control_port_that_hangs_is_said() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (detail, barrier, ..) = fate(listener.local_addr().unwrap(), Remedy::Torrc).await;
    assert!(detail.contains("hangs") && barrier == Barrier::ControlPort, "{detail}");
}

#[tokio::test]
async fn a_control_port_that_comes_back_gets_the_services_again() {
    let _ports = ports(1).await;
    let (ended, over) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let (ends, was) = (Arc::clone(&ended), Arc::clone(&over));
    // It ends once, at the first look after the service was added.
    let fake = Fake::start(move |line| {
        let ends_now = line.starts_with("GETINFO") && ends.load(Relaxed) && !was.swap(true, Relaxed);
        ends.fetch_or(line.starts_with("ADD_ONION"), Relaxed);
        (!ends_now).then(|| sound(line))
    })
    .await;
    let road = road(fake.at, None, Remedy::Torrc).await;
    let mut service = road.publish(key(1)).await.unwrap();
    fake.hears("ADD_ONION", 1).await;
    // Another one makes it look now.
    let _other = road.publish(key(2)).await.unwrap();
    let lost = |reach: &Reach| matches!(reach, Reach::Barred { detail, .. } if detail.contains("does not answer"));
    within(service.reach.wait_for(lost)).await.unwrap();
    fake.hears("ADD_ONION", 3).await;
}

#[tokio::test]
async fn ports_in_use_are_named_and_an_identity_that_runs_twice_is_said() {
    let _ports = ports(DOORS).await;
    let mut taken = Vec::new();
    for port in 17630..=17639 {
        taken.push(within(take(port)).await);
    }
    let fake = Fake::start(|line| Some(sound(line))).await;
    let (detail, barrier, ..) = fate(fake.at, Remedy::Torrc).await;
    assert!(detail.contains("17630 to 17639") && barrier == Barrier::Ports, "{detail}");
    assert!(!fake.commands().contains(&"ADD_ONION".to_owned()));
    drop(taken);
    let twice = |line: &str| match line {
        line if line.starts_with("ADD_ONION") => Some("550 Onion address collision\r\n".into()),
        line => Some(sound(line)),
    };
    let fake = Fake::start(twice).await;
    let (detail, barrier, ..) = fate(fake.at, Remedy::Torrc).await;
    assert!(detail.contains("another program") && barrier == Barrier::Twice, "{detail}");
}

#[tokio::test]
async fn an_authentication_we_do_not_have_is_said() {
    let wants = |methods: &'static str, refuses: bool| {
        move |line: &str| match line.split(' ').next() {
            Some("PROTOCOLINFO") => Some(format!("250-PROTOCOLINFO 1\r\n250-AUTH METHODS={methods}\r\n250 OK\r\n")),
            Some("AUTHENTICATE") if refuses => Some("515 Authentication failed\r\n".into()),
            _ => Some(sound(line)),
        }
    };
    let fake = Fake::start(wants("HASHEDPASSWORD", true)).await;
    assert!(fate(fake.at, Remedy::Torrc).await.0.contains("a password"));
    let fake = Fake::start(wants("SAFECOOKIE COOKIEFILE=\"/nowhere/cookie\"", true)).await;
    assert!(fate(fake.at, Remedy::Torrc).await.0.contains("cookie"));
    // The plain cookie would tell whoever listens there a secret of this machine.
    let fake = Fake::start(wants("COOKIE COOKIEFILE=\"/etc/hostname\"", false)).await;
    assert!(fate(fake.at, Remedy::Torrc).await.0.contains("does not know"));
    assert!(!fake.commands().contains(&"AUTHENTICATE".to_owned()));
    // A wrong password, and a right one.
    let fake = Fake::start(wants("HASHEDPASSWORD", true)).await;
    let road = road(fake.at, Some("wrong"), Remedy::Torrc).await;
    let mut service = road.publish(key(1)).await.unwrap();
    within(
        service
            .reach
            .wait_for(|reach| matches!(reach, Reach::Barred { detail, barrier: Barrier::Password } if detail.contains("another password"))),
    )
    .await
    .unwrap();
}

#[tokio::test]
async fn a_liar_does_not_learn_the_cookie() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("cookie");
    std::fs::write(&file, [7; 32]).unwrap();
    let methods = format!("SAFECOOKIE COOKIEFILE=\"{}\"", file.display());
    let fake = Fake::start(move |line: &str| match line.split(' ').next() {
        Some("PROTOCOLINFO") => Some(format!("250-AUTH METHODS={methods}\r\n250 OK\r\n")),
        Some("AUTHCHALLENGE") => {
            Some(format!("250 AUTHCHALLENGE SERVERHASH={} SERVERNONCE={}\r\n", "00".repeat(32), "11".repeat(32)))
        }
        _ => Some(sound(line)),
    })
    .await;
    let (detail, ..) = fate(fake.at, Remedy::Torrc).await;
    assert!(detail.contains("is not Tor"), "{detail}");
    assert!(!fake.commands().contains(&"AUTHENTICATE".to_owned()));
}

#[tokio::test]
async fn a_service_that_tor_lost_is_added_again_and_one_that_is_dropped_is_taken_away() {
    let _ports = ports(2).await;
    // It never lists the service: as a tor that restarted behind a filter.
    let fake = Fake::start(|line| Some(sound(line))).await;
    let road = road(fake.at, None, Remedy::TailsProfile).await;
    let service = road.publish(key(1)).await.unwrap();
    assert_eq!(road.publish(key(1)).await.map(drop).unwrap_err(), PublishError::AlreadyPublished);
    fake.hears("ADD_ONION", 1).await;
    // Another identity wakes the keeper, which then looks at the first.
    let other = road.publish(key(2)).await.unwrap();
    fake.hears("ADD_ONION", 3).await;
    drop((service, other));
    fake.hears("DEL_ONION", 1).await;
    let allowed = ["PROTOCOLINFO", "AUTHENTICATE", "GETINFO", "ADD_ONION", "DEL_ONION"];
    assert!(fake.commands().iter().all(|command| allowed.contains(&command.as_str())), "{:?}", fake.commands());
}

#[tokio::test]
async fn a_tor_that_is_not_there_is_said_and_nothing_else_is_dialled() {
    let nobody = || async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    };
    let control = Some(ControlAddress::Tcp(nobody().await));
    let options = SystemOptions { control, socks: nobody().await, password: None, remedy: Remedy::Torrc };
    let road = SystemTor::start(options).unwrap();
    let mut status = road.status();
    let blocked = |status: &Status| matches!(status, Status::Blocked { reason, .. } if reason.to_string().contains("no Tor answers"));
    within(status.wait_for(blocked)).await.unwrap();
    assert_eq!(road.dial(dial()).await.map(drop).unwrap_err(), DialError::Offline);
}

/// A port that its last user may still be leaving.
async fn take(port: u16) -> TcpListener {
    loop {
        match TcpListener::bind(("127.0.0.1", port)).await {
            Ok(taken) => return taken,
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

/// The tests of this file share the ports at which tor delivers: each takes as many as it uses at a time.
async fn ports(count: u32) -> SemaphorePermit<'static> {
    static FREE: Semaphore = Semaphore::const_new(DOORS as usize);
    FREE.acquire_many(count).await.unwrap()
}

/// How many there are.
const DOORS: u32 = 10;

fn key(seed: u8) -> ServiceKey {
    ServiceKey::from_seed(Zeroizing::new([seed; 32])).unwrap()
}

fn dial() -> Dial {
    Dial { identity: 1, lane: 0, to: key(9).address() }
}

async fn within<T>(future: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(120), future).await.expect("the road hangs")
}
