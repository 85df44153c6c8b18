//! Runs every fuzz target on its corpus and on mutations of it, the same ones each time, without a fuzzer.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, also in its helpers"
)]

use std::panic::catch_unwind;
use std::path::Path;

use pelure::wire::{Random, Seeded};

use bodies::Body;

#[path = "../fuzz/bodies.rs"]
mod bodies;

#[test]
fn every_target_stands_its_corpus() {
    for (name, body) in bodies::BODIES {
        for input in corpus(name) {
            run(name, *body, &input);
        }
    }
}

#[test]
fn every_target_stands_mutations_of_its_corpus() {
    for (name, body) in bodies::BODIES {
        let corpus = corpus(name);
        let mut random = Seeded::new(1);
        for _ in 0..MUTATIONS {
            let mut input = pick(&corpus, &mut random).clone();
            for _ in 0..=random.below(4) {
                mutate(&mut input, pick(&corpus, &mut random), &mut random);
            }
            run(name, *body, &input);
        }
    }
}

#[test]
fn every_corpus_has_a_target() {
    let folders = std::fs::read_dir(root()).unwrap().map(|entry| entry.unwrap().file_name());
    for folder in folders {
        assert!(bodies::BODIES.iter().any(|(name, _)| folder == **name), "no target for {}", folder.display());
    }
}

/// Runs a target; shows the input when it fails.
fn run(name: &str, body: Body, input: &[u8]) {
    assert!(catch_unwind(|| body(input)).is_ok(), "{name} fails on {}", data_encoding::HEXLOWER.encode(input));
}

fn corpus(name: &str) -> Vec<Vec<u8>> {
    let mut files: Vec<_> = std::fs::read_dir(root().join(name)).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(!files.is_empty(), "the corpus of {name} is empty");
    // The order of a directory is nobody's promise.
    files.sort();
    files.into_iter().map(|file| std::fs::read(file).unwrap()).collect()
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus"))
}

/// One of the small changes that fuzzers make.
fn mutate(input: &mut Vec<u8>, other: &[u8], random: &mut Seeded) {
    let at = below(input.len() + 1, random);
    match random.below(6) {
        0 => input.truncate(at),
        1 => input.insert(at, random.number() as u8),
        2 => input.extend_from_slice(other),
        3 => drop(input.splice(at.., other.iter().copied().skip(at))),
        4 => input.iter_mut().skip(at).take(1).for_each(|byte| *byte = random.number() as u8),
        _ => input.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << random.below(8)),
    }
}

fn pick<'a>(corpus: &'a [Vec<u8>], random: &mut Seeded) -> &'a Vec<u8> {
    corpus.get(below(corpus.len(), random)).unwrap()
}

fn below(bound: usize, random: &mut Seeded) -> usize {
    usize::try_from(random.below(bound as u64)).unwrap()
}

const MUTATIONS: usize = 3_000;
