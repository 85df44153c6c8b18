//! What tests of several rooms share: people on the road in memory, who wait for events instead of sleeping.

#![allow(dead_code, reason = "each test program uses its part")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    unreachable_pub,
    reason = "a test says what went wrong by failing"
)]

pub mod block;
pub mod clock;
pub mod peer;
pub mod sound;
pub mod stillness;
pub mod tone;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use pelure::engine::{
    Audio, Change, Clock, ContactView, Delivery, Engine, EngineError, Event, Events, Limits, MachineClock, MessageView,
    Page, Parts, Presence, Sound, SystemRandom,
};
use pelure::file::disk::BlobStore;
use pelure::vault::{ContactId, ContactState, IdentityId, MessageKey, RequestId, Vault};
use pelure_onion::{Address, Memory};

/// Somebody with one identity.
pub struct Person {
    pub engine: Engine,
    pub events: Events,
    pub identity: IdentityId,
    pub address: String,
}

/// A road in memory, in fine weather.
pub fn road() -> Memory {
    Memory::new(1)
}

/// An engine on that road, as yet without anybody if the vault is empty.
pub async fn start(road: &Memory, vault: Vault, limits: Limits, clock: Arc<dyn Clock>) -> (Engine, Events) {
    start_at(road, vault, &sealed_files(), limits, clock).await
}

/// As [`start`], with its sealed files in a place of the test's own, so that they outlive the engine.
pub async fn start_at(
    road: &Memory,
    vault: Vault,
    files: &Path,
    limits: Limits,
    clock: Arc<dyn Clock>,
) -> (Engine, Events) {
    start_with(road, vault, files, limits, clock, Audio::of_this_machine(Sound::none())).await
}

/// As [`start_at`], with a microphone and a loudspeaker.
pub async fn start_with(
    road: &Memory,
    vault: Vault,
    files: &Path,
    limits: Limits,
    clock: Arc<dyn Clock>,
    audio: Audio,
) -> (Engine, Events) {
    let blobs = BlobStore::new(files.to_owned(), None);
    Engine::start(Parts { network: road.network(), vault, blobs, clock, limits, audio }).await.unwrap()
}

/// A directory of sealed files for one engine; made only when there is one to seal.
fn sealed_files() -> PathBuf {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let name = format!("sealed-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

impl Person {
    pub async fn new(road: &Memory, name: &str) -> Self {
        Self::with(road, name, Vault::traceless(&mut SystemRandom).unwrap(), Limits::default()).await
    }

    pub async fn with(road: &Memory, name: &str, vault: Vault, limits: Limits) -> Self {
        Self::at(road, name, vault, limits, Arc::new(MachineClock::new())).await
    }

    /// With a clock of the test's own.
    pub async fn at(road: &Memory, name: &str, vault: Vault, limits: Limits, clock: Arc<dyn Clock>) -> Self {
        let (engine, events) = start(road, vault, limits, clock).await;
        let view = engine.create_identity(name).await.unwrap();
        Self { engine, events, identity: view.identity, address: view.address.onion() }
    }

    /// Who speaks and hears by these devices.
    pub async fn speaking(road: &Memory, name: &str, clock: Arc<dyn Clock>, audio: Audio) -> Self {
        let vault = Vault::traceless(&mut SystemRandom).unwrap();
        let (engine, events) = start_with(road, vault, &sealed_files(), Limits::default(), clock, audio).await;
        let view = engine.create_identity(name).await.unwrap();
        Self { engine, events, identity: view.identity, address: view.address.onion() }
    }

    pub fn onion(&self) -> Address {
        Address::parse(&self.address).unwrap()
    }

    /// A contact as it is shown.
    pub async fn contact(&self, contact: ContactId) -> ContactView {
        let contacts = self.engine.contacts(None).await.unwrap();
        contacts.into_iter().find(|view| view.contact == contact).expect("no such contact")
    }

    /// The texts of a conversation, oldest first.
    pub async fn texts(&self, contact: ContactId) -> Vec<String> {
        let (mut texts, mut before) = (Vec::new(), None);
        loop {
            let page = self.engine.messages(contact, Page { before, after: None, limit: 100 }).await.unwrap();
            let Some(oldest) = page.last() else { break };
            before = Some(oldest.message);
            texts.extend(page.into_iter().map(|view| view.text));
        }
        texts.reverse();
        texts
    }

    /// Takes events until one satisfies `wanted`.
    pub async fn until(&mut self, wanted: impl Fn(&Event) -> bool) -> Event {
        let found = async {
            loop {
                let event = self.events.next().await.expect("the engine stopped");
                if wanted(&event) {
                    return event;
                }
            }
        };
        // A bound on hanging, not on speed.
        tokio::time::timeout(HANGING, found).await.expect("the event did not come")
    }

    pub async fn next_text(&mut self) -> String {
        match self.until(|event| matches!(event, Event::MessageReceived(_))).await {
            Event::MessageReceived(message) => message.text,
            _ => unreachable!(),
        }
    }

    /// The next message that arrives, as it is shown.
    pub async fn next_message(&mut self) -> MessageView {
        match self.until(|event| matches!(event, Event::MessageReceived(_))).await {
            Event::MessageReceived(message) => message,
            _ => unreachable!(),
        }
    }

    /// The next change of a message of this kind.
    pub async fn next_change(&mut self, wanted: Change) -> MessageView {
        let is_it = |event: &Event| matches!(event, Event::MessageChanged { change, .. } if *change == wanted);
        match self.until(is_it).await {
            Event::MessageChanged { message, .. } => message,
            _ => unreachable!(),
        }
    }

    /// A message as it is shown now; `None`: it is not there.
    pub async fn view(&self, message: MessageKey) -> Option<MessageView> {
        match self.engine.around(message, 0).await {
            Ok(mut views) => views.pop(),
            Err(EngineError::NotFound) => None,
            Err(error) => panic!("{error}"),
        }
    }

    /// Returns when the contact is shown as wanted.
    pub async fn until_contact(&mut self, contact: ContactId, wanted: impl Fn(&ContactView) -> bool) {
        while !wanted(&self.contact(contact).await) {
            self.until(|event| matches!(event, Event::Contact(_))).await;
        }
    }

    /// Returns when a message of ours is where it is to be, whether that was told already or not.
    pub async fn until_state(&mut self, message: MessageKey, wanted: Delivery) {
        while self.view(message).await.map(|view| view.state) != Some(wanted) {
            self.until(|event| matches!(event, Event::MessageState { .. })).await;
        }
    }

    pub async fn next_request(&mut self) -> RequestId {
        match self.until(|event| matches!(event, Event::RequestReceived(_))).await {
            Event::RequestReceived(request) => request.id,
            _ => unreachable!(),
        }
    }

    /// Returns when a message is delivered, whether that was told already or not.
    pub async fn until_delivered(&mut self, message: MessageKey) {
        loop {
            let contacts = self.engine.contacts(None).await.unwrap();
            for contact in contacts {
                if self.state_of(contact.contact, message).await == Some(Delivery::Delivered) {
                    return;
                }
            }
            self.until(|event| matches!(event, Event::MessageState { .. })).await;
        }
    }

    pub async fn until_accepted(&mut self, contact: ContactId) {
        loop {
            let contacts = self.engine.contacts(None).await.unwrap();
            if contacts.iter().any(|view| view.contact == contact && view.state == ContactState::Accepted) {
                return;
            }
            self.until(|event| matches!(event, Event::Contact(_))).await;
        }
    }

    pub async fn until_online(&mut self, contact: ContactId) {
        while self.contact(contact).await.presence != Presence::Online {
            self.until(|event| matches!(event, Event::Contact(_))).await;
        }
    }

    pub async fn state(&self, contact: ContactId, message: MessageKey) -> Delivery {
        self.state_of(contact, message).await.expect("no such message")
    }

    async fn state_of(&self, contact: ContactId, message: MessageKey) -> Option<Delivery> {
        let page = Page { before: None, after: None, limit: 1000 };
        let messages = self.engine.messages(contact, page).await.unwrap();
        messages.into_iter().find(|view| view.message == message).map(|view| view.state)
    }
}

/// Makes two people contacts: `a` asks, `b` accepts. Gives each one's contact.
pub async fn acquaint(a: &mut Person, b: &mut Person) -> (ContactId, ContactId) {
    let to_b = a.engine.add_contact(a.identity, &b.address, "b", "may I".into()).await.unwrap();
    let request = b.next_request().await;
    let to_a = b.engine.accept_request(request, "a").await.unwrap();
    a.until_accepted(to_b).await;
    (to_b, to_a)
}

/// The newest messages.
pub fn page(limit: u32) -> Page {
    Page { before: None, after: None, limit }
}

/// Nothing in memory takes this long unless it hangs.
pub const HANGING: Duration = Duration::from_secs(60);
