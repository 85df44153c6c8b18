//! A joined circuit in use: records out of a stream, records into it, each direction by itself.
//!
//! It does not know what the records say, and sets no deadline but one for a stream that takes nothing.

use std::time::Duration;

use pelure_onion::Stream;
use tokio::io::{AsyncReadExt, ReadHalf, WriteHalf};

use super::lanes::Lane;
use super::link;
use crate::session::{Joined, Opener, RecordError, Sealer};

/// A circuit that was joined to a session.
pub(super) struct Circuit {
    stream: Stream,
    joined: Joined,
    /// The lane it was dialled on, taken as long as the circuit lasts; none if the other side dialled.
    lane: Option<Lane>,
    /// How long the other side's answer took when it was joined.
    round_trip: Duration,
}

/// What is heard on a circuit.
pub(super) struct Ear {
    stream: ReadHalf<Stream>,
    opener: Opener,
    chunk: Vec<u8>,
    /// Given back when both halves are gone.
    _lane: Option<Lane>,
}

/// What is said on a circuit.
pub(super) struct Mouth {
    stream: WriteHalf<Stream>,
    sealer: Sealer,
    sealed: Vec<u8>,
}

/// Why a circuit is over.
#[derive(Debug, thiserror::Error)]
pub(super) enum CircuitError {
    #[error("the stream ended")]
    Ended,
    #[error("the stream broke")]
    Broken(#[from] std::io::Error),
    #[error(transparent)]
    Record(#[from] RecordError),
}

impl Circuit {
    pub(super) fn new(stream: Stream, joined: Joined, lane: Option<Lane>, round_trip: Duration) -> Self {
        Self { stream, joined, lane, round_trip }
    }

    /// How long the other side's answer took when it was joined: there and back, as far as one answer tells.
    pub(super) fn round_trip(&self) -> Duration {
        self.round_trip
    }

    /// The two directions, which different loops may serve.
    pub(super) fn split(self) -> (Ear, Mouth) {
        let Self { stream, joined: Joined { sealer, opener }, lane, .. } = self;
        let (read, write) = tokio::io::split(stream);
        let ear = Ear { stream: read, opener, chunk: vec![0; CHUNK], _lane: lane };
        (ear, Mouth { stream: write, sealer, sealed: Vec::new() })
    }
}

impl Ear {
    /// The bytes of the next record; may be dropped at any time.
    pub(super) async fn hear(&mut self) -> Result<Vec<u8>, CircuitError> {
        loop {
            if let Some(record) = self.opener.next()? {
                return Ok(record);
            }
            let read = self.stream.read(&mut self.chunk).await?;
            match self.chunk.get(..read) {
                Some(bytes) if read > 0 => self.opener.push(bytes)?,
                _ => return Err(CircuitError::Ended),
            }
        }
    }
}

impl Mouth {
    /// Puts bytes behind what is to be said; each call begins a record, and one of at most a record's room is one record.
    pub(super) fn seal(&mut self, bytes: &[u8], now: Duration) -> Result<(), CircuitError> {
        Ok(self.sealer.seal(bytes, now, &mut self.sealed)?)
    }

    /// Writes what was sealed.
    pub(super) async fn speak(&mut self) -> Result<(), CircuitError> {
        link::write(&mut self.stream, &self.sealed, false).await?;
        self.sealed.clear();
        Ok(())
    }

    /// Lets what was written go out now, however little it is.
    pub(super) async fn flush(&mut self) -> Result<(), CircuitError> {
        Ok(link::write(&mut self.stream, &[], true).await?)
    }
}

/// Bytes read from a stream at once: four records, so that a fast road costs few wake-ups.
const CHUNK: usize = 64 * 1024;
