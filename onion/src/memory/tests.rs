//! What the road in memory adds to the common suite (`tests/roads.rs`): its weather.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::Instant;
use zeroize::Zeroizing;

use super::*;

#[tokio::test(start_paused = true)]
async fn bytes_take_the_delay_and_the_dial_four_times_it() {
    let (memory, dialler, mut service, address) = pair().await;
    memory.weather(Weather { delay: Duration::from_secs(1), ..Weather::default() });
    let start = Instant::now();
    let mut near = dialler.dial(dial(address)).await.unwrap();
    assert_eq!(start.elapsed().as_secs(), 4);
    near.write_all(b"x").await.unwrap();
    let mut far = service.incoming.recv().await.unwrap();
    far.read_exact(&mut [0]).await.unwrap();
    assert_eq!(start.elapsed().as_secs(), 5, "the first bytes travel with the opening");
    far.write_all(b"y").await.unwrap();
    near.read_exact(&mut [0]).await.unwrap();
    assert_eq!(start.elapsed().as_secs(), 6);
}

#[tokio::test(start_paused = true)]
async fn jitter_keeps_the_order_and_its_bounds() {
    let (memory, mut near, mut far) = stream().await;
    let (delay, jitter) = (Duration::from_millis(10), Duration::from_millis(500));
    memory.weather(Weather { delay, jitter, ..Weather::default() });
    let start = Instant::now();
    for byte in 0..50u8 {
        near.write_all(&[byte]).await.unwrap();
    }
    let mut got = [0; 50];
    far.read_exact(&mut got).await.unwrap();
    assert_eq!(got.to_vec(), (0..50).collect::<Vec<u8>>());
    let took = start.elapsed();
    assert!(took > delay + jitter / 2 && took <= delay + jitter + Duration::from_millis(1), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_stall_loses_nothing() {
    let (memory, mut near, mut far) = stream().await;
    near.write_all(b"before").await.unwrap();
    memory.stall(Duration::from_secs(60));
    near.write_all(b" after").await.unwrap();
    let start = Instant::now();
    let mut got = [0; 12];
    far.read_exact(&mut got).await.unwrap();
    assert_eq!(&got, b"before after");
    assert_eq!(start.elapsed().as_secs(), 60);
}

#[tokio::test(start_paused = true)]
async fn a_cut_loses_what_is_on_its_way_and_wakes_both_ends() {
    let (memory, mut near, mut far) = stream().await;
    memory.weather(Weather { delay: Duration::from_secs(5), ..Weather::default() });
    near.write_all(b"lost").await.unwrap();
    let reader = tokio::spawn(async move { far.read_u8().await });
    tokio::task::yield_now().await;
    assert_eq!(memory.circuits(), 1);
    memory.cut_all();
    assert_eq!(reader.await.unwrap().unwrap_err().kind(), std::io::ErrorKind::ConnectionReset);
    assert!(near.write_all(b"more").await.is_err());
    assert_eq!(memory.circuits(), 0);
}

#[tokio::test(start_paused = true)]
async fn cuts_hit_only_whom_they_name() {
    let (memory, dialler, mut service, address) = pair().await;
    let other = dialler.publish(key(9)).await.unwrap();
    let mut to_service = dialler.dial(dial(address)).await.unwrap();
    let mut far = service.incoming.recv().await.unwrap();
    memory.cut(&key(9).address());
    dialler.cut_dialled(2);
    far.write_all(b"z").await.unwrap();
    assert_eq!(to_service.read_u8().await.unwrap(), b'z');
    dialler.cut_dialled(1);
    assert!(to_service.read_u8().await.is_err());
    drop(other);
}

#[tokio::test(start_paused = true)]
async fn a_writer_waits_when_nobody_reads() {
    let (_memory, mut near, mut far) = stream().await;
    let writer = tokio::spawn(async move { near.write_all(&vec![7; 1 << 20]).await.map(|()| near) });
    time::sleep(Duration::from_secs(3600)).await;
    assert!(!writer.is_finished(), "memory is bounded");
    let mut got = vec![0; 1 << 20];
    far.read_exact(&mut got).await.unwrap();
    writer.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn conditions_give_the_errors_they_promise() {
    let (memory, dialler, service, address) = pair().await;
    for (condition, error) in [
        (Condition::Unpublished, DialError::NotFound),
        (Condition::Silent, DialError::IntroductionFailed),
        (Condition::Refusing, DialError::Refused),
    ] {
        memory.set_condition(&address, condition);
        assert_eq!(dialler.dial(dial(address)).await.unwrap_err(), error);
        let known = matches!(*service.reach.borrow(), Reach::Unreachable { .. });
        assert_eq!(known, condition == Condition::Unpublished);
    }
    memory.set_condition(&address, Condition::Sound);
    assert_eq!(*service.reach.borrow(), Reach::Reachable);
    dialler.dial(dial(address)).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn publication_takes_its_time() {
    let memory = Memory::new(1);
    memory.weather(Weather { publication: Duration::from_secs(30), ..Weather::default() });
    let (owner, dialler) = (memory.network(), memory.network());
    let mut service = owner.publish(key(1)).await.unwrap();
    assert!(matches!(*service.reach.borrow(), Reach::Starting { .. }));
    assert_eq!(dialler.dial(dial(key(1).address())).await.unwrap_err(), DialError::NotFound);
    service.reach.wait_for(|reach| *reach == Reach::Reachable).await.unwrap();
    dialler.dial(dial(key(1).address())).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_newest_program_with_a_key_gets_the_streams() {
    let memory = Memory::new(1);
    let (first, second, dialler) = (memory.network(), memory.network(), memory.network());
    let old = first.publish(key(1)).await.unwrap();
    let mut new = second.publish(key(1)).await.unwrap();
    drop(old);
    let mut near = dialler.dial(dial(key(1).address())).await.unwrap();
    let mut far = new.incoming.recv().await.unwrap();
    far.write_all(b"!").await.unwrap();
    assert_eq!(near.read_u8().await.unwrap(), b'!');
}

async fn pair() -> (Memory, Arc<MemoryNetwork>, Service, Address) {
    let memory = Memory::new(1);
    let service = memory.network().publish(key(1)).await.unwrap();
    (memory.clone(), memory.network(), service, key(1).address())
}

async fn stream() -> (Memory, Stream, Stream) {
    let (memory, dialler, mut service, address) = pair().await;
    let near = dialler.dial(dial(address)).await.unwrap();
    (memory, near, service.incoming.recv().await.unwrap())
}

fn dial(to: Address) -> Dial {
    Dial { identity: 1, lane: 0, to }
}

fn key(seed: u8) -> ServiceKey {
    ServiceKey::from_seed(Zeroizing::new([seed; 32])).unwrap()
}
