//! The settings, Tor, passphrase, backup, panic, help and about.

mod kit;

use egui::accesskit::{Role, Toggled};
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use kit::acts::*;
use kit::fixtures::{ME, address, me, open};
use kit::{asked, take, window};
use pelure_ui::intent::Intent;
use pelure_ui::model::{
    Barrier, Blocked, Chosen, Done, Fault, Identity, Obstacle, Place, Purpose, Reach, Shown, Step, Tor,
};
use pelure_ui::secret::Secret;
use pelure_ui::settings::{Language, Look, Notify, Settings};
use pelure_ui::update::Update;

#[test]
fn what_is_chosen_is_shown_at_once_and_asked_for() {
    let mut screen = settings(open());
    for (name, wanted) in [
        ("Dark", Settings { look: Look::Dark, ..Settings::default() }),
        ("High contrast", Settings { look: Look::Contrast, ..Settings::default() }),
        ("As the desktop", Settings::default()),
        ("Enter begins a new line, Ctrl+Enter sends", Settings { enter_sends: false, ..Settings::default() }),
        ("Enter sends, Shift+Enter begins a new line", Settings::default()),
        ("None", Settings { notify: Notify::Never, ..Settings::default() }),
        ("Who wrote, never what", Settings { notify: Notify::Name, ..Settings::default() }),
        ("That there is a message, not from whom", Settings::default()),
    ] {
        screen.get_by_role_and_label(Role::RadioButton, name).click_accesskit();
        screen.run();
        assert_eq!(asked(&mut screen), [Intent::Set(wanted)], "{name}");
        assert!(node(&screen, Role::RadioButton, name).accesskit_node().toggled() == Some(Toggled::True));
        assert_eq!(screen.state().window.model().settings, wanted);
    }
}

#[test]
fn another_language_speaks_at_once() {
    let mut screen = settings(open());
    screen.get_by_role_and_label(Role::RadioButton, "Français").click_accesskit();
    screen.run();
    node(&screen, Role::Heading, "Réglages");
    screen.get_by_role_and_label(Role::RadioButton, "English").click_accesskit();
    screen.run();
    node(&screen, Role::Heading, "Settings");
}

#[test]
fn the_scale_ends_at_80_and_200_percent() {
    let mut screen = settings(open());
    for _ in 0..10 {
        press(&mut screen, "Larger");
    }
    assert_eq!(screen.state().window.model().settings.scale, 200);
    assert!(node(&screen, Role::Button, "Larger").accesskit_node().is_disabled());
    assert!((screen.ctx.zoom_factor() - 2.0).abs() < 0.01, "seen at once");
    for _ in 0..12 {
        press(&mut screen, "Smaller");
    }
    assert_eq!(screen.state().window.model().settings.scale, 80);
    assert!(node(&screen, Role::Button, "Smaller").accesskit_node().is_disabled());
}

#[test]
fn the_lock_comes_sooner_later_or_never() {
    let mut screen = settings(open());
    seen(&screen, "After 10 minutes");
    press(&mut screen, "Later");
    seen(&screen, "After 15 minutes");
    for _ in 0..5 {
        press(&mut screen, "Sooner");
    }
    seen(&screen, "After 1 minute");
    assert!(node(&screen, Role::Button, "Sooner").accesskit_node().is_disabled());
    screen.get_by_role_and_label(Role::CheckBox, "Lock when nobody is at the keyboard").click_accesskit();
    screen.run();
    assert_eq!(screen.state().window.model().settings.lock_after, 0);
    seen(&screen, "Pelure stays open until you lock it.");
}

#[test]
fn the_place_is_said_as_it_is() {
    let place = Place { traceless: true, swap: true, ..Place::default() };
    let screen = settings([open(), vec![Update::Place(place)]].concat());
    seen(&screen, "This profile lives in memory alone and is gone when Pelure ends.");
    starts(&screen, "This machine has swap");
    gone(&screen, "Change the passphrase");
    gone(&screen, "Lock when nobody is at the keyboard");
}

#[test]
fn tor_says_what_it_does_and_what_can_be_done() {
    let mut screen = settings(open());
    press(&mut screen, "Tor in detail");
    node(&screen, Role::Dialog, "Tor");
    seen(&screen, "Desk: contacts can reach it");
    starts(&screen, "Clara is not reachable: Tor found no trace");
    press(&mut screen, "Go offline");
    assert_eq!(asked(&mut screen), [Intent::SetOnline(false)]);
    take(&mut screen, [Update::Tor(Tor::Offline)]);
    press(&mut screen, "Go online");
    assert_eq!(asked(&mut screen), [Intent::SetOnline(true)]);
    take(&mut screen, [Update::Tor(Tor::Connecting { fraction: 0.45, step: Step::Directory })]);
    starts(&screen, "Connecting, 45");
    node(&screen, Role::ProgressIndicator, "Progress of Tor");
    take(&mut screen, [Update::Tor(Tor::Blocked { fraction: 0.1, reason: Obstacle::Clock(Shown::new("3 h off")) })]);
    starts(&screen, "The clock of this computer seems to be wrong (3 h off).");
    starts(&screen, "Check the date, the time");
}

#[test]
fn an_identity_appears_offline() {
    let mut screen = settings(open());
    press(&mut screen, "Tor in detail");
    screen.get_by_role_and_label(Role::CheckBox, "Appear offline with Desk").click_accesskit();
    screen.run();
    assert_eq!(asked(&mut screen), [Intent::SetVisible(ME, false)]);
    let hidden = Identity { visible: false, reach: Reach::Unreachable, ..me() };
    take(&mut screen, [Update::Identities(vec![hidden])]);
    seen(&screen, "Desk: appears offline");
}

#[test]
fn what_keeps_others_out_is_said_with_what_to_do() {
    let mut screen = settings(open());
    let barred = Identity { reach: Reach::Barred(Barrier::TailsProfile), ..me() };
    take(&mut screen, [Update::Tor(Tor::Ready), Update::Identities(vec![barred])]);
    press(&mut screen, "Tor in detail");
    seen(&screen, "Desk: you can reach others, they cannot reach you");
    seen(&screen, "Tails does not know Pelure yet. In the folder of Pelure, type: sudo ./tails/install-tails.sh");
}

#[test]
fn the_passphrase_is_changed_when_both_are_the_same() {
    let mut screen = settings(open());
    press(&mut screen, "Change the passphrase");
    asked(&mut screen);
    secret(&mut screen, "Present passphrase", "old one");
    secret(&mut screen, "New passphrase", "mule lantern ochre");
    secret(&mut screen, "The new passphrase again", "mule lantern");
    seen(&screen, "The two are not the same yet.");
    assert!(node(&screen, Role::Button, "Change it").accesskit_node().is_disabled());
    secret(&mut screen, "The new passphrase again", " ochre");
    press(&mut screen, "Change it");
    let wanted =
        Intent::ChangePassphrase { old: Secret::new("old one".into()), new: Secret::new("mule lantern ochre".into()) };
    assert_eq!(asked(&mut screen), [wanted]);
    take(&mut screen, [Update::Failed(Fault::WrongPassphrase)]);
    seen(&screen, "The passphrase is wrong.");
    press(&mut screen, "Change it");
    take(&mut screen, [Update::Done(Done::PassphraseChanged)]);
    gone(&screen, "Present passphrase");
}

#[test]
fn a_backup_is_written_with_a_passphrase_of_its_own() {
    let mut screen = settings(open());
    press(&mut screen, "Make a backup");
    starts(&screen, "Never run the same identity on two machines at once");
    assert!(node(&screen, Role::Button, "Write the backup").accesskit_node().is_disabled());
    secret(&mut screen, "New passphrase", "a b c");
    secret(&mut screen, "The new passphrase again", "a b c");
    press(&mut screen, "Write the backup");
    assert_eq!(asked(&mut screen).last(), Some(&Intent::Choose(Purpose::Backup)));
    take(&mut screen, [Update::Chosen(Chosen { purpose: Purpose::Backup, path: Some("/a/b".into()) })]);
    let wanted = Intent::Backup { path: "/a/b".into(), passphrase: Secret::new("a b c".into()) };
    assert_eq!(asked(&mut screen), [wanted]);
    take(&mut screen, [Update::Done(Done::BackedUp)]);
    gone(&screen, "Write the backup");
}

#[test]
fn everything_is_destroyed_after_one_confirmation() {
    let mut screen = settings(open());
    press(&mut screen, "Destroy everything");
    assert!(node(&screen, Role::Button, "Cancel").is_focused(), "the safe way is the first");
    assert_eq!(asked(&mut screen), []);
    press(&mut screen, "Destroy everything now");
    assert_eq!(asked(&mut screen), [Intent::Destroy]);
}

#[test]
fn f1_lists_the_keys() {
    let mut screen = window(open());
    screen.key_press(Key::F1);
    screen.run();
    node(&screen, Role::Dialog, "Keyboard");
    for keys in ["F1", "Ctrl+F", "Ctrl+N", "Ctrl+,", "Ctrl+L", "Ctrl+Q", "Ctrl+Shift+Delete", "Esc"] {
        seen(&screen, keys);
    }
    screen.key_press(Key::Escape);
    screen.run();
    assert!(screen.query_by_role_and_label(Role::Dialog, "Keyboard").is_none());
}

#[test]
fn who_is_blocked_is_listed_and_may_be_let_in_again() {
    let mut screen = settings(open());
    seen(&screen, "Nobody who asked is blocked.");
    let blocked = Blocked { identity: ME, address: address('z') };
    take(&mut screen, [Update::Blocked(vec![blocked.clone()])]);
    seen(&screen, &address('z'));
    press(&mut screen, "Let zzzzzzzz…zzzzzzzz.onion ask again");
    assert_eq!(asked(&mut screen), [Intent::UnblockAddress(blocked)]);
}

#[test]
fn about_says_the_versions_the_limits_and_the_licences() {
    let mut screen = settings(open());
    seen(&screen, "Pelure 0.1.0, with Arti 0.47.0");
    starts(&screen, "Whoever has your address can find out when you are online.");
    press(&mut screen, "Show the libraries and their licences");
    starts(&screen, "SIL Open Font License 1.1");
}

#[test]
fn the_page_fits_a_window_of_320_by_400_and_a_scale_of_200_percent() {
    for (size, scale) in [([320.0, 400.0], 100), ([640.0, 800.0], 200)] {
        for language in [Language::English, Language::French] {
            let chosen = Update::Settings(Settings { language, scale, ..Settings::default() });
            let mut screen = kit::sized(size, language, [open(), vec![chosen]].concat());
            screen.key_press_modifiers(Modifiers::COMMAND, Key::Comma);
            screen.run();
            for role in [Role::Button, Role::RadioButton, Role::CheckBox] {
                for control in screen.get_all_by_role(role) {
                    let rect = control.rect();
                    assert!(
                        rect.right() <= size[0] / f32::from(scale) * 100.0 + 0.5,
                        "{:?}: {rect:?}",
                        control.accesskit_node().label()
                    );
                }
            }
        }
    }
}

#[test]
fn every_control_has_a_name() {
    let mut screen = settings(open());
    for open in ["Tor in detail", "New identity", "Make a backup", "Change the passphrase", "Address of Desk"] {
        press(&mut screen, open);
        for role in [Role::Button, Role::RadioButton, Role::CheckBox, Role::TextInput, Role::PasswordInput] {
            for control in screen.query_all_by_role(role) {
                assert!(control.accesskit_node().label().is_some_and(|label| !label.is_empty()), "{open}: {control:?}");
            }
        }
        screen.key_press(Key::Escape);
        screen.run();
    }
}

fn secret(screen: &mut Screen, name: &str, text: &str) {
    let field = node(screen, Role::PasswordInput, name);
    field.focus();
    screen.run();
    screen.event(egui::Event::Text(text.to_owned()));
    screen.run();
}
