//! A raw Arti program without our road: the baseline that the benches compare with.
//!
//! It promises Arti used plainly (`TorClient::connect`, `RendRequest::accept`) with the same vanguards, keystore,
//! quota and congestion control as ours, and one JSON line per measurement. Bytes are echoed, or
//! given in return for one; nothing else is done.
//!
//! ```text
//! raw serve --tor-config FILE [--give BYTES]
//! raw dial  --tor-config FILE ADDRESS [--size BYTES]    and on standard input, one per line: `dial`, `echo`, `take`, `hang up`
//! ```
#![allow(clippy::print_stdout, clippy::print_stderr, clippy::unwrap_used, clippy::panic, clippy::expect_used)]
#![allow(clippy::disallowed_methods, reason = "a program that measures")]

use std::error::Error;
use std::time::{Duration, Instant};

use arti_client::config::TorClientConfigBuilder;
use arti_client::{StreamPrefs, TorClient};
use futures::StreamExt;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tor_cell::relaycell::msg::Connected;
use tor_hscrypto::pk::HsIdKeypair;
use tor_hsservice::config::OnionServiceConfigBuilder;
use tor_hsservice::status::State;
use tor_llcrypto::pk::ed25519::ExpandedKeypair;
use tor_rtcompat::PreferredRuntime;
use zeroize::Zeroizing;

use pelure_onion::{Address, PORT, Scratch, ServiceKey};

type Client = TorClient<PreferredRuntime>;
type Outcome = Result<(), Box<dyn Error>>;

struct Options {
    command: String,
    tor_config: String,
    address: Option<Address>,
    size: usize,
    give: Option<usize>,
}

#[tokio::main]
async fn main() -> Outcome {
    let options = Options::read()?;
    let start = Instant::now();
    let scratch = Scratch::create(Some(&std::env::temp_dir()))?;
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder().config(config(&options.tor_config, &scratch)?).create_unbootstrapped()?;
    match (options.command.as_str(), options.address) {
        ("serve", None) => tokio::select! {
            outcome = serve(&client, start, options.give) => outcome,
            () = end_of_input() => Ok(()),
        },
        ("dial", Some(address)) => dial(&client, address, options.size).await,
        _ => Err(USAGE.into()),
    }
}

/// Publishes a service with a random key and echoes, or gives so many bytes for each, until the input ends.
async fn serve(client: &std::sync::Arc<Client>, start: Instant, give: Option<usize>) -> Outcome {
    println!(r#"{{"event":"started"}}"#);
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *seed).map_err(|error| error.to_string())?;
    let key = ServiceKey::from_seed(seed)?;
    let keypair = HsIdKeypair::from(ExpandedKeypair::from_secret_key_bytes(*key.expanded()).ok_or("bad key")?);
    let config = OnionServiceConfigBuilder::default().nickname("raw".parse()?).build()?;
    let (service, requests) = client.launch_onion_service_with_hsid(config, keypair)?.ok_or("disabled")?;
    let bootstrap = tokio::spawn({
        let client = client.clone();
        async move { client.bootstrap().await }
    });
    let mut states = service.status_events();
    tokio::spawn(async move {
        let mut next = states.next().await;
        while let Some(status) = next {
            // Without a problem, "degraded" means a network with a single ring of directories, if it stands for a
            // moment (see arti/reach.rs).
            let lone = status.state() == State::DegradedUnreachable && status.current_problem().is_none();
            if lone && let Ok(newer) = tokio::time::timeout(SETTLED, states.next()).await {
                next = newer;
                continue;
            }
            if lone || matches!(status.state(), State::Running | State::DegradedReachable) {
                let (address, seconds) = (key.address().onion(), start.elapsed().as_secs_f64());
                println!(r#"{{"event":"published","address":"{address}","seconds":{seconds:.6}}}"#);
                return;
            }
            next = states.next().await;
        }
    });
    bootstrap.await??;
    let mut requests = Box::pin(requests);
    while let Some(request) = requests.next().await {
        tokio::spawn(async move {
            let Ok(mut streams) = request.accept().await else { return };
            // One stream, and the circuit ends with it: so that the next dial builds one.
            if let Some(request) = streams.next().await
                && let Ok(stream) = request.accept(Connected::new_empty()).await
            {
                let _ = match give {
                    Some(bytes) => give_for_each(stream, bytes).await,
                    None => echo(stream).await,
                };
            }
        });
    }
    Ok(())
}

/// Does what standard input says: `dial` opens a stream and waits until it is connected, `echo` sends `size` bytes on
/// it and waits until they are back, `take` sends one and waits for `size`, saying when a tenth is there, `hang up` ends
/// it.
async fn dial(client: &Client, address: Address, size: usize) -> Outcome {
    client.bootstrap().await?;
    println!(r#"{{"event":"bootstrapped"}}"#);
    let mut preferences = StreamPrefs::new();
    preferences.connect_to_onion_services(arti_client::config::BoolOrAuto::Explicit(true));
    let (sent, mut back) = (vec![0x5a; size], vec![0; size]);
    let mut stream = None;
    let mut orders = tokio::io::BufReader::new(tokio::io::stdin()).lines();
    while let Some(order) = orders.next_line().await? {
        match (order.as_str(), &mut stream) {
            ("hang up", _) => stream = None,
            ("dial", _) => match client.connect_with_prefs((address.onion(), PORT), &preferences).await {
                Ok(connected) => {
                    stream = Some(connected);
                    println!(r#"{{"event":"connected"}}"#);
                }
                Err(error) => {
                    eprintln!("raw: {error}");
                    println!(r#"{{"event":"failed"}}"#);
                }
            },
            ("echo", Some(stream)) => {
                stream.write_all(&sent).await?;
                stream.flush().await?;
                stream.read_exact(&mut back).await?;
                println!(r#"{{"event":"echo"}}"#);
            }
            ("take", Some(stream)) => {
                stream.write_all(b"1").await?;
                stream.flush().await?;
                let (first, rest) = back.split_at_mut(size / 10);
                stream.read_exact(first).await?;
                println!(r#"{{"event":"begun"}}"#);
                stream.read_exact(rest).await?;
                println!(r#"{{"event":"took"}}"#);
            }
            _ => return Err("dial, hang up or, after dial, echo or take".into()),
        }
    }
    Ok(())
}

async fn end_of_input() {
    // Input that cannot be read has ended, too.
    let _ = tokio::io::copy(&mut tokio::io::stdin(), &mut tokio::io::sink()).await;
}

async fn echo(mut stream: impl AsyncRead + AsyncWrite + Unpin) -> std::io::Result<()> {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let length = stream.read(&mut buffer).await?;
        if length == 0 {
            return Ok(());
        }
        stream.write_all(buffer.get(..length).unwrap_or_default()).await?;
        stream.flush().await?;
    }
}

/// So many bytes for each byte that comes.
async fn give_for_each(mut stream: impl AsyncRead + AsyncWrite + Unpin, bytes: usize) -> std::io::Result<()> {
    let chunk = vec![0x5a; 16 * 1024];
    while stream.read_u8().await.is_ok() {
        let mut left = bytes;
        while left > 0 {
            let length = left.min(chunk.len());
            stream.write_all(chunk.get(..length).unwrap_or_default()).await?;
            left -= length;
        }
        stream.flush().await?;
    }
    Ok(())
}

/// The file given, with the settings that our road decides.
fn config(file: &str, scratch: &Scratch) -> Result<arti_client::TorClientConfig, Box<dyn Error>> {
    let mut table: toml::Table = std::fs::read_to_string(file)?.parse()?;
    let ours: toml::Table = OURS.parse()?;
    table.extend(ours);
    let mut builder: TorClientConfigBuilder = toml::Value::Table(table).try_into()?;
    let literal = arti_client::config::CfgPath::new_literal;
    builder.storage().state_dir(literal(scratch.state_dir())).cache_dir(literal(scratch.cache_dir()));
    Ok(builder.build()?)
}

impl Options {
    fn read() -> Result<Self, Box<dyn Error>> {
        let mut arguments = std::env::args().skip(1);
        let command = arguments.next().ok_or(USAGE)?;
        let mut options = Self { command, tor_config: String::new(), address: None, size: 488, give: None };
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or(USAGE);
            match argument.as_str() {
                "--tor-config" => options.tor_config = value()?,
                "--size" => options.size = value()?.parse()?,
                "--give" => options.give = Some(value()?.parse()?),
                address => options.address = Some(Address::parse(address)?),
            }
        }
        Ok(options)
    }
}

const USAGE: &str = "usage: raw serve|dial --tor-config FILE [ADDRESS] [--size BYTES] [--give BYTES]";

/// How long Arti's word about a lone ring must stand, as in `arti/reach.rs`.
const SETTLED: Duration = Duration::from_millis(50);

/// As `arti/settings.rs` has them.
const OURS: &str = r#"
[vanguards]
mode = "full"
[storage.keystore.primary]
kind = "ephemeral"
[system.memory]
max = 536870912
[stream_timeouts]
connect_timeout = "60 s"
"#;
