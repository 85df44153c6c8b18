//! An onion address that has been checked: right format, checksum and version, and a key that is canonical, not weak
//! and free of torsion.
//!
//! It does not say whether the service exists or who runs it.

use curve25519_dalek::edwards::CompressedEdwardsY;
use data_encoding::BASE32_NOPAD;
use sha3::{Digest, Sha3_256};

/// A version 3 onion address (rend-spec-v3, section 6: encoding onion addresses).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address([u8; 32]);

/// Why a text is not an onion address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Not 56 letters and digits of base32 before `.onion`.
    #[error("this is not an onion address: 56 letters and digits followed by .onion are needed")]
    Format,
    /// A short address of the old kind, which no longer works.
    #[error("this is an old (version 2) onion address; those no longer work")]
    VersionTwo,
    /// The checksum is wrong: a letter was mistyped or lost.
    #[error("the address was mistyped: its checksum does not fit")]
    Checksum,
    /// A version other than 3.
    #[error("this onion address is of an unknown version")]
    Version,
    /// The key inside is not a valid, canonical key of full order.
    #[error("the key inside this address is not valid; nobody can own it safely")]
    Key,
}

impl Address {
    /// Checks a public key: canonical, on the curve, of prime order.
    pub fn from_public_key(key: [u8; 32]) -> Result<Self, AddressError> {
        let point = CompressedEdwardsY(key).decompress().ok_or(AddressError::Key)?;
        // Compressing again tells a canonical encoding from its alias; torsion-free excludes every small component.
        let sound = point.compress().0 == key && point.is_torsion_free() && !point.is_small_order();
        if sound { Ok(Self(key)) } else { Err(AddressError::Key) }
    }

    /// Reads what a person pasted: spaces, upper case, a scheme and a path around it are mended, nothing else is.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let host = bare_host(text);
        if host.len() == V2_LENGTH && is_base32(&host) {
            return Err(AddressError::VersionTwo);
        }
        if host.len() != V3_LENGTH || !is_base32(&host) {
            return Err(AddressError::Format);
        }
        let bytes = BASE32_NOPAD.decode(host.to_ascii_uppercase().as_bytes()).map_err(|_| AddressError::Format)?;
        let (key, rest) = bytes.split_first_chunk::<32>().ok_or(AddressError::Format)?;
        let [c0, c1, version] = *rest else { return Err(AddressError::Format) };
        if version != VERSION {
            return Err(AddressError::Version);
        }
        if checksum(key) != [c0, c1] {
            return Err(AddressError::Checksum);
        }
        Self::from_public_key(*key)
    }

    /// The Ed25519 public key.
    pub fn public_key(&self) -> &[u8; 32] {
        &self.0
    }

    /// The 62 characters `….onion`. Onion addresses are sensitive: never log them.
    pub fn onion(&self) -> String {
        let mut bytes = Vec::with_capacity(35);
        bytes.extend_from_slice(&self.0);
        bytes.extend_from_slice(&checksum(&self.0));
        bytes.push(VERSION);
        let mut text = BASE32_NOPAD.encode(&bytes).to_ascii_lowercase();
        text.push_str(".onion");
        text
    }
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Address([redacted])")
    }
}

fn checksum(key: &[u8; 32]) -> [u8; 2] {
    let digest = Sha3_256::new().chain_update(b".onion checksum").chain_update(key).chain_update([VERSION]).finalize();
    [digest[0], digest[1]]
}

/// Takes the host out of a pasted text: `http://user@ABC.onion:80/x` becomes `abc`.
fn bare_host(text: &str) -> String {
    let squeezed: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase();
    let after_scheme = match squeezed.split_once("://") {
        Some((_, rest)) => rest,
        None => squeezed.strip_prefix("pelure:").unwrap_or(&squeezed),
    };
    let host = after_scheme.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default();
    let host = host.strip_suffix('.').unwrap_or(host);
    host.strip_suffix(".onion").unwrap_or(host).to_owned()
}

fn is_base32(text: &str) -> bool {
    text.bytes().all(|b| matches!(b, b'a'..=b'z' | b'2'..=b'7'))
}

const VERSION: u8 = 3;
const V2_LENGTH: usize = 16;
const V3_LENGTH: usize = 56;
