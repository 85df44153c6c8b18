//! Sizes in words, in tens of which a person thinks: thousands, millions, thousands of millions.

use crate::words::Words;

/// So many bytes.
pub(crate) fn size(words: &Words, bytes: u64) -> String {
    let (name, unit) = match bytes {
        ..KILO => return words.say_with("size-bytes", &[("n", number(bytes))]),
        KILO..MEGA => ("size-kilo", KILO),
        MEGA..GIGA => ("size-mega", MEGA),
        GIGA.. => ("size-giga", GIGA),
    };
    let (whole, tenth) = rounded(bytes, unit);
    words.say_with(name, &[("whole", number(whole)), ("tenth", number(tenth))])
}

/// So many bytes of so many.
pub(crate) fn part(words: &Words, done: u64, whole: u64) -> String {
    let (done, whole) = (size(words, done.min(whole)), size(words, whole));
    words.say_with("size-part", &[("done", (&done).into()), ("whole", (&whole).into())])
}

/// So many bytes a second.
pub(crate) fn rate(words: &Words, bytes: u64) -> String {
    let size = size(words, bytes);
    words.say_with("size-rate", &[("size", (&size).into())])
}

/// Which share of the whole is done, 0 to 1; of nothing all is.
pub(crate) fn share(done: u64, whole: u64) -> f32 {
    if whole == 0 { 1.0 } else { (done.min(whole) as f64 / whole as f64) as f32 }
}

/// Whole units and tenths, where tenths say something: below ten. A size is never said to be larger than it is by more
/// than half a tenth, and never nothing.
fn rounded(bytes: u64, unit: u64) -> (u64, u64) {
    let nearest = |unit: u64| bytes / unit + u64::from(bytes % unit >= unit / 2);
    let tenths = nearest(unit / 10);
    if tenths < 100 { (tenths / 10, tenths % 10) } else { (nearest(unit), 0) }
}

fn number(count: u64) -> crate::words::Value<'static> {
    i64::try_from(count).unwrap_or(i64::MAX).into()
}

const KILO: u64 = 1_000;
const MEGA: u64 = 1_000 * KILO;
const GIGA: u64 = 1_000 * MEGA;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Language;

    #[test]
    fn sizes_are_said_as_people_say_them() {
        let (english, french) = (Words::new(Language::English), Words::new(Language::French));
        for (bytes, en, fr) in [
            (0, "0 bytes", "0\u{a0}octet"),
            (1, "1 byte", "1\u{a0}octet"),
            (999, "999 bytes", "999\u{a0}octets"),
            (1_000, "1 kB", "1\u{a0}ko"),
            (1_449, "1.4 kB", "1,4\u{a0}ko"),
            (9_950, "10 kB", "10\u{a0}ko"),
            (340_400, "340 kB", "340\u{a0}ko"),
            (2_400_000, "2.4 MB", "2,4\u{a0}Mo"),
            (64 << 30, "69 GB", "69\u{a0}Go"),
            (u64::MAX, "18446744074 GB", "18446744074\u{a0}Go"),
        ] {
            assert_eq!(size(&english, bytes), en);
            assert_eq!(size(&french, bytes), fr);
        }
    }

    #[test]
    fn a_share_is_never_more_than_all() {
        assert_eq!((share(0, 0), share(0, 8), share(4, 8), share(9, 8)), (1.0, 0.0, 0.5, 1.0));
    }
}
