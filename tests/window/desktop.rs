//! A desktop without a screen: an X server that draws into memory, a session bus, and the accessibility bus on it.
//!
//! It knows nothing of Pelure. What it starts ends with it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use tempfile::TempDir;
use zbus::blocking::{Connection, Proxy, connection};

/// A desktop of its own.
pub(crate) struct Desktop {
    /// `$DISPLAY`.
    display: String,
    /// `$DBUS_SESSION_BUS_ADDRESS`.
    session: String,
    /// `$XDG_RUNTIME_DIR`, in memory.
    runtime: TempDir,
    _running: Vec<Running>,
}

/// A process that is killed when nobody needs it any more. Its output stays open: what it starts may write there.
struct Running(Child, Option<BufReader<ChildStdout>>);

impl Desktop {
    /// Starts one, with assistive technology switched on.
    pub(crate) fn start() -> Self {
        let runtime = tempfile::Builder::new().prefix("test-of-pelure-").tempdir_in("/dev/shm").unwrap();
        let mut server = Command::new("Xvfb");
        server.args(["-displayfd", "1", "-screen", "0", "1280x900x24", "-nolisten", "tcp"]);
        let (server, number) = started(&mut server);
        let display = format!(":{number}");
        let mut bus = Command::new("dbus-daemon");
        bus.args(["--session", "--nofork", "--nopidfile", "--print-address=1"]);
        // What the bus starts by itself (the accessibility bus) inherits this.
        bus.env("DISPLAY", &display).env("XDG_RUNTIME_DIR", runtime.path()).env("HOME", runtime.path());
        let (bus, session) = started(&mut bus);
        let desktop = Self { display, session, runtime, _running: vec![server, bus] };
        desktop.switch_on();
        desktop
    }

    /// What a program on this desktop has in its environment.
    pub(crate) fn environment(&self) -> [(&'static str, &str); 5] {
        [
            ("DISPLAY", &self.display),
            ("DBUS_SESSION_BUS_ADDRESS", &self.session),
            ("XDG_RUNTIME_DIR", self.memory().to_str().unwrap()),
            ("LIBGL_ALWAYS_SOFTWARE", "1"),
            ("NO_AT_BRIDGE", "0"),
        ]
    }

    /// `$XDG_RUNTIME_DIR`.
    pub(crate) fn memory(&self) -> &Path {
        self.runtime.path()
    }

    /// The bus on which programs tell what they show.
    pub(crate) fn accessibility(&self) -> Connection {
        let session = self.session();
        let bus = Proxy::new(&session, "org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus").unwrap();
        let address: String = bus.call("GetAddress", &()).unwrap();
        connection::Builder::address(address.as_str()).unwrap().build().unwrap()
    }

    /// Presses keys, named as xdotool names them: `Tab`, `ctrl+n`.
    pub(crate) fn press(&self, keys: &str) {
        self.xdotool(&["key", "--clearmodifiers", keys]);
    }

    /// Types a text.
    pub(crate) fn write(&self, text: &str) {
        self.xdotool(&["type", "--clearmodifiers", "--delay", "2", text]);
    }

    /// Gives the keyboard to the window of this process; there is no window manager that would.
    pub(crate) fn focus(&self, process: u32) -> bool {
        let process = process.to_string();
        let window = ["search", "--onlyvisible", "--all", "--pid", &process, "--name", "Pelure"];
        self.tool(&[&window[..], &["windowfocus"]].concat()).status.success()
    }

    /// What is on the screen, as PNG, for a person who looks why a test failed.
    pub(crate) fn picture(&self, file: &Path) {
        let shot = Command::new("import").env("DISPLAY", &self.display).args(["-window", "root"]).arg(file).status();
        drop(shot);
        fs::metadata(file).ok();
    }

    fn switch_on(&self) {
        let session = self.session();
        let status = Proxy::new(&session, "org.a11y.Bus", "/org/a11y/bus", "org.a11y.Status").unwrap();
        status.set_property("IsEnabled", true).unwrap();
    }

    fn session(&self) -> Connection {
        connection::Builder::address(self.session.as_str()).unwrap().build().unwrap()
    }

    fn xdotool(&self, arguments: &[&str]) {
        let done = self.tool(arguments);
        assert!(done.status.success(), "xdotool: {}", String::from_utf8_lossy(&done.stderr));
    }

    fn tool(&self, arguments: &[&str]) -> std::process::Output {
        Command::new("xdotool").env("DISPLAY", &self.display).args(arguments).output().unwrap()
    }
}

/// Starts a process and reads the first line it writes, which says that it is ready.
fn started(command: &mut Command) -> (Running, String) {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let output = child.stdout.take().map(BufReader::new);
    let mut running = Running(child, output);
    let mut line = String::new();
    running.1.as_mut().unwrap().read_line(&mut line).unwrap();
    assert!(!line.trim().is_empty(), "a part of the desktop did not start; `./dev test` installs what it needs");
    (running, line.trim().to_owned())
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}
