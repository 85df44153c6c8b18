//! The handshake against itself and against hostile messages.

use curve25519_dalek::edwards::CompressedEdwardsY;
use ml_kem::kem::KeyExport;
use ml_kem::ml_kem_768::DecapsulationKey;
use pelure_onion::{Address, ServiceKey};
use proptest::prelude::*;
use x25519_dalek::StaticSecret;

use super::*;
use crate::session::key::expand;
use crate::session::noise::Symmetric;
use crate::session::testing::{ALICE, BOB, Dice, NOW, address, identity, session};

mod secrecy;

type Message = Box<[u8; HANDSHAKE]>;

fn hello(seed: u64) -> (ExpectReply, Message) {
    dial(&identity(1), address(2), ALICE, &mut Dice::new(seed)).unwrap()
}

fn reply(hello: &[u8; HANDSHAKE]) -> Result<(ExpectFinish, Message), HandshakeError> {
    answer(&identity(2), BOB).hello(hello, &mut Dice::new(2))
}

/// What somebody who plays the dialler by hand can put into the messages.
struct Forger {
    state: Symmetric,
    ephemeral: StaticSecret,
    message: Vec<u8>,
}

impl Forger {
    /// Message 1 up to and with `es`, to identity 2.
    fn new() -> Self {
        let bob = exchange_key(&address(2)).unwrap();
        let mut state = Symmetric::new("Noise_XKhfs_25519+MLKEM768_ChaChaPoly_SHA256");
        state.mix_hash(&prologue(&address(2), &[]));
        state.mix_hash(bob.as_bytes());
        let ephemeral = StaticSecret::from([7; 32]);
        let public = PublicKey::from(&ephemeral);
        state.mix_hash(public.as_bytes());
        state.mix_key(ephemeral.diffie_hellman(&bob).as_bytes());
        Self { state, ephemeral, message: public.as_bytes().to_vec() }
    }

    fn hello(&mut self, kem_key: &[u8], padding: &[u8]) -> Message {
        self.state.seal(kem_key, &mut self.message).unwrap();
        self.state.seal(padding, &mut self.message).unwrap();
        std::mem::take(&mut self.message).try_into().unwrap()
    }

    /// Reads message 2 and writes message 3 as the owner of `secret` who claims to be `claimed`.
    fn finish(
        mut self,
        kem: &DecapsulationKey,
        reply: &[u8; HANDSHAKE],
        secret: &StaticSecret,
        claimed: &[u8; 32],
        rest: &[u8],
    ) -> Message {
        use ml_kem::kem::Decapsulate;
        let (ephemeral, sealed) = reply.split_first_chunk::<32>().unwrap();
        let ephemeral_key = PublicKey::from(*ephemeral);
        self.state.mix_hash(ephemeral);
        self.state.mix_key(self.ephemeral.diffie_hellman(&ephemeral_key).as_bytes());
        let ciphertext = self.state.open(&sealed[..KEM_CIPHERTEXT]).unwrap();
        self.state.mix_key(&kem.decapsulate_slice(&ciphertext).unwrap());
        self.state.open(&sealed[KEM_CIPHERTEXT..]).unwrap();
        let mut message = Vec::new();
        self.state.seal(PublicKey::from(secret).as_bytes(), &mut message).unwrap();
        self.state.mix_key(secret.diffie_hellman(&ephemeral_key).as_bytes());
        let mut payload = claimed.to_vec();
        payload.extend_from_slice(rest);
        payload.resize(FINISH_PAYLOAD, 0);
        self.state.seal(&payload, &mut message).unwrap();
        message.try_into().unwrap()
    }
}

/// Runs a forged dialler to the end against identity 2.
fn forged_finish(secret: &StaticSecret, claimed: &[u8; 32], rest: &[u8]) -> Result<Address, HandshakeError> {
    let kem = DecapsulationKey::from_seed([9; 64].into());
    let mut forger = Forger::new();
    let hello = forger.hello(&kem.encapsulation_key().to_bytes(), &[0; HELLO_PADDING]);
    let (state, reply) = reply(&hello).unwrap();
    let last = forger.finish(&kem, &reply, secret, claimed, rest);
    state.finish(&last).map(|(session, _)| session.peer)
}

#[test]
fn both_sides_learn_who_the_other_is() {
    let (mut alice, mut bob) = session();
    assert_eq!((alice.peer, bob.peer), (address(2), address(1)));
    assert_eq!((alice.offer, bob.offer), (BOB, ALICE));
    assert_eq!(alice.hash, bob.hash);
    let mut wire = Vec::new();
    alice.sealer.seal(b"bonjour", NOW, &mut wire).unwrap();
    bob.opener.push(&wire).unwrap();
    assert_eq!(bob.opener.next().unwrap().unwrap(), b"bonjour");
    wire.clear();
    bob.sealer.seal(b"salut", NOW, &mut wire).unwrap();
    alice.opener.push(&wire).unwrap();
    assert_eq!(alice.opener.next().unwrap().unwrap(), b"salut");
}

#[test]
fn first_bytes_travel_in_message_3() {
    for length in [0, 1, ExpectReply::FIRST_BYTES - 1, ExpectReply::FIRST_BYTES] {
        let first = vec![0xa5; length];
        let (alice, message) = hello(1);
        let (bob, message) = reply(&message).unwrap();
        let (_, message) = alice.reply(&message, &first).unwrap();
        assert_eq!(bob.finish(&message).unwrap().1, first);
    }
    let (alice, message) = hello(1);
    let (_, message) = reply(&message).unwrap();
    let refused = alice.reply(&message, &[0; ExpectReply::FIRST_BYTES + 1]);
    assert_eq!(refused.unwrap_err(), HandshakeError::FirstBytes);
}

#[test]
fn nobody_dials_themselves() {
    let refused = dial(&identity(1), address(1), ALICE, &mut Dice::new(1));
    assert_eq!(refused.unwrap_err(), HandshakeError::OwnAddress);
}

#[test]
fn a_peer_that_claims_our_own_address_is_refused() {
    // Only a second program with the same key can get this far.
    let bob = identity(2);
    let refused = forged_finish(bob.secret(), address(2).public_key(), &[]);
    assert_eq!(refused.unwrap_err(), HandshakeError::OwnAddress);
}

#[test]
fn the_forger_of_these_tests_succeeds_when_it_is_honest() {
    // Else the refusals below would prove nothing.
    let alice = identity(1);
    assert_eq!(forged_finish(alice.secret(), address(1).public_key(), &[]), Ok(address(1)));
}

#[test]
fn a_claimed_address_must_belong_to_the_proved_key() {
    let mallory = identity(3);
    let refused = forged_finish(mallory.secret(), address(1).public_key(), &[]);
    assert_eq!(refused.unwrap_err(), HandshakeError::Peer);
}

#[test]
fn a_non_canonical_or_weak_address_key_is_refused() {
    let alice = identity(1);
    let mut non_canonical = [0xff; 32];
    (non_canonical[0], non_canonical[31]) = (0xee, 0x7f); // y = p + 1, an alias of the neutral element
    let mut neutral = [0; 32];
    neutral[0] = 1;
    let point = CompressedEdwardsY(*address(1).public_key()).decompress().unwrap();
    let torsion = curve25519_dalek::constants::EIGHT_TORSION[1];
    let mixed = (point + torsion).compress().0;
    for claimed in [non_canonical, neutral, [0; 32], mixed] {
        let refused = forged_finish(alice.secret(), &claimed, &[]);
        assert_eq!(refused.unwrap_err(), HandshakeError::Peer);
    }
}

#[test]
fn the_negated_address_is_another_address() {
    // Both map to one X25519 key; who owns one owns the other, and they must not be confused.
    let point = CompressedEdwardsY(*address(1).public_key()).decompress().unwrap();
    let negated = (-point).compress().0;
    let seen = forged_finish(identity(1).secret(), &negated, &[]).unwrap();
    assert_eq!(seen.public_key(), &negated);
    assert_ne!(seen, address(1));
}

#[test]
fn low_order_points_are_refused() {
    for point in curve25519_dalek::constants::EIGHT_TORSION {
        let low = point.to_montgomery().to_bytes();
        // From a dialler: `es` would be known to everybody.
        let (alice, mut message) = hello(1);
        message[..32].copy_from_slice(&low);
        assert_eq!(reply(&message).unwrap_err(), HandshakeError::LowOrder);
        // From the answering side: `ee` would be.
        let (_, message) = hello(1);
        let (_, mut message) = reply(&message).unwrap();
        message[..32].copy_from_slice(&low);
        assert_eq!(alice.reply(&message, &[]).unwrap_err(), HandshakeError::LowOrder);
    }
}

#[test]
fn non_canonical_exchange_keys_are_refused() {
    let mut prime = [0xff; 32];
    (prime[0], prime[31]) = (0xed, 0x7f);
    let (alice, mut message) = hello(1);
    let mut high_bit = [0; 32];
    high_bit.copy_from_slice(&message[..32]);
    high_bit[31] |= 0x80;
    for key in [prime, [0xff; 32], high_bit] {
        message[..32].copy_from_slice(&key);
        assert_eq!(reply(&message).unwrap_err(), HandshakeError::PublicKey);
    }
    let (_, message) = hello(1);
    let (_, mut message) = reply(&message).unwrap();
    message[31] |= 0x80;
    assert_eq!(alice.reply(&message, &[]).unwrap_err(), HandshakeError::PublicKey);
}

#[test]
fn the_largest_canonical_exchange_key_is_read() {
    let mut largest = [0xff; 32];
    (largest[0], largest[31]) = (0xec, 0x7f);
    let (_, mut message) = hello(1);
    message[..32].copy_from_slice(&largest);
    // p - 1 is canonical but of order 4 on the twist: it gets past the first check and not past the second.
    assert_eq!(reply(&message).unwrap_err(), HandshakeError::LowOrder);
}

#[test]
fn an_invalid_kem_key_is_refused() {
    let mut key = DecapsulationKey::from_seed([9; 64].into()).encapsulation_key().to_bytes();
    (key[0], key[1]) = (0x01, key[1] | 0x0d); // the first coefficient becomes 0xd01 = q
    key[1] &= 0xfd;
    let refused = reply(&Forger::new().hello(&key, &[0; HELLO_PADDING]));
    assert_eq!(refused.unwrap_err(), HandshakeError::KemKey);
}

#[test]
fn padding_must_be_zero() {
    let key = DecapsulationKey::from_seed([9; 64].into()).encapsulation_key().to_bytes();
    for at in [0, HELLO_PADDING - 1] {
        let mut padding = [0; HELLO_PADDING];
        padding[at] = 1;
        let refused = reply(&Forger::new().hello(&key, &padding));
        assert_eq!(refused.unwrap_err(), HandshakeError::Padding);
    }
    // Message 3: no first bytes, and then something.
    let mut rest = [0; FINISH_PAYLOAD - 32];
    rest[FINISH_PAYLOAD - 33] = 1;
    let refused = forged_finish(identity(1).secret(), address(1).public_key(), &rest);
    assert_eq!(refused.unwrap_err(), HandshakeError::Padding);
}

#[test]
fn a_length_beyond_message_3_is_refused() {
    let mut rest = [0; OFFER + 2];
    rest[OFFER..].copy_from_slice(&u16::to_be_bytes(ExpectReply::FIRST_BYTES as u16 + 1));
    let refused = forged_finish(identity(1).secret(), address(1).public_key(), &rest);
    assert_eq!(refused.unwrap_err(), HandshakeError::Length);
}

#[test]
fn a_hello_for_somebody_else_does_not_open() {
    let (_, message) = hello(1);
    let refused = answer(&identity(3), BOB).hello(&message, &mut Dice::new(2));
    assert_eq!(refused.unwrap_err(), HandshakeError::Seal);
}

#[test]
fn an_impostor_of_the_address_cannot_reply() {
    // Identity 3 answers a hello for identity 2 by pretending that it was for itself.
    let (alice, message) = hello(1);
    let (_, genuine) = hello(4);
    assert!(answer(&identity(3), BOB).hello(&message, &mut Dice::new(2)).is_err());
    let (_, other) = reply(&genuine).unwrap();
    assert_eq!(alice.reply(&other, &[]).unwrap_err(), HandshakeError::Seal);
}

#[test]
fn a_reflected_message_is_refused() {
    // Back to its sender, as an answer and as a dial.
    let (alice, message) = hello(1);
    assert!(alice.reply(&message, &[]).is_err());
    let refused = answer(&identity(1), ALICE).hello(&message, &mut Dice::new(2));
    assert_eq!(refused.unwrap_err(), HandshakeError::Seal);
    // Message 2 back to the answering side, as the last message.
    let (bob, message) = reply(&message).unwrap();
    assert_eq!(bob.finish(&message).unwrap_err(), HandshakeError::Seal);
}

#[test]
fn a_replayed_message_is_refused() {
    let (alice, message_1) = hello(1);
    let (bob, message_2) = reply(&message_1).unwrap();
    let (_, message_3) = alice.reply(&message_2, b"once").unwrap();
    bob.finish(&message_3).unwrap();
    // The whole dialogue again: the answering side drew fresh keys, so the last message does not open.
    let (bob, _) = answer(&identity(2), BOB).hello(&message_1, &mut Dice::new(99)).unwrap();
    assert_eq!(bob.finish(&message_3).unwrap_err(), HandshakeError::Seal);
    // An old answer to a new dial.
    let (alice, _) = hello(98);
    assert_eq!(alice.reply(&message_2, &[]).unwrap_err(), HandshakeError::Seal);
}

#[test]
fn a_flipped_bit_anywhere_is_refused() {
    let (alice, message_1) = hello(1);
    let (bob, message_2) = reply(&message_1).unwrap();
    let (_, message_3) = alice.clone().reply(&message_2, b"first").unwrap();
    let flipped = |message: &Message, at: usize| {
        let mut message = message.clone();
        message[at] ^= 1 << (at % 8);
        message
    };
    for at in 0..HANDSHAKE {
        assert!(reply(&flipped(&message_1, at)).is_err(), "message 1, byte {at}");
        assert!(alice.clone().reply(&flipped(&message_2, at), &[]).is_err(), "message 2, byte {at}");
        assert!(bob.clone().finish(&flipped(&message_3, at)).is_err(), "message 3, byte {at}");
    }
    bob.finish(&message_3).unwrap();
}

#[test]
fn a_truncated_message_is_refused_by_the_pattern() {
    let bob = identity(2);
    let (_, message) = hello(1);
    for length in [0, 31, 32, 33, EPHEMERAL + KEM_KEY - 1, EPHEMERAL + KEM_KEY, EPHEMERAL + KEM_KEY + TAG - 1, 1463] {
        let refused = xk::read_first(Kem::MlKem768, &prologue(&address(2), &[]), bob.secret(), &message[..length]);
        assert!(refused.is_err(), "{length} bytes");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_bytes_are_refused_without_panic(bytes in proptest::collection::vec(any::<u8>(), HANDSHAKE)) {
        let message: Message = bytes.try_into().unwrap();
        let (alice, hello) = hello(1);
        prop_assert!(reply(&message).is_err());
        prop_assert!(alice.reply(&message, &[]).is_err());
        prop_assert!(reply(&hello).unwrap().0.finish(&message).is_err());
    }

    #[test]
    fn any_two_identities_agree(a in any::<[u8; 32]>(), b in any::<[u8; 32]>(), seed in any::<u64>()) {
        prop_assume!(a != b);
        let identity = |seed| Identity::new(&ServiceKey::from_seed(zeroize::Zeroizing::new(seed)).unwrap()).unwrap();
        let (alice, bob) = (identity(a), identity(b));
        let mut dice = Dice::new(seed);
        let (state, message) = dial(&alice, bob.address(), ALICE, &mut dice).unwrap();
        let (finish, message) = answer(&bob, BOB).hello(&message, &mut dice).unwrap();
        let (dialled, message) = state.reply(&message, &a).unwrap();
        let (answered, first) = finish.finish(&message).unwrap();
        prop_assert_eq!(first, a);
        prop_assert_eq!((dialled.peer, answered.peer), (bob.address(), alice.address()));
        prop_assert_eq!(dialled.hash, answered.hash);
    }
}
