//! The way from a decision to the record.
//!
//! A place is reserved before a pool is locked, so that recording under the lock never waits. The
//! order of the records is the order in which places are used, which is that of the decisions.

use crate::seats::{Effect, OrganizationId};
use tokio::sync::{mpsc, oneshot};

/// What one decision did to one pool.
#[derive(Debug)]
pub struct Batch {
    /// Whose pool.
    pub organization: OrganizationId,
    /// Counts this pool's batches; there is no gap.
    pub sequence: u64,
    /// What happened, in this order.
    pub effects: Vec<Effect>,
}

/// A batch on its way, and the promise to say when it is recorded.
#[derive(Debug)]
pub struct Job {
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
pub struct Recorder(Option<mpsc::Sender<Job>>);

/// The right to record one batch without waiting.
pub struct Place(Option<mpsc::OwnedPermit<Job>>);

/// Tells when a batch is recorded.
pub struct Receipt(Option<oneshot::Receiver<Result<(), NotRecorded>>>);

impl Recorder {
    /// Nothing is kept: what is decided counts as recorded.
    pub fn in_memory() -> Self {
        Self(None)
    }

    /// At most `places` batches are on their way to whoever takes them from the receiver.
    pub fn queue(places: usize) -> (Self, mpsc::Receiver<Job>) {
        let (jobs, taken) = mpsc::channel(places);
        (Self(Some(jobs)), taken)
    }

    /// Waits for a place.
    pub async fn reserve(&self) -> Result<Place, NotRecorded> {
        match &self.0 {
            None => Ok(Place(None)),
            Some(jobs) => Ok(Place(Some(
                jobs.clone().reserve_owned().await.map_err(|_| NotRecorded)?,
            ))),
        }
    }
}

impl Place {
    /// Sends a batch on its way; it is made only where something is kept. Never waits.
    pub fn record(self, batch: impl FnOnce() -> Batch) -> Receipt {
        Receipt(self.0.map(|permit| {
            let (done, receipt) = oneshot::channel();
            permit.send(Job { batch: batch(), done });
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
