//! What a login comes to, judged in the contract's order: token, attempt, hand-off, maintenance,
//! allocation, line.

use super::{find_seat, grant, handoff, held_after, line, refuse};
use crate::seats::command::{Full, Login, Outcome, Refusal};
use crate::seats::effect::Effect;
use crate::seats::ids::{AttemptHash, SessionId};
use crate::seats::moment::{Moment, Served};
use crate::seats::pool::{Pool, Session, count};

pub(super) fn login(pool: &Pool, login: Login, moment: Moment, effects: &mut Vec<Effect>) -> Outcome {
    if let Err(refusal) = pool.admits(&login, moment) {
        return refuse(refusal, login.attempt, effects);
    }
    if let Some(session) = pool.repeated(login.attempt, moment.served) {
        return repeat(pool, session, login, moment.served, effects);
    }
    if let Some(code) = login.handoff {
        return handoff::claim(pool, login, code, moment, effects);
    }
    if let Some(ends_in) = maintenance(pool, moment) {
        return refuse(Refusal::Maintenance { ends_in }, login.attempt, effects);
    }
    if !pool.allocation.is_open(moment.utc) {
        return refuse(Refusal::NoAllocation, login.attempt, effects);
    }
    if let Some(outcome) = line::take_over_place(pool, login, moment, effects) {
        return outcome;
    }
    line::serve(pool, moment, effects);
    let seat = find_seat(pool, moment, effects);
    let Some(over_allocation) = seat.filter(|_| !line::is_awake(pool, moment, effects)) else {
        return match line::join(pool, login, effects) {
            Some(outcome) => outcome,
            None => {
                let full = full(pool, moment, effects);
                refuse(Refusal::SeatsExhausted(full), login.attempt, effects)
            }
        };
    };
    if over_allocation && pool.allocation.policy == crate::seats::Policy::Observe {
        effects.push(Effect::WouldBeRefused);
    }
    effects.push(grant(&login.into(), over_allocation, moment));
    Outcome::Seated {
        session: login.session,
        resumed: false,
        over_allocation,
    }
}

/// How long there are still no new logins.
pub(super) fn maintenance(pool: &Pool, moment: Moment) -> Option<std::time::Duration> {
    let windows = pool.windows.iter();
    windows.filter_map(|window| window.refuses_for(moment.utc)).max()
}

impl Pool {
    /// The session that a login with `attempt` gets again.
    pub(in crate::seats::pool) fn repeated(
        &self,
        attempt: Option<AttemptHash>,
        now: Served,
    ) -> Option<&Session> {
        let attempt = attempt?;
        self.attempts
            .range((attempt, SessionId([0; 16]))..=(attempt, SessionId([u8::MAX; 16])))
            .filter_map(|(_, id)| self.session(*id, now))
            .filter(|session| now < session.repeatable_until)
            .max_by_key(|session| (session.repeatable_until, session.record.granted_at))
    }
}

/// A login whose attempt already has a session gets that one, with the new secret.
fn repeat(pool: &Pool, session: &Session, login: Login, now: Served, effects: &mut Vec<Effect>) -> Outcome {
    let record = &session.record;
    line::give_up_place(pool, login, effects);
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
    super::ending::resume(pool, session, now, effects);
    Outcome::Seated {
        session: record.session,
        resumed: true,
        over_allocation: record.over_allocation,
    }
}

/// The numbers of a pool without a free seat for a newcomer. What is over counts as free.
fn full(pool: &Pool, moment: Moment, effects: &[Effect]) -> Full {
    let purged = effects.iter().filter(|effect| super::is_purge(effect)).count();
    let over = pool.deadlines.iter();
    let over = over.take_while(|(until, _)| *until <= moment.served).count();
    Full {
        limit: pool.allocation.limit(moment.utc),
        in_use: held_after(pool, effects) - count(over - purged),
        in_grace: count(pool.deadlines.len() - over),
        waiting: count(line::after(pool, effects).iter().len()),
        next_release: pool
            .deadlines
            .iter()
            .nth(over)
            .map(|(until, _)| until.since(moment.served)),
    }
}
