//! The record of usage: what no session's commit carried goes with one of its own, at most a
//! second later; and the way back to whoever asks.

use super::authority::Registry;
use super::ledger::Ledger;
use crate::clock::{Stopwatch, instant_in};
use crate::seats::{Moment, OrganizationId, Timestamp};
use crate::store::{Detail, History, NotRecorded, Receipt, Shelf, StoreError};
use crate::usage::{OnRecord, Timeline, settle};
use jiff::tz::TimeZone;
use parking_lot::Mutex;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Between two looks for what is not recorded yet.
const FLUSH_EVERY: Duration = Duration::from_millis(500);
/// The record says at least so often that this server is alive.
const ALIVE_EVERY: Duration = Duration::from_secs(4);
/// Organizations whose numbers are on their way to the store at once.
const FLUSHED_AT_ONCE: usize = 256;
/// In memory the record goes back so far.
const KEPT_IN_MEMORY_MS: i64 = 7 * 24 * 3_600_000;

/// Where the record of usage stands.
pub(super) struct Record {
    timeline: Mutex<Timeline>,
    shelf: Mutex<Option<Shelf>>,
}

/// What is known of an organization's usage, up to an instant.
pub struct Known {
    /// The rows and gaps of the stretch that was asked for.
    pub history: History,
    /// How far the record goes.
    pub now: Timestamp,
}

/// Why usage cannot be told.
#[derive(Debug, thiserror::Error)]
pub enum NotKnown {
    /// There is no such organization.
    #[error("there is no such organization")]
    UnknownOrganization,
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The reading was broken off.
    #[error("the reading was broken off")]
    BrokenOff,
}

impl Record {
    pub(super) fn begin(nanos: u64, utc: Timestamp) -> Self {
        Self {
            timeline: Mutex::new(Timeline::start(nanos, utc, None)),
            shelf: Mutex::default(),
        }
    }
}

impl Registry {
    /// The record of usage goes on where an earlier server's ended, and can be read in `shelf`.
    /// Before any organization is there.
    pub fn go_on_with_record(&self, reached: Option<Timestamp>, shelf: Shelf) {
        *self.record().timeline.lock() =
            Timeline::start(self.clock().monotonic(), self.clock().moment().utc, reached);
        *self.record().shelf.lock() = Some(shelf);
    }

    /// What is told of today and of the last hour begins with what earlier servers recorded.
    pub fn recall_today(&self) -> Result<(), StoreError> {
        let Some(shelf) = self.record().shelf.lock().clone() else {
            return Ok(());
        };
        let record = shelf.open()?;
        let utc = self.clock().moment().utc;
        for id in self.organizations() {
            let Some(ledger) = self.ledger(&id) else { continue };
            let from = ledger.lock().today.concerns(utc);
            let history = record.history(&id, from, utc, Detail::Minutes)?;
            ledger.lock().today.recall(&history.rows, utc);
        }
        Ok(())
    }

    /// This moment, and its place in the record.
    pub(super) fn now(&self) -> (Moment, OnRecord) {
        let moment = self.clock().moment();
        let mut timeline = self.record().timeline.lock();
        let utc = timeline.place(self.clock().monotonic(), moment.utc);
        let on_record = OnRecord {
            moment: Moment { utc, ..moment },
            gaps: Arc::clone(timeline.gaps()),
        };
        (moment, on_record)
    }

    /// Records what no session's commit carried, until `stop`, and once more then.
    pub async fn record_usage(self: Arc<Self>, stop: CancellationToken) {
        let mut alive: Option<Stopwatch> = None;
        loop {
            let stopped = tokio::select! {
                () = stop.cancelled() => true,
                () = tokio::time::sleep_until(instant_in(FLUSH_EVERY)) => false,
            };
            let is_due = stopped || alive.is_none_or(|since| since.elapsed() >= ALIVE_EVERY);
            if self.flush(is_due).await && is_due {
                alive = Some(Stopwatch::start());
            }
            if stopped {
                return;
            }
        }
    }

    /// Sends on its way what is not recorded; not where the disk is full, for its last room is for
    /// releases. Tells whether all of it was.
    async fn flush(&self, say_alive: bool) -> bool {
        if !self.recorder().takes_grants() {
            return false;
        }
        let mut receipts = Vec::new();
        let mut recorded = true;
        let mut said = false;
        for id in self.organizations() {
            let Some(ledger) = self.ledger(&id) else { continue };
            let is_due = {
                let mut ledger = ledger.lock();
                let (_, now) = self.now();
                ledger.advance(&now);
                if !self.recorder().keeps() {
                    ledger
                        .usage
                        .forget_before(Timestamp(now.moment.utc.0 - KEPT_IN_MEMORY_MS));
                }
                ledger.usage.has_additions() || say_alive && !said
            };
            if is_due && self.recorder().keeps() {
                said = true;
                match self.send_usage(&id, &ledger).await {
                    Ok(receipt) => receipts.push(receipt),
                    Err(NotRecorded) => return false,
                }
            }
            if receipts.len() >= FLUSHED_AT_ONCE {
                recorded &= all_recorded(&mut receipts).await;
            }
        }
        recorded & all_recorded(&mut receipts).await
    }

    /// Sends an organization's numbers on their way, without any effect.
    pub(super) async fn send_usage(
        &self,
        id: &OrganizationId,
        ledger: &Mutex<Ledger>,
    ) -> Result<Receipt, NotRecorded> {
        let place = self.recorder().reserve().await?;
        let mut ledger = ledger.lock();
        let (_, now) = self.now();
        ledger.advance(&now);
        Ok(place.record(|| ledger.batch(id, &[], &now)))
    }

    /// Records all that is known of an organization by now. Costs no commit where nothing is left.
    async fn flush_one(&self, id: &OrganizationId) -> Result<(), NotRecorded> {
        let Some(ledger) = self.ledger(id).filter(|_| self.recorder().takes_grants()) else {
            return Ok(());
        };
        let is_recorded = {
            let mut ledger = ledger.lock();
            let (_, now) = self.now();
            ledger.advance(&now);
            ledger.is_recorded()
        };
        if is_recorded {
            return Ok(());
        }
        self.send_usage(id, &ledger).await?.recorded().await
    }

    /// Whether there is an organization, and how its usage is told: its zone, and whether it is small.
    pub fn usage_terms(&self, id: &OrganizationId) -> Option<(TimeZone, bool, Timestamp)> {
        let ledger = self.ledger(id)?;
        let ledger = ledger.lock();
        let (_, now) = self.now();
        let is_small = ledger.usage.standing().limit <= crate::usage::SMALL;
        Some((ledger.zone().clone(), is_small, now.moment.utc))
    }

    /// What is known of an organization's usage from `from` on and before `until`, up to now. All
    /// that was decided before this call is in it, unless the store takes nothing.
    pub async fn usage(
        &self,
        id: &OrganizationId,
        from: Timestamp,
        until: Timestamp,
        detail: Detail,
    ) -> Result<Known, NotKnown> {
        self.ledger(id).ok_or(NotKnown::UnknownOrganization)?;
        let now = self.now().1.moment.utc;
        let shelf = self.record().shelf.lock().clone();
        let history = match shelf {
            Some(shelf) => {
                if self.flush_one(id).await.is_err() {
                    tracing::warn!(organization = %id, "usage is told without what the store does not take");
                }
                let id = id.clone();
                tokio::task::spawn_blocking(move || shelf.history(&id, from, until, detail))
                    .await
                    .map_err(|_| NotKnown::BrokenOff)??
            }
            None => self.history_in_memory(id),
        };
        Ok(Known { history, now })
    }

    fn history_in_memory(&self, id: &OrganizationId) -> History {
        let Some(ledger) = self.ledger(id) else {
            return History::default();
        };
        let mut ledger = ledger.lock();
        let (_, now) = self.now();
        ledger.advance(&now);
        let mut rows = Vec::new();
        settle(&mut rows, ledger.usage.additions(), &now.gaps);
        History {
            rows,
            gaps: now.gaps.to_vec(),
        }
    }
}

async fn all_recorded(receipts: &mut Vec<Receipt>) -> bool {
    let mut all = true;
    for mut receipt in receipts.drain(..) {
        all &= receipt.recorded().await.is_ok();
    }
    all
}
