//! Further circuits: announced in the session, dialled by either side, given to whoever wants them.
//!
//! It does not know what they carry. Whoever wants a circuit calls [`open`]; whoever is told that the other side wants one
//! ([`Asked`]) calls [`answer`]. Both give the circuit or why there is none; trying again, under the next index, is the
//! caller's. What an identity's service is dialled for is found in its [`Joins`].

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pelure_onion::{Address, Dial, DialError, Stream};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::{Notify, mpsc, oneshot};

use super::Shared;
use super::circuit::Circuit;
use super::clock::SystemRandom;
use super::contact::Note;
use super::lanes::Lanes;
use crate::session::{Accepted, JoinError, JoinKeys, JoinKind, Tokens};
use crate::talk::Side;
use crate::vault::{ContactId, IdentityId};
use crate::wire::limits::{CELL, HANDSHAKE, HANDSHAKE_DEADLINE, JOIN_LIFE};

/// Whom circuits are joined with.
#[derive(Clone)]
pub(super) struct Peer {
    pub(super) contact: ContactId,
    pub(super) identity: IdentityId,
    pub(super) address: Address,
    pub(super) lanes: Lanes,
}

/// One further circuit by its name: what it is for, the transfer or call, and a number that is never used twice for it
/// within a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Join {
    pub(super) kind: JoinKind,
    pub(super) id: [u8; 16],
    pub(super) index: u8,
}

/// A join to be announced in the session; the keys come back when the frame that announces it is on its way, and never
/// when there is no session to announce it in.
pub(super) struct Announcement {
    pub(super) join: Join,
    pub(super) dialler: Side,
    pub(super) keys: oneshot::Sender<JoinKeys>,
}

/// A join that the other side announced.
pub(super) struct Asked {
    pub(super) join: Join,
    /// Who is to dial.
    pub(super) dialler: Side,
    pub(super) keys: JoinKeys,
}

/// What somebody who dials an identity may come with.
#[derive(Default)]
pub(super) struct Joins {
    tokens: Mutex<Tokens<mpsc::Sender<Circuit>>>,
    /// Rings when there is one more.
    more: Notify,
}

/// A first message that bears one of our tokens.
type Opening = Result<Accepted<mpsc::Sender<Circuit>>, JoinError>;

/// Why there is no further circuit.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unjoined {
    #[error("there is no session to announce it in")]
    NoSession,
    #[error("nobody came with the token")]
    NobodyCame,
    #[error("it took too long")]
    TooLate,
    #[error(transparent)]
    Dial(#[from] DialError),
    #[error("the stream broke")]
    Broken(#[from] std::io::Error),
    #[error(transparent)]
    Join(#[from] JoinError),
}

/// Announces a circuit and waits for it; `dialler` says who dials.
pub(super) async fn open(shared: &Shared, peer: &Peer, join: Join, dialler: Side) -> Result<Circuit, Unjoined> {
    let contact = shared.roster.contact(peer.contact).ok_or(Unjoined::NoSession)?;
    if !contact.open() {
        return Err(Unjoined::NoSession);
    }
    let (keys, sealed) = oneshot::channel();
    let announcement = Announcement { join, dialler, keys };
    contact.notes.send(Note::Announce(announcement)).await.map_err(|_| Unjoined::NoSession)?;
    // The session may be one that is not welcomed yet: it ends by itself if it never is.
    let keys = sealed.await.map_err(|_| Unjoined::NoSession)?;
    connect(shared, peer, dialler, keys).await
}

/// Does our part of a join that the other side announced.
pub(super) async fn answer(shared: &Shared, peer: &Peer, asked: Asked) -> Result<Circuit, Unjoined> {
    connect(shared, peer, asked.dialler, asked.keys).await
}

async fn connect(shared: &Shared, peer: &Peer, dialler: Side, keys: JoinKeys) -> Result<Circuit, Unjoined> {
    let mut session = shared.roster.contact(peer.contact).ok_or(Unjoined::NoSession)?.session();
    let joining = async {
        match dialler {
            Side::Us => dial(shared, peer, keys).await,
            Side::Them => expect(shared, peer, keys).await,
        }
    };
    tokio::select! {
        // The token dies then, on the other side too.
        joined = tokio::time::timeout(JOIN_LIFE, joining) => joined.map_err(|_| Unjoined::TooLate)?,
        // The other side may have gone, and the token with it; what was joined before stays.
        _ = async { session.wait_for(|open| !open).await.is_err() } => Err(Unjoined::NoSession),
    }
}

async fn expect(shared: &Shared, peer: &Peer, keys: JoinKeys) -> Result<Circuit, Unjoined> {
    let joins = shared.roster.identity(peer.identity, |entry| Arc::clone(&entry.joins)).ok_or(Unjoined::NoSession)?;
    let (circuits, mut joined) = mpsc::channel(1);
    joins.expect(keys, circuits, shared.clock.now())?;
    // The token is forgotten when it was used, and when this is dropped.
    joined.recv().await.ok_or(Unjoined::NobodyCame)
}

async fn dial(shared: &Shared, peer: &Peer, keys: JoinKeys) -> Result<Circuit, Unjoined> {
    let lane = peer.lanes.take();
    let dial = Dial { identity: peer.identity.0.unsigned_abs(), lane: lane.number(), to: peer.address };
    let mut stream = {
        let _turn = shared.circuit_dials.acquire().await.map_err(|_| Unjoined::NoSession)?;
        shared.network.dial(dial).await?
    };
    let (state, opening) = keys.open(&mut SystemRandom)?;
    let asked = shared.clock.now();
    stream.write_all(opening.as_ref()).await?;
    stream.flush().await?;
    let answer = cell(&mut stream).await?;
    let answered = shared.clock.now();
    let (joined, proof) = state.confirm(&answer, answered)?;
    stream.write_all(&proof).await?;
    stream.flush().await?;
    Ok(Circuit::new(stream, joined, Some(lane), answered.saturating_sub(asked)))
}

impl Joins {
    /// From now on somebody may come with this token; the circuit is then sent to `to`.
    fn expect(&self, keys: JoinKeys, to: mpsc::Sender<Circuit>, now: Duration) -> Result<(), JoinError> {
        let mut tokens = self.tokens();
        tokens.retain(|purpose| !purpose.is_closed());
        tokens.expect(keys, to, now)?;
        drop(tokens);
        self.more.notify_waiters();
        Ok(())
    }

    /// Whether the first message of a stream bears a token. It is used up then.
    pub(super) fn accept(&self, message: &[u8; HANDSHAKE], now: Duration) -> Option<Opening> {
        self.tokens().accept(message, &mut SystemRandom, now)
    }

    /// As [`Self::accept`] for a message that is nothing else: the frame that announces it may be later than the circuit.
    pub(super) async fn accept_later(
        &self,
        message: &[u8; HANDSHAKE],
        now: &(dyn Fn() -> Duration + Sync),
    ) -> Option<Opening> {
        let waiting = async {
            loop {
                let more = self.more.notified();
                if let Some(opening) = self.accept(message, now()) {
                    return opening;
                }
                more.await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.ok()
    }

    fn tokens(&self) -> MutexGuard<'_, Tokens<mpsc::Sender<Circuit>>> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends the join of somebody who dialled, and gives the circuit to whoever waits for it.
pub(super) async fn welcome(
    mut stream: Stream,
    opening: Opening,
    now: &(dyn Fn() -> Duration + Sync),
) -> Result<(), Unjoined> {
    let Accepted { purpose, state, answer } = opening?;
    let joining = async {
        let asked = now();
        stream.write_all(answer.as_ref()).await?;
        stream.flush().await?;
        let joined = state.proof(&*cell(&mut stream).await?)?;
        Ok::<_, Unjoined>(Circuit::new(stream, joined, None, now().saturating_sub(asked)))
    };
    let circuit = tokio::time::timeout(HANDSHAKE_DEADLINE, joining).await.map_err(|_| Unjoined::TooLate)??;
    // Who waited may have gone meanwhile; the circuit ends with it.
    purpose.try_send(circuit).ok();
    Ok(())
}

async fn cell(stream: &mut Stream) -> Result<Box<[u8; CELL]>, std::io::Error> {
    let mut cell = Box::new([0u8; CELL]);
    stream.read_exact(cell.as_mut()).await?;
    Ok(cell)
}

/// How much later than its circuit the announcement of a join may be: it travels on another circuit.
const PATIENCE: Duration = Duration::from_secs(5);
