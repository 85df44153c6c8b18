//! The vault behind two threads: changes that come together share one commit, questions do not wait for them.
//!
//! An answer to [`Ledger::write`] means that the change is durable. It does not know what is kept. After
//! [`Ledger::destroy`] it answers [`EngineError::Stopped`] to everything.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::error::EngineError;
use crate::vault::{Job, Read, Reader, Vault, VaultError, Write, job};

/// A handle to the vault; cheap to clone. The vault closes when the last one is gone.
#[derive(Clone)]
pub(super) struct Ledger(Arc<Queues>);

struct Queues {
    work: mpsc::Sender<Work>,
    questions: Option<mpsc::Sender<Option<Question>>>,
}

enum Work {
    Job(Box<dyn Job>),
    Alone(Box<dyn FnOnce(&mut Vault) + Send>),
    Destroy(oneshot::Sender<Result<(), VaultError>>),
}

type Question = Box<dyn FnOnce(&mut Reader) + Send>;

/// A change that stands in line.
pub(super) struct Submitted<T>(oneshot::Receiver<Result<T, VaultError>>);

/// Waits until the vault is closed: both threads have let go of it.
pub(super) struct Closed {
    writer: oneshot::Receiver<()>,
    reader: oneshot::Receiver<()>,
}

impl Ledger {
    /// Takes the vault over.
    pub(super) fn open(vault: Vault) -> Result<(Self, Closed), EngineError> {
        let (work, work_rx) = mpsc::channel(QUEUE);
        let (writer_tx, writer) = oneshot::channel();
        let (reader_tx, reader_gone) = oneshot::channel();
        let questions = match vault.reader()? {
            None => None,
            Some(reader) => {
                let (questions, questions_rx) = mpsc::channel(QUEUE);
                spawn("pelure-reader", move || {
                    ask_all(reader, questions_rx);
                    reader_tx.send(()).ok();
                })?;
                Some(questions)
            }
        };
        spawn("pelure-vault", move || {
            work_all(vault, work_rx);
            writer_tx.send(()).ok();
        })?;
        Ok((Self(Arc::new(Queues { work, questions })), Closed { writer, reader: reader_gone }))
    }

    /// Makes a change; it is on disk when this returns. `change` may run twice, the first time undone.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        change: impl FnMut(&Write<'_>) -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, EngineError> {
        self.submit(change).await?.durable().await
    }

    /// Puts a change in line; changes are made in the order in which this returned.
    pub(super) async fn submit<T: Send + 'static>(
        &self,
        change: impl FnMut(&Write<'_>) -> Result<T, VaultError> + Send + 'static,
    ) -> Result<Submitted<T>, EngineError> {
        let (reply, answer) = oneshot::channel();
        let job = job(change, move |outcome| {
            // Nobody waits any more: the change is made all the same.
            reply.send(outcome).ok();
        });
        self.send(Work::Job(job)).await?;
        Ok(Submitted(answer))
    }

    /// Asks about what is committed.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Read<'_>) -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, EngineError> {
        let Some(questions) = &self.0.questions else {
            return self.alone(move |vault| vault.read(ask)).await;
        };
        let (reply, answer) = oneshot::channel();
        let question: Question = Box::new(move |reader| {
            reply.send(reader.read(ask)).ok();
        });
        questions.send(Some(question)).await.map_err(|_| EngineError::Stopped)?;
        Ok(answer.await.map_err(|_| EngineError::Stopped)??)
    }

    /// Does something with the whole vault, between two commits.
    pub(super) async fn alone<T: Send + 'static>(
        &self,
        act: impl FnOnce(&mut Vault) -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, EngineError> {
        let (reply, answer) = oneshot::channel();
        self.send(Work::Alone(Box::new(move |vault| {
            reply.send(act(vault)).ok();
        })))
        .await?;
        Ok(answer.await.map_err(|_| EngineError::Stopped)??)
    }

    /// Makes the profile unreadable for ever, key first. What stands in line after it is not done.
    pub(super) async fn destroy(&self) -> Result<(), EngineError> {
        let (reply, answer) = oneshot::channel();
        self.send(Work::Destroy(reply)).await?;
        let outcome = answer.await.map_err(|_| EngineError::Stopped)?;
        if let Some(questions) = &self.0.questions {
            // The reader's thread ends, and with it the last copy of the key.
            questions.send(None).await.ok();
        }
        Ok(outcome?)
    }

    async fn send(&self, work: Work) -> Result<(), EngineError> {
        self.0.work.send(work).await.map_err(|_| EngineError::Stopped)
    }
}

impl<T> Submitted<T> {
    /// Returns when the change is on disk.
    pub(super) async fn durable(self) -> Result<T, EngineError> {
        Ok(self.0.await.map_err(|_| EngineError::Stopped)??)
    }
}

impl Closed {
    /// Returns when every handle is gone and the vault has been closed.
    pub(super) async fn wait(self) {
        // A thread that was never there, or has ended, has let go as well.
        self.writer.await.ok();
        self.reader.await.ok();
    }
}

fn work_all(mut vault: Vault, mut queue: mpsc::Receiver<Work>) {
    while let Some(first) = queue.blocking_recv() {
        let mut next = Some(first);
        while let Some(work) = next.take() {
            match work {
                Work::Alone(act) => act(&mut vault),
                Work::Destroy(reply) => {
                    reply.send(vault.destroy()).ok();
                    return;
                }
                Work::Job(job) => {
                    let (group, after) = gather(job, &mut queue);
                    vault.write_group(group);
                    next = after;
                }
            }
        }
        while queue.is_empty() && index(&mut vault) {}
    }
}

/// Takes up for search what a flood left behind, a piece at a time. Whether more is left.
fn index(vault: &mut Vault) -> bool {
    match vault.write(|w| w.index(INDEX)) {
        Ok(indexed) => indexed == INDEX,
        Err(error) => {
            // Nothing is lost: what is not indexed is found by looking through it.
            tracing::warn!(%error, "messages could not be indexed for search");
            false
        }
    }
}

/// Takes what waits already, up to the next piece that needs the vault alone.
fn gather(first: Box<dyn Job>, queue: &mut mpsc::Receiver<Work>) -> (Vec<Box<dyn Job>>, Option<Work>) {
    let mut group = vec![first];
    while group.len() < GROUP {
        match queue.try_recv() {
            Ok(Work::Job(job)) => group.push(job),
            Ok(alone) => return (group, Some(alone)),
            Err(_) => break,
        }
    }
    (group, None)
}

/// Answers until no more questions can come, or none may.
fn ask_all(mut reader: Reader, mut queue: mpsc::Receiver<Option<Question>>) {
    while let Some(Some(question)) = queue.blocking_recv() {
        question(&mut reader);
    }
}

fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> Result<(), EngineError> {
    std::thread::Builder::new().name(name.into()).spawn(body).map_err(|_| EngineError::Stopped)?;
    Ok(())
}

/// Work that waits for the vault's thread; further callers wait themselves.
const QUEUE: usize = 1024;

/// Messages indexed for search between two looks at the queue.
const INDEX: usize = 64;

/// Changes in one commit: enough to share the flush of the disk, few enough that the first does not wait long.
const GROUP: usize = 256;
