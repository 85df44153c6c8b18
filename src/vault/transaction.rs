//! One transaction, and many changes in one commit.
//!
//! A group costs one flush of the disk however many jobs it holds; a job that fails takes nothing of the others with it.

use std::ops::Deref;

use rusqlite::{Connection, Params, TransactionBehavior};

use super::error::VaultError;

/// Typed questions to the vault; see the files of this room for the questions.
pub struct Read<'a> {
    pub(super) db: &'a Connection,
}

/// Typed changes inside one transaction; everything [`Read`] can, too.
pub struct Write<'a> {
    read: Read<'a>,
}

impl<'a> Deref for Write<'a> {
    type Target = Read<'a>;

    fn deref(&self) -> &Read<'a> {
        &self.read
    }
}

impl Write<'_> {
    /// Runs one prepared statement; gives the number of rows it changed.
    pub(super) fn change(&self, sql: &str, params: impl Params) -> Result<usize, VaultError> {
        Ok(self.db.prepare_cached(sql)?.execute(params)?)
    }

    /// Runs one prepared statement that must change something, else it fails with `otherwise`.
    pub(super) fn change_one(&self, sql: &str, params: impl Params, otherwise: VaultError) -> Result<(), VaultError> {
        if self.change(sql, params)? == 0 { Err(otherwise) } else { Ok(()) }
    }
}

/// One change of a group, and whom to tell.
pub trait Job: Send {
    /// Makes the change. It may be run a second time, after everything of the first run was rolled back.
    fn run(&mut self, write: &Write<'_>) -> Result<(), VaultError>;

    /// Told once: after the commit that holds the change, or when nothing of it was kept.
    fn done(self: Box<Self>, outcome: Result<(), VaultError>);
}

/// A job of two closures: the change, and what to do with its result once that is durable (or refused).
pub fn job<T: Send + 'static>(
    change: impl FnMut(&Write<'_>) -> Result<T, VaultError> + Send + 'static,
    done: impl FnOnce(Result<T, VaultError>) + Send + 'static,
) -> Box<dyn Job> {
    Box::new(Closures { change, done, result: None })
}

struct Closures<T, C, D> {
    change: C,
    done: D,
    result: Option<T>,
}

impl<T, C, D> Job for Closures<T, C, D>
where
    T: Send,
    C: FnMut(&Write<'_>) -> Result<T, VaultError> + Send,
    D: FnOnce(Result<T, VaultError>) + Send,
{
    fn run(&mut self, write: &Write<'_>) -> Result<(), VaultError> {
        self.result = Some((self.change)(write)?);
        Ok(())
    }

    fn done(self: Box<Self>, outcome: Result<(), VaultError>) {
        let Self { done, result, .. } = *self;
        done(outcome.and_then(|()| result.ok_or(VaultError::NotAllowed { why: "the change was never run" })));
    }
}

/// Runs one change in one durable transaction.
pub(super) fn write<T>(
    db: &mut Connection,
    change: impl FnOnce(&Write<'_>) -> Result<T, VaultError>,
) -> Result<T, VaultError> {
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let outcome = change(&Write { read: Read { db: &transaction } })?;
    transaction.commit()?;
    Ok(outcome)
}

/// Runs all jobs in one durable transaction and then tells each its outcome.
pub(super) fn write_group(db: &mut Connection, mut jobs: Vec<Box<dyn Job>>) {
    let outcomes = match run_together(db, &mut jobs) {
        Some(outcomes) => outcomes,
        None => run_apart(db, &mut jobs),
    };
    match outcomes {
        Ok(outcomes) => jobs.into_iter().zip(outcomes).for_each(|(job, outcome)| job.done(outcome)),
        Err(error) => jobs.into_iter().for_each(|job| job.done(Err(error.clone()))),
    }
}

type Outcomes = Result<Vec<Result<(), VaultError>>, VaultError>;

/// The quick way, without savepoints (each would make the search index write a segment). `None`: a job failed after it
/// had changed something, everything was rolled back, and the group must run apart.
fn run_together(db: &mut Connection, jobs: &mut [Box<dyn Job>]) -> Option<Outcomes> {
    let mut dirty_failure = false;
    let outcomes = write(db, |w| {
        let mut outcomes = Vec::with_capacity(jobs.len());
        for job in jobs {
            let before = w.db.total_changes();
            let outcome = job.run(w);
            if outcome.is_err() && w.db.total_changes() != before {
                dirty_failure = true;
                return outcome.map(|()| Vec::new());
            }
            outcomes.push(outcome);
        }
        // A small group is a quiet moment: make what waits findable. In a flood it waits.
        if outcomes.len() <= QUIET {
            w.index(INDEXED)?;
        }
        Ok(outcomes)
    });
    (!dirty_failure).then_some(outcomes)
}

/// The careful way: a savepoint around each job, still one commit.
fn run_apart(db: &mut Connection, jobs: &mut [Box<dyn Job>]) -> Outcomes {
    write(db, |w| {
        let mut outcomes = Vec::with_capacity(jobs.len());
        for job in jobs {
            w.db.prepare_cached("SAVEPOINT job")?.execute([])?;
            let outcome = job.run(w);
            if outcome.is_err() {
                w.db.prepare_cached("ROLLBACK TO job")?.execute([])?;
            }
            w.db.prepare_cached("RELEASE job")?.execute([])?;
            outcomes.push(outcome);
        }
        Ok(outcomes)
    })
}

/// Jobs of a group that leaves time for the search index.
const QUIET: usize = 8;
/// Messages put into the index with such a group.
const INDEXED: usize = 64;

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::super::testing::traceless;
    use super::*;

    /// Sets `name`, then fails if told so.
    fn set(name: &'static str, fails: bool, told: &mpsc::SyncSender<(&'static str, bool)>) -> Box<dyn Job> {
        let told = told.clone();
        let change = move |w: &Write<'_>| {
            w.put_setting(name, "1")?;
            if fails { Err(VaultError::NotAllowed { why: "test" }) } else { Ok(name) }
        };
        job(change, move |outcome| told.send((name, outcome.is_ok())).unwrap())
    }

    #[test]
    fn a_job_that_fails_takes_nothing_of_the_others_with_it() {
        let mut vault = traceless();
        let (told, outcomes) = mpsc::sync_channel(16);
        vault.write_group(vec![set("a", false, &told), set("b", true, &told), set("c", false, &told)]);
        drop(told);
        assert_eq!(outcomes.iter().collect::<Vec<_>>(), [("a", true), ("b", false), ("c", true)]);
        let there = |name| vault.read(|r| r.setting(name)).unwrap().is_some();
        assert_eq!((there("a"), there("b"), there("c")), (true, false, true));
    }

    #[test]
    fn a_job_that_fails_before_it_changed_anything_costs_no_second_run() {
        let mut vault = traceless();
        let (ran, runs) = mpsc::sync_channel(16);
        let good = job(
            move |w| {
                ran.send(()).unwrap();
                w.put_setting("a", "1")
            },
            |outcome| assert_eq!(outcome, Ok(())),
        );
        let bad = job(|_| Err::<(), _>(VaultError::NotFound), |outcome| assert_eq!(outcome, Err(VaultError::NotFound)));
        vault.write_group(vec![good, bad]);
        assert_eq!(runs.iter().count(), 1);
        vault.write_group(Vec::new());
    }

    #[test]
    fn a_change_that_fails_is_rolled_back() {
        let mut vault = traceless();
        let failed = vault.write(|w| w.put_setting("a", "1").and(Err::<(), _>(VaultError::NotFound)));
        assert_eq!(failed, Err(VaultError::NotFound));
        assert_eq!(vault.read(|r| r.setting("a")).unwrap(), None);
    }
}
