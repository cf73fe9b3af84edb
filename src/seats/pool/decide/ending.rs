//! Endings by an administrator that wait: for the end of a call, or for a time that the agent is
//! told.

use super::{held, release};
use crate::seats::command::{Cause, Outcome};
use crate::seats::effect::Effect;
use crate::seats::ending::Ending;
use crate::seats::ids::{ConnectionNumber, SessionId};
use crate::seats::moment::Served;
use crate::seats::pool::{Pool, Session, SessionState};

/// A session that is in grace, or not in the call that was to be waited for, ends at once.
pub(super) fn plan(
    pool: &Pool,
    session: SessionId,
    ending: Ending,
    now: Served,
    effects: &mut Vec<Effect>,
) -> Outcome {
    let state = pool.session(session, now).map(|session| session.state);
    match (state, ending) {
        (None, _) => Outcome::Done,
        (Some(SessionState::Connected { on_call: true, .. }), _)
        | (Some(SessionState::Connected { .. }), Ending::Notice(_)) => {
            let until = now + ending.goes_on();
            effects.push(Effect::EndingPlanned {
                session,
                ending,
                until,
            });
            Outcome::Done
        }
        (Some(SessionState::Connected { .. }), Ending::AfterCall)
        | (Some(SessionState::InGrace { .. }), _) => release(pool, session, Cause::Terminated, now, effects),
    }
}

/// What the widget says about its agent. The end of a call may be what was waited for: then the
/// next sweep ends the session, so that what is only said here needs no record.
pub(super) fn status(
    pool: &Pool,
    session: SessionId,
    connection: ConnectionNumber,
    on_call: bool,
    now: Served,
    effects: &mut Vec<Effect>,
) -> Outcome {
    let Some(SessionState::Connected { on_call: before, .. }) = held(pool, session, connection) else {
        return Outcome::Done;
    };
    if before != on_call {
        effects.push(Effect::OnCall { session, on_call });
    }
    let known = pool.sessions.get(&session);
    let ending = known.and_then(|session| session.record.ending);
    let is_due = pool.ending_at(session).is_some_and(|until| until <= now);
    if !on_call && ending == Some(Ending::AfterCall) && !is_due {
        effects.push(Effect::EndingDue { session, until: now });
    }
    Outcome::Done
}

/// An ending that was planned before a restart goes on with the resume.
pub(super) fn resume(pool: &Pool, session: &Session, now: Served, effects: &mut Vec<Effect>) {
    let id = session.record.session;
    if let Some(ending) = session.record.ending
        && pool.ending_at(id).is_none()
    {
        let until = now + ending.goes_on();
        effects.push(Effect::EndingDue { session: id, until });
    }
}

/// Ends what is due, at most `most`. Returns how many.
pub(super) fn due(pool: &Pool, now: Served, most: usize, effects: &mut Vec<Effect>) -> usize {
    let over = pool.endings.iter().take_while(|(until, _)| *until <= now);
    let sessions = over.filter_map(|(_, id)| pool.session(*id, now)).take(most);
    let before = effects.len();
    effects.extend(sessions.map(|session| Effect::SeatReleased {
        session: session.record.session,
        cause: Cause::Terminated,
        connection: session.connection(),
    }));
    effects.len() - before
}
