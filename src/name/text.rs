//! What a peer wrote, made fit to be shown: nothing invisible, nothing that turns or covers its surroundings.
//!
//! It is for display only: the stored text stays as it was written. It does not look for links or markup, because
//! nothing that shows a text may know any.

use super::hidden::{Deceit, judged};

/// The text with every deceiving character in a visible form. Line feeds and tabs stay, as do the joiners that emoji
/// and some scripts need; a carriage return before a line feed goes.
pub fn neutralised(text: &str) -> String {
    // Nearly every text is harmless, and most are plain ASCII.
    if text.bytes().all(|b| matches!(b, b' '..=b'~' | b'\n' | b'\t')) {
        return text.to_owned();
    }
    let text = text.replace("\r\n", "\n");
    judged(&text)
        .map(|(c, deceit)| match (c, deceit) {
            ('\n' | '\t', _) | (_, None) => c,
            (_, Some(Deceit::Control | Deceit::LineBreak)) => picture(c),
            (_, Some(Deceit::Hidden | Deceit::Pile)) => char::REPLACEMENT_CHARACTER,
        })
        .collect()
}

/// The picture of a control code (Unicode block "Control Pictures"), where there is one.
fn picture(c: char) -> char {
    match u32::from(c) {
        code @ 0..=0x1f => char::from_u32(0x2400 + code).unwrap_or(char::REPLACEMENT_CHARACTER),
        0x7f => '\u{2421}',
        _ => char::REPLACEMENT_CHARACTER,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn good_text_stays() {
        for text in [
            "",
            "plain\n\ttext with <b>markup</b> & https://example.com",
            "Où ça ? Ça va: 東京、한국어, ไทย, עברית, العربية",
            "می\u{200c}خواهم",
            "क\u{94d}\u{200d}ष",
            "👩\u{200d}👩\u{200d}👧\u{200d}👦 ❤\u{fe0f}\u{200d}🔥 🏳\u{fe0f}\u{200d}🌈 1\u{fe0f}\u{20e3} 👍🏽",
            "葛\u{e0100}城",
            "e\u{301}\u{323}",
        ] {
            assert_eq!(neutralised(text), text);
        }
    }

    #[test]
    fn hostile_text_is_shown_as_what_it_is() {
        for (text, shown) in [
            ("a\0b\u{1b}[31m\u{7f}", "a␀b␛[31m␡"),
            ("one\r\ntwo\rthree\u{b}\u{c}", "one\ntwo␍three␋␌"),
            ("a\u{85}b\u{2028}c\u{2029}d\u{9b}", "a�b�c�d�"),
            ("invoice\u{202e}fdp.exe", "invoice�fdp.exe"),
            ("\u{202a}\u{202b}\u{202c}\u{202d}\u{2066}\u{2067}\u{2068}\u{2069}", "��������"),
            ("\u{200e}\u{200f}\u{61c}", "���"),
            ("pa\u{200b}ss\u{ad}wo\u{2060}rd\u{feff}", "pa�ss�wo�rd�"),
            ("a\u{200d}b\u{200c}c\u{fe0f}", "a�b�c�"),
            ("👩\u{200d}\u{200d}👩 👩\u{200d}x \u{200d}👩", "👩��👩 👩�x �👩"),
            ("flag\u{e0067}\u{e007f}\u{e0001}", "flag���"),
            ("\u{3164}\u{115f}\u{ffa0}\u{2800}", "����"),
            ("葛\u{e0100}\u{e0101}", "葛\u{e0100}�"),
            ("\u{fff9}a\u{fffa}b\u{fffb}\u{e000}\u{fdd0}\u{10ffff}", "�a�b����"),
        ] {
            assert_eq!(neutralised(text), shown, "{text:?}");
        }
    }

    #[test]
    fn piles_of_marks_do_not_grow_over_other_lines() {
        let shown = neutralised(&format!("z{}", "\u{301}".repeat(500)));
        assert_eq!(shown.chars().filter(|c| *c == '\u{301}').count(), 6);
        assert_eq!(shown.chars().count(), 501);
        let joined = "\u{64b}\u{200d}".repeat(100);
        let shown = neutralised(&format!("م{joined}"));
        assert!(shown.chars().filter(|c| *c == '\u{64b}').count() <= 6, "joiners start no new letter");
    }

    proptest! {
        #[test]
        fn nothing_deceiving_is_left(text in any_text()) {
            let shown = neutralised(&text);
            prop_assert!(!shown.chars().any(|c| c.is_control() && c != '\n' && c != '\t'));
            let turns = shown.contains(['\u{202e}', '\u{2066}', '\u{200f}', '\u{200b}', '\u{feff}', '\u{2028}']);
            prop_assert!(!turns, "{:?}", shown);
            prop_assert_eq!(neutralised(&shown), shown.clone(), "once is enough");
            prop_assert_eq!(shown.chars().count(), text.replace("\r\n", "\n").chars().count());
        }

        #[test]
        fn letters_digits_and_punctuation_stay(text in "[\\p{Lu}\\p{Ll}\\p{Lt}\\p{Nd}\\p{P}\\p{Sc} ]{0,60}") {
            prop_assert_eq!(neutralised(&text), text);
        }
    }

    fn any_text() -> impl Strategy<Value = String> {
        let odd = proptest::sample::select(vec![
            '\r',
            '\n',
            '\0',
            '\u{200d}',
            '\u{200c}',
            '\u{fe0f}',
            '\u{202e}',
            '\u{2066}',
            '\u{200f}',
            '\u{200b}',
            '\u{feff}',
            '\u{2028}',
            '\u{301}',
            '👩',
            'م',
            'क',
            '葛',
            '1',
            '\u{20e3}',
            '\u{e0100}',
        ]);
        proptest::collection::vec(prop_oneof![odd, any::<char>()], 0..40).prop_map(|chars| chars.into_iter().collect())
    }
}
