//! Ways into the screens, and what is seen there.

use egui::accesskit::Role;
use egui::{Key, Modifiers, OutputCommand};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use pelure_ui::model::Request;
use pelure_ui::settings::{Language, Settings};
use pelure_ui::update::Update;

use super::fixtures::open;
use super::{Seen, asked, window};

pub type Screen = Harness<'static, Seen>;

pub fn adding(updates: Vec<Update>) -> Screen {
    let mut screen = window(updates);
    screen.key_press_modifiers(Modifiers::COMMAND, Key::N);
    screen.run();
    asked(&mut screen);
    screen
}

pub fn settings(updates: Vec<Update>) -> Screen {
    let mut screen = window(updates);
    screen.key_press_modifiers(Modifiers::COMMAND, Key::Comma);
    screen.run();
    asked(&mut screen);
    screen
}

pub fn requests(requests: Vec<Request>) -> Screen {
    let updates = [open(), vec![Update::Requests(requests)]].concat();
    let mut screen = super::strange([1100.0, 720.0], Language::English, updates);
    enter_requests(&mut screen);
    asked(&mut screen);
    screen
}

pub fn enter_requests(screen: &mut Screen) {
    screen
        .get_by(|node| node.role() == Role::Button && node.label().is_some_and(|l| l.starts_with("Requests (")))
        .click();
    screen.run();
}

pub fn details(updates: Vec<Update>) -> Screen {
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

pub fn french(updates: Vec<Update>) -> Vec<Update> {
    let settings = Settings { language: Language::French, ..Settings::default() };
    updates.into_iter().chain([Update::Settings(settings)]).collect()
}

pub fn node<'a>(screen: &'a Screen, role: Role, name: &'a str) -> egui_kittest::Node<'a> {
    screen.get_by_role_and_label(role, name)
}

pub fn field<'a>(screen: &'a Screen, name: &'a str) -> egui_kittest::Node<'a> {
    node(screen, Role::TextInput, name)
}

pub fn press(screen: &mut Screen, name: &str) {
    node(screen, Role::Button, name).click_accesskit();
    screen.run();
}

pub fn seen(screen: &Screen, words: &str) {
    assert!(screen.query_all_by_label(words).next().is_some(), "{words}");
}

pub fn starts(screen: &Screen, words: &str) {
    assert!(screen.query_all_by_label_contains(words).next().is_some(), "{words}");
}

pub fn gone(screen: &Screen, words: &str) {
    assert!(screen.query_all_by_label(words).next().is_none(), "{words}");
}

pub fn write_lines(screen: &mut Screen, name: &str, text: &str) {
    let field = node(screen, Role::MultilineTextInput, name);
    field.focus();
    field.type_text(text);
    screen.run();
}

pub fn rewrite(screen: &mut Screen, name: &str, text: &str) {
    field(screen, name).focus();
    screen.run();
    screen.key_press_modifiers(Modifiers::COMMAND, Key::A);
    screen.event(egui::Event::Text(text.to_owned()));
    screen.run();
}

pub fn copies(screen: &mut Screen) -> Vec<String> {
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
