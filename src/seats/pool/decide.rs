//! What a command comes to. Changes nothing.

mod ending;
mod handoff;
mod line;
mod login;

use super::{ATTEMPT_REPEATABLE, Pool, SessionState, count};
use crate::seats::command::{Cause, Command, Outcome, Refusal};
use crate::seats::effect::{Effect, Record};
use crate::seats::ids::{AttemptHash, ConnectionNumber, SecretHash, SessionId};
use crate::seats::line::Waiter;
use crate::seats::moment::{Moment, Served};

/// Decides what `command` comes to at `moment` and appends what happens to `effects`. They go
/// into a list of the caller, since a refused login may have purged others first.
pub fn decide(pool: &Pool, command: &Command, moment: Moment, effects: &mut Vec<Effect>) -> Outcome {
    let now = moment.served;
    let outcome = match *command {
        Command::Login(login) => return login::login(pool, login, moment, effects),
        Command::Resume {
            session,
            secret,
            connection,
        } => return resume(pool, session, secret, connection, now, effects),
        Command::Logout { session, connection } => {
            if holder(pool, session) != Some(connection) {
                return Outcome::Done;
            }
            release(pool, session, Cause::Logout, now, effects)
        }
        Command::End { session, cause } => release(pool, session, cause, now, effects),
        Command::EndLater { session, ending } => ending::plan(pool, session, ending, now, effects),
        Command::Lost {
            session,
            connection,
            heard,
        } => {
            if holder(pool, session) == Some(connection) {
                let until = (heard + pool.grace).max(now);
                effects.push(Effect::SeatLost { session, until });
            }
            return Outcome::Done;
        }
        Command::Status {
            session,
            connection,
            on_call,
        } => return ending::status(pool, session, connection, on_call, now, effects),
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
            return Outcome::Done;
        }
        Command::LeaveLine { connection } => {
            if pool.line.find(|waiter| waiter.connection == connection).is_some() {
                effects.push(Effect::LineLeft { connection });
            }
            return Outcome::Done;
        }
        Command::WaiterHeard {
            connection,
            awake_until,
        } => {
            if pool.line.find(|waiter| waiter.connection == connection).is_some() {
                effects.push(Effect::LineHeard {
                    connection,
                    awake_until,
                });
            }
            return Outcome::Done;
        }
        Command::OfferHandoff {
            session,
            connection,
            code,
        } => return handoff::offer(pool, session, connection, code, now, effects),
        Command::CancelHandoff { session, connection } => {
            return handoff::cancel(pool, session, connection, effects);
        }
        Command::Sweep { most } => {
            let purged = purge_expired(pool, now, most, effects);
            Outcome::Swept(purged + ending::due(pool, now, most, effects))
        }
        Command::Allocate(ref allocation) => {
            effects.push(Effect::Allocated(allocation.clone()));
            return Outcome::Done;
        }
        Command::SetGrace(grace) => {
            effects.push(Effect::GraceSet(grace));
            return Outcome::Done;
        }
        Command::Maintain(ref windows) => {
            effects.push(Effect::Maintained(windows.clone()));
            return Outcome::Done;
        }
        Command::RenewGraces { at_least } => {
            let until = now + pool.grace.max(at_least);
            effects.push(Effect::GracesRenewed { after: now, until });
            return Outcome::Done;
        }
    };
    let served = line::serve(pool, moment, effects);
    match outcome {
        Outcome::Swept(done) => Outcome::Swept(done + served),
        other => other,
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
            ending::resume(pool, session, now, effects);
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
/// sweeper a few hundred a turn. Those that `effects` free already are passed over. Returns how
/// many.
fn purge_expired(pool: &Pool, now: Served, most: usize, effects: &mut Vec<Effect>) -> usize {
    let before = effects.len();
    let purged = effects.iter().filter(|effect| is_purge(effect)).count();
    let over = pool
        .deadlines
        .iter()
        .take_while(|(until, _)| *until <= now)
        .skip(purged)
        .take(most);
    effects.extend(over.map(|&(due, session)| Effect::SeatPurged { session, due }));
    effects.len() - before
}

/// The session of a login, from the line or not, takes a seat.
fn grant(login: &Waiter, over_allocation: bool, moment: Moment) -> Effect {
    Effect::SeatGranted {
        record: Record {
            session: login.session,
            secret: login.secret,
            attempt: login.attempt,
            over_allocation,
            granted_at: moment.utc,
            ending: None,
            entry: login.entry,
        },
        connection: login.connection,
        repeatable_until: moment.served + ATTEMPT_REPEATABLE,
    }
}

/// Makes room for one more session, if the allocation has it: purges what it has to. Tells
/// whether the session will be above the limit.
fn find_seat(pool: &Pool, moment: Moment, effects: &mut Vec<Effect>) -> Option<bool> {
    let limit = pool.allocation.limit(moment.utc).total;
    let held = held_after(pool, effects);
    let wanted = (held + 1).saturating_sub(limit);
    let purged = purge_expired(pool, moment.served, wanted as usize, effects);
    let in_use = held - count(purged);
    (in_use < pool.allocation.most(moment.utc)).then_some(in_use >= limit)
}

/// The sessions that hold a seat after `effects`, those whose grace is over included.
fn held_after(pool: &Pool, effects: &[Effect]) -> u32 {
    let mut held = count(pool.sessions.len());
    for effect in effects {
        match effect {
            Effect::SeatGranted { .. } => held += 1,
            Effect::SeatReleased { .. } | Effect::SeatPurged { .. } => held -= 1,
            _ => {}
        }
    }
    held
}

fn is_purge(effect: &Effect) -> bool {
    matches!(effect, Effect::SeatPurged { .. })
}

fn holder(pool: &Pool, id: SessionId) -> Option<ConnectionNumber> {
    pool.sessions.get(&id)?.connection()
}

fn held(pool: &Pool, id: SessionId, connection: ConnectionNumber) -> Option<SessionState> {
    let session = pool.sessions.get(&id)?;
    (session.connection() == Some(connection)).then_some(session.state)
}
