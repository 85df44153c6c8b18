//! A handful of pictures, so that a look does not change unseen. `UPDATE_SNAPSHOTS=1 cargo test -p pelure-ui --test looks`
//! makes them anew.

mod kit;

use egui_kittest::SnapshotOptions;
use kit::fixtures;
use pelure_ui::model::{Done, Stage};
use pelure_ui::settings::{Language, Look, Settings};
use pelure_ui::update::Update;

#[test]
fn the_first_start_in_light() {
    picture("start", WIDE, Language::English, Look::Light, [Update::Stage(Stage::Fresh)]);
}

#[test]
fn the_first_start_in_high_contrast() {
    picture("start-contrast", NARROW, Language::French, Look::Contrast, [Update::Stage(Stage::Fresh)]);
}

#[test]
fn the_lock_screen_by_night() {
    let locked = Update::Stage(Stage::Locked { fault: None, unread: 3 });
    picture("lock-dark", NARROW, Language::English, Look::Dark, [locked]);
}

#[test]
fn a_notice_over_the_main_screen() {
    let updates = fixtures::open().into_iter().chain([Update::Done(Done::QrSaved)]);
    picture("main", WIDE, Language::English, Look::Light, updates);
}

fn picture(name: &str, size: [f32; 2], language: Language, look: Look, updates: impl IntoIterator<Item = Update>) {
    let settings = Update::Settings(Settings { look, language, ..Settings::default() });
    let mut window = kit::sized(size, language, std::iter::once(settings).chain(updates));
    // Drawn on the processor: what differs from machine to machine is the rounding of a few edges.
    window.snapshot_options(name, &SnapshotOptions::new().threshold(1.0).max_failed_pixels(40));
}

const WIDE: [f32; 2] = [1100.0, 720.0];
const NARROW: [f32; 2] = [320.0, 400.0];
