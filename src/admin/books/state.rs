//! What the file says and what the API says, and what both come to.

use super::entries::{
    AlertsEntry, Entry, IncreaseEntry, KeyEntry, OrganizationEntry, PolicyEntry, TokenEntry, WebhookEntry,
    WindowEntry,
};
use crate::config::{AdminTokenSettings, OrganizationSettings, SelfService, Sources};
use crate::credential::{HashedToken, Origin};
use crate::seats::{Increase, OrganizationId, Policy, Timestamp};
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// What the configuration says.
#[derive(Default)]
pub(in crate::admin) struct FileSide {
    pub(in crate::admin) organizations: BTreeMap<OrganizationId, OrganizationSettings>,
    pub(in crate::admin) tokens: Vec<AdminTokenSettings>,
    pub(in crate::admin) sources: Sources,
    pub(in crate::admin) grace: Duration,
    /// Organizations that ask for nothing may be reached from elsewhere.
    pub(in crate::admin) may_be_open: bool,
}

/// An organization on its way out.
pub(super) struct Leaving {
    pub(super) settings: OrganizationSettings,
    /// Ends the last calls, too.
    pub(super) hurry: CancellationToken,
    /// Cancelled when nothing is left of it.
    pub(super) gone: CancellationToken,
}

/// All that is set.
#[derive(Default)]
pub(in crate::admin) struct State {
    pub(in crate::admin) file: FileSide,
    pub(in crate::admin) organizations: BTreeMap<OrganizationId, OrganizationEntry>,
    pub(in crate::admin) keys: BTreeMap<(OrganizationId, String), KeyEntry>,
    pub(in crate::admin) tokens: BTreeMap<String, TokenEntry>,
    pub(in crate::admin) increases: BTreeMap<(OrganizationId, String), IncreaseEntry>,
    pub(in crate::admin) windows: BTreeMap<String, WindowEntry>,
    pub(in crate::admin) alerts: BTreeMap<OrganizationId, AlertsEntry>,
    pub(in crate::admin) webhooks: BTreeMap<(OrganizationId, String), WebhookEntry>,
    pub(super) leaving: BTreeMap<OrganizationId, Leaving>,
}

impl State {
    /// Makes `entry` hold.
    pub(super) fn take(&mut self, entry: Entry) {
        match entry {
            Entry::Organization(id, entry) => put(&mut self.organizations, id, entry.map(|entry| *entry)),
            Entry::Key(org, id, entry) => put(&mut self.keys, (org, id), entry),
            Entry::Token(id, entry) => put(&mut self.tokens, id, entry),
            Entry::Window(id, entry) => put(&mut self.windows, id, entry),
            Entry::Increase(org, id, entry) => put(&mut self.increases, (org, id), entry),
            Entry::Webhook(org, id, entry) => put(&mut self.webhooks, (org, id), entry),
            Entry::Alerts(id, entry) => put(&mut self.alerts, id, entry),
        }
    }

    /// Whether there is such an organization.
    pub(in crate::admin) fn has(&self, id: &OrganizationId) -> bool {
        self.is_in_file(id) || self.organizations.get(id).is_some_and(|entry| entry.made)
    }

    pub(in crate::admin) fn is_in_file(&self, id: &OrganizationId) -> bool {
        self.file.organizations.contains_key(id)
    }

    /// Whether the file or a flag says `setting` of this organization.
    pub(in crate::admin) fn file_defines(&self, id: &OrganizationId, setting: &str) -> bool {
        self.file.sources.defines(&format!("organization.{id}.{setting}"))
    }

    /// The names of all organizations, in order.
    pub(in crate::admin) fn ids(&self) -> Vec<OrganizationId> {
        let stored = self.organizations.keys().filter(|id| self.has(id));
        let mut ids: Vec<_> = self.file.organizations.keys().chain(stored).cloned().collect();
        ids.sort();
        ids.dedup();
        ids
    }

    /// The keys that the API made for an organization, by their ids.
    pub(in crate::admin) fn keys_of(&self, id: &OrganizationId) -> impl Iterator<Item = (&str, &KeyEntry)> {
        of(&self.keys, id)
    }

    /// The increases that the API made for an organization, by their ids.
    pub(in crate::admin) fn increases_of(
        &self,
        id: &OrganizationId,
    ) -> impl Iterator<Item = (&str, &IncreaseEntry)> {
        of(&self.increases, id)
    }

    /// The webhooks of an organization, by their ids.
    pub(in crate::admin) fn webhooks_of(
        &self,
        id: &OrganizationId,
    ) -> impl Iterator<Item = (&str, &WebhookEntry)> {
        of(&self.webhooks, id)
    }

    /// All that the API keeps of organizations that are not there.
    pub(super) fn orphans(&self) -> Vec<Entry> {
        let own = |entry: &TokenEntry| entry.role.role()?.organization().cloned();
        let items = self
            .keys
            .keys()
            .chain(self.increases.keys())
            .chain(self.webhooks.keys())
            .map(|(org, _)| org.clone());
        let named: BTreeSet<_> = items
            .chain(self.organizations.keys().cloned())
            .chain(self.alerts.keys().cloned())
            .chain(self.tokens.values().filter_map(own))
            .collect();
        let gone = named.iter().filter(|id| !self.has(id));
        gone.flat_map(|id| self.all_of(id)).collect()
    }

    /// All that the API keeps of an organization, to be removed.
    pub(in crate::admin) fn all_of(&self, id: &OrganizationId) -> Vec<Entry> {
        let own = |entry: &TokenEntry| {
            entry
                .role
                .role()
                .is_some_and(|role| role.organization() == Some(id))
        };
        let tokens = self.tokens.iter().filter(|(_, entry)| own(entry));
        let keys = self
            .keys_of(id)
            .map(|(key, _)| Entry::Key(id.clone(), key.to_owned(), None));
        let increases = self.increases_of(id);
        let windows = self.windows.iter();
        let windows = windows.filter_map(|(window, entry)| Some((window, without(entry, id)?)));
        let windows = windows.map(|(window, entry)| Entry::Window(window.clone(), entry));
        let webhooks = self.webhooks_of(id);
        let webhooks = webhooks.map(|(one, _)| Entry::Webhook(id.clone(), one.to_owned(), None));
        let has_alerts = self.alerts.contains_key(id);
        let alerts = has_alerts.then(|| Entry::Alerts(id.clone(), None));
        keys.chain(windows)
            .chain(increases.map(|(one, _)| Entry::Increase(id.clone(), one.to_owned(), None)))
            .chain(tokens.map(|(token, _)| Entry::Token(token.clone(), None)))
            .chain(alerts)
            .chain(webhooks)
            .chain([Entry::Organization(id.clone(), None)])
            .collect()
    }

    /// What an organization comes to: the file first, then the API, then the defaults.
    pub(in crate::admin) fn effective(&self, id: &OrganizationId) -> Option<OrganizationSettings> {
        if !self.has(id) {
            return None;
        }
        let new = || OrganizationSettings::new(id.clone(), self.file.grace);
        let mut settings = self.file.organizations.get(id).cloned().unwrap_or_else(new);
        if let Some(entry) = self.organizations.get(id) {
            self.overlay(&mut settings, entry);
        }
        let keys = self
            .keys_of(id)
            .filter_map(|(_, key)| HashedToken::parse(&key.hash).ok());
        settings.keys.extend(keys);
        let increases = self.increases_of(id).filter(|(_, entry)| entry.confirmed);
        settings
            .allocation
            .increases
            .extend(increases.map(|(_, entry)| entry.increase()));
        let said = self.organizations.get(id).and_then(|entry| entry.disclose_counts);
        if said.is_none() && !self.file_defines(id, "disclose_counts") {
            settings.disclose_counts = !settings.asks_for_public_key_only();
        }
        Some(settings)
    }

    fn overlay(&self, settings: &mut OrganizationSettings, entry: &OrganizationEntry) {
        let id = settings.id.clone();
        let open = |setting: &str| !self.file_defines(&id, setting);
        let set = |setting: &str, is_said: bool| is_said && open(setting);
        if let Some(name) = entry.name.clone().filter(|_| open("name")) {
            settings.name = name;
        }
        if let Some(seats) = entry.seats.filter(|_| open("seats")) {
            settings.allocation.base = seats;
        }
        if let Some(policy) = entry.policy.filter(|_| open("policy")) {
            settings.allocation.policy = policy.into();
        }
        if let Some(suspended) = entry.suspended.filter(|_| open("suspended")) {
            settings.allocation.suspended = suspended;
        }
        if set("allocation_ends", entry.allocation_ends.is_some()) {
            settings.allocation.ends = entry.allocation_ends.map(Timestamp);
        }
        if let Some(grace) = entry.grace_s.filter(|_| open("grace")) {
            settings.grace = Duration::from_secs(grace.into());
        }
        let zone = entry.time_zone.as_ref().and_then(|name| TimeZone::get(name).ok());
        if let Some(zone) = zone.filter(|_| open("time_zone")) {
            settings.time_zone = zone;
        }
        if set("waiting_line", entry.waiting_line.is_some()) {
            settings.waiting_line = entry.waiting_line;
        }
        if let Some(disclose) = entry.disclose_counts.filter(|_| open("disclose_counts")) {
            settings.disclose_counts = disclose;
        }
        if set("self_service", entry.self_service.is_some()) {
            settings.self_service = entry.self_service.map(|bounds| SelfService {
                seats: bounds.seats,
                days: bounds.days,
            });
        }
        if let Some(limit) = entry.unresponsive_limit_s.filter(|_| open("unresponsive_limit")) {
            settings.unresponsive_limit = (limit > 0).then(|| Duration::from_secs(limit.into()));
        }
        if let Some(origins) = entry.allowed_origins.as_ref().filter(|_| open("allowed_origins")) {
            settings.allowed_origins = origins
                .iter()
                .filter_map(|text| Origin::parse(text).ok())
                .collect();
        }
    }
}

impl IncreaseEntry {
    /// As the rules take it.
    pub(in crate::admin) fn increase(&self) -> Increase {
        Increase {
            seats: self.seats,
            from: Timestamp(self.from),
            until: Timestamp(self.until),
        }
    }
}

impl From<Policy> for PolicyEntry {
    fn from(policy: Policy) -> Self {
        match policy {
            Policy::Block => Self::Block,
            Policy::Observe => Self::Observe,
            Policy::Burst(more) => Self::Burst(more),
        }
    }
}

impl From<PolicyEntry> for Policy {
    fn from(policy: PolicyEntry) -> Self {
        match policy {
            PolicyEntry::Block => Self::Block,
            PolicyEntry::Observe => Self::Observe,
            PolicyEntry::Burst(more) => Self::Burst(more),
        }
    }
}

fn of<'a, T>(
    all: &'a BTreeMap<(OrganizationId, String), T>,
    id: &OrganizationId,
) -> impl Iterator<Item = (&'a str, &'a T)> {
    let id = id.clone();
    all.range((id.clone(), String::new())..)
        .take_while(move |((org, _), _)| *org == id)
        .map(|((_, item), entry)| (item.as_str(), entry))
}

/// A window that names an organization, when that is gone; `Some(None)`: it named no other.
fn without(entry: &WindowEntry, id: &OrganizationId) -> Option<Option<WindowEntry>> {
    let named = entry.organizations.as_ref()?;
    let others: Vec<_> = named.iter().filter(|org| *org != id.as_str()).cloned().collect();
    if others.len() == named.len() {
        return None;
    }
    let organizations = (!others.is_empty()).then_some(others);
    Some(organizations.map(|others| WindowEntry {
        organizations: Some(others),
        ..entry.clone()
    }))
}

fn put<K: Ord, V>(entries: &mut BTreeMap<K, V>, key: K, entry: Option<V>) {
    match entry {
        Some(entry) => drop(entries.insert(key, entry)),
        None => drop(entries.remove(&key)),
    }
}
