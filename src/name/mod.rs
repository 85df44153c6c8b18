//! Strings that cannot harm: what the user calls somebody, what a peer wrote, names of files,
//! safety words.
//!
//! It does not store, send or translate anything.

pub mod file;
mod hidden;
pub mod petname;
pub mod safety;
pub mod text;

pub use file::SafeFileName;
pub use petname::{NameError, PetName};
pub use text::neutralised;
