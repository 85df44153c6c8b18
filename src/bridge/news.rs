//! What happens, told to the window, or kept back while the screen is locked.

use pelure_onion::Reach;
use pelure_ui::announce::{News, announce};
use pelure_ui::keys::{ContactKey, IdentityKey, MessageKey, RequestKey};
use pelure_ui::update::Update;
use pelure_ui::words::Words;

use super::known::RESTORED;
use super::shape;
use super::wishes::Wish;
use super::work::Work;
use crate::engine::{ContactView, Event, MessageView, Page};
use crate::vault::{self, ContactId, IdentityId};

impl Work {
    /// Takes one event.
    pub(super) async fn happened(&mut self, event: Event) {
        match event {
            Event::Tor(status) => self.show(Update::Tor(shape::tor(&status))),
            Event::Reachable { identity, reach } => self.reached(identity, &reach),
            Event::RequestReceived(request) => {
                self.announce(News::Request);
                self.show(Update::Request(shape::request(&request, &self.calendar)));
            }
            Event::RequestClosed { request } => self.show(Update::RequestGone(RequestKey(request.0))),
            Event::Contact(view) => self.contact(&view, false),
            Event::ContactRestored(view) => self.contact(&view, true),
            Event::ContactRemoved { contact } => {
                self.known.remove(ContactKey(contact.0));
                self.forget_note_for(ContactKey(contact.0));
                self.parcels.forget(|parcel| parcel.contact == ContactKey(contact.0));
                self.show(Update::ContactGone(ContactKey(contact.0)));
                self.show_unread();
            }
            Event::MessageReceived(message) => {
                self.announce_message(&message);
                self.message(&message);
            }
            Event::MessageChanged { message, .. } => self.message(&message),
            Event::MessageState { message, state } => {
                self.show(Update::Delivery(MessageKey(message.0), shape::delivery(state)));
            }
            Event::MessageGone { contact, message } => self.gone(contact, message).await,
            Event::FileOffered(view) | Event::FileProgress(view) | Event::FileState(view) => self.transfer(&view),
            Event::CallIncoming(view) => self.called(&view),
            Event::CallState(view) => self.call(&view),
            Event::CallStats(view, stats) => self.call_goes(&view, &stats),
            Event::FilePreparing { contact, done, size, .. } => self.preparing(contact, done, size),
        }
    }

    /// A message is new or changed.
    pub(super) fn message(&mut self, view: &MessageView) {
        let contact = ContactKey(view.contact.0);
        if let Some(known) = self.known.said(view, &self.calendar) {
            let update = Update::Contact(Box::new(known.clone()));
            self.show(update);
        }
        // Others come with their page, when they are looked at.
        if self.talk == Some(contact) {
            let message = Box::new(shape::message(view, &self.calendar));
            self.show(Update::Message { contact, message });
        }
    }

    /// A contact of this key is told anew, if there is one.
    pub(super) fn show_contact(&mut self, key: ContactKey) {
        if let Some(contact) = self.known.get(key) {
            let update = Update::Contact(Box::new(contact.clone()));
            self.show(update);
        }
    }

    fn reached(&mut self, identity: IdentityId, reach: &Reach) {
        self.show(Update::Reach(IdentityKey(identity.0), shape::reach(reach)));
    }

    fn contact(&mut self, view: &ContactView, restored: bool) {
        let now = self.window_time();
        let contact = self.known.put(view, now);
        if restored && !contact.restored {
            contact.restored = true;
            self.keep_restored();
        }
        self.show_contact(ContactKey(view.contact.0));
        self.show_unread();
    }

    /// Remembers beyond the end of the program who was restored from a backup.
    pub(super) fn keep_restored(&mut self) {
        let keep = Wish::Keep(RESTORED, self.known.restored());
        self.wish(keep);
    }

    async fn gone(&mut self, contact: ContactId, message: vault::MessageKey) {
        self.show(Update::MessageGone { contact: ContactKey(contact.0), message: MessageKey(message.0) });
        if !self.known.is_last(contact, message) {
            return;
        }
        let newest = Page { before: None, after: None, limit: 1 };
        // A contact that was removed meanwhile has no last words.
        let newest = self.engine().messages(contact, newest).await.unwrap_or_default();
        let last = newest.first().map(|view| (view.message, shape::last(view, &self.calendar)));
        self.known.set_last(contact, last);
        self.show_contact(ContactKey(contact.0));
    }

    fn announce_message(&mut self, message: &MessageView) {
        let Some(contact) = self.known.get(ContactKey(message.contact.0)) else { return };
        let from = contact.name.clone();
        self.announce(match message.transfer {
            Some(_) => News::File { from: &from },
            None => News::Message { from: &from },
        });
    }

    /// Tells the desktop, if nobody looks at the window and the person wants that. One at a time: while the desktop is
    /// slow, the news are not repeated.
    pub(super) fn announce(&mut self, news: News<'_>) {
        let locked = self.is_locked();
        if (self.focused && !locked) || self.announcing.as_ref().is_some_and(|task| !task.is_finished()) {
            return;
        }
        let words = Words::new(self.settings.language);
        let Some(said) = announce(&words, self.settings.notify, locked, news) else { return };
        let desk = std::sync::Arc::clone(&self.world.desk);
        self.announcing = Some(tokio::task::spawn_blocking(move || desk.notify(&said.title, &said.body)));
    }
}
