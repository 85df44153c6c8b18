//! An authenticated session on a stream: the handshake under a deadline, then a pump in each direction.
//!
//! It moves sealed bytes and does not look into them; the conversation opens and seals. A failed handshake tells the
//! other side nothing but the end of the stream.

use std::io::ErrorKind;
use std::time::Duration;

use pelure_onion::{Address, Stream};
use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::Reason;
use super::clock::SystemRandom;
use crate::session::{self, Established, ExpectFinish, ExpectReply, HandshakeError, Identity, Offer};
use crate::talk::Side;
use crate::wire::limits::{FEATURES, HANDSHAKE, PING_OVERDUE, PROTOCOL, READ_CHUNK};

/// A session that both sides have authenticated.
pub(super) struct Link {
    /// Keys, counters and what the other side announced.
    pub(super) session: Established,
    /// Who dialled.
    pub(super) dialled_by: Side,
    /// When it was authenticated.
    pub(super) since: Duration,
    /// Frames that came with the last handshake message.
    pub(super) first: Vec<u8>,
    /// Sealed bytes that arrived; ends when the stream does.
    pub(super) incoming: mpsc::Receiver<Vec<u8>>,
    /// Sealed bytes to write; one slot, so that what waits here is small.
    pub(super) outgoing: mpsc::Sender<Vec<u8>>,
    pumps: Pumps,
}

/// A dial whose other side has proved who it is; the last message is still ours to send.
pub(super) struct Greeted {
    stream: Stream,
    state: ExpectReply,
    reply: Box<[u8; HANDSHAKE]>,
}

/// Why there is no session.
#[derive(Debug, thiserror::Error)]
pub(super) enum LinkError {
    /// The other side did not prove who it is, or spoke another protocol.
    #[error("the handshake failed")]
    Handshake(#[from] HandshakeError),
    /// The stream ended first.
    #[error("the connection broke during the handshake")]
    Broken(#[from] std::io::Error),
}

impl LinkError {
    /// What is said of the contact.
    pub(super) fn reason(&self) -> Reason {
        match self {
            Self::Handshake(_) => Reason::HandshakeFailed,
            Self::Broken(_) => Reason::HandshakeBroken,
        }
    }
}

struct Pumps {
    reader: JoinHandle<()>,
    writer: JoinHandle<()>,
}

/// Dials: sends the first message, which travels with the opening of the stream, and checks the reply.
pub(super) async fn greet(mut stream: Stream, me: &Identity, peer: Address) -> Result<Greeted, LinkError> {
    let (state, hello) = session::dial(me, peer, OFFER, &mut SystemRandom)?;
    stream.write_all(hello.as_ref()).await?;
    stream.flush().await?;
    let reply = read_message(&mut stream).await?;
    Ok(Greeted { stream, state, reply })
}

impl Greeted {
    /// Ends the handshake with `first`, frames that ride in the last message.
    pub(super) async fn finish(self, first: &[u8], now: Duration) -> Result<Link, LinkError> {
        let Self { mut stream, state, reply } = self;
        let (session, last) = state.reply(&reply, first)?;
        stream.write_all(last.as_ref()).await?;
        stream.flush().await?;
        Ok(Link::new(stream, session, Side::Us, now, Vec::new()))
    }
}

/// Somebody who dialled and whose first message opens a handshake; the answer is still ours to send.
pub(super) struct Hello {
    state: ExpectFinish,
    reply: Box<[u8; HANDSHAKE]>,
}

/// Reads the first message of somebody who dialled.
pub(super) fn hello(me: &Identity, message: &[u8; HANDSHAKE]) -> Result<Hello, LinkError> {
    let (state, reply) = session::answer(me, OFFER).hello(message, &mut SystemRandom)?;
    Ok(Hello { state, reply })
}

impl Hello {
    /// Answers, and ends the handshake; `clock` tells when that was.
    pub(super) async fn answer(
        self,
        mut stream: Stream,
        clock: &(dyn Fn() -> Duration + Sync),
    ) -> Result<Link, LinkError> {
        let Self { state, reply } = self;
        stream.write_all(reply.as_ref()).await?;
        stream.flush().await?;
        let last = read_message(&mut stream).await?;
        let (session, first) = state.finish(&last)?;
        Ok(Link::new(stream, session, Side::Them, clock(), first))
    }
}

/// Reads a message of a handshake, or of the size of one.
pub(super) async fn read_message(stream: &mut Stream) -> Result<Box<[u8; HANDSHAKE]>, std::io::Error> {
    let mut message = Box::new([0u8; HANDSHAKE]);
    stream.read_exact(message.as_mut()).await?;
    Ok(message)
}

impl Link {
    fn new(stream: Stream, session: Established, dialled_by: Side, since: Duration, first: Vec<u8>) -> Self {
        let (read, write) = tokio::io::split(stream);
        let (incoming_tx, incoming) = mpsc::channel(INCOMING_CHUNKS);
        let (outgoing, outgoing_rx) = mpsc::channel(1);
        let pumps = Pumps {
            reader: tokio::spawn(pump_in(read, incoming_tx)),
            writer: tokio::spawn(pump_out(write, outgoing_rx)),
        };
        Self { session, dialled_by, since, first, incoming, outgoing, pumps }
    }

    /// Writes what was handed to the pump, then ends the stream; a peer that does not read is not waited for long.
    pub(super) async fn close(self) {
        let Self { outgoing, mut pumps, .. } = self;
        drop(outgoing);
        tokio::time::timeout(LINGER, &mut pumps.writer).await.ok();
    }
}

async fn pump_in(mut stream: ReadHalf<Stream>, chunks: mpsc::Sender<Vec<u8>>) {
    loop {
        let mut chunk = Vec::with_capacity(READ_CHUNK);
        match stream.read_buf(&mut chunk).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {
                if chunks.send(chunk).await.is_err() {
                    return;
                }
            }
        }
    }
}

/// Ends early, and with it the session, when the peer reads nothing for long.
async fn pump_out(mut stream: WriteHalf<Stream>, mut chunks: mpsc::Receiver<Vec<u8>>) {
    while let Some(chunk) = chunks.recv().await {
        match write(&mut stream, &chunk, chunks.is_empty()).await {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::TimedOut => return,
            // The reader learns of it, after what it still has to read: there may be a goodbye.
            Err(_) => while chunks.recv().await.is_some() {},
        }
    }
    // The other side sees the end either way; nothing is left to be told if closing fails.
    stream.shutdown().await.ok();
}

/// Writes bytes, and lets them go out at once if `flush` says so; a stream that takes nothing for [`WRITE_STALLS`] is an
/// error of kind `TimedOut`.
pub(super) async fn write(stream: &mut WriteHalf<Stream>, mut bytes: &[u8], flush: bool) -> Result<(), std::io::Error> {
    while !bytes.is_empty() {
        let written = tokio::time::timeout(WRITE_STALLS, stream.write(bytes)).await??;
        bytes = bytes.get(written..).filter(|_| written > 0).ok_or(ErrorKind::WriteZero)?;
    }
    if flush {
        tokio::time::timeout(WRITE_STALLS, stream.flush()).await??;
    }
    Ok(())
}

impl Drop for Pumps {
    fn drop(&mut self) {
        self.reader.abort();
        self.writer.abort();
    }
}

/// What we announce in the handshake.
const OFFER: Offer = Offer { protocol: PROTOCOL, features: FEATURES };

/// How long the last bytes of a session may take: a slow circuit's round trip, with room.
const LINGER: Duration = Duration::from_secs(10);

/// How long the stream may take nothing of what we write: as long as the answer to a ping may take. A peer that talks on
/// without reading would otherwise hold a session for nothing.
const WRITE_STALLS: Duration = PING_OVERDUE;

/// Chunks read ahead of the conversation; further bytes wait in the circuit's own window.
const INCOMING_CHUNKS: usize = 4;
