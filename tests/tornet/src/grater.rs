//! The filter that Tails and Whonix put before tor's control port (onion-grater), as far as our profiles go.
//!
//! It promises onion-grater's rules: a caller has the profile that names exactly its program and its user, or its host,
//! and otherwise none; a command passes if the whole of its arguments matches a pattern; PROTOCOLINFO and AUTHENTICATE are
//! answered here; whatever else is asked gets `510 Command filtered`. When tor is gone it comes back by itself and says
//! nothing, so that services are lost unnoticed. What onion-grater can do and our profiles do not use (events, rewritten
//! answers, settings) it refuses to read. Who calls is told by the test; onion-grater asks the kernel.

mod pattern;
mod profile;

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use self::profile::Profile;
pub use self::profile::ProfileError;
use crate::plan::{TornetError, system};

/// A running filter. It lets nobody new in once it is dropped.
#[derive(Debug)]
pub struct Grater {
    at: SocketAddr,
    rules: Arc<Rules>,
}

/// Who talks to a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    /// A program on the same machine: its path and its user.
    Program(String, String),
    /// A workstation behind a gateway: its address.
    Host(Ipv4Addr),
}

#[derive(Debug)]
struct Rules {
    profile: Option<Profile>,
    tor: SocketAddr,
    caller: Caller,
    heard: Mutex<Heard>,
}

/// What was said to the filter.
#[derive(Debug, Default)]
struct Heard {
    filtered: Vec<String>,
    passed: Vec<String>,
    callers: Vec<TcpStream>,
    tors: Vec<TcpStream>,
    closed: bool,
}

impl Grater {
    /// Puts itself before the control port at `tor`, which wants no authentication; `profile` is the text of a file of
    /// onion-grater.
    pub fn start(profile: &str, tor: SocketAddr, caller: Caller) -> Result<Self, TornetError> {
        let profile = Profile::read(profile)?;
        let profile = profile.is_for(&caller).then_some(profile);
        let listener = system("listen", TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
        let at = system("listen", listener.local_addr())?;
        let rules = Arc::new(Rules { profile, tor, caller, heard: Mutex::default() });
        let of_callers = Arc::clone(&rules);
        thread::spawn(move || {
            for caller in listener.incoming().map_while(Result::ok) {
                let rules = Arc::clone(&of_callers);
                if rules.heard().closed {
                    return;
                }
                // It ends with its connection.
                thread::spawn(move || rules.serve(caller));
            }
        });
        Ok(Self { at, rules })
    }

    /// Where it listens.
    pub fn at(&self) -> SocketAddr {
        self.at
    }

    /// What it did not let through, in order.
    pub fn filtered(&self) -> Vec<String> {
        self.rules.heard().filtered.clone()
    }

    /// What it said to tor, in order.
    pub fn passed(&self) -> Vec<String> {
        self.rules.heard().passed.clone()
    }

    /// Loses its connections to tor, as when tor starts anew: whatever belonged to them is gone.
    pub fn lose_tor(&self) {
        for tor in self.rules.heard().tors.drain(..) {
            let _ = tor.shutdown(std::net::Shutdown::Both);
        }
    }
}

impl Drop for Grater {
    fn drop(&mut self) {
        let mut heard = self.rules.heard();
        heard.closed = true;
        let Heard { callers, tors, .. } = &mut *heard;
        for stream in callers.drain(..).chain(tors.drain(..)) {
            let _ = stream.shutdown(std::net::Shutdown::Both);
        }
        drop(heard);
        // The one that waits for callers looks whether it is over.
        let _ = TcpStream::connect(self.at);
    }
}

impl Rules {
    fn serve(&self, caller: TcpStream) -> io::Result<()> {
        self.heard().callers.push(caller.try_clone()?);
        let mut caller = BufReader::new(caller);
        let mut tor = self.connect()?;
        loop {
            let mut line = Vec::new();
            if (&mut caller).take(LINE).read_until(b'\n', &mut line)? == 0 || !line.ends_with(b"\n") {
                return Ok(());
            }
            let line = String::from_utf8(line).map_err(|_| io::ErrorKind::InvalidData)?;
            let line = line.trim_end_matches(['\r', '\n']);
            let (command, arguments) = line.split_once(' ').unwrap_or((line, ""));
            let answer = match command.to_ascii_uppercase().as_str() {
                "" => continue,
                "PROTOCOLINFO" => FOR_PROTOCOLINFO.to_owned(),
                "AUTHENTICATE" => "250 OK\r\n".to_owned(),
                "QUIT" => return Ok(()),
                command => match self.allowed(command, arguments) {
                    Some(line) => self.pass(&mut tor, &line)?,
                    None => {
                        self.heard().filtered.push(line.to_owned());
                        "510 Command filtered\r\n".to_owned()
                    }
                },
            };
            caller.get_mut().write_all(answer.as_bytes())?;
        }
    }

    /// The line that tor hears, if one may.
    fn allowed(&self, command: &str, arguments: &str) -> Option<String> {
        let from = match self.caller {
            Caller::Program(..) => Ipv4Addr::LOCALHOST,
            Caller::Host(host) => host,
        };
        self.profile.as_ref()?.allowed(command, arguments, from)
    }

    /// Asks tor; once more on a new connection if the old one is gone, as onion-grater does.
    fn pass(&self, tor: &mut BufReader<TcpStream>, line: &str) -> io::Result<String> {
        self.heard().passed.push(line.to_owned());
        exchange(tor, line).or_else(|_| {
            *tor = self.connect()?;
            exchange(tor, line)
        })
    }

    fn connect(&self) -> io::Result<BufReader<TcpStream>> {
        let tor = TcpStream::connect(self.tor)?;
        self.heard().tors.push(tor.try_clone()?);
        let mut tor = BufReader::new(tor);
        exchange(&mut tor, "AUTHENTICATE")?;
        Ok(tor)
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One command, and all lines of its answer as they came.
fn exchange(tor: &mut BufReader<TcpStream>, line: &str) -> io::Result<String> {
    tor.get_mut().write_all(format!("{line}\r\n").as_bytes())?;
    let (mut answer, mut data) = (String::new(), false);
    loop {
        let start = answer.len();
        if tor.read_line(&mut answer)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let line = answer.get(start..).unwrap_or_default();
        match (data, line.as_bytes().get(3)) {
            (true, _) => data = line.trim_end() != ".",
            (false, Some(b'+')) => data = true,
            (false, Some(b' ')) => return Ok(answer),
            (false, _) => {}
        }
    }
}

/// The longest line that onion-grater reads.
const LINE: u64 = 10 * 1024;

/// It says that no authentication is needed: the filter looks at who asks instead.
const FOR_PROTOCOLINFO: &str =
    "250-PROTOCOLINFO 1\r\n250-AUTH METHODS=NULL\r\n250-VERSION Tor=\"0.4.9.9\"\r\n250 OK\r\n";
