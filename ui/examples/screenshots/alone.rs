//! The pictures of what one does alone: the first start, the lock, the settings.

use egui::Key;
use egui_kittest::kittest::Queryable as _;
use pelure_ui::model::{
    Detour, Device, Fault, Identity, Obstacle, Place, Reach, Row, Said, Shown, Sound, Stage, Step, Tor, Trial, Typed,
    Verdict,
};
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
    let step = Step::Directory;
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
    let reason = Obstacle::Clock(Shown::new("3 hours ahead"));
    updates.push(Update::Tor(Tor::Blocked { fraction: 0.12, reason }));
    updates
}

pub(crate) fn no_bridge() -> Vec<Update> {
    let reason = Obstacle::Bridges;
    [fixtures::open(), vec![Update::Tor(Tor::Blocked { fraction: 0.0, reason })]].concat()
}

/// Bridges as they are set, one of them without its program.
pub(crate) fn bridges(desk: &mut Desk) {
    settings(desk, None);
    let served = Verdict::Served { transport: "obfs4", program: "/usr/bin/obfs4proxy".into() };
    let missing = Verdict::Missing { transport: "snowflake", programs: &["snowflake-client"] };
    let verdicts = [served, missing, Verdict::NoFingerprint].into_iter().enumerate();
    let rows = verdicts.map(|(at, verdict)| Row { line: at + 1, verdict }).collect();
    let typed = Typed {
        bridges:
            "obfs4 192.0.2.55:38114 316E643333645F6D79216558614D3931657A5F5F cert=YXJlIGZyZXF1ZW50bHk iat-mode=0\n\
                  snowflake 192.0.2.3:80 2B280B23E1107BB62ABFC40DDCC8824814F80A72\nobfs4 192.0.2.56:443 316E cert=YXJl"
                .into(),
        proxy: "socks5://192.0.2.1:1080".into(),
        ports: String::new(),
    };
    let said = Said { rows, ..Said::default() };
    let detour = Update::Detour(Box::new(Detour { typed, said, unreadable: false }));
    kit::take(&mut desk.harness, [detour.clone()]);
    desk.press("detour-change");
    kit::take(&mut desk.harness, [detour]);
}
