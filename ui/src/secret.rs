//! A passphrase on its way from a field to the vault: wiped when dropped, never shown by `Debug`.
//!
//! It does not reach into egui: copies that a text field keeps for undoing are cleared by the field itself.

use std::fmt;
use std::ops::{Deref, DerefMut};

use zeroize::Zeroizing;

/// What was typed as a passphrase.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes what was typed.
    pub fn new(typed: String) -> Self {
        Self(Zeroizing::new(typed))
    }

    /// What was typed.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// A passphrase while it is typed: wiped when dropped, with room enough that it never moves and leaves a copy behind.
pub(crate) struct Typing(Zeroizing<String>);

impl Typing {
    /// What was typed; nothing of it stays here.
    pub(crate) fn take(&mut self) -> Secret {
        Secret(std::mem::take(self).0)
    }
}

impl Default for Typing {
    fn default() -> Self {
        Self(Zeroizing::new(String::with_capacity(ROOM)))
    }
}

impl Deref for Typing {
    type Target = String;

    fn deref(&self) -> &String {
        &self.0
    }
}

impl DerefMut for Typing {
    fn deref_mut(&mut self) -> &mut String {
        &mut self.0
    }
}

/// The characters of the longest passphrase: twelve words of any language.
pub(crate) const PASSPHRASE_CHARS: usize = 512;
/// The bytes they take at most.
const ROOM: usize = 4 * PASSPHRASE_CHARS;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_is_no_longer_there_and_never_moved() {
        let mut typing = Typing::default();
        let place = typing.as_ptr();
        typing.extend(std::iter::repeat_n('\u{1f9c5}', PASSPHRASE_CHARS));
        assert_eq!(typing.as_ptr(), place);
        let secret = typing.take();
        assert_eq!(secret.reveal().as_ptr(), place);
        assert_eq!(typing.as_str(), "");
    }

    #[test]
    fn debug_says_nothing() {
        assert_eq!(format!("{:?}", Secret::new("open sesame".into())), "Secret(..)");
    }
}
