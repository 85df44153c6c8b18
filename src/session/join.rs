//! Joins: further circuits (files, voice) tied to a session by a token that only its two sides can know.
//!
//! ```text
//! dialler of the circuit                         the other side
//! token: 32 | random: 32 | seal(zeros)      ->   1464 bytes; the token is looked up and forgotten
//!                                           <-   random: 32 | seal(zeros)                 488 bytes
//! an empty record                           ->   488 bytes; after it both know that the other is live
//! ```
//!
//! Both random values go into the keys, so keys are fresh even if a token were used twice. It does not agree on which
//! joins there are: frames do, and the frame that announces a join also chooses the exporter (see
//! [`super::Established`]). It sets no deadline but the life of a token.

use std::collections::HashMap;
use std::time::Duration;

use chacha20poly1305::aead;

use super::key::{Key, TAG, expand};
use super::record::{Opener, RecordError, Sealer};
use super::redacted;
use crate::wire::limits::{CELL, HANDSHAKE, JOIN_LIFE, JOIN_TOKENS};
use crate::wire::{JoinKind, Random};

/// The secret of a session from which joins are made.
#[derive(Clone)]
pub struct Exporter(Key);

/// The token of one join and the secret behind it.
pub struct JoinKeys {
    token: Key,
    secret: Key,
}

/// The tokens that somebody may come with, each for one purpose, once, for [`JOIN_LIFE`]; at most [`JOIN_TOKENS`].
pub struct Tokens<T> {
    live: HashMap<[u8; 32], Live<T>>,
}

/// The dialler of a join, waiting for the confirmation.
pub struct ExpectConfirmation {
    secret: Key,
    random: [u8; 32],
}

/// The other side of a join, waiting for the proof that the dialler is live.
pub struct ExpectProof(Joined);

/// A join whose opening was genuine.
pub struct Accepted<T> {
    /// What the token was for.
    pub purpose: T,
    /// What comes next.
    pub state: ExpectProof,
    /// The answer to send.
    pub answer: Box<[u8; CELL]>,
}

/// A joined circuit: records in both directions.
pub struct Joined {
    /// Seals what we send on it.
    pub sealer: Sealer,
    /// Opens what we receive on it.
    pub opener: Opener,
}

/// Why a circuit is not joined. For our counters alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JoinError {
    /// Ours: too many tokens are alive.
    #[error("too many circuits are being opened at once")]
    Full,
    /// A seal that does not open, or padding that is not zero.
    #[error("the peer sent a join that does not open")]
    Seal,
    /// The record after the confirmation is not the empty one.
    #[error("the peer did not prove that it joined")]
    Proof,
}

struct Live<T> {
    secret: Key,
    purpose: T,
    until: Duration,
}

impl<T> std::fmt::Debug for Accepted<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Accepted([redacted])")
    }
}

redacted!(Exporter, JoinKeys, ExpectConfirmation, ExpectProof, Joined);

impl Exporter {
    pub(super) fn new(secret: Key) -> Self {
        Self(secret)
    }

    /// The keys of the join number `index` of the transfer or call `id`. A join that failed is tried again under
    /// another index.
    pub fn join_token(&self, kind: JoinKind, id: &[u8; 16], index: u8) -> JoinKeys {
        let info = [b"pelure/join/1".as_slice(), &[kind as u8], id, &[index]].concat();
        let [token, secret] = expand(None, self.0.as_ref(), &info);
        JoinKeys { token, secret }
    }
}

impl JoinKeys {
    /// The dialler's first message on the new circuit.
    pub fn open(self, random: &mut dyn Random) -> Result<(ExpectConfirmation, Box<[u8; HANDSHAKE]>), JoinError> {
        let mut fresh = [0u8; 32];
        random.fill(&mut fresh);
        let mut message = Box::new([0u8; HANDSHAKE]);
        let (head, sealed) = message.split_at_mut(64);
        head.copy_from_slice([*self.token.as_ref(), fresh].as_flattened());
        seal_zeros(&opening_key(&self.secret, &fresh), sealed)?;
        Ok((ExpectConfirmation { secret: self.secret, random: fresh }, message))
    }
}

impl ExpectConfirmation {
    /// Reads the other side's answer; the bytes are the proof to send.
    pub fn confirm(self, message: &[u8; CELL], now: Duration) -> Result<(Joined, Vec<u8>), JoinError> {
        let (theirs, sealed) = message.split_first_chunk::<32>().ok_or(JoinError::Seal)?;
        let [confirming, dialler, answerer] = channel_keys(&self.secret, &self.random, theirs);
        open_zeros(&confirming, sealed)?;
        let mut sealer = Sealer::new(dialler);
        let mut proof = Vec::new();
        sealer.record(&[], now, &mut proof).map_err(|_| JoinError::Seal)?;
        Ok((Joined { sealer, opener: Opener::new(answerer) }, proof))
    }
}

impl<T> Tokens<T> {
    /// No tokens.
    pub fn new() -> Self {
        Self { live: HashMap::new() }
    }

    /// From now on somebody may come with this token.
    pub fn expect(&mut self, keys: JoinKeys, purpose: T, now: Duration) -> Result<(), JoinError> {
        self.live.retain(|_, live| now < live.until);
        if self.live.len() >= JOIN_TOKENS {
            return Err(JoinError::Full);
        }
        self.live.insert(*keys.token.as_ref(), Live { secret: keys.secret, purpose, until: now + JOIN_LIFE });
        Ok(())
    }

    /// Forgets the tokens whose purpose is gone.
    pub fn retain(&mut self, mut keep: impl FnMut(&T) -> bool) {
        self.live.retain(|_, live| keep(&live.purpose));
    }

    /// Reads the first message of a circuit: `None` when it bears no live token, so that it is a handshake or noise;
    /// else what the token was for, and how to go on. The token is used up in any case.
    pub fn accept(
        &mut self,
        message: &[u8; HANDSHAKE],
        random: &mut dyn Random,
        now: Duration,
    ) -> Option<Result<Accepted<T>, JoinError>> {
        let (token, rest) = message.split_first_chunk::<32>()?;
        let Live { secret, purpose, until } = self.live.remove(token)?;
        if now >= until {
            return None;
        }
        let (theirs, sealed) = rest.split_first_chunk::<32>()?;
        let answered = answer(&secret, theirs, sealed, random);
        Some(answered.map(|(state, answer)| Accepted { purpose, state, answer }))
    }
}

impl<T> Default for Tokens<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl ExpectProof {
    /// Reads the dialler's empty record.
    pub fn proof(self, record: &[u8; CELL]) -> Result<Joined, JoinError> {
        let mut joined = self.0;
        let opened = joined.opener.push(record).and_then(|()| joined.opener.next());
        match opened {
            Ok(Some(bytes)) if bytes.is_empty() => Ok(joined),
            Ok(_) | Err(RecordError::Length | RecordError::Padding | RecordError::Head) => Err(JoinError::Proof),
            Err(_) => Err(JoinError::Seal),
        }
    }
}

impl From<aead::Error> for JoinError {
    fn from(_: aead::Error) -> Self {
        Self::Seal
    }
}

fn answer(
    secret: &Key,
    theirs: &[u8; 32],
    sealed: &[u8],
    random: &mut dyn Random,
) -> Result<(ExpectProof, Box<[u8; CELL]>), JoinError> {
    open_zeros(&opening_key(secret, theirs), sealed)?;
    let mut fresh = [0u8; 32];
    random.fill(&mut fresh);
    let [confirming, dialler, answerer] = channel_keys(secret, theirs, &fresh);
    let mut message = Box::new([0u8; CELL]);
    let (head, sealed) = message.split_at_mut(32);
    head.copy_from_slice(&fresh);
    seal_zeros(&confirming, sealed)?;
    Ok((ExpectProof(Joined { sealer: Sealer::new(answerer), opener: Opener::new(dialler) }), message))
}

fn opening_key(secret: &Key, dialler: &[u8; 32]) -> Key {
    let [key] = expand(Some(secret.as_ref()), dialler, b"pelure/join/1/open");
    key
}

/// The keys of the confirmation, of the dialler's direction and of the other.
fn channel_keys(secret: &Key, dialler: &[u8; 32], answerer: &[u8; 32]) -> [Key; 3] {
    expand(Some(secret.as_ref()), [*dialler, *answerer].as_flattened(), b"pelure/join/1/keys")
}

/// Fills `space` with sealed zeros.
fn seal_zeros(key: &Key, space: &mut [u8]) -> Result<(), JoinError> {
    let (text, tag) = space.split_last_chunk_mut::<TAG>().ok_or(JoinError::Seal)?;
    *tag = key.seal(0, &[], text)?;
    Ok(())
}

fn open_zeros(key: &Key, sealed: &[u8]) -> Result<(), JoinError> {
    let (text, tag) = sealed.split_last_chunk::<TAG>().ok_or(JoinError::Seal)?;
    let mut text = text.to_vec();
    key.open(0, &[], &mut text, tag)?;
    if text.iter().all(|b| *b == 0) { Ok(()) } else { Err(JoinError::Seal) }
}

#[cfg(test)]
mod tests;
