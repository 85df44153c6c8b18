//! The conversation and the list beside it, by accessible name: state in, intents out.

mod kit;

use egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use kit::fixtures::{BOB, CLARA, at, bob, clara, contact, message, open, page};
use kit::{Seen, asked, click, take, window, write};
use pelure_ui::intent::{Intent, Part};
use pelure_ui::keys::MessageKey;
use pelure_ui::model::{Delivery, Message, Presence, Quote, Reaction, Reason, Receipts, Shown, Standing};
use pelure_ui::update::Update;

/// A window in which the conversation with Bob is open.
fn talking(messages: Vec<Message>) -> Harness<'static, Seen> {
    let mut harness = window(open());
    harness.get_by_role_and_label(Role::Button, "Bob").click();
    harness.run();
    take(&mut harness, [page(BOB, messages)]);
    harness
}

fn two() -> Vec<Message> {
    vec![message(1, true, "The documents are ready."), message(2, false, "I can fetch them tomorrow.")]
}

#[test]
fn opening_a_conversation_loads_it_and_says_that_it_was_read() {
    let mut harness = window(open());
    harness.get_by_role_and_label(Role::Button, "Bob").click();
    harness.run();
    assert_eq!(asked(&mut harness), [Intent::Load { contact: BOB, part: Part::Newest }]);
    take(&mut harness, [page(BOB, two())]);
    harness.get_by_role_and_label(Role::Label, "The documents are ready.");
    assert_eq!(asked(&mut harness), [Intent::MarkRead(BOB)]);
}

#[test]
fn a_message_is_written_and_sent_by_key_and_by_button() {
    let mut harness = talking(two());
    asked(&mut harness);
    write(&mut harness, "Message to Bob", "Thank you");
    harness.key_press(egui::Key::Enter);
    harness.run();
    let sent = |text: &str| Intent::Send { contact: BOB, text: text.into(), reply_to: None };
    assert!(asked(&mut harness).contains(&sent("Thank you")));
    write(&mut harness, "Message to Bob", "See you");
    click(&mut harness, "Send");
    assert!(asked(&mut harness).contains(&sent("See you")));
}
