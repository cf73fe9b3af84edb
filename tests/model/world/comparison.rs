//! All that is known of the pool is what the others say.

use super::{SECOND, World};
use crate::model::reference::until;
use crate::model::witness::Count;
use crate::seats::{Pool, Served, Session};

impl World {
    pub(crate) fn compare(&mut self) {
        self.compare_what_time_changes();
        self.compare_sessions();
    }

    pub(crate) fn compare_what_time_changes(&mut self) {
        self.reference.look_at_the_clocks((self.now, self.utc));
        let moment = self.moment();
        let numbers = self.pool.numbers(moment);
        let (limit, in_use) = (self.reference.limit(), self.reference.in_use());
        assert_eq!(numbers.limit, limit);
        assert_eq!(numbers.in_use(), in_use);
        assert_eq!(numbers.free(), limit.total.max(in_use) - in_use);
        assert_eq!(numbers.over_allocation(), limit.total.max(in_use) - limit.total);
        let expected = Count {
            connected: self.reference.connected(),
            in_grace: self.reference.in_grace(),
            on_call: self.reference.on_call(),
            unresponsive: self.reference.unresponsive(),
            waiting: self.reference.waiting(),
        };
        let counted = Count {
            connected: numbers.connected,
            in_grace: numbers.in_grace,
            on_call: numbers.on_call,
            unresponsive: numbers.unresponsive,
            waiting: numbers.waiting,
        };
        assert_eq!(counted, expected, "the pool's numbers");
        let seen = self.witness.count(moment.served);
        assert_eq!(seen, expected, "the numbers by effects");
        if limit.total > 0 && in_use >= limit.total {
            self.tally.was_full = 1;
        }
        self.compare_what_is_due();
    }

    fn compare_sessions(&self) {
        let sessions = everything(&self.pool);
        assert_eq!(sessions.len(), self.reference.seats.len());
        assert_eq!(sessions.len(), self.recorder.decided.len());
        for session in &sessions {
            let id = session.record.session;
            assert_eq!(self.reference.get(id), Some(session));
            assert!(
                self.recorder.decided.contains(&session.record),
                "the replayed records"
            );
            let ends_at = self.pool.ending_at(id).map(Served::as_nanos);
            assert_eq!(ends_at, self.reference.ends_at(id), "when it is ended");
        }
        let kept = self.pool.sessions(self.moment().served).count();
        assert_eq!(kept, self.reference.in_use() as usize);
        assert!(self.pool.line().eq(&self.reference.line), "the line");
    }

    /// Whoever sweeps is told in time: to the instant what a clock ends, within a second what the
    /// calendar gives to the line.
    fn compare_what_is_due(&self) {
        let graces = self.reference.seats.iter().filter_map(until);
        let endings = self.reference.endings.iter().map(|(_, end)| *end);
        let due = graces.chain(endings).min();
        let next = self.pool.next_due(self.moment().served).map(Served::as_nanos);
        if self.reference.line.is_empty() {
            assert_eq!(next, due, "what is due next");
        } else {
            let look = due.unwrap_or(u64::MAX).min(self.now + SECOND);
            assert!(
                next.is_some_and(|next| next <= look),
                "the line is looked at in time"
            );
        }
    }
}

/// All sessions, those included whose grace is over and that nobody purged.
fn everything(pool: &Pool) -> Vec<Session> {
    pool.sessions(Served::START).copied().collect()
}
