//! What the sound chain costs and what it does to a voice: one JSON line per figure. `cargo bench --bench sound`.
//!
//! PESQ is told where `PELURE_PESQ` names a Python that has it (`./dev bench` makes one), and speech is taken from the
//! folder that `PELURE_SPEECH` names, else from Debian's package alsa-utils: WAV files of people who speak.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_types,
    reason = "a bench stops at what goes wrong, and asks another program"
)]

use std::ops::Range;
use std::time::Duration;

use figure::tell;
use pelure::voice::chain::{Chain, Listening};
use pelure::voice::codec::{Decoder, Encoder};
use pelure::voice::disguise::{Disguise, Mask};
use pelure::voice::emulator::{Plan, Weather};
use pelure::voice::pcm::{BLOCK, FRAME, RATE, SILENCE};
use pelure::voice::playing::Playing;
use pelure::voice::resample::Resampler;
use pelure::wire::Profile;
use pelure::{voice, wire};
use speech::{Verdict, judge, mean_pesq, people};

#[path = "../src/voice/chain/testing.rs"]
#[allow(dead_code, unreachable_pub, reason = "the tests of the chain use all of it")]
mod echo;
#[path = "kit/figure.rs"]
#[allow(dead_code, unreachable_pub, reason = "each bench uses its part")]
mod figure;
#[path = "kit/speech.rs"]
mod speech;

fn main() {
    let people = people();
    let (speech, pieces) = (people.concat(), people.iter().map(Vec::len).collect::<Vec<_>>());
    for profile in Profile::ALL {
        let name = format!("{profile:?}").to_lowercase();
        let mut encoder = Encoder::new(profile.frame_bytes()).unwrap();
        // Said over and over, and encoded as it is said: neither side begins anew in the midst of it.
        let said: Vec<f32> = speech.iter().copied().cycle().take(speech.len() * (ROUNDS + 2)).collect();
        let frames: Vec<Vec<u8>> =
            said.as_chunks::<FRAME>().0.iter().map(|frame| encoder.encode(frame).unwrap()).collect();
        let sizes: std::collections::BTreeSet<usize> = frames.iter().map(Vec::len).collect();
        tell(&format!("voice_frame_{name}"), *sizes.last().unwrap() as f64, "bytes", None);
        tell(&format!("voice_frame_sizes_{name}"), sizes.len() as f64, "sizes", None);
        let mut decoder = Decoder::new().unwrap();
        let heard: Vec<f32> = frames.iter().flat_map(|frame| decoder.decode(frame).unwrap()).collect();
        // Neither with codec alone nor in a call the first time round: a call finds out about its circuits first.
        let Some(alone) = judge(&said[speech.len()..], &heard[speech.len()..], &pieces) else { continue };
        let alone = mean_pesq(&alone);
        tell(&format!("voice_codec_pesq_{name}"), alone, "PESQ-WB", None);
        for (set, seeds) in [("", 0..CALLS), ("_other", OTHER..OTHER + CALLS)] {
            let called = called(&said, speech.len(), &pieces, &frames, profile, seeds);
            tell(&format!("voice_call_pesq_{name}{set}"), called, "PESQ-WB", Some(alone));
        }
    }
    for delay_ms in [60, 100, 150, 200, 300] {
        let enhancement = echo::enhancement(Listening::Loudspeaker, delay_ms);
        tell(&format!("voice_echo_{delay_ms}_ms"), f64::from(enhancement), "dB", None);
    }
    costs(&speech);
}

/// PESQ-WB of what is heard in calls over usual circuits after the first `round` samples, the mean of some calls.
fn called(
    said: &[f32],
    round: usize,
    pieces: &[usize],
    frames: &[Vec<u8>],
    profile: Profile,
    seeds: Range<u64>,
) -> f64 {
    let lasts = Duration::from_secs_f64(said.len() as f64 / f64::from(RATE));
    let least = (ROUNDS - 1) * pieces.len() * CALLS as usize;
    let verdicts: Vec<Verdict> = seeds
        .flat_map(|seed| {
            let plan = Plan { profile, lasts, ..Plan::new(Weather::TYPICAL, seed) };
            let sound = plan.run_heard(frames.to_vec(), Playing::new().unwrap()).sound;
            judge(&said[round..round * (1 + ROUNDS)], &sound[round..], pieces).unwrap()
        })
        .collect();
    assert!(verdicts.len() >= least, "{} pieces were heard", verdicts.len());
    mean_pesq(&verdicts)
}

/// The share of a core that each part takes while somebody speaks.
fn costs(speech: &[f32]) {
    let blocks = speech.as_chunks::<BLOCK>().0;
    let seconds = blocks.len() as f64 * 0.01;
    let percent = |name: &str, work: &mut dyn FnMut()| {
        let before = thread_time();
        work();
        let share = (thread_time() - before).as_secs_f64() / seconds * 100.0;
        tell(&format!("voice_cost_{name}"), share, "% of a core", None);
        share
    };
    let (mut encoder, mut decoder) = (Encoder::new(Profile::Default.frame_bytes()).unwrap(), Decoder::new().unwrap());
    let mut frames = Vec::new();
    let mut all = percent("encode", &mut || {
        frames = speech.as_chunks::<FRAME>().0.iter().map(|frame| encoder.encode(frame).unwrap()).collect();
    });
    all += percent("decode", &mut || {
        for frame in &frames {
            std::hint::black_box(decoder.decode(frame).unwrap());
        }
    });
    let mut chain = Chain::new(Listening::Loudspeaker);
    all += percent("chain", &mut || {
        // Both speak, one of them later: nothing that can be left out.
        for (block, played) in blocks.iter().zip(std::iter::repeat_n(&SILENCE, 100).chain(blocks)) {
            chain.heard(played);
            std::hint::black_box(chain.clean(block));
        }
    });
    all += percent("rates", &mut || {
        let (mut up, mut down) = (Resampler::new(RATE, 48_000).unwrap(), Resampler::new(48_000, RATE).unwrap());
        let (mut card, mut back) = (Vec::new(), Vec::new());
        for block in blocks {
            card.clear();
            up.push(block, &mut card);
            down.push(&card, &mut back);
        }
    });
    tell("voice_cost_of_all", all, "% of a core", Some(5.0));
    let mut disguise = Disguise::new(Mask::new(140.0, 0.85));
    percent("disguise", &mut || {
        for block in blocks {
            std::hint::black_box(disguise.change(block));
        }
    });
}

/// How long this thread has computed.
fn thread_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap(), u32::try_from(time.tv_nsec).unwrap())
}

/// Calls whose sound is judged, with other circuits each.
const CALLS: u64 = 10;

/// The first of the calls that nothing was ever tuned on.
const OTHER: u64 = 1_000;

/// How often what is said is said in such a call, after the first time.
const ROUNDS: usize = 3;
