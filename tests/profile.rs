//! A profile over its life: a crash between two steps, a time that runs while nobody looks, a file that a conversation is
//! written to, and the end of it all.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what went wrong by failing"
)]

mod kit;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use kit::Person;
use kit::clock::SetClock;
use pelure::engine::{Change, Clock, Draft, Limits, MachineClock, OfferOptions, Presence, Reason, SystemRandom, Terms};
use pelure::vault::{Cost, Passphrase, Vault, VaultError};
use pelure::wire::Expiry;
use pelure_onion::Memory;

/// Everything was durable when the command returned, and what went out before the crash is not shown twice after it.
#[tokio::test]
async fn changes_survive_a_crash_before_and_after_they_went_out() {
    let (road, dir) = (kit::road(), tempfile::tempdir().unwrap());
    let (profile, image) = (dir.path().join("profile"), dir.path().join("image"));
    let mut alice = Person::with(&road, "alice", create(&profile), Limits::default()).await;
    let mut bob = Person::new(&road, "bob").await;
    let (to_bob, to_alice) = kit::acquaint(&mut alice, &mut bob).await;
    let minute = Expiry::from_seconds(60).ok();
    let edited = alice.engine.send_message(to_bob, "one".into()).await.unwrap();
    let deleted = alice.engine.send_message(to_bob, "never mind".into()).await.unwrap();
    alice.until_delivered(deleted).await;
    assert_eq!((bob.next_text().await, bob.next_text().await), ("one".into(), "never mind".into()));
    alice.until_online(to_bob).await;
    bob.engine.set_online(false).await.unwrap();
    alice.until_contact(to_bob, |view| matches!(view.presence, Presence::Offline { .. })).await;
    alice.engine.edit_message(edited, "two".into()).await.unwrap();
    alice.engine.delete_message(deleted).await.unwrap();
    alice.engine.react(edited, Some("👍")).await.unwrap();
    alice.engine.set_terms(to_bob, Terms { expires_in: Some(minute), receipts: Some(true) }).await.unwrap();
    let answer = Draft { text: "three".into(), reply_to: Some(edited), ..Draft::default() };
    let last = alice.engine.send_message(to_bob, answer).await.unwrap();
    copy(&profile, &image);

    bob.engine.set_online(true).await.unwrap();
    assert_eq!(bob.next_message().await.expires_in, minute);
    alice.engine.destroy().await.unwrap();
    // Bob has it all. The disk that comes back knows nothing of that.
    let mut again = reopen(&road, &image, Arc::new(MachineClock::new())).await;
    again.until_delivered(last).await;

    assert_eq!(bob.texts(to_alice).await, ["two", "", "three"]);
    let first = bob.engine.messages(to_alice, kit::page(10)).await.unwrap().pop().unwrap();
    assert_eq!(first.reactions.len(), 1);
    assert_eq!(bob.engine.history(first.message).await.unwrap().len(), 1, "edited once");
    let view = bob.contact(to_alice).await;
    assert_eq!((view.expires_in, view.receipts.theirs, view.unread), (minute, true, 2));
    assert_eq!(again.texts(to_bob).await, ["two", "", "three"]);
    bob.engine.edit_message(first.message, "not mine".into()).await.unwrap_err();
}

#[tokio::test]
async fn what_is_due_is_gone_before_the_first_look_after_a_start() {
    let (road, dir) = (kit::road(), tempfile::tempdir().unwrap());
    let profile = dir.path().join("profile");
    let mut alice = Person::new(&road, "alice").await;
    let mut bob = Person::with(&road, "bob", create(&profile), Limits::default()).await;
    let (to_bob, to_alice) = kit::acquaint(&mut alice, &mut bob).await;
    let day = Expiry::from_seconds(86_400).ok();
    let draft = |text: &str| Draft { text: text.into(), expires_in: Some(day), ..Draft::default() };
    alice.engine.send_message(to_bob, draft("burn after reading")).await.unwrap();
    let read = bob.next_message().await;
    bob.engine.mark_read(to_alice).await.unwrap();
    alice.engine.send_message(to_bob, draft("not read yet")).await.unwrap();
    bob.next_message().await;
    let own = bob.engine.send_message(to_alice, draft("burn that, too")).await.unwrap();
    bob.until_delivered(own).await;
    let Person { engine, events, .. } = bob;
    // Killed: no farewell, no tidying up.
    let image = dir.path().join("image");
    copy(&profile, &image);
    engine.destroy().await.unwrap();
    drop(events);

    let late = Arc::new(SetClock::default());
    late.set_ahead(2 * 86_400_000);
    let mut later = reopen(&road, &image, late).await;
    assert_eq!(later.texts(to_alice).await, ["not read yet"]);
    for words in ["burn", "reading", "too"] {
        assert!(later.engine.search_messages(words.into(), None, 10).await.unwrap().is_empty());
    }
    assert!(later.view(own).await.is_none() && later.view(read.message).await.is_none());
    alice.engine.send_message(to_bob, "good morning".into()).await.unwrap();
    assert_eq!(later.next_text().await, "good morning");
}

#[tokio::test]
async fn a_conversation_becomes_a_text_file_by_explicit_act() {
    let road = kit::road();
    let mut alice = Person::new(&road, "alice").await;
    let mut bob = Person::new(&road, "bob").await;
    let (to_bob, to_alice) = kit::acquaint(&mut alice, &mut bob).await;
    let first = alice.engine.send_message(to_bob, "hello".into()).await.unwrap();
    let got = bob.next_message().await.message;
    bob.engine.react(got, Some("👍")).await.unwrap();
    alice.next_change(Change::Reacted).await;
    alice.until_delivered(first).await;
    alice.engine.edit_message(first, "hello you".into()).await.unwrap();
    bob.engine.send_message(to_alice, "hi\n2026-01-01 00:00 UTC -> alice: I did it\u{202e}".into()).await.unwrap();
    alice.next_text().await;
    let burning = Draft { text: "burn".into(), expires_in: Some(Expiry::from_seconds(60).ok()), ..Draft::default() };
    alice.engine.send_message(to_bob, burning).await.unwrap();
    for number in 0..450 {
        alice.engine.send_message(to_bob, format!("n{number}").into()).await.unwrap();
    }

    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("leak.pdf"), b"of whatever").unwrap();
    let options = OfferOptions { clean: false, name: None };
    alice.engine.offer_file(to_bob, dir.path().join("leak.pdf"), options).await.unwrap();

    let path = dir.path().join("talk.txt");
    alice.engine.export_conversation(to_bob, path.clone()).await.unwrap();
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].contains(&bob.address));
    assert!(lines[2].ends_with("UTC -> alice: (edited) [<- 👍] hello you"), "{}", lines[2]);
    assert!(lines[3].ends_with("UTC <- b: hi"), "{}", lines[3]);
    assert_eq!(lines[4], "    2026-01-01 00:00 UTC -> alice: I did it\u{fffd}", "no line of its own");
    assert!(lines[5].ends_with("(disappears, not exported)") && !text.contains("burn"));
    assert!((0..450).all(|number| lines[6 + number].ends_with(&format!(" n{number}"))), "all pages, in order");
    assert!(lines[456].ends_with("UTC -> alice: (file) leak.pdf"), "{}", lines[456]);
    assert_eq!(lines.len(), 457);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let refused = alice.engine.export_conversation(to_bob, path.clone()).await.unwrap_err();
    assert_eq!(refused.kind(), "already_exists");
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
}

#[tokio::test]
async fn drafts_and_settings_are_kept_and_the_passphrase_can_be_asked_for() {
    let (road, dir) = (kit::road(), tempfile::tempdir().unwrap());
    let profile = dir.path().join("profile");
    let mut alice = Person::with(&road, "alice", create(&profile), Limits::default()).await;
    let mut bob = Person::new(&road, "bob").await;
    let (to_bob, _) = kit::acquaint(&mut alice, &mut bob).await;
    alice.engine.put_draft(to_bob, "I was going to say".into()).await.unwrap();
    alice.engine.put_setting("theme", "dark".into()).await.unwrap();
    alice.engine.put_setting("online", "no".into()).await.unwrap();
    let long = alice.engine.put_setting("theme", "x".repeat(20_000)).await.unwrap_err();
    assert_eq!(long.kind(), "too_long");
    alice.engine.check_passphrase(passphrase()).await.unwrap();
    let wrong = alice.engine.check_passphrase(Passphrase::new("a guess".into())).await.unwrap_err();
    assert_eq!(wrong.kind(), "wrong_passphrase");
    let Person { engine, .. } = alice;
    engine.shutdown().await;
    engine.closed().await;

    let mut again = reopen(&road, &profile, Arc::new(MachineClock::new())).await;
    assert_eq!(again.engine.draft(to_bob).await.unwrap(), "I was going to say");
    assert_eq!(again.engine.setting("theme").await.unwrap().as_deref(), Some("dark"));
    assert_eq!(again.engine.setting("none").await.unwrap(), None);
    again.until_online(to_bob).await;
    again.engine.put_draft(to_bob, String::new()).await.unwrap();
    assert_eq!(again.engine.draft(to_bob).await.unwrap(), "");
}

#[tokio::test]
async fn panic_cuts_sessions_without_a_goodbye_and_leaves_nothing_that_opens() {
    let (road, dir) = (kit::road(), tempfile::tempdir().unwrap());
    let profile = dir.path().join("profile");
    let mut alice = Person::with(&road, "alice", create(&profile), Limits::default()).await;
    let mut bob = Person::new(&road, "bob").await;
    let (to_bob, to_alice) = kit::acquaint(&mut alice, &mut bob).await;
    let sent = alice.engine.send_message(to_bob, "the last one".into()).await.unwrap();
    alice.until_delivered(sent).await;
    bob.until_online(to_alice).await;
    alice.engine.destroy().await.unwrap();

    bob.until_contact(to_alice, |view| matches!(view.presence, Presence::Offline { .. })).await;
    let Presence::Offline { reason, .. } = bob.contact(to_alice).await.presence else { panic!("it was offline") };
    assert_ne!(reason, Reason::Left, "nobody said goodbye");
    assert!(matches!(Vault::open(&profile, &passphrase()), Err(VaultError::NotFound | VaultError::Damaged { .. })));
    let left: Vec<_> = fs::read_dir(&profile).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.is_empty(), "{left:?}");
    for refused in [
        alice.engine.send_message(to_bob, "after".into()).await.err(),
        alice.engine.contacts(None).await.err(),
        alice.engine.create_identity("again").await.err(),
        alice.engine.destroy().await.err(),
    ] {
        assert_eq!(refused.unwrap().kind(), "stopped");
    }
    while alice.events.next().await.is_some() {}
}

#[tokio::test]
async fn panic_ends_a_traceless_profile_too() {
    let road = kit::road();
    let mut alice = Person::new(&road, "alice").await;
    let mut bob = Person::new(&road, "bob").await;
    kit::acquaint(&mut alice, &mut bob).await;
    assert_eq!(alice.engine.check_passphrase(passphrase()).await.unwrap_err().kind(), "not_allowed_now");
    alice.engine.destroy().await.unwrap();
    assert_eq!(alice.engine.contacts(None).await.unwrap_err().kind(), "stopped");
}

/// The files as they lie on the disk at this instant, as a loss of power would leave them.
fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

/// The person of a profile on disk, come back.
async fn reopen(road: &Memory, profile: &Path, clock: Arc<dyn Clock>) -> Person {
    let vault = Vault::open(profile, &passphrase()).unwrap();
    let (engine, events) = kit::start(road, vault, Limits::default(), clock).await;
    let identity = engine.identities().await.unwrap().remove(0);
    Person { engine, events, identity: identity.identity, address: identity.address.onion() }
}

fn create(profile: &Path) -> Vault {
    Vault::create(profile, &passphrase(), Cost::DANGEROUSLY_CHEAP, &mut SystemRandom).unwrap()
}

fn passphrase() -> Passphrase {
    Passphrase::new("a profile for a test".to_owned())
}
