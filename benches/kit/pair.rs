//! Two programs that know each other: each with a profile, an identity and one contact.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use pelure::wire::{Random, Seeded};
use serde_json::{Value, json};

use super::process::{Outcome, Process};

/// A program with one identity and one contact.
pub struct Person {
    /// The program.
    pub process: Process,
    /// Its identity.
    pub identity: String,
    /// The other one.
    pub contact: String,
}

impl Person {
    /// Starts a program on a new profile in `dir`, which is named so.
    pub fn arrive(binary: &Path, dir: &Path, name: &str) -> Outcome<Self> {
        Self::arrive_with(binary, dir, name, |_| ())
    }

    /// As [`Person::arrive`], with more said to the program when it starts.
    pub fn arrive_with(binary: &Path, dir: &Path, name: &str, more: impl FnOnce(&mut Command)) -> Outcome<Self> {
        Self::arrive_by(binary, dir, name, |command| {
            command.arg("--tor-config").arg(dir.join("arti.toml"));
            more(command);
        })
    }

    /// As [`Person::arrive_with`], where that says which Tor is used.
    pub fn arrive_by(binary: &Path, dir: &Path, name: &str, more: impl FnOnce(&mut Command)) -> Outcome<Self> {
        let passphrase = dir.join("passphrase");
        std::fs::write(&passphrase, "bench")?;
        let mut command = Process::command(binary, &dir.join(name), &passphrase);
        more(&mut command);
        let mut process = Process::start(&mut command)?;
        let identity = text(&process.call("identity.create", &json!({"name": name}))?, "identity")?;
        Ok(Self { process, identity, contact: String::new() })
    }

    /// Waits until others can find it; gives its address.
    pub fn reachable(&mut self) -> Outcome<String> {
        self.process.news("identity.reachable", |news| (news["reachable"] == true).then_some(()))?;
        let listed = self.process.call("identity.list", &json!({}))?;
        text(listed.get(0).unwrap_or(&listed), "address")
    }

    /// Waits until the other one is seen so.
    pub fn presence(&mut self, word: &str) -> Outcome<()> {
        self.process.news("contact.changed", |contact| (contact["presence"] == word).then_some(()))?;
        Ok(())
    }

    /// From the wish to send to the news that the other side has it.
    pub fn send_and_wait(&mut self, body: &str) -> Outcome<Duration> {
        let start = Instant::now();
        let sent = self.process.call("message.send", &json!({"contact": self.contact, "text": body}))?;
        let message = text(&sent, "message")?;
        let delivered = |news: &Value| (news["message"] == *message && news["state"] == "delivered").then_some(());
        let (at, ()) = self.process.news("message.state", delivered)?;
        Ok(at - start)
    }

    /// A file to the other one, from its acceptance until it is whole and verified there; they accept after a `look`.
    pub fn send_file(&mut self, to: &mut Self, file: &Path, look: Duration) -> Outcome<Duration> {
        self.process.call("file.offer", &json!({"contact": self.contact, "path": file, "clean_metadata": false}))?;
        let (_, offered) = to.process.news("file.offered", |file| Some(file.clone()))?;
        let transfer = text(&offered, "transfer")?;
        std::thread::sleep(look);
        let start = Instant::now();
        to.process.call("file.accept", &json!({"transfer": transfer}))?;
        let (at, state) = to.process.news("file.state", |file| {
            let state = file["state"].as_str().filter(|_| file["transfer"] == *transfer)?;
            matches!(state, "done" | "failed" | "cancelled").then(|| state.to_owned())
        })?;
        if state == "done" { Ok(at - start) } else { Err(format!("the file {state}").into()) }
    }
}

/// Makes two programs contacts that see each other online.
pub fn meet(one: &mut Person, other: &mut Person) -> Outcome<()> {
    let address = other.reachable()?;
    one.reachable()?;
    let request = json!({"identity": one.identity, "address": address, "name": "other"});
    one.contact = text(&one.process.call("contact.add", &request)?, "contact")?;
    let (_, request) = other.process.news("request.received", |request| Some(request.clone()))?;
    let accept = json!({"request": text(&request, "request")?, "name": "one"});
    other.contact = text(&other.process.call("request.accept", &accept)?, "contact")?;
    one.presence("online")?;
    other.presence("online")
}

/// Bytes that do not compress, the same in each run.
pub fn random(length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    Seeded::new(20).fill(&mut bytes);
    bytes
}

/// A text of an object.
pub fn text(object: &Value, key: &str) -> Outcome<String> {
    Ok(object[key].as_str().ok_or_else(|| format!("no {key} in {object}"))?.to_owned())
}
