//! The rhythm of a call: at each tick one circuit has its turn, one after the other, whatever is said.
//!
//! It promises that the times of the ticks depend on nothing but the start and the profile, and that a circuit has at
//! most one turn at a time, also when somebody wakes up late. It does not know what is in a cell.

use std::time::Duration;

use super::lane::{Health, Lane, LaneId};
use super::line::LineError;
use crate::wire::{Circuits, Profile};

/// The circuits of a call, in their order.
pub(super) struct Cadence {
    start: Duration,
    stagger: Duration,
    /// The number of the next tick.
    tick: u32,
    /// A place keeps its turns while its circuit is replaced.
    places: Vec<Option<Lane>>,
    /// How many circuits there ever were.
    named: u32,
}

impl Cadence {
    /// The first tick is now.
    pub(super) fn new(profile: Profile, circuits: Circuits, now: Duration) -> Self {
        let places = std::iter::repeat_with(|| None).take(circuits.count().into()).collect();
        Self { start: now, stagger: profile.stagger(), tick: 0, places, named: 0 }
    }

    /// A circuit was opened.
    pub(super) fn attach(&mut self, now: Duration) -> Result<LaneId, LineError> {
        let rate = (1_000_000 / self.cycle().as_micros().max(1)) as u32 + 1;
        let place = self.places.iter_mut().find(|place| place.is_none()).ok_or(LineError::Full)?;
        let id = LaneId(self.named);
        self.named = self.named.wrapping_add(1);
        *place = Some(Lane::new(id, rate, now));
        Ok(id)
    }

    /// A circuit was closed; its place is free.
    pub(super) fn detach(&mut self, id: LaneId) {
        if let Some(place) = self.places.iter_mut().find(|place| place.as_ref().is_some_and(|lane| lane.id() == id)) {
            *place = None;
        }
    }

    /// When the next tick is.
    pub(super) fn next_tick(&self) -> Duration {
        self.start.saturating_add(self.stagger.saturating_mul(self.tick))
    }

    /// The circuit that has to send a cell now. Ask again until there is none.
    pub(super) fn due(&mut self, now: Duration) -> Option<&mut Lane> {
        self.forget_missed(now);
        let cycle = self.cycle();
        // The last tick of all is never: a call that lasts for years ends there.
        while self.next_tick() <= now && self.tick < u32::MAX {
            let place = self.tick as usize % self.places.len().max(1);
            self.tick = self.tick.saturating_add(1);
            if let Some(Some(lane)) = self.places.get_mut(place)
                && lane.takes_turn(cycle)
            {
                // Looked up again, because a borrow that is returned from a loop lives too long.
                return self.places.get_mut(place)?.as_mut();
            }
        }
        None
    }

    /// Every circuit.
    pub(super) fn lanes(&self) -> impl Iterator<Item = &Lane> {
        self.places.iter().flatten()
    }

    /// The circuit of this name with its place, if it is still open.
    pub(super) fn lane(&mut self, id: LaneId) -> Option<(usize, &mut Lane)> {
        let mut places = self.places.iter_mut().enumerate();
        places.find_map(|(place, lane)| lane.as_mut().filter(|lane| lane.id() == id).map(|lane| (place, lane)))
    }

    /// Circuits that are dead: close each, detach it, and dial another.
    pub(super) fn dead(&self, now: Duration) -> impl Iterator<Item = LaneId> {
        self.lanes().filter(move |lane| lane.health(now) == Health::Dead).map(Lane::id)
    }

    /// Places without a circuit: so many are to be dialled.
    pub(super) fn free(&self) -> usize {
        self.places.iter().filter(|place| place.is_none()).count()
    }

    /// From one turn of a circuit to its next.
    fn cycle(&self) -> Duration {
        self.stagger.saturating_mul(self.places.len() as u32)
    }

    /// Who wakes up late sends one cell on each circuit, and not all that were missed.
    fn forget_missed(&mut self, now: Duration) {
        let stagger = self.stagger.as_micros().max(1);
        let current = (now.saturating_sub(self.start).as_micros() / stagger).min(u128::from(u32::MAX)) as u32;
        let places = self.places.len() as u32;
        self.tick = self.tick.max(current.saturating_add(1).saturating_sub(places));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cadence(circuits: u8) -> Cadence {
        Cadence::new(Profile::Default, Circuits::new(circuits).unwrap(), at(1_000))
    }

    fn at(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    /// Who sends at this time.
    fn senders(cadence: &mut Cadence, now: Duration) -> Vec<u32> {
        let mut sent = Vec::new();
        while let Some(lane) = cadence.due(now) {
            lane.send(now);
            sent.push(lane.id().0);
        }
        sent
    }

    #[test]
    fn circuits_take_turns() {
        let mut cadence = cadence(3);
        (0..3).for_each(|_| assert!(cadence.attach(at(1_000)).is_ok()));
        assert_eq!(cadence.attach(at(1_000)).unwrap_err(), LineError::Full);
        for (tick, lane) in [0, 1, 2, 0, 1, 2].into_iter().enumerate() {
            assert_eq!(cadence.next_tick(), at(1_000 + 20 * tick as u64));
            assert_eq!(senders(&mut cadence, at(1_000 + 20 * tick as u64)), [lane]);
            assert_eq!(senders(&mut cadence, at(1_019 + 20 * tick as u64)), [0; 0]);
        }
    }

    #[test]
    fn a_missing_circuit_does_not_change_the_rhythm_of_the_others() {
        let mut cadence = cadence(3);
        let lanes = [0; 3].map(|_| cadence.attach(at(1_000)).unwrap());
        cadence.detach(lanes[1]);
        assert_eq!(cadence.free(), 1);
        let mut sent = Vec::new();
        for tick in 0..5 {
            sent.push(senders(&mut cadence, at(1_000 + 20 * tick)));
        }
        assert_eq!(sent, [vec![0], vec![], vec![2], vec![0], vec![]]);
        assert_eq!(cadence.attach(at(1_100)).unwrap(), LaneId(3), "a new name in the old place");
        assert_eq!(senders(&mut cadence, at(1_100)), [2]);
        assert_eq!(senders(&mut cadence, at(1_140)), [0, 3]);
    }

    #[test]
    fn who_wakes_up_late_does_not_make_up_for_it() {
        let mut cadence = cadence(3);
        (0..3).for_each(|_| assert!(cadence.attach(at(1_000)).is_ok()));
        let mut sent = senders(&mut cadence, at(60_000));
        sent.sort_unstable();
        assert_eq!(sent, [0, 1, 2]);
        assert_eq!(cadence.next_tick(), at(60_020));
        assert!(senders(&mut cadence, Duration::MAX).len() <= 3);
    }

    proptest! {
        /// Whenever somebody looks, and however late, every circuit sends at most once per look, and over time each its share.
        #[test]
        fn the_rhythm_holds_however_late_one_looks(
            circuits in 2..=6u8, pauses in proptest::collection::vec(0..200u64, 1..200),
        ) {
            let mut cadence = cadence(circuits);
            (0..circuits).for_each(|_| assert!(cadence.attach(at(1_000)).is_ok()));
            let (mut now, mut all) = (1_000, 0);
            for pause in pauses {
                now += pause;
                let mut sent = senders(&mut cadence, at(now));
                all += sent.len() as u64;
                sent.sort_unstable();
                sent.dedup();
                prop_assert!(sent.len() <= usize::from(circuits));
                prop_assert!(all <= (now - 1_000) / 20 + 1);
                prop_assert!(cadence.next_tick() > at(now));
            }
        }
    }
}
