//! Recorded sessions come back: at a start, and after a commit that failed.

use super::authority::Registry;
use super::deliveries::Notice;
use crate::seats::{Allocation, OrganizationId, Record};
use crate::store::ReadBack;
use jiff::tz::TimeZone;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Sessions that can come back in a second. A grace after a start is at least so long that all can.
const RETURNS_A_SECOND: f64 = 2000.0;
/// Grace of an organization that is recorded but not configured; its sessions are ended anyway.
const NO_GRACE: Duration = Duration::ZERO;

impl Registry {
    /// How long a grace is after a start with so many sessions, at least: all can come back.
    pub fn grace_after_start(sessions: usize) -> Duration {
        Duration::from_secs_f64(sessions as f64 / RETURNS_A_SECOND)
    }

    /// Takes over what the store held at the start, all of it in grace from here on. Sessions of
    /// organizations that are not there any more are ended: see [`Registry::remove`].
    pub fn restore(&self, sessions: Vec<(OrganizationId, Record)>) {
        let at_least = Self::grace_after_start(sessions.len());
        for (id, records) in by_organization(sessions) {
            self.rebuild(&id, &records, at_least);
        }
    }

    /// Rebuilds all pools after each failed commit, until `stop`.
    pub async fn heal(self: Arc<Self>, mut read_backs: mpsc::Receiver<ReadBack>, stop: CancellationToken) {
        loop {
            let read_back = tokio::select! {
                () = stop.cancelled() => return,
                read_back = read_backs.recv() => read_back,
            };
            let Some(mut read_back) = read_back else { return };
            let sessions = std::mem::take(&mut read_back.sessions);
            let mut recorded = by_organization(sessions);
            for id in self.organizations() {
                let is_concerned = self
                    .ledger(&id)
                    .is_some_and(|ledger| ledger.lock().life < read_back.oldest_life);
                if is_concerned {
                    let records = recorded.remove(&id).unwrap_or_default();
                    self.rebuild(&id, &records, Duration::ZERO);
                }
            }
            read_back.rebuilt();
            tracing::info!("all pools are rebuilt from the store; seats are granted again");
        }
    }

    fn rebuild(&self, id: &OrganizationId, records: &[Record], at_least: Duration) {
        if self.ledger(id).is_none() {
            self.allocate(id, Allocation::of(0), NO_GRACE, TimeZone::UTC);
        }
        let Some(ledger) = self.ledger(id) else { return };
        let mut ledger = ledger.lock();
        let life = self.recorder().new_life();
        let (moment, now) = self.now();
        let left = ledger.rebuild(records, (moment, &now), at_least, life);
        let next = ledger.pool.next_due(self.clock().served());
        drop(ledger);
        for connection in left {
            self.deliveries().post(connection, Notice::NotRecorded);
        }
        self.agenda().note(id, next);
    }
}

fn by_organization(sessions: Vec<(OrganizationId, Record)>) -> HashMap<OrganizationId, Vec<Record>> {
    let mut sorted: HashMap<_, Vec<_>> = HashMap::new();
    for (id, record) in sessions {
        sorted.entry(id).or_default().push(record);
    }
    sorted
}
