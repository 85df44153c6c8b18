//! The machine a program runs on, as far as it can see, and the network around it.
//!
//! Everything the program may write lies in directories of a [`Home`].

use std::ffi::{OsStr, OsString};
use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

use pelure::voice::pcm::BLOCK;
use pelure::voice::wav::Recording;
use tempfile::TempDir;
use tornet::Tornet;

use crate::program::Program;

/// What somebody's machine is to the program: its files outlive it.
pub(crate) struct Home {
    disk: TempDir,
    memory: TempDir,
    /// What the program logs, if not what it does by itself.
    log: Option<&'static str>,
    /// The words that start the program.
    starter: Vec<OsString>,
}

/// The network, for a test that needs it as it is. Held to the end of the test.
pub(crate) fn fair_weather() -> RwLockReadGuard<'static, ()> {
    WEATHER.read().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// The network, for the test that changes it.
pub(crate) fn all_weather() -> RwLockWriteGuard<'static, ()> {
    WEATHER.write().unwrap_or_else(std::sync::PoisonError::into_inner)
}

pub(crate) fn network() -> &'static Tornet {
    Tornet::shared().unwrap()
}

impl Home {
    /// A machine with a network.
    pub(crate) fn new() -> Self {
        Self::offline().among_relays()
    }

    /// The same, where the program knows the relays of the network.
    pub(crate) fn among_relays(self) -> Self {
        fs::write(self.given("arti.toml"), network().arti_toml()).unwrap();
        self
    }

    /// A machine for what needs none.
    pub(crate) fn offline() -> Self {
        let builder = || tempfile::Builder::new().prefix("test-of-pelure-").to_owned();
        let (disk, memory) = (builder().tempdir().unwrap(), builder().tempdir_in("/dev/shm").unwrap());
        let home = Self { disk, memory, log: None, starter: vec![env!("CARGO_BIN_EXE_pelure").into()] };
        for dir in [home.given(""), home.disk_written().join("home"), home.disk_written().join("tmp")] {
            fs::create_dir_all(dir).unwrap();
        }
        fs::write(home.given("passphrase"), format!("{PASSPHRASE}\n")).unwrap();
        fs::write(home.given("arti.toml"), NOWHERE).unwrap();
        home
    }

    /// The same, where the program logs this.
    pub(crate) fn logging(self, log: &'static str) -> Self {
        Self { log: Some(log), ..self }
    }

    /// A machine with a Tor of its own, where these words start the program.
    pub(crate) fn started_by(starter: Vec<OsString>) -> Self {
        let home = Self { starter, ..Self::offline() };
        fs::remove_file(home.given("arti.toml")).unwrap();
        home
    }

    /// The same, where somebody speaks: this sound is what the microphone hears.
    pub(crate) fn saying(self, sound: &[f32]) -> Self {
        let mut recording = Recording::create(&self.given("said.wav")).unwrap();
        for piece in sound.as_chunks::<BLOCK>().0 {
            recording.write(piece).unwrap();
        }
        self
    }

    /// What the loudspeaker plays, where somebody speaks.
    pub(crate) fn heard(&self) -> PathBuf {
        self.disk_written().join("heard.wav")
    }

    /// A file the program reads and does not write.
    pub(crate) fn given(&self, name: &str) -> PathBuf {
        self.disk.path().join("given").join(name)
    }

    pub(crate) fn profile(&self) -> PathBuf {
        self.disk_written().join("profile")
    }

    /// Where everything lies that the program wrote on the disk, its log included.
    pub(crate) fn disk_written(&self) -> PathBuf {
        self.disk.path().join("written")
    }

    /// Where everything lies that the program wrote in memory: `$XDG_RUNTIME_DIR`.
    pub(crate) fn memory(&self) -> &Path {
        self.memory.path()
    }

    /// Starts the program with the profile.
    pub(crate) fn start(&self) -> Program {
        let (profile, passphrase) = (self.profile(), self.given("passphrase"));
        let (config, said, heard) = (self.given("arti.toml"), self.given("said.wav"), self.heard());
        let always: [&OsStr; 4] =
            ["--profile".as_ref(), profile.as_os_str(), "--passphrase-file".as_ref(), passphrase.as_os_str()];
        let embedded: [&OsStr; 2] = ["--tor-config".as_ref(), config.as_os_str()];
        let sound: [&OsStr; 4] = ["--audio-in".as_ref(), said.as_os_str(), "--audio-out".as_ref(), heard.as_os_str()];
        let mut arguments = always.to_vec();
        arguments.extend(embedded.into_iter().filter(|_| config.exists()));
        arguments.extend(sound.into_iter().filter(|_| said.exists()));
        self.start_with(&arguments)
    }

    /// Starts the program without a profile.
    pub(crate) fn start_traceless(&self) -> Program {
        let config = self.given("arti.toml");
        self.start_with(&["--traceless".as_ref(), "--tor-config".as_ref(), config.as_os_str()])
    }

    /// Starts `pelure headless` with these arguments.
    pub(crate) fn start_with(&self, arguments: &[&OsStr]) -> Program {
        let written = self.disk_written();
        let stderr = written.join("stderr");
        let (first, rest) = self.starter.split_first().unwrap();
        let child = Command::new(first)
            .args(rest)
            .arg("headless")
            .args(arguments)
            .env_clear()
            .env("HOME", written.join("home"))
            .env("TMPDIR", written.join("tmp"))
            .env("XDG_RUNTIME_DIR", self.memory())
            .envs(self.log.map(|log| ("PELURE_LOG", log)))
            .current_dir(written.join("home"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(OpenOptions::new().create(true).append(true).open(&stderr).unwrap())
            .spawn()
            .unwrap();
        Program::new(child, stderr)
    }
}

pub(crate) const PASSPHRASE: &str = "correct horse battery staple";

/// A Tor network that nobody runs: a program that needs none must not call at the real one.
const NOWHERE: &str = "\
[tor_network]
fallback_caches = [{ rsa_identity = \"CCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCC\", \
    ed_identity = \"QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI\", orports = [\"127.0.0.1:9\"] }]

[tor_network.authorities]
v3idents = [\"DDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDD\"]
uploads = []
downloads = []
votes = []
";

/// Written by the test that cuts the network, read by all others.
static WEATHER: RwLock<()> = RwLock::new(());
