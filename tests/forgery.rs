//! Deniability: anybody who knows two onion addresses can make a whole session between them, handshake and messages,
//! that is in no way different from a real one. So a transcript, even with every secret of one side, proves nothing.
//!
//! The forger below has its own few lines of Noise and uses no secret key of either side. The judge then takes the real
//! key of one side, and the real program, and finds the transcript genuine.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

use std::time::Duration;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Nonce};
use curve25519_dalek::edwards::CompressedEdwardsY;
use hkdf::Hkdf;
use ml_kem::B32;
use ml_kem::kem::KeyExport;
use ml_kem::ml_kem_768::DecapsulationKey;
use pelure::session::{Identity, Offer, answer, dial};
use pelure::wire::Random;
use pelure_onion::{Address, ServiceKey};
use sha2::{Digest, Sha256};
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

/// Everything a forger publishes: the transcript, and the "randomness" of both sides, as if both had given it away.
struct Forgery {
    messages: [Vec<u8>; 3],
    /// What the dialler said afterwards, and the answer.
    records: [Vec<u8>; 2],
    dialler_random: Vec<u8>,
    answerer_random: Vec<u8>,
}

/// Makes a session from two public addresses and dice.
fn forge(dialler: &Address, answerer: &Address, first: &[u8], said: &[u8], answered: &[u8]) -> Forgery {
    let [e_a, d, z, e_b, coins] = [1u8, 2, 3, 4, 5].map(|n| [n; 32]);
    let (alice, bob) = (exchange_key(dialler), exchange_key(answerer));
    let (secret_a, secret_b) = (StaticSecret::from(e_a), StaticSecret::from(e_b));
    let (public_a, public_b) = (PublicKey::from(&secret_a), PublicKey::from(&secret_b));
    let kem = DecapsulationKey::from_seed([d, z].as_flattened().try_into().unwrap());

    let mut noise = Noise::new(b"Noise_XKhfs_25519+MLKEM768_ChaChaPoly_SHA256");
    noise.mix_hash(&[b"pelure/session/1".as_slice(), answerer.public_key()].concat());
    noise.mix_hash(bob.as_bytes());

    let mut message_1 = public_a.as_bytes().to_vec();
    noise.mix_hash(public_a.as_bytes());
    noise.mix_key(secret_a.diffie_hellman(&bob).as_bytes()); // es, with the dialler's ephemeral secret
    message_1.extend(noise.seal(&kem.encapsulation_key().to_bytes()));
    message_1.extend(noise.seal(&[0; 216]));

    let mut message_2 = public_b.as_bytes().to_vec();
    noise.mix_hash(public_b.as_bytes());
    noise.mix_key(secret_b.diffie_hellman(&public_a).as_bytes()); // ee
    let (ciphertext, secret) = kem.encapsulation_key().encapsulate_deterministic(&B32::from(coins));
    message_2.extend(noise.seal(&ciphertext));
    noise.mix_key(&secret);
    message_2.extend(noise.seal(&padded(&OFFER_BYTES, 312)));

    let mut message_3 = noise.seal(alice.as_bytes());
    noise.mix_key(secret_b.diffie_hellman(&alice).as_bytes()); // se, with the answering side's ephemeral secret
    let length = u16::try_from(first.len()).unwrap().to_be_bytes();
    let payload = [dialler.public_key().as_slice(), &OFFER_BYTES, &length, first].concat();
    message_3.extend(noise.seal(&padded(&payload, 1400)));

    let [to_answerer, to_dialler] = keys(&noise.chain, &[]);
    Forgery {
        messages: [message_1, message_2, message_3],
        records: [record(&to_answerer, said), record(&to_dialler, answered)],
        dialler_random: [e_a, d, z].concat(),
        answerer_random: [e_b, coins].concat(),
    }
}

/// Noise's symmetric state, once more.
struct Noise {
    chain: [u8; 32],
    hash: [u8; 32],
    key: [u8; 32],
    number: u64,
}

impl Noise {
    fn new(name: &[u8]) -> Self {
        let hash = Sha256::digest(name).into();
        Self { chain: hash, hash, key: [0; 32], number: 0 }
    }

    fn mix_hash(&mut self, data: &[u8]) {
        self.hash = Sha256::new().chain_update(self.hash).chain_update(data).finalize().into();
    }

    fn mix_key(&mut self, secret: &[u8]) {
        [self.chain, self.key] = keys(&self.chain, secret);
        self.number = 0;
    }

    fn seal(&mut self, text: &[u8]) -> Vec<u8> {
        let sealed = seal(&self.key, self.number, &self.hash, text);
        self.number += 1;
        self.mix_hash(&sealed);
        sealed
    }
}

fn keys(salt: &[u8; 32], secret: &[u8]) -> [[u8; 32]; 2] {
    let mut out = [[0; 32]; 2];
    Hkdf::<Sha256>::new(Some(salt), secret).expand(&[], out.as_flattened_mut()).unwrap();
    out
}

fn seal(key: &[u8; 32], number: u64, bound: &[u8], text: &[u8]) -> Vec<u8> {
    let mut nonce = [0; 12];
    nonce[4..].copy_from_slice(&number.to_le_bytes());
    ChaCha20Poly1305::new(key.into()).encrypt(&Nonce::from(nonce), Payload { msg: text, aad: bound }).unwrap()
}

/// The first record of one cell in one direction.
fn record(key: &[u8; 32], bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap().to_be_bytes();
    let body = padded(&[&length, bytes].concat(), 488 - 33);
    [seal(key, 0, &[], &[0]), seal(key, 1, &[], &body)].concat()
}

fn padded(bytes: &[u8], length: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes.resize(length, 0);
    bytes
}

fn exchange_key(address: &Address) -> PublicKey {
    PublicKey::from(CompressedEdwardsY(*address.public_key()).decompress().unwrap().to_montgomery().to_bytes())
}

/// The randomness that the forger claims a side had.
struct Claimed(Vec<u8>);

impl Random for Claimed {
    fn fill(&mut self, bytes: &mut [u8]) {
        let rest = self.0.split_off(bytes.len());
        bytes.copy_from_slice(&std::mem::replace(&mut self.0, rest));
    }
}

fn real_key(n: u8) -> ServiceKey {
    ServiceKey::from_seed(Zeroizing::new([n; 32])).unwrap()
}

const OFFER: Offer = Offer { protocol: 1, features: 5 };
const OFFER_BYTES: [u8; 10] = [0, 1, 0, 0, 0, 0, 0, 0, 0, 5];
const NOW: Duration = Duration::from_secs(1);

#[test]
fn a_judge_with_the_answering_sides_key_finds_a_forgery_genuine() {
    let (alice, bob) = (real_key(1).address(), real_key(2).address());
    let forgery = forge(&alice, &bob, b"first", b"I did it.", b"I saw it.");

    let bob = Identity::new(&real_key(2)).unwrap();
    let [message_1, message_2, message_3] = &forgery.messages;
    let mut random = Claimed(forgery.answerer_random);
    let (state, reply) = answer(&bob, OFFER).hello(message_1.as_slice().try_into().unwrap(), &mut random).unwrap();
    assert_eq!(reply.as_slice(), message_2);
    let (mut session, first) = state.finish(message_3.as_slice().try_into().unwrap()).unwrap();
    assert_eq!(session.peer, alice, "the judge believes that this was Alice");
    assert_eq!(first, b"first");
    session.opener.push(&forgery.records[0]).unwrap();
    assert_eq!(session.opener.next().unwrap().unwrap(), b"I did it.");
    let mut sent = Vec::new();
    session.sealer.seal(b"I saw it.", NOW, &mut sent).unwrap();
    assert_eq!(sent, forgery.records[1]);
}

#[test]
fn a_judge_with_the_diallers_key_finds_a_forgery_genuine() {
    let (alice, bob) = (real_key(1).address(), real_key(2).address());
    let forgery = forge(&alice, &bob, b"first", b"I did it.", b"I saw it.");

    let alice = Identity::new(&real_key(1)).unwrap();
    let [message_1, message_2, message_3] = &forgery.messages;
    let mut random = Claimed(forgery.dialler_random);
    let (state, hello) = dial(&alice, bob, OFFER, &mut random).unwrap();
    assert_eq!(hello.as_slice(), message_1);
    let (mut session, last) = state.reply(message_2.as_slice().try_into().unwrap(), b"first").unwrap();
    assert_eq!(last.as_slice(), message_3);
    let mut sent = Vec::new();
    session.sealer.seal(b"I did it.", NOW, &mut sent).unwrap();
    assert_eq!(sent, forgery.records[0]);
    session.opener.push(&forgery.records[1]).unwrap();
    assert_eq!(session.opener.next().unwrap().unwrap(), b"I saw it.");
}

/// The other half of the promise: what is forged afterwards cannot be put into a live session, whose ephemeral secrets
/// the forger does not have.
#[test]
fn a_forger_cannot_take_part_in_a_live_session() {
    let (alice, bob) = (real_key(1).address(), real_key(2).address());
    let forgery = forge(&alice, &bob, b"first", b"I did it.", b"I saw it.");
    let me = Identity::new(&real_key(2)).unwrap();
    let mut own_random = Claimed(vec![9; 64]);
    let (state, _) =
        answer(&me, OFFER).hello(forgery.messages[0].as_slice().try_into().unwrap(), &mut own_random).unwrap();
    assert!(state.finish(forgery.messages[2].as_slice().try_into().unwrap()).is_err());
}
