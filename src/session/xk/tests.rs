//! The pattern without its KEM tokens against other implementations: the vectors of cacophony, and `snow` live.

use data_encoding::HEXLOWER;
use proptest::prelude::*;
use serde_json::Value;
use snow::{Builder, HandshakeState};

use super::*;
use crate::session::key::{Key, TAG};
use crate::session::testing::Script;

fn bytes(value: &Value) -> Vec<u8> {
    HEXLOWER.decode(value.as_str().unwrap().as_bytes()).unwrap()
}

fn secret(value: &Value) -> StaticSecret {
    StaticSecret::from(<[u8; 32]>::try_from(bytes(value)).unwrap())
}

fn transport(key: &Key, number: u64, text: &[u8]) -> Vec<u8> {
    let mut sealed = text.to_vec();
    let tag = key.seal(number, &[], &mut sealed).unwrap();
    [sealed, tag.to_vec()].concat()
}

#[test]
fn cacophony_agrees() {
    let file: Value = serde_json::from_str(include_str!("../../../tests/vectors/xk.json")).unwrap();
    let vector = &file["vectors"][0];
    assert_eq!(vector["protocol_name"], "Noise_XK_25519_ChaChaPoly_SHA256");
    let message = |n: usize| (bytes(&vector["messages"][n]["payload"]), bytes(&vector["messages"][n]["ciphertext"]));
    let prologue = bytes(&vector["init_prologue"]);
    let (alice, bob) = (secret(&vector["init_static"]), secret(&vector["resp_static"]));
    let bob_public = PublicKey::from(<[u8; 32]>::try_from(bytes(&vector["init_remote_static"])).unwrap());

    let (payload, expected) = message(0);
    let mut random = Script(bytes(&vector["init_ephemeral"]));
    let (alice_state, sent) = write_first(Kem::Off, &prologue, &alice, &bob_public, &mut random, &payload).unwrap();
    assert_eq!(sent, expected);
    let (bob_state, read) = read_first(Kem::Off, &prologue, &bob, &sent).unwrap();
    assert_eq!(*read, payload);

    let (payload, expected) = message(1);
    let mut random = Script(bytes(&vector["resp_ephemeral"]));
    let (bob_state, sent) = bob_state.write(&mut random, &payload).unwrap();
    assert_eq!(sent, expected);
    let (alice_state, read) = alice_state.read(&sent).unwrap();
    assert_eq!(*read, payload);

    let (payload, expected) = message(2);
    let (alice_split, sent) = alice_state.write(&payload).unwrap();
    assert_eq!(sent, expected);
    let (bob_split, key, read) = bob_state.read(&sent).unwrap();
    assert_eq!((*read).clone(), payload);
    assert_eq!(key, PublicKey::from(&alice));

    assert_eq!(alice_split.hash.to_vec(), bytes(&vector["handshake_hash"]));
    assert_eq!(bob_split.hash, alice_split.hash);
    for n in 3..vector["messages"].as_array().unwrap().len() {
        let (payload, expected) = message(n);
        // The responder speaks first after the handshake's three messages.
        let key = if n % 2 == 1 { &alice_split.responder } else { &alice_split.initiator };
        assert_eq!(transport(key, (n as u64 - 3) / 2, &payload), expected, "message {n}");
    }
}

const NAME: &str = "Noise_XK_25519_ChaChaPoly_SHA256";

fn snow_initiator(prologue: &[u8], own: &[u8; 32], theirs: &PublicKey) -> HandshakeState {
    let builder = Builder::new(NAME.parse().unwrap()).prologue(prologue).unwrap();
    let builder = builder.local_private_key(own).unwrap().remote_public_key(theirs.as_bytes()).unwrap();
    builder.build_initiator().unwrap()
}

fn snow_responder(prologue: &[u8], own: &[u8; 32]) -> HandshakeState {
    let builder = Builder::new(NAME.parse().unwrap()).prologue(prologue).unwrap();
    builder.local_private_key(own).unwrap().build_responder().unwrap()
}

fn snow_writes(state: &mut HandshakeState, payload: &[u8]) -> Vec<u8> {
    let mut out = vec![0; payload.len() + 128];
    let length = state.write_message(payload, &mut out).unwrap();
    out.truncate(length);
    out
}

fn snow_reads(state: &mut HandshakeState, message: &[u8]) -> Vec<u8> {
    let mut out = vec![0; message.len()];
    let length = state.read_message(message, &mut out).unwrap();
    out.truncate(length);
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn snow_answers_us(
        alice in any::<[u8; 32]>(), bob in any::<[u8; 32]>(), ephemeral in any::<[u8; 32]>(),
        prologue in proptest::collection::vec(any::<u8>(), 0..80),
        payload in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        let (own, bob_public) = (StaticSecret::from(alice), PublicKey::from(&StaticSecret::from(bob)));
        let mut snow = snow_responder(&prologue, &bob);
        let mut random = Script(ephemeral.to_vec());
        let (state, message) = write_first(Kem::Off, &prologue, &own, &bob_public, &mut random, &payload).unwrap();
        prop_assert_eq!(&snow_reads(&mut snow, &message), &payload);
        let (state, read) = state.read(&snow_writes(&mut snow, &payload)).unwrap();
        prop_assert_eq!(&*read, &payload);
        let (split, message) = state.write(&payload).unwrap();
        prop_assert_eq!(&snow_reads(&mut snow, &message), &payload);
        prop_assert_eq!(snow.get_handshake_hash(), &split.hash);
        let mut snow = snow.into_transport_mode().unwrap();
        let mut out = vec![0; payload.len() + TAG];
        snow.write_message(&payload, &mut out).unwrap();
        prop_assert_eq!(out, transport(&split.responder, 0, &payload));
    }

    #[test]
    fn snow_dials_us(
        alice in any::<[u8; 32]>(), bob in any::<[u8; 32]>(), ephemeral in any::<[u8; 32]>(),
        prologue in proptest::collection::vec(any::<u8>(), 0..80),
        payload in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        let own = StaticSecret::from(bob);
        let mut snow = snow_initiator(&prologue, &alice, &PublicKey::from(&own));
        let (state, read) = read_first(Kem::Off, &prologue, &own, &snow_writes(&mut snow, &payload)).unwrap();
        prop_assert_eq!(&*read, &payload);
        let (state, message) = state.write(&mut Script(ephemeral.to_vec()), &payload).unwrap();
        prop_assert_eq!(&snow_reads(&mut snow, &message), &payload);
        let (split, key, read) = state.read(&snow_writes(&mut snow, &payload)).unwrap();
        prop_assert_eq!(&*read, &payload);
        prop_assert_eq!(key, PublicKey::from(&StaticSecret::from(alice)));
        prop_assert_eq!(snow.get_handshake_hash(), &split.hash);
        let mut snow = snow.into_transport_mode().unwrap();
        let mut out = vec![0; payload.len() + TAG];
        snow.write_message(&payload, &mut out).unwrap();
        prop_assert_eq!(out, transport(&split.initiator, 0, &payload));
    }
}
