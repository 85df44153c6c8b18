//! Somebody far away who speaks, and a room in which it echoes: for tests, and for the bench, which includes this file.

use crate::voice::chain::{Chain, Listening};
use crate::voice::level::decibels;
use crate::voice::pcm::{BLOCK, Block, RATE};
use crate::wire::{Random, Seeded};

/// Somebody speaking: noise with the loudness of syllables, and the colour of speech.
pub(crate) struct Talker {
    random: Seeded,
    at: usize,
    last: f32,
}

impl Talker {
    /// The same words for the same seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self { random: Seeded::new(seed), at: 0, last: 0.0 }
    }

    /// The next 10 ms.
    pub(crate) fn block(&mut self) -> Block {
        std::array::from_fn(|_| {
            let white = (self.random.below(2_001) as f32 - 1_000.0) / 1_000.0;
            self.last = 0.7 * self.last + 0.3 * white;
            self.at += 1;
            let syllable = (self.at as f32 / RATE as f32 * 4.0 * std::f32::consts::TAU).sin();
            self.last * 0.8 * (0.25 + 0.75 * syllable.max(0.0))
        })
    }
}

/// A room: what is played comes back after a time, and then fainter and fainter.
pub(crate) struct Room {
    /// What was played, as far back as it can still be heard.
    past: Vec<f32>,
    /// How what was played last and before that comes back.
    walls: Vec<f32>,
}

impl Room {
    /// A room whose first echo takes so long.
    pub(crate) fn new(delay_ms: usize, seed: u64) -> Self {
        let mut random = Seeded::new(seed);
        // 40 ms of walls, at -10 dB in all.
        let walls: Vec<f32> =
            (0..640).map(|at| (random.below(2_001) as f32 / 1_000.0 - 1.0) * (-(at as f32) / 130.0).exp()).collect();
        let size = walls.iter().map(|x| x * x).sum::<f32>().sqrt();
        let walls: Vec<f32> = walls.iter().rev().map(|x| x / size * 0.3).collect();
        Self { past: vec![0.0; delay_ms * RATE as usize / 1_000 + walls.len()], walls }
    }

    /// What a microphone hears of what is played.
    pub(crate) fn echo(&mut self, played: &Block) -> Block {
        self.past.extend(played);
        let echo =
            std::array::from_fn(|at| self.walls.iter().zip(&self.past[at..]).map(|(wall, sound)| wall * sound).sum());
        self.past.drain(..BLOCK);
        echo
    }
}

/// The sum of squares.
pub(crate) fn power(block: &Block) -> f32 {
    block.iter().map(|x| x * x).sum()
}

/// By how many decibels the echo is fainter after the chain, from 2 s to 5 s.
pub(crate) fn enhancement(listening: Listening, delay_ms: usize) -> f32 {
    let (mut chain, mut far, mut room) = (Chain::new(listening), Talker::new(3), Room::new(delay_ms, 5));
    let (mut before, mut after) = (0.0, 0.0);
    for at in 0..500 {
        let played = far.block();
        chain.heard(&played);
        let echo = room.echo(&played);
        let left = chain.clean(&echo);
        if at >= 200 {
            before += power(&echo);
            after += power(&left);
        }
    }
    decibels(before.sqrt()) - decibels(after.sqrt())
}
