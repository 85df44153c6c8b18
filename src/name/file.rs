//! The name of a file as a peer gave it, made fit to be shown and to be written to a disk, whatever system reads it.
//!
//! It does not say what is in the file, nor that the name is free; and the name may still be that of a program.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::hidden::judged;

/// A name of 1 to [`SafeFileName::BYTES`] bytes in normal form C: letters, digits and harmless marks of any script, no
/// separator, nothing invisible, no dot in front, no dot or space behind, not the name of a device.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SafeFileName(String);

impl SafeFileName {
    /// Bytes of the longest name: far below what file systems take, so that something can be added to it.
    pub const BYTES: usize = 96;

    /// Makes a name of anything. What may not stay becomes `_`; what is too long is cut before the extension, so that the
    /// extension can always be seen.
    pub fn new(raw: &str) -> Self {
        let mut name: String = raw.chars().take(RAW_CHARS).collect();
        // What is left after one round may meet anew (a letter and its accent): again, until nothing changes.
        for _ in 0..ROUNDS {
            let next = cut(without_device(trimmed(&spelt(&name))));
            if next == name {
                break;
            }
            name = next;
        }
        if is_safe(&name) { Self(name) } else { Self(NAMELESS.to_owned()) }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for SafeFileName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SafeFileName([redacted])")
    }
}

fn is_safe(name: &str) -> bool {
    !name.is_empty() && cut(without_device(trimmed(&spelt(name)))) == name
}

/// In normal form C, of allowed characters, with single spaces.
fn spelt(name: &str) -> String {
    let composed: String = name.nfc().collect();
    let mut spelt = String::with_capacity(composed.len());
    for (c, deceit) in judged(&composed) {
        match c {
            _ if c.is_whitespace() => spelt.extend((!spelt.ends_with(' ')).then_some(' ')),
            // What cannot be seen goes without a trace: it was not meant to be seen.
            _ if deceit.is_some() => {}
            _ if is_allowed(c) => spelt.push(c),
            _ if is_joiner(c) => {}
            _ => spelt.extend((!spelt.ends_with('_')).then_some('_')),
        }
    }
    spelt.nfc().collect()
}

fn is_allowed(c: char) -> bool {
    match c {
        ' '..='~' => !FORBIDDEN.contains(c),
        _ => (c.is_alphanumeric() || is_combining_mark(c)) && !is_joiner(c) && !looks_like_mark(c),
    }
}

/// Joiners and choices of presentation: invisible by themselves, also where they have a use.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Letters that are the compatible form of a dot or a separator, or contain one.
fn looks_like_mark(c: char) -> bool {
    std::iter::once(c).nfkc().any(|plain| plain == '.' || plain == ' ' || FORBIDDEN.contains(plain))
        || LOOKALIKES.contains(c)
}

/// Without dots and spaces in front, and behind.
fn trimmed(name: &str) -> String {
    name.trim_start_matches(['.', ' ']).trim_end_matches(['.', ' ']).to_owned()
}

/// With `_` before what Windows takes for a device, whatever its extension.
fn without_device(name: String) -> String {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let numbered = ["COM", "LPT"].iter().filter_map(|device| stem.strip_prefix(device)).any(|number| {
        let mut characters = number.chars();
        matches!((characters.next(), characters.next()), (Some('0'..='9' | '\u{b9}' | '\u{b2}' | '\u{b3}'), None))
    });
    if numbered || DEVICES.contains(&stem.as_str()) { format!("_{name}") } else { name }
}

/// At most [`SafeFileName::BYTES`], the extension kept.
fn cut(name: String) -> String {
    if name.len() <= SafeFileName::BYTES {
        return name;
    }
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) if (1..=EXTENSION_BYTES).contains(&extension.len()) => (stem, extension),
        _ => (name.as_str(), ""),
    };
    let dot = if extension.is_empty() { "" } else { "." };
    let room = SafeFileName::BYTES - extension.len() - dot.len();
    let end = stem.floor_char_boundary(room);
    let stem = stem.get(..end).unwrap_or_default().trim_end_matches(['.', ' ']);
    format!("{stem}{dot}{extension}")
}

/// What some system takes for a separator, a wild card, a stream or a redirection.
const FORBIDDEN: &str = "\\/:*?\"<>|";

/// Letters that are drawn like a colon or a separator.
const LOOKALIKES: &str = "\u{a789}\u{2d0}\u{2f0}\u{1c0}\u{1c3}\u{589}\u{5c3}\u{3f3}";

const DEVICES: &[&str] = &["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$"];

/// What a file is called of whose name nothing is left.
const NAMELESS: &str = "file";

/// Characters of a name that are looked at: more than a name on the wire can have.
const RAW_CHARS: usize = 1_024;

/// The longest extension that is kept when a name is cut.
const EXTENSION_BYTES: usize = 16;

/// A name that still changes after so many rounds is given up.
const ROUNDS: usize = 8;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name(raw: &str) -> String {
        SafeFileName::new(raw).as_str().to_owned()
    }

    #[test]
    fn good_names_stay() {
        for raw in [
            "report.pdf",
            "Zo\u{e9} & co (2), v1.0-final_[x].tar.gz",
            "\u{5831}\u{544a}\u{66f8}.docx",
            "\u{62a}\u{642}\u{631}\u{64a}\u{631}.pdf",
            "\u{915}\u{94d}\u{937}.txt",
            "no extension",
            "-rf",
            "a",
        ] {
            assert_eq!(name(raw), raw);
        }
    }

    #[test]
    fn hostile_names_become_harmless() {
        for (raw, safe) in [
            ("", "file"),
            ("...", "file"),
            (" \u{3000}\t", "file"),
            ("\u{202e}\u{200b}", "file"),
            ("../../etc/passwd", "_.._etc_passwd"),
            ("..\\..\\autorun.inf", "_.._autorun.inf"),
            ("/etc/shadow", "_etc_shadow"),
            ("C:\\Windows\\x.exe", "C_Windows_x.exe"),
            ("a\0b.txt", "ab.txt"),
            ("a\nb\r\nc.txt", "a b c.txt"),
            ("invoice\u{202e}fdp.exe", "invoicefdp.exe"),
            ("photo.jpg                                   .exe", "photo.jpg .exe"),
            ("photo.jpg. . .", "photo.jpg"),
            (".bashrc", "bashrc"),
            ("what?*<>|\":.txt", "what_.txt"),
            ("a\u{2215}b\u{ff0f}c\u{2044}d\u{ff3c}e", "a_b_c_d_e"),
            ("a\u{ff0e}exe", "a_exe"),
            ("e\u{301}.txt", "\u{e9}.txt"),
            ("e\u{200d}\u{301}.txt", "\u{e9}.txt"),
            ("\u{1f389} party.png", "_ party.png"),
            ("a\u{e000}\u{fdd0}b", "ab"),
        ] {
            assert_eq!(name(raw), safe, "{raw:?}");
        }
    }

    #[test]
    fn devices_of_windows_are_no_names() {
        for device in [
            "CON",
            "con",
            "Prn.txt",
            "AUX .txt",
            "nul.tar.gz",
            "COM0",
            "com9.log",
            "LPT1",
            "COM\u{b9}",
            "lpt\u{b3}.x",
            "CONIN$",
            "conout$",
        ] {
            assert_eq!(name(device), format!("_{device}"));
        }
        for fine in ["CONTROL", "COM10", "COMA", "LPT", "auxiliary.txt", "null"] {
            assert_eq!(name(fine), fine);
        }
    }

    #[test]
    fn a_long_name_is_cut_before_its_extension() {
        let cut = name(&format!("{}.jpeg", "\u{e9}".repeat(300)));
        assert!(cut.len() <= SafeFileName::BYTES && cut.ends_with("\u{e9}.jpeg"), "{cut}");
        assert_eq!(name(&"x".repeat(300)), "x".repeat(96));
        let cut = name(&format!("{}.exe", "innocent.jpg ".repeat(30)));
        assert!(cut.ends_with(".exe") && cut.len() <= 96, "{cut}");
        assert_eq!(name(&format!("a.{}", "b".repeat(200))).len(), 96);
    }

    #[test]
    fn debug_shows_no_name() {
        assert!(!format!("{:?}", SafeFileName::new("Alice.pdf")).contains("Alice"));
    }

    proptest! {
        #[test]
        fn any_name_becomes_safe_and_stays_itself(raw in any_name()) {
            let safe = SafeFileName::new(&raw);
            let name = safe.as_str();
            prop_assert!((1..=SafeFileName::BYTES).contains(&name.len()));
            let forbidden = name.contains(['/', '\\', ':', '*', '?', '"', '<', '>', '|', '\u{202e}', '\u{200b}']);
            prop_assert!(!forbidden, "{name:?}");
            prop_assert!(!name.contains(char::is_control));
            prop_assert!(!name.starts_with(['.', ' ']) && !name.ends_with(['.', ' ']));
            prop_assert_eq!(std::path::Path::new(name).file_name(), Some(name.as_ref()));
            prop_assert_eq!(super::super::neutralised(name), name);
            prop_assert_eq!(SafeFileName::new(name), safe.clone());
        }
    }

    fn any_name() -> impl Strategy<Value = String> {
        let odd = proptest::sample::select(
            "./\\:*?\" \t\n\0~$_COMLPTNUAXR01\u{200d}\u{200c}\u{202e}\u{301}\u{fe0f}\u{ff0e}\u{2044}\u{1f469}\u{645}\u{915}\u{e000}"
                .chars()
                .collect::<Vec<_>>(),
        );
        proptest::collection::vec(prop_oneof![3 => odd, 1 => any::<char>()], 0..160)
            .prop_map(|chars| chars.into_iter().collect())
    }
}
