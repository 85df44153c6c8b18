//! The whole of a conversation against a model in plain lists: whatever two people and a bad connection do, both sides
//! see the same, nobody changes what the other wrote, and what is gone stays gone.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::testing::{Counting, contact, key, text};
use super::*;
use crate::wire::{Author, Body, Emoji, Epoch, Expiry, MessageId, Target};

/// One thing that happens, to one of the two sides. Numbers choose among what is there.
#[derive(Clone, Debug)]
enum Step {
    Say {
        brief: bool,
        reply: Option<usize>,
        live: bool,
    },
    Edit {
        at: usize,
        live: bool,
    },
    Delete {
        at: usize,
        live: bool,
    },
    Forget {
        at: usize,
    },
    React {
        at: usize,
        with: Option<bool>,
        live: bool,
    },
    Read,
    /// The other side takes up to so many of what waits, and its acknowledgement arrives or is lost.
    Deliver {
        most: usize,
        acked: bool,
    },
    /// Time passes, and what is over disappears on this side.
    Pass {
        seconds: i64,
    },
    /// The acknowledged numbers are forgotten by a new session: what waits goes again.
    Again,
}

/// A message as the model sees it, by its author (0 or 1) and its number among that author's texts.
type Name = (usize, u8);

#[derive(Clone, Debug, PartialEq)]
struct Said {
    text: String,
    deleted: bool,
    former: Vec<String>,
    reactions: [Option<Emoji>; 2],
}

/// One side: a vault, and the model of what it shows.
struct Side {
    me: usize,
    vault: Vault,
    contact: ContactId,
    drawn: u8,
    texts: u8,
    /// What it shows, in the order of its keys.
    shown: BTreeMap<MessageKey, (Name, Said)>,
    /// What was taken of this side by the other one in the present session.
    taken: u64,
    /// Names that were shown once and are gone.
    past: Vec<Name>,
    now: i64,
}

fn epoch(side: usize) -> Epoch {
    Epoch([2 + side as u8; 8])
}

fn wire((author, number): Name) -> MessageId {
    let mut id = [0; 16];
    (id[0], id[1]) = (author as u8 + 1, number);
    MessageId(id)
}

fn emoji(first: bool) -> Emoji {
    Emoji::new(if first { "🧅" } else { "❤️" }).unwrap()
}

impl Side {
    fn new(me: usize) -> Self {
        let mut vault = Vault::traceless(&mut Counting::new()).unwrap();
        let identity = vault.write(|w| w.add_identity("desk", &key(1))).unwrap();
        let contact = contact(&mut vault, identity, 2 + me as u8);
        Self { me, vault, contact, drawn: 0, texts: 0, shown: BTreeMap::new(), taken: 0, past: Vec::new(), now: 0 }
    }

    /// A name for a deed: never that of a text.
    fn stamp(&mut self, handed: bool) -> Stamp {
        self.drawn += 1;
        Stamp {
            id: MessageId([100 + self.me as u8, self.drawn, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]),
            time: 1,
            handed,
        }
    }

    fn pick(&self, at: usize) -> Option<(MessageKey, Name, Said)> {
        let at = at.checked_rem(self.shown.len())?;
        self.shown.iter().nth(at).map(|(key, (name, said))| (*key, *name, said.clone()))
    }

    fn row(&self, key: MessageKey) -> Message {
        self.vault.read(|r| r.message(key)).unwrap()
    }

    fn handed(&self, key: MessageKey) -> bool {
        let sql = "SELECT handed OR state = 'delivered' FROM message WHERE id = ?1";
        self.vault.db.query_row(sql, [key], |row| row.get(0)).unwrap()
    }

    fn say(&mut self, brief: bool, reply: Option<usize>, live: bool) {
        let (me, contact) = (self.me, self.contact);
        let words = text(&format!("word{me}x{}", self.texts));
        let name = (me, self.texts);
        let reply_to = reply.and_then(|at| self.pick(at)).map(|(key, ..)| key);
        let expires_in = brief.then(|| Expiry::from_seconds(10).unwrap());
        let stamp = Stamp { id: wire(name), time: 1, handed: live };
        let new = NewText { contact, text: &words, reply_to, expires_in };
        let Ok(key) = self.vault.write(|w| w.queue_text(&new, stamp)) else {
            let refused = self.row(reply_to.unwrap());
            assert!(refused.deleted || refused.state == MessageState::Recalled);
            return;
        };
        self.texts += 1;
        let said =
            Said { text: words.as_str().to_owned(), deleted: false, former: Vec::new(), reactions: [None, None] };
        self.shown.insert(key, (name, said));
    }

    fn edit(&mut self, at: usize, live: bool) {
        let Some((key, name, mut said)) = self.pick(at) else { return };
        let (stamp, handed) = (self.stamp(live), self.handed(key));
        let words = format!("edit{}x{}", self.me, self.drawn);
        let outcome = self.vault.write(|w| w.edit(key, &text(&words), stamp));
        assert_eq!(outcome.is_ok(), name.0 == self.me && !said.deleted);
        if outcome.is_ok() {
            let former = std::mem::replace(&mut said.text, words);
            said.former.extend(handed.then_some(former));
            self.shown.insert(key, (name, said));
        }
    }

    fn delete(&mut self, at: usize, live: bool) {
        let Some((key, name, said)) = self.pick(at) else { return };
        let stamp = self.stamp(live);
        let outcome = self.vault.write(|w| w.delete(key, stamp));
        assert_eq!(outcome.is_ok(), name.0 == self.me && !said.deleted);
        if outcome.is_ok() {
            self.shown.insert(key, (name, Said::marker()));
        }
    }

    fn forget(&mut self, at: usize) {
        let Some((key, name, said)) = self.pick(at) else { return };
        let under_way = self.row(key).state == MessageState::Queued && self.handed(key) && !said.deleted;
        assert_eq!(self.vault.write(|w| w.forget(key)).is_ok(), !under_way);
        if !under_way {
            self.shown.remove(&key);
            self.past.push(name);
        }
    }

    fn react(&mut self, at: usize, with: Option<bool>, live: bool) {
        let Some((key, name, mut said)) = self.pick(at) else { return };
        let (stamp, with) = (self.stamp(live), with.map(emoji));
        let outcome = self.vault.write(|w| w.react(key, with, stamp));
        assert_eq!(outcome.is_ok(), !said.deleted);
        if outcome.is_ok() {
            said.reactions[self.me] = with;
            self.shown.insert(key, (name, said));
        }
    }

    /// The model's own understanding of a body that arrives.
    fn take(&mut self, id: MessageId, body: &Body, arrival: Arrival) {
        let them = 1 - self.me;
        let named =
            |author: &Author, id: &MessageId| -> Name { (if *author == Author::Me { them } else { self.me }, id.0[1]) };
        match body {
            Body::Text { text, .. } => {
                let name = named(&Author::Me, &id);
                let known = self.past.contains(&name) || self.shown.values().any(|(shown, _)| *shown == name);
                let Arrival::New(key) = arrival else { return assert!(known, "{name:?} was not shown") };
                assert!(!known, "{name:?} was shown twice");
                let said = Said {
                    text: text.as_str().to_owned(),
                    deleted: false,
                    former: Vec::new(),
                    reactions: [None, None],
                };
                self.shown.insert(key, (name, said));
            }
            Body::Edit { target, text } => {
                self.change(named(&Author::Me, target), arrival, |said| {
                    let former = std::mem::replace(&mut said.text, text.as_str().to_owned());
                    said.former.push(former);
                });
            }
            Body::Delete { target } => self.change(named(&Author::Me, target), arrival, |said| *said = Said::marker()),
            Body::React { target: Target { id, author }, emoji } => {
                self.change(named(author, id), arrival, |said| said.reactions[them] = *emoji);
            }
            Body::Terms { .. } | Body::Offer(_) | Body::Fate { .. } => {}
        }
    }

    /// Changes what is shown under this name, unless it is gone or a marker: then nothing must have happened.
    fn change(&mut self, name: Name, arrival: Arrival, change: impl FnOnce(&mut Said)) {
        let Some((key, (_, said))) = self.shown.iter_mut().find(|(_, (shown, said))| *shown == name && !said.deleted)
        else {
            return assert_eq!(arrival, Arrival::Nothing);
        };
        let before = said.clone();
        change(said);
        match arrival {
            Arrival::Edited(at) | Arrival::Deleted(at) | Arrival::Reacted(at) => assert_eq!(at, *key),
            // What changes nothing is no news; a text that says the same has no former one.
            other => {
                assert_eq!(other, Arrival::Nothing);
                said.former = before.former.clone();
                assert_eq!(*said, before);
            }
        }
    }

    fn deliver(&mut self, to: &mut Self, most: usize, acked: bool) {
        let owed = self.vault.read(|r| r.outbox(self.contact, self.taken, most)).unwrap();
        let Some(last) = owed.last().map(|queued| queued.seq) else { return };
        assert!(owed.iter().zip(self.taken + 1..).all(|(queued, seq)| queued.seq == seq), "a hole");
        self.vault.write(|w| w.hand(self.contact, last)).unwrap();
        for queued in owed {
            let (contact, epoch) = (to.contact, epoch(self.me));
            let mark = to.vault.read(|r| r.marks(contact)).unwrap().first().map_or(0, |(_, seq)| *seq);
            let Some(body) = &queued.body else {
                to.vault.write(|w| w.skip(contact, epoch, queued.seq)).unwrap();
                continue;
            };
            let incoming = Incoming { contact, epoch, seq: queued.seq, id: queued.id, time: 1, body };
            let arrival = to.vault.write(|w| w.receive(&incoming)).unwrap();
            if queued.seq > mark {
                to.take(queued.id, body, arrival);
            } else {
                assert_eq!(arrival, Arrival::Nothing, "a duplicate was applied");
            }
        }
        self.taken = last;
        if acked {
            let (contact, now) = (self.contact, self.now);
            self.vault.write(|w| w.ack(contact, epoch(self.me), last, now)).unwrap();
        }
    }

    fn pass(&mut self, seconds: i64) {
        self.now += seconds * 1_000;
        let due: Vec<MessageKey> = self
            .shown
            .keys()
            .copied()
            .filter(|key| self.row(*key).expires_at.is_some_and(|at| at <= self.now))
            .collect();
        let mut gone: Vec<MessageKey> =
            self.vault.write(|w| w.expire(self.now)).unwrap().into_iter().map(|(_, key)| key).collect();
        gone.sort_unstable();
        assert_eq!(gone, due);
        for key in gone {
            let (name, _) = self.shown.remove(&key).unwrap();
            self.past.push(name);
        }
        let next = self.vault.read(|r| r.next_expiry()).unwrap();
        assert!(next.is_none_or(|next| next > self.now));
    }

    /// The vault shows exactly what the model says, finds exactly that, and counts right.
    fn check(&self) {
        let page = Page { before: None, after: None, limit: 999 };
        let rows = self.vault.read(|r| r.messages(self.contact, page)).unwrap();
        let keys: Vec<MessageKey> = self.shown.keys().rev().copied().collect();
        assert_eq!(rows.iter().map(|row| row.key).collect::<Vec<_>>(), keys);
        for row in &rows {
            let (name, said) = &self.shown[&row.key];
            assert_eq!((row.incoming(), row.id), (name.0 != self.me, wire(*name)));
            let reactions = [row.reaction_mine, row.reaction_theirs];
            let expected = [said.reactions[self.me], said.reactions[1 - self.me]];
            assert_eq!((&row.text, row.deleted, reactions), (&said.text, said.deleted, expected));
            let former: Vec<String> =
                self.vault.read(|r| r.history(row.key)).unwrap().into_iter().map(|revision| revision.text).collect();
            assert_eq!((&former, row.edited), (&said.former, !said.former.is_empty()));
            if let Some(Quote { key: Some(quoted), text, .. }) = &row.reply_to {
                assert_eq!(*text, self.shown[quoted].1.text);
            }
        }
        for query in ["word", "edit", "x1"] {
            let found: Vec<MessageKey> =
                self.vault.read(|r| r.search(query, None, 999)).unwrap().into_iter().map(|row| row.key).collect();
            let expected: Vec<MessageKey> =
                keys.iter().copied().filter(|key| self.shown[key].1.text.contains(query)).collect();
            assert_eq!(found, expected, "{query}");
        }
        // Compares the index with the texts, in both directions.
        let check = "INSERT INTO search (search, rank) VALUES ('integrity-check', 1)";
        assert_eq!(self.vault.db.execute_batch(check), Ok(()));
        let last = self.vault.read(|r| r.last_messages()).unwrap();
        assert_eq!(last.first().map(|row| row.key), keys.first().copied());
    }
}

impl Said {
    fn marker() -> Self {
        Self { text: String::new(), deleted: true, former: Vec::new(), reactions: [None, None] }
    }
}

fn step() -> impl Strategy<Value = Step> {
    let at = || 0..12usize;
    prop_oneof![
        4 => (any::<bool>(), proptest::option::of(at()), any::<bool>())
            .prop_map(|(brief, reply, live)| Step::Say { brief, reply, live }),
        3 => (at(), any::<bool>()).prop_map(|(at, live)| Step::Edit { at, live }),
        1 => (at(), any::<bool>()).prop_map(|(at, live)| Step::Delete { at, live }),
        1 => at().prop_map(|at| Step::Forget { at }),
        3 => (at(), any::<Option<bool>>(), any::<bool>()).prop_map(|(at, with, live)| Step::React { at, with, live }),
        1 => Just(Step::Read),
        4 => (1..9usize, any::<bool>()).prop_map(|(most, acked)| Step::Deliver { most, acked }),
        1 => (0..12i64).prop_map(|seconds| Step::Pass { seconds }),
        1 => Just(Step::Again),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_sides_show_what_was_said_and_nothing_comes_back(
        steps in prop::collection::vec((any::<bool>(), step()), 1..60),
    ) {
        let mut sides = [Side::new(0), Side::new(1)];
        for (first, step) in steps {
            let (one, two) = sides.split_at_mut(1);
            let (side, other) = if first { (&mut one[0], &mut two[0]) } else { (&mut two[0], &mut one[0]) };
            match step {
                Step::Say { brief, reply, live } => side.say(brief, reply, live),
                Step::Edit { at, live } => side.edit(at, live),
                Step::Delete { at, live } => side.delete(at, live),
                Step::Forget { at } => side.forget(at),
                Step::React { at, with, live } => side.react(at, with, live),
                Step::Read => side.vault.write(|w| w.mark_read(side.contact, side.now)).unwrap(),
                Step::Deliver { most, acked } => side.deliver(other, most, acked),
                Step::Pass { seconds } => side.pass(seconds),
                Step::Again => side.taken = side.vault.read(|r| r.contact(side.contact)).unwrap().out_acked,
            }
            side.check();
            other.check();
        }
        // Everything arrives in the end: what both still show is the same on both sides.
        let [one, two] = &mut sides;
        for _ in 0..2 {
            for side in [&mut *one, &mut *two] {
                side.taken = side.vault.read(|r| r.contact(side.contact)).unwrap().out_acked;
            }
            one.deliver(two, 999, true);
            two.deliver(one, 999, true);
        }
        one.check();
        two.check();
        let shared = |side: &Side| -> BTreeMap<Name, (String, bool, [Option<Emoji>; 2])> {
            side.shown.values().map(|(name, said)| (*name, (said.text.clone(), said.deleted, said.reactions))).collect()
        };
        let (ours, theirs) = (shared(one), shared(two));
        for (name, said) in &ours {
            prop_assert!(theirs.get(name).is_none_or(|theirs| theirs == said), "{name:?}: {said:?}");
        }
        prop_assert!(one.vault.read(|r| r.outbox(one.contact, 0, 9)).unwrap().is_empty());
    }
}
