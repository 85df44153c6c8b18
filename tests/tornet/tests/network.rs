//! The network that the tests of a run share: it is usable, and its weather does what it says.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says what went wrong by failing")]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tornet::{Order, Tornet, TornetError, Weather};

/// A C tor client of the network that ends with the test.
struct Client(Child);

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn shared() -> &'static Tornet {
    Tornet::shared().unwrap_or_else(|error| panic!("{error}"))
}

/// Starts a client and follows what it says until it says `word`, or until it ends; returns all of it.
fn client_says(word: &str) -> String {
    let home = tempfile::Builder::new().permissions(fs::Permissions::from_mode(0o700)).tempdir().unwrap();
    let mut torrc = fs::read_to_string(shared().dir().join("client.torrc")).unwrap();
    torrc.push_str(&format!("SocksPort unix:{0}/socks\nDataDirectory {0}/data\n", home.path().display()));
    torrc.push_str(&format!("__OwningControllerProcess {}\n", std::process::id()));
    let (file, none) = (home.path().join("torrc"), home.path().join("none"));
    fs::write(&file, torrc).unwrap();
    fs::write(&none, "").unwrap();
    let mut command = Command::new("tor");
    command.arg("-f").arg(file).arg("--defaults-torrc").arg(none);
    let mut client = Client(command.stdout(Stdio::piped()).spawn().unwrap());
    let said = BufReader::new(client.0.stdout.take().unwrap());
    let mut all = String::new();
    for line in said.lines().map_while(Result::ok) {
        all.extend([line.as_str(), "\n"]);
        if line.contains(word) {
            break;
        }
    }
    all
}

#[test]
fn a_client_of_c_tor_learns_the_network_through_its_relays() {
    let done = "(enough_dirinfo)";
    let said = client_says(done);
    assert!(said.contains(done), "{said}");
}

#[test]
fn every_test_process_joins_the_same_network() {
    let joined = Tornet::join(shared().dir()).unwrap();
    assert_eq!(joined.arti_toml(), shared().arti_toml());
    assert_eq!(joined.arti_toml().matches("rsa_identity").count(), 16);
}

#[test]
fn orders_hold_when_they_return_and_wrong_ones_are_refused() {
    let joined = Tornet::join(shared().dir()).unwrap();
    joined.weather(Some(15), Weather::default().delay(Duration::from_millis(1))).unwrap();
    joined.freeze(Some(15), Duration::from_millis(1)).unwrap();
    joined.cut(Some(15)).unwrap();
    joined.heal(Some(15)).unwrap();
    joined.order(&Order::weather(Some(15), Weather::default())).unwrap();
    let refused = joined.cut(Some(16)).unwrap_err();
    assert!(matches!(&refused, TornetError::Refused(why) if why.contains("from 0 to 15")), "{refused}");
}

#[test]
fn a_line_that_is_no_order_gets_the_reason() {
    let mut stream = UnixStream::connect(shared().dir().join("control")).unwrap();
    stream.write_all(b"make it rain\nheal all\n").unwrap();
    let answers: Vec<String> = BufReader::new(stream).lines().take(2).map(Result::unwrap).collect();
    assert!(answers[0].starts_with("not understood"), "{answers:?}");
    assert_eq!(answers[1], "ok");
}
