//! Identities, contacts and requests as types. `Debug` shows numbers and states only: never an address, a name or a text.

use pelure_onion::Address;
use rusqlite::Row;
use rusqlite::types::Type;

use super::ids::{ContactId, IdentityId, RequestId};
use crate::wire::{Epoch, Expiry};

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
    /// How long new texts live on both sides, as last agreed; `None` for ever.
    pub expires_in: Option<Expiry>,
    /// How often that was changed, by either side.
    pub terms_version: u32,
    /// We tell what was displayed, once they do, too.
    pub receipts_mine: bool,
    /// They tell what was displayed, once we do, too.
    pub receipts_theirs: bool,
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
    /// The person declined just this before, or blocked the address: it gets no second showing.
    Refused,
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

/// Reads a time to live; anything else in its column is damage.
pub(super) fn expiry(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Expiry>> {
    let wrong = |_| rusqlite::Error::InvalidColumnType(column, "expires_in".to_owned(), Type::Integer);
    row.get::<_, Option<u32>>(column)?.map(|seconds| Expiry::from_seconds(seconds.into()).map_err(wrong)).transpose()
}

/// A time to live as SQLite keeps it.
pub(super) fn seconds(expires_in: Option<Expiry>) -> Option<u32> {
    expires_in.map(Expiry::seconds)
}

/// A `Debug` that names the row and hides what is private.
macro_rules! redacted {
    ($type:ty, $name:literal, $($field:ident),+) => {
        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct($name)$(.field(stringify!($field), &self.$field))+.finish_non_exhaustive()
            }
        }
    };
}

pub(super) use redacted;

redacted!(Identity, "Identity", id, visible, doors);
redacted!(Contact, "Contact", id, identity, state, verified, out_next, out_acked, unread);
redacted!(NewContact<'_>, "NewContact", identity, accepted);
redacted!(Request, "Request", id, identity);
