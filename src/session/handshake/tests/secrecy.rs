//! What the handshake gives away: to who watches, to who steals the keys later, and to a log.

use super::*;
use crate::session::key::Key;

#[test]
fn every_message_has_one_size_whatever_it_carries() {
    // The types say so; this says that padding fills them and that nothing stands out in clear.
    for first in [0, 700, ExpectReply::FIRST_BYTES] {
        let (alice, message_1) = hello(first as u64);
        let (_, message_2) = reply(&message_1).unwrap();
        let (_, message_3) = alice.reply(&message_2, &vec![0; first]).unwrap();
        for message in [message_1, message_2, message_3] {
            assert_eq!(message.len(), 1464);
            let zeros = message.iter().filter(|b| **b == 0).count();
            assert!(zeros < 40, "{zeros} zeros in 1464 bytes are not random");
        }
    }
}

#[test]
fn the_initiators_key_is_not_on_the_wire() {
    let (alice, message_1) = hello(1);
    let (_, message_2) = reply(&message_1).unwrap();
    let (_, message_3) = alice.reply(&message_2, &[]).unwrap();
    let all = [message_1.as_slice(), message_2.as_slice(), message_3.as_slice()].concat();
    for secret in [*address(1).public_key(), *exchange_key(&address(1)).unwrap().as_bytes(), *address(2).public_key()] {
        assert!(!all.windows(32).any(|window| window == secret));
    }
}

/// Forward secrecy: everything on the wire and both identity keys do not give the keys of the session. What a thief can
/// compute from them is `es` (with the key of the answering side) and nothing of `ee`, `se` or the KEM: message 1 opens,
/// the others and the records do not.
#[test]
fn a_recorded_session_stays_sealed_when_both_identity_keys_leak() {
    let (alice, message_1) = hello(1);
    let (bob, message_2) = reply(&message_1).unwrap();
    let (mut alice, message_3) = alice.reply(&message_2, b"secret").unwrap();
    let (bob, _) = bob.finish(&message_3).unwrap();
    let mut record = Vec::new();
    alice.sealer.seal(b"secret", NOW, &mut record).unwrap();
    drop((alice, bob));

    let (leaked_alice, leaked_bob) = (identity(1), identity(2));
    let (second, _) =
        xk::read_first(Kem::MlKem768, &prologue(&address(2), &[]), leaked_bob.secret(), message_1.as_slice()).unwrap();
    drop(second);

    let mut state = thief_after_message_1(&leaked_bob, &message_1);
    let their_ephemeral = PublicKey::from(*message_2.first_chunk::<32>().unwrap());
    let own_ephemeral = PublicKey::from(*message_1.first_chunk::<32>().unwrap());
    state.mix_hash(their_ephemeral.as_bytes());
    // Every agreement the thief can make with the secrets he has.
    let candidates = [
        leaked_alice.secret().diffie_hellman(&exchange_key(&address(2)).unwrap()),
        leaked_alice.secret().diffie_hellman(&their_ephemeral),
        leaked_alice.secret().diffie_hellman(&own_ephemeral),
        leaked_bob.secret().diffie_hellman(&own_ephemeral),
        leaked_bob.secret().diffie_hellman(&their_ephemeral),
    ];
    for candidate in candidates {
        let mut state = state.clone();
        state.mix_key(candidate.as_bytes());
        assert!(state.open(&message_2[32..32 + KEM_CIPHERTEXT]).is_err());
        let [initiator, responder] = expand(Some(state.chain().as_ref()), &[], &[]);
        for key in [initiator, responder] {
            let mut opener = Opener::new(key);
            opener.push(&record).unwrap();
            assert!(opener.next().is_err());
        }
    }
}

fn thief_after_message_1(bob: &Identity, message: &[u8; HANDSHAKE]) -> Symmetric {
    let mut state = Symmetric::new("Noise_XKhfs_25519+MLKEM768_ChaChaPoly_SHA256");
    state.mix_hash(&prologue(&bob.address(), &[]));
    state.mix_hash(PublicKey::from(bob.secret()).as_bytes());
    let ephemeral = *message.first_chunk::<32>().unwrap();
    state.mix_hash(&ephemeral);
    state.mix_key(bob.secret().diffie_hellman(&PublicKey::from(ephemeral)).as_bytes());
    state.open(&message[32..32 + KEM_KEY]).unwrap();
    state.open(&message[32 + KEM_KEY..]).unwrap();
    state
}

#[test]
fn debug_shows_no_secret() {
    let (alice, message) = hello(1);
    assert_eq!(format!("{alice:?}"), "ExpectReply([redacted])");
    assert_eq!(format!("{:?}", answer(&identity(2), BOB)), "ExpectHello([redacted])");
    let (bob, message) = reply(&message).unwrap();
    assert_eq!(format!("{bob:?}"), "ExpectFinish([redacted])");
    let (alice, _) = alice.reply(&message, &[]).unwrap();
    assert_eq!(format!("{alice:?}"), "Established([redacted])");
    assert_eq!(format!("{:?} {:?}", alice.sealer, alice.opener), "Sealer([redacted]) Opener([redacted])");
    assert_eq!(format!("{:?}", alice.exporter_out), "Exporter([redacted])");
    assert_eq!(format!("{:?}", Key::new([1; 32])), "Key([redacted])");
}

#[test]
fn every_failure_is_the_same_type_and_carries_no_bytes() {
    // What goes to the peer is made by nobody: an error has no room for bytes.
    assert_eq!(size_of::<HandshakeError>(), 1);
}
