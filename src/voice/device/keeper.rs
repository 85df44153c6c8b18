//! Keeps a device of the machine open: opens it, sees when it is in trouble, opens it again.
//!
//! Opening and closing may wait for the sound system, so both happen on a thread of their own; what drives the sound
//! never waits. It does not know how a device is opened.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use std::thread;
use std::time::Duration;

use super::ring::Counters;
use super::trouble::{Trouble, Verdict};
use super::{DeviceError, News};

/// An open device.
pub(super) trait Line: Send + 'static {
    /// What its threads tell.
    fn counters(&self) -> &Counters;

    /// Its samples in a second.
    fn rate(&self) -> u32;
}

/// A device that was opened just now.
pub(super) struct Opened<L> {
    pub(super) line: L,
    /// What it is called.
    pub(super) name: String,
    /// It is not the chosen one.
    pub(super) replaced: bool,
}

/// Closes the device that was open, opens one with a buffer of about this length, and tells when that is done.
pub(super) type Opener<L> = Box<dyn FnMut(Option<L>, Duration) -> Receiver<Result<Opened<L>, DeviceError>> + Send>;

/// A device that is open whenever it can be.
pub(super) struct Keeper<L: Line> {
    state: State<L>,
    opener: Opener<L>,
    /// Grows until the device no longer runs dry.
    buffer: Duration,
    /// When it was opened last, or tried to.
    tried: Option<Duration>,
    /// The failure that was told last: it is not told again while it lasts.
    failure: Option<DeviceError>,
    news: VecDeque<News>,
}

enum State<L> {
    Closed(Option<L>),
    Opening(Receiver<Result<Opened<L>, DeviceError>>),
    Open(L, Trouble),
}

impl<L: Line> Keeper<L> {
    /// A device that is opened when it is first asked for, with a buffer of this length at first.
    pub(super) fn new(opener: Opener<L>, buffer: Duration) -> Self {
        Self { state: State::Closed(None), opener, buffer, tried: None, failure: None, news: VecDeque::new() }
    }

    /// The device, if it is open.
    pub(super) fn line(&mut self, now: Duration) -> Option<&mut L> {
        self.watch(now);
        self.current_mut()
    }

    /// The device, if it was open when it was asked for last.
    pub(super) fn current_mut(&mut self) -> Option<&mut L> {
        match &mut self.state {
            State::Open(line, _) => Some(line),
            State::Closed(_) | State::Opening(_) => None,
        }
    }

    /// What happened to it, oldest first.
    pub(super) fn news(&mut self) -> Option<News> {
        self.news.pop_front()
    }

    fn watch(&mut self, now: Duration) {
        match &mut self.state {
            State::Open(line, trouble) => match trouble.judge(now, line.counters()) {
                Verdict::Fine => {}
                Verdict::Clicks(count) => self.tell(News::Clicks(count)),
                Verdict::Reopen => self.close(),
                Verdict::Widen => {
                    if self.buffer < BUFFER_MOST {
                        self.buffer = (self.buffer * 2).min(BUFFER_MOST);
                        self.close();
                    }
                }
            },
            State::Opening(result) => match result.try_recv() {
                Ok(Ok(opened)) => self.opened(opened, now),
                Ok(Err(error)) => self.failed(error),
                Err(TryRecvError::Disconnected) => self.failed(DeviceError::Broken),
                Err(TryRecvError::Empty) => {}
            },
            State::Closed(old) => {
                if self.tried.is_none_or(|tried| now.saturating_sub(tried) >= REST) {
                    self.tried = Some(now);
                    self.state = State::Opening((self.opener)(old.take(), self.buffer));
                }
            }
        }
    }

    fn opened(&mut self, opened: Opened<L>, now: Duration) {
        self.failure = None;
        let trouble = Trouble::new(now, opened.line.rate());
        self.state = State::Open(opened.line, trouble);
        let name = opened.name;
        self.tell(if opened.replaced { News::Replaced(name) } else { News::Works(name) });
    }

    fn failed(&mut self, error: DeviceError) {
        self.state = State::Closed(None);
        if self.failure.replace(error) != Some(error) {
            self.tell(News::Failed(error));
        }
    }

    fn close(&mut self) {
        if let State::Open(line, _) = std::mem::replace(&mut self.state, State::Closed(None)) {
            self.state = State::Closed(Some(line));
        }
    }

    /// Old news that nobody fetched make room for new ones.
    fn tell(&mut self, news: News) {
        if self.news.len() == NEWS_MOST {
            self.news.pop_front();
        }
        self.news.push_back(news);
    }
}

impl<L: Line> Drop for Keeper<L> {
    fn drop(&mut self) {
        if let State::Open(line, _) | State::Closed(Some(line)) =
            std::mem::replace(&mut self.state, State::Closed(None))
        {
            close(Some(line));
        }
    }
}

/// An opener that works on threads of its own. What was open is given [`CLOSING`] to close, since a card may be used by
/// one at a time; a sound system that never lets go of it is not waited for.
pub(super) fn opener<L: Line>(
    name: Option<String>,
    open: fn(Option<&str>, Duration) -> Result<Opened<L>, DeviceError>,
) -> Opener<L> {
    Box::new(move |old, buffer| {
        let (tell, told) = sync_channel(1);
        let (name, closed) = (name.clone(), close(old));
        let work = move || {
            closed.recv_timeout(CLOSING).ok();
            tell.send(open(name.as_deref(), buffer)).ok();
        };
        // Where no thread can be started nobody tells, which is seen.
        thread::Builder::new().name(THREAD.to_owned()).spawn(work).ok();
        told
    })
}

/// Closes a device on a thread of its own, and ends the channel when that is done.
fn close<L: Line>(line: Option<L>) -> Receiver<()> {
    let (tell, told) = sync_channel(1);
    if let Some(line) = line {
        let work = move || {
            drop(line);
            drop(tell);
        };
        // Where no thread can be started it is closed here.
        thread::Builder::new().name(THREAD.to_owned()).spawn(work).ok();
    }
    told
}

/// A device is opened at most this often.
const REST: Duration = Duration::from_secs(2);

/// The longest buffer of a device: more would be heard as delay. A device that runs dry even so stays as it is.
const BUFFER_MOST: Duration = Duration::from_millis(80);

/// How long a device may take to close before another is opened.
const CLOSING: Duration = Duration::from_secs(1);

/// News that wait to be fetched.
const NEWS_MOST: usize = 16;

const THREAD: &str = "sound device";

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering::Relaxed;
    use std::sync::{Arc, Mutex};

    use super::*;

    struct Fake(Arc<Counters>);

    impl Line for Fake {
        fn counters(&self) -> &Counters {
            &self.0
        }

        fn rate(&self) -> u32 {
            48_000
        }
    }

    const FIRST: Duration = Duration::from_millis(20);

    type Outcome = Result<(&'static str, bool), DeviceError>;

    /// A sound system that gives these outcomes in turn, and then the last one again and again.
    struct System {
        keeper: Keeper<Fake>,
        now: Duration,
        opened: Arc<Mutex<Vec<Arc<Counters>>>>,
        buffers: Arc<Mutex<Vec<u128>>>,
    }

    impl System {
        fn new(outcomes: &'static [Outcome]) -> Self {
            let opened = Arc::new(Mutex::new(Vec::new()));
            let buffers = Arc::new(Mutex::new(Vec::new()));
            let (mut times, all, lengths) = (0, opened.clone(), buffers.clone());
            let opener: Opener<Fake> = Box::new(move |_old, buffer| {
                lengths.lock().unwrap().push(buffer.as_millis());
                let (tell, told) = sync_channel(1);
                let outcome = outcomes[times.min(outcomes.len() - 1)];
                times += 1;
                tell.send(outcome.map(|(name, replaced)| {
                    let counters = Arc::new(Counters::default());
                    all.lock().unwrap().push(counters.clone());
                    Opened { line: Fake(counters), name: name.to_owned(), replaced }
                }))
                .unwrap();
                told
            });
            Self { keeper: Keeper::new(opener, FIRST), now: Duration::ZERO, opened, buffers }
        }

        /// Lets time pass; an open device works. The news of that time.
        fn run(&mut self, milliseconds: u64) -> Vec<News> {
            self.run_at(milliseconds, 480)
        }

        /// As `run`, with so many samples in 10 ms.
        fn run_at(&mut self, milliseconds: u64, samples: u64) -> Vec<News> {
            let mut news = Vec::new();
            for _ in 0..milliseconds / 10 {
                self.now += Duration::from_millis(10);
                if let Some(line) = self.keeper.line(self.now) {
                    line.0.calls.fetch_add(1, Relaxed);
                    line.0.samples.fetch_add(samples, Relaxed);
                }
                news.extend(std::iter::from_fn(|| self.keeper.news()));
            }
            news
        }

        fn last(&self) -> Arc<Counters> {
            self.opened.lock().unwrap().last().unwrap().clone()
        }
    }

    fn works(name: &str) -> News {
        News::Works(name.to_owned())
    }

    #[test]
    fn an_unplugged_device_is_replaced_and_said() {
        let mut system = System::new(&[Ok(("headset", false)), Ok(("built in", true))]);
        assert_eq!(system.run(5_000), [works("headset")]);
        system.last().gone.store(true, Relaxed);
        assert_eq!(system.run(100), [News::Replaced("built in".to_owned())]);
        assert_eq!(system.run(60_000), []);
    }

    #[test]
    fn a_failure_is_said_once_and_tried_again() {
        const MISSING: Outcome = Err(DeviceError::Missing);
        let mut system = System::new(&[MISSING, MISSING, MISSING, Ok(("new", false))]);
        assert_eq!(system.run(100), [News::Failed(DeviceError::Missing)]);
        assert_eq!(system.run(5_000), []);
        assert!(system.keeper.current_mut().is_none());
        assert_eq!(system.run(2_000), [works("new")]);
        assert!(system.keeper.current_mut().is_some());
    }

    #[test]
    fn a_device_that_dies_at_once_again_and_again_is_not_opened_in_a_frenzy() {
        let mut system = System::new(&[Ok(("bad", false))]);
        let mut opened = 0;
        for _ in 0..1_000 {
            opened += system.run(10).len();
            system.last().gone.store(true, Relaxed);
        }
        assert!((4..=6).contains(&opened), "{opened} in ten seconds");
    }

    #[test]
    fn a_device_that_runs_dry_is_opened_with_larger_buffers_up_to_a_bound() {
        let mut system = System::new(&[Ok(("busy", false))]);
        system.run(10_000);
        assert_eq!(*system.buffers.lock().unwrap(), [20]);
        system.run_at(60_000, 300);
        assert_eq!(*system.buffers.lock().unwrap(), [20, 40, 80]);
    }

    #[test]
    fn an_opener_that_dies_is_a_broken_device() {
        let opener: Opener<Fake> = Box::new(|_, _| sync_channel(1).1);
        let mut keeper = Keeper::new(opener, FIRST);
        keeper.line(Duration::ZERO);
        keeper.line(Duration::ZERO);
        assert_eq!(keeper.news(), Some(News::Failed(DeviceError::Broken)));
    }

    #[test]
    fn opening_and_closing_happen_elsewhere() {
        fn open(name: Option<&str>, _: Duration) -> Result<Opened<Fake>, DeviceError> {
            let name = format!("{} {}", name.unwrap_or_default(), thread::current().name().unwrap_or_default());
            Ok(Opened { line: Fake(Arc::default()), name, replaced: false })
        }
        let told = opener(Some("one".to_owned()), open)(None, FIRST);
        assert_eq!(told.recv().unwrap().map(|opened| opened.name), Ok(format!("one {THREAD}")));
    }

    #[test]
    fn news_that_nobody_fetches_stay_few() {
        let mut system = System::new(&[Ok(("x", false))]);
        for now in 0..100 {
            system.keeper.line(Duration::from_secs(now * 2));
            system.last_if_any();
        }
        assert!(system.keeper.news.len() <= NEWS_MOST);
    }

    impl System {
        fn last_if_any(&self) {
            if let Some(counters) = self.opened.lock().unwrap().last() {
                counters.gone.store(true, Relaxed);
            }
        }
    }
}
