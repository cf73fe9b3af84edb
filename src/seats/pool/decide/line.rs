//! The waiting line: a freed seat goes to its head before any newcomer can take it.

use super::{find_seat, grant, login::maintenance};
use crate::seats::command::{Login, Outcome};
use crate::seats::effect::Effect;
use crate::seats::line::{Line, Waiter};
use crate::seats::moment::Moment;
use crate::seats::pool::{Pool, count};

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
    let line = after(pool, effects);
    let awake = line.iter().filter(|waiter| waiter.is_awake(moment.served));
    let mut served = 0;
    for waiter in awake.take(MOST_AT_ONCE) {
        let Some(over_allocation) = find_seat(pool, moment, effects) else {
            break;
        };
        effects.push(grant(waiter, over_allocation, moment));
        served += 1;
    }
    served
}

/// Whether somebody who could be given a seat still waits after `effects`.
pub(super) fn is_awake(pool: &Pool, moment: Moment, effects: &[Effect]) -> bool {
    let line = after(pool, effects);
    line.find(|waiter| waiter.is_awake(moment.served)).is_some()
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
            let own = line.find(|waiter| waiter.connection == login.connection);
            Outcome::Waiting {
                ahead: count(own.map_or(place, |(ahead, _)| ahead)),
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
    let (place, older) = pool.line.find(|waiter| waiter.attempt == Some(attempt))?;
    effects.push(Effect::LineJoined {
        waiter: Waiter {
            awake_until: login.wait.unwrap_or(older.awake_until),
            ..Waiter::from(login)
        },
        superseded: Some(older.connection),
    });
    Some(place)
}

/// A login that waits goes to the end of the line, if there is room.
pub(super) fn join(pool: &Pool, login: Login, effects: &mut Vec<Effect>) -> Option<Outcome> {
    login.wait?;
    let ahead = count(after(pool, effects).iter().len());
    if ahead >= pool.allocation.line {
        return None;
    }
    effects.push(Effect::LineJoined {
        waiter: login.into(),
        superseded: None,
    });
    Some(Outcome::Waiting { ahead })
}

/// The line after `effects`.
pub(super) fn after(pool: &Pool, effects: &[Effect]) -> Line {
    let mut line = pool.line.clone();
    effects.iter().for_each(|effect| line.apply(effect));
    line
}
