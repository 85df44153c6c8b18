//! The list of contacts and the bar above it, by accessible name.

mod kit;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use kit::fixtures::{BOB, ME, address, at, contact, me, message, open, page};
use kit::{Seen, asked, click, sized, strange, take, window};
use pelure_ui::intent::{Intent, Part};
use pelure_ui::keys::{ContactKey, IdentityKey, MessageKey};
use pelure_ui::model::{Contact, Found, Hit, Identity, Last, Obstacle, Presence, Shown, Step, Tor};
use pelure_ui::settings::Language;
use pelure_ui::update::Update;

fn row<'h>(harness: &'h Harness<'static, Seen>, name: &'h str) -> egui_kittest::Node<'h> {
    harness.get_by_role_and_label(Role::Button, name)
}

fn told(harness: &Harness<'static, Seen>, name: &str) -> String {
    row(harness, name).accesskit_node().description().unwrap_or_default()
}

#[test]
fn a_row_tells_presence_unread_and_last_words() {
    let harness = window(open());
    assert_eq!(told(&harness, "Bob"), "online, verified, 2 unread. The documents are ready.");
    assert_eq!(told(&harness, "Clara"), "offline. draft: about the");
    assert_eq!(told(&harness, "Dmitri"), "waiting for an answer. ");
}

#[test]
fn the_newest_message_comes_first() {
    let last = |minute| Some(Last { text: Shown::new("x"), file: false, incoming: true, at: at(12, minute) });
    let people = (1..=4).map(|key| Contact {
        last: last(u8::try_from(key * 7 % 5).unwrap()),
        ..contact(ContactKey(key), &format!("P{key}"), 'p')
    });
    let harness = window(open().into_iter().chain([Update::Contacts(people.collect())]));
    let mut tops: Vec<(i64, f32)> =
        (1..=4).map(|key| (key * 7 % 5, row(&harness, &format!("P{key}")).rect().top())).collect();
    tops.sort_by(|a, b| a.1.total_cmp(&b.1));
    assert!(tops.is_sorted_by(|a, b| a.0 >= b.0), "{tops:?}");
}

#[test]
fn a_thousand_contacts_are_not_all_laid_out_and_each_is_reached() {
    let people = (1..=1_000).map(|key| contact(ContactKey(key), &format!("Person {key:04}"), 'p')).collect();
    let mut harness = window(open().into_iter().chain([Update::Contacts(people)]));
    let rows = harness.query_all_by_label_contains("Person ").count();
    assert!((4..40).contains(&rows), "{rows}");
    row(&harness, "Person 0001").focus();
    harness.run();
    harness.key_press(Key::End);
    harness.run();
    assert!(row(&harness, "Person 1000").is_focused());
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(asked(&mut harness), [Intent::Load { contact: ContactKey(1_000), part: Part::Newest }]);
}

#[test]
fn letters_typed_at_the_list_find_a_name() {
    let people = (1..=50).map(|key| contact(ContactKey(key), &format!("Person {key:02}"), 'p')).collect();
    let mut harness = window(open().into_iter().chain([Update::Contacts(people)]));
    row(&harness, "Person 01").focus();
    harness.run();
    harness.event(egui::Event::Text("4".into()));
    harness.run();
    harness.event(egui::Event::Text("2".into()));
    harness.run();
    assert!(harness.query_by_label("Person 01").is_none());
    row(&harness, "Person 42");
    harness.key_press(Key::Escape);
    harness.run();
    row(&harness, "Person 01");
}

#[test]
fn arrows_and_enter_open_a_conversation() {
    let mut harness = window(open());
    row(&harness, "Bob").focus();
    harness.run();
    harness.key_press(Key::ArrowDown);
    harness.run();
    assert!(row(&harness, "Clara").is_focused());
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    harness.get_by_label("Message to Clara");
}

#[test]
fn requests_are_counted_above_the_contacts() {
    let mut harness = window(open());
    assert!(row(&harness, "Requests (2)").rect().top() < row(&harness, "Bob").rect().top());
    take(&mut harness, [Update::Requests(Vec::new())]);
    assert!(harness.query_by_label_contains("Requests").is_none());
}

#[test]
fn an_empty_list_gives_the_address_and_what_to_do() {
    let mut harness = window(open().into_iter().chain([Update::Contacts(Vec::new())]));
    harness.get_by_label(&address('m'));
    harness.get_by_label("QR code of your address");
    harness.get_by_label("Copy the address").click();
    harness.step();
    let commands = &harness.output().platform_output.commands;
    assert!(commands.iter().any(|c| matches!(c, egui::OutputCommand::CopyText(text) if *text == address('m'))));
    harness.get_all_by_label("Add a contact").next().unwrap();
}

#[test]
fn identities_are_chosen_hidden_and_shown() {
    let work = Identity { key: IdentityKey(2), name: "Work".into(), address: address('w'), ..me() };
    let eve = Contact { identity: IdentityKey(2), ..contact(ContactKey(9), "Eve", 'e') };
    let updates = [Update::Identities(vec![me(), work]), Update::Contact(Box::new(eve))];
    let mut harness = window(open().into_iter().chain(updates));
    row(&harness, "Bob");
    row(&harness, "Eve");
    click(&mut harness, "Identity: All identities");
    click(&mut harness, "Show only Work");
    row(&harness, "Eve");
    assert!(harness.query_by_role_and_label(Role::Button, "Bob").is_none());
    click(&mut harness, "Identity: Work");
    asked(&mut harness);
    click(&mut harness, "Appear offline as Desk");
    assert_eq!(asked(&mut harness), [Intent::SetVisible(ME, false)]);
}

#[test]
fn tor_is_a_word_in_every_state() {
    for (tor, word) in [
        (Tor::Offline, "Tor: off"),
        (Tor::Connecting { fraction: 0.42, step: Step::Network }, "Tor: connecting, 42 %"),
        (Tor::Blocked { fraction: 0.1, reason: Obstacle::Network }, "Tor: blocked"),
        (Tor::Ready, "Tor: connected"),
    ] {
        let harness = window(open().into_iter().chain([Update::Tor(tor)]));
        row(&harness, word);
    }
}

#[test]
fn the_bar_locks_and_a_traceless_profile_cannot() {
    let mut harness = window(open());
    click(&mut harness, "Lock");
    assert_eq!(asked(&mut harness), [Intent::Lock]);
    let place = pelure_ui::model::Place { traceless: true, ..Default::default() };
    take(&mut harness, [Update::Place(place)]);
    assert!(harness.query_by_label("Lock").is_none());
}

#[test]
fn a_search_leads_to_the_place() {
    let mut harness = window(open());
    harness.key_press_modifiers(Modifiers::COMMAND, Key::F);
    harness.run();
    let field = harness.get_by_role_and_label(Role::TextInput, "Search all messages");
    assert!(field.is_focused());
    field.type_text("ready");
    harness.run_steps(4);
    assert_eq!(asked(&mut harness), [Intent::Search("ready".into())]);
    let hit = Hit {
        contact: BOB,
        message: MessageKey(7),
        incoming: true,
        text: Shown::new("The documents are READY."),
        at: at(9, 15),
    };
    take(&mut harness, [Update::Found(Found { query: "ready".into(), hits: vec![hit], more: false })]);
    harness.get_by_label("1 message with “ready”.");
    click(&mut harness, "09:15, The documents are READY.");
    assert!(asked(&mut harness).contains(&Intent::Load { contact: BOB, part: Part::Around(MessageKey(7)) }));
    take(&mut harness, [page(BOB, vec![message(7, true, "The documents are READY.")])]);
    harness.get_by_role_and_label(Role::Label, "The documents are READY.");
}

#[test]
fn escape_leaves_the_search() {
    let mut harness = window(open());
    row(&harness, "Clara").click();
    harness.run_steps(3);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::F);
    harness.run_steps(2);
    harness.get_by_role_and_label(Role::TextInput, "Search all messages").type_text("ready");
    harness.run_steps(4);
    harness.get_by_label("Searching.");
    harness.key_press(Key::Escape);
    harness.run_steps(3);
    assert!(harness.query_by_label("Searching.").is_none());
    harness.get_by_label("Message to Clara");
}

#[test]
fn hostile_names_and_words_stay_in_their_row() {
    let people = vec![
        Contact {
            last: Some(Last { text: Shown::new("😀".repeat(10_000)), file: false, incoming: true, at: at(1, 1) }),
            presence: Presence::Online,
            ..contact(ContactKey(1), &"W".repeat(64), 'w')
        },
        Contact { draft: "x".repeat(65_536), ..contact(ContactKey(2), "שלום", 's') },
    ];
    let harness = strange([320.0, 400.0], Language::French, open().into_iter().chain([Update::Contacts(people)]));
    for node in harness.get_all_by_role(Role::Button) {
        assert!(node.rect().right() <= 320.5, "{:?} {:?}", node.accesskit_node().label(), node.rect());
    }
}

#[test]
fn every_control_of_the_bar_is_there_in_a_small_window() {
    let mut harness = sized([320.0, 400.0], Language::English, open());
    for name in ["Menu", "Lock", "Add a contact", "Search all messages", "Tor: connected", "Identity: Desk"] {
        let rect = harness.get_by_label(name).rect();
        assert!(rect.left() >= 0.0 && rect.right() <= 320.0, "{name}: {rect:?}");
    }
    click(&mut harness, "Menu");
    harness.get_by_label("Settings");
}
