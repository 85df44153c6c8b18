//! Renders every scene of the table below to PNG files: `cargo run -p pelure-ui --example screenshots -- DIR [NAME]`.
//!
//! With a name, only the scenes whose name begins with it.
#![expect(clippy::print_stderr, clippy::unwrap_used, reason = "a program for developers, run by hand")]

#[path = "../tests/kit/mod.rs"]
mod kit;

use std::path::Path;

use egui::Key;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use kit::{Seen, fixtures};
use pelure_ui::model::{Done, Fault, Identity, Place, Reach, Shown, Stage, Tor};
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
    Scene { name: "start-1-look", updates: fresh, acts: |_| {} },
    Scene { name: "start-2-weak", updates: fresh, acts: weak },
    Scene { name: "start-2-traceless", updates: fresh, acts: traceless },
    Scene { name: "start-3-name", updates: made, acts: |_| {} },
    Scene { name: "start-4-address", updates: made, acts: named },
    Scene { name: "lock", updates: locked, acts: |_| {} },
    Scene { name: "lock-wrong", updates: sealed, acts: |_| {} },
    Scene { name: "lock-panic", updates: locked, acts: |desk| desk.press("lock-panic") },
    Scene { name: "pause-broken", updates: broken, acts: |_| {} },
    Scene { name: "pause-opening", updates: || vec![Update::Stage(Stage::Opening)], acts: |_| {} },
    Scene { name: "main", updates: fixtures::open, acts: |_| {} },
    Scene { name: "main-notices", updates: noticed, acts: |_| {} },
];

const WAYS: &[Way] = &[
    Way { name: "en-light", size: WIDE, language: Language::English, look: Look::Light },
    Way { name: "en-dark", size: WIDE, language: Language::English, look: Look::Dark },
    Way { name: "en-contrast", size: WIDE, language: Language::English, look: Look::Contrast },
    Way { name: "fr-light", size: WIDE, language: Language::French, look: Look::Light },
    Way { name: "en-narrow", size: NARROW, language: Language::English, look: Look::Light },
    Way { name: "fr-narrow", size: NARROW, language: Language::French, look: Look::Dark },
];

/// A window and the words of its language.
struct Desk {
    harness: Harness<'static, Seen>,
    words: Words,
}

impl Desk {
    /// Clicks what has the name that this text gives.
    fn press(&mut self, text: &str) {
        let name = self.words.say(text).into_owned();
        // Not with the pointer: it may have to be scrolled to.
        self.harness.get_all_by_label(&name).next().unwrap().click_accesskit();
        self.harness.run();
    }

    /// Writes into the field whose name this text gives.
    fn write(&mut self, text: &str, value: &str) {
        let name = self.words.say(text).into_owned();
        kit::write(&mut self.harness, &name, value);
    }

    /// Writes into the passphrase field whose name this text gives.
    fn secret(&mut self, text: &str, value: &str) {
        let name = self.words.say(text).into_owned();
        kit::write_secret(&mut self.harness, &name, value);
    }

    fn key(&mut self, key: Key) {
        self.harness.key_press(key);
        self.harness.run();
    }
}

fn fresh() -> Vec<Update> {
    vec![Update::Stage(Stage::Fresh), place()]
}

fn place() -> Update {
    Update::Place(Place { profile: "/home/desk/.local/share/pelure".into(), swap: true, ..Place::default() })
}

fn weak(desk: &mut Desk) {
    desk.press("next");
    desk.secret("start-passphrase", "Summer2026");
    desk.secret("start-passphrase-again", "Summer2026");
    desk.press("next");
}

fn traceless(desk: &mut Desk) {
    desk.press("next");
    desk.press("start-traceless");
}

/// A profile that has no identity yet.
fn made() -> Vec<Update> {
    let step = Shown::new("connecting to a relay");
    vec![place(), Update::Stage(Stage::Open), Update::Tor(Tor::Connecting { fraction: 0.46, step })]
}

fn named(desk: &mut Desk) {
    desk.write("start-name", "Desk");
    desk.press("next");
    let identity = Identity { reach: Reach::Starting, ..fixtures::me() };
    kit::take(&mut desk.harness, [Update::Identities(vec![identity])]);
}

fn sealed() -> Vec<Update> {
    vec![place(), Update::Stage(Stage::Sealed { fault: Some(Fault::WrongPassphrase) })]
}

fn locked() -> Vec<Update> {
    vec![place(), Update::Stage(Stage::Locked { fault: None, unread: 3 })]
}

fn broken() -> Vec<Update> {
    vec![place(), Update::Stage(Stage::Broken(Fault::InUse))]
}

fn noticed() -> Vec<Update> {
    let mut updates = fixtures::open();
    updates.extend([Update::Done(Done::QrSaved), Update::Failed(Fault::Permission)]);
    updates
}

fn main() {
    let mut args = std::env::args().skip(1);
    let Some(directory) = args.next() else {
        eprintln!("usage: screenshots DIR [NAME]");
        std::process::exit(2);
    };
    let wanted = args.next().unwrap_or_default();
    std::fs::create_dir_all(&directory).unwrap();
    for scene in SCENES.iter().filter(|scene| scene.name.starts_with(&wanted)) {
        for way in WAYS {
            let path = Path::new(&directory).join(format!("{}.{}.png", scene.name, way.name));
            picture(scene, way).save(path).unwrap();
        }
    }
}

fn picture(scene: &Scene, way: &Way) -> image::RgbaImage {
    let settings = Settings { look: way.look, language: way.language, ..Settings::default() };
    let updates = std::iter::once(Update::Settings(settings)).chain((scene.updates)());
    let harness = kit::sized(way.size, way.language, updates);
    let mut desk = Desk { harness, words: Words::new(way.language) };
    (scene.acts)(&mut desk);
    desk.harness.render().unwrap()
}

const WIDE: [f32; 2] = [1100.0, 720.0];
const NARROW: [f32; 2] = [320.0, 400.0];
