//! Where calls are dealt with: what the person wants, what contacts say and what time it is go in, and what follows is
//! said, shown and done.
//!
//! It decides nothing about the course of a call ([`Calls`] does). It waits for no contact longer than [`PATIENCE`].

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;

use super::talk::{News, Talk};
use super::{CallView, Deed, Order, lock};
use crate::engine::Shared;
use crate::engine::clock::SystemRandom;
use crate::engine::contact::Note;
use crate::engine::event::Event;
use crate::vault::ContactId;
use crate::voice::call::{Act, Call, Way};
use crate::voice::{CallError, Calls, Stage};
use crate::wire::{CallId, Circuits, Profile, Signal};

/// The desk.
pub(in crate::engine) struct Desk {
    shared: Arc<Shared>,
    orders: mpsc::Receiver<Order>,
    calls: Calls<ContactId>,
    /// The call there is, with what carries it.
    talk: Option<Talk>,
}

impl Desk {
    pub(in crate::engine) fn new(shared: Arc<Shared>, orders: mpsc::Receiver<Order>) -> Self {
        Self { shared, orders, calls: Calls::new(), talk: None }
    }

    /// Works until the engine stops.
    pub(in crate::engine) async fn run(mut self) {
        let mut look = tokio::time::interval(LOOK_EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                order = self.orders.recv() => match order {
                    Some(order) => self.take(order).await,
                    None => return,
                },
                news = next(&mut self.talk) => self.happened(news).await,
                _ = look.tick(), if self.talk.is_some() => self.look().await,
            }
            self.go_on().await;
        }
    }

    async fn take(&mut self, order: Order) {
        let now = self.shared.clock.now();
        match order {
            Order::Start(contact, profile, answer) => {
                answer.send(self.start(contact, profile).await).ok();
            }
            Order::Do(call, deed, answer) => {
                answer.send(self.deal(call, deed).await).ok();
            }
            Order::Sound => {
                if let Some(talk) = &self.talk {
                    talk.use_sound(self.shared.phone.sound());
                }
            }
            Order::Heard(from, call, what) => {
                // Who was removed meanwhile is not heard any more.
                if self.shared.roster.contact(from).is_some() {
                    let acts = self.calls.hear(from, call, what, now);
                    self.carry_out(acts).await;
                }
            }
            Order::Asked(from, asked) => {
                let theirs = |talk: &&mut Talk| talk.call.with == from && talk.call.id.0 == asked.join.id;
                if let Some(talk) = self.talk.as_mut().filter(theirs) {
                    talk.ways.asked(asked);
                }
            }
            Order::Met(with) => {
                if let Some(talk) = self.talk.as_mut().filter(|talk| talk.call.with == with) {
                    talk.ways.met();
                }
                let acts = self.calls.met(with);
                self.carry_out(acts).await;
            }
            Order::Gone(contact) => {
                if let Some(call) = self.call().filter(|call| call.with == contact) {
                    let acts = self.calls.fail(call.id, now);
                    self.carry_out(acts).await;
                }
            }
            Order::Close(answer) => {
                if let Some(call) = self.call()
                    && let Ok(acts) = self.calls.hang_up(call.id, now)
                {
                    self.carry_out(acts).await;
                }
                answer.send(()).ok();
            }
        }
    }

    fn call(&self) -> Option<Call<ContactId>> {
        self.calls.current().copied()
    }

    async fn start(&mut self, contact: ContactId, profile: Profile) -> Result<CallId, CallError> {
        let now = self.shared.clock.now();
        if self.shared.roster.contact(contact).is_none() {
            return Err(CallError::NoSuchCall);
        }
        let (id, acts) = self.calls.ring(contact, profile, Circuits::USUAL, now, &mut SystemRandom)?;
        self.carry_out(acts).await;
        Ok(id)
    }

    async fn deal(&mut self, id: CallId, deed: Deed) -> Result<(), CallError> {
        let now = self.shared.clock.now();
        let acts = match deed {
            Deed::Accept => self.calls.accept(id, now)?,
            Deed::Decline => {
                let call = self.call().filter(|call| call.id == id).ok_or(CallError::NoSuchCall)?;
                if (call.way, call.stage) != (Way::In, Stage::Ringing) {
                    return Err(CallError::NotRinging);
                }
                self.calls.hang_up(id, now)?
            }
            Deed::HangUp => self.calls.hang_up(id, now)?,
            Deed::Mute(muted) => {
                let talk = self.talk.as_mut().filter(|talk| talk.call.id == id).ok_or(CallError::NoSuchCall)?;
                talk.mute(muted);
                self.show().await;
                return Ok(());
            }
        };
        self.carry_out(acts).await;
        Ok(())
    }

    /// Says and tells what is to be said and told, in order.
    async fn carry_out(&mut self, acts: Vec<Act<ContactId>>) {
        for act in acts {
            match act {
                Act::Say { to, id, what } => say(&self.shared, to, id, what).await,
                Act::Tell(call) => self.tell(call).await,
            }
        }
    }

    /// A call has come to something.
    async fn tell(&mut self, call: Call<ContactId>) {
        let (wall, over) = (self.shared.clock.wall(), matches!(call.stage, Stage::Ended(_)));
        match self.talk.as_mut().filter(|talk| talk.call.id == call.id) {
            Some(talk) => talk.becomes(call, wall),
            None if !over => self.talk = Talk::new(&self.shared, call),
            // Somebody called while there was another call.
            None => return self.shared.outlet.put(Event::CallState(Talk::view_of(&call, wall))).await,
        }
        self.shared.phone.talking.send_replace(call.stage == Stage::Active);
        if over && let Some(talk) = self.talk.take() {
            *lock(&self.shared.phone.shown) = None;
            let view = talk.end().await;
            return self.shared.outlet.put(Event::CallState(view)).await;
        }
        self.show().await;
    }

    /// Shows the call as it is.
    async fn show(&mut self) {
        let Some(view) = self.view() else { return };
        let rings_here = view.incoming && view.stage == Stage::Ringing && !view.muted;
        let event = if rings_here { Event::CallIncoming(view) } else { Event::CallState(view) };
        self.shared.outlet.put(event).await;
    }

    /// The call as it is now; everybody in the engine sees the same.
    fn view(&self) -> Option<CallView> {
        let talk = self.talk.as_ref()?;
        let view = talk.view();
        *lock(&self.shared.phone.shown) = Some((view.clone(), Arc::clone(&talk.panel)));
        Some(view)
    }

    /// Something of the call that carries sound happened.
    async fn happened(&mut self, news: News) {
        match (news, self.call()) {
            (News::Sound(floor), _) => {
                if let Some(talk) = &mut self.talk {
                    talk.begin(floor);
                }
            }
            (News::NoSound, Some(call)) => {
                let acts = self.calls.fail(call.id, self.shared.clock.now());
                self.carry_out(acts).await;
            }
            (News::Ways, _) | (News::NoSound, None) => {}
        }
    }

    /// Dials, attaches and connects what can be.
    async fn go_on(&mut self) {
        let carried = self.talk.as_mut().is_some_and(Talk::go_on);
        if let Some(call) = self.call().filter(|call| carried && call.stage == Stage::Connecting) {
            let acts = self.calls.connected(call.id, self.shared.clock.now());
            self.carry_out(acts).await;
        }
    }

    /// Looks at the time, and at the circuits.
    async fn look(&mut self) {
        let now = self.shared.clock.now();
        let acts = self.calls.look(now);
        self.carry_out(acts).await;
        let silent = self.talk.as_ref().is_some_and(|talk| talk.is_silent(now));
        if let Some(call) = self.call().filter(|_| silent) {
            let acts = self.calls.fail(call.id, now);
            return self.carry_out(acts).await;
        }
        let stats = self.talk.as_mut().and_then(|talk| talk.look(now));
        if let Some((stats, view)) = stats.and_then(|stats| Some((stats, self.view()?))) {
            self.shared.outlet.put(Event::CallStats(view, Box::new(stats))).await;
        }
    }
}

async fn say(shared: &Shared, to: ContactId, id: CallId, what: Signal) {
    if let Some(running) = shared.roster.contact(to) {
        // What is lost is said again in the next session.
        tokio::time::timeout(PATIENCE, running.notes.send(Note::Say(id, what))).await.ok();
    }
}

async fn next(talk: &mut Option<Talk>) -> News {
    match talk {
        Some(talk) => talk.next().await,
        None => std::future::pending().await,
    }
}

/// How often a call is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// How long a contact's actor may be busy when something is to be said to it.
const PATIENCE: Duration = Duration::from_secs(1);
