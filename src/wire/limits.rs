//! Every number of the protocol, with its reason. threat-model.md quotes this table; a test holds them together.

use std::time::Duration;

/// Bytes of one padded unit: fits the data of one relay cell in both cell formats of Tor.
pub const CELL: usize = 488;
/// A handshake message fills three cells: the largest (ML-KEM-768 key, 1,184 bytes, with its tags) needs them.
pub const HANDSHAKE: usize = 3 * CELL;
/// How many cells a record of talk may have: few sizes, so that a size tells little.
pub const RECORD_CELLS: [usize; 6] = [1, 2, 4, 8, 16, 32];
/// A message of text in bytes of UTF-8.
pub const MESSAGE_BYTES: usize = 64 * 1024;
/// A contact request in characters.
pub const REQUEST_CHARS: usize = 280;
/// A contact request in bytes: 280 characters of four bytes each.
pub const REQUEST_BYTES: usize = 1_120;
/// The longest frame body: a message and its fixed fields.
pub const FRAME_BYTES: usize = MESSAGE_BYTES + 256;
/// Records sealed under one key before its successor takes over: far below what ChaCha20-Poly1305 allows, and a stolen
/// key opens little.
pub const REKEY_RECORDS: u64 = 1 << 20;
/// Time one key seals before its successor takes over: bounds what a key stolen from memory opens of the past.
pub const REKEY_AFTER: Duration = Duration::from_secs(10 * 60);
/// Bytes that may wait to be opened: one unfinished record (15,616) and one read of the stream (64 KiB at most).
pub const RECORD_BACKLOG: usize = 96 * 1024;
/// Time between two handshakes of a session: heals a session whose keys were stolen.
pub const RENEW_AFTER: Duration = Duration::from_secs(60 * 60);
/// A handshake inside a session earlier than this is refused: each costs the answering side a key agreement.
pub const RENEW_SOONEST: Duration = Duration::from_secs(10 * 60);
/// A handshake inside a session that is not done by then ends the session: a slow circuit needs seconds.
pub const RENEW_DEADLINE: Duration = Duration::from_secs(2 * 60);
/// A session whose peer does not renew it ends: two turns missed.
pub const RENEW_LATEST: Duration = Duration::from_secs(2 * 60 * 60);
/// Life of a join token: a new circuit to a service takes some seconds, seldom more than 30.
pub const JOIN_LIFE: Duration = Duration::from_secs(60);
/// Join tokens alive per identity: 16 offers of 4 circuits each, a call, and as much again.
pub const JOIN_TOKENS: usize = 128;
