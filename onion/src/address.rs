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
    let digest = Sha3_256::new().chain_update(b".onion checksum").chain_update(key).chain_update([VERSION]);
    let [first, second, ..]: [u8; 32] = digest.finalize().into();
    [first, second]
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ServiceKey;
    use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION};
    use proptest::prelude::*;
    use zeroize::Zeroizing;

    #[test]
    fn reads_and_writes_a_known_address() {
        let address = Address::parse(KNOWN).unwrap();
        assert_eq!(address.onion(), KNOWN);
        assert_eq!(Address::from_public_key(*address.public_key()), Ok(address));
    }

    #[test]
    fn mends_what_can_be_mended_without_doubt() {
        let bare = KNOWN.strip_suffix(".onion").unwrap();
        let (head, tail) = KNOWN.split_at(30);
        for text in [
            bare.to_owned(),
            KNOWN.to_uppercase(),
            format!("  {KNOWN}\n"),
            format!("{head}\u{a0}{tail}"),
            format!("{head}\r\n  {tail}"),
            format!("http://{KNOWN}"),
            format!("HTTPS://{KNOWN}:443/path?query#part"),
            format!("pelure:{KNOWN}"),
            format!("pelure://{KNOWN}/"),
            format!("{KNOWN}:9876"),
            format!("{KNOWN}."),
        ] {
            assert_eq!(Address::parse(&text).map(|address| address.onion()).as_deref(), Ok(KNOWN), "{text}");
        }
    }

    #[test]
    fn refuses_the_rest_with_the_reason() {
        let swapped = KNOWN.replacen("2g", "g2", 1);
        let near_digits = KNOWN.replacen('d', "0", 1);
        for (text, error) in [
            ("", AddressError::Format),
            ("onion", AddressError::Format),
            (".onion", AddressError::Format),
            ("example.com", AddressError::Format),
            (KNOWN.split_at(1).1, AddressError::Format),
            (&format!("a{KNOWN}"), AddressError::Format),
            (&format!("{KNOWN} {KNOWN}"), AddressError::Format),
            (&near_digits, AddressError::Format),
            ("expyuzz4wqqyqhjn.onion", AddressError::VersionTwo),
            ("http://expyuzz4wqqyqhjn.onion/x", AddressError::VersionTwo),
            (&swapped, AddressError::Checksum),
        ] {
            assert_eq!(Address::parse(text).unwrap_err(), error, "{text}");
        }
    }

    #[test]
    fn refuses_another_version_even_with_a_right_checksum() {
        let key = *Address::parse(KNOWN).unwrap().public_key();
        for version in (0..=255).filter(|version| *version != VERSION) {
            let digest = Sha3_256::new().chain_update(b".onion checksum").chain_update(key).chain_update([version]);
            let digest = digest.finalize();
            let bytes = [key.as_slice(), &[digest[0], digest[1], version]].concat();
            let text = BASE32_NOPAD.encode(&bytes);
            assert_eq!(Address::parse(&text).unwrap_err(), AddressError::Version);
        }
    }

    #[test]
    fn refuses_keys_that_nobody_can_own_safely() {
        for torsion in EIGHT_TORSION {
            let weak = torsion.compress().0;
            assert_eq!(parse_key(weak), Err(AddressError::Key), "a point of small order");
            if torsion != EIGHT_TORSION[0] {
                let mixed = (ED25519_BASEPOINT_POINT + torsion).compress().0;
                assert_eq!(parse_key(mixed), Err(AddressError::Key), "a point with torsion");
            }
        }
        assert!(parse_key(ED25519_BASEPOINT_POINT.compress().0).is_ok(), "the test itself is sound");
    }

    #[test]
    fn refuses_other_spellings_of_a_key() {
        // y = 1 with the sign bit, and y + p for the small y that fit: RFC 8032, section 5.1.3.
        let mut signed_one = [0; 32];
        signed_one[0] = 1;
        signed_one[31] = 0x80;
        assert_eq!(parse_key(signed_one), Err(AddressError::Key));
        for low in 0xed..=0xff {
            for sign in [0x7f, 0xff] {
                let mut key = [0xff; 32];
                key[0] = low;
                key[31] = sign;
                assert_eq!(parse_key(key), Err(AddressError::Key), "y = {low:#x} - 0xed + p");
            }
        }
    }

    #[test]
    fn is_not_printed_by_accident() {
        assert_eq!(format!("{:?}", Address::parse(KNOWN).unwrap()), "Address([redacted])");
    }

    proptest! {
        #[test]
        fn every_key_comes_back(seed: [u8; 32]) {
            let address = ServiceKey::from_seed(Zeroizing::new(seed)).unwrap().address();
            prop_assert_eq!(Address::parse(&address.onion()), Ok(address));
        }

        #[test]
        fn one_wrong_letter_is_always_noticed(seed: [u8; 32], at in 0usize..56, letter in 0usize..32) {
            let address = ServiceKey::from_seed(Zeroizing::new(seed)).unwrap().address();
            let mut text = address.onion().into_bytes();
            let letter = b"abcdefghijklmnopqrstuvwxyz234567"[letter];
            prop_assume!(text[at] != letter);
            text[at] = letter;
            let read = Address::parse(&String::from_utf8(text).unwrap());
            // Two bytes of checksum: one in 65,536 mistakes would pass, if the key were still one.
            prop_assert!(read != Ok(address));
        }

        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            let _ = Address::parse(&text);
        }
    }

    fn parse_key(key: [u8; 32]) -> Result<Address, AddressError> {
        let bytes = [key.as_slice(), &checksum(&key), &[VERSION]].concat();
        Address::parse(&BASE32_NOPAD.encode(&bytes))
    }

    /// The Tor Project's own site, as in rend-spec-v3's examples of addresses.
    const KNOWN: &str = "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion";
}
