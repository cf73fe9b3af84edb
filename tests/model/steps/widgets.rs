//! What widgets do: come, go, come back, and say too late or with an old secret what they say.

use super::SECOND;
use crate::model::reference::until;
use crate::model::world::World;
use crate::seats::{
    AttemptHash, Command, ConnectionNumber, Effect, Ending, Entry, Login, Outcome, Refusal, SecretHash,
    Served, SessionId,
};
use std::time::Duration;

impl World {
    pub(super) fn login(&mut self) {
        let attempt = match self.random.below(100) {
            0..12 => None,
            12..40 => self.recent_attempt(),
            40..52 => self.waiting_attempt(),
            _ => Some(AttemptHash(self.fresh())),
        };
        let waits = attempt.is_some() && self.reference.line.iter().any(|waiter| waiter.attempt == attempt);
        let percent = if waits { 60 } else { 20 };
        let login = Login {
            session: SessionId(self.fresh()),
            secret: SecretHash(self.fresh()),
            attempt,
            connection: self.connection_for(attempt),
            entry: Entry::default(),
            wait: self.random.chance(60).then(|| self.awake_until()),
            handoff: self.random.chance(percent).then(|| self.some_code()).flatten(),
        };
        let too_late = self.has_a_seat(attempt);

        let (outcome, effects) = self.ask(&Command::Login(login));

        self.tally.logins += 1;
        let purged = effects.iter().any(|e| matches!(e, Effect::SeatPurged { .. }));
        self.tally.logins_that_purged += u64::from(purged);
        match outcome {
            Outcome::Seated {
                session,
                resumed: true,
                ..
            } => {
                let count = if self.recorder.is_committed(session) {
                    &mut self.tally.repeated_after_the_commit
                } else {
                    &mut self.tally.repeated_before_the_commit
                };
                *count += 1;
                self.count_superseded(&effects);
                self.note(session, Some(login.secret), login.connection);
            }
            Outcome::Seated { over_allocation, .. } => {
                self.tally.over_allocation += u64::from(over_allocation);
                self.tally.repeated_too_late += u64::from(too_late);
            }
            Outcome::Refused(Refusal::SeatsExhausted(_)) => self.tally.refused_for_seats += 1,
            _ => {}
        }
    }

    pub(super) fn resume(&mut self) {
        let Some(session) = self.session_to_resume() else {
            return;
        };
        let now = self.moment().served;
        let kept_for = self.witness.kept_for(session, now);
        let right = self.reference.get(session).map(|seat| seat.record.secret);
        let ended_now = self.reference.get(session).and_then(until) == Some(self.now);
        let fresh = self.fresh_connection();
        let (oldest, known, held) = match self.ticket(session) {
            Some(ticket) => (
                ticket.secrets[0],
                ticket.secrets.last().copied(),
                ticket.connections.last().copied(),
            ),
            None => return,
        };
        let secret = match self.random.below(100) {
            0..80 => right.or(known).unwrap_or(oldest),
            80..95 => oldest,
            _ => SecretHash(self.fresh()),
        };
        let connection = held.filter(|_| self.random.chance(3)).unwrap_or(fresh);

        let (outcome, effects) = self.ask(&Command::Resume {
            session,
            secret,
            connection,
        });

        self.count_superseded(&effects);
        self.tally.resumes_at_the_end += u64::from(ended_now && right == Some(secret));
        if let Outcome::Seated { .. } = outcome {
            self.tally.resumes += 1;
            let last = kept_for.filter(|left| *left <= Duration::from_secs(1));
            self.tally.resumes_in_the_last_second += u64::from(last.is_some());
            self.tally.resumes_one_nanosecond_before += u64::from(last == Some(Duration::from_nanos(1)));
            self.note(session, None, connection);
        } else if secret == oldest && right.is_some_and(|right| right != oldest) {
            self.tally.old_secrets_refused += 1;
        }
    }

    pub(super) fn lose(&mut self) {
        let offered: Vec<_> = self.reference.codes.iter().map(|code| code.session).collect();
        let offered = self.random.pick(&offered).filter(|_| self.random.chance(30));
        let holder = offered.and_then(|id| Some((id, self.reference.get(id)?.connection()?)));
        let Some((session, connection)) = holder.or_else(|| self.some_connection()) else {
            return;
        };
        let unanswered = self.recorder.unanswered().contains(&session);
        let ago = match self.random.below(10) {
            0..5 => 0,
            5..8 => self.random.below(46 * SECOND),
            _ => self.random.below(200 * SECOND),
        };
        let heard = Served::from_nanos(self.now.saturating_sub(ago));
        let (_, effects) = self.ask(&Command::Lost {
            session,
            connection,
            heard,
        });
        if effects.is_empty() {
            self.count_late_goodbye(session);
        } else {
            self.tally.lost_with_an_unanswered_grant += u64::from(unanswered);
        }
    }

    pub(super) fn log_out(&mut self) {
        let Some((session, connection)) = self.some_connection() else {
            return;
        };
        let (outcome, _) = self.ask(&Command::Logout { session, connection });
        if outcome == Outcome::Done {
            self.count_late_goodbye(session);
        }
    }

    pub(super) fn say(&mut self) {
        let Some((session, connection)) = self.whose_call_is_waited_for().or_else(|| self.some_connection())
        else {
            return;
        };
        let yes = self.random.chance(60);
        let command = if self.random.chance(75) {
            Command::Status {
                session,
                connection,
                on_call: yes,
            }
        } else {
            Command::Responsive {
                session,
                connection,
                responsive: yes,
            }
        };
        self.ask(&command);
    }

    fn whose_call_is_waited_for(&mut self) -> Option<(SessionId, ConnectionNumber)> {
        let seats = self.reference.seats.iter();
        let waited = seats.filter(|seat| seat.record.ending == Some(Ending::AfterCall));
        let waited: Vec<_> = waited
            .filter_map(|seat| Some((seat.record.session, seat.connection()?)))
            .collect();
        self.random.pick(&waited).filter(|_| self.random.chance(50))
    }

    /// Mostly one whose grace runs or is just over.
    fn session_to_resume(&mut self) -> Option<SessionId> {
        let seats = self.reference.seats.iter();
        let in_grace = seats.filter(|seat| seat.connection().is_none());
        let mut near: Vec<_> = in_grace.map(|seat| (until(seat), seat.record.session)).collect();
        near.sort_by_key(|(until, _)| until.map(|end| end.abs_diff(self.now)));
        match near.first() {
            Some((_, session)) if self.random.chance(60) => Some(*session),
            _ => self.some_session(),
        }
    }

    /// The connection of a session, or now and then an older one of it.
    pub(super) fn some_connection(&mut self) -> Option<(SessionId, ConnectionNumber)> {
        let seats = self.reference.seats.iter();
        let open: Vec<_> = seats
            .filter_map(|s| Some((s.record.session, s.connection()?)))
            .collect();
        if self.random.chance(70) {
            return self.random.pick(&open);
        }
        let session = self.some_session()?;
        let known = self.ticket(session)?.connections.clone();
        Some((session, self.random.pick(&known)?))
    }

    fn recent_attempt(&mut self) -> Option<AttemptHash> {
        let recent: Vec<_> = self.tickets.iter().rev().take(5).map(|t| t.attempt).collect();
        self.random.pick(&recent)?
    }

    fn has_a_seat(&self, attempt: Option<AttemptHash>) -> bool {
        let now = self.moment().served;
        let mut seats = self.pool.sessions(now);
        attempt.is_some() && seats.any(|seat| seat.record.attempt == attempt)
    }

    /// A new one, or now and then the one on which the same login was made before.
    fn connection_for(&mut self, attempt: Option<AttemptHash>) -> ConnectionNumber {
        let mut seats = self.reference.seats.iter();
        let seat = seats.find(|seat| attempt.is_some() && seat.record.attempt == attempt);
        let held = seat.and_then(|seat| seat.connection());
        let fresh = self.fresh_connection();
        held.filter(|_| self.random.chance(5)).unwrap_or(fresh)
    }

    fn note(&mut self, session: SessionId, secret: Option<SecretHash>, connection: ConnectionNumber) {
        if let Some(ticket) = self.ticket(session) {
            ticket.secrets.extend(secret);
            ticket.connections.push(connection);
        }
    }

    fn count_superseded(&mut self, effects: &[Effect]) {
        let superseded = |effect: &&Effect| {
            matches!(
                effect,
                Effect::SeatResumed {
                    superseded: Some(_),
                    ..
                }
            )
        };
        let count = effects.iter().filter(superseded).count();
        self.tally.superseded += u64::try_from(count).expect("few");
    }

    fn count_late_goodbye(&mut self, session: SessionId) {
        let seat = self.reference.get(session);
        let held = seat.is_some_and(|seat| seat.connection().is_some());
        self.tally.late_goodbyes_ignored += u64::from(held);
    }
}
