//! Weather: what happens to the bytes on their way to and from a relay.
//!
//! It promises the values and their spelling ("25ms", "500KB"), and how two ends make one link.
//! It does not move a byte: that is the proxy's.

use std::fmt;
use std::time::Duration;

use tokio::time::Instant;

/// The lasting weather of one relay. The default is fair: no delay, no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weather {
    /// Time that every byte takes longer, each way.
    pub delay: Duration,
    /// Most that is added to the delay at random, anew for each piece; bytes never overtake each other.
    pub jitter: Duration,
    /// Bytes per second each way, shared by all links of the relay; `None` is as fast as the machine.
    pub limit: Option<u64>,
}

/// Why a duration or a rate was not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeatherError {
    /// Not a whole number with `ms`, `s` or `m`.
    #[error("{0:?} is not a duration: write it like 25ms, 5s or 2m")]
    Duration(String),
    /// Not a positive whole number with `B`, `KB` or `MB`.
    #[error("{0:?} is not a rate in bytes per second: write it like 800B, 500KB, 2MB or none")]
    Rate(String),
}

/// Everything that holds for one relay at this moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sky {
    pub(crate) weather: Weather,
    pub(crate) frozen_until: Option<Instant>,
    pub(crate) cut: bool,
    /// How often it was cut: a link that sees only what is now must not miss a cut that is over.
    pub(crate) cuts: u64,
}

impl Weather {
    /// This weather with another delay.
    pub fn delay(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }

    /// This weather with another jitter.
    pub fn jitter(self, jitter: Duration) -> Self {
        Self { jitter, ..self }
    }

    /// This weather with another limit, in bytes per second.
    pub fn limit(self, limit: Option<u64>) -> Self {
        Self { limit, ..self }
    }
}

impl fmt::Display for Weather {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "delay {}ms jitter {}ms limit ", self.delay.as_millis(), self.jitter.as_millis())?;
        match self.limit {
            Some(rate) => write!(f, "{rate}B"),
            None => f.write_str("none"),
        }
    }
}

impl Sky {
    /// The weather of a link is the worse of its two ends', so that a relay's weather holds on all of its links.
    pub(crate) fn worse(self, other: Self) -> Self {
        let limit = match (self.weather.limit, other.weather.limit) {
            (Some(one), Some(two)) => Some(one.min(two)),
            (one, two) => one.or(two),
        };
        Self {
            weather: Weather {
                delay: self.weather.delay.max(other.weather.delay),
                jitter: self.weather.jitter.max(other.weather.jitter),
                limit,
            },
            frozen_until: self.frozen_until.max(other.frozen_until),
            cut: self.cut || other.cut,
            cuts: self.cuts + other.cuts,
        }
    }
}

/// Reads a duration: a whole number followed by `ms`, `s` or `m`, or a bare `0`; at most a day.
pub fn parse_duration(text: &str) -> Result<Duration, WeatherError> {
    let wrong = || WeatherError::Duration(text.to_owned());
    let (number, unit) = split_unit(text);
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let millis = match unit {
        "ms" => Some(number),
        "s" => number.checked_mul(1_000),
        "m" => number.checked_mul(60_000),
        "" if number == 0 => Some(0),
        _ => None,
    };
    millis.filter(|millis| *millis <= LONGEST_MS).map(Duration::from_millis).ok_or_else(wrong)
}

/// Reads a rate in bytes per second: a positive whole number followed by `B`, `KB` (1,000) or `MB`, or `none`.
pub fn parse_rate(text: &str) -> Result<Option<u64>, WeatherError> {
    if text == "none" {
        return Ok(None);
    }
    let wrong = || WeatherError::Rate(text.to_owned());
    let (number, unit) = split_unit(text);
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let rate = match unit {
        "B" => Some(number),
        "KB" => number.checked_mul(1_000),
        "MB" => number.checked_mul(1_000_000),
        _ => None,
    };
    rate.filter(|rate| *rate > 0).map(Some).ok_or_else(wrong)
}

fn split_unit(text: &str) -> (&str, &str) {
    text.split_at_checked(text.bytes().take_while(u8::is_ascii_digit).count()).unwrap_or((text, ""))
}

/// A day: beyond it a sum of durations could overflow.
const LONGEST_MS: u64 = 24 * 60 * 60 * 1_000;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn durations_and_rates_are_read() {
        assert_eq!(parse_duration("25ms"), Ok(Duration::from_millis(25)));
        assert_eq!(parse_duration("2m"), Ok(Duration::from_secs(120)));
        assert_eq!(parse_duration("0"), Ok(Duration::ZERO));
        assert_eq!(parse_rate("500KB"), Ok(Some(500_000)));
        assert_eq!(parse_rate("none"), Ok(None));
    }

    #[test]
    fn what_is_not_meant_is_refused() {
        for text in ["", "ms", "-1s", "+1s", "1.5s", "25", "25 ms", "1h", "99999999999999999999s", "1441m"] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
        for text in ["", "0KB", "5", "KB", "-5KB", "5kb", "99999999999999999999MB", "18446744073709551615MB"] {
            assert!(parse_rate(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_link_has_the_worse_weather_of_its_ends() {
        let rain = Weather::default().delay(Duration::from_millis(9)).limit(Some(7));
        let wind = Weather::default().jitter(Duration::from_millis(4)).limit(Some(5));
        let link = Sky { weather: rain, cut: true, ..Sky::default() }.worse(Sky { weather: wind, ..Sky::default() });
        assert_eq!(link.weather, rain.jitter(wind.jitter).limit(Some(5)));
        assert!(link.cut);
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in ".{0,12}") {
            let _ = parse_duration(&text);
            let _ = parse_rate(&text);
        }
    }
}
