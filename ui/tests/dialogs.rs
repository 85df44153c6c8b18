//! What can be done with one message in a dialog of its own: forward it, see what it was, read it whole.

mod kit;

use egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use kit::fixtures::{BOB, CLARA, address, at, contact, message, open, page};
use kit::{Seen, asked, click, take, window, write};
use pelure_ui::intent::Intent;
use pelure_ui::keys::{ContactKey, IdentityKey, MessageKey};
use pelure_ui::model::{Contact, History, Identity, Message, Reach, Shown, Standing};
use pelure_ui::update::Update;

fn talk(messages: Vec<Message>) -> Harness<'static, Seen> {
    let mut harness = window(open());
    harness.get_by_role_and_label(Role::Button, "Bob").click();
    harness.run();
    take(&mut harness, [page(BOB, messages)]);
    asked(&mut harness);
    harness
}

fn menu(harness: &mut Harness<'static, Seen>, row: &str, item: &str) {
    harness.get_by_label_contains(row).click_secondary();
    harness.run();
    click(harness, item);
}

#[test]
fn a_text_is_sent_on_to_a_contact_of_the_same_identity_only() {
    let mut harness = talk(vec![message(1, true, "the text of Bob")]);
    let other = Identity {
        key: IdentityKey(2),
        name: "Other".into(),
        address: address('o'),
        reach: Reach::Reachable,
        visible: true,
    };
    let elsewhere = Contact { identity: other.key, ..contact(ContactKey(8), "Elsewhere", 'e') };
    let blocked = Contact { standing: Standing::Blocked, ..contact(ContactKey(9), "Blocked", 'f') };
    let all = vec![kit::fixtures::me(), other];
    take(
        &mut harness,
        [Update::Identities(all), Update::Contact(Box::new(elsewhere)), Update::Contact(Box::new(blocked))],
    );
    menu(&mut harness, "Bob, 13:01: the text of Bob", "Forward");
    harness.get_by_label("Send to Dmitri");
    for absent in ["Send to Bob", "Send to Elsewhere", "Send to Blocked"] {
        assert!(harness.query_by_label(absent).is_none(), "{absent}");
    }
    write(&mut harness, "To whom", "cla");
    assert!(harness.query_by_label("Send to Dmitri").is_none());
    asked(&mut harness);
    click(&mut harness, "Send to Clara");
    let sent = Intent::Send { contact: CLARA, text: "the text of Bob".into(), reply_to: None };
    assert!(asked(&mut harness).contains(&sent));
    assert!(harness.query_by_label("To whom").is_none(), "the dialog stays open");
}

#[test]
fn earlier_versions_are_asked_for_and_shown() {
    let edited = Message { edited: true, ..message(1, true, "the third") };
    let mut harness = talk(vec![edited]);
    menu(&mut harness, "Bob, 13:01: the third", "Earlier versions");
    assert!(asked(&mut harness).contains(&Intent::ShowHistory(MessageKey(1))));
    harness.get_by_label("Looking up what it said before.");
    let texts = vec![(Shown::new("the first"), at(9, 5)), (Shown::new("the second"), at(9, 6))];
    take(&mut harness, [Update::History(History { message: MessageKey(1), texts })]);
    for shown in ["Until Today, 09:05", "the first", "Until Today, 09:06", "the second"] {
        harness.get_by_label(shown);
    }
}

#[test]
fn a_long_text_is_read_in_pieces() {
    let text: String = (0..4_000).map(|n| format!("word{n} ")).collect();
    let mut harness = talk(vec![message(1, true, &text)]);
    click(&mut harness, "Show all");
    harness.get_by_role_and_label(Role::Heading, "The whole message");
    harness.get_by_label_contains("Part 1 of ");
    click(&mut harness, "Later part");
    harness.get_by_label_contains("Part 2 of ");
    click(&mut harness, "Earlier part");
    harness.get_by_label_contains("Part 1 of ");
    take(&mut harness, [Update::MessageGone { contact: BOB, message: MessageKey(1) }]);
    assert!(harness.query_all_by_label("The whole message").next().is_none(), "a text that disappeared is still shown");
}
