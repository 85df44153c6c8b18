//! What is handed to people: the program starts where it says, the packages are the same bytes wherever they are made,
//! and what describes the command line knows all of it.
//!
//! It packs a stand-in for the program, since that is what takes long: `./dev package` builds the real one and runs the
//! same scripts. It does not install anything.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot read the tree has failed"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;

#[test]
fn the_program_needs_nothing_that_a_fresh_debian_12_lacks() {
    let seen = run(&["package/check.sh", env!("CARGO_BIN_EXE_pelure")], "");
    assert!(seen.status.success(), "{}", text(&seen.stderr));
    assert!(text(&seen.stdout).contains("newest symbol of glibc: 2."), "{}", text(&seen.stdout));
}

#[test]
fn a_program_that_needs_more_is_refused() {
    // It shows what others need, and needs more itself.
    let refused = run(&["package/check.sh", "/usr/bin/readelf"], "");
    assert!(!refused.status.success() && text(&refused.stderr).contains("may lack"), "{}", text(&refused.stderr));
    let nothing = run(&["package/check.sh", "Cargo.toml"], "");
    assert!(!nothing.status.success() && text(&nothing.stderr).contains("no program"), "{}", text(&nothing.stderr));
}

#[test]
fn packages_of_the_same_things_are_the_same_bytes_and_have_it_all() {
    let dir = tempfile::tempdir().unwrap();
    let program = dir.path().join("stand-in");
    std::fs::write(&program, "#!/bin/sh\n").unwrap();
    let made: Vec<BTreeMap<String, Vec<u8>>> = ["one", "another/place"]
        .map(|place| {
            let place = dir.path().join(place);
            let packed = run(&["package/pack.sh", program.to_str().unwrap(), place.to_str().unwrap()], "1700000000");
            assert!(packed.status.success(), "{}", text(&packed.stderr));
            files(&place)
        })
        .into();
    assert_eq!(made[0].keys().collect::<Vec<_>>(), made[1].keys().collect::<Vec<_>>());
    assert!(made[0] == made[1], "the same names, other bytes");

    let listed = |pattern: &str| {
        let (name, _) = made[0].iter().find(|(name, _)| name.ends_with(pattern)).unwrap();
        let path = dir.path().join("one").join(name);
        let list = match pattern {
            ".deb" => format!("ar p {} data.tar.xz | tar -tJ", path.display()),
            _ => format!("tar -tzf {}", path.display()),
        };
        text(&run(&["sh", "-c", &list], "").stdout).lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let (archive, package) = (listed(".tar.gz"), listed(".deb"));
    for wanted in [
        "/pelure",
        "/licences.txt",
        "/pelure.cdx.json",
        "/LICENSE-MIT",
        "/threat-model.md",
        "/tails.md",
        "/tails/install-tails.sh",
        "/tails/pelure.yml",
        "/whonix/40_pelure.yml",
        "/applications/pelure.desktop",
        "/icons/hicolor/scalable/apps/pelure.svg",
        "/metainfo/pelure.metainfo.xml",
        "/man1/pelure.1",
        "/fr/man1/pelure.1",
        "/bash-completion/completions/pelure",
        "/_pelure",
        "/vendor_completions.d/pelure.fish",
    ] {
        assert!(archive.iter().any(|path| path.ends_with(wanted)), "{wanted} is not in the archive");
        let zipped = format!("{wanted}.gz");
        let there = |path: &&String| path.ends_with(wanted) || path.ends_with(&zipped);
        assert!(package.iter().any(|path| there(&path)), "{wanted} is not in the Debian package");
    }
    assert!(package.contains(&"./usr/share/doc/pelure/copyright".to_owned()));
}

#[test]
fn the_list_of_components_names_every_crate_once_with_its_checksum_and_licence() {
    let listed = run(&["package/sbom.sh"], "");
    assert!(listed.status.success(), "{}", text(&listed.stderr));
    let list: Value = serde_json::from_slice(&listed.stdout).unwrap();
    assert_eq!((list["bomFormat"].as_str(), list["specVersion"].as_str()), (Some("CycloneDX"), Some("1.5")));
    let components = list["components"].as_array().unwrap();
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let mut known: BTreeSet<&str> = [list["metadata"]["component"]["bom-ref"].as_str().unwrap()].into();
    for component in components {
        let field = |name: &str| component[name].as_str().unwrap();
        let entry = format!("name = \"{}\"\nversion = \"{}\"\n", field("name"), field("version"));
        assert!(lock.contains(&entry), "{entry} is not in Cargo.lock");
        let ours = field("name").starts_with("pelure");
        let hash = component["hashes"][0]["content"].as_str();
        assert!(ours || hash.is_some_and(|hash| hash.len() == 64 && lock.contains(hash)), "{entry}");
        assert!(component["licenses"][0]["expression"].as_str().is_some_and(|licence| !licence.is_empty()), "{entry}");
        assert!(known.insert(field("bom-ref")), "{entry} stands twice");
    }
    assert!(["arti-client", "ml-kem", "libsqlite3-sys", "egui"].iter().all(|name| {
        components.iter().any(|component| component["name"] == *name && component["scope"] == "required")
    }));
    for dependency in list["dependencies"].as_array().unwrap() {
        for below in dependency["dependsOn"].as_array().unwrap() {
            assert!(known.contains(below.as_str().unwrap()), "{below} is not among the components");
        }
    }
}

#[test]
fn every_crate_is_of_the_one_registry_and_has_a_checksum() {
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let (mut ours, mut sources) = (0, BTreeSet::new());
    for package in lock.split("[[package]]").skip(1) {
        match package.lines().find_map(|line| line.strip_prefix("source = ")) {
            None => ours += 1,
            Some(source) => {
                // Which one it may be says `deny.toml`, that others are refused `./dev check`.
                assert!(source.starts_with("\"registry+"), "{package}");
                sources.insert(source.to_owned());
                assert!(package.contains("\nchecksum = \""), "{package}");
            }
        }
    }
    assert_eq!(sources.len(), 1, "{sources:?}");
    assert_eq!(ours, 5, "the packages of this workspace, and nothing else from a path");
}

#[test]
fn the_page_names_every_crate_that_does_cryptography() {
    let page = std::fs::read_to_string(root().join("docs/supply-chain.md")).unwrap();
    let (_, table) = page.split_once("<!-- crates: begin -->").unwrap();
    let (table, _) = table.split_once("<!-- crates: end -->").unwrap();
    let first_cells = table.lines().filter_map(|line| line.split('|').nth(1));
    let mut named = BTreeSet::new();
    for name in first_cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)) {
        assert!(named.insert(name.to_owned()), "{name} is named twice");
    }
    let real = cryptography();
    let missing: Vec<_> = real.difference(&named).collect();
    let gone: Vec<_> = named.difference(&real).collect();
    assert!(missing.is_empty() && gone.is_empty(), "docs/supply-chain.md: missing {missing:?}, not there {gone:?}");
}

/// The crates inside the program that say so of themselves, come from those who make nothing else, or are known to.
fn cryptography() -> BTreeSet<String> {
    let host = text(&run(&["rustc", "-vV"], "").stdout);
    let host = host.lines().find_map(|line| line.strip_prefix("host: ")).unwrap().to_owned();
    let tree = "tree --locked --package pelure --edges normal,no-proc-macro --prefix none --format {p} --target";
    let tree = run(&[&["cargo"], &tree.split(' ').collect::<Vec<_>>()[..], &[&host]].concat(), "");
    let inside: BTreeSet<(String, String)> = text(&tree.stdout)
        .lines()
        .map(|line| line.split(' '))
        .filter_map(|mut words| Some((words.next()?.to_owned(), words.next()?.trim_start_matches('v').to_owned())))
        .collect();
    let asked = ["cargo", "metadata", "--locked", "--format-version", "1", "--filter-platform", &host];
    let metadata: Value = serde_json::from_slice(&run(&asked, "").stdout).unwrap();
    let says = |package: &Value, list: &str, words: &[&str]| {
        package[list].as_array().unwrap().iter().any(|word| words.contains(&word.as_str().unwrap()))
    };
    let mut found = BTreeSet::new();
    for package in metadata["packages"].as_array().unwrap() {
        let field = |name: &str| package[name].as_str().unwrap_or_default().to_owned();
        let (name, version, repository) = (field("name"), field("version"), field("repository"));
        let is = says(package, "categories", &["cryptography"])
            || says(package, "keywords", &["crypto", "cryptography", "encryption"])
            || MAKERS.iter().any(|maker| repository.contains(maker))
            || KNOWN.contains(&name.as_str());
        if is && !NOT.contains(&name.as_str()) && inside.contains(&(name.clone(), version)) {
            found.insert(name);
        }
    }
    assert!(found.len() > 50, "{found:?}");
    found
}

#[test]
fn the_manual_and_the_shells_know_every_option_and_no_other() {
    let real = options();
    assert!(real.len() > 10 && real.contains("traceless"), "{real:?}");
    for (file, mark) in [
        ("package/man/pelure.1", "\\-\\-"),
        ("package/man/pelure.fr.1", "\\-\\-"),
        ("package/completions/pelure.bash", "--"),
        ("package/completions/pelure.zsh", "--"),
        ("package/completions/pelure.fish", "-l "),
    ] {
        let page = std::fs::read_to_string(root().join(file)).unwrap().replace("\\-", "-");
        let named = words_after(&page, &mark.replace("\\-", "-"));
        let missing: Vec<_> = real.difference(&named).collect();
        let invented: Vec<_> = named.difference(&real).collect();
        assert!(missing.is_empty() && invented.is_empty(), "{file}: missing {missing:?}, not options {invented:?}");
        for command in COMMANDS {
            assert!(page.contains(command), "{file} does not know the command {command}");
        }
    }
    let help = text(&run(&[env!("CARGO_BIN_EXE_pelure"), "--help"], "").stdout);
    let named = words_after(&help, "--");
    let missing: Vec<_> = real.iter().filter(|option| !named.contains(*option) && *option != "help").collect();
    assert!(missing.is_empty(), "pelure --help does not say {missing:?}");
}

/// What the command line takes, as its source says: `Long("profile")`; and what `main.rs` answers itself.
fn options() -> BTreeSet<String> {
    let source = std::fs::read_to_string(root().join("src/options.rs")).unwrap();
    let (source, _tests) = source.split_once("#[cfg(test)]").unwrap();
    let long = source.split("Long(\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned());
    long.chain(["version".to_owned(), "help".to_owned()]).collect()
}

/// The words that follow a mark, wherever that stands at the beginning of one.
fn words_after(page: &str, mark: &str) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    let mut before = ' ';
    for (at, letter) in page.char_indices() {
        if let Some(rest) = page[at..].strip_prefix(mark)
            && !before.is_alphanumeric()
            && before != '-'
        {
            let end = rest.find(|letter: char| !letter.is_ascii_lowercase() && letter != '-').unwrap_or(rest.len());
            if end > 0 && rest.starts_with(|letter: char| letter.is_ascii_lowercase()) {
                named.insert(rest[..end].to_owned());
            }
        }
        before = letter;
    }
    named
}

fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(dir).unwrap().map(Result::unwrap);
    entries.map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap())).collect()
}

/// Runs a program in the root of the project, at a date if one is given.
#[expect(clippy::disallowed_types, reason = "a test may run the scripts it is about")]
fn run(words: &[&str], epoch: &str) -> Output {
    let path = root().join(words[0]);
    let program = if path.exists() { path } else { PathBuf::from(words[0]) };
    let mut command = std::process::Command::new(program);
    command.args(&words[1..]).current_dir(root()).env("CARGO_NET_OFFLINE", "true");
    if !epoch.is_empty() {
        command.env("SOURCE_DATE_EPOCH", epoch);
    }
    command.output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// What may stand first on the command line.
const COMMANDS: [&str; 2] = ["headless", "doctor"];

/// Whose crates are about cryptography, whatever each says.
const MAKERS: [&str; 6] =
    ["/RustCrypto/", "/dalek-cryptography/", "/rust-random/", "/rustls/", "/briansmith/ring", "/BLAKE3-team/"];

/// Crates that do cryptography and do not say so: SQLCipher is in the first.
const KNOWN: [&str; 2] = ["libsqlite3-sys", "rdrand"];

/// Says so, and does not.
const NOT: [&str; 1] = ["g2p"];
