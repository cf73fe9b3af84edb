//! What a command comes to. Changes nothing.

use super::{ATTEMPT_REPEATABLE, Pool, Session, SessionState, count};
use crate::seats::command::{Cause, Command, Full, Login, Outcome, Refusal};
use crate::seats::effect::{Effect, Record};
use crate::seats::ids::{AttemptHash, ConnectionNumber, SecretHash, SessionId};
use crate::seats::moment::{Moment, Served};

/// Decides what `command` comes to at `moment` and appends what happens to `effects`. They go
/// into a list of the caller, since a refused login may have purged others first.
pub fn decide(pool: &Pool, command: &Command, moment: Moment, effects: &mut Vec<Effect>) -> Outcome {
    match *command {
        Command::Login(login) => self::login(pool, login, moment, effects),
        Command::Resume {
            session,
            secret,
            connection,
        } => resume(pool, session, secret, connection, moment.served, effects),
        Command::Logout { session, connection } => {
            if holder(pool, session) != Some(connection) {
                return Outcome::Done;
            }
            release(pool, session, Cause::Logout, moment.served, effects)
        }
        Command::End { session, cause } => release(pool, session, cause, moment.served, effects),
        Command::Lost {
            session,
            connection,
            heard,
        } => {
            if holder(pool, session) == Some(connection) {
                let until = (heard + pool.grace).max(moment.served);
                effects.push(Effect::SeatLost { session, until });
            }
            Outcome::Done
        }
        Command::Status {
            session,
            connection,
            on_call,
        } => {
            if let Some(SessionState::Connected { on_call: before, .. }) = held(pool, session, connection)
                && before != on_call
            {
                effects.push(Effect::OnCall { session, on_call });
            }
            Outcome::Done
        }
        Command::Responsive {
            session,
            connection,
            responsive,
        } => {
            if let Some(SessionState::Connected { unresponsive, .. }) = held(pool, session, connection)
                && unresponsive == responsive
            {
                effects.push(Effect::Responded { session, responsive });
            }
            Outcome::Done
        }
        Command::Sweep { most } => Outcome::Swept(purge_expired(pool, moment.served, most, effects)),
        Command::Allocate(ref allocation) => {
            effects.push(Effect::Allocated(allocation.clone()));
            Outcome::Done
        }
        Command::SetGrace(grace) => {
            effects.push(Effect::GraceSet(grace));
            Outcome::Done
        }
        Command::RenewGraces { at_least } => {
            let until = moment.served + pool.grace.max(at_least);
            effects.push(Effect::GracesRenewed {
                after: moment.served,
                until,
            });
            Outcome::Done
        }
    }
}

fn login(pool: &Pool, login: Login, moment: Moment, effects: &mut Vec<Effect>) -> Outcome {
    if let Err(refusal) = pool.admits(&login, moment.served) {
        return refuse(refusal, login.attempt, effects);
    }
    if let Some(session) = pool.repeated(login.attempt, moment.served) {
        return repeat(session, login, effects);
    }
    if !pool.allocation.is_open(moment.utc) {
        return refuse(Refusal::NoAllocation, login.attempt, effects);
    }
    let limit = pool.allocation.limit(moment.utc);
    let held = count(pool.sessions.len());
    let wanted = (held + 1).saturating_sub(limit.total);
    let purged = purge_expired(pool, moment.served, wanted as usize, effects);
    let in_use = held - count(purged);

    let over_allocation = in_use >= limit.total;
    if in_use >= pool.allocation.most(moment.utc) {
        // All that is over was purged above, or there would be a seat.
        let in_grace = count(pool.deadlines.len() - purged);
        let next_release = pool
            .deadlines
            .iter()
            .nth(purged)
            .map(|(until, _)| until.since(moment.served));
        let full = Full {
            limit,
            in_use,
            in_grace,
            next_release,
        };
        return refuse(Refusal::SeatsExhausted(full), login.attempt, effects);
    }
    if over_allocation && pool.allocation.policy == crate::seats::Policy::Observe {
        effects.push(Effect::WouldBeRefused);
    }
    effects.push(Effect::SeatGranted {
        record: Record {
            session: login.session,
            secret: login.secret,
            attempt: login.attempt,
            over_allocation,
            granted_at: moment.utc,
            entry: login.entry,
        },
        connection: login.connection,
        repeatable_until: moment.served + ATTEMPT_REPEATABLE,
    });
    Outcome::Seated {
        session: login.session,
        resumed: false,
        over_allocation,
    }
}

impl Pool {
    /// The session that a login with `attempt` gets again.
    pub(super) fn repeated(&self, attempt: Option<AttemptHash>, now: Served) -> Option<&Session> {
        let attempt = attempt?;
        self.attempts
            .range((attempt, SessionId([0; 16]))..=(attempt, SessionId([u8::MAX; 16])))
            .filter_map(|(_, id)| self.session(*id, now))
            .filter(|session| now < session.repeatable_until)
            .max_by_key(|session| (session.repeatable_until, session.record.granted_at))
    }
}

/// A login whose attempt already has a session gets that one, with the new secret.
fn repeat(session: &Session, login: Login, effects: &mut Vec<Effect>) -> Outcome {
    let record = &session.record;
    if let Some(token) = login.entry.token
        && record.entry.token != Some(token)
    {
        let session = record.session;
        effects.push(Effect::TokenSpent { token, session });
    }
    effects.push(Effect::SecretRenewed {
        session: record.session,
        secret: login.secret,
    });
    effects.push(Effect::SeatResumed {
        session: record.session,
        connection: login.connection,
        superseded: session.connection().filter(|older| *older != login.connection),
    });
    Outcome::Seated {
        session: record.session,
        resumed: true,
        over_allocation: record.over_allocation,
    }
}

fn resume(
    pool: &Pool,
    id: SessionId,
    secret: SecretHash,
    connection: ConnectionNumber,
    now: Served,
    effects: &mut Vec<Effect>,
) -> Outcome {
    let known = pool.session(id, now);
    // Compared also where there is no session, so that both take the same time.
    let right = known.map_or(SecretHash([0; 16]), |session| session.record.secret) == secret;
    match known {
        Some(session) if right => {
            let superseded = session.connection().filter(|older| *older != connection);
            effects.push(Effect::SeatResumed {
                session: id,
                connection,
                superseded,
            });
            Outcome::Seated {
                session: id,
                resumed: true,
                over_allocation: session.record.over_allocation,
            }
        }
        Some(_) | None => refuse(Refusal::SessionGone, None, effects),
    }
}

fn release(pool: &Pool, id: SessionId, cause: Cause, now: Served, effects: &mut Vec<Effect>) -> Outcome {
    let Some(session) = pool.session(id, now) else {
        return Outcome::Done;
    };
    effects.push(Effect::SeatReleased {
        session: id,
        cause,
        connection: session.connection(),
    });
    Outcome::Released
}

fn refuse(refusal: Refusal, attempt: Option<AttemptHash>, effects: &mut Vec<Effect>) -> Outcome {
    effects.push(Effect::Refused { refusal, attempt });
    Outcome::Refused(refusal)
}

/// Frees seats whose grace is over, at most `most` of them: a login frees the ones it needs, the
/// sweeper a few hundred a turn. Returns how many.
fn purge_expired(pool: &Pool, now: Served, most: usize, effects: &mut Vec<Effect>) -> usize {
    let before = effects.len();
    let over = pool
        .deadlines
        .iter()
        .take_while(|(until, _)| *until <= now)
        .take(most);
    effects.extend(over.map(|&(due, session)| Effect::SeatPurged { session, due }));
    effects.len() - before
}

fn holder(pool: &Pool, id: SessionId) -> Option<ConnectionNumber> {
    pool.sessions.get(&id)?.connection()
}

fn held(pool: &Pool, id: SessionId, connection: ConnectionNumber) -> Option<SessionState> {
    let session = pool.sessions.get(&id)?;
    (session.connection() == Some(connection)).then_some(session.state)
}
