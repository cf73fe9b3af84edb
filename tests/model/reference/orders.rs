//! Everything that is asked of one session or of the pool, logins and sweeps aside.

use super::{Reference, over, until};
use crate::seats::{
    Cause, Command, ConnectionNumber, Effect, Outcome, Refusal, Served, Session, SessionId, SessionState,
};
use std::time::Duration;

impl Reference {
    pub(super) fn other(&mut self, command: &Command) -> (Outcome, Vec<Effect>) {
        let (now, grace) = (self.now, self.grace);
        match *command {
            Command::Login(_) | Command::Sweep { .. } => unreachable!("answered before"),
            Command::EndLater { .. }
            | Command::LeaveLine { .. }
            | Command::WaiterHeard { .. }
            | Command::OfferHandoff { .. }
            | Command::CancelHandoff { .. }
            | Command::Maintain(_) => panic!("no history asks this"),
            Command::Resume {
                session,
                secret,
                connection,
            } => match self.find(session) {
                Some(seat) if seat.record.secret == secret => {
                    let (outcome, effect) = take_up(seat, connection);
                    (outcome, vec![effect])
                }
                _ => {
                    let (refusal, attempt) = (Refusal::SessionGone, None);
                    (
                        Outcome::Refused(refusal),
                        vec![Effect::Refused { refusal, attempt }],
                    )
                }
            },
            Command::Logout { session, connection } => match self.held(session, connection) {
                Some(_) => self.release(session, Cause::Logout),
                None => done(vec![]),
            },
            Command::End { session, cause } => self.release(session, cause),
            Command::Lost {
                session,
                connection,
                heard,
            } => {
                let Some(seat) = self.held(session, connection) else {
                    return done(vec![]);
                };
                let until = Served::from_nanos(now.max(heard.as_nanos() + grace));
                seat.state = SessionState::InGrace { until };
                done(vec![Effect::SeatLost { session, until }])
            }
            Command::Status {
                session,
                connection,
                on_call: said,
            } => match self.held(session, connection).map(|seat| &mut seat.state) {
                Some(SessionState::Connected { on_call, .. }) if *on_call != said => {
                    *on_call = said;
                    let on_call = said;
                    done(vec![Effect::OnCall { session, on_call }])
                }
                _ => done(vec![]),
            },
            Command::Responsive {
                session,
                connection,
                responsive,
            } => match self.held(session, connection).map(|seat| &mut seat.state) {
                Some(SessionState::Connected { unresponsive, .. }) if *unresponsive == responsive => {
                    *unresponsive = !responsive;
                    done(vec![Effect::Responded { session, responsive }])
                }
                _ => done(vec![]),
            },
            Command::Allocate(ref allocation) => {
                self.allocation = allocation.clone();
                done(vec![Effect::Allocated(allocation.clone())])
            }
            Command::SetGrace(grace) => {
                self.grace = nanoseconds(grace);
                done(vec![Effect::GraceSet(grace)])
            }
            Command::RenewGraces { at_least } => {
                let end = now + grace.max(nanoseconds(at_least));
                for seat in self.seats.iter_mut().filter(|seat| !over(seat, now)) {
                    if let Some(before) = until(seat) {
                        let until = Served::from_nanos(before.max(end));
                        seat.state = SessionState::InGrace { until };
                    }
                }
                let (after, until) = (Served::from_nanos(now), Served::from_nanos(end));
                done(vec![Effect::GracesRenewed { after, until }])
            }
        }
    }

    fn release(&mut self, session: SessionId, cause: Cause) -> (Outcome, Vec<Effect>) {
        let Some(seat) = self.find(session) else {
            return done(vec![]);
        };
        let connection = seat.connection();
        self.seats.retain(|seat| seat.record.session != session);
        let effect = Effect::SeatReleased {
            session,
            cause,
            connection,
        };
        (Outcome::Released, vec![effect])
    }

    fn held(&mut self, session: SessionId, connection: ConnectionNumber) -> Option<&mut Session> {
        let seat = self.find(session)?;
        (seat.connection() == Some(connection)).then_some(seat)
    }
}

/// The session goes on with `connection`; an older one that is open is superseded.
pub(super) fn take_up(seat: &mut Session, connection: ConnectionNumber) -> (Outcome, Effect) {
    let superseded = seat.connection().filter(|older| *older != connection);
    seat.state = connected(connection);
    seat.resumes += 1;
    let session = seat.record.session;
    let outcome = Outcome::Seated {
        session,
        resumed: true,
        over_allocation: seat.record.over_allocation,
    };
    let effect = Effect::SeatResumed {
        session,
        connection,
        superseded,
    };
    (outcome, effect)
}

pub(super) fn connected(connection: ConnectionNumber) -> SessionState {
    SessionState::Connected {
        connection,
        on_call: false,
        unresponsive: false,
    }
}

fn done(effects: Vec<Effect>) -> (Outcome, Vec<Effect>) {
    (Outcome::Done, effects)
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).expect("a short time")
}
