//! The referee: a value that is told what clients and the admin API saw, and says which promises
//! of the server were broken.
//!
//! It knows no sockets, no clock and no rules of the server but the public ones. It judges by
//! intervals and accuses only where no timing of the fleet itself could explain what was seen.

mod breach;
mod judge;
mod lateness;
mod steps;
#[cfg(test)]
mod tests;
mod visit;

use std::{collections::BTreeMap, time::Duration};

pub use breach::{Breach, Rule};
use visit::Visit;

/// How much later than the end of its grace a seat may be free.
const DISCOVERY: Duration = Duration::from_secs(1);
/// After how much silence a connection counts as lost.
const SILENCE_LIMIT: Duration = Duration::from_secs(45);
/// How long a login may be on its way before it is judged.
const LOGIN_TIMEOUT: Duration = Duration::from_secs(10);
/// For how long a granted attempt gives the same session.
const ATTEMPT_REPEATABLE: Duration = Duration::from_secs(60);
/// The grace of an organization that nobody has told yet.
const GRACE_UNKNOWN: Duration = Duration::from_secs(60);
/// How many breaches are kept; one is enough for the verdict.
const BREACHES_KEPT: usize = 100;

/// The fleet's own number of one login attempt and the session that came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VisitNumber(pub u64);

/// How a client left its session, with the moments that bound what the server can know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Departure {
    /// Close frame, FIN or reset, begun at `proof`.
    Lost {
        /// When the client began to send it.
        proof: Duration,
    },
    /// The client went mute with its socket open.
    Silent {
        /// When it began to send the last thing.
        last_sent: Duration,
    },
    /// A mute client's socket was closed.
    SilentEnded,
    /// A request was given up unanswered; whether it was judged is open.
    Unanswered,
    /// The connection broke without the client's doing.
    BrokenByServer {
        /// When the last request was sent that the server answered on it.
        answered: Duration,
    },
    /// `ended`, for another reason than a newer connection.
    EndedByServer,
    /// `logout` was sent.
    LogoutSent {
        /// When the client began to send it.
        before: Duration,
    },
    /// `ended logout` came.
    LogoutAnswered,
    /// The connection went before `ended logout` came.
    LogoutUnanswered,
}

/// The numbers in a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disclosed {
    /// The limit.
    pub limit: u32,
    /// Seats in use.
    pub in_use: u32,
    /// Of them in grace.
    pub in_grace: u32,
}

/// The live numbers of the admin API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// The limit.
    pub total: u32,
    /// Seats in use.
    pub in_use: u32,
    /// Of them with an open connection.
    pub connected: u32,
    /// Of them in grace.
    pub in_grace: u32,
    /// Free seats.
    pub free: u32,
}

/// Something that the fleet saw or did. `asked` is when the request was sent that was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Observation {
    /// A login is about to be sent, for the first time or again with the same attempt.
    LoginAsked(VisitNumber),
    /// A resume is about to be sent.
    ResumeAsked(VisitNumber),
    /// A login was answered by `seated`.
    Seated {
        /// Whose.
        visit: VisitNumber,
        /// When it was sent.
        asked: Duration,
        /// Whether the session is the one already known for this attempt, if one is.
        same: bool,
        /// The organization's grace.
        grace: Duration,
        /// What `seated` says of it.
        over_allocation: bool,
    },
    /// A resume was answered by `seated`.
    Resumed {
        /// Whose.
        visit: VisitNumber,
        /// When it was sent.
        asked: Duration,
        /// Whether it is the session that was asked for.
        same: bool,
        /// Whether the older connection was open.
        doubled: bool,
    },
    /// A resume was answered by `session_gone`.
    Gone {
        /// Whose.
        visit: VisitNumber,
        /// When it was sent.
        asked: Duration,
    },
    /// A login was refused.
    Refused {
        /// Whose.
        visit: VisitNumber,
        /// When it was sent.
        asked: Duration,
        /// The code.
        code: String,
        /// The numbers, where disclosed.
        seats: Option<Disclosed>,
    },
    /// The client left, or was sent away.
    Departed(VisitNumber, Departure),
    /// A close frame came after a message that explains it.
    Closed {
        /// The code of that message.
        said: String,
        /// The close code.
        close: u16,
    },
    /// The admin API answered.
    Sampled {
        /// When the request was sent.
        asked: Duration,
        /// What it said.
        sample: Sample,
    },
}

#[derive(Debug)]
struct RefusedLogin {
    asked: Duration,
    at: Duration,
    seats: Option<Disclosed>,
}

/// Everything seen so far.
#[derive(Debug, Default)]
pub struct Referee {
    visits: BTreeMap<VisitNumber, Visit>,
    refusals: Vec<RefusedLogin>,
    samples: Vec<(Duration, Duration, Sample)>,
    /// The lowest and the highest limit that was told.
    limits: Option<(u32, u32)>,
    grace: Option<Duration>,
    breaches: Vec<Breach>,
}

/// What the referee concludes at the end.
#[derive(Debug)]
pub struct Judgement {
    /// All accusations, in order of time, the first hundred.
    pub breaches: Vec<Breach>,
    /// The highest number of seats in use that was seen or told.
    pub peak_in_use: u32,
    /// The limit as last told.
    pub limit: Option<u32>,
    /// How late purged seats came to those who polled for them.
    pub purge_lateness: Vec<Duration>,
}

impl Referee {
    /// Takes one observation, made at `at` since the run began. Those of one visit come in order.
    pub fn observe(&mut self, at: Duration, observation: Observation) {
        match observation {
            Observation::LoginAsked(number) => {
                let grace = self.grace.unwrap_or(GRACE_UNKNOWN);
                let known = self.visits.entry(number).and_modify(|visit| {
                    visit.asks += 1;
                    visit.may_continue(at);
                });
                known.or_insert_with(|| Visit::asked(at, grace));
            }
            Observation::ResumeAsked(number) => {
                if let Some(visit) = self.visits.get_mut(&number) {
                    visit.may_continue(at);
                }
            }
            Observation::Seated {
                visit,
                asked,
                same,
                grace,
                over_allocation,
            } => {
                self.grace = Some(grace);
                let Some(known) = self.visits.get_mut(&visit) else {
                    return;
                };
                if !same {
                    if known.certainly_held(at) && at < known.asked + ATTEMPT_REPEATABLE {
                        let detail = format!("an attempt asked again at {asked:.3?} got another session");
                        self.accuse(Rule::SecondSeat, at, detail);
                    } else {
                        known.certain_from = None;
                    }
                }
                if let Some(known) = self.visits.get_mut(&visit) {
                    known.seated(at, grace, over_allocation);
                }
            }
            Observation::Resumed {
                visit,
                asked,
                same,
                doubled,
            } => self.resumed(at, visit, asked, same, doubled),
            Observation::Gone { visit, asked } => self.gone(at, visit, asked),
            Observation::Refused {
                visit,
                asked,
                code,
                seats,
            } => self.refused(at, visit, asked, &code, seats),
            Observation::Departed(number, departure) => {
                if let Some(visit) = self.visits.get_mut(&number) {
                    visit.departed(at, departure);
                }
            }
            Observation::Closed { said, close } => self.closed(at, &said, close),
            Observation::Sampled { asked, sample } => {
                self.told_limit(sample.total);
                self.samples.push((asked, at, sample));
            }
        }
    }

    fn resumed(&mut self, at: Duration, visit: VisitNumber, asked: Duration, same: bool, doubled: bool) {
        let Some(known) = self.visits.get_mut(&visit) else {
            return;
        };
        let late = known.possible_until.filter(|until| asked > *until);
        known.held_on();
        known.doubled = doubled;
        if let Some(until) = late {
            let over = (asked - until + DISCOVERY).as_millis();
            self.accuse(
                Rule::FreedLate,
                at,
                format!("a session could be resumed {over} ms after its grace"),
            );
        }
        if !same {
            self.accuse(Rule::SecondSeat, at, "a resume got another session".into());
        }
    }

    fn gone(&mut self, at: Duration, visit: VisitNumber, asked: Duration) {
        let Some(known) = self.visits.get_mut(&visit) else {
            return;
        };
        let held = known.certainly_held(at);
        let left = known
            .certain_until
            .map(|until| until.saturating_sub(at).as_millis());
        let doubled = known.doubled;
        known.gone(asked, at);
        match left {
            _ if !held => {}
            _ if doubled => {
                let detail = "a session was gone after its older connection had ended".into();
                self.accuse(Rule::OldGoodbye, at, detail);
            }
            Some(left) => {
                self.accuse(
                    Rule::FreedEarly,
                    at,
                    format!("a session was gone {left} ms before its grace was over"),
                );
            }
            None => {
                self.accuse(
                    Rule::SessionLost,
                    at,
                    "a session was gone although its connection was open".into(),
                );
            }
        }
    }

    fn refused(
        &mut self,
        at: Duration,
        visit: VisitNumber,
        asked: Duration,
        code: &str,
        seats: Option<Disclosed>,
    ) {
        if let Some(seats) = seats {
            self.told_limit(seats.limit);
        }
        let Some(known) = self.visits.get_mut(&visit) else {
            return;
        };
        let held = known.certainly_held(at) && at < known.asked + ATTEMPT_REPEATABLE;
        if known.certain_from.is_none() && known.asks == 1 {
            known.void = true;
        }
        known.gone(asked, at);
        match code {
            "overloaded" | "maintenance" | "rate_limited" | "login_timeout" | "draining" => {}
            "seats_exhausted" if held => {
                self.accuse(
                    Rule::SessionLost,
                    at,
                    "a repeated attempt did not find its session".into(),
                );
            }
            "seats_exhausted" => self.refusals.push(RefusedLogin { asked, at, seats }),
            other => self.accuse(
                Rule::UnjustifiedRefusal,
                at,
                format!("a login was refused with {other}"),
            ),
        }
    }

    fn closed(&mut self, at: Duration, said: &str, close: u16) {
        let expected = match said {
            "logout" => 1000,
            "draining" => 1012,
            "overloaded" => 1013,
            "login_timeout" => 4008,
            "session_gone" => 4010,
            "too_slow" => 4012,
            "rate_limited" => 4029,
            "maintenance" => 4053,
            "bad_message" => 4500,
            "unauthorized" => 4501,
            "origin_not_allowed" => 4503,
            "superseded" => 4509,
            "terminated" => 4540,
            "handed_off" => 4541,
            "unresponsive" => 4543,
            "seats_exhausted" => 4550,
            "no_allocation" => 4551,
            "handoff_invalid" => 4552,
            _ => return,
        };
        if close != expected {
            self.accuse(
                Rule::WrongCloseCode,
                at,
                format!("after {said} came {close}, not {expected}"),
            );
        }
    }

    fn told_limit(&mut self, limit: u32) {
        let (low, high) = self.limits.unwrap_or((limit, limit));
        self.limits = Some((low.min(limit), high.max(limit)));
    }

    fn accuse(&mut self, rule: Rule, at: Duration, detail: String) {
        if self.breaches.len() < BREACHES_KEPT {
            self.breaches.push(Breach { rule, at, detail });
        }
    }
}
