//! The bridge between the engine and the window, and the one room that knows both: it owns the life of a profile, says
//! what happens as updates, and carries out what the person wishes.
//!
//! It keeps every secret on its side: a locked window is told nothing but how many messages wait. It never waits for the
//! window: one that is not drawn is told everything anew when it looks again.

mod anew;
mod calls;
mod day;
mod detour;
pub mod doctor;
mod fault;
mod files;
mod filing;
mod gate;
mod known;
mod lock;
mod news;
mod notes;
mod out;
mod pages;
mod parcels;
mod settings;
mod shape;
mod sound;
mod studio;
mod tone;
mod wires;
mod wishes;
mod work;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use pelure_ui::intent::Intent;
use pelure_ui::model::{Place, Stage};
use pelure_ui::settings::Settings;
use pelure_ui::update::Update;
use tokio::sync::mpsc;

use crate::desk::{self, Desk};
use crate::engine::{Audio, Clock};
use crate::start::Road;
use crate::vault::{Cost, Vault, VaultError};
use day::Calendar;
use gate::Gate;
use out::Out;
use work::{End, Work};

pub use pelure_ui::settings::Language;
pub use wires::{WindowError, open};

/// What a window stands in.
pub struct World {
    /// The road that is started for its profile.
    pub road: Arc<dyn Road>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Microphone and loudspeaker, until the person chooses others.
    pub audio: Audio,
    /// The desktop around it.
    pub desk: Arc<dyn Desk>,
    /// Where its profile is.
    pub home: Home,
    /// The language that the person asked for at the start, whatever is set.
    pub language: Option<Language>,
    /// What guessing the passphrase of a new profile costs.
    pub cost: fn() -> Result<Cost, VaultError>,
}

/// Where a profile is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Home {
    /// In a directory; made when the person makes a profile.
    Kept(PathBuf),
    /// In memory alone.
    Traceless,
}

/// Lives through one profile, from its opening to its end. Returns when the program should end. `born` is what the
/// clock said when the window's own time was zero.
pub async fn run(world: World, born: Duration, updates: mpsc::Sender<Update>, mut intents: mpsc::Receiver<Intent>) {
    let world = Arc::new(world);
    let mut out = Out::new(updates);
    let language = world.language.unwrap_or_else(system_language);
    let settings = Settings { language, ..Settings::default() };
    let place = place(&world).await;
    let calendar = Calendar::here();
    out.tell(Update::Settings(settings));
    out.tell(Update::Place(place.clone()));
    out.tell(Update::Today(calendar.date(world.clock.wall())));
    let gate = Gate { world: &world, out: &mut out, intents: &mut intents, settings, focused: true };
    let Some(opened) = gate.pass().await else { return };
    let place = Place { traceless: opened.traceless, ..place };
    let work = Work::begin(Arc::clone(&world), born, out, place, calendar, opened).await;
    let (end, running, mut out) = work.run(&mut intents).await;
    match end {
        End::Quit => {
            out.tell(Update::Stage(Stage::Closing));
            running.close().await;
        }
        End::Destroyed => {
            let destroyed = running.destroy().await;
            out.tell(match destroyed {
                Ok(()) => Update::Stage(Stage::Destroyed),
                Err(error) => Update::Stage(Stage::Broken(fault::of_engine(&error))),
            });
            gate::farewell(&mut intents).await;
        }
        End::Broken(fault) => {
            out.tell(Update::Stage(Stage::Broken(fault)));
            running.close().await;
            gate::farewell(&mut intents).await;
        }
    }
}

/// The language of this code.
pub fn language(code: &str) -> Option<Language> {
    Language::ALL.into_iter().find(|language| language.code() == code)
}

/// The language of the system, or the best that there is.
pub fn system_language() -> Language {
    Language::for_locale(&desk::language().unwrap_or_default())
}

/// What is true of this machine; looking may wait for a disk.
async fn place(world: &World) -> Place {
    let (traceless, profile) = match &world.home {
        Home::Kept(dir) => (false, dir.display().to_string()),
        Home::Traceless => (true, String::new()),
    };
    let home = world.home.clone();
    let looked = tokio::task::spawn_blocking(move || {
        let open = matches!(&home, Home::Kept(dir) if Vault::is_open_to_others(dir));
        (desk::has_tmpfs(), desk::may_swap(), open)
    });
    // Not known is said as the worse of both.
    let (may_be_traceless, swap, open_medium) = looked.await.unwrap_or((false, true, true));
    Place {
        traceless,
        may_be_traceless,
        profile,
        swap,
        open_medium,
        own_tor: world.road.has_own_tor(),
        calls: true,
        version: env!("CARGO_PKG_VERSION").into(),
        arti: pelure_onion::ARTI_VERSION.into(),
    }
}

/// Wishes that wait: a person makes a few a second.
const INTENTS: usize = 64;

/// Updates that wait for a window that is not drawn; then it is told everything anew when it looks again.
const UPDATES: usize = 1_024;
