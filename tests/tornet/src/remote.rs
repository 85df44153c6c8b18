//! Orders from other processes.
//!
//! It promises one line in, one line out (`ok`, or why not) on the Unix socket `control` in the network's directory,
//! which only its owner can reach. It does not stop the network: that is its owner's.

use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt};
use tokio::net::UnixListener;

use crate::host::Skies;
use crate::order::{Order, OrderError};
use crate::plan::{TornetError, system};

/// Opens the socket; needs the runtime that will serve it.
pub(crate) fn listen(dir: &Path) -> Result<UnixListener, TornetError> {
    system("open the socket for orders (is the directory's path too long?)", UnixListener::bind(dir.join(SOCKET)))
}

/// Answers everybody who connects, for as long as it is polled.
pub(crate) async fn serve(listener: UnixListener, skies: Skies) {
    while let Ok((stream, _)) = listener.accept().await {
        let skies = skies.clone();
        tokio::spawn(async move {
            let (read, mut write) = stream.into_split();
            let mut lines = tokio::io::BufReader::new(read).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                let done = line.parse().map_err(|error: OrderError| error.into()).and_then(|order| skies.apply(&order));
                let answer = done.map_or_else(|error| error.to_string().replace('\n', " "), |()| OK.to_owned());
                if write.write_all(format!("{answer}\n").as_bytes()).await.is_err() {
                    return;
                }
            }
        });
    }
}

/// Sends an order to the process that runs the network, and waits until it holds.
pub(crate) fn send(dir: &Path, order: &Order) -> Result<(), TornetError> {
    let answer = system("reach the network's owner", exchange(dir, order))?;
    match answer.trim_end() {
        OK => Ok(()),
        "" => Err(TornetError::Refused("it has ended".to_owned())),
        reason => Err(TornetError::Refused(reason.to_owned())),
    }
}

fn exchange(dir: &Path, order: &Order) -> io::Result<String> {
    let mut stream = UnixStream::connect(dir.join(SOCKET))?;
    stream.write_all(format!("{order}\n").as_bytes())?;
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer)?;
    Ok(answer)
}

const SOCKET: &str = "control";
const OK: &str = "ok";
