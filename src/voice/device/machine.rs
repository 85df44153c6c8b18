//! The sound cards of this machine, through PulseAudio (which PipeWire speaks too) or ALSA.
//!
//! PulseAudio goes first: ALSA's own way to it is the one that floods with errors (alsa-plugins issue 65). A card is
//! opened at its own rate and number of channels; [`super::ring`] is what runs on its thread.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Relaxed};
use std::time::Duration;

use cpal::traits::{DeviceTrait, StreamTrait};
use cpal::{BufferSize, Device, ErrorKind, FromSample, SampleFormat, SizedSample, StreamConfig};
use rtrb::Consumer;

use super::keeper::{Keeper, Line, Opened, opener};
use super::pace::Pace;
use super::played::Played;
use super::ring::{self, Counters, Supply};
use super::{DeviceError, Loudspeaker, Microphone, News};
use crate::voice::pcm::{BLOCK, Block, RATE, SILENCE};
use crate::voice::resample::Resampler;

mod find;
mod player;
mod recorder;
mod server;
mod system;

pub use find::{Name, Names, names};
use find::{Side, find, fit};

/// A microphone of this machine.
pub(super) struct Input {
    keeper: Keeper<InLine>,
    /// Beats while there is none.
    pace: Pace,
}

/// A loudspeaker of this machine.
pub(super) struct Output {
    keeper: Keeper<OutLine>,
    /// Beats while there is none.
    pace: Pace,
    waits: bool,
    /// Blocks that were handed to none, and not told of yet.
    unheard: u32,
}

/// An open microphone.
struct InLine {
    // Declared first: the card stops before its ring goes.
    _stream: Box<dyn Send>,
    ring: Consumer<f32>,
    counters: Arc<Counters>,
    resampler: Resampler,
    rate: u32,
    /// At the room's rate, not yet a block.
    ready: VecDeque<f32>,
    /// At the card's rate: room to work in.
    taken: Vec<f32>,
}

/// An open loudspeaker.
struct OutLine {
    _stream: Box<dyn Send>,
    supply: Supply,
    resampler: Resampler,
    rate: u32,
    made: Vec<f32>,
    played: Played,
    /// Clicks that were there before the first sound: a card starts hungry.
    forgiven: Option<u32>,
}

impl Input {
    /// The microphone of this name, or the default one; opened when it is first listened to.
    pub(super) fn open(name: Option<String>) -> Self {
        Self { keeper: Keeper::new(opener(name, open_input), INPUT_BUFFER), pace: Pace::default() }
    }
}

impl Microphone for Input {
    fn listen(&mut self, now: Duration) -> Option<Block> {
        match self.keeper.line(now) {
            Some(line) => line.next(),
            None => self.pace.is_due(now).then_some(SILENCE),
        }
    }

    fn news(&mut self) -> Option<News> {
        self.keeper.news()
    }
}

impl Output {
    /// The loudspeaker of this name, or the default one; opened when it is first asked.
    pub(super) fn open(name: Option<String>) -> Self {
        Self {
            keeper: Keeper::new(opener(name, open_output), OUTPUT_BUFFER),
            pace: Pace::default(),
            waits: false,
            unheard: 0,
        }
    }
}

impl Loudspeaker for Output {
    fn wants(&mut self, now: Duration) -> bool {
        match self.keeper.line(now) {
            Some(line) => line.wants(),
            None => {
                self.waits = self.waits || self.pace.is_due(now);
                self.waits
            }
        }
    }

    fn play(&mut self, block: &Block) {
        self.waits = false;
        match self.keeper.current_mut() {
            Some(line) => line.play(block),
            None => self.unheard = self.unheard.saturating_add(1),
        }
    }

    fn played(&mut self) -> Option<Block> {
        if let Some(rest) = self.unheard.checked_sub(1) {
            self.unheard = rest;
            return Some(SILENCE);
        }
        self.keeper.current_mut()?.played()
    }

    fn news(&mut self) -> Option<News> {
        self.keeper.news()
    }
}

impl Line for InLine {
    fn counters(&self) -> &Counters {
        &self.counters
    }

    fn rate(&self) -> u32 {
        self.rate
    }
}

impl Line for OutLine {
    fn counters(&self) -> &Counters {
        &self.supply.counters
    }

    fn rate(&self) -> u32 {
        self.rate
    }
}

impl InLine {
    fn next(&mut self) -> Option<Block> {
        if let Ok(chunk) = self.ring.read_chunk(self.ring.slots()) {
            self.taken.clear();
            self.taken.extend(chunk);
            self.resampler.push(&self.taken, &mut self.ready);
        }
        if self.ready.len() < BLOCK {
            return None;
        }
        let mut block = SILENCE;
        block.iter_mut().zip(self.ready.drain(..BLOCK)).for_each(|(to, from)| *to = from);
        Some(block)
    }
}

impl OutLine {
    /// What the card takes at once must be there, and a little more: the more, the more often it was not.
    fn wants(&self) -> bool {
        let most = (self.supply.counters.most.load(Relaxed) as usize).min(samples(self.rate, TAKEN_MOST));
        let clicks = self.supply.counters.clicks.load(Relaxed).wrapping_sub(self.forgiven.unwrap_or_default());
        let slack = SLACK * (1 + clicks / CLICKS_FOR_SLACK).min(SLACKS_MOST);
        self.filled() < most + samples(self.rate, slack)
    }

    fn play(&mut self, block: &Block) {
        let clicks = self.supply.counters.clicks.load(Relaxed);
        self.forgiven.get_or_insert(clicks);
        self.made.clear();
        self.resampler.push(block, &mut self.made);
        // What finds no room was not wanted.
        let (_, lost) = self.supply.sound.push_partial_slice(&self.made);
        if lost.is_empty() {
            self.played.hand(block);
        }
    }

    fn played(&mut self) -> Option<Block> {
        let there = self.supply.counters.there.load(Acquire);
        self.played.next(there, &mut self.supply.gaps)
    }

    fn filled(&self) -> usize {
        self.supply.sound.buffer().capacity().saturating_sub(self.supply.sound.slots())
    }
}

fn open_input(name: Option<&str>, buffer: Duration) -> Result<Opened<InLine>, DeviceError> {
    let found = find(Side::Microphone, name)?;
    let (device, replaced, name) = (&found.device, found.replaced, found.name.label.clone());
    let (config, format) = fit(device.supported_input_configs().map_err(refused)?, buffer)?;
    let build = |config| match format {
        SampleFormat::F32 => tapped::<f32>(device, config),
        SampleFormat::I16 => tapped::<i16>(device, config),
        _ => tapped::<i32>(device, config),
    };
    let (rate, resampler) = (config.sample_rate, rated(config.sample_rate, RATE)?);
    let (stream, ring, counters): (Box<dyn Send>, _, _) = if found.is_of_a_server() {
        let (tap, ring, counters) = ring::tap(samples(rate, RING), 1);
        (Box::new(recorder::record(&found.name.id, rate, buffer, tap)?), ring, counters)
    } else {
        let (stream, ring, counters) = either(config, build)?;
        (Box::new(stream), ring, counters)
    };
    found.watch(&counters);
    let (ready, taken) = (VecDeque::new(), Vec::new());
    Ok(Opened { line: InLine { _stream: stream, ring, counters, resampler, rate, ready, taken }, name, replaced })
}

fn open_output(name: Option<&str>, buffer: Duration) -> Result<Opened<OutLine>, DeviceError> {
    let found = find(Side::Loudspeaker, name)?;
    let (device, replaced, name) = (&found.device, found.replaced, found.name.label.clone());
    let (config, format) = fit(device.supported_output_configs().map_err(refused)?, buffer)?;
    let build = |config| match format {
        SampleFormat::F32 => spouting::<f32>(device, config),
        SampleFormat::I16 => spouting::<i16>(device, config),
        _ => spouting::<i32>(device, config),
    };
    let (rate, resampler) = (config.sample_rate, rated(RATE, config.sample_rate)?);
    let (stream, supply): (Box<dyn Send>, _) = if found.is_of_a_server() {
        let (spout, supply) = ring::spout(samples(rate, RING), 1);
        (Box::new(player::play(&found.name.id, rate, buffer, spout, &supply.counters)?), supply)
    } else {
        let (stream, supply) = either(config, build)?;
        (Box::new(stream), supply)
    };
    found.watch(&supply.counters);
    let played = Played::new(rate);
    let line = OutLine { _stream: stream, supply, resampler, rate, made: Vec::new(), played, forgiven: None };
    Ok(Opened { line, name, replaced })
}

/// With the buffer that we want, else with the one that the card wants.
fn either<T>(config: StreamConfig, build: impl Fn(StreamConfig) -> Result<T, cpal::Error>) -> Result<T, DeviceError> {
    let otherwise = || build(StreamConfig { buffer_size: BufferSize::Default, ..config });
    build(config).or_else(|_| otherwise()).map_err(refused)
}

fn tapped<T: SizedSample>(
    device: &Device,
    config: StreamConfig,
) -> Result<(cpal::Stream, Consumer<f32>, Arc<Counters>), cpal::Error>
where
    f32: FromSample<T>,
{
    let (mut tap, end, counters) = ring::tap(samples(config.sample_rate, RING), config.channels);
    let told = counters.clone();
    let stream = device.build_input_stream(
        config,
        move |sound: &[T], _: &cpal::InputCallbackInfo| tap.take(sound),
        move |error| complain(&told, &error),
        Some(PATIENCE),
    )?;
    stream.play()?;
    Ok((stream, end, counters))
}

fn spouting<T: SizedSample + FromSample<f32>>(
    device: &Device,
    config: StreamConfig,
) -> Result<(cpal::Stream, Supply), cpal::Error> {
    let (mut spout, supply) = ring::spout(samples(config.sample_rate, RING), config.channels);
    let told = supply.counters.clone();
    let stream = device.build_output_stream(
        config,
        move |sound: &mut [T], _: &cpal::OutputCallbackInfo| spout.fill(sound),
        move |error| complain(&told, &error),
        Some(PATIENCE),
    )?;
    stream.play()?;
    Ok((stream, supply))
}

/// Counts an error; how many of them mean something is judged elsewhere.
fn complain(counters: &Counters, error: &cpal::Error) {
    match error.kind() {
        ErrorKind::Xrun => drop(counters.clicks.fetch_add(1, Relaxed)),
        ErrorKind::DeviceChanged | ErrorKind::RealtimeDenied => {}
        ErrorKind::DeviceNotAvailable | ErrorKind::HostUnavailable | ErrorKind::StreamInvalidated => {
            counters.gone.store(true, Relaxed);
        }
        _ => drop(counters.errors.fetch_add(1, Relaxed)),
    }
}

fn rated(from: u32, to: u32) -> Result<Resampler, DeviceError> {
    Resampler::new(from, to).map_err(|_| DeviceError::Format)
}

fn refused(error: cpal::Error) -> DeviceError {
    tracing::debug!(kind = ?error.kind(), "a sound device was refused");
    match error.kind() {
        ErrorKind::DeviceNotAvailable => DeviceError::Missing,
        ErrorKind::HostUnavailable => DeviceError::NoSystem,
        ErrorKind::DeviceBusy => DeviceError::Busy,
        ErrorKind::PermissionDenied => DeviceError::Denied,
        ErrorKind::UnsupportedConfig | ErrorKind::UnsupportedOperation => DeviceError::Format,
        _ => DeviceError::Broken,
    }
}

/// Samples in so much time.
fn samples(rate: u32, time: Duration) -> usize {
    usize::try_from(time.as_micros() * u128::from(rate) / 1_000_000).unwrap_or(0)
}

/// What a microphone gives at once.
const INPUT_BUFFER: Duration = Duration::from_millis(20);

/// What a loudspeaker takes at once, at most; it keeps twice as much. With half of it PulseAudio ran dry on a busy machine.
const OUTPUT_BUFFER: Duration = Duration::from_millis(20);

/// What a ring holds: more than anybody should ever be late.
const RING: Duration = Duration::from_millis(500);

/// What is kept ready beyond what the card takes at once: the driver comes every few milliseconds.
const SLACK: Duration = Duration::from_millis(10);

/// After so many clicks the slack grows by one.
const CLICKS_FOR_SLACK: u32 = 3;

/// At most so many slacks.
const SLACKS_MOST: u32 = 6;

/// A card that takes more at once does not tell the truth.
const TAKEN_MOST: Duration = Duration::from_millis(100);

/// How long the sound system may take to open a stream.
const PATIENCE: Duration = Duration::from_secs(2);
