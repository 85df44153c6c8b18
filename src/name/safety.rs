//! Safety words: twelve words that two people read to each other to be sure that each has the right address.
//!
//! They depend on the two addresses alone: they never change, and they are there before the first connection. They do
//! not say who owns an address; two people who compare them do.
//!
//! The word lists are those of BIP-39 (2048 words, all told apart by their first four letters), English and French,
//! taken from the crate `bip39` 3.0.0 (CC0-1.0); the French list is kept in NFC.

use std::sync::LazyLock;

use pelure_onion::Address;
use sha2::{Digest, Sha256};

/// The safety words of two addresses, as indices into the word lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SafetyWords([u16; WORDS]);

/// A language there is a word list for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// The English list.
    English,
    /// The French list.
    French,
}

/// The words of this pair, the same on both sides: the first 132 bits of
/// `SHA-256("pelure/safety-words/1" | smaller key | larger key)`.
pub fn safety_words(a: &Address, b: &Address) -> SafetyWords {
    let (first, second) = if a <= b { (a, b) } else { (b, a) };
    let digest: [u8; 32] = Sha256::new()
        .chain_update(b"pelure/safety-words/1")
        .chain_update(first.public_key())
        .chain_update(second.public_key())
        .finalize()
        .into();
    // Eleven bits at a time, from the most significant on.
    let mut bits = digest.iter().flat_map(|byte| (0..8).rev().map(move |shift| u16::from(byte >> shift & 1)));
    SafetyWords(std::array::from_fn(|_| bits.by_ref().take(11).fold(0, |index, bit| index << 1 | bit)))
}

impl SafetyWords {
    /// The words in one language. Two people may use different ones: the digits are the same.
    pub fn words(&self, language: Language) -> [&'static str; WORDS] {
        let list = match language {
            Language::English => &ENGLISH,
            Language::French => &FRENCH,
        };
        self.0.map(|index| list.get(usize::from(index)).copied().unwrap_or_default())
    }

    /// Twelve groups of four digits, `0000` to `2047`: the same for every language.
    pub fn digits(&self) -> [String; WORDS] {
        self.0.map(|index| format!("{index:04}"))
    }
}

/// How many words: 12 of 11 bits are 132 bits.
pub const WORDS: usize = 12;

static ENGLISH: LazyLock<Vec<&str>> = LazyLock::new(|| include_str!("words_en.txt").lines().collect());
static FRENCH: LazyLock<Vec<&str>> = LazyLock::new(|| include_str!("words_fr.txt").lines().collect());

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use pelure_onion::ServiceKey;
    use unicode_normalization::UnicodeNormalization;
    use zeroize::Zeroizing;

    use super::*;

    fn address(n: u8) -> Address {
        ServiceKey::from_seed(Zeroizing::new([n; 32])).unwrap().address()
    }

    #[test]
    fn both_sides_see_the_same_words() {
        for n in 2..40 {
            assert_eq!(safety_words(&address(1), &address(n)), safety_words(&address(n), &address(1)));
        }
    }

    #[test]
    fn another_address_gives_other_words() {
        let seen: HashSet<_> = (2..40).map(|n| safety_words(&address(1), &address(n)).digits()).collect();
        assert_eq!(seen.len(), 38);
    }

    #[test]
    fn each_list_has_2048_words_told_apart_by_four_letters() {
        for list in [&ENGLISH, &FRENCH] {
            assert_eq!(list.len(), 2048);
            let plain = |word: &str| word.nfd().filter(char::is_ascii_lowercase).take(4).collect::<String>();
            assert_eq!(list.iter().map(|word| plain(word)).collect::<HashSet<_>>().len(), 2048);
            assert!(list.iter().all(|word| (3..=8).contains(&word.chars().count()) && word.nfc().eq(word.chars())));
        }
        // The ends, so that no line was lost or moved.
        assert_eq!((ENGLISH[0], ENGLISH[2047]), ("abandon", "zoo"));
        assert_eq!((FRENCH[0], FRENCH[2047]), ("abaisser", "zoologie"));
    }

    #[test]
    fn words_and_digits_are_the_same_numbers_in_both_languages() {
        let words = safety_words(&address(1), &address(2));
        let digits = words.digits();
        for (language, list) in [(Language::English, &ENGLISH), (Language::French, &FRENCH)] {
            for (word, digits) in words.words(language).iter().zip(&digits) {
                assert_eq!(digits.len(), 4);
                assert_eq!(list[digits.parse::<usize>().unwrap()], *word);
            }
        }
    }

    #[test]
    fn the_words_are_those_of_the_independent_model() {
        let vectors: serde_json::Value =
            serde_json::from_str(include_str!("../../tests/vectors/handshake.json")).unwrap();
        for case in vectors["cases"].as_array().unwrap() {
            let address = |side: &str| {
                let key = data_encoding::HEXLOWER.decode(case[side]["address"].as_str().unwrap().as_bytes()).unwrap();
                Address::from_public_key(key.try_into().unwrap()).unwrap()
            };
            let words = safety_words(&address("dialler"), &address("answerer"));
            let expected: Vec<u64> = case["safety"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).collect();
            assert_eq!(words.0.map(u64::from).to_vec(), expected);
        }
    }
}
