//! A block of loopback addresses for one network.
//!
//! It promises that no other network on this machine has the same block while it is held, so that every network may
//! use the same ports and none has to look for free ones. It does not reach beyond 127.0.0.0/8.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener};

/// Where Tor links arrive: the proxy listens here, the consensus names it.
pub(crate) const OR_PORT: u16 = 9001;
/// Where the relay itself listens, behind its proxy.
pub(crate) const REAL_PORT: u16 = 9002;
/// Where an authority answers HTTP, without weather.
pub(crate) const DIR_PORT: u16 = 9030;

/// 127.x.y.0/24, held by a socket on its last address.
#[derive(Debug)]
pub(crate) struct Block {
    middle: (u8, u8),
    _claim: TcpListener,
}

impl Block {
    /// Claims a block that is free.
    pub(crate) fn claim() -> io::Result<Self> {
        let mut taken = io::Error::from(io::ErrorKind::AddrInUse);
        for _ in 0..TRIES {
            let [x, y, ..] = RandomState::new().build_hasher().finish().to_le_bytes();
            // 127.0.y.z is where everybody else's servers are.
            let middle = (x.max(1), y);
            match TcpListener::bind(SocketAddrV4::new(address(middle, CLAIM), OR_PORT)) {
                Ok(_claim) => return Ok(Self { middle, _claim }),
                Err(error) => taken = error,
            }
        }
        Err(taken)
    }

    /// The address of a node; nodes are counted from 0 to 199.
    pub(crate) fn node(&self, index: usize) -> Ipv4Addr {
        address(self.middle, u8::try_from(index.saturating_add(FIRST)).unwrap_or(CLAIM))
    }
}

fn address((x, y): (u8, u8), last: u8) -> Ipv4Addr {
    Ipv4Addr::new(127, x, y, last)
}

/// Blocks tried before giving up: two networks meet by chance once in 65,000.
const TRIES: usize = 16;
/// The last number of the first node's address.
const FIRST: usize = 10;
/// The last number of the address that only shows that the block is taken.
const CLAIM: u8 = 254;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claimed_block_cannot_be_claimed_again() {
        let block = Block::claim().unwrap();
        let (x, y) = block.middle;
        assert!(TcpListener::bind((Ipv4Addr::new(127, x, y, CLAIM), OR_PORT)).is_err());
    }
}
