//! Calls between two programs over a private Tor network, as people make them: with a sound server, voices that speak into
//! it, and recorders at each mouth and each ear. One JSON line per figure. `cargo bench --bench call`.
//!
//! What is said is what passes the sink of a mouth, what is heard is what passes that of an ear, both by recorders of one
//! kind on one clock: the way through the sound server, which both programs have to go, is in the figures. Of the scenes
//! (`words`, `minutes`, `circuit`, `echo`) those that are named are played, else all.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "it starts programs, looks at the clock and tells what it sees"
)]

mod kit;
#[path = "kit/machine.rs"]
mod machine;
#[path = "kit/speech.rs"]
mod speech;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use kit::figure::{quantile, tell};
use kit::pair::{Person, meet, text};
use kit::process::{self, Outcome};
use machine::{Machine, Recorder};
use pelure::voice;
use pelure::voice::chain::{Chain, Listening};
use pelure::voice::codec::{Decoder, Encoder};
use pelure::voice::pcm::{BLOCK, FRAME, RATE, SILENCE};
use pelure::wire::Profile;
use serde_json::{Value, json};
use speech::{judge, mean_pesq};
use tornet::{Plan, Tornet, Weather};

/// Two programs that know each other, and what is at their mouths and ears.
struct Stage {
    network: Tornet,
    machine: Machine,
    people: [Person; 2],
    mouths: [Recorder; 2],
    ears: [Recorder; 2],
    /// What each says: a text over and over; the same while the other is silent; and without its pauses.
    texts: [PathBuf; 2],
    turns: [PathBuf; 2],
    vowels: [PathBuf; 2],
}

/// A call that is active.
struct Call {
    id: String,
    /// When it was accepted.
    accepted: Instant,
}

fn main() -> Outcome<()> {
    let mut stage = Stage::set()?;
    let named: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    for (name, scene) in SCENES {
        if named.is_empty() || named.iter().any(|one| one == name) {
            scene(&mut stage)?;
        }
    }
    for person in stage.people {
        person.process.finish()?;
    }
    Ok(())
}

/// From the acceptance to the first sound at each ear, both speaking all the time; callers take turns.
fn first_words(stage: &mut Stage) -> Outcome<()> {
    let (mut by_caller, mut by_called, mut ways) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..CALLS {
        let (caller, called) = (number % 2, (number + 1) % 2);
        let _voices = [stage.says(0, &stage.vowels[0])?, stage.says(1, &stage.vowels[1])?];
        let call = stage.call(caller)?;
        let way = stage.people[caller].stats(best_way)?;
        for (who, delays) in [(caller, &mut by_caller), (called, &mut by_called)] {
            let first = stage.ears[who].first_above(AUDIBLE, call.accepted).ok_or("nobody was heard")?;
            delays.push(first.saturating_duration_since(call.accepted));
        }
        note(&format!(
            "call {number}: one way {way:?}, heard by caller and called {:?}",
            (by_caller.last(), by_called.last())
        ));
        ways.push(way);
        stage.hang_up(&call)?;
    }
    let way = quantile(&ways, 0.5);
    let asked = 1e3 * way + 300.0;
    tell("call_one_way", 1e3 * way, "ms", None);
    tell("call_accept_to_first_sound_at_caller_p50", 1e3 * quantile(&by_caller, 0.5), "ms", Some(asked));
    // Who accepts is heard after one way. The other hears of it after one way, and is heard after another.
    tell("call_accept_to_first_sound_at_called_p50", 1e3 * quantile(&by_called, 0.5), "ms", Some(asked + 1e3 * way));
    Ok(())
}

/// Both speak: each as much as the other, in turns.
fn three_minutes(stage: &mut Stage) -> Outcome<()> {
    let call = stage.call(0)?;
    let _voices = [stage.says(0, &stage.turns[0])?, stage.says(1, &stage.turns[1])?];
    thread::sleep(SETTLE);
    let (from, used) = (Instant::now(), stage.used()?);
    let mut ways = Vec::new();
    while from.elapsed() < LONG {
        ways.push(stage.people[0].stats(best_way)?);
    }
    let share = (stage.used()? - used) / from.elapsed().as_secs_f64() / 2.0;
    tell("call_processor_of_a_program", 100.0 * share, "% of a core", None);
    stage.tell_of("call", from, Instant::now(), quantile(&ways, 0.5))?;
    stage.hang_up(&call)
}

/// As long as it takes, the relays of the network are lost one by one, until a circuit of the call was lost with one.
fn a_circuit_breaks(stage: &mut Stage) -> Outcome<()> {
    let call = stage.call(1)?;
    let _voices = [stage.says(0, &stage.turns[0])?, stage.says(1, &stage.turns[1])?];
    stage.people[0].stats(|stats| (alive(stats) == CIRCUITS).then_some(()))?;
    thread::sleep(SETTLE);
    let (mut holes, mut ways) = (0.0, Vec::new());
    let (mut from, mut broken) = (Instant::now(), false);
    for relay in (0..RELAYS).rev() {
        from = Instant::now();
        stage.network.cut(Some(relay))?;
        stage.network.heal(Some(relay))?;
        let mut left = CIRCUITS;
        for _ in 0..3 {
            left = left.min(stage.people[0].stats(|stats| Some(alive(stats)))?);
        }
        match left {
            CIRCUITS => {}
            // A guard that all of them pass: this is not what is looked at here.
            0 => stage.people[0].stats(|stats| (alive(stats) == CIRCUITS).then_some(()))?,
            _ => {
                broken = true;
                break;
            }
        }
    }
    assert!(broken, "no circuit of the call broke by itself");
    while from.elapsed() < SHORT {
        let (concealed, way) =
            stage.people[0].stats(|stats| Some((stats["concealed_ratio"].as_f64()?, best_way(stats)?)))?;
        holes = f64::max(holes, concealed);
        ways.push(way);
    }
    tell("call_broken_circuit_concealed_most", 100.0 * holes, "%", None);
    stage.tell_of("call_broken_circuit", from, Instant::now(), quantile(&ways, 0.5))?;
    stage.hang_up(&call)
}

/// What one hears comes to their own microphone; the other speaks and should not hear it. A machine that lends its processors
/// to others now and then stands still, and the echo is lost with it: each second is looked at by itself, too.
fn echo(stage: &mut Stage) -> Outcome<()> {
    for later in ECHOES {
        let room = stage.machine.enter("mouth_b", later)?;
        let call = stage.call(0)?;
        let voice = stage.says(0, &stage.texts[0])?;
        let (begun, lent) = (Instant::now(), process::lent()?);
        while begun.elapsed() < LISTEN {
            stage.people[0].stats(|_| Some(()))?;
        }
        let lent = (process::lent()? - lent) / begun.elapsed().as_secs_f64();
        let (from, to) = (begun + LEARN, Instant::now());
        let (came, heard) = (loudness(&stage.mouths[1].between(from, to)), stage.ears[0].between(from, to));
        let enhancement = |heard: &[f32]| 20.0 * f64::from(came / loudness(heard).max(1e-5)).log10();
        let seconds: Vec<f64> = heard.chunks_exact(RATE as usize).map(enhancement).collect();
        let (name, below) = (format!("call_echo_{}_ms", later.as_millis()), seconds.iter().filter(|one| **one < 30.0));
        tell(&name, enhancement(&heard), "dB", Some(30.0));
        tell(&format!("{name}_seconds_below_30_dB"), below.count() as f64, "s", Some(seconds.len() as f64));
        tell(&format!("{name}_processors_lent_to_others"), 100.0 * lent, "% of a core", None);
        drop(voice);
        stage.hang_up(&call)?;
        stage.machine.leave(room, "ear_b")?;
    }
    Ok(())
}

impl Stage {
    fn set() -> Outcome<Self> {
        note("starting a private Tor network");
        let weather = Weather::default().delay(DELAY);
        let network = Tornet::start(Plan { weather, yields: true, ..Plan::default() })?;
        let dir = network.dir().to_owned();
        let machine = Machine::start(&dir, &["mouth_a", "ear_a", "mouth_b", "ear_b"])?;
        note("two programs meet");
        let binary = PathBuf::from(env!("CARGO_BIN_EXE_pelure"));
        machine.make_usual("ear_b")?;
        let person = |name: &str, mouth: &str, ear: &str| {
            Person::arrive_with(&binary, &dir, name, |command| {
                machine.lend(command);
                command.args(["--audio-in", mouth, "--audio-out", ear]);
            })
        };
        let mut ada = person("ada", "mouth_a.monitor", "ear_a")?;
        let mut bob = person("bob", "mouth_b.monitor", "default")?;
        meet(&mut ada, &mut bob)?;
        let record = |kind: &str| {
            Ok::<_, Box<dyn std::error::Error>>([
                machine.record(&format!("{kind}_a"))?,
                machine.record(&format!("{kind}_b"))?,
            ])
        };
        let (mouths, ears) = (record("mouth")?, record("ear")?);
        let texts = [("en-gb+f3", TEXT_A), ("en-us+m3", TEXT_B)];
        let texts = texts.map(|(voice, text)| spoken(&dir, voice, text).unwrap());
        let vowels = texts.each_ref().map(|text| without_pauses(text).unwrap());
        let turns = [0, 1].map(|turn| in_turns(&texts[turn], turn).unwrap());
        Ok(Self { network, machine, people: [ada, bob], mouths, ears, texts, turns, vowels })
    }

    /// One of the two speaks.
    fn says(&self, who: usize, file: &Path) -> Outcome<machine::Running> {
        self.machine.play(["mouth_a", "mouth_b"][who], file)
    }

    /// One calls, the other accepts; returns when both have measured a way.
    fn call(&mut self, caller: usize) -> Outcome<Call> {
        let contact = self.people[caller].contact.clone();
        let started = self.people[caller].process.call("call.start", &json!({"contact": contact}))?;
        let id = text(&started, "call")?;
        let called = &mut self.people[1 - caller].process;
        called.news("call.incoming", |news| (news["call"] == *id).then_some(()))?;
        // The circuits are dialled while it rings; people take a moment.
        thread::sleep(RING);
        let accepted = Instant::now();
        called.call("call.accept", &json!({"call": id}))?;
        for person in &mut self.people {
            person.stats(best_way)?;
        }
        Ok(Call { id, accepted })
    }

    fn hang_up(&mut self, call: &Call) -> Outcome<()> {
        self.people[0].process.call("call.hang_up", &json!({"call": call.id}))?;
        for person in &mut self.people {
            person.process.news("call.state", |news| (news["state"] == "ended").then_some(()))?;
        }
        // A contact rings once in ten seconds.
        thread::sleep(BETWEEN);
        Ok(())
    }

    /// How what both said in this time was heard. The baseline is what cleaning and codec make of it without a network.
    fn tell_of(&self, name: &str, from: Instant, to: Instant, way: f64) -> Outcome<()> {
        let mut delays = Vec::new();
        for (side, (mouth, ear)) in [("a_to_b", (0, 1)), ("b_to_a", (1, 0))] {
            let (said, heard) = (self.mouths[mouth].between(from, to), self.ears[ear].between(from, to));
            let Some(verdicts) = judge(&said, &heard, &[PIECE]) else { continue };
            let alone = judge(&said, &sent(&said), &[PIECE]).map(|alone| mean_pesq(&alone));
            tell(&format!("{name}_pesq_{side}"), mean_pesq(&verdicts), "PESQ-WB", alone);
            tell(&format!("{name}_pieces_{side}"), verdicts.len() as f64, "pieces of 10 s", None);
            delays.extend(verdicts.iter().map(|verdict| Duration::from_secs_f64(verdict.late.max(0.0) / 1e3)));
        }
        for share in [0.5, 0.95] {
            let over = 1e3 * (quantile(&delays, share) - way);
            tell(&format!("{name}_mouth_to_ear_over_one_way_p{}", share * 100.0), over, "ms", None);
        }
        Ok(())
    }

    /// Seconds of the processor that both programs used so far.
    fn used(&self) -> Outcome<f64> {
        self.people.iter().map(|person| process::processor(person.process.id())).sum()
    }
}

impl Person {
    /// Waits for the next numbers of a call of which `wanted` makes something.
    fn stats<T>(&mut self, wanted: impl Fn(&Value) -> Option<T>) -> Outcome<T> {
        Ok(self.process.news("call.stats", wanted)?.1)
    }
}

fn alive(stats: &Value) -> usize {
    stats["circuits"].as_array().map_or(0, |all| all.iter().filter(|one| one["alive"] == true).count())
}

/// One way by the fastest circuit, once it was measured.
fn best_way(stats: &Value) -> Option<Duration> {
    stats["one_way_ms"].as_u64().map(Duration::from_millis)
}

/// A text, spoken over and over for as long as any call here lasts.
fn spoken(dir: &Path, voice: &str, text: &str) -> Outcome<PathBuf> {
    let (once, path) = (dir.join(format!("{voice}.once.wav")), dir.join(format!("{voice}.wav")));
    let mut espeak = Command::new("espeak-ng");
    let status = espeak.args(["-v", voice, "-s", "150", "-w"]).arg(&once).arg(text).status()?;
    assert!(status.success(), "espeak-ng failed");
    let said = voice::wav::read(&once)?;
    // As loud as people are at a microphone.
    let all: Vec<f32> = said
        .iter()
        .map(|sample| sample * LOUDNESS)
        .cycle()
        .take((LONG.as_secs() as usize + 60) * RATE as usize)
        .collect();
    speech::write(&path, &all);
    Ok(path)
}

/// The same voice, and silence while the other has the turn.
fn in_turns(file: &Path, turn: usize) -> Outcome<PathBuf> {
    let path = file.with_extension("turns.wav");
    let mut sound = voice::wav::read(file)?;
    let silent = sound.chunks_mut(TURN).enumerate().filter(|(number, _)| number % 2 != turn);
    silent.for_each(|(_, chunk)| chunk.fill(0.0));
    speech::write(&path, &sound);
    Ok(path)
}

/// What a program makes of what is said, before any network: cleaned, encoded and decoded.
fn sent(said: &[f32]) -> Vec<f32> {
    let mut chain = Chain::new(Listening::Loudspeaker);
    let (mut encoder, mut decoder) = (Encoder::new(Profile::Default.frame_bytes()).unwrap(), Decoder::new().unwrap());
    let mut cleaned = Vec::with_capacity(said.len());
    for block in said.as_chunks::<BLOCK>().0 {
        chain.heard(&SILENCE);
        cleaned.extend(chain.clean(block));
    }
    let frames = cleaned.as_chunks::<FRAME>().0.iter();
    frames.flat_map(|frame| decoder.decode(&encoder.encode(frame).unwrap()).unwrap()).collect()
}

/// The same voice without its pauses: something to hear at any moment.
fn without_pauses(file: &Path) -> Outcome<PathBuf> {
    let path = file.with_extension("vowels.wav");
    let sound = voice::wav::read(file)?;
    let loud = sound.as_chunks::<BLOCK>().0.iter().filter(|block| loudness(&block[..]) > LOUD);
    speech::write(&path, &loud.flatten().copied().collect::<Vec<f32>>());
    Ok(path)
}

/// The root of the mean square.
fn loudness(sound: &[f32]) -> f32 {
    (sound.iter().map(|sample| sample * sample).sum::<f32>() / sound.len().max(1) as f32).sqrt()
}

fn note(line: &str) {
    eprintln!("call: {line}");
}

const TEXT_A: &str = "The documents were copied on a Sunday, when nobody was in the building. I counted forty boxes, and \
    each of them had the name of a ship. We should meet before the end of the month, but not in the same place again.";
const TEXT_B: &str = "Please tell me first who else knows about this. Our lawyer has read the first three pages, and she \
    thinks that we can print them. Whatever happens, your name will not be on any paper that leaves this room.";

type Scene = fn(&mut Stage) -> Outcome<()>;

const SCENES: [(&str, Scene); 4] =
    [("words", first_words), ("minutes", three_minutes), ("circuit", a_circuit_breaks), ("echo", echo)];

/// What every byte takes longer on each link, each way.
const DELAY: Duration = Duration::from_millis(25);

/// Relays and authorities of the network.
const RELAYS: usize = 16;

/// Circuits of a call.
const CIRCUITS: usize = 3;

/// How long somebody lets it ring.
const RING: Duration = Duration::from_secs(6);

/// Calls of which the first words are waited for.
const CALLS: usize = 8;
const BETWEEN: Duration = Duration::from_secs(6);

/// The long call, and the one in which a circuit breaks.
const LONG: Duration = Duration::from_secs(180);
const SHORT: Duration = Duration::from_secs(60);

/// Before a call is judged.
const SETTLE: Duration = Duration::from_secs(5);

/// A piece of speech that is judged by itself: ten seconds.
const PIECE: usize = 10 * RATE as usize;

/// By how much later what is heard comes to the microphone.
const ECHOES: [Duration; 3] = [Duration::from_millis(60), Duration::from_millis(150), Duration::from_millis(300)];
const LISTEN: Duration = Duration::from_secs(15);
/// In so long an echo is to be learnt.
const LEARN: Duration = Duration::from_secs(2);

/// Louder than silence and than what a codec makes of it.
const AUDIBLE: f32 = 0.005;

/// The synthesiser speaks up to the loudest there is.
const LOUDNESS: f32 = 0.35;

/// The loudness of a part of speech that is none of its pauses.
const LOUD: f32 = 0.01;

/// Somebody speaks for so long, and is silent for as long: five seconds.
const TURN: usize = 5 * RATE as usize;
