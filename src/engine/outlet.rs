//! The way out for events: bounded, in order, with superseded states left out.
//!
//! It does not drop anything that only this event says: when the reader stalls, a new message waits for room, and with
//! it the conversation it came from.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

use super::event::{Event, Subject};

/// Where the rooms of the engine put events.
#[derive(Clone)]
pub(super) struct Outlet(Arc<Shared>);

/// Where the window or the headless program takes them from.
pub struct Events(Arc<Shared>);

struct Shared {
    queue: Mutex<Queue>,
    filled: Notify,
    drained: Notify,
}

#[derive(Default)]
struct Queue {
    /// `None` where a later event of the same subject took over.
    events: VecDeque<Option<Event>>,
    /// How many were taken out so far; the number of `events[0]`.
    taken: u64,
    /// Where the latest event of a subject waits.
    latest: HashMap<Subject, u64>,
    closed: bool,
}

pub(super) fn outlet() -> (Outlet, Events) {
    let shared = Arc::new(Shared { queue: Mutex::default(), filled: Notify::new(), drained: Notify::new() });
    (Outlet(Arc::clone(&shared)), Events(shared))
}

impl Outlet {
    /// Puts an event at the end; waits for room unless it supersedes one that still waits.
    pub(super) async fn put(&self, event: Event) {
        let mut event = Some(event);
        loop {
            let drained = self.0.drained.notified();
            if self.0.lock().put(&mut event) {
                self.0.filled.notify_one();
                return;
            }
            drained.await;
        }
    }

    /// No more events will come.
    pub(super) fn close(&self) {
        self.0.lock().closed = true;
        self.0.filled.notify_one();
        self.0.drained.notify_waiters();
    }
}

impl Events {
    /// The next event; `None` when the engine has stopped and all were taken.
    pub async fn next(&self) -> Option<Event> {
        loop {
            let filled = self.0.filled.notified();
            {
                let mut queue = self.0.lock();
                if let Some(event) = queue.take() {
                    self.0.drained.notify_waiters();
                    return Some(event);
                }
                if queue.closed {
                    return None;
                }
            }
            filled.await;
        }
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        // Nobody reads any more: events are thrown away instead of holding the engine up.
        self.0.lock().closed = true;
        self.0.drained.notify_waiters();
    }
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    /// Takes the event if there is room for it.
    fn put(&mut self, event: &mut Option<Event>) -> bool {
        let Some(subject) = event.as_ref().map(Event::subject) else { return true };
        if self.closed {
            *event = None;
            return true;
        }
        let number = self.taken + self.events.len() as u64;
        if let Some(subject) = subject {
            if let Some(older) = self.latest.insert(subject, number) {
                if let Some(slot) = usize::try_from(older - self.taken).ok().and_then(|at| self.events.get_mut(at)) {
                    *slot = None;
                }
            } else if self.events.len() >= CAPACITY {
                self.latest.remove(&subject);
                return false;
            }
        } else if self.events.len() >= CAPACITY {
            return false;
        }
        self.events.push_back(event.take());
        // A reader that stalls while one subject changes for ever must not grow the queue with empty places.
        if self.events.len() > 2 * CAPACITY {
            self.compact();
        }
        true
    }

    fn take(&mut self) -> Option<Event> {
        while let Some(slot) = self.events.pop_front() {
            let number = self.taken;
            self.taken += 1;
            if let Some(event) = slot {
                if let Some(subject) = event.subject()
                    && self.latest.get(&subject) == Some(&number)
                {
                    self.latest.remove(&subject);
                }
                return Some(event);
            }
        }
        None
    }

    fn compact(&mut self) {
        self.events.retain(Option::is_some);
        self.latest.clear();
        for (at, event) in self.events.iter().enumerate() {
            if let Some(subject) = event.as_ref().and_then(Event::subject) {
                self.latest.insert(subject, self.taken + at as u64);
            }
        }
    }
}

/// Events that wait for a stalled reader: some seconds of the busiest conversation.
const CAPACITY: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::event::Delivery;
    use crate::vault::{ContactId, MessageKey};

    fn state(key: i64, state: Delivery) -> Event {
        Event::MessageState { message: MessageKey(key), state }
    }

    #[tokio::test]
    async fn a_later_state_supersedes_an_earlier_one_and_order_stays() {
        let (outlet, events) = outlet();
        outlet.put(state(1, Delivery::Queued)).await;
        outlet.put(Event::ContactRemoved { contact: ContactId(9) }).await;
        outlet.put(state(1, Delivery::Delivered)).await;
        outlet.close();
        assert_eq!(events.next().await, Some(Event::ContactRemoved { contact: ContactId(9) }));
        assert_eq!(events.next().await, Some(state(1, Delivery::Delivered)));
        assert_eq!(events.next().await, None);
    }

    #[tokio::test]
    async fn a_stalled_reader_holds_up_what_cannot_be_left_out() {
        let (outlet, events) = outlet();
        for _ in 0..CAPACITY {
            outlet.put(Event::ContactRemoved { contact: ContactId(1) }).await;
        }
        let waiting = tokio::spawn({
            let outlet = outlet.clone();
            async move { outlet.put(Event::ContactRemoved { contact: ContactId(2) }).await }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        assert!(events.next().await.is_some());
        waiting.await.unwrap();
    }

    #[tokio::test]
    async fn one_subject_that_changes_for_ever_does_not_grow_the_queue() {
        let (outlet, events) = outlet();
        for _ in 0..10 * CAPACITY {
            outlet.put(state(1, Delivery::Sent)).await;
        }
        assert!(outlet.0.lock().events.len() <= 2 * CAPACITY);
        outlet.close();
        assert_eq!(events.next().await, Some(state(1, Delivery::Sent)));
        assert_eq!(events.next().await, None);
    }

    #[tokio::test]
    async fn a_reader_that_left_does_not_hold_the_engine_up() {
        let (outlet, events) = outlet();
        drop(events);
        for _ in 0..2 * CAPACITY {
            outlet.put(Event::ContactRemoved { contact: ContactId(1) }).await;
        }
    }
}
