//! Looks at every organization once a second, and keeps what there is to call about.

use super::Notifier;
use super::names::new_name;
use super::telling::Scene;
use super::terms::Terms;
use crate::alert::{Alarm, Change, Sight, Watch};
use crate::registry::Seen;
use crate::seats::{OrganizationId, Served, Timestamp};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Between two looks.
pub(super) const LOOK_EVERY: Duration = Duration::from_secs(1);
/// After so many organizations others have their turn.
const A_PIECE: usize = 64;

/// An organization under watch.
pub(super) struct Watched {
    watch: Watch,
    /// Refusals that were seen.
    refused: u64,
    /// When the refusals were last told of, and those that had been seen by then.
    summed_up: (Served, u64),
}

/// What was seen, what changed, how many more were refused, when a needed increase ends.
type Look<'a> = (&'a Seen, &'a [Change], Option<u32>, Option<Timestamp>);

impl Notifier {
    /// Watches until `stop`.
    pub async fn watch(self: Arc<Self>, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
            for (place, (id, terms)) in self.known().iter().enumerate() {
                self.look(id, terms);
                if place % A_PIECE == A_PIECE - 1 {
                    tokio::task::yield_now().await;
                }
            }
        }
    }

    fn look(&self, id: &OrganizationId, terms: &Terms) {
        let Some(seen) = self.registry.see(id) else { return };
        if !self.is_settled(id, seen.moment.served) {
            return;
        }
        let increase_ends = self.needed_ends.lock().get(id).copied();
        let mut watched = self.watched.lock();
        if !self.known().contains_key(id) {
            // It went while others were looked at; nothing is kept of it any more.
            return;
        }
        let watched = watched
            .entry(id.clone())
            .or_insert_with(|| self.begin(id, terms, &seen));
        let changes = watched.see(terms, &seen, increase_ends);
        let more_refusals = watched.more_refusals(&changes, &seen);
        if !changes.is_empty() || more_refusals.is_some() {
            self.note(
                id,
                terms,
                watched,
                (&seen, &changes, more_refusals, increase_ends),
            );
        }
    }

    /// Keeps what changed, and tells of it.
    fn note(
        &self,
        id: &OrganizationId,
        terms: &Terms,
        watched: &Watched,
        (seen, changes, more_refusals, increase_ends): Look<'_>,
    ) {
        let (severity, at) = (watched.watch.severity(), seen.moment.utc);
        self.journal.change(|draft| {
            let before = draft.open_incident(id).cloned();
            let since = |alarm| {
                before
                    .as_ref()
                    .and_then(|before| before.since(alarm))
                    .unwrap_or(at)
            };
            let scene = Scene {
                organization: id,
                seen,
                changes,
                up: watched.watch.alarms().collect(),
                severity,
                since: &since,
                refused: more_refusals.unwrap_or_else(|| watched.watch.refused()),
                increase_ends,
            };
            let mut events = scene.events();
            events.extend(more_refusals.map(|_| scene.summary()));
            let new = || new_name(at).to_string();
            let incident = draft.take_changes(id, new, (changes, severity), at);
            for event in events.iter().filter(|_| terms.to_webhooks) {
                self.queue(draft, id, event, Some(&incident));
            }
            match severity {
                Some(_) if before.is_none() => tracing::info!(organization = %id, "an incident begins"),
                None => tracing::info!(organization = %id, "an incident is over"),
                Some(_) => {}
            }
        });
    }

    /// Goes on with the incident that was open at the start.
    fn begin(&self, id: &OrganizationId, terms: &Terms, seen: &Seen) -> Watched {
        let alarms: Vec<Alarm> = self.journal.read(|draft| {
            let open = draft.open_incident(id);
            open.map_or_else(Vec::new, |incident| incident.open_alarms().collect())
        });
        Watched {
            watch: Watch::going_on(terms.rules.clone(), &alarms, seen.moment.served),
            refused: 0,
            summed_up: (seen.moment.served, 0),
        }
    }
}

impl Watched {
    fn see(&mut self, terms: &Terms, seen: &Seen, increase_ends: Option<Timestamp>) -> Vec<Change> {
        if *self.watch.rules() != terms.rules {
            self.watch.set_rules(terms.rules.clone());
        }
        let refused = seen.refused.saturating_sub(self.refused);
        self.refused = seen.refused;
        let numbers = seen.numbers;
        let sight = Sight {
            in_use: numbers.in_use(),
            in_grace: numbers.in_grace,
            limit: numbers.limit.total,
            refused: u32::try_from(refused).unwrap_or(u32::MAX),
            longest_wait: seen.longest_wait,
            increase_ends,
        };
        self.watch.see(&sight, seen.moment)
    }

    /// While people go on being refused: how many since that was last told, once in the time in which
    /// they are counted.
    fn more_refusals(&mut self, changes: &[Change], seen: &Seen) -> Option<u32> {
        let now = seen.moment.served;
        if changes.contains(&Change::Raised(Alarm::Refusals)) {
            self.summed_up = (now, seen.refused);
            return None;
        }
        let (at, refused) = self.summed_up;
        let goes_on = self.watch.alarms().any(|alarm| alarm == Alarm::Refusals);
        let is_due = now.since(at) >= self.watch.rules().refusals_within;
        let more = seen.refused.saturating_sub(refused);
        (goes_on && is_due && more > 0).then(|| {
            self.summed_up = (now, seen.refused);
            u32::try_from(more).unwrap_or(u32::MAX)
        })
    }
}
