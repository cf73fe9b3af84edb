//! Everything that is asked of one session or of the pool, logins and sweeps aside.

use super::{Reference, over, refused, until};
use crate::seats::{Cause, Command, Effect, Outcome, Refusal, Served, SessionState};
use std::time::Duration;

impl Reference {
    pub(super) fn other(&mut self, command: &Command, effects: &mut Vec<Effect>) -> Outcome {
        match *command {
            Command::Login(_) | Command::Sweep { .. } => unreachable!("answered before"),
            Command::Resume {
                session,
                secret,
                connection,
            } => match self.find(session) {
                Some(seat) if seat.record.secret == secret => self.take_up(session, connection, effects),
                _ => refused(Refusal::SessionGone, None, effects),
            },
            Command::Logout { session, connection } => match self.held(session, connection) {
                Some(_) => self.release(session, Cause::Logout, effects),
                None => Outcome::Done,
            },
            Command::End { session, cause } => self.release(session, cause, effects),
            Command::EndLater { session, ending } => self.end_later(session, ending, effects),
            Command::LeaveLine { .. } | Command::WaiterHeard { .. } => self.wait(command, effects),
            Command::OfferHandoff { .. } | Command::CancelHandoff { .. } => self.hand_off(command, effects),
            Command::Status {
                session,
                connection,
                on_call,
            } => self.say_on_call(session, connection, on_call, effects),
            Command::Lost { .. } | Command::Responsive { .. } => self.notice(command, effects),
            Command::Allocate(_)
            | Command::SetGrace(_)
            | Command::Maintain(_)
            | Command::RenewGraces { .. } => self.change(command, effects),
        }
    }

    /// What the server finds out about a connection.
    fn notice(&mut self, command: &Command, effects: &mut Vec<Effect>) -> Outcome {
        let (now, grace) = (self.now, self.grace);
        match *command {
            Command::Lost {
                session,
                connection,
                heard,
            } => {
                if let Some(seat) = self.held(session, connection) {
                    let until = Served::from_nanos(now.max(heard.as_nanos() + grace));
                    seat.state = SessionState::InGrace { until };
                    effects.push(Effect::SeatLost { session, until });
                }
            }
            Command::Responsive {
                session,
                connection,
                responsive,
            } => {
                if let Some(seat) = self.held(session, connection)
                    && let SessionState::Connected { unresponsive, .. } = &mut seat.state
                    && *unresponsive == responsive
                {
                    *unresponsive = !responsive;
                    effects.push(Effect::Responded { session, responsive });
                }
            }
            _ => unreachable!("nothing about a connection"),
        }
        Outcome::Done
    }

    /// Other settings from here on.
    fn change(&mut self, command: &Command, effects: &mut Vec<Effect>) -> Outcome {
        let (now, grace) = (self.now, self.grace);
        effects.push(match *command {
            Command::Allocate(ref allocation) => {
                self.allocation = allocation.clone();
                Effect::Allocated(allocation.clone())
            }
            Command::SetGrace(grace) => {
                self.grace = nanoseconds(grace);
                Effect::GraceSet(grace)
            }
            Command::Maintain(ref windows) => {
                self.windows.clone_from(windows);
                Effect::Maintained(windows.clone())
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
                Effect::GracesRenewed { after, until }
            }
            _ => unreachable!("no setting"),
        });
        Outcome::Done
    }
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).expect("a short time")
}
