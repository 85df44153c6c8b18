//! The frames that have arrived and were not played, each once: the first copy wins.
//!
//! It promises that memory is bounded, whatever numbers the peer chooses: it keeps [`SLOTS`] frames, and what lies
//! further ahead pushes the oldest out. It does not know when a frame is to be played.

/// Frames by number.
pub(super) struct Table {
    /// A frame is in the slot of its number modulo [`SLOTS`].
    slots: Vec<Option<Slot>>,
    /// The first number that is still wanted.
    next: u32,
    newest: Option<u32>,
}

/// The places of circuits, as bits.
pub(super) type Places = u8;

/// What became of a frame that arrived.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Taken {
    /// It is the first copy, and in time.
    New,
    /// It is the first copy, but something else was played in its place.
    Late,
    /// It was here before, or so long ago that nobody remembers.
    Copy,
}

struct Slot {
    number: u32,
    state: State,
    /// On which circuits it came.
    places: Places,
}

enum State {
    Here(Box<[u8]>),
    Played,
    /// Its time went by without it.
    Missed,
}

impl Table {
    /// Nothing has arrived.
    pub(super) fn new() -> Self {
        Self { slots: std::iter::repeat_with(|| None).take(SLOTS as usize).collect(), next: 0, newest: None }
    }

    /// A copy of a frame arrived on this circuit; tells what became of it, and on which circuits it had come before.
    pub(super) fn put(&mut self, number: u32, bytes: &[u8], place: Places) -> (Taken, Places) {
        let next = self.next;
        if let Some(slot) = self.slot_mut(number) {
            let before = slot.places;
            slot.places |= place;
            if matches!(slot.state, State::Missed) {
                slot.state = State::Played;
                return (Taken::Late, before);
            }
            return (Taken::Copy, before);
        }
        if number < next {
            return (Taken::Copy, Places::MAX);
        }
        let oldest = number.saturating_sub(SLOTS - 1);
        if self.next < oldest {
            self.skip_to(oldest);
        }
        self.fill(number, State::Here(bytes.into()), place);
        self.newest = self.newest.max(Some(number));
        (Taken::New, 0)
    }

    /// The first number that is still wanted.
    pub(super) fn next(&self) -> u32 {
        self.next
    }

    /// The newest frame that ever arrived.
    pub(super) fn newest(&self) -> Option<u32> {
        self.newest
    }

    /// Whether the frame of this number waits to be played.
    pub(super) fn has(&self, number: u32) -> bool {
        matches!(self.slot(number), Some(Slot { state: State::Here(_), .. }))
    }

    /// The first frame that waits, from this number on.
    pub(super) fn first_from(&self, number: u32) -> Option<u32> {
        let number = number.max(self.next);
        (number..=self.newest?).take(SLOTS as usize).find(|number| self.has(*number))
    }

    /// How many frames follow each other without a hole, from the next on.
    pub(super) fn run(&self) -> u32 {
        (self.next..=u32::MAX).take(SLOTS as usize).take_while(|number| self.has(*number)).count() as u32
    }

    /// Takes the next frame out, if it is here; it counts as played.
    pub(super) fn take(&mut self) -> Option<Box<[u8]>> {
        let slot = self.slot_mut(self.next)?;
        let State::Here(bytes) = std::mem::replace(&mut slot.state, State::Played) else { return None };
        self.next = self.next.saturating_add(1);
        Some(bytes)
    }

    /// From here on nothing before this number is wanted.
    pub(super) fn skip_to(&mut self, number: u32) {
        let first = self.next.max(number.saturating_sub(SLOTS));
        (first..number).for_each(|missed| self.fill(missed, State::Missed, 0));
        self.next = self.next.max(number);
    }

    fn fill(&mut self, number: u32, state: State, places: Places) {
        if let Some(slot) = self.slots.get_mut((number % SLOTS) as usize) {
            *slot = Some(Slot { number, state, places });
        }
    }

    fn slot(&self, number: u32) -> Option<&Slot> {
        self.slots.get((number % SLOTS) as usize)?.as_ref().filter(|slot| slot.number == number)
    }

    fn slot_mut(&mut self, number: u32) -> Option<&mut Slot> {
        self.slots.get_mut((number % SLOTS) as usize)?.as_mut().filter(|slot| slot.number == number)
    }
}

/// Ten seconds of frames: after a longer standstill nobody wants what came before it.
const SLOTS: u32 = 512;

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn put(table: &mut Table, number: u32) -> Taken {
        table.put(number, b"x", 1).0
    }

    #[test]
    fn the_first_copy_wins() {
        let mut table = Table::new();
        assert_eq!(table.put(1, b"one", 1), (Taken::New, 0));
        assert_eq!(table.put(1, b"other", 4), (Taken::Copy, 1));
        assert_eq!(table.take(), None, "the frame before it is missing");
        table.skip_to(1);
        assert_eq!(table.take().as_deref(), Some(&b"one"[..]));
        assert_eq!(table.put(1, b"one", 2), (Taken::Copy, 5), "it was played");
    }

    #[test]
    fn a_frame_is_late_once() {
        let mut table = Table::new();
        table.skip_to(2);
        let taken = [0, 0, 1].map(|number| put(&mut table, number));
        assert_eq!(taken, [Taken::Late, Taken::Copy, Taken::Late]);
        assert!(!table.has(0) && table.take().is_none());
    }

    #[test]
    fn a_leap_ahead_pushes_the_oldest_out() {
        let mut table = Table::new();
        put(&mut table, 0);
        put(&mut table, SLOTS);
        assert_eq!((table.next(), table.first_from(0)), (1, Some(SLOTS)));
        put(&mut table, 1_000_000);
        assert_eq!((table.next(), table.first_from(0), table.newest()), (999_489, Some(1_000_000), Some(1_000_000)));
        assert_eq!(put(&mut table, SLOTS), Taken::Copy, "so old that nobody remembers");
    }

    proptest! {
        /// Each frame comes out at most once, in order, and only if it was put in; memory stays as it was.
        #[test]
        fn frames_come_out_once_and_in_order(acts in vec((0..4u8, 0..2_000u32), 0..300)) {
            let (mut table, mut put, mut last) = (Table::new(), std::collections::HashSet::new(), None);
            for (act, number) in acts {
                match act {
                    0 | 1 => {
                        table.put(number, &number.to_be_bytes(), 1);
                        put.insert(number);
                    }
                    2 => table.skip_to(number),
                    _ => if let Some(bytes) = table.take() {
                        let number = u32::from_be_bytes((&*bytes).try_into().unwrap());
                        prop_assert!(put.contains(&number) && last < Some(number));
                        last = Some(number);
                    }
                }
                prop_assert_eq!(table.slots.len(), SLOTS as usize);
                prop_assert!(table.run() <= SLOTS);
            }
        }
    }
}
