//! The program: reads the command line, puts the parts together, and says in its exit status how it went.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use pelure::engine::{Engine, EngineError, Keeper, Limits, MachineClock, Parts, SystemRandom};
use pelure::headless::{self, options};
use pelure::vault::{Cost, Passphrase, Vault, VaultError};
use pelure_onion::Weakness;
use pelure_onion::arti::{Arti, ArtiError, ArtiOptions};
use pelure_onion::scratch::{Scratch, ScratchError};

/// Why the program ends early, in words for one line.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("{0}")]
    Usage(String),
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Scratch(#[from] ScratchError),
    #[error(transparent)]
    Arti(#[from] ArtiError),
    #[error("Tor would not protect as promised ({0}); the program refuses to start")]
    Posture(&'static str),
    #[error("{0}: {1}")]
    System(&'static str, std::io::Error),
}

fn main() -> ExitCode {
    harden();
    let mut arguments = std::env::args_os().skip(1);
    let outcome = match arguments.next().as_ref().and_then(|first| first.to_str()) {
        Some("headless") => headless(arguments),
        Some("--version" | "-V") => say(&format!("pelure {}", env!("CARGO_PKG_VERSION"))),
        None | Some("--help" | "-h" | "help") => say(HELP),
        Some(other) => Err(Failure::Usage(format!("there is no command {other:?}; see pelure --help"))),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            complain(&failure);
            failure.status()
        }
    }
}

fn headless(arguments: impl Iterator<Item = OsString>) -> Result<(), Failure> {
    let options = options::parse(arguments).map_err(|error| Failure::Usage(error.to_string()))?;
    let overrides = options.tor_config.as_deref().map(read_config).transpose()?;
    log_to_stderr();
    let (vault, dir) = open_vault(&options.profile)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .enable_all()
        .build()
        .map_err(|error| Failure::System("the program could not start its threads", error))?;
    let outcome = runtime.block_on(run(vault, dir, overrides));
    // Standard input may still be waited for by a thread that cannot be woken.
    runtime.shutdown_background();
    outcome
}

async fn run(vault: Vault, dir: Option<&Path>, overrides: Option<String>) -> Result<(), Failure> {
    let scratch = Scratch::create(dir)?;
    if !scratch.on_tmpfs() {
        tracing::warn!("no directory in memory was found: Tor's files are on the disk while the program runs");
    }
    Keeper::restore(&vault, &scratch)?;
    let network = Arti::start(ArtiOptions { scratch, overrides })?;
    // Read back from what is in force, not from what was asked for.
    if let Some(Weakness(knob)) = network.posture().first() {
        return Err(Failure::Posture(knob));
    }
    let clock = Arc::new(MachineClock::new());
    let parts = Parts { network: network.clone(), vault, clock, limits: Limits::default() };
    let (engine, events) = Engine::start(parts).await?;
    let keeper = Keeper::start(&engine, network.clone());
    let input = tokio::io::BufReader::new(tokio::io::stdin());
    let served = headless::serve(engine.clone(), events, input, tokio::io::stdout()).await;
    keeper.finish().await;
    engine.closed().await;
    drop(network);
    served.map_err(|error| Failure::System("standard output could not be written", error))
}

/// Opens or makes the profile. The directory is where Arti's files may go if there is no tmpfs.
fn open_vault(profile: &options::Profile) -> Result<(Vault, Option<&Path>), Failure> {
    match profile {
        options::Profile::Traceless => Ok((Vault::traceless(&mut SystemRandom)?, None)),
        options::Profile::Kept { dir, passphrase } => {
            let unreadable = |error| Failure::System("the passphrase could not be read", error);
            let passphrase = Passphrase::new(std::mem::take(&mut *passphrase.read().map_err(unreadable)?));
            let vault = match Vault::open(dir, &passphrase) {
                Err(VaultError::NotFound) => Vault::create(dir, &passphrase, Cost::tuned()?, &mut SystemRandom)?,
                opened => opened?,
            };
            Ok((vault, Some(dir)))
        }
    }
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
            Self::Usage(_) | Self::Arti(ArtiError::Posture { .. } | ArtiError::Configuration(_)) => 2,
            Self::Vault(VaultError::WrongPassphrase) => 3,
            Self::Vault(VaultError::InUse) => 4,
            _ => 1,
        })
    }
}

/// Threads of the runtime: idle most of the time, and a small machine has two cores.
const WORKERS: usize = 2;

/// The log without PELURE_LOG.
const LOG: &str = "warn,pelure=info,pelure_onion=info,tor_circmgr=off,tor_netdir=error";

/// Rooms of Arti whose messages hold parts of onion addresses: whatever is asked for, they are not heard.
const UNHEARD: &str = "tor_hsclient=off,tor_hsservice=off,tor_hscrypto=off";

const HELP: &str = "\
Pelure: an anonymous messenger over Tor onion services

pelure headless --profile DIR (--passphrase-fd N | --passphrase-file F) [--tor-config FILE.toml]
pelure headless --traceless [--tor-config FILE.toml]
pelure --version

Headless, the program speaks JSON-RPC 2.0 on standard input and output, one object per line. Try:
  {\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"identity.create\",\"params\":{\"name\":\"me\"}}
  {\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"contact.list\"}
The window is not built yet.";
