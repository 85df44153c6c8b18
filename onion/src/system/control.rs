//! One connection to a control port: a line out, a reply in.
//!
//! It promises bounded replies and a deadline for each. It does not know what commands mean ([`super::command`]) and
//! reads past events, for which it never asks.

use std::net::IpAddr;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::time::timeout;

use super::ControlAddress;
use super::command::Command;

/// An open connection.
pub(super) struct Control {
    stream: BufReader<Box<dyn Pipe>>,
    /// Our end and the other, if it goes over IP.
    pub(super) ends: Option<(IpAddr, IpAddr)>,
}

pub(super) trait Pipe: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Pipe for T {}

/// What tor answered: the lines after their codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reply(pub(super) Vec<String>);

/// Why there is no answer to go on with.
#[derive(Debug, thiserror::Error)]
pub(super) enum ControlError {
    /// Nothing is there, or it went away.
    #[error("Tor's control port does not answer ({0}); start Tor, or name its port with --tor-control")]
    Lost(std::io::ErrorKind),
    /// No reply in time.
    #[error("Tor's control port hangs; start Tor anew")]
    Slow,
    /// What came is not the protocol.
    #[error("what answers at Tor's control port is not Tor; name the right port with --tor-control")]
    Garbage,
    /// It wants a password that we do not have.
    #[error("Tor's control port wants {0}")]
    Password(&'static str),
    /// It wants what we cannot do.
    #[error("Tor's control port wants {0}")]
    Authentication(&'static str),
    /// The cookie file cannot be used.
    #[error("the cookie of Tor's control port cannot be read; your user may have to join the group of tor ({0})")]
    Cookie(std::io::ErrorKind),
    /// A filter or tor itself does not allow the command.
    #[error("{command}: not allowed")]
    Filtered {
        /// Which.
        command: String,
    },
    /// Tor refused, in its own words.
    #[error("Tor refused {command} ({code}); look at its log, or update Tor")]
    Refused {
        /// Which.
        command: String,
        /// Its code.
        code: u16,
    },
}

impl Control {
    /// Connects.
    #[expect(clippy::disallowed_types, reason = "the road: to the tor of this machine, checked before")]
    pub(super) async fn connect(at: &ControlAddress) -> Result<Self, ControlError> {
        let connecting = async {
            match at {
                ControlAddress::Tcp(at) => {
                    let stream = tokio::net::TcpStream::connect(at).await?;
                    let ends = (stream.local_addr()?.ip(), stream.peer_addr()?.ip());
                    Ok::<_, std::io::Error>((Box::new(stream) as Box<dyn Pipe>, Some(ends)))
                }
                ControlAddress::Unix(path) => {
                    Ok((Box::new(tokio::net::UnixStream::connect(path).await?) as Box<dyn Pipe>, None))
                }
            }
        };
        let (stream, ends) = timeout(REPLY, connecting).await.map_err(|_| ControlError::Slow)??;
        Ok(Self { stream: BufReader::new(stream), ends })
    }

    /// Says a command and waits for its reply.
    pub(super) async fn ask(&mut self, command: &Command) -> Result<Reply, ControlError> {
        timeout(REPLY, self.exchange(command)).await.map_err(|_| ControlError::Slow)?
    }

    async fn exchange(&mut self, command: &Command) -> Result<Reply, ControlError> {
        let mut line = command.line();
        line.push_str("\r\n");
        self.stream.write_all(line.as_bytes()).await?;
        self.stream.flush().await?;
        loop {
            let (code, reply) = self.reply().await?;
            match code {
                // An event nobody asked for.
                650..=659 => {}
                250..=259 => return Ok(reply),
                510 => return Err(ControlError::Filtered { command: command.word() }),
                514 | 515 => {
                    return Err(ControlError::Password("another password or cookie; correct PELURE_TOR_PASSWORD"));
                }
                400..=599 => return Err(ControlError::Refused { command: command.word(), code }),
                _ => return Err(ControlError::Garbage),
            }
        }
    }

    async fn reply(&mut self) -> Result<(u16, Reply), ControlError> {
        let mut lines = Vec::new();
        let mut left = REPLY_BYTES;
        loop {
            let line = self.line(&mut left).await?;
            let (code, rest) = line.split_at_checked(3).ok_or(ControlError::Garbage)?;
            let code: u16 = code.parse().map_err(|_| ControlError::Garbage)?;
            let (mark, text) = rest.split_at_checked(1).ok_or(ControlError::Garbage)?;
            lines.push(text.to_owned());
            match mark {
                " " => return Ok((code, Reply(lines))),
                "-" => {}
                "+" => loop {
                    match self.line(&mut left).await?.as_str() {
                        "." => break,
                        line => lines.push(line.strip_prefix('.').unwrap_or(line).to_owned()),
                    }
                },
                _ => return Err(ControlError::Garbage),
            }
        }
    }

    /// One line without its end, within what is left of the reply.
    async fn line(&mut self, left: &mut u64) -> Result<String, ControlError> {
        let mut line = Vec::new();
        (&mut self.stream).take(*left).read_until(b'\n', &mut line).await?;
        *left = left.saturating_sub(line.len() as u64);
        match line.strip_suffix(b"\n") {
            Some(rest) => {
                let rest = rest.strip_suffix(b"\r").unwrap_or(rest);
                String::from_utf8(rest.to_vec()).map_err(|_| ControlError::Garbage)
            }
            None if *left == 0 => Err(ControlError::Garbage),
            None => Err(ControlError::Lost(std::io::ErrorKind::UnexpectedEof)),
        }
    }
}

impl Reply {
    /// The value of `key=value` in an answer to GETINFO, its further lines joined by line feeds.
    pub(super) fn value(&self, key: &str) -> Option<String> {
        let mut lines = self.0.iter();
        let first = lines.by_ref().find_map(|line| line.strip_prefix(key)?.strip_prefix('='))?;
        let rest: Vec<&str> = lines.map(String::as_str).take_while(|line| *line != "OK").collect();
        Some(std::iter::once(first).chain(rest).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n"))
    }
}

impl From<std::io::Error> for ControlError {
    fn from(error: std::io::Error) -> Self {
        Self::Lost(error.kind())
    }
}

/// For one command: tor answers at once; a filter in between does, too.
const REPLY: Duration = Duration::from_secs(20);

/// The longest reply: a list of some thousand services of other programs.
const REPLY_BYTES: u64 = 256 * 1024;
