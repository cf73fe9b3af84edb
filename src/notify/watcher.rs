//! Looks at every organization once a second, and keeps what there is to call about.

use super::Notifier;
use super::terms::Terms;
use crate::alert::{Alarm, Change, Sight, Watch};
use crate::registry::Seen;
use crate::seats::{OrganizationId, Timestamp};
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
}

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
        if changes.is_empty() {
            return;
        }
        let (severity, at) = (watched.watch.severity(), seen.moment.utc);
        self.journal.change(|draft| {
            let was_open = draft.open_incident(id).is_some();
            let (_, incident) = draft.incident(id, || name(at), at);
            incident.take(&changes, severity, at);
            match severity {
                Some(_) if !was_open => tracing::info!(organization = %id, "an incident begins"),
                None => tracing::info!(organization = %id, "an incident is over"),
                Some(_) => {}
            }
        });
    }

    /// Goes on with the incident that was open at the start.
    fn begin(&self, id: &OrganizationId, terms: &Terms, seen: &Seen) -> Watched {
        let alarms: Vec<Alarm> = self.journal.change(|draft| {
            let open = draft.open_incident(id);
            open.map_or_else(Vec::new, |incident| incident.open_alarms().collect())
        });
        Watched {
            watch: Watch::going_on(terms.rules.clone(), &alarms, seen.moment.served),
            refused: 0,
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
}

/// A name that none had before; names of later incidents come later.
fn name(at: Timestamp) -> String {
    let mut random = [0; 10];
    getrandom::fill(&mut random).expect("the system gives random numbers");
    let ms = u64::try_from(at.0).unwrap_or(0);
    let builder = uuid::Builder::from_unix_timestamp_millis(ms, &random);
    builder.into_uuid().to_string()
}
