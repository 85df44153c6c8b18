//! The pictures of what one does alone: the first start, the lock, the settings.

use egui::Key;
use egui_kittest::kittest::Queryable as _;
use pelure_ui::model::{Device, Fault, Identity, Place, Reach, Shown, Sound, Stage, Tor, Trial};
use pelure_ui::update::Update;

use crate::desk::Desk;
use crate::kit::{self, fixtures};

pub(crate) fn fresh() -> Vec<Update> {
    vec![Update::Stage(Stage::Fresh), place()]
}

pub(crate) fn place() -> Update {
    Update::Place(Place { profile: "/home/desk/.local/share/pelure".into(), swap: true, ..Place::default() })
}

pub(crate) fn weak(desk: &mut Desk) {
    desk.press("next");
    desk.secret("start-passphrase", "Summer2026");
    desk.secret("start-passphrase-again", "Summer2026");
    desk.press("next");
}

pub(crate) fn traceless(desk: &mut Desk) {
    desk.press("next");
    desk.press("start-traceless");
}

/// A profile that has no identity yet.
pub(crate) fn made() -> Vec<Update> {
    let step = Shown::new("connecting to a relay");
    vec![place(), Update::Stage(Stage::Open), Update::Tor(Tor::Connecting { fraction: 0.46, step })]
}

pub(crate) fn named(desk: &mut Desk) {
    desk.write("start-name", "Desk");
    desk.press("next");
    let identity = Identity { reach: Reach::Starting, ..fixtures::me() };
    kit::take(&mut desk.harness, [Update::Identities(vec![identity])]);
}

pub(crate) fn sealed() -> Vec<Update> {
    vec![place(), Update::Stage(Stage::Sealed { fault: Some(Fault::WrongPassphrase) })]
}

pub(crate) fn locked() -> Vec<Update> {
    vec![place(), Update::Stage(Stage::Locked { fault: None, unread: 3 })]
}

pub(crate) fn broken() -> Vec<Update> {
    vec![place(), Update::Stage(Stage::Broken(Fault::InUse))]
}

pub(crate) fn adding(desk: &mut Desk) {
    desk.shortcut(Key::N);
    desk.write("add-address", &format!("{}d", "k".repeat(55)));
    desk.write("add-name", "Eva");
}

pub(crate) fn settings(desk: &mut Desk, then: Option<&str>) {
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

pub(crate) fn passphrase(desk: &mut Desk) {
    settings(desk, Some("settings-passphrase"));
    desk.secret("passphrase-new", "mule lantern");
    desk.secret("passphrase-again", "mule");
}

pub(crate) fn about(desk: &mut Desk) {
    settings(desk, None);
    let name = desk.words.say("about-licences-more").into_owned();
    desk.harness.get_by_label(&name).scroll_to_me();
    desk.harness.run();
}

pub(crate) fn sound(desk: &mut Desk) {
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

pub(crate) fn blocked() -> Vec<Update> {
    let mut updates = fixtures::open();
    let reason = Shown::new("The clock of this computer is wrong by 3 hours");
    updates.push(Update::Tor(Tor::Blocked { fraction: 0.12, reason }));
    updates
}
