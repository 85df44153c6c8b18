//! Everything at rest: what was committed here survives `kill -9` and power loss, and without the passphrase the files
//! tell nothing but their sizes and times.
//!
//! It does not know what a message means ([`crate::talk`]), when to send it ([`crate::engine`]) or how to show it.
//! [`Vault::write`] is the one way to change anything, [`Read`] the one way to look.

mod backup;
mod changes;
mod connection;
mod contacts;
mod destroy;
mod disk;
mod drafts;
mod error;
mod fates;
mod fold;
mod gone;
mod identities;
mod ids;
mod inbox;
mod keyfile;
mod medium;
mod messages;
mod migrations;
mod offers;
mod outbox;
mod passphrase;
mod plain;
mod profile;
mod receipts;
mod rekey;
mod requests;
mod rows;
mod sealed;
mod search;
mod settings;
mod terms;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod transaction;
mod transfers;

pub use error::VaultError;
pub use ids::{ContactId, IdParseError, IdentityId, MessageKey, RequestId, TransferId};
pub use inbox::{Arrival, Incoming};
pub use messages::{Message, MessageState, Page, Quote, Revision};
pub use offers::NewOffer;
pub use outbox::{NewText, Queued, Stamp};
pub use passphrase::{Cost, Passphrase};
pub use plain::PlainFile;
pub use profile::{Reader, SEALED_FILES, Vault};
pub use rows::{Contact, ContactState, Doors, Identity, NewContact, Request, RequestArrival};
pub use transaction::{Job, Read, Write, job};
pub use transfers::{Blob, Fault, FileSource, Held, Transfer, TransferState};
