//! What we still owe each contact, in the order of sequence numbers.
//!
//! It does not know which session is alive; [`crate::talk`] keeps the window.

use rusqlite::OptionalExtension;

use super::contacts;
use super::error::{VaultError, conflict};
use super::ids::{ContactId, MessageKey};
use super::rows::{Queued, count, number};
use super::transaction::{Read, Write};
use crate::wire::{Epoch, MessageId};

impl Read<'_> {
    /// What is not yet acknowledged and numbered above `after_seq`, lowest first, at most `limit`. Recalled messages
    /// are in it, as skips.
    pub fn outbox(&self, contact: ContactId, after_seq: u64, limit: usize) -> Result<Vec<Queued>, VaultError> {
        let mut query = self.db.prepare_cached(
            "SELECT id, seq, message_id, time, CASE state WHEN 'recalled' THEN NULL ELSE text END, handed
             FROM message WHERE contact = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3",
        )?;
        let rows = query.query_map((contact, number(after_seq), number(limit)), |row| {
            Ok(Queued {
                key: row.get(0)?,
                seq: count(row, 1)?,
                id: MessageId(row.get(2)?),
                time: row.get(3)?,
                text: row.get(4)?,
                handed: row.get(5)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The highest number that was handed to any session and not yet acknowledged; `None` if there is none.
    pub fn handed(&self, contact: ContactId) -> Result<Option<u64>, VaultError> {
        let query = "SELECT max(seq) FROM message WHERE contact = ?1 AND seq IS NOT NULL AND handed = 1";
        let highest: Option<i64> = self.db.prepare_cached(query)?.query_row([contact], |row| row.get(0))?;
        Ok(highest.map(i64::unsigned_abs))
    }
}

impl Write<'_> {
    /// Queues a message with the next number. `handed`: it goes to a live session as soon as this is committed.
    pub fn queue(
        &self,
        contact: ContactId,
        id: MessageId,
        text: &str,
        time: i64,
        handed: bool,
    ) -> Result<Queued, VaultError> {
        let next = "UPDATE contact SET out_next = out_next + 1 WHERE id = ?1 RETURNING out_next - 1";
        let seq: u64 = one(self, next, contact)?.ok_or(contacts::MISSING)?;
        self.db
            .prepare_cached(
                "INSERT INTO message (contact, message_id, state, seq, handed, time, text)
                 VALUES (?1, ?2, 'queued', ?3, ?4, ?5, ?6)",
            )?
            .execute((contact, &id.0[..], number(seq), handed, time, text))
            .map_err(conflict("message"))?;
        let key = MessageKey(self.db.last_insert_rowid());
        Ok(Queued { key, seq, id, time, text: Some(text.to_owned()), handed })
    }

    /// Notes that everything up to this number, skips too, is about to be handed to a session: it cannot be recalled
    /// from then on, and may be acknowledged.
    pub fn hand(&self, contact: ContactId, upto_seq: u64) -> Result<(), VaultError> {
        self.change(
            "UPDATE message SET handed = 1 WHERE contact = ?1 AND seq <= ?2 AND handed = 0",
            (contact, number(upto_seq)),
        )?;
        Ok(())
    }

    /// Notes an acknowledgement; gives the messages newly delivered, in order. One of another epoch changes nothing.
    pub fn ack(&self, contact: ContactId, epoch: Epoch, upto_seq: u64) -> Result<Vec<MessageKey>, VaultError> {
        let upto_seq = number(upto_seq);
        let fresh = self.change(
            "UPDATE contact SET out_acked = min(?3, out_next - 1) WHERE id = ?1 AND out_epoch = ?2 AND out_acked < ?3",
            (contact, &epoch.0[..], upto_seq),
        )?;
        if fresh == 0 {
            return Ok(Vec::new());
        }
        self.change(
            "UPDATE message SET seq = NULL WHERE contact = ?1 AND seq <= ?2 AND state = 'recalled'",
            (contact, upto_seq),
        )?;
        let mut update = self.db.prepare_cached(
            "UPDATE message SET state = 'delivered', seq = NULL WHERE contact = ?1 AND seq <= ?2 RETURNING id",
        )?;
        let mut keys: Vec<MessageKey> =
            update.query_map((contact, upto_seq), |row| row.get(0))?.collect::<Result<_, _>>()?;
        keys.sort_unstable();
        Ok(keys)
    }

    /// Takes a message back that was never handed over.
    pub fn recall(&self, key: MessageKey) -> Result<(), VaultError> {
        self.message(key)?;
        self.change_one(
            "UPDATE message SET state = 'recalled' WHERE id = ?1 AND state = 'queued' AND handed = 0",
            (key,),
            VaultError::NotAllowed { why: "the message was handed over already; delete it for both sides instead" },
        )
    }
}

fn one(write: &Write<'_>, sql: &str, contact: ContactId) -> Result<Option<u64>, VaultError> {
    Ok(write.db.prepare_cached(sql)?.query_row([contact], |row| count(row, 0)).optional()?)
}

#[cfg(test)]
mod tests {
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
        assert_eq!(vault.write(|w| w.ack(ann, Epoch([9; 8]), 1)).unwrap(), []);
        assert_eq!(vault.write(|w| w.ack(ann, EPOCH, 1)).unwrap(), [first.key]);
        assert_eq!(vault.write(|w| w.ack(ann, EPOCH, 1)).unwrap(), []);
        assert_eq!(vault.read(|r| r.message(first.key)).unwrap().state, MessageState::Delivered);
    }

    #[test]
    fn an_acknowledgement_of_what_was_never_sent_stops_at_the_last_one() {
        let (mut vault, ann) = two();
        vault.write(|w| w.queue(ann, MessageId([1; 16]), "a", 1, true)).unwrap();
        assert_eq!(vault.write(|w| w.ack(ann, EPOCH, u64::MAX)).unwrap().len(), 1);
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
            owed.iter().map(|q| (q.seq, q.text.as_deref(), q.handed)).collect::<Vec<_>>(),
            [(1, Some("a"), true), (2, None, false)]
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
                        let told = vault.write(|w| w.ack(ann, EPOCH, upto)).unwrap();
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
                    .map(|((key, state, handed), seq)| (*key, seq, *state == MessageState::Recalled, *handed)).collect();
                let found: Vec<_> = owed.iter().map(|q| (q.key, q.seq, q.text.is_none(), q.handed)).collect();
                let handed = expected.iter().filter(|(.., handed)| *handed).map(|(_, seq, ..)| *seq).max();
                prop_assert_eq!(vault.read(|r| r.handed(ann)).unwrap(), handed);
                prop_assert_eq!(found, expected);
            }
        }
    }
}
