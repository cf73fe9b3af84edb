//! What is kept, row by row, and what of it is not recorded yet.

use super::super::calendar::Told;
use super::super::delivery::Delivery;
use super::super::incident::Incident;
use crate::seats::OrganizationId;
use crate::store::SettingKey;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

const INCIDENT: &str = "incident";
const DELIVERY: &str = "delivery";
const GONE: &str = "webhook_gone";
const TOLD: &str = "webhook_told";
/// An organization has one row of what its webhooks were told.
const CALENDAR: &str = "calendar";
/// The kinds of rows.
pub(super) const KINDS: [&str; 4] = [INCIDENT, DELIVERY, GONE, TOLD];

/// Which row: something of an organization.
pub(in crate::notify) type Name = (OrganizationId, String);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    Incident(Name),
    Delivery(Name),
    Gone(Name),
    Told(OrganizationId),
}

/// Since when a receiver wants no more, in milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Gone {
    pub(super) since: i64,
}

/// What is kept.
#[derive(Default)]
pub(in crate::notify) struct Draft {
    pub(super) incidents: BTreeMap<Name, Incident>,
    /// The names of the incidents that are open.
    pub(super) open: BTreeMap<OrganizationId, String>,
    pub(super) deliveries: BTreeMap<Name, Delivery>,
    /// Recorded deliveries that wait, by when.
    pub(super) due: BTreeSet<(i64, Name)>,
    /// Webhooks whose receivers want no more.
    pub(super) gone: BTreeMap<Name, Gone>,
    /// What webhooks know of the calendar, where there are webhooks.
    told: BTreeMap<OrganizationId, Told>,
    unrecorded: BTreeSet<Key>,
}

impl Draft {
    /// Takes a row of the store. `None`: it cannot be read.
    pub(super) fn take(&mut self, key: &SettingKey, value: &str) -> Option<()> {
        let (id, name) = key.name.split_once('/')?;
        let name = (OrganizationId::parse(id).ok()?, name.to_owned());
        match key.kind.as_str() {
            INCIDENT => {
                let incident: Incident = read(value)?;
                if incident.until.is_none() {
                    self.open.insert(name.0.clone(), name.1.clone());
                }
                self.incidents.insert(name, incident);
            }
            DELIVERY => {
                let delivery: Delivery = read(value)?;
                if delivery.waits() {
                    self.due.insert((delivery.due, name.clone()));
                }
                self.deliveries.insert(name, delivery);
            }
            TOLD => drop(self.told.insert(name.0, read(value)?)),
            GONE => drop(self.gone.insert(name, read(value)?)),
            _ => return None,
        }
        Some(())
    }

    /// The organizations of which something is kept.
    pub(in crate::notify) fn organizations(&self) -> BTreeSet<OrganizationId> {
        let names = self
            .incidents
            .keys()
            .chain(self.deliveries.keys())
            .chain(self.gone.keys());
        names.map(|(id, _)| id).chain(self.told.keys()).cloned().collect()
    }

    /// Nothing is kept of an organization.
    pub(in crate::notify) fn forget(&mut self, id: &OrganizationId) {
        self.open.remove(id);
        for name in names_of(&self.incidents, id) {
            self.incidents.remove(&name);
            self.note(Key::Incident(name));
        }
        self.keep_webhooks(id, |_| false);
        self.forget_told(id);
    }

    /// What an organization's webhooks know of the calendar.
    pub(in crate::notify) fn told(&self, id: &OrganizationId) -> Option<&Told> {
        self.told.get(id)
    }

    /// From here on they know this.
    pub(in crate::notify) fn set_told(&mut self, id: &OrganizationId, told: Told) {
        if self.told.get(id) != Some(&told) {
            self.told.insert(id.clone(), told);
            self.note(Key::Told(id.clone()));
        }
    }

    /// There is nobody that could know.
    pub(in crate::notify) fn forget_told(&mut self, id: &OrganizationId) {
        if self.told.remove(id).is_some() {
            self.note(Key::Told(id.clone()));
        }
    }

    /// This row has to be recorded.
    pub(super) fn note(&mut self, key: Key) {
        self.unrecorded.insert(key);
    }

    pub(super) fn has_unrecorded(&self) -> bool {
        !self.unrecorded.is_empty()
    }

    /// What has to be recorded, as the store takes it.
    pub(super) fn take_unrecorded(&mut self) -> (BTreeSet<Key>, Vec<(SettingKey, Option<String>)>) {
        let keys = std::mem::take(&mut self.unrecorded);
        let settings = keys.iter().map(|key| self.setting(key)).collect();
        (keys, settings)
    }

    /// The store took these.
    pub(super) fn are_recorded(&mut self, keys: &BTreeSet<Key>) {
        for key in keys {
            if let Key::Delivery(name) = key
                && let Some(delivery) = self.deliveries.get_mut(name)
            {
                delivery.is_recorded = true;
                if delivery.waits() {
                    self.due.insert((delivery.due, name.clone()));
                }
            }
        }
    }

    /// The store did not take these.
    pub(super) fn are_not_recorded(&mut self, keys: BTreeSet<Key>) {
        self.unrecorded.extend(keys);
    }

    fn setting(&self, key: &Key) -> (SettingKey, Option<String>) {
        match key {
            Key::Incident(name) => setting(INCIDENT, name, self.incidents.get(name)),
            Key::Delivery(name) => setting(DELIVERY, name, self.deliveries.get(name)),
            Key::Gone(name) => setting(GONE, name, self.gone.get(name)),
            Key::Told(id) => setting(TOLD, &(id.clone(), CALENDAR.to_owned()), self.told.get(id)),
        }
    }
}

/// What belongs to an organization, in the order of the names.
pub(super) fn of<'a, T>(
    all: &'a BTreeMap<Name, T>,
    id: &OrganizationId,
) -> impl Iterator<Item = (&'a str, &'a T)> {
    let id = id.clone();
    all.range((id.clone(), String::new())..)
        .take_while(move |((org, _), _)| *org == id)
        .map(|((_, name), value)| (name.as_str(), value))
}

pub(super) fn names_of<T>(all: &BTreeMap<Name, T>, id: &OrganizationId) -> Vec<Name> {
    of(all, id)
        .map(|(name, _)| (id.clone(), name.to_owned()))
        .collect()
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
