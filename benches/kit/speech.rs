//! People who speak, and the judge of how they sound at the other end.

#![allow(dead_code, unreachable_pub, reason = "each bench uses its part")]

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::voice::pcm::{BLOCK, FRAME, RATE};
use crate::voice::wav::{self, Recording};

/// How a piece of speech was heard.
#[derive(Clone, Copy, Debug)]
pub struct Verdict {
    /// PESQ-WB: 1 is bad, 4.6 is the same.
    pub pesq: f64,
    /// By how many milliseconds it was heard later.
    pub late: f64,
}

/// How what was said was heard, in pieces of so many samples, over and over; `None` without a Python to ask. Both begin at
/// one time.
pub fn judge(said: &[f32], heard: &[f32], pieces: &[usize]) -> Option<Vec<Verdict>> {
    let python = std::env::var_os("PELURE_PESQ")?;
    let dir = tempfile::tempdir().unwrap();
    let files = [("said.wav", said), ("heard.wav", heard)].map(|(name, sound)| {
        let path = dir.path().join(name);
        write(&path, sound);
        path
    });
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/judge.py");
    let pieces = pieces.iter().map(usize::to_string);
    let output = Command::new(python).arg(script).args(files).args(pieces).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let verdict = |line: &str| {
        let (pesq, late) = line.split_once(' ').unwrap();
        Verdict { pesq: pesq.parse().unwrap(), late: late.parse().unwrap() }
    };
    Some(String::from_utf8(output.stdout).unwrap().lines().map(verdict).collect())
}

/// The mean of the scores.
pub fn mean_pesq(verdicts: &[Verdict]) -> f64 {
    verdicts.iter().map(|verdict| verdict.pesq).sum::<f64>() / verdicts.len() as f64
}

/// Writes sound as a WAV file.
pub fn write(path: &Path, sound: &[f32]) {
    let mut recording = Recording::create(path).unwrap();
    sound.as_chunks::<BLOCK>().0.iter().for_each(|block| recording.write(block).unwrap());
}

/// People who speak, each for themselves, in whole frames: those of Debian's package alsa-utils are one, and each WAV file of
/// the folder that `PELURE_SPEECH` names is one.
pub fn people() -> Vec<Vec<f32>> {
    let own = std::env::var_os("PELURE_SPEECH").map(PathBuf::from);
    let folder = own.clone().unwrap_or_else(|| PathBuf::from(SPEECH));
    let mut files: Vec<PathBuf> = folder.read_dir().map_or_else(
        |_| Vec::new(),
        |entries| entries.map(|entry| entry.unwrap().path()).filter(|path| is_speech(path)).collect(),
    );
    files.sort();
    let sounds: Vec<Vec<f32>> = files.iter().map(|path| wav::read(path).unwrap()).collect();
    let mut people = if own.is_some() { sounds } else { vec![sounds.concat()] };
    if people.iter().all(Vec::is_empty) {
        eprintln!(
            "no speech in {}: install alsa-utils, or set PELURE_SPEECH; a hum is measured instead",
            folder.display()
        );
        people = vec![(0..20 * RATE).map(|at| (at as f32 * 0.05).sin() * (at as f32 * 0.0008).sin() * 0.4).collect()];
    }
    people.iter_mut().for_each(|person| person.truncate(person.len() / FRAME * FRAME));
    people
}

fn is_speech(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "wav") && path.file_stem().is_some_and(|name| name != "Noise")
}

const SPEECH: &str = "/usr/share/sounds/alsa";
