//! Two people meet over a private Tor network on this machine: `./dev demo` opens their windows, `./dev demo --headless`
//! lets two programs do it by themselves.
//!
//! It promises the real programs: two processes that know nothing but each other's onion address; headless on real input,
//! and every line when it happens. It needs no Internet and leaves nothing behind.

#![allow(clippy::print_stdout, reason = "it is there to be read")]
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::indexing_slicing,
    reason = "it starts the programs and looks at the clock"
)]

#[path = "../benches/kit/process.rs"]
#[allow(dead_code, unreachable_pub, reason = "the benches use more of it")]
mod process;

use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use process::{Outcome, Process, built};
use serde_json::{Value, json};
use tornet::{Plan, Tornet, Weather};

/// What is told, with the time since the start.
#[derive(Clone, Copy)]
struct Story(Instant);

/// Somebody with a program, a profile and one contact.
struct Person {
    name: &'static str,
    story: Story,
    home: Home,
    process: Process,
    identity: String,
    contact: String,
}

/// A program with a window; it ends with the demo.
struct Window(Child);

/// Where a person's program finds everything.
struct Home {
    binary: PathBuf,
    tor_config: PathBuf,
    profile: PathBuf,
    passphrase: PathBuf,
}

fn main() -> Outcome<()> {
    let story = Story(Instant::now());
    let (binary, weather) = (built("pelure")?, Weather::default().delay(DELAY));
    let plan = Plan { weather, ..Plan::default() };
    let (authorities, relays, delay) = (plan.authorities, plan.relays, DELAY.as_millis());
    story.tell(
        "",
        &format!("A private Tor network starts on this machine: {authorities} authorities, {relays} relays,"),
    );
    story.tell("", &format!("{delay} ms each way on every link between them. Nothing goes to the Internet."));
    let network = Tornet::start(plan)?;
    let dir = network.dir().to_owned();
    story.tell("", "The network has agreed on its relays.");
    if std::env::args().any(|argument| argument == "--headless") {
        converse(story, &binary, &dir)?;
    } else {
        open_windows(story, &binary, &dir)?;
    }
    drop(network);
    if dir.exists() {
        return Err(format!("{} is still there", dir.display()).into());
    }
    story.tell("", "The network, both profiles and every process are gone.");
    Ok(())
}

/// Two windows, in two languages, until whoever sits before them has closed both.
fn open_windows(story: Story, binary: &Path, dir: &Path) -> Outcome<()> {
    let mut windows = Vec::new();
    for (name, language) in [("Ada", "en"), ("Émile", "fr")] {
        let mut command = Command::new(binary);
        command.arg("--profile").arg(dir.join(language)).arg("--tor-config").arg(dir.join("arti.toml"));
        windows.push(Window(command.arg("--language").arg(language).env("PELURE_LOG", "off").spawn()?));
        story.tell(name, "has a window; any passphrase will do");
    }
    story.pause();
    story.tell("", "Copy the address from one window, and add it as a contact in the other.");
    story.tell("", "Close both windows to end the demo.");
    for mut window in windows {
        let status = window.0.wait()?;
        if !status.success() {
            return Err(format!("a window ended badly ({status})").into());
        }
    }
    Ok(())
}

/// Two programs that do it by themselves.
fn converse(story: Story, binary: &Path, dir: &Path) -> Outcome<()> {
    let mut ada = Person::arrive("Ada", story, Home::make(binary, dir, "ada")?)?;
    let mut emile = Person::arrive("Émile", story, Home::make(binary, dir, "emile")?)?;
    acquaint(&mut ada, &mut emile)?;
    story.pause();
    for text in FROM_EMILE {
        emile.write(text, &mut ada)?;
    }
    for text in FROM_ADA {
        ada.write(text, &mut emile)?;
    }
    story.pause();
    let mut emile = away_and_back(emile, &mut ada)?;
    story.pause();
    compare(&mut ada, &mut emile)?;
    ada.leave()?;
    emile.leave()?;
    Ok(())
}

/// Ada knows Émile's address and asks; Émile lets her in.
fn acquaint(ada: &mut Person, emile: &mut Person) -> Outcome<()> {
    ada.await_reachable()?;
    let address = emile.await_reachable()?;
    let story = ada.story;
    story.pause();
    let asked = Instant::now();
    let request = json!({"identity": ada.identity, "address": address, "name": "Émile", "message": HELLO});
    ada.contact = text(&ada.process.call("contact.add", &request)?, "contact")?;
    ada.tell(&format!("asks     {HELLO}"));
    let (at, request) = emile.process.news("request.received", |request| Some(request.clone()))?;
    emile.tell(&format!("is asked {}   ({:.2} s later)", text(&request, "message")?, (at - asked).as_secs_f64()));
    emile.tell(&format!("         by {}", text(&request, "address")?));
    let accept = json!({"request": text(&request, "request")?, "name": "Ada"});
    emile.contact = text(&emile.process.call("request.accept", &accept)?, "contact")?;
    emile.tell("accepts, and calls her Ada");
    for person in [&mut *ada, &mut *emile] {
        person.process.news("contact.changed", |contact| {
            (contact["state"] == "accepted" && contact["presence"] == "online").then_some(())
        })?;
        person.tell("sees     the other one online");
    }
    let words = |person: &mut Person| person.process.call("contact.safety_words", &json!({"contact": person.contact}));
    let (hers, his) = (words(ada)?, words(emile)?);
    if hers != his {
        return Err("the safety words differ".into());
    }
    let words: Vec<&str> = hers["words"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    story.tell("", &format!("Both see the same safety words: {}", words.join(" ")));
    Ok(())
}

/// Émile closes his program; what Ada writes meanwhile waits for him.
fn away_and_back(emile: Person, ada: &mut Person) -> Outcome<Person> {
    let (name, story, identity, contact) = (emile.name, emile.story, emile.identity.clone(), emile.contact.clone());
    let home = emile.leave()?;
    ada.process.news("contact.changed", |contact| (contact["presence"] == "offline").then_some(()))?;
    ada.tell("sees     him offline");
    let (at, message) = ada.send(WHILE_AWAY)?;
    ada.tell(&format!("writes   {WHILE_AWAY}"));
    let mut emile = Person { name, story, process: home.start()?, home, identity, contact };
    emile.tell("opens his program again");
    emile.read(WHILE_AWAY)?;
    ada.delivered(&message, at)?;
    Ok(emile)
}

/// Both have the whole conversation, in the same order, with the sides swapped.
fn compare(ada: &mut Person, emile: &mut Person) -> Outcome<()> {
    let (hers, his) = (ada.history()?, emile.history()?);
    let swapped: Vec<_> = his.iter().map(|(incoming, text)| (!incoming, text.clone())).collect();
    if hers != swapped || hers.len() != FROM_EMILE.len() + FROM_ADA.len() + 1 {
        return Err(format!("the histories differ: {hers:?} and {his:?}").into());
    }
    let count = hers.len();
    ada.story.tell("", &format!("Both have the same {count} messages in the same order, each one once."));
    Ok(())
}

impl Person {
    fn arrive(name: &'static str, story: Story, home: Home) -> Outcome<Self> {
        let process = home.start()?;
        let mut person = Self { name, story, home, process, identity: String::new(), contact: String::new() };
        let created = person.process.call("identity.create", &json!({"name": name}))?;
        person.identity = text(&created, "identity")?;
        person.tell(&format!("has a new profile; the address is {}", text(&created, "address")?));
        Ok(person)
    }

    fn await_reachable(&mut self) -> Outcome<String> {
        self.process.news("identity.reachable", |news| (news["reachable"] == true).then_some(()))?;
        self.tell("can be reached");
        let listed = self.process.call("identity.list", &json!({}))?;
        text(&listed[0], "address")
    }

    /// A message from the key press to the acknowledgement from the other disk.
    fn write(&mut self, text: &str, to: &mut Self) -> Outcome<()> {
        let (at, message) = self.send(text)?;
        self.tell(&format!("writes   {text}"));
        to.read(text)?;
        self.delivered(&message, at)
    }

    fn send(&mut self, text: &str) -> Outcome<(Instant, String)> {
        let at = Instant::now();
        let sent = self.process.call("message.send", &json!({"contact": self.contact, "text": text}))?;
        Ok((at, self::text(&sent, "message")?))
    }

    fn read(&mut self, expected: &str) -> Outcome<()> {
        let (_, message) = self.process.news("message.received", |message| Some(message.clone()))?;
        let text = text(&message, "text")?;
        self.tell(&format!("reads    {text}"));
        if text == expected { Ok(()) } else { Err(format!("expected: {expected}").into()) }
    }

    fn delivered(&mut self, message: &str, sent: Instant) -> Outcome<()> {
        let wanted = |news: &Value| (news["message"] == message && news["state"] == "delivered").then_some(());
        let (at, ()) = self.process.news("message.state", wanted)?;
        self.tell(&format!("sees     delivered, {:.2} s after writing", (at - sent).as_secs_f64()));
        Ok(())
    }

    /// The conversation, oldest first: whether each message came in, and its text.
    fn history(&mut self) -> Outcome<Vec<(bool, String)>> {
        let listed = self.process.call("message.list", &json!({"contact": self.contact}))?;
        let newest_first = listed.as_array().ok_or("no list")?;
        newest_first.iter().rev().map(|message| Ok((message["direction"] == "in", text(message, "text")?))).collect()
    }

    fn leave(mut self) -> Outcome<Home> {
        self.process.call("shutdown", &json!({}))?;
        let status = self.process.finish()?;
        self.story.tell(self.name, &format!("closes the program ({status})"));
        if status.success() { Ok(self.home) } else { Err("the program did not end well".into()) }
    }

    fn tell(&self, what: &str) {
        self.story.tell(self.name, what);
    }
}

impl Home {
    /// Inside the directory of the network: it goes with it, whatever happens.
    fn make(binary: &Path, network: &Path, name: &str) -> Outcome<Self> {
        let passphrase = network.join(format!("{name}.passphrase"));
        std::fs::write(&passphrase, format!("what {name} alone knows"))?;
        let (binary, profile) = (binary.to_owned(), network.join(name));
        Ok(Self { binary, tor_config: network.join("arti.toml"), profile, passphrase })
    }

    fn start(&self) -> Outcome<Process> {
        Process::pelure(&self.binary, &self.tor_config, &self.profile, &self.passphrase)
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        // Both fail if it has ended already.
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

impl Story {
    fn tell(self, who: &str, what: &str) {
        println!("{:7.2} s  {who:<6} {what}", self.0.elapsed().as_secs_f64());
    }

    fn pause(self) {
        println!();
    }
}

fn text(object: &Value, key: &str) -> Outcome<String> {
    Ok(object[key].as_str().ok_or_else(|| format!("no {key} in {object}"))?.to_owned())
}

/// What every byte takes longer on each link, each way.
const DELAY: Duration = Duration::from_millis(25);

const HELLO: &str = "Bonjour Émile, this is Ada from the newspaper. You wanted to show me something?";

const FROM_EMILE: [&str; 3] = [
    "Bonsoir Ada ! Ça marche : vous êtes la première à qui j’écris ainsi. 🙂",
    "J’ai trouvé les procès-verbaux — naïvement rangés à côté du café ☕",
    "Ἀλήθεια · правда · الحقيقة · 真相 · 👩🏽‍💻",
];

const FROM_ADA: [&str; 2] =
    ["Reçu, tout est lisible. Keep the originals where they are.", "And get some sleep. À demain ! 🌙"];

const WHILE_AWAY: &str = "P.-S. : bring an umbrella ☔, not your phone.";
