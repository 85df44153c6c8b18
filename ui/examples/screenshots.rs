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
    Scene { name: "pause-broken", updates: broken, acts: |_| {} },
    Scene { name: "pause-opening", updates: || vec![Update::Stage(Stage::Opening)], acts: |_| {} },
    Scene { name: "main", updates: fixtures::open, acts: |_| {} },
    Scene { name: "main-notices", updates: noticed, acts: |_| {} },
    Scene { name: "people-add", updates: fixtures::open, acts: adding },
    Scene { name: "people-address", updates: fixtures::open, acts: |desk| settings(desk, Some("address")) },
    Scene { name: "people-requests", updates: fixtures::open, acts: requests },
    Scene { name: "people-details", updates: fixtures::open, acts: details },
    Scene { name: "people-safety", updates: fixtures::open, acts: safety },
    Scene { name: "people-remove", updates: fixtures::open, acts: removal },
    Scene { name: "settings", updates: fixtures::open, acts: |desk| settings(desk, None) },
    Scene { name: "settings-tor", updates: blocked, acts: |desk| settings(desk, Some("settings-tor")) },
    Scene { name: "settings-passphrase", updates: fixtures::open, acts: passphrase },
    Scene { name: "settings-backup", updates: fixtures::open, acts: |desk| settings(desk, Some("settings-backup")) },
    Scene { name: "settings-panic", updates: fixtures::open, acts: |desk| settings(desk, Some("settings-panic")) },
    Scene { name: "settings-about", updates: fixtures::open, acts: about },
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

    /// The same, for a name with values in it.
    fn named(&mut self, name: &str) {
        self.harness.get_all_by_label(name).next().unwrap().click_accesskit();
        self.harness.run();
    }

    /// Presses a key together with Ctrl.
    fn shortcut(&mut self, key: Key) {
        self.harness.key_press_modifiers(egui::Modifiers::COMMAND, key);
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

fn adding(desk: &mut Desk) {
    desk.shortcut(Key::N);
    desk.write("add-address", &format!("{}d", "k".repeat(55)));
    desk.write("add-name", "Eva");
}

fn settings(desk: &mut Desk, then: Option<&str>) {
    desk.shortcut(Key::Comma);
    match then {
        Some("address") => {
            let name = desk.words.say_with("settings-identity-address", &[("name", "Desk".into())]);
            desk.named(&name);
        }
        Some(name) => desk.press(name),
        None => {}
    }
}

fn passphrase(desk: &mut Desk) {
    settings(desk, Some("settings-passphrase"));
    desk.secret("passphrase-new", "mule lantern");
    desk.secret("passphrase-again", "mule");
}

fn about(desk: &mut Desk) {
    settings(desk, None);
    let name = desk.words.say("about-licences-more").into_owned();
    desk.harness.get_by_label(&name).scroll_to_me();
    desk.harness.run();
}

fn requests(desk: &mut Desk) {
    let name = desk.words.say_with("people-requests", &[("count", 2.into())]);
    desk.named(&name);
}

fn details(desk: &mut Desk) {
    let bob = |node: &egui_kittest::kittest::AccessKitNode<'_>| {
        node.label().is_some_and(|label| label.starts_with("Bob")) && node.role() != egui::accesskit::Role::Label
    };
    desk.harness.get_by(bob).click_accesskit();
    desk.harness.run();
    desk.press("talk-show-details");
}

fn safety(desk: &mut Desk) {
    details(desk);
    desk.press("details-compare");
    let list = |words: &str| words.split(' ').map(str::to_owned).collect();
    let words = pelure_ui::model::Words {
        contact: fixtures::BOB,
        english: list("hollow lantern pupil velvet cabin ocean turtle mimic garlic spoon erode zebra"),
        french: list("abandon caresse dénicher éclipse fugitif grivois huître liseron moufle notice ortie zeste"),
        digits: list("0868 0996 1390 1937 0259 1222 1877 1128 0769 1685 0613 2045"),
    };
    kit::take(&mut desk.harness, [Update::Words(words)]);
}

fn removal(desk: &mut Desk) {
    details(desk);
    desk.press("details-remove");
}

fn blocked() -> Vec<Update> {
    let mut updates = fixtures::open();
    let reason = Shown::new("The clock of this computer is wrong by 3 hours");
    updates.push(Update::Tor(Tor::Blocked { fraction: 0.12, reason }));
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
