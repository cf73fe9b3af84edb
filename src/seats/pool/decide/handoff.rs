//! A seat passes from one agent to the next in one step, also where none is free.

use super::{grant, held, line, refuse};
use crate::seats::command::{Cause, Login, Outcome, Refusal};
use crate::seats::effect::Effect;
use crate::seats::ids::{ConnectionNumber, HandoffHash, SessionId};
use crate::seats::moment::{Moment, Served};
use crate::seats::pool::{HANDOFF_CLAIMABLE, Pool};

pub(super) fn offer(
    pool: &Pool,
    session: SessionId,
    connection: ConnectionNumber,
    code: HandoffHash,
    now: Served,
    effects: &mut Vec<Effect>,
) -> Outcome {
    if held(pool, session, connection).is_some() {
        effects.push(Effect::HandoffOffered {
            session,
            code,
            until: now + HANDOFF_CLAIMABLE,
        });
    }
    Outcome::Done
}

pub(super) fn cancel(
    pool: &Pool,
    session: SessionId,
    connection: ConnectionNumber,
    effects: &mut Vec<Effect>,
) -> Outcome {
    if held(pool, session, connection).is_some() && pool.handoff_of.contains_key(&session) {
        effects.push(Effect::HandoffWithdrawn { session });
    }
    Outcome::Done
}

/// The old session is released and the new one seated; it inherits what is above the allocation.
pub(super) fn claim(
    pool: &Pool,
    login: Login,
    code: HandoffHash,
    moment: Moment,
    effects: &mut Vec<Effect>,
) -> Outcome {
    let offered = pool
        .handoffs
        .get(&code)
        .filter(|(_, until)| moment.served < *until)
        .and_then(|(session, _)| pool.session(*session, moment.served));
    let Some(older) = offered else {
        return refuse(Refusal::HandoffInvalid, login.attempt, effects);
    };
    let over_allocation = older.record.over_allocation;
    line::give_up_place(pool, login, effects);
    effects.push(Effect::SeatReleased {
        session: older.record.session,
        cause: Cause::HandedOff,
        connection: older.connection(),
    });
    effects.push(grant(&login.into(), over_allocation, moment));
    Outcome::Seated {
        session: login.session,
        resumed: false,
        over_allocation,
    }
}
