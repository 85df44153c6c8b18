//! The one asynchronous room: it runs identities and contacts, keeps every promise of the other rooms in time, and
//! tells what happens.
//!
//! It does not show anything, encode anything, or know which road it runs on. A supervisor per identity publishes the
//! onion service and answers who dials; an actor per contact dials, holds the conversation and says the truth about
//! presence. Nothing is told to a peer before the commit that contains it.

mod calls;
mod changes;
mod circuit;
mod clock;
mod contact;
mod contacts;
mod conversation;
mod count;
mod crew;
mod detour;
mod error;
mod event;
mod expiry;
mod fates;
mod fetching;
mod files;
mod history;
mod identities;
mod joins;
mod keep;
mod lanes;
mod ledger;
mod link;
mod messages;
mod outlet;
mod pace;
mod porter;
mod prepare;
mod profile;
mod reason;
mod roster;
mod serving;
mod stranger;
mod supervisor;
mod transcript;
mod transfer;
mod watch;

use std::sync::Arc;

use pelure_onion::{Network, Status};
use tokio::sync::{Notify, Semaphore, watch as slot};

use crate::file::disk::BlobStore;
use crate::vault::{ContactId, Vault};
use crate::wire::limits;

pub use calls::{Audio, CallView, Levels, Sound};
pub use changes::Terms;
pub use clock::{Clock, MachineClock, SystemRandom};
pub use count::Misbehaviour;
pub use detour::Kept;
pub use error::EngineError;
pub use event::{
    Change, ContactView, Delivery, Event, IdentityView, MessageView, Page, Presence, Reaction, Receipts, TorView,
};
pub use files::OfferOptions;
pub use keep::Keeper;
pub use messages::{Draft, SubmittedMessage};
pub use outlet::Events;
pub use prepare::Prepared;
pub use reason::Reason;
pub use transfer::{FileReason, FileState, TransferView};

use ledger::{Closed, Ledger};
use outlet::Outlet;
use roster::Roster;
use transfer::Moves;

/// What the engine is made of.
pub struct Parts {
    /// The road.
    pub network: Arc<dyn Network>,
    /// Everything at rest.
    pub vault: Vault,
    /// Where files are sealed.
    pub blobs: BlobStore,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// How much one peer may ask of us.
    pub limits: Limits,
    /// Microphone and loudspeaker of calls.
    pub audio: Audio,
}

/// The limits a test or a bench may set otherwise; [`Limits::default`] is the protocol's.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Messages per second that one contact may send for long.
    pub message_rate: u32,
    /// Messages that one contact may send at once.
    pub message_burst: u32,
    /// The longest pause between two identities of one profile coming online, and the shortest.
    pub stagger: (std::time::Duration, std::time::Duration),
    /// Circuits of one large file.
    pub file_circuits: usize,
}

/// The engine; cheap to clone. It runs until [`Engine::shutdown`].
#[derive(Clone)]
pub struct Engine(Arc<Shared>);

/// What all tasks of the engine share.
struct Shared {
    ledger: Ledger,
    blobs: Arc<BlobStore>,
    network: Arc<dyn Network>,
    clock: Arc<dyn Clock>,
    outlet: Outlet,
    limits: Limits,
    roster: Roster,
    /// Whether the user wants to be online.
    wanted: slot::Sender<bool>,
    /// Counts the moments at which trying again makes sense: the network came back, the machine woke.
    nudge: slot::Sender<u64>,
    /// How many contacts are dialled at the same time.
    dials: Semaphore,
    /// How many further circuits are dialled at the same time.
    circuit_dials: Semaphore,
    counts: count::Counts,
    /// How transfers move.
    moves: Moves,
    /// The call there is.
    phone: calls::Phone,
    /// Rings when the next message to disappear may be another one.
    expiring: Notify,
    /// Held by commands that change who is running, so that what runs is what the vault holds.
    changing: tokio::sync::Mutex<()>,
    closed: tokio::sync::Mutex<Option<Closed>>,
}

impl Engine {
    /// Starts everything the vault holds.
    pub async fn start(parts: Parts) -> Result<(Self, Events), EngineError> {
        let Parts { network, vault, blobs, clock, limits, audio } = parts;
        let (ledger, closed) = Ledger::open(vault)?;
        let (outlet, events) = outlet::outlet();
        let (phone, orders) = calls::Phone::new(audio);
        let shared = Arc::new(Shared {
            ledger,
            blobs: Arc::new(blobs),
            network,
            clock,
            outlet,
            limits,
            roster: Roster::default(),
            wanted: slot::Sender::new(true),
            nudge: slot::Sender::new(0),
            dials: Semaphore::new(DIALS_AT_ONCE),
            circuit_dials: Semaphore::new(CIRCUIT_DIALS_AT_ONCE),
            counts: count::Counts::default(),
            moves: Moves::default(),
            phone,
            expiring: Notify::new(),
            changing: tokio::sync::Mutex::default(),
            closed: tokio::sync::Mutex::new(Some(closed)),
        });
        let engine = Self(shared);
        // Before anything can be listed: what was due while the program did not run is gone, and the log of the database
        // forgets what a killed run had no time to make it forget.
        expiry::sweep(&engine.0).await?;
        engine.0.ledger.alone(|vault| vault.sweep()).await?;
        fates::tidy(&engine.0).await?;
        engine.run_all().await?;
        engine.0.roster.keep(tokio::spawn(calls::Desk::new(Arc::clone(&engine.0), orders).run()));
        engine.0.roster.keep(tokio::spawn(expiry::run(Arc::clone(&engine.0))));
        engine.0.roster.keep(tokio::spawn(watch::network(Arc::clone(&engine.0))));
        engine.0.roster.keep(tokio::spawn(watch::sleep(Arc::clone(&engine.0))));
        Ok((engine, events))
    }

    /// Says goodbye to who is connected, unpublishes, and closes the vault. Everything acknowledged is durable already.
    pub async fn shutdown(&self) {
        self.0.phone.close().await;
        self.0.wanted.send_replace(false);
        self.0.roster.stop().await;
        self.0.outlet.close();
    }

    /// Waits until the vault is closed; to be called when no clone of the engine is used any more.
    pub async fn closed(self) {
        let closed = self.0.closed.lock().await.take();
        drop(self.0);
        if let Some(closed) = closed {
            // A task that does not let go of the vault must not keep the program from ending: what is durable is.
            tokio::time::timeout(PATIENCE, closed.wait()).await.ok();
        }
    }

    /// What the road is doing.
    pub fn tor(&self) -> TorView {
        TorView {
            backend: self.0.network.backend(),
            status: self.0.network.status().borrow().clone(),
            vanguards: self.0.network.vanguards(),
        }
    }

    /// Goes online or offline with everything; durable, an offline profile stays offline after a restart.
    pub async fn set_online(&self, online: bool) -> Result<(), EngineError> {
        self.0.ledger.write(move |w| w.put_setting(ONLINE, if online { "yes" } else { "no" })).await?;
        self.0.go_online(online).await;
        Ok(())
    }

    async fn run_all(&self) -> Result<(), EngineError> {
        let (identities, contacts, online) = self
            .0
            .ledger
            .read(|r| Ok((r.identities()?, r.contacts(None)?, r.setting(ONLINE)?.as_deref() != Some("no"))))
            .await?;
        self.0.wanted.send_replace(online);
        self.0.network.set_online(online);
        for identity in identities {
            identities::run(&self.0, &identity).await?;
        }
        for contact in contacts {
            contacts::run(&self.0, &contact)?;
        }
        Ok(())
    }
}

impl Shared {
    async fn go_online(&self, online: bool) {
        if online {
            self.network.set_online(true);
            self.wanted.send_replace(true);
        } else {
            self.phone.close().await;
            // Services and sessions end first: a sleeping road cannot say goodbye.
            self.wanted.send_replace(false);
            self.roster.rested().await;
            self.network.set_online(false);
        }
    }

    /// Tells a contact's actor that its outbox changed.
    fn poke(&self, contact: ContactId) {
        if let Some(running) = self.roster.contact(contact) {
            running.poke();
        }
    }

    /// Can circuits be built now?
    fn ready(&self) -> bool {
        *self.network.status().borrow() == Status::Ready
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message_rate: limits::MESSAGE_RATE,
            message_burst: limits::MESSAGE_BURST,
            stagger: (limits::STAGGER_LEAST, limits::STAGGER_MOST),
            file_circuits: limits::FILE_CIRCUITS_MOST,
        }
    }
}

/// How long the vault may take to close.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);

/// The setting that keeps a profile offline.
const ONLINE: &str = "online";

/// Dials under way at the same time: each builds several circuits, and a crowd of them would only slow each other.
const DIALS_AT_ONCE: usize = 8;

/// The same for further circuits, which sessions do not wait for.
const CIRCUIT_DIALS_AT_ONCE: usize = 12;
