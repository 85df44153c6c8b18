//! A file sent by Pelure against the same file shared with OnionShare, on the same private network, in the same weather,
//! in the same run: one JSON line. `cargo bench --bench onionshare`.
//!
//! OnionShare is the program that Debian packages, with a C tor that speaks for it; who fetches uses curl over a C tor of
//! their own. Both are timed as a person would, from the click that takes the file: ours from the moment it is accepted
//! until it is whole and verified on the other disk, theirs from the start of curl's download until its end. Before, a
//! person looks at what there is, at an offer or at OnionShare's page: circuits are there by then, for both. They are new
//! ones every time, since nobody fetches twice. The two alternate, so that a drift of the machine hits both.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "it starts programs, looks at the clock and tells what it sees"
)]

mod kit;

use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use kit::figure::{quantile, tell};
use kit::pair::{Person, meet, random};
use kit::process::Outcome;
use serde_json::json;
use tornet::{Plan, Tornet, Weather};

/// A C tor that is no relay. It ends with its handle.
struct Tor {
    child: Child,
    /// Where it takes orders, or carries streams.
    port: u16,
}

/// OnionShare with a file, and a C tor for who fetches it.
struct OnionShare {
    program: Child,
    url: String,
    fetcher: Tor,
    fetches: AtomicU32,
    _speaker: Tor,
}

fn main() -> Outcome<()> {
    note("starting a private Tor network");
    let weather = Weather::default().delay(DELAY);
    let network = Tornet::start(Plan { weather, ..Plan::default() })?;
    let (dir, file) = (network.dir().to_owned(), network.dir().join("leak.bin"));
    std::fs::write(&file, random(BYTES))?;
    note("two programs meet");
    let binary = PathBuf::from(env!("CARGO_BIN_EXE_pelure"));
    let (mut ada, mut bob) = (Person::arrive(&binary, &dir, "ada")?, Person::arrive(&binary, &dir, "bob")?);
    meet(&mut ada, &mut bob)?;
    note("OnionShare starts");
    let onionshare = OnionShare::start(&dir, &file)?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for run in 0..RUNS {
        ours.push(ada.send_file(&mut bob, &file, LOOK)?);
        theirs.push(onionshare.fetch(&dir, &file)?);
        note(&format!("run {run}: ours {:?}, OnionShare {:?}", ours.last(), theirs.last()));
    }
    let rate = |times: &[Duration]| BYTES as f64 / 1e6 / quantile(times, 0.5);
    tell("file_20MB_rate_against_onionshare_p50", rate(&ours), "MB/s", Some(rate(&theirs)));
    drop(onionshare);
    for person in [ada, bob] {
        person.process.finish()?;
    }
    Ok(())
}

impl OnionShare {
    fn start(dir: &Path, file: &Path) -> Outcome<Self> {
        let speaker = Tor::start(dir, "speaker", "ControlPort")?;
        let fetcher = Tor::start(dir, "fetcher", "SocksPort")?;
        let home = dir.join("onionshare");
        std::fs::create_dir(&home)?;
        let settings = json!({
            "connection_type": "control_port", "control_port_address": "127.0.0.1",
            "control_port_port": speaker.port, "auth_type": "no_auth",
        });
        std::fs::write(home.join("settings.json"), settings.to_string())?;
        let mut program = Command::new("onionshare-cli")
            .args(["--public", "--no-autostop-sharing", "--config"])
            .arg(home.join("settings.json"))
            .arg(file)
            .env("HOME", &home)
            .env("PYTHONUNBUFFERED", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("onionshare-cli: {error}"))?;
        let output = program.stdout.take().ok_or("no output")?;
        let mut lines = BufReader::new(output).lines().map_while(Result::ok);
        let url = lines.find_map(|line| {
            let at = line.find("http://")?;
            line.get(at..).filter(|url| url.contains(".onion")).map(|url| url.trim().to_owned())
        });
        // What it says later goes nowhere, but it must be able to say it.
        std::thread::Builder::new().spawn(move || lines.for_each(drop))?;
        let Some(url) = url else {
            program.kill().ok();
            return Err("OnionShare ended without an address".into());
        };
        let this = Self { program, url, fetcher, fetches: AtomicU32::new(0), _speaker: speaker };
        let begun = Instant::now();
        // Until the descriptor is found.
        while this.curl(&this.url, Path::new("/dev/null")).is_err() {
            if begun.elapsed() > PATIENCE {
                return Err("OnionShare's service cannot be reached".into());
            }
            std::thread::sleep(PAUSE);
        }
        Ok(this)
    }

    /// One download, timed from the start of curl to its end.
    fn fetch(&self, dir: &Path, file: &Path) -> Outcome<Duration> {
        let got = dir.join("fetched.bin");
        self.fetches.fetch_add(1, Ordering::Relaxed);
        self.curl(&self.url, Path::new("/dev/null"))?;
        std::thread::sleep(LOOK);
        let start = Instant::now();
        self.curl(&format!("{}/download", self.url), &got)?;
        let took = start.elapsed();
        if std::fs::read(&got)? == std::fs::read(file)? { Ok(took) } else { Err("OnionShare sent another file".into()) }
    }

    fn curl(&self, url: &str, to: &Path) -> Outcome<()> {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--fail", "--max-time", "600", "--socks5-hostname"]);
        // A name at the proxy that no fetch had before: tor gives it circuits of its own.
        let name = format!("fetch{}:", self.fetches.load(Ordering::Relaxed));
        curl.arg(format!("127.0.0.1:{}", self.fetcher.port))
            .args(["--proxy-user", &name])
            .arg("--output")
            .arg(to)
            .arg(url);
        let status = curl.status()?;
        if status.success() { Ok(()) } else { Err(format!("curl: {status}").into()) }
    }
}

impl Drop for OnionShare {
    fn drop(&mut self) {
        self.program.kill().ok();
        self.program.wait().ok();
    }
}

impl Tor {
    /// Starts a C tor in this network with one port of this kind.
    fn start(dir: &Path, name: &str, kind: &str) -> Outcome<Self> {
        let data = dir.join(name);
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let mut torrc = std::fs::read_to_string(dir.join("client.torrc"))?;
        torrc += &format!("DataDirectory {}\n__OwningControllerProcess {}\n", data.display(), std::process::id());
        if kind != "SocksPort" {
            torrc += "SocksPort 0\n";
        }
        torrc += &format!("{kind} 127.0.0.1:{port}\n");
        let file = dir.join(format!("{name}.torrc"));
        std::fs::write(&file, torrc)?;
        let mut tor = Command::new("tor");
        let mut child = tor.arg("-f").arg(&file).stdout(Stdio::piped()).spawn()?;
        let output = child.stdout.take().ok_or("no output")?;
        let mut lines = BufReader::new(output).lines().map_while(Result::ok);
        let ready = lines.any(|line| line.contains("Bootstrapped 100%"));
        std::thread::Builder::new().spawn(move || lines.for_each(drop))?;
        let tor = Self { child, port };
        if ready { Ok(tor) } else { Err(format!("the tor of the {name} ended").into()) }
    }
}

impl Drop for Tor {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn note(what: &str) {
    eprintln!("onionshare: {what}");
}

/// What every byte takes longer on each link, each way.
const DELAY: Duration = Duration::from_millis(25);
const BYTES: usize = 20_000_000;
/// How long somebody looks before they click.
const LOOK: Duration = Duration::from_secs(5);
/// Transfers of each.
const RUNS: usize = 5;
/// For a service to be found, and between two looks.
const PATIENCE: Duration = Duration::from_secs(180);
const PAUSE: Duration = Duration::from_secs(1);
