//! A file arrives whole, whatever happens to the programs and to the network; nothing of it lies in clear on a disk, and
//! nothing of who made it goes on the wire.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Instant;

use pelure::wire::{Random, Seeded};
use serde_json::{Value, json};

use crate::delivery::two_contacts;
use crate::home::{Home, all_weather, fair_weather, network};
use crate::photo;
use crate::program::{HANGING, Program};
use crate::scan::{Needles, Runs};

/// What happens while a file is on its way.
#[derive(Clone, Copy, Debug)]
enum Blow {
    /// The sender is killed.
    Sender,
    /// The receiver is killed.
    Receiver,
    /// The network is cut until both have seen that the other one is gone.
    Network,
}

#[test]
fn a_file_survives_ten_kills_and_two_cuts() {
    let _weather = all_weather();
    let (home_a, home_b) = (Home::new(), Home::new().logging(RECORDS));
    let (mut a, mut b, to_b, to_a) = two_contacts(&home_a, &home_b);
    let (source, content) = (home_a.given("leak.bin"), random(SIZE));
    fs::write(&source, &content).unwrap();
    let runs = Runs::new(&content);
    let (_, transfer) = offer(&mut a, &mut b, &to_b, &source);
    b.call("file.accept", json!({"transfer": transfer}));
    for (at, blow) in blows() {
        let came = until_bytes(&mut b, &transfer, at);
        eprintln!("{blow:?} at {came} bytes (wanted {at})");
        assert!(came < SIZE as u64, "the file was here before everything had happened");
        match blow {
            Blow::Sender => {
                a.kill9();
                nothing_of(&runs, &[home_a.disk_written().as_path(), home_a.memory()]);
                a = home_a.start();
            }
            Blow::Receiver => {
                b.kill9();
                nothing_of(&runs, &[home_b.disk_written().as_path(), home_b.memory()]);
                b = home_b.start();
            }
            Blow::Network => {
                network().cut(None).unwrap();
                b.wait_for("contact.changed", |contact| contact["contact"] == to_a && contact["presence"] != "online");
                network().heal(None).unwrap();
            }
        }
    }
    until_state(&mut b, &transfer, "done");
    let whole = &b.call("file.list", json!({}))[0];
    assert_eq!((&whole["done"], &whole["blake3"]), (&json!(SIZE), &json!(blake3::hash(&content).to_hex().as_str())));
    nothing_of(&runs, &[home_b.disk_written().as_path(), home_b.memory(), home_a.disk_written().as_path()]);
    saves(&mut b, &transfer, &home_b.given("saved.bin"), &content);
    let came = bytes_that_came(&b.log());
    let again = came.saturating_sub(SIZE as u64) as f64 / SIZE as f64;
    eprintln!("{came} bytes of records came for a file of {SIZE}: {:.2} % more", 100.0 * again);
    assert!(came >= SIZE as u64, "the count is wrong");
    assert!(again <= AGAIN, "{:.2} % of what had come was sent again", 100.0 * again);
    a.until("file.list", &json!({}), |list| list[0]["state"] == "done");
    a.shutdown();
    b.shutdown();
}

/// A picture is cleaned before it is offered: place, camera, software and author do not reach the other side.
#[test]
fn what_a_picture_says_of_its_maker_stays_here() {
    let _weather = fair_weather();
    let (home_a, home_b) = (Home::new(), Home::new());
    let (mut a, mut b, to_b, _) = two_contacts(&home_a, &home_b);
    let source = home_a.given("IMG_2041.jpg");
    fs::write(&source, photo::taken()).unwrap();
    let mut needles = Needles::default();
    for (name, said) in photo::SAID {
        needles.bytes(name, said);
    }
    assert_eq!(needles.within(&photo::taken()).len(), photo::SAID.len(), "the picture of this test says all that");
    let (ours, theirs) = offer(&mut a, &mut b, &to_b, &source);
    let offered = a.call("file.list", json!({}))[0].clone();
    assert_eq!(offered["transfer"], ours);
    assert!(!offered["removed"].as_array().unwrap().is_empty(), "what was removed is said");
    b.call("file.accept", json!({"transfer": theirs}));
    until_state(&mut b, &theirs, "done");
    let saved = home_b.given("received.jpg");
    b.call("file.save", json!({"transfer": theirs, "path": saved}));
    let got = fs::read(&saved).unwrap();
    assert_eq!(needles.within(&got), [""; 0]);
    assert!(photo::same_picture(&got, &photo::taken()), "the picture itself is untouched");
    a.shutdown();
    b.shutdown();
}

/// Offers a file without touching it, and waits until it is offered. Gives each side's name of the transfer.
pub(crate) fn offer(a: &mut Program, b: &mut Program, to_b: &str, source: &Path) -> (String, String) {
    let ours = a.call("file.offer", json!({"contact": to_b, "path": source}))["transfer"].as_str().unwrap().to_owned();
    let offered = b.wait_for("file.offered", |file| file["direction"] == "in");
    (ours, offered["transfer"].as_str().unwrap().to_owned())
}

/// Waits until so many bytes are here, and gives how many are.
fn until_bytes(program: &mut Program, transfer: &str, least: u64) -> u64 {
    let deadline = Instant::now() + HANGING;
    loop {
        let news = program.next();
        assert!(Instant::now() < deadline, "the file stands still: {}", program.call("file.list", json!({})));
        let file = &news["params"];
        if matches!(news["method"].as_str(), Some("file.progress" | "file.state")) && file["transfer"] == *transfer {
            assert!(!matches!(file["state"].as_str(), Some("failed" | "cancelled" | "declined")), "{file}");
            let done = file["done"].as_u64().unwrap();
            if done >= least {
                return done;
            }
        }
    }
}

pub(crate) fn until_state(program: &mut Program, transfer: &str, state: &str) {
    program.until("file.list", &json!({}), |list| {
        let list = list.as_array().unwrap();
        let of_it = |file: &&Value| file["transfer"] == *transfer;
        list.iter().find(of_it).is_some_and(|file| file["state"] == state)
    });
}

/// Saved in clear it is what was offered, for nobody else to read, nothing to start, and in nobody's place.
fn saves(program: &mut Program, transfer: &str, path: &Path, content: &[u8]) {
    let save = json!({"transfer": transfer, "path": path});
    program.call("file.save", save.clone());
    assert!(fs::read(path).unwrap() == content, "another file was saved");
    assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(program.try_call("file.save", save).is_err(), "nothing is overwritten");
}

/// No 64 bytes of it in a row are in the files of these directories.
fn nothing_of(runs: &Runs, dirs: &[&Path]) {
    for dir in dirs {
        assert_eq!(runs.below(dir), [""; 0]);
    }
}

/// What happens at how many bytes: ten kills and two cuts, at moments that the seed draws.
fn blows() -> Vec<(u64, Blow)> {
    let seed = std::env::var("PELURE_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(SEED);
    eprintln!("the moments are those of PELURE_SEED={seed}");
    let mut random = Seeded::new(seed);
    let mut draw = |below: u64| {
        let mut bytes = [0; 8];
        random.fill(&mut bytes);
        u64::from_be_bytes(bytes) % below
    };
    let mut blows = vec![Blow::Sender; 5];
    blows.extend([Blow::Receiver; 5]);
    blows.extend([Blow::Network; 2]);
    // The order, then the moments; none in the last part, which would be here before it is told.
    for last in (1..blows.len()).rev() {
        blows.swap(last, draw(last as u64 + 1) as usize);
    }
    let mut moments: Vec<u64> = blows.iter().map(|_| 1 + draw(SIZE as u64 * 9 / 10)).collect();
    moments.sort_unstable();
    moments.into_iter().zip(blows).collect()
}

/// Bytes of all records of the file's circuits, in all lives of the program.
fn bytes_that_came(log: &str) -> u64 {
    let bytes = |line: &str| line.split_once("a record of a file came bytes=")?.1.trim().parse::<u64>().ok();
    log.lines().filter_map(bytes).sum()
}

pub(crate) fn random(length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    Seeded::new(SEED).fill(&mut bytes);
    bytes
}

/// The file that survives.
const SIZE: usize = 50_000_000;
/// Of its bytes and of the moments.
const SEED: u64 = 4;
/// The part of a file that may come twice: what was under way when its receiver died.
const AGAIN: f64 = 0.02;
/// The receiver notes each record of a file.
const RECORDS: &str = "off,pelure::engine::fetching::lane=trace";
