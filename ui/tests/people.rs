//! Adding people, one's own address, requests, details, safety words, removal.

mod kit;

use egui::accesskit::{Role, Toggled};
use egui::{Key, Modifiers, OutputCommand};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use kit::fixtures::{BOB, ME, bob, me, open, request};
use kit::{Seen, asked, take, window, write};
use pelure_ui::intent::Intent;
use pelure_ui::keys::{ContactKey, IdentityKey, RequestKey};
use pelure_ui::model::{Chosen, Contact, Fault, Purpose, Receipts, Request, Shown, Standing, Words};
use pelure_ui::settings::{Language, Settings};
use pelure_ui::update::Update;

type Screen = Harness<'static, Seen>;

#[test]
fn somebody_is_asked_to_be_a_contact() {
    let mut screen = adding(open());
    assert!(field(&screen, "Their address").is_focused(), "the focus goes into the dialog");
    write(&mut screen, "Their address", &format!("  {}\n", theirs()));
    write(&mut screen, "A name for them", "Eva");
    write_lines(&mut screen, "A few words for them (optional)", "It is Ann.");
    seen(&screen, "270 characters left");
    asked(&mut screen);
    press(&mut screen, "Ask them");
    let wanted =
        Intent::AddContact { identity: ME, address: theirs(), name: "Eva".into(), message: "It is Ann.".into() };
    assert_eq!(asked(&mut screen), [wanted]);
    let eva = Contact { address: theirs(), standing: Standing::Requested, ..contact(9, "Eva") };
    take(&mut screen, [Update::Contact(Box::new(eva))]);
    seen(&screen, "Eva is being asked.");
    press(&mut screen, "Done");
    gone(&screen, "Eva is being asked.");
}

#[test]
fn a_bare_address_is_taken_and_a_wrong_one_is_told_early() {
    let mut screen = adding(open());
    write(&mut screen, "A name for them", "Eva");
    for wrong in ["hello", &theirs().replacen('b', "1", 1), "aaaa.onion"] {
        rewrite(&mut screen, "Their address", wrong);
        starts(&screen, "This does not look like an onion address yet");
        assert!(node(&screen, Role::Button, "Ask them").accesskit_node().is_disabled(), "{wrong}");
    }
    rewrite(&mut screen, "Their address", theirs().trim_end_matches(".onion"));
    press(&mut screen, "Ask them");
    assert!(matches!(&asked(&mut screen)[..], [.., Intent::AddContact { address, .. }] if *address == theirs()));
}

#[test]
fn ones_own_address_and_a_known_one_are_said() {
    let mine = pelure_ui::model::Identity { address: theirs(), ..me() };
    let mut screen = adding([open(), vec![Update::Identities(vec![mine])]].concat());
    write(&mut screen, "Their address", &theirs());
    seen(&screen, "This is your own address.");

    let known = Contact { address: theirs(), ..bob() };
    let mut screen = adding([open(), vec![Update::Contacts(vec![known])]].concat());
    write(&mut screen, "Their address", &theirs());
    seen(&screen, "You have this contact already: Bob.");
}

#[test]
fn an_address_comes_from_a_picture() {
    let mut screen = adding(open());
    press(&mut screen, "From the clipboard’s picture");
    assert_eq!(asked(&mut screen).last(), Some(&Intent::ScanClipboard));
    take(&mut screen, [Update::Scanned(Err(Fault::NoQr))]);
    seen(&screen, "There is no QR code in this picture.");
    press(&mut screen, "From a picture of a QR code");
    assert_eq!(asked(&mut screen).last(), Some(&Intent::Choose(Purpose::ReadQr)));
    take(&mut screen, [Update::Chosen(Chosen { purpose: Purpose::ReadQr, path: Some("/a/qr.png".into()) })]);
    assert_eq!(asked(&mut screen).last(), Some(&Intent::ScanFile("/a/qr.png".into())));
    take(&mut screen, [Update::Scanned(Ok(Shown::new(theirs())))]);
    assert_eq!(field(&screen, "Their address").value().as_deref(), Some(theirs().as_str()));
    gone(&screen, "There is no QR code in this picture.");
}

#[test]
fn a_path_is_typed_where_there_is_no_file_dialog() {
    let mut screen = adding(open());
    press(&mut screen, "From a picture of a QR code");
    take(&mut screen, [Update::Chosen(Chosen { purpose: Purpose::ReadQr, path: None })]);
    write(&mut screen, "The path of the picture", "/a/b.png");
    asked(&mut screen);
    press(&mut screen, "From a picture of a QR code");
    assert_eq!(asked(&mut screen), [Intent::ScanFile("/a/b.png".into())]);
}

#[test]
fn a_refusal_of_the_other_side_is_said_in_the_dialog() {
    let mut screen = adding(open());
    write(&mut screen, "Their address", &theirs());
    write(&mut screen, "A name for them", "Eva");
    press(&mut screen, "Ask them");
    take(&mut screen, [Update::Failed(Fault::BadName)]);
    starts(&screen, "This cannot be a name");
    assert!(screen.state().window.model().notices.is_empty(), "said once");
    assert_eq!(field(&screen, "Their address").value(), Some(theirs()), "what was typed stays");
}

#[test]
fn one_of_several_identities_is_chosen() {
    let other = pelure_ui::model::Identity { key: IdentityKey(2), name: "Private".into(), ..me() };
    let mut screen = adding([open(), vec![Update::Identities(vec![me(), other])]].concat());
    write(&mut screen, "Their address", &theirs());
    write(&mut screen, "A name for them", "Eva");
    screen.get_by_role_and_label(Role::RadioButton, "Private").click();
    screen.run();
    press(&mut screen, "Ask them");
    assert!(matches!(asked(&mut screen).last(), Some(Intent::AddContact { identity: IdentityKey(2), .. })));
}

#[test]
fn a_dialog_is_left_by_esc_and_forgets_what_was_typed() {
    let mut screen = adding(open());
    write(&mut screen, "A name for them", "Eva");
    screen.key_press(Key::Escape);
    screen.run();
    gone(&screen, "A name for them");
    screen.key_press_modifiers(Modifiers::COMMAND, Key::N);
    screen.run();
    assert_eq!(field(&screen, "A name for them").value().as_deref(), Some(""));
}

#[test]
fn ones_address_is_copied_shown_and_saved() {
    let mut screen = settings(open());
    press(&mut screen, "Address of Desk");
    node(&screen, Role::Dialog, "My address");
    node(&screen, Role::Image, "Your address as a QR code");
    seen(&screen, "Anyone with this address can ask to talk to you. It does not say who or where you are.");
    screen.get_by_role_and_label(Role::Button, "Copy the address").click();
    let copied = copies(&mut screen);
    assert_eq!(copied, [me().address], "without the gaps that are drawn");
    seen(&screen, "Copied.");
    press(&mut screen, "Save the QR code as a picture");
    take(&mut screen, [Update::Chosen(Chosen { purpose: Purpose::SaveQr, path: Some("/a/me.png".into()) })]);
    assert_eq!(asked(&mut screen).last(), Some(&Intent::SaveQr { identity: ME, path: "/a/me.png".into() }));
    take(&mut screen, [Update::Failed(Fault::AlreadyExists)]);
    starts(&screen, "It is there already");
}

#[test]
fn an_identity_is_made_by_keyboard_and_removed_when_one_is_sure() {
    let mut screen = settings(open());
    press(&mut screen, "New identity");
    assert!(field(&screen, "A name for this identity").is_focused());
    write(&mut screen, "A name for this identity", "Private");
    screen.key_press(Key::Enter);
    screen.run();
    assert_eq!(asked(&mut screen).last(), Some(&Intent::AddIdentity { name: "Private".into() }));

    press(&mut screen, "Remove Desk");
    starts(&screen, "This deletes its address, its 3 contacts and all messages");
    assert!(node(&screen, Role::Button, "Remove this identity").accesskit_node().is_disabled());
    screen.get_by_role_and_label(Role::CheckBox, "I no longer need this address").click();
    screen.run();
    press(&mut screen, "Remove this identity");
    assert_eq!(asked(&mut screen).last(), Some(&Intent::RemoveIdentity(ME)));
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
        let accept: Vec<_> = screen.get_all_by_role_and_label(Role::Button, "Accept").collect();
        assert_eq!(accept.len(), 32, "{size:?}");
        for button in accept {
            let rect = button.rect();
            assert!(rect.left() >= 0.0 && rect.right() <= size[0], "{rect:?} is beside a window of {size:?}");
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

#[test]
fn dialogs_fit_a_window_of_320_by_400_in_french() {
    let mut screen = kit::sized([320.0, 400.0], Language::French, french(open()));
    screen.key_press_modifiers(Modifiers::COMMAND, Key::N);
    screen.run();
    for (role, name) in [
        (Role::TextInput, "Son adresse"),
        (Role::Button, "À partir de l’image du presse-papiers"),
        (Role::MultilineTextInput, "Quelques mots pour cette personne (facultatif)"),
        (Role::Button, "Envoyer la demande"),
        (Role::Button, "Fermer"),
    ] {
        let rect = node(&screen, role, name).rect();
        assert!(rect.left() >= 0.0 && rect.right() <= 320.0, "{name}: {rect:?}");
    }
    let close = node(&screen, Role::Button, "Fermer").rect();
    assert!(close.top() >= 0.0 && close.bottom() <= 400.0, "the way out is in sight: {close:?}");
}

#[test]
fn what_the_keyboard_reaches_is_scrolled_into_sight() {
    let mut screen = kit::sized([320.0, 400.0], Language::English, open());
    screen.key_press_modifiers(Modifiers::COMMAND, Key::N);
    screen.run();
    for _ in 0..40 {
        screen.key_press(Key::Tab);
        screen.run();
        if node(&screen, Role::Button, "Cancel").is_focused() {
            let rect = node(&screen, Role::Button, "Cancel").rect();
            assert!(rect.bottom() <= 400.0, "{rect:?}");
            return;
        }
    }
    panic!("the keyboard never reached the last button");
}

// How to get there.

fn adding(updates: Vec<Update>) -> Screen {
    let mut screen = window(updates);
    screen.key_press_modifiers(Modifiers::COMMAND, Key::N);
    screen.run();
    asked(&mut screen);
    screen
}

fn settings(updates: Vec<Update>) -> Screen {
    let mut screen = window(updates);
    screen.key_press_modifiers(Modifiers::COMMAND, Key::Comma);
    screen.run();
    screen
}

fn requests(requests: Vec<Request>) -> Screen {
    let updates = [open(), vec![Update::Requests(requests)]].concat();
    let mut screen = kit::strange([1100.0, 720.0], Language::English, updates);
    enter_requests(&mut screen);
    asked(&mut screen);
    screen
}

fn enter_requests(screen: &mut Screen) {
    screen
        .get_by(|node| node.role() == Role::Button && node.label().is_some_and(|l| l.starts_with("Requests (")))
        .click();
    screen.run();
}

fn details(updates: Vec<Update>) -> Screen {
    let mut screen = window(updates);
    let row = |node: &egui_kittest::kittest::AccessKitNode<'_>| {
        node.label().is_some_and(|label| label.starts_with("Bob")) && node.role() != Role::Label
    };
    screen.get_by(row).click();
    screen.run();
    press(&mut screen, "Show details");
    asked(&mut screen);
    screen
}

fn french(updates: Vec<Update>) -> Vec<Update> {
    let settings = Settings { language: Language::French, ..Settings::default() };
    updates.into_iter().chain([Update::Settings(settings)]).collect()
}

// What is there.

fn node<'a>(screen: &'a Screen, role: Role, name: &'a str) -> egui_kittest::Node<'a> {
    screen.get_by_role_and_label(role, name)
}

fn field<'a>(screen: &'a Screen, name: &'a str) -> egui_kittest::Node<'a> {
    node(screen, Role::TextInput, name)
}

fn press(screen: &mut Screen, name: &str) {
    node(screen, Role::Button, name).click_accesskit();
    screen.run();
}

fn seen(screen: &Screen, words: &str) {
    assert!(screen.query_all_by_label(words).next().is_some(), "{words}");
}

fn starts(screen: &Screen, words: &str) {
    assert!(screen.query_all_by_label_contains(words).next().is_some(), "{words}");
}

fn gone(screen: &Screen, words: &str) {
    assert!(screen.query_all_by_label(words).next().is_none(), "{words}");
}

fn write_lines(screen: &mut Screen, name: &str, text: &str) {
    let field = node(screen, Role::MultilineTextInput, name);
    field.focus();
    field.type_text(text);
    screen.run();
}

fn rewrite(screen: &mut Screen, name: &str, text: &str) {
    field(screen, name).focus();
    screen.run();
    screen.key_press_modifiers(Modifiers::COMMAND, Key::A);
    screen.event(egui::Event::Text(text.to_owned()));
    screen.run();
}

fn copies(screen: &mut Screen) -> Vec<String> {
    let mut copies = Vec::new();
    for _ in 0..3 {
        screen.step();
        copies.extend(screen.output().platform_output.commands.iter().filter_map(|command| match command {
            OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        }));
    }
    copies
}

// Who is there.

fn theirs() -> String {
    format!("{}d.onion", "b".repeat(55))
}

fn contact(key: i64, name: &str) -> Contact {
    Contact { key: ContactKey(key), name: name.into(), ..kit::fixtures::clara() }
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
