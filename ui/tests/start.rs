//! The first start, in both languages: one decision on each step, nothing typed that stays.
#![allow(clippy::unwrap_used, reason = "a test says what went wrong by failing")]

mod kit;

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use kit::{Seen, fixtures};
use pelure_ui::intent::Intent;
use pelure_ui::model::{Obstacle, Place, Reach, Stage, Step, Tor};
use pelure_ui::secret::Secret;
use pelure_ui::settings::{Language, Look, Settings};
use pelure_ui::update::Update;

#[test]
fn language_and_look_are_asked_for_at_once() {
    let mut window = kit::window([Update::Stage(Stage::Fresh)]);
    kit::click(&mut window, "Français");
    let settings = Settings { language: Language::French, ..Settings::default() };
    assert_eq!(kit::asked(&mut window), [Intent::Set(settings)]);
    kit::take(&mut window, [Update::Settings(settings)]);
    kit::click(&mut window, "Sombre");
    assert_eq!(kit::asked(&mut window), [Intent::Set(Settings { look: Look::Dark, ..settings })]);
    window.get_by_role_and_label(Role::Heading, "Bienvenue dans Pelure");
}

#[test]
fn a_profile_is_made_with_the_keyboard_alone() {
    let mut window = kit::window([Update::Stage(Stage::Fresh)]);
    // The focus is on the button that goes on, then on the first field.
    press(&mut window, Key::Enter);
    type_text(&mut window, GOOD);
    press(&mut window, Key::Enter);
    type_text(&mut window, GOOD);
    press(&mut window, Key::Enter);
    assert_eq!(kit::asked(&mut window), [Intent::Create { passphrase: Secret::new(GOOD.into()), offline: false }]);
    assert_typed_nothing(&window);
    kit::take(&mut window, [Update::Stage(Stage::Opening)]);
    kit::take(&mut window, [Update::Stage(Stage::Open)]);
    type_text(&mut window, " Desk ");
    press(&mut window, Key::Enter);
    assert_eq!(kit::asked(&mut window), [Intent::AddIdentity { name: "Desk".into() }]);
    kit::take(&mut window, [Update::Identities(vec![fixtures::me()])]);
    window.get_by_label("Step 4 of 4");
    window.get_by_label("QR code of your address");
    window.get_by_label(&fixtures::me().address);
    press(&mut window, Key::Enter);
    assert!(window.query_by_label("Step 4 of 4").is_none());
    assert_eq!(kit::asked(&mut window), []);
}

#[test]
fn a_profile_is_made_in_french() {
    let mut window = kit::sized([320.0, 400.0], Language::French, [Update::Stage(Stage::Fresh)]);
    go(&mut window, "Continuer");
    kit::write_secret(&mut window, "Phrase secrète", GOOD);
    kit::write_secret(&mut window, "Phrase secrète, encore une fois", GOOD);
    window.get_by_label("Solide");
    go(&mut window, "Continuer");
    assert_eq!(kit::asked(&mut window), [Intent::Create { passphrase: Secret::new(GOOD.into()), offline: false }]);
    kit::take(&mut window, [Update::Stage(Stage::Open)]);
    kit::write(&mut window, "Nom", "Bureau");
    go(&mut window, "Continuer");
    assert_eq!(kit::asked(&mut window), [Intent::AddIdentity { name: "Bureau".into() }]);
    kit::take(&mut window, [Update::Identities(vec![fixtures::me()])]);
    window.get_by_label("Code QR de votre adresse");
    go(&mut window, "Commencer");
    assert!(window.query_by_label("Commencer").is_none());
}

#[test]
fn an_empty_passphrase_is_never_taken() {
    let mut window = second_step();
    go(&mut window, "Next");
    go(&mut window, "Next");
    assert_eq!(kit::asked(&mut window), []);
    window.get_by_label_contains("Write a passphrase first.");
}

#[test]
fn two_different_passphrases_are_not_taken() {
    let mut window = second_step();
    kit::write_secret(&mut window, "Passphrase", GOOD);
    kit::write_secret(&mut window, "Passphrase, once more", "another");
    go(&mut window, "Next");
    assert_eq!(kit::asked(&mut window), []);
    window.get_by_label_contains("are not the same");
}

#[test]
fn a_weak_passphrase_needs_a_second_decision() {
    let mut window = second_step();
    kit::write_secret(&mut window, "Passphrase", "Summer2026");
    window.get_by_label("Weak");
    window.get_by_label_contains("within the hour");
    kit::write_secret(&mut window, "Passphrase, once more", "Summer2026");
    assert!(window.query_by_label("Use this weak passphrase all the same").is_none());
    go(&mut window, "Next");
    assert_eq!(kit::asked(&mut window), []);
    window.get_by_label_contains("This passphrase is weak");
    go(&mut window, "Use this weak passphrase all the same");
    go(&mut window, "Next");
    assert_eq!(
        kit::asked(&mut window),
        [Intent::Create { passphrase: Secret::new("Summer2026".into()), offline: false }]
    );
}

#[test]
fn going_back_forgets_what_was_typed() {
    let mut window = second_step();
    kit::write_secret(&mut window, "Passphrase", GOOD);
    go(&mut window, "Back");
    go(&mut window, "Next");
    assert_typed_nothing(&window);
}

#[test]
fn no_trace_is_explained_and_asks_for_no_passphrase() {
    let mut window =
        kit::window([Update::Stage(Stage::Fresh), Update::Place(Place { swap: true, ..Place::default() })]);
    go(&mut window, "Next");
    go(&mut window, "Leave no trace");
    assert!(window.query_by_role(Role::PasswordInput).is_none());
    window.get_by_label_contains("Traces may remain");
    go(&mut window, "Stay offline until I have set bridges or a proxy");
    go(&mut window, "Next");
    assert_eq!(kit::asked(&mut window), [Intent::CreateTraceless { offline: true }]);
}

#[test]
fn a_stick_without_permissions_is_said_before_a_profile_is_on_it() {
    let place = Place { open_medium: true, ..Place::default() };
    let mut window = kit::window([Update::Stage(Stage::Fresh), Update::Place(place)]);
    go(&mut window, "Next");
    window.get_by_label_contains("keeps no permissions");
}

#[test]
fn no_trace_says_why_it_is_not_possible() {
    let place = Place { may_be_traceless: false, ..Place::default() };
    let mut window = kit::window([Update::Stage(Stage::Fresh), Update::Place(place)]);
    go(&mut window, "Next");
    let card = window.get_by_label("Leave no trace");
    assert!(card.accesskit_node().is_disabled());
    assert_eq!(
        card.accesskit_node().description().unwrap(),
        "Not possible on this computer: it has no directory in memory."
    );
    card.click();
    window.run();
    window.get_by_role_and_label(Role::PasswordInput, "Passphrase");
}

#[test]
fn where_the_profile_will_be_is_shown() {
    let place = Place { profile: "/home/desk/pelure".into(), ..Place::default() };
    let mut window = kit::window([Update::Stage(Stage::Fresh), Update::Place(place)]);
    go(&mut window, "Next");
    window.get_by_label_contains("/home/desk/pelure");
}

#[test]
fn an_empty_name_is_not_taken() {
    let mut window = kit::window([Update::Stage(Stage::Open)]);
    kit::write(&mut window, "Name", "   ");
    go(&mut window, "Next");
    assert_eq!(kit::asked(&mut window), []);
    window.get_by_label_contains("Write a name first.");
}

#[test]
fn tor_says_how_far_it_is_and_what_holds_it_up() {
    let connecting = |fraction| Update::Tor(Tor::Connecting { fraction, step: Step::Directory });
    let mut window = last_step();
    kit::take(&mut window, [connecting(0.46)]);
    let bar = window.get_by_role_and_label(Role::ProgressIndicator, "Progress of Tor");
    assert_eq!(bar.accesskit_node().numeric_value(), Some(46.0));
    window.get_by_label("Tor is connecting: 46 %");
    window.get_by_label("Now: fetching the list of relays");
    // A hundred steps are 25 seconds of the window's time.
    window.run_steps(100);
    window.get_by_label_contains("Tor has been waiting here for a while: fetching the list of relays.");
    kit::take(&mut window, [connecting(0.5)]);
    window.get_by_label("Now: fetching the list of relays");
    kit::take(&mut window, [Update::Tor(Tor::Blocked { fraction: 0.5, reason: Obstacle::Offline })]);
    window.get_by_label("Tor cannot connect");
    window.get_by_label("This computer seems to be offline.");
    kit::take(&mut window, [Update::Tor(Tor::Ready), Update::Reach(fixtures::ME, Reach::Starting)]);
    window.get_by_label_contains("being published");
    kit::take(&mut window, [Update::Reach(fixtures::ME, Reach::Reachable)]);
    window.get_by_label("Tor is connected. Others can reach you.");
}

#[test]
fn the_address_is_copied() {
    let mut window = last_step();
    window.get_by_label("Copy the address").click();
    window.step();
    let copied = egui::OutputCommand::CopyText(fixtures::me().address);
    assert!(window.output().platform_output.commands.contains(&copied));
    window.run();
    window.get_by_label("Copied.");
}

#[test]
fn news_of_tor_does_not_disturb_what_is_being_typed() {
    let mut window = second_step();
    kit::write_secret(&mut window, "Passphrase", GOOD);
    kit::take(&mut window, [Update::Tor(Tor::Ready)]);
    let field = window.get_by_role_and_label(Role::PasswordInput, "Passphrase");
    assert_eq!(field.accesskit_node().value().unwrap().chars().count(), GOOD.chars().count());
}

fn second_step() -> Harness<'static, Seen> {
    let mut window = kit::window([Update::Stage(Stage::Fresh)]);
    go(&mut window, "Next");
    window
}

fn last_step() -> Harness<'static, Seen> {
    let mut window = kit::window([Update::Stage(Stage::Open)]);
    kit::write(&mut window, "Name", "Desk");
    go(&mut window, "Next");
    kit::take(&mut window, [Update::Identities(vec![fixtures::me()])]);
    window
}

/// Acts on what has this name, also where one would have to scroll to it.
fn go(window: &mut Harness<'_, Seen>, name: &str) {
    window.get_by_label(name).click_accesskit();
    window.run();
}

fn press(window: &mut Harness<'_, Seen>, key: Key) {
    window.key_press(key);
    window.run();
}

fn type_text(window: &mut Harness<'_, Seen>, text: &str) {
    window.event(egui::Event::Text(text.to_owned()));
    window.run();
}

/// No passphrase field holds anything.
fn assert_typed_nothing(window: &Harness<'_, Seen>) {
    for field in window.query_all_by_role(Role::PasswordInput) {
        assert_eq!(field.accesskit_node().value().unwrap_or_default(), "");
    }
}

const GOOD: &str = "mule lantern ochre fabric drizzle";
