//! One circuit of a call: what is under way on it, how fast it answers, whether it still does.
//!
//! Tor takes cells long after it has stopped to deliver them, so nothing but the other side's echo tells whether a
//! circuit moves. Whatever waits in a circuit that stands still is stale when it comes, so little is put in. It does not
//! open or close circuits.

use std::collections::VecDeque;
use std::time::Duration;

use super::cell::Echo;
use super::line::LineError;
use crate::talk::TokenBucket;
use crate::wire::limits::{VOICE_BURST, VOICE_IN_FLIGHT};

/// The name of a circuit within its call; never used twice.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct LaneId(pub(super) u32);

/// What is to be thought of a circuit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Health {
    /// It answers.
    Live,
    /// No answer for 1.5 seconds.
    Suspect,
    /// No answer for 4 seconds: close it and dial another in its place.
    Dead,
}

/// One circuit.
pub(super) struct Lane {
    id: LaneId,
    /// When each cell was sent that was not echoed, the oldest first; the first has the number after `echoed`.
    in_flight: VecDeque<Duration>,
    echoed: u32,
    /// When the echo last made progress, or the circuit was opened.
    progress: Duration,
    round_trip: Option<Duration>,
    /// Turns that came while too much was in flight.
    crowded: u32,
    /// It takes nothing just now.
    held: bool,
    /// The last cell that was heard, and when.
    heard: Option<(u32, Duration)>,
    bucket: TokenBucket,
}

impl Lane {
    /// A circuit was opened, on which each side sends so many cells a second at most.
    pub(super) fn new(id: LaneId, rate: u32, now: Duration) -> Self {
        Self {
            id,
            in_flight: VecDeque::new(),
            echoed: 0,
            progress: now,
            round_trip: None,
            crowded: 0,
            held: false,
            heard: None,
            // Twice the rate: a clock may be wrong, a rhythm may not.
            bucket: TokenBucket::new(rate.saturating_mul(2), VOICE_BURST),
        }
    }

    pub(super) fn id(&self) -> LaneId {
        self.id
    }

    /// It is the circuit's turn, which comes every `cycle`: whether to send. While more is in flight than the round trip
    /// explains, three turns of four are left out, so that the first thing to come after a standstill is still young.
    pub(super) fn takes_turn(&mut self, cycle: Duration) -> bool {
        if self.held {
            return false;
        }
        let usual = self.round_trip.unwrap_or(UNKNOWN_ROUND_TRIP).saturating_add(MARGIN);
        let cap = (usual.as_micros() / cycle.as_micros().max(1)) as usize;
        if self.in_flight.len() <= cap {
            self.crowded = 0;
            return true;
        }
        self.crowded = self.crowded.wrapping_add(1);
        self.in_flight.len() < VOICE_IN_FLIGHT && self.crowded.is_multiple_of(CROWDED_TURNS)
    }

    /// Whether its turns pass without a cell: what it was given last has not left.
    pub(super) fn hold(&mut self, held: bool) {
        self.held = held;
    }

    /// The number of the cell that is sent now.
    pub(super) fn send(&mut self, now: Duration) -> u32 {
        self.in_flight.push_back(now);
        self.echoed.saturating_add(self.in_flight.len() as u32)
    }

    /// What to echo now.
    pub(super) fn echo(&self, now: Duration) -> Option<Echo> {
        self.heard.map(|(number, at)| Echo::new(number, now.saturating_sub(at)))
    }

    /// A cell with this number and this echo arrived.
    pub(super) fn hear(&mut self, number: u32, echo: Option<Echo>, now: Duration) -> Result<(), LineError> {
        if self.bucket.take(now, 1) > Duration::ZERO {
            return Err(LineError::Flood);
        }
        let expected = self.heard.map_or(1, |(number, _)| number.saturating_add(1));
        if number != expected {
            return Err(LineError::Order);
        }
        self.heard = Some((number, now));
        echo.map_or(Ok(()), |echo| self.take_echo(echo, now))
    }

    pub(super) fn health(&self, now: Duration) -> Health {
        // With nothing under way there is nothing to answer.
        let since = self.in_flight.front().map_or(now, |oldest| self.progress.max(*oldest));
        match now.saturating_sub(since) {
            silent if silent >= DEAD_AFTER => Health::Dead,
            silent if silent >= SUSPECT_AFTER => Health::Suspect,
            _ => Health::Live,
        }
    }

    /// How long a cell and its echo take, without the time the echo was held.
    pub(super) fn round_trip(&self) -> Option<Duration> {
        self.round_trip
    }

    fn take_echo(&mut self, echo: Echo, now: Duration) -> Result<(), LineError> {
        let newly = echo.number.checked_sub(self.echoed).ok_or(LineError::Echo)? as usize;
        if newly > self.in_flight.len() {
            return Err(LineError::Echo);
        }
        if let Some(sent) = self.in_flight.drain(..newly).next_back() {
            let took = now.saturating_sub(sent).saturating_sub(echo.held());
            // Down at once, up slowly: what the circuit can do, not what it does at its worst.
            let known = self.round_trip.unwrap_or(took);
            self.round_trip = Some(known.min(took).saturating_add(took.saturating_sub(known) / 16));
            self.progress = now;
            self.echoed = echo.number;
        }
        Ok(())
    }
}

/// Without an echo for so long, a circuit is suspect: the longest of the common standstills.
const SUSPECT_AFTER: Duration = Duration::from_millis(1_500);

/// Without an echo for so long, another circuit is the better bet.
const DEAD_AFTER: Duration = Duration::from_secs(4);

/// A round trip, until one was measured: a slow one, so that nothing is held back for want of knowledge.
const UNKNOWN_ROUND_TRIP: Duration = Duration::from_secs(1);

/// In flight beyond the round trip before turns are left out: shorter standstills are frequent and pass.
const MARGIN: Duration = Duration::from_millis(700);

/// On a crowded circuit one turn of so many is taken: with three circuits, what comes first after a standstill is at
/// most 80 ms old, which its frames reach back beyond.
const CROWDED_TURNS: u32 = 4;

#[cfg(test)]
mod tests {
    use super::*;

    const CYCLE: Duration = Duration::from_millis(60);

    fn lane() -> Lane {
        Lane::new(LaneId(0), 17, Duration::ZERO)
    }

    fn at(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn an_echo_tells_the_round_trip() {
        let mut lane = lane();
        assert_eq!((lane.send(at(0)), lane.send(at(60))), (1, 2));
        lane.hear(1, Some(Echo { number: 2, held: 30 }), at(490)).unwrap();
        assert_eq!(lane.round_trip(), Some(at(400)));
        lane.send(at(500));
        lane.hear(2, Some(Echo { number: 3, held: 0 }), at(660)).unwrap();
        assert_eq!(lane.round_trip(), Some(at(160)));
        assert_eq!(lane.send(at(700)), 4);
        assert_eq!(lane.echo(at(700)), Some(Echo { number: 2, held: 40 }));
    }

    #[test]
    fn silence_is_suspect_and_then_death() {
        let mut lane = lane();
        assert_eq!(lane.health(at(9_999)), Health::Live, "nothing was sent");
        lane.send(at(10_000));
        assert_eq!(lane.health(at(11_499)), Health::Live);
        assert_eq!(lane.health(at(11_500)), Health::Suspect);
        assert_eq!(lane.health(at(14_000)), Health::Dead);
        lane.hear(1, Some(Echo { number: 1, held: 0 }), at(14_000)).unwrap();
        assert_eq!(lane.health(at(14_000)), Health::Live);
    }

    #[test]
    fn a_circuit_that_stands_still_gets_little_and_in_the_end_nothing() {
        let mut lane = lane();
        let mut sent = Vec::new();
        for turn in 0..2_000 {
            if lane.takes_turn(CYCLE) {
                lane.send(CYCLE * turn);
                sent.push(turn);
            }
        }
        let cap = (UNKNOWN_ROUND_TRIP + MARGIN).as_millis() as usize / 60 + 1;
        assert!(sent[..cap].windows(2).all(|pair| pair[1] == pair[0] + 1));
        assert!(sent[cap..].windows(2).all(|pair| pair[1] == pair[0] + CROWDED_TURNS));
        assert_eq!(sent.len(), VOICE_IN_FLIGHT);
    }

    #[test]
    fn a_circuit_that_takes_nothing_loses_its_turns_and_no_number() {
        let mut lane = lane();
        assert!(lane.takes_turn(CYCLE));
        assert_eq!(lane.send(at(0)), 1);
        lane.hold(true);
        assert!(!lane.takes_turn(CYCLE) && !lane.takes_turn(CYCLE));
        lane.hold(false);
        assert!(lane.takes_turn(CYCLE));
        assert_eq!(lane.send(at(180)), 2);
    }

    #[test]
    fn a_peer_that_breaks_the_order_is_found() {
        let echo = |number| Some(Echo { number, held: 0 });
        assert_eq!(lane().hear(2, None, at(0)), Err(LineError::Order), "the first is number 1");
        assert_eq!(lane().hear(1, echo(1), at(0)), Err(LineError::Echo), "nothing was sent");
        let mut lane = lane();
        lane.send(at(0));
        lane.send(at(0));
        lane.hear(1, echo(2), at(10)).unwrap();
        assert_eq!(lane.hear(1, None, at(10)), Err(LineError::Order), "twice");
        assert_eq!(lane.hear(2, echo(1), at(10)), Err(LineError::Echo), "it went back");
    }

    #[test]
    fn a_peer_that_changes_the_rhythm_is_found() {
        let mut lane = lane();
        let found = (1..).find(|number| lane.hear(*number, None, at(0)).is_err()).unwrap();
        assert_eq!(found, VOICE_BURST + 1);
    }
}
