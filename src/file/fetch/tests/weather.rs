//! A transfer on circuits of several speeds, in virtual time: how long it takes, and how much is sent twice.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use super::Transfer;
use crate::file::Lane;

/// A road with a delay and a speed for each circuit, on which records move by themselves.
struct Weather {
    transfer: Transfer,
    circuits: Vec<(Lane, Speed)>,
    /// Upwards and downwards.
    under_way: BTreeMap<Lane, [UnderWay; 2]>,
    /// When the sender's end of a circuit can take the next record.
    free: BTreeMap<Lane, Duration>,
}

/// Records with the time at which they arrive.
type UnderWay = VecDeque<(Duration, Vec<u8>)>;

#[derive(Clone, Copy)]
struct Speed {
    bytes_per_second: u64,
    one_way: Duration,
}

impl Weather {
    fn new(size: usize, kilobytes_per_second: &[u64]) -> Self {
        let mut weather = Self {
            transfer: Transfer::new(size),
            circuits: Vec::new(),
            under_way: BTreeMap::new(),
            free: BTreeMap::new(),
        };
        for speed in kilobytes_per_second {
            weather.add(Speed { bytes_per_second: speed * 1_000, one_way: Duration::from_millis(150) });
        }
        weather
    }

    fn add(&mut self, speed: Speed) {
        let lane = self.transfer.open();
        self.circuits.push((lane, speed));
        self.under_way.insert(lane, Default::default());
        self.free.insert(lane, self.transfer.now);
    }

    /// Ten milliseconds go by.
    fn tick(&mut self) {
        let transfer = &mut self.transfer;
        transfer.now += Duration::from_millis(10);
        let now = transfer.now;
        for (lane, speed) in &self.circuits {
            let (Some([up, down]), Some(free)) = (self.under_way.get_mut(lane), self.free.get_mut(lane)) else {
                continue;
            };
            if !transfer.roads.contains_key(lane) {
                continue;
            }
            transfer.ask(*lane);
            up.extend(transfer.roads.get_mut(lane).unwrap().up.drain(..).map(|record| (now + speed.one_way, record)));
            while up.front().is_some_and(|(at, _)| *at <= now) {
                transfer.roads.get_mut(lane).unwrap().up.push_back(up.pop_front().unwrap().1);
                transfer.hear(*lane);
            }
            // A second of data fits the buffers of a circuit.
            while *free < now + Duration::from_secs(1) && transfer.answer(*lane).unwrap() {
                for record in transfer.roads.get_mut(lane).unwrap().down.drain(..) {
                    let time =
                        Duration::from_nanos(record.len() as u64 * 1_000_000_000 / speed.bytes_per_second.max(1));
                    *free = (*free).max(now) + time;
                    down.push_back((*free + speed.one_way, record));
                }
            }
            while down.front().is_some_and(|(at, _)| *at <= now) {
                transfer.take(*lane, &down.pop_front().unwrap().1).unwrap();
            }
        }
        transfer.store();
    }

    /// How long it takes until everything is there.
    fn run(&mut self) -> Duration {
        let start = self.transfer.now;
        while !self.transfer.fetch.done() {
            self.tick();
            assert!(self.transfer.now - start < Duration::from_secs(3_600), "{:?}", self.transfer.fetch);
        }
        self.transfer.now - start
    }

    /// What was received beyond the content, in thousandths of it.
    fn waste(&self) -> usize {
        (self.transfer.received - self.transfer.content.len()) * 1_000 / self.transfer.content.len()
    }
}

#[test]
fn circuits_of_all_speeds_are_used_to_the_full() {
    for speeds in [&[600][..], &[600, 600, 600, 600], &[100, 200, 400, 800], &[50, 50, 50, 900, 900, 900]] {
        let mut weather = Weather::new(20_000_000, speeds);
        let took = weather.run();
        let ideal = Duration::from_millis(20_000_000 / speeds.iter().sum::<u64>());
        assert!(took < ideal.mul_f64(1.05) + Duration::from_millis(600), "{speeds:?}: {took:?}, at best {ideal:?}");
        assert!(weather.waste() <= 15, "{speeds:?}: {} ‰ more than the content", weather.waste());
    }
}

#[test]
fn a_circuit_that_stands_still_at_the_end_is_overtaken() {
    let mut weather = Weather::new(8_000_000, &[500, 500]);
    while weather.transfer.fetch.bytes() < 6_000_000 {
        weather.tick();
    }
    let dead = weather.circuits.remove(0).0;
    let took = weather.run();
    assert!(took < Duration::from_secs(2_000 / 500 + 5), "{took:?}");
    assert!(!weather.transfer.fetch.idle(dead), "it was never closed");
    assert!(weather.transfer.fetch.owes_since(dead).is_some_and(|since| since < weather.transfer.now));
}

#[test]
fn a_circuit_that_dies_costs_little() {
    let mut weather = Weather::new(10_000_000, &[500, 500]);
    for round in 1..=8 {
        while weather.transfer.fetch.bytes() < round * 1_000_000 {
            weather.tick();
        }
        let lane = weather.circuits.remove(0).0;
        weather.transfer.close(lane);
        weather.add(Speed { bytes_per_second: 500_000, one_way: Duration::from_millis(150) });
    }
    weather.run();
    assert!(weather.waste() <= 15, "{} ‰ more than the content", weather.waste());
}

#[test]
fn a_killed_receiver_asks_again_for_what_was_not_stored_only() {
    let mut weather = Weather::new(10_000_000, &[500, 500]);
    while weather.transfer.fetch.bytes() < 5_000_000 {
        weather.tick();
    }
    let stored = weather.transfer.fetch.bytes() as usize;
    weather.transfer.restart();
    (weather.circuits, weather.transfer.received) = (Vec::new(), 0);
    weather.add(Speed { bytes_per_second: 500_000, one_way: Duration::from_millis(150) });
    weather.run();
    let again = weather.transfer.received;
    assert!(again < (10_000_000 - stored) * 102 / 100, "{again} bytes for {}", 10_000_000 - stored);
}

#[test]
fn the_sender_hears_how_far_it_is_once_a_second() {
    let mut weather = Weather::new(3_000_000, &[500, 500]);
    let mut heard = BTreeSet::new();
    while !weather.transfer.fetch.done() {
        weather.tick();
        heard.insert(weather.transfer.serve.theirs());
    }
    let seconds = weather.transfer.now.as_secs() as usize;
    assert!((2..=seconds + 1).contains(&heard.len()), "{heard:?} in {seconds} s");
}
