//! One Tor at work, from its start to its end: there is at most one, and it leaves the machine by one detour.

use std::sync::Arc;
use std::time::Duration;

use arti_client::{DormantMode, TorClient};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time;
use tor_rtcompat::PreferredRuntime;

use super::dial::Dialler;
use super::settings::{self, Fitted};
use super::state::{Door, Reporter};
use super::valve::Valve;
use super::{ArtiError, Client};
use crate::{Scratch, Status, Weakness};

/// A running Tor.
pub(super) struct Plant {
    pub(super) client: Arc<Client>,
    pub(super) dialler: Dialler,
    pub(super) weaknesses: Vec<Weakness>,
    valve: Valve,
    /// Both hold the client weakly or end when told.
    tasks: [JoinHandle<()>; 2],
}

impl Plant {
    /// Starts it; it connects in the background. Must be called inside a tokio runtime. A cached directory that Arti
    /// cannot read is thrown away.
    pub(super) fn start(
        scratch: &Scratch,
        overrides: Option<&str>,
        detour: &Fitted,
        online: &watch::Sender<bool>,
        status: &watch::Sender<Status>,
    ) -> Result<Self, ArtiError> {
        let (config, weaknesses, passage) = settings::build(scratch, overrides, detour)?;
        let outside = PreferredRuntime::current().map_err(|error| ArtiError::Start(error.to_string()))?;
        let valve = Valve::new(outside, passage);
        let create = || TorClient::with_runtime(valve.runtime()).config(config.clone()).create_unbootstrapped();
        let client = create().or_else(|_| {
            scratch.clear_cache().map_err(|error| ArtiError::Start(error.to_string()))?;
            create().map_err(|error| ArtiError::Start(error.to_string()))
        })?;
        let door = Door::of(detour);
        status.send_replace(if *online.borrow() { door.first_step() } else { Status::Offline });
        let reporter = Reporter { door, online: online.subscribe(), status: status.clone() };
        let tasks = [
            tokio::spawn(bootstrap(Arc::clone(&client), online.subscribe())),
            tokio::spawn(reporter.run(Arc::downgrade(&client))),
        ];
        let dialler = Dialler::new(Arc::clone(&client), config);
        Ok(Self { client, dialler, weaknesses, valve, tasks })
    }

    /// Ends it: from now on nothing of it is connected to anything. Tasks of Arti look up from what they do within a
    /// minute or so; until then what is left of it sits behind a shut door.
    pub(super) fn end(&self) {
        self.valve.shut();
        self.tasks.iter().for_each(JoinHandle::abort);
        self.dialler.hang_up();
        self.client.set_dormant(DormantMode::Soft);
    }
}

impl Drop for Plant {
    fn drop(&mut self) {
        self.end();
    }
}

/// Connects until it succeeds; Arti keeps itself connected afterwards.
async fn bootstrap(client: Arc<Client>, mut online: watch::Receiver<bool>) {
    let mut pause = FIRST_PAUSE;
    while online.wait_for(|online| *online).await.is_ok() {
        match client.bootstrap().await {
            Ok(()) => return,
            Err(error) => tracing::debug!("bootstrap failed: {error}"),
        }
        time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Between two attempts to connect after a failure that Arti gave up on.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
