//! The waiting line: a freed seat goes to its head before any newcomer can take it.

use super::{find_seat, login::maintenance};
use crate::seats::command::{Login, Outcome};
use crate::seats::effect::{Effect, Record};
use crate::seats::line::Waiter;
use crate::seats::moment::Moment;
use crate::seats::pool::{ATTEMPT_REPEATABLE, Pool, count};

/// Seats that go to the line in one decision.
const MOST_AT_ONCE: usize = 256;

/// Gives free seats to those who wait and are awake, in their order. Returns how many.
pub(super) fn serve(pool: &Pool, moment: Moment, effects: &mut Vec<Effect>) -> usize {
    if pool.line.is_empty()
        && !effects
            .iter()
            .any(|effect| matches!(effect, Effect::LineJoined { .. }))
    {
        return 0;
    }
    if maintenance(pool, moment).is_some() || !pool.allocation.is_open(moment.utc) {
        return 0;
    }
    let awake = after(pool, effects)
        .into_iter()
        .filter(|waiter| waiter.is_awake(moment.served));
    let mut served = 0;
    for waiter in awake.take(MOST_AT_ONCE) {
        let Some(over_allocation) = find_seat(pool, moment, effects) else {
            break;
        };
        effects.push(Effect::SeatGranted {
            record: Record {
                session: waiter.session,
                secret: waiter.secret,
                attempt: waiter.attempt,
                over_allocation,
                granted_at: moment.utc,
                ending: None,
                entry: waiter.entry,
            },
            connection: waiter.connection,
            repeatable_until: moment.served + ATTEMPT_REPEATABLE,
        });
        served += 1;
    }
    served
}

/// Whether somebody who could be given a seat still waits after `effects`.
pub(super) fn is_awake(pool: &Pool, moment: Moment, effects: &[Effect]) -> bool {
    let mut line = after(pool, effects).into_iter();
    line.any(|waiter| waiter.is_awake(moment.served))
}

/// The same attempt takes over its place in the line, whoever held it, and the older connection
/// is superseded. It may be its turn.
pub(super) fn take_over_place(
    pool: &Pool,
    login: Login,
    moment: Moment,
    effects: &mut Vec<Effect>,
) -> Option<Outcome> {
    let place = take_place(pool, login, effects)?;
    serve(pool, moment, effects);
    let granted = effects.iter().find_map(|effect| match effect {
        Effect::SeatGranted {
            record, connection, ..
        } if *connection == login.connection => Some(record),
        _ => None,
    });
    Some(match granted {
        Some(record) => Outcome::Seated {
            session: record.session,
            resumed: false,
            over_allocation: record.over_allocation,
        },
        None => {
            let line = after(pool, effects);
            let ahead = line
                .iter()
                .position(|waiter| waiter.connection == login.connection);
            Outcome::Waiting {
                ahead: count(ahead.unwrap_or(place)),
            }
        }
    })
}

/// Who has a seat does not wait for a second one: the same attempt gives up its place, and the
/// older connection is superseded.
pub(super) fn give_up_place(pool: &Pool, login: Login, effects: &mut Vec<Effect>) {
    if take_place(pool, login, effects).is_some() {
        let connection = login.connection;
        effects.push(Effect::LineLeft { connection });
    }
}

/// Puts `login` in the place of the same attempt, if it is in the line. Returns how many are
/// before it.
fn take_place(pool: &Pool, login: Login, effects: &mut Vec<Effect>) -> Option<usize> {
    let attempt = login.attempt?;
    let place = pool
        .line
        .iter()
        .position(|waiter| waiter.attempt == Some(attempt))?;
    let older = pool.line[place];
    effects.push(Effect::LineJoined {
        waiter: Waiter {
            awake_until: login.wait.unwrap_or(older.awake_until),
            ..waiter(login)
        },
        superseded: Some(older.connection),
    });
    Some(place)
}

/// A login that waits goes to the end of the line, if there is room.
pub(super) fn join(pool: &Pool, login: Login, effects: &mut Vec<Effect>) -> Option<Outcome> {
    login.wait?;
    let ahead = count(after(pool, effects).len());
    if ahead >= pool.allocation.line {
        return None;
    }
    effects.push(Effect::LineJoined {
        waiter: waiter(login),
        superseded: None,
    });
    Some(Outcome::Waiting { ahead })
}

/// The line after `effects`.
pub(super) fn after(pool: &Pool, effects: &[Effect]) -> Vec<Waiter> {
    let mut line: Vec<_> = pool.line.iter().copied().collect();
    for effect in effects {
        match *effect {
            Effect::LineJoined { waiter, superseded } => {
                let older = |place: &&mut Waiter| Some(place.connection) == superseded;
                match line.iter_mut().find(older) {
                    Some(place) => *place = waiter,
                    None => line.push(waiter),
                }
            }
            Effect::LineLeft { connection } | Effect::SeatGranted { connection, .. } => {
                line.retain(|waiter| waiter.connection != connection);
            }
            Effect::LineHeard {
                connection,
                awake_until,
            } => {
                let heard = line.iter_mut().find(|waiter| waiter.connection == connection);
                if let Some(waiter) = heard {
                    waiter.awake_until = awake_until;
                }
            }
            _ => {}
        }
    }
    line
}

fn waiter(login: Login) -> Waiter {
    Waiter {
        session: login.session,
        secret: login.secret,
        attempt: login.attempt,
        connection: login.connection,
        entry: login.entry,
        awake_until: login.wait.unwrap_or_default(),
    }
}
