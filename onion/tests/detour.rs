//! A road that takes another way while it is in use, over the private Tor network.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_types)] // a test: to fail is to panic

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use pelure_onion::{
    Arti, ArtiOptions, Detour, DetourError, Dial, DialError, Network, Obstacle, Proxy, Reach, Scratch, Service,
    ServiceKey, Status, Stream,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use zeroize::Zeroizing;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_open_breaks_and_everything_goes_the_new_way() {
    let toml = tornet::Tornet::shared().unwrap().arti_toml().to_owned();
    let (home, away) = (start(&toml, Ok(Detour::default())), start(&toml, Ok(Detour::default())));
    let key = fresh_key();
    let mut service = publish(&home, &key).await;
    let mut near = reach(&away, &key).await;
    within(near.write_all(b"!")).await.unwrap();
    within(near.flush()).await.unwrap();
    let mut far = within(service.incoming.recv()).await.unwrap();
    within(far.read_exact(&mut [0; 1])).await.unwrap();

    // A stream is still held, as by somebody who does not look: it breaks, and holds up nothing.
    drop(service);
    let (proxy, served) = socks().await;
    let proxy = Proxy::read(&format!("socks5://{proxy}")).unwrap();
    within(home.take(Detour { proxy: Some(proxy), ..Detour::default() })).await;
    within(async { while matches!(far.read(&mut [0; 64]).await, Ok(1..)) {} }).await;
    let mut service = publish(&home, &key).await;
    assert!(served.load(Ordering::Relaxed) > 0, "nothing went through the proxy");
    let mut near = reach(&away, &key).await;
    within(near.write_all(b"?")).await.unwrap();
    within(near.flush()).await.unwrap();
    let mut far = within(service.incoming.recv()).await.unwrap();
    within(far.read_exact(&mut [0; 1])).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_detour_that_cannot_be_read_leads_nowhere_until_there_is_another() {
    let toml = tornet::Tornet::shared().unwrap().arti_toml().to_owned();
    let road = start(&toml, Err(DetourError::Unreadable));
    let unreadable = Status::Blocked { fraction: 0.0, reason: Obstacle::Unreadable };
    assert_eq!(*road.status().borrow(), unreadable);
    assert_eq!(road.dial(dial(&fresh_key())).await.unwrap_err(), DialError::Offline);
    road.set_online(false);
    assert_eq!(*road.status().borrow(), Status::Offline);
    road.set_online(true);
    assert_eq!(*road.status().borrow(), unreadable);
    within(road.take(Detour::default())).await;
    within(road.status().wait_for(|status| *status == Status::Ready)).await.unwrap();
}

fn start(toml: &str, detour: Result<Detour, DetourError>) -> Arc<Arti> {
    let scratch = Scratch::create(None).unwrap();
    Arti::start(ArtiOptions { scratch, overrides: Some(toml.to_owned()), detour, online: true }).unwrap()
}

async fn publish(road: &Arc<Arti>, key: &ServiceKey) -> Service {
    let mut service = within(road.publish(key.clone())).await.unwrap();
    within(service.reach.wait_for(|reach| *reach == Reach::Reachable)).await.unwrap();
    service
}

/// Dials until somebody answers, as the program does: a road does not try again by itself.
async fn reach(road: &Arc<Arti>, key: &ServiceKey) -> Stream {
    within(road.status().wait_for(|status| *status == Status::Ready)).await.unwrap();
    within(async {
        loop {
            match road.dial(dial(key)).await {
                Ok(stream) => return stream,
                Err(_) => tokio::task::yield_now().await,
            }
        }
    })
    .await
}

/// A proxy that counts what it serves.
async fn socks() -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let (at, served) = (listener.local_addr().unwrap(), Arc::<AtomicUsize>::default());
    let count = Arc::clone(&served);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, Arc::clone(&count)));
        }
    });
    (at, served)
}

async fn serve(mut near: TcpStream, served: Arc<AtomicUsize>) -> std::io::Result<()> {
    let mut head = [0; 2];
    near.read_exact(&mut head).await?;
    near.read_exact(&mut vec![0; usize::from(head[1])]).await?;
    near.write_all(&[5, 0]).await?;
    let mut request = [0; 10];
    near.read_exact(&mut request).await?;
    let [.., a, b, c, d, high, low] = request;
    let mut far = TcpStream::connect((Ipv4Addr::new(a, b, c, d), u16::from_be_bytes([high, low]))).await?;
    served.fetch_add(1, Ordering::Relaxed);
    near.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await?;
    tokio::io::copy_bidirectional(&mut near, &mut far).await.map(drop)
}

fn dial(key: &ServiceKey) -> Dial {
    Dial { identity: 1, lane: 0, to: key.address() }
}

fn fresh_key() -> ServiceKey {
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *seed).unwrap();
    ServiceKey::from_seed(seed).unwrap()
}

/// A road that hangs fails instead; on a busy machine a dial may take its whole time, more than once.
async fn within<T>(future: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(400), future).await.expect("the road hangs")
}
