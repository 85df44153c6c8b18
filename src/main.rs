//! The program: reads the command line, puts the parts together, and says in its exit status how it went.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use pelure::bridge::{self, Home, WindowError, World};
use pelure::desk::Machine;
use pelure::engine::{Audio, MachineClock, Sound, SystemRandom};
use pelure::portable::{self, PortableError};
use pelure::road::{self, Choice, Surroundings, Wish};
use pelure::start::{self, Embedded, Road, StartError, System};
use pelure::vault::{Cost, Passphrase, Vault, VaultError};
use pelure::voice::device;
use pelure::{headless, options};
use pelure_onion::arti::ArtiError;

/// Why the program ends early, in words for one line.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("{0}")]
    Usage(String),
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error(transparent)]
    Portable(#[from] PortableError),
    #[error("{0}; `pelure headless` needs none")]
    Window(#[from] WindowError),
    #[error("{0}: {1}")]
    System(&'static str, std::io::Error),
    /// All of it was said already.
    #[error("something that is needed is missing")]
    Unwell,
}

fn main() -> ExitCode {
    harden();
    let mut arguments = std::env::args_os().skip(1).peekable();
    let outcome = match arguments.peek().map(|first| first.to_string_lossy()).as_deref() {
        Some("headless") => headless(arguments.skip(1)),
        Some("doctor") => doctor(arguments.skip(1)),
        Some("--version" | "-V") => say(&format!("pelure {}", env!("CARGO_PKG_VERSION"))),
        Some("--help" | "-h" | "help") => say(HELP),
        Some(other) if !other.starts_with('-') => {
            Err(Failure::Usage(format!("there is no command {other:?}; see pelure --help")))
        }
        _ => window(arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Unwell) => Failure::Unwell.status(),
        Err(failure) => {
            complain(&failure);
            failure.status()
        }
    }
}

fn window(arguments: impl Iterator<Item = OsString>) -> Result<(), Failure> {
    let options = options::parse_window(arguments).map_err(usage)?;
    let language = options.language.as_deref().map(language);
    let home = match (options.traceless, options.dir) {
        (true, _) => Home::Traceless,
        (false, Some(dir)) => Home::Kept(directory(dir)?),
        (false, None) => Home::Kept(options::usual_profile(|name| std::env::var_os(name)).map_err(usage)?),
    };
    let world = World {
        road: road(&options.tor, options.tor_config.as_deref())?,
        clock: Arc::new(MachineClock::new()),
        audio: audio(options.audio),
        desk: Arc::new(Machine::new()),
        home,
        language: language.transpose()?,
        cost: Cost::tuned,
    };
    log_to_stderr();
    let runtime = runtime()?;
    let outcome = bridge::open(runtime.handle(), world);
    // The desktop may still be waited for. What is dropped here wipes Tor's files.
    runtime.shutdown_timeout(FAREWELL);
    Ok(outcome?)
}

fn headless(arguments: impl Iterator<Item = OsString>) -> Result<(), Failure> {
    let options = options::parse(arguments).map_err(usage)?;
    let road = road(&options.tor, options.tor_config.as_deref())?;
    log_to_stderr();
    let (vault, dir) = open_vault(options.profile)?;
    let runtime = runtime()?;
    let outcome = runtime.block_on(serve(vault, dir, road, audio(options.audio)));
    // Standard input may still be waited for by a thread that cannot be woken.
    runtime.shutdown_background();
    outcome
}

/// Says what the surroundings are like.
fn doctor(arguments: impl Iterator<Item = OsString>) -> Result<(), Failure> {
    let options = options::parse_doctor(arguments).map_err(usage)?;
    let language = options.language.as_deref().map(language).transpose()?.unwrap_or_else(bridge::system_language);
    let (road, reason) =
        surroundings(|around| (road::choose(&options.tor, around), road::reason(&options.tor, around)));
    let runtime = runtime()?;
    let report = runtime.block_on(bridge::doctor::examine(road, reason, language));
    // The sound system may still be waited for.
    runtime.shutdown_background();
    say(&report.lines.join("\n"))?;
    if report.good { Ok(()) } else { Err(Failure::Unwell) }
}

async fn serve(vault: Vault, dir: Option<PathBuf>, road: Arc<dyn Road>, audio: Audio) -> Result<(), Failure> {
    let clock = Arc::new(MachineClock::new());
    let (running, events) = start::start(vault, dir, road, clock, audio).await?;
    let input = tokio::io::BufReader::new(tokio::io::stdin());
    let served = headless::serve(running.engine.clone(), events, input, tokio::io::stdout()).await;
    running.close().await;
    served.map_err(|error| Failure::System("standard output could not be written", error))
}

/// The devices that were asked for.
fn audio(wish: options::AudioWish) -> Audio {
    let choice = |wish: Option<String>| wish.map(|wish| device::Choice::parse(&wish)).unwrap_or_default();
    let (microphone, loudspeaker) = (choice(wish.input), choice(wish.output));
    Audio::of_this_machine(Sound { microphone, loudspeaker, ..Sound::default() })
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(WORKERS).enable_all().build();
    runtime.map_err(|error| Failure::System("the program could not start its threads", error))
}

/// Opens or makes the profile. The directory is where Arti's files may go if there is no tmpfs.
fn open_vault(profile: options::Profile) -> Result<(Vault, Option<PathBuf>), Failure> {
    match profile {
        options::Profile::Traceless => Ok((Vault::traceless(&mut SystemRandom)?, None)),
        options::Profile::Kept { dir, passphrase } => {
            let dir = directory(dir)?;
            let unreadable = |error| Failure::System("the passphrase could not be read", error);
            let passphrase = Passphrase::new(std::mem::take(&mut *passphrase.read().map_err(unreadable)?));
            let vault = match Vault::open(&dir, &passphrase) {
                Err(VaultError::NotFound) => Vault::create(&dir, &passphrase, Cost::tuned()?, &mut SystemRandom)?,
                opened => opened?,
            };
            Ok((vault, Some(dir)))
        }
    }
}

fn directory(dir: options::Dir) -> Result<PathBuf, Failure> {
    match dir {
        options::Dir::At(dir) => Ok(dir),
        options::Dir::BesideProgram => Ok(portable::home()?),
    }
}

/// The road that was asked for, or that fits this machine.
fn road(wish: &Wish, config: Option<&Path>) -> Result<Arc<dyn Road>, Failure> {
    match surroundings(|around| road::choose(wish, around)).map_err(|refusal| Failure::Usage(refusal.to_string()))? {
        Choice::Embedded => Ok(Arc::new(Embedded { overrides: config.map(read_config).transpose()? })),
        Choice::System(_) if config.is_some() => {
            Err(Failure::Usage("--tor-config is for the embedded Tor; the Tor of this machine has its own".into()))
        }
        Choice::System(options) => Ok(Arc::new(System { options })),
    }
}

/// What is known of this machine.
fn surroundings<T>(decide: impl FnOnce(&Surroundings<'_>) -> T) -> T {
    let os_release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    decide(&Surroundings {
        os_release: &os_release,
        whonix: Path::new(WHONIX).exists(),
        variable: &|name| std::env::var_os(name),
    })
}

fn language(code: &str) -> Result<bridge::Language, Failure> {
    bridge::language(code).ok_or_else(|| Failure::Usage(format!("--language is one of en, fr, not {code:?}")))
}

fn usage(error: options::UsageError) -> Failure {
    Failure::Usage(error.to_string())
}

fn read_config(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| Failure::Usage(format!("--tor-config cannot be read: {error}")))
}

/// No core dumps: they would hold keys and texts. New files are for this user alone.
fn harden() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let maximum = getrlimit(Resource::Core).maximum;
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum }).ok();
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    // A panic says where, never what: its message could hold something private.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        complain(&format_args!("the program met a mistake of its own at {place}; please report this"));
    }));
}

/// Warnings of everybody, and information of our own; neither holds an address, a name or a text.
fn log_to_stderr() {
    let wanted = std::env::var("PELURE_LOG").unwrap_or_else(|_| LOG.into());
    let filter = tracing_subscriber::EnvFilter::new(format!("{wanted},{UNHEARD}"));
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_env_filter(filter).with_ansi(false).init();
}

#[expect(clippy::print_stdout, reason = "the command line's answer")]
fn say(text: &str) -> Result<(), Failure> {
    println!("{text}");
    Ok(())
}

#[expect(clippy::print_stderr, reason = "the one line that says why the program ends")]
fn complain(what: &dyn std::fmt::Display) {
    eprintln!("pelure: {what}");
}

impl Failure {
    /// The exit status of the contract.
    fn status(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Usage(_) => 2,
            Self::Start(StartError::Arti(ArtiError::Posture { .. } | ArtiError::Configuration(_))) => 2,
            Self::Vault(VaultError::WrongPassphrase) => 3,
            Self::Vault(VaultError::InUse) => 4,
            _ => 1,
        })
    }
}

/// Threads of the runtime: idle most of the time, and a small machine has two cores.
const WORKERS: usize = 2;

/// Only a Whonix workstation has it.
const WHONIX: &str = "/usr/share/anon-ws-base-files/workstation";

/// How long what still runs may take to end, once the window and all behind it have.
const FAREWELL: Duration = Duration::from_secs(2);

/// The log without PELURE_LOG.
const LOG: &str = "warn,pelure=info,pelure_onion=info,tor_circmgr=off,tor_netdir=error";

/// Rooms of Arti whose messages hold parts of onion addresses, bridges or the URL of a proxy: whatever is asked for, they
/// are not heard.
const UNHEARD: &str =
    "tor_hsclient=off,tor_hsservice=off,tor_hscrypto=off,tor_chanmgr=off,tor_ptmgr=off,tor_guardmgr=off";

const HELP: &str = "\
Pelure: an anonymous messenger over Tor onion services

pelure [--profile DIR | --portable | --traceless] [--tor-config FILE.toml] [--language en|fr]
pelure headless (--profile DIR | --portable) (--passphrase-fd N | --passphrase-file F) [--tor-config FILE.toml]
pelure headless --traceless [--tor-config FILE.toml]
pelure doctor [--tor ...] [--language en|fr]    says what is good around the program, and what to do where it is not
pelure --version

Which Tor (all three): [--tor auto|embedded|system] [--tor-control IP:PORT|unix:PATH] [--tor-socks IP:PORT]. On Tails and Whonix
it is the one of the system; PELURE_TOR_PASSWORD has its control password, if it wants one.

Without a command it opens its window. The profile is in $XDG_DATA_HOME/pelure, else in ~/.local/share/pelure, unless
--profile names another directory; --portable keeps it beside the program, in pelure-data; --traceless keeps everything in
memory.

Sound of calls (both): [--audio-in DEVICE|FILE.wav|none] [--audio-out DEVICE|FILE.wav|none]. A file is played once as the
microphone, from the moment a call is active; a file as the loudspeaker records what would be heard.

Headless, the program speaks JSON-RPC 2.0 on standard input and output, one object per line. Try:
  {\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"identity.create\",\"params\":{\"name\":\"me\"}}
  {\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"contact.list\"}

Exit status: 0 it ended well, 1 something failed, 2 the command line or the Tor configuration is wrong,
3 the passphrase is wrong, 4 the profile is in use (3 and 4 headless; the window says so itself).";
