//! Two bridges on the road in memory, as two windows see them: from the first start to the end of a profile.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what went wrong by failing"
)]

#[path = "kit/window.rs"]
mod window;

use pelure::desk::{DeskError, Pixels};
use pelure_onion::Memory;
use pelure_ui::intent::{Intent, Part};
use pelure_ui::keys::{ContactKey, MessageKey};
use pelure_ui::model::{
    Blocked, Chosen, Contact, Delivery, Done, Fault, Notice, Presence, Purpose, Reach, Reason, Stage,
};
use pelure_ui::settings::{Language, Notify, Settings};
use pelure_ui::update::Update;
use window::{PASSPHRASE, Someone, acquaint, secret};

#[tokio::test]
async fn two_people_meet_and_talk() {
    let road = Memory::new(1);
    let (mut alice, mut bob) = (Someone::arrive(&road, None).await, Someone::arrive(&road, None).await);
    let (to_bob, to_alice) = acquaint(&mut alice, &mut bob).await;
    assert!(bob.model.requests.is_empty());

    alice.open(to_bob).await;
    alice.send(to_bob, "where?").await;
    alice.message("where?", |message| message.delivery == Delivery::Delivered).await;
    bob.until(|model| model.contacts[&to_alice].unread == 1).await;
    assert_eq!(bob.contact().last.as_ref().unwrap().text.as_str(), "where?");
    bob.open(to_alice).await;
    bob.wish(Intent::MarkRead(to_alice)).await;
    bob.until(|model| model.contacts[&to_alice].unread == 0).await;

    let question = bob.message("where?", |_| true).await.key;
    bob.wish(Intent::Send { contact: to_alice, text: "heer".into(), reply_to: Some(question) }).await;
    let answer = alice.message("heer", |message| message.incoming).await;
    assert_eq!(answer.quote.unwrap().text.as_str(), "where?");
    alice.wish(Intent::React(answer.key, Some("👍".into()))).await;
    let seen = bob.message("heer", |message| !message.reactions.is_empty()).await;
    assert!(!seen.reactions[0].mine);
    bob.wish(Intent::Edit(seen.key, "here".into())).await;
    assert!(alice.message("here", |_| true).await.edited);
    alice.wish(Intent::ShowHistory(answer.key)).await;
    alice.until(|model| model.history.is_some()).await;
    assert_eq!(alice.model.history.as_ref().unwrap().texts[0].0.as_str(), "heer");
    bob.wish(Intent::DeleteForBoth(seen.key)).await;
    alice.message("", |message| message.deleted && message.key == answer.key).await;

    alice.wish(Intent::ShowWords(to_bob)).await;
    bob.wish(Intent::ShowWords(to_alice)).await;
    alice.until(|model| model.words.is_some()).await;
    bob.until(|model| model.words.is_some()).await;
    let (hers, his) = (alice.model.words.as_ref().unwrap(), bob.model.words.as_ref().unwrap());
    assert_eq!((&hers.english, &hers.digits), (&his.english, &his.digits));
    assert_ne!(hers.english, hers.french);
    alice.leave().await;
    bob.until(|model| !matches!(model.contacts[&to_alice].presence, Presence::Online)).await;
    bob.leave().await;
}

/// Blocked as they ask: they are listed, ask in vain, and may ask again once that is undone.
#[tokio::test]
async fn who_asks_can_be_blocked_and_that_can_be_undone() {
    let road = Memory::new(17);
    let (mut alice, mut bob) = (Someone::arrive(&road, None).await, Someone::arrive(&road, None).await);
    let add = Intent::AddContact {
        identity: alice.identity(),
        address: bob.address(),
        name: "Bob".into(),
        message: "may I?".into(),
    };
    alice.wish(add).await;
    bob.until(|model| model.requests.len() == 1).await;
    bob.wish(Intent::BlockRequest(bob.model.requests[0].key)).await;
    bob.until(|model| model.blocked.len() == 1 && model.requests.is_empty()).await;
    let blocked = bob.model.blocked[0].clone();
    assert_eq!(blocked, Blocked { identity: bob.identity(), address: alice.address() });
    bob.wish(Intent::UnblockAddress(blocked.clone())).await;
    bob.until(|model| model.blocked.is_empty()).await;
    // Her program asks again by itself; she does not wait for that.
    let turned_away =
        |contact: &Contact| matches!(contact.presence, Presence::Offline { reason: Reason::NotAccepted, .. });
    alice.until(|model| model.contacts.values().any(turned_away)).await;
    alice.wish(Intent::Retry(alice.contact().key)).await;
    bob.until(|model| model.requests.len() == 1).await;
    bob.wish(Intent::UnblockAddress(blocked)).await;
    bob.until_notice(Notice::Failed(Fault::NotFound)).await;
}

#[tokio::test]
async fn messages_disappear_from_both_windows_once_they_were_shown() {
    let road = Memory::new(2);
    let (mut alice, mut bob) = (Someone::arrive(&road, None).await, Someone::arrive(&road, None).await);
    let (to_bob, to_alice) = acquaint(&mut alice, &mut bob).await;
    alice.wish(Intent::SetExpiry(to_bob, Some(5))).await;
    bob.until(|model| model.contacts[&to_alice].expires_in == Some(5)).await;
    alice.open(to_bob).await;
    bob.open(to_alice).await;
    alice.send(to_bob, "burn this").await;
    assert_eq!(bob.message("burn this", |_| true).await.expires_in, Some(5));
    bob.wish(Intent::MarkRead(to_alice)).await;
    for someone in [&mut alice, &mut bob] {
        someone.message("burn this", |_| true).await;
        someone.until(|model| model.talk.as_ref().unwrap().messages.is_empty()).await;
        someone.until(|model| model.contacts.values().all(|contact| contact.last.is_none())).await;
    }
}

#[tokio::test]
async fn a_locked_window_is_told_nothing_but_how_many_messages_wait() {
    let road = Memory::new(3);
    let dir = tempfile::tempdir().unwrap();
    let profile = dir.path().join("alice");
    let (mut alice, mut bob) = (Someone::arrive(&road, Some(&profile)).await, Someone::arrive(&road, None).await);
    let (to_bob, to_alice) = acquaint(&mut alice, &mut bob).await;
    bob.open(to_alice).await;

    alice.wish(Intent::Lock).await;
    alice.until(|model| matches!(model.stage, Stage::Locked { .. })).await;
    assert!(alice.model.contacts.is_empty() && alice.model.identities.is_empty(), "the window forgets");
    let mark = alice.told.len();
    bob.send(to_alice, "for your eyes only").await;
    bob.message("for your eyes only", |message| message.delivery == Delivery::Delivered).await;
    alice.until(|model| model.stage == Stage::Locked { fault: None, unread: 1 }).await;
    // What can only be wished of an open window is not answered.
    alice.wish(Intent::Load { contact: to_bob, part: Part::Newest }).await;
    alice.wish(Intent::Search("eyes".into())).await;
    alice.wish(Intent::ShowWords(to_bob)).await;
    alice.wish(Intent::Send { contact: to_bob, text: "by somebody else".into(), reply_to: None }).await;
    alice.wish(Intent::Unlock { passphrase: secret("wrong") }).await;
    alice.until(|model| model.stage == Stage::Locked { fault: Some(Fault::WrongPassphrase), unread: 1 }).await;
    let stages_alone = alice.told[mark..].iter().all(|update| matches!(update, Update::Stage(Stage::Locked { .. })));
    assert!(stages_alone, "{}", alice.told_since(mark));
    for private in ["eyes", "Bob", ".onion"] {
        assert!(!alice.told_since(mark).contains(private), "{private}");
    }

    alice.wish(Intent::Unlock { passphrase: secret(PASSPHRASE) }).await;
    alice.until(|model| model.stage == Stage::Open).await;
    assert_eq!((alice.contact().unread, alice.contact().name.as_str()), (1, "Bob"));
    assert_eq!(alice.contact().last.as_ref().unwrap().text.as_str(), "for your eyes only");
    alice.open(to_bob).await;
    assert_eq!(alice.model.talk.as_ref().unwrap().messages.len(), 1, "nothing was sent from a locked window");
}

#[tokio::test]
async fn a_notification_never_holds_what_was_written_and_a_name_only_if_wished() {
    let road = Memory::new(4);
    let dir = tempfile::tempdir().unwrap();
    let profile = dir.path().join("alice");
    let (mut alice, mut bob) = (Someone::arrive(&road, Some(&profile)).await, Someone::arrive(&road, None).await);
    let (_, to_alice) = acquaint(&mut alice, &mut bob).await;
    let look = |notify| Intent::Set(Settings { notify, language: Language::English, ..Settings::default() });

    // Looked at: nothing is said.
    bob.send(to_alice, "secret one").await;
    alice.until(|model| model.contacts.values().any(|contact| contact.unread == 1)).await;
    assert_eq!(notes(&alice), [""; 0]);
    alice.wish(look(Notify::Name)).await;
    alice.wish(Intent::Focus(false)).await;
    alice.until(|model| model.settings.notify == Notify::Name).await;
    bob.send(to_alice, "secret two").await;
    until_notes(&alice, 1).await;
    assert!(notes(&alice)[0].contains("Bob"));

    alice.wish(look(Notify::Plain)).await;
    alice.until(|model| model.settings.notify == Notify::Plain).await;
    bob.send(to_alice, "secret three").await;
    until_notes(&alice, 2).await;
    // Whatever is wished, a locked screen names nobody.
    alice.wish(look(Notify::Name)).await;
    alice.until(|model| model.settings.notify == Notify::Name).await;
    alice.wish(Intent::Focus(true)).await;
    alice.wish(Intent::Lock).await;
    alice.until(|model| matches!(model.stage, Stage::Locked { .. })).await;
    bob.send(to_alice, "secret four").await;
    until_notes(&alice, 3).await;
    let all = notes(&alice);
    assert!(!all[1].contains("Bob") && !all[2].contains("Bob"), "{all:?}");
    assert!(all.iter().all(|note| !note.contains("secret") && !note.contains(".onion")), "{all:?}");
}

#[tokio::test]
async fn a_window_that_is_not_drawn_holds_nobody_up_and_catches_up() {
    let road = Memory::new(7);
    let mut alice = Someone::start_with_room(&road, None, 16);
    alice.until(|model| model.stage == Stage::Open).await;
    alice.wish(Intent::AddIdentity { name: "desk".into() }).await;
    alice.until(|model| model.identities.first().is_some_and(|me| me.reach == Reach::Reachable)).await;
    let mut bob = Someone::arrive(&road, None).await;
    let (_, to_alice) = acquaint(&mut alice, &mut bob).await;
    bob.open(to_alice).await;
    // Alice's window takes nothing from here on.
    for number in 1..=60 {
        bob.send(to_alice, &format!("number {number}")).await;
    }
    bob.message("number 60", |message| message.delivery == Delivery::Delivered).await;
    alice.until(|model| model.contacts.values().any(|contact| contact.unread == 60)).await;
    assert_eq!(alice.contact().last.as_ref().unwrap().text.as_str(), "number 60");
}

#[tokio::test]
async fn a_long_conversation_comes_in_pages_without_holes() {
    let road = Memory::new(8);
    let (mut alice, mut bob) = (Someone::arrive(&road, None).await, Someone::arrive(&road, None).await);
    let (to_bob, _) = acquaint(&mut alice, &mut bob).await;
    for number in 0..250 {
        alice.send(to_bob, &format!("number {number}")).await;
    }
    alice.open(to_bob).await;
    alice.message("number 249", |_| true).await;
    alice.open_again(to_bob, Part::Newest).await;
    assert_eq!(alice.numbers(), (150..250).collect::<Vec<_>>());
    let first = alice.model.talk.as_ref().unwrap().messages[0].key;
    alice.open_again(to_bob, Part::Before(first)).await;
    assert_eq!(alice.numbers(), (50..250).collect::<Vec<_>>());
    assert!(alice.model.talk.as_ref().unwrap().older);
    let first = alice.model.talk.as_ref().unwrap().messages[0].key;
    alice.open_again(to_bob, Part::Before(first)).await;
    assert_eq!(alice.numbers(), (0..250).collect::<Vec<_>>());
    let talk = alice.model.talk.clone().unwrap();
    assert!(!talk.older && !talk.newer);

    alice.open_again(to_bob, Part::Around(talk.messages[100].key)).await;
    assert_eq!(alice.numbers(), (50..151).collect::<Vec<_>>());
    let around = alice.model.talk.clone().unwrap();
    assert!(around.older && around.newer);
    alice.open_again(to_bob, Part::After(around.messages[100].key)).await;
    assert_eq!(alice.numbers(), (50..250).collect::<Vec<_>>());
    let after = alice.model.talk.clone().unwrap();
    assert!(after.older && !after.newer);
    alice.open_again(to_bob, Part::Around(talk.messages[0].key)).await;
    assert_eq!(alice.numbers(), (0..51).collect::<Vec<_>>());
    assert!(!alice.model.talk.as_ref().unwrap().older);

    alice.wish(Intent::Search("number 24".into())).await;
    alice.until(|model| model.found.is_some()).await;
    let found = alice.model.found.clone().unwrap();
    assert_eq!((found.hits.len(), found.more), (11, false));
    assert_eq!(found.hits[0].text.as_str(), "number 249");
}

/// A window that asked for a page waits for one: whatever happened, it gets one.
#[tokio::test]
async fn a_part_that_cannot_be_loaded_is_answered_with_what_there_is() {
    let road = Memory::new(16);
    let (mut alice, mut bob) = (Someone::arrive(&road, None).await, Someone::arrive(&road, None).await);
    let (to_bob, _) = acquaint(&mut alice, &mut bob).await;
    alice.send(to_bob, "number 0").await;
    alice.open(to_bob).await;
    alice.message("number 0", |_| true).await;
    alice.open_again(to_bob, Part::Around(MessageKey(9_999))).await;
    alice.until_notice(Notice::Failed(Fault::NotFound)).await;
    assert_eq!(alice.numbers(), [0]);

    let nobody = ContactKey(9_999);
    alice.wish(Intent::Load { contact: nobody, part: Part::Newest }).await;
    let told = alice.until_told(|update| matches!(update, Update::Page(page) if page.contact == nobody)).await;
    assert!(matches!(told, Update::Page(page) if page.messages.is_empty() && !page.older && !page.newer));
}

#[tokio::test]
async fn what_a_peer_writes_cannot_deceive_the_window() {
    let road = Memory::new(9);
    let (mut alice, mut bob) = (Someone::arrive(&road, None).await, Someone::arrive(&road, None).await);
    let (to_bob, to_alice) = acquaint(&mut alice, &mut bob).await;
    bob.open(to_alice).await;
    alice.send(to_bob, "pay \u{202e}evil\u{202c}\u{200b} \u{1b}[2J now").await;
    bob.until(|model| !model.talk.as_ref().unwrap().messages.is_empty()).await;
    let text = bob.model.talk.as_ref().unwrap().messages[0].text.as_str().to_owned();
    assert!(text.contains("evil") && !text.chars().any(|c| "\u{202e}\u{202c}\u{200b}\u{1b}".contains(c)), "{text:?}");
    let last = bob.contact().last.clone().unwrap();
    assert!(!last.text.as_str().chars().any(|c| "\u{202e}\u{200b}\u{1b}".contains(c)));
}

#[tokio::test]
async fn a_text_that_cannot_be_sent_is_not_lost() {
    let road = Memory::new(10);
    let (mut alice, mut bob) = (Someone::arrive(&road, None).await, Someone::arrive(&road, None).await);
    let (to_bob, _) = acquaint(&mut alice, &mut bob).await;
    let long = "x".repeat(100_000);
    alice.wish(Intent::Draft(to_bob, "begun".into())).await;
    alice.until(|model| model.contacts[&to_bob].draft == "begun").await;
    alice.send(to_bob, &long).await;
    alice.until_notice(Notice::Failed(Fault::TooLong)).await;
    alice.until(|model| model.contacts[&to_bob].draft == long).await;
}

#[tokio::test]
async fn an_address_goes_through_a_picture() {
    let road = Memory::new(12);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("address.png").to_str().unwrap().to_owned();
    let mut alice = Someone::arrive(&road, None).await;
    let identity = alice.identity();
    alice.wish(Intent::SaveQr { identity, path: path.clone() }).await;
    alice.until_notice(Notice::Done(Done::QrSaved)).await;
    alice.wish(Intent::SaveQr { identity, path: path.clone() }).await;
    alice.until_notice(Notice::Failed(Fault::AlreadyExists)).await;
    alice.wish(Intent::ScanFile(path.clone())).await;
    alice.until(|model| model.scanned.is_some()).await;
    let address = alice.address();
    assert_eq!(alice.model.scanned.take().unwrap().unwrap().as_str(), address);

    let picture = Pixels::decode(&std::fs::read(path).unwrap());
    *alice.desk.pixels.lock().unwrap() = picture;
    alice.wish(Intent::ScanClipboard).await;
    alice.until(|model| model.scanned.is_some()).await;
    assert_eq!(alice.model.scanned.take().unwrap().unwrap().as_str(), address);
    for (trouble, fault) in [
        (DeskError::Nothing, Fault::NoPicture),
        (DeskError::TooMuch, Fault::PictureUnreadable),
        (DeskError::Slow, Fault::ClipboardSlow),
    ] {
        *alice.desk.pixels.lock().unwrap() = Err(trouble);
        alice.wish(Intent::ScanClipboard).await;
        alice.until(|model| model.scanned.is_some()).await;
        assert_eq!(alice.model.scanned.take(), Some(Err(fault)));
    }
}

#[tokio::test]
async fn the_clipboard_and_the_dialog_are_asked_and_may_fail() {
    let road = Memory::new(13);
    let mut alice = Someone::arrive(&road, None).await;
    *alice.desk.text.lock().unwrap() = Ok("pasted text".into());
    alice.wish(Intent::Paste).await;
    let told = alice.until_told(|update| matches!(update, Update::Pasted(_))).await;
    assert!(matches!(told, Update::Pasted(text) if text == "pasted text"));
    for (trouble, fault) in [(DeskError::TooMuch, Fault::TooLong), (DeskError::Slow, Fault::ClipboardSlow)] {
        *alice.desk.text.lock().unwrap() = Err(trouble);
        alice.wish(Intent::Paste).await;
        alice.until_notice(Notice::Failed(fault)).await;
    }
    alice.wish(Intent::Choose(Purpose::Backup)).await;
    alice.until(|model| model.chosen == Some(Chosen { purpose: Purpose::Backup, path: None })).await;
    *alice.desk.choice.lock().unwrap() = Ok(Some("/somewhere/backup".into()));
    alice.wish(Intent::Choose(Purpose::Backup)).await;
    alice.until(|model| model.chosen.as_ref().is_some_and(|chosen| chosen.path.is_some())).await;
}

#[tokio::test]
async fn a_conversation_and_a_profile_can_be_written_elsewhere() {
    let road = Memory::new(14);
    let dir = tempfile::tempdir().unwrap();
    let (mut alice, mut bob) = (Someone::arrive(&road, None).await, Someone::arrive(&road, None).await);
    let (to_bob, _) = acquaint(&mut alice, &mut bob).await;
    alice.open(to_bob).await;
    alice.send(to_bob, "on the record").await;
    alice.message("on the record", |_| true).await;
    let path = dir.path().join("talk.txt").to_str().unwrap().to_owned();
    alice.wish(Intent::ExportTalk { contact: to_bob, path: path.clone() }).await;
    alice.until_notice(Notice::Done(Done::Exported)).await;
    assert!(std::fs::read_to_string(&path).unwrap().contains("on the record"));
    alice.wish(Intent::ExportTalk { contact: to_bob, path }).await;
    alice.until_notice(Notice::Failed(Fault::AlreadyExists)).await;
}

impl Someone {
    /// Loads another part of the open conversation.
    async fn open_again(&mut self, contact: ContactKey, part: Part) {
        self.model.talk.as_mut().unwrap().loading = true;
        self.wish(Intent::Load { contact, part }).await;
        self.until(|model| !model.talk.as_ref().unwrap().loading).await;
    }

    /// The numbers in the loaded messages.
    fn numbers(&self) -> Vec<usize> {
        let messages = self.model.talk.iter().flat_map(|talk| &talk.messages);
        messages.map(|message| message.text.as_str().strip_prefix("number ").unwrap().parse().unwrap()).collect()
    }
}

fn notes(someone: &Someone) -> Vec<String> {
    someone.desk.notes.lock().unwrap().clone()
}

async fn until_notes(someone: &Someone, count: usize) {
    let enough = async {
        while notes(someone).len() < count {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(window::HANGING, enough).await.expect("no notification");
}
