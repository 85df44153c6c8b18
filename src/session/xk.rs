//! The pattern XK of Noise with the hybrid forward secrecy of the `hfs` extension, ML-KEM-768 (FIPS 203) as its KEM:
//!
//! ```text
//! <- s
//! -> e, es, e1
//! <- e, ee, ekem1
//! -> s, se
//! ```
//!
//! It does not pad and does not know onion addresses: `handshake.rs` does.

use ml_kem::kem::{Decapsulate, Key as KemKey, KeyExport};
use ml_kem::ml_kem_768::{Ciphertext, DecapsulationKey, EncapsulationKey};
use ml_kem::{B32, Seed};
use x25519_dalek::{PublicKey, SharedSecret, StaticSecret};
use zeroize::{Zeroize, Zeroizing};

use super::handshake::HandshakeError;
use super::noise::{Split, Symmetric};
use super::redacted;
use crate::wire::Random;

/// Whether the KEM tokens are in the pattern.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kem {
    /// `XKhfs`: the only one that talks to a peer.
    MlKem768,
    /// Plain `XK`, which other implementations know: the oracle of the tests.
    #[cfg(test)]
    Off,
}

/// The initiator after message 1.
#[cfg_attr(test, derive(Clone))]
pub(super) struct ExpectSecond {
    state: Symmetric,
    own_static: StaticSecret,
    own_ephemeral: StaticSecret,
    decapsulation: Option<DecapsulationKey>,
}

/// The initiator after message 2.
pub(super) struct Third {
    state: Symmetric,
    own_static: StaticSecret,
    their_ephemeral: PublicKey,
}

/// The responder after message 1.
pub(super) struct Second {
    state: Symmetric,
    their_ephemeral: PublicKey,
    encapsulation: Option<EncapsulationKey>,
}

/// The responder after message 2.
#[cfg_attr(test, derive(Clone))]
pub(super) struct ExpectThird {
    state: Symmetric,
    own_ephemeral: StaticSecret,
}

redacted!(ExpectSecond, Third, Second, ExpectThird);

/// The initiator writes message 1 to a responder whose static key it knows.
pub(super) fn write_first(
    kem: Kem,
    prologue: &[u8],
    own_static: &StaticSecret,
    their_static: &PublicKey,
    random: &mut dyn Random,
    payload: &[u8],
) -> Result<(ExpectSecond, Vec<u8>), HandshakeError> {
    let mut state = start(kem, prologue, their_static);
    let mut message = Vec::new();
    let own_ephemeral = write_ephemeral(&mut state, random, &mut message);
    state.mix_key(agree(&own_ephemeral, their_static)?.as_bytes());
    let decapsulation = match kem {
        Kem::MlKem768 => Some(write_kem_key(&mut state, random, &mut message)?),
        #[cfg(test)]
        Kem::Off => None,
    };
    state.seal(payload, &mut message)?;
    Ok((ExpectSecond { state, own_static: own_static.clone(), own_ephemeral, decapsulation }, message))
}

/// The responder reads message 1.
pub(super) fn read_first(
    kem: Kem,
    prologue: &[u8],
    own_static: &StaticSecret,
    message: &[u8],
) -> Result<(Second, Zeroizing<Vec<u8>>), HandshakeError> {
    let mut state = start(kem, prologue, &PublicKey::from(own_static));
    let (their_ephemeral, rest) = read_ephemeral(&mut state, message)?;
    state.mix_key(agree(own_static, &their_ephemeral)?.as_bytes());
    let (encapsulation, rest) = match kem {
        Kem::MlKem768 => {
            let (sealed, rest) = rest.split_at_checked(KEM_KEY).ok_or(HandshakeError::Length)?;
            (Some(read_kem_key(&mut state, sealed)?), rest)
        }
        #[cfg(test)]
        Kem::Off => (None, rest),
    };
    let payload = state.open(rest)?;
    Ok((Second { state, their_ephemeral, encapsulation }, payload))
}

impl Second {
    /// The responder writes message 2.
    pub(super) fn write(
        mut self,
        random: &mut dyn Random,
        payload: &[u8],
    ) -> Result<(ExpectThird, Vec<u8>), HandshakeError> {
        let mut message = Vec::new();
        let own_ephemeral = write_ephemeral(&mut self.state, random, &mut message);
        self.state.mix_key(agree(&own_ephemeral, &self.their_ephemeral)?.as_bytes());
        if let Some(key) = &self.encapsulation {
            let mut coins = B32::default();
            random.fill(&mut coins);
            // Fresh coins each time: this is FIPS 203's Encaps with our source of randomness.
            let (ciphertext, mut secret) = key.encapsulate_deterministic(&coins);
            coins.zeroize();
            self.state.seal(&ciphertext, &mut message)?;
            self.state.mix_key(&secret);
            secret.zeroize();
        }
        self.state.seal(payload, &mut message)?;
        Ok((ExpectThird { state: self.state, own_ephemeral }, message))
    }
}

impl ExpectSecond {
    /// The initiator reads message 2.
    pub(super) fn read(mut self, message: &[u8]) -> Result<(Third, Zeroizing<Vec<u8>>), HandshakeError> {
        let (their_ephemeral, mut rest) = read_ephemeral(&mut self.state, message)?;
        self.state.mix_key(agree(&self.own_ephemeral, &their_ephemeral)?.as_bytes());
        if let Some(key) = &self.decapsulation {
            let (sealed, after) = rest.split_at_checked(KEM_CIPHERTEXT).ok_or(HandshakeError::Length)?;
            let ciphertext = self.state.open(sealed)?;
            let ciphertext = Ciphertext::try_from(ciphertext.as_slice()).map_err(|_| HandshakeError::Length)?;
            let mut secret = key.decapsulate(&ciphertext);
            self.state.mix_key(&secret);
            secret.zeroize();
            rest = after;
        }
        let payload = self.state.open(rest)?;
        Ok((Third { state: self.state, own_static: self.own_static, their_ephemeral }, payload))
    }
}

impl Third {
    /// The initiator writes message 3 and is done.
    pub(super) fn write(mut self, payload: &[u8]) -> Result<(Split, Vec<u8>), HandshakeError> {
        let mut message = Vec::new();
        self.state.seal(PublicKey::from(&self.own_static).as_bytes(), &mut message)?;
        self.state.mix_key(agree(&self.own_static, &self.their_ephemeral)?.as_bytes());
        self.state.seal(payload, &mut message)?;
        Ok((self.state.split(), message))
    }
}

impl ExpectThird {
    /// The responder reads message 3 and is done; the key is the initiator's static one.
    pub(super) fn read(mut self, message: &[u8]) -> Result<(Split, PublicKey, Zeroizing<Vec<u8>>), HandshakeError> {
        let (sealed, rest) = message.split_at_checked(STATIC_KEY).ok_or(HandshakeError::Length)?;
        let their_static = public_key(&self.state.open(sealed)?)?;
        self.state.mix_key(agree(&self.own_ephemeral, &their_static)?.as_bytes());
        let payload = self.state.open(rest)?;
        Ok((self.state.split(), their_static, payload))
    }
}

fn start(kem: Kem, prologue: &[u8], responder: &PublicKey) -> Symmetric {
    let mut state = Symmetric::new(match kem {
        Kem::MlKem768 => "Noise_XKhfs_25519+MLKEM768_ChaChaPoly_SHA256",
        #[cfg(test)]
        Kem::Off => "Noise_XK_25519_ChaChaPoly_SHA256",
    });
    state.mix_hash(prologue);
    state.mix_hash(responder.as_bytes());
    state
}

fn write_ephemeral(state: &mut Symmetric, random: &mut dyn Random, message: &mut Vec<u8>) -> StaticSecret {
    let mut bytes = Zeroizing::new([0u8; 32]);
    random.fill(bytes.as_mut());
    let secret = StaticSecret::from(*bytes);
    let public = PublicKey::from(&secret);
    state.mix_hash(public.as_bytes());
    message.extend_from_slice(public.as_bytes());
    secret
}

fn read_ephemeral<'m>(state: &mut Symmetric, message: &'m [u8]) -> Result<(PublicKey, &'m [u8]), HandshakeError> {
    let (bytes, rest) = message.split_at_checked(32).ok_or(HandshakeError::Length)?;
    let key = public_key(bytes)?;
    state.mix_hash(bytes);
    Ok((key, rest))
}

fn write_kem_key(
    state: &mut Symmetric,
    random: &mut dyn Random,
    message: &mut Vec<u8>,
) -> Result<DecapsulationKey, HandshakeError> {
    let mut seed = Zeroizing::new(Seed::default());
    random.fill(seed.as_mut());
    let key = DecapsulationKey::from_seed(*seed);
    state.seal(&key.encapsulation_key().to_bytes(), message)?;
    Ok(key)
}

fn read_kem_key(state: &mut Symmetric, sealed: &[u8]) -> Result<EncapsulationKey, HandshakeError> {
    let bytes = state.open(sealed)?;
    let bytes = KemKey::<EncapsulationKey>::try_from(bytes.as_slice()).map_err(|_| HandshakeError::Length)?;
    // Checks the modulus (FIPS 203, section 7.2).
    EncapsulationKey::new(&bytes).map_err(|_| HandshakeError::KemKey)
}

/// An X25519 key that is canonical: below the prime 2^255 - 19 (RFC 7748 would reduce it silently).
fn public_key(bytes: &[u8]) -> Result<PublicKey, HandshakeError> {
    let bytes: [u8; 32] = bytes.try_into().map_err(|_| HandshakeError::Length)?;
    let [first, middle @ .., last] = &bytes;
    let beyond = *last > 0x7f || (*last == 0x7f && middle.iter().all(|b| *b == 0xff) && *first >= 0xed);
    if beyond { Err(HandshakeError::PublicKey) } else { Ok(PublicKey::from(bytes)) }
}

/// Diffie-Hellman that refuses points of low order.
fn agree(secret: &StaticSecret, public: &PublicKey) -> Result<SharedSecret, HandshakeError> {
    let shared = secret.diffie_hellman(public);
    if shared.was_contributory() { Ok(shared) } else { Err(HandshakeError::LowOrder) }
}

/// A sealed encapsulation key.
pub(super) const KEM_KEY: usize = 1184 + 16;
/// A sealed ciphertext.
pub(super) const KEM_CIPHERTEXT: usize = 1088 + 16;
/// A sealed static key.
pub(super) const STATIC_KEY: usize = 32 + 16;

#[cfg(test)]
mod tests;
