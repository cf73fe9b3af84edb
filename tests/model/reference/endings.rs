//! Endings by somebody's decision: at once, after the call but within half an hour, or so many
//! seconds later.

use super::numbers::is_on_call;
use super::{Reference, over};
use crate::seats::{Cause, ConnectionNumber, Effect, Ending, Outcome, Served, SessionId, SessionState};
use std::time::Duration;

const HALF_AN_HOUR: Duration = Duration::from_secs(1800);

impl Reference {
    pub(super) fn release(&mut self, session: SessionId, cause: Cause, effects: &mut Vec<Effect>) -> Outcome {
        let Some(seat) = self.find(session) else {
            return Outcome::Done;
        };
        let connection = seat.connection();
        self.remove(session);
        effects.push(Effect::SeatReleased {
            session,
            cause,
            connection,
        });
        Outcome::Released
    }

    /// Who is in grace, or not in the call that was to be waited for, is ended at once.
    pub(super) fn end_later(
        &mut self,
        session: SessionId,
        ending: Ending,
        effects: &mut Vec<Effect>,
    ) -> Outcome {
        let Some(seat) = self.find(session) else {
            return Outcome::Done;
        };
        let waits = match ending {
            Ending::AfterCall => is_on_call(seat),
            Ending::Notice(_) => seat.connection().is_some(),
        };
        if !waits {
            return self.release(session, Cause::Terminated, effects);
        }
        seat.record.ending = Some(ending);
        let time = match ending {
            Ending::AfterCall => HALF_AN_HOUR,
            Ending::Notice(seconds) => Duration::from_secs(u64::from(seconds)),
        };
        let until = self.end_at(session, time);
        effects.push(Effect::EndingPlanned {
            session,
            ending,
            until,
        });
        Outcome::Done
    }

    /// The call that was waited for is over as soon as the widget says that there is none.
    pub(super) fn say_on_call(
        &mut self,
        session: SessionId,
        connection: ConnectionNumber,
        said: bool,
        effects: &mut Vec<Effect>,
    ) -> Outcome {
        let now = self.now;
        let ends_at = self.ends_at(session);
        let Some(seat) = self.held(session, connection) else {
            return Outcome::Done;
        };
        if let SessionState::Connected { on_call, .. } = &mut seat.state
            && *on_call != said
        {
            *on_call = said;
            let on_call = said;
            effects.push(Effect::OnCall { session, on_call });
        }
        let waited = seat.record.ending == Some(Ending::AfterCall);
        if !said && waited && ends_at.is_none_or(|end| end > now) {
            let until = self.end_at(session, Duration::ZERO);
            effects.push(Effect::EndingDue { session, until });
        }
        Outcome::Done
    }

    /// Which come first is left open, if there are more than `most`.
    pub(super) fn end_what_is_due(
        &mut self,
        most: usize,
        happened: &[Effect],
        effects: &mut Vec<Effect>,
    ) -> usize {
        let due: Vec<_> = self.endings.iter().filter(|(_, end)| *end <= self.now).collect();
        let kept = |session| self.get(session).is_some_and(|seat| !over(seat, self.now));
        let due: Vec<_> = due.iter().map(|(id, _)| *id).filter(|id| kept(*id)).collect();
        let mut ended = Vec::new();
        for effect in happened {
            if let Effect::SeatReleased { session, .. } = *effect {
                assert!(due.contains(&session), "ended before it is due");
                ended.push(session);
            }
        }
        assert_eq!(ended.len(), most.min(due.len()), "what is due is ended");
        for session in &ended {
            self.release(*session, Cause::Terminated, effects);
        }
        ended.len()
    }

    pub(crate) fn ends_at(&self, session: SessionId) -> Option<u64> {
        let mut endings = self.endings.iter();
        endings.find(|(id, _)| *id == session).map(|(_, end)| *end)
    }

    pub(super) fn end_at(&mut self, session: SessionId, time: Duration) -> Served {
        let until = Served::from_nanos(self.now) + time;
        self.endings.retain(|(id, _)| *id != session);
        self.endings.push((session, until.as_nanos()));
        until
    }
}
