//! What the engine tells: every change a person or a program may want to know of.
//!
//! Events hold no key, and no address beyond what the listing of the same thing shows.

use pelure_onion::{Address, Reach, Status};

use super::Reason;
use super::calls::CallView;
use super::transfer::TransferView;
use crate::vault::{ContactId, ContactState, IdentityId, MessageKey, Quote, Request, RequestId, TransferId};
use crate::voice::Stats;
use crate::wire::{CallId, Emoji, Expiry};

/// One change.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The road's state changed.
    Tor(Status),
    /// Others can or can no longer find an identity.
    Reachable {
        /// Whose service.
        identity: IdentityId,
        /// What is known.
        reach: Reach,
    },
    /// Somebody asks to be a contact.
    RequestReceived(Request),
    /// A request is no longer pending.
    RequestClosed {
        /// Which.
        request: RequestId,
    },
    /// A contact's state, name or presence changed.
    Contact(ContactView),
    /// A contact's program says that it was restored from a backup: tell the person, once.
    ContactRestored(ContactView),
    /// A contact and all that belongs to it was removed.
    ContactRemoved {
        /// Which.
        contact: ContactId,
    },
    /// A message arrived and is durable.
    MessageReceived(MessageView),
    /// A message of ours went on.
    MessageState {
        /// Which.
        message: MessageKey,
        /// Where it is now.
        state: Delivery,
    },
    /// A message was edited, deleted for both or reacted to, by either side; durable.
    MessageChanged {
        /// As it is now.
        message: MessageView,
        /// What was done to it.
        change: Change,
    },
    /// A message is gone from this machine: its time was up, or it was deleted on this side.
    MessageGone {
        /// Whose conversation.
        contact: ContactId,
        /// Which.
        message: MessageKey,
    },
    /// A contact offers a file; its message was told just before.
    FileOffered(TransferView),
    /// A file moves: told a few times a second at most.
    FileProgress(TransferView),
    /// A transfer is in another state, or in the same for another reason.
    FileState(TransferView),
    /// A file is being read, and cleaned, before it is offered.
    FilePreparing {
        /// To whom.
        contact: ContactId,
        /// Its name.
        name: String,
        /// Bytes that are done.
        done: u64,
        /// Bytes in all.
        size: u64,
    },
    /// A contact calls.
    CallIncoming(CallView),
    /// A call has come to something, or the person muted it. A contact that called while there was another call is told of
    /// by this alone: the call is over, and was missed.
    CallState(CallView),
    /// How a call goes; told about once a second.
    CallStats(CallView, Box<Stats>),
}

/// A contact as it is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct ContactView {
    /// The contact.
    pub contact: ContactId,
    /// Whose contact.
    pub identity: IdentityId,
    /// The other side's address.
    pub address: Address,
    /// The name the user gave.
    pub name: String,
    /// How far the acquaintance has come.
    pub state: ContactState,
    /// Whether they are there.
    pub presence: Presence,
    /// Whether the user compared the safety words.
    pub verified: bool,
    /// Messages not yet read.
    pub unread: u64,
    /// After how long messages disappear, as both agreed; `None`: they stay.
    pub expires_in: Option<Expiry>,
    /// Who tells the other what was read.
    pub receipts: Receipts,
}

/// Who wants read receipts. Nothing is told before both do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Receipts {
    /// This side does.
    pub ours: bool,
    /// The other side does.
    pub theirs: bool,
}

/// Whether a contact is there, and if not, what is being done about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presence {
    /// An authenticated ping was answered within the last minute.
    Online,
    /// An attempt is under way.
    Connecting {
        /// The how-many-th since they were last online, from 1.
        attempt: u32,
    },
    /// Not there.
    Offline {
        /// Why.
        reason: Reason,
        /// Seconds until the next attempt; `None` where only an event outside starts one.
        next_attempt_in: Option<u64>,
    },
}

/// An identity as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityView {
    /// The identity.
    pub identity: IdentityId,
    /// What the user calls it.
    pub name: String,
    /// Where others dial.
    pub address: Address,
    /// Whether others can find it now.
    pub reachable: bool,
    /// False: it appears offline by the user's wish.
    pub visible: bool,
}

/// A message as it is shown.
#[derive(Clone, PartialEq, Eq)]
pub struct MessageView {
    /// The message.
    pub message: MessageKey,
    /// Whose conversation.
    pub contact: ContactId,
    /// Whether they wrote it.
    pub incoming: bool,
    /// As it was written; neutralise before showing.
    pub text: String,
    /// Where it is.
    pub state: Delivery,
    /// When it was written, milliseconds since 1970 by our clock.
    pub time: i64,
    /// What it answers.
    pub reply_to: Option<Quote>,
    /// Its writer changed the text later.
    pub edited: bool,
    /// Its writer deleted it for both; the text is empty.
    pub deleted: bool,
    /// One of each side at most.
    pub reactions: Vec<Reaction>,
    /// How long it lives, from when it was displayed (theirs) or delivered (ours).
    pub expires_in: Option<Expiry>,
    /// When it disappears, milliseconds since 1970; `None` until that is known.
    pub expires_at: Option<i64>,
    /// What it offers; its text is the name then.
    pub transfer: Option<Box<TransferView>>,
}

/// What one side thinks of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reaction {
    /// This side's.
    pub mine: bool,
    /// In one character, as people see it.
    pub emoji: Emoji,
}

/// What was done to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Its text is another one.
    Edited,
    /// It was deleted for both.
    Deleted,
    /// A reaction came, changed or went.
    Reacted,
}

/// Where a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The other side has it on disk.
    Delivered,
    /// It will never arrive: the contact was removed.
    Failed,
    /// It waits for a session; durable.
    Queued,
    /// The other side displayed it; known only where both agreed to read receipts.
    Read,
    /// Taken back before it was handed over.
    Recalled,
    /// Theirs.
    Received,
    /// Handed to a live session.
    Sent,
}

impl Receipts {
    /// Both sides want them.
    pub fn agreed(self) -> bool {
        self.ours && self.theirs
    }
}

/// The road as it is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct TorView {
    /// Which road.
    pub backend: &'static str,
    /// What it is doing.
    pub status: Status,
    /// Whether full vanguards are in force.
    pub vanguards: bool,
}

/// Which part of a conversation to list, newest first; both ends exclusive.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// Only older than this.
    pub before: Option<MessageKey>,
    /// Only newer than this.
    pub after: Option<MessageKey>,
    /// At most so many.
    pub limit: u32,
}

impl std::fmt::Debug for MessageView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MessageView")
            .field("message", &self.message)
            .field("contact", &self.contact)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// What an event is about, where a later one makes an earlier one pointless.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Subject {
    Tor,
    Reachable(IdentityId),
    Contact(ContactId),
    MessageState(MessageKey),
    Preparing(ContactId),
    Progress(TransferId),
    Call(CallId),
    CallStats,
}

impl Event {
    /// The subject, if a later event of the same subject supersedes this one.
    pub(super) fn subject(&self) -> Option<Subject> {
        match self {
            Self::Tor(_) => Some(Subject::Tor),
            Self::Reachable { identity, .. } => Some(Subject::Reachable(*identity)),
            Self::Contact(view) => Some(Subject::Contact(view.contact)),
            Self::MessageState { message, .. } => Some(Subject::MessageState(*message)),
            Self::FilePreparing { contact, .. } => Some(Subject::Preparing(*contact)),
            Self::FileProgress(view) => Some(Subject::Progress(view.transfer)),
            Self::CallState(view) => Some(Subject::Call(view.call)),
            Self::CallStats(..) => Some(Subject::CallStats),
            Self::CallIncoming(_)
            | Self::RequestReceived(_)
            | Self::RequestClosed { .. }
            | Self::ContactRestored(_)
            | Self::ContactRemoved { .. }
            | Self::MessageReceived(_)
            | Self::MessageChanged { .. }
            | Self::MessageGone { .. }
            | Self::FileOffered(_)
            | Self::FileState(_) => None,
        }
    }
}
