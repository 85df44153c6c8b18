//! Pelure as somebody on Tails has it: put there by our installer, before Tor a filter that knows our profile as the
//! installer wrote it, and no network but the loopback of a machine where only Tor's two ports answer.
//!
//! The machine is a network namespace. Its ports lead through Unix sockets to a C tor outside; back in leads only the
//! port that Tor delivers to. Who asks at the filter is told to it, and compared with what the kernel says of the program.

use std::ffi::OsString;
use std::fs::{self, hard_link};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::json;
use tempfile::TempDir;
use tornet::{Caller, Client, Grater};

use crate::calls::{PITCH_A, PITCH_B, SECONDS, connect, hang_up, hear_each_other};
use crate::delivery::two_contacts;
use crate::files::{offer, random, until_state};
use crate::home::{Home, fair_weather, network};
use crate::sockets::{Socket, sockets};
use crate::tone::tone;

#[test]
fn a_program_on_tails_and_one_elsewhere_talk_send_a_file_and_call() {
    let _weather = fair_weather();
    let tails = Tails::boot("amnesia");
    let home_a = Home::started_by(tails.starter(&tails.program())).saying(&tone(PITCH_A, SECONDS));
    let home_b = Home::new().saying(&tone(PITCH_B, SECONDS));
    let (mut a, mut b, to_b, to_a) = two_contacts(&home_a, &home_b);
    assert_eq!(fs::read_link(format!("/proc/{}/exe", a.pid())).unwrap(), tails.program(), "whom the profile names");
    assert_eq!(a.call("tor.status", json!({}))["backend"], "system");
    for number in 0..TEXTS {
        let (from_a, from_b) = (a.send(&to_b, &format!("a{number}")), b.send(&to_a, &format!("b{number}")));
        b.until_received(&format!("a{number}"));
        a.until_received(&format!("b{number}"));
        a.until_delivered(&from_a);
        b.until_delivered(&from_b);
    }
    let (source, content) = (home_a.given("leak.bin"), random(FILE));
    fs::write(&source, &content).unwrap();
    let (_, transfer) = offer(&mut a, &mut b, &to_b, &source);
    b.call("file.accept", json!({"transfer": transfer}));
    until_state(&mut b, &transfer, "done");
    let saved = home_b.given("saved.bin");
    b.call("file.save", json!({"transfer": transfer, "path": saved}));
    assert!(fs::read(&saved).unwrap() == content);
    let call = connect(&mut a, &to_b, &mut b, &to_a);
    hear_each_other(&mut a, &home_a, &mut b, &home_b);
    let seen = sockets(a.pid());
    hang_up(&call, &mut b, &mut a);
    assert!(seen.contains(&Socket::Listener { at: DOOR }), "{seen:?}");
    assert!(seen.iter().all(near), "{seen:?}");
    a.shutdown();
    b.shutdown();
    assert_eq!(tails.filter.filtered(), [""; 0], "the profile allows all that the program says");
    assert!(tails.filter.passed().iter().any(|line| line.starts_with("ADD_ONION")));
    tails.remove();
}

/// What the test above says of the machine; and what the program does there without its profile, or told to use Arti.
#[test]
fn on_tails_nothing_answers_but_the_ports_of_tor_and_arti_is_refused() {
    let _weather = fair_weather();
    // The profile is for another user.
    let tails = Tails::boot("somebody");
    let relay = network().arti_toml().split('"').find_map(|word| word.parse::<SocketAddr>().ok()).unwrap();
    let answers = |at: SocketAddr| {
        let mut words = tails.starter(Path::new("socat"));
        let to = format!("TCP:{at},connect-timeout=30,retry=20,interval=0.1");
        words.extend(["-u".into(), "OPEN:/dev/null".into(), to.into()]);
        run(&words).is_ok()
    };
    assert!(std::net::TcpStream::connect(relay).is_ok(), "outside, a relay answers");
    assert!(answers((Ipv4Addr::LOCALHOST, 9050).into()) && answers((Ipv4Addr::LOCALHOST, 951).into()));
    assert!(!answers(relay));

    let home = Home::started_by(tails.starter(&tails.program()));
    let mut program = home.start_with(&["--traceless".as_ref()]);
    program.create("a");
    program.wait_for("identity.reachable", |news| news["detail"].as_str().unwrap().contains("install-tails.sh"));
    let seen = sockets(program.pid());
    assert!(seen.iter().all(near), "{seen:?}");
    program.shutdown();
    assert!(tails.filter.passed().is_empty());

    let refused = home.start_with(&["--traceless".as_ref(), "--tor".as_ref(), "embedded".as_ref()]);
    assert_eq!(refused.exit_status(), Some(2));
    assert!(fs::read_to_string(home.disk_written().join("stderr")).unwrap().contains("does not work on Tails"));
}

/// Whether a socket is of those that a program may have there.
fn near(socket: &Socket) -> bool {
    match socket {
        Socket::Listener { at } => *at == DOOR,
        Socket::Connection { to } => to.ip() == DOOR.ip(),
        Socket::Datagrams { .. } | Socket::Other { .. } => false,
    }
}

/// A machine that runs Tails, as far as the program can tell.
struct Tails {
    root: TempDir,
    sockets: TempDir,
    filter: Grater,
    carriers: Vec<Child>,
    _tor: Client,
    /// There is one such port.
    _alone: MutexGuard<'static, ()>,
}

impl Tails {
    /// Unpacks and installs the program, and starts a tor; programs are started by this user.
    fn boot(user: &str) -> Self {
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let root = tempfile::Builder::new().prefix("tails-").tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let sockets = tempfile::Builder::new().prefix("tails-").tempdir().unwrap();
        let folder = root.path().join(FOLDER);
        for dir in [folder.join("tails"), root.path().join("etc/onion-grater.d")] {
            fs::create_dir_all(dir).unwrap();
        }
        fs::write(root.path().join("etc/os-release"), "NAME=\"Tails\"\nID=\"tails\"\nVERSION_ID=\"7.8\"\n").unwrap();
        hard_link(env!("CARGO_BIN_EXE_pelure"), folder.join("pelure")).unwrap();
        for file in ["install-tails.sh", "pelure.yml"] {
            let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("package/tails").join(file);
            fs::copy(shipped, folder.join("tails").join(file)).unwrap();
        }
        install(root.path(), "--session").unwrap();
        let profile = fs::read_to_string(root.path().join(PROFILE)).unwrap();
        let tor = network().client(&[]).unwrap();
        let program = folder.join("pelure").display().to_string();
        let filter = Grater::start(&profile, tor.control(), Caller::Program(program, user.into())).unwrap();
        let carriers = [("control", filter.at()), ("socks", tor.socks())].map(|(name, to)| {
            let at = sockets.path().join(name);
            carry(&format!("UNIX-LISTEN:{},fork", at.display()), &format!("TCP:{to}"))
        });
        let door = format!("UNIX-CONNECT:{}", sockets.path().join("door").display());
        let door = carry(&format!("TCP-LISTEN:{},bind={},fork,reuseaddr", DOOR.port(), DOOR.ip()), &door);
        let carriers = carriers.into_iter().chain([door]).collect();
        Self { root, sockets, filter, carriers, _tor: tor, _alone: alone }
    }

    fn program(&self) -> PathBuf {
        self.root.path().join(FOLDER).join("pelure")
    }

    /// The words that start a program on this machine.
    fn starter(&self, program: &Path) -> Vec<OsString> {
        let words = ["unshare", "--user", "--map-root-user", "--net", "--mount", "sh", "-euc", INSIDE, "sh"];
        let mut words: Vec<OsString> = words.into_iter().map(OsString::from).collect();
        words.extend(
            [self.root.path().join("etc/os-release"), self.sockets.path().into(), program.into()].map(Into::into),
        );
        words
    }

    fn remove(self) {
        install(self.root.path(), "--remove").unwrap();
        assert!(!self.root.path().join(PROFILE).exists());
    }
}

impl Drop for Tails {
    fn drop(&mut self) {
        for carrier in &mut self.carriers {
            carrier.kill().ok();
            carrier.wait().ok();
        }
    }
}

/// Takes whatever connects at one end to the other.
pub(crate) fn carry(from: &str, to: &str) -> Child {
    let mut carrier = Command::new("setpriv");
    carrier.args(["--pdeathsig", "KILL", "socat", from, to]).stdin(Stdio::null()).stderr(Stdio::null());
    carrier.spawn().unwrap()
}

/// Runs the installer as its root.
fn install(root: &Path, how: &str) -> Result<(), String> {
    let script = root.join(FOLDER).join("tails/install-tails.sh");
    let words = ["unshare", "--user", "--map-root-user", "env"].map(OsString::from);
    let root = format!("PELURE_INSTALL_ROOT={}", root.display());
    let words: Vec<_> = words.into_iter().chain([root.into(), "sh".into(), script.into(), how.into()]).collect();
    run(&words)
}

/// Runs a program to its end; what it complained of if it failed.
pub(crate) fn run(words: &[OsString]) -> Result<(), String> {
    let (first, rest) = words.split_first().unwrap();
    let done = Command::new(first).args(rest).stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    if done.status.success() { Ok(()) } else { Err(said) }
}

/// Where a person on Tails unpacks it.
const FOLDER: &str = "home/amnesia/Persistent/pelure";
const PROFILE: &str = "etc/onion-grater.d/pelure.yml";

/// The first of the ports that Tor delivers to.
const DOOR: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 17630);

static ALONE: Mutex<()> = Mutex::new(());

/// Inside the namespace: its name, its ports, then the program in place of the shell. What carries ends with the program.
const INSIDE: &str = r#"
mount --bind "$1" /etc/os-release
ip link set lo up
sockets=$2
carry() { setpriv --pdeathsig KILL socat "$1" "$2" </dev/null >/dev/null 2>&1 & }
carry TCP-LISTEN:951,bind=127.0.0.1,fork,reuseaddr "UNIX-CONNECT:$sockets/control"
carry TCP-LISTEN:9050,bind=127.0.0.1,fork,reuseaddr "UNIX-CONNECT:$sockets/socks"
carry "UNIX-LISTEN:$sockets/door,fork,unlink-early" TCP:127.0.0.1:17630
shift 2
exec "$@"
"#;

/// Each way.
const TEXTS: usize = 10;
const FILE: usize = 300_000;
