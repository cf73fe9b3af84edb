//! Times in which there are no new logins.

use super::moment::Timestamp;
use std::time::Duration;

/// A maintenance window that refuses new logins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first instant at which it does.
    pub from: Timestamp,
    /// The first instant at which it does not.
    pub until: Timestamp,
}

impl Window {
    /// How long it still refuses at `utc`, if it does.
    pub fn refuses_for(&self, utc: Timestamp) -> Option<Duration> {
        let left = u64::try_from(self.until.0 - utc.0)
            .ok()
            .filter(|left| *left > 0)?;
        (self.from <= utc).then(|| Duration::from_millis(left))
    }
}
