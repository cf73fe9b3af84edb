//! What comes to disk, what does not, and what is left of it.

use super::SECOND;
use crate::model::world::World;
use std::time::Duration;

impl World {
    /// Nothing is left but what is on disk; served time begins again.
    pub(super) fn restart(&mut self) {
        self.now = SECOND + self.random.below(SECOND);
        self.utc += i64::try_from(self.random.below(20_000)).expect("a short time");
        let at_least = self.time_for_all_to_return();
        self.tally.restarts_with_a_line += u64::from(!self.reference.line.is_empty());
        self.rebuild_after_a_restart(at_least);
        self.tally.restarts_with_sessions_in_grace += u64::from(self.reference.in_grace() > 0);
    }

    pub(super) fn commit(&mut self) {
        let queued = self.recorder.queued();
        let decisions = if self.random.chance(50) {
            queued
        } else {
            self.random.below(queued + 1)
        };
        self.recorder.commit(decisions);
    }

    pub(super) fn fail_a_commit(&mut self) {
        let some = self.random.below(self.recorder.queued() + 1);
        self.recorder.commit(some);
        if self.recorder.queued() > 0 {
            self.rebuild_after_a_failed_commit();
        }
    }

    /// The sessions of the whole server, at 2,000 a second.
    pub(super) fn time_for_all_to_return(&mut self) -> Duration {
        let most = self.random.pick(&[10, 10, 200_000]).expect("there are some");
        let others = self.random.below(most);
        let sessions = others + u64::try_from(self.recorder.committed.len()).expect("few");
        Duration::from_nanos(sessions * SECOND / 2_000)
    }
}
