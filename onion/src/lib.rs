//! The road: onion services and connections to them.
//!
//! It promises a [`Network`] that publishes an identity's onion service and dials others, each identity isolated from
//! the rest, over embedded Arti ([`arti`]), over the C tor of the machine ([`system`]) or in
//! memory with weather ([`memory`]).
//! It does not authenticate who dials us, encrypt for anybody, or decide when to try again: that is the messenger's.

pub mod address;
pub mod arti;
pub mod detour;
pub mod key;
pub mod memory;
pub mod network;
pub mod scratch;
pub mod system;

pub use address::{Address, AddressError};
pub use arti::{Arti, ArtiError, ArtiOptions};
pub use detour::{Bridge, BridgeError, Detour, DetourError, Flaw, Ports, Programs, Proxy, ProxyError, Transport};
pub use key::{KeyError, ServiceKey};
pub use memory::{Memory, MemoryNetwork};
pub use network::{
    Barrier, Boxed, Dial, DialError, Network, Obstacle, PORT, PublishError, Reach, Service, Status, Step, Stream,
    Weakness,
};
pub use scratch::{Scratch, ScratchError, Stamp};
pub use system::{ControlAddress, Password, Remedy, SystemError, SystemOptions, SystemTor};

/// The version of the embedded Arti crates, all of which are pinned to it.
pub const ARTI_VERSION: &str = "0.47.0";
