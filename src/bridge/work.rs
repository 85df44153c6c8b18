//! A profile at work: events come in, wishes come in, the window is told.
//!
//! Everything the window knows passes through [`Work::show`], which keeps it back while the screen is locked.

use std::sync::Arc;
use std::time::Duration;

use pelure_ui::intent::Intent;
use pelure_ui::keys::ContactKey;
use pelure_ui::model::{Date, Fault, Place};
use pelure_ui::settings::Settings;
use pelure_ui::update::Update;
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinHandle, JoinSet};

use super::calls::CallNow;
use super::day::Calendar;
use super::gate::{Opened, SETTINGS};
use super::known::Known;
use super::lock::Lock;
use super::notes::Notes;
use super::out::Out;
use super::parcels::Parcels;
use super::sound::Sounds;
use super::studio::{Studio, Told};
use super::wishes::{Answer, Job, Wish, carry_out_all, typed};
use super::{World, fault, pages, settings, shape};
use crate::engine::{Engine, EngineError, Event, Events};
use crate::start::Running;

/// A profile at work.
pub(super) struct Work {
    pub(super) world: Arc<World>,
    /// When the window's time began.
    born: Duration,
    pub(super) out: Out,
    pub(super) place: Place,
    pub(super) calendar: Calendar,
    /// The day that the window was told.
    pub(super) today: Date,
    running: Running,
    events: Events,
    pub(super) settings: Settings,
    pub(super) known: Known,
    pub(super) parcels: Parcels,
    pub(super) notes: Notes,
    pub(super) calls: CallNow,
    pub(super) sound: Sounds,
    pub(super) studio: Studio,
    /// What the threads of the studio say.
    told: mpsc::Receiver<Told>,
    /// The conversation that is looked at.
    pub(super) talk: Option<ContactKey>,
    pub(super) focused: bool,
    pub(super) lock: Option<Lock>,
    wishes: mpsc::Sender<Wish>,
    answers: mpsc::Receiver<Answer>,
    jobs: JoinSet<Answer>,
    pub(super) announcing: Option<JoinHandle<()>>,
}

/// How it ends.
pub(super) enum End {
    /// By the person's wish.
    Quit,
    /// The keys are to be destroyed.
    Destroyed,
    /// It cannot go on.
    Broken(Fault),
}

enum Turn {
    Event(Option<Box<Event>>),
    Answer(Option<Answer>),
    Intent(Option<Intent>),
    Told(Told),
    Room,
    Meter,
    Midnight,
}

impl Work {
    /// Begins to work with an opened profile.
    pub(super) async fn begin(
        world: Arc<World>,
        born: Duration,
        out: Out,
        place: Place,
        calendar: Calendar,
        opened: Opened,
    ) -> Self {
        let Opened { running, events, settings, focused, .. } = opened;
        let (wishes, wished) = mpsc::channel(WISHES);
        let (answered, answers) = mpsc::channel(WISHES);
        tokio::spawn(carry_out_all(running.engine.clone(), wished, answered));
        let (studio, told) = Studio::new(Arc::clone(&world.audio.devices), Arc::clone(&world.clock));
        let (notes, calls, sound) = (Notes::default(), CallNow::default(), Sounds::default());
        let (known, parcels, talk, lock) = (Known::default(), Parcels::default(), None, None);
        let today = calendar.date(world.clock.wall());
        let (jobs, announcing) = (JoinSet::new(), None);
        Self {
            world,
            born,
            out,
            place,
            calendar,
            today,
            running,
            events,
            settings,
            known,
            parcels,
            notes,
            calls,
            sound,
            studio,
            told,
            talk,
            focused,
            lock,
            wishes,
            answers,
            jobs,
            announcing,
        }
    }

    /// Works until the end; gives back what must be ended.
    pub(super) async fn run(mut self, intents: &mut mpsc::Receiver<Intent>) -> (End, Running, Out) {
        let end = match self.open().await {
            Ok(()) => self.turn(intents).await,
            Err(error) => End::Broken(fault::of_engine(&error)),
        };
        self.jobs.shutdown().await;
        if !matches!(end, End::Destroyed) {
            tokio::time::timeout(SETTLED, self.settle()).await.ok();
        }
        (end, self.running, self.out)
    }

    /// What was wished before the end is still carried out: a setting that was just changed is kept.
    async fn settle(&mut self) {
        // Without the sender there is nothing more to come.
        self.wishes = mpsc::channel(1).0;
        loop {
            let goes_on = tokio::select! {
                answer = self.answers.recv() => answer.is_some(),
                // A command may wait until events are taken.
                event = self.events.next() => event.is_some(),
            };
            if !goes_on {
                return;
            }
        }
    }

    async fn open(&mut self) -> Result<(), EngineError> {
        self.known = Known::load(self.engine(), &self.calendar, self.window_time()).await?;
        self.load_sound().await?;
        self.tell_everything().await
    }

    async fn turn(&mut self, intents: &mut mpsc::Receiver<Intent>) -> End {
        loop {
            self.tell_day();
            let midnight = self.calendar.until_tomorrow(self.world.clock.wall());
            let behind = self.out.is_behind();
            let turn = tokio::select! {
                event = self.events.next() => Turn::Event(event.map(Box::new)),
                answer = self.answers.recv() => Turn::Answer(answer),
                Some(ended) = self.jobs.join_next() => Turn::Answer(Some(ended.unwrap_or_else(|error| {
                    // What the person stopped is not broken.
                    if error.is_cancelled() { Answer::Nothing } else { Answer::Broken }
                }))),
                // A wish may make some of the bridge's own.
                intent = intents.recv(), if self.wishes.capacity() >= WISHES_EACH => Turn::Intent(intent),
                Some(told) = self.told.recv() => Turn::Told(told),
                () = self.out.room(), if behind => Turn::Room,
                () = tokio::time::sleep(METER_EVERY), if self.calls.is_heard() => Turn::Meter,
                () = tokio::time::sleep(midnight) => Turn::Midnight,
            };
            let outcome = match turn {
                Turn::Event(Some(event)) => {
                    self.happened(*event).await;
                    Ok(())
                }
                Turn::Answer(Some(answer)) => self.answered(answer).await,
                Turn::Intent(Some(Intent::Destroy)) => return End::Destroyed,
                Turn::Intent(Some(Intent::Quit) | None) => return End::Quit,
                Turn::Intent(Some(intent)) => self.wished(intent).await,
                Turn::Told(told) => {
                    self.heard(told);
                    Ok(())
                }
                Turn::Room => self.tell_everything().await,
                Turn::Meter => {
                    self.meter();
                    Ok(())
                }
                Turn::Midnight => Ok(()),
                // The engine ended by itself: its vault no longer answers.
                Turn::Event(None) | Turn::Answer(None) => return End::Broken(Fault::Storage(STOPPED.into())),
            };
            if let Err(error) = outcome {
                self.notice(Update::Failed(fault::of_engine(&error)));
            }
        }
    }

    /// Carries out a wish, or hands it to whoever does.
    async fn wished(&mut self, intent: Intent) -> Result<(), EngineError> {
        if self.is_locked() {
            self.wished_while_locked(intent);
            return Ok(());
        }
        let sounds = self.wished_of_calls(intent).and_then(|intent| self.wished_of_notes(intent));
        let Some(intent) = sounds.and_then(|intent| self.wished_of_sound(intent)) else { return Ok(()) };
        let Some(intent) = self.wished_of_files(intent).await? else { return Ok(()) };
        let Some(intent) = self.wished_of_detour(intent).await? else { return Ok(()) };
        match intent {
            Intent::Lock => self.lock(),
            Intent::Focus(focused) => self.focused = focused,
            Intent::Set(wanted) => {
                self.settings = wanted.bounded();
                self.show(Update::Settings(self.settings));
                self.wish(Wish::Keep(SETTINGS, settings::write(&self.settings)));
            }
            Intent::Load { contact, part } => {
                self.talk = Some(contact);
                let (page, outcome) = pages::page_or_none(self.engine(), contact, part, &self.calendar).await;
                self.show(Update::Page(page));
                outcome?;
            }
            Intent::Search(query) => {
                let found = pages::found(self.engine(), query, &self.calendar).await?;
                self.show(Update::Found(found));
            }
            Intent::ShowWords(contact) => {
                let words = pages::words(self.engine(), contact).await?;
                self.show(Update::Words(words));
            }
            Intent::ShowHistory(message) => {
                let history = pages::history(self.engine(), message, &self.calendar).await?;
                self.show(Update::History(history));
            }
            Intent::SaveQr { identity, path } => {
                let identities = self.engine().identities().await?;
                let identity = identities.into_iter().find(|view| view.identity.0 == identity.0);
                let address = identity.ok_or(EngineError::NotFound)?.address.onion();
                self.job(Job::SaveQr(address, typed(&path)));
            }
            Intent::AcknowledgeRestored(key) => {
                if let Some(contact) = self.known.find(key) {
                    contact.restored = false;
                    self.keep_restored();
                    self.show_contact(key);
                }
            }
            Intent::Draft(contact, text) => self.draft(contact, text),
            Intent::Send { contact, .. } => {
                self.wish(Wish::Of(intent));
                self.draft(contact, String::new());
            }
            intent => match Job::of(&intent) {
                Some(job) => self.job(job),
                None => self.wish(Wish::Of(intent)),
            },
        }
        Ok(())
    }

    async fn answered(&mut self, answer: Answer) -> Result<(), EngineError> {
        match answer {
            Answer::Nothing => {}
            Answer::Names(names) => self.looked_at_sound(names),
            Answer::File(answer) => self.answered_of_files(answer).await?,
            Answer::Broken => {
                if let Some(lock) = &mut self.lock {
                    lock.checking = false;
                }
                self.notice(Update::Failed(Fault::NotAllowedNow));
            }
            Answer::Identities => {
                let identities = self.engine().identities().await?;
                self.show(Update::Identities(identities.into_iter().map(shape::identity).collect()));
                let requests = self.engine().requests(None).await?;
                self.show(Update::Requests(requests.iter().map(|r| shape::request(r, &self.calendar)).collect()));
            }
            Answer::Blocked => self.tell_blocked().await?,
            Answer::Detour => self.detour_was_set().await?,
            Answer::Sent(message) => {
                if let Some(view) = self.engine().around(message, 0).await?.first() {
                    self.message(view);
                }
            }
            Answer::Unsent(contact, text, fault) => {
                if self.known.get(contact).is_some_and(|contact| contact.draft.is_empty()) {
                    self.draft(contact, text);
                }
                self.notice(Update::Failed(fault));
            }
            Answer::Checked(Ok(())) => self.unlock().await,
            Answer::Checked(Err(fault)) => {
                if let Some(lock) = &mut self.lock {
                    (lock.fault, lock.checking) = (Some(fault), false);
                    self.tell_lock();
                }
            }
            Answer::Tell(update @ (Update::Done(_) | Update::Failed(_))) => self.notice(update),
            // A passphrase that is pasted goes to a locked window, too.
            Answer::Tell(update @ Update::Pasted(_)) => self.out.tell(update),
            Answer::Tell(update) => self.show(update),
        }
        Ok(())
    }

    /// Tells the window, unless it is locked.
    pub(super) fn show(&mut self, update: Update) {
        if !self.is_locked() {
            self.out.tell(update);
        }
    }

    /// A thread of the studio said something; what it says of what was forgotten is wiped.
    fn heard(&mut self, told: Told) {
        let told = self.heard_of_notes(told);
        drop(told.and_then(|told| self.heard_of_sound(told)));
    }

    pub(super) fn draft(&mut self, contact: ContactKey, text: String) {
        if let Some(known) = self.known.find(contact)
            && known.draft != text
        {
            known.draft.clone_from(&text);
            self.wish(Wish::Of(Intent::Draft(contact, text)));
            self.show_contact(contact);
        }
    }

    /// Hands a wish on; there is room, or none would have been taken.
    pub(super) fn wish(&mut self, wish: Wish) {
        if self.wishes.try_send(wish).is_err() {
            self.notice(Update::Failed(Fault::NotAllowedNow));
        }
    }

    pub(super) fn job(&mut self, job: Job) {
        if self.jobs.len() >= JOBS {
            return self.notice(Update::Failed(Fault::NotAllowedNow));
        }
        self.spawn(job);
    }

    pub(super) fn spawn(&mut self, job: Job) -> AbortHandle {
        self.jobs.spawn(job.run(self.running.engine.clone(), Arc::clone(&self.world)))
    }

    pub(super) fn engine(&self) -> &Engine {
        &self.running.engine
    }

    /// Seconds of the window's time.
    pub(super) fn window_time(&self) -> f64 {
        self.world.clock.now().saturating_sub(self.born).as_secs_f64()
    }
}

/// Wishes that wait for the engine; more wait in the window.
const WISHES: usize = 64;

/// Wishes that one of the person's, or one event, may make.
const WISHES_EACH: usize = 8;

/// What may run beside: a person has few dialogs open.
const JOBS: usize = 8;

/// How long the end may wait for wishes.
const SETTLED: Duration = Duration::from_secs(3);

/// Said when the engine ended without being asked.
const STOPPED: &str = "the profile can no longer be read or written";

/// How often the meters of a call move: often enough for the eye, and seldom enough for the battery.
const METER_EVERY: Duration = Duration::from_millis(100);
