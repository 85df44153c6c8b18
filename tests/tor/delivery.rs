//! Nothing that was said is lost, doubled or out of order, whatever happens to the programs and the network.

use std::collections::BTreeSet;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;
use std::time::Instant;

use pelure::wire::{Random, Seeded};
use serde_json::{Value, json};

use crate::home::{Home, all_weather, fair_weather, network};
use crate::program::{HANGING, Program, acquaint};

#[test]
fn five_hundred_each_way_through_kills_and_a_cut() {
    let _weather = all_weather();
    let (home_a, home_b) = (Home::new(), Home::new());
    let (a, b, to_b, to_a) = two_contacts(&home_a, &home_b);
    let mut random = Seeded::new(SEED);
    // Ends of the program by the number of messages it has received: a message on its way is what makes them hard.
    let mut within = |from: usize, to: usize| {
        let mut bytes = [0; 2];
        random.fill(&mut bytes);
        from + usize::from(u16::from_be_bytes(bytes)) % (to - from)
    };
    let deaths_a = [within(CUT + 20, 220), within(240, 480)];
    let deaths_b = [within(20, CUT), within(200, 460)];
    let (news, told) = sync_channel(100_000);
    let a = Side::new(&home_a, a, to_b, ["a", "b"], &deaths_a, news.clone());
    let b = Side::new(&home_b, b, to_a, ["b", "a"], &deaths_b, news);
    let (a, b) = thread::scope(|scope| {
        let (a, b) = (scope.spawn(|| a.run()), scope.spawn(|| b.run()));
        let mut news = std::iter::from_fn(|| told.recv_timeout(HANGING).ok());
        let busy = |news: &News| matches!(news, News::Received { by: "a", count } if *count >= CUT);
        assert!(news.any(|news| busy(&news)));
        network().cut(None).unwrap();
        assert!(news.any(|news| matches!(news, News::Away)));
        network().heal(None).unwrap();
        (a.join().unwrap(), b.join().unwrap())
    });
    let (a, b) = (a.ends(), b.ends());
    a.shutdown();
    b.shutdown();
    a_warm_start_talks_at_once(&home_a, &home_b);
}

/// Both programs were closed properly: their contacts find each other without anything being said anew.
fn a_warm_start_talks_at_once(home_a: &Home, home_b: &Home) {
    let (mut a, mut b) = (home_a.start(), home_b.start());
    let contact =
        |program: &mut Program| program.call("contact.list", json!({}))[0]["contact"].as_str().unwrap().to_owned();
    let (to_b, to_a) = (contact(&mut a), contact(&mut b));
    let (from_a, from_b) = (a.send(&to_b, "again"), b.send(&to_a, "again"));
    a.until_received("again");
    b.until_received("again");
    a.until_delivered(&from_a);
    b.until_delivered(&from_b);
    assert_eq!(a.history(&to_b).len(), 2 * MESSAGES + 2);
    a.shutdown();
    b.shutdown();
}

#[test]
fn three_identities_in_two_processes() {
    let _weather = fair_weather();
    let (home_a, home_b) = (Home::new(), Home::new());
    let (mut a, mut b) = (home_a.start(), home_b.start());
    let (first, second, other) = (a.create("first"), a.create("second"), b.create("other"));
    assert_ne!(first.address, second.address);
    for me in [&first, &second] {
        a.until_reachable(me);
    }
    b.until_reachable(&other);
    // One asks, the other is asked.
    let (first_to_other, other_to_first) = acquaint(&mut a, &first, &mut b, &other);
    let (other_to_second, second_to_other) = acquaint(&mut b, &other, &mut a, &second);
    for (contact, text) in [(&first_to_other, "from the first"), (&second_to_other, "from the second")] {
        let sent = a.send(contact, text);
        b.until_received(text);
        a.until_delivered(&sent);
    }
    for (contact, text) in [(&other_to_first, "to the first"), (&other_to_second, "to the second")] {
        let sent = b.send(contact, text);
        a.until_received(text);
        b.until_delivered(&sent);
    }
    // Each conversation is its identity's own.
    assert_eq!(texts(&a.history(&first_to_other)), ["from the first", "to the first"]);
    assert_eq!(texts(&a.history(&second_to_other)), ["from the second", "to the second"]);
    assert_eq!(texts(&b.history(&other_to_first)), ["from the first", "to the first"]);
    let contacts = a.call("contact.list", json!({"identity": second.identity}));
    assert_eq!(contacts.as_array().unwrap().len(), 1);
    a.shutdown();
    b.shutdown();
}

/// One of the two who talk: it sends, receives, dies and comes back.
struct Side<'a> {
    home: &'a Home,
    program: Program,
    contact: String,
    me: &'static str,
    peer: &'static str,
    deaths: &'a [usize],
    told: SyncSender<News>,
    /// Messages of ours whose place in the conversation is sure.
    sent: usize,
    /// Those of them that are not yet delivered.
    under_way: BTreeSet<String>,
    received: usize,
}

/// What a side tells while it talks.
enum News {
    Received { by: &'static str, count: usize },
    Away,
}

impl<'a> Side<'a> {
    fn new(
        home: &'a Home,
        program: Program,
        contact: String,
        [me, peer]: [&'static str; 2],
        deaths: &'a [usize],
        told: SyncSender<News>,
    ) -> Self {
        Self { home, program, contact, me, peer, deaths, told, sent: 0, under_way: BTreeSet::new(), received: 0 }
    }

    /// Returns when everything of ours is delivered and everything of theirs is here.
    fn run(mut self) -> Self {
        let deadline = Instant::now() + HANGING;
        loop {
            // When the other side has failed, news of its absence come for ever.
            assert!(Instant::now() < deadline, "{} of theirs came", self.received);
            if let Some((_, later)) = self.deaths.split_first().filter(|(at, _)| self.received >= **at) {
                self.deaths = later;
                self = self.die();
            }
            let done = self.sent == MESSAGES && self.under_way.is_empty() && self.received == MESSAGES;
            if done && self.deaths.is_empty() {
                return self;
            }
            if self.sent < MESSAGES {
                let message = self.program.send(&self.contact, &self.text(self.sent));
                self.under_way.insert(message);
                self.sent += 1;
            } else {
                let news = self.program.next();
                self.learn(&news);
            }
            while let Some(news) = self.program.try_next() {
                self.learn(&news);
            }
        }
    }

    fn text(&self, number: usize) -> String {
        format!("{}{number}", self.me)
    }

    fn learn(&mut self, news: &Value) {
        let params = &news["params"];
        match news["method"].as_str().unwrap() {
            "message.received" => {
                let number: usize = params["text"].as_str().unwrap().strip_prefix(self.peer).unwrap().parse().unwrap();
                // What was received just before a death was perhaps not told.
                assert!(number >= self.received, "{number} after {}", self.received);
                self.received = number + 1;
                self.told.send(News::Received { by: self.me, count: self.received }).ok();
            }
            "message.state" if params["state"] == "delivered" => {
                self.under_way.remove(params["message"].as_str().unwrap());
            }
            "contact.changed" if params["presence"] != "online" => {
                self.told.send(News::Away).ok();
            }
            _ => {}
        }
    }

    /// Is killed while a message is being queued, and starts again.
    fn die(mut self) -> Self {
        if self.sent < MESSAGES {
            self.program.ask("message.send", json!({"contact": self.contact, "text": self.text(self.sent)}));
        }
        self.program.kill9();
        self.program = self.home.start();
        let history = self.program.history(&self.contact);
        let ours: Vec<&Value> = history.iter().filter(|message| message["direction"] == "out").collect();
        let in_doubt = usize::from(self.sent < MESSAGES);
        assert!((self.sent..=self.sent + in_doubt).contains(&ours.len()), "what was answered is durable");
        self.sent = ours.len();
        let open = ours.iter().filter(|message| message["state"] != "delivered");
        self.under_way = open.map(|message| message["message"].as_str().unwrap().to_owned()).collect();
        let received = history.len() - ours.len();
        assert!(received >= self.received, "what was told is durable");
        self.received = received;
        self
    }

    /// What must be true when both have everything.
    fn ends(mut self) -> Program {
        let history = self.program.history(&self.contact);
        for (direction, who, state) in [("out", self.me, "delivered"), ("in", self.peer, "received")] {
            let said: Vec<Value> =
                history.iter().filter(|message| message["direction"] == direction).cloned().collect();
            let expected: Vec<String> = (0..MESSAGES).map(|number| format!("{who}{number}")).collect();
            assert_eq!(texts(&said), expected);
            assert!(said.iter().all(|message| message["state"] == state));
        }
        self.program
    }
}

/// Two programs with an identity each, which are each other's contacts.
pub(crate) fn two_contacts(home_a: &Home, home_b: &Home) -> (Program, Program, String, String) {
    let (mut a, mut b) = (home_a.start(), home_b.start());
    let (a_me, b_me) = (a.create("a"), b.create("b"));
    a.until_reachable(&a_me);
    b.until_reachable(&b_me);
    let (to_b, to_a) = acquaint(&mut a, &a_me, &mut b, &b_me);
    (a, b, to_b, to_a)
}

fn texts(messages: &[Value]) -> Vec<&str> {
    messages.iter().map(|message| message["text"].as_str().unwrap()).collect()
}

/// Messages each way.
const MESSAGES: usize = 500;
/// The network is cut when so many have come through.
const CUT: usize = 100;
/// Of the moments at which the programs are killed.
const SEED: u64 = 2;
