//! Two programs on calls, with a wire between them that may be cut, and a third that disturbs.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::wire::Seeded;

type Heard = Vec<(char, CallId, Stage)>;

/// A program, and what its person was told.
struct Side {
    name: char,
    calls: Calls<char>,
    told: Heard,
}

/// Two programs, and what is said between them.
struct Pair {
    sides: [Side; 2],
    wire: VecDeque<(usize, CallId, Signal)>,
    now: Duration,
    dice: Seeded,
}

impl Pair {
    fn new() -> Self {
        let side = |name| Side { name, calls: Calls::new(), told: Vec::new() };
        Self { sides: ['a', 'b'].map(side), wire: VecDeque::new(), now: Duration::ZERO, dice: Seeded::new(1) }
    }

    fn ring(&mut self, from: usize) -> Result<CallId, CallError> {
        let to = self.sides[1 - from].name;
        let calls = &mut self.sides[from].calls;
        let (id, acts) = calls.ring(to, Profile::Default, Circuits::default(), self.now, &mut self.dice)?;
        self.act(from, acts);
        Ok(id)
    }

    fn act(&mut self, side: usize, acts: Vec<Act<char>>) {
        for act in acts {
            match act {
                Act::Say { to, id, what } => {
                    assert_eq!(to, self.sides[1 - side].name);
                    self.wire.push_back((1 - side, id, what));
                }
                Act::Tell(call) => self.sides[side].told.push((call.with, call.id, call.stage)),
            }
        }
    }

    fn deliver(&mut self) {
        let mut answers = 0;
        while let Some((to, id, what)) = self.wire.pop_front() {
            answers += 1;
            assert!(answers < 20, "they answer each other for ever");
            let from = self.sides[1 - to].name;
            let acts = self.sides[to].calls.hear(from, id, what, self.now);
            self.act(to, acts);
        }
    }

    fn accept(&mut self, side: usize, id: CallId) {
        let acts = self.sides[side].calls.accept(id, self.now).unwrap();
        self.act(side, acts);
    }

    fn hang_up(&mut self, side: usize, id: CallId) {
        let acts = self.sides[side].calls.hang_up(id, self.now).unwrap();
        self.act(side, acts);
    }

    /// A new session.
    fn meet(&mut self) {
        self.wire.clear();
        for side in [0, 1] {
            let acts = self.sides[side].calls.met(self.sides[1 - side].name);
            self.act(side, acts);
        }
    }

    fn later(&mut self, seconds: u64) {
        self.now += Duration::from_secs(seconds);
        for side in [0, 1] {
            let acts = self.sides[side].calls.look(self.now);
            self.act(side, acts);
        }
    }

    fn stages(&self, side: usize) -> Vec<Stage> {
        self.sides[side].told.iter().map(|told| told.2).collect()
    }

    /// Both talk.
    fn talking() -> (Self, CallId) {
        let mut pair = Self::new();
        let id = pair.ring(0).unwrap();
        pair.deliver();
        pair.accept(1, id);
        pair.deliver();
        for side in [0, 1] {
            let acts = pair.sides[side].calls.connected(id, pair.now);
            pair.act(side, acts);
        }
        assert_eq!(pair.stages(0), [Stage::Ringing, Stage::Connecting, Stage::Active]);
        assert_eq!(pair.stages(1), [Stage::Ringing, Stage::Connecting, Stage::Active]);
        (pair, id)
    }
}

const RING: Signal = Signal::Ring { profile: Profile::Default, circuits: Circuits::USUAL };

fn ended(ending: Ending) -> Option<Stage> {
    Some(Stage::Ended(ending))
}

#[test]
fn a_call_from_ring_to_hang_up() {
    for who in [0, 1] {
        let (mut pair, id) = Pair::talking();
        assert_eq!(pair.sides[0].calls.accept(id, pair.now), Err(CallError::NotRinging));
        pair.later(100_000);
        pair.hang_up(who, id);
        pair.deliver();
        for side in [0, 1] {
            assert_eq!(pair.stages(side).last().copied(), ended(Ending::HungUp));
            assert!(pair.sides[side].calls.current().is_none());
            assert_eq!(pair.sides[side].calls.hang_up(id, pair.now), Err(CallError::NoSuchCall));
        }
    }
}

#[test]
fn a_call_that_is_declined_given_up_or_not_answered() {
    let ends = |end: fn(&mut Pair, CallId)| {
        let mut pair = Pair::new();
        let id = pair.ring(0).unwrap();
        pair.deliver();
        end(&mut pair, id);
        pair.deliver();
        [0, 1].map(|side| pair.stages(side).last().copied())
    };
    assert_eq!(ends(|pair, id| pair.hang_up(1, id)), [ended(Ending::Declined); 2]);
    assert_eq!(ends(|pair, id| pair.hang_up(0, id)), [ended(Ending::HungUp), ended(Ending::Missed)]);
    assert_eq!(ends(|pair, _| pair.later(60)), [ended(Ending::NoAnswer), ended(Ending::Missed)]);
    let accept_and_wait = |pair: &mut Pair, id| {
        pair.accept(1, id);
        pair.deliver();
        pair.later(45);
    };
    assert_eq!(ends(accept_and_wait), [ended(Ending::Failed); 2], "no circuit came up");
}

#[test]
fn a_second_caller_is_told_busy_and_the_person_that_they_called() {
    let (mut pair, id) = Pair::talking();
    let acts = pair.sides[1].calls.hear('c', CallId([9; 16]), RING, pair.now);
    assert_eq!(acts[0], Act::Say { to: 'c', id: CallId([9; 16]), what: Signal::Busy });
    let Act::Tell(missed) = acts[1] else { panic!("{acts:?}") };
    assert_eq!((missed.with, missed.stage), ('c', Stage::Ended(Ending::Missed)));
    assert_eq!(pair.sides[1].calls.current().map(|call| call.id), Some(id));
    assert_eq!(pair.ring(0), Err(CallError::Busy));
    let mut caller = Pair::new();
    let id = caller.ring(0).unwrap();
    let acts = caller.sides[0].calls.hear('b', id, Signal::Busy, caller.now);
    caller.act(0, acts);
    assert_eq!(caller.stages(0).last().copied(), ended(Ending::Busy));
}

#[test]
fn who_calls_each_other_at_once_gets_one_call() {
    for seed in 0..20 {
        let mut pair = Pair { dice: Seeded::new(seed), ..Pair::new() };
        let ids = [pair.ring(0).unwrap(), pair.ring(1).unwrap()];
        pair.deliver();
        let stays = ids[0].min(ids[1]);
        for side in [0, 1] {
            let call = pair.sides[side].calls.current().unwrap();
            assert_eq!((call.id, call.stage), (stays, Stage::Connecting));
        }
        let replaced = if stays == ids[0] { 1 } else { 0 };
        assert!(pair.stages(replaced).contains(&Stage::Ended(Ending::Replaced)));
        assert!(!pair.stages(1 - replaced).contains(&Stage::Ended(Ending::Replaced)));
    }
}

#[test]
fn who_rings_without_end_is_heard_once_in_ten_seconds_and_not_answered() {
    let mut calls = Calls::new();
    let mut told = 0;
    for n in 0..2_000u16 {
        let mut id = [0; 16];
        id[..2].copy_from_slice(&n.to_be_bytes());
        let now = Duration::from_millis(u64::from(n) * 20);
        let acts = calls.hear('x', CallId(id), RING, now);
        assert!(acts.iter().all(|act| matches!(act, Act::Tell(_))));
        told += acts.iter().filter(|act| matches!(act, Act::Tell(call) if call.stage == Stage::Ringing)).count();
    }
    assert_eq!(told, 4);
    assert!(calls.rang.len() <= RINGERS && calls.over.len() <= CALLS_KEPT);
}

#[test]
fn a_crowd_that_rings_is_bounded() {
    let mut calls = Calls::new();
    let mut answered = 0;
    for n in 0..500u32 {
        let mut id = [0; 16];
        id[..4].copy_from_slice(&n.to_be_bytes());
        answered += usize::from(!calls.hear(n, CallId(id), RING, Duration::ZERO).is_empty());
    }
    assert_eq!((answered, calls.rang.len(), calls.over.len()), (RINGERS, RINGERS, CALLS_KEPT));
}

#[test]
fn our_own_calls_are_not_a_nuisance_either() {
    let mut pair = Pair::new();
    let id = pair.ring(0).unwrap();
    pair.hang_up(0, id);
    assert_eq!(pair.ring(0), Err(CallError::TooSoon));
    pair.later(10);
    assert!(pair.ring(0).is_ok());
}

#[test]
fn a_call_survives_the_session_that_began_it() {
    let (mut pair, id) = Pair::talking();
    pair.meet();
    pair.deliver();
    for side in [0, 1] {
        assert_eq!(pair.sides[side].calls.current().map(|call| (call.id, call.stage)), Some((id, Stage::Active)));
        assert_eq!(pair.stages(side).len(), 3, "nothing new to tell");
    }
}

#[test]
fn whatever_is_lost_with_a_session_is_mended_by_the_next() {
    let lost = |say: fn(&mut Pair, CallId)| {
        let mut pair = Pair::new();
        let id = pair.ring(0).unwrap();
        pair.deliver();
        say(&mut pair, id);
        pair.meet();
        pair.deliver();
        [0, 1].map(|side| pair.sides[side].calls.current().map(|call| call.stage))
    };
    assert_eq!(lost(|pair, id| pair.accept(1, id)), [Some(Stage::Connecting); 2]);
    assert_eq!(lost(|pair, id| pair.hang_up(1, id)), [None; 2]);
    let (mut pair, id) = Pair::talking();
    pair.hang_up(0, id);
    pair.meet();
    pair.deliver();
    assert!(pair.sides[1].calls.current().is_none());
    let mut pair = Pair::new();
    let id = pair.ring(0).unwrap();
    pair.meet();
    pair.deliver();
    assert_eq!(pair.sides[1].calls.current().map(|call| (call.id, call.stage)), Some((id, Stage::Ringing)));
}

#[test]
fn who_forgot_the_call_and_rings_again_replaces_it() {
    let (mut pair, _) = Pair::talking();
    pair.later(10);
    pair.sides[0].calls = Calls::new();
    let id = pair.ring(0).unwrap();
    pair.deliver();
    assert_eq!(pair.stages(1)[3..], [Stage::Ended(Ending::Replaced), Stage::Ringing]);
    assert_eq!(pair.sides[1].calls.current().map(|call| call.id), Some(id), "and it is not accepted for them");
}

#[test]
fn nobody_can_meddle_with_the_call_of_another() {
    let (mut pair, id) = Pair::talking();
    for what in [Signal::HangUp, Signal::Decline, Signal::Busy, Signal::Accept, RING] {
        for act in pair.sides[1].calls.hear('c', id, what, pair.now) {
            assert!(!matches!(act, Act::Tell(call) if call.with == 'a'));
        }
    }
    assert_eq!(
        pair.sides[1].calls.current().map(|call| (call.id, call.with, call.stage)),
        Some((id, 'a', Stage::Active))
    );
}

proptest! {
    /// Whatever is done and said, whoever says it, and whatever is lost: one call at a time, every call that was told of
    /// ends or is the current one, and it ends once.
    #[test]
    fn a_call_ends_once(acts in vec((0..9u8, 0..2usize, 0..30u64), 0..80)) {
        let mut pair = Pair::new();
        let mut ids = vec![CallId([7; 16])];
        for (act, side, n) in acts {
            let id = ids[n as usize % ids.len()];
            match act {
                0 => ids.extend(pair.ring(side).ok()),
                1 => if pair.sides[side].calls.accept(id, pair.now).is_ok() { pair.meet() },
                2 => if let Ok(acts) = pair.sides[side].calls.hang_up(id, pair.now) { pair.act(side, acts) },
                3 => pair.meet(),
                4 => pair.later(n),
                5 => {
                    let acts = pair.sides[side].calls.connected(id, pair.now);
                    pair.act(side, acts);
                }
                6 => pair.wire.push_back((side, id, [RING, Signal::Accept, Signal::HangUp, Signal::Busy][n as usize % 4])),
                7 => pair.wire.clear(),
                _ => pair.deliver(),
            }
        }
        for side in &pair.sides {
            let over: Vec<CallId> =
                side.told.iter().filter(|told| matches!(told.2, Stage::Ended(_))).map(|told| told.1).collect();
            let mut once = over.clone();
            once.sort();
            once.dedup();
            prop_assert_eq!(once.len(), over.len(), "ended twice");
            if let Some(call) = side.calls.current() {
                prop_assert!(!over.contains(&call.id));
            }
        }
    }
}
