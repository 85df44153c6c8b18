//! A peer that edits, deletes, reacts, agrees and tells as no honest program does: nothing of ours changes, nothing piles
//! up, and the session goes on.

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
use kit::peer::{Peer, Talk, bodied, encoded, named, numbered, saying};
use kit::stillness::{Stillness, settle};
use pelure::engine::{Delivery, Limits, SystemRandom, Terms};
use pelure::vault::{ContactId, Vault};
use pelure::wire::{Author, Body, Emoji, Expiry, Frame, MessageId, MessageText, Target};

#[tokio::test]
async fn a_contact_cannot_edit_or_delete_what_you_wrote() {
    let (mut alice, mut talk, contact) = met().await;
    let mine = alice.engine.send_message(contact, "my own words".into()).await.unwrap();
    let id = heard(&mut talk).await;
    for body in [
        Body::Edit { target: id, text: text("words put into my mouth") },
        Body::Delete { target: id },
        // Its own name for something it never sent.
        Body::Edit { target: named(77), text: text("from nowhere") },
        Body::Delete { target: named(77) },
    ] {
        talk.change(body).await;
    }
    talk.goes_on(&mut alice).await;
    let view = alice.view(mine).await.unwrap();
    assert_eq!((view.text.as_str(), view.edited, view.deleted), ("my own words", false, false));
    assert_eq!(alice.texts(contact).await, ["my own words", "still here"]);
    assert_eq!(alice.engine.misbehaviour().sessions, 0);
}

#[tokio::test]
async fn changes_of_what_is_not_there_change_nothing() {
    let (mut alice, mut talk, contact) = met().await;
    let target = |author| Target { id: named(99), author };
    for author in [Author::Me, Author::You] {
        talk.change(Body::React { target: target(author), emoji: Emoji::new("👍").ok() }).await;
        talk.change(Body::React { target: target(author), emoji: None }).await;
        talk.change(Body::Text { text: text("an answer"), reply_to: Some(target(author)), expires_in: None }).await;
        let answer = alice.next_message().await;
        let quote = answer.reply_to.unwrap();
        assert_eq!((quote.key, quote.text.as_str(), quote.incoming), (None, "", author == Author::Me));
    }
    talk.talk.say(&Frame::Read { id: named(99) }).await;
    talk.goes_on(&mut alice).await;
    assert_eq!(alice.texts(contact).await, ["an answer", "an answer", "still here"]);
}

/// What was deleted stays deleted, however often it is sent again, edited or reacted to.
#[tokio::test]
async fn a_deleted_message_does_not_come_back() {
    let (mut alice, mut talk, contact) = met().await;
    talk.change(Body::Text { text: text("gone soon"), reply_to: None, expires_in: None }).await;
    let got = alice.next_message().await.message;
    let id = named(talk.next - 1);
    talk.change(Body::Delete { target: id }).await;
    talk.change(Body::Edit { target: id, text: text("back again") }).await;
    talk.change(Body::React { target: Target { id, author: Author::Me }, emoji: Emoji::new("👍").ok() }).await;
    talk.again(id, "back once more").await;
    talk.goes_on(&mut alice).await;
    let view = alice.view(got).await.unwrap();
    assert!(view.deleted && view.text.is_empty() && view.reactions.is_empty());
    assert_eq!(alice.texts(contact).await, ["", "still here"]);
    alice.engine.forget_message(got).await.unwrap();
    talk.again(id, "back after all").await;
    talk.goes_on(&mut alice).await;
    assert_eq!(alice.texts(contact).await, ["still here", "still here"]);
}

#[tokio::test]
async fn with_receipts_off_no_receipt_is_ever_sent() {
    let (mut alice, mut talk, contact) = met().await;
    // They want receipts, we do not.
    talk.change(Body::Terms { version: 0, expires_in: None, receipts: true }).await;
    alice.until_contact(contact, |view| view.receipts.theirs).await;
    for _ in 0..3 {
        talk.goes_on(&mut alice).await;
        alice.engine.mark_read(contact).await.unwrap();
    }
    // We do, they do not any more.
    talk.change(Body::Terms { version: 0, expires_in: None, receipts: false }).await;
    alice.until_contact(contact, |view| !view.receipts.theirs).await;
    alice.engine.set_terms(contact, Terms { receipts: Some(true), expires_in: None }).await.unwrap();
    talk.goes_on(&mut alice).await;
    alice.engine.mark_read(contact).await.unwrap();
    let receipts = |heard: Vec<Frame>| heard.iter().filter(|frame| matches!(frame, Frame::Read { .. })).count();
    assert_eq!(receipts(talk.hear_up_to(&alice, contact, "so far").await), 0);
    // Both do.
    talk.change(Body::Terms { version: 0, expires_in: None, receipts: true }).await;
    alice.until_contact(contact, |view| view.receipts.agreed()).await;
    assert_eq!(receipts(talk.hear_up_to(&alice, contact, "what was read before").await), 0);
    talk.goes_on(&mut alice).await;
    alice.engine.mark_read(contact).await.unwrap();
    let heard = async { while !matches!(talk.talk.hear().await.unwrap(), Frame::Read { .. }) {} };
    tokio::time::timeout(kit::HANGING, heard).await.expect("no receipt");
}

#[tokio::test]
async fn a_receipt_that_was_not_agreed_on_is_ignored() {
    let (mut alice, mut talk, contact) = met().await;
    let sent = alice.engine.send_message(contact, "did you see".into()).await.unwrap();
    let (epoch, seq, id) = heard_all(&mut talk).await;
    talk.talk.say(&Frame::Ack { epoch, seq }).await;
    talk.talk.say(&Frame::Read { id }).await;
    talk.goes_on(&mut alice).await;
    alice.until_delivered(sent).await;
    assert_eq!(alice.state(contact, sent).await, Delivery::Delivered);
}

#[tokio::test]
async fn a_receipt_for_what_is_not_delivered_says_nothing() {
    let (mut alice, mut talk, contact) = met().await;
    alice.engine.set_terms(contact, Terms { receipts: Some(true), expires_in: None }).await.unwrap();
    talk.change(Body::Terms { version: 0, expires_in: None, receipts: true }).await;
    alice.until_contact(contact, |view| view.receipts.agreed()).await;
    let sent = alice.engine.send_message(contact, "unseen".into()).await.unwrap();
    let id = loop {
        if let Frame::Message { id, body: Body::Text { .. }, .. } = talk.talk.hear().await.unwrap() {
            break id;
        }
    };
    talk.talk.say(&Frame::Read { id }).await;
    talk.goes_on(&mut alice).await;
    assert_ne!(alice.state(contact, sent).await, Delivery::Read);
}

/// A storm of terms ends where the rule says, and leaves at most one answer waiting.
#[tokio::test]
async fn a_storm_of_terms_ends_in_one_agreement() {
    let (mut alice, mut talk, contact) = met().await;
    let expiry = |seconds| Expiry::from_seconds(seconds).ok();
    alice.engine.set_terms(contact, Terms { receipts: None, expires_in: Some(expiry(60)) }).await.unwrap();
    for round in 0..200_u32 {
        let receipts = round.is_multiple_of(2);
        talk.change(Body::Terms { version: round % 4, expires_in: expiry(u64::from(round) + 5), receipts }).await;
    }
    talk.goes_on(&mut alice).await;
    let view = alice.contact(contact).await;
    assert_eq!((view.expires_in, view.receipts.theirs), (expiry(8), false), "version 3 and the shortest of its times");
    let heard = talk.hear_up_to(&alice, contact, "enough").await;
    let answers: Vec<u32> = heard
        .into_iter()
        .filter_map(|frame| match frame {
            Frame::Message { body: Body::Terms { version, .. }, .. } => Some(version),
            _ => None,
        })
        .collect();
    assert_eq!(answers, [1, 3], "what we set, and once what they pretend not to know");
}

#[tokio::test]
async fn the_last_version_of_terms_is_said_and_breaks_nothing() {
    let (mut alice, mut talk, contact) = met().await;
    let minute = Expiry::from_seconds(60).ok();
    talk.change(Body::Terms { version: u32::MAX, expires_in: minute, receipts: false }).await;
    alice.until_contact(contact, |view| view.expires_in == minute).await;
    let off = Terms { receipts: None, expires_in: Some(None) };
    assert_eq!(alice.engine.set_terms(contact, off).await.unwrap_err().kind(), "not_allowed_now");
    let receipts = Terms { receipts: Some(true), expires_in: None };
    alice.engine.set_terms(contact, receipts).await.unwrap();
    talk.goes_on(&mut alice).await;
}

/// Reactions, edits and receipts pay as messages do.
#[tokio::test]
async fn a_flood_of_reactions_waits_at_the_sender() {
    let road = kit::road();
    let limits = Limits { message_rate: 10, message_burst: 50, ..Limits::default() };
    let vault = Vault::traceless(&mut SystemRandom).unwrap();
    let mut alice = Person::with(&road, "alice", vault, limits).await;
    let mut peer = Peer::new(&road, 1);
    let contact = peer.befriend(&mut alice).await;
    let mut talk = peer.open(alice.onion()).await;
    talk.say(&numbered(1)).await;
    alice.next_text().await;
    let still = Stillness::new();
    let emoji = |seq: u64| Emoji::new(if seq.is_multiple_of(2) { "👍" } else { "🎉" }).ok();
    let target = Target { id: named(1), author: Author::Me };
    let flood: Vec<Frame> = (2..=200)
        .map(|seq| bodied(seq, Body::React { target, emoji: emoji(seq) }))
        .chain([saying(201, "the end of it")])
        .collect();
    // One record each, so that reading can stop between any two.
    for frame in &flood {
        talk.say_bytes(&encoded(std::slice::from_ref(frame))).await;
    }
    settle(&[&alice]).await;
    assert_eq!(alice.texts(contact).await, ["h1"], "150 tokens are missing");
    still.pass(Duration::from_secs(10), &[&alice]).await;
    assert_eq!(alice.texts(contact).await, ["h1"]);
    still.pass(Duration::from_secs(10), &[&alice]).await;
    assert_eq!(alice.texts(contact).await, ["h1", "the end of it"]);
}

/// A session with somebody who says anything, and the number of what it says next.
struct Hostile {
    talk: Talk,
    next: u64,
}

impl Hostile {
    async fn change(&mut self, body: Body) {
        self.talk.say(&bodied(self.next, body)).await;
        self.next += 1;
    }

    /// Another message under an old name.
    async fn again(&mut self, id: MessageId, words: &str) {
        let Frame::Message { epoch, seq, age_minutes, body, .. } = saying(self.next, words) else { unreachable!() };
        self.talk.say(&Frame::Message { epoch, seq, id, age_minutes, body }).await;
        self.next += 1;
    }

    /// What the person says up to a text that it sends now.
    async fn hear_up_to(&mut self, person: &Person, contact: ContactId, last: &str) -> Vec<Frame> {
        person.engine.send_message(contact, last.into()).await.unwrap();
        let mut heard = Vec::new();
        loop {
            let frame = self.talk.hear().await.unwrap();
            if matches!(&frame, Frame::Message { body: Body::Text { text, .. }, .. } if text.as_str() == last) {
                return heard;
            }
            heard.push(frame);
        }
    }

    /// Everything said before was taken, and the session lives.
    async fn goes_on(&mut self, person: &mut Person) {
        self.change(Body::Text { text: text("still here"), reply_to: None, expires_in: None }).await;
        while person.next_text().await != "still here" {}
    }
}

async fn met() -> (Person, Hostile, ContactId) {
    let road = kit::road();
    let mut alice = Person::new(&road, "alice").await;
    let mut peer = Peer::new(&road, 1);
    let contact = peer.befriend(&mut alice).await;
    let talk = peer.open(alice.onion()).await;
    (alice, Hostile { talk, next: 1 }, contact)
}

/// The name of the next text that the person sends.
async fn heard(hostile: &mut Hostile) -> MessageId {
    heard_all(hostile).await.2
}

async fn heard_all(hostile: &mut Hostile) -> (pelure::wire::Epoch, u64, MessageId) {
    loop {
        if let Frame::Message { epoch, seq, id, body: Body::Text { .. }, .. } = hostile.talk.hear().await.unwrap() {
            return (epoch, seq, id);
        }
    }
}

fn text(words: &str) -> MessageText {
    MessageText::new(words.to_owned()).unwrap()
}
