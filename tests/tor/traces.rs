//! What a program leaves behind on the machine: nothing that says who talks to whom, or what.

use std::path::PathBuf;

use serde_json::json;

use crate::delivery::two_contacts;
use crate::home::{Home, PASSPHRASE, fair_weather};
use crate::program::{NAMES, Program, REQUEST};
use crate::scan::{Needles, files};

#[test]
fn nothing_is_in_clear_after_a_session_and_after_a_kill() {
    let _weather = fair_weather();
    let (home_a, home_b) = (Home::new(), Home::new());
    let (mut a, mut b, to_b, to_a) = two_contacts(&home_a, &home_b);
    talk(&mut a, &to_b, &mut b, &to_a);
    let needles = needles(&mut a, &mut b);

    // While they run: Arti's own files lie in memory, unsealed.
    for (home, program) in [(&home_a, &a), (&home_b, &b)] {
        writes_only_under_test(home, program);
        nothing_in(home, &needles);
    }
    // After a clean end: the directory in memory is gone.
    a.shutdown();
    nothing_in(&home_a, &needles);
    assert!(files(home_a.memory()).is_empty());
    // After a kill: what is left holds nothing, and is swept at the next start.
    b.kill9();
    nothing_in(&home_b, &needles);
    let left = files(home_b.memory());
    assert!(!left.is_empty());
    let mut b = home_b.start();
    b.call("version", json!({}));
    assert!(left.iter().all(|path| !path.exists()), "what the kill left was not swept");
    nothing_in(&home_b, &needles);
    b.shutdown();
    assert!(files(home_b.memory()).is_empty());
    nothing_in(&home_b, &needles);
}

/// Says something both ways, looks for it, and renames: what an evening leaves.
fn talk(a: &mut Program, to_b: &str, b: &mut Program, to_a: &str) {
    let sent = a.send(to_b, TEXTS[0]);
    b.until_received(TEXTS[0]);
    a.until_delivered(&sent);
    b.send(to_a, TEXTS[1]);
    a.until_received(TEXTS[1]);
    a.send(to_b, &LONG.repeat(1000));
    b.until_received(&LONG.repeat(1000));
    assert_eq!(a.call("message.search", json!({"query": "gare"})).as_array().unwrap().len(), 1);
    a.call("contact.rename", json!({"contact": to_b, "name": RENAMED}));
}

/// The search would be worth nothing if the program wrote elsewhere.
fn writes_only_under_test(home: &Home, program: &Program) {
    assert!(files(&home.profile()).iter().any(|path| path.ends_with("vault.db")));
    assert!(files(home.memory()).iter().any(|path| path.ends_with("guards.json")));
    let places = [home.disk_written(), home.memory().to_owned()];
    let elsewhere = |path: &PathBuf| !places.iter().any(|place| path.starts_with(place));
    let elsewhere: Vec<PathBuf> = program.open_files().into_iter().filter(elsewhere).collect();
    assert!(elsewhere.is_empty(), "{elsewhere:?}");
}

fn needles(a: &mut Program, b: &mut Program) -> Needles {
    let mut needles = Needles::default();
    for program in [a, b] {
        let address = program.call("identity.list", json!({}))[0]["address"].as_str().unwrap().to_owned();
        needles.address("an address", &address);
    }
    for name in [NAMES[0], NAMES[1], RENAMED] {
        needles.text("a name", name);
    }
    for text in [TEXTS[0], TEXTS[1], LONG, REQUEST] {
        needles.text("a text", text);
    }
    needles.text("the passphrase", PASSPHRASE);
    needles
}

fn nothing_in(home: &Home, needles: &Needles) {
    for dir in [home.disk_written().as_path(), home.memory()] {
        assert_eq!(needles.below(dir), [""; 0]);
    }
}

const TEXTS: [&str; 2] = ["Rendez-vous à la gare, quai 7", "J'apporte les documents ce soir"];
const LONG: &str = "Le dossier compte quatre cents pages. ";
const RENAMED: &str = "Célestine of the cellar";
