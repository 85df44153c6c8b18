//! The sound systems of this machine that answer, each over the one connection that this program has to it.
//!
//! A connection to PulseAudio that is let go of stays open until the server says something (pulseaudio-rs issue 6), and a
//! server takes 64 of all programs together: one for each device would leave the whole machine without sound after a few
//! calls. It does not know devices.

use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use cpal::traits::HostTrait;
use cpal::{Host, HostId};

/// Those that answer, the best first.
pub(super) fn answering() -> impl Iterator<Item = Arc<Host>> {
    cpal::available_hosts().into_iter().filter_map(named)
}

/// This one, if it answers; waits for it, for some seconds at worst.
pub(super) fn named(id: HostId) -> Option<Arc<Host>> {
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let kept = known.iter().position(|host| host.id() == id).map(|place| known.swap_remove(place));
    let host = kept.filter(answers).or_else(|| cpal::host_from_id(id).ok().map(Arc::new))?;
    known.push(Arc::clone(&host));
    Some(host)
}

/// Whether the connection still is one: the server may have been restarted, or hang.
fn answers(host: &Arc<Host>) -> bool {
    let (told, answer) = mpsc::sync_channel(1);
    let host = Arc::clone(host);
    let ask = move || {
        // Nobody waits any more: then it does not matter.
        told.try_send(host.devices().is_ok()).ok();
    };
    // A thread that waits for a server that hangs ends with it.
    thread::Builder::new().name("sound system".to_owned()).spawn(ask).is_ok()
        && answer.recv_timeout(PATIENCE).unwrap_or(false)
}

/// At most one of each kind.
static KNOWN: Mutex<Vec<Arc<Host>>> = Mutex::new(Vec::new());

/// A server that works answers in milliseconds.
const PATIENCE: Duration = Duration::from_secs(2);
