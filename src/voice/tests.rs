//! Whole calls on a virtual clock, against what the issue asks for (`benches/voice.rs` has the same over hours), and peers
//! that are no such thing.

use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;

use super::cell::{Cell, CellError, Echo};
use super::emulator::{Fault, Heard, Outcome, Plan, Standstills, Trace, Voice, Weather, telling_apart};
use super::*;
use crate::wire::limits::VOICE_CELL;
use crate::wire::{Circuits, Profile};

fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// Some calls of a minute and a half.
fn calls(weather: Weather, count: u64) -> Vec<Outcome> {
    (0..count).map(|seed| Plan { lasts: seconds(90), ..Plan::new(weather, seed) }.run()).collect()
}

/// Usual circuits that do not stand still unless they are told to.
fn steady() -> Weather {
    Weather { alone: Standstills { every: f64::INFINITY, median: 0.0, spread: 0.0 }, ..Weather::TYPICAL }
}

/// The mean over the calls of the share of frames that came in 400 ms.
fn in_time(outcomes: &[Outcome]) -> f64 {
    outcomes.iter().map(|outcome| outcome.in_time(ms(400))).sum::<f64>() / outcomes.len() as f64
}

fn quantile(mut times: Vec<Duration>, share: f64) -> Duration {
    times.sort_unstable();
    times[(times.len() as f64 * share) as usize]
}

fn concealed(outcome: &Outcome, from: Duration, to: Duration) -> usize {
    outcome.concealed.iter().filter(|at| (from..to).contains(*at)).count()
}

#[test]
fn on_a_usual_day_sound_is_there_soon_and_whole() {
    let outcomes = calls(Weather::TYPICAL, 12);
    let all: Vec<Duration> = outcomes.iter().flat_map(Outcome::delays).collect();
    assert!(quantile(all.clone(), 0.5) <= ms(120), "{:?}", quantile(all, 0.5));
    assert!(quantile(all.clone(), 0.95) <= ms(180), "{:?}", quantile(all, 0.95));
    assert!(in_time(&outcomes) >= 0.999);
    let holes: usize = outcomes.iter().map(|o| o.concealed.len()).sum();
    assert!((holes as f64) < 0.001 * 12.0 * 9_000.0, "{holes} pieces of 10 ms");
}

#[test]
fn on_a_bad_day_most_of_it_is_in_time() {
    assert!(in_time(&calls(Weather::HARSH, 12)) >= 0.94);
}

#[test]
fn one_circuit_that_stops_is_not_heard() {
    for seed in 0..4 {
        for circuit in 0..3 {
            let faults = vec![Fault::Freeze(circuit, seconds(20)..seconds(25))];
            let outcome = Plan { lasts: seconds(40), faults, ..Plan::new(steady(), seed) }.run();
            assert_eq!(concealed(&outcome, seconds(10), seconds(40)), 0, "seed {seed}, circuit {circuit}");
        }
    }
}

#[test]
fn a_circuit_that_dies_is_replaced_and_the_call_goes_on() {
    let faults = vec![Fault::Kill(0, seconds(20)), Fault::Kill(1, seconds(40))];
    let outcome = Plan { lasts: seconds(80), faults, ..Plan::new(steady(), 1) }.run();
    assert!(concealed(&outcome, seconds(5), seconds(80)) <= 10, "{:?}", outcome.concealed);
    assert_eq!(outcome.stats.circuits.iter().filter(|circuit| circuit.alive).count(), 3);
}

#[test]
fn after_a_standstill_of_all_the_call_is_live_at_once() {
    // In call 287 the last that comes before the standstill is a copy of a frame of long ago.
    for seed in (0..6).chain([287]) {
        let faults = (0..3).map(|circuit| Fault::Freeze(circuit, seconds(20)..seconds(23))).collect();
        let outcome = Plan { lasts: seconds(40), faults, ..Plan::new(steady(), seed) }.run();
        let slowest = |from, to| {
            let within = |heard: &&Heard| (seconds(from)..seconds(to)).contains(&heard.at);
            outcome.heard.iter().filter(within).map(|heard| heard.delay).max().unwrap()
        };
        let live = outcome.heard.iter().find(|heard| heard.at >= seconds(23)).unwrap();
        assert!(live.at <= seconds(23) + ms(400), "seed {seed}: {:?}", live.at);
        assert!(slowest(23, 40) <= slowest(10, 20) + ms(150), "seed {seed}");
        // The way of the frame itself, and what lies between its coming and the target's beginning: a frame, and a tick.
        let floor = outcome.best_way + FRAME + ms(30);
        for heard in outcome.heard.iter().filter(|heard| heard.at > seconds(2)) {
            assert!(heard.delay <= floor + heard.target + ms(300), "seed {seed}: {heard:?}");
        }
    }
}

/// Shortened; the bench takes ninety minutes.
#[test]
fn clocks_that_drift_are_followed() {
    for skew in [[100.0, -100.0], [-100.0, 100.0]] {
        let outcome = Plan { lasts: seconds(600), skew, ..Plan::new(Weather::STILL, 1) }.run();
        assert!(outcome.wander() <= ms(30), "{:?}", outcome.wander());
        assert_eq!((concealed(&outcome, seconds(5), seconds(600)), outcome.leaps.len()), (0, 0));
    }
}

#[test]
fn speech_silence_and_a_pulled_microphone_look_the_same() {
    let records = |voice| Plan { voice, ..Plan::new(Weather::TYPICAL, 5) }.run().records;
    let speech = records(Voice::Speech);
    assert!(speech.iter().all(|(_, size)| *size == VOICE_CELL));
    for other in [Voice::Silence, Voice::Nothing] {
        let other = records(other);
        assert!(telling_apart(&speech, &other) <= 0.51);
        assert_eq!(speech, other, "not only alike: the same");
    }
    // Who would leave out a record now and then, in silence, would be seen.
    let leaky: Vec<_> = speech.iter().copied().enumerate().filter(|(n, _)| n % 60 != 0).map(|(_, r)| r).collect();
    assert!(telling_apart(&leaky, &speech) > 0.9);
}

#[test]
fn a_recorded_network_is_played_back() {
    let mut trace = Trace::new();
    for n in 0..3_000u64 {
        for circuit in 0..6 {
            trace.note(circuit, ms(60 * n), ms(120 + 20 * circuit as u64 + n * 7 % 15)).unwrap();
        }
    }
    let trace = Some(std::sync::Arc::new(Trace::parse(&trace.to_text()).unwrap()));
    let outcome = Plan { trace, lasts: seconds(60), ..Plan::new(Weather::STILL, 1) }.run();
    assert!(outcome.best_way < ms(140) && outcome.concealed.is_empty());
    assert!(quantile(outcome.delays().collect(), 0.95) <= ms(180));
}

/// Recorded with `./dev record` on a private Tor network, 25 ms a link, both ways of three circuits.
#[test]
fn circuits_of_a_real_network_carry_a_call() {
    let run = |text: &str| {
        let trace = Trace::parse(text).unwrap();
        assert_eq!(trace.circuits(), 6);
        let trace = Some(std::sync::Arc::new(trace));
        Plan { trace, lasts: seconds(120), ..Plan::new(Weather::STILL, 1) }.run()
    };
    let (fair, stormy) = (
        run(include_str!("../../tests/vectors/circuits/fair.trace")),
        run(include_str!("../../tests/vectors/circuits/stormy.trace")),
    );
    // In fair weather nothing is missing; in a storm, that holds up every circuit for 0.4 s again and again, little is.
    assert_eq!(concealed(&fair, seconds(5), seconds(120)), 0);
    assert!(quantile(fair.delays().collect(), 0.95) <= ms(180));
    let pieces = 115 * 100;
    assert!(concealed(&stormy, seconds(5), seconds(120)) < pieces / 10, "{}", stormy.concealed.len());
    assert!(stormy.heard.len() * 2 > pieces * 8 / 10);
}

#[test]
fn every_profile_and_number_of_circuits_carries_a_call() {
    for profile in Profile::ALL {
        for circuits in [2, 3, 6] {
            let circuits = Circuits::new(circuits).unwrap();
            let outcome = Plan { profile, circuits, lasts: seconds(60), ..Plan::new(steady(), 3) }.run();
            assert!(in_time(std::slice::from_ref(&outcome)) >= 0.99, "{profile:?} {circuits:?}");
            assert!(concealed(&outcome, seconds(5), seconds(60)) <= 20, "{profile:?} {circuits:?}");
        }
    }
}

fn line() -> (Line, LaneId) {
    let mut line = Line::new(Profile::Default, Circuits::default(), &[], Duration::ZERO);
    let lane = line.attach(Duration::ZERO).unwrap();
    (line, lane)
}

fn cell(number: u32, newest: u32) -> [u8; VOICE_CELL] {
    let frames = vec![1; 43 * 10.min(newest as usize + 1)];
    Cell { number, newest, sent: 0, echo: None, frames }.encode(Profile::Default)
}

#[test]
fn fifty_circuits_are_too_many() {
    let (mut line, _) = line();
    let refused = (0..49).filter(|_| line.attach(Duration::ZERO) == Err(LineError::Full)).count();
    assert_eq!((refused, line.missing()), (47, 0));
}

#[test]
fn frames_from_the_future_are_refused_and_those_from_the_past_are_nothing() {
    let (mut line, lane) = line();
    line.hear(lane, &cell(1, 100), ms(0)).unwrap();
    assert_eq!(line.hear(lane, &cell(2, 10_000), ms(60)), Err(LineError::Future));
    line.hear(lane, &cell(3, 3), ms(120)).unwrap();
    assert!(matches!(line.play(seconds(1), Duration::ZERO), Play::Frame { number: 100, .. } | Play::Silence));
}

#[test]
fn wrong_sizes_wrong_circuits_and_wrong_echoes_are_refused() {
    let (mut line, lane) = line();
    assert_eq!(line.hear(lane, &[0; 7], ms(0)), Err(LineError::Cell(CellError::Length)));
    assert_eq!(line.hear(lane, &[0; VOICE_CELL], ms(0)), Err(LineError::Cell(CellError::Field)));
    assert_eq!(line.hear(LaneId(9), &cell(1, 0), ms(0)), Err(LineError::Closed));
    let echo = Some(Echo { number: 1, held: 0 });
    let early = Cell { number: 1, newest: 0, sent: 0, echo, frames: vec![0; 43] }.encode(Profile::Default);
    assert_eq!(line.hear(lane, &early, ms(0)), Err(LineError::Echo));
}

#[test]
fn who_floods_is_stopped() {
    let (mut line, lane) = line();
    let stopped = (1..10_000).find(|n| line.hear(lane, &cell(*n, *n), ms(0)).is_err());
    assert!(stopped.unwrap() < 1_000);
}

#[test]
fn a_microphone_that_stops_leaves_silence_and_not_a_hole() {
    let (mut line, _) = line();
    let mut newest = Vec::new();
    for tick in 0..60u64 {
        if tick < 5 {
            line.speak(&[7; 43], ms(20 * tick));
        }
        if let Some((_, bytes)) = line.due(ms(20 * tick)) {
            newest.push(Cell::decode(Profile::Default, &bytes).unwrap().newest);
        }
    }
    assert_eq!(newest.len(), 20, "every third tick is this circuit's");
    assert_eq!((newest[0], newest[1]), (0, 3));
    assert!(newest[3..].windows(2).all(|pair| pair[1] == pair[0] + 3), "{newest:?}");
}

/// What a machine that slept kept of a recording comes all at once: time has gone on without it.
#[test]
fn sound_that_comes_after_silence_took_its_place_does_not_shift_what_follows() {
    let newest = |sleeps: bool| {
        let (mut line, _) = line();
        let mut newest = None;
        for tick in 0..300u64 {
            let spoken = match tick {
                100..120 if sleeps => 0,
                // A few of them find their places free.
                120 if sleeps => 21,
                _ => 1,
            };
            // Before the tick, as in a call.
            (0..spoken).for_each(|_| line.speak(&[7; 43], ms(20 * tick)));
            if let Some((_, bytes)) = line.due(ms(20 * tick)) {
                newest = Some(Cell::decode(Profile::Default, &bytes).unwrap().newest);
            }
        }
        newest.unwrap()
    };
    assert_eq!(newest(true), newest(false));
}

/// After a long pause, as when a device is opened anew, sound may come up to 80 ms at once, and all of it is new.
#[test]
fn sound_that_comes_in_pieces_after_a_long_pause_is_not_taken_for_late() {
    for at_once in 1..=4u64 {
        let (mut line, _) = line();
        line.speak(&[7; 43], ms(0));
        for tick in 0..1_000u64 {
            if tick >= 500 && tick % at_once == 0 {
                (0..at_once).for_each(|_| line.speak(&[7; 43], ms(20 * tick)));
            }
            let Some((_, bytes)) = line.due(ms(20 * tick)) else { continue };
            let cell = Cell::decode(Profile::Default, &bytes).unwrap();
            assert!(u64::from(cell.newest).abs_diff(tick) <= 6, "{at_once} at once: {} at {tick}", cell.newest);
            assert!(tick < 530 || cell.frames.iter().all(|byte| *byte == 7), "{at_once} at once: silence at {tick}");
        }
    }
}

#[test]
fn a_frame_of_a_wrong_size_goes_out_as_silence() {
    let (mut line, _) = line();
    line.speak(&[9; 44], ms(0));
    let (_, bytes) = line.due(ms(0)).unwrap();
    assert_eq!(Cell::decode(Profile::Default, &bytes).unwrap().frames, [0; 43]);
}

#[test]
fn nothing_is_played_before_anything_came() {
    let (mut line, _) = line();
    assert_eq!(line.play(seconds(1), Duration::ZERO), Play::Silence);
    assert_eq!(line.stats(seconds(1)).mouth_to_ear, None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever comes, whenever, on whatever circuit: no panic, and no more work than was asked for.
    #[test]
    fn a_line_stands_anything(
        acts in vec((0..6u8, any::<u32>(), any::<u32>(), 0..100_000u64), 0..200),
    ) {
        let (mut line, mut lane) = line();
        let mut now = Duration::ZERO;
        for (act, a, b, pause) in acts {
            now += Duration::from_micros(pause);
            match act {
                0 => drop(line.hear(lane, &cell(a % 200, b % 1_000_000), now)),
                1 => drop(line.hear(lane, &a.to_be_bytes().repeat(b as usize % 200), now)),
                2 => line.speak(&vec![0; a as usize % 100], now),
                3 => while line.due(now).is_some() {},
                4 => drop(line.play(now, ms(u64::from(a % 500)))),
                _ => {
                    line.detach(lane);
                    lane = line.attach(now).unwrap();
                    line.stats(now);
                }
            }
        }
    }
}
