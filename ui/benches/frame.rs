//! What one frame costs without painting, while a conversation of 100,000 messages is scrolled beside 1,000 contacts.
//! One JSON line per figure. `cargo bench -p pelure-ui --bench frame`.
//!
//! A frame runs on one thread and waits for nothing, so the time on the clock is the time of the processor unless
//! somebody else takes it. The same frames are run several times and each counts with its shortest time.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a bench looks at the clock, tells what it sees and stops at what goes wrong"
)]

#[path = "../tests/kit/fixtures.rs"]
#[allow(dead_code, unreachable_pub, reason = "a bench uses its part")]
mod fixtures;

use std::time::{Duration, Instant};

use egui::{Context, Event, Modifiers, MouseWheelSource, MouseWheelUnit, Pos2, RawInput, Rect, TouchPhase, Vec2};
use pelure_ui::Window;
use pelure_ui::intent::{Intent, Part};
use pelure_ui::keys::{ContactKey, MessageKey};
use pelure_ui::model::{Contact, Delivery, Last, Message, Presence, Quote, Reaction, Shown};
use pelure_ui::settings::Language;
use pelure_ui::update::{Page, PagePlace, Update};

/// A window, its egui, and who answers its wishes.
struct Desk {
    ctx: Context,
    window: Window,
    time: f64,
    events: Vec<Event>,
}

fn main() {
    let start = Instant::now();
    let mut desk = desk();
    desk.frame();
    tell("first_frame", start.elapsed().as_secs_f64() * 1e3, "ms", Some(500.0));

    let runs: Vec<Vec<Duration>> = (0..RUNS).map(|_| scroll()).collect();
    let frames = runs[0].len();
    let mut best: Vec<Duration> =
        (0..frames).map(|at| runs.iter().map(|run| run[at]).min().unwrap_or_default()).collect();
    best.sort();
    let quantile = |share: f64| best[((best.len() as f64 * share) as usize).min(best.len() - 1)].as_secs_f64() * 1e3;
    tell("frame_scrolling_p50", quantile(0.5), "ms", None);
    tell("frame_scrolling_p99", quantile(0.99), "ms", Some(4.0));
    tell("frame_scrolling_most", quantile(1.0), "ms", None);
}

/// Opens a conversation and scrolls it up and down; the time of each frame.
fn scroll() -> Vec<Duration> {
    let mut desk = desk();
    desk.settle();
    // The first contact of the list: the one with the newest message.
    desk.click(Pos2::new(120.0, 220.0));
    desk.settle();
    assert!(desk.window.model().talk.as_ref().is_some_and(|talk| talk.messages.len() >= PAGE), "nothing was opened");
    desk.events.push(Event::PointerMoved(Pos2::new(700.0, 350.0)));
    let times = (0..FRAMES).map(|at| {
        let delta = if at < FRAMES * 3 / 4 { STEP } else { -STEP };
        desk.wheel(delta);
        desk.frame()
    });
    let times = times.collect();
    let oldest = desk.window.model().talk.as_ref().unwrap().messages.front().unwrap().key;
    assert!(oldest < MessageKey(TOTAL - 500), "nothing was scrolled: {oldest:?}");
    times
}

fn desk() -> Desk {
    let ctx = Context::default();
    Window::prepare(&ctx);
    let mut window = Window::new(Language::English);
    fixtures::open().into_iter().for_each(|update| window.take(update));
    window.take(Update::Contacts((1..=CONTACTS).map(contact).collect()));
    Desk { ctx, window, time: 0.0, events: Vec::new() }
}

impl Desk {
    /// Runs one frame and then answers what was asked for in it; how long the frame took.
    fn frame(&mut self) -> Duration {
        self.time += 1.0 / 60.0;
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, Vec2::new(1100.0, 720.0))),
            time: Some(self.time),
            events: std::mem::take(&mut self.events),
            ..RawInput::default()
        };
        let mut intents = Vec::new();
        let start = Instant::now();
        let output = self.ctx.run_ui(input, |ui| intents.extend(self.window.frame(ui)));
        let took = start.elapsed();
        output.drop_without_applying_deltas();
        for intent in intents {
            if let Intent::Load { contact, part } = intent {
                self.window.take(Update::Page(page(contact, part)));
            }
        }
        took
    }

    fn settle(&mut self) {
        for _ in 0..30 {
            self.frame();
        }
    }

    fn click(&mut self, pos: Pos2) {
        self.events.push(Event::PointerMoved(pos));
        self.frame();
        for pressed in [true, false] {
            let button = egui::PointerButton::Primary;
            self.events.push(Event::PointerButton { pos, button, pressed, modifiers: Modifiers::NONE });
            self.frame();
        }
    }

    fn wheel(&mut self, points: f32) {
        self.events.push(Event::MouseWheel {
            unit: MouseWheelUnit::Point,
            delta: Vec2::new(0.0, points),
            phase: TouchPhase::Move,
            source: MouseWheelSource::Unknown,
            modifiers: Modifiers::NONE,
        });
    }
}

/// A part of the long conversation, as the other side would give it.
fn page(contact: ContactKey, part: Part) -> Page {
    let (first, last, place) = match part {
        Part::Newest => (TOTAL - PAGE as i64 + 1, TOTAL, PagePlace::Whole),
        Part::Before(key) => (key.0 - PAGE as i64, key.0 - 1, PagePlace::Before),
        Part::After(key) => (key.0 + 1, key.0 + PAGE as i64, PagePlace::After),
        Part::Around(key) => (key.0 - PAGE as i64 / 2, key.0 + PAGE as i64 / 2, PagePlace::Whole),
    };
    let (first, last) = (first.max(1), last.min(TOTAL));
    let messages = (first..=last).map(message).collect();
    Page { contact, place, messages, older: first > 1, newer: last < TOTAL }
}

/// Messages as people write them: short and long ones, some with quotes, reactions and emoji.
fn message(key: i64) -> Message {
    let length = [3, 12, 40, 7, 90, 5, 22, 1][(key % 8) as usize];
    let mut text = format!("{key}:");
    (0..length).for_each(|word| text.push_str(WORDS[(key as usize * 7 + word) % WORDS.len()]));
    let quote = (key % 11 == 0).then(|| Quote {
        key: Some(MessageKey(key - 3)),
        incoming: key % 2 == 0,
        text: Shown::new("shall we meet at the usual place?"),
    });
    let reactions = (key % 13 == 0).then(|| Reaction { mine: key % 2 == 0, emoji: Shown::new("👍") });
    Message {
        delivery: if key > TOTAL - 5 { Delivery::Queued } else { Delivery::Delivered },
        quote,
        reactions: reactions.into_iter().collect(),
        edited: key % 17 == 0,
        expires_in: (key % 19 == 0).then_some(86_400),
        ..fixtures::message(key, key % 3 != 0, &text)
    }
}

fn contact(key: i64) -> Contact {
    let minute = u8::try_from(key % 60).unwrap();
    Contact {
        presence: if key % 3 == 0 { Presence::Online } else { fixtures::clara().presence },
        last: Some(Last {
            text: Shown::new("The documents are ready."),
            file: false,
            incoming: true,
            at: fixtures::at(12, minute),
        }),
        unread: u64::try_from(key % 4).unwrap(),
        verified: key % 5 == 0,
        ..fixtures::contact(ContactKey(key), &format!("Contact {key}"), 'c')
    }
}

fn tell(name: &str, value: f64, unit: &str, baseline: Option<f64>) {
    let number = |number: Option<f64>| number.map_or("null".to_owned(), |number| format!("{number:.3}"));
    let (ratio, baseline) = (number(baseline.map(|baseline| value / baseline)), number(baseline));
    println!(r#"{{"name":"{name}","value":{value:.3},"unit":"{unit}","baseline":{baseline},"ratio":{ratio}}}"#);
}

/// Messages of the conversation, and contacts.
const TOTAL: i64 = 100_000;
const CONTACTS: i64 = 1_000;
/// Messages in a page.
const PAGE: usize = 100;
/// Frames that are measured, and how often.
const FRAMES: usize = 2_000;
const RUNS: usize = 3;
/// What the wheel turns in a frame, in points: fast.
const STEP: f32 = 60.0;
const WORDS: [&str; 9] = [" the", " documents", " are", " ready,", " été", " naïve;", " tomorrow", " 😀", " Привет"];
