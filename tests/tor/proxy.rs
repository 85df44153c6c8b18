//! A SOCKS 5 proxy of the test's own, honest or not, that counts.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// How it treats who connects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// It does as asked.
    Honest,
    /// It closes at once.
    Closes,
    /// It says nothing.
    Hangs,
    /// It says no.
    Refuses,
    /// It says yes, and then talks nonsense.
    Lies,
}

/// It serves as long as the test runs.
pub(crate) struct Proxy {
    at: SocketAddr,
    served: Arc<AtomicUsize>,
    asked: Arc<Mutex<Asked>>,
}

/// What was asked for last.
#[derive(Clone, Default)]
struct Asked {
    credentials: Option<(String, String)>,
    place: Option<SocketAddr>,
}

impl Proxy {
    pub(crate) fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap();
        let proxy = Self { at, served: Arc::default(), asked: Arc::default() };
        let (served, asked) = (Arc::clone(&proxy.served), Arc::clone(&proxy.asked));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (served, asked) = (Arc::clone(&served), Arc::clone(&asked));
                // Whatever ends badly ends.
                thread::spawn(move || serve(stream, manner, &served, &asked).ok());
            }
        });
        proxy
    }

    pub(crate) fn at(&self) -> SocketAddr {
        self.at
    }

    /// Connections it made for others.
    pub(crate) fn served(&self) -> usize {
        self.served.load(Ordering::Relaxed)
    }

    /// The user and password that came last.
    pub(crate) fn credentials(&self) -> Option<(String, String)> {
        self.asked.lock().unwrap().credentials.clone()
    }

    /// Where it was asked to connect to last.
    pub(crate) fn last(&self) -> Option<SocketAddr> {
        self.asked.lock().unwrap().place
    }
}

fn serve(mut stream: TcpStream, manner: Manner, served: &AtomicUsize, asked: &Mutex<Asked>) -> std::io::Result<()> {
    match manner {
        Manner::Closes => return Ok(()),
        Manner::Hangs => {
            // Until the other side gives up.
            std::io::copy(&mut stream, &mut std::io::sink())?;
            return Ok(());
        }
        Manner::Honest | Manner::Refuses | Manner::Lies => {}
    }
    let [_version, methods] = take(&mut stream)?;
    let mut offered = vec![0; usize::from(methods)];
    stream.read_exact(&mut offered)?;
    if offered.contains(&2) {
        stream.write_all(&[5, 2])?;
        let [_version] = take(&mut stream)?;
        let mut word = || -> std::io::Result<String> {
            let [length] = take(&mut stream)?;
            let mut word = vec![0; usize::from(length)];
            stream.read_exact(&mut word)?;
            Ok(String::from_utf8(word).unwrap())
        };
        asked.lock().unwrap().credentials = Some((word()?, word()?));
        stream.write_all(&[1, 0])?;
    } else {
        stream.write_all(&[5, 0])?;
    }
    let [_version, _command, _reserved, kind] = take(&mut stream)?;
    assert_eq!(kind, 1, "the relays of tests have addresses of four bytes");
    let (ip, port): ([u8; 4], [u8; 2]) = (take(&mut stream)?, take(&mut stream)?);
    let to = SocketAddr::from((ip, u16::from_be_bytes(port)));
    asked.lock().unwrap().place = Some(to);
    match manner {
        Manner::Refuses => stream.write_all(&[5, 5, 0, 1, 0, 0, 0, 0, 0, 0]),
        Manner::Lies => {
            stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0])?;
            stream.write_all(&b"HTTP/1.1 200 OK\r\n\r\n".repeat(100))
        }
        _ => {
            let far = TcpStream::connect(to)?;
            served.fetch_add(1, Ordering::Relaxed);
            stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0])?;
            relay(stream, far)
        }
    }
}

fn relay(near: TcpStream, far: TcpStream) -> std::io::Result<()> {
    let (mut near_in, mut far_in) = (near.try_clone()?, far.try_clone()?);
    let (mut near_out, mut far_out) = (near, far);
    let back = thread::spawn(move || {
        std::io::copy(&mut far_in, &mut near_out).ok();
        near_out.shutdown(Shutdown::Both).ok();
    });
    std::io::copy(&mut near_in, &mut far_out).ok();
    far_out.shutdown(Shutdown::Both).ok();
    back.join().ok();
    Ok(())
}

fn take<const N: usize>(stream: &mut TcpStream) -> std::io::Result<[u8; N]> {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes)?;
    Ok(bytes)
}
