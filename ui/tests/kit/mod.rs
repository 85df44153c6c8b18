//! A window without a desktop: state in, acts by accessible name, intents out.
#![allow(dead_code, reason = "each test file uses a part of it")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    unreachable_pub,
    reason = "a test says what went wrong by failing"
)]

pub mod acts;
pub mod fixtures;
pub mod raster;
pub mod talking;

use egui_kittest::kittest::Queryable as _;
use egui_kittest::{Harness, HarnessBuilder};
use pelure_ui::Window;
use pelure_ui::intent::Intent;
use pelure_ui::settings::Language;
use pelure_ui::update::Update;
use raster::Raster;

/// A window and what was asked for in it.
pub struct Seen {
    pub window: Window,
    pub intents: Vec<Intent>,
}

/// A window of 1100 x 720 in English that has taken these updates and settled.
pub fn window(updates: impl IntoIterator<Item = Update>) -> Harness<'static, Seen> {
    sized([1100.0, 720.0], Language::English, updates)
}

/// A window of this size and language that has taken these updates and settled. A text of ours that no font can draw
/// fails.
pub fn sized(size: [f32; 2], language: Language, updates: impl IntoIterator<Item = Update>) -> Harness<'static, Seen> {
    settled(Harness::builder().with_size(size), language, updates)
}

/// The same, for texts of others that no font of a test can draw: boxes stand for them.
pub fn strange(
    size: [f32; 2],
    language: Language,
    updates: impl IntoIterator<Item = Update>,
) -> Harness<'static, Seen> {
    settled(Harness::builder().with_size(size).allow_missing_glyphs(), language, updates)
}

fn settled(
    builder: HarnessBuilder<Seen>,
    language: Language,
    updates: impl IntoIterator<Item = Update>,
) -> Harness<'static, Seen> {
    let mut window = Window::new(language);
    updates.into_iter().for_each(|update| window.take(update));
    let seen = Seen { window, intents: Vec::new() };
    let draw = |ui: &mut egui::Ui, seen: &mut Seen| {
        // The harness leaves a margin, a desktop does not.
        let whole = ui.ctx().content_rect();
        ui.scope_builder(egui::UiBuilder::new().max_rect(whole), |ui| {
            ui.set_clip_rect(whole);
            let intents = seen.window.frame(ui);
            seen.intents.extend(intents);
        });
    };
    let builder = builder.with_max_steps(32).with_context_setup(Window::prepare).with_render_cursor(false);
    let mut harness = builder.renderer(Raster::default()).build_ui_state(draw, seen);
    harness.run();
    harness
}

/// Gives the window more updates, and lets it settle.
pub fn take(harness: &mut Harness<'_, Seen>, updates: impl IntoIterator<Item = Update>) {
    updates.into_iter().for_each(|update| harness.state_mut().window.take(update));
    harness.run();
}

/// What was asked for since the last time.
pub fn asked(harness: &mut Harness<'_, Seen>) -> Vec<Intent> {
    std::mem::take(&mut harness.state_mut().intents)
}

/// Clicks what has this name, and lets the window settle.
pub fn click(harness: &mut Harness<'_, Seen>, name: &str) {
    harness.get_by_label(name).click();
    harness.run();
}

/// Writes into the field of this name.
pub fn write(harness: &mut Harness<'_, Seen>, name: &str, text: &str) {
    let field = harness.get_by_role_and_label(egui::accesskit::Role::TextInput, name);
    field.focus();
    field.type_text(text);
    harness.run();
}

/// Writes into the passphrase field of this name.
pub fn write_secret(harness: &mut Harness<'_, Seen>, name: &str, text: &str) {
    let field = harness.get_by_role_and_label(egui::accesskit::Role::PasswordInput, name);
    field.focus();
    field.type_text(text);
    harness.run();
}
