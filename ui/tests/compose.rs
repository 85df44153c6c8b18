//! Writing, by accessible name: what is sent, what is kept, what is refused.

mod kit;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use kit::fixtures::{BOB, CLARA, clara, message, open, page};
use kit::{Seen, asked, click, strange, take};
use pelure_ui::intent::Intent;
use pelure_ui::keys::MessageKey;
use pelure_ui::model::Stage;
use pelure_ui::settings::{Language, Settings};
use pelure_ui::update::Update;

fn talking() -> Harness<'static, Seen> {
    // Emoji come from the fonts of the system, which tests do without.
    let mut harness = strange([1100.0, 720.0], Language::English, open());
    harness.get_by_role_and_label(Role::Button, "Bob").click();
    harness.run();
    take(&mut harness, [page(BOB, vec![message(1, true, "Hello"), message(2, false, "My words")])]);
    asked(&mut harness);
    harness
}

fn field<'h>(harness: &'h Harness<'static, Seen>) -> egui_kittest::Node<'h> {
    harness.get_by_role_and_label(Role::MultilineTextInput, "Message to Bob")
}

fn write(harness: &mut Harness<'static, Seen>, text: &str) {
    field(harness).focus();
    harness.run_steps(2);
    field(harness).type_text(text);
    harness.run_steps(2);
}

fn sent(text: &str) -> Intent {
    Intent::Send { contact: BOB, text: text.into(), reply_to: None }
}

fn drafts(intents: Vec<Intent>) -> Vec<Intent> {
    intents.into_iter().filter(|intent| matches!(intent, Intent::Draft(..))).collect()
}

#[test]
fn a_message_is_sent_by_key_and_by_button() {
    let mut harness = talking();
    write(&mut harness, "Thank you");
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(asked(&mut harness), [sent("Thank you")]);
    write(&mut harness, "See you");
    click(&mut harness, "Send");
    assert_eq!(asked(&mut harness), [sent("See you")]);
    assert_eq!(field(&harness).value().as_deref(), Some(""));
}

#[test]
fn a_line_is_begun_as_the_settings_have_it() {
    let mut harness = talking();
    write(&mut harness, "one");
    harness.key_press_modifiers(Modifiers::SHIFT, Key::Enter);
    harness.run_steps(2);
    write(&mut harness, "two");
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(asked(&mut harness), [sent("one\ntwo")]);
    take(&mut harness, [Update::Settings(Settings { enter_sends: false, ..Settings::default() })]);
    write(&mut harness, "one");
    harness.key_press(Key::Enter);
    harness.run_steps(2);
    write(&mut harness, "two");
    assert!(!asked(&mut harness).iter().any(|intent| matches!(intent, Intent::Send { .. })));
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    harness.run();
    assert!(asked(&mut harness).contains(&sent("one\ntwo")));
}

#[test]
fn nothing_is_not_sent() {
    let mut harness = talking();
    write(&mut harness, "  ");
    harness.key_press(Key::Enter);
    harness.run();
    assert!(!asked(&mut harness).iter().any(|intent| matches!(intent, Intent::Send { .. })));
}

#[test]
fn an_answer_names_its_message() {
    let mut harness = talking();
    harness.get_by_role_and_label(Role::Button, "Bob, 13:01: Hello").click_secondary();
    harness.run();
    click(&mut harness, "Reply");
    harness.get_by_label("Reply to Bob");
    assert!(field(&harness).is_focused());
    write(&mut harness, "Yes");
    harness.key_press(Key::Enter);
    harness.run();
    let reply = Intent::Send { contact: BOB, text: "Yes".into(), reply_to: Some(MessageKey(1)) };
    assert_eq!(asked(&mut harness), [reply]);
    assert!(harness.query_by_label("Reply to Bob").is_none());
}

#[test]
fn the_last_message_is_edited_with_the_arrow_and_the_draft_comes_back() {
    let mut harness = talking();
    field(&harness).focus();
    harness.run_steps(2);
    harness.key_press(Key::ArrowUp);
    harness.run_steps(2);
    assert_eq!(field(&harness).value().as_deref(), Some("My words"));
    write(&mut harness, " again");
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(asked(&mut harness), [Intent::Edit(MessageKey(2), "My words again".into())]);
    assert_eq!(field(&harness).value().as_deref(), Some(""));
}

#[test]
fn cancelling_an_edit_brings_the_draft_back() {
    let mut harness = talking();
    write(&mut harness, "half a thought");
    harness.get_by_role_and_label(Role::Button, "You, 13:02, delivered: My words").click_secondary();
    harness.run_steps(3);
    harness.get_by_label("Edit").click();
    harness.run_steps(3);
    assert_eq!(field(&harness).value().as_deref(), Some("My words"));
    harness.get_by_label("Cancel").click();
    harness.run_steps(3);
    assert_eq!(field(&harness).value().as_deref(), Some("half a thought"));
}

#[test]
fn a_pause_keeps_the_draft() {
    let mut harness = talking();
    write(&mut harness, "half a thought");
    assert_eq!(drafts(asked(&mut harness)), []);
    // The harness steps a quarter of a second.
    harness.run_steps(12);
    assert_eq!(drafts(asked(&mut harness)), [Intent::Draft(BOB, "half a thought".into())]);
    harness.run_steps(12);
    assert_eq!(drafts(asked(&mut harness)), [], "it is said once");
}

#[test]
fn leaving_a_conversation_keeps_its_draft_and_brings_the_other_one() {
    let mut harness = talking();
    write(&mut harness, "half a thought");
    harness.get_by_role_and_label(Role::Button, "Clara").click();
    harness.run_steps(3);
    assert_eq!(drafts(asked(&mut harness)), [Intent::Draft(BOB, "half a thought".into())]);
    let clara_field = harness.get_by_role_and_label(Role::MultilineTextInput, "Message to Clara");
    assert_eq!(clara_field.value().as_deref(), Some(clara().draft.as_str()));
    harness.get_by_role_and_label(Role::Button, "Bob").click();
    harness.run_steps(3);
    assert_eq!(field(&harness).value().as_deref(), Some("half a thought"));
    assert_ne!(BOB, CLARA);
}

#[test]
fn locking_keeps_the_draft_before_it_forgets_it() {
    let mut harness = talking();
    write(&mut harness, "half a thought");
    harness.key_press_modifiers(Modifiers::COMMAND, Key::L);
    harness.run_steps(2);
    let intents = asked(&mut harness);
    let draft = intents.iter().position(|intent| *intent == Intent::Draft(BOB, "half a thought".into()));
    let lock = intents.iter().position(|intent| *intent == Intent::Lock);
    assert!(draft.is_some() && draft < lock, "{intents:?}");
}

#[test]
fn a_lock_that_was_not_asked_for_keeps_the_draft_too() {
    let mut harness = talking();
    write(&mut harness, "half a thought");
    take(&mut harness, [Update::Stage(Stage::Locked { fault: None, unread: 0 })]);
    assert_eq!(drafts(asked(&mut harness)), [Intent::Draft(BOB, "half a thought".into())]);
    assert!(harness.query_by_label("half a thought").is_none());
}

#[test]
fn a_paste_that_is_too_long_changes_nothing_and_is_said() {
    let mut harness = talking();
    write(&mut harness, "before");
    harness.event(egui::Event::Paste("é".repeat(40_000)));
    harness.run_steps(3);
    assert_eq!(field(&harness).value().as_deref(), Some("before"));
    harness.get_by_label("Not pasted: the message would have 80006 bytes, and 65536 is the most.");
}

#[test]
fn what_is_left_is_said_near_the_end_and_too_much_is_not_sent() {
    let mut harness = talking();
    write(&mut harness, "x");
    harness.event(egui::Event::Paste("x".repeat(65_533)));
    harness.run_steps(3);
    harness.get_by_label("2 bytes left.");
    write(&mut harness, "xyz");
    harness.get_by_label("Too long by 1 byte.");
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    assert!(!asked(&mut harness).iter().any(|intent| matches!(intent, Intent::Send { .. })));
}

#[test]
fn an_emoji_is_found_by_name_and_put_in() {
    let mut harness = strange([1100.0, 720.0], Language::English, open());
    harness.get_by_role_and_label(Role::Button, "Bob").click();
    harness.run();
    harness.get_by_label("Emoji").click();
    harness.run_steps(3);
    harness.get_by_role_and_label(Role::TextInput, "Search emoji by English name").type_text("rocket");
    harness.run_steps(3);
    harness.get_by_label("rocket").click();
    harness.run_steps(3);
    assert_eq!(field(&harness).value().as_deref(), Some("🚀"));
}
