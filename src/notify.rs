//! Calls people: watches the seats of every organization by the rules of `alert`, and keeps what
//! there was to call about.
//!
//! It does not know who asks over HTTP, nor how settings are kept: it is told of them.

mod incident;
mod journal;
mod need;
mod terms;
mod watcher;

pub use incident::{AlarmName, Incident, SeverityName, Spell};
pub use journal::{UnreadableRow, is_of_the_journal};
pub use terms::Terms;

use crate::registry::Registry;
use crate::seats::{OrganizationId, Record, Served, Timestamp};
use crate::store::{Recorder, SettingKey};
use journal::Journal;
use parking_lot::{Mutex, RwLock};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use watcher::Watched;

/// Watches, keeps and tells.
pub struct Notifier {
    registry: Arc<Registry>,
    journal: Journal,
    /// All organizations. Replaced as a whole.
    terms: RwLock<Arc<BTreeMap<OrganizationId, Arc<Terms>>>>,
    watched: Mutex<BTreeMap<OrganizationId, Watched>>,
    /// When an increase ends without which the seats would not do.
    needed_ends: Mutex<BTreeMap<OrganizationId, Timestamp>>,
    start: Start,
}

/// What this server began with: sessions that were taken over are all in grace, and no loss.
#[derive(Debug, Default)]
pub struct Start {
    /// The organizations that had sessions.
    pub organizations: BTreeSet<OrganizationId>,
    /// How long a grace is after the start, at least.
    pub at_least: Duration,
}

impl Start {
    /// Begins with these sessions.
    pub fn with(sessions: &[(OrganizationId, Record)]) -> Self {
        Self {
            organizations: sessions.iter().map(|(id, _)| id.clone()).collect(),
            at_least: Registry::grace_after_start(sessions.len()),
        }
    }
}

impl Notifier {
    /// Goes on with what the store kept.
    pub fn open(
        registry: Arc<Registry>,
        recorder: Recorder,
        stored: &[(SettingKey, String)],
        start: Start,
    ) -> Result<Arc<Self>, UnreadableRow> {
        Ok(Arc::new(Self {
            registry,
            journal: Journal::open(recorder, stored)?,
            terms: RwLock::default(),
            watched: Mutex::default(),
            needed_ends: Mutex::default(),
            start,
        }))
    }

    /// From here on these hold.
    pub fn know(&self, organizations: impl IntoIterator<Item = (OrganizationId, Terms)>) {
        let mut terms = self.terms.write();
        let all = Arc::make_mut(&mut terms);
        all.extend(organizations.into_iter().map(|(id, terms)| (id, Arc::new(terms))));
    }

    /// An organization is gone, and all that was kept of it.
    pub fn forget(&self, id: &OrganizationId) {
        Arc::make_mut(&mut self.terms.write()).remove(id);
        self.watched.lock().remove(id);
        self.needed_ends.lock().remove(id);
        self.journal.change(|draft| draft.forget(id));
    }

    /// Forgets what the store kept of organizations that nobody knows.
    pub fn forget_unknown(&self) {
        let known = self.known();
        let gone = self.journal.organizations();
        for id in gone.iter().filter(|id| !known.contains_key(*id)) {
            self.forget(id);
        }
    }

    /// The incidents of an organization by their ids, the newest first.
    pub fn incidents(&self, id: &OrganizationId) -> Vec<(String, Incident)> {
        self.journal.incidents(id)
    }

    /// Records what is kept here, until `stop`, and once more then.
    pub async fn keep(self: Arc<Self>, stop: CancellationToken) {
        self.journal.keep(stop).await;
    }

    fn known(&self) -> Arc<BTreeMap<OrganizationId, Arc<Terms>>> {
        Arc::clone(&self.terms.read())
    }

    /// Whether what is in grace tells of losses, and not of this server's own start.
    fn is_settled(&self, id: &OrganizationId, now: Served) -> bool {
        let grace = self.registry.grace(id).unwrap_or_default();
        let settled = grace.max(self.start.at_least) + watcher::LOOK_EVERY;
        !self.start.organizations.contains(id) || now >= Served::START + settled
    }
}
