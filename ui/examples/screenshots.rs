//! Renders the scenes of the table below to PNG files: `cargo run -p pelure-ui --example screenshots -- DIR`.
//!
//! Each in English on light paper, one of them in every look. `--all` after the directory: each in every look. A name
//! instead: the scenes whose name begins with it, in every look.
#![expect(clippy::print_stderr, clippy::unwrap_used, reason = "a program for developers, run by hand")]

#[path = "../tests/kit/mod.rs"]
mod kit;

use std::path::Path;

use egui::Key;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use kit::{Seen, fixtures};
use pelure_ui::keys::{ContactKey, MessageKey, TransferKey};
use pelure_ui::model::{
    Call, CallStage, Contact, Device, Done, Fault, FileKind, FileState, Files, Found, Hit, Identity, Last, Message,
    Packing, Parcel, Picture, Place, Presence, Quality, Reach, Removed, Shown, Sound, Stage, Tor, Transfer, Trial,
    Uncleaned,
};
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
    Scene { name: "people-empty", updates: alone, acts: |_| {} },
    Scene { name: "people-many", updates: crowd, acts: |_| {} },
    Scene { name: "talk", updates: fixtures::open, acts: talk },
    Scene { name: "talk-acts", updates: fixtures::open, acts: menu },
    Scene { name: "talk-emoji", updates: fixtures::open, acts: emoji },
    Scene { name: "talk-foreign", updates: fixtures::open, acts: foreign },
    Scene { name: "talk-hostile", updates: fixtures::open, acts: hostile },
    Scene { name: "talk-files", updates: fixtures::open, acts: files },
    Scene { name: "talk-picture", updates: fixtures::open, acts: picture_shown },
    Scene { name: "talk-send", updates: fixtures::open, acts: sending },
    Scene { name: "talk-drop", updates: fixtures::open, acts: dropping },
    Scene { name: "call", updates: fixtures::open, acts: calling },
    Scene { name: "call-poor", updates: fixtures::open, acts: |desk| poor(desk) },
    Scene { name: "call-incoming", updates: fixtures::open, acts: ringing },
    Scene { name: "settings-sound", updates: fixtures::open, acts: sound },
    Scene { name: "talk-offline", updates: fixtures::open, acts: offline },
    Scene { name: "found", updates: fixtures::open, acts: found },
    Scene { name: "main-notices", updates: noticed, acts: |_| {} },
    Scene { name: "people-add", updates: fixtures::open, acts: adding },
    Scene { name: "people-address", updates: fixtures::open, acts: |desk| settings(desk, Some("address")) },
    Scene { name: "people-requests", updates: fixtures::open, acts: requests },
    Scene { name: "people-details", updates: fixtures::open, acts: details },
    Scene { name: "people-files", updates: fixtures::open, acts: listed },
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

    /// Opens a conversation.
    fn open(&mut self, name: &str) {
        self.harness.get_by_role_and_label(egui::accesskit::Role::Button, name).click();
        self.harness.run_steps(6);
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

/// Nobody is there yet.
fn alone() -> Vec<Update> {
    let mut updates = fixtures::open();
    updates.extend([Update::Contacts(Vec::new()), Update::Requests(Vec::new())]);
    updates
}

fn crowd() -> Vec<Update> {
    let person = |key| {
        let last =
            Last { text: Shown::new("See you there."), file: false, incoming: key % 2 == 0, at: fixtures::at(8, 30) };
        Contact {
            presence: if key % 3 == 0 { Presence::Online } else { fixtures::clara().presence },
            last: (key % 4 != 0).then_some(last),
            ..fixtures::contact(ContactKey(key), &format!("Person {key}"), 'p')
        }
    };
    fixtures::open().into_iter().chain((10..1_000).map(|key| Update::Contact(Box::new(person(key))))).collect()
}

fn talk(desk: &mut Desk) {
    desk.open("Bob");
    kit::take(&mut desk.harness, [fixtures::page(fixtures::BOB, fixtures::conversation())]);
}

/// Files in every state that a conversation of one screen holds.
fn file_talk() -> Vec<Message> {
    let file = |key, incoming, name: &str, state, minute| Message {
        at: fixtures::at(14, minute),
        ..fixtures::file(key, incoming, name, state)
    };
    let with = |mut message: Message, change: &dyn Fn(&mut Transfer)| {
        change(message.file.as_mut().unwrap());
        message
    };
    let photo = file(2, false, "station.jpg", FileState::Done, 5);
    let folder = file(4, true, "minutes of the committee", FileState::Active, 20);
    vec![
        Message { at: fixtures::at(14, 2), ..fixtures::message(1, true, "The documents are ready.") },
        with(photo, &|file| {
            file.removed = vec![Removed::Camera, Removed::Position, Removed::EditingHistory];
        }),
        with(folder, &|file| {
            file.kind = FileKind::Folder { files: 34 };
            (file.size, file.done, file.left) = (18_400_000, 7_100_000, Some(33));
        }),
        file(5, true, "statement of the witness, second version.pdf", FileState::Offered, 22),
    ]
}

fn files(desk: &mut Desk) {
    desk.open("Bob");
    kit::take(&mut desk.harness, [fixtures::page(fixtures::BOB, file_talk())]);
    let leaving =
        Parcel { packing: Packing::Leaving { done: 1_500_000 }, ..fixtures::parcel(9, "recording.wav", &[], &[]) };
    kit::take(&mut desk.harness, [Update::Parcel(leaving)]);
}

fn listed(desk: &mut Desk) {
    files(desk);
    desk.press("talk-show-details");
    let transfers = file_talk().into_iter().filter_map(|message| message.file).map(|file| *file).rev().collect();
    kit::take(&mut desk.harness, [Update::Files(Files { contact: fixtures::BOB, transfers })]);
}

fn picture_shown(desk: &mut Desk) {
    desk.open("Bob");
    let message = Message { at: fixtures::at(14, 5), ..fixtures::file(2, true, "station.jpg", FileState::Done) };
    kit::take(&mut desk.harness, [fixtures::page(fixtures::BOB, vec![message])]);
    let pixels = fixtures::landscape(900, 600);
    let picture = Picture { transfer: TransferKey(2), pixels: Ok(pixels) };
    kit::take(&mut desk.harness, [Update::Picture(picture)]);
}

fn sending(desk: &mut Desk) {
    desk.open("Bob");
    let photo =
        fixtures::parcel(1, "IMG_20260301_181502.jpg", &[Removed::Camera, Removed::Position, Removed::Times], &[]);
    let office = fixtures::parcel(2, "minutes.docx", &[], &[Uncleaned::Office]);
    kit::take(&mut desk.harness, [Update::Parcel(photo), Update::Parcel(office)]);
}

fn dropping(desk: &mut Desk) {
    talk(desk);
    desk.harness.input_mut().hovered_files = vec![egui::HoveredFile::default()];
    desk.harness.run_steps(3);
}

fn call(stage: CallStage) -> Call {
    Call {
        contact: fixtures::BOB,
        incoming: true,
        stage,
        quality: Quality::Good,
        delay: Some(340),
        muted: false,
        push_to_talk: false,
        disguised: false,
    }
}

fn told(desk: &mut Desk, call: Call) {
    desk.harness.state_mut().window.take(Update::Call(Some(call)));
    desk.harness.run_steps(4);
}

fn calling(desk: &mut Desk) {
    talk(desk);
    told(desk, call(CallStage::Active { since: -134.0 }));
}

fn poor(desk: &mut Desk) {
    talk(desk);
    told(desk, Call { quality: Quality::Poor, delay: Some(1_240), ..call(CallStage::Active { since: -134.0 }) });
}

fn ringing(desk: &mut Desk) {
    talk(desk);
    told(desk, call(CallStage::Ringing));
}

fn sound(desk: &mut Desk) {
    settings(desk, None);
    let device = |name: &str, chosen| Device { name: Shown::new(name), chosen };
    let sound = Sound {
        microphones: vec![device("Headset", true), device("Built-in microphone", false)],
        speakers: vec![device("Headset", true), device("Built-in loudspeaker", false)],
        headset: true,
        disguise: false,
        level: 0.4,
        trial: Trial::Recording,
    };
    kit::take(&mut desk.harness, [Update::Sound(sound)]);
    let name = desk.words.say("sound-try-note").into_owned();
    desk.harness.get_by_label(&name).scroll_to_me();
    desk.harness.run();
}

fn menu(desk: &mut Desk) {
    talk(desk);
    let row = desk.harness.get_all_by_label_contains("example.org").next().unwrap();
    row.click_secondary();
    desk.harness.run_steps(4);
}

fn emoji(desk: &mut Desk) {
    talk(desk);
    desk.press("talk-emoji");
}

/// Other scripts; those that run from right to left stand at the right.
fn foreign(desk: &mut Desk) {
    // In the real window the fonts of the system come after ours; here one of them, where it is.
    if let Ok(font) = std::fs::read("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf") {
        let families = vec![egui::epaint::text::InsertFontFamily {
            family: egui::FontFamily::Proportional,
            priority: egui::epaint::text::FontPriority::Lowest,
        }];
        desk.harness.ctx.add_font(egui::epaint::text::FontInsert {
            name: "system".into(),
            data: egui::FontData::from_owned(font),
            families,
        });
    }
    desk.open("Bob");
    let texts = [
        "Привет! Как дела? Γειά σου",
        "שלום (עולם) 123, מה שלומך היום? אני מחכה לך בבית הקפה שמול התחנה אחרי הצהריים.",
        "مرحبا بالعالم (اختبار) 42",
        "He wrote «שלום עולם» and left.",
        "你好，世界 こんにちは 안녕하세요",
        "👍 👩‍👩‍👧 🇫🇷 ❤️ 👍🏽",
    ];
    let messages = texts.iter().zip(1..).map(|(text, key)| fixtures::message(key, key % 2 == 0, text)).collect();
    kit::take(&mut desk.harness, [fixtures::page(fixtures::BOB, messages)]);
}

fn hostile(desk: &mut Desk) {
    desk.open("Bob");
    let texts = [format!("a{}", "\u{301}".repeat(30_000)), "😀".repeat(10_000), "x".repeat(65_536)];
    let messages = texts.iter().zip(1..).map(|(text, key)| fixtures::message(key, true, text)).collect();
    kit::take(&mut desk.harness, [fixtures::page(fixtures::BOB, messages)]);
}

/// Somebody who cannot be reached, of whom there is a warning.
fn offline(desk: &mut Desk) {
    let clara = Contact { restored: true, expires_in: Some(86_400), ..fixtures::clara() };
    desk.harness.state_mut().window.take(Update::Contact(Box::new(clara)));
    desk.open("Clara");
    desk.harness.state_mut().window.take(fixtures::page(fixtures::CLARA, fixtures::conversation()));
    desk.harness.run_steps(6);
}

fn found(desk: &mut Desk) {
    desk.harness.key_press_modifiers(egui::Modifiers::COMMAND, Key::F);
    desk.harness.run_steps(3);
    desk.harness.event(egui::Event::Text("documents".into()));
    desk.harness.run_steps(6);
    let hit = |contact, key, text: &str| Hit {
        contact,
        message: MessageKey(key),
        incoming: key % 2 == 0,
        text: Shown::new(text),
        at: fixtures::at(9, 15),
    };
    let hits = vec![
        hit(fixtures::BOB, 2, "The documents are ready."),
        hit(fixtures::BOB, 1, "I can fetch the documents tomorrow, if you tell me where they are by then."),
        hit(fixtures::CLARA, 4, "No Documents were found in the second folder."),
    ];
    kit::take(&mut desk.harness, [Update::Found(Found { query: "documents".into(), hits, more: false })]);
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
