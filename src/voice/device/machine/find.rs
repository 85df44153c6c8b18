//! Which sound cards there are, and how one of them is to be opened.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::thread;
use std::time::Duration;

use cpal::traits::{DeviceTrait, HostTrait};
use cpal::{
    BufferSize, Device, Host, HostId, SampleFormat, StreamConfig, SupportedBufferSize, SupportedStreamConfigRange,
};

use super::ring::Counters;
use super::{DeviceError, refused, samples, system};

/// The sound devices of this machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// Those that can be listened to.
    pub microphones: Vec<Name>,
    /// Those that can be played to.
    pub loudspeakers: Vec<Name>,
}

/// What a device is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// What it is chosen by; the same after a restart.
    pub id: String,
    /// What a person calls it.
    pub label: String,
}

/// A device that was found.
pub(super) struct Found {
    host: HostId,
    side: Side,
    pub(super) device: Device,
    pub(super) name: Name,
    /// It is not the one that was wanted.
    pub(super) replaced: bool,
}

/// Which kind of device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// One that is listened to.
    Microphone,
    /// One that is played to.
    Loudspeaker,
}

/// The devices of this machine now. Waits for the sound system, for some seconds at worst. What a loudspeaker plays can
/// be listened to as well, by name, but is not offered as a microphone.
pub fn names() -> Result<Names, DeviceError> {
    let host = system::answering().next().ok_or(DeviceError::NoSystem)?;
    let list = |side| devices(&host, side).map(|devices| devices.iter().filter_map(name).collect::<Vec<_>>());
    let mut microphones = list(Side::Microphone)?;
    microphones.retain(|name| !is_monitor(&name.id));
    Ok(Names { microphones, loudspeakers: list(Side::Loudspeaker)? })
}

/// The device of this identifier or name, else the default one.
pub(super) fn find(side: Side, wanted: Option<&str>) -> Result<Found, DeviceError> {
    if let Some(wanted) = wanted {
        for host in system::answering() {
            if let Some((device, name)) = named(&host, side, wanted) {
                return Ok(Found { host: host.id(), side, device, name, replaced: false });
            }
        }
    }
    // The first that answers owns the cards: the next would only lead to it, past what it says is there.
    let host = system::answering().next().ok_or(DeviceError::NoSystem)?;
    let (device, name) = default(&host, side).ok_or(DeviceError::Missing)?;
    Ok(Found { host: host.id(), side, device, name, replaced: wanted.is_some() })
}

impl Found {
    /// Whether it is one of PulseAudio's, and not a card that this program opens itself.
    pub(super) fn is_of_a_server(&self) -> bool {
        self.host.name() == MOVES_SOUND
    }

    /// Sees to it that the counters say when the device is gone. PulseAudio does not tell: it moves the sound to another
    /// device, and where no microphone is left to what is being played, which the other would then hear.
    pub(super) fn watch(self, counters: &Arc<Counters>) {
        if !self.is_of_a_server() {
            return;
        }
        let counters = Arc::downgrade(counters);
        let look = move || {
            let Some(host) = system::named(self.host) else { return };
            loop {
                thread::sleep(LOOK_EVERY);
                // Closed in the meantime.
                let Some(counters) = counters.upgrade() else { return };
                let there = devices(&host, self.side).is_ok_and(|all| all.contains(&self.device));
                if !there {
                    counters.gone.store(true, Relaxed);
                    return;
                }
            }
        };
        // Where no thread can be started the device is used unwatched.
        thread::Builder::new().name("sound devices".to_owned()).spawn(look).ok();
    }
}

fn named(host: &Host, side: Side, wanted: &str) -> Option<(Device, Name)> {
    let mut all = devices(host, side).ok()?.into_iter().filter_map(|device| name(&device).map(|name| (device, name)));
    all.find(|(_, name)| name.id == wanted || name.label == wanted)
}

fn default(host: &Host, side: Side) -> Option<(Device, Name)> {
    let device = match side {
        Side::Microphone => host.default_input_device()?,
        Side::Loudspeaker => host.default_output_device()?,
    };
    let name = name(&device)?;
    // Where there is no microphone, PulseAudio offers what is being played: the other would hear this machine.
    (side == Side::Loudspeaker || !is_monitor(&name.id)).then_some((device, name))
}

fn devices(host: &Host, side: Side) -> Result<Vec<Device>, DeviceError> {
    let is_there = |device: &Device| device.id().is_ok_and(|id| id.id() != NOWHERE);
    Ok(match side {
        Side::Microphone => host.input_devices().map_err(refused)?.filter(is_there).take(DEVICES_MOST).collect(),
        Side::Loudspeaker => host.output_devices().map_err(refused)?.filter(is_there).take(DEVICES_MOST).collect(),
    })
}

fn name(device: &Device) -> Option<Name> {
    let id = device.id().ok()?.id().to_owned();
    let label = device.description().map_or_else(|_| id.clone(), |description| description.name().to_owned());
    Some(Name { id, label })
}

fn is_monitor(id: &str) -> bool {
    id.ends_with(".monitor")
}

/// How a device is opened: nearest to one channel of numbers at 48 kHz, and so much at a time.
pub(super) fn fit(
    ranges: impl Iterator<Item = SupportedStreamConfigRange>,
    buffer: Duration,
) -> Result<(StreamConfig, SampleFormat), DeviceError> {
    let rate = |range: &SupportedStreamConfigRange| {
        WANTED_RATE.clamp(range.min_sample_rate().min(range.max_sample_rate()), range.max_sample_rate())
    };
    let best = ranges
        .filter_map(|range| Some((FORMATS.iter().position(|format| *format == range.sample_format())?, range)))
        .filter(|(_, range)| range.channels() > 0)
        .min_by_key(|(format, range)| (rate(range).abs_diff(WANTED_RATE), range.channels(), *format));
    let (_, range) = best.ok_or(DeviceError::Format)?;
    let sample_rate = rate(&range);
    let wanted = u32::try_from(samples(sample_rate, buffer)).unwrap_or(u32::MAX);
    let buffer_size = match range.buffer_size() {
        SupportedBufferSize::Range { min, max } => BufferSize::Fixed(wanted.clamp((*min).min(*max), (*max).max(1))),
        SupportedBufferSize::Unknown => BufferSize::Default,
    };
    Ok((StreamConfig { channels: range.channels(), sample_rate, buffer_size }, range.sample_format()))
}

/// The sound system that moves sound from a device that is gone to another, by cpal's name for it.
const MOVES_SOUND: &str = "PulseAudio";

/// ALSA has this one on machines without any sound card, too: it is silent, and throws away what is played.
const NOWHERE: &str = "null";

/// How often it is looked whether a device is still there.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The rate that cards have, and that divides into the room's.
const WANTED_RATE: u32 = 48_000;

/// The formats that are understood, the best first.
const FORMATS: [SampleFormat; 3] = [SampleFormat::F32, SampleFormat::I16, SampleFormat::I32];

/// No machine has more devices of a kind that a person could choose from.
const DEVICES_MOST: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    const TEN: Duration = Duration::from_millis(10);

    fn range(channels: u16, rates: (u32, u32), buffer: (u32, u32), format: SampleFormat) -> SupportedStreamConfigRange {
        let buffer = SupportedBufferSize::Range { min: buffer.0, max: buffer.1 };
        SupportedStreamConfigRange::new(channels, rates.0, rates.1, buffer, format)
    }

    #[test]
    fn the_nearest_to_what_is_wanted_is_taken() {
        let wide = (1, 100_000);
        let all = [
            range(2, (44_100, 192_000), wide, SampleFormat::F32),
            range(1, (8_000, 48_000), wide, SampleFormat::U8),
            range(1, (8_000, 48_000), wide, SampleFormat::I16),
            range(1, (44_100, 44_100), wide, SampleFormat::F32),
        ];
        let (config, format) = fit(all.into_iter(), TEN).unwrap();
        assert_eq!((config.channels, config.sample_rate, format), (1, 48_000, SampleFormat::I16));
        assert_eq!(config.buffer_size, BufferSize::Fixed(480));
        let (config, format) =
            fit([range(6, (44_100, 44_100), (1_024, 4_096), SampleFormat::I32)].into_iter(), TEN).unwrap();
        assert_eq!((config.channels, config.sample_rate, format), (6, 44_100, SampleFormat::I32));
        assert_eq!(config.buffer_size, BufferSize::Fixed(1_024));
    }

    #[test]
    fn a_device_that_gives_nothing_we_understand_is_refused() {
        assert_eq!(fit(std::iter::empty(), TEN), Err(DeviceError::Format));
        assert_eq!(fit([range(1, (1, 9), (1, 9), SampleFormat::F64)].into_iter(), TEN), Err(DeviceError::Format));
    }
}
