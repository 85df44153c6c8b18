//! The command line.
//!
//! It promises a plan from words, or the reason why not. It does nothing.

use std::path::PathBuf;

use lexopt::{Arg, Error, Parser, ValueExt};
use tornet::{Plan, parse_duration, parse_rate};

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Help,
    Up(Up),
}

/// A network to start.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Up {
    pub(crate) plan: Plan,
    /// The process with which the network ends; otherwise it ends with its input.
    pub(crate) lives_with: Option<i32>,
}

/// Reads the command line.
pub(crate) fn parse(mut words: Parser) -> Result<Command, Error> {
    let mut up = None;
    while let Some(word) = words.next()? {
        match (word, &mut up) {
            (Arg::Short('h') | Arg::Long("help"), _) => return Ok(Command::Help),
            (Arg::Value(verb), None) if verb == "up" => up = Some(Up::default()),
            (Arg::Long(option), Some(up)) => {
                let option = option.to_owned();
                read(&option, &mut words, up)?;
            }
            (word, _) => return Err(word.unexpected()),
        }
    }
    Ok(up.map_or(Command::Help, Command::Up))
}

fn read(option: &str, words: &mut Parser, up: &mut Up) -> Result<(), Error> {
    let weather = &mut up.plan.weather;
    match option {
        "authorities" => up.plan.authorities = words.value()?.parse()?,
        "relays" => up.plan.relays = words.value()?.parse()?,
        "delay" => weather.delay = words.value()?.parse_with(parse_duration)?,
        "jitter" => weather.jitter = words.value()?.parse_with(parse_duration)?,
        "limit" => weather.limit = words.value()?.parse_with(parse_rate)?,
        "dir" => up.plan.dir = Some(PathBuf::from(words.value()?)),
        "while" => up.lives_with = Some(words.value()?.parse()?),
        other => return Err(Arg::Long(other).unexpected()),
    }
    Ok(())
}

pub(crate) const HELP: &str = "\
tornet: a private Tor network on this machine, with weather

  tornet up [options]
      --authorities N   directory authorities (3)
      --relays N        further relays (13)
      --delay 25ms      delay of every relay, each way (0)
      --jitter 5ms      most that is added to it at random (0)
      --limit 500KB     bytes per second of every relay, each way (none)
      --dir DIR         make the network in DIR, which must not exist (a temporary directory)
      --while PID       end with that process instead of with the input

It prints `ready FILE` once the network is usable: FILE tells Arti where it is. Then it takes orders, one per line:

  weather 3 delay 50ms jitter 5ms limit 500KB     (relay 3; `all` for every one; authorities are counted first)
  freeze 2 5s          hold everything back for so long
  cut all              close all links and refuse new ones
  heal all             end cut and freeze
  quit                 (or the end of the input) ends the network

Other processes give orders through the Unix socket `control` in the network's directory, or, with the library,
through `Tornet::join`. Tests find the network in the environment variable PELURE_TORNET=<its directory>.";

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use proptest::prelude::*;
    use tornet::Weather;

    fn read(words: &[&str]) -> Result<Command, Error> {
        parse(Parser::from_args(words))
    }

    #[test]
    fn the_defaults_are_the_plan_s() {
        assert_eq!(read(&["up"]).unwrap(), Command::Up(Up::default()));
        assert_eq!(read(&[]).unwrap(), Command::Help);
        assert_eq!(read(&["up", "--help"]).unwrap(), Command::Help);
    }

    #[test]
    fn every_option_is_read() {
        let words = "up --authorities 4 --relays=9 --delay 25ms --jitter 5ms --limit 500KB --dir /d --while 7";
        let words: Vec<&str> = words.split(' ').collect();
        let weather =
            Weather { delay: Duration::from_millis(25), jitter: Duration::from_millis(5), limit: Some(500_000) };
        let plan = Plan { authorities: 4, relays: 9, weather, dir: Some("/d".into()), yields: false };
        assert_eq!(read(&words).unwrap(), Command::Up(Up { plan, lives_with: Some(7) }));
    }

    #[test]
    fn what_is_not_meant_is_refused() {
        for words in [&["down"][..], &["--relays", "3"], &["up", "up"], &["up", "--delay"], &["up", "--delay", "1h"]] {
            assert!(read(words).is_err(), "{words:?}");
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics(words in proptest::collection::vec("[-=a-z0-9]{0,9}", 0..5)) {
            let _ = parse(Parser::from_args(words));
        }
    }
}
