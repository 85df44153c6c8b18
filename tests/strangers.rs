//! Whoever is no contact sees the same, whatever the reason: the same bytes at the same time, then the end.

mod kit;

use std::time::Duration;

use kit::Person;
use kit::peer::{Peer, encoded, numbered, request};
use kit::stillness::{Stillness, settle};
use pelure::vault::ContactId;
use pelure::wire::limits::{CELL, REQUESTS, STRANGER_DELAY};
use pelure::wire::{Bye, Deframer, Frame};
use pelure_onion::{Memory, memory::Weather};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::Instant;

/// What a stranger sees after its last handshake message: when how many bytes came, when the stream ended, what it said.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    arrivals: Vec<(Duration, usize)>,
    end: Duration,
    said: Vec<Frame>,
}

/// Who is no contact.
const STRANGERS: [Stranger; 8] = [
    Stranger::Unknown,
    Stranger::Kept,
    Stranger::Waiting,
    Stranger::Declined,
    Stranger::Blocked,
    Stranger::BlockedWhileConnected,
    Stranger::Removed,
    Stranger::OneTooMany,
];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Stranger {
    /// Never seen.
    Unknown,
    /// Its request is kept just now.
    Kept,
    /// Its request waits already.
    Waiting,
    Declined,
    Blocked,
    BlockedWhileConnected,
    Removed,
    /// All places for requests are taken.
    OneTooMany,
}

#[tokio::test]
async fn a_blocked_peer_sees_what_an_ignored_stranger_sees() {
    let still = Stillness::new();
    let road = kit::road();
    let mut alice = Person::new(&road, "alice").await;
    let mut first_seen = None;
    let mut number = 100;
    for stranger in STRANGERS {
        for (what, first) in first_words() {
            number += 1;
            let mut peer = Peer::new(&road, number);
            road.weather(Weather::default());
            prepare(stranger, &mut peer, &mut alice, &road, &still).await;
            road.weather(Weather { delay: TRAVEL, ..Weather::default() });
            let seen = look(&still, &mut peer, &alice, &first).await;
            settle(&[&alice]).await;
            let expected = first_seen.get_or_insert(seen.clone());
            assert_eq!(seen, *expected, "{stranger:?}, who says {what}");
        }
    }
    // Message 3 on its way, the delay, the answer on its way.
    let Seen { arrivals, end, said } = first_seen.unwrap();
    assert!(end >= STRANGER_DELAY + 2 * TRAVEL);
    assert_eq!(arrivals, [(end, CELL)]);
    assert_eq!(said, [Frame::Waiting]);
}

#[tokio::test]
async fn a_contact_that_is_blocked_or_removed_while_connected_hears_no_goodbye() {
    let road = kit::road();
    let mut alice = Person::new(&road, "alice").await;
    for (number, removed) in [(1, false), (2, true)] {
        let mut peer = Peer::new(&road, number);
        let contact = peer.befriend(&mut alice).await;
        let mut talk = peer.open(alice.onion()).await;
        if removed {
            alice.engine.remove_contact(contact).await.unwrap();
        } else {
            alice.engine.block_contact(contact).await.unwrap();
        }
        let said = talk.hear_out().await;
        assert!(said.iter().all(|frame| matches!(frame, Frame::Ping { .. })), "{said:?}");
    }
}

/// Nobody who takes the engine's events: even that does not show in the answer's time.
#[tokio::test]
async fn a_busy_machine_answers_strangers_in_time() {
    let still = Stillness::new();
    let road = kit::road();
    let mut alice = Person::new(&road, "alice").await;
    // Only events that supersede nothing fill the queue: messages of a contact, who is then held up.
    let mut flooding = Peer::new(&road, 1);
    flooding.befriend(&mut alice).await;
    let mut flood = flooding.open(alice.onion()).await;
    let writing = tokio::spawn(async move {
        for seq in 1.. {
            let record = flood.seal(&encoded(&[numbered(seq)]));
            if flood.stream.write_all(&record).await.is_err() {
                break;
            }
        }
    });
    still.pass(Duration::from_secs(120), &[&alice]).await;
    let seen = look(&still, &mut Peer::new(&road, 2), &alice, &encoded(&[request("may I")])).await;
    assert_eq!((seen.arrivals.len(), seen.said), (1, vec![Frame::Waiting]));
    writing.abort();
}

/// What strangers may say in their last handshake message.
fn first_words() -> [(&'static str, Vec<u8>); 5] {
    [
        ("nothing", Vec::new()),
        ("a request", encoded(&[request("may I be your contact")])),
        ("messages, as a contact would", encoded(&[numbered(1), numbered(2)])),
        ("goodbye", encoded(&[Frame::Bye { reason: Bye::Leaving }])),
        ("garbage", vec![0x33; 900]),
    ]
}

/// Makes the peer what it is to be for alice.
async fn prepare(stranger: Stranger, peer: &mut Peer, alice: &mut Person, road: &Memory, still: &Stillness) {
    forget_requests(alice).await;
    match stranger {
        Stranger::Unknown | Stranger::Kept => {}
        Stranger::Waiting => ask(peer, alice).await,
        Stranger::Declined => {
            ask(peer, alice).await;
            forget_requests(alice).await;
        }
        Stranger::Blocked => {
            let contact = peer.befriend(alice).await;
            alice.engine.block_contact(contact).await.unwrap();
        }
        Stranger::BlockedWhileConnected => {
            let contact = connected(peer, alice).await;
            alice.engine.block_contact(contact).await.unwrap();
        }
        Stranger::Removed => {
            let contact = connected(peer, alice).await;
            alice.engine.remove_contact(contact).await.unwrap();
        }
        Stranger::OneTooMany => {
            let seed = u64::from_be_bytes(peer.address().public_key()[..8].try_into().unwrap());
            for number in 0..REQUESTS as u64 {
                ask(&mut Peer::new(road, seed.wrapping_add(number)), alice).await;
            }
            assert_eq!(alice.engine.requests(None).await.unwrap().len(), REQUESTS);
        }
    }
    still.pass(STRANGER_DELAY, &[&*alice]).await;
}

async fn ask(peer: &mut Peer, alice: &mut Person) {
    peer.greet(alice.onion(), &encoded(&[request("hello")])).await;
    settle(&[&*alice]).await;
}

async fn connected(peer: &mut Peer, alice: &mut Person) -> ContactId {
    let contact = peer.befriend(alice).await;
    peer.open(alice.onion()).await;
    settle(&[&*alice]).await;
    contact
}

/// Declines whatever waits.
async fn forget_requests(alice: &mut Person) {
    for waiting in alice.engine.requests(None).await.unwrap() {
        alice.engine.decline_request(waiting.id).await.unwrap();
    }
}

/// Does the handshake and notes what comes.
async fn look(still: &Stillness, peer: &mut Peer, alice: &Person, first: &[u8]) -> Seen {
    // The messages of the handshake travel while time creeps.
    let greeting = async {
        let talk = peer.greet(alice.onion(), first).await;
        (talk, Instant::now())
    };
    let ((mut talk, start), ()) = tokio::join!(greeting, still.creep(500));
    let mut stream = talk.stream;
    let watching = tokio::spawn(async move {
        let (mut arrivals, mut bytes) = (Vec::new(), Vec::new());
        loop {
            let mut chunk = vec![0; 64 * 1024];
            match stream.read(&mut chunk).await {
                Ok(0) | Err(_) => return (arrivals, bytes, start.elapsed()),
                Ok(length) => {
                    arrivals.push((start.elapsed(), length));
                    bytes.extend_from_slice(&chunk[..length]);
                }
            }
        }
    });
    still.creep(3_000).await;
    let (arrivals, bytes, end) = watching.await.unwrap();
    talk.session.opener.push(&bytes).unwrap();
    let mut deframer = Deframer::default();
    let mut said = Vec::new();
    while let Some(text) = talk.session.opener.next().unwrap() {
        deframer.push(&text).unwrap();
        while let Some(frame) = deframer.next().unwrap() {
            said.push(frame);
        }
    }
    Seen { arrivals, end, said }
}

/// From one end of the road to the other.
const TRAVEL: Duration = Duration::from_millis(40);
