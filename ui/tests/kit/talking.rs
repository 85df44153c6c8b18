//! Ways into a conversation with Bob.

use egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use pelure_ui::model::{Contact, Message};
use pelure_ui::settings::Language;
use pelure_ui::update::Update;

use super::fixtures::{BOB, message, open, page};
use super::{Seen, strange, take};

/// Opens the conversation with Bob.
pub fn enter(harness: &mut Harness<'static, Seen>, messages: Vec<Message>) {
    harness.get_by_role_and_label(Role::Button, "Bob").click();
    harness.run();
    take(harness, [page(BOB, messages)]);
}

/// A window in which the conversation with Bob is open.
pub fn talking(messages: Vec<Message>) -> Harness<'static, Seen> {
    let mut harness = strange(WIDE, Language::English, open());
    enter(&mut harness, messages);
    harness
}

/// The same, with Bob as given.
pub fn talking_with(bob: Contact, messages: Vec<Message>) -> Harness<'static, Seen> {
    let mut harness = strange(WIDE, Language::English, open().into_iter().chain([Update::Contact(Box::new(bob))]));
    enter(&mut harness, messages);
    harness
}

pub fn two() -> Vec<Message> {
    vec![message(1, true, "The documents are ready."), message(2, false, "I can fetch them tomorrow.")]
}

/// Many short messages.
pub fn many(keys: std::ops::RangeInclusive<i64>) -> Vec<Message> {
    keys.map(|key| message(key, key % 2 == 0, &format!("number {key}"))).collect()
}

pub fn text<'h>(harness: &'h Harness<'static, Seen>, text: &'h str) -> egui_kittest::Node<'h> {
    harness.get_by_role_and_label(Role::Label, text)
}

/// Opens what can be done with the message whose row has this name.
pub fn acts(harness: &mut Harness<'static, Seen>, row: &str) {
    harness.get_by_role_and_label(Role::Button, row).click_secondary();
    harness.run();
}

pub fn wheel(harness: &mut Harness<'static, Seen>, points: f32) {
    harness.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: egui::vec2(0.0, points),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Unknown,
        modifiers: egui::Modifiers::NONE,
    });
    // It goes on by itself for a while.
    harness.run_steps(8);
}

/// The messages in view and where they are.
pub fn shown(harness: &Harness<'static, Seen>, keys: std::ops::RangeInclusive<i64>) -> Vec<(i64, egui::Rect)> {
    let find = |key| {
        let name = format!("number {key}");
        let mut found = harness.query_all_by_role_and_label(Role::Label, &name);
        found
            .next()
            .map(|node| (key, node.rect()))
            .filter(|(_, rect)| VIEW.contains(rect.top()) && VIEW.contains(rect.bottom()))
    };
    keys.filter_map(find).collect()
}

/// The size at which the window opens.
pub const WIDE: [f32; 2] = [1100.0, 720.0];
/// Where messages are surely in view: rows beyond it are drawn, too, but may come and go.
pub const VIEW: egui::Rangef = egui::Rangef { min: 180.0, max: 600.0 };
pub const THEIRS: &str = "Bob, 13:01: The documents are ready.";
pub const OURS: &str = "You, 13:02, delivered: I can fetch them tomorrow.";
