//! How an agent gets its seat: by a login, or by a resume.

use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use super::super::connection::{Connection, Heard};
use super::super::referee::{At, Attempt, Observation, RefusalCode, Span};
use super::super::wire::{self, Refused, Said, Seated};
use super::{Agent, Seat, State};

/// What became of a request.
enum Answer {
    Seated(Seated, At),
    Refused(Refused, At),
    /// The connection ended, or something else came.
    None(At),
}

/// How long a queueing agent waits between two logins.
const QUEUE_INTERVAL: Duration = Duration::from_millis(20);

/// How long the server remembers an attempt, less some time to ask.
const ATTEMPT_MEMORY: Duration = Duration::from_secs(50);

impl Agent {
    /// A person starts a login.
    pub(super) async fn login(&mut self) {
        if matches!(
            self.state,
            State::Away | State::Refused { .. } | State::Unanswered { .. }
        ) {
            self.login_as(new_attempt(), None).await;
        }
    }

    /// The same login is tried again: after a refusal, a lost answer, or a lost connection if the server
    /// still knows the attempt.
    pub(super) async fn repeat(&mut self) {
        let attempt = match &self.state {
            State::Refused { attempt } | State::Unanswered { attempt } => *attempt,
            State::Lost { seat } if self.world.now() < seat.asked + ATTEMPT_MEMORY => seat.attempt,
            State::Lost { .. } => return self.resume().await,
            State::Away | State::Seated { .. } | State::Silent { .. } => return,
        };
        self.login_as(attempt, None).await;
    }

    /// A login whose connection is reset `after` it was sent, before anybody reads the answer.
    pub(super) async fn login_cut_off(&mut self, after: Duration) {
        if matches!(self.state, State::Away | State::Refused { .. }) {
            self.login_as(new_attempt(), Some(after)).await;
        }
    }

    /// Asks again and again for `duration`, if there is a place for one that does; else just waits.
    pub(super) async fn queue(&mut self, duration: Duration) {
        let world = Arc::clone(&self.world);
        let Ok(_place) = world.queue.try_acquire() else {
            return world.pause(duration).await;
        };
        let end = world.now() + duration;
        while world.now() < end && !world.stop.is_cancelled() {
            match self.state {
                State::Refused { .. } => self.repeat().await,
                State::Away => self.login().await,
                State::Unanswered { .. }
                | State::Seated { .. }
                | State::Lost { .. }
                | State::Silent { .. } => {
                    return;
                }
            }
            if !matches!(self.state, State::Seated { .. }) {
                world.pause(QUEUE_INTERVAL).await;
            }
        }
    }

    async fn login_as(&mut self, attempt: Attempt, cut_off: Option<Duration>) {
        let Some(mut connection) = self.world.connect().await else {
            return;
        };
        self.world.observe(Observation::LoginSent {
            attempt,
            at: self.world.now(),
        });
        let (Ok(sent) | Err(sent)) = connection
            .say(wire::login(&self.world.organization, attempt))
            .await;
        if let Some(after) = cut_off {
            tokio::time::sleep(after).await;
            let at = connection.reset().to;
            self.world.observe(Observation::LoginUnanswered { attempt, at });
            return self.change_to(State::Unanswered { attempt });
        }
        match answer(&mut connection).await {
            Answer::Seated(seated, at) => {
                let seat = self.granted(attempt, seated, Span::new(sent.from, at));
                self.change_to(State::Seated { seat, connection });
            }
            Answer::Refused(refused, at) => {
                self.refused(attempt, &refused, Span::new(sent.from, at));
                self.hear_close(connection, &refused.code).await;
                self.change_to(State::Refused { attempt });
            }
            Answer::None(at) => {
                {
                    let mut ledger = self.world.ledger.lock();
                    ledger.observe(Observation::LoginUnanswered { attempt, at });
                    ledger.interrupted();
                }
                self.change_to(State::Unanswered { attempt });
            }
        }
    }

    fn granted(&self, attempt: Attempt, seated: Seated, span: Span) -> Seat {
        let Seated {
            session,
            secret,
            over_allocation,
            grace_s,
        } = seated;
        let grace = self.world.grace(grace_s);
        let mut ledger = self.world.ledger.lock();
        ledger.observe(Observation::Granted {
            attempt,
            session,
            span,
            grace,
            over_allocation,
        });
        ledger.logins.record(span.to.saturating_sub(span.from));
        Seat {
            session,
            secret,
            attempt,
            asked: span.from,
            proof: span.from,
        }
    }

    fn refused(&self, attempt: Attempt, refused: &Refused, span: Span) {
        let code = refusal_code(&refused.code);
        let mut ledger = self.world.ledger.lock();
        ledger.observe(Observation::Refused {
            attempt,
            span,
            code,
            numbers: refused.numbers(),
        });
        ledger.refusals += 1;
        if code != RefusalCode::SeatsExhausted {
            ledger.complain(&refused.code);
        }
    }

    /// Takes the session up again after its connection was lost.
    pub(super) async fn resume(&mut self) {
        if !matches!(self.state, State::Lost { .. } | State::Silent { .. }) {
            return;
        }
        let Some(connection) = self.world.connect().await else {
            return;
        };
        let (seat, silent) = match self.take_state() {
            State::Lost { seat } => (seat, None),
            State::Silent { seat, connection } => (seat, Some(connection)),
            State::Away | State::Refused { .. } | State::Unanswered { .. } | State::Seated { .. } => return,
        };
        match self.resume_on(connection, seat).await {
            Ok((seat, connection)) => self.change_to(State::Seated { seat, connection }),
            Err(Some(seat)) => self.change_to(State::Lost { seat }),
            Err(None) => self.change_to(State::Away),
        }
        drop(silent);
    }

    /// Resumes on a new connection. Gives the seat back if there was no answer, nothing if it is gone.
    pub(super) async fn resume_on(
        &mut self,
        mut connection: Connection,
        mut seat: Seat,
    ) -> Result<(Seat, Connection), Option<Seat>> {
        let asked = seat.session;
        let message = wire::resume(&self.world.organization, asked, &seat.secret);
        let (Ok(sent) | Err(sent)) = connection.say(message).await;
        match answer(&mut connection).await {
            Answer::Seated(seated, at) => {
                let span = Span::new(sent.from, at);
                let mut ledger = self.world.ledger.lock();
                ledger.observe(Observation::Resumed {
                    asked,
                    session: seated.session,
                    span,
                });
                ledger.resumes.record(span.to.saturating_sub(span.from));
                drop(ledger);
                seat.secret = seated.secret;
                Ok((seat, connection))
            }
            Answer::Refused(refused, at) => {
                let (span, code) = (Span::new(sent.from, at), refusal_code(&refused.code));
                {
                    let mut ledger = self.world.ledger.lock();
                    let proof = seat.proof;
                    ledger.observe(Observation::ResumeRefused {
                        session: asked,
                        proof,
                        span,
                        code,
                    });
                    if code != RefusalCode::SessionGone {
                        ledger.complain(&refused.code);
                    }
                }
                self.hear_close(connection, &refused.code).await;
                Err(None)
            }
            Answer::None(at) => {
                let (span, how) = self.world.broken(sent.from, at);
                self.observe_lost(asked, span, how);
                self.world.ledger.lock().interrupted();
                Err(Some(seat))
            }
        }
    }

    /// Reads the close frame that follows after `code` was said.
    pub(super) async fn hear_close(&self, mut connection: Connection, code: &str) {
        let Some((said, expected)) = wire::end(code) else {
            return;
        };
        loop {
            match connection.hear_within(Duration::from_secs(5)).await {
                Heard::Said(..) => {}
                Heard::Closed(closed, at) => {
                    let code = closed.unwrap_or(1005);
                    if code != expected {
                        self.world.observe(Observation::ClosedWrongly {
                            said,
                            expected,
                            code,
                            at,
                        });
                    }
                    return;
                }
                Heard::Broken(_) => return self.world.ledger.lock().complain("no close frame"),
            }
        }
    }
}

async fn answer(connection: &mut Connection) -> Answer {
    loop {
        match connection.hear_within(Connection::PATIENCE).await {
            Heard::Said(Said::Seated(seated), at) => return Answer::Seated(seated, at),
            Heard::Said(Said::Refused(refused), at) => return Answer::Refused(refused, at),
            Heard::Said(Said::Error { code, .. }, at) => return Answer::Refused(Refused::error(code), at),
            Heard::Said(Said::Heartbeat | Said::Other, _) => {}
            Heard::Said(Said::Ended { .. }, at) | Heard::Closed(_, at) | Heard::Broken(at) => {
                return Answer::None(at);
            }
        }
    }
}

fn refusal_code(code: &str) -> RefusalCode {
    match code {
        "seats_exhausted" => RefusalCode::SeatsExhausted,
        "session_gone" => RefusalCode::SessionGone,
        _ => RefusalCode::Other,
    }
}

fn new_attempt() -> Attempt {
    Attempt(Uuid::new_v4().as_u128())
}
