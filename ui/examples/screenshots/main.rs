//! Renders the scenes of the table below to PNG files: `cargo run -p pelure-ui --example screenshots -- DIR`.
//!
//! Each in English on light paper, one of them in every look. `--all` after the directory: each in every look. A name
//! instead: the scenes whose name begins with it, in every look.
#![expect(clippy::print_stderr, clippy::unwrap_used, reason = "a program for developers, run by hand")]

#[path = "../../tests/kit/mod.rs"]
mod kit;

mod alone;
mod desk;
mod people;
mod talk;
mod voice;

use std::path::Path;

use desk::Desk;
use egui::Key;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use kit::fixtures;
use pelure_ui::model::Stage;
use pelure_ui::settings::{Language, Look, Settings};
use pelure_ui::update::Update;
use pelure_ui::words::Words;

/// One picture: what the window is told, and what the person then does.
struct Scene {
    name: &'static str,
    updates: fn() -> Vec<Update>,
    acts: fn(&mut Desk),
}

/// In which ways every scene is drawn.
struct Way {
    name: &'static str,
    size: [f32; 2],
    language: Language,
    look: Look,
}

const SCENES: &[Scene] = &[
    Scene { name: "start-1-look", updates: alone::fresh, acts: |_| {} },
    Scene { name: "start-2-weak", updates: alone::fresh, acts: alone::weak },
    Scene { name: "start-2-traceless", updates: alone::fresh, acts: alone::traceless },
    Scene { name: "start-3-name", updates: alone::made, acts: |_| {} },
    Scene { name: "start-4-address", updates: alone::made, acts: alone::named },
    Scene { name: "lock", updates: alone::locked, acts: |_| {} },
    Scene { name: "lock-wrong", updates: alone::sealed, acts: |_| {} },
    Scene { name: "lock-panic", updates: alone::locked, acts: |desk| desk.press("lock-panic") },
    Scene { name: "pause-broken", updates: alone::broken, acts: |_| {} },
    Scene { name: "pause-opening", updates: || vec![Update::Stage(Stage::Opening)], acts: |_| {} },
    Scene { name: "main", updates: fixtures::open, acts: |_| {} },
    Scene { name: "people-empty", updates: people::alone, acts: |_| {} },
    Scene { name: "people-many", updates: people::crowd, acts: |_| {} },
    Scene { name: "talk", updates: fixtures::open, acts: talk::talk },
    Scene { name: "talk-acts", updates: fixtures::open, acts: talk::menu },
    Scene { name: "talk-emoji", updates: fixtures::open, acts: talk::emoji },
    Scene { name: "talk-foreign", updates: fixtures::open, acts: talk::foreign },
    Scene { name: "talk-hostile", updates: fixtures::open, acts: talk::hostile },
    Scene { name: "talk-files", updates: fixtures::open, acts: talk::files },
    Scene { name: "talk-picture", updates: fixtures::open, acts: talk::picture_shown },
    Scene { name: "talk-send", updates: fixtures::open, acts: talk::sending },
    Scene { name: "talk-drop", updates: fixtures::open, acts: talk::dropping },
    Scene { name: "call", updates: fixtures::open, acts: voice::calling },
    Scene { name: "call-poor", updates: fixtures::open, acts: voice::poor },
    Scene { name: "call-unanswered", updates: fixtures::open, acts: voice::unanswered },
    Scene { name: "talk-notes", updates: fixtures::open, acts: voice::notes },
    Scene { name: "talk-speaking", updates: fixtures::open, acts: voice::speaking },
    Scene { name: "talk-spoken", updates: fixtures::open, acts: voice::spoken },
    Scene { name: "call-incoming", updates: fixtures::open, acts: voice::ringing },
    Scene { name: "settings-sound", updates: fixtures::open, acts: alone::sound },
    Scene { name: "talk-offline", updates: fixtures::open, acts: people::offline },
    Scene { name: "found", updates: fixtures::open, acts: people::found },
    Scene { name: "main-notices", updates: people::noticed, acts: |_| {} },
    Scene { name: "people-add", updates: fixtures::open, acts: alone::adding },
    Scene { name: "people-address", updates: fixtures::open, acts: |desk| alone::settings(desk, Some("address")) },
    Scene { name: "people-requests", updates: fixtures::open, acts: people::requests },
    Scene { name: "people-details", updates: fixtures::open, acts: people::details },
    Scene { name: "people-files", updates: fixtures::open, acts: people::listed },
    Scene { name: "people-safety", updates: fixtures::open, acts: people::safety },
    Scene { name: "people-remove", updates: fixtures::open, acts: people::removal },
    Scene { name: "settings", updates: fixtures::open, acts: |desk| alone::settings(desk, None) },
    Scene { name: "settings-tor", updates: alone::blocked, acts: |desk| alone::settings(desk, Some("settings-tor")) },
    Scene {
        name: "settings-no-bridge",
        updates: alone::no_bridge,
        acts: |desk| alone::settings(desk, Some("settings-tor")),
    },
    Scene { name: "settings-bridges", updates: fixtures::open, acts: alone::bridges },
    Scene { name: "settings-passphrase", updates: fixtures::open, acts: alone::passphrase },
    Scene {
        name: "settings-backup",
        updates: fixtures::open,
        acts: |desk| alone::settings(desk, Some("settings-backup")),
    },
    Scene {
        name: "settings-panic",
        updates: fixtures::open,
        acts: |desk| alone::settings(desk, Some("settings-panic")),
    },
    Scene { name: "settings-about", updates: fixtures::open, acts: alone::about },
    Scene { name: "help", updates: fixtures::open, acts: |desk| desk.key(Key::F1) },
];

const WAYS: &[Way] = &[
    Way { name: "en-light", size: WIDE, language: Language::English, look: Look::Light },
    Way { name: "en-dark", size: WIDE, language: Language::English, look: Look::Dark },
    Way { name: "en-contrast", size: WIDE, language: Language::English, look: Look::Contrast },
    Way { name: "fr-light", size: WIDE, language: Language::French, look: Look::Light },
    Way { name: "en-narrow", size: NARROW, language: Language::English, look: Look::Light },
    Way { name: "fr-narrow", size: NARROW, language: Language::French, look: Look::Dark },
];

fn main() {
    let mut args = std::env::args().skip(1);
    let Some(directory) = args.next() else {
        eprintln!("usage: screenshots DIR [--all | NAME]");
        std::process::exit(2);
    };
    let wanted = args.next().unwrap_or_default();
    let all = wanted == "--all";
    let wanted = if all { String::new() } else { wanted };
    std::fs::create_dir_all(&directory).unwrap();
    for scene in SCENES.iter().filter(|scene| scene.name.starts_with(&wanted)) {
        // A folder of what there is needs every screen once, and one of them in every look.
        let few = wanted.is_empty() && !all && scene.name != "talk";
        for way in WAYS.iter().take(if few { 1 } else { WAYS.len() }) {
            let path = Path::new(&directory).join(format!("{}.{}.png", scene.name, way.name));
            let file = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
            let small = PngEncoder::new_with_quality(file, CompressionType::Best, FilterType::Adaptive);
            picture(scene, way).write_with_encoder(small).unwrap();
        }
    }
}

fn picture(scene: &Scene, way: &Way) -> image::RgbaImage {
    let settings = Settings { look: way.look, language: way.language, ..Settings::default() };
    let updates = std::iter::once(Update::Settings(settings)).chain((scene.updates)());
    let harness = kit::strange(way.size, way.language, updates);
    let mut desk = Desk { harness, words: Words::new(way.language) };
    (scene.acts)(&mut desk);
    desk.harness.render().unwrap()
}

const WIDE: [f32; 2] = [1100.0, 720.0];
const NARROW: [f32; 2] = [320.0, 400.0];
