//! From Arti's words about itself to what is told: how far it is, and what stands in the way.

use std::time::Duration;

use arti_client::status::{Blockage, BlockageKind, BootstrapStatus};
use futures::StreamExt;
use tokio::sync::watch;
use tokio::time::{self, Instant};

use super::Client;
use super::settings::Fitted;
use crate::{Obstacle, Status, Step};

/// What Tor is entered by: it decides what a failure means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Door {
    bridges: bool,
    proxy: bool,
}

/// Follows one Tor, as long as somebody may ask.
pub(super) struct Reporter {
    pub(super) door: Door,
    pub(super) online: watch::Receiver<bool>,
    pub(super) status: watch::Sender<Status>,
}

impl Door {
    pub(super) fn of(detour: &Fitted) -> Self {
        Self { bridges: detour.has_bridges(), proxy: detour.has_proxy() }
    }

    /// Before anything is known.
    pub(super) fn first_step(self) -> Status {
        Status::Connecting { fraction: 0.0, message: self.step(0.0) }
    }

    fn describe(self, status: &BootstrapStatus, silent: bool) -> Status {
        let fraction = status.as_frac();
        if status.ready_for_traffic() {
            return Status::Ready;
        }
        match (status.blocked(), self.suspect()) {
            (Some(blockage), _) => Status::Blocked { fraction, reason: self.obstacle(&blockage) },
            // Arti counts connections that were tried; a transport that does not even start makes none.
            (None, Some(reason)) if silent && fraction < CONNECTED => Status::Blocked { fraction, reason },
            (None, _) => Status::Connecting { fraction, message: self.step(fraction) },
        }
    }

    fn step(self, fraction: f32) -> Step {
        match self {
            _ if fraction >= CONNECTED => Step::Directory,
            Self { bridges: true, .. } => Step::Bridge,
            Self { proxy: true, .. } => Step::Proxy,
            _ => Step::Network,
        }
    }

    /// What is to blame when nothing is heard.
    fn suspect(self) -> Option<Obstacle> {
        match self {
            Self { proxy: true, .. } => Some(Obstacle::Proxy),
            Self { bridges: true, .. } => Some(Obstacle::Bridges),
            _ => None,
        }
    }

    fn obstacle(self, blockage: &Blockage) -> Obstacle {
        match (blockage.kind(), self.suspect()) {
            (BlockageKind::ClockSkewed, _) => Obstacle::Clock(blockage.message().to_string()),
            (BlockageKind::CantBootstrap, _) => Obstacle::Directory,
            (_, Some(suspect)) => suspect,
            (BlockageKind::Offline, None) => Obstacle::Offline,
            (BlockageKind::Filtering, None) => Obstacle::Filtered,
            _ => Obstacle::Network,
        }
    }
}

impl Reporter {
    /// Tells what Arti is doing.
    pub(super) async fn run(mut self, client: std::sync::Weak<Client>) {
        let Some(mut events) = client.upgrade().map(|client| client.bootstrap_events()) else { return };
        let mut since = Instant::now();
        loop {
            let Some(now) = client.upgrade().map(|client| client.bootstrap_status()) else { return };
            let online = *self.online.borrow_and_update();
            if !online {
                since = Instant::now();
            }
            let silent = since.elapsed() >= SILENT;
            tell(&self.status, if online { self.door.describe(&now, silent) } else { Status::Offline });
            let more = tokio::select! {
                event = events.next() => event.is_some(),
                changed = self.online.changed() => changed.is_ok(),
                () = time::sleep_until(since + SILENT), if online && !silent => true,
            };
            if !more {
                return;
            }
        }
    }
}

/// Tells what is news.
pub(super) fn tell(sender: &watch::Sender<Status>, now: Status) {
    sender.send_if_modified(|status| {
        let changed = *status != now;
        *status = now;
        changed
    });
}

/// The share of Arti's progress that the connection itself makes up (`BootstrapStatus::as_frac`).
const CONNECTED: f32 = 0.15;

/// A bridge or a proxy through which nothing came for so long is not one: Arti, too, gives a connection a minute.
const SILENT: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tor_is_entered_by_is_named_until_it_is_entered() {
        let step = |bridges, proxy, fraction| Door { bridges, proxy }.step(fraction);
        assert_eq!(step(false, false, 0.0), Step::Network);
        assert_eq!(step(true, true, 0.1), Step::Bridge);
        assert_eq!(step(false, true, 0.1), Step::Proxy);
        assert_eq!(step(true, false, 0.2), Step::Directory);
    }

    #[test]
    fn what_all_connections_go_through_is_suspected_first() {
        let suspect = |bridges, proxy| Door { bridges, proxy }.suspect();
        assert_eq!(suspect(false, false), None);
        assert_eq!(suspect(true, false), Some(Obstacle::Bridges));
        assert_eq!(suspect(true, true), Some(Obstacle::Proxy));
    }

    #[tokio::test]
    async fn a_state_that_did_not_change_is_no_news() {
        let (sender, mut receiver) = watch::channel(Status::Offline);
        tell(&sender, Status::Offline);
        assert!(!receiver.has_changed().unwrap());
        tell(&sender, Status::Ready);
        assert_eq!(*receiver.borrow_and_update(), Status::Ready);
    }
}
