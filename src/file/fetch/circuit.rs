//! One circuit of a transfer: what it was asked for, what has come of it, and how fast it is.
//!
//! Answers come in the order of the asks. It does not choose what to ask for.

use std::collections::VecDeque;
use std::time::Duration;

use zeroize::Zeroizing;

use super::FetchError;
use crate::file::Rate;
use crate::wire::Part;
use crate::wire::limits::{ASKS, ASKS_FIRST, BLOCK_BYTES};

/// A circuit.
pub(super) struct Circuit {
    /// Oldest first; the first may be answered in part.
    pub(super) asks: VecDeque<Ask>,
    /// Parts that need not come any more, which the peer was not told yet.
    pub(super) drops: Vec<Part>,
    /// The group whose blocks it is asked for.
    pub(super) group: Option<u32>,
    /// When it brought something last, or was asked after it owed nothing.
    pub(super) progress: Duration,
    /// It broke the rules: nothing more is taken from it or asked of it.
    pub(super) failed: bool,
    rate: Rate,
    /// When it was asked while it owed nothing, until it answers.
    asked: Option<Duration>,
    round_trip: Option<Duration>,
}

/// Something that a circuit owes.
pub(super) struct Ask {
    pub(super) part: Part,
    /// What is here of it: what was here when it was asked for, and what came since.
    pub(super) bytes: Zeroizing<Vec<u8>>,
    /// How much of it has come or was here, kept or not.
    at: usize,
    /// Something has come.
    begun: bool,
    /// It need not come any more.
    pub(super) dropped: bool,
}

impl Circuit {
    pub(super) fn new(now: Duration) -> Self {
        Self {
            asks: VecDeque::new(),
            drops: Vec::new(),
            group: None,
            progress: now,
            failed: false,
            rate: Rate::new(),
            asked: None,
            round_trip: None,
        }
    }

    /// Notes an ask for the rest of a part of which `bytes` are here.
    pub(super) fn ask(&mut self, part: Part, bytes: Zeroizing<Vec<u8>>, now: Duration) {
        if self.asks.is_empty() {
            self.progress = now;
            self.asked = Some(now);
        }
        self.asks.push_back(Ask { part, at: bytes.len(), bytes, begun: false, dropped: false });
    }

    /// Takes a piece of a part of this length; gives the ask back when it is answered. Bytes that are not wanted are not
    /// kept.
    pub(super) fn take(
        &mut self,
        part: Part,
        from: usize,
        bytes: &[u8],
        length: usize,
        wanted: bool,
        now: Duration,
    ) -> Result<Option<Ask>, FetchError> {
        let ask = self.asks.front_mut().filter(|ask| ask.part == part).ok_or(FetchError::NotAsked)?;
        if from != ask.at || bytes.len() > length - ask.at {
            return Err(FetchError::Misplaced);
        }
        if bytes.is_empty() && (ask.begun || !ask.dropped) {
            return Err(FetchError::Nothing);
        }
        self.progress = now;
        if let Some(asked) = self.asked.take() {
            self.round_trip = Some(now.saturating_sub(asked).min(ROUND_TRIP_MOST));
        }
        if bytes.is_empty() {
            return Ok(self.asks.pop_front());
        }
        self.rate.add(bytes.len() as u64, now);
        ask.take(bytes, length, wanted);
        Ok(if ask.at == length { self.asks.pop_front() } else { None })
    }

    /// A block need not come any more.
    pub(super) fn drop_ask(&mut self, block: u32) {
        let part = Part::Block(block);
        if let Some(ask) = self.asks.iter_mut().find(|ask| ask.part == part && !ask.dropped) {
            ask.dropped = true;
            // What has begun comes anyway.
            self.drops.extend((!ask.begun).then_some(part));
        }
    }

    /// Blocks that it may owe: what it brings in a round trip and a second more, so that it never waits for us, and so
    /// that what is said meanwhile does not wait for it.
    pub(super) fn window(&self, now: Duration) -> usize {
        let Some(rate) = self.rate.per_second(now) else { return ASKS_FIRST };
        let time = self.round_trip.unwrap_or_default() + AHEAD;
        let bytes = u128::from(rate) * time.as_millis() / 1_000;
        usize::try_from(bytes / BLOCK_BYTES as u128).unwrap_or(ASKS).clamp(ASKS_FIRST, ASKS - LISTS)
    }

    /// Whether it will bring this part.
    pub(super) fn owes(&self, part: Part) -> bool {
        self.asks.iter().any(|ask| ask.part == part && !ask.dropped)
    }

    /// Whether so many asks more are allowed.
    pub(super) fn has_room(&self, asks: usize) -> bool {
        self.asks.len() + asks <= ASKS
    }

    /// How long it takes until it has brought `bytes` beyond what it owes.
    pub(super) fn time_for(&self, bytes: usize, now: Duration) -> Duration {
        self.time(self.owed(self.asks.len()) + bytes, now) + self.round_trip.unwrap_or(AHEAD)
    }

    /// How long it takes until it has answered its asks up to number `index`.
    pub(super) fn time_until(&self, index: usize, now: Duration) -> Duration {
        self.time(self.owed(index + 1), now)
    }

    /// How long it has brought nothing.
    pub(super) fn silence(&self, now: Duration) -> Duration {
        now.saturating_sub(self.progress)
    }

    fn time(&self, bytes: usize, now: Duration) -> Duration {
        let rate = self.rate.per_second(now).unwrap_or(UNKNOWN).max(1);
        // Who stands still now will not go at once.
        Duration::from_millis((bytes as u64).saturating_mul(1_000) / rate).saturating_add(self.silence(now))
    }

    fn owed(&self, asks: usize) -> usize {
        let blocks = self.asks.iter().take(asks).filter(|ask| matches!(ask.part, Part::Block(_)));
        blocks.map(|ask| BLOCK_BYTES.saturating_sub(ask.at)).sum()
    }
}

impl Ask {
    /// Whether something of it has come on this circuit.
    pub(super) fn is_begun(&self) -> bool {
        self.begun
    }

    fn take(&mut self, bytes: &[u8], length: usize, wanted: bool) {
        self.begun = true;
        self.at += bytes.len();
        if !wanted {
            self.bytes = Zeroizing::default();
        } else if self.bytes.len() + bytes.len() == self.at {
            if self.bytes.capacity() < length {
                // Room for all of it at once: a vector that grows leaves copies behind.
                let mut whole = Zeroizing::new(Vec::with_capacity(length));
                whole.extend_from_slice(&self.bytes);
                self.bytes = whole;
            }
            self.bytes.extend_from_slice(bytes);
        }
    }
}

/// What a circuit is asked for beyond a round trip.
const AHEAD: Duration = Duration::from_secs(1);
/// A longer round trip is a stall.
const ROUND_TRIP_MOST: Duration = Duration::from_secs(3);
/// Asks that may go in front of a block.
pub(super) const LISTS: usize = 2;
/// Bytes a second of a circuit that has brought nothing yet: a slow one's.
const UNKNOWN: u64 = 64 * 1024;
