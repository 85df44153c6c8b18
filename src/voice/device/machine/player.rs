//! A loudspeaker of the sound server, at which time goes on when somebody wakes late.
//!
//! By cpal's stream a server that ran dry stops, and waits until it has enough again (the pre-buffering of
//! `make_playback_buffer_attr`), so each time the echo of all that follows comes later than before. Here silence takes the
//! place of what is late, and what follows is played when it would have been. It does not find loudspeakers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;

use pulseaudio::protocol::PlaybackStreamParams;
use pulseaudio::protocol::stream::{BufferAttr, StreamFlags};
use pulseaudio::{AsPlaybackSource, PlaybackStream};

use super::super::DeviceError;
use super::super::ring::{Counters, Spout};
use super::RING;
use super::server::{self, SAMPLE, answer, bytes, connected};

/// Plays to the sink of this name, one channel at `rate`; the server keeps twice as much as `buffer` and takes half of it
/// at once. Ends when it is dropped.
pub(super) fn play(
    sink: &str,
    rate: u32,
    buffer: Duration,
    mut spout: Spout,
    counters: &Counters,
) -> Result<PlaybackStream, DeviceError> {
    let (sample_spec, channel_map) = server::sound(rate);
    let at_once = bytes(rate, buffer / 2);
    let params = PlaybackStreamParams {
        sample_spec,
        channel_map,
        sink_name: server::named(sink)?,
        buffer_attr: BufferAttr {
            max_length: bytes(rate, RING),
            target_length: bytes(rate, buffer * 2),
            minimum_request_length: at_once,
            // Silence rather than a stop.
            pre_buffering: 0,
            ..BufferAttr::default()
        },
        // The card is to be as quick as we are. Without pre-buffering it is we who say when it begins.
        flags: StreamFlags { adjust_latency: true, start_corked: true, ..StreamFlags::default() },
        ..PlaybackStreamParams::default()
    };
    let kept = Arc::new(AtomicU32::new(u32::MAX));
    let room = Arc::clone(&kept);
    let (mut sound, mut before) = (vec![0.0_f32; (at_once as usize / SAMPLE).max(1)], 0);
    let give = move |asked: &mut [u8]| {
        // It asks for more than it keeps: it ran dry, and plays none of what comes for that time. A card that always asks
        // for so much is another matter.
        let is_much = |asked: usize| asked > room.load(Relaxed) as usize;
        let late = is_much(asked.len()) && !is_much(before);
        before = asked.len();
        // In pieces: how much is asked for after a pause is no sign of how much a card takes at once.
        for piece in asked.as_chunks_mut::<SAMPLE>().0.chunks_mut(sound.len()) {
            let sound = sound.get_mut(..piece.len()).unwrap_or_default();
            if late {
                spout.skip(sound)
            } else {
                spout.fill(sound)
            }
            piece.iter_mut().zip(sound).for_each(|(to, from)| *to = from.to_le_bytes());
        }
        asked.len()
    };
    let stream = answer(connected()?.create_playback_stream(params, give.as_playback_source()))?;
    // Some cards keep more and take more at once than they are asked to.
    kept.store(stream.buffer_attr().target_length, Relaxed);
    counters.most.fetch_max(stream.buffer_attr().minimum_request_length / SAMPLE as u32, Relaxed);
    answer(stream.uncork())?;
    Ok(stream)
}
