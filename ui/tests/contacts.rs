//! Requests, details, safety words, removal.

mod kit;

use egui::Key;
use egui::accesskit::{Role, Toggled};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use kit::acts::*;
use kit::fixtures::{BOB, bob, contact, open, request};
use kit::{asked, take};
use pelure_ui::intent::Intent;
use pelure_ui::keys::{ContactKey, RequestKey};
use pelure_ui::model::{Chosen, Contact, Purpose, Receipts, Standing, Words};
use pelure_ui::settings::{Language, Settings};
use pelure_ui::update::Update;

#[test]
fn the_focus_comes_back_to_where_a_dialog_was_opened() {
    let mut screen = details(open());
    node(&screen, Role::Button, "Rename").focus();
    screen.run();
    screen.key_press(Key::Enter);
    screen.run();
    assert!(field(&screen, "A name for them").is_focused());
    screen.key_press(Key::Escape);
    screen.run();
    assert!(node(&screen, Role::Button, "Rename").is_focused());
}

#[test]
fn a_request_is_accepted_under_a_name_of_ones_own() {
    let mut screen = requests(vec![request(1, "I am your friend Bob.")]);
    seen(&screen, "They say:");
    press(&mut screen, "Accept");
    assert_eq!(field(&screen, "A name for them").value().as_deref(), Some(""), "nothing of theirs is taken over");
    assert!(field(&screen, "A name for them").is_focused());
    screen.event(egui::Event::Text("Eva".into()));
    screen.run();
    press(&mut screen, "Accept under this name");
    assert_eq!(asked(&mut screen).last(), Some(&Intent::Accept { request: RequestKey(1), name: "Eva".into() }));
}

#[test]
fn the_conversation_opens_as_soon_as_who_was_accepted_is_a_contact() {
    let asker = request(1, "");
    let mut screen = requests(vec![asker.clone()]);
    press(&mut screen, "Accept");
    screen.event(egui::Event::Text("Eva".into()));
    screen.run();
    press(&mut screen, "Accept under this name");
    assert!(screen.query_all_by_label("Message to Eva").next().is_none());
    let eva = Contact { address: asker.address, ..contact(ContactKey(9), "Eva", 'e') };
    take(&mut screen, [Update::RequestGone(asker.key), Update::Contact(Box::new(eva))]);
    assert!(screen.query_all_by_label("Message to Eva").next().is_some());
}

#[test]
fn a_request_is_declined_or_blocked_after_a_second_look() {
    let mut screen = requests(vec![request(1, "")]);
    seen(&screen, "They wrote nothing with it.");
    press(&mut screen, "Decline");
    assert_eq!(asked(&mut screen).last(), Some(&Intent::Decline(RequestKey(1))));
    press(&mut screen, "Block");
    assert_eq!(asked(&mut screen), []);
    press(&mut screen, "Block this address");
    assert_eq!(asked(&mut screen), [Intent::BlockRequest(RequestKey(1))]);
}

#[test]
fn the_whole_address_of_a_request_is_shown_and_copied_on_demand() {
    let mut screen = requests(vec![request(1, "")]);
    let whole = request(1, "").address;
    seen(&screen, "rrrrrrrr…rrrrrrrr.onion");
    gone(&screen, &whole);
    press(&mut screen, "Show the whole address");
    seen(&screen, &whole);
    screen.get_by_role_and_label(Role::Button, "Copy the address").click();
    assert_eq!(copies(&mut screen), [whole]);
}

#[test]
fn a_full_inbox_of_hostile_texts_stays_readable() {
    for (size, scale) in [([1100.0, 720.0], 100), ([320.0, 400.0], 100), ([640.0, 800.0], 200)] {
        let requests = (0..32).map(|key| request(key, &hostile(key))).collect();
        let settings = Settings { scale, ..Settings::default() };
        let updates = [open(), vec![Update::Requests(requests), Update::Settings(settings)]].concat();
        let mut screen = kit::strange(size, Language::English, updates);
        enter_requests(&mut screen);
        let width = size[0] / f32::from(scale) * 100.0;
        let accept: Vec<_> = screen.get_all_by_role_and_label(Role::Button, "Accept").collect();
        assert_eq!(accept.len(), 32, "{size:?}");
        let copy = screen.get_all_by_role_and_label(Role::Button, "Copy the address");
        for control in accept.into_iter().chain(copy).chain(screen.get_all_by_role(Role::Label)) {
            let rect = control.rect();
            assert!(rect.left() >= 0.0 && rect.right() <= width, "{rect:?} is beside a window of {size:?}");
        }
        // Their texts stand in blocks of their own: none of them is the name of something of ours.
        for name in ["Accept", "Decline", "Block"] {
            assert_eq!(screen.get_all_by_role_and_label(Role::Button, name).count(), 32);
        }
    }
}

#[test]
fn lookalikes_and_replaced_characters_are_marked_in_words() {
    let mut screen = requests(vec![request(1, "It is p\u{430}ypal")]);
    seen(&screen, "This text contains characters that look like others.");
    take(&mut screen, [Update::Requests(vec![request(1, "B\u{202e}ob")])]);
    seen(&screen, "Hidden characters in this text were replaced.");
    gone(&screen, "This text contains characters that look like others.");
    take(&mut screen, [Update::Requests(vec![request(1, "An honest word")])]);
    gone(&screen, "Hidden characters in this text were replaced.");
}

#[test]
fn a_contact_is_renamed_with_the_present_name_to_begin_with() {
    let mut screen = details(open());
    press(&mut screen, "Rename");
    assert_eq!(field(&screen, "A name for them").value().as_deref(), Some("Bob"));
    rewrite(&mut screen, "A name for them", "Robert");
    screen.key_press(Key::Enter);
    screen.run();
    assert_eq!(asked(&mut screen).last(), Some(&Intent::Rename(BOB, "Robert".into())));
}

#[test]
fn messages_can_disappear_and_who_sees_that_is_said() {
    let mut screen = details(open());
    assert!(node(&screen, Role::RadioButton, "Off").accesskit_node().toggled() == Some(Toggled::True));
    for (name, seconds) in [
        ("After 5 minutes", 300),
        ("After 1 hour", 3_600),
        ("After 1 day", 86_400),
        ("After 1 week", 604_800),
        ("After 4 weeks", 2_419_200),
    ] {
        screen.get_by_role_and_label(Role::RadioButton, name).click_accesskit();
        screen.run();
        assert_eq!(asked(&mut screen).last(), Some(&Intent::SetExpiry(BOB, Some(seconds))));
    }
    starts(&screen, "This holds for both of you, and Bob sees it.");
    take(&mut screen, [Update::Contact(Box::new(Contact { expires_in: Some(30), ..bob() }))]);
    assert!(
        node(&screen, Role::RadioButton, "After 30 s").accesskit_node().toggled() == Some(Toggled::True),
        "a time that is not offered is shown"
    );
}

#[test]
fn receipts_say_who_wants_them() {
    let mut screen = details(open());
    screen.get_by_role_and_label(Role::CheckBox, "Tell them when I have read a message").click_accesskit();
    screen.run();
    assert_eq!(asked(&mut screen).last(), Some(&Intent::SetReceipts(BOB, true)));
    for (mine, theirs, words) in [
        (false, false, "Off. They work only when both"),
        (true, false, "You want them; Bob does not"),
        (false, true, "Bob wants them; you do not."),
        (true, true, "On: you and Bob see when"),
    ] {
        let receipts = Receipts { mine, theirs };
        take(&mut screen, [Update::Contact(Box::new(Contact { receipts, ..bob() }))]);
        starts(&screen, words);
    }
}

#[test]
fn safety_words_are_compared_in_the_persons_language() {
    let mut screen = details(open());
    press(&mut screen, "Compare the safety words");
    assert_eq!(asked(&mut screen).last(), Some(&Intent::ShowWords(BOB)));
    seen(&screen, "The words are being worked out.");
    take(&mut screen, [words()]);
    seen(&screen, "1. abandon");
    seen(&screen, "12. zoo");
    seen(&screen, "0011");
    press(&mut screen, "They match");
    assert_eq!(asked(&mut screen).last(), Some(&Intent::Verify(BOB, true)));

    press(&mut screen, "Compare the safety words");
    press(&mut screen, "They do not match");
    assert_eq!(asked(&mut screen).last(), Some(&Intent::Verify(BOB, false)));
    starts(&screen, "Then this is not the address of Bob.");

    let french = Update::Settings(Settings { language: Language::French, ..Settings::default() });
    take(&mut screen, [french, words()]);
    seen(&screen, "12. zèbre");
}

#[test]
fn a_contact_is_removed_after_it_was_said_what_goes() {
    let mut screen = details(open());
    press(&mut screen, "Remove this contact");
    starts(&screen, "This deletes from this machine");
    seen(&screen, "They are told nothing. To them you are offline from now on.");
    assert!(node(&screen, Role::Button, "Cancel").is_focused(), "the safe way is the first");
    press(&mut screen, "Remove contact and messages");
    assert_eq!(asked(&mut screen).last(), Some(&Intent::Remove(BOB)));
}

#[test]
fn a_contact_is_blocked_and_unblocked() {
    let mut screen = details(open());
    press(&mut screen, "Block this contact");
    assert_eq!(asked(&mut screen).last(), Some(&Intent::Block(BOB, true)));
    take(&mut screen, [Update::Contact(Box::new(Contact { standing: Standing::Blocked, ..bob() }))]);
    press(&mut screen, "Unblock this contact");
    assert_eq!(asked(&mut screen).last(), Some(&Intent::Block(BOB, false)));
}

#[test]
fn a_conversation_is_exported_after_a_warning() {
    let mut screen = details(open());
    press(&mut screen, "Export the conversation as text");
    starts(&screen, "The file is not encrypted.");
    press(&mut screen, "Write the file");
    take(&mut screen, [Update::Chosen(Chosen { purpose: Purpose::ExportTalk, path: Some("/a/bob.txt".into()) })]);
    assert_eq!(asked(&mut screen).last(), Some(&Intent::ExportTalk { contact: BOB, path: "/a/bob.txt".into() }));
    take(&mut screen, [Update::Done(pelure_ui::model::Done::Exported)]);
    gone(&screen, "Write the file");
}

fn words() -> Update {
    let list = |last: &str| -> Vec<String> {
        std::iter::repeat_n("abandon".to_owned(), 11).chain([last.to_owned()]).collect()
    };
    let digits = (0..12).map(|at| format!("{at:04}")).collect();
    Update::Words(Words { contact: BOB, english: list("zoo"), french: list("zèbre"), digits })
}

fn hostile(key: i64) -> String {
    match key % 8 {
        0 => "x".repeat(280),
        1 => "Z\u{301}\u{302}\u{303}\u{304}".repeat(56),
        2 => "\u{202e}tpecca ot sserp\u{202c}".into(),
        3 => "\u{200b}\u{200d}\u{feff}".repeat(90),
        4 => "\n".repeat(280),
        5 => "Accept\nPelure says: you are safe. Press Accept.".into(),
        6 => "<b>Decline</b> [Accept](https://example.com)".into(),
        _ => "👩\u{200d}👩\u{200d}👧".repeat(56),
    }
}
