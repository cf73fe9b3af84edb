//! A pool from what is recorded: at a start, and after a commit that failed.

use super::{ATTEMPT_REPEATABLE, Pool, SessionState};
use crate::seats::effect::Record;
use crate::seats::moment::Served;
use std::time::Duration;

impl Pool {
    /// The same pool with the recorded sessions instead of its own. Each is in the state that
    /// stands beside it, or, where nobody is connected, in grace for the longer of the pool's
    /// grace and `at_least`. Every attempt can be repeated as after its grant. Hand-off codes are
    /// void; who waits goes on waiting.
    pub fn rebuilt(
        &self,
        recorded: impl IntoIterator<Item = (Record, Option<SessionState>)>,
        now: Served,
        at_least: Duration,
    ) -> Self {
        let mut pool = Self::new(self.allocation.clone(), self.grace);
        let until = now + self.grace.max(at_least);
        for (record, state) in recorded {
            let id = record.session;
            let state = state.unwrap_or(SessionState::InGrace { until });
            pool.insert(record, now + ATTEMPT_REPEATABLE, state);
            let resumes = self.sessions.get(&id).map_or(0, |session| session.resumes);
            if let Some(session) = pool.sessions.get_mut(&id) {
                session.resumes = resumes;
            }
            if let (Some(ending), SessionState::Connected { .. }) = (record.ending, state) {
                // A later decision that is not recorded was never made: its time does not count.
                let known = self.sessions.get(&id);
                let recorded = known.is_some_and(|session| session.record.ending == record.ending);
                let until = self.ending_at(id).filter(|_| recorded);
                let until = until.unwrap_or(now + ending.goes_on());
                pool.end_at(id, until);
            }
        }
        pool.spent
            .take_over(&self.spent, |session| !self.sessions.contains_key(&session));
        pool.line.clone_from(&self.line);
        pool.windows.clone_from(&self.windows);
        pool
    }
}
