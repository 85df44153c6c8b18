//! A window on this desktop, wired to a bridge: two threads carry what the window's channels and the bridge's have for
//! each other.
//!
//! The window is drawn on the thread that calls; everything else runs in the runtime.

use std::io;
use std::sync::mpsc as window;
use std::time::Duration;

use pelure_ui::intent::Intent;
use pelure_ui::update::Update;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

use super::{INTENTS, UPDATES, World, run, system_language};

/// Why there is no window.
#[derive(Debug, thiserror::Error)]
pub enum WindowError {
    /// The desktop has none for us.
    #[error(transparent)]
    Desktop(#[from] pelure_ui::Failure),
    /// The system gives no more threads.
    #[error("the program could not start its threads: {0}")]
    Threads(#[from] io::Error),
}

/// Opens a window and returns when everything has ended: the window, and what ran behind it.
pub fn open(runtime: &Handle, world: World) -> Result<(), WindowError> {
    let language = world.language.unwrap_or_else(system_language);
    let (woken, wake) = oneshot::channel();
    let (updates, shown) = window::sync_channel(FRAME);
    let (wished, wishes) = window::sync_channel(INTENTS);
    let (to_bridge, intents) = mpsc::channel(INTENTS);
    let (from_bridge, for_window) = mpsc::channel(UPDATES);
    thread("intents", move || carry_intents(&wishes, &to_bridge))?;
    let (drawn, draw) = oneshot::channel();
    thread("updates", move || carry_updates(for_window, updates, draw))?;
    let bridge = runtime.spawn(async move {
        // A window that could not be opened wakes nobody.
        let Ok(wake) = wake.await else { return };
        let born = world.clock.now();
        drawn.send(wake).ok();
        run(world, born, from_bridge, intents).await;
    });
    let wake = Box::new(move |wake| drop(woken.send(wake)));
    pelure_ui::run(pelure_ui::Start { language, updates: shown, intents: wished, wake })?;
    // The person closed the window: who is connected is told goodbye before the program ends.
    runtime.block_on(async { tokio::time::timeout(GOODBYE, bridge).await }).ok();
    Ok(())
}

fn thread(name: &str, body: impl FnOnce() + Send + 'static) -> Result<(), io::Error> {
    std::thread::Builder::new().name(name.into()).spawn(body).map(drop)
}

/// Ends when the window or the bridge does.
fn carry_intents(wishes: &window::Receiver<Intent>, bridge: &mpsc::Sender<Intent>) {
    for intent in wishes {
        if bridge.blocking_send(intent).is_err() {
            return;
        }
    }
}

fn carry_updates(
    mut bridge: mpsc::Receiver<Update>,
    window: window::SyncSender<Update>,
    wake: oneshot::Receiver<pelure_ui::Wake>,
) {
    let Ok(wake) = wake.blocking_recv() else { return };
    while let Some(update) = bridge.blocking_recv() {
        if window.send(update).is_err() {
            return;
        }
        wake();
    }
    // The window finds its channel closed, and closes.
    drop(window);
    wake();
}

/// Updates that a window takes in one frame.
const FRAME: usize = 256;

/// How long the goodbye may take: sessions, the vault, and Tor's directory cache.
const GOODBYE: Duration = Duration::from_secs(30);
