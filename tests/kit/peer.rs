//! A peer that keeps to no rule: it dials over the road in memory and says what a test wants, as bytes or as frames.

use std::sync::Arc;
use std::time::Duration;

use pelure::session::{self, Established, Identity, Offer};
use pelure::vault::ContactId;
use pelure::wire::limits::{FEATURES, HANDSHAKE, PROTOCOL};
use pelure::wire::{Body, Deframer, Epoch, Frame, MessageId, MessageText, Random, RequestText, Seeded};
use pelure_onion::{Address, Dial, Memory, MemoryNetwork, Network, ServiceKey, Stream};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use zeroize::Zeroizing;

use super::Person;

/// Somebody with a key who may say anything.
pub struct Peer {
    pub me: Identity,
    pub random: Seeded,
    network: Arc<MemoryNetwork>,
}

/// A session of a [`Peer`] with an engine.
pub struct Talk {
    pub stream: Stream,
    pub session: Established,
    deframer: Deframer,
}

impl Peer {
    /// Bytes that mean nothing.
    pub fn noise(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        self.random.fill(&mut bytes);
        bytes
    }

    /// The peer of this number: the same number has the same address.
    pub fn new(road: &Memory, number: u64) -> Self {
        let mut seed = Zeroizing::new([0x77; 32]);
        seed[..8].copy_from_slice(&number.to_be_bytes());
        let me = Identity::new(&ServiceKey::from_seed(seed).unwrap()).unwrap();
        Self { me, random: Seeded::new(number), network: road.network() }
    }

    pub fn address(&self) -> Address {
        self.me.address()
    }

    /// A stream to somebody's service on which nothing was said.
    pub async fn dial(&self, to: Address) -> Stream {
        // A service is found a moment after its engine started.
        let found = async {
            loop {
                match self.network.dial(Dial { identity: 1, lane: 0, to }).await {
                    Ok(stream) => return stream,
                    Err(_) => tokio::task::yield_now().await,
                }
            }
        };
        tokio::time::timeout(super::HANGING, found).await.unwrap()
    }

    /// A session; `first` rides in the last message of its handshake.
    pub async fn greet(&mut self, to: Address, first: &[u8]) -> Talk {
        let mut stream = self.dial(to).await;
        let (state, hello) = session::dial(&self.me, to, OFFER, &mut self.random).unwrap();
        stream.write_all(hello.as_ref()).await.unwrap();
        let (session, last) = state.reply(&*message(&mut stream).await, first).unwrap();
        stream.write_all(last.as_ref()).await.unwrap();
        Talk { stream, session, deframer: Deframer::default() }
    }

    /// Asks, is accepted, and gives the contact that the peer is now.
    pub async fn befriend(&mut self, person: &mut Person) -> ContactId {
        let asking = self.greet(person.onion(), &encoded(&[request("it is me")])).await;
        let contact = loop {
            let asked = person.next_request().await;
            let requests = person.engine.requests(None).await.unwrap();
            if requests.iter().any(|request| request.id == asked && request.address == self.address()) {
                break person.engine.accept_request(asked, "a hostile peer").await.unwrap();
            }
        };
        drop(asking);
        contact
    }

    /// A session as a contact, up to the welcome.
    pub async fn open(&mut self, to: Address) -> Talk {
        let mut talk = self.greet(to, &[]).await;
        assert_eq!(talk.hear().await, Some(Frame::Welcome));
        talk
    }
}

impl Talk {
    /// Sends one frame as an honest peer would.
    pub async fn say(&mut self, frame: &Frame) {
        self.say_bytes(&encoded(std::slice::from_ref(frame))).await;
    }

    /// Seals any bytes as if they were frames and sends them; whether they arrive is not asked.
    pub async fn say_bytes(&mut self, bytes: &[u8]) {
        let records = self.seal(bytes);
        self.stream.write_all(&records).await.ok();
    }

    /// The records of any bytes.
    pub fn seal(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut records = Vec::new();
        self.session.sealer.seal(bytes, Duration::ZERO, &mut records).unwrap();
        records
    }

    /// The next frame; `None` at the end of the stream, however it ended.
    pub async fn hear(&mut self) -> Option<Frame> {
        tokio::time::timeout(super::HANGING, self.next()).await.expect("the other side neither spoke nor ended")
    }

    /// Everything up to the end of the stream.
    pub async fn hear_out(&mut self) -> Vec<Frame> {
        let mut frames = Vec::new();
        while let Some(frame) = self.hear().await {
            frames.push(frame);
        }
        frames
    }

    async fn next(&mut self) -> Option<Frame> {
        loop {
            if let Some(frame) = self.deframer.next().unwrap() {
                return Some(frame);
            }
            match self.session.opener.next().unwrap() {
                Some(bytes) => self.deframer.push(&bytes).unwrap(),
                None => {
                    let mut chunk = vec![0; HANDSHAKE];
                    match self.stream.read(&mut chunk).await {
                        Ok(0) | Err(_) => return None,
                        Ok(length) => self.session.opener.push(&chunk[..length]).unwrap(),
                    }
                }
            }
        }
    }
}

/// Reads one message of a handshake.
pub async fn message(stream: &mut Stream) -> Box<[u8; HANDSHAKE]> {
    let mut message = Box::new([0; HANDSHAKE]);
    stream.read_exact(message.as_mut()).await.unwrap();
    message
}

/// Everything that comes until the stream ends.
pub async fn rest(stream: &mut Stream) -> Vec<u8> {
    let mut bytes = Vec::new();
    // A stream that breaks ends as well.
    tokio::time::timeout(super::HANGING, stream.read_to_end(&mut bytes)).await.expect("the stream did not end").ok();
    bytes
}

pub fn encoded(frames: &[Frame]) -> Vec<u8> {
    let mut bytes = Vec::new();
    frames.iter().for_each(|frame| frame.encode(&mut bytes));
    bytes
}

pub fn request(text: &str) -> Frame {
    Frame::Request { text: RequestText::new(text.to_owned()).unwrap() }
}

/// The message of this number, which says its number.
pub fn numbered(seq: u64) -> Frame {
    saying(seq, &format!("h{seq}"))
}

/// The message of this number with this text.
pub fn saying(seq: u64, text: &str) -> Frame {
    let text = MessageText::new(text.to_owned()).unwrap();
    bodied(seq, Body::Text { text, reply_to: None, expires_in: None })
}

/// The message of this number, which has a name made of it.
pub fn bodied(seq: u64, body: Body) -> Frame {
    Frame::Message { epoch: EPOCH, seq, id: named(seq), age_minutes: 0, body }
}

/// The name of the message of this number.
pub fn named(seq: u64) -> MessageId {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&seq.to_be_bytes());
    MessageId(id)
}

/// What every peer announces.
pub const OFFER: Offer = Offer { protocol: PROTOCOL, features: FEATURES };

/// The epoch of everything a peer sends.
pub const EPOCH: Epoch = Epoch([9; 8]);
