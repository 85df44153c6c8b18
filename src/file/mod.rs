//! How a file travels: cut into blocks that are verified alone, asked for by who receives it, over several circuits at
//! once.
//!
//! But for [`disk`] it moves no bytes itself: time, records and blocks are arguments. It does not know circuits, sessions or
//! the vault ([`crate::engine`] brings them together).
//!
//! - [`Tree`] says how a content is cut and what its hashes are (`tree.rs`);
//! - [`Blocks`] are those that are here (`blocks.rs`);
//! - [`Fetch`] is the receiving side (`fetch.rs`), [`Serve`] the sending one (`serve.rs`);
//! - [`Manifest`] makes one content of a folder (`bundle.rs`);
//! - [`Rate`] tells how fast it goes (`rate.rs`);
//! - [`clean`] removes from a file what it says about who made it;
//! - [`disk`] is the one door to the file system.

mod blocks;
mod bundle;
pub mod clean;
pub mod disk;
mod fetch;
mod rate;
mod serve;
#[cfg(test)]
mod testing;
mod tree;

pub use blocks::Blocks;
pub use bundle::{BundleError, Entry, Manifest};
pub use fetch::{Fetch, FetchError, Verified};
pub use rate::Rate;
pub use serve::{Job, Serve, ServeError};
pub use tree::{Hash, Hashed, Hashing, SizeError, Tree};

/// The number of a circuit, given by who opens it; never used twice in one transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lane(pub u32);
