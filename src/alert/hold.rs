//! A condition that has to hold for a time before it counts.

use crate::seats::Served;
use std::time::Duration;

/// Since when a condition holds without a break.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Hold(Option<Served>);

impl Hold {
    /// Whether `holds` has been true for `long` at `now`.
    pub(super) fn see(&mut self, holds: bool, now: Served, long: Duration) -> bool {
        if !holds {
            self.0 = None;
            return false;
        }
        now.since(*self.0.get_or_insert(now)) >= long
    }

    /// Begins anew.
    pub(super) fn forget(&mut self) {
        self.0 = None;
    }
}
