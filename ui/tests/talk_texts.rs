//! The conversation by accessible name: texts that are hostile, foreign or long, and windows that are small.

mod kit;

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use kit::fixtures::{BOB, CLARA, message, open, page};
use kit::talking::{WIDE, acts, enter, many, shown, talking, text, two, wheel};
use kit::{click, sized, strange, take};
use pelure_ui::model::{Delivery, Message};
use pelure_ui::settings::{Language, Settings};
use pelure_ui::update::Update;

#[test]
fn hostile_texts_stay_in_their_bubble() {
    let long = "x".repeat(65_536);
    let marks = format!("a{}", "\u{301}".repeat(30_000));
    let emoji = "😀".repeat(10_000);
    let lines = "\n".repeat(65_000);
    for (name, hostile) in [("long", long), ("marks", marks), ("emoji", emoji), ("lines", lines)] {
        let mut harness = strange(WIDE, Language::English, open());
        enter(&mut harness, vec![message(1, true, &hostile), message(2, false, "after")]);
        text(&harness, "after");
        harness.get_by_role_and_label(Role::Button, "Show all");
        for node in harness.get_all_by_role(Role::Label) {
            assert!(node.rect().right() <= 1100.0, "{name}: {:?}", node.rect());
        }
    }
}

#[test]
fn markup_is_text() {
    let harness = talking(vec![message(1, true, "<b>bold</b> [link](https://example.org) **strong**")]);
    text(&harness, "<b>bold</b> [link](https://example.org) **strong**");
}

#[test]
fn characters_that_turn_text_round_are_marked() {
    let harness = talking(vec![message(1, true, "exe.\u{202e}gpj")]);
    text(&harness, "exe.\u{fffd}gpj");
}

#[test]
fn a_small_window_and_large_letters_stay_usable() {
    let large = Update::Settings(Settings { scale: 200, ..Settings::default() });
    for (size, update) in [([320.0, 400.0], Update::Settings(Settings::default())), (WIDE, large)] {
        let mut harness = sized(size, Language::English, open().into_iter().chain([update]));
        enter(&mut harness, two());
        let field = harness.get_by_role_and_label(Role::MultilineTextInput, "Message to Bob").rect();
        let whole = harness.ctx.content_rect();
        assert!(whole.contains_rect(field), "{field:?} in {whole:?}");
        let send = harness.get_by_label("Send").rect();
        assert!(whole.contains_rect(send), "{send:?} in {whole:?}");
        text(&harness, "I can fetch them tomorrow.");
    }
}

#[test]
fn one_column_leads_back_to_the_list() {
    let mut harness = sized([400.0, 600.0], Language::English, open());
    enter(&mut harness, two());
    assert!(harness.query_by_label("Clara").is_none());
    click(&mut harness, "Back");
    harness.get_by_label("Clara");
}

#[test]
fn it_speaks_french() {
    let mut harness = sized(WIDE, Language::French, open());
    let settings = Settings { language: Language::French, ..Settings::default() };
    take(&mut harness, [Update::Settings(settings)]);
    harness.get_by_role_and_label(Role::Button, "Clara").click();
    harness.run_steps(3);
    harness.get_by_label("Clara est injoignable\u{202f}: Tor ne trouve pas son service.");
    let queued = Message { delivery: Delivery::Queued, ..message(1, false, "Bonjour") };
    harness.state_mut().window.take(page(CLARA, vec![queued]));
    harness.run_steps(3);
    harness.get_by_role_and_label(Role::Button, "Vous, 13:01, en attente\u{202f}: Bonjour");
    harness.get_by_label("Message à Clara");
}

#[test]
fn right_to_left_text_is_set_from_the_right_and_copied_as_written() {
    let written = "שלום (עולם) 123";
    let mut harness = strange(WIDE, Language::English, open());
    enter(&mut harness, vec![message(1, true, written)]);
    text(&harness, written);
    acts(&mut harness, &format!("Bob, 13:01: {written}"));
    harness.get_by_label("Copy text").click();
    harness.step();
    let commands = &harness.output().platform_output.commands;
    assert!(commands.iter().any(|c| matches!(c, egui::OutputCommand::CopyText(t) if t == written)));
}

#[test]
fn a_removed_contact_leaves_no_conversation() {
    let mut harness = talking(two());
    take(&mut harness, [Update::ContactGone(BOB)]);
    assert!(harness.query_by_label("The documents are ready.").is_none());
    harness.get_by_label("Choose a conversation.");
}

#[test]
fn a_new_message_appears_where_one_reads() {
    let mut harness = talking(many(1..=100));
    text(&harness, "number 100");
    let new = Update::Message { contact: BOB, message: Box::new(message(101, true, "number 101")) };
    take(&mut harness, [new]);
    text(&harness, "number 101");
    // And stays out of the way of who reads further up.
    harness.hover_at(egui::pos2(700.0, 300.0));
    harness.run();
    (0..5).for_each(|_| wheel(&mut harness, 80.0));
    let new = Update::Message { contact: BOB, message: Box::new(message(102, true, "number 102")) };
    let before = shown(&harness, 1..=100);
    take(&mut harness, [new]);
    assert_eq!(shown(&harness, 1..=100), before);
    harness.get_by_label("Go to the newest message, 1 new");
}

#[test]
fn another_conversation_is_another_one() {
    let mut harness = talking(two());
    harness.get_by_role_and_label(Role::Button, "Clara").click();
    harness.run_steps(3);
    assert!(harness.query_by_label("The documents are ready.").is_none());
}
