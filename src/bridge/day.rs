//! Days and minutes where the person is.
//!
//! It has no clock: the moment is an argument.

use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use pelure_ui::model::{Date, Moment};

/// The time zone of the machine.
pub(super) struct Calendar(TimeZone);

impl Calendar {
    /// As the machine is set; UTC where it is not.
    pub(super) fn here() -> Self {
        Self(TimeZone::system())
    }

    /// The minute of a time in milliseconds since 1970.
    pub(super) fn moment(&self, millis: i64) -> Moment {
        let local = self.local(millis);
        Moment { date: date(&local), hour: unsigned(local.hour()), minute: unsigned(local.minute()) }
    }

    /// The day of a time in milliseconds since 1970.
    pub(super) fn date(&self, millis: i64) -> Date {
        date(&self.local(millis))
    }

    /// How long until the next day begins, but not longer than [`LOOK`]: clocks are set, and machines sleep.
    pub(super) fn until_tomorrow(&self, millis: i64) -> Duration {
        let now = self.local(millis);
        let midnight = now.tomorrow().and_then(|day| day.start_of_day());
        let left = midnight.map_or(LOOK, |midnight| midnight.duration_since(&now).try_into().unwrap_or(LOOK));
        left.clamp(Duration::from_secs(1), LOOK)
    }

    fn local(&self, millis: i64) -> Zoned {
        // A time beyond the calendar is shown as its nearest end.
        let beyond = if millis < 0 { Timestamp::MIN } else { Timestamp::MAX };
        Timestamp::from_millisecond(millis).unwrap_or(beyond).to_zoned(self.0.clone())
    }
}

fn date(local: &Zoned) -> Date {
    Date {
        year: local.year(),
        month: unsigned(local.month()),
        day: unsigned(local.day()),
        weekday: unsigned(local.weekday().to_monday_one_offset()),
    }
}

fn unsigned(number: i8) -> u8 {
    u8::try_from(number).unwrap_or_default()
}

/// How often the day is looked at, at least.
const LOOK: Duration = Duration::from_secs(15 * 60);

#[cfg(test)]
mod tests {
    use super::*;

    fn paris() -> Calendar {
        // Two hours ahead of UTC, without asking this machine for a database of zones.
        Calendar(TimeZone::fixed(jiff::tz::offset(2)))
    }

    #[test]
    fn a_time_is_shown_where_the_person_is() {
        // 2026-07-01T22:30:00Z is half past midnight of a Thursday there.
        let moment = paris().moment(1_782_945_000_000);
        assert_eq!(moment.date, Date { year: 2026, month: 7, day: 2, weekday: 4 });
        assert_eq!((moment.hour, moment.minute), (0, 30));
    }

    #[test]
    fn no_time_is_beyond_showing() {
        for millis in [i64::MIN, -1, 0, i64::MAX] {
            let moment = paris().moment(millis);
            assert!((1..=12).contains(&moment.date.month) && (1..=7).contains(&moment.date.weekday), "{millis}");
            assert!(paris().until_tomorrow(millis) <= LOOK);
        }
    }

    #[test]
    fn the_next_day_is_awaited_but_not_slept_through() {
        let midnight = 1_782_943_200_000;
        assert_eq!(paris().until_tomorrow(midnight - 90_000), Duration::from_secs(90));
        assert_eq!(paris().until_tomorrow(midnight - 1), Duration::from_secs(1));
        assert_eq!(paris().until_tomorrow(midnight), LOOK);
    }
}
