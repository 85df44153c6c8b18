//! The command line, read once into what it means: of `pelure headless`, of `pelure doctor`, and of the window.
//!
//! It does not open the profile or the road.

use std::ffi::OsString;
use std::io::Read;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::road::{Kind, Wish};

/// What the user asked for of `pelure headless`.
#[derive(Debug)]
pub struct Options {
    /// Where messages are kept.
    pub profile: Profile,
    /// Arti TOML to merge over our settings.
    pub tor_config: Option<PathBuf>,
    /// Which Tor.
    pub tor: Wish,
    /// Microphone and loudspeaker.
    pub audio: AudioWish,
}

/// Which devices are to be used: names of devices, `none`, or files that end in `.wav`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AudioWish {
    /// The microphone; `None`: the usual one.
    pub input: Option<String>,
    /// The loudspeaker; `None`: the usual one.
    pub output: Option<String>,
}

/// Where messages are kept.
#[derive(Debug)]
pub enum Profile {
    /// In a directory, under a passphrase.
    Kept {
        /// The directory; made if it is not there.
        dir: Dir,
        /// Where the passphrase comes from.
        passphrase: Source,
    },
    /// In memory only.
    Traceless,
}

/// The directory of a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dir {
    /// This one.
    At(PathBuf),
    /// The one beside the program ([`crate::portable`]).
    BesideProgram,
}

/// What the user asked for of the window.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct WindowOptions {
    /// Where the profile is; `None`: where programs of this user keep theirs.
    pub dir: Option<Dir>,
    /// The profile lives in memory alone.
    pub traceless: bool,
    /// Arti TOML to merge over our settings.
    pub tor_config: Option<PathBuf>,
    /// Which Tor.
    pub tor: Wish,
    /// Microphone and loudspeaker.
    pub audio: AudioWish,
    /// The language, as its code.
    pub language: Option<String>,
}

/// What the user asked for of `pelure doctor`.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct DoctorOptions {
    /// Which Tor would be used.
    pub tor: Wish,
    /// The language, as its code.
    pub language: Option<String>,
}

/// Where a passphrase is read from.
#[derive(Debug)]
pub enum Source {
    /// An open file descriptor.
    Descriptor(u32),
    /// A file.
    File(PathBuf),
}

/// Why a command line cannot be followed.
#[derive(Debug, thiserror::Error)]
pub enum UsageError {
    /// The option is not known, misses its value, or its value is no good.
    #[error("{0}")]
    Option(#[from] lexopt::Error),
    /// Options that cannot go together, or are missing.
    #[error("{0}")]
    Combination(&'static str),
}

/// Reads the arguments after `headless`.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Options, UsageError> {
    use lexopt::prelude::*;

    let (mut dir, mut portable, mut passphrase, mut traceless, mut tor_config) = (None, false, None, false, None);
    let (mut tor, mut audio) = (Wish::default(), AudioWish::default());
    let mut parser = lexopt::Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        match argument {
            Long("profile") => dir = Some(PathBuf::from(parser.value()?)),
            Long("portable") => portable = true,
            Long("passphrase-fd") => passphrase = Some(Source::Descriptor(parser.value()?.parse()?)),
            Long("passphrase-file") => passphrase = Some(Source::File(parser.value()?.into())),
            Long("traceless") => traceless = true,
            Long("tor-config") => tor_config = Some(parser.value()?.into()),
            Long("tor") => tor.kind = kind(&parser.value()?.string()?)?,
            Long("tor-control") => tor.control = Some(parser.value()?.parse()?),
            Long("tor-socks") => tor.socks = Some(parser.value()?.parse()?),
            Long("audio-in") => audio.input = Some(parser.value()?.string()?),
            Long("audio-out") => audio.output = Some(parser.value()?.string()?),
            _ => return Err(argument.unexpected().into()),
        }
    }
    let profile = match (traceless, place(dir, portable, traceless)?, passphrase) {
        (true, None, None) => Profile::Traceless,
        (true, ..) => {
            return Err(UsageError::Combination("--traceless keeps nothing: it excludes --profile and passphrases"));
        }
        (false, Some(dir), Some(passphrase)) => Profile::Kept { dir, passphrase },
        (false, None, _) => return Err(UsageError::Combination("--profile DIR, --portable or --traceless is needed")),
        (false, _, None) => return Err(UsageError::Combination("--passphrase-fd N or --passphrase-file F is needed")),
    };
    Ok(Options { profile, tor_config, tor, audio })
}

/// Reads the arguments of the window.
pub fn parse_window(arguments: impl IntoIterator<Item = OsString>) -> Result<WindowOptions, UsageError> {
    use lexopt::prelude::*;

    let mut options = WindowOptions::default();
    let (mut dir, mut portable) = (None, false);
    let mut parser = lexopt::Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        match argument {
            Long("profile") => dir = Some(PathBuf::from(parser.value()?)),
            Long("portable") => portable = true,
            Long("traceless") => options.traceless = true,
            Long("tor-config") => options.tor_config = Some(parser.value()?.into()),
            Long("language") => options.language = Some(parser.value()?.string()?),
            Long("tor") => options.tor.kind = kind(&parser.value()?.string()?)?,
            Long("tor-control") => options.tor.control = Some(parser.value()?.parse()?),
            Long("tor-socks") => options.tor.socks = Some(parser.value()?.parse()?),
            Long("audio-in") => options.audio.input = Some(parser.value()?.string()?),
            Long("audio-out") => options.audio.output = Some(parser.value()?.string()?),
            _ => return Err(argument.unexpected().into()),
        }
    }
    options.dir = place(dir, portable, options.traceless)?;
    if options.traceless && options.dir.is_some() {
        return Err(UsageError::Combination("--traceless keeps nothing: it excludes --profile"));
    }
    Ok(options)
}

/// Reads the arguments after `doctor`.
pub fn parse_doctor(arguments: impl IntoIterator<Item = OsString>) -> Result<DoctorOptions, UsageError> {
    use lexopt::prelude::*;

    let mut options = DoctorOptions::default();
    let mut parser = lexopt::Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        match argument {
            Long("language") => options.language = Some(parser.value()?.string()?),
            Long("tor") => options.tor.kind = kind(&parser.value()?.string()?)?,
            Long("tor-control") => options.tor.control = Some(parser.value()?.parse()?),
            Long("tor-socks") => options.tor.socks = Some(parser.value()?.parse()?),
            _ => return Err(argument.unexpected().into()),
        }
    }
    Ok(options)
}

/// The one place that was asked for.
fn place(dir: Option<PathBuf>, portable: bool, traceless: bool) -> Result<Option<Dir>, UsageError> {
    match (portable, dir) {
        (true, None) if !traceless => Ok(Some(Dir::BesideProgram)),
        (true, _) => Err(UsageError::Combination(
            "--portable has its own place beside the program: no --profile, no --traceless",
        )),
        (false, dir) => Ok(dir.map(Dir::At)),
    }
}

/// Where programs of this user keep their data, without an environment that says so: nowhere.
pub fn usual_profile(environment: impl Fn(&str) -> Option<OsString>) -> Result<PathBuf, UsageError> {
    let absolute = |name| environment(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let data = absolute("XDG_DATA_HOME").or_else(|| Some(absolute("HOME")?.join(".local/share")));
    data.map(|data| data.join("pelure"))
        .ok_or(UsageError::Combination("--profile DIR, --portable or --traceless is needed"))
}

fn kind(name: &str) -> Result<Kind, UsageError> {
    match name {
        "auto" => Ok(Kind::Auto),
        "embedded" => Ok(Kind::Embedded),
        "system" => Ok(Kind::System),
        _ => Err(UsageError::Combination("--tor is one of embedded, system, auto")),
    }
}

impl Source {
    /// Reads the passphrase: all of it, without a newline at the end.
    pub fn read(&self) -> Result<Zeroizing<String>, std::io::Error> {
        let file = match self {
            Self::Descriptor(number) => std::fs::File::open(Path::new("/dev/fd").join(number.to_string()))?,
            Self::File(path) => std::fs::File::open(path)?,
        };
        let mut text = Zeroizing::new(String::with_capacity(PASSPHRASE_BYTES));
        file.take(PASSPHRASE_BYTES as u64).read_to_string(&mut text)?;
        if text.ends_with('\n') {
            text.pop();
        }
        if text.ends_with('\r') {
            text.pop();
        }
        Ok(text)
    }
}

/// Longer than any passphrase a person types; allocated at once, so that no copy is left behind by growing.
const PASSPHRASE_BYTES: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Result<Options, UsageError> {
        parse(arguments.iter().map(OsString::from))
    }

    #[test]
    fn a_profile_needs_a_passphrase() {
        assert!(matches!(parsed(&["--profile", "p"]), Err(UsageError::Combination(_))));
        assert!(matches!(parsed(&["--passphrase-fd", "3"]), Err(UsageError::Combination(_))));
        let options = parsed(&["--profile", "p", "--passphrase-fd", "3"]).unwrap();
        assert!(matches!(options.profile, Profile::Kept { passphrase: Source::Descriptor(3), .. }));
    }

    #[test]
    fn traceless_excludes_a_profile() {
        assert!(matches!(parsed(&["--traceless"]).unwrap().profile, Profile::Traceless));
        assert!(matches!(parsed(&["--traceless", "--profile", "p"]), Err(UsageError::Combination(_))));
        assert!(matches!(parsed(&["--traceless", "--passphrase-fd", "3"]), Err(UsageError::Combination(_))));
    }

    #[test]
    fn a_window_needs_no_option_and_takes_no_passphrase() {
        let parsed = |arguments: &[&str]| parse_window(arguments.iter().map(OsString::from));
        assert_eq!(parsed(&[]).unwrap(), WindowOptions::default());
        let options = parsed(&["--profile", "p", "--tor-config", "t", "--language=fr"]).unwrap();
        assert_eq!((options.dir, options.language), (Some(Dir::At("p".into())), Some("fr".into())));
        assert!(parsed(&["--traceless"]).unwrap().traceless);
        assert!(matches!(parsed(&["--traceless", "--profile", "p"]), Err(UsageError::Combination(_))));
        assert!(matches!(parsed(&["--passphrase-fd", "3"]), Err(UsageError::Option(_))));
        assert!(matches!(parsed(&["p"]), Err(UsageError::Option(_))));
    }

    #[test]
    fn a_portable_profile_has_one_place() {
        let window = |arguments: &[&str]| parse_window(arguments.iter().map(OsString::from));
        assert_eq!(window(&["--portable"]).unwrap().dir, Some(Dir::BesideProgram));
        let kept = parsed(&["--portable", "--passphrase-fd", "3"]).unwrap().profile;
        assert!(matches!(kept, Profile::Kept { dir: Dir::BesideProgram, .. }));
        for other in [&["--profile", "p"][..], &["--traceless"]] {
            let both = [&["--portable"], other].concat();
            assert!(matches!(window(&both), Err(UsageError::Combination(_))), "{other:?}");
            let both = [&both[..], &["--passphrase-fd", "3"]].concat();
            assert!(matches!(parsed(&both), Err(UsageError::Combination(_))), "{other:?}");
        }
        assert!(parsed(&["--portable"]).is_err(), "a passphrase is needed");
    }

    #[test]
    fn the_usual_profile_is_where_the_user_keeps_data() {
        let usual = |data: Option<&str>, home: Option<&str>| {
            usual_profile(|name| if name == "HOME" { home } else { data }.map(OsString::from)).ok()
        };
        assert_eq!(usual(Some("/data"), Some("/home/me")), Some("/data/pelure".into()));
        assert_eq!(usual(None, Some("/home/me")), Some("/home/me/.local/share/pelure".into()));
        // The specification of these directories says to leave out what is not absolute.
        assert_eq!(usual(Some("data"), Some("/home/me")), Some("/home/me/.local/share/pelure".into()));
        assert_eq!(usual(None, None), None);
    }

    #[test]
    fn what_is_not_built_is_refused() {
        let audio = parsed(&["--traceless", "--audio-in", "x.wav"]).unwrap().audio;
        assert_eq!((audio.input.as_deref(), audio.output), (Some("x.wav"), None));
        assert!(matches!(parsed(&["--traceless", "--unknown"]), Err(UsageError::Option(_))));
    }

    #[test]
    fn the_road_is_named_by_its_kind_and_its_ports() {
        assert_eq!(parsed(&["--traceless", "--tor", "auto"]).unwrap().tor, Wish::default());
        let ports =
            ["--traceless", "--tor=system", "--tor-control=unix:/run/tor/control", "--tor-socks=127.0.0.1:9150"];
        let tor = parsed(&ports).unwrap().tor;
        assert_eq!((tor.kind, tor.socks), (Kind::System, "127.0.0.1:9150".parse().ok()));
        assert!(tor.control.is_some());
        assert!(parsed(&["--traceless", "--tor-socks", "localhost:9050"]).is_err(), "no name is looked up");
        assert!(parsed(&["--traceless", "--tor", "other"]).is_err());
    }

    #[test]
    fn a_doctor_wants_to_know_the_road_and_the_language_alone() {
        let parsed = |arguments: &[&str]| parse_doctor(arguments.iter().map(OsString::from));
        assert_eq!(parsed(&[]).unwrap(), DoctorOptions::default());
        let options = parsed(&["--tor", "system", "--language", "fr"]).unwrap();
        assert_eq!((options.tor.kind, options.language.as_deref()), (Kind::System, Some("fr")));
        for wrong in [&["--profile", "p"][..], &["--traceless"], &["me"]] {
            assert!(parsed(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_passphrase_file_loses_only_its_last_newline() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("p");
        std::fs::write(&path, " two words \r\n").unwrap();
        assert_eq!(*Source::File(path).read().unwrap(), " two words ");
    }
}
