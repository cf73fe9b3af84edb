//! Frees seats whose grace is over. Whether a seat is free never depends on it: a login frees the
//! one that it needs. It keeps the record short and tells the truth to whoever watches.

use super::authority::Registry;
use crate::seats::{Command, OrganizationId, Outcome, Served};
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Purges a turn, so that a mass purge does not stand before a newcomer.
pub(super) const PURGES_A_TURN: usize = 256;
/// Before the next try of a sweep that could not be recorded.
pub(super) const RETRY: Duration = Duration::from_millis(250);
/// Organizations that are swept at once.
const SWEEPS_AT_ONCE: usize = 64;

/// When which organization is due.
#[derive(Default)]
pub(super) struct Agenda {
    due: Mutex<BTreeMap<OrganizationId, Served>>,
    earlier: Notify,
}

impl Agenda {
    /// The next grace of an organization ends at `next`.
    pub(super) fn note(&self, id: &OrganizationId, next: Option<Served>) {
        let Some(next) = next else { return };
        let mut due = self.due.lock();
        match due.get_mut(id) {
            Some(known) if *known <= next => return,
            Some(known) => *known = next,
            None => {
                due.insert(id.clone(), next);
            }
        }
        drop(due);
        self.earlier.notify_one();
    }

    fn take_due(&self, now: Served) -> (Vec<OrganizationId>, Served) {
        let mut due = self.due.lock();
        let over: Vec<_> = due
            .iter()
            .filter(|(_, at)| **at <= now)
            .map(|(id, _)| id.clone())
            .collect();
        due.retain(|_, at| *at > now);
        (over, due.values().copied().min().unwrap_or(Served::NEVER))
    }
}

impl Registry {
    /// Sweeps until `stop`.
    pub async fn sweep(self: Arc<Self>, stop: CancellationToken) {
        let (sweeps, places) = (TaskTracker::new(), Arc::new(Semaphore::new(SWEEPS_AT_ONCE)));
        loop {
            let (over, next) = self.agenda().take_due(self.clock().served());
            for id in over {
                let Ok(place) = Arc::clone(&places).acquire_owned().await else {
                    return;
                };
                let registry = Arc::clone(&self);
                sweeps.spawn(async move {
                    registry.sweep_organization(&id).await;
                    drop(place);
                });
            }
            let due = self.clock().instant_of(next);
            tokio::select! {
                () = stop.cancelled() => break,
                () = self.agenda().earlier.notified() => {}
                () = tokio::time::sleep_until(due) => {}
            }
        }
        sweeps.close();
        sweeps.wait().await;
    }

    async fn sweep_organization(self: &Arc<Self>, id: &OrganizationId) {
        loop {
            let swept = self.submit(id, Command::Sweep { most: PURGES_A_TURN }).await;
            match swept.map(|answer| answer.outcome) {
                Ok(Outcome::Swept(done)) if done >= PURGES_A_TURN => tokio::task::yield_now().await,
                Ok(_) => break,
                Err(error) => {
                    tracing::warn!(organization = %id, %error, "a sweep failed and is tried again");
                    tokio::time::sleep(RETRY).await;
                    break;
                }
            }
        }
        self.agenda().note(id, self.next_due(id));
    }
}
