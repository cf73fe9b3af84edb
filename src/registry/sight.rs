//! What is seen of an organization by whoever watches it.

use super::authority::Registry;
use crate::seats::{Allocation, Moment, Numbers, OrganizationId};
use std::time::Duration;

/// How an organization stands at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// The instant.
    pub moment: Moment,
    /// The pool's numbers.
    pub numbers: Numbers,
    /// Refusals for want of a seat since the organization is here, each attempt once within an hour.
    pub refused: u64,
    /// How long the first in line has tried for a seat.
    pub longest_wait: Duration,
}

impl Registry {
    /// How an organization stands, for whoever calls people.
    pub fn see(&self, id: &OrganizationId) -> Option<Seen> {
        let ledger = self.ledger(id)?;
        let ledger = ledger.lock();
        let moment = self.clock().moment();
        let first = ledger.pool.line().next();
        let since = first.and_then(|first| ledger.usage.tries_since(first.connection));
        Some(Seen {
            moment,
            numbers: ledger.pool.numbers(moment),
            refused: ledger.refused,
            longest_wait: since.map_or(Duration::ZERO, |since| {
                let waited = u64::try_from(moment.utc.0.saturating_sub(since.0));
                Duration::from_millis(waited.unwrap_or(0))
            }),
        })
    }

    /// What an organization has.
    pub fn allocation(&self, id: &OrganizationId) -> Option<Allocation> {
        Some(self.ledger(id)?.lock().pool.allocation().clone())
    }
}
