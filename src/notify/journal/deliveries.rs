//! Deliveries: on their way, and the log of those that were.

use super::super::Event;
use super::super::delivery::{Attempt, Delivery, DeliveryState, Outcome};
use super::super::names::new_name;
use super::draft::{Draft, Gone, Key, Name, names_of, of};
use crate::seats::{OrganizationId, Timestamp};
use std::collections::BTreeSet;
use std::time::Duration;

/// Deliveries of one webhook that are kept, on their way or not.
const MOST_OF_ONE: usize = 100;
/// Deliveries of all that are kept.
const MOST_OF_ALL: usize = 100_000;
/// A delivery that is due later than any wait allows was put off by a clock that was set back.
const LATEST_MS: i64 = 27 * 3_600_000;

/// Which deliveries are made again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replay {
    /// Those that failed.
    Failed,
    /// All that happened from here on.
    Since(Timestamp),
    /// This one.
    One(String),
}

impl Draft {
    /// An event goes to a webhook, unless its receiver wants no more. Returns the name of the
    /// delivery, and whether an older one had to go that was never delivered.
    pub(in crate::notify) fn deliver(
        &mut self,
        id: &OrganizationId,
        (webhook, incident): (&str, Option<&str>),
        event: &Event,
        now: Timestamp,
    ) -> Option<(String, bool)> {
        if self.gone.contains_key(&(id.clone(), webhook.to_owned())) {
            return None;
        }
        let dropped = self.make_room_for_a_delivery(id, webhook);
        let name = format!("msg_{}", new_name(now).simple());
        let delivery = Delivery::new(webhook.to_owned(), incident.map(str::to_owned), event, now);
        let key = (id.clone(), name.clone());
        self.deliveries.insert(key.clone(), delivery);
        self.note(Key::Delivery(key));
        Some((name, dropped))
    }

    /// What can be sent at `now`, at most `most`, one to a webhook and none to those that are `busy`.
    pub(in crate::notify) fn take_due(
        &self,
        now: Timestamp,
        busy: &BTreeSet<Name>,
        most: usize,
    ) -> Vec<(Name, Delivery)> {
        let latest = now.0.saturating_add(LATEST_MS);
        let due = self.due.iter().take_while(|(at, _)| *at <= now.0);
        let put_off = self.due.iter().rev().take_while(|(at, _)| *at > latest);
        let mut found = Vec::new();
        let mut taken = BTreeSet::new();
        for (_, name) in due.chain(put_off) {
            let Some(delivery) = self.deliveries.get(name) else {
                continue;
            };
            let webhook = (name.0.clone(), delivery.webhook.clone());
            if found.len() < most && !busy.contains(&webhook) && taken.insert(webhook) {
                found.push((name.clone(), delivery.clone()));
            }
        }
        found
    }

    /// How many wait.
    pub(in crate::notify) fn waiting(&self) -> usize {
        self.due.len()
    }

    /// Takes the end of a try.
    pub(in crate::notify) fn tried(
        &mut self,
        name: &Name,
        attempt: Attempt,
        now: Timestamp,
        (chance, asked): (f64, Option<Duration>),
    ) {
        let webhook = self.deliveries.get(name).map(|delivery| delivery.webhook.clone());
        self.update(name, |delivery| delivery.tried(attempt, now, chance, asked));
        if let Some(webhook) = webhook.filter(|_| attempt.outcome == Outcome::Gone) {
            self.switch_off((name.0.clone(), webhook), now);
        }
    }

    /// A delivery is given up.
    pub(in crate::notify) fn give_up(&mut self, name: &Name) {
        self.update(name, |delivery| delivery.state = DeliveryState::Failed);
    }

    /// Makes deliveries of a webhook again, from now on. Its receiver wants them again. `None`: there
    /// is none that is called so.
    pub(in crate::notify) fn replay(
        &mut self,
        webhook: &Name,
        which: &Replay,
        now: Timestamp,
    ) -> Option<usize> {
        let is_meant = |name: &str, delivery: &Delivery| match which {
            Replay::Failed => delivery.state == DeliveryState::Failed,
            Replay::Since(since) => delivery.at >= since.0,
            Replay::One(one) => name == one,
        };
        let meant: Vec<_> = of(&self.deliveries, &webhook.0)
            .filter(|(name, delivery)| delivery.webhook == webhook.1 && is_meant(name, delivery))
            .map(|(name, _)| (webhook.0.clone(), name.to_owned()))
            .collect();
        if meant.is_empty() && matches!(which, Replay::One(_)) {
            return None;
        }
        if self.gone.remove(webhook).is_some() {
            self.note(Key::Gone(webhook.clone()));
        }
        for name in &meant {
            self.update(name, |delivery| delivery.again(now));
        }
        Some(meant.len())
    }

    /// What is kept of a webhook's deliveries by their names, the newest first.
    pub(in crate::notify) fn deliveries_of(&self, webhook: &Name) -> Vec<(String, Delivery)> {
        self.deliveries_with(&webhook.0, |delivery| delivery.webhook == webhook.1)
    }

    /// What is kept of the deliveries that tell of incidents, by their names, the oldest first.
    pub(in crate::notify) fn deliveries_of_incidents(&self, id: &OrganizationId) -> Vec<(String, Delivery)> {
        let mut all = self.deliveries_with(id, |delivery| delivery.incident.is_some());
        all.reverse();
        all
    }

    /// Since when the receiver of a webhook wants no more.
    pub(in crate::notify) fn gone_since(&self, webhook: &Name) -> Option<Timestamp> {
        self.gone.get(webhook).map(|gone| Timestamp(gone.since))
    }

    /// Forgets what is kept of webhooks that are not there any more.
    pub(in crate::notify) fn keep_webhooks(&mut self, id: &OrganizationId, is_there: impl Fn(&str) -> bool) {
        let gone: Vec<_> = of(&self.deliveries, id)
            .filter(|(_, delivery)| !is_there(&delivery.webhook))
            .map(|(name, _)| (id.clone(), name.to_owned()))
            .collect();
        gone.iter().for_each(|name| self.drop_delivery(name));
        for name in names_of(&self.gone, id) {
            if !is_there(&name.1) {
                self.gone.remove(&name);
                self.note(Key::Gone(name));
            }
        }
    }

    /// The receiver of a webhook wants no more.
    fn switch_off(&mut self, webhook: Name, now: Timestamp) {
        let waiting: Vec<_> = of(&self.deliveries, &webhook.0)
            .filter(|(_, delivery)| delivery.webhook == webhook.1 && delivery.waits())
            .map(|(name, _)| (webhook.0.clone(), name.to_owned()))
            .collect();
        waiting.iter().for_each(|name| self.give_up(name));
        self.gone.insert(webhook.clone(), Gone { since: now.0 });
        self.note(Key::Gone(webhook));
    }

    fn update(&mut self, name: &Name, change: impl FnOnce(&mut Delivery)) {
        let Some(delivery) = self.deliveries.get_mut(name) else {
            return;
        };
        self.due.remove(&(delivery.due, name.clone()));
        change(delivery);
        if delivery.waits() && delivery.is_recorded {
            self.due.insert((delivery.due, name.clone()));
        }
        self.note(Key::Delivery(name.clone()));
    }

    /// The oldest delivery goes where a new one would be too many: one that is done with, if there is
    /// one. Tells whether it was never delivered.
    fn make_room_for_a_delivery(&mut self, id: &OrganizationId, webhook: &str) -> bool {
        let own = of(&self.deliveries, id).filter(|(_, delivery)| delivery.webhook == webhook);
        let own: Vec<_> = own
            .map(|(name, delivery)| (name.to_owned(), delivery.waits()))
            .collect();
        let oldest = if own.len() >= MOST_OF_ONE {
            let done = own.iter().find(|(_, waits)| !waits).or(own.first());
            done.map(|(name, _)| (id.clone(), name.clone()))
        } else if self.deliveries.len() >= MOST_OF_ALL {
            let key = |name: &Name, delivery: &Delivery| (delivery.waits(), name.1.clone());
            let oldest = self
                .deliveries
                .iter()
                .min_by_key(|(name, delivery)| key(name, delivery));
            oldest.map(|(name, _)| name.clone())
        } else {
            None
        };
        let Some(oldest) = oldest else { return false };
        let was_waiting = self.deliveries.get(&oldest).is_some_and(Delivery::waits);
        self.drop_delivery(&oldest);
        was_waiting
    }

    fn drop_delivery(&mut self, name: &Name) {
        if let Some(delivery) = self.deliveries.remove(name) {
            self.due.remove(&(delivery.due, name.clone()));
            self.note(Key::Delivery(name.clone()));
        }
    }

    fn deliveries_with(
        &self,
        id: &OrganizationId,
        is_meant: impl Fn(&Delivery) -> bool,
    ) -> Vec<(String, Delivery)> {
        let meant = of(&self.deliveries, id).filter(|(_, delivery)| is_meant(delivery));
        let mut all: Vec<_> = meant
            .map(|(name, delivery)| (name.to_owned(), delivery.clone()))
            .collect();
        all.reverse();
        all
    }
}
