//! The list of keys under F1 is true: each key in it is pressed here, and does what the list says.

mod kit;

use std::collections::BTreeSet;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use kit::acts::{Screen, gone, seen, starts};
use kit::fixtures::{BOB, open};
use kit::talking::{OURS, THEIRS, talking, two};
use kit::{asked, window};
use pelure_ui::intent::Intent;

/// One line of the list: its name in the translations, the keys as the person reads them, and what shows that they work.
type Line = (&'static str, &'static str, fn());

#[test]
fn the_list_names_just_the_keys_that_are_tried_here() {
    let english = include_str!("../src/i18n/en/settings.ftl");
    let named: BTreeSet<(&str, &str)> =
        english.lines().filter_map(|line| line.strip_prefix("help-keys-")?.split_once(" = ")).collect();
    let tried = LINES.iter().map(|(name, keys, _)| (*name, *keys)).chain(ELSEWHERE);
    let tried: BTreeSet<(&str, &str)> = tried.collect();
    assert_eq!(named, tried);
    let mut screen = window(open());
    press(&mut screen, Key::F1);
    for (_, keys, _) in LINES {
        seen(&screen, keys);
    }
}

#[test]
fn each_key_of_the_list_does_what_it_says() {
    for (_, _, works) in LINES {
        works();
    }
}

/// What `tests/attach.rs` (the first) and `tests/call.rs` press.
const ELSEWHERE: [(&str, &str); 4] =
    [("attach", "Ctrl+O"), ("hang-up", "Ctrl+H"), ("mute", "Ctrl+M"), ("talk", "F8, held")];

const LINES: [Line; 14] = [
    ("help", "F1", || {
        let mut screen = window(open());
        press(&mut screen, Key::F1);
        seen(&screen, "Keyboard");
    }),
    ("search", "Ctrl+F", || {
        let mut screen = window(open());
        with(&mut screen, Modifiers::COMMAND, Key::F);
        assert!(screen.get_by_role_and_label(Role::TextInput, "Search all messages").is_focused());
    }),
    ("add", "Ctrl+N", || {
        let mut screen = window(open());
        with(&mut screen, Modifiers::COMMAND, Key::N);
        screen.get_by_role_and_label(Role::Dialog, "Add a contact");
    }),
    ("settings", "Ctrl+,", || {
        let mut screen = window(open());
        with(&mut screen, Modifiers::COMMAND, Key::Comma);
        starts(&screen, "Read receipts are off");
    }),
    ("lock", "Ctrl+L", || assert_eq!(wished(Modifiers::COMMAND, Key::L), [Intent::Lock])),
    ("quit", "Ctrl+Q", || assert_eq!(wished(Modifiers::COMMAND, Key::Q), [Intent::Quit])),
    ("panic", "Ctrl+Shift+Delete", || {
        let mut screen = window(open());
        with(&mut screen, Modifiers::COMMAND | Modifiers::SHIFT, Key::Delete);
        assert_eq!(asked(&mut screen), [], "it asks once");
        screen.get_by_role_and_label(Role::Button, "Destroy everything now").click();
        screen.run();
        assert_eq!(asked(&mut screen), [Intent::Destroy]);
    }),
    ("close", "Esc", || {
        let mut screen = window(open());
        press(&mut screen, Key::F1);
        press(&mut screen, Key::Escape);
        gone(&screen, "Keyboard");
        with(&mut screen, Modifiers::COMMAND, Key::F);
        press(&mut screen, Key::Escape);
        assert!(screen.query_by_role_and_label(Role::TextInput, "Search all messages").is_none_or(|f| !f.is_focused()));
        let mut screen = writing();
        press(&mut screen, Key::ArrowUp);
        press(&mut screen, Key::Escape);
        assert_eq!(field(&screen).value().as_deref(), Some(""));
    }),
    ("tab", "Tab, Shift+Tab", || {
        let mut screen = window(open());
        with(&mut screen, Modifiers::COMMAND, Key::N);
        let first = focused(&screen);
        press(&mut screen, Key::Tab);
        assert_ne!(focused(&screen), first);
        with(&mut screen, Modifiers::SHIFT, Key::Tab);
        assert_eq!(focused(&screen), first);
    }),
    ("press", "Enter or Space", || {
        for key in [Key::Enter, Key::Space] {
            let mut screen = window(open());
            screen.get_by_role_and_label(Role::Button, "Bob").focus();
            screen.run();
            press(&mut screen, key);
            assert!(asked(&mut screen).iter().any(|wish| matches!(wish, Intent::Load { contact: BOB, .. })), "{key:?}");
        }
    }),
    ("list", "Up, Down, Page Up, Page Down, Home, End", || {
        let mut screen = window(open());
        screen.get_by_role_and_label(Role::Button, "Bob").focus();
        screen.run();
        for (key, name) in [
            (Key::ArrowDown, "Clara"),
            (Key::End, "Dmitri"),
            (Key::ArrowUp, "Clara"),
            (Key::Home, "Bob"),
            (Key::PageDown, "Dmitri"),
            (Key::PageUp, "Bob"),
        ] {
            press(&mut screen, key);
            assert!(screen.get_by_role_and_label(Role::Button, name).is_focused(), "{key:?}");
        }
        let mut screen = talking(two());
        screen.get_by_role_and_label(Role::Button, OURS).focus();
        screen.run();
        for (key, row) in [
            (Key::ArrowUp, THEIRS),
            (Key::ArrowDown, OURS),
            (Key::Home, THEIRS),
            (Key::End, OURS),
            (Key::PageUp, THEIRS),
            (Key::PageDown, OURS),
        ] {
            press(&mut screen, key);
            assert!(screen.get_by_role_and_label(Role::Button, row).is_focused(), "{key:?}");
        }
    }),
    ("menu", "Menu or Shift+F10", || {
        for (modifiers, key) in [(Modifiers::NONE, Key::Menu), (Modifiers::SHIFT, Key::F10)] {
            let mut screen = talking(two());
            screen.get_by_role_and_label(Role::Button, OURS).focus();
            screen.run();
            with(&mut screen, modifiers, key);
            seen(&screen, "Copy text");
        }
    }),
    ("send", "Enter, Shift+Enter", || {
        let mut screen = writing();
        write(&mut screen, "one");
        screen.key_press_modifiers(Modifiers::SHIFT, Key::Enter);
        screen.run_steps(2);
        write(&mut screen, "two");
        press(&mut screen, Key::Enter);
        let text = "one\ntwo".into();
        assert_eq!(asked(&mut screen), [Intent::Send { contact: BOB, text, reply_to: None }]);
    }),
    ("edit", "Up, in an empty field", || {
        let mut screen = writing();
        press(&mut screen, Key::ArrowUp);
        assert_eq!(field(&screen).value().as_deref(), Some("I can fetch them tomorrow."));
    }),
];

/// What one key asks for in a window at work.
fn wished(modifiers: Modifiers, key: Key) -> Vec<Intent> {
    let mut screen = window(open());
    asked(&mut screen);
    with(&mut screen, modifiers, key);
    asked(&mut screen)
}

/// A conversation in which the person is about to write.
fn writing() -> Screen {
    let mut screen = talking(two());
    field(&screen).focus();
    screen.run_steps(2);
    asked(&mut screen);
    screen
}

fn field(screen: &Screen) -> egui_kittest::Node<'_> {
    screen.get_by_role_and_label(Role::MultilineTextInput, "Message to Bob")
}

fn write(screen: &mut Screen, text: &str) {
    field(screen).type_text(text);
    screen.run_steps(2);
}

fn focused(screen: &Screen) -> Option<egui::Id> {
    screen.ctx.memory(egui::Memory::focused)
}

fn press(screen: &mut Screen, key: Key) {
    with(screen, Modifiers::NONE, key);
}

fn with(screen: &mut Screen, modifiers: Modifiers, key: Key) {
    screen.key_press_modifiers(modifiers, key);
    screen.run();
}
