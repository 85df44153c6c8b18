//! The loaded part of a conversation: without holes, in order, bounded.

use std::collections::VecDeque;

use crate::keys::{ContactKey, MessageKey};
use crate::model::{LOADED, Message, Talk};
use crate::update::{Page, PagePlace};

impl Talk {
    /// Nothing is loaded yet.
    pub fn new(contact: ContactKey) -> Self {
        Self { contact, messages: VecDeque::new(), older: false, newer: false, loading: true, turn: 0 }
    }

    /// The message of this key, if it is loaded.
    pub fn find(&mut self, key: MessageKey) -> Option<&mut Message> {
        let at = self.position(key)?;
        self.turn += 1;
        self.messages.get_mut(at)
    }

    /// Where the message of this key stands.
    pub fn position(&self, key: MessageKey) -> Option<usize> {
        self.messages.binary_search_by_key(&key, |message| message.key).ok()
    }

    /// Takes a page that was asked for. One that no longer fits (something else was loaded meanwhile) is left out.
    pub(crate) fn take(&mut self, page: Page) {
        let Page { place, messages, older, newer, .. } = page;
        self.loading = false;
        self.turn += 1;
        match place {
            PagePlace::Whole => {
                self.messages = messages.into();
                (self.older, self.newer) = (older, newer);
            }
            PagePlace::Before => {
                let first = self.messages.front().map(|message| message.key);
                if messages.last().map(|message| message.key) < first {
                    messages.into_iter().rev().for_each(|message| self.messages.push_front(message));
                    self.older = older;
                }
                if self.messages.len() > LOADED {
                    self.messages.truncate(LOADED);
                    self.newer = true;
                }
            }
            PagePlace::After => {
                let last = self.messages.back().map(|message| message.key);
                if messages.first().is_some_and(|message| Some(message.key) > last) || messages.is_empty() {
                    self.messages.extend(messages);
                    self.newer = newer;
                }
                self.forget_oldest();
            }
        }
    }

    /// A message is new or changed.
    pub(crate) fn put(&mut self, message: Message) {
        self.turn += 1;
        match self.messages.binary_search_by_key(&message.key, |known| known.key) {
            Ok(at) => {
                if let Some(known) = self.messages.get_mut(at) {
                    *known = message;
                }
            }
            // A new one, and the end of the conversation is loaded: it goes there. Otherwise it will come with its page.
            Err(at) if at == self.messages.len() && !self.newer => {
                self.messages.push_back(message);
                self.forget_oldest();
            }
            Err(_) => {}
        }
    }

    pub(crate) fn remove(&mut self, key: MessageKey) {
        if let Some(at) = self.position(key) {
            self.messages.remove(at);
            self.turn += 1;
        }
    }

    fn forget_oldest(&mut self) {
        let surplus = self.messages.len().saturating_sub(LOADED);
        if surplus > 0 {
            self.messages.drain(..surplus);
            self.older = true;
        }
    }
}
