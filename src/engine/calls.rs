//! Calls: the commands about them, how they are shown, and who works on them.
//!
//! There is one call at a time. Its course is decided by [`crate::voice::Calls`], which the [`desk`] asks; its circuits are
//! the [`ways`]'s, and its sound is the [`path`]'s. Nothing of a call is kept when it is over.

mod desk;
mod floor;
mod lane;
mod path;
mod show;
mod sound;
mod talk;
mod ways;

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use zeroize::Zeroizing;

use super::joins::Asked;
use super::{Engine, EngineError};
use crate::vault::{ContactId, ContactState, TransferId};
use crate::voice::{CallError, note, wav};
use crate::wire::{CallId, FileKind, Profile, Signal};

pub use show::{CallView, Levels};
pub use sound::{Audio, Sound};

pub(super) use desk::Desk;
use floor::Panel;

/// Where everybody in the engine finds the calls.
pub(super) struct Phone {
    orders: mpsc::Sender<Order>,
    /// The call there is, as it was told last.
    shown: Mutex<Option<(CallView, std::sync::Arc<Panel>)>>,
    audio: Mutex<Audio>,
    /// Whether one talks now: files make room then.
    talking: watch::Sender<bool>,
}

/// What the desk is told.
pub(super) enum Order {
    /// The person calls.
    Start(ContactId, Profile, oneshot::Sender<Result<CallId, CallError>>),
    /// The person does something with a call.
    Do(CallId, Deed, oneshot::Sender<Result<(), CallError>>),
    /// Other devices are to be used.
    Sound,
    /// A contact says something about a call.
    Heard(ContactId, CallId, Signal),
    /// A contact announces a circuit of a call.
    Asked(ContactId, Asked),
    /// There is a session with a contact in which one may speak of calls.
    Met(ContactId),
    /// A contact is no longer spoken with: it was removed or blocked, or its identity goes offline.
    Gone(ContactId),
    /// The program ends, or goes offline; answered when whatever there was to say is on its way.
    Close(oneshot::Sender<()>),
}

/// What the person does with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    Accept,
    Decline,
    HangUp,
    Mute(bool),
}

impl Engine {
    /// Calls a contact. It rings as soon as there is a session, for a minute at most.
    pub async fn start_call(&self, contact: ContactId, profile: Profile) -> Result<CallId, EngineError> {
        let row = self.0.ledger.read(move |r| r.contact(contact)).await?;
        match row.state {
            ContactState::Blocked => return Err(EngineError::Blocked),
            ContactState::Requested => return Err(EngineError::NotAllowedNow("the contact has not accepted yet")),
            ContactState::Accepted => {}
        }
        let (answer, answered) = oneshot::channel();
        self.0.phone.order(Order::Start(contact, profile, answer)).await;
        Ok(answered.await.map_err(|_| EngineError::Stopped)??)
    }

    /// Takes the call that rings here.
    pub async fn accept_call(&self, call: CallId) -> Result<(), EngineError> {
        self.deal(call, Deed::Accept).await
    }

    /// Refuses the call that rings here.
    pub async fn decline_call(&self, call: CallId) -> Result<(), EngineError> {
        self.deal(call, Deed::Decline).await
    }

    /// Ends a call, whatever it has come to.
    pub async fn hang_up(&self, call: CallId) -> Result<(), EngineError> {
        self.deal(call, Deed::HangUp).await
    }

    /// Puts silence in the place of what is said, or no longer. The other side's program cannot tell.
    pub async fn mute_call(&self, call: CallId, muted: bool) -> Result<(), EngineError> {
        self.deal(call, Deed::Mute(muted)).await
    }

    /// The call there is, with the levels of this moment.
    pub fn call(&self) -> Option<CallView> {
        let shown = lock(&self.0.phone.shown);
        shown.as_ref().map(|(view, panel)| view.clone().with(&panel.show()))
    }

    /// Which devices are used, and how.
    pub fn sound(&self) -> Sound {
        self.0.phone.sound()
    }

    /// Uses other devices from now on, in the call that is going on as well.
    pub async fn set_sound(&self, sound: Sound) {
        lock(&self.0.phone.audio).sound = sound;
        self.0.phone.order(Order::Sound).await;
    }

    /// Offers a WAV file as a voice note.
    pub async fn send_voice_note(&self, contact: ContactId, path: PathBuf) -> Result<TransferId, EngineError> {
        let encoding = tokio::task::spawn_blocking(move || {
            let sound = Zeroizing::new(wav::read(&path)?);
            let note = Zeroizing::new(note::encode(&sound)?);
            let seconds = note::Note::decode(&note)?.seconds();
            Ok::<_, EngineError>((note, seconds.ceil() as u16))
        });
        let (note, seconds) = encoding.await.map_err(|_| EngineError::Stopped)??;
        let kind = FileKind::VoiceNote { seconds };
        self.offer_bytes(contact, NOTE_NAME.to_owned(), note, kind, false).await
    }

    async fn deal(&self, call: CallId, deed: Deed) -> Result<(), EngineError> {
        let (answer, answered) = oneshot::channel();
        self.0.phone.order(Order::Do(call, deed, answer)).await;
        Ok(answered.await.map_err(|_| EngineError::Stopped)??)
    }
}

impl Phone {
    /// The phone, and what its desk takes orders from.
    pub(super) fn new(audio: Audio) -> (Self, mpsc::Receiver<Order>) {
        let (orders, taken) = mpsc::channel(ORDERS);
        (Self { orders, shown: Mutex::default(), audio: Mutex::new(audio), talking: watch::Sender::new(false) }, taken)
    }

    /// A contact said something about a call. Beyond the bound it is lost, as it may be with a session.
    pub(super) fn heard(&self, from: ContactId, call: CallId, what: Signal) {
        self.orders.try_send(Order::Heard(from, call, what)).ok();
    }

    /// A contact announced a circuit of a call. Beyond the bound it is left alone, and fails there.
    pub(super) fn asked(&self, from: ContactId, asked: Asked) {
        self.orders.try_send(Order::Asked(from, asked)).ok();
    }

    /// There is a session in which one may speak of calls.
    pub(super) async fn met(&self, with: ContactId) {
        self.order(Order::Met(with)).await;
    }

    /// A contact is no longer spoken with.
    pub(super) async fn gone(&self, contact: ContactId) {
        self.order(Order::Gone(contact)).await;
    }

    /// Ends the call there is, and says so to the other side. A desk that is stuck is not waited for.
    pub(super) async fn close(&self) {
        let (answer, answered) = oneshot::channel();
        let closing = async {
            self.order(Order::Close(answer)).await;
            answered.await.ok();
        };
        tokio::time::timeout(CLOSING, closing).await.ok();
    }

    /// Whether one talks, as it changes.
    pub(super) fn talking(&self) -> watch::Receiver<bool> {
        self.talking.subscribe()
    }

    fn sound(&self) -> Sound {
        lock(&self.audio).sound.clone()
    }

    async fn order(&self, order: Order) {
        // The desk is gone when the engine stops: then there is nothing to be done.
        self.orders.send(order).await.ok();
    }
}

fn lock<T>(slot: &Mutex<T>) -> MutexGuard<'_, T> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a voice note is called that was a file: the other side sees no name of this machine's.
const NOTE_NAME: &str = "voice note";

/// How long the desk may take to end a call when the program ends.
const CLOSING: Duration = Duration::from_secs(3);

/// Orders that wait for the desk: what two contacts may say at once, and the person beside them.
const ORDERS: usize = 256;
