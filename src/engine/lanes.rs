//! The lanes of one contact: numbers that keep circuits to the same service apart.
//!
//! It does not dial. A number is used again once its circuit is gone: the road forgets circuits that end, and keeps what
//! it knows of the service.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

/// The lanes in use; clones are the same.
#[derive(Clone, Default)]
pub(super) struct Lanes(Arc<Mutex<BTreeSet<u32>>>);

/// A lane that nobody else has until this is dropped.
pub(super) struct Lane {
    number: u32,
    lanes: Lanes,
}

impl Lanes {
    /// The first free lane. The one of number 0 is the session's own.
    pub(super) fn take(&self) -> Lane {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let number = (1..u32::MAX).find(|number| !taken.contains(number)).unwrap_or(u32::MAX);
        taken.insert(number);
        Lane { number, lanes: self.clone() }
    }
}

impl Lane {
    pub(super) fn number(&self) -> u32 {
        self.number
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        self.lanes.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lane_is_one_circuit_s_until_it_is_given_back() {
        let lanes = Lanes::default();
        let (first, second) = (lanes.take(), lanes.take());
        assert_eq!((first.number(), second.number()), (1, 2));
        drop(first);
        assert_eq!(lanes.take().number(), 1);
    }
}
