//! What the bridge remembers of each contact beside what the engine says of it: last words, draft, restored or not.
//!
//! It holds at most one line and one draft of each; conversations stay in the vault.

use std::collections::BTreeMap;

use pelure_ui::keys::ContactKey;
use pelure_ui::model::{Contact, Last, Presence};

use crate::engine::{ContactView, Engine, EngineError, MessageView};
use crate::vault::{ContactId, MessageKey};

use super::day::Calendar;
use super::shape;

/// All contacts.
#[derive(Default)]
pub(super) struct Known(BTreeMap<ContactKey, Acquaintance>);

struct Acquaintance {
    shown: Contact,
    /// The message that `shown.last` is about.
    last: Option<MessageKey>,
}

impl Known {
    /// Asks the engine for everything.
    pub(super) async fn load(engine: &Engine, calendar: &Calendar, now: f64) -> Result<Self, EngineError> {
        let mut known = Self::default();
        for view in engine.contacts(None).await? {
            let draft = engine.draft(view.contact).await?;
            known.put(&view, now).draft = draft;
        }
        for message in engine.last_messages().await? {
            known.said(&message, calendar);
        }
        let restored = engine.setting(RESTORED).await?.unwrap_or_default();
        for key in restored.split_whitespace().filter_map(|word| word.parse().ok()) {
            if let Some(contact) = known.find(ContactKey(key)) {
                contact.restored = true;
            }
        }
        Ok(known)
    }

    /// All of them, as they are shown.
    pub(super) fn all(&self) -> Vec<Contact> {
        self.0.values().map(|known| known.shown.clone()).collect()
    }

    /// One of them, as it is shown.
    pub(super) fn get(&self, key: ContactKey) -> Option<&Contact> {
        self.0.get(&key).map(|known| &known.shown)
    }

    /// One of them, to change what the engine does not know.
    pub(super) fn find(&mut self, key: ContactKey) -> Option<&mut Contact> {
        self.0.get_mut(&key).map(|known| &mut known.shown)
    }

    /// Messages not yet read, of everybody.
    pub(super) fn unread(&self) -> u64 {
        self.0.values().map(|known| known.shown.unread).sum()
    }

    /// Who was restored from a backup, for the next start.
    pub(super) fn restored(&self) -> String {
        let keys = self.0.values().filter(|known| known.shown.restored).map(|known| known.shown.key.0.to_string());
        keys.collect::<Vec<_>>().join(" ")
    }

    /// Takes what the engine says of a contact.
    pub(super) fn put(&mut self, view: &ContactView, now: f64) -> &mut Contact {
        let mut new = shape::contact(view, now);
        let known = self.0.entry(new.key).or_insert_with(|| Acquaintance { shown: new.clone(), last: None });
        let old = &mut known.shown;
        new.last = old.last.take();
        new.draft = std::mem::take(&mut old.draft);
        new.restored = old.restored;
        if let (Presence::Connecting { attempt, since }, Presence::Connecting { attempt: same, since: begun }) =
            (&mut new.presence, &old.presence)
            && attempt == same
        {
            *since = *begun;
        }
        *old = new;
        old
    }

    /// A contact is gone.
    pub(super) fn remove(&mut self, key: ContactKey) {
        self.0.remove(&key);
    }

    /// A message is new or changed; gives the contact if that changes its last words.
    pub(super) fn said(&mut self, message: &MessageView, calendar: &Calendar) -> Option<&Contact> {
        let known = self.0.get_mut(&ContactKey(message.contact.0))?;
        if known.last.is_some_and(|last| message.message < last) {
            return None;
        }
        known.last = Some(message.message);
        known.shown.last = Some(shape::last(message, calendar));
        Some(&known.shown)
    }

    /// Whether this message is the last one of its contact.
    pub(super) fn is_last(&self, contact: ContactId, message: MessageKey) -> bool {
        self.0.get(&ContactKey(contact.0)).is_some_and(|known| known.last == Some(message))
    }

    /// The last message of a contact is another one, or there is none.
    pub(super) fn set_last(&mut self, contact: ContactId, last: Option<(MessageKey, Last)>) -> Option<&Contact> {
        let known = self.0.get_mut(&ContactKey(contact.0))?;
        let (key, words) = last.unzip();
        (known.last, known.shown.last) = (key, words);
        Some(&known.shown)
    }
}

/// The setting that remembers who was restored, until the person has seen it.
pub(super) const RESTORED: &str = "restored";
