//! What a loudspeaker's card has taken of what it was handed, and the silence that it took where there was nothing.
//!
//! It promises as much sound as the card says that it took, in order, so that whoever looks for an echo finds it where it was.
//! It does not know what the sound system does behind the card's back.

use std::collections::VecDeque;

use rtrb::Consumer;

use super::ring::Gap;
use crate::voice::pcm::{BLOCK, Block, RATE, SILENCE};

/// What was handed to one card.
pub(super) struct Played {
    /// Of the card.
    rate: u32,
    /// Handed, and not taken yet.
    waiting: VecDeque<f32>,
    /// Taken, and not told of yet.
    taken: VecDeque<f32>,
    /// Samples at the room's rate that went from one to the other, and that were silence.
    told: (u64, u64),
    /// Samples of the card that were silence.
    silent: u64,
}

impl Played {
    /// For a card of this rate that has taken nothing yet.
    pub(super) fn new(rate: u32) -> Self {
        Self { rate: rate.max(1), waiting: VecDeque::new(), taken: VecDeque::new(), told: (0, 0), silent: 0 }
    }

    /// This was handed to the card.
    pub(super) fn hand(&mut self, block: &Block) {
        // Who is never asked keeps no more than a ring holds.
        if self.waiting.len() < MOST {
            self.waiting.extend(block);
        }
    }

    /// The next 10 ms that the card took, when it took so many samples that were there, and silence in these places.
    pub(super) fn next(&mut self, there: u64, gaps: &mut Consumer<Gap>) -> Option<Block> {
        while let Some(gap) = gaps.peek().ok().copied().filter(|gap| gap.after <= there) {
            gaps.pop().ok();
            self.take(gap.after);
            self.silent = self.silent.saturating_add(gap.samples);
            let silence = self.in_room(self.silent);
            self.taken.extend(std::iter::repeat_n(0.0, new(silence, self.told.1)));
            self.told.1 = silence;
        }
        self.take(there);
        if self.taken.len() < BLOCK {
            return None;
        }
        let mut block = SILENCE;
        block.iter_mut().zip(self.taken.drain(..BLOCK)).for_each(|(to, from)| *to = from);
        Some(block)
    }

    /// The sound up to this sample of the card's.
    fn take(&mut self, there: u64) {
        let sound = new(self.in_room(there), self.told.0).min(self.waiting.len());
        self.taken.extend(self.waiting.drain(..sound));
        // What a resampler still holds comes a moment later.
        self.told.0 += sound as u64;
    }

    /// Samples of the card as samples of the room.
    fn in_room(&self, samples: u64) -> u64 {
        let room = u128::from(samples) * u128::from(RATE) / u128::from(self.rate);
        u64::try_from(room).unwrap_or(u64::MAX)
    }
}

fn new(now: u64, before: u64) -> usize {
    usize::try_from(now.saturating_sub(before)).unwrap_or(MOST).min(MOST)
}

/// Half a second, as much as a ring holds.
const MOST: usize = RATE as usize / 2;

#[cfg(test)]
mod tests {
    use rtrb::RingBuffer;

    use super::*;

    /// What is told of after so many samples of sound, and this silence.
    fn all(played: &mut Played, there: u64, gaps: &[(u64, u64)]) -> Vec<f32> {
        let (mut tell, mut told) = RingBuffer::new(8);
        gaps.iter().for_each(|(after, samples)| tell.push(Gap { after: *after, samples: *samples }).unwrap());
        std::iter::from_fn(|| played.next(there, &mut told)).flatten().collect()
    }

    /// 10 ms of a card.
    const TEN: u64 = 3 * BLOCK as u64;

    #[test]
    fn sound_and_silence_come_in_the_order_in_which_they_were_taken() {
        let mut played = Played::new(48_000);
        [0.1, 0.2].iter().for_each(|level| played.hand(&[*level; BLOCK]));
        assert!(all(&mut played, 0, &[]).is_empty());
        assert_eq!(all(&mut played, TEN, &[]), [0.1; BLOCK]);
        // It took the second, and ran dry for 10 ms.
        assert_eq!(all(&mut played, 2 * TEN, &[(2 * TEN, TEN)]), [[0.2; BLOCK], SILENCE].concat());
        // It ran dry before the third, and after it, and took the fourth.
        [0.3, 0.4].iter().for_each(|level| played.hand(&[*level; BLOCK]));
        let dry = [(2 * TEN, 2 * TEN), (3 * TEN, TEN)];
        let blocks = [SILENCE, SILENCE, [0.3; BLOCK], SILENCE, [0.4; BLOCK]];
        assert_eq!(all(&mut played, 4 * TEN, &dry), blocks.concat());
        assert!(all(&mut played, 4 * TEN, &[]).is_empty());
    }

    #[test]
    fn parts_of_blocks_add_up() {
        let mut played = Played::new(44_100);
        let (mut heard, mut silent) = (0, 0);
        for step in 1..=1_000u64 {
            played.hand(&[0.5; BLOCK]);
            // 7 ms of each 10 are there in time.
            let sound = all(&mut played, step * 309, &[(step * 309, 132)]);
            silent += sound.iter().filter(|x| **x == 0.0).count();
            heard += sound.len();
        }
        assert!((heard as i64 - 160_000).abs() <= BLOCK as i64 && (silent as i64 - 47_891).abs() <= BLOCK as i64);
    }

    #[test]
    fn who_is_never_asked_or_lies_costs_little() {
        let mut played = Played::new(0);
        (0..10_000).for_each(|_| played.hand(&[0.5; BLOCK]));
        assert!(all(&mut played, u64::MAX, &[(0, u64::MAX), (9, u64::MAX)]).len() <= 3 * MOST);
        assert!(played.waiting.len() <= MOST + BLOCK && played.taken.len() < BLOCK);
    }
}
