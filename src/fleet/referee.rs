//! The independent referee: judges from what agents saw whether the server kept its promises.
//!
//! It never knows when the server decided something, only between which moments: after a message was
//! sent and before its answer was read. So it works with two bounds. A seat is *certainly* held from the
//! moment its grant was read until the earliest moment at which it may rightly be free; it is *possibly*
//! held from the moment its login was sent until the latest. The server is accused only where no order of
//! events within the bounds is innocent: a slow fleet makes the bounds wide and never the verdict wrong.
//!
//! It keeps about 200 bytes for each session and refusal of the run and judges when the run is over.

mod attempts;
mod breach;
mod judgement;
mod lateness;
mod observation;
mod pauses;
mod spell;
mod stay;
mod step_count;

use std::collections::HashMap;
use std::time::Duration;

use crate::seats::SessionId;

use attempts::Attempts;
pub(super) use breach::Breaches;
pub use breach::{Breach, Rule};
use judgement::Bench;
pub use judgement::Verdict;
pub use observation::{
    At, Attempt, Grace, Loss, Observation, RefusalCode, RefusalNumbers, SampleNumbers, Span,
};
use pauses::Pauses;
use stay::{Spells, Stay};

/// What the server is allowed.
#[derive(Debug, Clone, Copy)]
pub struct Allowances {
    /// How much later than its grace a seat may be freed.
    pub lateness: Duration,
    /// After how long without a frame the server gives a connection up.
    pub silence_limit: Duration,
    /// For how long a login can be repeated and gets the same session.
    pub attempt_memory: Duration,
}

impl Default for Allowances {
    /// What the protocol promises, with the default silence limit.
    fn default() -> Self {
        Self {
            lateness: Duration::from_secs(1),
            silence_limit: Duration::from_secs(45),
            attempt_memory: Duration::from_secs(60),
        }
    }
}

/// Seats that others than the fleet may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Others {
    /// This many were seen before the fleet came, with and without a connection.
    #[expect(missing_docs, reason = "the fields are what they are called")]
    Seen { connected: u64, in_grace: u64 },
    /// Nobody could look.
    Unknown,
}

/// Collects observations, in about the order of their moments, and judges them.
pub struct Referee {
    allowances: Allowances,
    others: Others,
    attempts: Attempts,
    stays: HashMap<SessionId, Stay>,
    spells: Spells,
    evidence: Evidence,
    pauses: Pauses,
    breaches: Breaches,
}

/// What is judged when all is known.
#[derive(Default)]
struct Evidence {
    /// Grants of new sessions.
    grants: Vec<Span>,
    /// Releases by logout or by the server.
    releases: Vec<Span>,
    /// Refusals for want of a seat.
    exhausted: Vec<(Span, Option<RefusalNumbers>)>,
    samples: Vec<(Span, SampleNumbers)>,
    /// A seat was granted above the limit by policy.
    over_allocation: bool,
}

impl Referee {
    /// A referee that has seen nothing yet.
    pub fn new(allowances: Allowances, others: Others) -> Self {
        Self {
            allowances,
            others,
            attempts: Attempts::default(),
            stays: HashMap::new(),
            spells: Spells::default(),
            evidence: Evidence::default(),
            pauses: Pauses::default(),
            breaches: Breaches::default(),
        }
    }

    /// Takes note of `observation`.
    pub fn observe(&mut self, observation: Observation) {
        match observation {
            Observation::LoginSent { attempt, at } => self.attempts.sent(attempt, at),
            Observation::LoginUnanswered { attempt, at } => self.login_unanswered(attempt, at),
            Observation::Granted {
                attempt,
                session,
                span,
                grace,
                over_allocation,
            } => {
                self.granted(attempt, session, span, grace, over_allocation);
            }
            Observation::Refused {
                attempt,
                span,
                code,
                numbers,
            } => {
                self.refused(attempt, span, code, numbers);
            }
            Observation::Resumed { asked, session, span } => self.resumed(asked, session, span),
            Observation::ResumeRefused {
                session,
                proof,
                span,
                code,
            } => {
                self.resume_refused(session, proof, span, code);
            }
            Observation::Lost { session, span, how } => {
                if let Some(stay) = self.stays.get_mut(&session) {
                    stay.lost(span, how, &mut self.spells, &self.allowances);
                }
            }
            Observation::LogoutSent { session, at } => {
                if let Some(stay) = self.stays.get_mut(&session) {
                    stay.leaving(at);
                }
            }
            Observation::LoggedOut { session, span } => {
                self.answered(span);
                self.released(session, span);
            }
            Observation::Ended {
                session,
                at,
                superseded,
            } => self.ended(session, at, superseded),
            Observation::NotSuperseded { at } => {
                let detail = "an old connection was not told that another one has taken its place".to_owned();
                self.breaches.add(Rule::WrongCloseCode, at, detail);
            }
            Observation::ClosedWrongly {
                said,
                expected,
                code,
                at,
            } => {
                let detail = format!("after {said} a connection was closed {code}, not {expected}");
                self.breaches.add(Rule::WrongCloseCode, at, detail);
            }
            Observation::Sample { span, numbers } => {
                self.answered(span);
                self.evidence.samples.push((span, numbers));
            }
            Observation::Interrupted => self.pauses.interrupted(),
        }
    }

    /// The longest grace that a grant told; zero before the first.
    pub fn longest_grace(&self) -> Duration {
        self.attempts.longest_grace()
    }

    /// Judges; the run was over at `at`.
    pub fn finish(mut self, at: At) -> Verdict {
        for (_, stay) in self.stays.drain() {
            stay.cut_off(at, &mut self.spells, &self.allowances);
        }
        self.attempts.cut_off(at, &mut self.spells, &self.allowances);
        // What agents saw while they were sent home cannot be judged: who holds what is no longer known.
        self.evidence.exhausted.retain(|(span, _)| span.to <= at);
        self.evidence.samples.retain(|(span, _)| span.to <= at);
        self.pauses.finish(at);
        Bench::new(
            &self.evidence,
            &self.spells,
            &self.pauses,
            &self.allowances,
            self.others,
            self.longest_grace(),
        )
        .judge(self.breaches)
    }

    fn answered(&mut self, span: Span) {
        self.pauses.answered(span, self.stays.len());
    }

    fn login_unanswered(&mut self, attempt: Attempt, at: At) {
        let session = self.attempts.unanswered(attempt, at);
        let Some(stay) = session.and_then(|session| self.stays.get_mut(&session)) else {
            return;
        };
        stay.contested = true;
        if stay.loss().is_some() {
            // It may have taken the session up again before it was cut off.
            stay.lost(
                Span::new(at, at),
                Loss::Dropped,
                &mut self.spells,
                &self.allowances,
            );
        }
    }

    fn granted(&mut self, attempt: Attempt, session: SessionId, span: Span, grace: Grace, over: bool) {
        self.answered(span);
        let attempted = self.attempts.granted(attempt, session, span, grace);
        if attempted.session == Some(session) {
            if let Some(stay) = self.stays.get_mut(&session) {
                stay.resumed(span, &mut self.spells, &self.allowances);
            }
            return;
        }
        if let Some(held) = attempted.session.and_then(|session| self.stays.get(&session)) {
            let young = span.to.saturating_sub(held.granted.from) < self.allowances.attempt_memory;
            if young && span.to < held.certain_until(held.granted.from) {
                let detail =
                    "a repeated login got another session while its first one held a seat".to_owned();
                self.breaches.add(Rule::SecondSeat, span.to, detail);
            }
        }
        self.evidence.over_allocation |= over;
        let mut stay = Stay::new(attempt, attempted.first_sent, span, grace, over);
        stay.contested = attempted.was_cut_off;
        self.evidence
            .grants
            .push(Span::new(attempted.first_sent, span.to));
        if self.stays.insert(session, stay).is_some() {
            let detail = "a login got the session of another agent".to_owned();
            self.breaches.add(Rule::SharedSession, span.to, detail);
        }
    }

    fn refused(&mut self, attempt: Attempt, span: Span, code: RefusalCode, numbers: Option<RefusalNumbers>) {
        self.answered(span);
        if let Some(stay) = self
            .attempts
            .session(attempt)
            .and_then(|session| self.stays.get(&session))
        {
            let young = span.to.saturating_sub(stay.granted.from) < self.allowances.attempt_memory;
            let due = code == RefusalCode::SeatsExhausted || code == RefusalCode::SessionGone;
            if due && young && span.to < stay.certain_until(stay.granted.from) {
                let detail = "a repeated login was refused though its session held a seat".to_owned();
                self.breaches.add(Rule::SessionLost, span.to, detail);
            }
        }
        self.attempts.refused(attempt, &mut self.spells, &self.allowances);
        if code == RefusalCode::SeatsExhausted {
            self.evidence.exhausted.push((span, numbers));
        }
    }

    fn resumed(&mut self, asked: SessionId, session: SessionId, span: Span) {
        self.answered(span);
        if asked != session {
            let detail = "a resume was answered by another session".to_owned();
            self.breaches.add(Rule::SecondSeat, span.to, detail);
        }
        if let Some(stay) = self.stays.get_mut(&asked) {
            stay.resumed(span, &mut self.spells, &self.allowances);
        }
    }

    fn resume_refused(&mut self, session: SessionId, proof: At, span: Span, code: RefusalCode) {
        self.answered(span);
        if code != RefusalCode::SessionGone {
            let detail = "a resume was refused for another reason than that its session is gone".to_owned();
            self.breaches.add(Rule::UnjustifiedRefusal, span.to, detail);
            return;
        }
        let Some(stay) = self.stays.remove(&session) else {
            return;
        };
        self.attempts.forget(stay.attempt);
        let in_time = span.to >= stay.certain_until(proof);
        if !in_time {
            let (rule, detail) = diagnose(&stay, span);
            self.breaches.add(rule, span.to, detail);
        }
        stay.gone(in_time, span.to, &mut self.spells, &self.allowances);
    }

    fn released(&mut self, session: SessionId, span: Span) {
        let Some(stay) = self.stays.remove(&session) else {
            return;
        };
        self.attempts.forget(stay.attempt);
        self.evidence.releases.push(span);
        stay.released(span.to, &mut self.spells, &self.allowances);
    }

    fn ended(&mut self, session: SessionId, at: At, superseded: bool) {
        let Some(stay) = self.stays.get_mut(&session) else {
            return;
        };
        if !superseded {
            let granted = stay.granted.to;
            self.released(session, Span::new(granted, at));
            return;
        }
        if !stay.contested {
            let detail = "a connection was superseded though its agent opened no other".to_owned();
            self.breaches.add(Rule::SessionLost, at, detail);
        }
        // Whoever superseded it holds the seat, and may lose it at once.
        let since = stay.granted.to;
        stay.leaving(since);
        stay.lost(
            Span::new(since, at),
            Loss::Broken,
            &mut self.spells,
            &self.allowances,
        );
    }
}

/// Names what happened to a session that should be there: by the last that was done to it.
fn diagnose(stay: &Stay, asked: Span) -> (Rule, String) {
    let Some((proof, how)) = stay.loss() else {
        let rule = if stay.superseded {
            Rule::OldGoodbye
        } else {
            Rule::SessionLost
        };
        return (
            rule,
            "a session was gone while its connection was open".to_owned(),
        );
    };
    let after = asked.from.saturating_sub(proof.to);
    let detail = format!(
        "a session was gone {} ms after its last proof of life; its grace is {} ms",
        after.as_millis(),
        stay.grace.most.as_millis()
    );
    let at_once = after < stay.grace.least / 4;
    let rule = match how {
        _ if stay.superseded && at_once => Rule::OldGoodbye,
        Loss::CloseFrame(_) if at_once => Rule::FreedOnClose,
        _ if at_once => Rule::SessionLost,
        Loss::CloseFrame(_) | Loss::Dropped | Loss::Silence | Loss::Broken => Rule::FreedEarly,
    };
    (rule, detail)
}

#[cfg(test)]
mod tests;
