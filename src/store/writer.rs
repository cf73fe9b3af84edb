//! The thread that writes: whatever arrived while the last commit was written goes into the next.

use super::Watcher;
use super::condition::Condition;
use super::database::{Database, Group, NotCommitted};
use super::error::StoreError;
use super::folder::{Folder, Mark};
use super::read_back::ReadBack;
use super::recorder::{Batch, BatchJob, Job, NotRecorded};
use super::settings::Settings;
use super::slots::{Inconsistent, Slots};
use super::trimming::Trimming;
use super::upkeep::Upkeep;
use super::usage::{Closing, OpenRows, UsageAdditions};
use crate::clock::{Stopwatch, instant_in};
use crate::seats::OrganizationId;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// Batches of one commit.
const GROUP: usize = 512;
/// Between two tries to get a failed store back.
const RETRY: Duration = Duration::from_secs(1);

/// Owns the database and all that is known of it.
pub(super) struct Writer {
    pub(super) folder: Folder,
    /// None after a failed commit, until the disk is usable again.
    pub(super) database: Option<Database>,
    pub(super) owner: super::format::ServerRow,
    pub(super) slots: Slots,
    pub(super) usage: OpenRows,
    pub(super) closing: Closing,
    pub(super) trimming: Trimming,
    pub(super) organizations: Organizations,
    pub(super) settings: Settings,
    pub(super) pools: HashMap<OrganizationId, Written>,
    /// Pools that began their life before this number were decided on what is not on disk.
    pub(super) oldest_life: u64,
    /// The number of the failure that is not healed yet.
    pub(super) failure: u64,
    pub(super) condition: Arc<Condition>,
    pub(super) read_backs: mpsc::Sender<ReadBack>,
    pub(super) watcher: Watcher,
    pub(super) upkeep: Upkeep,
}

/// The organizations' numbers.
#[derive(Default)]
pub(super) struct Organizations {
    pub(super) numbers: BTreeMap<OrganizationId, u32>,
    /// Those of the group that is being written.
    pub(super) new: Vec<(u32, OrganizationId)>,
}

/// How far a pool is recorded.
#[derive(Clone, Copy, Default)]
pub(super) struct Written {
    life: u64,
    sequence: u64,
}

/// Why a batch is not taken into a group.
enum NotTaken {
    /// It was decided before the pools were rebuilt.
    Stale,
    /// It does not follow what is recorded.
    Gap,
    /// What it adds to cannot be read.
    Engine(rusqlite::Error),
}

impl Writer {
    /// Writes until `stop` or until nobody records any more; then closes the store.
    pub(super) async fn run(mut self, mut jobs: mpsc::Receiver<Job>, stop: oneshot::Receiver<()>) {
        let mut stop = Some(stop);
        let mut group = Vec::with_capacity(GROUP);
        loop {
            let next = match self.database {
                Some(_) => {
                    let wait = self.closing.wait().min(self.trimming.wait());
                    self.upkeep.next().min(instant_in(wait))
                }
                None => instant_in(RETRY),
            };
            let stopped = async {
                match &mut stop {
                    Some(stop) => drop(stop.await),
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                taken = jobs.recv_many(&mut group, GROUP) => {
                    if taken == 0 {
                        break;
                    }
                    self.write(std::mem::take(&mut group)).await;
                }
                () = stopped => {
                    stop = None;
                    jobs.close();
                }
                () = tokio::time::sleep_until(next) => {
                    if self.database.is_none() {
                        self.recover().await;
                    }
                }
            }
            self.keep_up();
        }
        self.close();
    }

    async fn write(&mut self, group: Vec<Job>) {
        if self.database.is_none() {
            group.into_iter().for_each(refuse);
            return;
        }
        let watch = Stopwatch::start();
        let mut taken = Vec::with_capacity(group.len());
        let mut failed = None;
        for job in group {
            let batch = match &job {
                Job::Batch(BatchJob { batch, .. }) => batch,
                Job::Change { change, .. } => {
                    self.settings.take(change);
                    taken.push(job);
                    continue;
                }
                Job::Audit { .. } => {
                    taken.push(job);
                    continue;
                }
            };
            match self.take(batch) {
                Ok(()) => taken.push(job),
                Err(NotTaken::Stale) => refuse(job),
                Err(NotTaken::Gap) => {
                    tracing::error!(organization = %batch.organization, "a record does not follow the last one");
                    failed = Some("a record does not follow the last one".to_owned());
                    taken.push(job);
                    break;
                }
                Err(NotTaken::Engine(error)) => {
                    failed = Some(error.to_string());
                    taken.push(job);
                    break;
                }
            }
        }
        if failed.is_none() {
            failed = self.commit().err();
        }
        match failed {
            None => {
                self.watcher.committed(watch.elapsed(), taken.len());
                taken.into_iter().for_each(|job| self.done(job));
            }
            Some(error) => {
                self.fail(&error);
                // One try before anybody is told, so that a short fault leaves nothing on disk of
                // what is refused here.
                self.recover().await;
                taken.into_iter().for_each(refuse);
            }
        }
    }

    /// A job's group is on disk. Nobody may wait for its answer any more.
    fn done(&self, job: Job) {
        match job {
            Job::Batch(BatchJob { batch, done }) => {
                batch.recorded.store(batch.sequence, Ordering::Release);
                let _ = done.send(Ok(()));
            }
            Job::Change { done, .. } => {
                let _ = done.send(());
            }
            Job::Audit { query, found } => {
                match self.database.as_ref().map(|database| database.audit(&query)) {
                    Some(Ok(lines)) => {
                        let _ = found.send(lines);
                    }
                    Some(Err(error)) => tracing::error!(%error, "the audit log cannot be read"),
                    None => {}
                }
            }
        }
    }

    /// Takes a batch into the group.
    fn take(&mut self, batch: &Batch) -> Result<(), NotTaken> {
        if batch.life < self.oldest_life {
            return Err(NotTaken::Stale);
        }
        let written = self.pools.entry(batch.organization.clone()).or_default();
        if batch.life < written.life {
            return Err(NotTaken::Stale);
        }
        if batch.life > written.life {
            *written = Written {
                life: batch.life,
                sequence: 0,
            };
        }
        if batch.sequence != written.sequence + 1 {
            return Err(NotTaken::Gap);
        }
        written.sequence = batch.sequence;
        let number = self.organizations.number(&batch.organization);
        for effect in &batch.effects {
            self.slots
                .apply(number, effect)
                .map_err(|Inconsistent| NotTaken::Gap)?;
        }
        self.take_usage(number, &batch.usage)
    }

    fn take_usage(&mut self, number: u32, usage: &UsageAdditions) -> Result<(), NotTaken> {
        if let Some(zone) = &usage.zone {
            self.closing.cut_by(number, zone);
        }
        let Some(database) = &mut self.database else {
            return Err(NotTaken::Stale);
        };
        self.usage
            .take(database.connection(), number, usage)
            .map_err(NotTaken::Engine)
    }

    fn commit(&mut self) -> Result<(), String> {
        let (changed, settings, audit) = (
            self.slots.changed(),
            self.settings.changed(),
            self.settings.tail(),
        );
        if changed.is_empty() && settings.is_empty() && audit.is_none() && !self.usage.is_changed() {
            return Ok(());
        }
        let group = Group {
            slots: self.slots.count(),
            cells: changed
                .into_iter()
                .map(|slot| (slot, self.slots.cell(slot)))
                .collect(),
            organizations: self.organizations.new.clone(),
            usage: self.usage.changes(),
            settings,
            audit,
        };
        let Some(database) = &mut self.database else {
            return Err("the store is closed".to_owned());
        };
        if let Err(error) = database.commit(&group) {
            let is_of_usage_alone =
                group.cells.is_empty() && group.settings.is_empty() && group.audit.is_none();
            self.note_full(&error);
            // Nobody's release may be refused because the record of usage found the disk full: it
            // takes a little of the ballast's room.
            let again = is_of_usage_alone && error.is_disk_full();
            if !(again && self.commit_again()?) {
                return Err(error.to_string());
            }
        }
        self.slots.settle();
        self.usage.settle();
        self.settings.settle();
        self.organizations.new.clear();
        self.upkeep.wrote();
        Ok(())
    }

    /// One more try of a group that changes no session.
    fn commit_again(&mut self) -> Result<bool, String> {
        let group = Group {
            slots: self.slots.count(),
            cells: Vec::new(),
            organizations: self.organizations.new.clone(),
            usage: self.usage.changes(),
            settings: Vec::new(),
            audit: None,
        };
        let Some(database) = &mut self.database else {
            return Ok(false);
        };
        database.commit(&group).map_err(|error| error.to_string())?;
        Ok(true)
    }

    /// Gives the ballast up where the disk is full.
    pub(super) fn note_full(&self, error: &NotCommitted) {
        if error.is_disk_full() {
            self.condition.set_full(true);
            self.folder.drop_ballast();
        }
    }

    pub(super) fn fail(&mut self, error: &str) {
        tracing::error!(
            error,
            "what was decided could not be recorded: no seats are granted until the store is read back"
        );
        self.failure = self.condition.close();
        self.oldest_life = self.condition.new_life();
        self.slots.undo();
        self.usage.undo();
        self.settings.undo();
        self.organizations.undo();
        self.pools.clear();
        if let Err(error) = self.let_go() {
            tracing::warn!(%error, "the store's log stays beside it");
        }
        self.watcher.failed();
    }

    /// Closes the database, if there is one. The log must not go before the mark says that it may,
    /// or the next start would miss it.
    fn let_go(&mut self) -> Result<(), StoreError> {
        if let Some(database) = self.database.take() {
            self.folder.mark(Mark::Closing)?;
            database.close();
        }
        Ok(())
    }

    /// Commits nothing more, and leaves a database that is complete in itself.
    fn close(mut self) {
        if self.database.is_none() {
            return;
        }
        let closed = self.let_go().and_then(|()| self.folder.mark(Mark::Closed));
        if let Err(error) = closed {
            tracing::warn!(%error, "the store is not closed properly; the next start reads its log");
        }
    }
}

impl Organizations {
    fn number(&mut self, id: &OrganizationId) -> u32 {
        if let Some(number) = self.numbers.get(id) {
            return *number;
        }
        let number = self.numbers.values().max().map_or(1, |most| most + 1);
        self.numbers.insert(id.clone(), number);
        self.new.push((number, id.clone()));
        number
    }

    fn undo(&mut self) {
        for (_, id) in self.new.drain(..) {
            self.numbers.remove(&id);
        }
    }
}

pub(super) fn refuse(job: Job) {
    match job {
        Job::Batch(BatchJob { done, .. }) => {
            let _ = done.send(Err(NotRecorded));
        }
        // Whoever waits sees that nobody will answer.
        Job::Change { .. } | Job::Audit { .. } => {}
    }
}
