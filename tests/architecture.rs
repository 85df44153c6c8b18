//! The house stays as ARCHITECTURE.md says: who depends on whom, in the workspace and inside `src/`.
//!
//! It reads `cargo metadata` (offline) and the sources. It does not judge what the code does.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot read the tree has failed")]

#[path = "architecture/paths.rs"]
mod paths;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// One room of `src/`, or the door of one: the rooms below it that it may use, and what else it may not name.
struct Room {
    name: &'static str,
    below: &'static [&'static str],
    /// The whole road, not only its vocabulary.
    road: bool,
    forbidden: &'static [&'static str],
}

/// Top first, a door before its room. A room that is not here does not exist yet.
const ROOMS: [Room; 16] = [
    Room {
        name: "bridge",
        below: &["start", "desk", "road", "engine", "file", "voice", "vault", "wire", "name"],
        road: true,
        forbidden: &["rusqlite", "std::fs", "std::net", "tokio::net", "tokio::fs"],
    },
    Room {
        name: "headless",
        below: &["engine", "file", "voice", "vault", "wire", "name"],
        road: true,
        forbidden: &["rusqlite"],
    },
    Room {
        name: "road",
        below: &[],
        road: true,
        forbidden: &["tokio", "rusqlite", "std::env", "std::fs", "std::thread"],
    },
    Room { name: "portable", below: &[], road: false, forbidden: &["rusqlite", "tokio", "std::net", "std::fs"] },
    Room { name: "options", below: &["road"], road: false, forbidden: &["rusqlite", "tokio", "std::net"] },
    Room { name: "desk", below: &[], road: false, forbidden: &["rusqlite", "tokio", "std::net", "std::process"] },
    Room {
        name: "start",
        below: &["engine", "file", "vault"],
        road: true,
        forbidden: &["rusqlite", "std::fs", "std::net"],
    },
    Room {
        name: "engine",
        below: &["session", "talk", "file", "voice", "vault", "wire", "name"],
        road: true,
        forbidden: &["rusqlite", "std::fs", "std::net", "tokio::net", "tokio::fs"],
    },
    Room {
        name: "file/disk",
        below: &["file", "wire", "name"],
        road: false,
        forbidden: &["tokio", "std::net", "std::process"],
    },
    Room { name: "file", below: &["wire", "name"], road: false, forbidden: PURE },
    Room {
        name: "voice",
        below: &["talk", "wire", "name"],
        road: false,
        forbidden: &["tokio", "futures", "rusqlite", "getrandom", "std::net", "std::process", "Instant", "SystemTime"],
    },
    Room { name: "vault", below: &["wire", "name"], road: false, forbidden: &["tokio", "std::net"] },
    Room { name: "talk", below: &["wire", "name"], road: false, forbidden: PURE },
    Room { name: "session", below: &["wire", "name"], road: false, forbidden: PURE },
    Room { name: "wire", below: &["name"], road: false, forbidden: PURE },
    Room { name: "name", below: &[], road: false, forbidden: PURE },
];

/// Bytes, time and randomness are arguments: a pure room names none of their sources.
const PURE: &[&str] = &[
    "tokio",
    "futures",
    "rusqlite",
    "rustix",
    "getrandom",
    "std::env",
    "std::fs",
    "std::net",
    "std::os",
    "std::process",
    "std::thread",
    "Instant",
    "SystemTime",
];

/// What one room alone may name: each thing from outside has one door.
const DOORS: [(&str, &str); 17] = [
    ("pelure_ui", "bridge"),
    ("jiff", "bridge"),
    ("arboard", "desk"),
    ("image", "desk"),
    ("notify_rust", "desk"),
    ("rfd", "desk"),
    ("rqrr", "desk"),
    ("sys_locale", "desk"),
    ("lopdf", "file"),
    ("pelure_onion::arti", "start"),
    ("rusqlite", "vault"),
    ("cpal", "voice"),
    ("hound", "voice"),
    ("opus", "voice"),
    ("pulseaudio", "voice"),
    ("rubato", "voice"),
    ("sonora", "voice"),
];

/// What every room may name of the road: addresses, keys and their errors.
const VOCABULARY: [&str; 6] = ["Address", "AddressError", "ServiceKey", "KeyError", "address", "key"];

#[test]
fn rooms_use_only_what_is_below_them() {
    let faults: Vec<String> =
        sources(&root().join("src")).iter().flat_map(|(file, text)| room_faults(file, text)).collect();
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn a_room_that_reaches_up_or_out_is_found() {
    let faulty = [
        ("session/mod.rs", "use crate::talk::Outbox;"),
        ("session/noise.rs", "use crate::{name::PetName, engine};"),
        ("wire/frame.rs", "fn f() { std::time::Instant::now(); }"),
        ("wire/frame.rs", "use std::{io, time::SystemTime};"),
        ("talk/mod.rs", "use tokio::time::sleep;"),
        ("talk/retry.rs", "fn f() { std::thread::sleep(d) }"),
        ("name/text.rs", "use std::fs;"),
        ("name/text.rs", "use crate::wire::limits;"),
        ("vault/mod.rs", "use pelure_onion::Network;"),
        ("vault/mod.rs", "use pelure_onion as road;"),
        ("vault/mod.rs", "use pelure_onion::*;"),
        ("vault/disk.rs", "use super::super::talk::Outbox;"),
        ("vault/mod.rs", "use super::engine::Engine;"),
        ("engine/mod.rs", "use crate::headless::serve;"),
        ("engine/mod.rs", "use crate::bridge::run;"),
        ("headless/mod.rs", "use pelure_ui::model::Model;"),
        ("desk/notify.rs", "use crate::engine::Event;"),
        ("bridge/work.rs", "use arboard::Clipboard;"),
        ("bridge/gate.rs", "use pelure_onion::arti::Arti;"),
        ("bridge.rs", "use super::engine::Engine;"),
        ("file/tree.rs", "use std::fs;"),
        ("file/mod.rs", "use std::time::Instant;"),
        ("file/disk/save.rs", "use crate::vault::Vault;"),
        ("file/disk.rs", "use tokio::fs;"),
        ("attic/mod.rs", ""),
        ("attic.rs", ""),
    ];
    for (file, text) in faulty {
        assert!(!room_faults(file, text).is_empty(), "{file}: {text}");
    }
    let sound = [
        ("lib.rs", "pub mod engine;"),
        ("main.rs", "use pelure::headless; use pelure_onion::arti::Arti;"),
        ("engine/mod.rs", "use crate::{session, vault::Vault}; use pelure_onion::Network; use tokio::sync::mpsc;"),
        (
            "session/noise.rs",
            "use super::record; use crate::session::Identity; use pelure_onion::{Address, ServiceKey};",
        ),
        ("wire/frame.rs", "#[cfg(test)] mod tests { use super::*; use std::fs; }"),
        ("vault/mod.rs", "//! Not [`crate::engine`].\nuse std::fs;"),
        ("file/disk.rs", "use std::fs;"),
        ("file/disk/save.rs", "use super::DiskError; use crate::file::Manifest; use std::os::unix::fs::MetadataExt;"),
        ("bridge/news.rs", "use super::work::Work; use crate::engine::Event; use pelure_ui::update::Update;"),
        ("desk/picture.rs", "use super::DeskError; use image::GrayImage;"),
    ];
    for (file, text) in sound {
        assert_eq!(room_faults(file, text), [""; 0], "{file}: {text}");
    }
}

#[test]
fn members_depend_on_what_they_may() {
    let metadata = metadata();
    let faults = workspace_faults(&metadata);
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
    let members: BTreeSet<_> = members(&metadata).iter().map(|member| text(member, "name").to_owned()).collect();
    assert!(
        ["pelure", "pelure-onion", "pelure-ui", "tornet"].iter().all(|name| members.contains(*name)),
        "{members:?}"
    );
}

#[test]
fn a_dependency_in_the_wrong_place_is_found() {
    let faulty = [
        ("pelure", "arti-client", None),
        ("pelure", "tor-proto", Some("dev")),
        ("pelure", "tornet", None),
        ("pelure", "eframe", None),
        ("pelure-onion", "pelure", Some("dev")),
        ("pelure-onion", "egui", None),
        ("pelure-ui", "pelure-onion", None),
        ("tornet", "pelure-onion", None),
    ];
    for (member, dependency, kind) in faulty {
        assert!(dependency_fault(member, dependency, kind).is_some(), "{member} -> {dependency} {kind:?}");
    }
    for (member, dependency, kind) in
        [("pelure-onion", "arti-client", None), ("pelure", "tornet", Some("dev")), ("pelure", "pelure-onion", None)]
    {
        assert_eq!(dependency_fault(member, dependency, kind), None);
    }
    for names in [&["libsqlite3-sys", "native-tls"][..], &[], &["libsqlite3-sys", "libsqlite3-sys"]] {
        assert!(!graph_faults(names).is_empty(), "{names:?}");
    }
    assert_eq!(graph_faults(&["libsqlite3-sys", "rustls"]), [""; 0]);
}

/// What is wrong with one file of `src/`, given by its path below it.
fn room_faults(file: &str, source: &str) -> Vec<String> {
    let depth = depth(file);
    if ["lib.rs", "main.rs"].contains(&file) {
        return Vec::new();
    }
    let Some(room) = ROOMS.iter().find(|room| Path::new(file.trim_end_matches(".rs")).starts_with(room.name)) else {
        return vec![format!(
            "src/{file}: no such room; if it is a new one, give it its place in tests/architecture.rs"
        )];
    };
    let mut faults = Vec::new();
    for path in paths::named(source).paths {
        let segments: Vec<&str> = path.split("::").collect();
        if let ["crate" | "pelure", used, ..] = segments[..]
            && used != room.name.split('/').next().unwrap()
            && !room.below.contains(&used)
        {
            faults.push(format!("src/{file}: `{}` may not use `{used}` ({path})", room.name));
        }
        if segments.iter().take_while(|segment| **segment == "super").count() >= depth {
            faults.push(format!("src/{file}: {path} leaves the room; write it from `crate::`"));
        }
        if segments[0] == "pelure_onion" && !room.road && !segments.get(1).is_some_and(|item| VOCABULARY.contains(item))
        {
            faults.push(format!("src/{file}: `{}` may name addresses and keys only of the road ({path})", room.name));
        }
        if let Some((what, door)) = DOORS.iter().find(|(what, door)| *door != room.name && names(&path, what)) {
            faults.push(format!("src/{file}: `{what}` has one door, `{door}` ({path})"));
        }
        if let Some(what) = room.forbidden.iter().find(|what| names(&path, what)) {
            faults.push(format!("src/{file}: `{}` may not name `{what}` ({path})", room.name));
        }
    }
    faults
}

/// How many `super` it takes to leave the room.
fn depth(file: &str) -> usize {
    file.split('/').count() - usize::from(file.ends_with("/mod.rs"))
}

/// Whether `path` is `what`, lies below it, or (for a bare type name) has it as a segment.
fn names(path: &str, what: &str) -> bool {
    let bare = what.starts_with(char::is_uppercase);
    let below = path.strip_prefix(what).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"));
    // A bare word is a local name unless something of it is used: `tokio` alone is not a path.
    if bare { path.split("::").any(|segment| segment == what) } else { below && path.contains("::") }
}

fn workspace_faults(metadata: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    for member in members(metadata) {
        for dependency in list(member, "dependencies") {
            let (name, kind) = (text(dependency, "name"), dependency["kind"].as_str());
            faults.extend(dependency_fault(text(member, "name"), name, kind));
        }
    }
    let names: Vec<&str> = list(metadata, "packages").iter().map(|package| text(package, "name")).collect();
    faults.extend(graph_faults(&names));
    faults
}

/// What is wrong with `member` depending on `name`; `kind` is `None` for an ordinary dependency.
fn dependency_fault(member: &str, name: &str, kind: Option<&str>) -> Option<String> {
    let is = |prefixes: &[&str]| prefixes.iter().any(|prefix| name.starts_with(prefix));
    let reason = match member {
        _ if is(&["arti", "tor-"]) && member != "pelure-onion" => "only pelure-onion may name Tor",
        _ if is(&["eframe", "egui"]) && member != "pelure-ui" => "only pelure-ui may name egui",
        _ if name == "tornet" && kind != Some("dev") => "the private network is for tests only",
        "pelure-onion" | "pelure-ui" | "tornet" if name.starts_with("pelure") => "a leaf knows no other room",
        _ => return None,
    };
    Some(format!("{member} -> {name}: {reason}"))
}

/// What is wrong with the whole graph, given the name of every package in it.
fn graph_faults(names: &[&str]) -> Vec<String> {
    let count = |wanted: &str| names.iter().filter(|name| **name == wanted).count();
    let mut faults = Vec::new();
    if count("native-tls") > 0 {
        faults.push("native-tls is in the graph: Arti must use rustls".to_owned());
    }
    if count("libsqlite3-sys") != 1 {
        faults.push(format!("{} libsqlite3-sys: Arti and the vault must share one", count("libsqlite3-sys")));
    }
    faults
}

/// The workspace as it is built on this machine. Everything in it has been fetched, or this test would not run.
#[expect(clippy::disallowed_types, reason = "asks cargo what the workspace is made of")]
fn metadata() -> Value {
    let cargo = |arguments: &[&str]| {
        let output = std::process::Command::new(env!("CARGO")).current_dir(root()).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let version = cargo(&["-vV"]);
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let json = cargo(&["metadata", "--offline", "--format-version=1", "--filter-platform", host]);
    serde_json::from_str(&json).unwrap()
}

fn members(metadata: &Value) -> Vec<&Value> {
    let ids: Vec<&str> = list(metadata, "workspace_members").iter().map(|id| id.as_str().unwrap()).collect();
    list(metadata, "packages").iter().filter(|package| ids.contains(&text(package, "id"))).collect()
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().unwrap()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap()
}

/// Every source of the program with its path below `src`, without files that hold test code only.
fn sources(src: &Path) -> Vec<(String, String)> {
    let (mut found, mut tests, mut folders) = (Vec::new(), Vec::new(), vec![src.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let source = fs::read_to_string(&path).unwrap();
                let inside =
                    if path.ends_with("mod.rs") { path.parent().unwrap().to_owned() } else { path.with_extension("") };
                tests.extend(paths::named(&source).test_modules.iter().map(|module| inside.join(module)));
                found.push((path, source));
            }
        }
    }
    found.retain(|(path, _)| !tests.iter().any(|test| path.starts_with(test) || path.with_extension("") == *test));
    assert!(found.len() >= ROOMS.len(), "the sources are not where they were");
    found
        .into_iter()
        .map(|(path, source)| (path.strip_prefix(src).unwrap().to_str().unwrap().to_owned(), source))
        .collect()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
