//! What every road promises, asked of each: in memory, and over the private Tor network that all tests share.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test: to fail is to panic

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use pelure_onion::{
    Arti, ArtiOptions, ControlAddress, Detour, Dial, DialError, Memory, Network, Password, PublishError, Reach, Remedy,
    Scratch, Service, ServiceKey, Status, Stream, SystemOptions, SystemTor,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;
use tornet::{Caller, Grater};
use zeroize::Zeroizing;

#[tokio::test]
async fn memory() {
    let memory = Memory::new(1);
    suite(memory.network(), memory.network()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tor() {
    let toml = tornet::Tornet::shared().unwrap().arti_toml().to_owned();
    let start = || {
        Arti::start(ArtiOptions {
            scratch: Scratch::create(None).unwrap(),
            overrides: Some(toml.clone()),
            detour: Ok(Detour::default()),
            online: true,
        })
    };
    let (one, two) = (start().unwrap(), start().unwrap());
    assert_eq!(one.posture(), []);
    assert!(one.vanguards());
    suite(one.clone(), two).await;
    state_survives(&one, &toml).await;
    let files = one.scratch().path().to_owned();
    drop(one);
    assert!(!files.exists(), "the private directory is wiped");
}

/// The tor of a machine dials the embedded one, and wants a password at its control port.
#[tokio::test(flavor = "multi_thread")]
async fn from_system() {
    let network = tornet::Tornet::shared().unwrap();
    let mut tor = network.client(&[]).unwrap();
    tor.ask(&format!("SETCONF HashedControlPassword={HASH}")).unwrap();
    suite(embedded(network), system(&tor, tor.control(), Some("open"))).await;
}

/// The embedded tor dials that of Tails, behind the filter with our profile; then two machines with a tor of their own
/// talk, one of them a Whonix workstation, the other with a cookie at its control port.
#[tokio::test(flavor = "multi_thread")]
async fn to_system() {
    let network = tornet::Tornet::shared().unwrap();
    let tor = network.client(&[]).unwrap();
    let program = "/home/amnesia/Persistent/pelure/pelure";
    let profile = TAILS.replace("@PROGRAM@", program);
    let tails = Grater::start(&profile, tor.control(), Caller::Program(program.into(), "amnesia".into())).unwrap();
    // The profile allows that a service is tried, and the tor does so.
    for _ in 0..2 {
        assert_eq!(SystemTor::may_publish(&options(&tor, tails.at(), None)).await, Ok(()));
    }
    assert_eq!(tails.passed().iter().filter(|line| line.starts_with("DEL_ONION")).count(), 2);
    let home = system(&tor, tails.at(), None);
    suite(Arc::clone(&home), embedded(network)).await;
    comes_back_when_tor_does(&tails, &home).await;
    assert_eq!(tails.filtered(), [""; 0]);

    let whonix = Grater::start(WHONIX, tor.control(), Caller::Host([127, 0, 0, 1].into())).unwrap();
    let workstation = system(&tor, whonix.at(), None);
    let mut home = publish(&workstation).await;
    let mut other = network.client(&[]).unwrap();
    other.ask("SETCONF CookieAuthentication=1").unwrap();
    let away = system(&other, other.control(), None);
    ready(&away).await;
    carries_bytes_both_ways(&away, &mut home).await;
    assert_eq!(whonix.filtered(), [""; 0]);
}

/// A tor that starts anew behind a filter has forgotten our services, and nobody tells us.
async fn comes_back_when_tor_does(filter: &Grater, home: &Arc<dyn Network>) {
    let mut there = publish(home).await;
    filter.lose_tor();
    within(there.service.reach.wait_for(|reach| *reach != Reach::Reachable)).await.unwrap();
    within(there.service.reach.wait_for(|reach| *reach == Reach::Reachable)).await.unwrap();
    dials_itself(home, &mut there).await;
}

fn embedded(network: &tornet::Tornet) -> Arc<dyn Network> {
    let overrides = Some(network.arti_toml().to_owned());
    Arti::start(ArtiOptions {
        scratch: Scratch::create(None).unwrap(),
        overrides,
        detour: Ok(Detour::default()),
        online: true,
    })
    .unwrap()
}

/// The road over a C tor.
fn system(tor: &tornet::Client, control: SocketAddr, password: Option<&str>) -> Arc<dyn Network> {
    SystemTor::start(options(tor, control, password)).unwrap()
}

fn options(tor: &tornet::Client, control: SocketAddr, password: Option<&str>) -> SystemOptions {
    SystemOptions {
        control: Some(ControlAddress::Tcp(control)),
        socks: tor.socks(),
        password: password.map(|text| Password(Zeroizing::new(text.to_owned()))),
        remedy: Remedy::Torrc,
    }
}

/// One program with two identities, and another that dials them.
async fn suite(home: Arc<dyn Network>, away: Arc<dyn Network>) {
    ready(&home).await;
    ready(&away).await;
    let mut first = publish(&home).await;
    let mut second = publish(&home).await;
    refuses_a_second_service_with_the_same_key(&home, &first.key).await;
    carries_bytes_both_ways(&away, &mut first).await;
    keeps_identities_apart(&away, &mut first, &mut second).await;
    the_opening_carries_the_first_bytes(&away, &mut first).await;
    ends_both_directions(&away, &mut first).await;
    dials_itself(&home, &mut first).await;
    carries_much(&away, &mut first).await;
    cannot_find_the_unknown(&away).await;
    outlives_its_service(&away, first, &mut second).await;
    stops_when_told(&away, &second).await;
}

struct Home {
    key: ServiceKey,
    service: Service,
}

async fn ready(network: &Arc<dyn Network>) {
    within(network.status().wait_for(|status| *status == Status::Ready)).await.unwrap();
}

async fn publish(network: &Arc<dyn Network>) -> Home {
    let key = fresh_key();
    let mut service = network.publish(key.clone()).await.unwrap();
    within(service.reach.wait_for(|reach| *reach == Reach::Reachable)).await.unwrap();
    Home { key, service }
}

async fn refuses_a_second_service_with_the_same_key(home: &Arc<dyn Network>, key: &ServiceKey) {
    let refusal = home.publish(key.clone()).await.map(drop).unwrap_err();
    assert_eq!(refusal, PublishError::AlreadyPublished);
}

async fn carries_bytes_both_ways(away: &Arc<dyn Network>, home: &mut Home) {
    let (mut near, mut far) = meet(away, 1, home).await;
    send(&mut far, b"and back").await;
    assert_eq!(receive(&mut near, 8).await, b"and back");
    send(&mut near, b"again").await;
    assert_eq!(receive(&mut far, 5).await, b"again");
}

async fn keeps_identities_apart(away: &Arc<dyn Network>, first: &mut Home, second: &mut Home) {
    let (mut one, mut far_one) = meet(away, 1, first).await;
    let (mut two, mut far_two) = meet(away, 2, second).await;
    send(&mut far_two, b"second").await;
    send(&mut far_one, b"first").await;
    assert_eq!(receive(&mut one, 5).await, b"first");
    assert_eq!(receive(&mut two, 6).await, b"second");
}

/// The stream is ours before the other side takes it: what is written at once arrives.
async fn the_opening_carries_the_first_bytes(away: &Arc<dyn Network>, home: &mut Home) {
    let mut near = within(away.dial(dial(3, &home.key))).await.unwrap();
    send(&mut near, &[7; 1464]).await;
    let mut far = within(home.service.incoming.recv()).await.unwrap();
    assert_eq!(receive(&mut far, 1464).await, [7; 1464]);
}

async fn ends_both_directions(away: &Arc<dyn Network>, home: &mut Home) {
    let (mut near, mut far) = meet(away, 1, home).await;
    send(&mut near, b"last").await;
    drop(near);
    assert_eq!(receive(&mut far, 4).await, b"last");
    let rest = within(far.read_to_end(&mut Vec::new())).await;
    assert!(matches!(rest, Ok(0) | Err(_)), "nothing follows the end");
    within(async { while far.write_all(&[0; 498]).await.is_ok() && far.flush().await.is_ok() {} }).await;
}

async fn dials_itself(home: &Arc<dyn Network>, own: &mut Home) {
    let (mut near, mut far) = meet(home, 1, own).await;
    send(&mut far, b"me").await;
    assert_eq!(receive(&mut near, 2).await, b"me");
}

async fn carries_much(away: &Arc<dyn Network>, home: &mut Home) {
    let (mut near, mut far) = meet(away, 1, home).await;
    let sent: Vec<u8> = (0..1_000_000u32).map(|n| (n % 251) as u8).collect();
    let copy = sent.clone();
    let writer = tokio::spawn(async move {
        near.write_all(&copy).await.unwrap();
        near.flush().await.unwrap();
        near
    });
    assert!(receive(&mut far, sent.len()).await == sent);
    drop(writer.await.unwrap());
}

async fn cannot_find_the_unknown(away: &Arc<dyn Network>) {
    let error = within(away.dial(dial(1, &fresh_key()))).await.unwrap_err();
    assert_eq!(error, DialError::NotFound);
}

/// Dropping a service unpublishes it; its open streams stay, and the other service is not touched.
async fn outlives_its_service(away: &Arc<dyn Network>, mut first: Home, second: &mut Home) {
    let (mut near, mut far) = meet(away, 1, &mut first).await;
    let Home { key, service } = first;
    drop(service);
    send(&mut far, b"still").await;
    assert_eq!(receive(&mut near, 5).await, b"still");
    // Over Tor a dial may still come as far as a stream, or try for minutes; nobody answers on it.
    let asking = async { away.dial(dial(4, &key)).await.ok()?.read_u8().await.ok() };
    let answered = timeout(NOBODY, asking).await.is_ok_and(|byte| byte.is_some());
    assert!(!answered);
    drop(meet(away, 1, second).await);
}

async fn stops_when_told(away: &Arc<dyn Network>, home: &Home) {
    away.set_online(false);
    within(away.status().wait_for(|status| *status == Status::Offline)).await.unwrap();
    assert_eq!(away.dial(dial(1, &home.key)).await.unwrap_err(), DialError::Offline);
    away.set_online(true);
    ready(away).await;
    within(away.dial(dial(1, &home.key))).await.unwrap();
}

/// What was saved before the end is used after it: the same guards, and no directory to fetch.
async fn state_survives(before: &Arti, toml: &str) {
    let state = before.scratch().snapshot().unwrap();
    let names: Vec<&str> = state.iter().map(|(name, _)| name.as_str()).collect();
    assert!(names.contains(&"guards.json") && names.contains(&"vanguards.json"), "{names:?}");
    let cache = before.scratch().pack_cache().unwrap();
    let scratch = Scratch::create(None).unwrap();
    scratch.restore(&state).unwrap();
    scratch.unpack_cache(&cache).unwrap();
    let after = Arti::start(ArtiOptions {
        scratch,
        overrides: Some(toml.to_owned()),
        detour: Ok(Detour::default()),
        online: true,
    })
    .unwrap();
    ready(&(after as Arc<dyn Network>)).await;
}

/// A stream between the two, proved by its first byte.
async fn meet(away: &Arc<dyn Network>, identity: u64, home: &mut Home) -> (Stream, Stream) {
    let mut near = within(away.dial(dial(identity, &home.key))).await.unwrap();
    send(&mut near, b"!").await;
    let mut far = within(home.service.incoming.recv()).await.unwrap();
    assert_eq!(receive(&mut far, 1).await, b"!");
    (near, far)
}

async fn send(stream: &mut Stream, bytes: &[u8]) {
    within(stream.write_all(bytes)).await.unwrap();
    within(stream.flush()).await.unwrap();
}

async fn receive(stream: &mut Stream, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    within(stream.read_exact(&mut bytes)).await.unwrap();
    bytes
}

fn dial(identity: u64, key: &ServiceKey) -> Dial {
    Dial { identity, lane: 0, to: key.address() }
}

fn fresh_key() -> ServiceKey {
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *seed).unwrap();
    ServiceKey::from_seed(seed).unwrap()
}

/// Nothing here takes long; a road that hangs fails instead.
async fn within<T>(future: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(150), future).await.expect("the road hangs")
}

/// How long nobody is listened to.
const NOBODY: Duration = Duration::from_secs(10);

/// What `tor --hash-password open` says.
const HASH: &str = "16:EA1C915BDF06132D602C9CD2488616A338AF1280BF57E93966EE2ECA69";

const TAILS: &str = include_str!("../../package/tails/pelure.yml");
const WHONIX: &str = include_str!("../../package/whonix/40_pelure.yml");
