//! The control port of one C tor.
//!
//! It promises questions, answers and events up to a deadline, and that the C tor ends when its owner closes the
//! connection, for whatever reason. It understands no more of the protocol (control-spec) than this kit needs.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Instant;

/// An authenticated connection that owns the C tor at its other end.
#[derive(Debug)]
pub(crate) struct Control {
    stream: BufReader<UnixStream>,
    events: VecDeque<String>,
}

/// One reply or event: its status code, and all of its lines without codes and line ends.
struct Reply {
    code: String,
    lines: Vec<String>,
}

impl Control {
    /// Connects and takes ownership: from here on the C tor ends when this value does.
    pub(crate) fn own(socket: &Path, deadline: Instant) -> io::Result<Self> {
        let stream = BufReader::new(UnixStream::connect(socket)?);
        let mut control = Self { stream, events: VecDeque::new() };
        control.ask("AUTHENTICATE", deadline)?;
        control.ask("TAKEOWNERSHIP", deadline)?;
        Ok(control)
    }

    /// Sends one command; returns the lines of the answer, or an error with tor's own words.
    pub(crate) fn ask(&mut self, command: &str, deadline: Instant) -> io::Result<Vec<String>> {
        self.stream.get_mut().write_all(format!("{command}\r\n").as_bytes())?;
        loop {
            let Reply { code, lines } = self.read(deadline)?;
            match code.as_str() {
                "650" => self.events.push_back(lines.join("\n")),
                "250" => return Ok(lines),
                _ => return Err(io::Error::other(format!("{command}: {code} {}", lines.join(" ")))),
            }
        }
    }

    /// The next event, waiting for it if there is none yet.
    pub(crate) fn event(&mut self, deadline: Instant) -> io::Result<String> {
        if let Some(event) = self.events.pop_front() {
            return Ok(event);
        }
        loop {
            let Reply { code, lines } = self.read(deadline)?;
            if code == "650" {
                return Ok(lines.join("\n"));
            }
        }
    }

    fn read(&mut self, deadline: Instant) -> io::Result<Reply> {
        let mut lines = Vec::new();
        loop {
            let line = self.line(deadline)?;
            let (code, rest) = line.split_at_checked(3).ok_or(io::ErrorKind::InvalidData)?;
            let (mark, text) = rest.split_at_checked(1).ok_or(io::ErrorKind::InvalidData)?;
            lines.push(text.to_owned());
            match mark {
                " " => return Ok(Reply { code: code.to_owned(), lines }),
                "+" => self.data(&mut lines, deadline)?,
                _ => {}
            }
        }
    }

    /// The lines of a data block, up to the dot that ends it.
    fn data(&mut self, lines: &mut Vec<String>, deadline: Instant) -> io::Result<()> {
        loop {
            match self.line(deadline)?.as_str() {
                "." => return Ok(()),
                line => lines.push(line.strip_prefix('.').unwrap_or(line).to_owned()),
            }
        }
    }

    fn line(&mut self, deadline: Instant) -> io::Result<String> {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.stream.get_ref().set_read_timeout(Some(left))?;
        let mut line = String::new();
        match self.stream.read_line(&mut line) {
            Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(_) => Ok(line.trim_end_matches(['\r', '\n']).to_owned()),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Err(io::ErrorKind::TimedOut.into()),
            Err(error) => Err(error),
        }
    }
}
