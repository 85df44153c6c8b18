//! A call between two programs over real circuits: each hears what the other says, also when the network loses circuits.

use pelure::voice::pcm::RATE;
use pelure::voice::wav;
use serde_json::{Value, json};

use crate::delivery::two_contacts;
use crate::home::{Home, all_weather, network};
use crate::program::Program;
use crate::tone::{is_tone, tone};

#[test]
fn a_call_is_heard_on_both_sides_and_goes_on_when_circuits_break() {
    let _weather = all_weather();
    let home = |pitch| Home::new().logging(CIRCUITS).saying(&tone(pitch, SECONDS));
    let (home_a, home_b) = (home(PITCH_A), home(PITCH_B));
    let (mut a, mut b, to_b, to_a) = two_contacts(&home_a, &home_b);
    a.until_contact(&to_b, "presence", "online");
    b.until_contact(&to_a, "presence", "online");
    let call = connect(&mut a, &to_b, &mut b, &to_a);
    hear_each_other(&mut a, &home_a, &mut b, &home_b);
    for program in [&mut a, &mut b] {
        eprintln!("all circuits carry it: {}", program.wait_for("call.stats", all_alive));
    }
    // Whichever relay it is that a circuit of the call leads through.
    for relay in (0..RELAYS).rev() {
        if lost(&a) || lost(&b) {
            break;
        }
        network().cut(Some(relay)).unwrap();
        network().heal(Some(relay)).unwrap();
        while a.try_next().is_some() {}
        a.wait_for("call.stats", |_| true);
        a.wait_for("call.stats", |_| true);
    }
    assert!(lost(&a) || lost(&b), "no circuit of the call broke");
    for program in [&mut a, &mut b] {
        while program.try_next().is_some() {}
        eprintln!("all circuits carry it again: {}", program.wait_for("call.stats", all_alive));
    }
    hear_each_other(&mut a, &home_a, &mut b, &home_b);
    hang_up(&call, &mut b, &mut a);
    a.shutdown();
    b.shutdown();
}

/// `a` calls, `b` accepts.
pub(crate) fn connect(a: &mut Program, to_b: &str, b: &mut Program, to_a: &str) -> Value {
    let call = a.call("call.start", json!({"contact": to_b}))["call"].clone();
    assert_eq!(b.wait_for("call.incoming", |news| news["call"] == call)["contact"], to_a);
    b.call("call.accept", json!({"call": call}));
    for program in [a, b] {
        program.wait_for("call.state", |news| news["call"] == call && news["state"] == "active");
    }
    call
}

pub(crate) fn hang_up(call: &Value, one: &mut Program, other: &mut Program) {
    one.call("call.hang_up", json!({"call": call}));
    for program in [one, other] {
        let ended = program.wait_for("call.state", |news| news["call"] == *call && news["state"] == "ended");
        assert_eq!(ended["reason"], "hung_up");
    }
}

pub(crate) fn hear_each_other(a: &mut Program, home_a: &Home, b: &mut Program, home_b: &Home) {
    until_heard(a, home_a, PITCH_B);
    until_heard(b, home_b, PITCH_A);
}

/// Returns when a second that is heard from now on is the other's tone.
fn until_heard(program: &mut Program, home: &Home, pitch: f32) {
    while program.try_next().is_some() {}
    let from = wav::read(&home.heard()).map_or(0, |sound| sound.len());
    for _ in 0..STATS_MOST {
        // A second passes from one to the next.
        program.wait_for("call.stats", |_| true);
        let Ok(sound) = wav::read(&home.heard()) else { continue };
        let second = sound.len().checked_sub(RATE as usize).filter(|start| *start >= from);
        if second.is_some_and(|start| is_tone(&sound[start..], pitch)) {
            return;
        }
    }
    panic!("the other side is not heard");
}

/// Whether a circuit of a call has broken.
fn lost(program: &Program) -> bool {
    let log = program.log();
    LOST.iter().any(|line| log.contains(line))
}

fn all_alive(stats: &Value) -> bool {
    let circuits = stats["circuits"].as_array().unwrap();
    circuits.len() == 3 && circuits.iter().all(|one| one["alive"] == true && one["one_way_ms"].is_u64())
}

/// What each one says.
pub(crate) const PITCH_A: f32 = 440.0;
pub(crate) const PITCH_B: f32 = 700.0;

/// Longer than the test takes.
pub(crate) const SECONDS: u32 = 600;

/// A bound on hanging.
const STATS_MOST: usize = 300;

/// Of the network that all tests share.
const RELAYS: usize = 16;

/// What the programs log, and what they say when a circuit of a call is gone.
const CIRCUITS: &str = "off,pelure::engine::calls::ways=debug";
const LOST: [&str; 2] = ["a circuit of a call ended", "a circuit of a call answers no more"];
