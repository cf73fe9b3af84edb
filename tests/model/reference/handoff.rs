//! Hand-off: in one step the old session is released and a new one seated. A code is good once,
//! for 60 s, also while its session is in grace; it dies with its session and with a restart.

use super::{Code, MINUTE, Reference, over, refused};
use crate::seats::{Cause, Command, Effect, HandoffHash, Login, Outcome, Record, Refusal, Served, Timestamp};

impl Reference {
    pub(super) fn claim(&mut self, login: Login, code: HandoffHash, effects: &mut Vec<Effect>) -> Outcome {
        let mut codes = self.codes.iter();
        let good = codes.find(|known| known.code == code && self.now < known.until);
        let older = good.and_then(|good| self.get(good.session)).copied();
        let Some(older) = older.filter(|seat| !over(seat, self.now)) else {
            return refused(Refusal::HandoffInvalid, login.attempt, effects);
        };
        self.leave_the_place_of(login, effects);
        self.remove(older.record.session);
        effects.push(Effect::SeatReleased {
            session: older.record.session,
            cause: Cause::HandedOff,
            connection: older.connection(),
        });
        let record = Record {
            session: login.session,
            secret: login.secret,
            attempt: login.attempt,
            over_allocation: older.record.over_allocation,
            granted_at: Timestamp(self.utc),
            ending: None,
            entry: login.entry,
        };
        self.grant(record, login.connection, effects)
    }

    /// What the outgoing agent's widget asks; it stays seated.
    pub(super) fn hand_off(&mut self, command: &Command, effects: &mut Vec<Effect>) -> Outcome {
        match *command {
            Command::OfferHandoff {
                session,
                connection,
                code,
            } => {
                if self.held(session, connection).is_some() {
                    let until = self.now + MINUTE;
                    self.codes.retain(|known| known.session != session);
                    self.codes.push(Code { code, session, until });
                    let until = Served::from_nanos(until);
                    effects.push(Effect::HandoffOffered { session, code, until });
                }
            }
            Command::CancelHandoff { session, connection } => {
                let open = self.codes.iter().any(|known| known.session == session);
                if open && self.held(session, connection).is_some() {
                    self.codes.retain(|known| known.session != session);
                    effects.push(Effect::HandoffWithdrawn { session });
                }
            }
            _ => unreachable!("no hand-off"),
        }
        Outcome::Done
    }
}
