//! How long a message lives once its time runs.
//!
//! It does not measure time and does not delete anything.

use std::fmt;
use std::time::Duration;

use super::limits::{EXPIRY_LEAST, EXPIRY_MOST};

/// Whole seconds from [`EXPIRY_LEAST`] to [`EXPIRY_MOST`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Expiry(u32);

/// The time is outside the limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("messages disappear after 5 seconds at the earliest and after 4 weeks at the latest")]
pub struct ExpiryError;

impl Expiry {
    /// Checks the limits.
    pub fn from_seconds(seconds: u64) -> Result<Self, ExpiryError> {
        if !(EXPIRY_LEAST.as_secs()..=EXPIRY_MOST.as_secs()).contains(&seconds) {
            return Err(ExpiryError);
        }
        u32::try_from(seconds).map(Self).map_err(|_| ExpiryError)
    }

    /// The time in seconds.
    pub fn seconds(self) -> u32 {
        self.0
    }

    /// When a message disappears whose time starts at `now`, both in unix milliseconds.
    pub fn after(self, now: i64) -> i64 {
        now.saturating_add(i64::from(self.0) * 1_000)
    }
}

impl From<Expiry> for Duration {
    fn from(expiry: Expiry) -> Self {
        Self::from_secs(expiry.0.into())
    }
}

impl fmt::Debug for Expiry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} s", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expiry_keeps_its_limits() {
        for seconds in [5, 2_419_200] {
            assert_eq!(Expiry::from_seconds(seconds).map(|expiry| u64::from(expiry.seconds())), Ok(seconds));
        }
        for seconds in [0, 4, 2_419_201, u64::MAX] {
            assert_eq!(Expiry::from_seconds(seconds), Err(ExpiryError));
        }
        assert_eq!(Expiry::from_seconds(5).map(|expiry| expiry.after(1)), Ok(5_001));
        assert_eq!(Expiry::from_seconds(5).map(|expiry| expiry.after(i64::MAX)), Ok(i64::MAX));
    }
}
