//! The lock screen and the stages with nothing to do, in both languages: nobody is named, nothing typed stays.
#![allow(clippy::unwrap_used, reason = "a test says what went wrong by failing")]

mod kit;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use kit::{Seen, fixtures};
use pelure_ui::intent::Intent;
use pelure_ui::model::{Fault, Place, Stage};
use pelure_ui::secret::Secret;
use pelure_ui::settings::Language;
use pelure_ui::update::Update;

#[test]
fn a_passphrase_opens_and_is_forgotten() {
    for (language, field, open) in
        [(Language::English, "Passphrase", "Unlock"), (Language::French, "Phrase secrète", "Déverrouiller")]
    {
        let mut window = kit::sized([1100.0, 720.0], language, [sealed(None)]);
        kit::write_secret(&mut window, field, "open sesame");
        kit::click(&mut window, open);
        assert_eq!(kit::asked(&mut window), [Intent::Unlock { passphrase: Secret::new("open sesame".into()) }]);
        assert_eq!(typed(&window, field), "");
    }
}

#[test]
fn undoing_brings_no_passphrase_back() {
    let mut window = kit::window([sealed(None)]);
    kit::write_secret(&mut window, "Passphrase", "open sesame");
    // Long enough for egui to make a point to which one could go back.
    window.run_steps(40);
    kit::click(&mut window, "Unlock");
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    window.run();
    assert_eq!(typed(&window, "Passphrase"), "");
}

#[test]
fn the_keyboard_is_in_the_field_and_enter_opens() {
    let mut window = kit::window([locked(0)]);
    window.event(egui::Event::Text("open sesame".into()));
    window.run();
    window.key_press(Key::Enter);
    window.run();
    assert_eq!(kit::asked(&mut window), [Intent::Unlock { passphrase: Secret::new("open sesame".into()) }]);
}

#[test]
fn an_empty_passphrase_is_not_tried() {
    let mut window = kit::window([locked(0)]);
    kit::click(&mut window, "Unlock");
    assert_eq!(kit::asked(&mut window), []);
    window.get_by_label("Write your passphrase first.");
}

#[test]
fn a_wrong_passphrase_is_said_plainly() {
    let mut window = kit::window([sealed(Some(Fault::WrongPassphrase))]);
    let said = window.get_by_label_contains("This is not the passphrase.");
    assert_eq!(said.accesskit_node().role(), Role::Alert);
    // It goes when the next attempt is typed.
    kit::write_secret(&mut window, "Passphrase", "x");
    assert!(window.query_by_label_contains("This is not the passphrase.").is_none());
}

#[test]
fn another_fault_is_said_too() {
    let window = kit::sized([320.0, 400.0], Language::French, [sealed(Some(Fault::InUse))]);
    window.get_by_label_contains("déjà ouvert");
}

#[test]
fn a_passphrase_is_shown_on_request_alone() {
    let mut window = kit::window([locked(0)]);
    kit::write_secret(&mut window, "Passphrase", "open sesame");
    assert!(!typed(&window, "Passphrase").contains("sesame"));
    kit::click(&mut window, "Show the passphrase");
    let field = window.get_by_role_and_label(Role::TextInput, "Passphrase");
    assert_eq!(field.accesskit_node().value().unwrap(), "open sesame");
}

#[test]
fn the_lock_screen_names_nobody_and_quotes_nothing() {
    let mut updates = fixtures::open();
    let secret = "The documents are ready.";
    updates.push(locked(3));
    let window = kit::window(updates);
    window.get_by_label("3 new messages.");
    for word in ["Bob", "Clara", "Dmitri", "Desk", secret, ".onion"] {
        assert!(window.query_by_label_contains(word).is_none(), "{word}");
    }
}

#[test]
fn news_while_locked_leaves_what_is_being_typed() {
    let mut window = kit::window([locked(0)]);
    kit::write_secret(&mut window, "Passphrase", "open");
    kit::take(&mut window, [locked(1)]);
    window.get_by_label("One new message.");
    assert_eq!(typed(&window, "Passphrase").chars().count(), 4);
}

#[test]
fn the_keys_lock_and_quit() {
    let mut window = kit::window(fixtures::open());
    window.key_press_modifiers(Modifiers::COMMAND, Key::L);
    window.key_press_modifiers(Modifiers::COMMAND, Key::Q);
    window.run();
    assert_eq!(kit::asked(&mut window), [Intent::Lock, Intent::Quit]);
}

#[test]
fn without_a_passphrase_there_is_no_locking() {
    let mut updates = fixtures::open();
    updates.push(Update::Place(Place { traceless: true, ..Place::default() }));
    let mut window = kit::window(updates);
    window.key_press_modifiers(Modifiers::COMMAND, Key::L);
    window.run();
    assert_eq!(kit::asked(&mut window), []);
}

#[test]
fn the_keys_are_destroyed_after_one_confirmation_also_while_locked() {
    let mut window = kit::window([locked(0)]);
    kit::click(&mut window, "Destroy the keys…");
    assert_eq!(kit::asked(&mut window), []);
    kit::click(&mut window, "Destroy everything now");
    assert_eq!(kit::asked(&mut window), [Intent::Destroy]);
}

#[test]
fn the_panic_key_asks_once_wherever_there_are_keys() {
    for stage in [Stage::Open, Stage::Sealed { fault: None }] {
        let updates = fixtures::open().into_iter().chain([Update::Stage(stage)]);
        let mut window = kit::sized([320.0, 400.0], Language::French, updates);
        window.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::Delete);
        window.run();
        assert_eq!(kit::asked(&mut window), []);
        window.get_by_label("Tout détruire maintenant").click_accesskit();
        window.run();
        assert_eq!(kit::asked(&mut window), [Intent::Destroy]);
    }
}

#[test]
fn locking_closes_what_was_open() {
    let mut window = kit::window(fixtures::open());
    window.key_press(Key::F1);
    window.run();
    window.get_by_role_and_label(Role::Dialog, "Keyboard");
    kit::take(&mut window, [locked(0)]);
    assert!(window.query_by_role(Role::Dialog).is_none());
}

#[test]
fn every_pause_says_what_happens() {
    for (stage, title) in [
        (Stage::Opening, "Opening"),
        (Stage::Closing, "Closing"),
        (Stage::Destroyed, "The keys are destroyed"),
        (Stage::Broken(Fault::Damaged), "Pelure cannot go on"),
    ] {
        let window = kit::window([Update::Stage(stage)]);
        window.get_by_role_and_label(Role::Heading, title);
    }
}

#[test]
fn every_fault_has_words_and_something_to_do() {
    for language in Language::ALL {
        let quit = if language == Language::French { "Quitter" } else { "Quit" };
        for fault in faults() {
            let mut window = kit::sized([320.0, 400.0], language, [Update::Stage(Stage::Broken(fault.clone()))]);
            let said = window.query_by_role(Role::Alert).map(|node| node.accesskit_node().label());
            assert!(said.flatten().is_some_and(|words| words.len() > 8), "{fault:?}");
            window.get_by_label(quit).click_accesskit();
            window.run();
            assert_eq!(kit::asked(&mut window), [Intent::Quit], "{fault:?}");
        }
    }
}

fn faults() -> Vec<Fault> {
    use Fault::*;
    vec![
        AlreadyExists,
        BadAddress,
        BadName,
        Blocked,
        Damaged,
        DiskFull,
        Empty,
        InUse,
        NoPicture,
        NoQr,
        NoTmpfs,
        NotAllowedNow,
        NotFound,
        OwnAddress,
        Permission,
        PictureUnreadable,
        Storage("disk I/O error".into()),
        TooLong,
        TooNew,
        Tor("no state directory".into()),
        WrongPassphrase,
    ]
}

fn sealed(fault: Option<Fault>) -> Update {
    Update::Stage(Stage::Sealed { fault })
}

fn locked(unread: u64) -> Update {
    Update::Stage(Stage::Locked { fault: None, unread })
}

fn typed(window: &Harness<'_, Seen>, field: &str) -> String {
    window.get_by_role_and_label(Role::PasswordInput, field).accesskit_node().value().unwrap_or_default()
}
