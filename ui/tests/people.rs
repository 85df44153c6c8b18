//! Adding people, one's own address, identities, and the frame of all dialogs.

mod kit;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use kit::acts::*;
use kit::fixtures::{ME, bob, me, open};
use kit::{asked, take, write};
use pelure_ui::intent::Intent;
use pelure_ui::keys::{ContactKey, IdentityKey};
use pelure_ui::model::{Chosen, Contact, Fault, Purpose, Shown, Standing};
use pelure_ui::settings::Language;
use pelure_ui::update::Update;

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

fn theirs() -> String {
    format!("{}d.onion", "b".repeat(55))
}

fn contact(key: i64, name: &str) -> Contact {
    Contact { key: ContactKey(key), name: name.into(), ..kit::fixtures::clara() }
}
