//! The course of a call: it rings, is accepted, connects, is active, ends for a reason.
//!
//! It promises one call at a time, one ring per contact in ten seconds, and an end to everything that waits. It does not
//! carry sound ([`super::Line`] does), does not open circuits, and sends nothing: it says what to send and what to tell.
//!
//! What is said about a call may be lost with a session. So both sides say again what they think as soon as there is a new
//! session ([`Calls::met`]), and whoever hears of a call that is over answers that it is.

use std::collections::VecDeque;
use std::time::Duration;

use crate::wire::limits::{CALLS_KEPT, CONNECT_DEADLINE, RING_EVERY, RING_FOR, RINGERS};
use crate::wire::{CallId, Circuits, Profile, Random, Signal};

/// The calls of one program, with contacts named by `P`.
#[derive(Clone, Debug)]
pub struct Calls<P> {
    now: Option<Call<P>>,
    /// Who rang us, and whom we rang, in the last ten seconds.
    rang: Vec<(P, Way, Duration)>,
    /// Calls that are over, the newest last.
    over: VecDeque<CallId>,
}

/// A call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call<P> {
    /// Its name.
    pub id: CallId,
    /// The other side.
    pub with: P,
    /// Who began.
    pub way: Way,
    /// What it takes of the network.
    pub profile: Profile,
    /// How many circuits carry it; the caller dials them while it rings.
    pub circuits: Circuits,
    /// What it has come to.
    pub stage: Stage,
    /// When it came to that.
    pub since: Duration,
}

/// Who began a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// The other side.
    In,
    /// We.
    Out,
}

/// What a call has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It rings, on one side or the other.
    Ringing,
    /// It was accepted, and has no circuit yet.
    Connecting,
    /// One can talk.
    Active,
    /// It is over.
    Ended(Ending),
}

/// Why a call is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// One of the two ended it.
    HungUp,
    /// Whoever was called said no.
    Declined,
    /// Whoever was called is in another call.
    Busy,
    /// We were called and did not answer.
    Missed,
    /// We called and nobody answered.
    NoAnswer,
    /// No circuit came up, or all were lost.
    Failed,
    /// Another call of the same two took its place.
    Replaced,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act<P> {
    /// Say this in the session with this contact, if there is one.
    Say {
        /// To whom.
        to: P,
        /// About which call.
        id: CallId,
        /// What.
        what: Signal,
    },
    /// Tell the person what has become of a call. From [`Stage::Connecting`] on it has a [`super::Line`].
    Tell(Call<P>),
}

/// Why something cannot be done with a call: always ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// There is a call already.
    #[error("there is a call already; hang up first")]
    Busy,
    /// The contact was called a moment ago.
    #[error("this contact was called a moment ago; try again in some seconds")]
    TooSoon,
    /// The call is over, or was never there.
    #[error("there is no such call")]
    NoSuchCall,
    /// The call does not ring here.
    #[error("this call cannot be accepted")]
    NotRinging,
}

impl<P: Copy + Eq> Calls<P> {
    /// Nobody calls.
    pub fn new() -> Self {
        Self { now: None, rang: Vec::new(), over: VecDeque::new() }
    }

    /// The call there is.
    pub fn current(&self) -> Option<&Call<P>> {
        self.now.as_ref()
    }

    /// The person calls a contact.
    ///
    /// # Errors
    /// [`CallError::Busy`], [`CallError::TooSoon`].
    pub fn ring(
        &mut self,
        with: P,
        profile: Profile,
        circuits: Circuits,
        now: Duration,
        random: &mut dyn Random,
    ) -> Result<(CallId, Vec<Act<P>>), CallError> {
        if self.now.is_some() {
            return Err(CallError::Busy);
        }
        if !self.may_ring(with, Way::Out, now) {
            return Err(CallError::TooSoon);
        }
        let mut id = CallId([0; 16]);
        random.fill(&mut id.0);
        let call = Call { id, with, way: Way::Out, profile, circuits, stage: Stage::Ringing, since: now };
        self.now = Some(call);
        Ok((id, vec![call.say_again(), Act::Tell(call)]))
    }

    /// The person accepts.
    ///
    /// # Errors
    /// [`CallError::NoSuchCall`], [`CallError::NotRinging`].
    pub fn accept(&mut self, id: CallId, now: Duration) -> Result<Vec<Act<P>>, CallError> {
        let call = self.now.as_mut().filter(|call| call.id == id).ok_or(CallError::NoSuchCall)?;
        if (call.way, call.stage) != (Way::In, Stage::Ringing) {
            return Err(CallError::NotRinging);
        }
        let told = call.becomes(Stage::Connecting, now);
        Ok(vec![call.say_again(), told])
    }

    /// The person declines, hangs up, or gives up.
    ///
    /// # Errors
    /// [`CallError::NoSuchCall`].
    pub fn hang_up(&mut self, id: CallId, now: Duration) -> Result<Vec<Act<P>>, CallError> {
        let call = self.now.filter(|call| call.id == id).ok_or(CallError::NoSuchCall)?;
        let (what, ending) = match (call.way, call.stage) {
            (Way::In, Stage::Ringing) => (Signal::Decline, Ending::Declined),
            _ => (Signal::HangUp, Ending::HungUp),
        };
        Ok(self.end(call, Some(what), ending, now))
    }

    /// A contact says something about a call.
    pub fn hear(&mut self, from: P, id: CallId, what: Signal, now: Duration) -> Vec<Act<P>> {
        let call = self.now.filter(|call| (call.id, call.with) == (id, from));
        match (what, call) {
            (Signal::Ring { .. }, Some(call)) if call.way == Way::In && call.stage != Stage::Ringing => {
                vec![call.say_again()]
            }
            (Signal::Ring { .. }, Some(_)) => Vec::new(),
            (Signal::Ring { .. }, None) if self.over.contains(&id) => vec![hang_up(from, id)],
            (Signal::Ring { profile, circuits }, None) => {
                let stage = Stage::Ringing;
                self.rung(Call { id, with: from, way: Way::In, profile, circuits, stage, since: now }, now)
            }
            (Signal::Accept, Some(call)) if (call.way, call.stage) == (Way::Out, Stage::Ringing) => {
                self.now.as_mut().map(|call| call.becomes(Stage::Connecting, now)).into_iter().collect()
            }
            (Signal::Accept, None) => vec![hang_up(from, id)],
            (Signal::Decline, Some(call)) if call.way == Way::Out => self.end(call, None, Ending::Declined, now),
            (Signal::Busy, Some(call)) if call.way == Way::Out => self.end(call, None, Ending::Busy, now),
            (Signal::HangUp, Some(call)) if (call.way, call.stage) == (Way::In, Stage::Ringing) => {
                self.end(call, None, Ending::Missed, now)
            }
            (Signal::HangUp, Some(call)) => self.end(call, None, Ending::HungUp, now),
            (Signal::Accept | Signal::Decline | Signal::Busy, Some(_)) => Vec::new(),
            (Signal::Decline | Signal::Busy | Signal::HangUp, None) => Vec::new(),
        }
    }

    /// There is a new session with a contact: what was said in the old one may be lost.
    pub fn met(&self, with: P) -> Vec<Act<P>> {
        let ours = self.now.iter().filter(|call| call.with == with);
        // Who is called and has not answered has nothing to say.
        ours.filter(|call| (call.way, call.stage) != (Way::In, Stage::Ringing)).map(Call::say_again).collect()
    }

    /// The first circuit of the call was joined.
    pub fn connected(&mut self, id: CallId, now: Duration) -> Vec<Act<P>> {
        let call = self.now.as_mut().filter(|call| (call.id, call.stage) == (id, Stage::Connecting));
        call.map(|call| call.becomes(Stage::Active, now)).into_iter().collect()
    }

    /// The call cannot go on: nothing is heard any more, the contact was removed, or the program ends.
    pub fn fail(&mut self, id: CallId, now: Duration) -> Vec<Act<P>> {
        match self.now.filter(|call| call.id == id) {
            Some(call) => self.end(call, Some(Signal::HangUp), Ending::Failed, now),
            None => Vec::new(),
        }
    }

    /// When to look next.
    pub fn look_at(&self) -> Option<Duration> {
        let call = self.now.as_ref()?;
        call.patience().map(|patience| call.since.saturating_add(patience))
    }

    /// Ends what has waited for too long.
    pub fn look(&mut self, now: Duration) -> Vec<Act<P>> {
        let Some(call) = self.now.filter(|_| self.look_at().is_some_and(|at| at <= now)) else { return Vec::new() };
        match (call.stage, call.way) {
            (Stage::Ringing, Way::In) => self.end(call, None, Ending::Missed, now),
            (Stage::Ringing, Way::Out) => self.end(call, Some(Signal::HangUp), Ending::NoAnswer, now),
            _ => self.end(call, Some(Signal::HangUp), Ending::Failed, now),
        }
    }

    /// It rings.
    fn rung(&mut self, call: Call<P>, now: Duration) -> Vec<Act<P>> {
        if !self.may_ring(call.with, Way::In, now) {
            // Not even an answer: it would only be asked for again.
            return Vec::new();
        }
        match self.now {
            None => {
                self.now = Some(call);
                vec![Act::Tell(call)]
            }
            Some(old) if old.with != call.with => {
                let missed = Call { stage: Stage::Ended(Ending::Missed), ..call };
                self.remember(call.id);
                vec![Act::Say { to: call.with, id: call.id, what: Signal::Busy }, Act::Tell(missed)]
            }
            // Both called at once: the call with the smaller name stays, for both.
            Some(old) if (old.way, old.stage) == (Way::Out, Stage::Ringing) && old.id < call.id => Vec::new(),
            Some(old) if (old.way, old.stage) == (Way::Out, Stage::Ringing) => {
                let mut acts = self.end(old, None, Ending::Replaced, now);
                // We called as well: that is our yes.
                let accepted = Call { stage: Stage::Connecting, ..call };
                self.now = Some(accepted);
                acts.extend([accepted.say_again(), Act::Tell(accepted)]);
                acts
            }
            // They would not call if they knew of the old call.
            Some(old) => {
                let mut acts = self.end(old, None, Ending::Replaced, now);
                self.now = Some(call);
                acts.push(Act::Tell(call));
                acts
            }
        }
    }

    fn end(&mut self, call: Call<P>, say: Option<Signal>, ending: Ending, now: Duration) -> Vec<Act<P>> {
        self.now = None;
        self.remember(call.id);
        let said = say.map(|what| Act::Say { to: call.with, id: call.id, what });
        let told = Act::Tell(Call { stage: Stage::Ended(ending), since: now, ..call });
        said.into_iter().chain([told]).collect()
    }

    fn remember(&mut self, id: CallId) {
        if self.over.len() >= CALLS_KEPT {
            self.over.pop_front();
        }
        self.over.push_back(id);
    }

    /// Whether it is long enough ago that the same rang; notes that they do.
    fn may_ring(&mut self, with: P, way: Way, now: Duration) -> bool {
        self.rang.retain(|(_, _, at)| now.saturating_sub(*at) < RING_EVERY);
        let soon = self.rang.iter().any(|(who, whose, _)| (*who, *whose) == (with, way));
        if soon || self.rang.len() >= RINGERS {
            return false;
        }
        self.rang.push((with, way, now));
        true
    }
}

impl<P: Copy + Eq> Default for Calls<P> {
    fn default() -> Self {
        Self::new()
    }
}

impl<P: Copy> Call<P> {
    fn becomes(&mut self, stage: Stage, now: Duration) -> Act<P> {
        (self.stage, self.since) = (stage, now);
        Act::Tell(*self)
    }

    /// What we think of this call: the caller's ring, the other's accept.
    fn say_again(&self) -> Act<P> {
        let what = match self.way {
            Way::Out => Signal::Ring { profile: self.profile, circuits: self.circuits },
            Way::In => Signal::Accept,
        };
        Act::Say { to: self.with, id: self.id, what }
    }

    /// How long it may stay as it is.
    fn patience(&self) -> Option<Duration> {
        match self.stage {
            Stage::Ringing => Some(RING_FOR),
            Stage::Connecting => Some(CONNECT_DEADLINE),
            Stage::Active | Stage::Ended(_) => None,
        }
    }
}

fn hang_up<P>(to: P, id: CallId) -> Act<P> {
    Act::Say { to, id, what: Signal::HangUp }
}

#[cfg(test)]
mod tests;
