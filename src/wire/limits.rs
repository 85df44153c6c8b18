//! Every number of the protocol, with its reason. threat-model.md quotes this table; a test holds them together.

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
