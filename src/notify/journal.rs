//! What is kept of incidents and deliveries: in memory, and on its way to the store. Whoever changes
//! something waits for nothing; it is recorded as soon as the store takes it.

mod deliveries;
mod draft;
mod incidents;

pub use deliveries::Replay;
pub(super) use draft::{Draft, Name};

use crate::store::{Change, NotRecorded, Recorder, SettingKey};
use draft::KINDS;
use parking_lot::Mutex;
use std::time::Duration;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// Before the next try of what the store did not take.
const RETRY: Duration = Duration::from_secs(1);

/// Whether a setting of the store is one of these.
pub fn is_of_the_journal(key: &SettingKey) -> bool {
    KINDS.contains(&key.kind.as_str())
}

/// A row of the store that this version cannot read.
#[derive(Debug, thiserror::Error)]
#[error("the {kind} {name} in the store cannot be read by this version")]
pub struct UnreadableRow {
    kind: String,
    name: String,
}

/// All that is kept.
pub(super) struct Journal {
    recorder: Recorder,
    draft: Mutex<Draft>,
    is_changed: Notify,
    /// Something that can be sent is recorded, or can be sent again.
    pub(super) can_be_sent: Notify,
    /// One recording at a time, so that a later value is never written over by an older one.
    turn: tokio::sync::Mutex<()>,
}

impl Journal {
    /// Goes on with what the store kept.
    pub(super) fn open(recorder: Recorder, stored: &[(SettingKey, String)]) -> Result<Self, UnreadableRow> {
        let mut draft = Draft::default();
        for (key, value) in stored.iter().filter(|(key, _)| is_of_the_journal(key)) {
            draft.take(key, value).ok_or_else(|| UnreadableRow {
                kind: key.kind.clone(),
                name: key.name.clone(),
            })?;
        }
        Ok(Self {
            recorder,
            draft: Mutex::new(draft),
            is_changed: Notify::new(),
            can_be_sent: Notify::new(),
            turn: tokio::sync::Mutex::default(),
        })
    }

    /// Looks at what is kept. Not for long.
    pub(super) fn read<T>(&self, look: impl FnOnce(&Draft) -> T) -> T {
        look(&self.draft.lock())
    }

    /// Changes what is kept.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Draft) -> T) -> T {
        let mut draft = self.draft.lock();
        let answer = change(&mut draft);
        if draft.has_unrecorded() {
            self.is_changed.notify_one();
        }
        answer
    }

    /// Records all that is not recorded yet, in one step.
    pub(super) async fn record(&self) -> Result<(), NotRecorded> {
        let _turn = self.turn.lock().await;
        let (keys, settings) = self.draft.lock().take_unrecorded();
        if keys.is_empty() {
            return Ok(());
        }
        let audit = Vec::new();
        let recorded = self.recorder.change(Change { settings, audit }).await;
        let mut draft = self.draft.lock();
        match recorded {
            Ok(()) => {
                draft.are_recorded(&keys);
                self.can_be_sent.notify_one();
            }
            Err(NotRecorded) => draft.are_not_recorded(keys),
        }
        recorded
    }

    /// Records what changes, until `stop`, and once more then.
    pub(super) async fn keep(&self, stop: CancellationToken) {
        loop {
            let stopped = tokio::select! {
                () = stop.cancelled() => true,
                () = self.is_changed.notified() => false,
            };
            while self.record().await.is_err() && !stop.is_cancelled() {
                tokio::time::sleep(RETRY).await;
            }
            if stopped {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests;
