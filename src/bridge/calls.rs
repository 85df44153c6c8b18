//! Calls as the window sees them: the person's wishes for the engine, and what becomes of a call.
//!
//! A call outlives a lock: a locked window is told of it without a name, and can end or refuse it, never take it.

use pelure_ui::announce::News;
use pelure_ui::intent::Intent;
use pelure_ui::keys::ContactKey;
use pelure_ui::model::{self, CallStage};
use pelure_ui::settings::Notify;
use pelure_ui::update::Update;

use super::studio::Take;
use super::wishes::Wish;
use super::work::Work;
use crate::engine::{CallView, Engine, EngineError};
use crate::vault::ContactId;
use crate::voice::{Ending, Quality, Stage, Stats};
use crate::wire::{CallId, Profile};

/// The call there is.
#[derive(Default)]
pub(super) struct CallNow {
    call: Option<OnCall>,
    ringing: Option<Take>,
}

struct OnCall {
    id: CallId,
    shown: model::Call,
    /// The key or the button of push-to-talk is held.
    speaking: bool,
}

/// What the engine is to do about calls.
pub(super) enum CallWish {
    Start(ContactId),
    Accept(CallId),
    Decline(CallId),
    HangUp(CallId),
    Mute(CallId, bool),
}

impl CallNow {
    /// Whether there is something for its meters to show.
    pub(super) fn is_heard(&self) -> bool {
        self.call.as_ref().is_some_and(|call| matches!(call.shown.stage, CallStage::Active { .. }))
    }

    /// Whether there is a call that is not over.
    pub(super) fn is_busy(&self) -> bool {
        self.call.is_some()
    }
}

impl Work {
    /// Carries out a wish about calls; gives back one that is about something else.
    pub(super) fn wished_of_calls(&mut self, intent: Intent) -> Option<Intent> {
        match (intent, self.calls.call.as_ref().map(|call| call.id)) {
            (Intent::CallStart(contact), _) if !self.is_locked() => {
                self.wish(Wish::Call(CallWish::Start(ContactId(contact.0))))
            }
            (Intent::CallAccept, Some(id)) if !self.is_locked() => self.wish(Wish::Call(CallWish::Accept(id))),
            (Intent::CallDecline, Some(id)) => self.wish(Wish::Call(CallWish::Decline(id))),
            (Intent::CallHangUp, Some(id)) => self.wish(Wish::Call(CallWish::HangUp(id))),
            (Intent::CallMute(muted), Some(_)) => self.change_call(|call| call.shown.muted = muted),
            (Intent::PushToTalk(on), Some(_)) => self.change_call(|call| {
                (call.shown.push_to_talk, call.speaking) = (on, false);
            }),
            (Intent::Speak(speaking), Some(_)) => self.change_call(|call| call.speaking = speaking),
            // The call is over meanwhile.
            (
                Intent::CallAccept
                | Intent::CallDecline
                | Intent::CallHangUp
                | Intent::CallMute(_)
                | Intent::PushToTalk(_)
                | Intent::Speak(_),
                _,
            ) => {}
            (other, _) => return Some(other),
        }
        None
    }

    /// Somebody calls.
    pub(super) fn called(&mut self, view: &CallView) {
        self.call(view);
        let Some(contact) = self.known.get(ContactKey(view.contact.0)) else { return };
        let from = contact.name.clone();
        self.announce(News::Call { from: &from });
    }

    /// A call has come to something.
    pub(super) fn call(&mut self, view: &CallView) {
        let current = self.calls.call.as_ref().filter(|call| call.id == view.call);
        if current.is_none() && self.calls.is_busy() && matches!(view.stage, Stage::Ended(_)) {
            // While the person speaks with somebody else, whom the bar is about.
            return self.missed(view);
        }
        let before = current.map(|call| (call.shown, call.speaking));
        let (shown, speaking) = before.unwrap_or_else(|| (new(view), false));
        let stage = self.stage(view.stage, shown.stage);
        let shown = model::Call { stage, ..of_view(view, shown) };
        let over = matches!(stage, CallStage::Ended(_));
        self.calls.call = Some(OnCall { id: view.call, shown, speaking });
        self.ring(shown.incoming && stage == CallStage::Ringing);
        if !over && stage != CallStage::Ringing {
            // The microphone and the loudspeaker are the call's.
            self.stop_speaking();
            self.quiet();
        }
        self.show_call();
        if over {
            self.calls.call = None;
        }
    }

    /// A call was missed that never was the one there is.
    fn missed(&mut self, view: &CallView) {
        let contact = ContactKey(view.contact.0);
        if self.known.get(contact).is_some() {
            self.notice(Update::Missed(contact));
        }
    }

    /// How it goes.
    pub(super) fn call_goes(&mut self, view: &CallView, stats: &Stats) {
        let Some(call) = self.calls.call.as_mut().filter(|call| call.id == view.call) else { return };
        let delay = stats.mouth_to_ear.map(|delay| u32::try_from(delay.as_millis()).unwrap_or(u32::MAX));
        let alive = stats.circuits.iter().filter(|circuit| circuit.alive).count();
        let count = |circuits: usize| u8::try_from(circuits).unwrap_or(u8::MAX);
        let circuits = Some((count(alive), count(stats.circuits.len() + stats.missing)));
        call.shown = model::Call { delay, circuits, ..of_view(view, call.shown) };
        self.show_call();
    }

    /// Moves the meters.
    pub(super) fn meter(&mut self) {
        let Some(view) = self.engine().call() else { return };
        let Some(call) = self.calls.call.as_mut().filter(|call| call.id == view.call) else { return };
        call.shown = of_view(&view, call.shown);
        self.show_call();
    }

    /// Tells the window of the call, locked or not.
    pub(super) fn show_call(&mut self) {
        let disguised = self.sound.chosen.disguise;
        if let Some(call) = &mut self.calls.call {
            call.shown.disguised = disguised;
            let update = Update::Call(Some(call.shown));
            self.out.tell(update);
        }
    }

    fn change_call(&mut self, change: impl FnOnce(&mut OnCall)) {
        let Some(call) = &mut self.calls.call else { return };
        let before = call.is_silent();
        change(call);
        let (id, silent) = (call.id, call.is_silent());
        if silent != before {
            self.wish(Wish::Call(CallWish::Mute(id, silent)));
        }
        self.show_call();
    }

    /// Rings on this machine, unless the person wants to be told of nothing.
    fn ring(&mut self, rings: bool) {
        let wanted = rings && self.settings.notify != Notify::Never;
        if !wanted {
            self.calls.ringing = None;
        } else if self.calls.ringing.is_none() {
            self.stop_speaking();
            self.quiet();
            self.calls.ringing = self.studio.ring(&self.sound.chosen);
        }
    }

    fn stage(&self, stage: Stage, before: CallStage) -> CallStage {
        match (stage, before) {
            (Stage::Active, CallStage::Active { since }) => CallStage::Active { since },
            (Stage::Active, _) => CallStage::Active { since: self.window_time() },
            (Stage::Ringing, _) => CallStage::Ringing,
            (Stage::Connecting, _) => CallStage::Connecting,
            (Stage::Ended(ending), _) => CallStage::Ended(of(ending)),
        }
    }
}

impl OnCall {
    /// Whether the person is not heard.
    fn is_silent(&self) -> bool {
        self.shown.muted || (self.shown.push_to_talk && !self.speaking)
    }
}

impl CallWish {
    pub(super) async fn carry_out(self, engine: &Engine) -> Result<(), EngineError> {
        let outcome = match self {
            Self::Start(contact) => return engine.start_call(contact, Profile::Default).await.map(drop),
            Self::Accept(id) => engine.accept_call(id).await,
            Self::Decline(id) => engine.decline_call(id).await,
            Self::HangUp(id) => engine.hang_up(id).await,
            Self::Mute(id, muted) => engine.mute_call(id, muted).await,
        };
        // The call is over meanwhile: events say so.
        if matches!(outcome, Err(EngineError::NotFound | EngineError::Call(_))) { Ok(()) } else { outcome }
    }
}

fn new(view: &CallView) -> model::Call {
    model::Call {
        contact: ContactKey(view.contact.0),
        incoming: view.incoming,
        stage: CallStage::Ringing,
        quality: model::Quality::Good,
        delay: None,
        muted: false,
        push_to_talk: false,
        unheard: false,
        unhearing: false,
        disguised: false,
        circuits: None,
        loudness: model::Loudness::default(),
    }
}

/// The same call, as this view has it.
fn of_view(view: &CallView, call: model::Call) -> model::Call {
    let (unheard, unhearing) = (view.microphone.is_some(), view.loudspeaker.is_some());
    let loudness = model::Loudness { said: view.levels.said.bar(), heard: view.levels.heard.bar() };
    model::Call { quality: quality(view.quality), unheard, unhearing, loudness, ..call }
}

fn quality(quality: Quality) -> model::Quality {
    match quality {
        Quality::Good => model::Quality::Good,
        Quality::Late => model::Quality::Late,
        Quality::Poor => model::Quality::Poor,
    }
}

fn of(ending: Ending) -> model::Ending {
    match ending {
        Ending::HungUp => model::Ending::HungUp,
        Ending::Declined => model::Ending::Declined,
        Ending::Busy => model::Ending::Busy,
        Ending::Missed => model::Ending::Missed,
        Ending::NoAnswer => model::Ending::NoAnswer,
        Ending::Failed => model::Ending::Failed,
        Ending::Replaced => model::Ending::Replaced,
    }
}
