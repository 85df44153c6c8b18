//! What `pelure doctor` says of the surroundings: one line each, in the person's language, with what to do.
//!
//! It looks at nothing itself and draws nothing.

use crate::words::Words;

/// How good it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// As it should be.
    Good,
    /// Something is less than it could be; the program works.
    Note,
    /// Something that is needed is not there.
    Bad,
}

/// Something that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Which way is taken to Tor.
    Road(Road),
    /// Arti was asked for where it cannot work: on a system of this name.
    NoEmbedded(String),
    /// Options for a control port without one.
    NoPorts,
    /// A variable of the environment that cannot be read.
    BadVariable(String),
    /// The control port of the system's Tor.
    Control(Control),
    /// A directory in memory, or none.
    Memory(bool),
    /// What is in memory may reach a disk.
    Swap,
    /// The clock says this day, after the program was built; and whether it is believable.
    Clock {
        /// Today, as the clock says.
        today: String,
        /// When the program was built.
        built: String,
        /// How it compares.
        order: Order,
    },
    /// A display, or none.
    Display(Option<&'static str>),
    /// Libraries that a window needs and that are missing.
    Libraries(Vec<&'static str>),
    /// Scripts that no font was found for, as names of texts.
    Fonts(Vec<Script>),
    /// So many microphones and loudspeakers.
    Sound(usize, usize),
    /// No sound system answers.
    Silence,
}

/// Which way, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Road {
    /// Arti, since nothing speaks for another.
    Embedded,
    /// Arti, as asked for.
    EmbeddedAsked,
    /// The Tor of Tails.
    Tails,
    /// The Tor of the Whonix gateway.
    Whonix,
    /// The Tor of this machine, since none may be started inside it.
    Torified,
    /// The Tor of this machine, since the environment names its control port.
    Named,
    /// The Tor of this machine, as asked for.
    Asked,
}

/// How the control port is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Control {
    /// It allows what is needed, and Tor is connected.
    Ready,
    /// It allows what is needed; Tor is on its way, in its own words.
    Connecting(String),
    /// It allows what is needed; Tor cannot connect, in its own words.
    Blocked(String),
    /// It cannot be used, in the words of the road; what to do depends on the place.
    Unusable(Place, String),
    /// It does not answer in time.
    Silent(Place),
}

/// Where the control port is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Behind the filter of Tails.
    Tails,
    /// Behind the filter of a Whonix gateway.
    Whonix,
    /// In the torrc of this machine.
    Elsewhere,
}

/// The clock against the build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Believable.
    After,
    /// It cannot be.
    Before,
    /// Years later: the clock is ahead, or the program is old.
    LongAfter,
}

/// A kind of writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "their names say it")]
pub enum Script {
    Arabic,
    Bengali,
    EastAsian,
    Devanagari,
    Hebrew,
    Thai,
}

impl Finding {
    /// How good it is.
    pub fn level(&self) -> Level {
        match self {
            Self::NoEmbedded(_) | Self::NoPorts | Self::BadVariable(_) => Level::Bad,
            Self::Control(Control::Ready) => Level::Good,
            Self::Control(Control::Connecting(_)) => Level::Note,
            Self::Control(_) | Self::Clock { order: Order::Before, .. } => Level::Bad,
            Self::Clock { order: Order::LongAfter, .. } | Self::Swap | Self::Silence => Level::Note,
            Self::Memory(false) | Self::Display(None) | Self::Sound(0, _) | Self::Sound(_, 0) => Level::Note,
            Self::Libraries(missing) if !missing.is_empty() => Level::Note,
            Self::Fonts(missing) if !missing.is_empty() => Level::Note,
            _ => Level::Good,
        }
    }

    /// The line, without its mark.
    pub fn say(&self, words: &Words) -> String {
        match self {
            Self::Road(road) => words.say(road.name()).into_owned(),
            Self::NoEmbedded(place) => words.say_with("doctor-no-embedded", &[("place", place.into())]),
            Self::NoPorts => words.say("doctor-no-ports").into_owned(),
            Self::BadVariable(name) => words.say_with("doctor-bad-variable", &[("name", name.into())]),
            Self::Control(control) => control.say(words),
            Self::Memory(true) => words.say("doctor-memory").into_owned(),
            Self::Memory(false) => words.say("doctor-no-memory").into_owned(),
            Self::Swap => words.say("doctor-swap").into_owned(),
            Self::Clock { today, built, order } => {
                words.say_with(order.name(), &[("today", today.into()), ("built", built.into())])
            }
            Self::Display(Some(kind)) => words.say_with("doctor-display", &[("kind", (*kind).into())]),
            Self::Display(None) => words.say("doctor-no-display").into_owned(),
            Self::Libraries(missing) if missing.is_empty() => words.say("doctor-libraries").into_owned(),
            Self::Libraries(missing) => {
                words.say_with("doctor-no-libraries", &[("names", missing.join(", ").as_str().into())])
            }
            Self::Fonts(missing) if missing.is_empty() => words.say("doctor-fonts").into_owned(),
            Self::Fonts(missing) => {
                let names: Vec<_> = missing.iter().map(|script| words.say(script.name())).collect();
                words.say_with("doctor-no-fonts", &[("names", names.join(", ").as_str().into())])
            }
            Self::Sound(0, 0) => words.say("doctor-no-devices").into_owned(),
            Self::Sound(0, _) => words.say("doctor-no-microphone").into_owned(),
            Self::Sound(_, 0) => words.say("doctor-no-loudspeaker").into_owned(),
            Self::Sound(..) => words.say("doctor-sound").into_owned(),
            Self::Silence => words.say("doctor-no-sound").into_owned(),
        }
    }
}

/// The last line: whether everything that is needed is there.
pub fn verdict(words: &Words, good: bool) -> String {
    words.say(if good { "doctor-all-good" } else { "doctor-not-good" }).into_owned()
}

impl Level {
    /// What stands before a line.
    pub fn mark(self) -> char {
        match self {
            Self::Good => '✓',
            Self::Note => '!',
            Self::Bad => '✗',
        }
    }
}

impl Road {
    fn name(self) -> &'static str {
        match self {
            Self::Embedded => "doctor-road-embedded",
            Self::EmbeddedAsked => "doctor-road-embedded-asked",
            Self::Tails => "doctor-road-tails",
            Self::Whonix => "doctor-road-whonix",
            Self::Torified => "doctor-road-torified",
            Self::Named => "doctor-road-named",
            Self::Asked => "doctor-road-asked",
        }
    }
}

impl Control {
    fn say(&self, words: &Words) -> String {
        match self {
            Self::Ready => words.say("doctor-control-ready").into_owned(),
            Self::Connecting(why) => words.say_with("doctor-control-connecting", &[("why", why.into())]),
            Self::Blocked(why) => words.say_with("doctor-control-blocked", &[("why", why.into())]),
            Self::Unusable(place, why) => {
                let bad = words.say_with("doctor-control-unusable", &[("why", why.into())]);
                [&bad, " ", &words.say(place.name())].concat()
            }
            Self::Silent(place) => [words.say("doctor-control-silent"), words.say(place.name())].join(" "),
        }
    }
}

impl Place {
    fn name(self) -> &'static str {
        match self {
            Self::Tails => "doctor-do-tails",
            Self::Whonix => "doctor-do-whonix",
            Self::Elsewhere => "doctor-do-torrc",
        }
    }
}

impl Order {
    fn name(self) -> &'static str {
        match self {
            Self::After => "doctor-clock",
            Self::Before => "doctor-clock-before",
            Self::LongAfter => "doctor-clock-long-after",
        }
    }
}

impl Script {
    fn name(self) -> &'static str {
        match self {
            Self::Arabic => "doctor-script-arabic",
            Self::Bengali => "doctor-script-bengali",
            Self::EastAsian => "doctor-script-east-asian",
            Self::Devanagari => "doctor-script-devanagari",
            Self::Hebrew => "doctor-script-hebrew",
            Self::Thai => "doctor-script-thai",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Language;

    #[test]
    fn every_finding_is_one_line_in_every_language_and_names_what_it_is_about() {
        let clock = |order| Finding::Clock { today: "2026-11-22".into(), built: "2027-01-01".into(), order };
        let findings = [
            (Finding::Road(Road::Tails), "Tails"),
            (Finding::NoEmbedded("Whonix".into()), "Whonix"),
            (Finding::NoPorts, "--tor system"),
            (Finding::BadVariable("TOR_SOCKS_PORT".into()), "TOR_SOCKS_PORT"),
            (Finding::Control(Control::Connecting("45 %".into())), "45 %"),
            (Finding::Control(Control::Blocked("refused".into())), "refused"),
            (Finding::Control(Control::Unusable(Place::Tails, "not allowed".into())), "install-tails.sh"),
            (Finding::Control(Control::Unusable(Place::Whonix, "not allowed".into())), "40_pelure.yml"),
            (Finding::Control(Control::Silent(Place::Elsewhere)), "ControlPort"),
            (Finding::Memory(false), "--traceless"),
            (clock(Order::After), "2026-11-22"),
            (clock(Order::Before), "2027-01-01"),
            (clock(Order::LongAfter), "2026-11-22"),
            (Finding::Display(Some("Wayland")), "Wayland"),
            (Finding::Display(None), "pelure headless"),
            (Finding::Libraries(vec!["libEGL.so.1", "libXi.so.6"]), "libEGL.so.1, libXi.so.6"),
            (Finding::Fonts(vec![Script::Thai]), "fonts-noto"),
        ];
        for language in Language::ALL {
            let words = Words::new(language);
            for (finding, wanted) in &findings {
                let line = finding.say(&words);
                assert!(line.contains(wanted) && !line.contains('\n'), "{line}");
            }
        }
    }

    #[test]
    fn only_what_is_needed_is_bad() {
        let bad = |finding: Finding| finding.level() == Level::Bad;
        assert!(bad(Finding::Control(Control::Silent(Place::Tails))));
        assert!(bad(Finding::NoPorts));
        for lesser in [
            Finding::Sound(0, 0),
            Finding::Silence,
            Finding::Display(None),
            Finding::Fonts(vec![Script::Thai]),
            Finding::Libraries(vec!["libEGL.so.1"]),
            Finding::Memory(false),
            Finding::Swap,
        ] {
            assert_eq!(lesser.level(), Level::Note, "{lesser:?}");
        }
        assert_eq!(Finding::Fonts(Vec::new()).level(), Level::Good);
        assert_eq!(Finding::Sound(1, 1).level(), Level::Good);
    }
}
