//! What may happen next. The sweep is a step like any other: a sweep after each step would
//! hide every bug of a late one.

use super::allocations;
use super::reference::until;
use super::world::World;
use crate::seats::{Cause, Command, Session, SessionId};
use std::time::Duration;

mod widgets;

const SECOND: u64 = 1_000_000_000;

impl World {
    pub(crate) fn step(&mut self) {
        self.pass_time();
        self.compare();
        match self.random.below(1000) {
            0..290 => self.login(),
            290..450 => self.lose(),
            450..610 => self.resume(),
            610..660 => self.log_out(),
            660..690 => self.end(),
            690..740 => self.say(),
            740..780 => self.sweep(),
            780..820 => self.allocate(),
            820..835 => self.change_grace(),
            835..865 => self.stall(),
            865..885 => self.turn_the_clock(),
            885..905 => self.restart(),
            905..975 => self.commit(),
            _ => self.fail_a_commit(),
        }
    }

    /// What was decided comes to disk, and what is over is swept; then both agree once more.
    pub(crate) fn settle(&mut self) {
        self.ask(&Command::Sweep { most: usize::MAX });
        self.recorder.commit(u64::MAX);
        self.compare();
    }

    fn pass_time(&mut self) {
        let before = self.now;
        match self.random.below(100) {
            0..30 => {}
            30..55 => self.now += self.random.below(SECOND),
            55..72 => self.now += self.random.below(6 * SECOND),
            72..80 => self.now += self.random.below(40 * SECOND),
            80 => self.now += self.random.below(100 * SECOND),
            _ => self.pass_to_a_deadline(),
        }
        let milliseconds = self.now / 1_000_000 - before / 1_000_000;
        self.utc += i64::try_from(milliseconds).expect("a short time");
    }

    /// Exactly to the end of a grace or of an attempt, a nanosecond off, or within its last second.
    fn pass_to_a_deadline(&mut self) {
        let now = self.now;
        let graces = self.reference.seats.iter().filter_map(until);
        let attempts = self
            .reference
            .seats
            .iter()
            .map(|seat| seat.repeatable_until.as_nanos());
        let mut deadlines: Vec<_> = graces.filter(|end| *end > now).collect();
        if deadlines.is_empty() || self.random.chance(25) {
            deadlines.extend(attempts.filter(|end| *end > now));
        }
        let Some(deadline) = self.random.pick(&deadlines) else {
            return;
        };
        let target = match self.random.below(7) {
            0 => deadline,
            1 => deadline + 1,
            2 | 3 => deadline - 1,
            4 => deadline.saturating_sub(SECOND),
            _ => deadline.saturating_sub(1 + self.random.below(SECOND)),
        };
        self.now = now.max(target);
    }

    fn end(&mut self) {
        let unanswered = self.recorder.unanswered();
        let withdrawn = self.random.pick(&unanswered);
        let (session, cause) = match withdrawn.filter(|_| self.random.chance(50)) {
            Some(session) => (Some(session), Cause::Withdrawn),
            None => (self.some_session(), Cause::Terminated),
        };
        if let Some(session) = session {
            self.tally.ended_with_an_unanswered_grant += u64::from(unanswered.contains(&session));
            self.ask(&Command::End { session, cause });
        }
    }

    fn sweep(&mut self) {
        let most = self.random.pick(&[0, 1, 2, 300]).expect("there are some");
        let (_, effects) = self.ask(&Command::Sweep { most });
        self.tally.swept += u64::try_from(effects.len()).expect("few");
    }

    fn allocate(&mut self) {
        // Often a step up or down, now and then none at all.
        let seats = match self.random.below(20) {
            0 => 0,
            1..10 => 1 + self.random.below(8),
            10..15 => u64::from(self.reference.allocation.base) + 1,
            _ => u64::from(self.reference.allocation.base.saturating_sub(1).max(1)),
        };
        let allocation = allocations::allocation(&mut self.random, seats.min(8), self.utc);
        self.ask(&Command::Allocate(allocation));
        let in_use = self.reference.connected() + self.reference.in_grace();
        self.tally.over_after_a_lowered_limit += u64::from(in_use > self.reference.limit().total);
    }

    fn change_grace(&mut self) {
        let grace = allocations::grace(&mut self.random);
        self.ask(&Command::SetGrace(grace));
    }

    /// The calendar goes on and served time does not; after a long stall the graces begin anew.
    fn stall(&mut self) {
        self.utc += i64::try_from(1_000 + self.random.below(60_000)).expect("a short time");
        if self.random.chance(70) {
            let at_least = self.time_for_all_to_return();
            self.tally.graces_renewed += u64::from(self.reference.in_grace() > 0);
            self.ask(&Command::RenewGraces { at_least });
        }
    }

    fn turn_the_clock(&mut self) {
        let allocation = &self.reference.allocation;
        let mut ends: Vec<_> = allocation.ends.iter().map(|end| end.0).collect();
        for increase in &allocation.increases {
            ends.extend([increase.from.0, increase.until.0]);
        }
        let offset = i64::try_from(self.random.below(7_200_000)).expect("a short time");
        self.utc = match self.random.pick(&ends) {
            Some(end) if self.random.chance(70) => end + offset % 3 - 1,
            _ => self.utc + offset - 3_600_000,
        };
        self.compare();
    }

    /// Nothing is left but what is on disk; served time begins again.
    fn restart(&mut self) {
        self.now = SECOND + self.random.below(SECOND);
        self.utc += i64::try_from(self.random.below(20_000)).expect("a short time");
        let at_least = self.time_for_all_to_return();
        self.rebuild(&[], at_least);
        self.tally.restarts_with_sessions_in_grace += u64::from(self.reference.in_grace() > 0);
    }

    fn commit(&mut self) {
        let queued = self.recorder.queued();
        let decisions = if self.random.chance(50) {
            queued
        } else {
            self.random.below(queued + 1)
        };
        self.recorder.commit(decisions);
    }

    /// Connections stay open if their session is on disk. Who is on disk only gets a full grace.
    fn fail_a_commit(&mut self) {
        let some = self.random.below(self.recorder.queued() + 1);
        self.recorder.commit(some);
        if self.recorder.queued() == 0 {
            return;
        }
        let unanswered = !self.recorder.unanswered().is_empty();
        self.tally.failed_commits_with_an_unanswered_grant += u64::from(unanswered);
        let decided: Vec<_> = self.recorder.decided.iter().map(|r| r.session).collect();
        let mut committed = self.recorder.committed.iter();
        let undone = committed.any(|record| !decided.contains(&record.session));
        self.tally.failed_commits_that_undid_an_ending += u64::from(undone);

        let seats = self.reference.seats.iter();
        let open: Vec<Session> = seats.filter(|s| s.connection().is_some()).copied().collect();
        self.rebuild(&open, Duration::ZERO);
    }

    /// The sessions of the whole server, at 2,000 a second.
    fn time_for_all_to_return(&mut self) -> Duration {
        let most = self.random.pick(&[10, 10, 200_000]).expect("there are some");
        let others = self.random.below(most);
        let sessions = others + u64::try_from(self.recorder.committed.len()).expect("few");
        Duration::from_nanos(sessions * SECOND / 2_000)
    }

    /// Mostly one that has a seat.
    fn some_session(&mut self) -> Option<SessionId> {
        if self.random.chance(85) && !self.reference.seats.is_empty() {
            let seated: Vec<_> = self.reference.seats.iter().map(|s| s.record.session).collect();
            return self.random.pick(&seated);
        }
        let known: Vec<_> = self.tickets.iter().map(|ticket| ticket.session).collect();
        self.random.pick(&known)
    }
}
