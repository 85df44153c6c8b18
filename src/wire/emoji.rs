//! One emoji, and nothing else: what a reaction may be.
//!
//! It does not choose among them and does not draw them.

use super::limits::EMOJI_BYTES;

/// Exactly one emoji in its fully qualified form.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Emoji(&'static str);

/// The text is not one emoji.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a reaction is exactly one emoji")]
pub struct EmojiError;

impl Emoji {
    /// Takes one emoji, also in a shorter spelling; keeps the full one.
    pub fn new(text: &str) -> Result<Self, EmojiError> {
        if text.len() > EMOJI_BYTES {
            return Err(EmojiError);
        }
        emojis::get(text).map(|emoji| Self(emoji.as_str())).ok_or(EmojiError)
    }

    /// As it is kept and sent.
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_emoji_is_one_and_has_one_spelling() {
        assert_eq!(Emoji::new("🧅").map(Emoji::as_str), Ok("🧅"));
        assert_eq!(Emoji::new("\u{2764}").map(Emoji::as_str), Ok("\u{2764}\u{fe0f}"));
        assert_eq!(Emoji::new("\u{2764}\u{fe0f}"), Emoji::new("\u{2764}"));
        for wrong in ["", "a", "🧅🧅", "🧅 ", " 🧅", "\u{fe0f}", "1", "\u{200d}", "🧅\u{202e}"] {
            assert_eq!(Emoji::new(wrong), Err(EmojiError), "{wrong:?}");
        }
    }

    /// A peer that does not know an emoji ends the session, so the list is a part of the protocol: a longer one needs a
    /// feature bit, or must be cut to Unicode 17.
    #[test]
    fn the_emoji_are_those_of_protocol_1() {
        let all = || emojis::iter().flat_map(|emoji| emoji.skin_tones().into_iter().flatten().chain([emoji]));
        assert!(all().all(|emoji| emoji.as_str().len() <= EMOJI_BYTES));
        assert!(all().all(|emoji| emoji.unicode_version() <= emojis::UnicodeVersion::new(17, 0)));
        assert_eq!(emojis::iter().count(), 1_914);
    }
}
