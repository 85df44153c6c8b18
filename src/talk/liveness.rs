//! Is the peer there: when to ask, and what to believe.
//!
//! It does not send. Only an answered ping makes a contact online: other bytes may have been under way for long.

use std::time::Duration;

use super::TalkError;
use crate::wire::Random;
use crate::wire::limits::{ONLINE, PING_EVERY, PING_JITTER, PING_OVERDUE};

/// The pings of one session. All times are since one arbitrary start.
#[derive(Clone, Debug)]
pub struct Liveness {
    /// The ping that waits for its answer: there is never more than one.
    asked: Option<Asked>,
    /// When to ask next, if nothing is asked.
    ask_at: Duration,
    /// When bytes of the peer last arrived.
    heard: Duration,
    /// When a ping was last answered.
    answered: Option<Duration>,
}

/// What to do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pulse {
    /// Send a ping.
    Ping {
        /// What the answer must repeat.
        nonce: u64,
    },
    /// The peer is gone: end the session.
    Dead,
    /// Nothing, until this time.
    Wait {
        /// When to look again.
        until: Duration,
    },
}

#[derive(Clone, Copy, Debug)]
struct Asked {
    nonce: u64,
    at: Duration,
}

impl Liveness {
    /// A session begins; its first ping is due at once.
    pub fn new(now: Duration) -> Self {
        Self { asked: None, ask_at: now, heard: now, answered: None }
    }

    /// What to do now; look again after each call of another method and when the time it tells has come.
    pub fn pulse(&mut self, now: Duration, random: &mut dyn Random) -> Pulse {
        if let Some(asked) = self.asked {
            let until = asked.at.max(self.heard).saturating_add(PING_OVERDUE);
            return if now < until { Pulse::Wait { until } } else { Pulse::Dead };
        }
        if now < self.ask_at {
            return Pulse::Wait { until: self.ask_at };
        }
        let nonce = random.number();
        self.asked = Some(Asked { nonce, at: now });
        Pulse::Ping { nonce }
    }

    /// Bytes of the peer arrived: the session is not dead, even if an answer is stuck behind them.
    pub fn heard(&mut self, now: Duration) {
        self.heard = now;
    }

    /// A pong arrived; gives how long it took.
    ///
    /// # Errors
    /// [`TalkError::UnaskedPong`]: it answers no ping of ours. End the session.
    pub fn pong(&mut self, nonce: u64, now: Duration, random: &mut dyn Random) -> Result<Duration, TalkError> {
        let asked = self.asked.take_if(|asked| asked.nonce == nonce).ok_or(TalkError::UnaskedPong)?;
        let jitter = Duration::from_millis(random.below(PING_JITTER.as_millis() as u64 + 1));
        self.ask_at = now.saturating_add(PING_EVERY).saturating_add(jitter);
        self.heard = now;
        self.answered = Some(now);
        Ok(now.saturating_sub(asked.at))
    }

    /// The machine woke up or the network returned: ask now.
    pub fn ask_now(&mut self, now: Duration) {
        self.ask_at = now;
    }

    /// Whether the contact is online: it answered a ping within the last minute.
    pub fn online(&self, now: Duration) -> bool {
        self.online_until().is_some_and(|until| now < until)
    }

    /// When the contact stops being online unless it answers again; `None` if it never answered in this session.
    pub fn online_until(&self) -> Option<Duration> {
        self.answered.map(|at| at.saturating_add(ONLINE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Seeded;

    const START: Duration = Duration::from_secs(1_000);

    fn seconds(n: u64) -> Duration {
        START + Duration::from_secs(n)
    }

    fn asked(liveness: &mut Liveness, now: Duration, random: &mut Seeded) -> u64 {
        match liveness.pulse(now, random) {
            Pulse::Ping { nonce } => nonce,
            other => panic!("{other:?} instead of a ping"),
        }
    }

    #[test]
    fn online_needs_an_answer_and_lapses() {
        let (mut random, mut live) = (Seeded::new(1), Liveness::new(START));
        let nonce = asked(&mut live, START, &mut random);
        live.heard(seconds(1));
        assert!(!live.online(seconds(1)), "bytes alone are no answer");
        assert_eq!(live.pong(nonce, seconds(2), &mut random), Ok(Duration::from_secs(2)));
        assert!(live.online(seconds(2)));
        assert!(live.online(seconds(61)));
        assert!(!live.online(seconds(62)));
    }

    #[test]
    fn it_asks_again_after_each_answer_with_jitter() {
        let (mut random, mut live, mut now) = (Seeded::new(2), Liveness::new(START), START);
        let mut pauses = Vec::new();
        for _ in 0..50 {
            let nonce = asked(&mut live, now, &mut random);
            live.pong(nonce, now, &mut random).unwrap();
            let Pulse::Wait { until } = live.pulse(now, &mut random) else { panic!("asked twice") };
            pauses.push(until - now);
            now = until;
            assert!(live.online(now));
        }
        assert!(pauses.iter().all(|p| (PING_EVERY..=PING_EVERY + PING_JITTER).contains(p)));
        assert!(pauses.iter().any(|p| *p != pauses[0]));
    }

    #[test]
    fn silence_is_death_and_bytes_are_respite() {
        let (mut random, mut live) = (Seeded::new(3), Liveness::new(START));
        asked(&mut live, START, &mut random);
        assert_eq!(live.pulse(seconds(59), &mut random), Pulse::Wait { until: seconds(60) });
        live.heard(seconds(59));
        assert_eq!(live.pulse(seconds(60), &mut random), Pulse::Wait { until: seconds(119) });
        assert_eq!(live.pulse(seconds(119), &mut random), Pulse::Dead);
    }

    #[test]
    fn only_the_right_answer_counts_and_only_once() {
        let (mut random, mut live) = (Seeded::new(4), Liveness::new(START));
        assert_eq!(live.pong(0, START, &mut random), Err(TalkError::UnaskedPong));
        let nonce = asked(&mut live, START, &mut random);
        assert_eq!(live.pong(nonce ^ 1, START, &mut random), Err(TalkError::UnaskedPong));
        assert!(!live.online(START));
        live.pong(nonce, START, &mut random).unwrap();
        assert_eq!(live.pong(nonce, START, &mut random), Err(TalkError::UnaskedPong));
    }

    #[test]
    fn after_waking_up_it_asks_at_once() {
        let (mut random, mut live) = (Seeded::new(5), Liveness::new(START));
        let nonce = asked(&mut live, START, &mut random);
        live.pong(nonce, START, &mut random).unwrap();
        live.ask_now(seconds(3));
        asked(&mut live, seconds(3), &mut random);
    }
}
