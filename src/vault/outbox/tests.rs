//! The outbox alone: numbers, acknowledgements, recalling.

use proptest::prelude::*;

use super::super::testing::{contact, key, traceless};
use super::super::{MessageState, Vault};
use super::*;

const EPOCH: Epoch = Epoch([2; 8]);

fn two() -> (Vault, ContactId) {
    let mut vault = traceless();
    let me = vault.write(|w| w.add_identity("desk", &key(1))).unwrap();
    let ann = contact(&mut vault, me, 2);
    (vault, ann)
}

#[test]
fn an_acknowledgement_of_another_epoch_or_of_the_past_changes_nothing() {
    let (mut vault, ann) = two();
    let first = vault.write(|w| w.queue(ann, MessageId([1; 16]), "a", 1, true)).unwrap();
    assert_eq!(vault.write(|w| w.ack(ann, Epoch([9; 8]), 1, 0)).unwrap(), []);
    assert_eq!(vault.write(|w| w.ack(ann, EPOCH, 1, 0)).unwrap(), [first.key]);
    assert_eq!(vault.write(|w| w.ack(ann, EPOCH, 1, 0)).unwrap(), []);
    assert_eq!(vault.read(|r| r.message(first.key)).unwrap().state, MessageState::Delivered);
}

#[test]
fn an_acknowledgement_of_what_was_never_sent_stops_at_the_last_one() {
    let (mut vault, ann) = two();
    vault.write(|w| w.queue(ann, MessageId([1; 16]), "a", 1, true)).unwrap();
    assert_eq!(vault.write(|w| w.ack(ann, EPOCH, u64::MAX, 0)).unwrap().len(), 1);
    assert_eq!(vault.read(|r| r.contact(ann)).unwrap().out_acked, 1);
    assert_eq!(vault.write(|w| w.queue(ann, MessageId([2; 16]), "b", 1, true)).unwrap().seq, 2);
}

#[test]
fn what_was_handed_over_cannot_be_recalled() {
    let (mut vault, ann) = two();
    let first = vault.write(|w| w.queue(ann, MessageId([1; 16]), "a", 1, false)).unwrap();
    let second = vault.write(|w| w.queue(ann, MessageId([2; 16]), "b", 1, false)).unwrap();
    vault.write(|w| w.hand(ann, 1)).unwrap();
    assert!(matches!(vault.write(|w| w.recall(first.key)), Err(VaultError::NotAllowed { .. })));
    vault.write(|w| w.recall(second.key)).unwrap();
    assert!(matches!(vault.write(|w| w.recall(second.key)), Err(VaultError::NotAllowed { .. })));
    assert!(matches!(vault.write(|w| w.recall(MessageKey(99))), Err(VaultError::Missing { .. })));
    let owed = vault.read(|r| r.outbox(ann, 0, 9)).unwrap();
    assert_eq!(
        owed.iter().map(|q| (q.seq, q.body.is_some(), q.handed)).collect::<Vec<_>>(),
        [(1, true, true), (2, false, false)]
    );
}

/// What a person and a peer can do to an outbox.
#[derive(Clone, Debug)]
enum Step {
    Ack(u64),
    Hand(u64),
    Queue { handed: bool },
    Recall(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0..12u64).prop_map(Step::Ack),
        (0..12u64).prop_map(Step::Hand),
        any::<bool>().prop_map(|handed| Step::Queue { handed }),
        (0..12usize).prop_map(Step::Recall),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Against a plain list: numbers have no holes, each message is delivered at most once and in order, and what
    /// was recalled is never delivered.
    #[test]
    fn the_outbox_agrees_with_a_plain_list(steps in proptest::collection::vec(step(), 1..40)) {
        let (mut vault, ann) = two();
        let mut list: Vec<(MessageKey, MessageState, bool)> = Vec::new();
        let mut acked = 0;
        for step in steps {
            match step {
                Step::Queue { handed } => {
                    let id = MessageId([list.len() as u8; 16]);
                    let queued = vault.write(|w| w.queue(ann, id, "text", 1, handed)).unwrap();
                    prop_assert_eq!(queued.seq, list.len() as u64 + 1);
                    list.push((queued.key, MessageState::Queued, handed));
                }
                Step::Hand(upto) => {
                    vault.write(|w| w.hand(ann, upto)).unwrap();
                    for (_, state, handed) in list.iter_mut().take(upto as usize) {
                        // A skip is handed over, too: it may be acknowledged from then on.
                        *handed |= *state != MessageState::Delivered;
                    }
                }
                Step::Recall(at) => {
                    let Some((key, state, handed)) = list.get_mut(at) else { continue };
                    let allowed = *state == MessageState::Queued && !*handed;
                    prop_assert_eq!(vault.write(|w| w.recall(*key)).is_ok(), allowed);
                    if allowed {
                        *state = MessageState::Recalled;
                    }
                }
                Step::Ack(upto) => {
                    let told = vault.write(|w| w.ack(ann, EPOCH, upto, 0)).unwrap();
                    let upto = upto.min(list.len() as u64).max(acked);
                    let mut expected = Vec::new();
                    for (key, state, _) in list.iter_mut().take(upto as usize).skip(acked as usize) {
                        if *state == MessageState::Queued {
                            *state = MessageState::Delivered;
                            expected.push(*key);
                        }
                    }
                    acked = upto;
                    prop_assert_eq!(told, expected);
                }
            }
            let owed = vault.read(|r| r.outbox(ann, 0, 99)).unwrap();
            let expected: Vec<_> = list.iter().zip(1u64..).skip(acked as usize)
                .map(|((key, state, handed), seq)| (Some(*key), seq, *state == MessageState::Recalled, *handed)).collect();
            let found: Vec<_> = owed.iter().map(|q| (q.key, q.seq, q.body.is_none(), q.handed)).collect();
            let handed = expected.iter().filter(|(.., handed)| *handed).map(|(_, seq, ..)| *seq).max();
            prop_assert_eq!(vault.read(|r| r.handed(ann)).unwrap(), handed);
            prop_assert_eq!(found, expected);
        }
    }
}
