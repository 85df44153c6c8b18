//! Records: bytes in pieces of a few sizes, sealed under a key that is replaced by its successor in time.
//!
//! ```text
//! record = seal(2k, head: 1) | seal(2k + 1, length: 2 | bytes | zeros)      n x 488 bytes, n = 1, 2, 4, 8, 16, 32
//! head   = index of n, plus 0x80 when the next record is under the next key
//! ```
//!
//! It does not know frames: the bytes of successive records are one stream. Sealing works in place in the caller's
//! buffer, opening in its own; nothing is done per byte but the cipher.

use std::ops::Range;
use std::time::Duration;

use chacha20poly1305::aead;
use zeroize::Zeroize;

use super::key::{Key, TAG};
use super::redacted;
use crate::wire::limits::{CELL, RECORD_BACKLOG, RECORD_BYTES, RECORD_CELLS, REKEY_AFTER, REKEY_RECORDS};

/// Seals one direction.
pub struct Sealer {
    key: Key,
    records: u64,
    /// When this key sealed its first record.
    since: Option<Duration>,
}

/// Opens the other direction. After an error it gives nothing but that error.
pub struct Opener {
    key: Key,
    records: u64,
    buffer: Vec<u8>,
    /// Where in `buffer` the unread bytes begin.
    start: usize,
    head: Option<Head>,
    /// Where in `buffer` the bytes of the last record are.
    last: Range<usize>,
    failed: Option<RecordError>,
}

/// Why a stream of records ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// A seal that does not open: changed, replayed, reordered, reflected, or under another key.
    #[error("the peer sent a record that does not open")]
    Seal,
    /// A head that this version does not know.
    #[error("the peer sent a record with a wrong head")]
    Head,
    /// A length beyond the record.
    #[error("the peer sent a record with a wrong length")]
    Length,
    /// The padding is not zero.
    #[error("the peer sent a record with wrong padding")]
    Padding,
    /// The key was used for as many records as it may be.
    #[error("a key was not replaced in time")]
    Exhausted,
    /// Ours: more was pushed than may wait.
    #[error("more was received than may wait to be opened")]
    Backlog,
}

#[derive(Clone, Copy)]
struct Head {
    size: usize,
    rekey: bool,
}

redacted!(Sealer, Opener);

impl Sealer {
    pub(super) fn new(key: Key) -> Self {
        Self { key, records: 0, since: None }
    }

    /// Appends to `out` the records that carry `bytes`, each of the smallest size that fits; none for no bytes.
    pub fn seal(&mut self, bytes: &[u8], now: Duration, out: &mut Vec<u8>) -> Result<(), RecordError> {
        bytes.chunks(ROOM).try_for_each(|piece| self.record(piece, now, out))
    }

    /// Appends one record with at most [`ROOM`] bytes, or none.
    pub(super) fn record(&mut self, bytes: &[u8], now: Duration, out: &mut Vec<u8>) -> Result<(), RecordError> {
        let (index, size) = smallest(bytes.len()).ok_or(RecordError::Length)?;
        let length = u16::try_from(bytes.len()).map_err(|_| RecordError::Length)?;
        let (head_number, body_number) = numbers(self.records)?;
        let rekey = self.rekey_due(now);

        let mut head = [if rekey { index | REKEY } else { index }];
        let tag = self.key.seal(head_number, &[], &mut head)?;
        out.reserve(size);
        out.extend_from_slice(&head);
        out.extend_from_slice(&tag);

        let start = out.len();
        out.extend_from_slice(&length.to_be_bytes());
        out.extend_from_slice(bytes);
        out.resize(start + size - HEAD - TAG, 0);
        let tag = self.key.seal(body_number, &[], out.get_mut(start..).unwrap_or_default())?;
        out.extend_from_slice(&tag);

        self.records += 1;
        if rekey {
            self.key = self.key.next();
            self.records = 0;
            self.since = Some(now);
        }
        Ok(())
    }

    fn rekey_due(&mut self, now: Duration) -> bool {
        let since = *self.since.get_or_insert(now);
        self.records + 1 >= REKEY_RECORDS || now.saturating_sub(since) >= REKEY_AFTER
    }
}

impl Opener {
    pub(super) fn new(key: Key) -> Self {
        Self { key, records: 0, buffer: Vec::new(), start: 0, head: None, last: 0..0, failed: None }
    }

    /// Takes bytes from the stream, cut anywhere. Call [`Self::next`] until it gives nothing before pushing more:
    /// [`RECORD_BACKLOG`] bytes may wait.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), RecordError> {
        self.check()?;
        self.buffer.drain(..self.start);
        self.start = 0;
        self.last = 0..0;
        if self.buffer.len() + bytes.len() > RECORD_BACKLOG {
            return Err(self.fail(RecordError::Backlog));
        }
        self.buffer.extend_from_slice(bytes);
        Ok(())
    }

    /// The bytes of the next record, if it has arrived whole; they may be none. The frames in them must be handled
    /// before the next call: one of them may replace the keys ([`super::Established::take_renewal`]).
    #[expect(clippy::should_implement_trait, reason = "an error ends the stream, so this is not an iterator")]
    pub fn next(&mut self) -> Result<Option<Vec<u8>>, RecordError> {
        self.check()?;
        match self.advance() {
            Ok(true) => Ok(Some(self.last().to_vec())),
            Ok(false) => Ok(None),
            Err(error) => Err(self.fail(error)),
        }
    }

    /// The bytes of the record that was opened last.
    pub(super) fn last(&self) -> &[u8] {
        self.buffer.get(self.last.clone()).unwrap_or_default()
    }

    /// From here on with the keys of a renewed handshake; bytes that have arrived but were not opened are under them.
    pub(super) fn switch(&mut self, to: &Self) {
        (self.key, self.records) = (to.key.clone(), to.records);
    }

    fn advance(&mut self) -> Result<bool, RecordError> {
        let (head_number, body_number) = numbers(self.records)?;
        let head = match self.head {
            Some(head) => head,
            None => {
                let unread = self.buffer.get_mut(self.start..).unwrap_or_default();
                let Some((sealed, _)) = unread.split_first_chunk_mut::<HEAD>() else { return Ok(false) };
                let [head, tag @ ..] = sealed;
                let mut text = [*head];
                self.key.open(head_number, &[], &mut text, tag)?;
                let [byte] = text;
                *self.head.insert(Head::read(byte, self.records)?)
            }
        };
        let body = self.start + HEAD..self.start + head.size;
        let Some(sealed) = self.buffer.get_mut(body.clone()) else { return Ok(false) };
        let Some((text, tag)) = sealed.split_last_chunk_mut::<TAG>() else { return Err(RecordError::Length) };
        self.key.open(body_number, &[], text, tag)?;
        let length = unpadded(text)?;

        self.start = body.end;
        self.last = body.start + 2..body.start + 2 + length;
        self.head = None;
        self.records += 1;
        if head.rekey {
            self.key = self.key.next();
            self.records = 0;
        }
        Ok(true)
    }

    fn check(&self) -> Result<(), RecordError> {
        self.failed.map_or(Ok(()), Err)
    }

    fn fail(&mut self, error: RecordError) -> RecordError {
        self.failed = Some(error);
        error
    }
}

impl Drop for Opener {
    fn drop(&mut self) {
        self.buffer.zeroize();
    }
}

impl Head {
    /// The peer must replace a key in time, as we do.
    fn read(byte: u8, records: u64) -> Result<Self, RecordError> {
        let cells = RECORD_CELLS.get(usize::from(byte & !REKEY)).ok_or(RecordError::Head)?;
        let rekey = byte & REKEY != 0;
        if !rekey && records + 1 >= REKEY_RECORDS {
            return Err(RecordError::Exhausted);
        }
        Ok(Self { size: cells * CELL, rekey })
    }
}

impl From<aead::Error> for RecordError {
    fn from(_: aead::Error) -> Self {
        Self::Seal
    }
}

/// The index and the size in bytes of the smallest record for so many bytes.
fn smallest(bytes: usize) -> Option<(u8, usize)> {
    let sizes = RECORD_CELLS.iter().map(|cells| cells * CELL);
    (0u8..).zip(sizes).find(|(_, size)| bytes + OVERHEAD <= *size)
}

/// The nonces of head and body of record `k`; never beyond the limit, however the key got there.
fn numbers(k: u64) -> Result<(u64, u64), RecordError> {
    if k < REKEY_RECORDS { Ok((2 * k, 2 * k + 1)) } else { Err(RecordError::Exhausted) }
}

/// The length of the bytes in a record's text, whose padding must be zero.
fn unpadded(text: &[u8]) -> Result<usize, RecordError> {
    let (length, rest) = text.split_first_chunk::<2>().ok_or(RecordError::Length)?;
    let length = usize::from(u16::from_be_bytes(*length));
    let (_, padding) = rest.split_at_checked(length).ok_or(RecordError::Length)?;
    // Without an early end, so that it is done in vectors.
    let any = padding.iter().fold(0, |any, byte| any | byte);
    if any == 0 { Ok(length) } else { Err(RecordError::Padding) }
}

/// A sealed head.
const HEAD: usize = 1 + TAG;
/// What a record has beside its bytes: head, length and tag of the body.
const OVERHEAD: usize = HEAD + 2 + TAG;
/// The bytes of the largest record.
pub(super) const ROOM: usize = RECORD_BYTES - OVERHEAD;
/// In a head: the next record is under the next key.
const REKEY: u8 = 0x80;

#[cfg(test)]
impl Sealer {
    /// What a thief of memory takes.
    pub(super) fn key(&self) -> &Key {
        &self.key
    }
}

#[cfg(test)]
mod tests;
