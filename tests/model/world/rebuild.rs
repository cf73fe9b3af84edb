//! What is left of a pool when its process is gone, and when a commit failed.

use super::{World, nanoseconds};
use crate::seats::{Command, Pool, Record, SessionId, SessionState};
use std::time::Duration;

impl World {
    /// A new process has only what is on disk, and is told the rest again.
    pub(crate) fn rebuild_after_a_restart(&mut self, at_least: Duration) {
        self.recorder.lose();
        let now = self.moment().served;
        let records = self.records_in_some_order();
        let windows = std::mem::take(&mut self.reference.windows);
        let empty = Pool::new(self.pool.allocation().clone(), self.pool.grace());

        self.pool = empty.rebuilt(records.iter().map(|record| (*record, None)), now, at_least);

        self.reference.restart(&records, self.now, at_least);
        let until = now + self.pool.grace().max(at_least);
        let state = SessionState::InGrace { until };
        let recorded = records.iter().map(|record| (*record, state));
        self.witness.begin_anew(recorded, now, true);
        self.compare();
        self.ask(&Command::Maintain(windows));
    }

    /// Connections stay open if their session is on disk.
    pub(crate) fn rebuild_after_a_failed_commit(&mut self) {
        self.count_what_is_undone();
        self.recorder.lose();
        let now = self.moment().served;
        let records = self.records_in_some_order();
        let known: Vec<_> = records
            .into_iter()
            .map(|record| (record, self.who_is_connected(record.session)))
            .collect();

        self.pool = self.pool.rebuilt(known.iter().copied(), now, Duration::ZERO);

        let grace = self.pool.grace();
        self.reference.rebuild(&known, self.now, nanoseconds(grace));
        let in_grace = SessionState::InGrace { until: now + grace };
        let recorded = known
            .iter()
            .map(|(record, state)| (*record, state.unwrap_or(in_grace)));
        self.witness.begin_anew(recorded, now, false);
        let counted = known.iter().filter(|(record, state)| {
            let ends_at = self.reference.ends_at(record.session);
            state.is_some() && ends_at.is_some()
        });
        self.tally.endings_kept_by_a_failed_commit += u64::try_from(counted.count()).expect("few");
        self.compare();
    }

    /// Whose end was not recorded may still be connected: it was not told.
    fn who_is_connected(&mut self, session: SessionId) -> Option<SessionState> {
        if let Some(seat) = self.reference.get(session) {
            return Some(seat.state).filter(|state| matches!(state, SessionState::Connected { .. }));
        }
        let still_open = self.random.chance(50);
        let connection = *self.ticket(session)?.connections.last()?;
        still_open.then_some(SessionState::Connected {
            connection,
            on_call: false,
            unresponsive: false,
        })
    }

    fn records_in_some_order(&mut self) -> Vec<Record> {
        let mut records = self.recorder.committed.clone();
        if self.random.chance(50) {
            records.reverse();
        }
        records
    }

    fn count_what_is_undone(&mut self) {
        let unanswered = self.recorder.unanswered();
        let (committed, decided) = (&self.recorder.committed, &self.recorder.decided);
        let now = |record: &Record| decided.iter().find(|other| other.session == record.session);
        let ended = committed.iter().any(|record| now(record).is_none());
        let planned = |record: &Record| now(record).is_some_and(|other| other.ending != record.ending);
        let tally = &mut self.tally;
        tally.failed_commits_with_an_unanswered_grant += u64::from(!unanswered.is_empty());
        tally.failed_commits_that_undid_an_ending += u64::from(ended);
        tally.failed_commits_that_undid_a_plan += u64::from(committed.iter().any(planned));
        tally.failed_commits_that_undid_a_hand_off += u64::from(self.recorder.hands_off());
        tally.failed_commits_with_a_line += u64::from(!self.reference.line.is_empty());
    }
}
