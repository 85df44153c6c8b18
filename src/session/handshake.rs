//! The handshake: three messages of [`HANDSHAKE`] bytes each, after which both sides know each other's onion address.
//!
//! Each state is a type, so a message out of turn cannot be handled. It does not read, write or wait; after an error
//! the peer gets nothing.

use chacha20poly1305::aead;
use pelure_onion::Address;
use x25519_dalek::PublicKey;

use super::identity::{Identity, exchange_key};
use super::join::Exporter;
use super::key::TAG;
use super::noise::Split;
use super::record::{Opener, Sealer};
use super::redacted;
use super::renewal::{Renewal, Side};
use super::xk::{self, ExpectSecond, ExpectThird, KEM_CIPHERTEXT, KEM_KEY, Kem, STATIC_KEY};
use crate::wire::Random;
use crate::wire::limits::HANDSHAKE;

/// What a side announces: a frame is sent only where both sides announced it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The protocol number.
    pub protocol: u16,
    /// 64 feature bits.
    pub features: u64,
}

/// The dialler, waiting for message 2.
#[cfg_attr(test, derive(Clone))]
pub struct ExpectReply {
    state: ExpectSecond,
    me: Address,
    peer: Address,
    ours: Offer,
}

/// The answering side, waiting for message 1.
pub struct ExpectHello<'a> {
    me: &'a Identity,
    prologue: Vec<u8>,
    ours: Offer,
}

/// The answering side, waiting for message 3.
#[cfg_attr(test, derive(Clone))]
pub struct ExpectFinish {
    state: ExpectThird,
    me: Address,
    ours: Offer,
}

/// An authenticated session.
pub struct Established {
    /// Who is on the other side.
    pub peer: Address,
    /// What the other side announced.
    pub offer: Offer,
    /// Seals what we send.
    pub sealer: Sealer,
    /// Opens what we receive.
    pub opener: Opener,
    /// For joins that are announced by a frame we send from now on.
    pub exporter_out: Exporter,
    /// For joins that were announced by a frame in the record opened last.
    pub exporter_in: Exporter,
    /// The hash of the last handshake's transcript: the same on both sides, not secret.
    pub hash: [u8; 32],
    pub(super) ours: Offer,
    pub(super) renewal: Renewal,
}

/// Why there is no session. For our counters alone: the peer learns nothing from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HandshakeError {
    /// Ours: more first bytes than message 3 has room for.
    #[error("the first frames do not fit into the handshake")]
    FirstBytes,
    /// A dial to ourselves, or a peer that claims our own address.
    #[error("this is our own address")]
    OwnAddress,
    /// A part is missing or too long.
    #[error("the peer sent a handshake of a wrong length")]
    Length,
    /// An X25519 key that is not canonical.
    #[error("the peer sent a key that is not canonical")]
    PublicKey,
    /// An X25519 key of low order.
    #[error("the peer sent a key of low order")]
    LowOrder,
    /// An ML-KEM key that is not valid.
    #[error("the peer sent an invalid post-quantum key")]
    KemKey,
    /// A seal that does not open: changed, replayed, reflected, or made for somebody else.
    #[error("the peer's handshake does not open")]
    Seal,
    /// The padding is not zero.
    #[error("the peer sent a handshake with wrong padding")]
    Padding,
    /// The claimed onion address is invalid or does not belong to the key that was proved.
    #[error("the peer claims an onion address that is not its own")]
    Peer,
}

redacted!(ExpectReply, ExpectHello<'_>, ExpectFinish, Established);

/// Starts a session with `peer`; sends the returned message first.
pub fn dial(
    me: &Identity,
    peer: Address,
    offer: Offer,
    random: &mut dyn Random,
) -> Result<(ExpectReply, Box<[u8; HANDSHAKE]>), HandshakeError> {
    dial_again(me, peer, offer, &[], random)
}

/// Waits for somebody who dials us.
pub fn answer(me: &Identity, offer: Offer) -> ExpectHello<'_> {
    answer_again(me, offer, &[])
}

/// [`dial`] inside a session whose last handshake had the hash `previous`.
pub(super) fn dial_again(
    me: &Identity,
    peer: Address,
    ours: Offer,
    previous: &[u8],
    random: &mut dyn Random,
) -> Result<(ExpectReply, Box<[u8; HANDSHAKE]>), HandshakeError> {
    if peer == me.address() {
        return Err(HandshakeError::OwnAddress);
    }
    let key = exchange_key(&peer).ok_or(HandshakeError::Peer)?;
    let prologue = prologue(&peer, previous);
    let (state, message) = xk::write_first(Kem::MlKem768, &prologue, me.secret(), &key, random, &[0; HELLO_PADDING])?;
    Ok((ExpectReply { state, me: me.address(), peer, ours }, whole(message)?))
}

/// [`answer`] inside a session whose last handshake had the hash `previous`.
pub(super) fn answer_again<'a>(me: &'a Identity, ours: Offer, previous: &[u8]) -> ExpectHello<'a> {
    ExpectHello { me, prologue: prologue(&me.address(), previous), ours }
}

impl ExpectHello<'_> {
    /// Reads message 1 and returns message 2.
    pub fn hello(
        self,
        message: &[u8; HANDSHAKE],
        random: &mut dyn Random,
    ) -> Result<(ExpectFinish, Box<[u8; HANDSHAKE]>), HandshakeError> {
        let (state, padding) = xk::read_first(Kem::MlKem768, &self.prologue, self.me.secret(), message)?;
        check_padding(&padding)?;
        let mut payload = self.ours.encode();
        payload.resize(REPLY_PAYLOAD, 0);
        let (state, reply) = state.write(random, &payload)?;
        Ok((ExpectFinish { state, me: self.me.address(), ours: self.ours }, whole(reply)?))
    }
}

impl ExpectReply {
    /// How many bytes of frames message 3 has room for.
    pub const FIRST_BYTES: usize = FINISH_PAYLOAD - FINISH_FIXED;

    /// Reads message 2 and returns message 3, which carries `first`: at most [`Self::FIRST_BYTES`] bytes of whole or
    /// begun frames.
    pub fn reply(
        self,
        message: &[u8; HANDSHAKE],
        first: &[u8],
    ) -> Result<(Established, Box<[u8; HANDSHAKE]>), HandshakeError> {
        let length = u16::try_from(first.len()).map_err(|_| HandshakeError::FirstBytes)?;
        if first.len() > Self::FIRST_BYTES {
            return Err(HandshakeError::FirstBytes);
        }
        let (state, payload) = self.state.read(message)?;
        let (theirs, padding) = Offer::decode(&payload)?;
        check_padding(padding)?;

        let mut payload = Vec::with_capacity(FINISH_PAYLOAD);
        payload.extend_from_slice(self.me.public_key());
        payload.extend_from_slice(&self.ours.encode());
        payload.extend_from_slice(&length.to_be_bytes());
        payload.extend_from_slice(first);
        payload.resize(FINISH_PAYLOAD, 0);
        let (split, finish) = state.write(&payload)?;
        Ok((Established::new(Side::Dialled, self.peer, self.ours, theirs, split), whole(finish)?))
    }
}

impl ExpectFinish {
    /// Reads message 3; the bytes are the first frames of the dialler.
    pub fn finish(self, message: &[u8; HANDSHAKE]) -> Result<(Established, Vec<u8>), HandshakeError> {
        let (split, key, payload) = self.state.read(message)?;
        let (address, rest) = payload.split_first_chunk::<32>().ok_or(HandshakeError::Length)?;
        let peer = check_peer(*address, &key)?;
        if peer == self.me {
            return Err(HandshakeError::OwnAddress);
        }
        let (theirs, rest) = Offer::decode(rest)?;
        let (length, rest) = rest.split_first_chunk::<2>().ok_or(HandshakeError::Length)?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (first, padding) = rest.split_at_checked(length).ok_or(HandshakeError::Length)?;
        check_padding(padding)?;
        Ok((Established::new(Side::Answered, peer, self.ours, theirs, split), first.to_vec()))
    }
}

impl Established {
    fn new(side: Side, peer: Address, ours: Offer, theirs: Offer, split: Split) -> Self {
        let (sealing, opening) = match side {
            Side::Dialled => (split.initiator, split.responder),
            Side::Answered => (split.responder, split.initiator),
        };
        let exporter = Exporter::new(split.export);
        Self {
            peer,
            offer: theirs,
            sealer: Sealer::new(sealing),
            opener: Opener::new(opening),
            exporter_out: exporter.clone(),
            exporter_in: exporter,
            hash: split.hash,
            ours,
            renewal: Renewal::new(side),
        }
    }
}

impl Offer {
    fn encode(self) -> Vec<u8> {
        [self.protocol.to_be_bytes().as_slice(), &self.features.to_be_bytes()].concat()
    }

    fn decode(bytes: &[u8]) -> Result<(Self, &[u8]), HandshakeError> {
        let (protocol, rest) = bytes.split_first_chunk().ok_or(HandshakeError::Length)?;
        let (features, rest) = rest.split_first_chunk().ok_or(HandshakeError::Length)?;
        Ok((Self { protocol: u16::from_be_bytes(*protocol), features: u64::from_be_bytes(*features) }, rest))
    }
}

impl From<aead::Error> for HandshakeError {
    fn from(_: aead::Error) -> Self {
        Self::Seal
    }
}

/// The X25519 key has lost the sign of the Edwards key, so both full keys go into the transcript.
fn prologue(responder: &Address, previous: &[u8]) -> Vec<u8> {
    [b"pelure/session/1".as_slice(), responder.public_key(), previous].concat()
}

fn check_peer(address: [u8; 32], proved: &PublicKey) -> Result<Address, HandshakeError> {
    let peer = Address::from_public_key(address).map_err(|_| HandshakeError::Peer)?;
    if exchange_key(&peer) == Some(*proved) { Ok(peer) } else { Err(HandshakeError::Peer) }
}

fn check_padding(padding: &[u8]) -> Result<(), HandshakeError> {
    if padding.iter().all(|b| *b == 0) { Ok(()) } else { Err(HandshakeError::Padding) }
}

fn whole(message: Vec<u8>) -> Result<Box<[u8; HANDSHAKE]>, HandshakeError> {
    message.try_into().map_err(|_| HandshakeError::Length)
}

const EPHEMERAL: usize = 32;
const OFFER: usize = 2 + 8;
const HELLO_PADDING: usize = HANDSHAKE - EPHEMERAL - KEM_KEY - TAG;
const REPLY_PAYLOAD: usize = HANDSHAKE - EPHEMERAL - KEM_CIPHERTEXT - TAG;
const FINISH_PAYLOAD: usize = HANDSHAKE - STATIC_KEY - TAG;
const FINISH_FIXED: usize = 32 + OFFER + 2;

#[cfg(test)]
mod tests;
