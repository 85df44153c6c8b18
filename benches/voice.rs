//! Calls over emulated circuits, on a virtual clock: one JSON line per figure, the same on every machine but for those of the
//! machine itself. `cargo bench --bench voice [calls]`; a call has five minutes.
//!
//! The baseline of a figure is what the project asks for.

#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a bench tells figures and takes the time")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a bench stops at what goes wrong")]

use std::collections::VecDeque;
use std::ops::Range;
use std::time::{Duration, Instant};

use pelure::voice::codec::Encoder;
use pelure::voice::emulator::{Fault, Outcome, Plan, Standstills, Voice, Weather, telling_apart};
use pelure::voice::pcm::FRAME;
use pelure::voice::playing::Playing;
use pelure::voice::{LaneId, Line, Stretch};
use pelure::wire::{Circuits, Profile};

#[path = "kit/figure.rs"]
#[allow(unreachable_pub, reason = "each bench uses its part")]
mod figure;

use figure::{quantile, tell};

fn main() {
    let calls = std::env::args().filter_map(|arg| arg.parse().ok()).next().unwrap_or(40);
    for (name, weather) in [("typical", Weather::TYPICAL), ("harsh", Weather::HARSH), ("guard", Weather::GUARD)] {
        for profile in Profile::ALL {
            figures_of(&format!("{name}_{profile:?}_k3").to_lowercase(), weather, profile, 3, calls);
        }
        figures_of(&format!("{name}_default_k6"), weather, Profile::Default, 6, calls);
    }
    one_frozen("60_calls", 0..20);
    one_frozen("600_other_calls", OTHER..OTHER + 200);
    all_frozen("", 0..20);
    all_frozen("_other", OTHER..OTHER + 200);
    typical_elsewhere(calls);
    drift();
    memory();
    leak();
    work();
}

/// What a set of circuits makes of a profile.
fn figures_of(name: &str, weather: Weather, profile: Profile, circuits: u8, calls: u64) {
    let circuits = Circuits::new(circuits).unwrap();
    let outcomes: Vec<Outcome> =
        (0..calls).map(|seed| Plan { profile, circuits, ..Plan::new(weather, seed) }.run()).collect();
    let delays: Vec<Duration> = outcomes.iter().flat_map(Outcome::delays).collect();
    let main = profile == Profile::Default && circuits == Circuits::USUAL && weather == Weather::TYPICAL;
    tell(&format!("voice_{name}_extra_delay_p50"), 1e3 * quantile(&delays, 0.5), "ms", main.then_some(120.0));
    tell(&format!("voice_{name}_extra_delay_p95"), 1e3 * quantile(&delays, 0.95), "ms", main.then_some(180.0));
    let mean = |of: &dyn Fn(&Outcome) -> f64| 100.0 * outcomes.iter().map(of).sum::<f64>() / outcomes.len() as f64;
    let asked = match (weather == Weather::TYPICAL, weather == Weather::HARSH && circuits == Circuits::USUAL) {
        (true, _) if profile == Profile::Default => Some(99.9),
        (_, true) if profile == Profile::Default => Some(94.0),
        _ => None,
    };
    tell(
        &format!("voice_{name}_frames_in_400_ms"),
        mean(&|outcome| outcome.in_time(Duration::from_millis(400))),
        "%",
        asked,
    );
    let holes = |outcome: &Outcome| outcome.concealed.len() as f64 / (2 * outcome.heard.len()) as f64;
    tell(&format!("voice_{name}_concealed"), mean(&holes), "%", None);
    let stretched = |outcome: &Outcome| outcome.stretched.as_secs_f64() / (0.02 * outcome.heard.len() as f64);
    tell(&format!("voice_{name}_stretched"), mean(&stretched), "%", None);
}

/// The same of calls that nothing was ever tuned on.
fn typical_elsewhere(calls: u64) {
    let run = |seed| Plan::new(Weather::TYPICAL, seed).run();
    let delays: Vec<Duration> =
        (OTHER..OTHER + calls).flat_map(|seed| run(seed).delays().collect::<Vec<_>>()).collect();
    tell("voice_typical_other_extra_delay_p50", 1e3 * quantile(&delays, 0.5), "ms", Some(120.0));
    tell("voice_typical_other_extra_delay_p95", 1e3 * quantile(&delays, 0.95), "ms", Some(180.0));
}

/// Each circuit of some calls stops for five seconds.
fn one_frozen(name: &str, seeds: Range<u64>) {
    let mut holes = 0;
    for seed in seeds {
        for circuit in 0..3 {
            let faults = vec![Fault::Freeze(circuit, seconds(20)..seconds(25))];
            let outcome = Plan { lasts: seconds(40), faults, ..Plan::new(steady(), seed) }.run();
            holes += outcome.concealed.iter().filter(|at| **at > seconds(10)).count();
        }
    }
    tell(&format!("voice_one_frozen_5_s_concealed_pieces_in_{name}"), holes as f64, "10 ms", Some(0.0));
}

/// All circuits stop for three seconds.
fn all_frozen(name: &str, seeds: Range<u64>) {
    let (mut live, mut oldest) = (Duration::ZERO, 0.0f64);
    for seed in seeds {
        let faults = (0..3).map(|circuit| Fault::Freeze(circuit, seconds(20)..seconds(23))).collect();
        let outcome = Plan { lasts: seconds(40), faults, ..Plan::new(steady(), seed) }.run();
        let before = outcome.heard.iter().filter(|heard| (seconds(15)..seconds(20)).contains(&heard.at));
        let usual = before.map(|heard| heard.delay).max().unwrap();
        let first = outcome.heard.iter().find(|heard| heard.at >= seconds(23)).unwrap();
        live = live.max(first.at - seconds(23));
        let after = outcome.heard.iter().filter(|heard| heard.at >= seconds(23));
        oldest = after.map(|heard| heard.delay.as_secs_f64() - usual.as_secs_f64()).fold(oldest, f64::max);
    }
    tell(&format!("voice_all_frozen{name}_3_s_live_after"), 1e3 * live.as_secs_f64(), "ms", Some(400.0));
    tell(&format!("voice_all_frozen{name}_3_s_oldest_beyond_usual"), 1e3 * oldest, "ms", Some(300.0));
}

/// Ninety minutes with clocks that differ by 200 millionths.
fn drift() {
    for (name, skew) in [("fast", [100.0, -100.0]), ("slow", [-100.0, 100.0])] {
        let outcome = Plan { lasts: seconds(90 * 60), skew, ..Plan::new(Weather::STILL, 1) }.run();
        tell(&format!("voice_drift_{name}_90_min_wander"), 1e3 * outcome.wander().as_secs_f64(), "ms", Some(30.0));
        let holes = outcome.concealed.len() + outcome.leaps.len();
        tell(&format!("voice_drift_{name}_90_min_gaps"), holes as f64, "", Some(0.0));
    }
}

/// What ninety minutes leave behind in both sides of a call, from the microphone's frames to the loudspeaker's sound, with clocks
/// that differ by 200 millionths.
fn memory() {
    let mut encoder = Encoder::new(Profile::Default.frame_bytes()).unwrap();
    let sound = tone();
    let said: Vec<Vec<u8>> = sound.as_chunks::<FRAME>().0.iter().map(|frame| encoder.encode(frame).unwrap()).collect();
    let mut frames = said.iter().cycle();
    let mut lines = [(); 2].map(|()| Line::new(Profile::Default, Circuits::USUAL, &said[0], Duration::ZERO));
    let lanes: Vec<[LaneId; 2]> =
        (0..3).map(|_| lines.each_mut().map(|line| line.attach(Duration::ZERO).unwrap())).collect();
    let (mut playing, mut spoken, mut first) = (Playing::new().unwrap(), Duration::ZERO, None);
    let mut ways = [VecDeque::new(), VecDeque::new()];
    for step in 0..90 * 60 * 100 {
        let now = Duration::from_millis(10 * step);
        while spoken <= now {
            lines[0].speak(frames.next().unwrap(), now);
            spoken += Duration::from_micros(20_000 - 4);
        }
        for (from, to) in [(0, 1), (1, 0)] {
            while let Some((lane, record)) = lines[from].due(now) {
                let place = lanes.iter().position(|both| both[from] == lane).unwrap();
                ways[from].push_back((now + WAY, lanes[place][to], record));
            }
            while let Some((_, lane, record)) = ways[from].pop_front_if(|(at, ..)| *at <= now) {
                lines[to].hear(lane, &record, now).unwrap();
            }
        }
        std::hint::black_box(playing.next(|ahead| lines[1].play(now, ahead)));
        if now == seconds(5 * 60) {
            first = Some(resident());
        }
    }
    tell("voice_memory_90_min", resident(), "KiB", first);
}

/// What this program holds of the machine's memory, in KiB.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}

/// An hour of speech, of silence, and of a pulled microphone, seen from outside.
fn leak() {
    let records = |voice| Plan { voice, lasts: seconds(3_600), ..Plan::new(Weather::TYPICAL, 5) }.run().records;
    let speech = records(Voice::Speech);
    let mut sizes: Vec<usize> = speech.iter().map(|(_, size)| *size).collect();
    sizes.sort_unstable();
    sizes.dedup();
    tell("voice_record_sizes", sizes.len() as f64, "", Some(1.0));
    for (name, voice) in [("silence", Voice::Silence), ("mute", Voice::Nothing)] {
        tell(&format!("voice_speech_from_{name}_auc"), telling_apart(&speech, &records(voice)), "", Some(0.51));
    }
}

/// What both sides of a call cost this machine, without codec and sound cards.
fn work() {
    let started = Instant::now();
    let plan = Plan { lasts: seconds(600), ..Plan::new(Weather::TYPICAL, 1) };
    let outcome = plan.run();
    let share = 100.0 * started.elapsed().as_secs_f64() / 600.0 / 2.0;
    assert!(outcome.heard.len() > 20_000);
    tell("voice_line_of_one_core", share, "%", Some(5.0));
    let (mut stretch, mut out, sound) = (Stretch::new(16_000), Vec::new(), tone());
    let started = Instant::now();
    for piece in sound.chunks(320) {
        stretch.run(piece, 1.1, &mut out);
    }
    tell("voice_stretch_of_one_core", 100.0 * started.elapsed().as_secs_f64() / 60.0, "%", None);
}

/// A minute of 120 Hz with overtones.
fn tone() -> Vec<f32> {
    let wave = |n: u32, k: f32| (n as f32 * k * 120.0 * std::f32::consts::TAU / 16_000.0).sin() / k;
    (0..60 * 16_000).map(|n| 0.2 * (wave(n, 1.0) + wave(n, 2.0) + wave(n, 3.0))).collect()
}

/// Usual circuits that stop only when they are told to.
fn steady() -> Weather {
    Weather { alone: Standstills { every: f64::INFINITY, median: 0.0, spread: 0.0 }, ..Weather::TYPICAL }
}

fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// From one side to the other.
const WAY: Duration = Duration::from_millis(80);

/// The first of the calls that nothing was ever tuned on.
const OTHER: u64 = 1_000;
