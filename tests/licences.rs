//! ui/licences.txt names every library that the program is made of, under the licence that each gives itself.
//!
//! It asks cargo (offline) and does not judge the licences: deny.toml does. `./dev licences` writes the file anew.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot read the tree has failed"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

#[test]
fn the_list_of_licences_is_that_of_the_libraries_in_the_program() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/licences.txt");
    let list = list(&tree());
    if std::env::var_os("PELURE_WRITE_LICENCES").is_some() {
        std::fs::write(&file, &list).unwrap();
    }
    let kept = std::fs::read_to_string(&file).unwrap();
    let (kept, named): (BTreeSet<&str>, BTreeSet<&str>) = (kept.lines().collect(), list.lines().collect());
    let differ: Vec<&&str> = kept.symmetric_difference(&named).collect();
    assert!(differ.is_empty(), "run ./dev licences; these lines differ: {differ:#?}");
}

#[test]
fn each_library_stands_once_under_its_licence_the_most_common_first() {
    let tree = "b v1.0.0|MIT\na v2.0.0 (proc-macro)|MIT/Apache-2.0\nb v0.9.0|MIT (*)\npelure v0.1.0|MIT OR Apache-2.0\n\
        c v1.0.0|Zlib\nd v1.0.0|Apache-2.0 / MIT\n";
    let list = list(tree);
    let (_, libraries) = list.split_once("MIT OR Apache-2.0:\n").unwrap();
    assert_eq!(libraries, "a, d\n\nMIT:\nb\n\nZlib:\nc\n");
}

/// All that goes into the program, one library and its licence a line.
fn tree() -> String {
    let asked = "tree --offline --package pelure --edges normal --prefix none --format {p}|{l}";
    let target = ["--target", "x86_64-unknown-linux-gnu"];
    #[expect(clippy::disallowed_types, reason = "a test may ask cargo")]
    let output = std::process::Command::new(env!("CARGO"))
        .args(asked.split(' ').chain(target))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The file: what no library says of itself, then the libraries by licence.
fn list(tree: &str) -> String {
    let mut by_licence: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for line in tree.lines() {
        let (library, licence) = line.split_once('|').expect("a library and its licence");
        let name = library.split(' ').next().unwrap();
        if !OURS.contains(&name) {
            by_licence.entry(spdx(licence.trim_end_matches(" (*)"))).or_default().insert(name);
        }
    }
    let mut licences: Vec<_> = by_licence.into_iter().collect();
    licences.sort_by_key(|(_, names)| std::cmp::Reverse(names.len()));
    let mut list = HEAD.to_owned();
    for (licence, names) in licences {
        let names: Vec<&str> = names.into_iter().collect();
        list += &format!("\n{licence}:\n{}\n", names.join(", "));
    }
    list
}

/// Older libraries write a slash for "or"; the order of the two most common ones says nothing.
fn spdx(licence: &str) -> String {
    let licence: Vec<&str> = licence.split('/').map(str::trim).collect();
    match licence.join(" OR ").as_str() {
        "" => panic!("a library without a licence"),
        "Apache-2.0 OR MIT" => "MIT OR Apache-2.0".to_owned(),
        other => other.to_owned(),
    }
}

const OURS: [&str; 3] = ["pelure", "pelure-onion", "pelure-ui"];

const HEAD: &str = "\
Pelure is made of many libraries. Here they are, by their licences (SPDX). Their texts come with each library's source.

The typeface Inter: Copyright 2016 The Inter Project Authors, SIL Open Font License 1.1. Its licence is in the source, \
beside the font.

The word lists of the safety words: BIP-39, by way of the crate bip39 3.0.0, CC0-1.0.

The fonts that egui brings: Ubuntu Light and Hack (their own free licences), NotoEmoji (SIL Open Font License 1.1), \
emoji-icon-font (MIT).

Inside libraries below, written in C: SQLite (public domain), SQLCipher (BSD-3-Clause), OpenSSL (Apache-2.0), \
Zstandard (BSD-3-Clause), Opus (BSD-3-Clause).
";
