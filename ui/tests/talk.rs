//! The conversation by accessible name: what is shown of messages, and what can be done with each.

mod kit;

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use kit::fixtures::{BOB, bob, message, open, page};
use kit::talking::{OURS, THEIRS, acts, many, shown, talking, talking_with, text, two, wheel};
use kit::{asked, click, take, window};
use pelure_ui::intent::{Intent, Part};
use pelure_ui::keys::MessageKey;
use pelure_ui::model::{
    Contact, Date, Delivery, Message, Moment, Presence, Quote, Reaction, Reason, Receipts, Shown, Standing,
};
use pelure_ui::update::{Page, PagePlace, Update};

#[test]
fn opening_a_conversation_loads_it_and_says_that_it_was_read() {
    let mut harness = window(open());
    harness.get_by_role_and_label(Role::Button, "Bob").click();
    harness.run();
    assert_eq!(asked(&mut harness), [Intent::Load { contact: BOB, part: Part::Newest }]);
    take(&mut harness, [page(BOB, two())]);
    text(&harness, "The documents are ready.");
    text(&harness, "Today");
    assert_eq!(asked(&mut harness), [Intent::MarkRead(BOB)]);
    harness.run();
    assert_eq!(asked(&mut harness), [], "it is said once");
}

#[test]
fn nothing_counts_as_read_while_the_window_is_not_looked_at() {
    let mut harness = window(open());
    harness.get_by_role_and_label(Role::Button, "Bob").click();
    harness.run();
    harness.input_mut().focused = false;
    take(&mut harness, [page(BOB, two())]);
    assert!(!asked(&mut harness).contains(&Intent::MarkRead(BOB)));
    harness.input_mut().focused = true;
    harness.run();
    assert!(asked(&mut harness).contains(&Intent::MarkRead(BOB)));
}

#[test]
fn nothing_counts_as_read_while_the_newest_is_out_of_view() {
    let mut harness = talking_with(Contact { unread: 90, ..bob() }, many(1..=200));
    assert!(!asked(&mut harness).contains(&Intent::MarkRead(BOB)), "the first unread message is in view");
    text(&harness, "New messages");
    text(&harness, "number 22");
    click(&mut harness, "Go to the newest message, 90 new");
    text(&harness, "number 200");
    assert!(asked(&mut harness).contains(&Intent::MarkRead(BOB)));
}

#[test]
fn each_state_is_a_word() {
    for (delivery, word) in [
        (Delivery::Queued, "queued"),
        (Delivery::Sent, "sent"),
        (Delivery::Delivered, "delivered"),
        (Delivery::Read, "read"),
        (Delivery::Recalled, "recalled"),
        (Delivery::Failed, "failed"),
    ] {
        let harness = talking(vec![Message { delivery, ..message(1, false, "Hello") }]);
        harness.get_by_role_and_label(Role::Button, &format!("You, 13:01, {word}: Hello"));
    }
}

#[test]
fn a_message_is_copied_from_its_menu() {
    let mut harness = talking(two());
    acts(&mut harness, THEIRS);
    harness.get_by_label("Copy text").click();
    harness.step();
    let copied =
        harness.output().platform_output.commands.iter().any(
            |command| matches!(command, egui::OutputCommand::CopyText(text) if text == "The documents are ready."),
        );
    assert!(copied, "{:?}", harness.output().platform_output.commands);
}

#[test]
fn what_can_be_done_with_their_message() {
    let mut harness = talking(two());
    asked(&mut harness);
    acts(&mut harness, THEIRS);
    for name in ["Edit", "Take back", "Delete for both"] {
        assert!(harness.query_by_label(name).is_none(), "{name} is not for what others wrote");
    }
    click(&mut harness, "Delete here only");
    assert_eq!(asked(&mut harness), [Intent::DeleteHere(MessageKey(1))]);
}

#[test]
fn deleting_for_both_says_what_it_cannot_promise() {
    let mut harness = talking(two());
    asked(&mut harness);
    acts(&mut harness, OURS);
    click(&mut harness, "Delete for both");
    assert_eq!(asked(&mut harness), [], "not before it was confirmed");
    harness.get_by_label_contains("Bob may have kept a copy.");
    click(&mut harness, "Delete for both");
    assert_eq!(asked(&mut harness), [Intent::DeleteForBoth(MessageKey(2))]);
}

#[test]
fn a_queued_message_says_when_it_leaves_and_can_be_taken_back() {
    let queued = Message { delivery: Delivery::Queued, ..message(2, false, "Later") };
    let mut harness = talking(vec![message(1, true, "Hello"), queued]);
    asked(&mut harness);
    acts(&mut harness, "You, 13:02, queued: Later");
    click(&mut harness, "Take back");
    assert_eq!(asked(&mut harness), [Intent::Recall(MessageKey(2))]);
}

#[test]
fn a_reaction_is_given_and_taken_back() {
    let reactions = vec![Reaction { mine: true, emoji: Shown::new("👍") }];
    let mut harness = talking(vec![Message { reactions, ..message(1, true, "Hello") }]);
    asked(&mut harness);
    click(&mut harness, "Your reaction: 👍");
    assert_eq!(asked(&mut harness), [Intent::React(MessageKey(1), None)]);
    acts(&mut harness, "Bob, 13:01: Hello");
    click(&mut harness, "red heart");
    assert_eq!(asked(&mut harness), [Intent::React(MessageKey(1), Some("❤️".into()))]);
}

#[test]
fn a_quote_leads_to_its_place() {
    let quote = Quote { key: Some(MessageKey(3)), incoming: true, text: Shown::new("number 2") };
    let mut messages = many(100..=160);
    messages.push(Message { quote: Some(quote), ..message(161, false, "Yes") });
    let mut harness = talking(messages);
    asked(&mut harness);
    click(&mut harness, "In reply to: number 2");
    assert_eq!(asked(&mut harness), [Intent::Load { contact: BOB, part: Part::Around(MessageKey(3)) }]);
    let around = Page { contact: BOB, place: PagePlace::Whole, messages: many(1..=60), older: false, newer: true };
    take(&mut harness, [Update::Page(around)]);
    text(&harness, "number 3");
    assert!(harness.query_by_label("number 60").is_none(), "the place is in view, not the end");
}

#[test]
fn an_edited_message_shows_what_it_was() {
    let mut harness = talking(vec![Message { edited: true, ..message(1, true, "Hello") }]);
    asked(&mut harness);
    click(&mut harness, "edited");
    assert!(asked(&mut harness).contains(&Intent::ShowHistory(MessageKey(1))));
}

#[test]
fn a_deleted_message_shows_nothing_of_what_it_was() {
    let mut harness = talking(vec![Message { deleted: true, ..message(1, true, "") }]);
    text(&harness, "This message was deleted.");
    acts(&mut harness, "Bob, 13:01: This message was deleted.");
    assert!(harness.query_by_label("Copy text").is_none());
    harness.get_by_label("Delete here only");
}

#[test]
fn a_link_is_text_and_is_copied_with_a_warning() {
    let mut harness = talking(vec![message(1, true, "Look at https://example.org/a?b=1.")]);
    acts(&mut harness, "Bob, 13:01: Look at https://example.org/a?b=1.");
    harness.get_by_label("Opening a link elsewhere may tell others who you are.");
    harness.get_by_label("Copy link https://example.org/a?b=1").click();
    harness.step();
    let commands = &harness.output().platform_output.commands;
    assert!(commands.iter().any(|c| matches!(c, egui::OutputCommand::CopyText(t) if t == "https://example.org/a?b=1")));
    assert!(!commands.iter().any(|c| matches!(c, egui::OutputCommand::OpenUrl(_))), "nothing opens a link");
}

#[test]
fn the_keyboard_alone_reaches_a_message_and_its_acts() {
    let mut harness = talking(two());
    asked(&mut harness);
    harness.get_by_role_and_label(Role::Button, OURS).focus();
    harness.run();
    harness.key_press(Key::ArrowUp);
    harness.run();
    assert!(harness.get_by_role_and_label(Role::Button, THEIRS).is_focused());
    harness.key_press(Key::Enter);
    harness.run();
    assert!(harness.get_by_label("Copy text").is_focused(), "the menu takes the focus");
    harness.key_press(Key::ArrowDown);
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    harness.get_by_label("Reply to Bob");
    harness.key_press(Key::Escape);
    harness.run();
    assert!(harness.query_by_label("Reply to Bob").is_none());
}

#[test]
fn escape_closes_the_menu_and_gives_the_focus_back() {
    let mut harness = talking(two());
    harness.get_by_role_and_label(Role::Button, OURS).focus();
    harness.run();
    harness.key_press(Key::Menu);
    harness.run();
    harness.get_by_label("Copy text");
    harness.key_press(Key::Escape);
    harness.run();
    assert!(harness.query_by_label("Copy text").is_none());
    assert!(harness.get_by_role_and_label(Role::Button, OURS).is_focused());
}

#[test]
fn scrolling_to_the_top_asks_for_more_and_nothing_jumps() {
    let mut harness = window(open());
    harness.get_by_role_and_label(Role::Button, "Bob").click();
    harness.run();
    let newest = Page { contact: BOB, place: PagePlace::Whole, messages: many(101..=200), older: true, newer: false };
    take(&mut harness, [Update::Page(newest)]);
    asked(&mut harness);
    harness.hover_at(egui::pos2(700.0, 300.0));
    harness.run();
    let mut wished = Vec::new();
    for _ in 0..60 {
        wheel(&mut harness, 80.0);
        wished.extend(asked(&mut harness));
        if !wished.is_empty() {
            break;
        }
    }
    assert_eq!(wished, [Intent::Load { contact: BOB, part: Part::Before(MessageKey(101)) }]);
    let seen: Vec<(i64, egui::Rect)> = shown(&harness, 101..=200);
    assert!(seen.len() > 3);
    let before = Page { contact: BOB, place: PagePlace::Before, messages: many(1..=100), older: false, newer: false };
    take(&mut harness, [Update::Page(before)]);
    for (key, rect) in seen {
        let now = text(&harness, &format!("number {key}")).rect();
        assert!((now.top() - rect.top()).abs() < 1.0, "{key} moved from {rect} to {now}");
    }
}

#[test]
fn only_what_is_near_the_view_is_laid_out() {
    let harness = talking(many(1..=2_000));
    let rows = shown(&harness, 1..=2_000).len();
    assert!((5..60).contains(&rows), "{rows} rows");
    text(&harness, "number 2000");
}

#[test]
fn days_are_set_apart() {
    let old = Moment { date: Date { year: 2025, month: 12, day: 31, weekday: 3 }, hour: 23, minute: 59 };
    let harness = talking(vec![Message { at: old, ..message(1, true, "Old") }, message(2, true, "New")]);
    text(&harness, "Wednesday 31 December 2025");
    text(&harness, "Today");
}

#[test]
fn presence_is_said_with_its_reason_and_can_be_retried() {
    let presence = Presence::Offline { reason: Reason::NotFound, next: Some(1e6) };
    let mut harness = talking_with(Contact { presence, ..bob() }, two());
    harness.get_by_label("Bob is not reachable: Tor found no trace of their service.");
    harness.get_by_label_contains("Trying again in");
    asked(&mut harness);
    harness.get_by_label("Retry now").click();
    harness.step();
    assert_eq!(asked(&mut harness), [Intent::Retry(BOB)]);
}

#[test]
fn a_blocked_contact_cannot_be_written_to_but_unblocked() {
    let mut harness = talking_with(Contact { standing: Standing::Blocked, ..bob() }, two());
    asked(&mut harness);
    harness.get_by_label_contains("You blocked Bob.");
    assert!(harness.query_by_label("Send").is_none());
    click(&mut harness, "Unblock");
    assert_eq!(asked(&mut harness), [Intent::Block(BOB, false)]);
}

#[test]
fn a_request_that_waits_is_said() {
    let harness = talking_with(Contact { standing: Standing::Requested, ..bob() }, Vec::new());
    harness.get_by_label_contains("Bob has not answered your request yet.");
}

#[test]
fn a_restored_contact_is_warned_of_until_it_is_acknowledged() {
    let mut harness = talking_with(Contact { restored: true, ..bob() }, two());
    asked(&mut harness);
    harness.get_by_label_contains("was restored from a backup");
    click(&mut harness, "I have seen this");
    assert_eq!(asked(&mut harness), [Intent::AcknowledgeRestored(BOB)]);
}

#[test]
fn what_was_agreed_is_visible() {
    let receipts = Receipts { mine: true, theirs: true };
    let harness = talking_with(Contact { receipts, expires_in: Some(86_400), ..bob() }, two());
    harness.get_by_label("read receipts");
    harness.get_by_label("disappear after 1 day");
    harness.get_by_label("verified");
}
