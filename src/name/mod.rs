//! Strings that cannot harm: what the user calls somebody, what a peer wrote, safety words.
//!
//! It does not store, send or translate anything.

mod hidden;
pub mod petname;
pub mod safety;
pub mod text;

pub use petname::{NameError, PetName};
pub use text::neutralised;
