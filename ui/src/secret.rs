//! A passphrase on its way from a field to the vault: wiped when dropped, never shown by `Debug`.
//!
//! It does not reach into egui: copies that a text field keeps for undoing are cleared by the field itself.

use std::fmt;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_says_nothing() {
        assert_eq!(format!("{:?}", Secret::new("open sesame".into())), "Secret(..)");
    }
}
