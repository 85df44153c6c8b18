//! A window without a desktop for tests of the bridge: its model, what it was told, and a desktop of the test's own.

#![allow(dead_code, unreachable_pub, reason = "each test file uses a part of it")]

#[path = "devices.rs"]
pub mod devices;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pelure::bridge::{self, Home, World};
use pelure::desk::{Choice, Desk, DeskError, Pick, Pixels};
use pelure::engine::{Audio, MachineClock, Sound};
use pelure::start::{Road, StartError, Started};
use pelure::vault::{Cost, Vault};
use pelure::voice::device::Devices;
use pelure_onion::Memory;
use pelure_ui::intent::{Intent, Part};
use pelure_ui::keys::{ContactKey, IdentityKey};
use pelure_ui::model::{Contact, Message, Model, Notice, Presence, Reach, Stage, Standing};
use pelure_ui::secret::Secret;
use pelure_ui::update::Update;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use devices::TestDevices;

/// Somebody before a window.
pub struct Someone {
    pub model: Model,
    /// What the window was told, in order.
    pub told: Vec<Update>,
    pub desk: Arc<TestDesk>,
    pub devices: Arc<TestDevices>,
    intents: mpsc::Sender<Intent>,
    updates: mpsc::Receiver<Update>,
    bridge: JoinHandle<()>,
}

/// A desktop that holds what the test puts there.
pub struct TestDesk {
    pub text: Mutex<Result<String, DeskError>>,
    pub pixels: Mutex<Result<Pixels, DeskError>>,
    pub choice: Mutex<Result<Option<PathBuf>, DeskError>>,
    /// A picture in colours, as PNG.
    pub picture: Mutex<Result<Vec<u8>, DeskError>>,
    pub picked: Mutex<Result<Vec<PathBuf>, DeskError>>,
    /// The names under which something was to be saved.
    pub offered: Mutex<Vec<String>>,
    /// The notifications that were shown.
    pub notes: Mutex<Vec<String>>,
}

struct MemoryRoad(Memory);

impl Road for MemoryRoad {
    fn start(&self, _: &Vault, _: Option<&Path>) -> Result<Started, StartError> {
        Ok(Started { network: self.0.network(), files: None })
    }
}

impl Desk for TestDesk {
    fn text(&self) -> Result<String, DeskError> {
        self.text.lock().unwrap().clone()
    }

    fn pixels(&self) -> Result<Pixels, DeskError> {
        self.pixels.lock().unwrap().clone()
    }

    fn picture(&self) -> Result<Vec<u8>, DeskError> {
        self.picture.lock().unwrap().clone()
    }

    fn pick(&self, _: Pick) -> Result<Vec<PathBuf>, DeskError> {
        self.picked.lock().unwrap().clone()
    }

    fn choose(&self, choice: &Choice) -> Result<Option<PathBuf>, DeskError> {
        if let Choice::Save(name) = choice {
            self.offered.lock().unwrap().push(name.to_string());
        }
        self.choice.lock().unwrap().clone()
    }

    fn notify(&self, title: &str, body: &str) {
        self.notes.lock().unwrap().push(format!("{title}\n{body}"));
    }
}

impl Someone {
    /// Starts the program; its profile is in `dir`, or in memory.
    pub fn start(road: &Memory, dir: Option<&Path>) -> Self {
        Self::start_with_room(road, dir, 1_024)
    }

    /// With a window that lets so many updates wait.
    pub fn start_with_room(road: &Memory, dir: Option<&Path>, room: usize) -> Self {
        let desk = Arc::new(TestDesk {
            text: Mutex::new(Err(DeskError::Nothing)),
            pixels: Mutex::new(Err(DeskError::Nothing)),
            choice: Mutex::new(Err(DeskError::Absent)),
            picture: Mutex::new(Err(DeskError::Nothing)),
            picked: Mutex::new(Err(DeskError::Absent)),
            offered: Mutex::default(),
            notes: Mutex::default(),
        });
        let devices = Arc::<TestDevices>::default();
        let world = World {
            road: Arc::new(MemoryRoad(road.clone())),
            clock: Arc::new(MachineClock::new()),
            audio: Audio { sound: Sound::none(), devices: Arc::clone(&devices) as Arc<dyn Devices> },
            desk: Arc::clone(&desk) as Arc<dyn Desk>,
            home: dir.map_or(Home::Traceless, |dir| Home::Kept(dir.to_owned())),
            language: None,
            cost: || Ok(Cost::DANGEROUSLY_CHEAP),
        };
        let (tell, updates) = mpsc::channel(room);
        let (intents, wished) = mpsc::channel(64);
        let bridge = tokio::spawn(bridge::run(world, Duration::ZERO, tell, wished));
        Self { model: Model::default(), told: Vec::new(), desk, devices, intents, updates, bridge }
    }

    /// Somebody with a fresh profile in `dir`, or in memory, and one identity that can be reached.
    pub async fn arrive(road: &Memory, dir: Option<&Path>) -> Self {
        let mut someone = Self::start(road, dir);
        if dir.is_some() {
            someone.until(|model| model.stage == Stage::Fresh).await;
            someone.wish(Intent::Create { passphrase: secret(PASSPHRASE), offline: false }).await;
        }
        someone.until(|model| model.stage == Stage::Open).await;
        someone.wish(Intent::AddIdentity { name: "desk".into() }).await;
        someone.until(|model| model.identities.first().is_some_and(|me| me.reach == Reach::Reachable)).await;
        someone
    }

    pub async fn wish(&self, intent: Intent) {
        self.intents.send(intent).await.expect("the bridge ended");
    }

    /// Takes updates until the model is as wanted.
    pub async fn until(&mut self, wanted: impl Fn(&Model) -> bool) {
        let reached = async {
            while !wanted(&self.model) {
                let update = self.updates.recv().await.expect("the bridge ended");
                self.told.push(update.clone());
                self.model.apply(update);
            }
        };
        // A bound on hanging, not on speed.
        if tokio::time::timeout(HANGING, reached).await.is_err() {
            panic!("did not come to be: {:#?}", self.model);
        }
    }

    /// Takes updates until one is as wanted.
    pub async fn until_told(&mut self, wanted: impl Fn(&Update) -> bool) -> Update {
        let found = async {
            loop {
                let update = self.updates.recv().await.expect("the bridge ended");
                self.told.push(update.clone());
                self.model.apply(update.clone());
                if wanted(&update) {
                    return update;
                }
            }
        };
        tokio::time::timeout(HANGING, found).await.expect("was not told")
    }

    pub async fn until_notice(&mut self, notice: Notice) {
        self.until(|model| model.notices.contains(&notice)).await;
    }

    /// Opens the conversation, as the window does.
    pub async fn open(&mut self, contact: ContactKey) {
        self.model.open(contact);
        self.wish(Intent::Load { contact, part: Part::Newest }).await;
        self.until(|model| model.talk.as_ref().is_some_and(|talk| talk.contact == contact && !talk.loading)).await;
    }

    pub async fn send(&self, contact: ContactKey, text: &str) {
        self.wish(Intent::Send { contact, text: text.into(), reply_to: None }).await;
    }

    /// Waits for the message of this text in the open conversation.
    pub async fn message(&mut self, text: &str, wanted: impl Fn(&Message) -> bool) -> Message {
        let find = |model: &Model| {
            let messages = model.talk.as_ref().map(|talk| talk.messages.clone()).unwrap_or_default();
            messages.into_iter().find(|message| message.text.as_str() == text && wanted(message))
        };
        self.until(|model| find(model).is_some()).await;
        find(&self.model).unwrap()
    }

    pub fn identity(&self) -> IdentityKey {
        self.model.identities[0].key
    }

    pub fn address(&self) -> String {
        self.model.identities[0].address.clone()
    }

    pub fn contact(&self) -> &Contact {
        self.model.contacts.values().next().unwrap()
    }

    /// The person closes the window; returns when everything behind it has ended.
    pub async fn leave(self) {
        drop(self.intents);
        drop(self.updates);
        tokio::time::timeout(HANGING, self.bridge).await.expect("the bridge does not end").unwrap();
    }

    /// Everything the window was told from this place on, as one text.
    pub fn told_since(&self, mark: usize) -> String {
        format!("{:?}", &self.told[mark..])
    }
}

/// Makes two people contacts: `a` asks, `b` accepts. Gives each one's contact.
pub async fn acquaint(a: &mut Someone, b: &mut Someone) -> (ContactKey, ContactKey) {
    let (identity, address) = (a.identity(), b.address());
    a.wish(Intent::AddContact { identity, address, name: "Bob".into(), message: "may I?".into() }).await;
    b.until(|model| model.requests.len() == 1).await;
    let request = b.model.requests[0].key;
    b.wish(Intent::Accept { request, name: "Alice".into() }).await;
    for someone in [&mut *a, &mut *b] {
        someone
            .until(|model| {
                model
                    .contacts
                    .values()
                    .any(|contact| contact.standing == Standing::Accepted && contact.presence == Presence::Online)
            })
            .await;
    }
    (a.contact().key, b.contact().key)
}

pub fn secret(text: &str) -> Secret {
    Secret::new(text.into())
}

pub const PASSPHRASE: &str = "correct horse battery staple";

/// Nothing in memory takes this long unless it hangs.
pub const HANGING: Duration = Duration::from_secs(60);
