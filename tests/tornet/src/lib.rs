//! A private Tor network on one machine, with weather, for tests and for work by hand.
//!
//! It promises a [`Tornet`] of C tor authorities and relays that has a consensus naming all of them when it is handed
//! over, whose relays have [`Weather`] that changes while it runs, and that leaves no process and no file behind,
//! however its owner ends. Several run at once: each claims its own block of loopback addresses.
//! It does not reach the Internet, it is not a model of the public network's size, and its anonymity is none.
//!
//! ```no_run
//! # fn main() -> Result<(), tornet::TornetError> {
//! use std::time::Duration;
//! use tornet::{Plan, Tornet, Weather};
//!
//! let network = Tornet::start(Plan::default())?;
//! println!("{}", network.arti_toml());
//! network.weather(None, Weather::default().delay(Duration::from_millis(25)))?;
//! network.freeze(Some(4), Duration::from_secs(5))?;
//! # Ok(())
//! # }
//! ```

mod addresses;
mod arti;
mod bridge;
mod client;
mod control;
mod grater;
mod home;
mod host;
mod keys;
mod node;
mod order;
mod plan;
mod proxy;
mod remote;
mod shared;
mod tornet;
mod torrc;
mod weather;

pub use bridge::Bridge;
pub use client::Client;
pub use grater::{Caller, Grater, ProfileError};
pub use order::{Order, OrderError};
pub use plan::{Plan, TornetError};
pub use tornet::Tornet;
pub use weather::{Weather, WeatherError, parse_duration, parse_rate};
