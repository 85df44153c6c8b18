//! Circuits that behave as Tor's do, on a clock that somebody else turns: the same for the same seed.
//!
//! Delays are drawn, or played from a recording ([`Trace`]). A circuit delivers in order, stands still now and then, alone
//! or with all others of the call (they share a guard), and may die. [`Rehearsal`] holds a whole call over such circuits, and
//! [`telling_apart`] is somebody who watches its records.
//! It is for tests and benches: no call of a person comes through here.

mod observer;
mod pipe;
mod plan;
mod rehearsal;
mod trace;

pub use observer::telling_apart;
pub use pipe::{Pipe, Standstills, Weather};
pub use plan::{Fault, Heard, Outcome, Plan, Voice};
pub use rehearsal::Rehearsal;
pub use trace::{Trace, TraceError};
