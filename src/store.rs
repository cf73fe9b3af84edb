//! What is recorded, and the way to it.
//!
//! It does not know who is connected, nor what time is served: it keeps facts.

mod backup;
mod cell;
mod condition;
mod database;
mod error;
mod filling;
mod folder;
mod format;
mod read_back;
mod recorder;
mod settings;
mod slots;
mod tables;
mod trimming;
mod upkeep;
mod usage;
mod writer;

pub use backup::backup;
pub use error::StoreError;
pub use filling::{Filling, NotFilled};
pub use read_back::ReadBack;
pub use recorder::{Batch, BatchJob, Job, NotRecorded, Place, Receipt, Recorder};
pub use settings::{AuditEntry, AuditQuery, Change, SettingKey};
pub use usage::{Detail, History, Shelf, UsageAdditions};

use crate::seats::{OrganizationId, Record, Timestamp};
use crate::telemetry::Metrics;
use database::Database;
use folder::{Folder, Left, Mark};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use writer::{Organizations, Writer};

/// Batches on their way to a commit. Logins have half of them at most, so that releases never
/// wait behind logins.
pub const PLACES: usize = 2048;

/// An open store.
pub struct Store {
    /// The way into it.
    pub recorder: Recorder,
    /// The key of the keyed hashes that stand in it.
    pub hash_key: [u8; 32],
    /// How often it was opened, this time included.
    pub starts: u32,
    /// What it held at the start.
    pub sessions: Vec<(OrganizationId, Record)>,
    /// Where the record of usage can be read.
    pub shelf: Shelf,
    /// How far the record of usage had come at the start.
    pub usage_reached: Option<Timestamp>,
    /// What administrators had set.
    pub settings: Vec<(SettingKey, String)>,
    /// Comes after each failed commit.
    pub read_backs: mpsc::Receiver<ReadBack>,
    /// Closes it.
    pub closer: Closer,
}

/// Closes a store. Whoever drops it without closing leaves it to the next start to read the log.
pub struct Closer {
    stop: oneshot::Sender<()>,
    closed: oneshot::Receiver<()>,
}

impl Closer {
    /// Records what is queued, and waits until the database is complete in itself.
    pub async fn close(self) {
        let _ = self.stop.send(());
        let _ = self.closed.await;
    }
}

/// Counts what the writer does.
struct Watcher(Arc<Metrics>);

impl Watcher {
    fn committed(&self, took: Duration, batches: usize) {
        self.0.commit_took(took, batches);
    }

    fn failed(&self) {
        self.0.store_failures.inc();
    }

    fn truncation_failed(&self) {
        self.0.store_truncation_failures.inc();
    }
}

impl Store {
    /// Takes the folder, reads and checks all of the store in it, or makes it, and starts its
    /// thread.
    pub fn open(folder: &Path, metrics: Arc<Metrics>) -> Result<Self, StoreError> {
        let folder = Folder::take(folder)?;
        let is_unfinished = folder.left()? == Left::Unfinished;
        if is_unfinished {
            folder.mark(Mark::Making)?;
        }
        let (database, contents) = Database::open(&folder.database(), is_unfinished)?;
        folder.mark(Mark::Open)?;
        let (recorder, jobs) = Recorder::queue(PLACES);
        if !folder.has_ballast()
            && let Err(error) = folder.make_ballast(false)
        {
            tracing::warn!(%error, "the disk is full: only releases are recorded until there is room");
            recorder.condition().set_full(true);
        }
        let mut upkeep = upkeep::Upkeep::default();
        // What the last server erased may still stand in its log.
        upkeep.wrote();
        let (read_back, read_backs) = mpsc::channel(1);
        let (hash_key, starts) = (database.hash_key(), database.starts());
        let shelf = Shelf {
            path: folder.database(),
        };
        let usage_reached = contents.usage_reached;
        let writer = Writer {
            folder,
            owner: database.owner().clone(),
            database: Some(database),
            slots: slots::Slots::of(&contents.cells),
            usage: usage::OpenRows::default(),
            closing: usage::Closing::default(),
            trimming: trimming::Trimming::default(),
            organizations: Organizations {
                numbers: contents.organizations,
                new: Vec::new(),
            },
            settings: settings::Settings::of(contents.settings, contents.audited),
            pools: std::collections::HashMap::new(),
            oldest_life: 0,
            failure: 0,
            condition: Arc::clone(recorder.condition()),
            read_backs: read_back,
            watcher: Watcher(metrics),
            upkeep,
        };
        let (sessions, settings) = (writer.sessions(), writer.settings.all());
        let (stop, stopped) = oneshot::channel();
        let (closing, closed) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .map_err(StoreError::io("start the thread of", Path::new("the store")))?;
        let thread = move || {
            runtime.block_on(writer.run(jobs, stopped));
            let _ = closing.send(());
        };
        std::thread::Builder::new()
            .name("store".to_owned())
            .spawn(thread)
            .map_err(StoreError::io("start the thread of", Path::new("the store")))?;
        Ok(Self {
            recorder,
            hash_key,
            starts,
            sessions,
            shelf,
            usage_reached,
            settings,
            read_backs,
            closer: Closer { stop, closed },
        })
    }
}

#[cfg(test)]
mod backup_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod trimming_tests;
