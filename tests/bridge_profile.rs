//! The life of a profile as the window sees it, on the road in memory: made, opened, refused, destroyed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what went wrong by failing"
)]

#[path = "kit/window.rs"]
mod window;

use pelure::vault::{Passphrase, Vault, VaultError};
use pelure_onion::Memory;
use pelure_ui::intent::Intent;
use pelure_ui::model::{Fault, Notice, Stage};
use pelure_ui::settings::{Language, Look, Settings};
use window::{PASSPHRASE, Someone, acquaint, secret};

#[tokio::test]
async fn a_profile_is_destroyed_from_a_locked_window_too() {
    let road = Memory::new(5);
    let dir = tempfile::tempdir().unwrap();
    let profile = dir.path().join("alice");
    let (mut alice, mut bob) = (Someone::arrive(&road, Some(&profile)).await, Someone::arrive(&road, None).await);
    acquaint(&mut alice, &mut bob).await;
    alice.wish(Intent::Lock).await;
    alice.wish(Intent::Destroy).await;
    alice.until(|model| model.stage == Stage::Destroyed).await;
    alice.leave().await;
    let opened = Vault::open(&profile, &Passphrase::new(PASSPHRASE.into()));
    assert_eq!(opened.map(drop), Err(VaultError::NotFound));
}

/// Who wants this may have no time for a passphrase, or may not say it.
#[tokio::test]
async fn a_profile_that_waits_for_its_passphrase_is_destroyed_without_it() {
    let road = Memory::new(15);
    let dir = tempfile::tempdir().unwrap();
    let profile = dir.path().join("alice");
    let mut first = Someone::arrive(&road, Some(&profile)).await;
    let mut second = Someone::start(&road, Some(&profile));
    second.until(|model| model.stage == Stage::Sealed { fault: None }).await;
    second.wish(Intent::Destroy).await;
    // A program that has it open would go on writing: there it can be destroyed.
    second.until(|model| model.stage == Stage::Sealed { fault: Some(Fault::InUse) }).await;
    first.wish(Intent::Quit).await;
    first.until(|model| model.stage == Stage::Closing).await;
    first.leave().await;
    assert!(Vault::open(&profile, &Passphrase::new(PASSPHRASE.into())).is_ok());

    second.wish(Intent::Destroy).await;
    second.until(|model| model.stage == Stage::Destroyed).await;
    second.leave().await;
    let opened = Vault::open(&profile, &Passphrase::new(PASSPHRASE.into()));
    assert_eq!(opened.map(drop), Err(VaultError::NotFound));
    assert_eq!(std::fs::read_dir(&profile).unwrap().count(), 0, "nothing of it is left");

    let mut third = Someone::start(&road, Some(&profile));
    third.until(|model| model.stage == Stage::Fresh).await;
    // There is nothing to destroy.
    third.wish(Intent::Destroy).await;
    third.until_notice(Notice::Failed(Fault::NotAllowedNow)).await;
    third.leave().await;
}

#[tokio::test]
async fn what_is_wrong_with_a_profile_is_said_plainly() {
    let road = Memory::new(6);
    let dir = tempfile::tempdir().unwrap();
    let profile = dir.path().join("deep/er");
    let chosen = Settings { language: Language::French, look: Look::Dark, scale: 150, ..Settings::default() };
    let mut first = Someone::start(&road, Some(&profile));
    first.until(|model| model.stage == Stage::Fresh).await;
    first.wish(Intent::Set(chosen)).await;
    first.wish(Intent::Create { passphrase: secret(PASSPHRASE), offline: false }).await;
    first.until(|model| model.stage == Stage::Open).await;

    let mut second = Someone::start(&road, Some(&profile));
    second.until(|model| model.stage == Stage::Sealed { fault: None }).await;
    second.wish(Intent::Unlock { passphrase: secret(PASSPHRASE) }).await;
    second.until(|model| model.stage == Stage::Sealed { fault: Some(Fault::InUse) }).await;
    first.leave().await;
    second.wish(Intent::Unlock { passphrase: secret("wrong") }).await;
    second.until(|model| model.stage == Stage::Sealed { fault: Some(Fault::WrongPassphrase) }).await;
    second.wish(Intent::Unlock { passphrase: secret(PASSPHRASE) }).await;
    second.until(|model| model.stage == Stage::Open).await;
    assert_eq!(second.model.settings, chosen, "as the person left it");
    second.leave().await;

    std::fs::write(profile.join("key"), b"no key").unwrap();
    let mut third = Someone::start(&road, Some(&profile));
    third.until(|model| model.stage == Stage::Sealed { fault: None }).await;
    third.wish(Intent::Unlock { passphrase: secret(PASSPHRASE) }).await;
    third.until(|model| model.stage == Stage::Sealed { fault: Some(Fault::Damaged) }).await;
    third.leave().await;
}

#[tokio::test]
async fn drafts_and_last_words_are_there_after_a_restart() {
    let road = Memory::new(11);
    let dir = tempfile::tempdir().unwrap();
    let profile = dir.path().join("alice");
    let (mut alice, mut bob) = (Someone::arrive(&road, Some(&profile)).await, Someone::arrive(&road, None).await);
    let (to_bob, _) = acquaint(&mut alice, &mut bob).await;
    alice.open(to_bob).await;
    alice.send(to_bob, "first line\nsecond line").await;
    alice.message("first line\nsecond line", |_| true).await;
    alice.wish(Intent::Draft(to_bob, "about the".into())).await;
    alice.until(|model| model.contacts[&to_bob].draft == "about the").await;
    alice.wish(Intent::Quit).await;
    alice.until(|model| model.stage == Stage::Closing).await;
    alice.leave().await;

    let mut alice = Someone::start(&road, Some(&profile));
    alice.until(|model| model.stage == Stage::Sealed { fault: None }).await;
    alice.wish(Intent::Unlock { passphrase: secret(PASSPHRASE) }).await;
    alice.until(|model| model.stage == Stage::Open).await;
    assert_eq!(alice.contact().draft, "about the");
    assert_eq!(alice.contact().last.as_ref().unwrap().text.as_str(), "first line");
}
