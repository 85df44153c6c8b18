//! Every byte of a session against the independent model in `tests/vectors/model.py`.

use std::time::Duration;

use data_encoding::HEXLOWER;
use pelure_onion::ServiceKey;
use serde_json::Value;
use zeroize::Zeroizing;

use super::testing::{NOW, Script};
use super::{Established, Identity, JoinKind, Offer, Tokens, answer, dial};
use crate::wire::Frame;
use crate::wire::limits::REKEY_AFTER;

fn bytes(value: &Value) -> Vec<u8> {
    HEXLOWER.decode(value.as_str().unwrap().as_bytes()).unwrap()
}

fn array<const N: usize>(value: &Value) -> [u8; N] {
    bytes(value).try_into().unwrap()
}

fn identity(side: &Value) -> Identity {
    let me = Identity::new(&ServiceKey::from_seed(Zeroizing::new(array(&side["seed"]))).unwrap()).unwrap();
    assert_eq!(me.address().public_key(), &array(&side["address"]));
    me
}

fn offer(side: &Value) -> Offer {
    let (protocol, features) = array::<10>(&side["offer"]).split_first_chunk().map(|(p, f)| (*p, f.to_vec())).unwrap();
    Offer { protocol: u16::from_be_bytes(protocol), features: u64::from_be_bytes(features.try_into().unwrap()) }
}

fn random(part: &Value, side: &str) -> Script {
    Script(bytes(&part["random"][side]))
}

fn sealed(session: &mut Established, text: &[u8], now: Duration) -> Vec<u8> {
    let mut out = Vec::new();
    session.sealer.seal(text, now, &mut out).unwrap();
    out
}

fn establish(case: &Value) -> (Established, Established) {
    let (alice, bob) = (identity(&case["dialler"]), identity(&case["answerer"]));
    let first = bytes(&case["first"]);
    let (state, hello) = dial(&alice, bob.address(), offer(&case["dialler"]), &mut random(case, "dialler")).unwrap();
    assert_eq!(hello.to_vec(), bytes(&case["messages"][0]));
    let (finish, reply) = answer(&bob, offer(&case["answerer"])).hello(&hello, &mut random(case, "answerer")).unwrap();
    assert_eq!(reply.to_vec(), bytes(&case["messages"][1]));
    let (dialled, last) = state.reply(&reply, &first).unwrap();
    assert_eq!(last.to_vec(), bytes(&case["messages"][2]));
    let (answered, read) = finish.finish(&last).unwrap();
    assert_eq!(read, first);
    assert_eq!((dialled.offer, answered.offer), (offer(&case["answerer"]), offer(&case["dialler"])));
    assert_eq!((dialled.hash, answered.hash), (array(&case["hash"]), array(&case["hash"])));
    (dialled, answered)
}

fn check_records(case: &Value, dialled: &mut Established, answered: &mut Established) {
    for (record, now) in case["records"].as_array().unwrap().iter().zip([NOW, NOW + REKEY_AFTER, NOW + REKEY_AFTER]) {
        let wire = sealed(dialled, &bytes(&record["bytes"]), now);
        assert_eq!(wire, bytes(&record["record"]));
        answered.opener.push(&wire).unwrap();
        assert_eq!(answered.opener.next().unwrap().unwrap(), bytes(&record["bytes"]));
    }
    let wire = sealed(answered, &bytes(&case["reply"]["bytes"]), NOW);
    assert_eq!(wire, bytes(&case["reply"]["record"]));
}

fn check_join(join: &Value, dialled: &Established, answered: &Established) {
    let keys = |session: &super::Exporter| session.join_token(JoinKind::File, &array(&join["id"]), 3);
    let mut tokens = Tokens::new();
    tokens.expect(keys(&answered.exporter_in), (), NOW).unwrap();
    let (state, opening) = keys(&dialled.exporter_out).open(&mut random(join, "dialler")).unwrap();
    assert_eq!(opening.to_vec(), bytes(&join["opening"]));
    let accepted = tokens.accept(&opening, &mut random(join, "answerer"), NOW).unwrap().unwrap();
    assert_eq!(accepted.answer.to_vec(), bytes(&join["confirmation"]));
    let (_, record) = state.confirm(&accepted.answer, NOW).unwrap();
    assert_eq!(record, bytes(&join["proof"]));
    accepted.state.proof(record.as_slice().try_into().unwrap()).unwrap();
}

fn check_renewal(case: &Value, mut dialled: Established, mut answered: Established) {
    let (alice, bob) = (identity(&case["dialler"]), identity(&case["answerer"]));
    let renewal = &case["renewal"];
    let message = |n: usize| Box::new(array(&renewal["messages"][n]));
    let read = |session: &mut Established, wire: &mut Vec<u8>, expected: &Frame| {
        session.opener.push(&std::mem::take(wire)).unwrap();
        let mut frame = Vec::new();
        expected.encode(&mut frame);
        assert_eq!(session.opener.next().unwrap().unwrap(), frame);
    };
    let mut wire = Vec::new();
    let mut dice = random(renewal, "dialler");
    dialled.renew(&alice, &mut dice, NOW, &mut wire).unwrap();
    read(&mut answered, &mut wire, &Frame::Renew1(message(0)));
    let mut other = random(renewal, "answerer");
    answered.take_renewal(&Frame::Renew1(message(0)), &bob, &mut other, NOW, &mut wire).unwrap();
    read(&mut dialled, &mut wire, &Frame::Renew2(message(1)));
    dialled.take_renewal(&Frame::Renew2(message(1)), &alice, &mut dice, NOW, &mut wire).unwrap();
    read(&mut answered, &mut wire, &Frame::Renew3(message(2)));
    answered.take_renewal(&Frame::Renew3(message(2)), &bob, &mut other, NOW, &mut wire).unwrap();
    read(&mut dialled, &mut wire, &Frame::Renewed);
    dialled.take_renewal(&Frame::Renewed, &alice, &mut dice, NOW, &mut wire).unwrap();
    assert_eq!((dialled.hash, answered.hash), (array(&renewal["hash"]), array(&renewal["hash"])));
    assert_eq!(sealed(&mut dialled, b"fresh", NOW), bytes(&renewal["record"]));
}

#[test]
fn the_independent_model_agrees() {
    let file: Value = serde_json::from_str(include_str!("../../tests/vectors/handshake.json")).unwrap();
    let cases = file["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 4);
    for case in cases {
        let (mut dialled, mut answered) = establish(case);
        check_records(case, &mut dialled, &mut answered);
        check_join(&case["join"], &dialled, &answered);
        // The reply of `check_records` stays unread: a fresh session for the renewal.
        let (dialled, answered) = establish(case);
        check_renewal(case, dialled, answered);
    }
}
