//! A machine behind a wall: one place outside answers, and nothing else does, whatever the program knows of relays.
//!
//! The machine is a network namespace; its one way out leads through a Unix socket.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::tails::{carry, run};

/// It stands as long as the test holds it.
pub(crate) struct Wall {
    /// The one outside, and the one inside, in whose namespace programs are started.
    gate: [Child; 2],
    _socket: TempDir,
}

impl Wall {
    /// Leaves `open` alone.
    pub(crate) fn around(open: SocketAddr) -> Self {
        let socket = tempfile::Builder::new().prefix("wall-").tempdir().unwrap();
        let path = socket.path().join("gate").display().to_string();
        let outside = carry(&format!("UNIX-LISTEN:{path},fork"), &format!("TCP:{open}"));
        let words =
            ["--user", "--map-root-user", "--net", "setpriv", "--pdeathsig", "KILL", "sh", "-euc", INSIDE, "sh"];
        let gate = [format!("TCP-LISTEN:{},bind={},fork,reuseaddr", open.port(), open.ip()), path];
        let mut inside = Command::new("unshare").args(words).args(gate).stdout(Stdio::piped()).spawn().unwrap();
        // Whoever enters before it stands is outside.
        BufReader::new(inside.stdout.take().unwrap()).read_line(&mut String::new()).unwrap();
        Self { gate: [outside, inside], _socket: socket }
    }

    /// The words that start a program behind it.
    pub(crate) fn starter(&self, program: &str) -> Vec<OsString> {
        let target = format!("--target={}", self.gate[1].id());
        ["nsenter", &target, "--user", "--net", program].map(OsString::from).to_vec()
    }

    /// Whether somebody behind it is answered there.
    pub(crate) fn lets_through_to(&self, place: SocketAddr) -> bool {
        let mut words = self.starter("socat");
        let to = format!("TCP:{place},connect-timeout=30,retry=20,interval=0.1");
        words.extend(["-u".into(), "OPEN:/dev/null".into(), to.into()]);
        run(&words).is_ok()
    }
}

impl Drop for Wall {
    fn drop(&mut self) {
        for carrier in &mut self.gate {
            carrier.kill().ok();
            carrier.wait().ok();
        }
    }
}

const INSIDE: &str = r#"
ip link set lo up
echo it stands
exec socat "$1" "UNIX-CONNECT:$2" </dev/null >/dev/null 2>&1
"#;
