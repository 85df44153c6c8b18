//! The window: it shows a model, takes updates, and says what was asked for. Nothing else.
//!
//! It knows no onion, no engine, no disk and no clock; it never waits. [`Window`] is all of it without a desktop, for
//! tests; [`run`] puts it on one.

pub mod announce;
mod app;
pub mod checkup;
mod files;
pub mod intent;
pub mod keys;
pub mod model;
mod parts;
pub mod qr;
mod screens;
pub mod secret;
pub mod settings;
mod talk;
mod theme;
pub mod update;
mod window;
pub mod words;

pub use app::{Failure, Start, Wake, run};
pub use window::Window;
