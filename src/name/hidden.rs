//! Which characters deceive the eye: they take no ink, turn the direction of their neighbours, or pile up.
//!
//! It does not say what to do with them; names refuse them, texts show them.

use unicode_normalization::char::is_combining_mark;

/// Why a character deceives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deceit {
    /// A control code (Cc).
    Control,
    /// Ends a line.
    LineBreak,
    /// Takes no ink, turns the direction of writing, or has no agreed meaning.
    Hidden,
    /// One combining mark too many on the same letter.
    Pile,
}

/// Reads a text character by character and says of each whether it deceives where it stands.
pub(super) fn judged(text: &str) -> impl Iterator<Item = (char, Option<Deceit>)> {
    let mut before = None;
    let mut marks = 0;
    let mut rest = text.chars().peekable();
    std::iter::from_fn(move || {
        let c = rest.next()?;
        marks = match c {
            _ if is_combining_mark(c) => marks + 1,
            // A joiner between marks starts no new letter.
            ZWJ | ZWNJ => marks,
            _ => 0,
        };
        let deceit = deceit(before, c, rest.peek().copied(), marks);
        // What deceives is no neighbour for the next one to lean on.
        before = deceit.is_none().then_some(c);
        Some((c, deceit))
    })
}

/// Whether a character ends a line (Unicode Standard, 5.8, NLF and the two separators).
pub(super) fn ends_line(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn deceit(before: Option<char>, c: char, after: Option<char>, marks: usize) -> Option<Deceit> {
    match c {
        _ if ends_line(c) => Some(Deceit::LineBreak),
        _ if c.is_control() => Some(Deceit::Control),
        _ if within(HIDDEN, c) && !has_a_use(before, c, after) => Some(Deceit::Hidden),
        _ if marks > MARKS => Some(Deceit::Pile),
        _ => None,
    }
}

/// Whether an invisible character changes how its neighbours look, as emoji, Persian, the scripts of India and
/// ideographs need. Each use is one character between two visible ones, so nothing can be hidden in a run of them.
fn has_a_use(before: Option<char>, c: char, after: Option<char>) -> bool {
    let Some(before) = before else { return false };
    let after = after.unwrap_or(' ');
    match c {
        ZWJ => (within(EMOJI, before) || before == VS16) && within(EMOJI, after) || both_join(before, after),
        ZWNJ => both_join(before, after),
        VS15 | VS16 => within(EMOJI, before) || matches!(before, '0'..='9' | '#' | '*') && after == KEYCAP,
        '\u{fe00}'..='\u{fe0d}' | '\u{e0100}'..='\u{e01ef}' => within(IDEOGRAPHS, before),
        _ => false,
    }
}

fn both_join(before: char, after: char) -> bool {
    within(JOINING, before) && within(JOINING, after) && !is_combining_mark(after)
}

fn within(table: &[(u32, u32)], c: char) -> bool {
    table.iter().any(|(first, last)| (*first..=*last).contains(&u32::from(c)))
}

const ZWNJ: char = '\u{200c}';
const ZWJ: char = '\u{200d}';
const VS15: char = '\u{fe0e}';
const VS16: char = '\u{fe0f}';
const KEYCAP: char = '\u{20e3}';

/// Combining marks on one letter: more than any living script stacks, fewer than reach into the next line.
const MARKS: usize = 6;

/// Default_Ignorable_Code_Point (Unicode 16, DerivedCoreProperties.txt), which holds every control of direction, and
/// besides: interlinear annotation, the blank Braille pattern, private use, non-characters.
const HIDDEN: &[(u32, u32)] = &[
    (0xad, 0xad),
    (0x34f, 0x34f),
    (0x61c, 0x61c),
    (0x115f, 0x1160),
    (0x17b4, 0x17b5),
    (0x180b, 0x180f),
    (0x200b, 0x200f),
    (0x202a, 0x202e),
    (0x2060, 0x206f),
    (0x2800, 0x2800),
    (0x3164, 0x3164),
    (0xe000, 0xf8ff),
    (0xfdd0, 0xfdef),
    (0xfe00, 0xfe0f),
    (0xfeff, 0xfeff),
    (0xffa0, 0xffa0),
    (0xfff0, 0xfffb),
    (0xfffe, 0xffff),
    (0x1bca0, 0x1bca3),
    (0x1d173, 0x1d17a),
    (0x1fffe, 0x1ffff),
    (0x2fffe, 0x2ffff),
    (0x3fffe, 0x3ffff),
    (0xe0000, 0x10_ffff),
];

/// Characters that a joiner or a choice of presentation may follow: symbols and pictographs.
const EMOJI: &[(u32, u32)] = &[
    (0xa9, 0xa9),
    (0xae, 0xae),
    (0x203c, 0x203c),
    (0x2049, 0x2049),
    (0x2122, 0x2122),
    (0x2139, 0x2139),
    (0x2190, 0x27bf),
    (0x2900, 0x2bff),
    (0x3030, 0x3030),
    (0x303d, 0x303d),
    (0x3297, 0x3299),
    (0x1f000, 0x1faff),
];

/// Scripts whose letters are spelt with joiners between them: Arabic, Syriac, N'Ko, Mandaic, the scripts of India,
/// Sinhala, Myanmar, Khmer, Mongolian.
const JOINING: &[(u32, u32)] = &[
    (0x620, 0x65f),
    (0x66e, 0x6ef),
    (0x6fa, 0x7ff),
    (0x840, 0x85f),
    (0x860, 0x8ff),
    (0x900, 0xdff),
    (0x1000, 0x109f),
    (0x1780, 0x17b3),
    (0x17b6, 0x17d3),
    (0x1820, 0x18aa),
];

/// Ideographs, which a variation selector may follow.
const IDEOGRAPHS: &[(u32, u32)] = &[(0x3400, 0x4dbf), (0x4e00, 0x9fff), (0xf900, 0xfaff), (0x20000, 0x323af)];
