//! How Tor is entered, between the window's fields and the engine: lines are judged as they are typed, and set when all can
//! be used.

use pelure_onion::{BridgeError, Detour, DetourError, Flaw, Obstacle, Ports, Programs, Proxy, ProxyError, Step};
use pelure_ui::intent::Intent;
use pelure_ui::model::{self, Done, Fault, ProxyFlaw, Row, Said, Shown, Typed, Verdict};
use pelure_ui::update::Update;

use super::wishes::Wish;
use super::work::Work;
use crate::engine::EngineError;
use crate::name::neutralised;

impl Work {
    /// Carries out a wish about how Tor is entered; gives back one that is about something else.
    pub(super) async fn wished_of_detour(&mut self, intent: Intent) -> Result<Option<Intent>, EngineError> {
        match intent {
            Intent::LookAtDetour => self.tell_detour().await?,
            Intent::CheckDetour(typed) => self.show(Update::Said(judge(&typed))),
            Intent::SetDetour(typed) => match read(&typed) {
                Ok(detour) => self.wish(Wish::Detour(Box::new(detour))),
                Err(_) => {
                    self.show(Update::Said(judge(&typed)));
                    self.notice(Update::Failed(Fault::BadDetour));
                }
            },
            other => return Ok(Some(other)),
        }
        Ok(None)
    }

    /// It was set: the window gets it as it is kept.
    pub(super) async fn detour_was_set(&mut self) -> Result<(), EngineError> {
        self.notice(Update::Done(Done::DetourSet));
        self.tell_detour().await
    }

    async fn tell_detour(&mut self) -> Result<(), EngineError> {
        let (typed, unreadable) = match self.engine().detour().await {
            Ok(detour) => (written(&detour), false),
            Err(EngineError::Detour(_)) => (Typed::default(), true),
            Err(error) => return Err(error),
        };
        let said = judge(&typed);
        self.show(Update::Detour(Box::new(model::Detour { typed, said, unreadable })));
        Ok(())
    }
}

pub(super) fn step(step: &Step) -> model::Step {
    match step {
        Step::Network => model::Step::Network,
        Step::Bridge => model::Step::Bridge,
        Step::Proxy => model::Step::Proxy,
        Step::Directory => model::Step::Directory,
        Step::Words(words) => model::Step::Words(shown(words)),
    }
}

pub(super) fn obstacle(obstacle: &Obstacle) -> model::Obstacle {
    match obstacle {
        Obstacle::Offline => model::Obstacle::Offline,
        Obstacle::Filtered => model::Obstacle::Filtered,
        Obstacle::Clock(words) => model::Obstacle::Clock(shown(words)),
        Obstacle::Directory => model::Obstacle::Directory,
        Obstacle::Network => model::Obstacle::Network,
        Obstacle::Bridges => model::Obstacle::Bridges,
        Obstacle::Proxy => model::Obstacle::Proxy,
        Obstacle::NoProgram(transport) => model::Obstacle::NoProgram(transport.name()),
        Obstacle::Unreadable => model::Obstacle::Unreadable,
        Obstacle::Stopped => model::Obstacle::Stopped,
        Obstacle::Words(words) => model::Obstacle::Words(shown(words)),
    }
}

fn shown(words: &str) -> Shown {
    Shown::new(neutralised(words))
}

/// As it is written into the fields.
fn written(detour: &Detour) -> Typed {
    let bridges: Vec<&str> = detour.bridges.iter().map(|bridge| bridge.line()).collect();
    let ports: Vec<String> = detour.ports.iter().map(|port| port.to_string()).collect();
    let proxy = detour.proxy.as_ref().map(|proxy| proxy.url().to_owned()).unwrap_or_default();
    Typed { bridges: bridges.join("\n"), proxy, ports: ports.join(", ") }
}

fn read(typed: &Typed) -> Result<Detour, DetourError> {
    let bridges = Detour::read_bridges(typed.bridges.lines())?;
    Ok(Detour { bridges, proxy: proxy(typed)?, ports: ports(typed)? })
}

fn proxy(typed: &Typed) -> Result<Option<Proxy>, ProxyError> {
    let url = typed.proxy.trim();
    (!url.is_empty()).then(|| Proxy::read(url)).transpose()
}

fn ports(typed: &Typed) -> Result<Ports, DetourError> {
    let words = typed.ports.split([',', ';', ' ', '\n']).filter(|word| !word.is_empty());
    let ports: Result<Vec<u64>, _> = words.map(str::parse).collect();
    Ports::new(ports.map_err(|_| DetourError::Ports)?)
}

fn judge(typed: &Typed) -> Said {
    let programs = Programs::of_this_machine();
    let rows = typed.bridges.lines().enumerate();
    let rows = rows.filter_map(|(at, line)| Some(Row { line: at + 1, verdict: verdict(line, &programs)? }));
    let too_many = Detour::read_bridges(typed.bridges.lines()) == Err(DetourError::TooManyBridges);
    Said {
        rows: rows.take(ROWS).collect(),
        too_many,
        proxy: proxy(typed).err().map(|error| proxy_flaw(&error)),
        ports: ports(typed).is_err(),
    }
}

/// Nothing of an empty line.
fn verdict(line: &str, programs: &Programs) -> Option<Verdict> {
    let why = match Detour::read_bridges([line]) {
        Ok(bridges) => return bridges.first().map(|bridge| served(bridge.transport(), programs)),
        Err(DetourError::Bridge { why, .. }) => why,
        Err(_) => return Some(Verdict::NoAddress),
    };
    Some(match why {
        BridgeError::Malformed(Flaw::TooLong) => Verdict::TooLong,
        BridgeError::Malformed(Flaw::Address) => Verdict::NoAddress,
        BridgeError::Malformed(Flaw::Fingerprint) => Verdict::NoFingerprint,
        BridgeError::Malformed(Flaw::Setting | Flaw::Certificate) => Verdict::BadSetting,
        BridgeError::UnknownTransport(name) => Verdict::Unknown(name),
        BridgeError::NoProgram(transport) => served(Some(transport), programs),
    })
}

fn served(transport: Option<pelure_onion::Transport>, programs: &Programs) -> Verdict {
    let Some(transport) = transport else { return Verdict::Plain };
    match programs.find(transport) {
        Some(program) => {
            Verdict::Served { transport: transport.name(), program: neutralised(&program.to_string_lossy()) }
        }
        None => Verdict::Missing { transport: transport.name(), programs: transport.programs() },
    }
}

fn proxy_flaw(error: &ProxyError) -> ProxyFlaw {
    match error {
        ProxyError::Kind => ProxyFlaw::Kind,
        ProxyError::Tls => ProxyFlaw::Tls,
        ProxyError::Name => ProxyFlaw::Name,
        ProxyError::Port => ProxyFlaw::Port,
        ProxyError::Port80 => ProxyFlaw::Port80,
        ProxyError::Password => ProxyFlaw::Password,
        ProxyError::Malformed => ProxyFlaw::Malformed,
    }
}

/// Lines that are judged: whoever pastes more is told of the first ones.
const ROWS: usize = 300;

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &str = "192.0.2.83:80 0BAC39417268B96B9F514EF763FA6FBA1A788956";

    fn typed(bridges: &str, proxy: &str, ports: &str) -> Typed {
        Typed { bridges: bridges.into(), proxy: proxy.into(), ports: ports.into() }
    }

    #[test]
    fn what_is_kept_is_written_as_it_can_be_typed_again() {
        let typed = typed(&format!("Bridge {PLAIN}\n\n# mine"), " socks5://192.0.2.1:1080 ", "443,80; 80");
        let detour = read(&typed).unwrap();
        assert_eq!(read(&written(&detour)), Ok(detour.clone()));
        assert_eq!(written(&detour).ports, "80, 443");
        assert_eq!(read(&Typed::default()), Ok(Detour::default()));
    }

    #[test]
    fn each_line_is_judged_by_its_number() {
        let said = judge(&typed(&format!("{PLAIN}\n\nnonsense\nobfs9 192.0.2.5:1 x"), "https://192.0.2.1:1", "http"));
        let verdicts: Vec<_> = said.rows.iter().map(|row| (row.line, &row.verdict)).collect();
        let unknown = Verdict::Unknown("obfs9".into());
        assert_eq!(verdicts, [(1, &Verdict::Plain), (3, &Verdict::NoAddress), (4, &unknown)]);
        assert_eq!((said.proxy, said.ports, said.is_good()), (Some(ProxyFlaw::Tls), true, false));
        assert!(judge(&typed(PLAIN, "", "")).is_good());
    }

    #[test]
    fn many_lines_are_too_many() {
        let lines: Vec<String> = (1..=400).map(|port| PLAIN.replace(":80", &format!(":{port}"))).collect();
        let said = judge(&typed(&lines.join("\n"), "", ""));
        assert_eq!((said.rows.len(), said.too_many, said.is_good()), (ROWS, true, false));
    }

    #[test]
    fn a_transport_has_its_program_or_says_which_is_missing() {
        let none = Programs::among([]);
        let missing = served(Some(pelure_onion::Transport::Snowflake), &none);
        assert_eq!(missing, Verdict::Missing { transport: "snowflake", programs: &["snowflake-client"] });
        assert_eq!(served(None, &none), Verdict::Plain);
    }
}
