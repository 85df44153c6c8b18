//! Days and times in words, from dates alone: there is no clock here.

use crate::model::{Date, Moment};
use crate::words::Words;

/// The time of day.
pub(crate) fn time(at: Moment) -> String {
    format!("{:02}:{:02}", at.hour, at.minute)
}

/// A day as a separator says it: today, yesterday, or its name and date.
pub(crate) fn day(words: &Words, today: Date, date: Date) -> String {
    match number(today) - number(date) {
        0 => words.say("day-today").into_owned(),
        1 => words.say("day-yesterday").into_owned(),
        _ if today.year == date.year => words.say_with("day-this-year", &values(date)),
        _ => words.say_with("day-other-year", &values(date)),
    }
}

/// A moment as a list says it: the time today, the name of the day this week, or the date.
pub(crate) fn brief(words: &Words, today: Date, at: Moment) -> String {
    match number(today) - number(at.date) {
        0 => time(at),
        1..=6 => words.say_with("day-of-week", &values(at.date)),
        _ if today.year == at.date.year => words.say_with("day-short", &values(at.date)),
        _ => words.say_with("day-short-year", &values(at.date)),
    }
}

/// A length: minutes and seconds, and hours where there are any.
pub(crate) fn length(seconds: u64) -> String {
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// A span in the largest unit that fits it.
pub(crate) fn span(words: &Words, seconds: i64) -> String {
    match seconds {
        ..MINUTE => words.say_with("span-seconds", &[("n", seconds.max(0).into())]),
        MINUTE..HOUR => words.say_with("span-minutes", &[("n", (seconds / MINUTE).into())]),
        HOUR..DAY => words.say_with("span-hours", &[("n", (seconds / HOUR).into())]),
        _ => words.say_with("span-days", &[("n", (seconds / DAY).into())]),
    }
}

/// Minutes from one moment to a later one.
pub(crate) fn minutes_between(from: Moment, to: Moment) -> i64 {
    let of_day = |at: Moment| i64::from(at.hour) * 60 + i64::from(at.minute);
    (number(to.date) - number(from.date)) * (DAY / MINUTE) + of_day(to) - of_day(from)
}

fn values(date: Date) -> [(&'static str, crate::words::Value<'static>); 4] {
    [
        ("weekday", i64::from(date.weekday).into()),
        ("day", i64::from(date.day).into()),
        ("month", i64::from(date.month).into()),
        ("year", i64::from(date.year).into()),
    ]
}

/// Days since 1 March of the year 0 (Howard Hinnant, "chrono-compatible low-level date algorithms").
fn number(date: Date) -> i64 {
    let (month, day) = (i64::from(date.month), i64::from(date.day));
    let year = i64::from(date.year) - i64::from(month <= 2);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year
}

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Language;

    const TODAY: Date = Date { year: 2026, month: 3, day: 3, weekday: 2 };

    fn at(year: i16, month: u8, day: u8, weekday: u8) -> Moment {
        Moment { date: Date { year, month, day, weekday }, hour: 9, minute: 5 }
    }

    #[test]
    fn days_are_said_as_people_say_them() {
        let (english, french) = (Words::new(Language::English), Words::new(Language::French));
        for (moment, en, fr) in [
            (at(2026, 3, 3, 2), "Today", "Aujourd’hui"),
            (at(2026, 3, 2, 1), "Yesterday", "Hier"),
            (at(2026, 3, 1, 7), "Sunday 1 March", "dimanche 1er mars"),
            (at(2025, 12, 31, 3), "Wednesday 31 December 2025", "mercredi 31 décembre 2025"),
        ] {
            assert_eq!(day(&english, TODAY, moment.date), en);
            assert_eq!(day(&french, TODAY, moment.date), fr);
        }
    }

    #[test]
    fn a_list_says_as_little_as_is_clear() {
        let words = Words::new(Language::English);
        assert_eq!(brief(&words, TODAY, at(2026, 3, 3, 2)), "09:05");
        assert_eq!(brief(&words, TODAY, at(2026, 2, 25, 3)), "Wed");
        assert_eq!(brief(&words, TODAY, at(2026, 2, 24, 2)), "24 Feb");
        assert_eq!(brief(&words, TODAY, at(2025, 3, 3, 1)), "3 Mar 2025");
    }

    #[test]
    fn minutes_are_counted_across_midnight_and_leap_days() {
        let late = Moment { date: Date { year: 2024, month: 2, day: 28, weekday: 3 }, hour: 23, minute: 59 };
        let early = Moment { date: Date { year: 2024, month: 3, day: 1, weekday: 5 }, hour: 0, minute: 1 };
        assert_eq!(minutes_between(late, early), 24 * 60 + 2);
    }
}
