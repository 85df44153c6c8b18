//! The proxy on loopback. Waits are bounded by events; times are compared with each other or from below, where a
//! slow machine cannot fail them.

use super::*;
use crate::addresses::Block;
use crate::weather::Weather;
use tokio::task::JoinHandle;

/// A relay that sends back what it gets, behind a proxy.
struct Echo {
    at: SocketAddrV4,
    sky: watch::Sender<Sky>,
    caller_sky: watch::Sender<Sky>,
    tasks: Vec<JoinHandle<()>>,
    block: Block,
}

impl Echo {
    async fn new() -> Self {
        let block = Block::claim().unwrap();
        let real = TcpListener::bind((block.node(0), 0)).await.unwrap();
        let front = TcpListener::bind((block.node(0), 0)).await.unwrap();
        let (SocketAddr::V4(at), SocketAddr::V4(target)) = (front.local_addr().unwrap(), real.local_addr().unwrap())
        else {
            panic!("loopback is IPv4 here")
        };
        let echo = tokio::spawn(async move {
            while let Ok((mut stream, _)) = real.accept().await {
                tokio::spawn(async move {
                    let (mut read, mut write) = stream.split();
                    let _ = tokio::io::copy(&mut read, &mut write).await;
                });
            }
        });
        let (sky, caller_sky) = (watch::Sender::new(Sky::default()), watch::Sender::new(Sky::default()));
        let relays = Arc::new(BTreeMap::from([(block.node(1), End::new(caller_sky.subscribe()))]));
        let proxy = tokio::spawn(serve(front, target, End::new(sky.subscribe()), relays));
        Self { at, sky, caller_sky, tasks: vec![echo, proxy], block }
    }

    async fn client(&self) -> TcpStream {
        dial(self.block.node(7), self.at).await.unwrap()
    }

    async fn relay(&self) -> TcpStream {
        dial(self.block.node(1), self.at).await.unwrap()
    }
}

impl Drop for Echo {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

/// Sends bytes and waits for their echo; says how long it took.
async fn echo(stream: &mut TcpStream, bytes: &[u8]) -> io::Result<Duration> {
    let start = Instant::now();
    let (mut read, mut write) = stream.split();
    let mut back = vec![0; bytes.len()];
    let (sent, got) = tokio::join!(write.write_all(bytes), read.read_exact(&mut back));
    sent?;
    got?;
    assert_eq!(back, bytes);
    Ok(start.elapsed())
}

fn weather(weather: Weather) -> Sky {
    Sky { weather, ..Sky::default() }
}

#[tokio::test]
async fn bytes_come_through_whole_and_in_order_in_any_weather() {
    let echoing = Echo::new().await;
    let storm = Weather { delay: Duration::from_millis(2), jitter: Duration::from_millis(9), limit: Some(4_000_000) };
    echoing.sky.send_replace(weather(storm));
    let bytes: Vec<u8> = (0..500_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    echo(&mut echoing.client().await, &bytes).await.unwrap();
}

#[tokio::test]
async fn the_end_of_one_direction_leaves_the_other_open() {
    let echoing = Echo::new().await;
    echoing.sky.send_replace(weather(Weather::default().delay(Duration::from_millis(5))));
    let mut stream = echoing.client().await;
    stream.write_all(b"last words").await.unwrap();
    stream.shutdown().await.unwrap();
    let mut back = Vec::new();
    stream.read_to_end(&mut back).await.unwrap();
    assert_eq!(back, b"last words");
}

#[tokio::test]
async fn a_delay_is_waited_for_both_ways_and_can_be_taken_back() {
    let echoing = Echo::new().await;
    let mut stream = echoing.client().await;
    let delay = Duration::from_millis(80);
    echoing.sky.send_replace(weather(Weather::default().delay(delay)));
    assert!(echo(&mut stream, b"slow").await.unwrap() >= 2 * delay);
    echoing.sky.send_replace(Sky::default());
    let times = [echo(&mut stream, b"a").await.unwrap(), echo(&mut stream, b"b").await.unwrap()];
    assert!(times.iter().any(|time| *time < 2 * delay), "{times:?}");
}

#[tokio::test]
async fn a_relay_s_weather_holds_for_the_links_it_makes() {
    let echoing = Echo::new().await;
    let delay = Duration::from_millis(80);
    echoing.caller_sky.send_replace(weather(Weather::default().delay(delay)));
    assert!(echo(&mut echoing.relay().await, b"slow").await.unwrap() >= 2 * delay);
    echoing.caller_sky.send_replace(Sky { cut: true, cuts: 1, ..Sky::default() });
    assert!(echo(&mut echoing.relay().await, b"lost").await.is_err());
    echo(&mut echoing.client().await, b"not its link").await.unwrap();
}

#[tokio::test]
async fn a_limit_is_shared_by_all_links_of_a_relay() {
    let echoing = Echo::new().await;
    echoing.sky.send_replace(weather(Weather::default().limit(Some(200_000))));
    let bytes = vec![7; 20_000];
    let start = Instant::now();
    let (mut one, mut two) = (echoing.client().await, echoing.client().await);
    let (first, second) = tokio::join!(echo(&mut one, &bytes), echo(&mut two, &bytes));
    first.unwrap();
    second.unwrap();
    // 40,000 bytes inwards at 200,000 per second; the way out overlaps.
    assert!(start.elapsed() >= Duration::from_millis(200));
}

#[tokio::test]
async fn frozen_bytes_wait_and_healing_lets_them_go() {
    let echoing = Echo::new().await;
    let mut stream = echoing.client().await;
    echo(&mut stream, b"before").await.unwrap();
    let time = Duration::from_millis(150);
    echoing.sky.send_replace(Sky { frozen_until: Some(Instant::now() + time), ..Sky::default() });
    assert!(echo(&mut stream, b"held back").await.unwrap() >= Duration::from_millis(140));
    let hour = Duration::from_secs(3600);
    echoing.sky.send_replace(Sky { frozen_until: Some(Instant::now() + hour), ..Sky::default() });
    let held = echo(&mut stream, b"for an hour");
    let heal = async { echoing.sky.send_replace(Sky::default()) };
    let (took, _) = tokio::join!(held, heal);
    assert!(took.unwrap() < hour);
}

#[tokio::test]
async fn a_cut_ends_links_and_refuses_new_ones_until_healed() {
    let echoing = Echo::new().await;
    let mut stream = echoing.client().await;
    echo(&mut stream, b"before").await.unwrap();
    echoing.sky.send_replace(Sky { cut: true, cuts: 1, ..Sky::default() });
    // The end of the link is the event: nothing else would end this read.
    assert!(matches!(stream.read(&mut [0]).await, Ok(0) | Err(_)));
    assert!(echo(&mut echoing.client().await, b"lost").await.is_err());
    echoing.sky.send_replace(Sky { cuts: 1, ..Sky::default() });
    echo(&mut echoing.client().await, b"after").await.unwrap();
}

#[tokio::test]
async fn a_cut_that_is_healed_at_once_still_ends_links() {
    let echoing = Echo::new().await;
    let mut stream = echoing.client().await;
    echo(&mut stream, b"before").await.unwrap();
    // Nothing is polled between the two.
    echoing.sky.send_replace(Sky { cut: true, cuts: 1, ..Sky::default() });
    echoing.sky.send_replace(Sky { cuts: 1, ..Sky::default() });
    assert!(matches!(stream.read(&mut [0]).await, Ok(0) | Err(_)));
}

#[tokio::test]
async fn a_receiver_that_does_not_read_stops_the_sender() {
    let echoing = Echo::new().await;
    let mut stream = echoing.client().await;
    echoing.sky.send_replace(Sky { frozen_until: Some(Instant::now() + Duration::from_secs(3600)), ..Sky::default() });
    let mut sent = 0_usize;
    // Bounded by the proxy's queue and the kernel's buffers, whatever the kernel's are.
    while let Ok(Ok(length)) = tokio::time::timeout(Duration::from_millis(300), stream.write(&[0; PIECE])).await {
        sent += length;
        assert!(sent < 64 * 1024 * 1024, "the proxy keeps everything");
    }
    assert!(sent > 0);
}
