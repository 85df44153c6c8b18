//! A pattern of a profile: the part of Python's regular expressions that our profiles keep to.
//!
//! It promises what `re.match(pattern + "$", text)` says, for letters, escaped letters, classes, counts and groups without
//! a count. Everything else (`.`, `*`, `+`, `?`, `|`) it refuses to read: a profile that lets more through than it says
//! must not exist.

/// What a text is compared with.
#[derive(Clone, Debug)]
pub(super) struct Pattern(Vec<Piece>);

#[derive(Clone, Debug)]
enum Piece {
    /// One of these ranges of letters, so many times.
    Letters { ranges: Vec<(u8, u8)>, least: usize, most: usize },
    /// A group begins.
    Open,
    /// It ends.
    Close,
}

impl Pattern {
    /// Reads a pattern; `None`: it is not one of ours.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut pieces = Vec::new();
        let (mut rest, mut open) = (text, false);
        while let Some(letter) = rest.chars().next() {
            rest = rest.get(letter.len_utf8()..)?;
            let ranges = match letter {
                '(' if !open => {
                    open = true;
                    pieces.push(Piece::Open);
                    continue;
                }
                ')' if open => {
                    open = false;
                    pieces.push(Piece::Close);
                    continue;
                }
                '[' => {
                    let (inside, after) = rest.split_once(']')?;
                    rest = after;
                    class(inside)?
                }
                '\\' => {
                    let escaped = rest.chars().next().filter(char::is_ascii_punctuation)?;
                    rest = rest.get(1..)?;
                    vec![only(escaped)?]
                }
                plain if plain.is_ascii_alphanumeric() || PLAIN.contains(plain) => vec![only(plain)?],
                _ => return None,
            };
            let (least, most, after) = count(rest)?;
            rest = after;
            pieces.push(Piece::Letters { ranges, least, most });
        }
        (!open).then_some(Self(pieces))
    }

    /// The groups of a text that it matches as a whole.
    pub(super) fn groups<'a>(&self, text: &'a str) -> Option<Vec<&'a str>> {
        let mut bounds = Vec::new();
        follow(&self.0, text.as_bytes(), 0, &mut bounds)?;
        bounds.chunks(2).map(|pair| text.get(*pair.first()?..*pair.get(1)?)).collect()
    }
}

/// Tries the pieces from `at` on; the greediest first, as Python.
fn follow(pieces: &[Piece], text: &[u8], at: usize, bounds: &mut Vec<usize>) -> Option<()> {
    let Some((piece, rest)) = pieces.split_first() else { return (at == text.len()).then_some(()) };
    match piece {
        Piece::Open | Piece::Close => {
            bounds.push(at);
            follow(rest, text, at, bounds).or_else(|| {
                bounds.pop();
                None
            })
        }
        Piece::Letters { ranges, least, most } => {
            let fits = |letter: &&u8| ranges.iter().any(|(first, last)| (first..=last).contains(letter));
            let there = text.get(at..)?.iter().take(*most).take_while(fits).count();
            (*least..=there).rev().find_map(|length| follow(rest, text, at + length, bounds))
        }
    }
}

/// The inside of `[...]`: letters and ranges.
fn class(inside: &str) -> Option<Vec<(u8, u8)>> {
    let mut ranges = Vec::new();
    let mut rest = inside.as_bytes();
    while let [first, after @ ..] = rest {
        let (last, after) = match after {
            [b'-', last, after @ ..] => (last, after),
            _ => (first, after),
        };
        if first > last
            || [*first, *last].iter().any(|letter| matches!(letter, b'^' | b'\\' | b'[') || !letter.is_ascii())
        {
            return None;
        }
        ranges.push((*first, *last));
        rest = after;
    }
    (!ranges.is_empty()).then_some(ranges)
}

/// `{n}`, `{n,m}` or nothing, and what follows.
fn count(text: &str) -> Option<(usize, usize, &str)> {
    let Some(rest) = text.strip_prefix('{') else { return Some((1, 1, text)) };
    let (inside, after) = rest.split_once('}')?;
    let (least, most) = inside.split_once(',').unwrap_or((inside, inside));
    let (least, most) = (least.parse().ok()?, most.parse().ok()?);
    (least <= most).then_some((least, most, after))
}

fn only(letter: char) -> Option<(u8, u8)> {
    let letter = u8::try_from(letter).ok()?;
    Some((letter, letter))
}

/// What means itself in a pattern, beside letters and digits.
const PLAIN: &str = " :=,/_-";

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        Pattern::read(pattern).unwrap().groups(text).is_some()
    }

    #[test]
    fn a_pattern_is_compared_with_the_whole_text() {
        assert!(matches("status/circuit-established", "status/circuit-established"));
        for text in
            ["status/circuit-established ", "status/circuit-established address", "xstatus/circuit-established", ""]
        {
            assert!(!matches("status/circuit-established", text), "{text}");
        }
        assert!(matches("[a-z2-7]{4}", "ab27"));
        for text in ["ab2", "ab271", "ab28", "AB27"] {
            assert!(!matches("[a-z2-7]{4}", text), "{text}");
        }
        assert!(matches(r"127\.0\.0\.1:1763[0-9]", "127.0.0.1:17630"));
        assert!(!matches(r"127\.0\.0\.1:1763[0-9]", "127x0.0.1:17630"));
        assert!(matches("", ""));
    }

    #[test]
    fn groups_are_what_python_gives() {
        let pattern = Pattern::read("(a=[0-9]{1,3}) P,[0-9.]{7,15}:([0-9]{2})").unwrap();
        assert_eq!(pattern.groups("a=12 P,10.152.152.11:42"), Some(vec!["a=12", "42"]));
        // As greedy as Python, and as willing to give back.
        let pattern = Pattern::read("([0-9]{1,3})([0-9]{1,3})").unwrap();
        assert_eq!(pattern.groups("123"), Some(vec!["12", "3"]));
    }

    #[test]
    fn what_lets_anything_through_is_not_read() {
        for wide in [
            ".*", "a+", "a?", "a*", "a|b", "(a", "a)", "((a))", "[^a]", "[a", "[]", r"\S", r"\d", "a{2", "a{3,2}",
            "^a", "a$", "é",
        ] {
            assert!(Pattern::read(wide).is_none(), "{wide}");
        }
    }
}
