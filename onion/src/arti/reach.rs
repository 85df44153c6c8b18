//! From Arti's words about a service to what can truthfully be said.

use futures::StreamExt;
use tokio::sync::watch;
use tor_hsservice::status::{OnionServiceStatus, OnionServiceStatusStream, State};

use crate::Reach;

/// Follows one service.
pub(super) struct Judge {
    sender: watch::Sender<Reach>,
    /// It has been reachable, so that what follows is about keeping it so.
    was_reachable: bool,
}

impl Judge {
    pub(super) fn new() -> (Self, watch::Receiver<Reach>) {
        let (sender, receiver) = watch::channel(Reach::Starting { detail: "waiting for the Tor network".into() });
        (Self { sender, was_reachable: false }, receiver)
    }

    /// Runs until the service ends.
    pub(super) async fn watch(mut self, mut events: OnionServiceStatusStream) {
        while let Some(status) = events.next().await {
            let now = self.judge(&status);
            self.sender.send_if_modified(|reach| {
                let changed = *reach != now;
                *reach = now;
                changed
            });
        }
    }

    fn judge(&mut self, status: &OnionServiceStatus) -> Reach {
        let reach = weigh(status.state(), status.current_problem().is_some(), self.was_reachable);
        self.was_reachable |= reach == Reach::Reachable;
        reach
    }
}

fn weigh(state: State, problem: bool, was_reachable: bool) -> Reach {
    let unreachable = |detail: &str| match was_reachable {
        true => Reach::Unreachable { detail: detail.into() },
        false => Reach::Starting { detail: detail.into() },
    };
    match state {
        State::Running | State::DegradedReachable => Reach::Reachable,
        State::DegradedUnreachable if !problem => Reach::Reachable,
        State::DegradedUnreachable => unreachable("too few directories took the descriptor"),
        State::Bootstrapping if was_reachable => Reach::Reachable,
        State::Bootstrapping => unreachable("publishing the descriptor"),
        State::Recovering => unreachable("no introduction point answers"),
        State::Broken => Reach::Unreachable { detail: "the onion service failed".into() },
        State::Shutdown => unreachable("not running"),
        _ => unreachable("unknown"),
    }
}
