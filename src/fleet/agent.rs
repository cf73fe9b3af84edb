//! One agent's moves on the wire, each told to the referee.

use std::{
    collections::VecDeque,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use rand::{RngExt, SeedableRng, rngs::SmallRng};

use super::{
    ground::Ground,
    heard::{self, Heard, Terms},
    link::{LetGo, Link},
    referee::{Departure, Observation, VisitNumber},
};

/// What a server turns everybody away with, not this agent at this moment.
const TURNED_AWAY: [&str; 4] = [
    "unauthorized",
    "origin_not_allowed",
    "no_allocation",
    "bad_message",
];

/// How many sessions an agent remembers to give back at the end.
const LEFT_BEHIND_KEPT: usize = 16;
/// A connection on which nothing was sent for this long may count as lost already.
const QUIET: Duration = Duration::from_secs(40);

pub(super) struct Agent {
    pub(super) ground: Arc<Ground>,
    pub(super) number: usize,
    pub(super) dice: SmallRng,
    /// Sessions that were left without a logout, the latest ones.
    left_behind: VecDeque<Ticket>,
}

/// A session as its client knows it.
pub(super) struct Ticket {
    pub(super) visit: VisitNumber,
    attempt: String,
    session: String,
    secret: String,
}

/// A session with its open connection.
pub(super) struct Seat {
    pub(super) ticket: Ticket,
    pub(super) link: Link,
}

pub(super) enum LoginAnswer {
    Seated(Seat),
    Refused,
    Unanswered,
}

pub(super) enum ResumeAnswer {
    Resumed(Seat),
    Gone,
    /// No answer: the ticket may still be good.
    Unanswered(Ticket),
}

impl Agent {
    pub(super) fn new(ground: Arc<Ground>, number: usize) -> Self {
        let dice = SmallRng::seed_from_u64(
            ground
                .plan
                .seed
                .wrapping_add((number as u64).wrapping_mul(0x9E37_79B9)),
        );
        Self {
            ground,
            number,
            dice,
            left_behind: VecDeque::new(),
        }
    }

    /// A random part of `whole` between the two shares.
    pub(super) fn share(&mut self, whole: Duration, from: f64, to: f64) -> Duration {
        whole.mul_f64(self.dice.random_range(from..to))
    }

    /// Leaves a session to its grace.
    pub(super) fn leave_behind(&mut self, ticket: Ticket) {
        self.left_behind.truncate(LEFT_BEHIND_KEPT - 1);
        self.left_behind.push_front(ticket);
    }

    /// Gives back what is still held, so that the next run finds an empty organization.
    pub(super) async fn clear_up(&mut self) {
        while let Some(ticket) = self.left_behind.pop_front() {
            if let ResumeAnswer::Resumed(seat) = self.resume(ticket, None).await {
                self.log_out(seat).await;
            }
        }
    }

    /// A login that a person starts.
    pub(super) async fn log_in(&mut self) -> LoginAnswer {
        let (visit, attempt) = (self.ground.new_visit(), uuid::Uuid::new_v4().to_string());
        self.try_attempt(visit, attempt, None).await
    }

    /// A login whose answer is never read, tried again with the same attempt.
    pub(super) async fn log_in_with_lost_answer(&mut self) -> LoginAnswer {
        let (visit, attempt) = (self.ground.new_visit(), uuid::Uuid::new_v4().to_string());
        if let Some(mut link) = self.open().await {
            self.ground.observe(Observation::LoginAsked(visit));
            link.send(self.login_text(&attempt)).await;
            let read = self.dice.random_range(0..20);
            tokio::time::sleep(Duration::from_millis(read)).await;
            self.give_up(visit, link).await;
        }
        self.try_attempt(visit, attempt, None).await
    }

    /// The login of a seated agent once more, with the same attempt, as if its answer had been lost.
    pub(super) async fn repeat_login(&mut self, seat: Seat) -> LoginAnswer {
        let Seat { ticket, link } = seat;
        let visit = ticket.visit;
        let older = if self.dice.random_bool(0.5) {
            self.let_go(visit, link, LetGo::Reset).await;
            None
        } else {
            Some(link)
        };
        self.try_attempt(visit, ticket.attempt, Some((ticket.session, older)))
            .await
    }

    async fn try_attempt(
        &mut self,
        visit: VisitNumber,
        attempt: String,
        known: Option<(String, Option<Link>)>,
    ) -> LoginAnswer {
        let ground = Arc::clone(&self.ground);
        let (session, older) = known.map_or((None, None), |(session, older)| (Some(session), older));
        let Some(mut link) = self.open().await else {
            if let Some(older) = older {
                self.let_go(visit, older, LetGo::Reset).await;
            }
            return LoginAnswer::Unanswered;
        };
        let asked = ground.observe(Observation::LoginAsked(visit));
        link.send(self.login_text(&attempt)).await;
        match link.answer().await {
            Heard::Seated(terms) => {
                let grace = ground.learn_grace(terms.grace);
                let same = session.is_none_or(|session| session == terms.session);
                let over_allocation = terms.over_allocation;
                let seated = Observation::Seated {
                    visit,
                    asked,
                    same,
                    grace,
                    over_allocation,
                };
                let took = ground.observe(seated).saturating_sub(asked);
                let _ = ground.latencies.lock().login.record(micros(took));
                ground.plan.tally.logins.fetch_add(1, Relaxed);
                link.answered = asked;
                if let Some(older) = older {
                    self.superseded(older).await;
                }
                LoginAnswer::Seated(Seat {
                    ticket: ticket(visit, attempt, terms),
                    link,
                })
            }
            Heard::Refused { code, seats } => {
                if TURNED_AWAY.contains(&code.as_str()) {
                    ground.turned_away.lock().get_or_insert(code.clone());
                }
                ground.observe(Observation::Refused {
                    visit,
                    asked,
                    code,
                    seats,
                });
                ground.plan.tally.refused.fetch_add(1, Relaxed);
                self.see_close(link).await;
                LoginAnswer::Refused
            }
            Heard::Failed { code } if code == "overloaded" => {
                ground.observe(Observation::Refused {
                    visit,
                    asked,
                    code,
                    seats: None,
                });
                LoginAnswer::Refused
            }
            Heard::Ended { .. }
            | Heard::Draining
            | Heard::Failed { .. }
            | Heard::Heartbeat
            | Heard::Other
            | Heard::Over(_) => {
                if let Some(older) = older {
                    self.let_go(visit, older, LetGo::Reset).await;
                }
                self.give_up(visit, link).await;
                LoginAnswer::Unanswered
            }
        }
    }

    /// Takes the session up again; `older` is the connection that is still open, if one is.
    pub(super) async fn resume(&mut self, ticket: Ticket, older: Option<Link>) -> ResumeAnswer {
        let ground = Arc::clone(&self.ground);
        let visit = ticket.visit;
        let Some(mut link) = self.open().await else {
            if let Some(older) = older {
                self.let_go(visit, older, LetGo::Reset).await;
            }
            return ResumeAnswer::Unanswered(ticket);
        };
        let asked = ground.observe(Observation::ResumeAsked(visit));
        link.send(heard::resume(
            &ground.plan.organization,
            &ticket.session,
            &ticket.secret,
        ))
        .await;
        match link.answer().await {
            Heard::Seated(terms) => {
                let (same, doubled) = (terms.session == ticket.session, older.is_some());
                let at = ground.observe(Observation::Resumed {
                    visit,
                    asked,
                    same,
                    doubled,
                });
                let _ = ground
                    .latencies
                    .lock()
                    .resume
                    .record(micros(at.saturating_sub(asked)));
                ground.plan.tally.resumes.fetch_add(1, Relaxed);
                link.answered = asked;
                if let Some(older) = older {
                    self.superseded(older).await;
                }
                let attempt = ticket.attempt;
                ResumeAnswer::Resumed(Seat {
                    ticket: self::ticket(visit, attempt, terms),
                    link,
                })
            }
            Heard::Refused { code, .. } if code == "session_gone" => {
                ground.observe(Observation::Gone { visit, asked });
                self.see_close(link).await;
                ResumeAnswer::Gone
            }
            Heard::Refused { .. }
            | Heard::Ended { .. }
            | Heard::Draining
            | Heard::Failed { .. }
            | Heard::Heartbeat
            | Heard::Other
            | Heard::Over(_) => {
                if let Some(older) = older {
                    self.let_go(visit, older, LetGo::Reset).await;
                }
                self.give_up(visit, link).await;
                ResumeAnswer::Unanswered(ticket)
            }
        }
    }

    /// Logs out and waits for the answer.
    pub(super) async fn log_out(&mut self, mut seat: Seat) {
        let visit = seat.ticket.visit;
        let before = self.ground.stopwatch.read();
        self.ground
            .observe(Observation::Departed(visit, Departure::LogoutSent { before }));
        seat.link.send(r#"{"type":"logout"}"#.into()).await;
        match seat.link.answer().await {
            Heard::Ended { reason } if reason == "logout" => {
                self.ground
                    .observe(Observation::Departed(visit, Departure::LogoutAnswered));
                self.see_close(seat.link).await;
            }
            _other => {
                seat.link.let_go(LetGo::Reset).await;
                self.ground
                    .observe(Observation::Departed(visit, Departure::LogoutUnanswered));
            }
        }
    }

    /// Lets the connection go; the grace begins.
    pub(super) async fn let_go(&mut self, visit: VisitNumber, link: Link, how: LetGo) {
        let last_sent = link.last_sent;
        let proof = link.let_go(how).await;
        if proof.saturating_sub(last_sent) < QUIET {
            self.ground
                .observe(Observation::Departed(visit, Departure::Lost { proof }));
        } else {
            self.ground
                .observe(Observation::Departed(visit, Departure::Silent { last_sent }));
            self.ground
                .observe(Observation::Departed(visit, Departure::SilentEnded));
        }
    }

    /// Resets a connection whose request was not answered.
    async fn give_up(&mut self, visit: VisitNumber, link: Link) {
        link.let_go(LetGo::Reset).await;
        self.ground
            .observe(Observation::Departed(visit, Departure::Unanswered));
    }

    /// The server ended the connection with `heard`.
    pub(super) async fn sent_away(&mut self, visit: VisitNumber, link: Link, heard: &Heard) {
        let departure = match heard {
            Heard::Ended { reason } if reason != "superseded" => Departure::EndedByServer,
            _other => Departure::BrokenByServer {
                answered: link.answered,
            },
        };
        self.see_close(link).await;
        self.ground.observe(Observation::Departed(visit, departure));
    }

    /// An older connection, over which a newer one has taken: it is told so and closed.
    async fn superseded(&self, mut older: Link) {
        while let Some(heard) = older.listen(Duration::from_secs(5)).await {
            match heard {
                Heard::Ended { .. } => return self.see_close(older).await,
                Heard::Over(_) => return,
                _earlier => {}
            }
        }
    }

    async fn see_close(&self, link: Link) {
        if let Some((said, close)) = link.closing().await {
            self.ground.observe(Observation::Closed { said, close });
        }
    }

    async fn open(&self) -> Option<Link> {
        match Link::open(&self.ground.target, self.number, self.ground.stopwatch).await {
            Ok(link) => Some(link),
            Err(_) => {
                self.ground.plan.tally.unreached.fetch_add(1, Relaxed);
                None
            }
        }
    }

    fn login_text(&self, attempt: &str) -> String {
        heard::login(
            &self.ground.plan.organization,
            self.ground.plan.key.as_deref(),
            attempt,
        )
    }
}

fn ticket(visit: VisitNumber, attempt: String, terms: Terms) -> Ticket {
    Ticket {
        visit,
        attempt,
        session: terms.session,
        secret: terms.secret,
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX).max(1)
}
