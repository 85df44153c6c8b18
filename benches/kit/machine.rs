//! A sound server without a sound card, with people's mouths and ears at it, and recorders that know what time it is.

#![allow(unreachable_pub, reason = "each bench uses its part")]

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use pelure::voice::pcm::RATE;

use super::process::Outcome;

/// The sound server. It ends with its handle.
pub struct Machine {
    address: String,
    dir: PathBuf,
    _server: Running,
}

/// A program that ends with its handle.
pub struct Running(Child);

/// A loudspeaker that is heard at a microphone, until [`Machine::leave`].
pub struct Room(String);

/// What passes a sink, from the moment of its making on.
pub struct Recorder {
    tape: Arc<Mutex<Tape>>,
    _program: Running,
}

#[derive(Default)]
struct Tape {
    sound: Vec<f32>,
    /// When the first sample was played: never later than any of the samples that came says.
    start: Option<Instant>,
}

impl Machine {
    /// Starts the server, with these sinks, in a directory of its own.
    pub fn start(dir: &Path, sinks: &[&str]) -> Outcome<Self> {
        let dir = dir.join("sound");
        std::fs::create_dir(&dir)?;
        // What was played stays played, as in a room: the filter of one forgets its sound when the server takes some back.
        let sink = "load-module module-null-sink rate=48000 channels=1 norewinds=1";
        let sink = |name: &&str| format!("{sink} sink_name={name}\n");
        let setup: String = sinks.iter().map(sink).collect();
        std::fs::write(dir.join("setup.pa"), format!("load-module module-native-protocol-unix\n{setup}"))?;
        let mut server = Command::new("pulseaudio");
        server.args(["-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--log-level=error", "-F"]);
        server.arg(dir.join("setup.pa")).env("HOME", &dir).env("XDG_RUNTIME_DIR", &dir).stdin(Stdio::null());
        let server = Running(server.stdout(Stdio::null()).spawn()?);
        let this = Self { address: format!("unix:{}", dir.join("pulse/native").display()), dir, _server: server };
        let begun = Instant::now();
        while this.pactl(&["info"]).is_err() {
            if begun.elapsed() > PATIENCE {
                return Err("the sound server does not answer".into());
            }
            thread::sleep(PAUSE);
        }
        Ok(this)
    }

    /// Lets a program find this server.
    pub fn lend(&self, command: &mut Command) {
        command.env("PULSE_SERVER", &self.address).env("HOME", &self.dir);
    }

    /// Plays a WAV file to a sink, until its end or that of the handle.
    pub fn play(&self, sink: &str, file: &Path) -> Outcome<Running> {
        let device = format!("--device={sink}");
        Ok(Running(self.command("paplay", &[&device, "--latency-msec=50"]).arg(file).spawn()?))
    }

    /// Makes a sink the usual one: programs that chose none play to it from their next call on.
    pub fn make_usual(&self, sink: &str) -> Outcome<()> {
        self.pactl(&["set-default-sink", sink]).map(drop)
    }

    /// The usual loudspeaker is a room from now on: what is played in it is heard at a sink, so much later. The delay is the
    /// server's own filter, which loses nothing and has no clock: it stays what it is.
    pub fn enter(&self, to: &str, later: Duration) -> Outcome<Room> {
        let name = format!("sink_name={ROOM}");
        let (master, control) = (format!("master={to}"), format!("control=1,{}", later.as_secs_f64()));
        let filter =
            ["load-module", "module-ladspa-sink", "plugin=delay_1898", "label=delay_n", &name, &master, &control];
        let room = Room(self.pactl(&filter)?.trim().to_owned());
        self.make_usual(ROOM)?;
        Ok(room)
    }

    /// Another sink is the usual one, and the room is gone.
    pub fn leave(&self, room: Room, usual: &str) -> Outcome<()> {
        self.make_usual(usual)?;
        self.pactl(&["unload-module", &room.0]).map(drop)
    }

    /// Records what passes a sink.
    pub fn record(&self, sink: &str) -> Outcome<Recorder> {
        let device = format!("--device={sink}.monitor");
        let mut program = self.command("parec", &[&[device.as_str()], &FORMAT[..]].concat());
        let mut child = program.stdout(Stdio::piped()).spawn()?;
        let mut output = child.stdout.take().ok_or("no output")?;
        let tape = Arc::new(Mutex::new(Tape::default()));
        let notes = Arc::clone(&tape);
        thread::Builder::new().spawn(move || {
            let mut bytes = [0; 320];
            while output.read_exact(&mut bytes).is_ok() {
                let Ok(mut tape) = notes.lock() else { return };
                tape.take(&bytes, Instant::now());
            }
        })?;
        Ok(Recorder { tape, _program: Running(child) })
    }

    fn pactl(&self, arguments: &[&str]) -> Outcome<String> {
        let output = self.command("pactl", arguments).output()?;
        if output.status.success() { Ok(String::from_utf8(output.stdout)?) } else { Err("pactl failed".into()) }
    }

    fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.lend(&mut command);
        command
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

impl Recorder {
    /// What was recorded in this time; silence where there is nothing.
    pub fn between(&self, from: Instant, to: Instant) -> Vec<f32> {
        let Ok(tape) = self.tape.lock() else { return Vec::new() };
        let Some(start) = tape.start else { return Vec::new() };
        let place = |at: Instant| (at.saturating_duration_since(start).as_secs_f64() * f64::from(RATE)) as usize;
        let mut sound: Vec<f32> = tape.sound.iter().copied().take(place(to)).skip(place(from)).collect();
        sound.resize(place(to) - place(from), 0.0);
        sound
    }

    /// When sound louder than this is first recorded after this time.
    pub fn first_above(&self, level: f32, after: Instant) -> Option<Instant> {
        let tape = self.tape.lock().ok()?;
        let start = tape.start?;
        let at = |place: usize| start + Duration::from_secs_f64(place as f64 / f64::from(RATE));
        let mut samples = tape.sound.iter().enumerate();
        samples.find_map(|(place, sample)| (at(place) > after && sample.abs() > level).then(|| at(place)))
    }
}

impl Tape {
    /// Ten milliseconds that ended now, or earlier.
    fn take(&mut self, bytes: &[u8], now: Instant) {
        let samples = bytes.as_chunks::<2>().0.iter().map(|bytes| f32::from(i16::from_le_bytes(*bytes)) / 32_768.0);
        self.sound.extend(samples);
        let length = Duration::from_secs_f64(self.sound.len() as f64 / f64::from(RATE));
        let start = now.checked_sub(length).unwrap_or(now);
        self.start = Some(self.start.map_or(start, |before| before.min(start)));
    }
}

const ROOM: &str = "room";

/// What recorders give: samples as they come, ten milliseconds at once.
const FORMAT: [&str; 5] = ["--rate=16000", "--channels=1", "--format=s16le", "--latency-msec=10", "--raw"];

const PATIENCE: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(50);
