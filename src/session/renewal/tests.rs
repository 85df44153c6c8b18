//! Renewals of a session between two sides, driven as the engine drives them.

use super::*;
use crate::session::testing::{Dice, NOW, identity, session};
use crate::wire::{Bye, Deframer};

/// One end of a session as an actor holds it.
struct End {
    me: Identity,
    session: Established,
    deframer: Deframer,
    dice: Dice,
    /// What was sealed and is on its way.
    wire: Vec<u8>,
    heard: Vec<Frame>,
}

impl End {
    fn new(me: u8, session: Established) -> Self {
        let dice = Dice::new(100 + u64::from(me));
        Self { me: identity(me), session, deframer: Deframer::default(), dice, wire: Vec::new(), heard: Vec::new() }
    }

    fn renew(&mut self, now: Duration) -> Result<(), RenewalError> {
        self.session.renew(&self.me, &mut self.dice, now, &mut self.wire)
    }

    fn say(&mut self, frame: &Frame, now: Duration) {
        let mut bytes = Vec::new();
        frame.encode(&mut bytes);
        self.session.sealer.seal(&bytes, now, &mut self.wire).unwrap();
    }

    fn hear(&mut self, wire: &[u8], now: Duration) -> Result<(), RenewalError> {
        self.session.opener.push(wire)?;
        while let Some(bytes) = self.session.opener.next()? {
            self.deframer.push(&bytes).unwrap();
            while let Some(frame) = self.deframer.next().unwrap() {
                match frame {
                    Frame::Renew1(_) | Frame::Renew2(_) | Frame::Renew3(_) | Frame::Renewed => {
                        self.session.take_renewal(&frame, &self.me, &mut self.dice, now, &mut self.wire)?;
                    }
                    frame => self.heard.push(frame),
                }
            }
        }
        Ok(())
    }
}

fn ends() -> (End, End) {
    let (mut alice, mut bob) = session();
    assert!(!alice.renewal_due(NOW) && !bob.renewal_due(NOW));
    (End::new(1, alice), End::new(2, bob))
}

/// Carries what is on its way, once in each direction.
fn exchange(alice: &mut End, bob: &mut End, now: Duration) -> Result<(), RenewalError> {
    let wire = std::mem::take(&mut alice.wire);
    bob.hear(&wire, now)?;
    let wire = std::mem::take(&mut bob.wire);
    alice.hear(&wire, now)
}

fn ping(nonce: u64) -> Frame {
    Frame::Ping { nonce }
}

const LATER: Duration = Duration::from_secs(1_000 + 60 * 60);

#[test]
fn it_is_due_after_an_hour_and_for_the_dialler_alone() {
    let (mut alice, mut bob) = ends();
    let just_before = LATER - Duration::from_nanos(1);
    assert!(!alice.session.renewal_due(just_before));
    assert!(alice.session.renewal_due(LATER));
    assert!(!bob.session.renewal_due(LATER));
    alice.renew(LATER).unwrap();
    assert!(!alice.session.renewal_due(LATER), "one at a time");
    assert_eq!(bob.renew(LATER), Err(RenewalError::Turn));
    assert_eq!(alice.renew(LATER), Err(RenewalError::Turn));
}

#[test]
fn both_sides_have_new_keys_and_talk_on() {
    let (mut alice, mut bob) = ends();
    let before = (alice.session.hash, token(&alice.session.exporter_out));
    alice.renew(LATER).unwrap();
    exchange(&mut alice, &mut bob, LATER).unwrap();
    exchange(&mut alice, &mut bob, LATER).unwrap();
    assert_eq!(alice.session.hash, bob.session.hash);
    assert_ne!(alice.session.hash, before.0);
    let tokens = [
        token(&alice.session.exporter_out),
        token(&alice.session.exporter_in),
        token(&bob.session.exporter_out),
        token(&bob.session.exporter_in),
    ];
    assert!(tokens.iter().all(|token| *token == tokens[0]));
    assert_ne!(tokens[0], before.1);
    alice.say(&ping(1), LATER);
    bob.say(&ping(2), LATER);
    exchange(&mut alice, &mut bob, LATER).unwrap();
    assert_eq!((alice.heard, bob.heard), (vec![ping(2)], vec![ping(1)]));
    assert!(!alice.session.renewal_due(LATER + RENEW_AFTER - Duration::from_nanos(1)));
    assert!(alice.session.renewal_due(LATER + RENEW_AFTER));
}

#[test]
fn talk_goes_on_at_every_step() {
    let (mut alice, mut bob) = ends();
    let mut said = 0;
    let mut talk = |alice: &mut End, bob: &mut End| {
        for _ in 0..3 {
            said += 1;
            alice.say(&ping(said), LATER);
            bob.say(&ping(said), LATER);
        }
    };
    talk(&mut alice, &mut bob);
    alice.renew(LATER).unwrap();
    for _ in 0..4 {
        talk(&mut alice, &mut bob);
        let wire = std::mem::take(&mut alice.wire);
        bob.hear(&wire, LATER).unwrap();
        talk(&mut alice, &mut bob);
        let wire = std::mem::take(&mut bob.wire);
        alice.hear(&wire, LATER).unwrap();
    }
    exchange(&mut alice, &mut bob, LATER).unwrap();
    assert!(matches!(alice.session.renewal.step, Step::Rest) && matches!(bob.session.renewal.step, Step::Rest));
    let expected: Vec<Frame> = (1..=27).map(ping).collect();
    assert_eq!((alice.heard, bob.heard), (expected.clone(), expected));
}

/// Healing: a thief who copied every key of the running session cannot open what follows a renewal.
#[test]
fn keys_stolen_before_a_renewal_do_not_open_what_follows_it() {
    let (mut alice, mut bob) = ends();
    let mut stolen = Opener::new(alice.session.sealer.key().clone());
    alice.renew(LATER).unwrap();
    let mut to_bob = alice.wire.clone();
    exchange(&mut alice, &mut bob, LATER).unwrap();
    to_bob.extend_from_slice(&alice.wire);
    exchange(&mut alice, &mut bob, LATER).unwrap();
    alice.say(&ping(1), LATER);
    to_bob.extend_from_slice(&alice.wire);

    stolen.push(&to_bob).unwrap();
    assert!(stolen.next().unwrap().is_some(), "Renew1");
    assert!(stolen.next().unwrap().is_some(), "Renew3, the last under the old key");
    assert_eq!(stolen.next(), Err(RecordError::Seal));
}

#[test]
fn a_message_out_of_turn_ends_the_session() {
    let message = || Box::new([0; 1464]);
    let frames =
        [Frame::Renew2(message()), Frame::Renew3(message()), Frame::Renewed, Frame::Bye { reason: Bye::Leaving }];
    for frame in &frames {
        let (mut alice, mut bob) = ends();
        for end in [&mut alice, &mut bob] {
            let taken = end.session.take_renewal(frame, &end.me, &mut end.dice, LATER, &mut end.wire);
            assert_eq!(taken, Err(RenewalError::Turn));
            assert!(end.wire.is_empty());
        }
    }
    // The answering side does not start, and nobody starts twice.
    let (mut alice, mut bob) = ends();
    bob.session.renewal.side = Side::Dialled;
    bob.renew(LATER).unwrap();
    assert_eq!(alice.hear(&bob.wire, LATER), Err(RenewalError::Turn));
    let (mut alice, mut bob) = ends();
    alice.renew(LATER).unwrap();
    alice.session.renewal.step = Step::Rest;
    alice.renew(LATER).unwrap();
    assert_eq!(bob.hear(&alice.wire, LATER), Err(RenewalError::Turn));
}

#[test]
fn a_peer_that_renews_too_often_is_refused() {
    let (mut alice, mut bob) = ends();
    let soon = NOW + RENEW_SOONEST - Duration::from_nanos(1);
    alice.renew(soon).unwrap();
    assert_eq!(bob.hear(&alice.wire, soon), Err(RenewalError::TooSoon));
    let (mut alice, mut bob) = ends();
    alice.renew(NOW + RENEW_SOONEST).unwrap();
    assert_eq!(bob.hear(&alice.wire, NOW + RENEW_SOONEST), Ok(()));
}

#[test]
fn a_renewal_of_another_session_is_refused() {
    // The hash of the previous handshake is in the prologue.
    let (mut alice, mut bob) = ends();
    alice.session.hash = [0; 32];
    alice.renew(LATER).unwrap();
    assert_eq!(bob.hear(&alice.wire, LATER), Err(RenewalError::Handshake(HandshakeError::Seal)));
}

#[test]
fn another_offer_in_the_middle_of_a_session_is_refused() {
    let (mut alice, mut bob) = ends();
    alice.session.ours.features ^= 2;
    alice.renew(LATER).unwrap();
    exchange(&mut alice, &mut bob, LATER).unwrap();
    assert_eq!(bob.hear(&alice.wire, LATER), Err(RenewalError::Changed));
    let (mut alice, mut bob) = ends();
    bob.session.ours.protocol += 1;
    alice.renew(LATER).unwrap();
    assert_eq!(exchange(&mut alice, &mut bob, LATER), Err(RenewalError::Changed));
}

#[test]
fn another_identity_cannot_take_over() {
    let (mut alice, mut bob) = ends();
    alice.me = identity(3);
    alice.renew(LATER).unwrap();
    exchange(&mut alice, &mut bob, LATER).unwrap();
    assert_eq!(bob.hear(&alice.wire, LATER), Err(RenewalError::Changed));
}

#[test]
fn keys_do_not_change_in_the_middle_of_a_record() {
    let ping_first = |frame: Frame| [ping(1), frame];
    let ping_last = |frame: Frame| [frame, ping(1)];
    for frames in [ping_first as fn(Frame) -> [Frame; 2], ping_last] {
        let (mut alice, mut bob) = ends();
        let finish = finish_by_hand(&mut alice, &mut bob);
        say_together(&mut alice, &frames(Frame::Renew3(finish)));
        assert_eq!(bob.hear(&alice.wire, LATER), Err(RenewalError::NotAlone));

        let (mut alice, mut bob) = ends();
        alice.renew(LATER).unwrap();
        exchange(&mut alice, &mut bob, LATER).unwrap();
        say_together(&mut bob, &frames(Frame::Renewed));
        assert_eq!(alice.hear(&bob.wire, LATER), Err(RenewalError::NotAlone));
    }
    // Alone, the same message by hand is taken.
    let (mut alice, mut bob) = ends();
    let finish = finish_by_hand(&mut alice, &mut bob);
    say_together(&mut alice, &[Frame::Renew3(finish)]);
    assert_eq!(bob.hear(&alice.wire, LATER), Ok(()));
}

/// Message 3 of a renewal, not yet sealed.
fn finish_by_hand(alice: &mut End, bob: &mut End) -> Box<[u8; 1464]> {
    alice.renew(LATER).unwrap();
    bob.hear(&std::mem::take(&mut alice.wire), LATER).unwrap();
    alice.session.opener.push(&std::mem::take(&mut bob.wire)).unwrap();
    alice.deframer.push(&alice.session.opener.next().unwrap().unwrap()).unwrap();
    let Some(Frame::Renew2(message)) = alice.deframer.next().unwrap() else { panic!("no Renew2") };
    let step = std::mem::replace(&mut alice.session.renewal.step, Step::Rest);
    let Step::ExpectReply { state, .. } = step else { panic!("not renewing") };
    state.reply(&message, &[]).unwrap().1
}

fn say_together(end: &mut End, frames: &[Frame]) {
    let mut bytes = Vec::new();
    frames.iter().for_each(|frame| frame.encode(&mut bytes));
    end.session.sealer.seal(&bytes, LATER, &mut end.wire).unwrap();
}

#[test]
fn a_renewal_that_hangs_or_never_comes_ends_the_session() {
    let (mut alice, mut bob) = ends();
    assert!(!alice.session.renewal_overdue(NOW + RENEW_LATEST - Duration::from_nanos(1)));
    assert!(alice.session.renewal_overdue(NOW + RENEW_LATEST));
    assert!(bob.session.renewal_overdue(NOW + RENEW_LATEST));
    let (mut alice, mut bob) = ends();
    alice.renew(LATER).unwrap();
    let wire = std::mem::take(&mut alice.wire);
    bob.hear(&wire, LATER).unwrap();
    for end in [&mut alice, &mut bob] {
        assert!(!end.session.renewal_overdue(LATER + RENEW_DEADLINE - Duration::from_nanos(1)));
        assert!(end.session.renewal_overdue(LATER + RENEW_DEADLINE));
    }
}

#[test]
fn renewals_follow_each_other() {
    let (mut alice, mut bob) = ends();
    let mut hashes = vec![alice.session.hash];
    for hour in 1..=5u32 {
        let now = NOW + RENEW_AFTER * hour;
        assert!(alice.session.renewal_due(now));
        alice.renew(now).unwrap();
        exchange(&mut alice, &mut bob, now).unwrap();
        exchange(&mut alice, &mut bob, now).unwrap();
        assert_eq!(alice.session.hash, bob.session.hash);
        assert!(!hashes.contains(&alice.session.hash));
        hashes.push(alice.session.hash);
    }
}

fn token(exporter: &Exporter) -> Vec<u8> {
    let keys = exporter.join_token(crate::session::JoinKind::File, &[1; 16], 0);
    keys.open(&mut Dice::new(1)).unwrap().1[..32].to_vec()
}
