//! What may be asked of a running network, and how it is written on one line.
//!
//! It promises that an [`Order`] read from its own spelling is the same order again.
//! It does not know how many relays there are, nor carry an order out.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::weather::{Weather, WeatherError, parse_duration, parse_rate};

/// A change to one relay, or to all of them (`None`). Relays are counted from 0, the authorities first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Changes the lasting weather; what is `None` stays as it is.
    Weather {
        /// Which relay.
        relay: Option<usize>,
        /// New delay each way.
        delay: Option<Duration>,
        /// New jitter.
        jitter: Option<Duration>,
        /// New limit in bytes per second; `Some(None)` takes the limit away.
        limit: Option<Option<u64>>,
    },
    /// Holds back every byte for so long; nothing is lost.
    Freeze(Option<usize>, Duration),
    /// Closes all links and refuses new ones until `Heal`.
    Cut(Option<usize>),
    /// Ends `Cut` and `Freeze`; the lasting weather stays.
    Heal(Option<usize>),
}

/// Why a line is not an order.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OrderError {
    /// The first word is none of ours, or words are missing or left over.
    #[error("not understood: try `weather 3 delay 50ms`, `freeze 2 5s`, `cut all`, `heal all`")]
    Words,
    /// The relay is neither a number nor `all`.
    #[error("{0:?} is neither a relay's number nor `all`")]
    Relay(String),
    /// A duration or a rate.
    #[error(transparent)]
    Value(#[from] WeatherError),
}

impl Order {
    /// The order that gives a relay exactly this weather.
    pub fn weather(relay: Option<usize>, weather: Weather) -> Self {
        let Weather { delay, jitter, limit } = weather;
        Self::Weather { relay, delay: Some(delay), jitter: Some(jitter), limit: Some(limit) }
    }

    /// The relay it is for; `None` is all of them.
    pub fn relay(&self) -> Option<usize> {
        match *self {
            Self::Weather { relay, .. } | Self::Freeze(relay, _) | Self::Cut(relay) | Self::Heal(relay) => relay,
        }
    }
}

impl FromStr for Order {
    type Err = OrderError;

    fn from_str(line: &str) -> Result<Self, OrderError> {
        let mut words = line.split_ascii_whitespace();
        let verb = words.next().ok_or(OrderError::Words)?;
        let relay = read_relay(words.next().ok_or(OrderError::Words)?);
        let order = match verb {
            "weather" => read_weather(relay?, &mut words)?,
            "freeze" => Self::Freeze(relay?, parse_duration(words.next().ok_or(OrderError::Words)?)?),
            "cut" => Self::Cut(relay?),
            "heal" => Self::Heal(relay?),
            _ => return Err(OrderError::Words),
        };
        words.next().is_none().then_some(order).ok_or(OrderError::Words)
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let relay = self.relay().map_or_else(|| "all".to_owned(), |number| number.to_string());
        match self {
            Self::Weather { delay, jitter, limit, .. } => {
                write!(f, "weather {relay}")?;
                delay.map_or(Ok(()), |delay| write!(f, " delay {}ms", delay.as_millis()))?;
                jitter.map_or(Ok(()), |jitter| write!(f, " jitter {}ms", jitter.as_millis()))?;
                match limit {
                    Some(Some(rate)) => write!(f, " limit {rate}B"),
                    Some(None) => write!(f, " limit none"),
                    None => Ok(()),
                }
            }
            Self::Freeze(_, time) => write!(f, "freeze {relay} {}ms", time.as_millis()),
            Self::Cut(_) => write!(f, "cut {relay}"),
            Self::Heal(_) => write!(f, "heal {relay}"),
        }
    }
}

fn read_relay(word: &str) -> Result<Option<usize>, OrderError> {
    match word {
        "all" => Ok(None),
        number => number.parse().map(Some).map_err(|_| OrderError::Relay(number.to_owned())),
    }
}

fn read_weather<'a>(relay: Option<usize>, words: &mut impl Iterator<Item = &'a str>) -> Result<Order, OrderError> {
    let (mut delay, mut jitter, mut limit) = (None, None, None);
    while let Some(what) = words.next() {
        let value = words.next().ok_or(OrderError::Words)?;
        match what {
            "delay" => delay = Some(parse_duration(value)?),
            "jitter" => jitter = Some(parse_duration(value)?),
            "limit" => limit = Some(parse_rate(value)?),
            _ => return Err(OrderError::Words),
        }
    }
    let named = delay.is_some() || jitter.is_some() || limit.is_some();
    named.then_some(Order::Weather { relay, delay, jitter, limit }).ok_or(OrderError::Words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_lines_of_the_manual_are_read() {
        let delay = Some(Duration::from_millis(50));
        let weather = Order::Weather { relay: Some(3), delay, jitter: None, limit: None };
        assert_eq!("weather 3 delay 50ms".parse(), Ok(weather));
        assert_eq!("freeze 2 5s".parse(), Ok(Order::Freeze(Some(2), Duration::from_secs(5))));
        assert_eq!(" cut   all ".parse(), Ok(Order::Cut(None)));
        assert_eq!("heal all".parse(), Ok(Order::Heal(None)));
    }

    #[test]
    fn what_is_not_an_order_is_refused() {
        for line in ["", "cut", "cut 1 2", "cut -1", "rain 1", "weather 1", "weather 1 delay", "weather 1 hail 5ms"] {
            assert!(line.parse::<Order>().is_err(), "{line}");
        }
        assert_eq!("cut x".parse::<Order>(), Err(OrderError::Relay("x".into())));
    }

    fn orders() -> impl Strategy<Value = Order> {
        let relay = || proptest::option::of(0_usize..40);
        let time = || (0_u64..86_400_000).prop_map(Duration::from_millis);
        let limit = proptest::option::of(1_u64..u64::MAX);
        prop_oneof![
            (relay(), time(), time(), limit)
                .prop_map(|(relay, delay, jitter, limit)| Order::weather(relay, Weather { delay, jitter, limit })),
            (relay(), time()).prop_map(|(relay, delay)| Order::Weather {
                relay,
                delay: Some(delay),
                jitter: None,
                limit: None
            }),
            (relay(), time()).prop_map(|(relay, time)| Order::Freeze(relay, time)),
            relay().prop_map(Order::Cut),
            relay().prop_map(Order::Heal),
        ]
    }

    proptest! {
        #[test]
        fn an_order_reads_back(order in orders()) {
            prop_assert_eq!(order.to_string().parse(), Ok(order));
        }

        #[test]
        fn reading_never_panics(line in "\\PC{0,40}") {
            let _ = line.parse::<Order>();
        }
    }
}
