//! From Arti's words about a service to what can truthfully be said.
//!
//! Arti reports one state made of two: its introduction points and its uploads of the descriptor. What they mean:
//!
//! * `Running`, `DegradedReachable`: at least one directory of each of the two rings (of the current and of the next or
//!   previous period) took the descriptor, and introduction points answer. This is the word on the public network.
//! * `DegradedUnreachable` says one of two things. With a problem: uploads failed, so some or all cannot find us.
//!   Without one: every upload succeeded, but the consensus has only one ring, because it holds no shared random values
//!   yet; so it is on a small, young network, and clients, who look only at the current ring, do find us. Arti says the
//!   same for an instant when a new consensus arrives before the first upload; therefore it must stand for
//!   [`SETTLED`]: an upload that is about to start ends it at once.
//! * `Bootstrapping` after that: the descriptor is being published again; the one before is still valid.
//! * `Recovering`: no introduction point answers. `Broken`, `Shutdown`: it does not run.

use std::time::Duration;

use futures::StreamExt;
use tokio::sync::watch;
use tokio::time;
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
        let mut next = events.next().await;
        while let Some(status) = next {
            if is_lone_ring(&status)
                && let Ok(newer) = time::timeout(SETTLED, events.next()).await
            {
                next = newer;
                continue;
            }
            self.tell(&status);
            next = events.next().await;
        }
    }

    fn tell(&mut self, status: &OnionServiceStatus) {
        let now = weigh(status.state(), status.current_problem().is_some(), self.was_reachable);
        self.was_reachable |= now == Reach::Reachable;
        self.sender.send_if_modified(|reach| {
            let changed = *reach != now;
            *reach = now;
            changed
        });
    }
}

fn is_lone_ring(status: &OnionServiceStatus) -> bool {
    status.state() == State::DegradedUnreachable && status.current_problem().is_none()
}

fn weigh(state: State, problem: bool, was_reachable: bool) -> Reach {
    let not_yet_or_no_more = |detail: &str| match was_reachable {
        true => Reach::Unreachable { detail: detail.into() },
        false => Reach::Starting { detail: detail.into() },
    };
    match state {
        State::Running | State::DegradedReachable => Reach::Reachable,
        State::DegradedUnreachable if !problem => Reach::Reachable,
        State::DegradedUnreachable => not_yet_or_no_more("not all directories took the descriptor"),
        State::Bootstrapping if was_reachable => Reach::Reachable,
        State::Bootstrapping => not_yet_or_no_more("publishing the descriptor"),
        State::Recovering => not_yet_or_no_more("no introduction point answers"),
        State::Broken => Reach::Unreachable { detail: "the onion service failed".into() },
        _ => not_yet_or_no_more("the onion service does not run"),
    }
}

/// How long Arti's word about a lone ring must stand.
const SETTLED: Duration = Duration::from_millis(50);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reachable_means_that_a_directory_has_it() {
        for was_reachable in [false, true] {
            for state in [State::Running, State::DegradedReachable] {
                assert_eq!(weigh(state, true, was_reachable), Reach::Reachable);
            }
            assert_eq!(weigh(State::DegradedUnreachable, false, was_reachable), Reach::Reachable);
            assert_ne!(weigh(State::DegradedUnreachable, true, was_reachable), Reach::Reachable);
            assert_ne!(weigh(State::Recovering, true, was_reachable), Reach::Reachable);
            assert_ne!(weigh(State::Broken, true, was_reachable), Reach::Reachable);
            assert_ne!(weigh(State::Shutdown, false, was_reachable), Reach::Reachable);
        }
    }

    #[test]
    fn publishing_again_is_not_going_away() {
        assert!(matches!(weigh(State::Bootstrapping, false, false), Reach::Starting { .. }));
        assert_eq!(weigh(State::Bootstrapping, false, true), Reach::Reachable);
        assert!(matches!(weigh(State::Recovering, true, false), Reach::Starting { .. }));
        assert!(matches!(weigh(State::Recovering, true, true), Reach::Unreachable { .. }));
    }
}
