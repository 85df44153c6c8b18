//! `pelure doctor`: looks at the surroundings and says of each what is good or what to do.
//!
//! It writes nothing, and opens no connection but those to the control port of the Tor of this machine, and those that ask
//! the sound system what there is. It does not try what would show outside: that a service may be run is tried with one of
//! a throw-away key, which is taken back before Tor has told anybody; whether others can reach one is known only when one runs.

use std::sync::Arc;
use std::time::Duration;

use pelure_onion::system::{Remedy, SystemOptions, SystemTor};
use pelure_onion::{Network, Status};
use pelure_ui::checkup::{Control, Finding, Level, Order, Place, Road, Script, verdict};
use pelure_ui::settings::Language;
use pelure_ui::words::Words;

use crate::desk;
use crate::engine::{Clock, MachineClock};
use crate::road::{Choice, Reason, Refusal};
use crate::voice::device;

/// What was found: lines to be read, and whether everything that is needed is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// One line each.
    pub lines: Vec<String>,
    /// Nothing that is needed is missing.
    pub good: bool,
}

/// Looks at everything, given the road that would be taken and why. Takes some seconds where a control port hangs.
pub async fn examine(road: Result<Choice, Refusal>, reason: Reason, language: Language) -> Report {
    let mut findings = vec![which(&road, reason)];
    if let Ok(Choice::System(options)) = road {
        findings.push(Finding::Control(control(options).await));
    }
    let looked = tokio::task::spawn_blocking(around).await;
    findings.extend(looked.unwrap_or_default());
    report(&findings, &Words::new(language))
}

fn report(findings: &[Finding], words: &Words) -> Report {
    let good = findings.iter().all(|finding| finding.level() != Level::Bad);
    let line = |finding: &Finding| format!("{} {}", finding.level().mark(), finding.say(words));
    let lines = findings.iter().map(line).chain([verdict(words, good)]).collect();
    Report { lines, good }
}

fn which(road: &Result<Choice, Refusal>, reason: Reason) -> Finding {
    match (road, reason) {
        (Err(Refusal::Embedded(place)), _) => Finding::NoEmbedded((*place).to_owned()),
        (Err(Refusal::Ports), _) => Finding::NoPorts,
        (Err(Refusal::Variable(name)), _) => Finding::BadVariable((*name).to_owned()),
        (Ok(Choice::Embedded), Reason::Asked) => Finding::Road(Road::EmbeddedAsked),
        (Ok(Choice::Embedded), _) => Finding::Road(Road::Embedded),
        (Ok(Choice::System(_)), Reason::Tails) => Finding::Road(Road::Tails),
        (Ok(Choice::System(_)), Reason::Whonix) => Finding::Road(Road::Whonix),
        (Ok(Choice::System(_)), Reason::Torified) => Finding::Road(Road::Torified),
        (Ok(Choice::System(_)), Reason::Named) => Finding::Road(Road::Named),
        (Ok(Choice::System(_)), Reason::Asked | Reason::Usual) => Finding::Road(Road::Asked),
    }
}

/// Asks the control port how Tor stands, which tells whether it lets us in. Without a SOCKS port beside it, the road says
/// why a control port cannot be used, where it would otherwise do without.
async fn control(options: SystemOptions) -> Control {
    let place = match options.remedy {
        Remedy::TailsProfile => Place::Tails,
        Remedy::WhonixProfile => Place::Whonix,
        Remedy::Torrc => Place::Elsewhere,
    };
    let Ok(socks) = NO_SOCKS.parse() else { return Control::Silent(place) };
    let tor = match SystemTor::start(SystemOptions { socks, ..options.clone() }) {
        Ok(tor) => tor,
        Err(error) => return Control::Unusable(place, error.to_string()),
    };
    let mut status = Arc::clone(&tor).status();
    let told = match tokio::time::timeout(PATIENCE, status.changed()).await {
        Ok(Ok(())) => told(&status.borrow(), place),
        _ => return Control::Silent(place),
    };
    if matches!(told, Control::Unusable(..)) {
        return told;
    }
    // A filter may let everything through but what makes us reachable.
    match tokio::time::timeout(PATIENCE, SystemTor::may_publish(&options)).await {
        Ok(Ok(())) => told,
        Ok(Err(why)) => Control::Unusable(place, why),
        Err(_) => Control::Silent(place),
    }
}

fn told(status: &Status, place: Place) -> Control {
    match status {
        Status::Ready => Control::Ready,
        Status::Connecting { message, .. } => Control::Connecting(message.to_string()),
        Status::Offline => Control::Silent(place),
        Status::Blocked { reason, .. } => match reason.to_string().split_once(NO_SOCKS) {
            Some((why, _)) => Control::Unusable(place, why.trim_end_matches(NO_TOR).to_owned()),
            None => Control::Blocked(reason.to_string()),
        },
    }
}

/// What can be known without asking anybody; looking may wait for a disk or for the sound system.
fn around() -> Vec<Finding> {
    let mut findings = vec![Finding::Memory(desk::has_tmpfs())];
    if desk::may_swap() {
        findings.push(Finding::Swap);
    }
    findings.push(clock(MachineClock::new().wall() / 1_000, built()));
    let display = desk::display();
    findings.push(Finding::Display(match display {
        desk::Display::Wayland => Some("Wayland"),
        desk::Display::X11 => Some("X11"),
        desk::Display::None => None,
    }));
    if display != desk::Display::None {
        findings.push(Finding::Libraries(desk::missing_libraries()));
        findings.push(Finding::Fonts(desk::missing_scripts().into_iter().map(script).collect()));
    }
    findings.push(match device::names() {
        Ok(names) => Finding::Sound(names.microphones.len(), names.loudspeakers.len()),
        Err(_) => Finding::Silence,
    });
    findings
}

/// Both in seconds since 1970.
fn clock(now: i64, built: i64) -> Finding {
    let order = match now - built {
        ..EARLY => Order::Before,
        LONG.. => Order::LongAfter,
        _ => Order::After,
    };
    Finding::Clock { today: day(now), built: day(built), order }
}

fn day(seconds: i64) -> String {
    let date = time::OffsetDateTime::from_unix_timestamp(seconds).map(time::OffsetDateTime::date);
    date.map(|date| date.to_string()).unwrap_or_default()
}

/// When the program was built, as far as it knows: packages carry the time of their commit.
fn built() -> i64 {
    option_env!("SOURCE_DATE_EPOCH").and_then(|epoch| epoch.parse().ok()).unwrap_or(WRITTEN)
}

fn script(script: desk::Script) -> Script {
    match script {
        desk::Script::Arabic => Script::Arabic,
        desk::Script::Bengali => Script::Bengali,
        desk::Script::EastAsian => Script::EastAsian,
        desk::Script::Devanagari => Script::Devanagari,
        desk::Script::Hebrew => Script::Hebrew,
        desk::Script::Thai => Script::Thai,
    }
}

/// A port of this machine behind which nothing is (that of tcpmux, which nobody runs).
const NO_SOCKS: &str = "127.0.0.1:1";

/// How the road says so, after what is wrong with the control port.
const NO_TOR: &str = "; no Tor answers at ";

/// How long a control port may take.
const PATIENCE: Duration = Duration::from_secs(8);

/// 1 November 2026, when this was written: no clock is right that says less.
const WRITTEN: i64 = 1_793_491_200;

const DAY: i64 = 24 * 60 * 60;

/// Clocks of other places and of other habits differ by that.
const EARLY: i64 = -DAY;

/// Five years: by then the network no longer knows the Arti that is inside.
const LONG: i64 = 5 * 365 * DAY;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_is_believed_from_the_build_on() {
        let order = |now| match clock(now, WRITTEN) {
            Finding::Clock { order, .. } => order,
            other => panic!("{other:?}"),
        };
        assert_eq!(order(0), Order::Before);
        assert_eq!(order(WRITTEN - DAY / 2), Order::After, "a clock of another place");
        assert_eq!(order(WRITTEN + 400 * DAY), Order::After);
        assert_eq!(order(WRITTEN + LONG), Order::LongAfter);
        assert_eq!(order(i64::MAX / 2), Order::LongAfter);
        assert_eq!(day(WRITTEN), "2026-11-01");
    }

    #[test]
    fn a_refused_road_is_bad_and_says_what_to_do() {
        let words = Words::new(Language::English);
        let said = report(&[which(&Err(Refusal::Embedded("Tails")), Reason::Tails)], &words);
        assert!(!said.good && said.lines[0].starts_with('✗') && said.lines[0].contains("Tails"), "{said:?}");
        let said = report(&[which(&Ok(Choice::Embedded), Reason::Usual), Finding::Silence], &words);
        assert!(said.good && said.lines[0].starts_with('✓') && said.lines[1].starts_with('!'), "{said:?}");
        assert_eq!(said.lines[2], "Everything that Pelure needs is there.");
    }

    #[tokio::test]
    async fn a_control_port_that_is_not_there_is_told_with_the_reason() {
        for (remedy, place) in [(Remedy::Torrc, Place::Elsewhere), (Remedy::TailsProfile, Place::Tails)] {
            let control_port = NO_SOCKS.parse().ok();
            let options =
                SystemOptions { control: control_port, socks: NO_SOCKS.parse().unwrap(), password: None, remedy };
            let Control::Unusable(at, why) = control(options).await else { panic!("nothing answers there") };
            assert_eq!(at, place);
            assert!(why.contains("control port") && !why.contains(NO_SOCKS), "{why}");
        }
    }

    #[tokio::test]
    #[expect(clippy::disallowed_types, reason = "a test plays the control port")]
    async fn a_filter_that_refuses_services_alone_is_noticed() {
        use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
        for (filtered, expected) in [("ADD_ONION", false), ("nothing", true)] {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let at = listener.local_addr().unwrap();
            tokio::spawn(async move {
                while let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(async move {
                        let mut lines = BufReader::new(stream).lines();
                        while let Ok(Some(line)) = lines.next_line().await {
                            let answer = match line.split(' ').next().unwrap_or_default() {
                                word if word == filtered => "510 Command filtered\r\n",
                                "PROTOCOLINFO" => "250-PROTOCOLINFO 1\r\n250-AUTH METHODS=NULL\r\n250 OK\r\n",
                                "GETINFO" => "250-status/circuit-established=1\r\n250 OK\r\n",
                                _ => "250 OK\r\n",
                            };
                            lines.get_mut().write_all(answer.as_bytes()).await.unwrap();
                        }
                    });
                }
            });
            let options = SystemOptions {
                control: at.to_string().parse().ok(),
                socks: at,
                password: None,
                remedy: Remedy::TailsProfile,
            };
            match control(options).await {
                Control::Ready => assert!(expected),
                Control::Unusable(Place::Tails, why) => assert!(!expected && why.contains("ADD_ONION"), "{why}"),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn tors_own_warning_is_not_taken_for_a_closed_port() {
        let blocked = Status::Blocked { fraction: 0.1, reason: "Connected: Connection refused".into() };
        assert_eq!(told(&blocked, Place::Tails), Control::Blocked("Connected: Connection refused".into()));
        assert_eq!(told(&Status::Ready, Place::Tails), Control::Ready);
    }
}
