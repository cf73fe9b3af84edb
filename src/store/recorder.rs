//! The way from a decision to the record.
//!
//! A place is reserved before a pool is locked, so that recording under the lock never waits. The
//! order of the records is the order in which places are used, which is that of the decisions.

use super::condition::{Condition, State};
use super::settings::{AuditEntry, AuditQuery, Change};
use super::usage::UsageAdditions;
use crate::seats::{Effect, OrganizationId};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// How often, and after how long, a release looks whether the pools are rebuilt.
const REBUILDING_LOOKS: u32 = 20;
const REBUILDING_LOOK: Duration = Duration::from_millis(10);

/// What one decision did to one pool.
#[derive(Debug)]
pub struct Batch {
    /// Whose pool.
    pub organization: OrganizationId,
    /// Which life of the pool: it is rebuilt under a new number after a failed commit.
    pub life: u64,
    /// Counts the batches of this life, from 1; there is no gap.
    pub sequence: u64,
    /// What happened, in this order.
    pub effects: Vec<Effect>,
    /// What it adds to the record of usage.
    pub usage: UsageAdditions,
    /// Set to the sequence when it is recorded, before anybody is told.
    pub recorded: Arc<AtomicU64>,
}

/// Something for the store on its way, and the promise to say when it is done.
#[derive(Debug)]
pub enum Job {
    /// What one decision did to one pool.
    Batch(BatchJob),
    /// What an administrator sets.
    Change {
        /// What to record.
        change: Change,
        /// Told when it is recorded; dropped when it could not be.
        done: oneshot::Sender<()>,
    },
    /// Somebody reads the audit log.
    Audit {
        /// Which lines.
        query: AuditQuery,
        /// Told the lines with their numbers; dropped when they could not be read.
        found: oneshot::Sender<Vec<(u32, AuditEntry)>>,
    },
}

/// A batch on its way, and the promise to say when it is recorded.
#[derive(Debug)]
pub struct BatchJob {
    /// What to record.
    pub batch: Batch,
    /// Sent to when it is recorded; dropped or told otherwise when it could not be.
    pub done: oneshot::Sender<Result<(), NotRecorded>>,
}

/// A batch could not be recorded. Nothing of it may be told to anybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("what was decided could not be recorded")]
pub struct NotRecorded;

/// Takes batches to the record.
#[derive(Clone)]
pub struct Recorder {
    jobs: Option<mpsc::Sender<Job>>,
    condition: Arc<Condition>,
}

/// The right to record one batch without waiting.
pub struct Place(Option<mpsc::OwnedPermit<Job>>);

/// Tells when a batch is recorded.
pub struct Receipt(Option<oneshot::Receiver<Result<(), NotRecorded>>>);

impl Recorder {
    /// Nothing is kept: what is decided counts as recorded.
    pub fn in_memory() -> Self {
        Self {
            jobs: None,
            condition: Arc::default(),
        }
    }

    /// At most `places` batches are on their way to whoever takes them from the receiver.
    pub fn queue(places: usize) -> (Self, mpsc::Receiver<Job>) {
        let (jobs, taken) = mpsc::channel(places);
        let recorder = Self {
            jobs: Some(jobs),
            condition: Arc::default(),
        };
        (recorder, taken)
    }

    /// Waits for a place.
    pub async fn reserve(&self) -> Result<Place, NotRecorded> {
        match &self.jobs {
            None => Ok(Place(None)),
            Some(jobs) => Ok(Place(Some(
                jobs.clone().reserve_owned().await.map_err(|_| NotRecorded)?,
            ))),
        }
    }

    /// Records what an administrator sets. Nothing of it holds before.
    pub async fn change(&self, change: Change) -> Result<(), NotRecorded> {
        let Some(jobs) = &self.jobs else { return Ok(()) };
        if !self.takes_grants() {
            return Err(NotRecorded);
        }
        let (done, recorded) = oneshot::channel();
        let job = Job::Change { change, done };
        jobs.send(job).await.map_err(|_| NotRecorded)?;
        recorded.await.map_err(|_| NotRecorded)
    }

    /// Reads the audit log. Nothing is found where nothing is kept.
    pub async fn audit(&self, query: AuditQuery) -> Result<Vec<(u32, AuditEntry)>, NotRecorded> {
        let Some(jobs) = &self.jobs else {
            return Ok(Vec::new());
        };
        let (found, lines) = oneshot::channel();
        let job = Job::Audit { query, found };
        jobs.send(job).await.map_err(|_| NotRecorded)?;
        lines.await.map_err(|_| NotRecorded)
    }

    /// Whether a place is ever waited for.
    pub fn keeps(&self) -> bool {
        self.jobs.is_some()
    }

    /// Whether seats can be granted.
    pub fn takes_grants(&self) -> bool {
        self.condition.state() == State::Open
    }

    /// Whether seats can be freed.
    pub fn takes_releases(&self) -> bool {
        self.condition.state() != State::Closed
    }

    /// The same, after a moment where pools are just being rebuilt: a release is not refused because
    /// another one's commit failed a millisecond ago.
    pub async fn comes_to_take_releases(&self) -> bool {
        for _ in 0..REBUILDING_LOOKS {
            if self.takes_releases() {
                return true;
            }
            tokio::time::sleep(REBUILDING_LOOK).await;
        }
        self.takes_releases()
    }

    /// Whether what was erased is still in the store's log after a minute.
    pub fn is_erasure_overdue(&self) -> bool {
        self.condition.is_erasure_overdue()
    }

    /// What the recorder can do, shared with whoever writes.
    pub(super) fn condition(&self) -> &Arc<Condition> {
        &self.condition
    }

    /// A number for a new life of a pool.
    pub fn new_life(&self) -> u64 {
        self.condition.new_life()
    }
}

impl Place {
    /// Sends a batch on its way; it is made only where something is kept. Never waits.
    pub fn record(self, batch: impl FnOnce() -> Batch) -> Receipt {
        Receipt(self.0.map(|permit| {
            let (done, receipt) = oneshot::channel();
            permit.send(Job::Batch(BatchJob { batch: batch(), done }));
            receipt
        }))
    }
}

impl Receipt {
    /// Waits until the batch is recorded.
    pub async fn recorded(&mut self) -> Result<(), NotRecorded> {
        match &mut self.0 {
            None => Ok(()),
            Some(receipt) => receipt.await.unwrap_or(Err(NotRecorded)),
        }
    }
}
