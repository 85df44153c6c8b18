//! Joins between the two sides of a session, and with strangers.

use super::*;
use crate::session::testing::{Dice, NOW, session};

const ID: [u8; 16] = [3; 16];

fn exporter() -> Exporter {
    Exporter::new(Key::new([5; 32]))
}

fn keys(exporter: &Exporter) -> JoinKeys {
    exporter.join_token(JoinKind::File, &ID, 0)
}

/// A dialler's first message and the table of the other side, which expects it.
fn opened() -> (ExpectConfirmation, Box<[u8; HANDSHAKE]>, Tokens<&'static str>) {
    let mut tokens = Tokens::new();
    tokens.expect(keys(&exporter()), "file", NOW).unwrap();
    let (state, message) = keys(&exporter()).open(&mut Dice::new(1)).unwrap();
    (state, message, tokens)
}

#[test]
fn a_join_carries_records_in_both_directions() {
    let (alice, message, mut tokens) = opened();
    let Accepted { purpose, state: bob, answer } = tokens.accept(&message, &mut Dice::new(2), NOW).unwrap().unwrap();
    assert_eq!(purpose, "file");
    let (mut alice, proof) = alice.confirm(&answer, NOW).unwrap();
    assert_eq!(proof.len(), CELL);
    let mut bob = bob.proof(proof.as_slice().try_into().unwrap()).unwrap();
    for (from, to) in [(&mut alice.sealer, &mut bob.opener), (&mut bob.sealer, &mut alice.opener)] {
        let mut wire = Vec::new();
        from.seal(b"block", NOW, &mut wire).unwrap();
        to.push(&wire).unwrap();
        assert_eq!(to.next().unwrap().unwrap(), b"block");
    }
}

#[test]
fn either_side_of_the_session_may_dial_the_join() {
    let (alice, bob) = session();
    let mut tokens = Tokens::new();
    tokens.expect(keys(&alice.exporter_in), (), NOW).unwrap();
    let (_, message) = keys(&bob.exporter_out).open(&mut Dice::new(1)).unwrap();
    assert!(tokens.accept(&message, &mut Dice::new(2), NOW).unwrap().is_ok());
}

#[test]
fn a_token_works_once() {
    let (_, message, mut tokens) = opened();
    assert!(tokens.accept(&message, &mut Dice::new(2), NOW).unwrap().is_ok());
    assert!(tokens.accept(&message, &mut Dice::new(2), NOW).is_none());
}

#[test]
fn a_token_lives_a_minute() {
    let (_, message, mut tokens) = opened();
    let just_before = NOW + JOIN_LIFE - Duration::from_nanos(1);
    assert!(tokens.accept(&message, &mut Dice::new(2), just_before).is_some());
    let (_, message, mut tokens) = opened();
    assert!(tokens.accept(&message, &mut Dice::new(2), NOW + JOIN_LIFE).is_none());
}

#[test]
fn tokens_are_bounded_and_old_ones_make_room() {
    let mut tokens = Tokens::new();
    let token = |n: usize| exporter().join_token(JoinKind::File, &[n as u8; 16], 0);
    for n in 0..JOIN_TOKENS {
        tokens.expect(token(n), n, NOW).unwrap();
    }
    assert_eq!(tokens.expect(token(JOIN_TOKENS), 0, NOW), Err(JoinError::Full));
    assert_eq!(tokens.expect(token(JOIN_TOKENS), 0, NOW + JOIN_LIFE), Ok(()));
    assert_eq!(tokens.live.len(), 1);
}

#[test]
fn tokens_of_a_purpose_that_is_gone_are_forgotten() {
    let (_, message, mut tokens) = opened();
    tokens.retain(|purpose| *purpose != "file");
    assert!(tokens.accept(&message, &mut Dice::new(2), NOW).is_none());
}

#[test]
fn an_unknown_token_is_no_join() {
    let (_, _, mut tokens) = opened();
    assert!(tokens.accept(&[0; HANDSHAKE], &mut Dice::new(2), NOW).is_none());
    let voice = exporter().join_token(JoinKind::Voice, &ID, 0);
    let second = exporter().join_token(JoinKind::File, &ID, 1);
    let other = exporter().join_token(JoinKind::File, &[4; 16], 0);
    for keys in [voice, second, other] {
        let (_, message) = keys.open(&mut Dice::new(1)).unwrap();
        assert!(tokens.accept(&message, &mut Dice::new(2), NOW).is_none());
    }
}

#[test]
fn a_flipped_bit_anywhere_is_refused() {
    for at in (0..HANDSHAKE).step_by(3).chain([31, 32, 63, 64, HANDSHAKE - 1]) {
        let (_, mut message, mut tokens) = opened();
        message[at] ^= 1 << (at % 8);
        match tokens.accept(&message, &mut Dice::new(2), NOW) {
            None => assert!(at < 32),
            Some(accepted) => assert_eq!(accepted.unwrap_err(), JoinError::Seal, "byte {at}"),
        }
    }
    for at in 0..CELL {
        let (alice, message, mut tokens) = opened();
        let Accepted { mut answer, .. } = tokens.accept(&message, &mut Dice::new(2), NOW).unwrap().unwrap();
        answer[at] ^= 1 << (at % 8);
        assert_eq!(alice.confirm(&answer, NOW).unwrap_err(), JoinError::Seal, "byte {at}");
    }
}

#[test]
fn padding_must_be_zero() {
    let not_zero = |key: &Key, space: &mut [u8]| {
        let (text, tag) = space.split_last_chunk_mut::<TAG>().unwrap();
        text.fill(0);
        *text.last_mut().unwrap() = 1;
        *tag = key.seal(0, &[], text).unwrap();
    };
    let (_, mut message, mut tokens) = opened();
    let (head, sealed) = message.split_at_mut(64);
    not_zero(&opening_key(&keys(&exporter()).secret, head[32..].try_into().unwrap()), sealed);
    assert_eq!(tokens.accept(&message, &mut Dice::new(2), NOW).unwrap().unwrap_err(), JoinError::Seal);

    let (alice, message, mut tokens) = opened();
    let Accepted { mut answer, .. } = tokens.accept(&message, &mut Dice::new(2), NOW).unwrap().unwrap();
    let (head, sealed) = answer.split_at_mut(32);
    let [confirming, _, _] = channel_keys(&alice.secret, &alice.random, (&*head).try_into().unwrap());
    not_zero(&confirming, sealed);
    assert_eq!(alice.confirm(&answer, NOW).unwrap_err(), JoinError::Seal);
}

#[test]
fn a_token_without_the_secret_behind_it_is_refused_and_used_up() {
    let (_, message, mut tokens) = opened();
    let mut forged = [0; HANDSHAKE];
    forged[..32].copy_from_slice(&message[..32]);
    assert_eq!(tokens.accept(&forged, &mut Dice::new(2), NOW).unwrap().unwrap_err(), JoinError::Seal);
    assert!(tokens.accept(&message, &mut Dice::new(2), NOW).is_none());
}

#[test]
fn a_replayed_opening_and_confirmation_never_meet_the_same_keys() {
    // The same token registered again (a mistake) and the same opening replayed: the keys are fresh all the same.
    let (alice, message, mut tokens) = opened();
    let Accepted { answer: first, .. } = tokens.accept(&message, &mut Dice::new(2), NOW).unwrap().unwrap();
    tokens.expect(keys(&exporter()), "again", NOW).unwrap();
    let Accepted { state: second_state, answer: second, .. } =
        tokens.accept(&message, &mut Dice::new(3), NOW).unwrap().unwrap();
    assert_ne!(first, second);
    let (_, proof) = alice.confirm(&first, NOW).unwrap();
    assert_eq!(second_state.proof(proof.as_slice().try_into().unwrap()).unwrap_err(), JoinError::Seal);
}

#[test]
fn a_reflected_message_is_no_proof() {
    let (_, message, mut tokens) = opened();
    let Accepted { state: bob, answer, .. } = tokens.accept(&message, &mut Dice::new(2), NOW).unwrap().unwrap();
    assert_eq!(bob.proof(&answer).unwrap_err(), JoinError::Seal);
}

#[test]
fn only_an_empty_record_is_the_proof() {
    let (alice, message, mut tokens) = opened();
    let Accepted { state: bob, answer, .. } = tokens.accept(&message, &mut Dice::new(2), NOW).unwrap().unwrap();
    let (alice, _) = alice.confirm(&answer, NOW).unwrap();
    let mut wire = Vec::new();
    let mut sealer = Sealer::new(alice.sealer.key().clone());
    sealer.record(b"x", NOW, &mut wire).unwrap();
    assert_eq!(bob.proof(wire.as_slice().try_into().unwrap()).unwrap_err(), JoinError::Proof);
}

#[test]
fn sessions_do_not_share_tokens() {
    let (alice, bob) = session();
    let token = |exporter: &Exporter| *keys(exporter).token.as_ref();
    assert_eq!(token(&alice.exporter_out), token(&bob.exporter_in));
    let other = Exporter::new(Key::new([1; 32]));
    assert_ne!(token(&alice.exporter_out), token(&other));
}

#[test]
fn debug_shows_no_secret() {
    let (alice, message, mut tokens) = opened();
    assert_eq!(format!("{alice:?}"), "ExpectConfirmation([redacted])");
    let Accepted { state: bob, .. } = tokens.accept(&message, &mut Dice::new(2), NOW).unwrap().unwrap();
    assert_eq!(format!("{bob:?}"), "ExpectProof([redacted])");
    assert_eq!(format!("{:?}", keys(&exporter())), "JoinKeys([redacted])");
}
