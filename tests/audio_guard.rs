//! What runs on a sound card's thread allocates nothing, waits for nothing and calls nothing.
//!
//! The second test runs itself again in a process of its own, which the kernel ends at the first system call.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking, also in its helpers")]

use std::os::unix::process::ExitStatusExt;
use std::time::Duration;

use pelure::voice::device::ring::{self, Spout, Tap};

#[global_allocator]
static ALLOCATOR: guard::Counting = guard::Counting;

/// The callbacks of cards of several kinds, and buffers as their drivers hand them in.
struct Cards {
    taps: Vec<Tap>,
    spouts: Vec<Spout>,
    numbers: Vec<f32>,
    words: Vec<i16>,
    long_words: Vec<i32>,
}

impl Cards {
    /// Small rings, which are full and empty again and again; the other ends are kept by the caller.
    fn new() -> (Self, impl Sized) {
        let (mut taps, mut spouts, mut ends) = (Vec::new(), Vec::new(), (Vec::new(), Vec::new()));
        for channels in [1, 2, 6] {
            let (tap, end, _) = ring::tap(700, channels);
            taps.push(tap);
            ends.0.push(end);
            let (spout, mut supply) = ring::spout(700, channels);
            (0..650).for_each(|at| supply.sound.push(at as f32 / 650.0).unwrap());
            spouts.push(spout);
            ends.1.push(supply);
        }
        let (numbers, words, long_words) = (vec![0.5; 4_096], vec![77; 4_096], vec![-77; 4_096]);
        (Self { taps, spouts, numbers, words, long_words }, ends)
    }

    /// Every callback, with every format, with short and long buffers.
    fn call(&mut self) {
        for length in [0, 1, 480, 960, 4_096] {
            for tap in &mut self.taps {
                tap.take(&self.numbers[..length]);
                tap.take(&self.words[..length]);
                tap.take(&self.long_words[..length]);
            }
            for spout in &mut self.spouts {
                spout.fill(&mut self.numbers[..length]);
                spout.fill(&mut self.words[..length]);
                spout.fill(&mut self.long_words[..length]);
                spout.skip(&mut self.numbers[..length]);
            }
        }
    }
}

#[test]
fn callbacks_do_not_allocate() {
    let (mut cards, _ends) = Cards::new();
    let before = guard::allocator_calls();
    (0..100).for_each(|_| cards.call());
    assert_eq!(guard::allocator_calls() - before, 0);
    // What is counted is counted.
    drop(std::hint::black_box(vec![1u8; 100]));
    assert_eq!(guard::allocator_calls() - before, 2);
}

#[test]
fn callbacks_do_not_call_the_system() {
    if let Ok(what) = std::env::var(CONFINED) {
        confined(&what);
    }
    assert_eq!(again("nothing"), Some(DONE), "the kernel cannot confine a thread");
    assert_eq!(again("callbacks"), Some(DONE));
    // What is forbidden ends it.
    assert_eq!(again("sleep"), None);
    assert_eq!(again("lock"), None);
}

/// Runs this test again, to do one thing while it is confined; its exit status, unless the kernel ended it.
#[expect(clippy::disallowed_types, reason = "the thread that is confined takes its process with it")]
fn again(what: &str) -> Option<i32> {
    let mut test = std::process::Command::new(std::env::current_exe().unwrap());
    test.args(["--exact", "callbacks_do_not_call_the_system"]).env(CONFINED, what);
    let status = test.output().unwrap().status;
    assert!(status.code().is_some() || status.signal() == Some(SIGSYS), "{what}: {status}");
    status.code()
}

fn confined(what: &str) -> ! {
    let (mut cards, _ends) = Cards::new();
    let lock = std::sync::Mutex::new(());
    let taken = lock.lock().unwrap();
    // The first use of a counter of this thread may set it up.
    guard::allocator_calls();
    guard::confine().unwrap();
    match what {
        "callbacks" => (0..100).for_each(|_| cards.call()),
        "sleep" => std::thread::sleep(Duration::from_millis(1)),
        "lock" => drop(lock.lock()),
        _ => {}
    }
    std::hint::black_box(&taken);
    guard::leave(DONE)
}

const CONFINED: &str = "PELURE_TEST_CONFINED";

const DONE: i32 = 42;

/// What the kernel ends a process with that makes a forbidden call.
const SIGSYS: i32 = 31;
