//! A locked screen: nothing leaves but how many messages wait, and little comes in.
//!
//! The profile goes on receiving. What the window should know meanwhile is told when it is unlocked.

use std::collections::VecDeque;

use pelure_ui::intent::Intent;
use pelure_ui::model::{Fault, NOTICES, Stage, Trial};
use pelure_ui::update::Update;

use super::fault;
use super::gate::passphrase;
use super::wishes::Job;
use super::work::Work;

/// The screen is locked.
#[derive(Default)]
pub(super) struct Lock {
    /// Why the last attempt to unlock failed.
    pub(super) fault: Option<Fault>,
    /// A passphrase is being checked.
    pub(super) checking: bool,
    /// How many unread messages the window was told of.
    unread: u64,
    /// What went well or wrong meanwhile, to be told afterwards.
    notices: VecDeque<Update>,
}

impl Work {
    /// A locked window shows nothing, so little can be wished; what was begun before is still kept.
    pub(super) fn wished_while_locked(&mut self, intent: Intent) {
        match intent {
            Intent::Unlock { passphrase: typed } => self.check(Job::Check(passphrase(&typed))),
            Intent::Focus(focused) => self.focused = focused,
            Intent::Paste => self.job(Job::Paste),
            Intent::Draft(contact, text) => self.draft(contact, text),
            // A call goes on; it can be ended, not taken.
            other => drop(self.wished_of_calls(other)),
        }
    }

    /// One at a time; but whatever else runs, this must always be possible.
    fn check(&mut self, job: Job) {
        let busy = self.lock.as_mut().is_none_or(|lock| std::mem::replace(&mut lock.checking, true));
        if !busy {
            self.spawn(job);
        }
    }

    pub(super) fn lock(&mut self) {
        if self.place.traceless {
            // There is no passphrase that could unlock it.
            return self.notice(Update::Failed(Fault::NotAllowedNow));
        }
        self.talk = None;
        self.forget_parcels();
        self.forget_notes();
        self.end_trial(Trial::Idle);
        self.lock = Some(Lock { unread: self.known.unread(), ..Lock::default() });
        self.tell_lock();
    }

    pub(super) async fn unlock(&mut self) {
        let Some(lock) = self.lock.take() else { return };
        if let Err(error) = self.tell_everything().await {
            // The window shows either everything or nothing.
            self.lock = Some(Lock { fault: Some(fault::of_engine(&error)), checking: false, ..lock });
            self.tell_lock();
            return;
        }
        lock.notices.into_iter().for_each(|notice| self.show(notice));
    }

    /// Tells what went well or wrong, if need be after the screen is unlocked.
    pub(super) fn notice(&mut self, update: Update) {
        let Some(lock) = &mut self.lock else { return self.out.tell(update) };
        lock.notices.push_back(update);
        while lock.notices.len() > NOTICES {
            lock.notices.pop_front();
        }
    }

    /// Tells a locked window how many messages wait, when that changed.
    pub(super) fn show_unread(&mut self) {
        let unread = self.known.unread();
        if self.lock.as_ref().is_some_and(|lock| lock.unread != unread) {
            self.tell_lock();
        }
    }

    pub(super) fn tell_lock(&mut self) {
        let unread = self.known.unread();
        if let Some(lock) = &mut self.lock {
            lock.unread = unread;
            self.out.tell(Update::Stage(Stage::Locked { fault: lock.fault.clone(), unread }));
        }
    }

    pub(super) fn is_locked(&self) -> bool {
        self.lock.is_some()
    }
}
