//! Texts as a search compares them: without case and accents.
//!
//! The search index holds folded texts: a step of the schema must make the index again when folding changes.

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The text without case and accents.
pub(super) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}

/// Does the folded text contain `wanted`, which is folded already and not empty?
pub(super) fn holds(text: &str, wanted: &str) -> bool {
    if !text.is_ascii() {
        return fold(text).contains(wanted);
    }
    let Some((first, rest)) = wanted.as_bytes().split_first() else { return true };
    let starts = text.bytes().enumerate().filter(|(_, byte)| byte.to_ascii_lowercase() == *first);
    let mut tails = starts.filter_map(|(at, _)| text.as_bytes().get(at + 1..)?.get(..rest.len()));
    tails.any(|tail| tail.eq_ignore_ascii_case(rest))
}

/// Gives the connection the SQL function `fold`, with which the schema fills the search index.
pub(super) fn teach(db: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    db.create_scalar_function("fold", 1, flags, |call| {
        Ok(fold(call.get_raw(0).as_str().map_err(rusqlite::Error::from)?))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn holding_is_containing_when_folded(text in "[aAbBéÉ\0]{0,12}", wanted in "[aAbBéÉ\0]{1,3}") {
            let wanted = fold(&wanted);
            prop_assert_eq!(holds(&text, &wanted), fold(&text).contains(&wanted));
        }

        #[test]
        fn folding_twice_is_folding_once(text in "\\PC{0,12}") {
            prop_assert_eq!(fold(&fold(&text)), fold(&text));
        }
    }
}
