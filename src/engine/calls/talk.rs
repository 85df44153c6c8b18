//! The call there is, with what carries it: its circuits, its sound, and what it looks like.
//!
//! It says nothing to anybody and decides on no stage: the desk tells it what the call has come to.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;

use super::floor::{Floor, Panel};
use super::lock;
use super::path::{Path, Setting};
use super::show::{CallView, Gauges, Levels};
use super::sound::Sound;
use super::ways::Ways;
use crate::engine::Shared;
use crate::vault::ContactId;
use crate::voice::call::{Call, Way};
use crate::voice::quality::Judge;
use crate::voice::{Quality, Stage, Stats};
use crate::wire::limits::CALL_SILENCE;

/// The call there is.
pub(super) struct Talk {
    pub(super) call: Call<ContactId>,
    pub(super) ways: Ways,
    pub(super) panel: Arc<Panel>,
    shared: Arc<Shared>,
    /// When it came to its stage, milliseconds since 1970.
    since: i64,
    voice: Voice,
    muted: bool,
    judge: Judge,
    quality: Quality,
    /// When its numbers were told last.
    told: Duration,
}

/// The sound of a call.
enum Voice {
    /// Nobody has accepted, or no circuit is there yet.
    None,
    /// The microphone is being opened.
    Coming(Path, oneshot::Receiver<Floor>),
    Here(Path, Floor),
}

/// What happened to what carries a call.
pub(super) enum News {
    /// A circuit came or went.
    Ways,
    /// There is sound.
    Sound(Floor),
    /// There is none, and never will be.
    NoSound,
}

impl Talk {
    /// A call that rings or was accepted; none if the contact is gone.
    pub(super) fn new(shared: &Arc<Shared>, call: Call<ContactId>) -> Option<Self> {
        let peer = shared.roster.peer(call.with)?;
        Some(Self {
            ways: Ways::new(Arc::clone(shared), peer, &call),
            panel: Arc::new(Panel::default()),
            since: shared.clock.wall(),
            voice: Voice::None,
            muted: false,
            judge: Judge::new(),
            quality: Quality::Good,
            told: Duration::ZERO,
            shared: Arc::clone(shared),
            call,
        })
    }

    /// It has come to something.
    pub(super) fn becomes(&mut self, call: Call<ContactId>, wall: i64) {
        (self.call, self.since) = (call, wall);
    }

    pub(super) fn mute(&mut self, muted: bool) {
        self.muted = muted;
        self.panel.mute(muted);
    }

    pub(super) fn use_sound(&self, sound: Sound) {
        self.panel.use_sound(sound);
    }

    /// Waits until something happens to what carries it.
    pub(super) async fn next(&mut self) -> News {
        tokio::select! {
            () = self.ways.next() => News::Ways,
            floor = arrival(&mut self.voice) => floor.map_or(News::NoSound, News::Sound),
        }
    }

    /// There is sound.
    pub(super) fn begin(&mut self, floor: Floor) {
        self.voice = match std::mem::replace(&mut self.voice, Voice::None) {
            Voice::Coming(path, _) | Voice::Here(path, _) => Voice::Here(path, floor),
            Voice::None => Voice::None,
        };
    }

    /// Dials what is missing, begins to listen, attaches what is there. Tells whether a circuit carries it.
    pub(super) fn go_on(&mut self) -> bool {
        self.ways.fill();
        if !matches!(self.call.stage, Stage::Connecting | Stage::Active) {
            return false;
        }
        match &self.voice {
            Voice::None if self.ways.is_ready() => {
                let (path, line) = Path::start(self.setting());
                self.voice = Voice::Coming(path, line);
                false
            }
            Voice::None | Voice::Coming(..) => false,
            Voice::Here(_, floor) => self.ways.attach(floor),
        }
    }

    /// Whether nothing has come for so long that the call is over.
    pub(super) fn is_silent(&self, now: Duration) -> bool {
        let Voice::Here(_, floor) = &self.voice else { return false };
        now.saturating_sub(floor.last_heard().max(self.call.since)) >= CALL_SILENCE
    }

    /// Closes circuits that are dead; about once a second, gives the call in numbers.
    pub(super) fn look(&mut self, now: Duration) -> Option<Stats> {
        let Voice::Here(_, floor) = &self.voice else { return None };
        self.ways.close_dead(floor);
        if self.call.stage != Stage::Active || now.saturating_sub(self.told) < TELL_EVERY {
            return None;
        }
        self.told = now;
        let stats = floor.stats(now);
        self.quality = self.judge.judge(&stats, now);
        Some(stats)
    }

    /// As it is shown.
    pub(super) fn view(&self) -> CallView {
        let view = Self::view_of(&self.call, self.since).with(&self.panel.show());
        CallView { muted: self.muted, quality: self.quality, ..view }
    }

    /// A call without anything that carries it.
    pub(super) fn view_of(call: &Call<ContactId>, since: i64) -> CallView {
        let Gauges { microphone, loudspeaker, .. } = Gauges::default();
        CallView {
            call: call.id,
            contact: call.with,
            incoming: call.way == Way::In,
            profile: call.profile,
            stage: call.stage,
            since,
            muted: false,
            quality: Quality::Good,
            levels: Levels::default(),
            microphone,
            loudspeaker,
        }
    }

    /// Lets go of everything; gives the call as it is shown last.
    pub(super) async fn end(self) -> CallView {
        let view = self.view();
        // Circuits first: the sound that ends is not heard on the other side.
        drop(self.ways);
        match self.voice {
            Voice::None => {}
            Voice::Coming(path, _) | Voice::Here(path, _) => path.end().await,
        }
        CallView { levels: Levels::default(), ..view }
    }

    fn setting(&self) -> Setting {
        Setting {
            profile: self.call.profile,
            circuits: self.call.circuits,
            audio: lock(&self.shared.phone.audio).clone(),
            clock: Arc::clone(&self.shared.clock),
            panel: Arc::clone(&self.panel),
        }
    }
}

/// Waits for the line that is coming.
async fn arrival(voice: &mut Voice) -> Option<Floor> {
    match voice {
        Voice::Coming(_, line) => line.await.ok(),
        Voice::None | Voice::Here(..) => std::future::pending().await,
    }
}

/// Between two notices of a call's numbers.
const TELL_EVERY: Duration = Duration::from_secs(1);
