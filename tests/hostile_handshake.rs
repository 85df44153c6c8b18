//! Peers that break the rules of the handshake: they hear nothing, at bounded cost.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what went wrong by failing"
)]

mod kit;

use std::time::Duration;

use kit::Person;
use kit::peer::{OFFER, Peer, encoded, message, request, rest};
use kit::stillness::{Stillness, settle};
use pelure::session;
use pelure::wire::Random;
use pelure::wire::limits::{HALF_OPEN, HANDSHAKE, HANDSHAKE_DEADLINE};
use pelure_onion::{Address, Network, ServiceKey, Stream};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use zeroize::Zeroizing;

#[tokio::test]
async fn every_bad_handshake_ends_in_the_same_silence() {
    let still = Stillness::new();
    let road = kit::road();
    let alice = Person::new(&road, "alice").await;
    let other = Person::new(&road, "other").await;
    let mut peer = Peer::new(&road, 1);
    let (good, last) = recorded(&mut peer, alice.onion()).await;

    let mut bad = 0;
    for (what, first) in bad_first_messages(&mut peer, &alice, &other, &good) {
        bad += 1;
        let mut stream = peer.dial(alice.onion()).await;
        stream.write_all(&first).await.unwrap();
        still.pass(HANDSHAKE_DEADLINE + SECOND, &[&alice]).await;
        assert_eq!(rest(&mut stream).await.len(), 0, "after {what}");
    }
    for what in ["replayed", "garbage", "reflected", "cut short", "shifted by a byte", "nothing"] {
        let mut stream = peer.dial(alice.onion()).await;
        let (state, hello) = session::dial(&peer.me, alice.onion(), OFFER, &mut peer.random).unwrap();
        // A replayed message 1 is answered as well: alone it cannot show that it is one.
        stream.write_all(if what == "replayed" { &good } else { hello.as_ref() }).await.unwrap();
        let reply = message(&mut stream).await;
        let genuine = || state.reply(&reply, &[]).unwrap().1;
        let third = match what {
            "replayed" => last.clone(),
            "garbage" => peer.noise(HANDSHAKE),
            "reflected" => reply.to_vec(),
            "cut short" => genuine()[..HANDSHAKE - 1].to_vec(),
            "shifted by a byte" => [&[0], genuine().as_slice()].concat(),
            _ => Vec::new(),
        };
        stream.write_all(&third).await.unwrap();
        still.pass(HANDSHAKE_DEADLINE + SECOND, &[&alice]).await;
        assert_eq!(rest(&mut stream).await.len(), 0, "message 3 {what}");
        bad += 1;
    }
    assert_eq!(alice.engine.misbehaviour().handshakes, bad, "each is counted");
    peer.greet(alice.onion(), &encoded(&[request("I can do it properly")])).await;
    settle(&[&alice]).await;
    assert_eq!(alice.engine.requests(None).await.unwrap().len(), 1);
}

/// Also whoever is dialled may reflect; the dialler's own first message comes back to it.
#[tokio::test]
async fn a_dialled_peer_that_reflects_hears_no_more() {
    let road = kit::road();
    let alice = Person::new(&road, "alice").await;
    let key = ServiceKey::from_seed(Zeroizing::new([5; 32])).unwrap();
    let address = key.address();
    let mut service = road.network().publish(key).await.unwrap();
    alice.engine.add_contact(alice.identity, &address.onion(), "mirror", String::new()).await.unwrap();
    let mut stream = service.incoming.recv().await.unwrap();
    let hello = message(&mut stream).await;
    let mut to_alice = Peer::new(&road, 2).dial(alice.onion()).await;
    to_alice.write_all(hello.as_ref()).await.unwrap();
    assert_eq!(rest(&mut to_alice).await, [0; 0]);
    stream.write_all(hello.as_ref()).await.unwrap();
    assert_eq!(rest(&mut stream).await, [0; 0]);
}

#[tokio::test]
async fn half_open_handshakes_are_bounded() {
    let still = Stillness::new();
    let road = kit::road();
    let alice = Person::new(&road, "alice").await;
    let mut peer = Peer::new(&road, 1);
    let mut open = Vec::new();
    for _ in 0..HALF_OPEN {
        open.push(peer.dial(alice.onion()).await);
        settle(&[&alice]).await;
    }
    assert_eq!(ended(&mut open).await, 0);
    for more in 1..=3 {
        open.push(peer.dial(alice.onion()).await);
        settle(&[&alice]).await;
        assert_eq!(ended(&mut open).await, more, "the oldest gives way");
    }
    assert_eq!(ended(&mut open[..3]).await, 3);

    // Somebody in a hurry still gets through, and those who finished do not count as half open.
    for _ in 0..HALF_OPEN {
        drop(peer.greet(alice.onion(), &encoded(&[request("let me in")])).await);
        settle(&[&alice]).await;
    }
    assert_eq!(alice.engine.requests(None).await.unwrap().len(), 1);
    still.pass(HANDSHAKE_DEADLINE + SECOND, &[&alice]).await;
    assert_eq!(ended(&mut open).await, open.len());
    drop(open);
    assert_eq!(road.circuits(), 0);
}

/// Messages 1 and 3 of a handshake that went well.
async fn recorded(peer: &mut Peer, to: Address) -> (Vec<u8>, Vec<u8>) {
    let mut stream = peer.dial(to).await;
    let (state, hello) = session::dial(&peer.me, to, OFFER, &mut peer.random).unwrap();
    stream.write_all(hello.as_ref()).await.unwrap();
    let (_, last) = state.reply(&*message(&mut stream).await, &[]).unwrap();
    stream.write_all(last.as_ref()).await.unwrap();
    (hello.to_vec(), last.to_vec())
}

fn bad_first_messages(peer: &mut Peer, alice: &Person, other: &Person, good: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let with_key = |key: [u8; 32]| [&key, &good[32..]].concat();
    let flipped = |at: usize| {
        let mut bytes = good.to_vec();
        bytes[at] ^= 1;
        bytes
    };
    let to = |address: Address, random: &mut dyn Random| {
        session::dial(&Peer::new(&kit::road(), 1).me, address, OFFER, random).unwrap().1.to_vec()
    };
    let mut order_8 = [0; 32];
    order_8.copy_from_slice(&data_encoding::HEXLOWER.decode(ORDER_8).unwrap());
    let mut above = [0xff; 32];
    (above[0], above[31]) = (0xf6, 0x7f);
    let mut top_bit = [0; 32];
    top_bit.copy_from_slice(&good[..32]);
    top_bit[31] |= 0x80;
    // The other point with the same X25519 key: only the prologue tells the two addresses apart.
    let mut twin = *alice.onion().public_key();
    twin[31] ^= 0x80;
    vec![
        ("nothing", Vec::new()),
        ("one byte", good[..1].to_vec()),
        ("all but one byte", good[..HANDSHAKE - 1].to_vec()),
        ("garbage", peer.noise(HANDSHAKE)),
        ("much garbage", peer.noise(100_000)),
        ("a key of zeros", with_key([0; 32])),
        ("a key of order 8", with_key(order_8)),
        ("a key that is not canonical", with_key(above)),
        ("a key with its top bit set", with_key(top_bit)),
        ("a flipped bit in the key", flipped(0)),
        ("a flipped bit in the post-quantum key", flipped(40)),
        ("a flipped bit in its tag", flipped(1220)),
        ("a flipped bit in the padding", flipped(1300)),
        ("a flipped bit at the end", flipped(HANDSHAKE - 1)),
        ("a greeting for somebody else", to(other.onion(), &mut peer.random)),
        ("a greeting for the twin of the address", to(Address::from_public_key(twin).unwrap(), &mut peer.random)),
    ]
}

/// How many of the streams have ended.
async fn ended(streams: &mut [Stream]) -> usize {
    let mut ended = 0;
    for stream in streams {
        let mut byte = [0];
        tokio::select! {
            biased;
            read = stream.read(&mut byte) => ended += usize::from(!matches!(read, Ok(1))),
            () = std::future::ready(()) => {}
        }
    }
    ended
}

const SECOND: Duration = Duration::from_secs(1);

/// A point of order 8 (RFC 7748 leaves it to the implementation to refuse it).
const ORDER_8: &[u8] = b"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800";
