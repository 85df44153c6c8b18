//! Notices: said to a screen reader, dismissed by name, gone by themselves, in nobody's way.
#![allow(clippy::unwrap_used, reason = "a test says what went wrong by failing")]

mod kit;

use egui::accesskit::{Live, Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use kit::fixtures;
use pelure_ui::model::{Done, Fault, Notice};
use pelure_ui::settings::Language;
use pelure_ui::update::Update;

#[test]
fn a_notice_is_a_status() {
    let mut window = kit::window(fixtures::open());
    kit::take(&mut window, [Update::Done(Done::QrSaved)]);
    let said = window.get_by_role_and_label(Role::Status, "The picture is saved.");
    assert_eq!(said.accesskit_node().live(), Live::Polite);
}

#[test]
fn a_notice_takes_a_line_at_the_bottom_and_covers_nothing() {
    let mut window = kit::window(fixtures::open());
    kit::take(&mut window, [Update::Done(Done::QrSaved)]);
    let notice = window.get_by_role(Role::Status).rect();
    assert!(notice.top() > 720.0 - 48.0, "{notice:?}");
}

#[test]
fn a_notice_is_dismissed_by_name_and_the_others_stay() {
    let mut window = kit::window(fixtures::open());
    kit::take(&mut window, [Update::Done(Done::BackedUp), Update::Failed(Fault::DiskFull)]);
    kit::click(&mut window, "Dismiss: The backup is written.");
    assert!(window.query_by_label("The backup is written.").is_none());
    window.get_by_role(Role::Status);
    assert_eq!(window.state().window.model().notices, [Notice::Failed(Fault::DiskFull)]);
}

#[test]
fn a_notice_goes_by_itself_and_asks_for_no_frames_meanwhile() {
    let mut window = kit::window(fixtures::open());
    kit::take(&mut window, [Update::Done(Done::Exported), Update::Failed(Fault::DiskFull)]);
    assert_eq!(window.query_all_by_role(Role::Status).count(), 2);
    // 30 steps are 7.5 seconds of the window's time: a good notice has gone, a bad one stays longer.
    window.run_steps(30);
    let left = window.get_by_role(Role::Status).accesskit_node().label();
    assert!(left.is_some_and(|words| words.starts_with("The disk is full.")));
    window.run_steps(80);
    assert!(window.query_by_role(Role::Status).is_none());
    assert!(window.state().window.model().notices.is_empty());
}

#[test]
fn a_notice_is_in_reach_over_a_dialog() {
    let mut window = kit::window(fixtures::open());
    window.key_press(egui::Key::F1);
    window.run();
    window.get_by_role_and_label(Role::Dialog, "Keyboard");
    kit::take(&mut window, [Update::Done(Done::QrSaved)]);
    kit::click(&mut window, "Dismiss: The picture is saved.");
    assert!(window.query_by_role(Role::Status).is_none());
    window.get_by_role_and_label(Role::Dialog, "Keyboard");
}

#[test]
fn notices_are_said_in_french() {
    let mut window = kit::sized([320.0, 400.0], Language::French, fixtures::open());
    kit::take(&mut window, [Update::Done(Done::PassphraseChanged)]);
    window.get_by_label("La phrase secrète est changée.");
    kit::click(&mut window, "Masquer\u{a0}: La phrase secrète est changée.");
    assert!(window.query_by_label("La phrase secrète est changée.").is_none());
}
