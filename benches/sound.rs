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

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use figure::tell;
use pelure::voice::chain::{Chain, Listening};
use pelure::voice::codec::{Decoder, Encoder};
use pelure::voice::disguise::{Disguise, Mask};
use pelure::voice::pcm::{BLOCK, FRAME, RATE, SILENCE};
use pelure::voice::resample::Resampler;
use pelure::voice::wav::{self, Recording};
use pelure::{voice, wire};

#[path = "../src/voice/chain/testing.rs"]
#[allow(dead_code, unreachable_pub, reason = "the tests of the chain use all of it")]
mod echo;
#[path = "kit/figure.rs"]
#[allow(dead_code, unreachable_pub, reason = "each bench uses its part")]
mod figure;

fn main() {
    let speech = speech();
    for (name, bytes) in [("thin", 23), ("saver", 30), ("default", 40)] {
        let mut encoder = Encoder::new(bytes).unwrap();
        let frames: Vec<Vec<u8>> =
            speech.as_chunks::<FRAME>().0.iter().map(|frame| encoder.encode(frame).unwrap()).collect();
        let sizes: std::collections::BTreeSet<usize> = frames.iter().map(Vec::len).collect();
        tell(&format!("voice_frame_{name}"), *sizes.last().unwrap() as f64, "bytes", None);
        tell(&format!("voice_frame_sizes_{name}"), sizes.len() as f64, "sizes", None);
        let mut decoder = Decoder::new().unwrap();
        let heard: Vec<f32> = frames.iter().flat_map(|frame| decoder.decode(frame).unwrap()).collect();
        if let Some(score) = pesq(&speech, &heard) {
            tell(&format!("voice_codec_pesq_{name}"), score, "PESQ-WB", None);
        }
    }
    for delay_ms in [60, 100, 150, 200, 300] {
        let enhancement = echo::enhancement(Listening::Loudspeaker, delay_ms);
        tell(&format!("voice_echo_{delay_ms}_ms"), f64::from(enhancement), "dB", None);
    }
    costs(&speech);
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
    let (mut encoder, mut decoder) = (Encoder::new(40).unwrap(), Decoder::new().unwrap());
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

/// PESQ-WB of what was heard, if there is a Python to ask.
fn pesq(said: &[f32], heard: &[f32]) -> Option<f64> {
    let python = std::env::var_os("PELURE_PESQ")?;
    let dir = tempfile::tempdir().unwrap();
    let files = [("said.wav", said), ("heard.wav", heard)].map(|(name, sound)| {
        let path = dir.path().join(name);
        let mut recording = Recording::create(&path).unwrap();
        sound.as_chunks::<BLOCK>().0.iter().for_each(|block| recording.write(block).unwrap());
        path
    });
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/judge.py");
    let output = Command::new(python).arg(script).args(files).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap().split_whitespace().next().unwrap().parse().unwrap())
}

/// People who speak, one after the other.
fn speech() -> Vec<f32> {
    let folder = std::env::var_os("PELURE_SPEECH").map_or_else(|| PathBuf::from(SPEECH), PathBuf::from);
    let mut files: Vec<PathBuf> = folder.read_dir().map_or_else(
        |_| Vec::new(),
        |entries| entries.map(|entry| entry.unwrap().path()).filter(|path| is_speech(path)).collect(),
    );
    files.sort();
    let speech: Vec<f32> = files.iter().flat_map(|path| wav::read(path).unwrap()).collect();
    if speech.is_empty() {
        eprintln!(
            "no speech in {}: install alsa-utils, or set PELURE_SPEECH; a hum is measured instead",
            folder.display()
        );
        return (0..20 * RATE).map(|at| (at as f32 * 0.05).sin() * (at as f32 * 0.0008).sin() * 0.4).collect();
    }
    speech
}

fn is_speech(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "wav") && path.file_stem().is_some_and(|name| name != "Noise")
}

/// How long this thread has computed.
fn thread_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap(), u32::try_from(time.tv_nsec).unwrap())
}

const SPEECH: &str = "/usr/share/sounds/alsa";
