//! How the program ends and what it refuses, as `pelure headless` is described. None of it needs a network, and none is called at.

use std::ffi::OsStr;
use std::fs;

use serde_json::{Value, json};

use crate::home::Home;
use crate::program::Program;

#[test]
fn bad_usage_ends_with_2() {
    let home = Home::offline();
    let profile = home.profile();
    let file = home.given("passphrase");
    let status = |arguments: &[&OsStr]| home.start_with(arguments).exit_status();
    let (traceless, with_profile, with_file) =
        (OsStr::new("--traceless"), OsStr::new("--profile"), OsStr::new("--passphrase-file"));
    assert_eq!(status(&[]), Some(2));
    assert_eq!(status(&[with_profile, profile.as_os_str()]), Some(2), "no passphrase");
    assert_eq!(status(&[traceless, with_profile, profile.as_os_str(), with_file, file.as_os_str()]), Some(2));
    assert_eq!(status(&[traceless, OsStr::new("--unheard-of")]), Some(2));
    assert_eq!(status(&[traceless, OsStr::new("--tor-config"), OsStr::new("/nowhere.toml")]), Some(2));
    assert!(!profile.exists(), "a refused command line makes nothing");
}

#[test]
fn a_configuration_that_weakens_the_posture_ends_with_2() {
    let home = Home::offline();
    let weak = fs::read_to_string(home.given("arti.toml")).unwrap() + "\n[vanguards]\nmode = \"disabled\"\n";
    fs::write(home.given("arti.toml"), weak).unwrap();
    let program = home.start();
    assert_eq!(program.exit_status(), Some(2));
    assert!(fs::read_to_string(home.disk_written().join("stderr")).unwrap().contains("vanguards"));
}

#[test]
fn a_wrong_passphrase_ends_with_3_and_a_profile_in_use_with_4() {
    let home = Home::offline();
    let mut program = home.start();
    program.call("version", json!({}));
    assert_eq!(home.start().exit_status(), Some(4));
    program.shutdown();
    fs::write(home.given("passphrase"), "another one\n").unwrap();
    assert_eq!(home.start().exit_status(), Some(3));
}

#[test]
fn the_end_of_the_input_ends_with_0() {
    let home = Home::offline();
    let mut program = home.start_traceless();
    program.create("me");
    assert_eq!(program.end_input(), Some(0));
    assert_eq!(fs::read_dir(home.memory()).unwrap().count(), 0);
}

#[test]
fn what_is_not_built_or_not_known_is_refused() {
    let home = Home::offline();
    let mut program = home.start_traceless();
    for method in ["identity.set_doors", "tor.set_weather", "nonsense"] {
        assert_eq!(program.try_call(method, json!({})).unwrap_err()["code"], -32601, "{method}");
    }
    let unknown = json!({"name": "me", "colour": "red"});
    assert_eq!(program.try_call("identity.create", unknown).unwrap_err()["code"], -32602);
    assert_eq!(program.try_call("message.send", json!({"text": "x"})).unwrap_err()["code"], -32602);
    assert_eq!(program.call("identity.list", json!({})), json!([]), "a refused call did nothing");
    program.shutdown();
}

#[test]
fn a_line_over_1_mib_is_refused_and_the_next_one_answered() {
    let home = Home::offline();
    let mut program = home.start_traceless();
    let refused = |program: &mut Program, line: &str| {
        program.write_line(line);
        program.answer(&Value::Null)["error"]["code"].clone()
    };
    assert_eq!(refused(&mut program, &"x".repeat(1024 * 1024 + 1)), -32600);
    assert!(program.call("version", json!({}))["arti"].is_string());
    assert_eq!(refused(&mut program, "no JSON"), -32700);
    assert!(program.call("version", json!({}))["protocol"].is_number());
    program.shutdown();
}

#[test]
fn addresses_are_mended_or_refused_with_the_reason() {
    let home = Home::offline();
    let mut program = home.start_traceless();
    let (me, other) = (program.create("me"), program.create("other"));
    let mut add = |address: &str| {
        let params = json!({"identity": me.identity, "address": address, "name": "somebody"});
        program.try_call("contact.add", params).map_err(|error| error["data"]["kind"].clone())
    };
    let letters = other.address.strip_suffix(".onion").unwrap();
    let swapped = if letters.starts_with('a') { "b" } else { "a" };
    assert_eq!(add(&format!("{swapped}{}.onion", &letters[1..])).unwrap_err(), "bad_address", "wrong checksum");
    assert_eq!(add("expyuzz4wqqyqhjn.onion").unwrap_err(), "bad_address", "version 2");
    assert_eq!(add(&me.address).unwrap_err(), "own_address");
    assert!(add(&format!("  HTTP://{}/path ", other.address.to_uppercase())).is_ok());
    assert_eq!(add(&other.address).unwrap_err(), "already_exists");
    program.shutdown();
}
