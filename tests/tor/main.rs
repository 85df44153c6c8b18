//! Whole programs on a private Tor network: `pelure headless` as a user has it, several processes, real circuits.
//!
//! Its tests wait for events; the only times in them are bounds on hanging. One of them cuts the network, and has it
//! for itself while it does.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test: to fail is to panic")]
#![expect(clippy::indexing_slicing, clippy::string_slice, reason = "a test: to fail is to panic")]
#![expect(clippy::print_stderr, reason = "what a program said is shown when its test fails")]
#![expect(clippy::disallowed_types, reason = "a test starts the program, and plants what the program must not have")]
#![expect(clippy::disallowed_methods, reason = "a bound on hanging needs a clock")]

mod calls;
mod delivery;
mod detour;
mod exits;
mod files;
mod home;
mod photo;
mod program;
mod proxy;
mod scan;
mod sockets;
mod tails;
#[path = "../kit/tone.rs"]
#[expect(dead_code, unreachable_pub, reason = "other tests use more of it")]
mod tone;
mod traces;
mod wall;
