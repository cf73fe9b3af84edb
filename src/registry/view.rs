//! All numbers of an organization, taken at one instant.

use super::Registry;
use crate::seats::{Entry, Login, Numbers, OrganizationId, Policy, Refusal, SessionId, Timestamp};
use crate::usage::Peak;
use std::time::Duration;

/// What is shown of an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrganizationView {
    /// The pool's numbers.
    pub numbers: Numbers,
    /// How strict the limit is.
    pub policy: Policy,
    /// The highest use since midnight in the organization's time zone.
    pub peak_today: Peak,
    /// Refusals for want of a seat in the last hour, each attempt once.
    pub refused_last_hour: u32,
    /// When the calendar changes these numbers though nothing happens.
    pub changes_at: Timestamp,
}

/// What one session or organization is asked before a command.
impl Registry {
    /// What the login of a session came in with, if it is there to be resumed, whoever asks.
    pub fn entry(&self, id: &OrganizationId, session: SessionId) -> Option<Entry> {
        let now = self.clock().served();
        let ledger = self.ledger(id)?;
        let entry = ledger.lock().pool.session(session, now)?.record.entry;
        Some(entry)
    }

    /// Whether the token of `login` would let it in at this moment.
    pub fn admits(&self, id: &OrganizationId, login: &Login) -> Result<(), Refusal> {
        let moment = self.clock().moment();
        self.ledger(id)
            .map_or(Ok(()), |ledger| ledger.lock().pool.admits(login, moment))
    }

    /// How long a seat of an organization is kept after the last proof of life.
    pub fn grace(&self, id: &OrganizationId) -> Option<Duration> {
        Some(self.ledger(id)?.lock().pool.grace())
    }
}
