//! Two sessions with one contact: which one stays.
//!
//! It does not close the other one.

use std::time::Duration;

use pelure_onion::Address;

use crate::wire::limits::TIE_WINDOW;

/// Who dialled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// We did.
    Us,
    /// The peer did.
    Them,
}

/// What is to be known of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dial {
    /// Who dialled it.
    pub by: Side,
    /// When the peer was authenticated, since an arbitrary start.
    pub since: Duration,
}

/// Which of two sessions stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// The one that was there.
    Old,
    /// The one that was authenticated last.
    New,
}

/// Chooses between the session that was there and one authenticated just now.
///
/// Two that were dialled from opposite sides within [`TIE_WINDOW`] are one accident, seen by the two sides in either
/// order: the one dialled by the smaller address stays, so that both choose alike. Otherwise the newest stays, since
/// its dialler knows best that the old one is of no use. At the very edge of the window the sides may disagree; then
/// both sessions end and the next attempt settles it.
pub fn keep(ours: Address, theirs: Address, old: Dial, new: Dial) -> Keep {
    let smaller = if ours < theirs { Side::Us } else { Side::Them };
    let accident = old.by != new.by && new.since.abs_diff(old.since) < TIE_WINDOW;
    if accident && old.by == smaller { Keep::Old } else { Keep::New }
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::SigningKey;
    use proptest::prelude::*;

    use super::*;

    fn address(seed: u8) -> Address {
        Address::from_public_key(SigningKey::from_bytes(&[seed; 32]).verifying_key().to_bytes()).unwrap()
    }

    fn other(side: Side) -> Side {
        match side {
            Side::Us => Side::Them,
            Side::Them => Side::Us,
        }
    }

    #[test]
    fn the_newest_stays_when_it_is_no_accident() {
        let (a, b, late) = (address(1), address(2), Duration::from_secs(10));
        for by in [Side::Us, Side::Them] {
            let old = Dial { by, since: Duration::ZERO };
            assert_eq!(keep(a, b, old, Dial { by, since: Duration::from_secs(1) }), Keep::New, "same side");
            assert_eq!(keep(a, b, old, Dial { by: other(by), since: late }), Keep::New, "later");
        }
    }

    proptest! {
        /// However the two sides see the order and the times, within the window they keep the same session.
        #[test]
        fn both_sides_choose_alike(
            seeds in (0..40u8, 41..80u8), times in any::<[u16; 4]>(),
        ) {
            let (first, second) = (address(seeds.0), address(seeds.1));
            let [a, b, c, d] = times.map(|t| Duration::from_millis(u64::from(t) % 9_999));
            let dialled_by_first = |ours, theirs, own: Side, at_own: Duration, at_other: Duration| {
                let (mine, his) = (Dial { by: own, since: at_own }, Dial { by: other(own), since: at_other });
                let (old, new) = if at_own <= at_other { (mine, his) } else { (his, mine) };
                match keep(ours, theirs, old, new) {
                    Keep::Old => old.by == own,
                    Keep::New => new.by == own,
                }
            };
            // Each side sees the session dialled by `first` and the one dialled by `second` at times of its own.
            let at_first = dialled_by_first(first, second, Side::Us, a, b);
            let at_second = dialled_by_first(second, first, Side::Them, c, d);
            prop_assert_eq!(at_first, at_second);
            prop_assert_eq!(at_first, first < second);
        }
    }
}
