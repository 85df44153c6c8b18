//! Bridges and proxy: what is typed is judged line by line, and set when all can be used.

mod kit;

use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use kit::acts::*;
use kit::fixtures::{me, open};
use kit::{asked, take, window, write};
use pelure_ui::intent::Intent;
use pelure_ui::model::{
    Detour, Done, Fault, Obstacle, Place, ProxyFlaw, Purpose, Row, Said, Shown, Stage, Step, Tor, Typed, Verdict,
};
use pelure_ui::update::Update;

/// The name of the field.
const LINES: &str = "Bridge lines, one below the other";
const LINE: &str = "192.0.2.83:80 0BAC39417268B96B9F514EF763FA6FBA1A788956";

#[test]
fn what_is_typed_is_judged_and_then_set() {
    let mut screen = dialog(nothing());
    write_lines(&mut screen, LINES, LINE);
    let typed = Typed { bridges: LINE.into(), ..Typed::default() };
    assert_eq!(asked(&mut screen), [Intent::CheckDetour(typed.clone())]);
    take(&mut screen, [Update::Said(rows([Verdict::Plain]))]);
    starts(&screen, "Line 1: a bridge without a transport");
    press(&mut screen, "Apply");
    assert_eq!(asked(&mut screen), [Intent::SetDetour(typed.clone())]);
    assert!(node(&screen, Role::Button, "Apply").accesskit_node().is_disabled(), "not twice");
    let set = Detour { typed, said: rows([Verdict::Plain]), unreadable: false };
    take(&mut screen, [Update::Done(Done::DetourSet), Update::Detour(Box::new(set))]);
    seen(&screen, "Set. Tor is entered in this way from now on, and in no other.");
    assert!(node(&screen, Role::Button, "Apply").accesskit_node().is_disabled(), "there is no news");
}

#[test]
fn each_line_says_what_is_wrong_with_it_and_what_to_do() {
    let mut screen = dialog(nothing());
    write_lines(&mut screen, LINES, "x");
    asked(&mut screen);
    let served = Verdict::Served { transport: "obfs4", program: "/usr/bin/obfs4proxy".into() };
    let missing = Verdict::Missing { transport: "snowflake", programs: &["snowflake-client"] };
    let said = Said {
        proxy: Some(ProxyFlaw::Name),
        ports: true,
        too_many: true,
        ..rows([
            served,
            missing,
            Verdict::Unknown("obfs9".into()),
            Verdict::TooLong,
            Verdict::NoAddress,
            Verdict::NoFingerprint,
            Verdict::BadSetting,
        ])
    };
    take(&mut screen, [Update::Said(said)]);
    seen(&screen, "Line 1: obfs4, by /usr/bin/obfs4proxy");
    for (line, words) in [
        (2, "snowflake needs another program"),
        (3, "the transport “obfs9” is not known here"),
        (4, "too long for a bridge line"),
        (5, "no bridge line"),
        (6, "its fingerprint"),
        (7, "what follows the fingerprint"),
    ] {
        starts(&screen, &format!("Line {line}: {words}"));
    }
    starts(&screen, "Write the numeric address of the proxy");
    starts(&screen, "A port is a number");
    starts(&screen, "At most 100 bridges");
    // Nothing is set as long as something is wrong.
    press(&mut screen, "Apply");
    assert_eq!(asked(&mut screen), []);
    starts(&screen, "Nothing was changed: mend or remove what is marked first.");
}

#[test]
fn three_hundred_lines_are_told_in_short() {
    let mut screen = dialog(nothing());
    take(&mut screen, [Update::Said(rows(vec![Verdict::Plain; 300]))]);
    seen(&screen, "and 276 more lines");
}

#[test]
fn what_is_set_stands_in_the_fields_and_can_be_taken_back() {
    let typed = Typed { bridges: LINE.into(), proxy: "socks5://192.0.2.1:1080".into(), ports: "443".into() };
    let set = Detour { typed, said: rows([Verdict::Plain]), unreadable: false };
    let mut screen = dialog(set);
    assert_eq!(field(&screen, "Address of the proxy").accesskit_node().value().unwrap(), "socks5://192.0.2.1:1080");
    assert_eq!(field(&screen, "Ports that are let through").accesskit_node().value().unwrap(), "443");
    assert!(node(&screen, Role::Button, "Apply").accesskit_node().is_disabled());
    press(&mut screen, "Close");
    gone(&screen, "Apply");
    seen(&screen, "Tor is entered by one bridge, and in no other way.");
    seen(&screen, "Every connection goes through your proxy.");
    seen(&screen, "Only certain ports are connected to.");
}

#[test]
fn a_picture_holds_bridges_too() {
    let mut screen = dialog(nothing());
    press(&mut screen, "From a picture of a QR code");
    assert_eq!(asked(&mut screen), [Intent::Choose(Purpose::ReadBridges)]);
    press(&mut screen, "From the clipboard’s picture");
    assert_eq!(asked(&mut screen), [Intent::ScanClipboard]);
    take(&mut screen, [Update::Scanned(Ok(Shown::new(format!("{LINE}\n{LINE}"))))]);
    let bridges = format!("{LINE}\n{LINE}");
    assert_eq!(asked(&mut screen), [Intent::CheckDetour(Typed { bridges, ..Typed::default() })]);
    press(&mut screen, "From the clipboard’s picture");
    take(&mut screen, [Update::Scanned(Err(Fault::NoQr))]);
    assert_eq!(asked(&mut screen), [Intent::ScanClipboard]);
}

#[test]
fn what_cannot_be_read_is_said_and_can_be_set_anew() {
    let mut screen = dialog(Detour { unreadable: true, ..nothing() });
    starts(&screen, "The saved bridges or proxy cannot be read.");
    // Nothing at all is a choice, too.
    press(&mut screen, "Apply");
    assert_eq!(asked(&mut screen), [Intent::SetDetour(Typed::default())]);
}

#[test]
fn the_tor_of_the_machine_decides_for_itself() {
    let place = Place { own_tor: false, ..Place::default() };
    let mut screen = settings([open(), vec![Update::Place(place)]].concat());
    starts(&screen, "Pelure uses the Tor of this computer");
    gone(&screen, "Change bridges and proxy");
    press(&mut screen, "Tor in detail");
    assert!(screen.query_by_role_and_label(Role::Button, "Bridges and proxy").is_none());
}

#[test]
fn what_stands_in_the_way_is_said_in_words_and_leads_to_the_bridges() {
    let mut screen = settings(open());
    press(&mut screen, "Tor in detail");
    for (reason, words) in [
        (Obstacle::Offline, "This computer seems to be offline."),
        (Obstacle::Filtered, "Something lets connections through, but not to Tor."),
        (Obstacle::Clock(Shown::new("3 h off")), "The clock of this computer seems to be wrong (3 h off)."),
        (Obstacle::Directory, "The list of Tor relays cannot be fetched."),
        (Obstacle::Network, "The Tor network cannot be reached."),
        (Obstacle::Bridges, "No bridge answers."),
        (Obstacle::Proxy, "Nothing comes through the proxy."),
        (Obstacle::NoProgram("obfs4"), "No program for obfs4 bridges is on this computer."),
        (Obstacle::Unreadable, "The saved bridges or proxy cannot be read."),
        (Obstacle::Stopped, "Tor could not be started anew."),
        (Obstacle::Words(Shown::new("no route")), "Tor says: no route"),
    ] {
        let own = matches!(reason, Obstacle::Bridges | Obstacle::Proxy | Obstacle::NoProgram(_) | Obstacle::Unreadable);
        take(&mut screen, [Update::Tor(Tor::Blocked { fraction: 0.1, reason })]);
        starts(&screen, words);
        if own {
            // It is entered by a bridge, or would be.
            gone(&screen, "If Tor is blocked where you are, enter it by a bridge: see “Bridges and proxy”.");
        }
    }
    take(&mut screen, [Update::Tor(Tor::Blocked { fraction: 0.1, reason: Obstacle::Filtered })]);
    seen(&screen, "If Tor is blocked where you are, enter it by a bridge: see “Bridges and proxy”.");
    for (step, words) in [
        (Step::Bridge, "Now: connecting to a bridge"),
        (Step::Proxy, "Now: connecting through the proxy"),
        (Step::Directory, "Now: fetching the list of relays"),
    ] {
        take(&mut screen, [Update::Tor(Tor::Connecting { fraction: 0.1, step })]);
        seen(&screen, words);
    }
    press(&mut screen, "Bridges and proxy");
    node(&screen, Role::Dialog, "Bridges and proxy");
    assert_eq!(asked(&mut screen).last(), Some(&Intent::LookAtDetour));
}

#[test]
fn the_first_start_offers_it_before_anything_is_connected() {
    let mut screen = window([Update::Stage(Stage::Open)]);
    write(&mut screen, "Name", "Desk");
    press(&mut screen, "Next");
    take(&mut screen, [Update::Identities(vec![me()]), Update::Tor(Tor::Offline)]);
    asked(&mut screen);
    press(&mut screen, "Tor is blocked where I am");
    node(&screen, Role::Dialog, "Bridges and proxy");
    assert_eq!(asked(&mut screen), [Intent::LookAtDetour]);
    press(&mut screen, "Close");
    press(&mut screen, "Go online");
    assert_eq!(asked(&mut screen), [Intent::SetOnline(true)]);
    take(&mut screen, [Update::Tor(Tor::Ready)]);
    gone(&screen, "Tor is blocked where I am");
}

#[test]
fn it_is_french_in_french() {
    let mut screen = settings(french(open()));
    press(&mut screen, "Modifier les ponts et le serveur mandataire");
    node(&screen, Role::Dialog, "Ponts et serveur mandataire");
    node(&screen, Role::MultilineTextInput, "Lignes de pont, l’une sous l’autre");
}

/// The open dialog, where this is set.
fn dialog(set: Detour) -> Screen {
    let mut screen = settings(open());
    take(&mut screen, [Update::Detour(Box::new(set.clone()))]);
    press(&mut screen, "Change bridges and proxy");
    assert_eq!(asked(&mut screen), [Intent::LookAtDetour]);
    take(&mut screen, [Update::Detour(Box::new(set))]);
    asked(&mut screen);
    screen
}

fn nothing() -> Detour {
    Detour { typed: Typed::default(), said: Said::default(), unreadable: false }
}

fn rows(verdicts: impl IntoIterator<Item = Verdict>) -> Said {
    let row = |(at, verdict)| Row { line: at + 1, verdict };
    Said { rows: verdicts.into_iter().enumerate().map(row).collect(), ..Said::default() }
}
