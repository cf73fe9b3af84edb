//! Looks at the organizations that changed, once a second, for all feeds together. Where nobody
//! reads, nothing is looked at.

use super::past::{Past, Place, Scope, Told};
use crate::admin::{Desk, organizations};
use crate::clock::utc;
use crate::seats::{OrganizationId, Served, Timestamp};
use parking_lot::Mutex;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio_util::sync::CancellationToken;

/// Between two looks.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Open feeds at most.
const FEEDS: usize = 256;

/// What all feeds share.
pub struct Hub {
    past: Mutex<Past>,
    /// Organizations whose numbers the calendar changes, by when.
    calendar: Mutex<Calendar>,
    /// Events of all feeds so far.
    news: watch::Sender<u64>,
    places: Arc<Semaphore>,
    ended: CancellationToken,
}

#[derive(Default)]
struct Calendar {
    due: BTreeSet<(Timestamp, OrganizationId)>,
    /// At the look before, if there was one a second ago.
    served: Option<Served>,
}

/// One open feed.
pub(super) struct Reading {
    desk: Arc<Desk>,
    scope: Scope,
    place: Place,
    news: watch::Receiver<u64>,
    _feed: OwnedSemaphorePermit,
}

impl Hub {
    /// Nobody reads yet. `utc` is the start of this process.
    pub fn new(utc: Timestamp) -> Self {
        Self {
            past: Mutex::new(Past::new(utc)),
            calendar: Mutex::default(),
            news: watch::Sender::new(0),
            places: Arc::new(Semaphore::new(FEEDS)),
            ended: CancellationToken::new(),
        }
    }

    /// A feed that goes on after the event `last`, or begins with the whole. `None`: too many.
    pub(super) fn open(desk: &Arc<Desk>, scope: Scope, last: Option<u64>) -> Option<Reading> {
        let feed = Arc::clone(&desk.live.places).try_acquire_owned().ok()?;
        if desk.live.readers() == 1 {
            desk.live.look(desk);
            // It stands between two looks of the pace, and does not say how fast the clock runs.
            desk.live.calendar.lock().served = None;
        }
        let place = desk.live.past.lock().place(&scope, last);
        Some(Reading {
            desk: Arc::clone(desk),
            scope,
            place,
            news: desk.live.news.subscribe(),
            _feed: feed,
        })
    }

    fn readers(&self) -> usize {
        FEEDS - self.places.available_permits()
    }

    /// Looks at what changed and at what the calendar changes. One look at a time.
    fn look(&self, desk: &Desk) {
        let mut calendar = self.calendar.lock();
        let registry = &desk.reception.registry;
        let served = registry.clock().served();
        let stale = if !registry.takes_logins() {
            Some("store")
        } else if calendar
            .served
            .is_some_and(|before| served.since(before) < LOOK_EVERY / 2)
        {
            Some("clock")
        } else {
            None
        };
        calendar.served = Some(served);
        let mut changed = registry.changed();
        changed.extend(calendar.take_due(utc()));
        let looks = changed.into_iter().map(|id| {
            let look = organizations::look(desk, &id).map(|(organization, changes_at)| {
                calendar.due.insert((changes_at, id.clone()));
                serde_json::to_string(&organization).expect("numbers and texts are JSON")
            });
            (id, look)
        });
        let looks = looks.collect();
        let mut past = self.past.lock();
        past.note(looks, stale);
        let end = past.end();
        drop(past);
        self.news
            .send_if_modified(|known| std::mem::replace(known, end) != end);
    }
}

impl Calendar {
    fn take_due(&mut self, utc: Timestamp) -> Vec<OrganizationId> {
        let mut over = Vec::new();
        while self.due.first().is_some_and(|(at, _)| *at <= utc) {
            over.extend(self.due.pop_first().map(|(_, id)| id));
        }
        over
    }
}

impl Reading {
    /// Waits until there is something to tell. `None`: the feed is over.
    pub(super) async fn until_news(&mut self) -> Option<()> {
        loop {
            self.news.borrow_and_update();
            if self.desk.live.past.lock().has_news(&self.scope, self.place) {
                return Some(());
            }
            tokio::select! {
                () = self.desk.live.ended.cancelled() => return None,
                moved = self.news.changed() => moved.ok()?,
            }
        }
    }

    /// Whether more than one event may wait.
    pub(super) fn is_behind(&self) -> bool {
        self.desk.live.past.lock().is_behind(&self.scope, self.place)
    }

    pub(super) fn tell(&mut self) -> Option<Told> {
        self.desk.live.past.lock().tell(&self.scope, &mut self.place)
    }
}

/// Looks once a second while somebody reads, until `stop`.
pub(in crate::admin) async fn run(desk: Arc<Desk>, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
        if desk.live.readers() > 0 {
            desk.live.look(&desk);
        } else {
            desk.live.calendar.lock().served = None;
        }
    }
    desk.live.ended.cancel();
}
