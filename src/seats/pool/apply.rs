//! What an effect changes. Cannot fail.

use super::{Pool, Session, SessionState};
use crate::seats::command::Cause;
use crate::seats::effect::{Effect, Record};
use crate::seats::ids::SessionId;
use crate::seats::moment::Served;

impl Pool {
    /// Makes `effect` true. What an effect speaks of and is not here is passed over.
    pub fn apply(&mut self, effect: &Effect) {
        match *effect {
            Effect::SeatGranted {
                record,
                connection,
                repeatable_until,
            } => {
                self.spent.forget_until(record.granted_at);
                self.line.apply(effect);
                self.insert(record, repeatable_until, SessionState::connected(connection));
            }
            Effect::SeatRestored {
                record,
                repeatable_until,
                until,
            } => {
                self.insert(record, repeatable_until, SessionState::InGrace { until });
            }
            Effect::SecretRenewed { session, secret } => {
                if let Some(known) = self.sessions.get_mut(&session) {
                    known.record.secret = secret;
                }
            }
            Effect::TokenSpent { token, session } => self.spent.spend(token, session),
            Effect::SeatResumed {
                session, connection, ..
            } => {
                self.turn(session, SessionState::connected(connection));
                if let Some(known) = self.sessions.get_mut(&session) {
                    known.resumes = known.resumes.saturating_add(1);
                }
            }
            Effect::SeatLost { session, until } => self.turn(session, SessionState::InGrace { until }),
            Effect::SeatReleased { session, cause, .. } => {
                if cause == Cause::Withdrawn
                    && let Some(token) = self
                        .sessions
                        .get(&session)
                        .and_then(|session| session.record.entry.token)
                {
                    // Nobody was told of the session, so that its token is still good.
                    self.spent.take_back(token);
                }
                self.remove(session);
            }
            Effect::SeatPurged { session, .. } => self.remove(session),
            Effect::EndingPlanned {
                session,
                ending,
                until,
            } => {
                if let Some(known) = self.sessions.get_mut(&session) {
                    known.record.ending = Some(ending);
                    self.end_at(session, until);
                }
            }
            Effect::EndingDue { session, until } => self.end_at(session, until),
            Effect::LineJoined { .. } | Effect::LineLeft { .. } | Effect::LineHeard { .. } => {
                self.line.apply(effect);
            }
            Effect::HandoffOffered { session, code, until } => {
                self.withdraw_handoff(session);
                self.handoffs.insert(code, (session, until));
                self.handoff_of.insert(session, code);
            }
            Effect::HandoffWithdrawn { session } => self.withdraw_handoff(session),
            Effect::Maintained(ref windows) => self.windows.clone_from(windows),
            Effect::OnCall {
                session,
                on_call: now,
            } => self.mark(session, |on_call, _| *on_call = now),
            Effect::Responded { session, responsive } => {
                self.mark(session, |_, unresponsive| *unresponsive = !responsive);
            }
            Effect::Allocated(ref allocation) => self.allocation = allocation.clone(),
            Effect::GraceSet(grace) => self.grace = grace,
            Effect::GracesRenewed { after, until } => self.renew(after, until),
            Effect::Refused { .. } | Effect::WouldBeRefused => {}
        }
    }

    pub(super) fn insert(&mut self, record: Record, repeatable_until: Served, state: SessionState) {
        self.remove(record.session);
        if let Some(attempt) = record.attempt {
            self.attempts.insert((attempt, record.session));
        }
        if let Some(token) = record.entry.token {
            self.spent.spend(token, record.session);
        }
        self.count_in(record.session, state);
        self.sessions.insert(
            record.session,
            Session {
                record,
                repeatable_until,
                state,
                resumes: 0,
            },
        );
    }

    fn remove(&mut self, id: SessionId) {
        let Some(session) = self.sessions.remove(&id) else {
            return;
        };
        self.count_out(id, session.state);
        if let Some(attempt) = session.record.attempt {
            self.attempts.remove(&(attempt, id));
        }
        if let Some(until) = self.ending_at.remove(&id) {
            self.endings.remove(&(until, id));
        }
        self.withdraw_handoff(id);
    }

    pub(super) fn end_at(&mut self, session: SessionId, until: Served) {
        if let Some(before) = self.ending_at.insert(session, until) {
            self.endings.remove(&(before, session));
        }
        self.endings.insert((until, session));
    }

    fn withdraw_handoff(&mut self, session: SessionId) {
        if let Some(code) = self.handoff_of.remove(&session) {
            self.handoffs.remove(&code);
        }
    }

    fn turn(&mut self, id: SessionId, state: SessionState) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        let before = std::mem::replace(&mut session.state, state);
        self.count_out(id, before);
        self.count_in(id, state);
    }

    fn mark(&mut self, id: SessionId, change: impl FnOnce(&mut bool, &mut bool)) {
        let Some(session) = self.sessions.get(&id) else {
            return;
        };
        let mut state = session.state;
        if let SessionState::Connected {
            on_call,
            unresponsive,
            ..
        } = &mut state
        {
            change(on_call, unresponsive);
            self.turn(id, state);
        }
    }

    fn renew(&mut self, after: Served, until: Served) {
        let renewed: Vec<_> = self
            .deadlines
            .iter()
            .filter(|(deadline, _)| *deadline > after && *deadline < until)
            .map(|(_, id)| *id)
            .collect();
        for id in renewed {
            self.turn(id, SessionState::InGrace { until });
        }
    }

    fn count_in(&mut self, id: SessionId, state: SessionState) {
        match state {
            SessionState::Connected {
                on_call,
                unresponsive,
                ..
            } => {
                self.on_call += u32::from(on_call);
                self.unresponsive += u32::from(unresponsive);
            }
            SessionState::InGrace { until } => {
                self.deadlines.insert((until, id));
            }
        }
    }

    fn count_out(&mut self, id: SessionId, state: SessionState) {
        match state {
            SessionState::Connected {
                on_call,
                unresponsive,
                ..
            } => {
                self.on_call -= u32::from(on_call);
                self.unresponsive -= u32::from(unresponsive);
            }
            SessionState::InGrace { until } => {
                self.deadlines.remove(&(until, id));
            }
        }
    }
}
