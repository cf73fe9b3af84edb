//! Maintenance windows that hold for the pools of this process, and whose widgets are told of them.

use super::authority::Registry;
use super::deliveries::Notice;
use crate::clock::utc;
use crate::maintenance::{Plan, Stage};
use crate::seats::{Command, ConnectionNumber, OrganizationId, SessionId, Timestamp, Window};
use parking_lot::RwLock;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Between two looks at the clock.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Windows that a widget is told of when it gets its seat.
const MOST_AT_ONCE: usize = 8;

/// A maintenance window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Maintenance {
    /// Its random id.
    pub id: Arc<str>,
    /// When it is.
    pub plan: Plan,
    /// While it is in progress there are no new logins.
    pub refuses_logins: bool,
    /// For people.
    pub message: Option<String>,
    /// Whose; `None`: everybody's.
    pub organizations: Option<BTreeSet<OrganizationId>>,
}

/// A window as a widget is told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// Which.
    pub maintenance: Arc<Maintenance>,
    /// Where it stands.
    pub stage: Stage,
}

/// All windows that are not over.
#[derive(Default)]
pub(super) struct Announcements(RwLock<Vec<Arc<Maintenance>>>);

impl Maintenance {
    fn concerns(&self, id: &OrganizationId) -> bool {
        self.organizations.as_ref().is_none_or(|some| some.contains(id))
    }

    fn window(&self, utc: Timestamp) -> Option<Window> {
        let stage = self.plan.stage(utc);
        let refuses = self.refuses_logins && matches!(stage, Stage::Scheduled | Stage::InProgress);
        refuses.then_some(Window {
            from: self.plan.starts_at,
            until: self.plan.ends_at,
        })
    }
}

impl Registry {
    /// What a widget of an organization is told of when it gets its seat: the next to come first.
    pub fn announced(&self, id: &OrganizationId) -> Vec<Announcement> {
        let utc = utc();
        let all = self.announcements().0.read();
        let open = all.iter().filter(|one| one.concerns(id));
        let announced = open.map(|one| Announcement {
            maintenance: Arc::clone(one),
            stage: one.plan.stage(utc),
        });
        announced
            .filter(|one| !one.stage.is_over())
            .take(MOST_AT_ONCE)
            .collect()
    }

    /// Whether maintenance is under way for an organization; without one, for everybody.
    pub fn is_in_maintenance(&self, id: Option<&OrganizationId>) -> bool {
        let utc = utc();
        let all = self.announcements().0.read();
        all.iter().any(|one| {
            let concerns = id.map_or(one.organizations.is_none(), |id| one.concerns(id));
            concerns && matches!(one.plan.stage(utc), Stage::InProgress | Stage::Verifying)
        })
    }

    /// Makes these windows hold from here on, and tells whoever is concerned by what is new,
    /// changed or gone. One call at a time.
    pub async fn maintain(&self, mut windows: Vec<Maintenance>) {
        windows.sort_by_key(|one| (one.plan.starts_at, Arc::clone(&one.id)));
        let windows: Vec<_> = windows.into_iter().map(Arc::new).collect();
        let before = std::mem::replace(&mut *self.announcements().0.write(), windows.clone());
        for id in self.organizations() {
            self.refuse_in_time(&id);
        }
        let utc = utc();
        let same = |one: &Arc<Maintenance>, other: &Arc<Maintenance>| one.id == other.id;
        for one in &windows {
            let older = before.iter().find(|older| same(one, older));
            if older.is_some_and(|older| older == one) {
                continue;
            }
            let was_over = older.is_none_or(|older| older.plan.stage(utc).is_over());
            if !(was_over && one.plan.stage(utc).is_over()) {
                self.tell_of(one, utc).await;
            }
        }
        for older in before.iter().filter(|older| !older.plan.stage(utc).is_over()) {
            let newer = windows.iter().find(|one| same(one, older));
            let gone = |id: &OrganizationId| older.concerns(id) && newer.is_none_or(|one| !one.concerns(id));
            for id in self.organizations().into_iter().filter(gone) {
                self.tell_all(&id, || Notice::MaintenanceOver(Arc::clone(&older.id)))
                    .await;
            }
        }
    }

    /// Gives a pool the windows in which it refuses logins.
    pub(super) fn refuse_in_time(&self, id: &OrganizationId) {
        let utc = utc();
        let windows: Vec<_> = {
            let all = self.announcements().0.read();
            let concerned = all.iter().filter(|one| one.concerns(id));
            concerned.filter_map(|one| one.window(utc)).collect()
        };
        let Some(ledger) = self.ledger(id) else { return };
        let mut ledger = ledger.lock();
        if ledger.pool.windows() != windows {
            let (moment, now) = self.now();
            ledger.carry_out(&Command::Maintain(windows), (moment, &now), &mut Vec::new());
        }
    }

    /// Tells of windows when their time comes, until `stop`.
    pub async fn tell_maintenance(self: Arc<Self>, stop: CancellationToken) {
        let mut before = utc();
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
            let now = utc();
            let due: Vec<_> = {
                let all = self.announcements().0.read();
                let due = all.iter().filter(|one| one.plan.is_due(before, now));
                due.cloned().collect()
            };
            before = now;
            for one in due {
                self.tell_of(&one, now).await;
            }
        }
    }

    async fn tell_of(&self, one: &Arc<Maintenance>, utc: Timestamp) {
        let stage = one.plan.stage(utc);
        let ids = self.organizations().into_iter();
        for id in ids.filter(|id| one.concerns(id)) {
            self.tell_all(&id, || match stage {
                Stage::Completed => Notice::MaintenanceOver(Arc::clone(&one.id)),
                Stage::Scheduled | Stage::InProgress | Stage::Verifying | Stage::Cancelled => {
                    Notice::Maintenance(Announcement {
                        maintenance: Arc::clone(one),
                        stage,
                    })
                }
            })
            .await;
        }
    }

    /// Leaves a notice for every connection of an organization that has a seat or waits for one.
    async fn tell_all(&self, id: &OrganizationId, notice: impl Fn() -> Notice) {
        let mut after = None;
        loop {
            let Some((connections, next)) = self.connections(id, after) else {
                return;
            };
            for connection in connections {
                self.deliveries().post(connection, notice());
            }
            match next {
                Some(next) => after = Some(next),
                None => return,
            }
            tokio::task::yield_now().await;
        }
    }

    /// Some connections, and where those after them begin.
    fn connections(
        &self,
        id: &OrganizationId,
        after: Option<SessionId>,
    ) -> Option<(Vec<ConnectionNumber>, Option<SessionId>)> {
        const A_PIECE: usize = 1000;
        let ledger = self.ledger(id)?;
        let ledger = ledger.lock();
        let (mut seen, mut last, mut connections) = (0, None, Vec::new());
        if after.is_none() {
            // The line is bounded.
            connections.extend(ledger.pool.line().map(|waiter| waiter.connection));
        }
        for session in ledger.pool.sessions_after(after).take(A_PIECE) {
            (seen, last) = (seen + 1, Some(session.record.session));
            connections.extend(session.connection());
        }
        Some((connections, last.filter(|_| seen == A_PIECE)))
    }
}
