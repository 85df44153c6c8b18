//! What the window costs on a desktop: the first frame, an idle screen, memory beside the headless program, the binary.
//! One JSON line per figure. `cargo bench --bench window`; needs Xvfb and xdotool, which `./dev bench` installs.
//!
//! OpenGL is drawn by the processor here. The memory of that (the libraries of Mesa and LLVM) is told apart; what they
//! allocate is not, so the figure is an upper bound.

#![allow(
    clippy::print_stdout,
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "a bench starts programs, looks at the clock and tells what it sees"
)]

mod kit;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use kit::figure::tell;
use kit::process::{Outcome, Process, built, processor};
use serde_json::json;
use tornet::Tornet;

/// A process that ends with its handle.
struct Running(Child);

fn main() -> Outcome<()> {
    let pelure = built("pelure")?;
    let dir = tempfile::tempdir_in("/dev/shm")?;
    let config = dir.path().join("arti.toml");
    fs::write(&config, Tornet::shared().map_err(ToString::to_string)?.arti_toml())?;
    tell("binary_size", fs::metadata(&pelure)?.len() as f64 / 1e6, "MB", Some(45.0));

    let (_screen, display) = screen()?;
    let mut first = Vec::new();
    for _ in 0..STARTS {
        let (window, shown) = open(&pelure, &config, &display)?;
        first.push(shown);
        drop(window);
    }
    first.sort();
    let median = first.get(STARTS / 2).copied().unwrap_or_default();
    tell("first_frame_after_start", median.as_secs_f64() * 1e3, "ms", Some(500.0));

    let (window, _) = open(&pelure, &config, &display)?;
    make_identity(&display)?;
    thread::sleep(SETTLE);
    let before = processor(window.0.id())?;
    thread::sleep(IDLE);
    let used = processor(window.0.id())? - before;
    tell("idle_window_processor", used / IDLE.as_secs_f64() * 100.0, "% of a core", Some(0.5));
    let (all, mesa) = resident(window.0.id())?;
    drop(window);

    let mut command = Command::new(&pelure);
    command.args(["headless", "--traceless", "--tor-config"]).arg(&config).env("PELURE_LOG", "off");
    let mut headless = Process::start(&mut command)?;
    headless.call("identity.create", &json!({"name": "Desk"}))?;
    thread::sleep(SETTLE);
    let (bare, _) = resident(headless.id())?;
    tell("window_memory_with_software_gl", all, "MiB", Some(bare));
    tell("window_memory_over_headless", all - mesa - bare, "MiB", Some(80.0));
    headless.finish()?;
    Ok(())
}

/// A screen in memory; gives its name.
fn screen() -> Outcome<(Running, String)> {
    let mut server = Command::new("Xvfb");
    server.args(["-displayfd", "1", "-screen", "0", "1280x900x24", "-nolisten", "tcp"]);
    let mut child = server.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let output = child.stdout.take().ok_or("no output")?;
    let running = Running(child);
    let mut number = String::new();
    BufReader::new(output).read_line(&mut number)?;
    Ok((running, format!(":{}", number.trim())))
}

/// Opens a window and waits until it is there: eframe shows it when its first frame is drawn.
fn open(pelure: &Path, config: &Path, display: &str) -> Outcome<(Running, Duration)> {
    let start = Instant::now();
    let mut command = Command::new(pelure);
    command.args(["--traceless", "--language", "en", "--tor-config"]).arg(config);
    command.env("DISPLAY", display).env("LIBGL_ALWAYS_SOFTWARE", "1").env("PELURE_LOG", "off");
    command.env_remove("WAYLAND_DISPLAY").env_remove("DBUS_SESSION_BUS_ADDRESS");
    let window = Running(command.stderr(Stdio::null()).spawn()?);
    let process = window.0.id().to_string();
    while start.elapsed() < PATIENCE {
        let search = ["search", "--onlyvisible", "--all", "--pid", &process, "--name", "Pelure"];
        if xdotool(display, &search)? {
            let shown = start.elapsed();
            xdotool(display, &[&search[..], &["windowfocus"]].concat())?;
            return Ok((window, shown));
        }
    }
    Err("the window did not appear".into())
}

/// The last two steps of the first start, by the keys that lead through them: a name, then on.
fn make_identity(display: &str) -> Outcome<()> {
    thread::sleep(STEP);
    xdotool(display, &["type", "Desk"])?;
    xdotool(display, &["key", "Return"])?;
    thread::sleep(STEP);
    xdotool(display, &["key", "Return"])?;
    Ok(())
}

fn xdotool(display: &str, arguments: &[&str]) -> Outcome<bool> {
    let mut command = Command::new("xdotool");
    command.env("DISPLAY", display).args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
    Ok(command.status()?.success())
}

/// MiB of a process in memory, and how much of that are libraries that draw OpenGL in software.
fn resident(process: u32) -> Outcome<(f64, f64)> {
    let (mut all, mut mesa, mut drawing) = (0.0, 0.0, false);
    for line in fs::read_to_string(format!("/proc/{process}/smaps"))?.lines() {
        if let Some(size) = line.strip_prefix("Rss:") {
            let size = size.trim().trim_end_matches(" kB").parse::<f64>()? / 1024.0;
            all += size;
            mesa += if drawing { size } else { 0.0 };
        } else if line.split_whitespace().next().is_some_and(|first| first.contains('-')) {
            drawing = ["gallium", "swrast", "LLVM", "libGL", "libEGL", "_dri"].iter().any(|name| line.contains(name));
        }
    }
    Ok((all, mesa))
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// Starts of which the middle one counts.
const STARTS: usize = 5;
/// Tor is connected and the address published by then, and what that needed is given back.
const SETTLE: Duration = Duration::from_secs(40);
/// How long an idle window is watched.
const IDLE: Duration = Duration::from_secs(30);
/// For a screen to follow a key.
const STEP: Duration = Duration::from_secs(3);
/// Nothing takes this long unless it hangs.
const PATIENCE: Duration = Duration::from_secs(60);
