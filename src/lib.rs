//! Pelure: an anonymous messenger over Tor onion services. ARCHITECTURE.md is the way in; this is the table of contents.

pub mod bridge;
pub mod desk;
pub mod engine;
pub mod file;
pub mod headless;
pub mod name;
pub mod options;
pub mod portable;
pub mod road;
pub mod session;
pub mod start;
pub mod talk;
pub mod vault;
pub mod voice;
pub mod wire;
