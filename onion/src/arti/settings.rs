//! Arti's configuration: ours, what may be merged over it, and what is in effect.
//!
//! It promises that nobody's file weakens the posture: only the sections listed here are taken. A detour goes over
//! everything: with bridges or a proxy set, no file makes Tor go around them.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use arti_client::config::TorClientConfig;
use arti_client::config::TorClientConfigBuilder;
use arti_client::config::vanguards::VanguardConfig;
use serde_json::Value as Json;
use toml::{Table, Value};

use super::ArtiError;
use super::valve::Passage;
use crate::detour::{BridgeError, Programs};
use crate::{Detour, DetourError, Obstacle, Scratch, Weakness};

/// Bridges that can be used here, each transport with its program, and the rest of a detour.
#[derive(Default)]
pub(super) struct Fitted {
    detour: Detour,
    programs: BTreeMap<PathBuf, Vec<&'static str>>,
}

impl Fitted {
    /// Finds the programs.
    pub(super) fn new(detour: Detour, programs: &Programs) -> Result<Self, Obstacle> {
        detour.check(programs).map_err(|error| match error {
            DetourError::Bridge { why: BridgeError::NoProgram(transport), .. } => Obstacle::NoProgram(transport),
            _ => Obstacle::Unreadable,
        })?;
        let mut found: BTreeMap<PathBuf, Vec<&'static str>> = BTreeMap::new();
        for transport in detour.bridges.iter().filter_map(|bridge| bridge.transport()) {
            let names = programs.find(transport).map(|program| found.entry(program).or_default());
            if let Some(names) = names.filter(|names| !names.contains(&transport.name())) {
                names.push(transport.name());
            }
        }
        Ok(Self { detour, programs: found })
    }

    pub(super) fn has_bridges(&self) -> bool {
        !self.detour.bridges.is_empty()
    }

    pub(super) fn has_proxy(&self) -> bool {
        self.detour.proxy.is_some()
    }

    /// Where Arti must be let through, given all settings: a file may name a proxy, too.
    fn passage(&self, settings: &Table) -> Passage {
        let url = settings.get("channel").and_then(|channel| channel.get("outbound_proxy")).and_then(Value::as_str);
        if !self.has_bridges() && !self.has_proxy() {
            return Passage::Anywhere;
        }
        let place = |url: &str| {
            let place = url.rsplit_once("://").map_or(url, |(_, rest)| rest);
            let place = place.rsplit_once('@').map_or(place, |(_, place)| place);
            place.trim_end_matches('/').parse::<SocketAddr>().ok()
        };
        let places = match url {
            Some(url) => place(url).into_iter().collect(),
            None => self.detour.bridges.iter().filter_map(|bridge| bridge.direct()).collect(),
        };
        Passage::Only { places, transports: !self.programs.is_empty() }
    }

    /// Lays it over everything else.
    fn lay_over(&self, settings: &mut Table) -> Result<(), ArtiError> {
        let text = |text: &str| Value::String(text.to_owned());
        let table = |key: &str, value: Value| Table::from_iter([(key.to_owned(), value)]);
        if self.has_bridges() {
            let lines = self.detour.bridges.iter().map(|bridge| text(bridge.line())).collect();
            let mut bridges = table("bridges", Value::Array(lines));
            bridges.insert("enabled".into(), Value::Boolean(true));
            let mut transports = Vec::new();
            for (program, names) in &self.programs {
                let names = names.iter().map(|name| text(name)).collect();
                let mut transport = table("protocols", Value::Array(names));
                transport.insert("path".into(), literal(program)?);
                transports.push(Value::Table(transport));
            }
            bridges.insert("transports".into(), Value::Array(transports));
            settings.insert("bridges".into(), Value::Table(bridges));
        } else if !self.detour.ports.is_empty() {
            let ports = self.detour.ports.iter().map(|port| text(&format!("*:{port}"))).collect();
            let rules = table("reachable_addrs", Value::Array(ports));
            merge(settings, table("path_rules", Value::Table(rules)));
        }
        if let Some(proxy) = &self.detour.proxy {
            merge(settings, table("channel", Value::Table(table("outbound_proxy", text(proxy.url())))));
        }
        Ok(())
    }
}

/// The configuration, the promises it does not keep when read back, and where it needs to connect to.
pub(super) fn build(
    scratch: &Scratch,
    overrides: Option<&str>,
    detour: &Fitted,
) -> Result<(TorClientConfig, Vec<Weakness>, Passage), ArtiError> {
    let broken = |error: &dyn std::fmt::Display| ArtiError::Configuration(error.to_string());
    let mut settings = ours(scratch)?;
    if let Some(text) = overrides {
        let table: Table = text.parse().map_err(|error| broken(&error))?;
        check(&table)?;
        merge(&mut settings, table);
    }
    detour.lay_over(&mut settings)?;
    let passage = detour.passage(&settings);
    let builder: TorClientConfigBuilder = Value::Table(settings).try_into().map_err(|error| broken(&error))?;
    let config = builder.build().map_err(|error| broken(&error))?;
    // JSON, because TOML has no word for a setting left out.
    let in_effect = serde_json::to_value(&builder).map_err(|error| broken(&error))?;
    let weaknesses = weaknesses(&in_effect, &config, scratch);
    Ok((config, weaknesses, passage))
}

/// Whether full vanguards are in effect: Arti's `auto` means lite, even for services.
pub(super) fn has_full_vanguards(config: &TorClientConfig) -> bool {
    let vanguards: &VanguardConfig = config.as_ref();
    vanguards.mode().to_string() == "full"
}

fn ours(scratch: &Scratch) -> Result<Table, ArtiError> {
    let mut settings: Table = OURS.parse().map_err(|_| ArtiError::Configuration("built-in settings".into()))?;
    let mut storage = Table::new();
    for (key, dir) in [("state_dir", scratch.state_dir()), ("cache_dir", scratch.cache_dir())] {
        storage.insert(key.into(), literal(&dir)?);
    }
    merge(&mut settings, Table::from_iter([("storage".to_owned(), Value::Table(storage))]));
    Ok(settings)
}

/// A path in which a `$` or `~` stands for itself.
fn literal(path: &Path) -> Result<Value, ArtiError> {
    let path = path.to_str().ok_or_else(|| ArtiError::Configuration("a path that is not UTF-8".into()))?;
    Ok(Value::Table(Table::from_iter([("literal".to_owned(), Value::String(path.to_owned()))])))
}

/// Refuses what is not on the list, and network parameters that shape guards.
fn check(overrides: &Table) -> Result<(), ArtiError> {
    let refused = |key: String| Err(ArtiError::Posture { key });
    for (section, value) in overrides {
        match (section.as_str(), value) {
            ("storage", Value::Table(storage)) => {
                if let Some(key) = storage.keys().find(|key| *key != "permissions") {
                    return refused(format!("storage.{key}"));
                }
            }
            ("override_net_params", Value::Table(params)) => {
                let harmful = |key: &&String| SHAPING.iter().any(|part| key.to_ascii_lowercase().contains(part));
                if let Some(key) = params.keys().find(harmful) {
                    return refused(format!("override_net_params.{key}"));
                }
            }
            (section, _) if OPEN.contains(&section) => {}
            (section, _) => return refused(section.to_owned()),
        }
    }
    Ok(())
}

fn merge(base: &mut Table, over: Table) {
    for (key, value) in over {
        match (base.get_mut(&key), value) {
            (Some(Value::Table(base)), Value::Table(over)) => merge(base, over),
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
}

/// Reads the settings in effect back, one promise at a time.
fn weaknesses(in_effect: &Json, config: &TorClientConfig, scratch: &Scratch) -> Vec<Weakness> {
    let at = |path: &[&str]| path.iter().try_fold(in_effect, |value, key| value.get(key));
    let inside = |dir: &str| {
        let path = at(&["storage", dir]).map(Json::to_string).unwrap_or_default();
        scratch.path().to_str().is_some_and(|root| path.contains(root))
    };
    let kept = [
        (has_full_vanguards(config), "vanguards are not full"),
        (at(&["storage", "keystore", "primary", "kind"]) == Some(&"ephemeral".into()), "keys are written to disk"),
        (at(&["system", "memory", "max"]).is_some_and(is_quota), "no explicit memory quota"),
        (inside("state_dir") && inside("cache_dir"), "Tor's files lie outside the private directory"),
    ];
    kept.into_iter().filter(|(kept, _)| !kept).map(|(_, weakness)| Weakness(weakness)).collect()
}

fn is_quota(value: &Json) -> bool {
    value.as_i64() == Some(MEMORY_QUOTA) || value.as_str().is_some_and(|text| text == MEMORY_QUOTA.to_string())
}

const OURS: &str = r#"
[vanguards]
mode = "full"

[storage.keystore.primary]
kind = "ephemeral"

# Far below Arti's own choice (up to 8 GiB); text needs little.
[system.memory]
max = 536870912

# Onion circuits are slow to answer: ten seconds, Arti's default, is for exits.
[stream_timeouts]
connect_timeout = "60 s"

# A contact who restarts has new introduction points: ask the directories again soon, not after 15 minutes. How often
# we dial is bounded elsewhere. Fewer tries of dead introduction points: the next dial has a fresh descriptor.
[circuit_timing]
hs_dir_requery_interval = "10 s"
hs_intro_rend_attempts = 3
"#;

/// 512 MiB, as in the settings above.
const MEMORY_QUOTA: i64 = 512 * 1024 * 1024;

/// The sections that overrides may touch: which network, how to reach it, how patient to be.
const OPEN: [&str; 10] = [
    "tor_network",
    "bridges",
    "channel",
    "path_rules",
    "address_filter",
    "download_schedule",
    "directory_tolerance",
    "circuit_timing",
    "stream_timeouts",
    "preemptive_circuits",
];

/// Parts of the names of network parameters that decide about guards and vanguards.
const SHAPING: [&str; 2] = ["guard", "hs_service"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ours_keep_every_promise() {
        let scratch = Scratch::create(None).unwrap();
        let (config, weaknesses, _) = build(&scratch, None, &Fitted::default()).unwrap();
        assert_eq!(weaknesses, []);
        assert!(has_full_vanguards(&config));
    }

    #[test]
    fn every_broken_promise_is_found() {
        let scratch = Scratch::create(None).unwrap();
        for (section, weakness) in [
            ("[vanguards]\nmode = 'lite'", "vanguards are not full"),
            ("[storage.keystore.primary]\nkind = 'native'", "keys are written to disk"),
            ("[system.memory]\nmax = 1073741824", "no explicit memory quota"),
            ("[storage]\nstate_dir = '/var/tmp/x'", "Tor's files lie outside the private directory"),
        ] {
            let mut settings = ours(&scratch).unwrap();
            merge(&mut settings, section.parse().unwrap());
            let builder: TorClientConfigBuilder = Value::Table(settings).try_into().unwrap();
            let config = builder.build().unwrap();
            let found = weaknesses(&serde_json::to_value(&builder).unwrap(), &config, &scratch);
            assert_eq!(found, [Weakness(weakness)]);
        }
    }

    #[test]
    fn overrides_cannot_touch_the_posture() {
        let scratch = Scratch::create(None).unwrap();
        for (text, refused) in [
            ("[vanguards]\nmode = 'lite'", "vanguards"),
            ("[storage]\nstate_dir = '/x'", "storage.state_dir"),
            ("[storage.keystore]\nenabled = false", "storage.keystore"),
            ("[system.memory]\nmax = 1", "system"),
            ("[onion_services.x]\nenabled = true", "onion_services"),
            ("[override_net_params]\nguard-hs-l2-number = 1", "override_net_params.guard-hs-l2-number"),
            ("storage = 1", "storage"),
            ("unknown = 1", "unknown"),
        ] {
            match build(&scratch, Some(text), &Fitted::default()) {
                Err(ArtiError::Posture { key }) => assert_eq!(key, refused),
                other => panic!("{text}: {other:?}"),
            }
        }
        assert!(matches!(build(&scratch, Some("["), &Fitted::default()), Err(ArtiError::Configuration(_))));
    }

    #[test]
    fn another_network_and_bridges_are_taken() {
        let scratch = Scratch::create(None).unwrap();
        let text = "[path_rules]\nipv4_subnet_family_prefix = 33\n[override_net_params]\nhsdir_interval = 120\n\
                    [address_filter]\nallow_local_addrs = true\n[storage.permissions]\ndangerously_trust_everyone = true\n\
                    [bridges]\nbridges = ['192.0.2.83:80 $0bac39417268b96b9f514ef763fa6fba1a788956']";
        let (_, weaknesses, _) = build(&scratch, Some(text), &Fitted::default()).unwrap();
        assert_eq!(weaknesses, []);
    }

    /// What is in effect, as JSON.
    fn effective(overrides: Option<&str>, detour: Detour, programs: &Programs) -> Json {
        let scratch = Scratch::create(None).unwrap();
        let fitted = Fitted::new(detour, programs).map_err(|obstacle| obstacle.to_string()).unwrap();
        let mut settings = ours(&scratch).unwrap();
        merge(&mut settings, overrides.unwrap_or_default().parse().unwrap());
        fitted.lay_over(&mut settings).unwrap();
        let builder: TorClientConfigBuilder = Value::Table(settings).try_into().unwrap();
        builder.build().unwrap();
        assert_eq!(build(&scratch, overrides, &fitted).unwrap().1, []);
        serde_json::to_value(&builder).unwrap()
    }

    const OBFS4: &str = "obfs4 192.0.2.55:38114 316E643333645F6D79216558614D3931657A5F5F cert=x iat-mode=0";
    const PLAIN: &str = "192.0.2.83:80 0BAC39417268B96B9F514EF763FA6FBA1A788956";

    #[test]
    fn no_file_goes_around_a_detour() {
        let detour = Detour {
            bridges: Detour::read_bridges([PLAIN]).unwrap(),
            proxy: Some(crate::Proxy::read("socks5://127.0.0.1:1080").unwrap()),
            ports: crate::Ports::new([443]).unwrap(),
        };
        let file = format!("[bridges]\nenabled = false\nbridges = ['{OBFS4}']\n[channel]\npadding = 'none'");
        let effective = effective(Some(&file), detour, &Programs::among([]));
        assert_eq!(effective["bridges"]["enabled"], true);
        assert!(effective["bridges"].to_string().contains("192.0.2.83"), "{effective}");
        assert!(!effective["bridges"].to_string().contains("192.0.2.55"), "{effective}");
        assert_eq!(effective["channel"]["outbound_proxy"], "socks5://127.0.0.1:1080");
        // A bridge has the port of its line, whatever other ports the firewall knows.
        assert!(!effective["path_rules"].to_string().contains("443"), "{effective}");
    }

    #[test]
    fn arti_is_let_through_to_the_detour_alone() {
        let scratch = Scratch::create(None).unwrap();
        let passage = |overrides: Option<&str>, lines: &[&str], proxy: Option<&str>| {
            let bridges = Detour::read_bridges(lines.iter().copied()).unwrap();
            let proxy = proxy.map(|url| crate::Proxy::read(url).unwrap());
            let detour = Detour { bridges, proxy, ..Detour::default() };
            build(&scratch, overrides, &Fitted { detour, programs: BTreeMap::new() }).unwrap().2
        };
        let only = |place: &str| Passage::Only { places: vec![place.parse().unwrap()], transports: false };
        assert_eq!(passage(None, &[], None), Passage::Anywhere);
        assert_eq!(passage(None, &[PLAIN], None), only("192.0.2.83:80"));
        assert_eq!(passage(None, &[], Some("socks5://a:b%40c@192.0.2.1:1080/")), only("192.0.2.1:1080"));
        assert_eq!(passage(None, &[PLAIN], Some("http://[2001:db8::1]:8118")), only("[2001:db8::1]:8118"));
        let file = "[channel]\noutbound_proxy = 'socks5://192.0.2.9:1'";
        assert_eq!(passage(Some(file), &[PLAIN], None), only("192.0.2.9:1"));
    }

    #[test]
    fn ports_are_those_of_relays_where_there_is_no_bridge() {
        let detour = Detour { ports: crate::Ports::new([443, 80]).unwrap(), ..Detour::default() };
        let effective = effective(None, detour, &Programs::among([]));
        assert_eq!(effective["path_rules"]["reachable_addrs"], serde_json::json!(["*:80", "*:443"]));
    }

    #[test]
    fn each_program_is_told_which_transports_to_serve() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let program = dir.path().join("lyrebird");
        std::fs::write(&program, "").unwrap();
        let detour = || Detour {
            bridges: Detour::read_bridges([OBFS4, &OBFS4.replace(":38114", ":1"), PLAIN]).unwrap(),
            ..Detour::default()
        };
        let programs = Programs::among([dir.path().to_owned()]);
        let missing = Fitted::new(detour(), &programs).map(drop);
        assert_eq!(missing, Err(Obstacle::NoProgram(crate::Transport::Obfs4)));
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        let effective = effective(None, detour(), &programs);
        let transports = effective["bridges"]["transports"].as_array().unwrap();
        assert_eq!(transports.len(), 1);
        assert_eq!(transports[0]["protocols"], serde_json::json!(["obfs4"]));
        assert!(transports[0]["path"].to_string().contains(program.to_str().unwrap()), "{effective}");
    }
}
