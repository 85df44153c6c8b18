//! What network is asked for, and why it could not be had.
//!
//! It promises bounds that a network can be built within. It does not start anything.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crate::order::OrderError;
use crate::weather::Weather;

/// The network to start. The default has three authorities, thirteen relays and fair weather, in a fresh temporary
/// directory: enough for full vanguards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Directory authorities, 1 to 9; they also relay.
    pub authorities: usize,
    /// Further relays; 3 to 200 nodes in all.
    pub relays: usize,
    /// The weather of every relay from the moment the network is ready.
    pub weather: Weather,
    /// A directory to make and to remove at the end; it must not exist, and its path must be short (a Unix socket
    /// lies in it). `None` is a fresh one in the system's place for temporary files.
    pub dir: Option<PathBuf>,
    /// Whether the nodes take only what other programs leave of the processors, as if they ran on machines of their own:
    /// for what has deadlines, as sound has.
    pub yields: bool,
}

impl Default for Plan {
    fn default() -> Self {
        Self { authorities: 3, relays: 13, weather: Weather::default(), dir: None, yields: false }
    }
}

impl Plan {
    /// How many C tors it takes.
    pub(crate) fn nodes(&self) -> usize {
        self.authorities.saturating_add(self.relays)
    }

    /// Refuses what cannot become a network.
    pub(crate) fn check(&self) -> Result<(), TornetError> {
        let fits = (1..=9).contains(&self.authorities) && (3..=200).contains(&self.nodes());
        fits.then_some(()).ok_or(TornetError::Size { authorities: self.authorities, relays: self.relays })
    }
}

/// Why there is no network, or why it did not do as told.
#[derive(Debug, thiserror::Error)]
pub enum TornetError {
    /// The plan is out of bounds.
    #[error("{authorities} authorities and {relays} relays: need 1 to 9 authorities and 3 to 200 nodes in all")]
    Size {
        /// Authorities asked for.
        authorities: usize,
        /// Relays asked for.
        relays: usize,
    },
    /// A program of the tor package is missing or does not start.
    #[error("cannot run `{0}` (Debian's package `tor` has it): {1}")]
    Program(&'static str, io::Error),
    /// A file, a socket or a process of ours.
    #[error("{0}: {1}")]
    System(String, io::Error),
    /// A C tor said no, or ended; with the last it said.
    #[error("{node}: {what}\n{last}")]
    Node {
        /// Which one.
        node: String,
        /// What went wrong.
        what: String,
        /// Its last lines.
        last: String,
    },
    /// The network was not ready in time.
    #[error("the network was not ready within {} s: {what}", limit.as_secs())]
    Late {
        /// The bound.
        limit: Duration,
        /// What was awaited.
        what: String,
    },
    /// The first consensus does not name every relay.
    #[error("the consensus names {named} of {nodes} relays")]
    Incomplete {
        /// Running relays in it.
        named: usize,
        /// Nodes started.
        nodes: usize,
    },
    /// There is no such relay.
    #[error("relay {relay}: this network counts them from 0 to {last}")]
    NoSuchRelay {
        /// The one asked for.
        relay: usize,
        /// The last there is.
        last: usize,
    },
    /// A profile for the filter of a control port cannot be read.
    #[error(transparent)]
    Profile(#[from] crate::grater::ProfileError),
    /// A line that is no order.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// The network's owner, in another process, refused an order.
    #[error("the network refused: {0}")]
    Refused(String),
}

/// Names what was being done when the system refused.
pub(crate) fn system<T>(what: impl Into<String>, result: io::Result<T>) -> Result<T, TornetError> {
    result.map_err(|error| TornetError::System(what.into(), error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_out_of_bounds_are_refused() {
        for (authorities, relays) in [(0, 13), (10, 3), (1, 1), (3, 198), (1, usize::MAX)] {
            assert!(Plan { authorities, relays, ..Plan::default() }.check().is_err(), "{authorities} {relays}");
        }
        assert!(Plan::default().check().is_ok());
    }
}
