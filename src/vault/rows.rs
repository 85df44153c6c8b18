//! What the tables hold, as types. `Debug` shows numbers and states only: never an address, a name or a text.

use std::fmt;

use pelure_onion::Address;
use rusqlite::Row;
use rusqlite::types::Type;

use super::ids::{ContactId, IdentityId, MessageKey, RequestId};
use crate::wire::{Epoch, MessageId};

/// One of the person's own identities, without its key ([`super::Read::identity_key`]).
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    /// Its row.
    pub id: IdentityId,
    /// What the person calls it; never sent.
    pub name: String,
    /// Where others dial.
    pub address: Address,
    /// False: the person wants to appear offline.
    pub visible: bool,
    /// Who may reach it.
    pub doors: Doors,
}

/// Who may reach an identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doors {
    /// Contacts only: strangers cannot even see whether it is online.
    Closed,
    /// Anybody who knows the address may send a request.
    Open,
}

/// A contact of one identity.
#[derive(Clone, PartialEq, Eq)]
pub struct Contact {
    /// Its row.
    pub id: ContactId,
    /// Whose contact this is.
    pub identity: IdentityId,
    /// Where to dial.
    pub address: Address,
    /// The petname.
    pub name: String,
    /// Where it stands.
    pub state: ContactState,
    /// The person compared the safety words.
    pub verified: bool,
    /// What our request says; meaningful while `state` is [`ContactState::Requested`].
    pub request_text: String,
    /// The epoch of what we send.
    pub out_epoch: Epoch,
    /// The sequence number the next message will get; the first is 1.
    pub out_next: u64,
    /// Everything up to this number was acknowledged; 0 is nothing yet.
    pub out_acked: u64,
    /// Messages received and not yet marked read.
    pub unread: u64,
    /// Their bytes of text.
    pub unread_bytes: u64,
    /// This profile was restored from a backup, and the contact was not told yet.
    pub restored: bool,
    /// When it was added, in unix milliseconds.
    pub created: i64,
}

/// Where a contact stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContactState {
    /// Both sides agreed.
    Accepted,
    /// The person blocked it; what it was before is kept for the unblocking.
    Blocked,
    /// We asked and were not accepted yet.
    Requested,
}

/// A contact to be added.
#[derive(Clone, Copy)]
pub struct NewContact<'a> {
    /// Whose contact.
    pub identity: IdentityId,
    /// Where to dial.
    pub address: Address,
    /// The petname, already checked.
    pub name: &'a str,
    /// False: we ask first. True: the other side asked already.
    pub accepted: bool,
    /// What our request says, already checked; may be empty.
    pub request_text: &'a str,
    /// Freshly drawn.
    pub out_epoch: Epoch,
    /// Unix milliseconds.
    pub created: i64,
}

/// Somebody asks to be a contact.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// Its row.
    pub id: RequestId,
    /// Which identity was asked.
    pub identity: IdentityId,
    /// Who asks.
    pub address: Address,
    /// What they say; may be empty.
    pub text: String,
    /// When it came first, in unix milliseconds.
    pub received: i64,
}

/// What became of a request that arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestArrival {
    /// It is new: show it.
    New(Request),
    /// The same address asked before; the text was replaced where it differed.
    Again(Request),
    /// The identity holds its 32 requests already.
    Full,
    /// The person declined this address before: it gets no second showing.
    Refused,
}

/// A message of one conversation.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// Its row; grows with arrival on this machine.
    pub key: MessageKey,
    /// Whose conversation.
    pub contact: ContactId,
    /// Its name on the wire.
    pub id: MessageId,
    /// Where it stands; tells the direction too.
    pub state: MessageState,
    /// When it was written, in unix milliseconds.
    pub time: i64,
    /// The text as it was written.
    pub text: String,
}

/// Where a message stands. That a queued one was handed to a live session ("sent") is the engine's knowledge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageState {
    /// Ours, and the other side has it on disk.
    Delivered,
    /// Ours, not yet acknowledged.
    Queued,
    /// Ours, taken back before it was handed over.
    Recalled,
    /// Theirs.
    Received,
}

/// One step of what a contact is still to be sent, in the order of sequence numbers.
#[derive(Clone, PartialEq, Eq)]
pub struct Queued {
    /// The message's row.
    pub key: MessageKey,
    /// Its sequence number in the contact's `out_epoch`.
    pub seq: u64,
    /// Its name on the wire.
    pub id: MessageId,
    /// When it was written, in unix milliseconds.
    pub time: i64,
    /// The text; `None` was recalled and travels as a skip.
    pub text: Option<String>,
    /// It was handed to a session before and may have arrived.
    pub handed: bool,
}

/// A message that arrived.
#[derive(Clone, Copy)]
pub struct Incoming<'a> {
    /// From whom.
    pub contact: ContactId,
    /// The sender's epoch.
    pub epoch: Epoch,
    /// Its number in that epoch, from 1.
    pub seq: u64,
    /// Its name.
    pub id: MessageId,
    /// When it was written by our clock (arrival less age), in unix milliseconds.
    pub time: i64,
    /// The text.
    pub text: &'a str,
}

/// Which part of a conversation to list. Both ends are exclusive.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// Only messages older than this one.
    pub before: Option<MessageKey>,
    /// Only messages newer than this one. With `before` absent, the ones right after it are given.
    pub after: Option<MessageKey>,
    /// At most so many.
    pub limit: usize,
}

impl Message {
    /// Did it come from the other side?
    pub fn incoming(&self) -> bool {
        self.state == MessageState::Received
    }
}

/// Reads an address; anything else in its column is damage.
pub(super) fn address(row: &Row<'_>, column: usize) -> rusqlite::Result<Address> {
    let wrong = |_| rusqlite::Error::InvalidColumnType(column, "address".to_owned(), Type::Blob);
    Address::from_public_key(row.get(column)?).map_err(wrong)
}

/// A number as SQLite keeps it. Numbers from 2^63 on never occur between honest peers; they become the largest.
pub(super) fn number(value: impl TryInto<i64>) -> i64 {
    value.try_into().unwrap_or(i64::MAX)
}

/// Reads a number that is never negative.
pub(super) fn count(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    let value: i64 = row.get(column)?;
    u64::try_from(value).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, value))
}

/// A `Debug` that names the row and hides what is private.
macro_rules! redacted {
    ($type:ty, $name:literal, $($field:ident),+) => {
        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct($name)$(.field(stringify!($field), &self.$field))+.finish_non_exhaustive()
            }
        }
    };
}

redacted!(Identity, "Identity", id, visible, doors);
redacted!(Contact, "Contact", id, identity, state, verified, out_next, out_acked, unread);
redacted!(NewContact<'_>, "NewContact", identity, accepted);
redacted!(Request, "Request", id, identity);
redacted!(Message, "Message", key, contact, state);
redacted!(Queued, "Queued", key, seq, handed);
redacted!(Incoming<'_>, "Incoming", contact, seq);
