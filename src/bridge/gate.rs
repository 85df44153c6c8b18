//! Before a profile is open: a first start, or a profile that waits for its passphrase.
//!
//! Nothing of the profile is known here. A wrong passphrase and a damaged profile are told apart.

use std::path::PathBuf;
use std::sync::Arc;

use pelure_ui::intent::Intent;
use pelure_ui::model::{Fault, Stage};
use pelure_ui::secret::Secret;
use pelure_ui::settings::Settings;
use pelure_ui::update::Update;
use tokio::sync::mpsc::Receiver;

use super::out::Out;
use super::{Home, World, fault, settings};
use crate::engine::{Events, Kept, SystemRandom};
use crate::start::{self, Running};
use crate::vault::{Passphrase, Vault, VaultError};

/// The gate of one profile.
pub(super) struct Gate<'a> {
    pub(super) world: &'a Arc<World>,
    pub(super) out: &'a mut Out,
    pub(super) intents: &'a mut Receiver<Intent>,
    pub(super) settings: Settings,
    pub(super) focused: bool,
}

/// A profile that was opened.
pub(super) struct Opened {
    pub(super) running: Running,
    pub(super) events: Events,
    pub(super) settings: Settings,
    pub(super) traceless: bool,
    pub(super) focused: bool,
}

/// What the person wants of it.
enum Wanted {
    Opened(Key),
    /// With all that is in this directory of it.
    Destroyed(PathBuf),
}

/// How the person wants it opened.
enum Key {
    /// The last word: whether to stay offline until the person goes online.
    Create(PathBuf, Passphrase, bool),
    Open(PathBuf, Passphrase),
    Traceless(bool),
}

/// Why it is not open.
enum Refusal {
    /// The person can try again.
    Profile(Fault),
    /// It is of no use to try again.
    Start(Fault),
}

impl Gate<'_> {
    /// Returns the opened profile, or nothing if the person went away.
    pub(super) async fn pass(mut self) -> Option<Opened> {
        let mut stage = match self.look().await {
            Ok(stage) => stage,
            Err(error) => return self.give_up(fault::of_vault(&error)).await,
        };
        loop {
            let key = match stage {
                // Asked for on the command line.
                Stage::Opening => Key::Traceless(false),
                _ => {
                    self.out.tell(Update::Stage(stage.clone()));
                    match self.asked(&stage).await? {
                        Wanted::Opened(key) => key,
                        Wanted::Destroyed(dir) => match destroy(dir).await {
                            Ok(()) => return self.end(Stage::Destroyed).await,
                            // Another program has it open: it can be destroyed there.
                            Err(VaultError::InUse) => {
                                stage = Stage::Sealed { fault: Some(Fault::InUse) };
                                continue;
                            }
                            Err(error) => return self.give_up(fault::of_vault(&error)).await,
                        },
                    }
                }
            };
            self.out.tell(Update::Stage(Stage::Opening));
            match self.open(key).await {
                Ok(opened) => return Some(opened),
                Err(Refusal::Start(fault)) => return self.give_up(fault).await,
                Err(Refusal::Profile(fault)) => {
                    stage = match stage {
                        Stage::Sealed { .. } => Stage::Sealed { fault: Some(fault) },
                        Stage::Fresh => {
                            self.out.tell(Update::Failed(fault));
                            Stage::Fresh
                        }
                        _ => return self.give_up(fault).await,
                    }
                }
            }
        }
    }

    /// Whether there is a profile.
    async fn look(&self) -> Result<Stage, VaultError> {
        let Home::Kept(dir) = &self.world.home else { return Ok(Stage::Opening) };
        let dir = dir.clone();
        let there = tokio::task::spawn_blocking(move || Vault::is_in(&dir)).await.unwrap_or(Ok(true))?;
        Ok(if there { Stage::Sealed { fault: None } } else { Stage::Fresh })
    }

    /// Waits for the wish to open it, or to destroy it: neither needs the other.
    async fn asked(&mut self, stage: &Stage) -> Option<Wanted> {
        loop {
            let intent = self.intents.recv().await?;
            match (intent, &self.world.home) {
                (Intent::Create { passphrase, offline }, Home::Kept(dir)) => {
                    return Some(Wanted::Opened(Key::Create(dir.clone(), self::passphrase(&passphrase), offline)));
                }
                (Intent::Unlock { passphrase }, Home::Kept(dir)) => {
                    return Some(Wanted::Opened(Key::Open(dir.clone(), self::passphrase(&passphrase))));
                }
                (Intent::CreateTraceless { offline }, _) => return Some(Wanted::Opened(Key::Traceless(offline))),
                (Intent::Destroy, Home::Kept(dir)) if matches!(stage, Stage::Sealed { .. }) => {
                    return Some(Wanted::Destroyed(dir.clone()));
                }
                (Intent::Set(settings), _) => {
                    self.settings = settings.bounded();
                    self.out.tell(Update::Settings(self.settings));
                }
                (Intent::Paste, _) => self.paste().await,
                (Intent::Quit, _) => return None,
                (Intent::Focus(focused), _) => self.focused = focused,
                (Intent::Lock, _) => {}
                // Nothing else can be wished before there is a profile.
                _ => self.out.tell(Update::Failed(Fault::NotAllowedNow)),
            }
        }
    }

    async fn paste(&mut self) {
        let desk = Arc::clone(&self.world.desk);
        if let Ok(Ok(text)) = tokio::task::spawn_blocking(move || desk.text()).await {
            self.out.tell(Update::Pasted(text));
        }
    }

    async fn open(&mut self, key: Key) -> Result<Opened, Refusal> {
        let (home, is_new) = match &key {
            Key::Create(dir, ..) => (Some(dir.clone()), true),
            Key::Open(dir, _) => (Some(dir.clone()), false),
            Key::Traceless(_) => (None, true),
        };
        let traceless = home.is_none();
        let cost = self.world.cost;
        let opening = tokio::task::spawn_blocking(move || match key {
            Key::Create(dir, passphrase, offline) => {
                kept_offline(Vault::create(&dir, &passphrase, cost()?, &mut SystemRandom)?, offline)
            }
            Key::Open(dir, passphrase) => Vault::open(&dir, &passphrase),
            Key::Traceless(offline) => kept_offline(Vault::traceless(&mut SystemRandom)?, offline),
        });
        let vault = opening.await.map_err(|_| Refusal::Profile(Fault::NotAllowedNow))?;
        let vault = vault.map_err(|error| Refusal::Profile(fault::of_vault(&error)))?;
        let (road, clock) = (Arc::clone(&self.world.road), Arc::clone(&self.world.clock));
        let started = start::start(vault, home, road, clock, self.world.audio.clone()).await;
        let (running, events) = started.map_err(|error| {
            tracing::warn!(%error, "the profile was opened, but could not be put to work");
            Refusal::Start(fault::of_start(&error))
        })?;
        let settings = self.settled(&running, is_new).await;
        Ok(Opened { running, events, settings, traceless, focused: self.focused })
    }

    /// The settings of the profile: those just chosen if it is new, else those it keeps.
    async fn settled(&mut self, running: &Running, is_new: bool) -> Settings {
        let engine = &running.engine;
        let settings = if is_new {
            engine.put_setting(SETTINGS, settings::write(&self.settings)).await.map(|()| self.settings)
        } else {
            engine.setting(SETTINGS).await.map(|kept| {
                let settings = settings::read(&kept.unwrap_or_default(), self.settings);
                Settings { language: self.world.language.unwrap_or(settings.language), ..settings }
            })
        };
        settings.unwrap_or_else(|error| {
            self.out.tell(Update::Failed(fault::of_engine(&error)));
            self.settings
        })
    }

    async fn give_up(self, fault: Fault) -> Option<Opened> {
        self.end(Stage::Broken(fault)).await
    }

    async fn end(self, last: Stage) -> Option<Opened> {
        self.out.tell(Update::Stage(last));
        farewell(self.intents).await;
        None
    }
}

/// A profile that was just made, and stays offline if that is wished: nothing was connected to yet.
fn kept_offline(mut vault: Vault, offline: bool) -> Result<Vault, VaultError> {
    if offline {
        Kept::stay_offline(&mut vault)?;
    }
    Ok(vault)
}

/// Destroys a profile that is not open: no passphrase is asked for, since who wants this may have no time.
async fn destroy(dir: PathBuf) -> Result<(), VaultError> {
    let lost = |_| Err(VaultError::Disk { doing: "destroying the profile", why: "it was interrupted".into() });
    tokio::task::spawn_blocking(move || Vault::destroy_in(&dir)).await.unwrap_or_else(lost)
}

/// A passphrase on its way from the window to the vault.
pub(super) fn passphrase(secret: &Secret) -> Passphrase {
    Passphrase::new(secret.reveal().to_owned())
}

/// Waits until the person has read the last words and leaves.
pub(super) async fn farewell(intents: &mut Receiver<Intent>) {
    while intents.recv().await.is_some_and(|intent| intent != Intent::Quit) {}
}

/// The setting that holds how the window is to be.
pub(super) const SETTINGS: &str = "look";
