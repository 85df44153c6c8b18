//! A microphone of PulseAudio (which PipeWire speaks too), of which nothing is lost when somebody wakes late.
//!
//! cpal has the server keep no more of a recording than it hands over at once (`make_record_buffer_attr` of its host), so
//! a server that wakes late throws sound away, and each time the echo is elsewhere in what is left. Here it may keep as much
//! as a ring holds; all else is as cpal does it. It does not find microphones.

use std::ffi::CString;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

use pulseaudio::protocol::stream::{BufferAttr, StreamFlags};
use pulseaudio::protocol::{ChannelMap, RecordStreamParams, SampleFormat, SampleSpec};
use pulseaudio::{Client, ClientError, RecordStream};

use super::super::DeviceError;
use super::super::ring::Tap;
use super::{PATIENCE, RING, samples};

/// Records from the source of this name, one channel at `rate`, as little as `buffer` at once; ends when it is dropped.
pub(super) fn record(source: &str, rate: u32, buffer: Duration, mut tap: Tap) -> Result<RecordStream, DeviceError> {
    let bytes = |time| u32::try_from(samples(rate, time) * SAMPLE).unwrap_or(u32::MAX);
    let params = RecordStreamParams {
        sample_spec: SampleSpec { format: SampleFormat::Float32Le, channels: 1, sample_rate: rate },
        channel_map: ChannelMap::mono(),
        source_name: Some(CString::new(source).map_err(|_| DeviceError::Missing)?),
        buffer_attr: BufferAttr { fragment_size: bytes(buffer), max_length: bytes(RING), ..BufferAttr::default() },
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

/// The connection of this program, which is kept: one that is let go of stays open (see [`super::system`]).
fn connected() -> Result<Client, DeviceError> {
    let kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if let Some(client) = kept
        && answer(client.server_info()).is_ok()
    {
        return Ok(client);
    }
    // Asked for where the sound system answered just now: it does so again.
    let client = Client::from_env(NAME).map_err(refused)?;
    *KEPT.lock().unwrap_or_else(PoisonError::into_inner) = Some(client.clone());
    Ok(client)
}

/// What the server answers; it is waited for on this thread, and not for ever.
fn answer<T>(asked: impl Future<Output = Result<T, ClientError>>) -> Result<T, DeviceError> {
    let waker = Waker::from(Arc::new(Caller(thread::current())));
    let (mut asked, mut context) = (pin!(asked), Context::from_waker(&waker));
    for _ in 0..LOOKS {
        if let Poll::Ready(answer) = asked.as_mut().poll(&mut context) {
            return answer.map_err(refused);
        }
        thread::park_timeout(PATIENCE / LOOKS);
    }
    Err(DeviceError::NoSystem)
}

/// Who waits for an answer.
struct Caller(Thread);

impl Wake for Caller {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn refused(error: ClientError) -> DeviceError {
    tracing::debug!(%error, "the sound server refused to record");
    match error {
        ClientError::ServerError(_) => DeviceError::Missing,
        _ => DeviceError::NoSystem,
    }
}

static KEPT: Mutex<Option<Client>> = Mutex::new(None);

/// What the desktop shows people who ask which programs record.
const NAME: &std::ffi::CStr = c"Pelure";

/// How often it is looked whether there is an answer; more often only where it is told that there is one.
const LOOKS: u32 = 40;

/// Bytes of a sample.
const SAMPLE: usize = size_of::<f32>();

/// Samples that are turned into numbers at once, on the stack of the server's thread.
const PIECE: usize = 256;
