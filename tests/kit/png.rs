//! Pictures that say who made them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test says what went wrong by failing")]

/// The same picture with a comment behind its header, which names somebody.
pub(super) fn with_comment(plain: &[u8]) -> Vec<u8> {
    let text = b"tEXtAuthor\0somebody";
    let mut bytes = plain[..33].to_vec();
    bytes.extend(u32::try_from(text.len() - 4).unwrap().to_be_bytes());
    bytes.extend(text);
    bytes.extend(crc(text).to_be_bytes());
    bytes.extend(&plain[33..]);
    bytes
}

/// The check of a PNG chunk.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 })
    })
}
