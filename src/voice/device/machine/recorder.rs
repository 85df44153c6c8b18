//! A microphone of the sound server, of which nothing is lost when somebody wakes late.
//!
//! cpal has the server keep no more of a recording than it hands over at once (`make_record_buffer_attr` of its host), so
//! a server that wakes late throws sound away, and each time the echo is elsewhere in what is left. Here it may keep as much
//! as a ring holds; all else is as cpal does it. It does not find microphones.

use std::time::Duration;

use pulseaudio::RecordStream;
use pulseaudio::protocol::RecordStreamParams;
use pulseaudio::protocol::stream::{BufferAttr, StreamFlags};

use super::super::DeviceError;
use super::super::ring::Tap;
use super::RING;
use super::server::{self, SAMPLE, answer, bytes, connected};

/// Records from the source of this name, one channel at `rate`, as little as `buffer` at once; ends when it is dropped.
pub(super) fn record(source: &str, rate: u32, buffer: Duration, mut tap: Tap) -> Result<RecordStream, DeviceError> {
    let (sample_spec, channel_map) = server::sound(rate);
    let params = RecordStreamParams {
        sample_spec,
        channel_map,
        source_name: server::named(source)?,
        buffer_attr: BufferAttr {
            fragment_size: bytes(rate, buffer),
            max_length: bytes(rate, RING),
            ..BufferAttr::default()
        },
        // The card is to be as quick as we are.
        flags: StreamFlags { adjust_latency: true, ..StreamFlags::default() },
        ..RecordStreamParams::default()
    };
    let mut sound = [0.0; PIECE];
    let take = move |bytes: &[u8]| {
        for piece in bytes.as_chunks::<SAMPLE>().0.chunks(PIECE) {
            sound.iter_mut().zip(piece).for_each(|(to, from)| *to = f32::from_le_bytes(*from));
            tap.take(sound.get(..piece.len()).unwrap_or_default());
        }
    };
    answer(connected()?.create_record_stream(params, take))
}

/// Samples that are turned into numbers at once, on the stack of the server's thread.
const PIECE: usize = 256;
