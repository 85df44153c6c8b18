//! What the user calls somebody: short, visible, on one line, and equal to itself however it was typed.
//!
//! It is never taken from the peer. It does not keep two contacts from having the same name.

use unicode_normalization::UnicodeNormalization;

use super::hidden::{ends_line, judged};

/// A name of 1 to [`PetName::CHARS`] characters in normal form C, without surrounding or repeated spaces, without
/// control, invisible or direction-changing characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PetName(String);

/// Why a name is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing but spaces.
    #[error("a name is needed")]
    Empty,
    /// Over [`PetName::CHARS`].
    #[error("the name is too long: at most 64 characters")]
    TooLong,
    /// More than one line.
    #[error("the name must stand on one line")]
    LineBreak,
    /// Something that cannot be seen, or changes how other characters look.
    #[error("the name holds an invisible character (U+{code:04X}); type it instead of pasting it")]
    Hidden {
        /// The first such character.
        code: u32,
    },
}

impl PetName {
    /// Characters of the longest name: fits a line of the contact list.
    pub const CHARS: usize = 64;

    /// Checks and normalises what was typed.
    pub fn new(typed: &str) -> Result<Self, NameError> {
        let trimmed = typed.trim();
        // Before any work: nobody types more than this for 64 characters, even in decomposed form.
        if trimmed.len() > TYPED_BYTES {
            return Err(NameError::TooLong);
        }
        if trimmed.contains(ends_line) {
            return Err(NameError::LineBreak);
        }
        let words: Vec<&str> = trimmed.split_whitespace().collect();
        let name: String = words.join(" ").nfc().collect();
        if let Some((deceiving, _)) = judged(&name).find(|(_, deceit)| deceit.is_some()) {
            return Err(NameError::Hidden { code: u32::from(deceiving) });
        }
        match name.chars().count() {
            0 => Err(NameError::Empty),
            n if n > Self::CHARS => Err(NameError::TooLong),
            _ => Ok(Self(name)),
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for PetName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PetName([redacted])")
    }
}

impl std::str::FromStr for PetName {
    type Err = NameError;

    fn from_str(typed: &str) -> Result<Self, NameError> {
        Self::new(typed)
    }
}

const TYPED_BYTES: usize = 2_048;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name(typed: &str) -> Result<String, NameError> {
        PetName::new(typed).map(|name| name.as_str().to_owned())
    }

    #[test]
    fn good_names_are_kept() {
        for typed in [
            "Zoé",
            "Renée O'Neil-Smith",
            "李雷",
            "علی\u{200c}رضا",
            "क\u{94d}\u{200d}ष",
            "👩\u{200d}🔬 the chemist",
            "❤\u{fe0f}",
            "<b>x</b>",
            "👨\u{200d}👩\u{200d}👧",
        ] {
            assert_eq!(name(typed).as_deref(), Ok(typed));
        }
    }

    #[test]
    fn what_looks_the_same_is_the_same() {
        assert_eq!(name("  Zoe\u{301}\u{a0}\u{3000} \tB.\n"), Ok("Zoé B.".to_owned()));
        assert_eq!(PetName::new("A\u{30a}"), PetName::new("\u{212b}"));
    }

    #[test]
    fn bad_names_are_refused() {
        let hidden = |code| Err(NameError::Hidden { code });
        for (typed, error) in [
            ("", Err(NameError::Empty)),
            (" \u{3000}\n", Err(NameError::Empty)),
            ("a\nb", Err(NameError::LineBreak)),
            ("a\r\nb", Err(NameError::LineBreak)),
            ("a\u{2028}b", Err(NameError::LineBreak)),
            ("a\u{85}b", Err(NameError::LineBreak)),
            ("a\0b", hidden(0)),
            ("a\u{1b}[1m", hidden(0x1b)),
            ("Ali\u{200b}ce", hidden(0x200b)),
            ("\u{202e}ecilA", hidden(0x202e)),
            ("Alice\u{2066}", hidden(0x2066)),
            ("Ali\u{200d}ce", hidden(0x200d)),
            ("Ali\u{200c}ce", hidden(0x200c)),
            ("Alice\u{fe0f}", hidden(0xfe0f)),
            ("\u{3164}", hidden(0x3164)),
            ("\u{2800}", hidden(0x2800)),
            ("A\u{e0061}", hidden(0xe0061)),
            ("A\u{e000}", hidden(0xe000)),
            ("A\u{ad}B", hidden(0xad)),
        ] {
            assert_eq!(name(typed), error, "{typed:?}");
        }
        assert_eq!(name(&format!("z{}", "\u{334}".repeat(7))), hidden(0x334));
    }

    #[test]
    fn length_counts_characters_after_normalisation() {
        assert!(name(&"é".repeat(64)).is_ok());
        assert!(name(&"e\u{301}".repeat(64)).is_ok());
        assert_eq!(name(&"é".repeat(65)), Err(NameError::TooLong));
        assert_eq!(name(&"x".repeat(1_000_000)), Err(NameError::TooLong));
        assert!(name(&"\u{958}".repeat(64)).is_err(), "normal form C makes two of each");
    }

    #[test]
    fn debug_shows_no_name() {
        assert!(!format!("{:?}", PetName::new("Alice").unwrap()).contains("Alice"));
    }

    proptest! {
        #[test]
        fn a_name_is_its_own_name(typed in prop_oneof!["\\PC{0,80}", ".{0,80}", "(?s)[ a-z\u{300}-\u{310}\u{200d}👩م]{0,80}"]) {
            if let Ok(name) = PetName::new(&typed) {
                prop_assert_eq!(PetName::new(name.as_str()), Ok(name.clone()));
                prop_assert!((1..=PetName::CHARS).contains(&name.as_str().chars().count()));
                prop_assert_eq!(super::super::neutralised(name.as_str()), name.as_str());
            }
        }
    }
}
