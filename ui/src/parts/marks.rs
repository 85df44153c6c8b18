//! What in a text could deceive the eye although every character of it can be seen.
//!
//! It only says so. It does not find a whole word written in letters of another script that look the same.

use unicode_script::{Script, UnicodeScript as _};

/// What was found in a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Marks {
    /// A word mixes scripts, or has letters that exist for mathematics alone.
    pub(crate) lookalikes: bool,
    /// Invisible characters were replaced by visible ones.
    pub(crate) replaced: bool,
}

/// Reads a text.
pub(crate) fn marks(text: &str) -> Marks {
    let lookalikes = text.split(|c: char| !c.is_alphanumeric()).any(|word| mixed(word) || word.chars().any(styled));
    Marks { lookalikes, replaced: text.chars().any(stands_in) }
}

/// Whether a word has letters of two scripts. The scripts of East Asia are written together and with any other.
fn mixed(word: &str) -> bool {
    let mut first = None;
    word.chars()
        .map(|c| c.script())
        .filter(|script| !mixes(*script))
        .any(|script| *first.get_or_insert(script) != script)
}

fn mixes(script: Script) -> bool {
    matches!(
        script,
        Script::Common
            | Script::Inherited
            | Script::Unknown
            | Script::Han
            | Script::Hiragana
            | Script::Katakana
            | Script::Hangul
            | Script::Bopomofo
    )
}

/// Letters of the block "Mathematical Alphanumeric Symbols": they look like a bold or script Latin letter.
fn styled(c: char) -> bool {
    matches!(c, '\u{1d400}'..='\u{1d7ff}')
}

/// What the other side puts in the place of a character that cannot be seen.
fn stands_in(c: char) -> bool {
    matches!(c, char::REPLACEMENT_CHARACTER | '\u{2400}'..='\u{2426}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn honest_texts_have_no_marks() {
        for text in [
            "",
            "We met in Zürich, à l'hôtel. Ça va ?",
            "Привет Bob, это Clara",
            "東京でPC版を買った 한국어 ไทย",
            "Ελλάδα 2026 5 µm",
            "می\u{200c}خواهم עברית",
            "👩\u{200d}👩\u{200d}👧 👍🏽 e\u{301}",
        ] {
            assert_eq!(marks(text), Marks::default(), "{text}");
        }
    }

    #[test]
    fn a_word_of_two_scripts_is_marked() {
        // Cyrillic а in a Latin word, Greek ο in one, Latin c in a Cyrillic one, and a bold mathematical one.
        for text in ["p\u{430}ypal", "B\u{3bf}b", "Мо\u{63}ква", "\u{1d401}ob"] {
            assert!(marks(text).lookalikes, "{text}");
        }
    }

    #[test]
    fn what_was_replaced_is_marked() {
        for text in ["B\u{fffd}b", "a␀b"] {
            assert!(marks(text).replaced, "{text}");
        }
    }
}
