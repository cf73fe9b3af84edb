//! What is kept of incidents: in memory, and on its way to the store. Whoever changes something waits
//! for nothing; it is recorded as soon as the store takes it.

use super::incident::Incident;
use crate::seats::{OrganizationId, Timestamp};
use crate::store::{Change, NotRecorded, Recorder, SettingKey};
use parking_lot::Mutex;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// Incidents of one organization that are kept.
const MOST_INCIDENTS: usize = 100;
/// Before the next try of what the store did not take.
const RETRY: Duration = Duration::from_secs(1);
const INCIDENT: &str = "incident";

/// Whether a setting of the store is one of these.
pub fn is_of_the_journal(key: &SettingKey) -> bool {
    key.kind == INCIDENT
}

/// A row of the store that this version cannot read.
#[derive(Debug, thiserror::Error)]
#[error("the {kind} {name} in the store cannot be read by this version")]
pub struct UnreadableRow {
    kind: String,
    name: String,
}

/// Which row: something of an organization.
type Name = (OrganizationId, String);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Incident(Name),
}

/// All that is kept.
pub(super) struct Journal {
    recorder: Recorder,
    draft: Mutex<Draft>,
    is_changed: Notify,
    /// One recording at a time, so that a later value is never written over by an older one.
    turn: tokio::sync::Mutex<()>,
}

/// What is kept, and what of it is not recorded yet.
#[derive(Default)]
pub(super) struct Draft {
    incidents: BTreeMap<Name, Incident>,
    unrecorded: BTreeSet<Key>,
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
            turn: tokio::sync::Mutex::default(),
        })
    }

    /// Changes what is kept.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Draft) -> T) -> T {
        let mut draft = self.draft.lock();
        let answer = change(&mut draft);
        if !draft.unrecorded.is_empty() {
            self.is_changed.notify_one();
        }
        answer
    }

    /// The organizations of which something is kept.
    pub(super) fn organizations(&self) -> BTreeSet<OrganizationId> {
        let draft = self.draft.lock();
        draft.incidents.keys().map(|(id, _)| id.clone()).collect()
    }

    /// The incidents of an organization by their ids, the newest first.
    pub(super) fn incidents(&self, id: &OrganizationId) -> Vec<(String, Incident)> {
        let draft = self.draft.lock();
        let mut all: Vec<_> = of(&draft.incidents, id)
            .map(|(name, incident)| (name.to_owned(), incident.clone()))
            .collect();
        all.reverse();
        all
    }

    /// Records all that is not recorded yet.
    pub(super) async fn record(&self) -> Result<(), NotRecorded> {
        let _turn = self.turn.lock().await;
        let (keys, settings) = {
            let mut draft = self.draft.lock();
            let keys = std::mem::take(&mut draft.unrecorded);
            let settings: Vec<_> = keys.iter().map(|key| draft.setting(key)).collect();
            (keys, settings)
        };
        if keys.is_empty() {
            return Ok(());
        }
        let audit = Vec::new();
        let recorded = self.recorder.change(Change { settings, audit }).await;
        if recorded.is_err() {
            self.draft.lock().unrecorded.extend(keys);
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

impl Draft {
    /// The open incident of an organization; a new one where there is none.
    pub(super) fn incident(
        &mut self,
        id: &OrganizationId,
        name: impl FnOnce() -> String,
        at: Timestamp,
    ) -> (String, &mut Incident) {
        let open = of(&self.incidents, id).find(|(_, incident)| incident.until.is_none());
        let known = open.map(|(known, _)| known.to_owned());
        let name = known.unwrap_or_else(|| {
            self.make_room(id);
            name()
        });
        let key = (id.clone(), name.clone());
        self.unrecorded.insert(Key::Incident(key.clone()));
        let incident = self.incidents.entry(key);
        (name, incident.or_insert_with(|| Incident::begin(at)))
    }

    /// The open incident of an organization, if there is one.
    pub(super) fn open_incident(&self, id: &OrganizationId) -> Option<&Incident> {
        let mut all = of(&self.incidents, id).map(|(_, incident)| incident);
        all.find(|incident| incident.until.is_none())
    }

    /// Nothing is kept of an organization.
    pub(super) fn forget(&mut self, id: &OrganizationId) {
        let gone: Vec<_> = of(&self.incidents, id)
            .map(|(name, _)| (id.clone(), name.to_owned()))
            .collect();
        gone.into_iter().for_each(|name| self.drop_incident(name));
    }

    /// The oldest incidents go where a new one would be too many.
    fn make_room(&mut self, id: &OrganizationId) {
        let all: Vec<_> = of(&self.incidents, id).map(|(name, _)| name.to_owned()).collect();
        let over = (all.len() + 1).saturating_sub(MOST_INCIDENTS);
        for name in all.into_iter().take(over) {
            self.drop_incident((id.clone(), name));
        }
    }

    fn drop_incident(&mut self, name: Name) {
        self.incidents.remove(&name);
        self.unrecorded.insert(Key::Incident(name));
    }

    fn take(&mut self, key: &SettingKey, value: &str) -> Option<()> {
        let (id, name) = key.name.split_once('/')?;
        let name = (OrganizationId::parse(id).ok()?, name.to_owned());
        match key.kind.as_str() {
            INCIDENT => drop(self.incidents.insert(name, read(value)?)),
            _ => return None,
        }
        Some(())
    }

    /// A row as the store takes it.
    fn setting(&self, key: &Key) -> (SettingKey, Option<String>) {
        match key {
            Key::Incident(name) => setting(INCIDENT, name, self.incidents.get(name)),
        }
    }
}

/// What belongs to an organization, in the order of the names.
fn of<'a, T>(all: &'a BTreeMap<Name, T>, id: &OrganizationId) -> impl Iterator<Item = (&'a str, &'a T)> {
    let id = id.clone();
    all.range((id.clone(), String::new())..)
        .take_while(move |((org, _), _)| *org == id)
        .map(|((_, name), value)| (name.as_str(), value))
}

fn setting(kind: &str, (org, name): &Name, value: Option<&impl Serialize>) -> (SettingKey, Option<String>) {
    let text = |value| serde_json::to_string(value).expect("rows have no failing types");
    let key = SettingKey {
        kind: kind.to_owned(),
        name: format!("{org}/{name}"),
    };
    (key, value.map(text))
}

fn read<T: DeserializeOwned>(value: &str) -> Option<T> {
    serde_json::from_str(value).ok()
}
