//! A running `pelure headless`, as a user has it. Whatever becomes of the test, the process ends.

use std::collections::VecDeque;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ExitStatus};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// A running program.
pub(crate) struct Program {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<Value>,
    /// Notifications nobody has asked for yet, oldest first.
    news: VecDeque<Value>,
    calls: u64,
    stderr: PathBuf,
}

/// An identity of a program.
pub(crate) struct Me {
    pub(crate) identity: String,
    pub(crate) address: String,
}

impl Program {
    /// Reads what a program says from now on; `stderr` is where its log goes.
    pub(super) fn new(mut child: Child, stderr: PathBuf) -> Self {
        let (lines_in, lines) = sync_channel(LINES);
        let output = BufReader::new(child.stdout.take().unwrap());
        let read = move || {
            for line in output.lines().map_while(Result::ok) {
                if lines_in.send(serde_json::from_str(&line).expect("a line that is not JSON")).is_err() {
                    return;
                }
            }
        };
        thread::Builder::new().name("stdout".into()).spawn(read).unwrap();
        let input = child.stdin.take();
        Self { child, input, lines, news: VecDeque::new(), calls: 0, stderr }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The files it has open; whatever else it writes to (pipes, sockets, devices) is left out.
    pub(crate) fn open_files(&self) -> Vec<PathBuf> {
        let files = fs::read_dir(format!("/proc/{}/fd", self.pid())).unwrap().flatten();
        let targets = files.filter_map(|file| fs::read_link(file.path()).ok());
        targets.filter(|path| path.is_absolute() && !path.starts_with("/dev/null")).collect()
    }

    /// Calls a method that must succeed.
    pub(crate) fn call(&mut self, method: &str, params: Value) -> Value {
        self.try_call(method, params).unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    /// Calls a method; the error is the whole object.
    pub(crate) fn try_call(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        let id = self.ask(method, params);
        let mut answer = self.answer(&json!(id));
        match answer.get_mut("error") {
            Some(error) => Err(error.take()),
            None => Ok(answer["result"].take()),
        }
    }

    /// Writes a call without waiting for its answer.
    pub(crate) fn ask(&mut self, method: &str, params: Value) -> u64 {
        self.calls += 1;
        self.write_line(&json!({"jsonrpc": "2.0", "id": self.calls, "method": method, "params": params}).to_string());
        self.calls
    }

    pub(crate) fn write_line(&mut self, line: &str) {
        let mut input = self.input.as_ref().unwrap();
        input.write_all(line.as_bytes()).and_then(|()| input.write_all(b"\n")).expect("the program does not read");
    }

    /// The answer under this id; what is told meanwhile waits.
    pub(crate) fn answer(&mut self, id: &Value) -> Value {
        let deadline = Instant::now() + HANGING;
        loop {
            let line = self.receive(deadline, "an answer");
            if line.get("method").is_some() {
                self.news.push_back(line);
            } else if line.get("id") == Some(id) {
                return line;
            }
        }
    }

    /// The next notification.
    pub(crate) fn next(&mut self) -> Value {
        match self.news.pop_front() {
            Some(news) => news,
            None => self.receive(Instant::now() + HANGING, "any notification"),
        }
    }

    /// A notification that is there already.
    pub(crate) fn try_next(&mut self) -> Option<Value> {
        self.news.pop_front().or_else(|| self.lines.try_recv().ok())
    }

    /// The first notification of this method whose parameters are as wanted; others keep waiting.
    pub(crate) fn wait_for(&mut self, method: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let fits = |news: &Value| news["method"] == method && wanted(&news["params"]);
        if let Some(at) = self.news.iter().position(fits) {
            return self.news.remove(at).unwrap()["params"].take();
        }
        let deadline = Instant::now() + HANGING;
        loop {
            let mut line = self.receive(deadline, method);
            if fits(&line) {
                return line["params"].take();
            }
            self.news.push_back(line);
        }
    }

    /// Asks `method` again after every notification, until its result is as wanted.
    pub(crate) fn until(&mut self, method: &str, params: &Value, wanted: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + HANGING;
        loop {
            let result = self.call(method, params.clone());
            if wanted(&result) {
                return result;
            }
            let line = self.receive(deadline, method);
            self.news.push_back(line);
        }
    }

    fn receive(&mut self, deadline: Instant, wanted: &str) -> Value {
        let left = deadline.saturating_duration_since(Instant::now());
        self.lines.recv_timeout(left).unwrap_or_else(|error| panic!("waiting for {wanted}: {error}"))
    }

    /// Makes an identity.
    pub(crate) fn create(&mut self, name: &str) -> Me {
        let made = self.call("identity.create", json!({"name": name}));
        let text = |key: &str| made[key].as_str().unwrap().to_owned();
        Me { identity: text("identity"), address: text("address") }
    }

    /// Waits until others can find an identity.
    pub(crate) fn until_reachable(&mut self, me: &Me) {
        self.until("identity.list", &json!({}), |list| {
            list.as_array().unwrap().iter().any(|one| one["identity"] == *me.identity && one["reachable"] == true)
        });
    }

    /// Waits until a contact is as wanted.
    pub(crate) fn until_contact(&mut self, contact: &str, key: &str, value: &str) {
        self.until("contact.list", &json!({}), |list| {
            list.as_array().unwrap().iter().any(|one| one["contact"] == contact && one[key] == value)
        });
    }

    /// Sends a text; gives the message.
    pub(crate) fn send(&mut self, contact: &str, text: &str) -> String {
        self.call("message.send", json!({"contact": contact, "text": text}))["message"].as_str().unwrap().to_owned()
    }

    /// Waits for a text.
    pub(crate) fn until_received(&mut self, text: &str) {
        self.wait_for("message.received", |message| message["text"] == text);
    }

    /// Waits until a message is on the other side's disk.
    pub(crate) fn until_delivered(&mut self, message: &str) {
        self.wait_for("message.state", |news| news["message"] == message && news["state"] == "delivered");
    }

    /// Everything said with a contact, oldest first.
    pub(crate) fn history(&mut self, contact: &str) -> Vec<Value> {
        let mut all: Vec<Value> = Vec::new();
        loop {
            let mut params = json!({"contact": contact, "limit": 100});
            if let Some(oldest) = all.last() {
                params["before"] = oldest["message"].clone();
            }
            let Value::Array(page) = self.call("message.list", params) else { panic!("not a list") };
            if page.is_empty() {
                all.reverse();
                return all;
            }
            all.extend(page);
        }
    }

    /// Ends the program in the middle of whatever it does.
    pub(crate) fn kill9(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.log_names_nobody();
    }

    /// Ends the program as a user does.
    pub(crate) fn shutdown(mut self) {
        assert_eq!(self.call("shutdown", json!({})), json!({}));
        let status = self.wait();
        assert_eq!(status.code(), Some(0), "{}", self.log());
    }

    /// Ends the input; gives the exit status.
    pub(crate) fn end_input(mut self) -> Option<i32> {
        drop(self.input.take());
        self.wait().code()
    }

    /// Waits for a program that ends by itself; gives its exit status.
    pub(crate) fn exit_status(mut self) -> Option<i32> {
        self.wait().code()
    }

    /// Waits for the end: of the output first, since that has a bound on hanging.
    fn wait(&mut self) -> ExitStatus {
        let deadline = Instant::now() + HANGING;
        loop {
            match self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(_) => {}
                Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => break,
                Err(error) => panic!("the program does not end: {error}"),
            }
        }
        let status = self.child.wait().unwrap();
        self.log_names_nobody();
        status
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.stderr).unwrap()
    }

    fn log_names_nobody(&self) {
        let log = self.log();
        assert!(!names_somebody(&log), "an address is in the log:\n{log}");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It has ended already, unless the test failed.
        self.child.kill().ok();
        self.child.wait().ok();
        if thread::panicking() {
            let last: Vec<String> = self.news.iter().rev().take(8).map(Value::to_string).collect();
            eprintln!("--- log of {}:\n{}\n--- last news: {}", self.pid(), self.log(), last.join("\n"));
        }
    }
}

/// Makes two identities contacts: `a` asks, `b` accepts. Gives each one's contact.
pub(crate) fn acquaint(a: &mut Program, a_me: &Me, b: &mut Program, b_me: &Me) -> (String, String) {
    let add = json!({"identity": a_me.identity, "address": b_me.address, "name": NAMES[1], "message": REQUEST});
    let to_b = a.call("contact.add", add)["contact"].as_str().unwrap().to_owned();
    let asked = b.wait_for("request.received", |request| request["address"] == *a_me.address);
    assert_eq!((&asked["identity"], &asked["message"]), (&json!(b_me.identity), &json!(REQUEST)));
    let accept = json!({"request": asked["request"], "name": NAMES[0]});
    let to_a = b.call("request.accept", accept)["contact"].as_str().unwrap().to_owned();
    a.until_contact(&to_b, "state", "accepted");
    (to_b, to_a)
}

/// Whether a text holds an onion address: 56 letters of base32 in a row, with or without what follows.
fn names_somebody(text: &str) -> bool {
    let base32 = |letter: char| letter.is_ascii_lowercase() || ('2'..='7').contains(&letter);
    let run = |word: &str| word.len() >= 56;
    text.contains(".onion") || text.to_lowercase().split(|letter| !base32(letter)).any(run)
}

#[test]
fn an_address_in_a_log_is_noticed() {
    assert!(names_somebody(&format!("dial of {} failed", "ab27".repeat(14))));
    assert!(names_somebody("x.onion"));
    assert!(!names_somebody("vanguards are full; abcdefghijklmnopqrstuvwxyz, abcdefghijklmnopqrstuvwxyz"));
}

/// What the contacts call each other.
pub(crate) const NAMES: [&str; 2] = ["Aurélie of the archive", "Balthasar of the balcony"];
/// What is said with a request.
pub(crate) const REQUEST: &str = "We met at the printing house";

/// Nothing here takes this long unless it hangs.
pub(crate) const HANGING: Duration = Duration::from_secs(400);

/// Lines that wait for the test: more than any of them makes.
const LINES: usize = 100_000;
