//! A dial through the SOCKS port (RFC 1928 and 1929; Tor's extended errors, proposal 304).
//!
//! It promises that a name is never looked up here, and errors that say what tor knows. It does not retry.

use std::net::SocketAddr;
use std::time::Duration;

use data_encoding::HEXLOWER;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use crate::{Address, DialError, PORT};

#[expect(clippy::disallowed_types, reason = "the road: to the tor of this machine, checked before")]
pub(super) type Tcp = tokio::net::TcpStream;

/// What tells dials apart; equal ones may share circuits.
pub(super) struct Credentials {
    user: String,
    password: String,
}

impl Credentials {
    /// From 32 bytes that nobody can guess.
    pub(super) fn new(secret: &[u8; 32]) -> Self {
        let (user, password) = secret.split_at(16);
        Self { user: HEXLOWER.encode(user), password: HEXLOWER.encode(password) }
    }
}

/// Opens a stream to our port of an onion service.
pub(super) async fn connect(socks: SocketAddr, to: &Address, credentials: &Credentials) -> Result<Tcp, DialError> {
    timeout(DIAL_TIMEOUT, greet(socks, to, credentials)).await.map_err(|_| DialError::Timeout)?
}

/// Whether a tor answers there.
pub(super) async fn answers(socks: SocketAddr) -> bool {
    let asking = async {
        let mut stream = Tcp::connect(socks).await?;
        stream.write_all(&[5, 1, WITH_PASSWORD]).await?;
        let mut answer = [0; 2];
        stream.read_exact(&mut answer).await?;
        Ok::<_, std::io::Error>(answer == [5, WITH_PASSWORD])
    };
    matches!(timeout(PROBE_TIMEOUT, asking).await, Ok(Ok(true)))
}

async fn greet(socks: SocketAddr, to: &Address, credentials: &Credentials) -> Result<Tcp, DialError> {
    // The tor is gone: what it did for us is over, and there is nothing else to dial with.
    let mut stream = Tcp::connect(socks).await.map_err(|_| DialError::Offline)?;
    stream.set_nodelay(true).map_err(|_| DialError::Offline)?;
    converse(&mut stream, to, credentials).await?;
    Ok(stream)
}

async fn converse(stream: &mut Tcp, to: &Address, credentials: &Credentials) -> Result<(), DialError> {
    // One after the other: tor forgets an answer that it owes when the next question is there already.
    ask(stream, &[5, 1, WITH_PASSWORD], [5, WITH_PASSWORD]).await?;
    let mut who = vec![1];
    for text in [&credentials.user, &credentials.password] {
        who.push(u8::try_from(text.len()).map_err(|_| DialError::Network)?);
        who.extend(text.as_bytes());
    }
    ask(stream, &who, [1, 0]).await?;
    let name = to.onion();
    let mut connect = vec![5, CONNECT, 0, BY_NAME, u8::try_from(name.len()).map_err(|_| DialError::Network)?];
    connect.extend(name.as_bytes());
    connect.extend(PORT.to_be_bytes());
    stream.write_all(&connect).await?;
    let mut reply = [0; 4];
    stream.read_exact(&mut reply).await?;
    let [5, code, 0, kind] = reply else { return Err(DialError::Network) };
    if code != 0 {
        return Err(classify(code));
    }
    let length = match kind {
        1 => 4,
        4 => 16,
        BY_NAME => usize::from(stream.read_u8().await?),
        _ => return Err(DialError::Network),
    };
    let mut bound = vec![0; length + 2];
    stream.read_exact(&mut bound).await?;
    Ok(())
}

async fn ask(stream: &mut Tcp, question: &[u8], answer: [u8; 2]) -> Result<(), DialError> {
    stream.write_all(question).await?;
    let mut answered = [0; 2];
    stream.read_exact(&mut answered).await?;
    if answered == answer { Ok(()) } else { Err(DialError::Network) }
}

/// What a refusal means for the one who waits.
fn classify(code: u8) -> DialError {
    match code {
        0xf0 => DialError::NotFound,
        0xf2 | 0xf7 => DialError::IntroductionFailed,
        0xf4 | 0xf5 => DialError::Closed,
        0x05 => DialError::Refused,
        0x06 => DialError::Timeout,
        // Without extended errors (Tails), tor says this of every service it could not reach.
        0x04 => DialError::Unreachable,
        _ => DialError::Network,
    }
}

impl From<std::io::Error> for DialError {
    /// Tor closed the connection in the middle.
    fn from(_: std::io::Error) -> Self {
        Self::Network
    }
}

const WITH_PASSWORD: u8 = 2;
const CONNECT: u8 = 1;
const BY_NAME: u8 = 3;

/// Descriptor, introduction and rendezvous with tor's own retries (its SocksTimeout is 120 s).
const DIAL_TIMEOUT: Duration = Duration::from_secs(125);

/// A tor on this machine answers at once.
const PROBE_TIMEOUT: Duration = Duration::from_secs(5);
