//! What a history met.

use super::{SECOND, World};
use crate::model::reference::Reference;
use crate::seats::{
    Cause, Command, ConnectionNumber, Effect, Ending, HandoffHash, Login, Outcome, Policy, Refusal,
    SessionId, SessionState,
};

impl World {
    pub(super) fn meet(
        &mut self,
        before: &Reference,
        command: &Command,
        outcome: &Outcome,
        effects: &[Effect],
    ) {
        self.meet_the_line(before, command, effects);
        self.meet_maintenance(before, command, outcome);
        if let Command::Login(login) = command {
            self.meet_a_login(before, login, outcome, effects);
        }
        for effect in effects {
            match *effect {
                Effect::SeatReleased { session, .. } if matches!(command, Command::Sweep { .. }) => {
                    self.meet_an_ending(before, session);
                }
                Effect::EndingDue { .. } if !matches!(command, Command::Status { .. }) => {
                    self.tally.endings_counted_from_a_resume += 1;
                }
                Effect::HandoffWithdrawn { .. } => self.tally.withdrawn_codes += 1,
                Effect::LineHeard { connection, .. } => {
                    let awake = is_awake(before, connection, self.now);
                    self.tally.heard_in_time += u64::from(awake);
                    self.tally.woken += u64::from(!awake);
                }
                _ => {}
            }
        }
        let at_once = matches!(command, Command::EndLater { .. }) && *outcome == Outcome::Released;
        self.tally.ended_at_once_instead += u64::from(at_once);
        let left = matches!(command, Command::LeaveLine { .. }) && !effects.is_empty();
        self.tally.left_the_line += u64::from(left);
    }

    /// Who was in the line and has a seat.
    fn meet_the_line(&mut self, before: &Reference, command: &Command, effects: &[Effect]) {
        let served: Vec<_> = effects
            .iter()
            .filter_map(|effect| match effect {
                Effect::SeatGranted { connection, .. } => Some(*connection),
                _ => None,
            })
            .filter(|connection| before.line.iter().any(|waiter| waiter.connection == *connection))
            .collect();
        if served.is_empty() {
            return;
        }
        let freed = effects.iter().any(|e| matches!(e, Effect::SeatReleased { .. }));
        let purged = effects.iter().any(|e| matches!(e, Effect::SeatPurged { .. }));
        let (in_use, base) = (self.reference.in_use(), self.reference.allocation.base);
        let above_the_base = in_use > base && self.reference.allocation.policy == Policy::Block;
        let tally = &mut self.tally;
        match command {
            Command::Logout { .. } => tally.served_by_a_logout += 1,
            Command::End { .. } | Command::EndLater { .. } => tally.served_by_an_end += 1,
            Command::Sweep { .. } if freed => tally.served_by_an_ending_that_was_due += 1,
            Command::Sweep { .. } if purged => tally.served_by_a_purge += 1,
            Command::Sweep { .. } if above_the_base => tally.served_by_an_increase += 1,
            Command::Login(_) => tally.served_before_a_newcomer += 1,
            _ => {}
        }
        let last = before.line.iter().rposition(|w| served.contains(&w.connection));
        let earlier = &before.line[..last.unwrap_or(0)];
        tally.passed_over += u64::from(earlier.iter().any(|w| !served.contains(&w.connection)));
        tally.served_after_maintenance += u64::from(std::mem::take(&mut self.stood));
    }

    fn meet_maintenance(&mut self, before: &Reference, command: &Command, outcome: &Outcome) {
        if before.maintenance().is_none() {
            return;
        }
        let frees = *outcome == Outcome::Released || matches!(command, Command::Sweep { .. });
        let waits = |line: &Reference| {
            let mut waiters = line.line.iter();
            waiters.any(|waiter| self.now < waiter.awake_until.as_nanos())
        };
        let room = self.reference.is_open() && self.reference.in_use() < self.reference.most();
        if frees && room && waits(&self.reference) {
            self.tally.lines_that_stood_in_maintenance += 1;
            self.stood = true;
        }
        let refused = matches!(outcome, Outcome::Refused(Refusal::Maintenance { .. }));
        self.tally.refused_for_maintenance += u64::from(refused);
        let seated = matches!(outcome, Outcome::Seated { .. });
        self.tally.passed_maintenance += u64::from(seated);
    }

    fn meet_a_login(&mut self, before: &Reference, login: &Login, outcome: &Outcome, effects: &[Effect]) {
        let taken_over = effects
            .iter()
            .any(|e| matches!(e, Effect::LineJoined { superseded, .. } if superseded.is_some()));
        let left = effects.iter().any(|e| matches!(e, Effect::LineLeft { .. }));
        let tally = &mut self.tally;
        tally.seated_elsewhere_while_waiting += u64::from(left);
        match *outcome {
            Outcome::Waiting { .. } if taken_over => tally.taken_over += 1,
            Outcome::Waiting { .. } => tally.joined += 1,
            Outcome::Seated { resumed: false, .. } if taken_over && !left => tally.taken_over_and_seated += 1,
            Outcome::Refused(Refusal::SeatsExhausted(full)) => {
                let wanted = login.wait.is_some() && full.waiting > 0;
                tally.refused_at_a_full_line += u64::from(wanted);
            }
            _ => {}
        }
        let passed_on = effects.iter().find_map(|effect| match *effect {
            Effect::SeatReleased {
                session,
                cause: Cause::HandedOff,
                ..
            } => Some(session),
            _ => None,
        });
        match (passed_on, login.handoff, outcome) {
            (Some(session), ..) => self.meet_a_claim(before, session),
            (None, Some(code), Outcome::Refused(Refusal::HandoffInvalid)) => {
                self.meet_a_bad_code(before, code);
            }
            (None, _, Outcome::Seated { resumed: false, .. }) if !taken_over => {
                let sleepers = !self.reference.line.is_empty();
                self.tally.newcomers_past_sleepers += u64::from(sleepers);
            }
            _ => {}
        }
    }

    fn meet_a_claim(&mut self, before: &Reference, session: SessionId) {
        let full = before.in_use() >= before.limit().total;
        let in_grace = before
            .get(session)
            .is_some_and(|seat| seat.connection().is_none());
        let code = before.codes.iter().find(|code| code.session == session);
        let last = code.is_some_and(|code| code.until - self.now <= SECOND);
        let tally = &mut self.tally;
        tally.claimed += 1;
        tally.claimed_at_full_use += u64::from(full);
        tally.claimed_in_grace += u64::from(in_grace);
        tally.claimed_past_the_line += u64::from(!before.line.is_empty());
        tally.claimed_in_the_last_second += u64::from(last);
    }

    fn meet_a_bad_code(&mut self, before: &Reference, code: HandoffHash) {
        let expired = before
            .codes
            .iter()
            .any(|known| known.code == code && known.until <= self.now);
        let tally = &mut self.tally;
        if expired {
            tally.expired_codes += 1;
        } else if self.codes.contains(&code) {
            tally.void_codes += 1;
        } else {
            tally.unknown_codes += 1;
        }
    }

    fn meet_an_ending(&mut self, before: &Reference, session: SessionId) {
        let Some(seat) = before.get(session) else { return };
        let tally = &mut self.tally;
        match (seat.record.ending, seat.state) {
            (_, SessionState::InGrace { .. }) => tally.ended_in_grace_when_due += 1,
            (Some(Ending::Notice(_)), _) => tally.ended_after_a_notice += 1,
            (_, SessionState::Connected { on_call: true, .. }) => tally.ended_after_half_an_hour += 1,
            (_, SessionState::Connected { .. }) => tally.ended_by_the_end_of_a_call += 1,
        }
    }
}

fn is_awake(reference: &Reference, connection: ConnectionNumber, now: u64) -> bool {
    let mut line = reference.line.iter();
    line.any(|waiter| waiter.connection == connection && now < waiter.awake_until.as_nanos())
}
