//! What happens on the sound card's own thread: samples into a ring, samples out of a ring.
//!
//! Nothing here allocates, locks, waits or calls the system (`tests/audio_guard.rs` proves it): that thread has a
//! deadline, and whoever misses it clicks. What does not fit is dropped and counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed, Ordering::Release};

use cpal::{FromSample, Sample};
use rtrb::{Consumer, Producer, RingBuffer};

/// Takes what a microphone gives.
pub struct Tap {
    ring: Producer<f32>,
    channels: usize,
    counters: Arc<Counters>,
}

/// Gives what a loudspeaker takes.
pub struct Spout {
    ring: Consumer<f32>,
    gaps: Producer<Gap>,
    /// What it took of each channel, as long as it was not told of.
    silent: u64,
    /// What it took last was silence in the place of sound.
    dry: bool,
    channels: usize,
    counters: Arc<Counters>,
}

/// The end of a loudspeaker's ring at which sound is handed in.
pub struct Supply {
    /// Takes it.
    pub sound: Producer<f32>,
    /// Where silence was taken in its place, in order.
    pub gaps: Consumer<Gap>,
    /// What the card tells.
    pub counters: Arc<Counters>,
}

/// Silence that a card took where there was no sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// After so many samples of sound ([`Counters::there`]).
    pub after: u64,
    /// Of each channel.
    pub samples: u64,
}

/// What the sound card's threads tell: numbers only.
#[derive(Debug, Default)]
pub struct Counters {
    /// Times the card gave or took sound.
    pub calls: AtomicU32,
    /// Samples that it gave or took, of each channel.
    pub samples: AtomicU64,
    /// Of those that it took, how many were there. A gap after a number of them is told of before there are more.
    pub there: AtomicU64,
    /// The most samples it gave or took at once, of each channel.
    pub most: AtomicU32,
    /// Clicks: sound that came too late, or found no room.
    pub clicks: AtomicU32,
    /// Errors after which the card works on, or not.
    pub errors: AtomicU32,
    /// The device is gone: it will not work again.
    pub gone: AtomicBool,
}

/// The two ends of a microphone's ring of `room` samples. Cards give samples of `channels` at a time.
pub fn tap(room: usize, channels: u16) -> (Tap, Consumer<f32>, Arc<Counters>) {
    let (ring, end) = RingBuffer::new(room);
    let counters = Arc::new(Counters::default());
    (Tap { ring, channels: usize::from(channels).max(1), counters: counters.clone() }, end, counters)
}

/// The two ends of a loudspeaker's ring.
pub fn spout(room: usize, channels: u16) -> (Spout, Supply) {
    let (sound, ring) = RingBuffer::new(room);
    let (told, gaps) = RingBuffer::new(GAPS);
    let counters = Arc::new(Counters::default());
    let channels = usize::from(channels).max(1);
    let spout = Spout { ring, gaps: told, silent: 0, dry: false, channels, counters: counters.clone() };
    (spout, Supply { sound, gaps, counters })
}

impl Tap {
    /// Takes the mean of the channels of each sample.
    pub fn take<T: Sample>(&mut self, interleaved: &[T])
    where
        f32: FromSample<T>,
    {
        let frames = interleaved.len() / self.channels;
        self.counters.count(frames);
        let room = self.ring.slots();
        if frames > room {
            self.counters.clicks.fetch_add(1, Relaxed);
        }
        let Ok(chunk) = self.ring.write_chunk_uninit(frames.min(room)) else { return };
        let share = 1.0 / self.channels as f32;
        let mono = interleaved.chunks_exact(self.channels);
        chunk.fill_from_iter(mono.map(|frame| frame.iter().map(|x| f32::from_sample(*x)).sum::<f32>() * share));
    }
}

impl Spout {
    /// Fills all channels with the same samples; with silence where there are none.
    pub fn fill<T: Sample + FromSample<f32>>(&mut self, interleaved: &mut [T]) {
        let frames = interleaved.len() / self.channels;
        self.counters.count(frames);
        let there = self.ring.slots().min(frames);
        let before = self.counters.there.fetch_add(there as u64, Release);
        self.dry &= there == 0;
        self.tell(before + there as u64, frames - there);
        let mut samples = self.ring.read_chunk(there).ok().into_iter().flatten();
        for frame in interleaved.chunks_mut(self.channels) {
            frame.fill(T::from_sample(samples.next().unwrap_or(0.0)));
        }
    }

    /// Fills all with silence, also where there is sound: it would be late.
    pub fn skip<T: Sample + FromSample<f32>>(&mut self, interleaved: &mut [T]) {
        let frames = interleaved.len() / self.channels;
        self.counters.samples.fetch_add(frames as u64, Relaxed);
        self.tell(self.counters.there.load(Relaxed), frames);
        interleaved.fill(T::from_sample(0.0));
    }

    /// Tells of silence. What finds no room is told of with the next.
    fn tell(&mut self, after: u64, samples: usize) {
        if samples > 0 {
            // However long it is, it is heard once.
            self.counters.clicks.fetch_add(u32::from(!self.dry), Relaxed);
            self.silent += samples as u64;
            self.dry = true;
        }
        if self.silent > 0 && self.gaps.push(Gap { after, samples: self.silent }).is_ok() {
            self.silent = 0;
        }
    }
}

impl Counters {
    fn count(&self, frames: usize) {
        self.calls.fetch_add(1, Relaxed);
        self.samples.fetch_add(frames as u64, Relaxed);
        self.most.fetch_max(u32::try_from(frames).unwrap_or(u32::MAX), Relaxed);
    }
}

/// Gaps that wait to be told of: one for each time that the card comes, and nobody looks for half a second.
const GAPS: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    fn rest(ring: &mut Consumer<f32>) -> Vec<f32> {
        std::iter::from_fn(|| ring.pop().ok()).collect()
    }

    #[test]
    fn channels_become_one_and_one_becomes_channels() {
        let (mut tap, mut end, _) = tap(100, 2);
        tap.take(&[1.0f32, 0.0, 0.5, 0.5, -1.0, -1.0]);
        tap.take(&[i16::MAX, i16::MAX, 0, 0]);
        let heard = rest(&mut end);
        assert_eq!(heard[..3], [0.5, 0.5, -1.0]);
        assert!((heard[3] - 1.0).abs() < 1e-3 && heard[4] == 0.0);
        let (mut spout, mut supply) = spout(100, 3);
        [0.25, -0.5].into_iter().for_each(|x| supply.sound.push(x).unwrap());
        let mut card = [0.9f32; 9];
        spout.fill(&mut card);
        assert_eq!(card, [0.25, 0.25, 0.25, -0.5, -0.5, -0.5, 0.0, 0.0, 0.0]);
        supply.sound.push(1.0).unwrap();
        let mut card = [7i16; 3];
        spout.fill(&mut card);
        assert!(card.iter().all(|x| *x > 32_000));
    }

    #[test]
    fn what_is_missing_or_too_much_is_counted() {
        let (mut tap, mut end, counters) = tap(10, 1);
        tap.take(&[0.1f32; 8]);
        assert_eq!(counters.clicks.load(Relaxed), 0);
        tap.take(&[0.2f32; 8]);
        assert_eq!(counters.clicks.load(Relaxed), 1);
        assert_eq!(rest(&mut end), [[0.1; 8].as_slice(), &[0.2; 2]].concat());
        let (mut spout, mut supply) = spout(10, 1);
        spout.fill(&mut [0.0f32; 5]);
        // The same silence, and another after a sound.
        spout.fill(&mut [0.0f32; 3]);
        supply.sound.push(0.5).unwrap();
        spout.fill(&mut [0.0f32; 2]);
        let counters = supply.counters;
        let read = [&counters.calls, &counters.most, &counters.clicks].map(|count| count.load(Relaxed));
        assert_eq!((read, counters.samples.load(Relaxed)), ([3, 5, 2], 10));
    }

    #[test]
    fn silence_is_told_of_in_its_place() {
        let (mut spout, mut supply) = spout(10, 1);
        let mut card = [9.0f32; 4];
        let mut take = |supply: &mut Supply, sound: &[f32], late: bool| {
            sound.iter().for_each(|x| supply.sound.push(*x).unwrap());
            if late {
                spout.skip(&mut card)
            } else {
                spout.fill(&mut card)
            }
            card
        };
        assert_eq!(take(&mut supply, &[0.1, 0.2, 0.3], false), [0.1, 0.2, 0.3, 0.0]);
        assert_eq!(take(&mut supply, &[0.4, 0.5], true), [0.0; 4]);
        assert_eq!(take(&mut supply, &[0.6, 0.7], false), [0.4, 0.5, 0.6, 0.7]);
        let gaps: Vec<Gap> = std::iter::from_fn(|| supply.gaps.pop().ok()).collect();
        assert_eq!(gaps, [Gap { after: 3, samples: 1 }, Gap { after: 3, samples: 4 }]);
        assert_eq!(supply.counters.there.load(Relaxed), 7);
        // Of as many as nobody fetches, none is lost.
        for _ in 0..1_000 {
            take(&mut supply, &[], false);
        }
        let told: u64 = std::iter::from_fn(|| supply.gaps.pop().ok()).map(|gap| gap.samples).sum();
        take(&mut supply, &[], false);
        assert_eq!(told + supply.gaps.pop().unwrap().samples, 4_004);
    }

    #[test]
    fn a_card_that_gives_half_a_frame_is_survived() {
        let (mut tap, mut end, _) = tap(10, 2);
        tap.take(&[1.0f32, 1.0, 0.5]);
        assert_eq!(rest(&mut end), [1.0]);
        let (mut spout, _supply) = spout(10, 2);
        let mut card = [1.0f32; 3];
        spout.fill(&mut card);
        assert_eq!(card, [0.0; 3]);
    }
}
