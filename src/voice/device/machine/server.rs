//! The sound server of this machine (PulseAudio, or PipeWire by its words), over one connection that is kept.
//!
//! A connection that is let go of stays open (see [`super::system`]). It does not know devices, and moves no sound.

use std::ffi::CString;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

use pulseaudio::protocol::{ChannelMap, SampleFormat, SampleSpec};
use pulseaudio::{Client, ClientError};

use super::super::DeviceError;
use super::{PATIENCE, samples};

/// The connection of this program.
pub(super) fn connected() -> Result<Client, DeviceError> {
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
pub(super) fn answer<T>(asked: impl Future<Output = Result<T, ClientError>>) -> Result<T, DeviceError> {
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

/// One channel at `rate`: the server spreads it over a card's channels, or mixes them.
pub(super) fn sound(rate: u32) -> (SampleSpec, ChannelMap) {
    (SampleSpec { format: SampleFormat::Float32Le, channels: 1, sample_rate: rate }, ChannelMap::mono())
}

/// A source or a sink by its name.
pub(super) fn named(id: &str) -> Result<Option<CString>, DeviceError> {
    CString::new(id).map(Some).map_err(|_| DeviceError::Missing)
}

/// Bytes of sound of so much time.
pub(super) fn bytes(rate: u32, time: Duration) -> u32 {
    u32::try_from(samples(rate, time) * SAMPLE).unwrap_or(u32::MAX)
}

/// Who waits for an answer.
struct Caller(Thread);

impl Wake for Caller {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn refused(error: ClientError) -> DeviceError {
    tracing::debug!(%error, "the sound server refused a stream");
    match error {
        ClientError::ServerError(_) => DeviceError::Missing,
        _ => DeviceError::NoSystem,
    }
}

static KEPT: Mutex<Option<Client>> = Mutex::new(None);

/// What the desktop shows people who ask which programs use sound.
const NAME: &std::ffi::CStr = c"Pelure";

/// How often it is looked whether there is an answer; more often only where it is told that there is one.
const LOOKS: u32 = 40;

/// Bytes of a sample.
pub(super) const SAMPLE: usize = size_of::<f32>();
