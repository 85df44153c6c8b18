//! The circuits of one call: dialled by its caller, answered by the other side, attached to the line when there is one.
//!
//! It promises that a peer has a bounded number of circuits here, whatever it asks for, and that a call which rings for a
//! while begins with the fastest of a few more than it needs. It does not judge a circuit that carries the call: the line
//! does, and names those that are dead.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::{AbortHandle, JoinSet};

use super::floor::Floor;
use super::lane::{self, LaneEnd};
use crate::engine::Shared;
use crate::engine::circuit::Circuit;
use crate::engine::crew::Crew;
use crate::engine::joins::{self, Asked, Peer, Unjoined};
use crate::session::JoinKind;
use crate::vault::ContactId;
use crate::voice::LaneId;
use crate::voice::call::{Call, Way};
use crate::wire::limits::CALL_CIRCUITS_AHEAD;

/// The circuits of one call.
pub(super) struct Ways {
    shared: Arc<Shared>,
    peer: Peer,
    /// As many as the call has places.
    places: usize,
    /// Dials; the called side has none.
    crew: Option<Crew>,
    /// Circuits that the other side announced, and what ends each, oldest first.
    answering: JoinSet<Result<Circuit, Unjoined>>,
    answers: VecDeque<AbortHandle>,
    /// Joined, and without a place yet.
    spare: VecDeque<Circuit>,
    /// The fastest were kept, or there was no time to choose; or choosing is the other side's.
    chosen: bool,
    lanes: JoinSet<(LaneId, LaneEnd)>,
    open: Vec<Open>,
}

/// A circuit that has a place.
struct Open {
    lane: LaneId,
    since: Duration,
    task: AbortHandle,
}

impl Ways {
    pub(super) fn new(shared: Arc<Shared>, peer: Peer, call: &Call<ContactId>) -> Self {
        let crew = (call.way == Way::Out)
            .then(|| Crew::new(Arc::clone(&shared), peer.clone(), JoinKind::Voice, call.id.0, PAUSE_MOST));
        Self {
            shared,
            peer,
            places: call.circuits.count().into(),
            crew,
            answering: JoinSet::new(),
            answers: VecDeque::new(),
            spare: VecDeque::new(),
            chosen: call.way == Way::In,
            lanes: JoinSet::new(),
            open: Vec::new(),
        }
    }

    /// Dials what is missing, if dialling is ours: at first some more than there are places, to choose from.
    pub(super) fn fill(&mut self) {
        if self.held() >= self.most() {
            self.choose();
        }
        let wanted = if self.chosen { self.places } else { self.most() };
        let there = self.held();
        if let Some(crew) = &mut self.crew {
            crew.fill(wanted, there);
        }
    }

    /// Lets go of all but the fastest. The other side sees those end, and uses the others.
    fn choose(&mut self) {
        if !std::mem::replace(&mut self.chosen, true) {
            self.spare.make_contiguous().sort_by_key(Circuit::round_trip);
            self.spare.truncate(self.places);
        }
    }

    /// There is a session to announce circuits in.
    pub(super) fn met(&mut self) {
        if let Some(crew) = &mut self.crew {
            crew.at_once();
        }
    }

    /// The other side announced a circuit. Beyond the bound the oldest that found no place gives way, since its dialler let
    /// go of it when it chose; or the oldest that is still awaited, since its dialler has gone on to the next. Where there is
    /// neither, the new one is refused.
    pub(super) fn asked(&mut self, asked: Asked) {
        self.answers.retain(|answer| !answer.is_finished());
        // Those that were answered and not fetched yet count as well.
        if self.held() + self.answering.len() >= self.most() && !self.make_room() {
            return tracing::debug!("a further circuit of a call was refused: it has enough");
        }
        let (shared, peer) = (Arc::clone(&self.shared), self.peer.clone());
        let answer = self.answering.spawn(async move { joins::answer(&shared, &peer, asked).await });
        self.answers.push_back(answer);
    }

    /// Whether something gave way.
    fn make_room(&mut self) -> bool {
        // Before there are places, whatever was joined may get one.
        let left_over = if self.open.is_empty() { None } else { self.spare.pop_front() };
        left_over.is_some() || self.answers.pop_front().inspect(AbortHandle::abort).is_some()
    }

    /// Waits until a circuit came or went.
    pub(super) async fn next(&mut self) {
        tokio::select! {
            circuit = dialled(&mut self.crew) => self.spare.extend(circuit),
            Some(answered) = self.answering.join_next() => match answered {
                // Also one that was to give way, and was joined at that moment.
                Ok(Ok(_)) if self.held() >= self.most() => {
                    tracing::debug!("a further circuit of a call was let go: it has enough");
                }
                Ok(Ok(circuit)) => self.spare.push_back(circuit),
                Ok(Err(error)) => tracing::debug!(%error, "a circuit of a call was not joined"),
                // It gave way.
                Err(_) => {}
            },
            Some(ended) = self.lanes.join_next() => self.ended(ended.ok()),
        }
    }

    /// Whether a circuit waits for a place.
    pub(super) fn is_ready(&self) -> bool {
        !self.spare.is_empty()
    }

    /// Gives circuits the places that are free; tells whether the call has any circuit.
    pub(super) fn attach(&mut self, floor: &Floor) -> bool {
        let now = self.shared.clock.now();
        self.choose();
        while !self.spare.is_empty()
            && let Some((lane, cells)) = floor.attach(now)
            && let Some(circuit) = self.spare.pop_front()
        {
            let (floor, clock) = (floor.clone(), Arc::clone(&self.shared.clock));
            let run = lane::run(floor, lane, circuit, cells, clock);
            let task = self.lanes.spawn(async move { (lane, run.await) });
            self.open.push(Open { lane, since: now, task });
        }
        if self.crew.is_some() {
            // One that was on its way when the call began with others: nobody waits for it any more.
            self.spare.clear();
        }
        !self.open.is_empty()
    }

    /// Closes circuits that answer no more.
    pub(super) fn close_dead(&mut self, floor: &Floor) {
        for dead in floor.dead(self.shared.clock.now()) {
            tracing::debug!("a circuit of a call answers no more");
            for open in self.open.iter().filter(|open| open.lane == dead) {
                open.task.abort();
            }
            self.open.retain(|open| open.lane != dead);
            floor.detach(dead);
        }
    }

    /// Circuits that are here.
    fn held(&self) -> usize {
        self.open.len() + self.spare.len()
    }

    /// The most circuits of a call, on either side: those to choose from, and later those that take the place of some that are
    /// dead already, which the called side does not know yet.
    fn most(&self) -> usize {
        self.places + usize::from(CALL_CIRCUITS_AHEAD)
    }

    fn ended(&mut self, ended: Option<(LaneId, LaneEnd)>) {
        let Some((lane, end)) = ended else { return };
        tracing::debug!(%end, "a circuit of a call ended");
        let since = self.open.iter().find(|open| open.lane == lane).map(|open| open.since);
        self.open.retain(|open| open.lane != lane);
        let lasted = since.is_some_and(|since| self.shared.clock.now().saturating_sub(since) >= LASTED);
        if let Some(crew) = &mut self.crew {
            if lasted { crew.succeeded() } else { crew.wasted() }
        }
    }
}

async fn dialled(crew: &mut Option<Crew>) -> Option<Circuit> {
    match crew {
        Some(crew) => crew.next().await,
        None => std::future::pending().await,
    }
}

/// After failures a circuit is dialled again within this time: the call does not last for ever without one.
const PAUSE_MOST: Duration = Duration::from_secs(4);

/// A circuit that lasted so long was worth dialling; others are dialled slower and slower.
const LASTED: Duration = Duration::from_secs(5);
