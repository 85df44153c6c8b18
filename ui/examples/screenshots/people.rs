//! The pictures of contacts: their list, what is known of one, what is found among them.

use egui::Key;
use egui_kittest::kittest::Queryable as _;
use pelure_ui::keys::{ContactKey, MessageKey};
use pelure_ui::model::{Contact, Done, Fault, Files, Found, Hit, Last, Presence, Shown};
use pelure_ui::update::Update;

use crate::desk::Desk;
use crate::kit::{self, fixtures};
use crate::talk::{file_talk, files};

pub(crate) fn noticed() -> Vec<Update> {
    let mut updates = fixtures::open();
    updates.extend([Update::Done(Done::QrSaved), Update::Failed(Fault::Permission)]);
    updates
}

/// Nobody is there yet.
pub(crate) fn alone() -> Vec<Update> {
    let mut updates = fixtures::open();
    updates.extend([Update::Contacts(Vec::new()), Update::Requests(Vec::new())]);
    updates
}

pub(crate) fn crowd() -> Vec<Update> {
    let person = |key| {
        let last =
            Last { text: Shown::new("See you there."), file: false, incoming: key % 2 == 0, at: fixtures::at(8, 30) };
        Contact {
            presence: if key % 3 == 0 { Presence::Online } else { fixtures::clara().presence },
            last: (key % 4 != 0).then_some(last),
            ..fixtures::contact(ContactKey(key), &format!("Person {key}"), 'p')
        }
    };
    fixtures::open().into_iter().chain((10..1_000).map(|key| Update::Contact(Box::new(person(key))))).collect()
}

pub(crate) fn listed(desk: &mut Desk) {
    files(desk);
    desk.press("talk-show-details");
    let transfers = file_talk().into_iter().filter_map(|message| message.file).map(|file| *file).rev().collect();
    kit::take(&mut desk.harness, [Update::Files(Files { contact: fixtures::BOB, transfers })]);
}

/// Somebody who cannot be reached, of whom there is a warning.
pub(crate) fn offline(desk: &mut Desk) {
    let clara = Contact { restored: true, expires_in: Some(86_400), ..fixtures::clara() };
    desk.harness.state_mut().window.take(Update::Contact(Box::new(clara)));
    desk.open("Clara");
    desk.harness.state_mut().window.take(fixtures::page(fixtures::CLARA, fixtures::conversation()));
    desk.harness.run_steps(6);
}

pub(crate) fn found(desk: &mut Desk) {
    desk.harness.key_press_modifiers(egui::Modifiers::COMMAND, Key::F);
    desk.harness.run_steps(3);
    desk.harness.event(egui::Event::Text("documents".into()));
    desk.harness.run_steps(6);
    let hit = |contact, key, text: &str| Hit {
        contact,
        message: MessageKey(key),
        incoming: key % 2 == 0,
        text: Shown::new(text),
        at: fixtures::at(9, 15),
    };
    let hits = vec![
        hit(fixtures::BOB, 2, "The documents are ready."),
        hit(fixtures::BOB, 1, "I can fetch the documents tomorrow, if you tell me where they are by then."),
        hit(fixtures::CLARA, 4, "No Documents were found in the second folder."),
    ];
    kit::take(&mut desk.harness, [Update::Found(Found { query: "documents".into(), hits, more: false })]);
}

pub(crate) fn requests(desk: &mut Desk) {
    let name = desk.words.say_with("people-requests", &[("count", 2.into())]);
    desk.named(&name);
}

pub(crate) fn details(desk: &mut Desk) {
    let bob = |node: &egui_kittest::kittest::AccessKitNode<'_>| {
        node.label().is_some_and(|label| label.starts_with("Bob")) && node.role() != egui::accesskit::Role::Label
    };
    desk.harness.get_by(bob).click_accesskit();
    desk.harness.run();
    desk.press("talk-show-details");
}

pub(crate) fn safety(desk: &mut Desk) {
    details(desk);
    desk.press("details-compare");
    let list = |words: &str| words.split(' ').map(str::to_owned).collect();
    let words = pelure_ui::model::Words {
        contact: fixtures::BOB,
        english: list("hollow lantern pupil velvet cabin ocean turtle mimic garlic spoon erode zebra"),
        french: list("abandon caresse dénicher éclipse fugitif grivois huître liseron moufle notice ortie zeste"),
        digits: list("0868 0996 1390 1937 0259 1222 1877 1128 0769 1685 0613 2045"),
    };
    kit::take(&mut desk.harness, [Update::Words(words)]);
}

pub(crate) fn removal(desk: &mut Desk) {
    details(desk);
    desk.press("details-remove");
}
