//! Calls people: watches the seats of every organization by the rules of `alert`, keeps what there
//! was to call about, and sends webhooks (Standard Webhooks 1.0) until their receivers take them.
//!
//! It does not know who asks over HTTP, nor how settings are kept: it is told of them.

mod address;
mod calendar;
mod delivery;
mod dispatcher;
mod event;
mod herald;
mod incident;
mod journal;
mod names;
mod need;
mod schedule;
mod sender;
mod signature;
mod target;
mod telling;
mod terms;
mod watcher;

pub use calendar::{KnownIncrease, KnownWindow};
pub use delivery::{Attempt, Delivery, DeliveryState, Outcome};
pub use event::{Event, EventKind};
pub use incident::{AlarmName, Incident, SeverityName, Spell};
pub use journal::{Replay, UnreadableRow, is_of_the_journal};
pub use signature::Secret;
pub use target::{InvalidTarget, Target};
pub use terms::{Terms, Webhook};

use crate::clock::utc;
use crate::registry::Registry;
use crate::seats::{OrganizationId, Record, Served, Timestamp};
use crate::store::{NotRecorded, Recorder, SettingKey};
use crate::telemetry::Metrics;
use journal::{Draft, Journal, Name};
use parking_lot::{Mutex, RwLock};
use sender::Sender;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use watcher::Watched;

/// Watches, keeps and tells.
pub struct Notifier {
    registry: Arc<Registry>,
    metrics: Arc<Metrics>,
    journal: Journal,
    sender: Sender,
    /// All organizations. Replaced as a whole.
    terms: RwLock<Arc<BTreeMap<OrganizationId, Arc<Terms>>>>,
    watched: Mutex<BTreeMap<OrganizationId, Watched>>,
    /// When an increase ends without which the seats would not do.
    needed_ends: Mutex<BTreeMap<OrganizationId, Timestamp>>,
    windows: RwLock<Arc<Vec<KnownWindow>>>,
    /// When the calendar has something to tell of an organization; where there is none, at once.
    next_turns: Mutex<BTreeMap<OrganizationId, Timestamp>>,
    /// Webhooks that are just being tried.
    busy: Mutex<BTreeSet<Name>>,
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
    /// Goes on with what the store kept. `may_be_private`: webhooks may go to private addresses.
    pub fn open(
        (registry, metrics): (Arc<Registry>, Arc<Metrics>),
        recorder: Recorder,
        stored: &[(SettingKey, String)],
        start: Start,
        may_be_private: bool,
    ) -> Result<Arc<Self>, UnreadableRow> {
        Ok(Arc::new(Self {
            registry,
            metrics,
            journal: Journal::open(recorder, stored)?,
            sender: Sender::new(may_be_private),
            terms: RwLock::default(),
            watched: Mutex::default(),
            needed_ends: Mutex::default(),
            windows: RwLock::default(),
            next_turns: Mutex::default(),
            busy: Mutex::default(),
            start,
        }))
    }

    /// From here on these hold.
    pub fn know(&self, organizations: impl IntoIterator<Item = (OrganizationId, Terms)>) {
        for (id, terms) in organizations {
            let is_there = |name: &str| terms.webhooks.iter().any(|webhook| webhook.id == name);
            self.journal.change(|draft| draft.keep_webhooks(&id, is_there));
            let terms = Arc::new(terms);
            Arc::make_mut(&mut self.terms.write()).insert(id.clone(), Arc::clone(&terms));
            self.begin_to_tell(&id, &terms);
        }
    }

    /// An organization is gone, and all that was kept of it.
    pub fn forget(&self, id: &OrganizationId) {
        Arc::make_mut(&mut self.terms.write()).remove(id);
        self.watched.lock().remove(id);
        self.needed_ends.lock().remove(id);
        self.next_turns.lock().remove(id);
        self.journal.change(|draft| draft.forget(id));
    }

    /// Forgets what the store kept of organizations that nobody knows.
    pub fn forget_unknown(&self) {
        let known = self.known();
        let kept = self.journal.read(Draft::organizations);
        for id in kept.iter().filter(|id| !known.contains_key(*id)) {
            self.forget(id);
        }
    }

    /// Whether webhooks may go to private addresses.
    pub fn may_be_private(&self) -> bool {
        self.sender.may_be_private()
    }

    /// Tells an organization's webhooks of something. It is recorded before this returns.
    pub async fn tell(&self, id: &OrganizationId, event: &Event) -> Result<Vec<String>, NotRecorded> {
        let told = self.journal.change(|draft| self.queue(draft, id, event, None));
        if !told.is_empty() {
            self.journal.record().await?;
        }
        Ok(told)
    }

    /// Tells an organization's webhooks how it stands, for a try.
    pub async fn ping(&self, id: &OrganizationId) -> Result<Vec<String>, NotRecorded> {
        let Some(seen) = self.registry.see(id) else {
            return Ok(Vec::new());
        };
        let event = Event {
            kind: EventKind::Ping,
            at: utc(),
            data: telling::standing(id, &seen),
        };
        self.tell(id, &event).await
    }

    /// Makes deliveries of a webhook again. Returns how many; `None`: there is none that is meant.
    pub async fn replay(
        &self,
        id: &OrganizationId,
        webhook: &str,
        which: &Replay,
    ) -> Result<Option<usize>, NotRecorded> {
        let name = (id.clone(), webhook.to_owned());
        let count = self.journal.change(|draft| draft.replay(&name, which, utc()));
        self.journal.record().await?;
        self.journal.can_be_sent.notify_one();
        Ok(count)
    }

    /// The incidents of an organization by their ids, the newest first.
    pub fn incidents(&self, id: &OrganizationId) -> Vec<(String, Incident)> {
        self.journal.read(|draft| draft.incidents_of(id))
    }

    /// The deliveries that tell of an organization's incidents by their ids, the oldest first.
    pub fn deliveries_of_incidents(&self, id: &OrganizationId) -> Vec<(String, Delivery)> {
        self.journal.read(|draft| draft.deliveries_of_incidents(id))
    }

    /// The deliveries to a webhook by their ids, the newest first.
    pub fn deliveries(&self, id: &OrganizationId, webhook: &str) -> Vec<(String, Delivery)> {
        let name = (id.clone(), webhook.to_owned());
        self.journal.read(|draft| draft.deliveries_of(&name))
    }

    /// Since when the receiver of a webhook wants no more, if that is so.
    pub fn gone_since(&self, id: &OrganizationId, webhook: &str) -> Option<Timestamp> {
        let name = (id.clone(), webhook.to_owned());
        self.journal.read(|draft| draft.gone_since(&name))
    }

    /// Open incidents, and deliveries that wait.
    pub fn figures(&self) -> (usize, usize) {
        self.journal
            .read(|draft| (draft.open_incidents(), draft.waiting()))
    }

    /// Records what is kept here, until `stop`, and once more then.
    pub async fn keep(self: Arc<Self>, stop: CancellationToken) {
        self.journal.keep(stop).await;
    }

    fn known(&self) -> Arc<BTreeMap<OrganizationId, Arc<Terms>>> {
        Arc::clone(&self.terms.read())
    }

    fn webhook(&self, id: &OrganizationId, webhook: &str) -> Option<Webhook> {
        let terms = self.terms.read().get(id).cloned()?;
        terms.webhooks.iter().find(|known| known.id == webhook).cloned()
    }

    /// Takes an event for the webhooks that want it. Returns the names of the deliveries.
    fn queue(
        &self,
        draft: &mut Draft,
        id: &OrganizationId,
        event: &Event,
        incident: Option<&str>,
    ) -> Vec<String> {
        let Some(terms) = self.terms.read().get(id).cloned() else {
            return Vec::new();
        };
        let wanting = terms.webhooks.iter().filter(|webhook| webhook.wants(event.kind));
        let queued = wanting.filter_map(|webhook| {
            let (name, dropped) = draft.deliver(id, (&webhook.id, incident), event, utc())?;
            if dropped {
                self.metrics.webhook_dropped.inc();
                tracing::warn!(organization = %id, "a webhook takes nothing for long, and its oldest event is dropped");
            }
            Some(name)
        });
        queued.collect()
    }

    /// Whether what is in grace tells of losses, and not of this server's own start.
    fn is_settled(&self, id: &OrganizationId, now: Served) -> bool {
        let grace = self.registry.grace(id).unwrap_or_default();
        let settled = grace.max(self.start.at_least) + watcher::LOOK_EVERY;
        !self.start.organizations.contains(id) || now >= Served::START + settled
    }
}
