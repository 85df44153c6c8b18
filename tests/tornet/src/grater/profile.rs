//! A profile of onion-grater: who may say what.
//!
//! It promises to read the YAML that our profiles are written in (one filter; lists of quoted words under known keys) and
//! to refuse every other line, so that nothing in a profile is passed over.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use super::Caller;
use super::pattern::Pattern;

/// One filter.
#[derive(Debug, Default)]
pub(super) struct Profile {
    programs: Vec<String>,
    users: Vec<String>,
    hosts: Vec<String>,
    /// Paths that older versions compared; onion-grater passes them over.
    paths: Vec<String>,
    commands: BTreeMap<String, Vec<Rule>>,
}

/// The arguments that one command may have, and what is said to tor instead.
#[derive(Debug)]
struct Rule {
    pattern: Pattern,
    replacement: Option<String>,
}

/// A line of a profile that is not written as ours are.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the profile is not of the kind that is allowed in ours: {text}")]
pub struct ProfileError {
    /// Its number, from 1.
    pub line: usize,
    /// The line.
    pub text: String,
}

impl Profile {
    /// Reads the text of a file.
    pub(super) fn read(text: &str) -> Result<Self, ProfileError> {
        let (mut profile, mut section, mut command) = (Self::default(), String::new(), String::new());
        for (index, line) in text.lines().enumerate() {
            if line.trim_start().starts_with('#') || line == "---" || line.is_empty() {
                continue;
            }
            let error = || ProfileError { line: index + 1, text: line.to_owned() };
            let indent = line.len() - line.trim_start().len();
            let word = line.trim_start();
            match (indent, section.as_str()) {
                // The first key of the one filter, and its others.
                (0, "") => section = key(word.strip_prefix("- ").ok_or_else(error)?).ok_or_else(error)?.to_owned(),
                (2, _) => section = key(word).ok_or_else(error)?.to_owned(),
                (4, "commands") => command = key(word).ok_or_else(error)?.to_owned(),
                (4, section) => profile.names(section).ok_or_else(error)?.push(item(word).ok_or_else(error)?),
                (6 | 8, "commands") => profile.rule(&command, word).ok_or_else(error)?,
                _ => return Err(error()),
            }
        }
        Ok(profile)
    }

    /// Whether it is this caller's: every qualifier names it exactly, or `*`.
    pub(super) fn is_for(&self, caller: &Caller) -> bool {
        let names = |list: &[String], name: &str| list.iter().any(|one| one == name || one == "*");
        match caller {
            Caller::Program(path, user) => names(&self.programs, path) && names(&self.users, user),
            Caller::Host(host) => names(&self.hosts, &host.to_string()),
        }
    }

    /// The line for tor, if the first rule that matches lets one through.
    pub(super) fn allowed(&self, command: &str, arguments: &str, from: Ipv4Addr) -> Option<String> {
        let rules = self.commands.get(command)?;
        let (rule, groups) = rules.iter().find_map(|rule| Some((rule, rule.pattern.groups(arguments)?)))?;
        let arguments = match &rule.replacement {
            None => arguments.to_owned(),
            Some(replacement) => {
                let mut groups = groups.into_iter();
                let mut parts = replacement.split("{}");
                let first = parts.next()?.to_owned();
                let filled = parts.try_fold(first, |text, part| Some(text + groups.next()? + part))?;
                filled.replace("{client-address}", &from.to_string())
            }
        };
        Some(if arguments.is_empty() { command.to_owned() } else { format!("{command} {arguments}") })
    }

    fn names(&mut self, section: &str) -> Option<&mut Vec<String>> {
        match section {
            "apparmor-profiles" => Some(&mut self.programs),
            "users" => Some(&mut self.users),
            "hosts" => Some(&mut self.hosts),
            "exe-paths" => Some(&mut self.paths),
            _ => None,
        }
    }

    fn rule(&mut self, command: &str, word: &str) -> Option<()> {
        if command.is_empty() {
            return None;
        }
        let rules = self.commands.entry(command.to_ascii_uppercase()).or_default();
        if let Some(text) = word.strip_prefix("replacement: ") {
            let last = rules.last_mut()?;
            last.replacement = Some(quoted(text)?);
            return Some(());
        }
        let pattern = match word.strip_prefix("- pattern: ") {
            Some(text) => quoted(text)?,
            None => item(word)?,
        };
        rules.push(Rule { pattern: Pattern::read(&pattern)?, replacement: None });
        Some(())
    }
}

/// `key:`
fn key(word: &str) -> Option<&str> {
    let key = word.strip_suffix(':')?;
    key.bytes().all(|letter| letter.is_ascii_alphabetic() || matches!(letter, b'-' | b'_')).then_some(key)
}

/// `- 'word'`
fn item(word: &str) -> Option<String> {
    quoted(word.strip_prefix("- ")?)
}

/// A word in single quotes, in which YAML changes nothing.
fn quoted(text: &str) -> Option<String> {
    let inside = text.strip_prefix('\'')?.strip_suffix('\'')?;
    (!inside.contains('\'')).then(|| inside.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAILS: &str = include_str!("../../../../package/tails/pelure.yml");
    const WHONIX: &str = include_str!("../../../../package/whonix/40_pelure.yml");

    fn add(flags: &str, port: &str) -> String {
        format!("ED25519-V3:{}== {flags} MaxStreams=8 Port={port}", "A".repeat(86))
    }

    #[test]
    fn our_profiles_allow_what_we_say_and_nothing_beside_it() {
        let (here, there) = (Ipv4Addr::LOCALHOST, Ipv4Addr::new(10, 137, 0, 9));
        let flags = "Flags=DiscardPK,MaxStreamsCloseCircuit";
        for (text, target, rewritten) in
            [(TAILS, "127.0.0.1:17639", "127.0.0.1:17639"), (WHONIX, "10.152.152.11:17630", "10.137.0.9:17630")]
        {
            let profile = Profile::read(text).unwrap();
            let from = if text == TAILS { here } else { there };
            let allowed = |command: &str, arguments: &str| profile.allowed(command, arguments, from);
            assert_eq!(allowed("GETINFO", "onions/current").unwrap(), "GETINFO onions/current");
            let ours = allowed("ADD_ONION", &add(flags, &format!("9876,{target}"))).unwrap();
            assert_eq!(ours, format!("ADD_ONION {}", add(flags, &format!("9876,{rewritten}"))));
            for (command, arguments) in [
                ("GETINFO", "address".to_owned()),
                ("GETINFO", "onions/current address".into()),
                ("GETINFO", "onions/detached".into()),
                ("GETINFO", "circuit-status".into()),
                ("SETCONF", "SocksPort=0.0.0.0:9050".into()),
                ("SIGNAL", "NEWNYM".into()),
                ("SETEVENTS", "HS_DESC".into()),
                ("ADD_ONION", add("Flags=Detach", &format!("9876,{target}"))),
                ("ADD_ONION", add(flags, &format!("80,{target}"))),
                ("ADD_ONION", add(flags, &format!("9876,{target} Port=22,127.0.0.1:22"))),
                ("ADD_ONION", add(flags, "9876,127.0.0.1:22")),
                ("ADD_ONION", add(flags, "9876,127.0.0.1:176300")),
                ("ADD_ONION", add(flags, "9876,unix:/run/17630")),
                ("ADD_ONION", format!("NEW:BEST {flags} MaxStreams=8 Port=9876,{target}")),
                ("DEL_ONION", "A".repeat(56)),
                ("DEL_ONION", format!("{} x", "a".repeat(56))),
            ] {
                assert_eq!(allowed(command, &arguments), None, "{command} {arguments}");
            }
        }
    }

    #[test]
    fn a_profile_is_for_whom_it_names_exactly() {
        let profile = Profile::read(&TAILS.replace("@PROGRAM@", "/home/amnesia/Persistent/pelure/pelure")).unwrap();
        let program = |path: &str, user: &str| profile.is_for(&Caller::Program(path.into(), user.into()));
        assert!(program("/home/amnesia/Persistent/pelure/pelure", "amnesia"));
        assert!(!program("/home/amnesia/Persistent/pelure/pelure2", "amnesia"));
        assert!(!program("/home/amnesia/Persistent/pelure/", "amnesia"));
        assert!(!program("/home/amnesia/Persistent/pelure/pelure", "root"));
        assert!(!profile.is_for(&Caller::Host(Ipv4Addr::new(10, 137, 0, 9))));
        let whonix = Profile::read(WHONIX).unwrap();
        assert!(whonix.is_for(&Caller::Host(Ipv4Addr::new(10, 137, 0, 9))));
    }

    #[test]
    fn what_is_written_otherwise_is_refused_and_not_passed_over() {
        for (wrong, at) in [
            ("- name: 'x'\n", 1),
            ("- users:\n    - amnesia\n", 2),
            ("- users:\n    - 'amnesia'\n  confs:\n    SocksPort:\n", 4),
            ("- commands:\n    GETINFO:\n      - '.*'\n", 3),
            ("- commands:\n    GETINFO:\n      - 'version'  # all of it\n", 3),
            ("- commands:\n      - 'version'\n", 2),
            ("- users:\n    - 'amnesia'\n- users:\n", 3),
        ] {
            assert_eq!(Profile::read(wrong).unwrap_err().line, at, "{wrong}");
        }
    }
}
