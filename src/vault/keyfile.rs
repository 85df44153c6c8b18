//! The file `key`: the random database key, wrapped under the passphrase.
//!
//! A checksum tells damage from a wrong passphrase. During a change of passphrase it holds two slots; whichever opens
//! the database is right. It does not open the database ([`super::connection`]).
//!
//! Bytes: `PELURKEY` | version 1 | slots 1 or 2 | slots | SHA-256 of all before. A slot: memory, passes, lanes (u32 big
//! endian) | salt 16 | nonce 24 | wrapped key 48 (XChaCha20-Poly1305; everything before it in the slot is bound in).

use chacha20poly1305::XChaCha20Poly1305;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use zeroize::{ZeroizeOnDrop, Zeroizing};

use super::error::VaultError;
use super::passphrase::{Cost, Passphrase};
use crate::wire::Random;

/// The key of the database. SQLCipher takes it raw, without a derivation of its own.
#[derive(Clone, PartialEq, Eq, zeroize::Zeroize, ZeroizeOnDrop)]
pub(super) struct DatabaseKey([u8; 32]);

/// One wrapped key.
#[derive(Clone)]
pub(super) struct Slot {
    cost: Cost,
    salt: [u8; 16],
    nonce: [u8; 24],
    wrapped: [u8; 48],
}

impl DatabaseKey {
    /// A fresh one.
    pub(super) fn draw(random: &mut dyn Random) -> Self {
        let mut key = Self([0; 32]);
        random.fill(&mut key.0);
        key
    }

    /// As SQLCipher writes a raw key: `x'..'`.
    pub(super) fn literal(&self) -> Zeroizing<String> {
        let hex = Zeroizing::new(HEXLOWER.encode(&self.0));
        Zeroizing::new(["x'", &hex, "'"].concat())
    }
}

impl std::fmt::Debug for DatabaseKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DatabaseKey([redacted])")
    }
}

impl Slot {
    /// Wraps a key under a passphrase.
    pub(super) fn wrap(
        key: &DatabaseKey,
        passphrase: &Passphrase,
        cost: Cost,
        random: &mut dyn Random,
    ) -> Result<Self, VaultError> {
        let mut slot = Self { cost, salt: [0; 16], nonce: [0; 24], wrapped: [0; 48] };
        random.fill(&mut slot.salt);
        random.fill(&mut slot.nonce);
        let wrapping = passphrase.derive(cost, &slot.salt)?;
        let aad = slot.head();
        let sealed = XChaCha20Poly1305::new((&*wrapping).into())
            .encrypt((&slot.nonce).into(), Payload { msg: &key.0, aad: &aad })
            .map_err(|_| DAMAGED)?;
        slot.wrapped = sealed.try_into().map_err(|_| DAMAGED)?;
        Ok(slot)
    }

    /// Unwraps the key. The slot is whole, so what does not open it is the passphrase.
    pub(super) fn unwrap(&self, passphrase: &Passphrase) -> Result<DatabaseKey, VaultError> {
        let wrapping = passphrase.derive(self.cost, &self.salt)?;
        let opened = XChaCha20Poly1305::new((&*wrapping).into())
            .decrypt((&self.nonce).into(), Payload { msg: &self.wrapped, aad: &self.head() })
            .map_err(|_| VaultError::WrongPassphrase)?;
        let opened = Zeroizing::new(opened);
        Ok(DatabaseKey(opened.as_slice().try_into().map_err(|_| DAMAGED)?))
    }

    /// Everything before the wrapped key.
    fn head(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(SLOT);
        for number in [self.cost.memory, self.cost.passes, self.cost.lanes] {
            bytes.extend_from_slice(&number.to_be_bytes());
        }
        bytes.extend_from_slice(&self.salt);
        bytes.extend_from_slice(&self.nonce);
        bytes
    }

    fn decode(bytes: &[u8; SLOT]) -> Option<Self> {
        let (memory, rest) = bytes.split_first_chunk::<4>()?;
        let (passes, rest) = rest.split_first_chunk::<4>()?;
        let (lanes, rest) = rest.split_first_chunk::<4>()?;
        let (salt, rest) = rest.split_first_chunk::<16>()?;
        let (nonce, rest) = rest.split_first_chunk::<24>()?;
        let wrapped: [u8; 48] = rest.try_into().ok()?;
        let number = |bytes: &[u8; 4]| u32::from_be_bytes(*bytes);
        let cost = Cost { memory: number(memory), passes: number(passes), lanes: number(lanes) };
        cost.bearable().then_some(Self { cost, salt: *salt, nonce: *nonce, wrapped })
    }
}

/// Writes one or two slots.
pub(super) fn encode(slots: &[Slot]) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.push(VERSION);
    bytes.push(slots.len() as u8);
    for slot in slots {
        bytes.extend_from_slice(&slot.head());
        bytes.extend_from_slice(&slot.wrapped);
    }
    let sum = Sha256::digest(&bytes);
    bytes.extend_from_slice(&sum);
    bytes
}

/// Reads the slots; whatever is not byte for byte what was written is damage.
pub(super) fn decode(bytes: &[u8]) -> Result<Vec<Slot>, VaultError> {
    let (body, sum) = bytes.split_last_chunk::<32>().ok_or(DAMAGED)?;
    let rest = body.strip_prefix(MAGIC).ok_or(DAMAGED)?;
    if Sha256::digest(body)[..] != sum[..] {
        return Err(DAMAGED);
    }
    let (&version, rest) = rest.split_first().ok_or(DAMAGED)?;
    if version != VERSION {
        return Err(VaultError::TooNew);
    }
    let (&count, slots) = rest.split_first().ok_or(DAMAGED)?;
    let (slots, tail) = slots.as_chunks::<SLOT>();
    if !(1..=2).contains(&count) || slots.len() != usize::from(count) || !tail.is_empty() {
        return Err(DAMAGED);
    }
    slots.iter().map(|slot| Slot::decode(slot).ok_or(DAMAGED)).collect()
}

/// No key file is longer.
pub(super) const LONGEST: u64 = 10 + 2 * SLOT as u64 + 32;

const MAGIC: &[u8] = b"PELURKEY";
const VERSION: u8 = 1;
const SLOT: usize = 12 + 16 + 24 + 48;
const DAMAGED: VaultError = VaultError::Damaged { what: "the key file" };

#[cfg(test)]
mod tests {
    use super::super::testing::{Counting, passphrase};
    use super::*;

    fn slot(word: &str) -> (DatabaseKey, Slot) {
        let key = DatabaseKey::draw(&mut Counting::new());
        let slot = Slot::wrap(&key, &passphrase(word), Cost::DANGEROUSLY_CHEAP, &mut Counting::new()).unwrap();
        (key, slot)
    }

    #[test]
    fn the_right_passphrase_alone_opens_it() {
        let (key, slot) = slot("right");
        let slots = decode(&encode(&[slot.clone(), slot])).unwrap();
        assert_eq!(slots.len(), 2);
        assert_eq!(slots[1].unwrap(&passphrase("right")).unwrap(), key);
        assert_eq!(slots[0].unwrap(&passphrase("wrong")), Err(VaultError::WrongPassphrase));
    }

    #[test]
    fn every_flipped_bit_and_every_truncation_is_damage() {
        let good = encode(&[slot("right").1]);
        for at in 0..good.len() {
            for bit in 0..8 {
                let mut bad = good.clone();
                bad[at] ^= 1 << bit;
                assert_eq!(decode(&bad).err(), Some(DAMAGED), "byte {at} bit {bit}");
            }
            assert_eq!(decode(&good[..at]).err(), Some(DAMAGED), "cut at {at}");
        }
        assert_eq!(decode(&[&good[..], &[0]].concat()).err(), Some(DAMAGED));
    }

    #[test]
    fn a_header_cannot_ask_for_more_than_we_are_ready_to_spend() {
        let (_, mut slot) = slot("right");
        slot.cost.memory = u32::MAX;
        assert_eq!(decode(&encode(&[slot])).err(), Some(DAMAGED));
    }

    #[test]
    fn a_later_version_is_told_apart_from_damage() {
        let mut bytes = encode(&[slot("right").1]);
        bytes[8] = 2;
        let body = bytes.len() - 32;
        let sum = Sha256::digest(&bytes[..body]);
        bytes[body..].copy_from_slice(&sum);
        assert_eq!(decode(&bytes).err(), Some(VaultError::TooNew));
    }
}
