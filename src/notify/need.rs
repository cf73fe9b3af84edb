//! Which increases end although their seats are needed. The highest use of the last days stands in
//! the record of usage, and is read once in a while.

use super::Notifier;
use crate::alert::end_in_need;
use crate::clock::{Stopwatch, utc};
use crate::seats::{OrganizationId, Timestamp};
use crate::store::Detail;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Between two looks at the calendar.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// For how long what the record said is taken for true.
const KNOWN_FOR: Duration = Duration::from_secs(3600);
/// So far the record is looked back on: a week.
const BACK_MS: i64 = 7 * 86_400_000;

/// What the record said of an organization, and when it was asked.
type Peaks = BTreeMap<OrganizationId, (Stopwatch, u32)>;

impl Notifier {
    /// Looks which increases end too soon, until `stop`.
    pub async fn watch_increases(self: Arc<Self>, stop: CancellationToken) {
        let mut peaks = Peaks::new();
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
            for id in self.known().keys() {
                match self.needed_end(id, &mut peaks).await {
                    Some(end) => drop(self.needed_ends.lock().insert(id.clone(), end)),
                    None => drop(self.needed_ends.lock().remove(id)),
                }
                tokio::task::yield_now().await;
            }
            let known = self.known();
            peaks.retain(|id, _| known.contains_key(id));
        }
    }

    async fn needed_end(&self, id: &OrganizationId, peaks: &mut Peaks) -> Option<Timestamp> {
        let allocation = self.registry.allocation(id)?;
        let now = utc();
        // Most of the time none ends, and nothing has to be read.
        end_in_need(&allocation, now, u32::MAX)?;
        let known = peaks.get(id).filter(|(asked, _)| asked.elapsed() < KNOWN_FOR);
        let peak = match known {
            Some((_, peak)) => *peak,
            None => match self.peak(id, now).await {
                Some(peak) => {
                    peaks.insert(id.clone(), (Stopwatch::start(), peak));
                    peak
                }
                // It is asked again at the next look; until then the last answer holds.
                None => peaks.get(id).map_or(0, |(_, peak)| *peak),
            },
        };
        let in_use = self.registry.see(id)?.numbers.in_use();
        end_in_need(&allocation, now, peak.max(in_use))
    }

    /// The highest use of the last days, as far as it is recorded. `None`: it cannot be read now.
    async fn peak(&self, id: &OrganizationId, now: Timestamp) -> Option<u32> {
        let from = Timestamp(now.0 - BACK_MS);
        let known = self.registry.usage(id, from, now, Detail::Peaks).await.ok()?;
        let rows = known.history.rows.iter();
        // One that begins before tells how many were in use when the days began.
        rows.map(|row| {
            if row.from < from {
                row.last.in_use()
            } else {
                row.in_use.highest().unwrap_or(0)
            }
        })
        .max()
        .or(Some(0))
    }
}
