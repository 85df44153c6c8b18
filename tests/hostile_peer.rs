//! Peers that break every rule: they are cut off, at bounded cost, and nobody else notices.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what went wrong by failing"
)]

mod kit;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use kit::Person;
use kit::peer::{EPOCH, Peer, Talk, encoded, numbered, request, saying};
use kit::stillness::{Stillness, settle};
use pelure::engine::{Delivery, Event, Limits, Presence, SystemRandom};
use pelure::vault::{ContactId, Vault};
use pelure::wire::limits::{CELL, HANDSHAKE, MESSAGE_BYTES, PING_OVERDUE, READ_CHUNK, REQUESTS, STRANGER_DELAY};
use pelure::wire::{Epoch, Frame};
use pelure_onion::Memory;
use tokio::io::AsyncWriteExt;

#[tokio::test]
async fn a_flood_of_messages_waits_at_the_sender() {
    let still = Stillness::new();
    let road = kit::road();
    let mut alice = slow_to_listen(&road).await;
    let mut peer = Peer::new(&road, 1);
    let contact = peer.befriend(&mut alice).await;
    let talk = peer.open(alice.onion()).await;

    let (written, flood) = pour(talk, 1..=FLOOD);
    for passed in 0..8 {
        settle(&[&alice]).await;
        let most = u64::from(BURST + RATE * passed) + AT_ONCE;
        let taken = alice.contact(contact).await.unread;
        assert!(taken <= most, "{taken} messages after {passed} s, {most} allowed");
        let held = written.load(Ordering::SeqCst) - usize::try_from(taken).unwrap() * RECORD;
        assert!(held < 512 * 1024, "{held} bytes are neither with the sender nor on disk");
        still.pass(SECOND, &[&alice]).await;
    }
    assert!(!flood.is_finished(), "the sender waits");
    still.pass(Duration::from_secs(FLOOD / u64::from(RATE)), &[&alice]).await;
    let mut talk = flood.await.unwrap();
    let mut acknowledged = 0;
    while acknowledged < FLOOD {
        if let Frame::Ack { seq, .. } = talk.hear().await.expect("the session goes on") {
            acknowledged = seq;
        }
    }
    let texts = alice.texts(contact).await;
    assert!(
        texts.iter().map(|text| text.trim_end()).eq((1..=FLOOD).map(|seq| format!("h{seq}"))),
        "each once, in order"
    );
}

#[tokio::test]
async fn a_new_session_is_no_new_burst() {
    let still = Stillness::new();
    let road = kit::road();
    let mut alice = slow_to_listen(&road).await;
    let mut peer = Peer::new(&road, 1);
    let contact = peer.befriend(&mut alice).await;
    for _ in 0..10 {
        let talk = peer.open(alice.onion()).await;
        let from = alice.contact(contact).await.unread + 1;
        let (_, flood) = pour(talk, from..=from + FLOOD);
        settle(&[&alice]).await;
        flood.abort();
        settle(&[&alice]).await;
    }
    let taken = alice.contact(contact).await.unread;
    assert!(taken <= u64::from(BURST) + AT_ONCE, "{taken} messages in no time");
    still.pass(SECOND, &[&alice]).await;
}

#[tokio::test]
async fn a_flood_of_requests_is_bounded() {
    let still = Stillness::new();
    let road = kit::road();
    let alice = Person::new(&road, "alice").await;
    let mut talks = Vec::new();
    for number in 0..REQUESTS as u64 + 3 {
        let first = encoded(&[request(&format!("I am {number}"))]);
        talks.push(Peer::new(&road, number).greet(alice.onion(), &first).await);
        settle(&[&alice]).await;
    }
    let kept: Vec<String> = alice.engine.requests(None).await.unwrap().into_iter().map(|asked| asked.text).collect();
    assert_eq!(kept, (0..REQUESTS).map(|number| format!("I am {number}")).collect::<Vec<_>>());
    still.pass(STRANGER_DELAY + SECOND, &[&alice]).await;
    for mut talk in talks {
        assert_eq!(talk.hear_out().await, [Frame::Waiting]);
    }
    // One who asks for ever has one place, and the last word.
    for text in ["again", "and again", "I am number two"] {
        Peer::new(&road, 2).greet(alice.onion(), &encoded(&[request(text)])).await;
        settle(&[&alice]).await;
    }
    let kept = alice.engine.requests(None).await.unwrap();
    assert_eq!((kept.len(), kept[2].text.as_str()), (REQUESTS, "I am number two"));
}

#[tokio::test]
async fn a_peer_that_never_reads_is_cut_off() {
    let still = Stillness::new();
    let road = kit::road();
    let mut alice = Person::new(&road, "alice").await;
    let mut silent = Peer::new(&road, 1);
    let mut chatty = Peer::new(&road, 2);
    let to_silent = silent.befriend(&mut alice).await;
    let to_chatty = chatty.befriend(&mut alice).await;
    still.pass(STRANGER_DELAY + SECOND, &[&alice]).await;
    let mut unread = Vec::new();
    for contact in [to_silent, to_chatty] {
        // More than the road holds on its way.
        for _ in 0..6 {
            unread.push((contact, alice.engine.send_message(contact, "long ".repeat(13_000).into()).await.unwrap()));
        }
    }
    let _silent = silent.greet(alice.onion(), &[]).await;
    let mut chatting = chatty.greet(alice.onion(), &[]).await;
    settle(&[&alice]).await;
    assert_eq!(road.circuits(), 2);
    for nonce in 0..13 {
        chatting.say(&Frame::Ping { nonce }).await;
        still.pass(PING_OVERDUE / 10, &[&alice]).await;
    }
    assert_eq!(road.circuits(), 0, "both were cut off, whatever the second one said");
    for (contact, message) in unread {
        assert_eq!(alice.state(contact, message).await, Delivery::Queued);
    }
}

#[tokio::test]
async fn garbage_frames_end_the_session_and_nothing_else() {
    let road = kit::road();
    let mut alice = Person::new(&road, "alice").await;
    let mut peer = Peer::new(&road, 1);
    let contact = peer.befriend(&mut alice).await;
    let mut seq = 0;
    for (what, bytes) in garbage() {
        let mut talk = peer.open(alice.onion()).await;
        talk.say_bytes(&bytes).await;
        let said = talk.hear_out().await;
        assert!(said.iter().all(|frame| matches!(frame, Frame::Ping { .. })), "after {what}: {said:?}");

        // The same peer, well behaved, is as welcome as before.
        let mut talk = peer.open(alice.onion()).await;
        seq += 1;
        talk.say(&numbered(seq)).await;
        assert_eq!(alice.next_text().await, format!("h{seq}"), "after {what}");
        until_acknowledged(&mut talk, seq).await;
    }
    assert_eq!(alice.texts(contact).await.len(), usize::try_from(seq).unwrap(), "nothing else was taken");
}

#[tokio::test]
async fn what_was_never_sent_cannot_be_acknowledged() {
    let road = kit::road();
    let mut alice = Person::new(&road, "alice").await;
    let mut peer = Peer::new(&road, 1);
    let contact = peer.befriend(&mut alice).await;
    let sent = alice.engine.send_message(contact, "the only one".into()).await.unwrap();
    let mut talk = peer.open(alice.onion()).await;
    let epoch = loop {
        if let Frame::Message { epoch, seq: 1, .. } = talk.hear().await.unwrap() {
            break epoch;
        }
    };
    talk.say(&Frame::Ack { epoch, seq: 2 }).await;
    talk.hear_out().await;
    assert_eq!(alice.state(contact, sent).await, Delivery::Queued);
}

#[tokio::test]
async fn records_that_do_not_open_end_the_session() {
    let road = kit::road();
    let mut alice = Person::new(&road, "alice").await;
    let mut peer = Peer::new(&road, 1);
    peer.befriend(&mut alice).await;
    for what in ["garbage", "a record twice", "a flipped bit"] {
        let mut talk = peer.open(alice.onion()).await;
        let record = talk.seal(&encoded(&[Frame::Ping { nonce: 1 }]));
        let bytes = match what {
            "garbage" => peer.noise(4096),
            "a record twice" => [record.clone(), record].concat(),
            _ => record.iter().enumerate().map(|(at, byte)| if at == 100 { byte ^ 1 } else { *byte }).collect(),
        };
        talk.stream.write_all(&bytes).await.unwrap();
        talk.hear_out().await;
    }
}

#[tokio::test]
async fn what_a_later_version_may_say_is_skipped() {
    let road = kit::road();
    let mut alice = Person::new(&road, "alice").await;
    let mut peer = Peer::new(&road, 1);
    peer.befriend(&mut alice).await;
    let mut talk = peer.open(alice.onion()).await;
    talk.say_bytes(&[frame(0x80, &[7; 20_000]), frame(0xff, &[]), encoded(&[numbered(1)])].concat()).await;
    assert_eq!(alice.next_text().await, "h1");
}

#[tokio::test]
async fn a_text_too_long_ends_the_session() {
    let road = kit::road();
    let mut alice = Person::new(&road, "alice").await;
    let mut peer = Peer::new(&road, 1);
    peer.befriend(&mut alice).await;
    let text = |length: usize| [&encoded(&[numbered(1)])[4..46], &vec![b'x'; length][..]].concat();

    let mut talk = peer.open(alice.onion()).await;
    talk.say_bytes(&frame(0x10, &text(MESSAGE_BYTES + 1))).await;
    talk.hear_out().await;
    let mut talk = peer.open(alice.onion()).await;
    // Too long even with a quote: the header alone says enough, no byte of it is waited for.
    talk.say_bytes(&frame(0x10, &text(MESSAGE_BYTES + 17))[..4]).await;
    talk.hear_out().await;
    let mut talk = peer.open(alice.onion()).await;
    talk.say_bytes(&frame(0x05, "é".repeat(281).as_bytes())).await;
    talk.hear_out().await;

    let mut talk = peer.open(alice.onion()).await;
    talk.say_bytes(&frame(0x10, &text(MESSAGE_BYTES))).await;
    assert_eq!(alice.next_text().await.len(), MESSAGE_BYTES);
}

#[tokio::test]
async fn nobody_else_notices() {
    let road = kit::road();
    let mut alice = Person::new(&road, "alice").await;
    let mut bob = Person::new(&road, "bob").await;
    let (to_bob, to_alice) = kit::acquaint(&mut alice, &mut bob).await;
    alice.until_online(to_bob).await;
    let (mut flooding, mut deaf, mut babbling) = (Peer::new(&road, 1), Peer::new(&road, 2), Peer::new(&road, 3));
    for peer in [&mut flooding, &mut deaf, &mut babbling] {
        peer.befriend(&mut alice).await;
    }
    let onion = alice.onion();
    let hostile = async {
        let _flood = pour(flooding.open(onion).await, 1..=FLOOD);
        let mut deaf = deaf.greet(onion, &[]).await;
        deaf.say_bytes(&encoded(&vec![Frame::Ping { nonce: 1 }; 5_000])).await;
        let mut streams = Vec::new();
        for number in 10..50 {
            let mut peer = Peer::new(&road, number);
            peer.greet(onion, &encoded(&[request("let me in")])).await;
            let mut stream = peer.dial(onion).await;
            let noise = peer.noise(if number % 2 == 0 { HANDSHAKE } else { 100 });
            stream.write_all(&noise).await.ok();
            streams.push(stream);
        }
        for (_, bytes) in garbage() {
            let mut talk = babbling.open(onion).await;
            talk.say_bytes(&bytes).await;
            talk.hear_out().await;
        }
        (streams, deaf)
    };
    let conversation = async {
        for number in 0..TALK {
            alice.engine.send_message(to_bob, format!("a{number}").into()).await.unwrap();
            bob.engine.send_message(to_alice, format!("b{number}").into()).await.unwrap();
            assert_eq!(bob.next_text().await, format!("a{number}"));
            while next_of(&mut alice, to_bob).await != format!("b{number}") {}
        }
    };
    let (held, ()) = tokio::join!(hostile, conversation);
    let mine: Vec<String> = alice.texts(to_bob).await.into_iter().filter(|text| text.starts_with('b')).collect();
    assert_eq!(mine, (0..TALK).map(|number| format!("b{number}")).collect::<Vec<_>>());
    drop(held);
}

/// The next text of one contact. Meanwhile that contact must not be seen to leave.
async fn next_of(person: &mut Person, from: ContactId) -> String {
    let event = person
        .until(|event| match event {
            Event::MessageReceived(message) => message.contact == from,
            Event::Contact(view) => view.contact == from && matches!(view.presence, Presence::Offline { .. }),
            _ => false,
        })
        .await;
    match event {
        Event::MessageReceived(message) => message.text,
        other => panic!("the others noticed: {other:?}"),
    }
}

/// Bytes that are sealed as they should be and are no frames, or frames out of place.
fn garbage() -> Vec<(&'static str, Vec<u8>)> {
    let fields = &encoded(&[numbered(1)])[4..40];
    let message = |seq: u64, text: &[u8]| {
        let mut body = fields.to_vec();
        body[8..16].copy_from_slice(&seq.to_be_bytes());
        frame(0x10, &[&body, text].concat())
    };
    let handshake = || Box::new([3; HANDSHAKE]);
    vec![
        ("kind 0x00", frame(0x00, &[])),
        ("kind 0x07", frame(0x07, &[1])),
        ("kind 0x7f", frame(0x7f, &[1, 2, 3])),
        ("a short ping", frame(0x01, &[0; 7])),
        ("a long ping", frame(0x01, &[0; 9])),
        ("a welcome with a body", frame(0x03, &[0])),
        ("a bye without a reason", frame(0x06, &[])),
        ("a bye for an unknown reason", frame(0x06, &[9])),
        ("a message without text", message(9, &[])),
        ("a message that is not UTF-8", message(9, b"caf\xe9")),
        ("message 0", message(0, b"x")),
        ("a message beyond the highest number", message(u64::MAX, b"x")),
        ("a request that is not UTF-8", frame(0x05, &[0xc0, 0x80])),
        ("an acknowledgement without a number", frame(0x12, &[9; 8])),
        ("an acknowledgement of somebody else's epoch", encoded(&[Frame::Ack { epoch: EPOCH, seq: 1 }])),
        ("an acknowledgement of everything", encoded(&[Frame::Ack { epoch: Epoch([0; 8]), seq: u64::MAX >> 1 }])),
        ("a pong nobody asked for", encoded(&[Frame::Pong { nonce: 0 }])),
        ("a renewal too soon", encoded(&[Frame::Renew1(handshake())])),
        ("a renewal's second message", encoded(&[Frame::Renew2(handshake())])),
        ("a renewal's third message", encoded(&[Frame::Renew3(handshake())])),
        ("the end of a renewal", encoded(&[Frame::Renewed])),
        ("a circuit for nobody knows what", frame(0x30, &[9; 19])),
        ("a circuit without a dialler", frame(0x30, &[1; 18])),
        ("a message behind garbage", [frame(0x00, &[]), encoded(&[numbered(99)])].concat()),
    ]
}

fn frame(kind: u8, body: &[u8]) -> Vec<u8> {
    let [_, a, b, c] = u32::try_from(body.len()).unwrap().to_be_bytes();
    [&[kind, a, b, c], body].concat()
}

async fn until_acknowledged(talk: &mut Talk, wanted: u64) {
    loop {
        match talk.hear().await.expect("the session goes on") {
            Frame::Ack { epoch: EPOCH, seq } if seq == wanted => return,
            Frame::Ack { .. } | Frame::Ping { .. } => {}
            other => panic!("{other:?}"),
        }
    }
}

/// Somebody who takes fewer messages than a flood brings.
async fn slow_to_listen(road: &Memory) -> Person {
    let limits = Limits { message_rate: RATE, message_burst: BURST, ..Limits::default() };
    Person::with(road, "alice", Vault::traceless(&mut SystemRandom).unwrap(), limits).await
}

/// Pours messages of a kilobyte into a session, as fast as the road takes them; counts the bytes that it took.
fn pour(mut talk: Talk, numbers: std::ops::RangeInclusive<u64>) -> (Arc<AtomicUsize>, tokio::task::JoinHandle<Talk>) {
    let written = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&written);
    let flood = tokio::spawn(async move {
        for seq in numbers {
            let frame = saying(seq, &format!("{:1000}", format!("h{seq}")));
            let record = talk.seal(&encoded(&[frame]));
            assert_eq!(record.len(), RECORD);
            if talk.stream.write_all(&record).await.is_err() {
                break;
            }
            count.fetch_add(record.len(), Ordering::SeqCst);
        }
        talk
    });
    (written, flood)
}

const SECOND: Duration = Duration::from_secs(1);

/// What [`slow_to_listen`] takes.
const RATE: u32 = 50;
const BURST: u32 = 100;

/// Messages of a flood: megabytes, far more than the road holds.
const FLOOD: u64 = 3_000;

/// The record of one message of [`pour`].
const RECORD: usize = 4 * CELL;

/// Messages of [`pour`] that one read may bring, which is taken whole, and one more that it completes.
const AT_ONCE: u64 = (READ_CHUNK / RECORD) as u64 + 1;

/// Messages each way while others misbehave.
const TALK: usize = 100;
