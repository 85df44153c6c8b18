//! Microphone and loudspeaker of a machine: a PulseAudio without a sound card, with sinks that lead nowhere.
//!
//! A sound system is found by the environment of the process, so each test runs itself again in a process of its own.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking, also in its helpers")]
#![expect(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "a sound server and its clients, in real time"
)]

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use pelure::voice::device::{self, Choice, DeviceError, Loudspeaker, Microphone, News};
use pelure::voice::pcm::{BLOCK, RATE, SILENCE};
use pelure::voice::wav::{self, Recording};
use pelure::wire::{Random, Seeded};

#[test]
fn sound_passes_through_the_machine() {
    on_a_machine("sound_passes_through_the_machine", |machine| {
        let mut call = Call::open("mic_a.monitor", "spk_a");
        call.until("both devices to work", |call| call.works == 2);
        // On a busy machine buffers grow at first, which cuts.
        call.until("the buffers to be long enough", |call| call.opened.elapsed() > Duration::from_secs(4));
        let (said, heard) = (machine.file("said.wav"), machine.file("heard.wav"));
        let words = noise(8 * RATE as usize);
        let mut recording = Recording::create(&said).unwrap();
        words.as_chunks::<BLOCK>().0.iter().for_each(|block| recording.write(block).unwrap());
        drop(recording);
        let mut recorder = machine.client("parec", &["--device=spk_a.monitor", "--file-format=wav", path(&heard)]);
        call.until("the recorder to write", |_| std::fs::metadata(&heard).is_ok_and(|file| file.len() > 10_000));
        let mut speaker = machine.client("paplay", &["--device=mic_a", path(&said)]);
        call.until("the end of what is said", |_| speaker.try_wait().unwrap().is_some());
        call.run(Duration::from_millis(700));
        // Asked to end, it writes how long the recording is.
        let recorder_id = rustix::process::Pid::from_child(&recorder);
        rustix::process::kill_process(recorder_id, rustix::process::Signal::TERM).unwrap();
        recorder.wait().unwrap();
        // The machine may be busy with other things: what it cuts out then is no fault of ours.
        for (name, sound) in [("microphone", &call.heard), ("loudspeaker", &wav::read(&heard).unwrap())] {
            let found = pieces_found(&words, sound);
            assert!(found >= 8, "{found} of 32 pieces came through the {name}");
        }
    });
}

/// Who wakes late must find all that was said: what is lost of it moves the echo in what is left.
#[test]
fn what_is_said_while_the_sound_server_sleeps_is_not_lost() {
    on_a_machine("what_is_said_while_the_sound_server_sleeps_is_not_lost", |machine| {
        let mut call = Call::open("mic_a.monitor", "spk_a");
        call.until("both devices to work", |call| call.works == 2);
        call.until("the buffers to be long enough", |call| call.opened.elapsed() > Duration::from_secs(4));
        // Each sample says when it was said.
        let said = machine.file("said.wav");
        let ramp: Vec<f32> = (0..6 * RATE).map(|at| at as f32 / (6 * RATE) as f32).collect();
        let mut recording = Recording::create(&said).unwrap();
        ramp.as_chunks::<BLOCK>().0.iter().for_each(|block| recording.write(block).unwrap());
        drop(recording);
        let mut speaker = machine.client("paplay", &["--device=mic_a", path(&said)]);
        let is_at = |level: f32| move |call: &Call| call.heard.last().is_some_and(|last| *last >= level);
        call.until("the beginning", is_at(0.3));
        machine.sleep(Duration::from_millis(300));
        call.until("the end", is_at(0.7));
        speaker.wait().unwrap();
        let between = call.heard.iter().filter(|level| (0.3..0.7).contains(*level)).count();
        let lost = ((0.4 * ramp.len() as f32) as usize).saturating_sub(between);
        assert!(lost < RATE as usize / 20, "{lost} samples were lost");
    });
}

/// The echo canceller finds an echo where it was, in what the loudspeaker says that it played.
#[test]
fn an_echo_stays_in_its_place_while_the_sound_server_sleeps() {
    on_a_machine("an_echo_stays_in_its_place_while_the_sound_server_sleeps", |machine| {
        let mut call = Call::open("spk_a.monitor", "spk_a");
        call.until("both devices to work", |call| call.works == 2);
        call.until("the buffers to be long enough", |call| call.opened.elapsed() > Duration::from_secs(4));
        call.plays = Plays::Ramp(0);
        let place = |sound: &[f32], level: f32| sound.iter().position(|x| *x >= level);
        call.until("the beginning", |call| place(&call.heard, 0.3).is_some());
        machine.sleep(Duration::from_millis(300));
        call.until("the end", |call| place(&call.heard, 0.9).is_some());
        let [before, after] = [0.25, 0.85].map(|level| {
            let [heard, played] = [&call.heard, &call.played].map(|sound| place(sound, level).unwrap());
            heard as isize - played as isize
        });
        assert!(before.abs_diff(after) < RATE as usize / 200, "the echo went from {before} to {after} samples");
    });
}

#[test]
fn an_unplugged_device_is_replaced_and_said() {
    on_a_machine("an_unplugged_device_is_replaced_and_said", |machine| {
        let mut call = Call::open("mic_b.monitor", "spk_b");
        call.until("both devices to work", |call| call.works == 2);
        machine.pactl(&["unload-module", &machine.module("spk_b")]);
        call.until("the loudspeaker to be replaced", |call| call.replaced == 1);
        // What is played is never taken for a microphone.
        machine.pactl(&["unload-module", &machine.module("mic_b")]);
        call.until("the microphone to be missing", |call| call.failed == [DeviceError::Missing]);
        let before = call.heard.len();
        call.run(Duration::from_millis(500));
        assert!(call.heard[before..].len() > RATE as usize / 4 && call.heard[before..].iter().all(|x| *x == 0.0));
        machine.pactl(&["load-module", "module-null-sink", "sink_name=mic_b"]);
        call.until("the microphone to be back", |call| call.works == 3);
    });
}

#[test]
fn a_sound_server_that_dies_is_waited_for() {
    on_a_machine("a_sound_server_that_dies_is_waited_for", |machine| {
        let mut call = Call::open("mic_a.monitor", "spk_a");
        call.until("both devices to work", |call| call.works == 2);
        machine.stop();
        call.until("both devices to fail", |call| call.failed.len() >= 2);
        machine.server = server(&machine.dir);
        call.until("both devices to work again", |call| call.works >= 4);
    });
}

#[test]
fn devices_are_listed_without_what_is_being_played() {
    on_a_machine("devices_are_listed_without_what_is_being_played", |machine| {
        let names = device::names().unwrap();
        let ids: Vec<&str> = names.loudspeakers.iter().map(|name| name.id.as_str()).collect();
        assert_eq!(ids, ["mic_a", "mic_b", "spk_a", "spk_b"]);
        assert_eq!(names.microphones, []);
        machine.pactl(&["load-module", "module-null-source", "source_name=real"]);
        assert_eq!(
            device::names().unwrap().microphones.iter().map(|name| name.id.as_str()).collect::<Vec<_>>(),
            ["real"]
        );
    });
}

/// A server takes 64 connections of all programs together: who leaves one behind with each call silences the machine.
#[test]
fn call_after_call_takes_no_more_of_the_sound_server() {
    on_a_machine("call_after_call_takes_no_more_of_the_sound_server", |machine| {
        let lines = |what: &str| machine.pactl(&["list", "short", what]).lines().count();
        let mut connections = Vec::new();
        for _ in 0..4 {
            device::names().unwrap();
            let mut call = Call::open("mic_a.monitor", "spk_a");
            call.until("both devices to work", |call| call.works == 2);
            connections.push(lines("clients"));
            drop(call);
            let end = Instant::now() + PATIENCE;
            while lines("sink-inputs") + lines("source-outputs") > 0 {
                assert!(Instant::now() < end, "sound still flows after the call");
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        assert!(connections.iter().all(|count| *count == connections[0]), "{connections:?}");
    });
}

/// A microphone and a loudspeaker in use.
struct Call {
    microphone: Box<dyn Microphone>,
    loudspeaker: Box<dyn Loudspeaker>,
    start: Instant,
    plays: Plays,
    waiting: std::collections::VecDeque<[f32; BLOCK]>,
    heard: Vec<f32>,
    played: Vec<f32>,
    /// When a device was opened last.
    opened: Instant,
    works: usize,
    replaced: usize,
    failed: Vec<DeviceError>,
}

/// What a call plays.
enum Plays {
    /// What is said.
    Heard,
    /// Sound in which each sample says when it is played; up to here.
    Ramp(usize),
}

impl Call {
    fn open(microphone: &str, loudspeaker: &str) -> Self {
        Self {
            microphone: device::microphone(&Choice::parse(microphone)).unwrap(),
            loudspeaker: device::loudspeaker(&Choice::parse(loudspeaker)).unwrap(),
            start: Instant::now(),
            plays: Plays::Heard,
            waiting: std::collections::VecDeque::new(),
            heard: Vec::new(),
            played: Vec::new(),
            opened: Instant::now(),
            works: 0,
            replaced: 0,
            failed: Vec::new(),
        }
    }

    fn step(&mut self) {
        let now = self.start.elapsed();
        while let Some(block) = self.microphone.listen(now) {
            self.heard.extend(block);
            self.waiting.push_back(block);
        }
        // As a playout would: what waits too long is late.
        while self.waiting.len() > 8 {
            self.waiting.pop_front();
        }
        while self.loudspeaker.wants(now) {
            let block = match &mut self.plays {
                Plays::Heard => self.waiting.pop_front().unwrap_or(SILENCE),
                Plays::Ramp(at) => {
                    *at += BLOCK;
                    std::array::from_fn(|next| (*at + next) as f32 / RAMP)
                }
            };
            self.loudspeaker.play(&block);
            self.played.extend(std::iter::from_fn(|| self.loudspeaker.played()).flatten());
        }
        while let Some(news) = self.microphone.news().or_else(|| self.loudspeaker.news()) {
            match news {
                News::Works(_) => {
                    self.works += 1;
                    self.opened = Instant::now();
                }
                News::Replaced(_) => self.replaced += 1,
                News::Failed(error) => self.failed.push(error),
                News::Clicks(_) | News::Ended => {}
            }
        }
        std::thread::sleep(Duration::from_millis(3));
    }

    fn run(&mut self, time: Duration) {
        let end = Instant::now() + time;
        while Instant::now() < end {
            self.step();
        }
    }

    fn until(&mut self, what: &str, mut done: impl FnMut(&Self) -> bool) {
        let end = Instant::now() + PATIENCE;
        while !done(self) {
            assert!(Instant::now() < end, "waited in vain for {what}");
            self.step();
        }
    }
}

/// A machine with a sound server and no sound card.
struct Machine {
    dir: PathBuf,
    server: Child,
}

impl Machine {
    fn stop(&mut self) {
        self.server.kill().ok();
        self.server.wait().ok();
    }

    /// Nobody is served for so long.
    fn sleep(&self, time: Duration) {
        let server = rustix::process::Pid::from_child(&self.server);
        rustix::process::kill_process(server, rustix::process::Signal::STOP).unwrap();
        std::thread::sleep(time);
        rustix::process::kill_process(server, rustix::process::Signal::CONT).unwrap();
    }

    fn await_answer(&self) {
        let end = Instant::now() + PATIENCE;
        while !self.client("pactl", &["info"]).wait().unwrap().success() {
            assert!(Instant::now() < end, "the sound server does not answer");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    fn client(&self, program: &str, arguments: &[&str]) -> Child {
        Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    fn pactl(&self, arguments: &[&str]) -> String {
        let output = Command::new("pactl").args(arguments).output().unwrap();
        assert!(output.status.success(), "pactl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// The number of the module that made a sink.
    fn module(&self, sink: &str) -> String {
        let list = self.pactl(&["list", "short", "modules"]);
        let line = list.lines().find(|line| line.contains(&format!("sink_name={sink}"))).unwrap();
        line.split('\t').next().unwrap().to_owned()
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Runs `test` where a sound server is found: in another process, whose environment names it.
fn on_a_machine(name: &str, test: impl FnOnce(&mut Machine)) {
    if let Some(dir) = std::env::var_os(INSIDE) {
        let dir = PathBuf::from(dir);
        let mut machine = Machine { server: server(&dir), dir };
        machine.await_answer();
        return test(&mut machine);
    }
    let _one = ONE.lock();
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("home")).unwrap();
    std::fs::write(dir.path().join("setup.pa"), SETUP).unwrap();
    let mut again = Command::new(std::env::current_exe().unwrap());
    again.args(["--exact", name, "--nocapture"]).env(INSIDE, dir.path());
    again.env("HOME", dir.path().join("home")).env("XDG_RUNTIME_DIR", dir.path());
    again.env("PULSE_SERVER", format!("unix:{}", path(&dir.path().join("pulse/native"))));
    let output = again.output().unwrap();
    let [out, err] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text).into_owned());
    assert!(output.status.success(), "{}\n{out}\n{err}", output.status);
}

fn server(dir: &Path) -> Child {
    let setup = dir.join("setup.pa");
    let mut server = Command::new("pulseaudio");
    server.args(["-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--log-level=error", "-F"]);
    server.arg(setup).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Sound in which each piece is unlike all others, low enough that half a sample more or less changes little.
fn noise(samples: usize) -> Vec<f32> {
    let (mut random, mut last) = (Seeded::new(11), 0.0);
    (0..samples)
        .map(|_| {
            last = 0.85 * last + 0.15 * (random.below(2_001) as f32 / 1_000.0 - 1.0);
            last
        })
        .collect()
}

/// How many of 32 pieces of 40 ms are somewhere in what was heard.
fn pieces_found(said: &[f32], heard: &[f32]) -> usize {
    let pieces = (0..32).map(|at| &said[said.len() / 32 * at..][..PIECE]);
    pieces.filter(|piece| heard.windows(PIECE).any(|window| likeness(piece, window) > 0.9)).count()
}

fn likeness(a: &[f32], b: &[f32]) -> f32 {
    // Most places are ruled out by their first samples.
    let of = |a: &[f32], b: &[f32]| {
        let (mut both, mut power_a, mut power_b) = (0.0, 1e-6, 1e-6);
        for (a, b) in a.iter().zip(b) {
            both += a * b;
            power_a += a * a;
            power_b += b * b;
        }
        both / f32::sqrt(power_a * power_b)
    };
    if of(&a[..60], &b[..60]) < 0.5 { 0.0 } else { of(a, b) }
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// One machine at a time: they are short of time together.
static ONE: Mutex<()> = Mutex::new(());

const INSIDE: &str = "PELURE_TEST_MACHINE";

const PIECE: usize = 640;

/// Samples in which a ramp goes from silence to the loudest.
const RAMP: f32 = 5.0 * RATE as f32;

/// Long enough for a machine that does much else; a test that works does not wait for it.
const PATIENCE: Duration = Duration::from_secs(60);

/// Four sinks; what is played to a `mic_` is what a microphone hears.
const SETUP: &str = "
load-module module-native-protocol-unix
load-module module-null-sink sink_name=mic_a rate=48000 channels=1
load-module module-null-sink sink_name=mic_b rate=48000 channels=1
load-module module-null-sink sink_name=spk_a rate=48000 channels=1
load-module module-null-sink sink_name=spk_b rate=48000 channels=2
";
