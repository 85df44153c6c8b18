//! What benches share.

#![allow(dead_code, unreachable_pub, reason = "each bench uses its part")]

pub mod figure;
pub mod pair;
pub mod process;
